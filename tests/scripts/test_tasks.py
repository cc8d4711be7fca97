"""Tasks: what raises them, whose they are, when they fall due, and that a matter is one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.errors import BadInput
from compliance.findings import VerifiedLaw
from compliance.pack_routes import route_names
from scripts.outcomes import load_outcomes
from scripts.prompt import EXITS, OBJECTIONS
from scripts.tasks import (
    HELP,
    MOST_SIGNS,
    Sign,
    SignOf,
    Task,
    TaskLedger,
    due,
    law_day,
    load_tasks,
    shipped_tasks,
)

KINDS = shipped_tasks()
SHIPPED = (files("scripts") / "tasks.yaml").read_text(encoding="utf-8")
EXIT, OBJECTION, ROUTE, ASKED = SignOf
RAISED = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


def heard(of: SignOf, slug: str, words: str = "u1") -> Sign:
    return Sign(of, slug, 10.0, words, f"{words}.ROUTE-{slug}" if of is ROUTE else "")


def pressed(of: SignOf, slug: str, at_s: float = 20.0) -> Sign:
    return Sign(of, slug, at_s)


@pytest.mark.parametrize(
    ("signs", "wanted"),
    [
        ([heard(EXIT, "dispute")], {"dispute": "disputes"}),
        ([heard(ROUTE, "dispute"), heard(OBJECTION, "not_mine")], {"dispute": "disputes"}),
        ([heard(ROUTE, "dispute"), heard(OBJECTION, "fraud")], {"fraud": "fraud"}),
        ([heard(ROUTE, "self_harm"), heard(EXIT, "vulnerable")], {"safety": "specialist"}),
        ([pressed(EXIT, "vulnerable")], {"vulnerable": "specialist"}),
        ([heard(ROUTE, "complaint")], {"complaint": "complaints"}),
        ([heard(ROUTE, "lawyer")], {"represented": "legal"}),
        ([heard(ROUTE, "insolvency")], {"insolvency": "legal"}),
        ([heard(ROUTE, "threat_to_agent")], {"staff_safety": "supervisor"}),
        ([heard(OBJECTION, "bereavement")], {"bereavement": "estates"}),
        ([pressed(ASKED, HELP)], {"help": "supervisor"}),
        ([pressed(ASKED, "unresponsive")], {"unresponsive": "legal"}),
        # An annoyed "you keep calling me" has its reply; the agent's key makes a wish of it.
        ([heard(OBJECTION, "stop_calling")], {}),
        ([pressed(OBJECTION, "stop_calling")], {"cease_contact": "compliance"}),
        ([heard(EXIT, "third_party"), heard(ROUTE, "paid"), heard(EXIT, "callback")], {}),
        ([pressed(ASKED, "coffee")], {}),
        (
            [heard(ROUTE, "complaint"), heard(ROUTE, "lawyer")],
            {"complaint": "complaints", "represented": "legal"},
        ),
    ],
)
def test_signs_raise_their_kind_for_its_owner(signs: list[Sign], wanted: dict[str, str]) -> None:
    raised = TaskLedger(KINDS).take(signs)
    assert {task.kind: task.owner for task in raised} == wanted


def test_a_repeated_matter_is_one_task_whose_evidence_grows() -> None:
    ledger = TaskLedger(KINDS)
    (first,) = ledger.take([heard(OBJECTION, "not_mine"), heard(ROUTE, "dispute")])
    assert (first.id, first.reason, first.utterances) == ("t1", "not_mine", ("u1",))
    assert ledger.take([heard(ROUTE, "dispute")]) == (), "the same words say it once"
    (grown,) = ledger.take([heard(ROUTE, "dispute", "u7")])
    assert (grown.id, grown.utterances) == ("t1", ("u1", "u7"))
    (grown,) = ledger.take([pressed(EXIT, "dispute")])
    assert [sign.by_key for sign in grown.evidence] == [False, False, False, True]
    assert ledger.tasks == (grown,)


def test_what_takes_the_place_of_another_keeps_it_while_it_stands() -> None:
    ledger = TaskLedger(KINDS)
    ledger.take([heard(OBJECTION, "fraud")])
    (grown,) = ledger.take([pressed(EXIT, "dispute")])
    assert (grown.kind, len(grown.evidence)) == ("fraud", 2)
    # But a dispute that was one before stays one.
    ledger = TaskLedger(KINDS)
    ledger.take([heard(ROUTE, "dispute")])
    raised = ledger.take([heard(OBJECTION, "fraud", "u2"), heard(ROUTE, "dispute", "u2")])
    assert {task.kind for task in raised} == {"fraud", "dispute"}


@pytest.mark.parametrize(
    ("signs", "back", "left"),
    [
        ([heard(EXIT, "dispute"), heard(ROUTE, "dispute")], "dispute", 0),
        ([pressed(EXIT, "hardship")], "hardship", 0),
        # A complaint that was heard is for its desk to judge; a slip of the hand is none.
        ([heard(ROUTE, "complaint"), pressed(EXIT, "complaint")], "complaint", 1),
        ([pressed(EXIT, "complaint")], "complaint", 0),
        ([heard(ROUTE, "self_harm"), heard(EXIT, "vulnerable")], "vulnerable", 2),
        ([heard(EXIT, "dispute")], "third_party", 1),
    ],
)
def test_the_agent_takes_back_what_was_none(signs: list[Sign], back: str, left: int) -> None:
    ledger = TaskLedger(KINDS)
    ledger.take(signs)
    ledger.take_back(EXIT, back)
    (task,) = ledger.tasks
    assert (len(task.evidence), task.stands) == (left, left > 0)


def test_a_withdrawn_finding_takes_its_evidence_along_and_no_more() -> None:
    ledger = TaskLedger(KINDS)
    ledger.take([heard(ROUTE, "complaint")])
    ledger.take([heard(ROUTE, "complaint", "u2")])
    (shrunk,) = ledger.lose("u1.ROUTE-complaint")
    assert shrunk.utterances == ("u2",)
    (gone,) = ledger.lose("u2.ROUTE-complaint")
    assert not gone.stands
    assert ledger.lose("u2.ROUTE-complaint") == ()
    (again,) = ledger.take([heard(ROUTE, "complaint", "u9")])
    assert (again.id, again.stands) == ("t1", True)


def test_a_key_that_is_leaned_on_says_nothing_new() -> None:
    ledger = TaskLedger(KINDS)
    for at in range(3 * MOST_SIGNS):
        ledger.take([pressed(ASKED, HELP, float(at))])
    assert len(ledger.tasks[0].evidence) == MOST_SIGNS


@pytest.mark.parametrize(
    ("kind", "jurisdiction", "zone", "at", "by_law", "law_on"),
    [
        ("help", "us", "UTC", "2026-12-01T10:30", False, None),
        ("complaint", "tw", "Asia/Taipei", "2026-12-01T15:59", False, date(2026, 12, 31)),
        ("complaint", "uk", "Europe/London", "2026-12-01T23:59", False, date(2027, 1, 26)),
        ("complaint", "us", "America/New_York", "2026-12-02T04:59", False, None),
        ("dispute", "us", "America/New_York", "2026-12-03T04:59", False, None),
        ("bereavement", "hk", "Asia/Hong_Kong", "2026-12-06T15:59", False, None),
    ],
)
def test_when_a_task_falls_due(
    kind: str, jurisdiction: str, zone: str, at: str, by_law: bool, law_on: date | None
) -> None:
    known = KINDS.kind(kind)
    assert known is not None
    falls = due(known, RAISED, ZoneInfo(zone), jurisdiction)
    assert falls.at.isoformat(timespec="minutes") == at + "+00:00"
    assert (falls.by_law, falls.by_day) == (by_law, known.within.hours == 0)
    day = law_day(falls.law, RAISED, ZoneInfo(zone)) if falls.law is not None else None
    assert day == law_on


def test_a_law_that_is_earlier_than_policy_counts(tmp_path: Path) -> None:
    law = "    law: [{jurisdiction: cn, days: 0, citation: a law, verified_law: memory}]\n"
    path = tmp_path / "tasks.yaml"
    path.write_text(SHIPPED.replace("    exits: [dispute]\n", f"    exits: [dispute]\n{law}"))
    kind = load_tasks(path).kind("dispute")
    assert kind is not None
    falls = due(kind, RAISED, UTC, "cn")
    assert falls.by_law
    assert falls.law is not None
    assert falls.law.verified_law is VerifiedLaw.MEMORY


def test_every_exit_and_route_is_somebodys_or_said_to_be_nobodys() -> None:
    raised = {key for kind in KINDS.kinds for key in kind.signs}
    assert {slug for of, slug in raised if of is EXIT} <= set(EXITS)
    assert {slug for of, slug in raised if of is ROUTE} <= set(route_names())
    assert {slug for of, slug in raised if of is OBJECTION} <= set(OBJECTIONS)


def test_tasks_and_outcomes_ask_the_same_action() -> None:
    actions = {outcome.follow_up.action for outcome in load_outcomes()}
    assert {kind.action for kind in KINDS.kinds} <= actions | {""}
    by_id = {kind.id: kind.action for kind in KINDS.kinds}
    assert by_id["complaint"] == "complaints_desk"
    assert by_id["bereavement"] == "estate_desk"


@pytest.mark.parametrize("code", ["en", "zh-Hant", "zh-Hans"])
def test_names_are_there_in_every_language_and_no_two_are_alike(code: str) -> None:
    for labels in ([kind.label for kind in KINDS.kinds], [owner.label for owner in KINDS.owners]):
        names = [label.name(code) for label in labels]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("owner: fraud", "owner: nobody", "names no owner"),
        ("outcome: fraud", "outcome: nothing", "is no outcome of outcomes.yaml"),
        ("within: {days: 5}", "within: {days: 4}", "follow-up is due after 5 days"),
        ("within: {days: 5}", "within: {}", "one of them"),
        ("within: {hours: 1}", "within: {hours: 25}", "less than or equal to 23"),
        ("over: [dispute]", "over: [fraud]", "names no other kind"),
        ("exits: [abuse]", "exits: [dispute]", "stands at"),
        ("exits: [abuse]", "exits: [rage]", "is none of"),
        ("exits: [insolvency]", "exits: [deceased]", "leads to another outcome"),
        ("routes: [lawyer]", "routes: []", "say what becomes of lawyer"),
        ("exits: [third_party, ", "exits: [", "say what becomes of third_party"),
        ("    asked: [help]\n", "", "nothing raises it"),
        ("pressed: [stop_calling]", "pressed: [not_mine]", "stands at"),
        ("verified_law: verified", "verified_law: policy", "house policy stands in 'within'"),
        ("{jurisdiction: cn, days: 15", "{jurisdiction: tw, days: 15", "each jurisdiction once"),
        ("roles: [compliance]", "roles: [king]", "supervisor"),
        ("- id: fraud", "- id: dispute", "given twice"),
    ],
)
def test_faults_of_the_file_are_told_with_their_place(
    old: str, new: str, says: str, tmp_path: Path
) -> None:
    assert old in SHIPPED
    path = tmp_path / "tasks.yaml"
    path.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load_tasks(path)
    assert any(says in fault.message for fault in caught.value.faults), caught.value.faults
    assert all(fault.line > 0 for fault in caught.value.faults)


_SIGNS = st.builds(
    Sign,
    of=st.just(ROUTE) | st.just(EXIT),
    slug=st.sampled_from(["dispute", "complaint", "self_harm", "vulnerable", "third_party"]),
    at_s=st.integers(0, 5).map(float),
    utterance=st.sampled_from(["", "u1", "u2"]),
    finding=st.just(""),
)


@given(
    st.lists(st.lists(_SIGNS, max_size=4) | st.sampled_from(["dispute", "vulnerable"]), max_size=8)
)
def test_whatever_happens_a_matter_is_one_task_and_the_last_told_is_how_it_stands(
    moments: list[list[Sign] | str],
) -> None:
    ledger = TaskLedger(KINDS)
    told: dict[str, Task] = {}
    for moment in moments:
        changed = ledger.take_back(EXIT, moment) if isinstance(moment, str) else ledger.take(moment)
        told |= {task.id: task for task in changed}
    tasks = ledger.tasks
    assert tuple(told[task.id] for task in tasks) == tasks
    assert len({task.kind for task in tasks}) == len(tasks)
    assert [task.id for task in tasks] == [f"t{n}" for n in range(1, len(tasks) + 1)]
    assert not any(task.kind == "third_party" for task in tasks)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001 - the zone comes next
    st.sampled_from(["UTC", "Asia/Taipei", "America/New_York", "Europe/London"]),
    st.sampled_from(KINDS.kinds),
)
def test_nothing_is_due_before_it_was_raised(at: datetime, zone: str, kind: object) -> None:
    raised = at.replace(tzinfo=ZoneInfo(zone))
    falls = due(kind, raised, ZoneInfo(zone), "tw")  # type: ignore[arg-type]
    assert falls.at > raised - timedelta(minutes=1)
