"""The call screen: a promise on its line and its two keys; the ways to repay on their sheet."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from rich.cells import cell_len

from assistant.call_view import CallView
from assistant.events import Output, PromiseChanged, PromiseStatus
from assistant.quoting import NotAnAmount, amount_typed, quotes, terms_for
from assistant.screens.quoting import QuoteSheet
from assistant.typed_values import Reading
from assistant.wrap_up_draft import WrapUpDraft
from compliance.errors import BadInput
from scripts.commitments import Proposal
from scripts.commitments_parts import Doubt
from scripts.outcomes import load_outcomes
from scripts.outcomes_summary import About
from scripts.promising import Promised
from scripts.repayment_options import Kind, Means
from scripts.repayment_terms import default_terms
from tests.screens import calls
from tests.screens.driving import call_up, on_screen, setup_of

TODAY = date(2026, 11, 28)


def promised(*doubts: Doubt, day: date | None = date(2026, 12, 4)) -> Promised:
    part = Proposal(Decimal("80.00"), "USD", day, "debit_card", doubts)
    return Promised(1, (part,), "Let me read that back.")


def with_promise(
    status: PromiseStatus, *doubts: Doubt, day: date | None = date(2026, 12, 4)
) -> list[Output]:
    scene = calls.SCENES["en-US"]
    return [*calls.verified(scene), PromiseChanged(promised(*doubts, day=day), status, 31.0)]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_a_promise_stands_with_its_keys_and_is_confirmed_by_one(
    size: tuple[int, int],
) -> None:
    desk = calls.RecordingDesk()
    async with call_up(setup_of("en-US"), size=size, desk=desk) as (app, pilot):
        app.deliver(calls.envelopes(with_promise(PromiseStatus.PROPOSED)))
        await pilot.pause()
        assert "◇ $80.00 · Fri, Dec 4 · debit card" in on_screen(app)
        assert "Enter confirm" in on_screen(app)
        await pilot.press("enter", "delete")
        assert desk.acts == [("promise_confirmed", "1"), ("promise_dismissed", "1")]


async def test_what_has_no_day_is_not_confirmed_and_says_why() -> None:
    desk = calls.RecordingDesk()
    async with call_up(setup_of("en-US"), size=(120, 40), desk=desk) as (app, pilot):
        told = with_promise(PromiseStatus.PROPOSED, Doubt.NO_DAY, day=None)
        app.deliver(calls.envelopes(told))
        await pilot.press("enter")
        await pilot.pause()
        assert desk.acts == []
        assert "amount or day is still missing" in on_screen(app)
        assert "◇ $80.00 · ? · debit card (no day yet?)" in on_screen(app)


async def test_a_confirmed_promise_proposes_outcome_and_next_contact() -> None:
    events = with_promise(PromiseStatus.CONFIRMED)
    async with call_up(setup_of("en-US"), events) as (app, _pilot):
        assert "◆ $80.00 · Fri, Dec 4 · debit card" in on_screen(app)
    view = CallView()
    for envelope in calls.envelopes(events):
        view.apply(envelope)
    draft = WrapUpDraft(view, load_outcomes(), Reading(TODAY))
    assert draft.outcome is not None
    assert draft.outcome.id == "promise"
    assert draft.text("next_contact") == "2026-12-05", "the day after: until then nobody calls"


async def test_a_later_proposal_that_is_put_away_leaves_the_confirmed_promise() -> None:
    later = PromiseChanged(
        Promised(2, (Proposal(Decimal("50.00"), "USD", date(2026, 12, 9), "", ()),), ""),
        PromiseStatus.PROPOSED,
        40.0,
    )
    away = PromiseChanged(later.promised, PromiseStatus.DISMISSED, 42.0)
    events = [*with_promise(PromiseStatus.CONFIRMED), later]
    async with call_up(setup_of("en-US"), events) as (app, pilot):
        assert "◆ $80.00" in on_screen(app)
        assert "◇ $50.00" in on_screen(app)
        app.deliver(calls.envelopes([away, *calls.over(calls.SCENES["en-US"])[-1:]]))
        await pilot.pause()
        assert "◆ $80.00" in on_screen(app)
        assert "$50.00" not in on_screen(app)


async def test_the_ways_to_repay_close_when_somebody_else_listens() -> None:
    scene = calls.SCENES["en-US"]
    setup = setup_of("en-US", terms=default_terms("us"), today=TODAY)
    async with call_up(setup, calls.verified(scene)) as (app, pilot):
        await pilot.press("o")
        assert isinstance(app.screen, QuoteSheet)
        app.deliver(calls.envelopes(calls.third_party(scene)))
        await pilot.pause()
        assert not isinstance(app.screen, QuoteSheet)
        assert str(scene.account.overdue_amount) not in on_screen(app)


async def test_nothing_of_a_promise_is_seen_while_somebody_else_listens() -> None:
    scene = calls.SCENES["en-US"]
    async with call_up(setup_of("en-US"), size=(120, 40)) as (app, pilot):
        told = [*with_promise(PromiseStatus.PROPOSED), *calls.third_party(scene)]
        app.deliver(calls.envelopes(told))
        await pilot.pause()
        assert "$80.00" not in on_screen(app)


@pytest.mark.parametrize("language", ["en-US", "zh-TW", "zh-CN"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_the_ways_to_repay_follow_what_is_typed(language: str, size: tuple[int, int]) -> None:
    desk = calls.RecordingDesk()
    scene = calls.SCENES[language]
    jurisdiction = {"en-US": "us", "zh-TW": "tw", "zh-CN": "cn"}[language]
    setup = setup_of(language, terms=default_terms(jurisdiction), today=TODAY)
    async with call_up(setup, size=size, desk=desk) as (app, pilot):
        app.deliver(calls.envelopes(calls.verified(scene)))
        await pilot.press("o")
        assert isinstance(app.screen, QuoteSheet)
        before = on_screen(app)
        await pilot.press(*"100000")
        after = on_screen(app)
        assert before != after
        assert all(cell_len(line) <= size[0] for line in after.splitlines())
        await pilot.press("down", "enter")
        assert not isinstance(app.screen, QuoteSheet)
        ((act, line),) = desk.acts
        assert act == "option_quoted"
        assert line
        (named,) = (one for one in app.call_screen.view.happened.all if one.about is About.OPTION)
        assert named.slug in set(Kind)


async def test_the_sheet_stays_closed_before_the_identity_is_confirmed() -> None:
    setup = setup_of("en-US", terms=default_terms("us"), today=TODAY)
    async with call_up(setup, size=(120, 40)) as (app, pilot):
        app.deliver(calls.envelopes(calls.before_verification(calls.SCENES["en-US"])))
        await pilot.press("o")
        assert not isinstance(app.screen, QuoteSheet)


async def test_what_is_no_amount_is_said() -> None:
    setup = setup_of("en-US", terms=default_terms("us"), today=TODAY)
    async with call_up(setup, size=(120, 40)) as (app, pilot):
        app.deliver(calls.envelopes(calls.verified(calls.SCENES["en-US"])))
        await pilot.press("o", *"1.2.3")
        assert "an amount of money: 80 or 1,234.50" in on_screen(app)
        await pilot.press("enter")
        assert isinstance(app.screen, QuoteSheet)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("80", "80"), ("1,234.50", "1234.50"), ("３０００元", "3000"), ("$80", "80"), (" ", None)],
)
def test_amounts_are_typed_as_people_write_them(typed: str, amount: str | None) -> None:
    assert amount_typed(typed) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize("typed", ["1.2.3", "-", "80 60", "12,34", "１２万", "1e5"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(NotAnAmount):
        amount_typed(typed)


@pytest.mark.parametrize(
    ("typed", "currency", "fits"),
    [
        ("US$80", "USD", True),
        ("$80", "TWD", True),
        ("£80", "GBP", True),
        ("80元", "CNY", True),
        ("US$80", "TWD", False),
        ("£80", "USD", False),
        ("80元", "USD", False),
        ("€80", "GBP", False),
    ],
)
def test_other_money_is_not_read_as_the_accounts(typed: str, currency: str, fits: bool) -> None:
    if fits:
        assert amount_typed(typed, currency) == 80
        return
    with pytest.raises(NotAnAmount):
        amount_typed(typed, currency)


def test_a_banks_own_terms_come_before_the_defaults(tmp_path: Path) -> None:
    assert terms_for("us", tmp_path).bank == "default"
    (tmp_path / "us.toml").write_text("bank = 3\n")
    with pytest.raises(BadInput):
        terms_for("us", tmp_path)


def test_hardship_brings_the_plans_that_only_it_has() -> None:
    account, terms = calls.account("en-US"), default_terms("us")

    def kinds(*, hardship: bool) -> set[Kind]:
        means = Means(monthly=Decimal(100), hardship=hardship)
        made = quotes(account, terms, means, TODAY, "en-US")
        return {quote.option.kind for quote in made.options}

    assert Kind.HARDSHIP_PLAN in kinds(hardship=True)
    assert Kind.HARDSHIP_PLAN not in kinds(hardship=False)
