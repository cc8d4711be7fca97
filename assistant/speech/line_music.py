"""Music on a line: notes that stand, and that change.  A recogniser hears words in them.

Owns where there is music, and from when to when it is told.  A note is a partial that keeps to two
hertz for three tenths of a second; in music such notes carry a third of the power and more, over
two seconds, and there are several of them.  In speech they carry next to nothing, since no voice
keeps its overtones so still, and a voice that is louder than the music takes its share away.
Which words go for it `line_tones` decides.  Singing, drums alone, one chord held and noise are not
told.  Pure.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

_Array = npt.NDArray[np.float64]

_LOWEST_HZ = 300.0  # of a telephone's band
_PEAK = 0.005  # of a chunk's power: less is no note
_STEADY_HZ = 2.0
_SWELLS = 2.0  # times its power from one tenth to the next; more is a voice on top of it
_LEAST_CHUNKS = 3
_BESIDE = 2  # bins that a windowed partial takes on each side
_SHARE = 0.35  # of the power in notes
OWN_SHARE = 0.4
FEW_SHARE = 0.2  # the same where every word of an utterance has it and none is sure
VOICE_SHARE = 0.3  # a word below it is a voice's, if its neighbour is one too
_AROUND = 10  # chunks before and after that decide whether there is music
_LEAST_SOUNDING = 6  # of them
_NOTES = 3  # of different pitch, in twice that time
_NOTE_APART = 1.02  # less than half a tone
_TELL_S = 2.0  # music is told when it is this long, and as it goes on
_KEPT = 1_200  # tenths of a second that are remembered: longer than any utterance


@dataclass(frozen=True, slots=True)
class _Chunk:
    """`share` is of the power in notes, `None` where nothing sounds; `note_hz` the strongest."""

    start: int
    end: int
    share: float | None
    note_hz: float


class LineMusic:
    """The music of one channel; give it every chunk in order.

    Args:
        rate_hz: samples a second.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._chunks: deque[_Chunk] = deque(maxlen=_KEPT)
        self._notes: _Array = np.zeros(0)
        self._strengths: _Array = np.zeros(0)
        self._ages = np.zeros(0, np.int64)
        self._ever = False  # most lines never carry any
        self._open: tuple[int, int] | None = None  # music that is not told yet: from where, to
        self._told = False  # whether some of it was

    def take(self, start: int, end: int, power: _Array | None) -> None:
        """Listen to a chunk: its power by frequency, `None` where nothing sounds."""
        share, note_hz = (None, 0.0) if power is None else self._in_notes(power, end - start)
        if power is None:
            self._notes = self._strengths = np.zeros(0)
            self._ages = np.zeros(0, np.int64)
        self._chunks.append(_Chunk(start, end, share, note_hz))
        self._ever = self._ever or bool(share)

    def stretches(self, *, last: bool = False) -> list[tuple[int, int]]:
        """Music that is to be told now, from sample to sample; what goes on follows later.

        To be asked after every chunk.

        Args:
            last: whether no more sound comes.
        """
        told: list[tuple[int, int]] = []
        # A chunk is settled once what comes after it is known.
        first = len(self._chunks) - _AROUND - (0 if last else 1)
        for place in range(max(0, first), len(self._chunks) if last else first + 1):
            told += self._told_of(place)
        if last and self._open is not None and (self._told or self._long()):
            told.append(self._open)
        return told

    @property
    def sounds(self) -> bool:
        """Whether there is music now, as far as that is known already."""
        return self._ever and bool(self._chunks) and self._is_music(len(self._chunks) - 1)

    def covers(self, start: int, end: int, share: float = OWN_SHARE) -> bool:
        """Whether there is music all the time from sample to sample.

        Args:
            start: the first sample.
            end: the one after the last.
            share: of the power in notes, between the two: what a word that is none has at least.
        """
        if not self._ever:
            return False
        places = self._touched(start, end)
        return self.share(start, end) >= share and all(self._is_music(each) for each in places)

    def share(self, start: int, end: int) -> float:
        """Of the power from sample to sample, what is in notes; 0 where nothing is remembered."""
        touched = [self._chunks[place].share or 0.0 for place in self._touched(start, end)]
        return sum(touched) / len(touched) if touched else 0.0

    def _touched(self, start: int, end: int) -> list[int]:
        """The places of the chunks that a stretch touches."""
        touched: list[int] = []
        for place in range(len(self._chunks) - 1, -1, -1):
            chunk = self._chunks[place]
            if chunk.end <= start:
                break
            if chunk.start < end:
                touched.append(place)
        return touched

    def _told_of(self, place: int) -> list[tuple[int, int]]:
        chunk = self._chunks[place]
        if self._ever and self._is_music(place):
            self._open = (self._open[0] if self._open else chunk.start, chunk.end)
            if not self._long():
                return []
            piece, self._open, self._told = self._open, (chunk.end, chunk.end), True
            return [piece]
        rest, told = self._open, self._told
        self._open, self._told = None, False
        return [rest] if rest is not None and told and rest[1] > rest[0] else []

    def _long(self) -> bool:
        return self._open is not None and (self._open[1] - self._open[0] >= _TELL_S * self._rate_hz)

    def _is_music(self, place: int) -> bool:
        near = self._around(place, _AROUND)
        shares = [chunk.share for chunk in near if chunk.share is not None]
        if len(shares) < _LEAST_SOUNDING or sum(shares) < _SHARE * len(shares):
            return False
        pitches = sorted(
            chunk.note_hz for chunk in self._around(place, 2 * _AROUND) if chunk.note_hz
        )
        different = sum(high > _NOTE_APART * low for low, high in pairwise(pitches))
        return different + 1 >= _NOTES

    def _around(self, place: int, chunks: int) -> list[_Chunk]:
        first = max(0, place - chunks)
        return [self._chunks[each] for each in range(first, min(len(self._chunks), place + chunks))]

    def _in_notes(self, power: _Array, samples: int) -> tuple[float, float]:
        """The share of a chunk's power in notes, and the pitch of the strongest in Hz."""
        width_hz = self._rate_hz / samples
        power = power[round(_LOWEST_HZ / width_hz) :]
        least = _PEAK * float(power.sum())
        at = power[1:-1]
        peaks = 1 + np.flatnonzero((at > power[:-2]) & (at >= power[2:]) & (at > least))
        logs = np.log(power[peaks[:, None] + np.array([-1, 0, 1])] + 1e-12)
        bend = logs[:, 0] - 2 * logs[:, 1] + logs[:, 2]
        lean = np.divide(
            0.5 * (logs[:, 0] - logs[:, 2]), bend, out=np.zeros(len(peaks)), where=bend != 0
        )
        found = (peaks + lean) * width_hz + round(_LOWEST_HZ / width_hz) * width_hz
        strength = power[peaks]
        same = (np.abs(found[:, None] - self._notes[None, :]) <= _STEADY_HZ) & (
            strength[:, None] <= _SWELLS * self._strengths[None, :]
        )
        ages = 1 + np.max(np.where(same, self._ages[None, :], 0), axis=1, initial=0)
        self._notes, self._strengths, self._ages = found, strength, ages
        held = peaks[ages >= _LEAST_CHUNKS]
        if not len(held):
            return 0.0, 0.0
        taken = np.zeros(len(power), dtype=bool)
        for beside in range(-_BESIDE, _BESIDE + 1):
            taken[np.clip(held + beside, 0, len(power) - 1)] = True
        strongest = int(held[power[held].argmax()])
        share = float(power[taken].sum() / power.sum())
        return share, float(found[peaks.searchsorted(strongest)])
