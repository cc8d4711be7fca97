"""The sound of a call's copy: what was covered in the words cannot be heard either.

Owns which samples stay.  Only recognised speech does, and of that nothing that was covered, on no
channel; what was not recognised may have been anything.  It reads the sealed sound as it is played
or packed and writes none, so that a better redaction holds for every copy from then on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

from assistant.archive.told import ToldCall
from assistant.record.kept_sound import Sound
from assistant.record.sound import Samples, SoundChannel
from assistant.redaction.call import Redacted

_AROUND_S = 0.15  # a recogniser's times are no better than that


@dataclass(frozen=True, slots=True)
class Audible:
    """Seconds of recognised words, and those of them in which something was covered."""

    heard: tuple[tuple[float, float], ...]
    silent: tuple[tuple[float, float], ...]

    @classmethod
    def of_call(cls, told: ToldCall, copies: Iterable[Redacted]) -> Self:
        """Of a call as it was kept, and its utterances' copies."""
        heard = [
            (utterance.start_s - _AROUND_S, utterance.end_s + _AROUND_S)
            for utterance in told.utterances
        ]
        return cls(tuple(heard), tuple(spell for copy in copies for spell in copy.silent_s))

    def of(self, samples: Samples, start: int, rate_hz: int) -> Samples:
        """Samples from `start` on, zero wherever a covered word was said on any channel."""
        keep = np.zeros(len(samples), dtype=bool)
        for spells, audible in ((self.heard, True), (self.silent, False)):
            for from_s, to_s in spells:
                ends = min(to_s, (start + len(samples)) / rate_hz)
                first = max(0, math.floor(from_s * rate_hz) - start)
                last = max(0, math.ceil(ends * rate_hz) - start)
                keep[first:last] = audible
        return np.where(keep, samples, np.int16(0)).astype(np.int16)


class SilencedSound:
    """A call's sound with only what is audible in its copy; a context manager."""

    def __init__(self, sound: Sound, audible: Audible) -> None:
        self._sound = sound
        self._audible = audible
        self._rates_hz = {opened.channel: opened.rate_hz for opened in sound.channels}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._sound.close()

    @property
    def channels(self) -> tuple[SoundChannel, ...]:
        return self._sound.channels

    def end_sample(self, channel: int) -> int:
        return self._sound.end_sample(channel)

    def read(self, channel: int, start: int, stop: int) -> Samples:
        """As `KeptSound.read`."""
        samples = self._sound.read(channel, start, stop)
        return self._audible.of(samples, start, self._rates_hz[channel])
