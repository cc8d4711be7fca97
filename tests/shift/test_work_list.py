"""The order of a list, its filter, own attempts, stale sources, and changed rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from assistant.events import FindingChanged, PromptChanged
from assistant.guidance import load_guidance
from assistant.live_composition import LiveCall, live_start, live_strategy
from assistant.live_shift import known_of
from assistant.shift.desk import ShiftDesk
from assistant.shift.folder import read_work_list
from assistant.shift.journal import Attempt, ContactJournal
from assistant.shift.learnt import learnt, stops_of
from assistant.shift.rows import WorkRow, together
from assistant.shift.rule_change import RuleMemory
from assistant.shift.work_list import Standing, WorkList, matching
from compliance.context import Collector, Contact
from compliance.errors import BadInput
from compliance.permission import May
from compliance.rules import RuleSet
from scripts.cases import specimen_account
from scripts.flow_file import load_flow
from scripts.outcomes import load_outcomes
from scripts.tasks import Sign, SignOf, Task
from tests.compliance.small_pack import small_rules
from tests.shift.lists import NOON, row, rules_for, write


def rows(folder: Path, *lines: str) -> tuple[WorkRow, ...]:
    read = read_work_list(write(folder, *lines))
    assert not read.rejected
    return read.rows


def order(listed: WorkList, at: datetime = NOON) -> list[tuple[str, May]]:
    return [(standing.row.id, standing.may) for standing in listed.standings(at)]


def test_the_order_of_a_list(tmp_path: Path) -> None:
    listed = rows(
        tmp_path,
        row("lawyer", days=90, flags="represented"),
        row("few", days=10),
        row("many", days=60),
        row("unknown", days=99, flags=""),
        row("passed", days=5, promises="2026-11-20"),
        row("waits", days=1, callback="2026-11-27T11:00-05:00",
            contacts="2026-11-26T11:00-05:00 callback_agreed"),
        row("later", days=70, callback="2026-11-27T16:00-05:00"),
        row("pending", days=80, promises="2026-11-30"),
    )  # fmt: skip
    assert order(WorkList(listed, rules_for)) == [
        ("waits", May.YES), ("passed", May.YES), ("later", May.YES), ("many", May.YES),
        ("few", May.YES), ("unknown", May.UNKNOWN), ("lawyer", May.NO), ("pending", May.NO),
    ]  # fmt: skip


def test_answers_follow_the_clock_even_backwards(tmp_path: Path) -> None:
    work = WorkList(rows(tmp_path, row("A1")), rules_for)
    late = NOON + timedelta(hours=9)  # nine in the evening sharp
    assert order(work, NOON) == [("A1", May.YES)]
    assert order(work, late) == [("A1", May.YES)]
    assert order(work, late + timedelta(seconds=1)) == [("A1", May.NO)]
    assert order(work, NOON) == [("A1", May.YES)]  # the clock was set back
    (standing,) = work.standings(NOON)
    assert standing.clocks(NOON) == (("America/New_York", "12:00"),)
    assert standing.clocks(NOON + timedelta(minutes=3)) == (("America/New_York", "12:03"),)


def test_the_number_that_may_be_called_is_chosen(tmp_path: Path) -> None:
    (standing,) = WorkList(
        rows(tmp_path, row("A1", kind="work", second="3125550106", second_kind="mobile")), rules_for
    ).standings(NOON)
    assert standing.may is May.YES
    assert standing.number is not None
    assert standing.number.number == "3125550106"
    (third,) = WorkList(
        rows(tmp_path, row("A1", kind="third_party", second="3125550106", second_kind="mobile")),
        rules_for,
    ).standings(NOON)
    assert third.number == standing.number  # others are not called while there is another way


def test_own_attempts_count_and_are_not_counted_twice(tmp_path: Path) -> None:
    listed = rows(
        tmp_path, row("A1", state="MA", number="6175550100",
                      contacts="2026-11-26T10:00-05:00 no_answer 617-555-0100"),
    )  # fmt: skip
    own = {"A1": [Attempt(datetime.fromisoformat("2026-11-26T10:01-05:00"), "A1", "busy",
                          "6175550100")]}  # fmt: skip
    work = WorkList(listed, rules_for, lambda account: own[account])
    assert order(work) == [("A1", May.YES)]  # the list knows of that attempt
    own["A1"].append(Attempt(NOON - timedelta(minutes=10), "A1", "no_answer", "6175550100"))
    work.changed("A1")
    assert order(work) == [("A1", May.NO)]
    assert [reason.rule for reason in work.standings(NOON)[0].against] == ["US-11-ma"]


def test_together_keeps_what_differs() -> None:
    at = NOON
    one = Contact(at, "2125550100", "busy")
    assert together([one], [Contact(at + timedelta(minutes=2), "+1 212 555 0100", "x")]) == (one,)
    for other in (Contact(at + timedelta(minutes=3), "2125550100"), Contact(at, "2125550199")):
        assert together([one], [other]) == (one, other)
    redialled = Contact(at + timedelta(minutes=1), "2125550100", "busy")
    assert together([one], [one, redialled]) == (one, redialled)
    assert together([], [one, redialled]) == (one, redialled)


def test_a_stale_list_is_no_yes(tmp_path: Path) -> None:
    listed = rows(tmp_path, row("A1"), row("A2", as_of="2026-11-20T09:00-05:00"),
                  row("A3", as_of="2026-11-20T09:00-05:00", flags="deceased"))  # fmt: skip
    work = WorkList(listed, rules_for)
    assert order(work) == [("A1", May.YES), ("A2", May.UNKNOWN), ("A3", May.NO)]
    assert work.standings(NOON)[1].against[0].because == "stale"
    (first,) = WorkList(listed[:1], rules_for, stale_after=timedelta(hours=2)).standings(NOON)
    assert first.may is May.UNKNOWN
    unknown_age = [replace(listed[0], sources=(replace(listed[0].sources[0], as_of=None),))]
    assert order(WorkList(unknown_age, rules_for)) == [("A1", May.UNKNOWN)]
    # It goes stale while the list is on the screen.
    fresh = WorkList(listed[:1], rules_for, stale_after=timedelta(hours=4))
    assert order(fresh) == [("A1", May.YES)]
    assert order(fresh, NOON + timedelta(hours=2)) == [("A1", May.UNKNOWN)]


def test_a_place_without_rules_permits_nothing(tmp_path: Path) -> None:
    listed = [replace(rows(tmp_path, row("A1"))[0], jurisdiction="fr")]
    work = WorkList(listed, lambda _jurisdiction, _language: None)
    assert order(work) == [("A1", May.UNKNOWN)]
    assert work.standings(NOON)[0].against[0].because == "rules"


@pytest.mark.parametrize(
    ("words", "permitted", "found"),
    [
        ("", False, ["A1", "B2", "C3"]),
        ("", True, ["A1", "B2"]),
        ("歐陽", False, ["B2"]),
        ("lee 212", False, ["A1"]),
        ("LAWYER", False, ["C3"]),
        ("lawyer", True, []),
        ("nobody", False, []),
    ],
)
def test_the_filter(tmp_path: Path, words: str, permitted: bool, found: list[str]) -> None:
    listed = rows(tmp_path, row("A1", days=9), row("B2", "歐陽美麗", number="6465550100", days=8),
                  row("C3", "Kim", flags="represented", number="7185550100"))  # fmt: skip
    standings = WorkList(listed, rules_for).standings(NOON)

    def said(standing: Standing) -> str:
        return "has a lawyer" if standing.may is May.NO else ""

    shown = matching(standings, words, permitted_only=permitted, said=said)
    assert [standing.row.id for standing in shown] == found


# ---- the desk ------------------------------------------------------------------------------------

Clock = Callable[[], datetime]


def desk(folder: Path, path: Path, now: Clock = lambda: NOON) -> ShiftDesk:
    journal = ContactJournal(folder / "contacts.jsonl")
    return ShiftDesk(lambda: read_work_list(path), rules_for, journal, None, now)


def test_two_keys_write_an_attempt_down(tmp_path: Path) -> None:
    path = write(tmp_path, row("A1", state="MA", number="6175550100"), row("B2"))
    shift = desk(tmp_path, path)
    first = next(s for s in shift.standings() if s.row.id == "A1")
    shift.mark(first, "no_answer")
    assert not (tmp_path / "contacts.jsonl").exists()
    shift.take_back()
    shift.confirm()
    assert not (tmp_path / "contacts.jsonl").exists()
    for outcome in ("no_answer", "busy"):
        shift.mark(shift.standing(first.row), outcome)
        shift.confirm()
        shift.confirm()  # twice is once
    assert shift.pending is None
    assert shift.standing(first.row).may is May.NO  # Massachusetts: two in seven days
    again = desk(tmp_path, path)
    assert again.standing(first.row).may is May.NO


def test_marking_another_row_writes_the_one_before_down(tmp_path: Path) -> None:
    shift = desk(tmp_path, write(tmp_path, row("A1"), row("B2")))
    one, two = shift.standings()
    shift.mark(one, "busy")
    shift.mark(one, "voicemail")  # changed one's mind
    shift.mark(two, "no_answer")
    written = (tmp_path / "contacts.jsonl").read_text("utf-8").splitlines()
    assert len(written) == 1
    assert '"voicemail"' in written[0]


def test_a_call_counts_as_what_came_of_it(tmp_path: Path) -> None:
    shift = desk(tmp_path, write(tmp_path, row("A1")))
    (standing,) = shift.standings()
    shift.called("A1", "promise_to_pay", "2125550100", "20261127t170000-aa")
    (after,) = shift.standings()
    assert after.may is May.NO
    assert [reason.rule for reason in after.against] == ["US-11-cooldown"]
    assert standing.may is May.YES


@pytest.mark.parametrize(
    ("outcome", "day", "rule"),
    [
        ("cease_contact", None, "US-15-contact"),
        ("attorney", None, "US-14-contact"),
        ("dispute", None, "US-16-contact"),
        ("bankruptcy", None, "US-15-insolvency"),
        ("deceased", None, "US-08-deceased"),
        ("promise", date(2026, 12, 4), "US-11-promise"),
        ("callback", date(2026, 11, 28), "US-11-cooldown"),
    ],
)
def test_what_a_call_taught_holds_until_a_newer_list_says_otherwise(
    tmp_path: Path, outcome: str, day: date | None, rule: str
) -> None:
    shift = desk(tmp_path, write(tmp_path, row("A1", number="2125550100")))
    shift.called("A1", outcome, "2125550100", next_contact=day)
    (after,) = shift.standings()
    assert rule in [reason.rule for reason in after.against]
    if outcome == "callback":  # from that day on, wherever the customer is
        assert after.next_at == datetime.fromisoformat("2026-11-28T08:00-05:00")
    newer = row("A1", number="2125550100", as_of="2026-11-27T12:00-05:00",
                contacts="none")  # fmt: skip
    (then,) = desk(tmp_path, write(tmp_path, newer)).standings()
    kept = {reason.rule for reason in then.against}
    assert kept <= {"US-11-cooldown"}  # the conversation took place all the same


@pytest.mark.parametrize(
    ("signs", "rules"),
    [
        ((Sign(SignOf.EXIT, "dispute", 9.0),), {"US-16-contact"}),
        ((Sign(SignOf.EXIT, "insolvency", 9.0, "u4"),), {"US-15-insolvency"}),
        ((Sign(SignOf.EXIT, "represented", 9.0),), {"US-14-contact"}),
        ((Sign(SignOf.EXIT, "cease_contact", 9.0),), {"US-15-contact"}),
        ((Sign(SignOf.EXIT, "deceased", 9.0),), {"US-08-deceased"}),
        ((Sign(SignOf.OBJECTION, "fraud", 9.0, "u4"),), {"US-16-contact"}),
        # An objection that was met stops nothing, nor does what a supervisor is asked for.
        ((Sign(SignOf.OBJECTION, "amount_wrong", 9.0, "u4"),), set()),
        ((Sign(SignOf.ASKED, "help", 9.0),), set()),
        ((Sign(SignOf.EXIT, "hardship", 9.0),), set()),
    ],
)  # fmt: skip
def test_what_stood_in_a_call_that_was_passed_on_bars_the_next(
    tmp_path: Path, signs: tuple[Sign, ...], rules: set[str]
) -> None:
    path = write(tmp_path, row("A1", number="2125550100"))
    stops = stops_of([Task("t1", "any", "supervisor", "any", 9.0, signs)])
    desk(tmp_path, path).called("A1", "passed_on", "2125550100", stops=stops)
    (after,) = desk(tmp_path, path, lambda: NOON + timedelta(days=8)).standings()
    assert {reason.rule for reason in after.against} >= rules
    assert (after.may is May.NO) == bool(rules)


def test_every_disposition_code_is_of_a_class() -> None:
    rules = rules_for("us", "en-US")
    assert rules is not None
    codes = [outcome.id for outcome in load_outcomes()]
    assert codes
    assert [code for code in codes if rules.around.outcomes.class_of(code) is None] == []


def test_a_list_that_cannot_be_read_anew_stays_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path, row("A1"))
    shift = desk(tmp_path, path)
    path.unlink()
    with pytest.raises(BadInput):
        shift.reload()
    assert [standing.row.id for standing in shift.standings()] == ["A1"]


def test_a_broken_journal_is_told(tmp_path: Path) -> None:
    (tmp_path / "contacts.jsonl").write_text("{}\n", "utf-8")
    assert desk(tmp_path, write(tmp_path, row("A1"))).unread == 1


# ---- changed rules -------------------------------------------------------------------------------

HOURS = """
- id: US-10
  family: hours
  kind: window
  verified_law: verified
  citation: Somewhere 10
  severity: {severity}
  window: {{from: '{opens}', to: '21:00'}}
"""
MORE = """
- id: US-15
  family: ignored_request
  kind: limit
  verified_law: verified
  citation: Somewhere 15
  when: {facts: {cease_contact: true}}
  limit: {most: 0, days: 1}
"""


def pack(folder: Path, opens: str = "08:00", severity: str = "minor", more: str = "") -> RuleSet:
    folder.mkdir(exist_ok=True)
    return small_rules(folder, rules=HOURS.format(opens=opens, severity=severity) + more)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {}, None),
        ({}, {"opens": "09:00"}, (0, 0, 1)),
        ({}, {"severity": "major"}, (1, 0, 0)),
        ({"severity": "critical"}, {}, (0, 1, 0)),
        ({}, {"more": MORE}, (1, 0, 0)),
        ({"more": MORE}, {}, (0, 1, 0)),
    ],
)
def test_what_changed_since_the_last_shift(
    tmp_path: Path, before: dict[str, str], after: dict[str, str], told: tuple[int, ...] | None
) -> None:
    path = tmp_path / "shift-rules.json"
    was, now = pack(tmp_path / "was", **before), pack(tmp_path / "now", **after)
    first = RuleMemory(path)
    assert first.change(was) is None  # nobody remembers
    first.remember(was)
    second = RuleMemory(path)
    change = second.change(now)
    if told is None:
        assert change is None
        return
    assert change is not None
    assert (len(change.stricter), len(change.eased), len(change.otherwise)) == told
    assert [bool(titles) for _, titles in change.lines("zh-Hant")] == [bool(n) for n in told]
    second.remember(now)
    assert RuleMemory(path).change(now) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"hashes": 1}', "\x00"])
def test_a_broken_memory_is_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "shift-rules.json"
    path.write_text(content, "utf-8")
    rules = pack(tmp_path / "now")
    memory = RuleMemory(path)
    assert memory.change(rules) is None
    memory.remember(rules)
    assert RuleMemory(path).change(rules) is None
    assert list(tmp_path.glob(".shift*")) == []


def test_what_agents_do_not_see_is_no_change(tmp_path: Path) -> None:
    memory = RuleMemory(tmp_path / "m")
    memory.remember(pack(tmp_path / "was"))
    trial = MORE.replace("verified_law: verified", "verified_law: memory\n  status: trial")
    change = memory.change(pack(tmp_path / "now", more=trial))
    assert change is not None
    assert change.nothing


def test_the_attempt_as_the_law_counts_it() -> None:
    assert Attempt(NOON, "A1", "busy", "1").contact() == Contact(NOON, "1", "busy")


def shift(folder: Path, now: Callable[[], datetime], *lines: str) -> ShiftDesk:
    path = write(folder, *lines)
    journal = ContactJournal(folder / "contacts.jsonl")
    return ShiftDesk(lambda: read_work_list(path), rules_for, journal, None, now)


@pytest.mark.parametrize("back", [timedelta(minutes=3), timedelta(hours=1), timedelta(days=200)])
def test_a_clock_that_is_set_back_forgets_no_attempt(tmp_path: Path, back: timedelta) -> None:
    at = NOON
    one = shift(tmp_path, lambda: at, row("A1", as_of="2026-11-27T11:55-05:00"))
    for _ in range(7):
        one.called("A1", "no_answer", "2125550100")
    assert not one.ahead
    at = NOON - back
    standing = one.standing(one.listed.rows[0])
    assert standing.may is May.NO
    assert "US-11-seven" in {reason.rule for reason in standing.against}
    assert one.ahead is (back > timedelta(minutes=5))
    known = known_of(standing, at, inbound=False)
    assert known is not None
    assert {contact.at for contact in known.contacts or ()} == {at}


def test_what_was_learnt_while_the_clock_was_back_is_learnt(tmp_path: Path) -> None:
    """The list is of noon; by the clock, the customer asked at eleven not to be called."""
    lines = (row("A1", as_of="2026-11-27T11:59:30-05:00"),)
    back = NOON - timedelta(hours=1)
    shift(tmp_path, lambda: back, *lines).called("A1", "cease_contact", "2125550100")
    journal = ContactJournal(tmp_path / "contacts.jsonl")
    journal.refresh()
    (listed,) = rows(tmp_path, *lines)
    assert learnt(listed, journal.of("A1"), None).facts["cease_contact"] is True
    (newer,) = rows(tmp_path, row("A1", as_of="2026-11-27T12:00-05:00"))
    facts = learnt(newer, journal.of("A1"), None).facts
    assert not facts.get("cease_contact"), "a newer list knows better"


@pytest.mark.parametrize(
    ("ahead", "may"),
    [(timedelta(minutes=4), May.YES), (timedelta(minutes=6), May.UNKNOWN),
     (timedelta(days=365), May.UNKNOWN)],
)  # fmt: skip
def test_a_list_of_tomorrow_permits_nothing(tmp_path: Path, ahead: timedelta, may: May) -> None:
    (listed,) = rows(tmp_path, row("A1", as_of=(NOON + ahead).isoformat()))
    work = WorkList([listed], rules_for)
    assert work.standing(listed, NOON).may is may
    later = work.standing(listed, NOON + min(ahead, timedelta(minutes=30))).may
    assert later is (may if ahead.days else May.YES)


@pytest.mark.parametrize(("dials", "inbound", "flagged"), [(7, False, True), (7, True, False),
                                                           (2, False, False)])  # fmt: skip
def test_a_call_from_the_list_is_judged_by_what_the_list_knows(
    tmp_path: Path, dials: int, *, inbound: bool, flagged: bool
) -> None:
    earlier = "; ".join(f"2026-11-2{3 + day % 4}T1{day}:00-05:00 no_answer" for day in range(dials))
    (listed,) = rows(tmp_path, row("A1", contacts=earlier))
    standing = WorkList([listed], rules_for).standing(listed, NOON)
    call = LiveCall(
        "en-US", "us", None, (), Collector.AGENCY, known=known_of(standing, NOON, inbound=inbound)
    )
    guidance = load_guidance("us", "en-US", Collector.AGENCY)
    started = live_start(call, guidance, "UTC", NOON)
    outputs = [*guidance.session().receive(started)]
    broken = {o.finding.rule for o in outputs if isinstance(o, FindingChanged)}
    assert ("US-11-seven" in broken) is flagged
    assert started.header.contacts == listed.contacts
    assert started.header.facts["represented"] is False


@pytest.mark.parametrize(
    ("dials", "days", "inbound", "strategy"),
    [(7, 90, False, "unresponsive"), (7, 90, True, "late"), (2, 90, False, "late"),
     (0, 5, False, "reminder"), (0, "", False, "")],
)  # fmt: skip
def test_a_call_from_the_list_is_led_by_what_the_list_knows(
    tmp_path: Path, dials: int, days: int | str, *, inbound: bool, strategy: str
) -> None:
    earlier = "; ".join(f"2026-11-2{3 + day % 4}T1{day}:00-05:00 no_answer" for day in range(dials))
    (listed,) = rows(tmp_path, row("A1", days=days, contacts=earlier or "none"))
    known = known_of(WorkList([listed], rules_for).standing(listed, NOON), NOON, inbound=inbound)
    call = LiveCall("en-US", "us", None, (), Collector.IN_HOUSE, known=known)
    guidance = load_guidance("us", "en-US", Collector.IN_HOUSE)
    outputs = guidance.session().receive(live_start(call, guidance, "UTC", NOON))
    (prompt,) = [o.prompt for o in outputs if isinstance(o, PromptChanged)]
    assert prompt.strategy == strategy
    assert prompt.line.startswith("Thank you for calling") is inbound


def test_what_a_list_knew_of_one_customer_is_not_told_of_another(tmp_path: Path) -> None:
    earlier = "; ".join(f"2026-11-2{day}T11:00-05:00 no_answer" for day in range(7))
    (listed,) = rows(tmp_path, row("A1", days=90, contacts=earlier))
    known = known_of(WorkList([listed], rules_for).standing(listed, NOON), NOON, inbound=False)
    guidance = load_guidance("us", "en-US", Collector.IN_HOUSE)
    account = replace(specimen_account(load_flow("en-US")), id="A1", days_past_due=90)
    call = LiveCall("en-US", "us", None, (), Collector.IN_HOUSE, account, known=known)
    own = live_strategy(call, guidance, account, NOON)
    other = live_strategy(call, guidance, replace(account, id="B2"), NOON)
    assert own is not None
    assert other is not None
    assert (own.strategy, other.strategy) == ("unresponsive", "late")
