"""What the recognisers of several channels say, put in one order.

Owns the rule that makes a call's events independent of its pace: results are handed on by audio
position, then by channel, however fast each channel's recogniser was.  Pure: it starts no thread
and waits for nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.speech.recogniser import Hypothesis
from compliance.errors import AssistantError


@dataclass(frozen=True, slots=True)
class Heard:
    """What a recogniser made of one chunk.

    `end_sample` is how much sound of the channel it has had; `lag_s` wall clock seconds since the
    chunk was due; `last` marks the flush at the end of the sound.
    """

    channel: int
    end_sample: int
    level_db: float
    hypotheses: tuple[Hypothesis, ...]
    lag_s: float
    last: bool = False


@dataclass(frozen=True, slots=True)
class ChannelFailed:
    """A channel's recogniser cannot go on; nothing of the channel follows."""

    channel: int
    error: AssistantError


class ChannelMerge:
    """Takes results in any order between channels; gives them in rounds, one of each channel."""

    def __init__(self, channels: int) -> None:
        self._waiting: list[deque[Heard | ChannelFailed]] = [deque() for _ in range(channels)]
        self._open = set(range(channels))

    @property
    def over(self) -> bool:
        """Whether every channel has ended."""
        return not self._open

    def put(self, item: Heard | ChannelFailed) -> None:
        self._waiting[item.channel].append(item)

    def rounds(self) -> Iterator[tuple[Heard | ChannelFailed, ...]]:
        """The rounds that are complete: for each channel still open its next result, in order."""
        while self._open and all(self._waiting[channel] for channel in self._open):
            items = tuple(self._waiting[channel].popleft() for channel in sorted(self._open))
            for item in items:
                if isinstance(item, ChannelFailed) or item.last:
                    self._open.discard(item.channel)
            yield items
