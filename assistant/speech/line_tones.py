"""Tones on a line: ringing, busy, fax, keys pressed, music.  A recogniser hears words in them.

Owns what counts as a tone, and which recognised words are none because nothing but a tone sounded
while they were heard.  Never speech: one or two partials that carry all but a fiftieth of the
power, each steady to two hertz and in loudness for four tenths of a second, which no voice is; the
tenths where such a tone begins and ends; keys however short (`key_tones`); and what is no sound at
all.  A word that touches anything else stays, and so does whatever is said over a tone.  Music is
told by itself (`line_music`), since a side on which it plays is not heard meanwhile.  Pure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from assistant.events import RecognisedWord
from assistant.speech.key_tones import KeyTones
from assistant.speech.line_music import FEW_SHARE, OWN_SHARE, VOICE_SHARE, LineMusic
from assistant.speech.recogniser import FinalHypothesis
from assistant.speech.recording import FULL_SCALE, Chunk

_Power = npt.NDArray[np.float64]

_LEAST_DB = -50.0  # below this it is noise whose spectrum says nothing
_NOTHING_DB = -60.0  # no voice is as soft as this on a line
_LOWEST_HZ = 300.0  # of a telephone's band; hum below it is on every line
_SHARE = 0.98  # of the power in the partials
_STEADY_HZ = 2.0
_STEADY_DB = 1.5
_LEAST_CHUNKS = 4
_BESIDE = 3  # bins that a windowed partial takes on each side
_EDGE_SHARE = 0.9  # where a tone begins or ends, of the power near its partials
_EDGE_HZ = 60.0
_LATEST = 5  # tenths of a second
_VOICE_CONFIDENCE = 0.5  # what a recogniser is less sure of speaks for no voice
_SURE = 0.9  # what it hears in music without many notes is below
_KEPT = 1_200  # tenths of a second that are remembered: longer than any utterance


class _Kind(StrEnum):
    TONE = "tone"
    EDGE = "edge"
    NOTHING = "nothing"
    OTHER = "other"


@dataclass(slots=True)
class _Heard:
    """One chunk: its place, what it is, and while that is needed its power by frequency."""

    start: int
    end: int
    kind: _Kind
    level_db: float
    partials: tuple[float, ...] = ()
    power: _Power | None = None

    def is_same_tone(self, other: _Heard) -> bool:
        """Whether both are one steady tone."""
        return (
            bool(self.partials)
            and len(self.partials) == len(other.partials)
            and abs(self.level_db - other.level_db) <= _STEADY_DB
            and all(
                abs(one - two) <= _STEADY_HZ
                for one, two in zip(self.partials, other.partials, strict=True)
            )
        )


class LineTones:
    """The tones of one channel; give it every chunk in order.

    Args:
        rate_hz: samples a second.
        music: whether music is listened for: not at an agent's microphone, since what an agent
            says beside a radio is said all the same.

    `music` is the channel's, `None` where it is not listened for.
    """

    def __init__(self, rate_hz: int, *, music: bool = True) -> None:
        self._rate_hz = rate_hz
        self._keys = KeyTones(rate_hz)
        self.music = LineMusic(rate_hz) if music else None
        self._chunks: deque[_Heard] = deque(maxlen=_KEPT)
        self._ever = False  # most lines never carry any
        self._run = 0  # how many of the last chunks are one tone

    @property
    def seconds(self) -> float:
        """For how long tones have sounded, as far as it is remembered."""
        tones = (each for each in self._chunks if each.kind is _Kind.TONE)
        return sum(each.end - each.start for each in tones) / self._rate_hz

    def take(self, chunk: Chunk) -> None:
        """Listen to a chunk."""
        samples = np.frombuffer(chunk.pcm, dtype="<i2").astype(np.float64) / FULL_SCALE
        heard = _listened(chunk, samples, self._rate_hz)
        was = self._chunks[-1] if self._chunks else None
        if self._keys.take(samples) and was is not None:
            was.kind = _Kind.TONE
            self._ever = True
        self._chunks.append(heard)
        if was is not None and self._run and was.is_same_tone(heard):
            self._run += 1
        else:
            if was is not None and self._run >= _LEAST_CHUNKS:
                self._settle_edge(heard, was)
            self._run = 1 if heard.partials else 0
        if self._run == _LEAST_CHUNKS:
            self._ever = True
            for place in range(-_LEAST_CHUNKS, 0):
                self._chunks[place].kind = _Kind.TONE
            if len(self._chunks) > _LEAST_CHUNKS:
                self._settle_edge(self._chunks[-_LEAST_CHUNKS - 1], heard)
        elif self._run > _LEAST_CHUNKS:
            heard.kind = _Kind.TONE
        if self.music is not None:
            no_note = chunk.level_db < _LEAST_DB or self._keys.latest
            self.music.take(heard.start, heard.end, None if no_note else heard.power)
        if len(self._chunks) > _LEAST_CHUNKS + 1:
            self._chunks[-_LEAST_CHUNKS - 2].power = None

    def without(self, heard: FinalHypothesis) -> FinalHypothesis:
        """What was heard without words that are tones or music; `heard` in it is all of them.

        For music an utterance loses words only if nobody is sure to speak in it: a customer's
        "yes" that is gone does more harm than a word too many.
        """
        words = [word for word in heard.words if not self._is_tone(word.start, word.end)]
        if not self._speaks(words):
            words = self._without_music(words)
        if len(words) == len(heard.words):
            return heard
        text = " ".join(word.text for word in words)
        return replace(heard, text=text, words=tuple(words), heard=heard.heard or heard.words)

    @property
    def sounding(self) -> bool:
        """Whether nothing but tones or music has sounded just now, so that no word is under way."""
        if self.music is not None and self.music.sounds:
            return True
        latest = list(self._chunks)[-_LATEST - 1 : -1]  # of the last one that is not known yet
        kinds = {each.kind for each in latest}
        return self._ever and _Kind.TONE in kinds and _Kind.OTHER not in kinds

    def _speaks(self, words: Sequence[RecognisedWord]) -> bool:
        """Whether two neighbouring words are surely a voice's."""
        voices = [
            word.confidence >= _VOICE_CONFIDENCE
            and (self.music is None or self.music.share(word.start, word.end) < VOICE_SHARE)
            for word in words
        ]
        return any(one and other for one, other in pairwise(voices))

    def _without_music(self, words: list[RecognisedWord]) -> list[RecognisedWord]:
        """Words that are not all notes; none where all of them may be and none is sure."""
        left = [word for word in words if not self._is_music(word, OWN_SHARE)]
        if all(word.confidence < _SURE and self._is_music(word, FEW_SHARE) for word in left):
            return []
        return left

    def _is_music(self, word: RecognisedWord, share: float) -> bool:
        return self.music is not None and self.music.covers(word.start, word.end, share)

    def _is_tone(self, start: int, end: int) -> bool:
        if not self._ever:
            return False
        touched = {each.kind for each in self._chunks if each.start < end and start < each.end}
        return _Kind.TONE in touched and _Kind.OTHER not in touched

    def _settle_edge(self, beside: _Heard, tone: _Heard) -> None:
        """A chunk next to a tone in which nothing but the tone begins or ends is part of it."""
        power = beside.power
        if power is None or beside.kind is not _Kind.OTHER:
            return
        width_hz = self._rate_hz / (beside.end - beside.start)
        places = np.arange(len(power)) * width_hz
        near = np.zeros(len(power), dtype=bool)
        for partial in tone.partials:
            near |= np.abs(places - partial) <= _EDGE_HZ
        if float(power[near].sum()) >= _EDGE_SHARE * float(power.sum()):
            beside.kind = _Kind.EDGE


def _listened(chunk: Chunk, samples: _Power, rate_hz: int) -> _Heard:
    """A chunk, and the partials of the tone that it is, if it is one."""
    end = chunk.start_sample + chunk.samples
    kind = _Kind.NOTHING if chunk.level_db <= _NOTHING_DB else _Kind.OTHER
    heard = _Heard(chunk.start_sample, end, kind, chunk.level_db)
    if chunk.samples < rate_hz // 20 or kind is _Kind.NOTHING:
        return heard
    heard.power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    if chunk.level_db >= _LEAST_DB:
        heard.partials = _partials(heard.power, rate_hz / len(samples))
    return heard


def _partials(power: _Power, width_hz: float) -> tuple[float, ...]:
    """One or two partials that carry nearly all of the power, in Hz; none where it takes more."""
    left = power.copy()
    wanted = _SHARE * float(power.sum())
    found: list[float] = []
    carried = 0.0
    for _ in range(2):
        peak = int(left.argmax())
        near = slice(max(0, peak - _BESIDE), peak + _BESIDE + 1)
        carried += float(left[near].sum())
        left[near] = 0.0
        found.append(_middle(power, peak) * width_hz)
        if carried >= wanted:
            return tuple(sorted(found)) if min(found) >= _LOWEST_HZ else ()
    return ()


def _middle(power: _Power, peak: int) -> float:
    """Where between the bins a partial lies: the top of a parabola through three logarithms."""
    if not 0 < peak < len(power) - 1:
        return float(peak)
    below, at, above = np.log(power[peak - 1 : peak + 2] + 1e-9)
    bend = float(below - 2 * at + above)
    return peak + (0.5 * float(below - above) / bend if bend else 0.0)
