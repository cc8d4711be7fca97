"""The minute's rhythm, what is offered between calls, and the hints on the way of talking."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.events import Output
from assistant.rest.breath import MINUTE_S, breath_at
from assistant.rest.shift_rest import Offer, ShiftRest
from assistant.rest.talk_pace import Hint, TalkPace
from compliance.transcript import Speaker
from tests.rest.said import final


@given(st.floats(0, 70), st.integers(4, 6))
def test_a_breath_is_in_then_longer_out_and_never_jumps(at_s: float, pace: int) -> None:
    breath, later = breath_at(at_s, pace), breath_at(at_s + 0.25, pace)
    if breath is None:
        assert at_s >= MINUTE_S
        assert later is None
        return
    assert 0 <= breath.full <= 1
    assert 1 <= breath.turn_s <= 9
    assert 1 <= breath.left_s <= MINUTE_S
    if later is not None:
        assert abs(later.full - breath.full) <= 0.25 / 4 + 1e-9


@pytest.mark.parametrize(("pace", "in_s", "out_s"), [(4, 6, 9), (5, 5, 7), (6, 4, 6)])
def test_the_pace_is_in_whole_seconds_out_longer_than_in(pace: int, in_s: int, out_s: int) -> None:
    ways = [breath_at(second, pace) for second in range(in_s + out_s)]
    assert [each.inwards for each in ways if each] == [True] * in_s + [False] * out_s
    assert [each.turn_s for each in ways if each] == [*range(in_s, 0, -1), *range(out_s, 0, -1)]


@pytest.mark.parametrize("pace", [0, 3, 7])
def test_no_other_pace(pace: int) -> None:
    with pytest.raises(ValueError, match="four to six"):
        breath_at(0, pace)


@pytest.mark.parametrize(
    ("calls", "offers"),
    [
        ([(0, False), (300, False)], [None, None]),
        ([(0, True), (300, False), (600, True)], [Offer.MINUTE, None, Offer.MINUTE]),
        ([(0, True), (60, True), (3_599, True)], [Offer.MINUTE, Offer.MINUTE, Offer.BREAK]),
        ([(0, True), (60, True), (3_600, True)], [Offer.MINUTE] * 3),
        ([(0, True), (1, True), (2, True), (3, True)],
         [Offer.MINUTE, Offer.MINUTE, Offer.BREAK, Offer.MINUTE]),
    ],
)  # fmt: skip
def test_a_minute_after_a_hard_call_a_break_after_three_within_the_hour(
    calls: list[tuple[float, bool]], offers: list[Offer | None]
) -> None:
    rest = ShiftRest(5, pile=3, within_s=3_600)
    assert [rest.call_ended(at_s, hard=hard) for at_s, hard in calls] == offers


def talk(words: int, *, lasted_s: float = 6.0, times: int = 5) -> list[Output]:
    return [
        final(" ".join(["word"] * words), Speaker.AGENT, 10.0 * n, lasted_s) for n in range(times)
    ]


def cut_in(at_s: float) -> list[Output]:
    """The customer talks for six seconds; after three the agent begins."""
    return [
        final("well what happened was", Speaker.CUSTOMER, at_s, 6.0),
        final("so you will pay", Speaker.AGENT, at_s + 3.0, 4.0),
    ]


@pytest.mark.parametrize(
    ("language", "events", "hint"),
    [
        ("en-US", talk(16), None),  # 160 words a minute
        ("en-US", talk(22), Hint.SLOWER),  # 220
        ("en-US", talk(22, times=2), None),  # too little to judge
        ("en-US", talk(4, lasted_s=0.5, times=30), None),  # "yes, of course"
        ("en-US", [*cut_in(0), *cut_in(20)], None),
        ("en-US", [*cut_in(0), *cut_in(20), *cut_in(40)], Hint.LET_FINISH),
        ("en-US", [*cut_in(0), *reversed(cut_in(20)), *cut_in(40)], Hint.LET_FINISH),
        ("en-US", [*cut_in(0), *cut_in(100), *cut_in(200)], None),
        ("zh-TW", [final("字 " * 25, Speaker.AGENT, 10.0 * n, 6.0) for n in range(4)], None),
        ("zh-TW", [final("字 " * 38, Speaker.AGENT, 10.0 * n, 6.0) for n in range(4)], Hint.SLOWER),
        ("en-US", [final("word " * 22, Speaker.CUSTOMER, 10.0 * n, 6.0) for n in range(5)], None),
        ("en-US", [final("word " * 22, Speaker.UNKNOWN, 10.0 * n, 6.0) for n in range(5)], None),
    ],
)
def test_hints_on_pace_and_cutting_in(
    language: str, events: list[Output], hint: Hint | None
) -> None:
    pace = TalkPace(language)
    hints = [told for event in events if (told := pace.take([event])) is not None]
    assert hints == ([hint] if hint is not None else [])


def test_hints_are_seldom() -> None:
    pace = TalkPace("en-US")
    hurried = [final("word " * 22, Speaker.AGENT, 7.0 * n, 6.0) for n in range(60)]
    hints = [event.end_s for event in hurried if pace.take([event])]
    assert len(hints) == 2
    assert hints[1] - hints[0] >= 240
