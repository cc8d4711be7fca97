"""One channel of a live call on the call's timeline: samples at the recogniser's rate, in blocks.

Owns where sound belongs.  Sound that follows on without a hole is placed by counting; after a hole
by the clock.  A device that has given less than the clock says, for longer than its usual lateness
explains, has lost some: the place is filled with silence, which is a gap when its block is given.
Small steady differences are a clock's drift and taken up sample by sample.  Pure but for the
converter: it reads no clock (seconds of the call are passed in) and opens nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import soxr

from assistant.events import AudioGap, DriftMeasured
from assistant.speech.recording import FULL_SCALE, SILENCE_DB, Chunk
from compliance.transcript import Speaker

BLOCK_S = 0.1
_WINDOW = 25  # blocks that the usual lateness is the least of; longer than any device's buffer
_QUICK = 10  # the same where the device has told that it lost something
_HOLE_S = 0.15  # missing for longer than this is lost, not late
_KNOWN_HOLE_S = 0.02  # the same where the device has told so
_STEP_S = 0.005  # a clock this far away from channel 0's is corrected
_FASTEST = 8  # samples a block that it is corrected by, at most: 500 ppm at 16 kHz
_TELL_S = 2.0  # a gap is told when it is this long, and its rest at its end
_JUDGED_S = 30.0  # over less than this a clock's rate is not told

_NOTHING_DB = -84.0  # no sound at all, but for what rounding leaves; any room is louder

_Pcm = npt.NDArray[np.int16]


class Captured(Protocol):
    """What a channel takes from its tap."""

    @property
    def overflows(self) -> int: ...

    def take(self) -> bytes: ...


class Feed(Protocol):
    """A device, as far as a channel needs it; see `assistant.speech.tap`."""

    @property
    def rate_hz(self) -> int: ...

    @property
    def channels(self) -> int: ...

    @property
    def running(self) -> bool: ...

    def reader(self) -> Captured: ...


class Line:
    """A channel: `look` at what has come, give a `block` when it is due.

    `lost` counts samples that were not captured, by reason; `silent_s` is for how long a device
    that runs has given no sound at all; `why` is why nothing comes; `stalled` whether nothing has
    come when it was due (for `stalled_s` seconds by now): what comes next is placed by the clock;
    `stood_still` whether this program itself did not run just now, so that no device is to blame.
    """

    def __init__(
        self, number: int, speaker: Speaker, tap: Feed, side: int | None, rate_hz: int
    ) -> None:
        self.number = number
        self.speaker = speaker
        self.tap = tap
        self.lost: dict[str, int] = {}
        self.silent_s = 0.0
        self.why = "stalled"
        self.stalled = False
        self.stalled_s = 0.0
        self.stood_still = False
        self._side = side
        self._rate_hz = rate_hz
        self._size = round(rate_hz * BLOCK_S)
        self._reader = tap.reader()
        self._convert = self._converter()
        self._pending: deque[tuple[_Pcm, str]] = deque()  # samples, and why they are only silence
        self._waiting = 0
        self._position = 0
        self._gap: _Gap | None = None
        self._usual: float | None = None  # lateness in samples when nothing is wrong
        self._lows: deque[float] = deque(maxlen=_WINDOW)
        self._low = float("inf")
        self._low_s = 0.0  # when the lateness of this tenth of a second began to be watched
        self._need = _WINDOW
        self._overflows = self._reader.overflows
        self._guessed = 0  # samples of silence put in for lost ones that may only be late
        self._since: int | None = None  # the position from which the clock is judged
        self._late_then = 0.0
        self._corrected = 0  # samples taken away since, less those added

    @property
    def has_block(self) -> bool:
        """Whether a whole block has come."""
        return self._waiting >= self._size

    @property
    def waiting(self) -> int:
        """Samples that have come and are not given yet."""
        return self._waiting

    @property
    def awaited(self) -> bool:
        """Whether a block is worth waiting for."""
        return self.tap.running and not self.stalled

    def look(self, call_s: float) -> None:
        """Take what has come by `call_s`, seconds since the first sample of the call."""
        made = self._taken_over()
        if len(made):
            if self.stalled:
                made = self._placed(made, call_s)
            self._append(made)
        if self.stalled:
            return
        self._low = min(self._low, call_s * self._rate_hz - self._position - self._waiting)
        if call_s - self._low_s >= BLOCK_S:
            self._lows.append(self._low)
            self._low = float("inf")
            self._low_s = call_s

    def gather(self) -> None:
        """Take what has come before the call begins."""
        self._append(self._taken_over())

    def forget(self) -> None:
        """Drop what has come: it belongs to before a pause, or before the call."""
        self._reader.take()
        self._pending.clear()
        self._waiting = 0
        self._convert = self._converter()
        self.stalled = True
        self._again()

    def begin(self, samples: int) -> None:
        """The call begins with the last `samples` that have come; without any, with silence."""
        self.stalled = not self._waiting
        self._take(self._waiting - min(samples, self._waiting))
        self._again()

    def block(self, reason: str = "") -> Iterator[Chunk | AudioGap]:
        """The next block; what has not come is silence, and a gap for `reason` or else `why`."""
        missing = self._size - self._waiting
        if missing > 0:
            self._append(np.zeros(missing, np.int16), reason or self._reason)
            self.stalled = True
            self.stalled_s += missing / self._rate_hz
            self._again()
        parts = self._take(self._size)
        start, self._position = self._position, self._position + self._size
        at = start
        for samples, why in parts:
            if self._gap is not None and self._gap.reason != why:
                yield from self.over()
            if why:
                self._miss(at, len(samples), why)
            at += len(samples)
        if self._gap is not None and not self._gap.told and self._gap.samples >= self._tell:
            self._gap.told = self._gap.samples
            yield AudioGap(self.number, self._gap.start, self._gap.samples, self._gap.reason)
        pcm = np.concatenate([samples for samples, _ in parts])
        level_db = _level(pcm)
        if not all(why for _, why in parts):
            self.silent_s = self.silent_s + BLOCK_S if level_db <= _NOTHING_DB else 0.0
        yield Chunk(self.number, start, pcm.tobytes(), level_db)

    def over(self) -> Iterator[AudioGap]:
        """What is not told yet of the gap that is open, if there is one: it ends here."""
        gap, self._gap = self._gap, None
        if gap is not None and gap.samples > gap.told:
            yield AudioGap(self.number, gap.start + gap.told, gap.samples - gap.told, gap.reason)

    def gap(self, lasted_s: float, reason: str) -> AudioGap:
        """So many seconds from here on that no blocks stand for, since the call ends here."""
        samples = round(lasted_s * self._rate_hz)
        self.lost[reason] = self.lost.get(reason, 0) + samples
        return AudioGap(self.number, self._position, samples, reason)

    def mend(self) -> float | None:
        """Put in what was lost; returns how late the channel is otherwise, `None` where unknown.

        Seconds against its usual lateness: positive where its clock is slower than the call's.
        """
        if self._reader.overflows != self._overflows:
            self._overflows = self._reader.overflows
            self._lows.clear()
            self._need = _QUICK
        if self.stalled or len(self._lows) < self._need:
            return None
        low = min(self._lows)
        if self._usual is None:
            self._usual = low
        late = low - self._usual
        if self._since is None:
            self._since, self._late_then = self._position, late
        hole_s = _KNOWN_HOLE_S if self._need == _QUICK else _HOLE_S
        if len(self._lows) == _WINDOW:
            self._need = _WINDOW
        if late > hole_s * self._rate_hz:
            # The oldest tenths of a second may be of the hole's beginning: the newest know it all.
            self._put_in(round(min(list(self._lows)[-_QUICK:]) - self._usual))
            return None
        if late < -_HOLE_S * self._rate_hz:
            # It came after all: drop what stood for it.  Otherwise only the way became shorter.
            surplus = min(round(-late), self._guessed, self._waiting)
            self._guessed -= surplus
            self._take(surplus)
            self._shift(surplus)
            self._usual = low + surplus
            return None
        return late / self._rate_hz

    def keep_step(self, late_s: float) -> None:
        """Take samples away or add some where this clock has run away from channel 0's."""
        samples = min(_FASTEST, max(1, round(abs(late_s) * self._rate_hz / 100)))
        if abs(late_s) < _STEP_S or not self._pending or len(self._pending[0][0]) <= 2 * samples:
            return
        head, reason = self._pending.popleft()
        if late_s < 0:
            samples = -samples
        places = np.linspace(0, len(head) - 1, len(head) + samples)
        stretched = np.interp(places, np.arange(len(head)), head).astype(np.int16)
        self._pending.appendleft((stretched, reason))
        self._waiting += samples
        self._corrected -= samples
        self._shift(-samples)

    def drift(self, late_s: float) -> DriftMeasured | None:
        """This device's clock against the call's since it last ran without a hole.

        Parts per million, positive where it is faster; `None` while there is too little to judge.
        """
        if self._since is None or self._position - self._since < _JUDGED_S * self._rate_hz:
            return None
        ahead = self._corrected - (late_s * self._rate_hz - self._late_then)
        ppm = ahead / (self._position - self._since) * 1e6
        return DriftMeasured(self.number, self._position, round(ppm, 1))

    @property
    def _reason(self) -> str:
        if not self.tap.running:
            return self.why
        if self._gap is not None:
            return self._gap.reason
        return "suspended" if self.stood_still else "stalled"

    @property
    def _tell(self) -> float:
        return _TELL_S * self._rate_hz

    def _taken_over(self) -> _Pcm:
        frames = np.frombuffer(self._reader.take(), dtype="<i2").reshape(-1, self.tap.channels)
        if not len(frames):
            return np.zeros(0, np.int16)
        if self._side is not None and self.tap.channels > 1:
            mono = frames[:, self._side]
        elif self.tap.channels > 1:
            mono = frames.mean(axis=1, dtype=np.float32).astype(np.int16)
        else:
            mono = frames[:, 0]
        made: _Pcm = self._convert.resample_chunk(np.ascontiguousarray(mono))
        return made

    def _placed(self, made: _Pcm, call_s: float) -> _Pcm:
        """The first sound after a hole, placed by the clock; what comes too late is left out."""
        end = round(call_s * self._rate_hz - (self._usual or 0.0))
        ahead = end - len(made) - self._position - self._waiting
        self.stalled = False
        self.stalled_s = 0.0
        self._again()
        if ahead > 0:
            self._append(np.zeros(ahead, np.int16), self._reason)
            return made
        return made[-ahead:]

    def _put_in(self, samples: int) -> None:
        self._pending.appendleft((np.zeros(samples, np.int16), "overrun"))
        self._waiting += samples
        guessed = self._guessed + samples
        self._again()
        self._guessed = guessed

    def _shift(self, fewer: float) -> None:
        """The channel is less late by so many samples, and so are the measurements of it."""
        self._lows = deque((low - fewer for low in self._lows), maxlen=_WINDOW)
        self._low -= fewer

    def _again(self) -> None:
        """Lateness is to be measured anew."""
        self._lows.clear()
        self._low = float("inf")
        self._need = _WINDOW
        self._guessed = 0
        self._since = None
        self._corrected = 0

    def _converter(self) -> soxr.ResampleStream:
        return soxr.ResampleStream(self.tap.rate_hz, self._rate_hz, 1, dtype="int16", quality="HQ")

    def _miss(self, at: int, samples: int, reason: str) -> None:
        self.lost[reason] = self.lost.get(reason, 0) + samples
        if self._gap is None:
            self._gap = _Gap(at, reason)
        self._gap.samples += samples

    def _append(self, samples: _Pcm, reason: str = "") -> None:
        if len(samples):
            self._pending.append((samples, reason))
            self._waiting += len(samples)

    def _take(self, samples: int) -> list[tuple[_Pcm, str]]:
        parts: list[tuple[_Pcm, str]] = []
        self._waiting -= samples
        while samples:
            head, reason = self._pending.popleft()
            if len(head) > samples:
                self._pending.appendleft((head[samples:], reason))
                head = head[:samples]
            parts.append((head, reason))
            samples -= len(head)
        return parts


@dataclass(slots=True)
class _Gap:
    """Samples from `start` on that were not captured; `told` of them are told already."""

    start: int
    reason: str
    samples: int = 0
    told: int = 0


def _level(pcm: _Pcm) -> float:
    if not len(pcm):
        return SILENCE_DB
    power = float(np.mean(np.square(pcm.astype(np.float32) / FULL_SCALE)))
    return SILENCE_DB if power <= 0 else max(SILENCE_DB, 10 * float(np.log10(power)))
