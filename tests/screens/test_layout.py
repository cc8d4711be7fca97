"""Cells, colours and keys: the small parts of the screens."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from assistant.display_text import display_text
from assistant.events import SCHEMA, Envelope, MomentMarked, UtterancePartial
from assistant.screens.inbox import Inbox
from assistant.screens.keys import (
    KEY_TABLE,
    LIVE_ACTIONS,
    Command,
    NotOurs,
    Press,
    read_key,
)
from assistant.screens.runs import NO_LINE_START, Run, cells, cut, fit, pad, spread, wrap
from assistant.screens.tones import DARK, LIGHT, Palette, Tone
from assistant.screens.transcript import marked
from assistant.transcript_rows import Mark
from compliance.findings import Status
from compliance.transcript import Speaker
from tests.screens import calls

MIXED = st.text(alphabet="ab ,.我們公司「」，。（）1é\u0301한🙂", max_size=80)

# ---- cells ---------------------------------------------------------------------------------------


@given(MIXED, st.integers(2, 40))
def test_wrapped_lines_fit_and_nothing_but_blanks_is_lost(text: str, width: int) -> None:
    ranges = wrap(text, width)
    for start, end in ranges:
        assert cell_len(text[start:end]) <= width
    kept = "".join(text[start:end] for start, end in ranges)
    assert kept.replace(" ", "") == text.replace(" ", "")
    assert [start for start, _end in ranges] == sorted(start for start, _end in ranges)


@given(MIXED, st.integers(0, 30))
def test_cut_and_pad_never_halve_a_wide_character(text: str, width: int) -> None:
    assert cell_len(cut(text, width)) <= width
    assert cell_len(pad(text, width)) == width


@given(st.lists(MIXED, max_size=4), st.lists(MIXED, max_size=2), st.integers(0, 60))
def test_lines_are_exactly_as_wide_as_asked(left: list[str], right: list[str], width: int) -> None:
    line = tuple(Run(text) for text in left)
    assert cells(fit(line, width)) == width
    assert cells(spread(line, tuple(Run(text) for text in right), width)) == width


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("請問這個月是收入有變動，還是", 24, ["請問這個月是收入有變動，", "還是"]),
        ("請問這個月是收入有變動，還是", 22, ["請問這個月是收入有變", "動，還是"]),
        ("we will come to you", 8, ["we will", "come to", "you"]),
        ("unbreakableword", 6, ["unbrea", "kablew", "ord"]),
        ("", 10, [""]),
    ],
)
def test_where_lines_break(text: str, width: int, lines: list[str]) -> None:
    assert [text[start:end] for start, end in wrap(text, width)] == lines


def test_no_line_begins_with_chinese_punctuation() -> None:
    text = "您好，這裡是晨光銀行客服中心，敝姓林，通話會錄音。請問是王大明先生嗎？"
    for width in range(6, 60):
        for start, _end in wrap(text, width)[1:]:
            assert text[start] not in NO_LINE_START


# ---- marks ---------------------------------------------------------------------------------------


def test_marks_are_bracketed_in_place_and_overlapping_ones_are_one() -> None:
    scene = calls.SCENES["zh-TW"]
    text = "你 再 不 缴 我们 就 去 你 公司 找 你"

    def mark(start: int, end: int, *, standing: bool) -> Mark:
        finding = calls.finding(scene, "u", 0, (start, end), Status.CONFIRMED)
        return Mark(finding, text[start:end], start, end, standing)

    shown = display_text(text, "zh-TW")
    one = marked(shown, [mark(8, len(text), standing=True)], Tone.SPOKEN)
    assert [(run.text, run.tone) for run in one] == [
        ("你再不繳", Tone.SPOKEN),
        ("⟦我們就去你公司找你⟧", Tone.MARK),
    ]
    two = marked(
        shown, [mark(0, 9, standing=False), mark(8, len(text), standing=True)], Tone.SPOKEN
    )
    assert [(run.text, run.tone) for run in two] == [("⟦你再不繳我們就去你公司找你⟧", Tone.MARK)]


def test_blanks_at_the_end_are_not_worth_an_ellipsis() -> None:
    assert cut("promise  ", 7) == "promise"
    assert fit((Run("kept  "), Run("promise  ")), 13) == (Run("kept  "), Run("promise"))
    assert cut("promise  x", 7) == "promis…"


# ---- colours -------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(two)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda palette: palette.name)
def test_all_text_stands_out_from_its_ground(palette: Palette) -> None:
    weak = []
    for tone, look in palette.looks.items():
        if tone is Tone.RULE:
            continue  # decoration
        grounds = [look.ground] if look.ground else [palette.ground, palette.panel]
        weak += [
            f"{tone} on {ground}: {contrast(look.text, ground):.2f}"
            for ground in grounds
            if contrast(look.text, ground) < 4.5
        ]
    assert not weak
    assert set(palette.looks) == set(Tone)


# ---- keys ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "character", "press"),
    [
        ("space", " ", Press(Command.STEP_DONE)),
        ("v", "v", Press(Command.VERIFIED)),
        ("V", "V", Press(Command.VERIFIED)),
        ("f5", None, Press(Command.VERIFIED)),
        ("exclamation_mark", "!", Press(Command.DISTRESS)),
        ("！", "！", Press(Command.DISTRESS)),
        ("fullwidth_latin_small_letter_v", "ｖ", Press(Command.VERIFIED)),
        ("ideographic_space", "\u3000", Press(Command.STEP_DONE)),
        ("bopomofo_letter_h", "ㄘ", Press(Command.HARDSHIP)),
        ("3", "3", Press(Command.CHOICE, 3)),
        ("３", "３", Press(Command.CHOICE, 3)),
        ("我", "我", NotOurs.INPUT_METHOD),
        ("z", "z", NotOurs.OTHER),
        ("0", "0", Press(Command.CHOICE, 10)),
        ("f11", None, NotOurs.OTHER),
    ],
)
def test_reading_keys(key: str, character: str | None, press: Press | NotOurs) -> None:
    assert read_key(key, character) == press


def test_every_letter_key_has_a_function_key() -> None:
    for entry in KEY_TABLE:
        letters = [key for key in entry.keys if len(key) == 1]
        assert not letters or entry.function_key, entry.command
        if entry.function_key.startswith("F7 "):
            assert LIVE_ACTIONS[int(entry.function_key[3:]) - 1] is entry.command
        elif entry.function_key:
            assert entry.function_key.lower() in entry.keys


def test_no_key_means_two_things() -> None:
    keys = [key for entry in KEY_TABLE for key in entry.keys]
    assert len(keys) == len(set(keys))


# ---- the inbox -----------------------------------------------------------------------------------


def partial(name: str, text: str) -> Envelope:
    return Envelope(SCHEMA, "c", 0, UtterancePartial(name, Speaker.AGENT, text, (), 0.0, 1.0))


def test_only_partials_that_were_overtaken_are_left_out() -> None:
    woken: list[int] = []
    inbox = Inbox(wake=lambda: woken.append(1))
    moment = Envelope(SCHEMA, "c", 0, MomentMarked(1.0))
    inbox.put([partial("a", "one"), moment])
    inbox.put([partial("b", "else"), partial("a", "one two"), moment])
    assert len(woken) == 1
    assert inbox.take() == (partial("a", "one two"), moment, partial("b", "else"), moment)
    assert inbox.take() == ()
    inbox.put([partial("a", "three")])
    assert len(woken) == 2


def test_a_full_inbox_makes_the_sender_wait_and_loses_nothing() -> None:
    woken = threading.Semaphore(0)
    inbox = Inbox(wake=woken.release, capacity=4)
    sent = [Envelope(SCHEMA, "c", seq, MomentMarked(float(seq))) for seq in range(100)]
    sender = threading.Thread(target=inbox.put, args=(sent,), daemon=True)
    sender.start()
    taken: list[Envelope] = []
    while len(taken) < len(sent):
        assert woken.acquire(timeout=5), "the reader is woken although the sender still waits"
        batch = inbox.take()
        assert len(batch) <= 4
        taken += batch
    sender.join(timeout=5)
    assert not sender.is_alive()
    assert taken == sent


def test_closing_lets_a_waiting_sender_go() -> None:
    inbox = Inbox(wake=lambda: None, capacity=1)
    sent = [Envelope(SCHEMA, "c", seq, MomentMarked(float(seq))) for seq in range(10)]
    sender = threading.Thread(target=inbox.put, args=(sent,), daemon=True)
    sender.start()
    inbox.close()
    sender.join(timeout=5)
    assert not sender.is_alive()
