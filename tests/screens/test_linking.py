"""Finding and linking the account of whoever calls, on the screens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from textual.widgets import Input

from assistant.accounts.source import Found, Sourced, SourceFailed, Unread
from assistant.events import AccountChanged, LinkRefused, Origin, Started, VerificationChanged
from assistant.interface_text import Interface
from assistant.linking import why_not
from assistant.screens.account import origin_words
from assistant.screens.brief import BriefScreen
from assistant.screens.desk import LookedUp
from assistant.screens.linking import SearchSheet
from assistant.screens.setup import CallSetup
from assistant.wording import Wording
from compliance.context import Collector
from compliance.errors import AssistantError
from scripts.account import Account
from tests.screens import calls
from tests.screens.driving import call_up, on_screen, setup_of
from tests.screens.test_live_screen import TERMS, live, live_setup

EN = calls.SCENES["en-US"]
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ACCOUNT = EN.account


def sourced(account: str, **changes: str) -> Sourced:
    whole = replace(ACCOUNT, id=account, **changes)  # type: ignore[arg-type]
    return Sourced(whole, ("+1 212-555-0100",), NOW - timedelta(hours=3), "core.example")


class LinkingDesk(calls.RecordingDesk):
    """A desk with a source that answers when the test says so."""

    def __init__(self, *, looks_up: bool = True) -> None:
        super().__init__()
        self._looks_up = looks_up
        self.typed: list[tuple[int, str, bool]] = []
        self.linked: list[str] = []

    @property
    def looks_up(self) -> bool:
        return self._looks_up

    def look_up(self, number: int, typed: str, *, by_id: bool = False) -> None:
        self.typed.append((number, typed, by_id))

    def refuses(self, account: Account) -> str:
        return why_not("us", Collector(ACCOUNT.collector), account)

    def link(self, found: Sourced) -> None:
        self.linked.append(found.account.id)


def unknown(**changes: object) -> CallSetup:
    return replace(live_setup(), account=None, now=lambda: NOW, **changes)  # type: ignore[arg-type]


def nobody() -> list[object]:
    """A live call whose account nobody knows."""
    events = live()
    first = events[0]
    assert isinstance(first, Started)
    return [Started(replace(first.start, account=None, recording=TERMS)), *events[1:]]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("key", ["f", "f4", "ㄑ"])
async def test_found_chosen_confirmed_and_linked(size: tuple[int, int], key: str) -> None:
    desk = LinkingDesk()
    async with call_up(unknown(), nobody(), size=size, desk=desk) as (app, pilot):  # type: ignore[arg-type]
        assert "whose call" in on_screen(app)
        await pilot.press(key, *"ann", "enter")
        assert desk.typed == [(0, "ann", False)]
        assert "looking…" in on_screen(app)
        app.post_message(LookedUp(0, Found((sourced("A1"), sourced("A2"), sourced("A3")))))
        await pilot.pause()
        shown = on_screen(app)
        for words in ("A1", "A3", "+1 212-555-0100", "core.example, 3 h ago"):
            assert words in shown
        assert f"{ACCOUNT.overdue_amount:,}" not in shown
        await pilot.press("enter")  # nothing is chosen yet
        assert isinstance(app.screen, SearchSheet)
        await pilot.press("3", "up", "enter")
        await pilot.pause()
        assert desk.linked == ["A2"]
        linked = sourced("A2")
        app.deliver(calls.envelopes([AccountChanged(linked.account, "h", linked.origin, 70.0)]))
        await pilot.pause()
        assert "still the person who was confirmed" in on_screen(app)
        withdrawn = VerificationChanged(
            verified=False, proposed=False, reason="account_linked", call_s=71.0
        )
        changed = AccountChanged(linked.account, "h", linked.origin, 71.0)
        app.deliver(calls.envelopes([changed, withdrawn]))
        await pilot.pause()
        assert "linked: confirm who is on the line" in on_screen(app)
        assert app.call_screen.setup.account == linked.account
        assert list(app.call_screen.view.identifiers) == [i.kind for i in ACCOUNT.identifiers]
        app.deliver(calls.envelopes([replace(withdrawn, verified=True, call_s=72.0)]))
        await pilot.press("f4")
        await pilot.pause()
        assert "core.example, 3 h ago" in on_screen(app)
    assert desk.acts == []


async def test_what_is_typed_is_no_command_and_goes_back() -> None:
    desk = LinkingDesk()
    async with call_up(unknown(), nobody(), desk=desk) as (app, pilot):  # type: ignore[arg-type]
        await pilot.press("f", "enter", *"vtd!", "enter")
        app.post_message(LookedUp(0, Found((sourced("A1"),))))
        await pilot.pause()
        await pilot.press("escape")
        assert app.screen.query_one(Input).has_focus
        assert app.screen.query_one(Input).value == "vtd!"
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(app.screen, SearchSheet)
        app.post_message(LookedUp(0, Found((sourced("A1"),))))  # late, and nobody is there
        await pilot.pause()
    assert (desk.acts, desk.linked) == ([], [])


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (SourceFailed("The accounts endpoint core.example does not answer in time"), "in time"),
        (Found(), "no account fits"),
        (Found((), (Unread("core", 1, (("currency", "is none"),)),)), "record cannot be read"),
    ],
)
async def test_a_look_up_that_gives_nothing_is_told_and_the_call_goes_on(
    answer: Found | AssistantError, told: str
) -> None:
    desk = LinkingDesk()
    async with call_up(unknown(), nobody(), desk=desk) as (app, pilot):  # type: ignore[arg-type]
        await pilot.press("f", "x", "enter")
        app.post_message(LookedUp(0, answer))
        await pilot.pause()
        assert told in on_screen(app)
        await pilot.press("y", "enter")  # typed again, asked again
        assert [typed for _, typed, _ in desk.typed] == ["x", "xy"]
        app.post_message(LookedUp(0, Found((sourced("OLD"),))))
        await pilot.pause()
        assert "OLD" not in on_screen(app), "an answer to an earlier question"
        await pilot.press("escape", "space")
        await pilot.pause()
    assert desk.acts == [("step_done", "")]


async def test_a_look_up_that_hangs_is_told_and_its_late_answer_taken() -> None:
    desk = LinkingDesk()
    asked: list[str] = []

    def ask(typed: str) -> int:
        asked.append(typed)
        return 7

    async with call_up(unknown(), nobody(), desk=desk) as (app, pilot):  # type: ignore[arg-type]
        sheet = SearchSheet(app.wording, ask, desk.refuses, lambda: NOW, patience_s=0.01)
        app.push_screen(sheet)
        await pilot.pause()
        await pilot.press("x", "enter")
        await pilot.pause(0.1)
        assert "no answer yet" in on_screen(app)
        sheet.answered(7, Found((sourced("A1"),)))
        await pilot.pause()
        assert "no answer yet" not in on_screen(app)
        assert "A1" in on_screen(app)


@pytest.mark.parametrize(
    ("change", "told"),
    [({"jurisdiction": "tw"}, "another law"), ({"collector": "debt_buyer"}, "somebody else")],
)
async def test_an_account_that_cannot_be_linked_is_told_before(
    change: dict[str, str], told: str
) -> None:
    desk = LinkingDesk()
    async with call_up(unknown(), nobody(), desk=desk) as (app, pilot):  # type: ignore[arg-type]
        await pilot.press("f", "x", "enter")
        app.post_message(LookedUp(0, Found((sourced("A1", **change),))))
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert told in on_screen(app)
        assert isinstance(app.screen, SearchSheet)
        await pilot.press("escape", "escape")
        app.deliver(calls.envelopes([LinkRefused("jurisdiction", 61.0)]))
        await pilot.pause()
        assert "another law" in on_screen(app)
    assert desk.linked == []


async def test_more_than_nine_are_scrolled_to() -> None:
    desk = LinkingDesk()
    async with call_up(unknown(), nobody(), size=(80, 24), desk=desk) as (app, pilot):  # type: ignore[arg-type]
        await pilot.press("f", "x", "enter")
        app.post_message(LookedUp(0, Found(tuple(sourced(f"N{n:02}") for n in range(20)))))
        await pilot.pause()
        assert "N09" not in on_screen(app)
        await pilot.press(*["down"] * 12, "enter")
        await pilot.pause()
    assert desk.linked == ["N11"]


async def test_without_a_source_the_key_says_so() -> None:
    desk = LinkingDesk(looks_up=False)
    async with call_up(unknown(), nobody(), desk=desk) as (app, pilot):  # type: ignore[arg-type]
        await pilot.press("f")
        await pilot.pause()
        assert "no source of accounts is set up" in on_screen(app)
        assert "whose call" not in on_screen(app)
    async with call_up(setup_of("en-US"), calls.verified(EN)) as (app, pilot):
        await pilot.press("f")
        await pilot.pause()
        assert not isinstance(app.screen, SearchSheet)


# ---- before the call -----------------------------------------------------------------------------


async def test_the_account_of_a_row_is_looked_up_while_the_brief_is_up() -> None:
    desk = LinkingDesk()
    async with call_up(unknown(brief=True, sought="A1"), desk=desk) as (app, pilot):
        assert desk.typed == [(0, "A1", True)]
        assert "looking the account up…" in on_screen(app)
        app.post_message(LookedUp(0, Found((sourced("A1"),))))
        await pilot.pause()
        shown = on_screen(app)
        assert isinstance(app.screen, BriefScreen)
        assert ACCOUNT.customer_name in shown
        assert "from core.example, 3 h ago" in shown
        assert "account found" in shown
    assert desk.linked == ["A1"]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (SourceFailed("x"), "the accounts do not answer"),
        (Found(), "no account of that id"),
        (Found((), (Unread("c", 1, ()),)), "record cannot be read"),
        (Found((sourced("A1", jurisdiction="hk"),)), "another law"),
    ],
)
async def test_the_call_goes_on_where_its_account_is_not_to_be_had(
    answer: Found | AssistantError, told: str
) -> None:
    desk = LinkingDesk()
    async with call_up(unknown(brief=True, sought="A1"), desk=desk) as (app, pilot):
        app.post_message(LookedUp(0, answer))
        await pilot.pause()
        assert told in on_screen(app)
        await pilot.press("enter")
        await pilot.pause()
        assert app.connected
    assert desk.linked == []
    assert ("connect",) in desk.asked


async def test_a_caller_is_found_before_the_call_is_taken() -> None:
    desk = LinkingDesk()
    async with call_up(unknown(brief=True), desk=desk) as (app, pilot):
        assert "whose call" in on_screen(app)
        await pilot.press("f", *"ann", "enter")
        app.post_message(LookedUp(0, Found((sourced("A1"),))))
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert ACCOUNT.customer_name in on_screen(app)
        assert not app.connected
    assert desk.linked == ["A1"]


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        (None, ""),
        (Origin("core.example", "2026-11-29T09:00:00+00:00"), "from core.example, 3 h ago"),
        (Origin("core_a.db"), "from core_a.db, of unknown age"),
        (Origin("list", "2026-11-29T11:59:30+00:00"), "from work list, now"),
        (Origin("x", "nonsense"), "from x, of unknown age"),
    ],
)
def test_from_where_and_how_fresh(origin: Origin | None, told: str) -> None:
    wording = Wording(calls.Texts(), Interface("en"), "en-US")
    assert origin_words(origin, NOW, wording) == told
