"""The brief of a call from the list that reached nobody: what is written down, and of whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.app import CallApp
from assistant.call_screen import CallDesk
from assistant.interface_text import LANGUAGES, Interface, Told
from assistant.record.opening import NEW_KEY, NEW_KEY_SHORT
from assistant.screens.work_list import CallChosen
from assistant.shift_app import NEVER_CONNECTED, CallMade, Onward, WorkListApp, note
from compliance.permission import May
from tests.screens.calls import RecordingDesk
from tests.screens.driving import on_screen, setup_of
from tests.shift.lists import NOON
from tests.shift.test_screen import SIZES, Clock, desk, shown, written

NEW = Told(
    NEW_KEY, short=NEW_KEY_SHORT, place="/a/long/way/to/the/folder/master.key", name="master.key"
)


def brief(language: str = "en", *, dialled: bool = True) -> CallApp:
    setup = setup_of("en-US", brief=True, interface=language, dialled=dialled, now=NOON.astimezone)
    return CallApp(setup, RecordingDesk())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", [one.code for one in LANGUAGES])
async def test_the_brief_of_a_dialled_call_shows_the_keys_of_the_list(
    size: tuple[int, int], language: str
) -> None:
    app = brief(language)
    async with app.run_test(size=size) as pilot:
        bar = on_screen(app).splitlines()[-1]
        assert all(f" {key} " in bar for key in ("Enter", "n", "b", "m", "F10"))
        await pilot.press("n")
        assert f"{NOON.astimezone():%H:%M}" in on_screen(app).splitlines()[-2]


@pytest.mark.parametrize(
    ("keys", "marked", "connected"),
    [
        (["n", "space"], "no_answer", False),
        (["b", "m", "space"], "voicemail", False),
        (["f6", "space"], "busy", False),
        (["ｎ", "　"], "no_answer", False),  # an input method is on
        (["n", "backspace", "f10"], "", False),
        (["n", "f10"], "no_answer", False),  # marked is written down, as on the list
        (["f10"], "", False),
        (["n", "enter"], "", True),  # they answered after all: the call says what came of it
        (["space"], "", True),
    ],
)
async def test_what_the_keys_of_the_brief_come_to(
    keys: list[str], marked: str, *, connected: bool
) -> None:
    app = brief()
    async with app.run_test() as pilot:
        await pilot.press(*keys)
    assert (app.marked, app.connected) == (marked, connected)


async def test_where_nobody_dials_nothing_is_marked() -> None:
    app = brief(dialled=False)
    async with app.run_test() as pilot:
        await pilot.press("n", "f10")
    assert app.marked == ""


@pytest.mark.parametrize(
    ("made", "lines", "onward"),
    [
        (CallMade(reached=False, written=False), [], Onward("A1", told=NEVER_CONNECTED)),
        (CallMade("busy", reached=False), ["busy"], Onward("A1", past=True)),
        (CallMade("refused"), ["refused"], Onward()),
        (None, [], Onward("A1")),
    ],
)
async def test_a_call_that_never_connected_writes_nothing_and_stays_on_its_row(
    tmp_path: Path, made: CallMade | None, lines: list[str], onward: Onward
) -> None:
    shift = desk(tmp_path, Clock())
    row = next(row for row in shift.listed.rows if row.id == "A1")
    chosen = CallChosen(row, None, May.YES, inbound=False)
    assert note(shift, chosen, made) == onward
    assert [entry["outcome"] for entry in written(tmp_path)] == lines
    after = WorkListApp(shift, Interface("en"), here=onward.here, past=onward.past)
    async with after.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", "space")
        here = "B2" if onward.past else "A1"
        if made is None or not made.reached:
            assert written(tmp_path)[-1]["account"] == here
        assert shown(pilot, "work_rows")


@pytest.mark.parametrize("language", [one.code for one in LANGUAGES])
async def test_a_new_key_is_told_in_short_on_the_brief_and_whole_afterwards(language: str) -> None:
    key = CallDesk(None, "en-US")
    key.notice(NEW)
    setup = setup_of("en-US", brief=True, interface=language, notices=tuple(key.early))
    app = CallApp(setup, RecordingDesk())
    async with app.run_test(size=(80, 24)) as pilot:
        told = on_screen(app).splitlines()[-2]
        assert "master.key · " in told
        assert ("new key" in told) == (language == "en")
        await pilot.press("enter")
        assert "master.key" not in on_screen(app)
    assert key.after == [NEW]
    assert NEW.params["place"] in app.interface.line(NEW)
    assert ("Kept calls" in app.interface.line(NEW)) == (language == "en")
