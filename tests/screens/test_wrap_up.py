"""The wrap-up before it is confirmed: what the call fills in, what is asked, what is summed up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Input

from assistant.call_happenings import CallHappenings, kept_happenings
from assistant.call_view import CallView
from assistant.events import (
    Act,
    AgentActed,
    CustomerDid,
    Ended,
    FindingChanged,
    ObjectionHeard,
    Output,
    PromiseChanged,
    PromiseStatus,
    PromptChanged,
    StatementChanged,
)
from assistant.guidance import load_guidance
from assistant.interface_text import Interface
from assistant.next_contact import ContactTime, contact_time, contact_times, dialling_after
from assistant.screens.runs import cells
from assistant.screens.setup import Mode
from assistant.screens.wrap_up_lines import contact_text, summary_lines
from assistant.typed_values import Reading, reading_for
from assistant.wording import Wording
from assistant.wrap_up import Wanting, WrapUp, due_for_list
from assistant.wrap_up_draft import WrapUpDraft
from compliance.context import CallHeader, Collector
from compliance.findings import Kind, Statement, StatementState, Status
from compliance.permission import facts_asked
from scripts.commitments import Proposal
from scripts.outcomes import load_outcomes
from scripts.outcomes_summary import About, Happening
from scripts.promising import Promised
from tests.screens import calls
from tests.screens.driving import call_up, on_screen, setup_of
from tests.screens.test_live_screen import LiveDesk

TODAY = date(2026, 11, 28)
OUTCOMES = load_outcomes()
EN = calls.SCENES["en-US"]
READING = Reading(TODAY)


def part(amount: str | None, day: date | None, method: str = "debit_card") -> Proposal:
    return Proposal(None if amount is None else Decimal(amount), "USD", day, method, ())


def promise(status: PromiseStatus, *parts: Proposal) -> PromiseChanged:
    return PromiseChanged(Promised(1, parts or (part("80", date(2026, 12, 4)),), ""), status, 31.0)


def view_of(*events: Output, scene: calls.Scene = EN) -> CallView:
    view = CallView()
    for envelope in calls.envelopes([*calls.verified(scene), *events, Ended(90.0, "hung_up", ())]):
        view.apply(envelope)
    return view


def draft_of(*events: Output, **options: object) -> WrapUpDraft:
    return WrapUpDraft(view_of(*events), OUTCOMES, READING, **options)  # type: ignore[arg-type]


# ---- what the call fills in ----------------------------------------------------------------------

CONFIRMED, PROPOSED = PromiseStatus.CONFIRMED, PromiseStatus.PROPOSED
SECOND = part("40", date(2026, 12, 18), "")


@pytest.mark.parametrize(
    ("events", "number", "filled"),
    [
        ([promise(CONFIRMED)], "", {"amount": "80", "due_on": "2026-12-04", "method": "8"}),
        ([promise(CONFIRMED, SECOND, part("80", date(2026, 12, 4)))], "",
         {"amount": "80", "due_on": "2026-12-04", "method": "8"}),
        ([promise(CONFIRMED, SECOND)], "", {"amount": "40", "due_on": "2026-12-18"}),
        ([promise(CONFIRMED)], "34",
         {"first_amount": "80", "due_on": "2026-12-04", "method": "8"}),
        ([promise(CONFIRMED)], "33", {"amount": "80", "due_on": "2026-12-04", "method": "8"}),
        ([promise(CONFIRMED)], "31", {}),  # what is paid is another matter than what is promised
        ([promise(CONFIRMED)], "36", {}),
        ([promise(PROPOSED)], "32", {}),
        ([promise(CONFIRMED, part("80", date(2026, 11, 20)))], "32",
         {"amount": "80", "method": "8"}),
        ([], "32", {}),
        ([ObjectionHeard("already_paid", "", 30.0)], "31", {}),
    ],
)  # fmt: skip
def test_only_what_was_confirmed_is_filled_in(
    events: list[Output], number: str, filled: dict[str, str]
) -> None:
    draft = draft_of(*events)
    if number:
        draft.type("outcome", number)
    assert {item.id: draft.text(item.id) for item in draft.fields if draft.text(item.id)} == filled


def test_the_demonstrations_promise_needs_one_key() -> None:
    draft = draft_of(promise(CONFIRMED))
    made = draft.confirmed()
    assert isinstance(made, WrapUp)
    assert (made.outcome, made.missing, made.next_contact) == ("promise", (), date(2026, 12, 5))
    assert made.values == {
        "amount": Decimal(80),
        "due_on": date(2026, 12, 4),
        "method": "debit_card",
    }


def test_what_is_typed_stays_and_what_was_filled_in_follows_the_outcome() -> None:
    draft = draft_of(promise(CONFIRMED))
    draft.type("amount", "75")
    draft.type("next_contact", "12-09")
    for number, contact in (("36", "12-09"), ("32", "12-09")):
        draft.type("outcome", number)
        assert draft.text("next_contact") == contact
    assert draft.text("amount") == "75"
    assert draft.text("method") == "8"
    draft.type("next_contact", "2026-12-05")
    draft.type("due_on", "12-10")
    assert draft.text("next_contact") == "2026-12-11", "the day after the day that was changed"
    draft.type("outcome", "3")
    assert (draft.text("next_contact"), draft.fields) == ("", ())
    draft.type("outcome", "41")
    assert draft.text("next_contact") == ""


def lacks(field: str) -> Wanting:
    return Wanting(field, not_understood=False)


def unclear(field: str) -> Wanting:
    return Wanting(field, not_understood=True)


@pytest.mark.parametrize(
    ("number", "typed", "wants"),
    [
        ("", {}, unclear("outcome")),
        ("99", {}, unclear("outcome")),
        ("32", {}, lacks("amount")),
        ("32", {"amount": "x"}, unclear("amount")),
        ("32", {"amount": "0"}, unclear("amount")),
        ("32", {"amount": "5", "due_on": "11-27"}, lacks("method")),
        ("32", {"amount": "5", "due_on": "2026-11-27"}, unclear("due_on")),
        ("32", {"amount": "5", "due_on": "+3", "method": "9"}, unclear("method")),
        ("31", {"amount": "5", "paid_on": "+3", "method": "1"}, unclear("paid_on")),
        ("37", {"callback_on": "+3", "callback_at": "3"}, unclear("callback_at")),
        ("39", {"next_contact": "never"}, unclear("next_contact")),
        ("41", {"subject": "fee", "next_contact": "+3"}, lacks("next_contact")),
    ],
)  # fmt: skip
def test_what_is_wanting_is_named(number: str, typed: dict[str, str], wants: Wanting) -> None:
    draft = draft_of()
    draft.type("outcome", number)
    for name, text in typed.items():
        draft.type(name, text)
    assert draft.confirmed() == wants
    left = draft.left()
    if not number or number == "99":
        assert left == wants
    else:
        assert isinstance(left, WrapUp)
        assert wants.field in (*left.missing, "next_contact")
        assert not set(left.missing) & set(left.values)


FIELDS = st.sampled_from(
    ["outcome", "amount", "due_on", "method", "reason", "note", "next_contact", "callback_on",
     "callback_at", "consent", "instalments"]
)  # fmt: skip
TEXTS = st.text(max_size=12) | st.sampled_from(["32", "34", "37", "47", "80", "+3", "1"])


@given(st.dictionaries(FIELDS, TEXTS))
def test_whatever_is_typed_the_wrap_up_can_be_left(typed: dict[str, str]) -> None:
    draft = draft_of(promise(CONFIRMED))
    for name, text in typed.items():
        draft.type(name, text)
    whole, left = draft.confirmed(), draft.left()
    if draft.outcome is None:
        assert isinstance(left, Wanting)
        return
    assert isinstance(left, WrapUp)
    if isinstance(whole, WrapUp):
        assert whole == left
        assert not left.missing


DUE, AFTER = date(2026, 12, 4), date(2026, 12, 5)


@pytest.mark.parametrize(
    ("wrap_up", "told"),
    [
        (WrapUp("promise", AFTER, values={"due_on": DUE}), DUE),
        (WrapUp("promise", AFTER), AFTER),
        (WrapUp("callback", AFTER, values={"callback_on": DUE}), DUE),
        (WrapUp("broken_promise", AFTER, values={"due_on": DUE}), AFTER),
        (WrapUp("dispute"), None),
    ],
)
def test_the_work_list_is_told_the_day_that_it_understands(
    wrap_up: WrapUp, told: date | None
) -> None:
    assert due_for_list(wrap_up, OUTCOMES) == told


# ---- what happened -------------------------------------------------------------------------------


def found(kind: Kind, rule: str, status: Status = Status.CONFIRMED, call_s: float = 33.0) -> Output:
    finding = replace(calls.finding(EN, "u4", 4, (0, 4), status), kind=kind, rule=rule, id=rule)
    return FindingChanged(finding, "", call_s)


def stated(name: str, state: StatementState) -> Output:
    return StatementChanged(Statement(name, state), 50.0)


def exit_of(stage: str, call_s: float) -> Output:
    return PromptChanged(calls.prompt(EN, stage, "Line.", ""), call_s)


HAPPENED: list[tuple[list[Output], list[tuple[About, str]]]] = [
    ([exit_of("hardship", 10.0), exit_of("options", 20.0), exit_of("hardship", 90.0)],
     [(About.REASON, "hardship")]),
    ([CustomerDid("dispute", 10.0), exit_of("dispute", 10.0)], [(About.REASON, "dispute")]),
    ([CustomerDid("verified", 10.0)], []),
    ([ObjectionHeard("illness", "", 10.0), ObjectionHeard("illness", "", 12.0)],
     [(About.OBJECTION, "illness")]),
    ([ObjectionHeard("illness", "", 10.0), ObjectionHeard("illness", "", 40.0)],
     [(About.OBJECTION, "illness"), (About.OBJECTION, "illness")]),
    ([ObjectionHeard("fees_unfair", "", 10.0)],
     [(About.OBJECTION, "fees_unfair"), (About.COMPLAINT, "fees_unfair")]),
    ([exit_of("complaint", 10.0)], [(About.REASON, "complaint"), (About.COMPLAINT, "complaint")]),
    ([found(Kind.ROUTE, "ROUTE-lawyer")], [(About.REASON, "represented")]),
    ([found(Kind.ROUTE, "ROUTE-illness")], [(About.OBJECTION, "illness")]),
    ([found(Kind.ROUTE, "ROUTE-nobody_knows")], []),
    ([found(Kind.ROUTE, "ROUTE-lawyer", Status.PROVISIONAL)], []),
    ([found(Kind.FORBIDDEN, "US-03")], [(About.FINDING, "US-03")]),
    ([found(Kind.FORBIDDEN, "US-03"), found(Kind.FORBIDDEN, "US-03", Status.WITHDRAWN)], []),
    ([stated("recap", StatementState.DUE), stated("recap", StatementState.SAID)],
     [(About.STATEMENT, "recap")]),
    ([stated("recap", StatementState.PARTIAL), stated("amount_stated", StatementState.CANNOT_TELL)],
     [(About.MISSED, "recap"), (About.CANNOT_TELL, "amount_stated")]),
]  # fmt: skip


@pytest.mark.parametrize(("events", "happened"), HAPPENED)
def test_events_become_happenings(events: list[Output], happened: list[tuple[About, str]]) -> None:
    gathered = CallHappenings()
    for event in events:
        gathered.take(event)
    assert [(one.about, one.slug) for one in gathered.all] == happened


def test_keys_and_what_is_kept_tell_the_same() -> None:
    inputs = [
        AgentActed(Act.EXIT, 8000, "dispute"),
        AgentActed(Act.OBJECTION, 16000, "bad_service"),
        AgentActed(Act.OPTION_QUOTED, 24000, "You could pay $80 a month."),
        AgentActed(Act.VERIFIED, 24000),
    ]
    told = kept_happenings(inputs, [found(Kind.ROUTE, "ROUTE-dispute", call_s=9.0)], 8000)
    assert told == (
        Happening(About.REASON, "dispute", 1.0),
        Happening(About.OBJECTION, "bad_service", 2.0),
        Happening(About.COMPLAINT, "bad_service", 2.0),
    )


# ---- when to call again --------------------------------------------------------------------------

NOW = datetime(2026, 11, 28, 15, tzinfo=UTC)
RULES = load_guidance("tw", "zh-TW", Collector.IN_HOUSE).rules
KNOWN = CallHeader(
    "tw", "zh-TW", Collector.IN_HOUSE, customer_timezone="Asia/Taipei",
    facts=dict.fromkeys(facts_asked(RULES), False), contacts=(), number="0912345678",
)  # fmt: skip


@pytest.mark.parametrize(
    ("header", "certain"), [(KNOWN, True), (replace(KNOWN, facts={}, contacts=None), False)]
)
def test_the_next_contact_lies_within_permitted_hours(header: CallHeader, *, certain: bool) -> None:
    earliest = AFTER
    dialling = dialling_after(header, NOW, "promise", (date(2026, 12, 4),))
    told = contact_time(RULES, dialling, earliest, NOW, UTC)
    assert told is not None
    assert told.day >= earliest
    assert told.opens is not None
    assert told.closes is not None
    assert time(6) < told.opens < told.closes < time(23)
    assert told.certain is certain


def test_nothing_is_proposed_before_now_nor_while_a_promise_is_not_due() -> None:
    told = contact_times(RULES, lambda: NOW, lambda: UTC)(
        KNOWN, "promise", (date(2026, 12, 4),), TODAY - timedelta(days=30)
    )
    assert told is not None
    assert told.day == date(2026, 12, 5)


def test_who_may_not_be_called_has_no_next_contact() -> None:
    header = replace(KNOWN, facts={**KNOWN.facts, "cease_contact": True, "represented": True})
    rules = load_guidance("us", "en-US", Collector.AGENCY).rules
    header = replace(header, jurisdiction="us", language="en-US", collector=Collector.AGENCY,
                     customer_timezone="America/New_York")  # fmt: skip
    dialling = dialling_after(header, NOW, "no_answer", ())
    assert contact_time(rules, dialling, TODAY, NOW, UTC) is None
    view = view_of()
    draft = WrapUpDraft(view, OUTCOMES, READING, contact_time=lambda *_: None)
    draft.type("outcome", "39")
    assert draft.text("next_contact") == ""
    shown = text_of(summary_lines(view, draft.digest, draft.outcome, wording("en"), "USD", 100))
    assert "no permitted time is known" in shown


# ---- what is shown -------------------------------------------------------------------------------


def wording(interface: str) -> Wording:
    return Wording(calls.Texts(), Interface(interface), "en-US")


def text_of(lines: Sequence[Sequence[object]]) -> str:
    return "\n".join("".join(run.text for run in line) for line in lines)  # type: ignore[attr-defined]


@pytest.mark.parametrize("interface", ["en", "zh-TW", "zh-CN"])
@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_summary_says_what_there_was_and_nothing_else(interface: str, width: int) -> None:
    view = view_of(
        exit_of("hardship", 10.0), exit_of("close", 60.0), ObjectionHeard("fees_unfair", "", 11.0),
        ObjectionHeard("fees_unfair", "", 41.0), stated("recap", StatementState.MISSED),
        promise(CONFIRMED), promise(PROPOSED, part("40", None)),
    )  # fmt: skip
    draft = WrapUpDraft(view, OUTCOMES, READING, account=calls.account("en-US"))
    lines = summary_lines(
        view, draft.digest, draft.outcome, wording(interface), "USD", width, ("→ desk",)
    )
    assert all(cells(line) <= width for line in lines)
    shown = text_of(lines)
    if interface == "en" and width == 80:
        for words in (
            "Matters        Hardship", "fees are unfair ×2", "For the bank", "◆ $80.00 · Fri, Dec",
            "not confirmed", "□ what was agreed", "→ desk", "Look for the payment",
            "Quiet until    Fri, Dec 4", "Contact        Sat, Dec 5",
        ):  # fmt: skip
            assert words in shown, words
        assert "Documents" not in shown
    elif interface != "en":
        assert "hardship" not in shown.lower()


@pytest.mark.parametrize(
    ("number", "day", "quiet"),
    [
        ("32", "", ""),  # the day of the promise is yet to be typed
        ("32", "12-04", "Quiet until    Fri, Dec 4"),
        ("45", "", "Quiet until    somebody lifts it"),
    ],
)
def test_nothing_is_quiet_until_a_promise_has_its_day(number: str, day: str, quiet: str) -> None:
    draft = draft_of()
    draft.type("outcome", number)
    if day:
        draft.type("due_on", day)
    lines = summary_lines(view_of(), draft.digest, draft.outcome, wording("en"), "USD", 80, ())
    assert quiet in text_of(lines)
    assert ("Quiet until" in text_of(lines)) == bool(quiet)


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        (ContactTime(date(2026, 12, 5), time(8), time(21), certain=True),
         "Sat, Dec 5 08:00–21:00, the customer's time"),
        (ContactTime(date(2026, 12, 5), time(8), None, certain=True),
         "Sat, Dec 5 08:00–24:00, the customer's time"),
        (ContactTime(date(2026, 12, 5), None, None, certain=False),
         "Sat, Dec 5 · as far as is known"),
    ],
)  # fmt: skip
def test_a_time_to_call_says_how_sure_it_is(contact: ContactTime, told: str) -> None:
    assert contact_text(contact, wording("en")) == told


async def test_at_a_desk_in_taiwan_years_are_its_own() -> None:
    desk = LiveDesk()
    scene = calls.SCENES["zh-TW"]
    setup = setup_of("zh-TW", mode=Mode.LIVE, outcomes=OUTCOMES, today=TODAY)
    events = [*calls.verified(scene), CustomerDid("commitment", 40.0), Ended(90.0, "hung_up", ())]
    async with call_up(setup, events, desk=desk) as (app, pilot):
        await pilot.press("tab", *"３，０００元", "tab", *"115-12-05", "tab", "1")
        await pilot.pause()
        shown = on_screen(app)
        assert "NT$ 3,000" in shown
        assert "12月5日" in shown
        assert app.screen.query_one("#next_contact", Input).value == "2026-12-06"
        await pilot.press("enter")
    assert desk.confirmed is not None
    assert desk.confirmed.values == {
        "amount": Decimal(3000),
        "due_on": date(2026, 12, 5),
        "method": "bank_transfer",
    }
    assert reading_for("us", "en-US", TODAY) == READING
