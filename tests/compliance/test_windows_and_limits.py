"""When and how often a customer may be called: hours in every zone, contacts as the law counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.context import CallHeader, Contact, Listener
from compliance.errors import BadInput
from compliance.findings import Finding, Kind, Verdict
from compliance.packs import load_rules
from compliance.phrases import PACKS
from compliance.rules import RuleSet
from compliance.zones import load_zones
from tests.compliance.call import Talk, contacts
from tests.compliance.small_pack import small_rules, write_pack

RULE = """
- id: US-10
  family: hours
  kind: {kind}
  verified_law: verified
  citation: Somewhere 10
  {more}
"""
HEADER = CallHeader("us", "en-US", verified=False, listener=Listener.UNKNOWN)


def window(folder: Path, fields: str = "", **files: str) -> RuleSet:
    more = f"window: {{from: '08:00', to: '21:00'{fields}}}"
    rules = RULE.replace("{kind}", "window").replace("{more}", more)
    folder = write_pack(folder, rules=rules, files=files)
    return load_rules("us", "en-US", folder)


def started(at: str, **known: str | None) -> CallHeader:
    return replace(HEADER, started_at=datetime.fromisoformat(at), **known)  # type: ignore[arg-type]


def verdicts(found: tuple[Finding, ...]) -> list[Verdict]:
    return [finding.verdict for finding in found]


# ---- hours ---------------------------------------------------------------------------------------


PASSED = {"transferred": True}
OURS = "[consent, inbound]"


@pytest.mark.parametrize(
    ("at", "facts", "unless", "verdict", "open_"),
    [
        # Where it was placed, and when, is not known; here it goes on, outside the hours or not.
        ("21:30", PASSED, OURS, [Verdict.CHECK_FACTS], False),
        ("20:30", PASSED, OURS, [], True),
        ("07:30", {"transferred": False}, OURS, [Verdict.BREACH], False),
        ("21:30", {**PASSED, "inbound": True}, OURS, [], False),
        ("21:30", {**PASSED, "inbound": False}, OURS, [Verdict.CHECK_FACTS], False),
        # A rule that holds for calls that come in as well holds for any.
        ("21:30", PASSED, "[consent]", [Verdict.BREACH], False),
        ("20:30", PASSED, "[consent]", [], False),
    ],
)
def test_a_call_passed_to_this_desk_was_not_placed_here(
    tmp_path: Path, at: str, facts: dict[str, bool], unless: str, verdict: list[Verdict], *,
    open_: bool,
) -> None:  # fmt: skip
    rules = window(tmp_path, f", unless: {unless}")
    talk = Talk(rules, replace(started(f"2026-11-20T{at}:00"), facts=facts))
    assert verdicts(talk.opening) == verdict
    assert ("US-10" in talk.open_rules()) is open_


def test_hours_end_for_a_call_that_was_passed_on_too(tmp_path: Path) -> None:
    rules = window(tmp_path, f", unless: {OURS}")
    talk = Talk(rules, replace(started("2026-11-20T20:59:00"), facts=PASSED))
    assert talk.opening == ()
    assert verdicts(talk.says("one moment", start_s=120.0)) == [Verdict.CHECK_FACTS]


@pytest.mark.parametrize(
    ("at", "verdict"),
    [
        ("2026-11-20T07:59:59", [Verdict.BREACH]),
        ("2026-11-20T08:00:00", []),
        ("2026-11-20T21:00:00", []),
        ("2026-11-20T21:00:01", [Verdict.BREACH]),
        ("2026-11-20T03:00:00", [Verdict.BREACH]),
    ],
)
def test_a_time_without_offset_is_the_customers_own(
    tmp_path: Path, at: str, verdict: list[Verdict]
) -> None:
    talk = Talk(window(tmp_path), started(at))
    assert verdicts(talk.opening) == verdict
    for finding in talk.opening:
        assert (finding.kind, finding.utterance_index) == (Kind.WINDOW, None)
        assert finding.do_now is not None
        assert finding.found_by is not None
        assert finding.found_by.how == "window"
        assert ("local_time", at[11:16]) in finding.found_by.context
    assert "US-10" not in talk.open_rules()


@pytest.mark.parametrize(
    ("at", "known", "verdict"),
    [
        # 14:30 UTC is 09:30 in New York, 06:30 in Los Angeles and 07:30 in Phoenix.
        ("2026-11-20T14:30:00+00:00", {"customer_timezone": "America/New_York"}, []),
        ("2026-11-20T14:30:00+00:00", {"customer_state": "CA"}, [Verdict.BREACH]),
        ("2026-11-20T14:30:00+00:00", {"customer_state": "ny"}, []),
        ("2026-11-20T14:30:00+00:00", {"number": "+1 (212) 555-0100"}, []),
        ("2026-11-20T14:30:00+00:00", {"number": "310-555-0100"}, [Verdict.BREACH]),
        # Several zones that may apply: all outside, or only some.
        ("2026-11-20T14:30:00+00:00", {"customer_state": "CA", "number": "6025550100"},
         [Verdict.BREACH]),
        ("2026-11-20T14:30:00+00:00", {"customer_state": "NY", "number": "3105550100"},
         [Verdict.CHECK_FACTS]),
        ("2026-11-20T14:30:00+00:00",
         {"customer_timezone": "America/New_York", "customer_state": "CA"}, [Verdict.CHECK_FACTS]),
        # A zone that the header names settles which of a state's it is.
        ("2026-11-20T14:30:00+00:00", {"customer_state": "TX"}, [Verdict.CHECK_FACTS]),
        ("2026-11-20T15:10:00+00:00", {"customer_state": "TX"}, []),
        ("2026-11-20T14:59:00+00:00", {"customer_state": "OR"}, [Verdict.BREACH]),
        ("2026-11-20T15:01:00+00:00", {"customer_state": "OR"}, [Verdict.CHECK_FACTS]),
        ("2026-11-20T15:01:00+00:00",
         {"customer_timezone": "America/Boise", "customer_state": "OR"}, []),
        # Summer time.
        ("2026-07-20T12:30:00+00:00", {"customer_timezone": "America/New_York"}, []),
        ("2026-11-20T12:30:00+00:00", {"customer_timezone": "America/New_York"}, [Verdict.BREACH]),
        ("2026-07-20T15:30:00+00:00", {"customer_state": "AZ", "customer_timezone":
         "America/Phoenix"}, []),
    ],
)  # fmt: skip
def test_hours_hold_in_every_zone_that_may_apply(
    tmp_path: Path, at: str, known: dict[str, str], verdict: list[Verdict]
) -> None:
    assert verdicts(Talk(window(tmp_path), started(at, **known)).opening) == verdict


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (HEADER, "started_at"),
        (started("2026-11-20T14:30:00+00:00"), "customer_timezone"),
        (started("2026-11-20T14:30:00+00:00", customer_timezone="Mars/Base"), "customer_timezone"),
        (started("2026-11-20T14:30:00+00:00", customer_state="ZZ"), "customer_timezone"),
        (started("2026-11-20T14:30:00+00:00", number="+44 20 7946 0000"), "customer_timezone"),
        (started("2026-11-20T14:30:00+00:00", number="555-0100"), "customer_timezone"),
    ],
)
def test_what_is_unknown_is_not_assessable_and_says_why(
    tmp_path: Path, header: CallHeader, reason: str
) -> None:
    talk = Talk(window(tmp_path), header)
    assert talk.opening == ()
    assert talk.open_rules()["US-10"] == reason


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [({}, [Verdict.BREACH]), ({"late_ok": False}, [Verdict.BREACH]), ({"late_ok": True}, [])],
)
def test_consent_that_is_known_lifts_the_window(
    tmp_path: Path, facts: dict[str, bool], verdict: list[Verdict]
) -> None:
    header = replace(started("2026-11-20T22:00:00"), facts=facts)
    assert verdicts(Talk(window(tmp_path, ", unless: [late_ok]"), header).opening) == verdict


def test_a_call_that_lasts_beyond_the_hours_is_told_once(tmp_path: Path) -> None:
    talk = Talk(window(tmp_path), started("2026-11-20T20:58:00"))
    assert talk.opening == ()
    assert talk.says("hello", 10.0, 12.0) == ()
    (finding,) = talk.hears("yes", 121.0, 122.0)
    assert (finding.verdict, finding.utterance_id) == (Verdict.CHECK_FACTS, None)
    assert finding.start_s == 121.0
    assert talk.says("so", 130.0, 131.0) == ()


def test_a_call_outside_the_hours_is_told_at_its_start_only(tmp_path: Path) -> None:
    talk = Talk(window(tmp_path), started("2026-11-20T22:58:00"))
    assert len(talk.opening) == 1
    assert talk.says("hello", 10.0, 12.0) == ()


def test_that_a_call_lasts_may_be_no_matter_or_a_breach(tmp_path: Path) -> None:
    header = started("2026-11-20T20:58:00")
    talk = Talk(window(tmp_path / "a", ", lasting: null"), header)
    assert talk.says("hello", 300.0, 301.0) == ()
    talk = Talk(window(tmp_path / "b", ", lasting: breach"), header)
    assert verdicts(talk.says("hello", 300.0, 301.0)) == [Verdict.BREACH]


def test_hours_may_reach_over_midnight(tmp_path: Path) -> None:
    more = "window: {from: '20:00', to: '06:00'}"
    rules = small_rules(tmp_path, rules=RULE.replace("{kind}", "window").replace("{more}", more))
    found = [
        bool(Talk(rules, started(f"2026-11-20T{at}")).opening)
        for at in ("19:59:00", "20:00:00", "23:59:59", "00:00:00", "06:00:00", "06:01:00")
    ]
    assert found == [True, False, False, False, False, True]


HOLIDAYS = "jurisdiction: us\nyears: [2026]\ndays:\n  2026-11-26: Thanksgiving\n"


@pytest.mark.parametrize(
    ("at", "found", "reason"),
    [
        ("2026-11-26T12:00:00", True, ""),  # a holiday
        ("2026-11-22T12:00:00", True, ""),  # a Sunday
        ("2026-11-25T12:00:00", False, ""),
        ("2027-11-25T12:00:00", False, "holiday"),  # a year that nobody entered
        ("2027-11-28T12:00:00", True, ""),
    ],
)
def test_closed_days(tmp_path: Path, at: str, reason: str, *, found: bool) -> None:
    rules = window(tmp_path, ", closed: [sun, holiday]", **{"holidays/us.yaml": HOLIDAYS})
    talk = Talk(rules, started(at))
    assert bool(talk.opening) is found
    assert talk.open_rules().get("US-10", "") == reason


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("holidays/us.yaml", HOLIDAYS.replace("11-26", "11-31"), "is no day"),
        ("holidays/us.yaml", HOLIDAYS.replace("2026-11-26", "2025-11-26"), "none of the years"),
        ("zones/us.yaml", "jurisdiction: us\nstates: {CA: [America/Angeles]}\n", "no IANA time"),
        ("zones/us.yaml", "jurisdiction: us\nareas: {Mars/Base: ['212']}\n", "no IANA time"),
        ("outcomes.yaml", "a: [x]\nb: [x]\n", "in two classes"),
    ],
)
def test_faults_in_what_surrounds_calls(tmp_path: Path, name: str, content: str, part: str) -> None:
    with pytest.raises(BadInput) as caught:
        window(tmp_path, **{name: content})
    (fault,) = caught.value.faults
    assert part in fault.message
    assert fault.line > 0


@pytest.mark.parametrize("jurisdiction", ["us", "tw", "cn", "hk", "uk"])
def test_the_zones_that_ship_can_be_read(jurisdiction: str) -> None:
    zones = load_zones(PACKS / "zones" / f"{jurisdiction}.yaml")
    assert zones.everywhere or zones.states
    if jurisdiction == "us":
        assert len(zones.states) == 56  # states, the district and five territories
        assert len(zones.areas) > 350
        assert all(code.isdecimal() and len(code) == 3 for code in zones.areas)


# ---- counts --------------------------------------------------------------------------------------


def limit(folder: Path, fields: str) -> RuleSet:
    rules = RULE.replace("{kind}", "limit").replace("{more}", f"limit: {{{fields}}}")
    outcomes = (PACKS / "outcomes.yaml").read_text("utf-8")
    return load_rules(
        "us", "en-US", write_pack(folder, rules=rules, files={"outcomes.yaml": outcomes})
    )


NOW = "2026-11-20T15:00:00"


def called(*at: tuple[str, str], **known: object) -> CallHeader:
    return replace(started(NOW), contacts=contacts(*at), **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limit_", "facts", "verdict", "open_"),
    [
        # Counted where it was placed, or not at all.
        ("most: 1, days: 1, unless: [inbound]", PASSED, [], True),
        ("most: 0, days: 1, outcomes: [conversation], this_call: false, unless: [inbound]", PASSED,
         [], True),
        ("most: 1, days: 1, unless: [inbound]", {}, [Verdict.BREACH], False),
        # Somebody who may not be called at all: who called whom decides.
        ("most: 0, days: 1, unless: [inbound]", PASSED, [Verdict.CHECK_FACTS], False),
        ("most: 0, days: 1, unless: [inbound]", {**PASSED, "inbound": False}, [Verdict.BREACH],
         False),
        ("most: 0, days: 1, unless: [inbound]", {**PASSED, "inbound": True}, [], False),
        ("most: 1, days: 1", PASSED, [Verdict.BREACH], False),
    ],
)  # fmt: skip
def test_a_call_passed_to_this_desk_is_no_dial_of_ours(
    tmp_path: Path, limit_: str, facts: dict[str, bool], verdict: list[Verdict], *, open_: bool
) -> None:
    header = called(("2026-11-20T09:00:00", "conversation"), facts=facts)
    talk = Talk(limit(tmp_path, limit_), header)
    assert verdicts(talk.opening) == verdict
    assert ("US-10" in talk.open_rules()) is open_


def test_seven_calls_in_seven_days_and_one_more(tmp_path: Path) -> None:
    rules = limit(tmp_path, "most: 7, days: 7")
    days = [(f"2026-11-{day:02}T10:00:00", "no_answer") for day in range(14, 21)]
    assert Talk(rules, called(*days[1:])).opening == ()
    (finding,) = Talk(rules, called(*days)).opening
    assert finding.verdict is Verdict.BREACH
    assert dict(finding.explanation.params) == {"count": "8", "most": "7", "period": "7 days"}
    assert finding.found_by is not None
    assert (finding.found_by.how, finding.found_by.what) == ("limit", "at most 7 in 7 days")
    # The day that has passed out of the seven, and a call that is yet to come, do not count.
    assert Talk(rules, called(("2026-11-13T23:59:00", "no_answer"), *days[1:])).opening == ()
    assert Talk(rules, called(("2026-11-20T15:00:01", "no_answer"), *days[1:])).opening == ()


def test_quiet_days_after_a_conversation(tmp_path: Path) -> None:
    rules = limit(tmp_path, "most: 0, days: 7, outcomes: [conversation], this_call: false")
    assert Talk(rules, called(("2026-11-14T20:00:00", "answered"))).opening
    assert not Talk(rules, called(("2026-11-13T20:00:00", "answered"))).opening
    assert not Talk(rules, called(("2026-11-19T20:00:00", "no answer"))).opening
    talk = Talk(rules, called(("2026-11-19T20:00:00", "spoke to the cat")))
    assert not talk.opening
    assert talk.open_rules()["US-10"] == "contacts"


def test_rolling_hours(tmp_path: Path) -> None:
    rules = limit(tmp_path, "most: 1, hours: 0.5")
    assert Talk(rules, called(("2026-11-20T14:30:01", "busy"))).opening
    assert not Talk(rules, called(("2026-11-20T14:30:00", "busy"))).opening


def test_only_unanswered_calls_to_this_number(tmp_path: Path) -> None:
    rules = limit(
        tmp_path, "most: 2, days: 1, outcomes: [unanswered], per: [number], this_call: false"
    )
    at = datetime.fromisoformat("2026-11-20T09:00:00")

    def header(*numbers: str | None, number: str | None = "02-2345-6789") -> CallHeader:
        found = tuple(
            Contact(at + timedelta(minutes=index), one, "no_answer")
            for index, one in enumerate(numbers)
        )
        return replace(started(NOW), contacts=found, number=number)

    own, other = "0223456789", "0911000000"
    assert Talk(rules, header(own, own, own)).opening
    assert not Talk(rules, header(own, own, other)).opening
    unsure = Talk(rules, header(own, own, None))
    assert not unsure.opening
    assert unsure.open_rules()["US-10"] == "contacts"
    unsure = Talk(rules, header(own, own, own, number=None))
    assert unsure.open_rules()["US-10"] == "contacts"
    few = Talk(rules, header(own, own, number=None))
    assert "US-10" not in few.open_rules()  # too few whichever number it is


def test_contacts_about_another_debt_do_not_count(tmp_path: Path) -> None:
    rules = limit(tmp_path, "most: 1, days: 7, per: [debt]")
    at = datetime.fromisoformat("2026-11-19T09:00:00")
    for debt, account, found, open_ in (
        (None, None, True, False),
        ("A", {"id": "A"}, True, False),
        ("B", {"id": "A"}, False, False),
        ("B", None, False, True),
    ):
        header = replace(started(NOW), contacts=(Contact(at, None, None, debt),), account=account)
        talk = Talk(rules, header)
        assert bool(talk.opening) is found, debt
        assert ("US-10" in talk.open_rules()) is open_, debt


def test_what_does_not_count_needs_to_be_known(tmp_path: Path) -> None:
    rules = limit(tmp_path, "most: 1, days: 7, besides: [not_connected, consented]")
    assert not Talk(rules, called(("2026-11-19T09:00:00", "Wrong-Number"))).opening
    assert Talk(rules, called(("2026-11-19T09:00:00", "who knows"))).opening


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (started(NOW), "contacts"),
        (replace(HEADER, contacts=()), "started_at"),
    ],
)
def test_unknown_contacts_are_not_no_contacts(
    tmp_path: Path, header: CallHeader, reason: str
) -> None:
    talk = Talk(limit(tmp_path, "most: 1, days: 7"), header)
    assert talk.opening == ()
    assert talk.open_rules()["US-10"] == reason


def test_a_known_fact_lifts_a_limit(tmp_path: Path) -> None:
    rules = limit(tmp_path, "most: 0, days: 7, unless: [called_by_customer]")
    assert Talk(rules, called()).opening
    assert not Talk(rules, called(facts={"called_by_customer": True})).opening


def test_days_are_the_customers_days(tmp_path: Path) -> None:
    rules = limit(tmp_path, "most: 1, days: 1")
    # 03:00 UTC on the 20th is still the 19th in Los Angeles.
    header = replace(
        started("2026-11-20T20:00:00+00:00", customer_timezone="America/Los_Angeles"),
        contacts=(Contact(datetime(2026, 11, 20, 3, tzinfo=UTC), None, "busy"),),
    )
    assert not Talk(rules, header).opening
    assert Talk(rules, replace(header, customer_timezone="America/New_York")).opening == ()
    assert Talk(rules, replace(header, customer_timezone="Europe/London")).opening


TRIED = "least: 3, days: 30, outcomes: [unanswered, voicemail], unless: [number_invalid]"


@pytest.mark.parametrize(
    ("outcomes", "found", "reason"),
    [
        ([], True, ""),
        (["busy", "no_answer"], True, ""),
        (["busy", "no_answer", "answered"], True, ""),  # reached meanwhile
        (["busy", "no_answer", "voicemail"], False, ""),
        (["busy", "no_answer", "shrugged"], False, "contacts"),  # nobody knows what that was
    ],
)
def test_so_many_contacts_must_have_come_before(
    tmp_path: Path, outcomes: list[str], reason: str, *, found: bool
) -> None:
    rules = limit(tmp_path, TRIED)
    before = [(f"2026-11-{11 + day}T10:00:00", word) for day, word in enumerate(outcomes)]
    talk = Talk(rules, called(*before))
    assert bool(talk.opening) is found
    assert talk.open_rules().get("US-10", "") == reason
    for finding in talk.opening:
        assert finding.found_by is not None
        assert finding.found_by.what == "at least 3 in 30 days"
    assert not Talk(rules, called(*before, facts={"number_invalid": True})).opening


FAULTS = [
    ("kind: limit", "limit: {days: 1}", "either most or least"),
    ("kind: limit", "limit: {most: 1, least: 1, days: 1}", "either most or least"),
    ("kind: limit", "limit: {most: 1}", "either days or hours"),
    ("kind: limit", "limit: {most: 1, days: 1, hours: 2}", "either days or hours"),
    ("kind: limit", "limit: {most: 1, days: 1, outcomes: [shrugged]}", "no class 'shrugged'"),
    ("kind: limit", "citation: x y", "citation"),
    ("kind: limit", "when: {}", "needs limit"),
    ("kind: window", "limit: {most: 1, days: 1}", "only a rule of kind limit"),
    ("kind: window", "window: {from: '8', to: '21:00'}", "window.from"),
    ("kind: window", "window: {from: 800, to: 2100}", "window.from"),
    ("kind: window", "window: {from: '08:00', to: '25:00'}", "window.to"),
    ("kind: window", "window: {from: '08:00', to: '21:00', closed: [sunday]}", "window.closed"),
]


@pytest.mark.parametrize(("kind", "more", "part"), FAULTS)
def test_faults_of_windows_and_limits(tmp_path: Path, kind: str, more: str, part: str) -> None:
    rules = RULE.replace("kind: {kind}", kind).replace("{more}", more)
    with pytest.raises(BadInput) as caught:
        small_rules(tmp_path, rules=rules)
    hits = [fault for fault in caught.value.faults if part in fault.message]
    assert hits, str(caught.value)
    assert all(fault.line > 0 for fault in hits)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.integers(-3, 400), max_size=15),
    st.integers(0, 8),
    st.integers(1, 10),
)
def test_a_count_is_what_counting_by_hand_gives(hours_ago: list[int], most: int, days: int) -> None:
    from compliance.context import CallContext
    from compliance.judges.limits import LimitsJudge
    from compliance.kinds import Limit

    rules = _RULES.get("us") or _RULES.setdefault("us", load_rules("us", "en-US"))
    now = datetime.fromisoformat("2026-11-20T15:00:00")
    found = tuple(Contact(now - timedelta(hours=hours), None, "busy") for hours in hours_ago)
    header = replace(HEADER, started_at=now, contacts=found)
    one = replace(rules.rules[0], when=type(rules.rules[0].when)(), spec=Limit(most, days=days))
    counted = rules.at(date(2026, 11, 20))
    judge = LimitsJudge(counted, header)
    judge._limits = ((one, Limit(most, days=days)),)
    first_day = date(2026, 11, 20) - timedelta(days=days - 1)
    by_hand = 1 + sum(contact.at <= now and contact.at.date() >= first_day for contact in found)
    judged = judge.opened(CallContext(header, None, Listener.UNKNOWN))
    assert bool(judged.hits) is (by_hand > most)


_RULES: dict[str, RuleSet] = {}
