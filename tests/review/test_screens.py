"""The reviewer's screens: keys, words and places."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from assistant.interface_text import Interface
from assistant.record.locations import Locations
from assistant.record.reviews import ReviewAct
from assistant.record.store import CallStore
from assistant.review.desk import ReviewDesk
from assistant.review.texts import KeptTexts
from assistant.review_app import ReviewApp, list_calls_plain
from assistant.screens.review import CallReviewScreen
from assistant.screens.review_keys import ReviewCommand, read_review_key
from assistant.screens.review_lines import local_time
from assistant.screens.review_list import CallListScreen
from assistant.screens.review_list_lines import matching
from assistant.screens.transcript import Transcript
from assistant.transcript_rows import Row
from assistant.wording import Reader, Wording
from tests.review.kept import NOW, first_event, keep, keep_some, texts_for
from tests.screens.calls import SCENES, over

WORST = "20261007t021400-aa0001"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CallStore]:
    with CallStore(Locations(tmp_path)) as store:
        keep_some(store)
        yield store


def _app(store: CallStore, interface: str = "en") -> ReviewApp:
    desk = ReviewDesk(store, "mei.chen", lambda: NOW)
    return ReviewApp(desk, texts_for, interface=interface)


def _seen(pilot: Pilot[int]) -> str:
    """Everything on the screen, line by line."""
    screen = pilot.app.screen
    width, height = screen.size
    strips = screen._compositor.render_strips()
    assert len(strips) == height
    assert all(strip.cell_length == width for strip in strips)
    return "\n".join(strip.text for strip in strips)


async def _press(pilot: Pilot[int], *keys: str) -> str:
    await pilot.press(*keys)
    await pilot.pause()
    return _seen(pilot)


async def test_the_list_shows_what_a_reviewer_chooses_by(store: CallStore) -> None:
    async with _app(store).run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        seen = _seen(pilot)
    rows = [line for line in seen.splitlines() if "2026-10-0" in line]
    assert len(rows) == 4
    assert "林怡君" in rows[0]
    assert "2026-10-07 10:14" in rows[0]
    assert "Taiwan · agency" in rows[0]
    assert "1 critical · 1 minor" in rows[0]
    assert "0/2" in rows[0]
    assert "interrupted" in rows[2]
    assert "none" in rows[3]
    assert "reviewer mei.chen" in seen


@pytest.mark.parametrize(
    ("key", "act", "word"),
    [
        ("c", ReviewAct.CONFIRM, "confirmed"),
        ("f5", ReviewAct.CONFIRM, "confirmed"),
        ("x", ReviewAct.DISMISS, "dismissed"),
        ("f6", ReviewAct.DISMISS, "dismissed"),
        ("u", ReviewAct.UNCERTAIN, "uncertain"),
        ("f7", ReviewAct.UNCERTAIN, "uncertain"),
    ],
)
async def test_one_key_judges(store: CallStore, key: str, act: ReviewAct, word: str) -> None:
    async with _app(store).run_test(size=(120, 40)) as pilot:
        before = await _press(pilot, "enter")
        assert "0 of 2 reviewed" in before
        seen = await _press(pilot, key)
        settled = act is not ReviewAct.UNCERTAIN
        assert ("1 of 2 reviewed" if settled else "0 of 2 reviewed · 1 uncertain") in seen
        assert word in seen
        assert "mei.chen" in seen
    (review,) = store.reviews(WORST)
    assert (review.finding, review.act) == ("f2", act)


async def test_flags_are_walked_and_their_law_is_shown(store: CallStore) -> None:
    async with _app(store).run_test(size=(120, 40)) as pilot:
        first = await _press(pilot, "enter")
        assert "⟦我們就去你公司找你⟧" in first
        assert "Speaking of a suit is lawful" in first.replace("\n", " ")
        second = await _press(pilot, "j")
        assert "金融機構委外辦法" in second
        assert "checked against the text of the law" in second
        assert "剛才那句話不妥，我收回。" in second  # what to say, in the call's language
        assert await _press(pilot, "down") == second
        assert await _press(pilot, "k") == first


async def test_a_judgement_is_taken_back(store: CallStore) -> None:
    async with _app(store).run_test(size=(120, 40)) as pilot:
        await _press(pilot, "enter", "c")
        seen = await _press(pilot, "z")
        assert "0 of 2 reviewed" in seen
        assert "taken back" in seen
        assert "no judgement to take back" in await _press(pilot, "f9")


async def test_a_note_goes_with_a_judgement(store: CallStore) -> None:
    async with _app(store).run_test(size=(120, 40)) as pilot:
        await _press(pilot, "enter", "x", "n")
        await _press(pilot, *"joke")
        seen = await _press(pilot, "enter")
        assert "joke" in seen
    assert [(review.act, review.note) for review in store.reviews(WORST)] == [
        (ReviewAct.DISMISS, ""),
        (ReviewAct.DISMISS, "joke"),
    ]


async def test_the_list_follows_a_judgement(store: CallStore) -> None:
    app = _app(store)
    async with app.run_test(size=(120, 40)) as pilot:
        await _press(pilot, "enter", "c", "j", "c")
        assert isinstance(app.screen, CallReviewScreen)
        seen = await _press(pilot, "q")
        assert isinstance(app.screen, CallListScreen)
        chosen = next(line for line in seen.splitlines() if "▸" in line)
        assert "林怡君" in chosen
        assert "✔ 2/2" in chosen


async def test_the_filter_narrows_the_list(store: CallStore) -> None:
    async with _app(store).run_test(size=(120, 40)) as pilot:
        await _press(pilot, "slash")
        await _press(pilot, *"reyes")
        seen = await _press(pilot, "enter")
        assert "Morgan Reyes" in seen
        assert "林怡君" not in seen
        assert "filter: reyes" in seen
        assert "林怡君" in await _press(pilot, "escape")


async def test_an_empty_store_says_what_to_do(tmp_path: Path) -> None:
    with CallStore(Locations(tmp_path)) as store:
        async with _app(store).run_test(size=(80, 24)) as pilot:
            seen = await _press(pilot, "enter", "j", "c")
            assert "No calls are kept yet." in seen
            assert "assistant replay FILE --keep" in seen


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("interface", ["en", "zh-TW", "zh-CN"])
async def test_every_size_and_language_shows_the_keys(
    store: CallStore, size: tuple[int, int], interface: str
) -> None:
    async with _app(store, interface).run_test(size=size) as pilot:
        seen = await _press(pilot, "enter", "j")
        text = Interface(interface).text
        for word in ("confirm", "dismiss", "uncertain", "back"):
            assert f" {text(word)} " in seen.splitlines()[-1]
        assert "⟦我們就去你公司找你⟧" in seen


async def test_a_tiny_terminal_asks_for_room(store: CallStore) -> None:
    async with _app(store).run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        assert "40×10" in _seen(pilot)


async def test_language_and_theme_change_at_once(store: CallStore) -> None:
    async with _app(store).run_test(size=(120, 40)) as pilot:
        await _press(pilot, "enter")
        assert "確認" in await _press(pilot, "f2")
        assert "确认" in await _press(pilot, "f2")
        dark = pilot.app.theme
        await _press(pilot, "f3")
        assert pilot.app.theme != dark


@pytest.mark.parametrize(
    ("key", "character", "command"),
    [
        ("c", "c", ReviewCommand.CONFIRM),
        ("upper_c", "C", ReviewCommand.CONFIRM),
        ("fullwidth", "ｃ", ReviewCommand.CONFIRM),
        ("bopomofo", "ㄏ", ReviewCommand.CONFIRM),
        ("bopomofo", "ㄌ", ReviewCommand.DISMISS),
        ("bopomofo", "ㄧ", ReviewCommand.UNCERTAIN),
        ("f6", None, ReviewCommand.DISMISS),
        ("han", "好", None),
        ("g", "g", None),
    ],
)
def test_keys_are_read_through_input_methods(
    key: str, character: str | None, command: ReviewCommand | None
) -> None:
    assert read_review_key(key, character) is command


@pytest.mark.parametrize(
    ("at", "zone", "shown"),
    [
        ("2026-10-07T02:14:00+00:00", "Asia/Taipei", "2026-10-07 10:14"),
        ("2026-10-07T02:14:00", "Asia/Taipei", "2026-10-07 10:14"),
        ("2026-10-07T02:14:00+00:00", "No/Where", "2026-10-07 02:14"),
        ("2026-10-07T02:14:00+00:00", "../etc", "2026-10-07 02:14"),
        ("yesterday\x1b[2J", "UTC", "yesterday [2J"),
    ],
)
def test_times_are_shown_by_the_desks_clock(at: str, zone: str, shown: str) -> None:
    assert local_time(at, zone) == shown


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", 4),
        ("林怡君", 1),
        ("taiwan critical", 1),
        ("US-05", 2),
        ("interrupted", 1),
        ("2026-10-07", 2),
        ("nothing like it", 0),
    ],
)
def test_what_the_filter_finds(store: CallStore, words: str, found: int) -> None:
    wording = Wording(KeptTexts(None), Interface("en"), "en-US", Reader.REVIEWER)
    assert len(matching(store.calls(), words, wording)) == found


def test_the_plain_listing_is_one_line_a_call(store: CallStore) -> None:
    out = io.StringIO()
    list_calls_plain(store.locations, out, interface="en")
    lines = out.getvalue().splitlines()
    assert len(lines) == 4
    assert lines[0].split("\t") == [
        WORST,
        "2026-10-07 10:14",
        "林怡君",
        "zh-TW",
        "Taiwan · agency",
        "02:31",
        "⚠ 1 critical · 1 minor",
        "0/2",
    ]
    assert lines[2].endswith("interrupted")


def test_the_plain_listing_of_an_empty_store_says_what_to_do(tmp_path: Path) -> None:
    out = io.StringIO()
    list_calls_plain(Locations(tmp_path), out, interface="en")
    assert "assistant replay FILE --keep" in out.getvalue()


async def test_names_cannot_move_the_cursor(tmp_path: Path) -> None:
    name = "\x1b[2J\u202eEve\r\n' OR 1=1 --"
    with CallStore(Locations(tmp_path)) as store:
        keep(
            store,
            "c1",
            first_event(SCENES["en-US"], "2026-10-07T02:14:00+00:00", name),
            over(SCENES["en-US"]),
            whole=True,
        )
        desk = ReviewDesk(store, "x\x07y\x1b]0;z\x07", lambda: NOW)
        app = ReviewApp(desk, texts_for, interface="en")
        async with app.run_test(size=(120, 40)) as pilot:
            for seen in (await _press(pilot, "enter", "c"), await _press(pilot, "q")):
                assert not {"\x1b", "\x07", "\r", "\u202e"} & set(seen)
                assert "Eve" in seen
        out = io.StringIO()
        list_calls_plain(store.locations, out, interface="en")
        assert out.getvalue().count("\n") == 1
        assert "\x1b" not in out.getvalue()


async def test_law_and_reason_can_be_read_on_a_small_screen(store: CallStore) -> None:
    async with _app(store).run_test(size=(80, 24)) as pilot:
        seen = await _press(pilot, "enter", "j")
        assert "金融機構委外辦法" in seen
        assert "Threatening to go to" in seen
        assert "take it back" not in seen
        assert "take it back" in seen + await _press(pilot, "pagedown")
        assert await _press(pilot, "pageup") == seen
        for key in ("F1 ", "q Esc"):
            assert key in seen.splitlines()[-1]


async def test_uncertain_is_not_reviewed(store: CallStore) -> None:
    async with _app(store).run_test(size=(120, 40)) as pilot:
        seen = await _press(pilot, "enter", "u", "j", "c")
        assert "1 of 2 reviewed · 1 uncertain" in seen.splitlines()[0]
        seen = await _press(pilot, "q")
        assert "? 1/2" in next(line for line in seen.splitlines() if "林怡君" in line)


async def test_the_palette_asks_in_the_interfaces_language(store: CallStore) -> None:
    async with _app(store, "zh-TW").run_test(size=(120, 40)) as pilot:
        seen = await _press(pilot, "ctrl+p")
        assert Interface("zh-TW").text("find a command by its name") in seen


async def test_nothing_goes_on_behind_a_small_review_screen(store: CallStore) -> None:
    async with _app(store).run_test(size=(40, 10)) as pilot:
        assert "The call goes on." not in await _press(pilot)


async def test_no_row_is_laid_out_before_there_is_room(
    store: CallStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    widths: list[int] = []
    lay_out = Transcript._break

    def noting(self: Transcript, row: Row, width: int) -> tuple[tuple[int, int], ...]:
        widths.append(width)
        return lay_out(self, row, width)

    monkeypatch.setattr(Transcript, "_break", noting)
    async with _app(store).run_test(size=(120, 40)) as pilot:
        await _press(pilot, "enter")
        assert widths
        assert min(widths) > 40
