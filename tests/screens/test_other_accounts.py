"""A customer with several accounts: what is told of the others, when, and of whose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from assistant.accounts.source import Found, Sourced, TooMany
from assistant.events import Ended, PromiseChanged, PromiseStatus, VerificationChanged
from assistant.interface_text import Interface
from assistant.other_accounts import named, others_line, others_of
from assistant.screens.desk import LookedUp
from assistant.screens.setup import Mode
from assistant.wording import Wording
from scripts.account import Account, Identifier
from scripts.commitments import Proposal
from scripts.outcomes import load_outcomes
from scripts.promising import Promised
from tests.screens import calls
from tests.screens.driving import call_up, on_screen, setup_of
from tests.screens.test_live_screen import LiveDesk

SCENE = calls.SCENES["en-US"]
MINE = SCENE.account
SECOND = replace(
    MINE, id="ACC-2", product_name="Gold card", overdue_amount=Decimal("77.70"), traps=(), notes=""
)
DISPUTED = replace(SECOND, id="ACC-3", overdue_amount=Decimal("55.50"), facts={"disputed": True})
NAMESAKE = replace(SECOND, id="ACC-4", identifiers=(Identifier("birth_date", "1901-01-01"),))
ABROAD = replace(SECOND, id="ACC-5", jurisdiction="uk")


def refuses(account: Account) -> str:
    return "" if account.jurisdiction == "us" else "jurisdiction"


def words(code: str) -> Wording:
    return Wording(calls.Texts(), Interface(code), "en-US")


def test_only_the_same_customers_accounts_under_the_same_law_count() -> None:
    found = [MINE, SECOND, DISPUTED, NAMESAKE, ABROAD]
    assert others_of(MINE, found, refuses) == (SECOND, DISPUTED)
    assert others_of(replace(MINE, identifiers=()), found, refuses) == ()


@pytest.mark.parametrize(
    ("others", "code", "line"),
    [
        ((), "en", ""),
        ((SECOND,), "en", "1 more account · $77.70 overdue"),
        ((SECOND, SECOND), "en", "2 more accounts · $155.40 overdue"),
        ((SECOND, DISPUTED), "zh-Hant", "另有 2 戶 · 逾期 US$77.70 · 1 戶不得催繳"),
        ((DISPUTED,), "en", "1 more account · 1 not to be asked for"),
    ],
)
def test_what_may_be_asked_for_is_summed_and_nothing_else(
    others: tuple[Account, ...], code: str, line: str
) -> None:
    assert others_line(others, words(code)) == line


def test_an_account_is_named_only_where_there_are_several() -> None:
    assert named(SECOND, ()) == named(None, (SECOND,)) == ""
    assert named(replace(SECOND, id="A\x1b[2J"), (MINE,)) == "Gold card A [2J"


class SearchingDesk(LiveDesk):
    """A live desk with a source of accounts."""

    looks_up = True

    def __init__(self, answer: Found | TooMany) -> None:
        super().__init__()
        self.answer = answer
        self.sought: list[tuple[int, str]] = []

    def look_up(self, number: int, typed: str, *, by_id: bool = False) -> None:
        self.sought.append((number, typed))

    def refuses(self, account: Account) -> str:
        return refuses(account)

    def link(self, found: Sourced) -> None:
        raise AssertionError

    def told(self) -> Iterator[LookedUp]:
        return (LookedUp(number, self.answer) for number, _typed in self.sought)


def found(*accounts: Account) -> Found:
    return Found(tuple(Sourced(one, (), None, "core") for one in accounts))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_they_are_told_of_and_looked_at_without_leaving_the_call(
    size: tuple[int, int],
) -> None:
    desk = SearchingDesk(found(MINE, SECOND, DISPUTED, NAMESAKE))
    setup = setup_of("en-US", mode=Mode.LIVE, outcomes=load_outcomes(), today=date(2026, 11, 28))
    promised = Promised(1, (Proposal(Decimal(80), "USD", date(2026, 12, 4), "", ()),), "")
    async with call_up(setup, calls.before_verification(SCENE), desk=desk, size=size) as (
        app,
        pilot,
    ):
        assert [typed for _number, typed in desk.sought] == [MINE.customer_name]
        for message in desk.told():
            app.post_message(message)
        await pilot.pause()
        for key in ("f4", "right", "left", "escape"):  # nothing of the debt, covered as it is
            assert "more" not in on_screen(app)
            assert "ACC-2" not in on_screen(app)
            assert "77.70" not in on_screen(app)
            await pilot.press(key)
            await pilot.pause()
        verified = VerificationChanged(verified=True, proposed=False, reason="agent", call_s=9.0)
        confirmed = PromiseChanged(promised, PromiseStatus.CONFIRMED, 31.0)
        app.deliver(calls.envelopes([verified, confirmed]))
        await pilot.pause()
        assert ("+2 more" if size[0] == 80 else "2 more accounts") in on_screen(app)
        assert f"for account {named(MINE, (SECOND,))}" in on_screen(app)
        await pilot.press("f4")
        await pilot.pause()
        assert "1 of 3" in on_screen(app)
        await pilot.press("right")
        await pilot.pause()
        assert "Gold card ACC-2" in on_screen(app)
        assert "$77.70" in on_screen(app)
        await pilot.press("right")
        await pilot.pause()
        assert "not to be asked for" in on_screen(app)
        await pilot.press("escape")
        app.deliver(calls.envelopes([Ended(90.0, "hung_up", ())]))
        await pilot.pause()
        assert named(MINE, (SECOND,)) in on_screen(app)


async def test_a_source_that_cannot_say_tells_nothing() -> None:
    desk = SearchingDesk(TooMany("More than 9", "Type more."))
    setup = setup_of("en-US", mode=Mode.LIVE)
    async with call_up(setup, calls.verified(SCENE), desk=desk) as (app, pilot):
        for message in desk.told():
            app.post_message(message)
        await pilot.pause()
        assert "more account" not in on_screen(app)
        assert app.call_screen.setup.others == ()
