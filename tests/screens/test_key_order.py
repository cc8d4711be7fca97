"""Keys that come within milliseconds of each other: none is lost, none lands in another field."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import ComposeResult
from textual.events import Key, Paste
from textual.screen import ModalScreen
from textual.widgets import Input

from assistant.events import Ended
from assistant.screens.key_order import OrderedKeysApp
from assistant.screens.setup import Mode
from scripts.outcomes import load_outcomes
from tests.screens import calls
from tests.screens.driving import call_up, setup_of
from tests.screens.test_live_screen import LiveDesk

FIELDS = 4


class Sheet(ModalScreen[None]):
    """A field that has the cursor as soon as it is there."""

    def compose(self) -> ComposeResult:
        yield Input(id="above")

    def on_mount(self) -> None:
        self.query_one(Input).focus()


class Fields(OrderedKeysApp):
    """Fields, of which Enter leads to the last, as a wrap-up leads to what is wanting."""

    def compose(self) -> ComposeResult:
        for number in range(FIELDS):
            yield Input(id=f"f{number}", select_on_focus=False)

    async def on_input_changed(self, _event: Input.Changed) -> None:
        for _ in range(20):  # a busy screen: others have their turn before this one is done
            await asyncio.sleep(0)

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        self.query_one(f"#f{FIELDS - 1}", Input).focus()

    def on_key(self, event: Key) -> None:
        if event.key == "f6":
            self.push_screen(Sheet())


def burst(app: OrderedKeysApp, *keys: str) -> None:
    """All of these before the screen has had a single turn."""
    for key in keys:
        app.post_message(Key(key, key if len(key) == 1 else None))


def is_busy(app: OrderedKeysApp) -> bool:
    return app._key_under_way or bool(app._typed_ahead) or not app._message_queue.empty()


async def settled(app: OrderedKeysApp) -> None:
    """Until every key has been dealt with, or the screen is left."""
    for _ in range(100_000):
        if app._exit or not is_busy(app):
            return
        await asyncio.sleep(0)
    pytest.fail("the keys are not dealt with")


KEYS = st.lists(st.sampled_from(["a", "b", "3", "tab", "shift+tab", "enter"]), max_size=25)


def typed_by_hand(keys: list[str]) -> list[str]:
    """What stands in the fields where every key waits for the one before."""
    texts, here = [""] * FIELDS, 0
    for key in keys:
        if key == "tab":
            here = (here + 1) % FIELDS
        elif key == "shift+tab":
            here = (here - 1) % FIELDS
        elif key == "enter":
            here = FIELDS - 1
        else:
            texts[here] += key
    return texts


@settings(max_examples=25, deadline=None)
@given(KEYS)
def test_every_key_lands_where_it_was_meant(keys: list[str]) -> None:
    async def run() -> list[str]:
        app = Fields()
        async with app.run_test() as pilot:
            burst(app, *keys)
            await settled(app)
            await pilot.pause()
            return [app.query_one(f"#f{number}", Input).value for number in range(FIELDS)]

    # Whoever comes back to a field goes on at its end: nothing is selected in these.
    assert asyncio.run(run()) == typed_by_hand(keys)


async def test_a_sheet_that_has_just_come_gets_what_is_typed_for_it() -> None:
    app = Fields()
    async with app.run_test() as pilot:
        burst(app, "a", "f6", "x", "y")
        app.post_message(Paste("z"))
        await settled(app)
        await pilot.pause()
        assert app.screen.query_one("#above", Input).value == "xyz"
        assert app.screen_stack[0].query_one("#f0", Input).value == "a"


async def test_a_turn_that_does_not_end_holds_up_no_key_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("assistant.screens.key_order._LONGEST_TURN_S", 0.01)
    app = Fields()
    async with app.run_test() as pilot:
        app._key_under_way = True  # as if the widget had gone with its question
        burst(app, "a", "b", "tab", "c")
        await settled(app)
        await pilot.pause()
        assert [app.query_one(f"#f{n}", Input).value for n in range(2)] == ["ab", "c"]


async def test_a_wrap_up_may_be_typed_in_one_go() -> None:
    desk = LiveDesk()
    setup = setup_of("en-US", mode=Mode.LIVE, outcomes=load_outcomes(), today=date(2026, 11, 28))
    events = [*calls.verified(calls.SCENES["en-US"]), Ended(90.0, "hung_up", ())]
    async with call_up(setup, events, desk=desk) as (app, pilot):
        burst(app, "3", "2", "tab", *"80", "tab", *"12-05", "tab", "1", "enter")
        await settled(app)
        await pilot.pause()
    assert desk.confirmed is not None
    assert desk.confirmed.values["amount"] == Decimal(80)
    assert desk.confirmed.values["due_on"] == date(2026, 12, 5)
