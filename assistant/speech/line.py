"""One channel of a live call on the call's timeline: samples at the recogniser's rate, in blocks.

Owns conversion from the device's rate, the backlog of what has come and is not yet due, silence
where nothing came, and the step that a device's clock is kept in.  Pure but for the converter; it
reads no clock and opens nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import soxr

from assistant.events import AudioGap, DriftMeasured
from assistant.speech.recording import FULL_SCALE, SILENCE_DB, Chunk
from assistant.speech.tap import Tap
from compliance.transcript import Speaker

BLOCK_S = 0.1
_SMOOTH = 0.02  # of each block's backlog in the running one: about five seconds
_STEP_S = 0.02  # a backlog this much longer or shorter than channel 0's is a clock's doing
_FASTEST = 2  # samples a block that a clock is corrected by, at most
_SETTLED = 50  # blocks before a clock is judged at all
_MOST_S = 2.0  # backlog beyond which the oldest goes: it was told as lost when it was due

_Pcm = npt.NDArray[np.int16]


class Line:
    """A channel: `take` what has come, give a `block` when it is due.

    `lost` counts samples that were not captured, by reason; `silent_s` is for how long there has
    been no sound at all; `why` is why nothing comes where the device is closed.
    """

    def __init__(
        self, number: int, speaker: Speaker, tap: Tap, side: int | None, rate_hz: int
    ) -> None:
        self.number = number
        self.speaker = speaker
        self.tap = tap
        self.lost: dict[str, int] = {}
        self.silent_s = 0.0
        self.why = "device_lost"
        self._side = side
        self._rate_hz = rate_hz
        self._size = round(rate_hz * BLOCK_S)
        self._inbox = tap.reader()
        self._convert = self._converter()
        self._pending: deque[_Pcm] = deque()
        self._waiting = 0
        self._position = 0
        self._gap: tuple[int, int, str] | None = None  # start, samples, reason
        self._owed = 0  # samples told as lost that came after all
        self._backlog: float | None = None
        self._blocks = 0
        self._corrected = 0
        self._since = 0

    @property
    def has_block(self) -> bool:
        """Whether a whole block has come."""
        return self._waiting >= self._size

    @property
    def backlog(self) -> float | None:
        """Samples that have come and are not due, smoothed; `None` before that is known."""
        return self._backlog if self._blocks >= _SETTLED else None

    def take(self) -> None:
        """Convert what the device has given since."""
        while self._inbox:
            frames = np.frombuffer(self._inbox.popleft(), dtype="<i2")
            frames = frames.reshape(-1, self.tap.channels)
            if self._side is not None and self.tap.channels > 1:
                mono = frames[:, self._side]
            elif self.tap.channels > 1:
                mono = frames.mean(axis=1, dtype=np.float32).astype(np.int16)
            else:
                mono = frames[:, 0]
            made = self._convert.resample_chunk(np.ascontiguousarray(mono))
            if len(made):
                self._pending.append(made)
                self._waiting += len(made)
        if self._owed:
            self._drop(min(self._owed, max(0, self._waiting - self._size)), owed=True)
        most = round(_MOST_S * self._rate_hz)
        if self._waiting > most:
            self._miss(self._waiting - most, "overrun")
            self._drop(self._waiting - most)

    def forget(self) -> None:
        """Drop what has come: it belongs to before a pause."""
        self._inbox.clear()
        self._pending.clear()
        self._waiting = self._owed = 0
        self._backlog = None
        self._blocks = 0
        self._convert = self._converter()

    def block(self, reason: str) -> Iterator[Chunk | AudioGap]:
        """The next block; what has not come is silence, and a gap for that reason."""
        came = min(self._waiting, self._size)
        pcm = self._taken(came)
        missing = self._size - came
        if missing:
            pcm = np.concatenate((pcm, np.zeros(missing, np.int16)))
            if self._gap is not None and self._gap[2] != reason:
                yield from self.over()
            self._miss(missing, reason, at=self._position + came)
            if reason == "overrun":
                self._owed += missing
        elif self._gap is not None:
            yield from self.over()
        level_db = _level(pcm)
        self.silent_s = self.silent_s + BLOCK_S if level_db <= SILENCE_DB else 0.0
        start, self._position = self._position, self._position + self._size
        self._blocks += 1
        part = float(self._waiting)
        before = self._backlog
        self._backlog = part if before is None else before + _SMOOTH * (part - before)
        yield Chunk(self.number, start, pcm.tobytes(), level_db)

    def over(self) -> Iterator[AudioGap]:
        """The gap that is open, if there is one: it ends here."""
        gap, self._gap = self._gap, None
        if gap is not None:
            yield AudioGap(self.number, *gap)

    def keep_step(self, first: Line) -> None:
        """Take a sample away or double one where this clock has run away from channel 0's."""
        mine, theirs = self.backlog, first.backlog
        if mine is None or theirs is None or self.tap is first.tap:
            return
        apart = mine - theirs
        if abs(apart) < _STEP_S * self._rate_hz:
            return
        samples = min(_FASTEST, max(1, round(abs(apart) / self._rate_hz)))
        if apart > 0:
            self._drop(samples)
            self._corrected += samples
        elif self._pending:
            last = self._pending[-1]
            self._pending[-1] = np.concatenate((last, np.repeat(last[-1:], samples)))
            self._waiting += samples
            self._corrected -= samples
        if self._backlog is not None:
            self._backlog += samples if apart < 0 else -samples

    def drift(self) -> DriftMeasured:
        """This device's clock against channel 0's since the last time, in parts per million."""
        samples = max(1, self._position - self._since)
        ppm = self._corrected / samples * 1e6
        self._since, self._corrected = self._position, 0
        return DriftMeasured(self.number, self._position, round(ppm, 1))

    def ahead_of(self, begun_s: float, blocks: int, now_s: float) -> bool:
        """Whether the device's clock has left the wall's so far behind that it must set it."""
        return abs(now_s - begun_s - blocks * BLOCK_S) > 2 * BLOCK_S and self.tap.running

    def _converter(self) -> soxr.ResampleStream:
        return soxr.ResampleStream(self.tap.rate_hz, self._rate_hz, 1, dtype="int16", quality="HQ")

    def _miss(self, samples: int, reason: str, at: int | None = None) -> None:
        self.lost[reason] = self.lost.get(reason, 0) + samples
        if self._gap is None:
            self._gap = (self._position if at is None else at, samples, reason)
        else:
            self._gap = (self._gap[0], self._gap[1] + samples, self._gap[2])

    def _drop(self, samples: int, *, owed: bool = False) -> None:
        if samples > 0:
            self._taken(samples)
            if owed:
                self._owed -= samples

    def _taken(self, samples: int) -> _Pcm:
        parts: list[_Pcm] = []
        self._waiting -= samples
        while samples:
            head = self._pending.popleft()
            if len(head) > samples:
                self._pending.appendleft(head[samples:])
                head = head[:samples]
            parts.append(head)
            samples -= len(head)
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)


def _level(pcm: _Pcm) -> float:
    if not len(pcm):
        return SILENCE_DB
    power = float(np.mean(np.square(pcm.astype(np.float32) / FULL_SCALE)))
    return SILENCE_DB if power <= 0 else max(SILENCE_DB, 10 * float(np.log10(power)))
