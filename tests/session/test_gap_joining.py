"""A gap that is told in pieces is one line."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.events import Ended, GapHeard, HoldChanged, Output
from assistant.gap_joining import MusicJoiner, joined


def music(at_s: float, for_s: float = 2.0, channel: str = "customer") -> GapHeard:
    return GapHeard(channel, at_s, for_s, "music")


def later(call_s: float) -> HoldChanged:
    return HoldChanged(held=True, call_s=call_s)


END = Ended(60.0, "hung_up", ())
LOST = GapHeard("customer", 12.0, 2.0, "device_lost")


@pytest.mark.parametrize(
    ("outputs", "told"),
    [
        ([music(10), music(12), music(14), END], [music(10, 6), END]),
        ([music(10), music(20), END], [music(10), music(20), END]),
        ([music(10), later(13), music(12), END], [later(13), music(10, 4), END]),
        ([music(10), later(17), END], [music(10), later(17), END]),
        ([music(10), music(12, 2, "both"), END], [music(10), music(12, 2, "both"), END]),
        ([music(10), LOST, END], [LOST, music(10), END]),  # a loss is told at once
    ],
)
def test_music_is_told_once_when_it_is_over(
    outputs: Sequence[Output], told: Sequence[Output]
) -> None:
    joiner = MusicJoiner()
    assert [each for output in outputs for each in joiner.take(output)] == told


def test_a_kept_gap_stands_where_it_began() -> None:
    outputs: list[Output] = [music(10), later(13), music(12), LOST, music(14), music(30)]
    assert [*joined(outputs)] == [music(10, 6), later(13), LOST, music(30)]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["music", "stalled"])), max_size=20))
def test_no_second_is_lost_or_told_twice(pieces: list[tuple[int, str]]) -> None:
    at_s = 0.0
    outputs: list[Output] = []
    for pause_s, reason in pieces:
        at_s += pause_s
        outputs.append(GapHeard("customer", at_s, 2.0, reason))
        at_s += 2.0
    outputs.append(END)
    joiner = MusicJoiner()
    for told in ([*joined(outputs)], [each for one in outputs for each in joiner.take(one)]):
        gaps = [each for each in told if isinstance(each, GapHeard)]
        assert sum(each.duration_s for each in gaps) == 2.0 * len(pieces)
        assert told[-1] == END
