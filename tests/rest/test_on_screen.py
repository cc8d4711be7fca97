"""The minute on the screen: offered, never forced, and leaving no trace."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from assistant.events import Ended, Output
from assistant.interface_text import LANGUAGES, Interface
from assistant.live_composition import LiveCall
from assistant.live_screen import LiveDesk
from assistant.pipeline import Delivery
from assistant.rest.breath import breath_at
from assistant.rest.shift_rest import Offer
from assistant.review.texts import KeptTexts
from assistant.screens.breathing import BreathingSheet, breath_lines, offer_lines
from assistant.screens.desk import Hinted
from assistant.screens.runs import cells
from assistant.shift_app import WorkListApp
from assistant.site_settings import RestTable
from assistant.wording import Wording
from compliance.transcript import Speaker
from scripts.outcomes import load_outcomes
from tests.rest.said import final
from tests.screens import calls
from tests.screens.driving import call_up, on_screen, setup_of
from tests.shift.test_screen import Clock, desk, shown, written

HOSTILE: list[Output] = [
    final("go to hell you vultures", Speaker.CUSTOMER, 5.0),
    final("shut up and leave me alone", Speaker.CUSTOMER, 9.0),
]


class Seconds:
    """A monotonic clock that a test sets."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.mark.parametrize("language", [one.code for one in LANGUAGES])
@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_breath_is_drawn_in_the_middle_in_words_and_cells(language: str, width: int) -> None:
    wording = Wording(KeptTexts(None), Interface(language), "en-US")
    for at_s in range(61):
        lines = breath_lines(breath_at(at_s, 5), wording, width, 24)
        assert len(lines) <= 24
        assert all(cells(line) == width for line in lines if line)
        words = [line for line in lines if any(run.text.strip() for run in line)]
        assert len(words) == (2 if at_s == 60 else 4), "the same without any colour"
    assert all(cells(line) <= width for line in offer_lines(wording, width, 24))


def app(tmp_path: Path, offer: Offer | None, breaths: int | None = 5) -> WorkListApp:
    interface = Interface("en")
    return WorkListApp(desk(tmp_path, Clock()), interface, breaths_a_minute=breaths, offer=offer)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize(
    ("offer", "told"), [(Offer.MINUTE, "That was a hard call."), (Offer.BREAK, "a real break")]
)
async def test_the_list_offers_in_its_one_line_and_goes_on_with_any_key(
    tmp_path: Path, size: tuple[int, int], offer: Offer, told: str
) -> None:
    program = app(tmp_path, offer)
    async with program.run_test(size=size) as pilot:
        line = shown(pilot, "work_status")[0]
        assert told in line
        assert "a: a minute to breathe" in line or size[0] == 80
        assert cell_len(line) <= size[0]
        await pilot.press("down")
        assert told not in shown(pilot, "work_status")[0]
        await pilot.press("a")
        assert isinstance(program.screen, BreathingSheet)
        assert "Breathe in" in on_screen(program)
        await pilot.press("n")
        assert not isinstance(program.screen, BreathingSheet)
        assert not any("◌" in row for row in shown(pilot, "work_rows")), "the key only ended it"
    assert written(tmp_path) == []


async def test_where_the_site_takes_it_away_there_is_no_key(tmp_path: Path) -> None:
    program = app(tmp_path, None, breaths=None)
    async with program.run_test(size=(200, 60)) as pilot:
        assert " a minute " not in shown(pilot, "work_keys")[0]
        await pilot.press("a", "f12")
        assert not isinstance(program.screen, BreathingSheet)
        await pilot.press("f1")
        assert "slow breathing" not in on_screen(program)


def live_desk(rest: RestTable | None, *, last: bool = True) -> LiveDesk:
    call = LiveCall("en-US", "us", None, ())
    return LiveDesk(call, rest=rest, last=last)


@pytest.mark.parametrize(
    ("rest", "last", "hard", "offered"),
    [
        (RestTable(), True, True, 5),
        (RestTable(breaths_a_minute=6), True, True, 6),
        (RestTable(), False, True, None),
        (RestTable(offer=False), True, False, None),
        (None, True, False, None),
    ],
)
def test_a_desk_watches_only_where_the_site_offers(
    rest: RestTable | None, offered: int | None, *, last: bool, hard: bool
) -> None:
    watching = live_desk(rest, last=last)
    watching.deliver(Delivery(1.0, tuple(calls.envelopes(HOSTILE))))
    assert watching.hard is hard
    assert watching.minute_offered == offered


@pytest.mark.parametrize(
    ("keys", "minute"), [(("x",), False), (("space", "x"), True), (("enter",), False)]
)
async def test_after_the_last_call_a_minute_is_offered_and_any_key_leaves(
    keys: tuple[str, ...], *, minute: bool
) -> None:
    watching = live_desk(RestTable())
    watching.ready = watching.connect = lambda: None  # type: ignore[method-assign]
    setup = replace(setup_of("en-US"), outcomes=load_outcomes())
    events = [*calls.before_verification(calls.SCENES["en-US"]), *HOSTILE]
    ended = Ended(60.0, "hung_up", ())
    watching.deliver(Delivery(1.0, tuple(calls.envelopes(events))))
    async with call_up(setup, [*events, ended], desk=watching, size=(80, 24)) as (program, pilot):
        await pilot.press(*"11", "enter")
        assert "Nobody is told" in on_screen(program)
        await pilot.press(keys[0])
        await pilot.pause()
        assert isinstance(program.screen, BreathingSheet) is minute
        if minute:
            assert "Breathe in" in on_screen(program)
            await pilot.press(*keys[1:])
    assert program.return_value == 0
    assert watching.confirmed is not None


async def test_the_minute_ends_by_itself_and_stands_still() -> None:
    clock = Seconds()
    wording = Wording(calls.Texts(), Interface("en"), "en-US")
    async with call_up(setup_of("en-US")) as (program, pilot):
        sheet = BreathingSheet(wording, 5, clock=clock)
        program.push_screen(sheet)
        await pilot.pause()
        for clock.at, word in ((0.0, "Breathe in"), (6.0, "Breathe out"), (60.0, "a minute.")):
            sheet.redraw()
            await pilot.pause()
            assert word in on_screen(program)


async def test_a_hint_is_quiet_and_gives_way() -> None:
    scene = calls.SCENES["en-US"]
    async with call_up(setup_of("en-US"), calls.before_verification(scene)) as (program, pilot):
        program.post_message(Hinted("let them finish, then answer"))
        await pilot.pause()
        assert "let them finish" in on_screen(program)
        await pilot.press("up")
        assert "let them finish" not in on_screen(program)
        program.call_screen.say("something the agent asked for")
        program.post_message(Hinted("let them finish, then answer"))
        await pilot.pause()
        assert "let them finish" not in on_screen(program)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_nothing_of_it_is_kept_logged_or_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG, logger="assistant")
    passed: list[Output] = []
    take: Callable[..., None] = LiveDesk.__mro__[1].deliver  # type: ignore[attr-defined]

    def passes(self: LiveDesk, delivery: Delivery) -> None:
        passed.extend(envelope.event for envelope in delivery.envelopes)  # type: ignore[misc]
        take(self, delivery)

    monkeypatch.setattr(LiveDesk.__mro__[1], "deliver", passes)
    program = app(tmp_path, Offer.BREAK)
    before = tree(tmp_path)
    watching = live_desk(RestTable(pace_hints=True), last=False)
    watching.deliver(Delivery(1.0, tuple(calls.envelopes(HOSTILE))))
    assert watching.hard
    async with program.run_test(size=(120, 40)) as pilot:
        await pilot.press("a")
        await pilot.press("space")
    assert passed == HOSTILE, "no event is added, taken away or changed"
    assert tree(tmp_path) == before
    assert not [record for record in caplog.records if record.name.startswith("assistant")]
