"""May this number be called: every reason, every zone, the next moment at which it may."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.context import CallHeader, Collector, Contact, Listener
from compliance.packs import load_rules
from compliance.permission import Dialling, May, facts_asked, may_call
from compliance.permitted_times import permission
from compliance.phrases import PACKS
from compliance.places import LANGUAGE_OF
from compliance.rules import RuleSet
from tests.compliance.small_pack import small_rules

NOON = datetime(2026, 11, 27, 17, tzinfo=UTC)  # a Friday, noon in New York
EASTERN = "America/New_York"
LIFTERS = frozenset({"outsourcing_notified", "outsourcing_notice_sent"})


@pytest.fixture(scope="module")
def packs() -> dict[str, RuleSet]:
    return {name: load_rules(name, language) for name, language in LANGUAGE_OF.items()}


def dialling(
    rules: RuleSet, *contacts: Contact, facts: dict[str, bool] | None = None, **known: object
) -> Dialling:
    """A customer of whom everything is known and nothing stands in the way."""
    told = {name: name in LIFTERS for name in facts_asked(rules)} | (facts or {})
    state, number = ("NY", "212-555-0100") if rules.jurisdiction == "us" else (None, "912345678")
    header = CallHeader(
        rules.jurisdiction,
        rules.language,
        collector=Collector.AGENCY,
        facts=told,
        contacts=contacts,
        account={"id": "A1"},
        number=number,
        customer_state=state,
    )
    special = {name: known.pop(name) for name in ("promises_due", "callback_at") if name in known}
    header = replace(header, **known)  # type: ignore[arg-type]
    return Dialling(header, **{"promises_due": (), **special})  # type: ignore[arg-type]


def against(rules: RuleSet, asked: Dialling, at: datetime = NOON) -> dict[str, May]:
    return {r.rule or r.because: r.may for r in may_call(rules, asked, at).against}


def tried(*days_ago: float, outcome: str = "no_answer", at: datetime = NOON) -> list[Contact]:
    return [Contact(at - timedelta(days=days), outcome=outcome) for days in days_ago]


@pytest.mark.parametrize("name", sorted(LANGUAGE_OF))
def test_who_is_known_and_has_nothing_in_the_way_may_be_called(
    packs: dict[str, RuleSet], name: str
) -> None:
    rules = packs[name]
    hour = {"us": 17, "uk": 12}.get(name, 4)  # about noon there
    answer = may_call(rules, dialling(rules), NOON.replace(hour=hour))
    assert answer.may is May.YES, answer.against
    assert {reason.may for reason in answer.reasons} == {May.YES}
    assert all(reason.citation and reason.verified_law for reason in answer.reasons)
    night = may_call(rules, dialling(rules), NOON.replace(hour=(hour + 12) % 24))
    assert night.may is May.NO
    assert [reason.family for reason in night.against] == ["hours"]


@pytest.mark.parametrize("name", sorted(LANGUAGE_OF))
def test_each_unknown_fact_alone_keeps_it_from_being_a_yes(
    packs: dict[str, RuleSet], name: str
) -> None:
    rules = packs[name]
    at = NOON.replace(hour={"us": 17, "uk": 12}.get(name, 4))
    whole = dialling(rules)
    for fact in facts_asked(rules):
        facts = {key: value for key, value in whole.header.facts.items() if key != fact}
        unknown = replace(whole, header=replace(whole.header, facts=facts))
        answer = may_call(rules, unknown, at)
        for reason in answer.against:
            assert (reason.may, reason.because) == (May.UNKNOWN, f"fact:{fact}")
        by_state = fact in {"number_elsewhere", "will_not_pay", "time_barred"}
        by_listener = fact == "third_party_refused"  # asked of third parties' numbers alone
        assert answer.may is (May.YES if by_state or by_listener else May.UNKNOWN), fact
    for left_out in ("contacts", "number", "promises"):
        unknown = {
            "contacts": replace(whole, header=replace(whole.header, contacts=None)),
            "number": replace(whole, header=replace(whole.header, number=None)),
            "promises": replace(whole, promises_due=None),
        }[left_out]
        assert may_call(rules, unknown, at).may is May.UNKNOWN, left_out


@pytest.mark.parametrize("name", sorted(LANGUAGE_OF))
@pytest.mark.parametrize(
    "fact",
    ["cease_contact", "represented", "disputed", "deceased", "insolvency", "workplace_number"],
)
def test_what_is_on_file_is_a_no_in_every_place(
    packs: dict[str, RuleSet], name: str, fact: str
) -> None:
    rules = packs[name]
    asked = dialling(rules, facts={fact: True})
    at = NOON.replace(hour={"us": 17, "uk": 12}.get(name, 4))
    told = permission(rules, asked, at)
    assert told.answer.may is May.NO
    assert told.next_at is None  # no time of day changes it
    (reason,) = told.answer.against
    assert reason.rule.startswith(name.upper())
    for lifter in reason.lifted_by:
        lifted = dialling(rules, facts={fact: True, lifter: True})
        assert may_call(rules, lifted, at).may is May.YES, lifter


@pytest.mark.parametrize(
    ("jurisdiction", "contacts", "known", "found"),
    [
        # Seven in seven: this call is the eighth, or the seventh.
        ("us", tried(0.1, 1, 2, 3, 4, 5, 6), {}, {"US-11-seven": May.NO}),
        ("us", tried(0.1, 1, 2, 3, 4, 5), {}, {}),
        ("us", tried(1, 2, 3, 4, 5, 6, 7), {}, {}),  # day seven is outside
        # What came of it unknown: it may have been no connection.
        ("us", [Contact(NOON - timedelta(days=1))], {}, {"US-11-cooldown": May.UNKNOWN}),
        ("us", tried(3, outcome="promise"), {}, {"US-11-cooldown": May.NO}),
        ("us", tried(3, outcome="promise"), {"callback_at": NOON - timedelta(hours=1)}, {}),
        ("us", tried(3, outcome="promise"), {"callback_at": NOON + timedelta(hours=1)},
         {"US-11-cooldown": May.NO}),
        ("us", tried(8, outcome="promise"), {}, {}),
        # Massachusetts, in-house too.
        ("us", tried(1, 2), {"customer_state": "MA", "collector": Collector.IN_HOUSE,
                             "number": "6175550100"}, {"US-11-ma": May.NO}),
        ("us", tried(1), {"customer_state": "MA", "number": "6175550100"}, {}),
        ("us", tried(1, outcome="wrong_number"), {"customer_state": "MA"}, {}),
        # Address and area code both must permit: noon in New York, seven in Honolulu.
        ("us", [], {"customer_state": "NY", "number": "8085550100"}, {"US-10-window": May.NO}),
        ("us", [], {"customer_state": "HI", "number": "2125550100"}, {"US-10-window": May.NO}),
        ("us", [], {"customer_state": None, "number": "12345"}, {"US-10-window": May.UNKNOWN}),
        # A promise holds until its day has passed.
        ("us", [], {"promises_due": (date(2026, 11, 27),)}, {"US-11-promise": May.NO}),
        ("us", [], {"promises_due": (date(2026, 11, 26),)}, {}),
        # Clocks: contacts later than now.
        ("us", [Contact(NOON + timedelta(hours=1), outcome="busy")], {}, {"clock": May.UNKNOWN}),
        ("us", [Contact(NOON + timedelta(minutes=1), outcome="busy")], {}, {}),
        # They were made by now, whatever the clock says, and count.
        ("us", [Contact(NOON + timedelta(minutes=3), outcome="no_answer")] * 7, {},
         {"US-11-seven": May.NO}),
        ("us", [Contact(NOON + timedelta(days=9), outcome="no_answer")] * 7, {},
         {"US-11-seven": May.NO, "clock": May.UNKNOWN}),
    ],
)  # fmt: skip
def test_counts_zones_and_promises(
    packs: dict[str, RuleSet],
    jurisdiction: str,
    contacts: list[Contact],
    known: dict[str, object],
    found: dict[str, May],
) -> None:
    rules = packs[jurisdiction]
    assert against(rules, dialling(rules, *contacts, **known)) == found  # type: ignore[arg-type]


def test_counts_in_mainland_china_are_by_number_and_by_day(packs: dict[str, RuleSet]) -> None:
    rules = packs["cn"]
    noon = NOON.replace(hour=4)
    here, there = "13800000001", "13800000002"
    times = [Contact(noon - timedelta(minutes=9 * n), here, "no_answer") for n in range(1, 7)]
    asked = dialling(rules, *times, number=here)
    assert against(rules, asked, noon) == {"CN-11-attempts": May.NO}
    assert against(rules, dialling(rules, *times, number=there), noon) == {}
    assert permission(rules, asked, noon).next_at == datetime(2026, 11, 28, 0, tzinfo=UTC)
    others = dialling(rules, number=here, listener=Listener.THIRD_PARTY)
    assert against(rules, others, noon)["CN-09-attempts"] is May.NO  # nobody tried the debtor


def test_rules_on_trial_answer_nothing(packs: dict[str, RuleSet]) -> None:
    for rules in packs.values():
        told = may_call(rules, dialling(rules), NOON)
        assert not [r.rule for r in told.reasons if r.rule and rules.rule(r.rule).trial]


def test_a_moment_needs_an_offset(packs: dict[str, RuleSet]) -> None:
    with pytest.raises(ValueError, match="offset"):
        may_call(packs["us"], dialling(packs["us"]), NOON.replace(tzinfo=None))


# ---- the next moment -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "known", "expected"),
    [
        # Before eight, after nine; across the weekend of the clocks.
        ("2026-11-27T07:30-05:00", {}, "2026-11-27T08:00-05:00"),
        ("2026-11-27T21:00-05:00", {}, "2026-11-27T21:00-05:00"),
        ("2026-11-27T21:00:01-05:00", {}, "2026-11-28T08:00-05:00"),
        ("2026-10-31T22:00-04:00", {}, "2026-11-01T08:00-05:00"),
        ("2026-03-07T22:00-05:00", {}, "2026-03-08T08:00-04:00"),
        # The later of two coasts opens, the earlier closes.
        ("2026-11-27T08:30-05:00", {"customer_state": "NY", "number": "310-555-0100"},
         "2026-11-27T11:00-05:00"),
        ("2026-11-27T21:30-05:00", {"customer_state": "NY", "number": "310-555-0100"},
         "2026-11-28T11:00-05:00"),
        # Arizona keeps its time, the Navajo Nation does not: both count.
        ("2026-07-01T07:30-07:00", {"customer_state": "AZ", "number": "602-555-0100"},
         "2026-07-01T08:00-07:00"),
        # A promise, a month off.
        ("2026-11-27T12:00-05:00", {"promises_due": (date(2026, 12, 31),)},
         "2027-01-01T08:00-05:00"),
        ("2026-11-27T12:00-05:00",
         {"contacts": (Contact(datetime(2026, 11, 25, 15, tzinfo=UTC), outcome="promise"),),
          "callback_at": datetime(2026, 11, 28, 16, tzinfo=UTC)}, "2026-11-28T11:00-05:00"),
    ],
)  # fmt: skip
def test_the_next_permitted_time(
    packs: dict[str, RuleSet], at: str, known: dict[str, object], expected: str
) -> None:
    rules = packs["us"]
    told = permission(rules, dialling(rules, **known), datetime.fromisoformat(at))  # type: ignore[arg-type]
    assert told.next_at == datetime.fromisoformat(expected)


def test_a_yes_says_until_when(packs: dict[str, RuleSet]) -> None:
    rules = packs["us"]
    told = permission(rules, dialling(rules), NOON)
    assert told.until is not None
    assert told.until - NOON == timedelta(hours=9, microseconds=1)
    assert may_call(rules, dialling(rules), told.until).may is May.NO


# ---- what holds of every customer ----------------------------------------------------------------

ODD = """
- id: US-10
  family: hours
  kind: window
  verified_law: verified
  citation: Somewhere 10
  window: {from: '02:15', to: '20:00', closed: [sun]}
- id: US-11
  family: frequency
  kind: limit
  verified_law: verified
  citation: Somewhere 11
  limit: {most: 2, hours: 24}
- id: US-11-b
  family: frequency
  kind: limit
  verified_law: verified
  citation: Somewhere 11
  limit: {most: 0, days: 3, outcomes: [conversation], this_call: false, unless: [callback_agreed]}
- id: US-11-c
  family: frequency
  kind: limit
  verified_law: verified
  citation: Somewhere 11
  when: {facts: {promise_pending: true}}
  limit: {most: 0, days: 1}
"""
# Days on which clocks change, with gaps and repeats at two in the morning or at midnight.
ZONES = ("America/New_York", "Europe/London", "Asia/Taipei", "America/Havana", "Asia/Beirut",
         "Australia/Lord_Howe")  # fmt: skip
MOMENTS = st.one_of(
    st.integers(0, 34 * 86400).map(lambda s: datetime(2026, 3, 5, tzinfo=UTC) + timedelta(0, s)),
    st.integers(0, 17 * 86400).map(lambda s: datetime(2026, 10, 20, tzinfo=UTC) + timedelta(0, s)),
)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    outcomes = {"outcomes.yaml": (PACKS / "outcomes.yaml").read_text("utf-8")}
    return small_rules(Path(tmp_path_factory.mktemp("odd")), rules=ODD, files=outcomes)


@st.composite
def customers(draw: st.DrawFn) -> tuple[Dialling, datetime]:
    now = draw(MOMENTS)
    contacts = draw(
        st.lists(
            st.tuples(
                st.timedeltas(timedelta(0), timedelta(days=4)),
                st.sampled_from(["no_answer", "promise", "inbound", None]),
            ),
            max_size=4,
        )
    )
    promises = draw(st.lists(st.integers(-2, 9), max_size=2))
    callback = draw(st.none() | st.timedeltas(timedelta(days=-1), timedelta(days=3)))
    header = CallHeader(
        "us",
        "en-US",
        customer_timezone=draw(st.sampled_from(ZONES)),
        customer_state=draw(st.sampled_from([None, "NY", "CA"])),
        contacts=tuple(Contact(now - ago, outcome=outcome) for ago, outcome in contacts),
        number="5551234",
        verified=False,
    )
    due = tuple((now + timedelta(days=days)).date() for days in promises)
    return Dialling(header, due, None if callback is None else now + callback), now


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(customers(), st.floats(0, 1))
def test_the_next_permitted_time_is_permitted_and_nothing_before_it(
    odd: RuleSet, customer: tuple[Dialling, datetime], share: float
) -> None:
    asked, now = customer
    told = permission(odd, asked, now)
    if told.answer.may is May.YES:
        assert told.next_at == now
        end = told.until or now + timedelta(hours=6)
        inside = now + (end - now) * share * 0.999
        assert may_call(odd, asked, inside).may is May.YES
        return
    assert told.next_at is not None, told.answer.against
    assert told.next_at > now
    assert may_call(odd, asked, told.next_at).may is May.YES
    between = now + (told.next_at - now) * share * 0.999
    assert may_call(odd, asked, between).may is not May.YES
    assert permission(odd, asked, between).next_at == told.next_at  # monotone
    unchanged = now + (told.settled_until - now) * share * 0.999
    assert may_call(odd, asked, unchanged).may is told.answer.may


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(customers(), st.integers(1, 40))
def test_later_questions_have_later_answers(
    odd: RuleSet, customer: tuple[Dialling, datetime], hours: int
) -> None:
    asked, now = customer
    first = permission(odd, asked, now).next_at
    second = permission(odd, asked, now + timedelta(hours=hours)).next_at
    assert first is not None
    assert second is not None
    assert first <= second
