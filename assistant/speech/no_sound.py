"""A call without sound: a clock in place of a source, and a model that hears nothing.

Owns `ClockSource`, which releases a tenth of a second of nothing at a time for as long as it is
asked, and `DeafModel`.  With both, a call that is led by keys alone runs through the same pipeline
as any other: call time is the clock channel's position, which the pacer ties to a clock that goes
on while the machine sleeps.  Sleep, and a program that stood still, are told as a gap.  It opens no
device; its two clocks are passed in.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from assistant.clock_watch import StandStill, boottime
from assistant.events import CLOCK, AudioGap
from assistant.speech.recogniser import Hypothesis
from assistant.speech.recording import SILENCE_DB, Chunk, SourceChannel
from compliance.transcript import Speaker

CLOCK_HZ = 1000
"""Call time in milliseconds."""

_TICK = CLOCK_HZ // 10  # as long as a chunk of sound


@dataclass(frozen=True, slots=True)
class ClockSource:
    """One channel without sound and without end; nobody speaks on it."""

    channels: tuple[SourceChannel, ...] = field(
        default=(SourceChannel(CLOCK, Speaker.UNKNOWN, CLOCK_HZ),)
    )
    live: bool = False
    lost_samples: int = 0
    clock: Callable[[], float] = time.monotonic
    boottime: Callable[[], float] = boottime

    def stop(self) -> None:
        """Nothing to close; whoever takes the ticks leaves off."""

    def __iter__(self) -> Iterator[Chunk | AudioGap]:
        start = 0
        silence = bytes(2 * _TICK)
        stands = StandStill(self.clock(), self.boottime())
        while True:
            still = stands.look(self.clock(), self.boottime())
            lasted = round((still.asleep_s + still.stood_s) * CLOCK_HZ)
            if lasted:
                yield AudioGap(0, start, lasted, "suspended")
            yield Chunk(0, start, silence, SILENCE_DB)
            start += _TICK


@dataclass(frozen=True, slots=True)
class DeafRecogniser:
    """Takes sound and hears nothing in it."""

    rate_hz: int

    def accept(self, pcm: bytes, *, partials: bool = True) -> list[Hypothesis]:  # noqa: ARG002
        return []

    def finish(self) -> list[Hypothesis]:
        return []


@dataclass(frozen=True, slots=True)
class DeafModel:
    """A model for calls that are led by keys."""

    name: str = ""
    rate_hz: int = CLOCK_HZ

    def recogniser(self, rate_hz: int) -> DeafRecogniser:
        return DeafRecogniser(rate_hz)
