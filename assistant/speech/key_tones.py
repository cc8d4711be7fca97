"""Keys pressed on a telephone, as short as they are sent: two tones, one of four and one of four.

Owns which chunks hold nothing but such keys.  A key is a pair of the frequencies of ITU-T Q.23 that
carries nearly all of the power for four hundredths of a second (Q.24: no receiver need take less),
neither of the two much the weaker.  A vowel may have its formants there, but has its other
overtones as well.  Pure.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

_LOW_HZ = (697.0, 770.0, 852.0, 941.0)
_HIGH_HZ = (1209.0, 1336.0, 1477.0, 1633.0)
_BLOCKS = 10  # in a chunk, ten milliseconds each
_SHARE = 0.8  # of a frame's power in the pair
_TWIST = 0.1  # the weaker tone's power against the stronger's
_LEAST_FRAMES = 3  # frames of twenty milliseconds, ten apart
_BESIDE = 2  # blocks in which a key may begin and end
_LEAST = 10 ** (-45 / 10)  # of full scale; below this it is noise whose spectrum says nothing
_UNDER = 10 ** (-20 / 10)  # of a key's power: what is left of it, and the noise of a line

_Array = npt.NDArray[np.float64]


class KeyTones:
    """The keys of one channel; give it every chunk in order.

    Args:
        rate_hz: samples a second.
    """

    def __init__(self, rate_hz: int) -> None:
        self._size = rate_hz // 100
        self._pairs = _pairs(rate_hz, 2 * self._size)
        self._last: _Array = np.zeros(self._size)
        self._powers: deque[_Array] = deque(maxlen=3)  # by block, of the last chunks
        self._labels: deque[npt.NDArray[np.int64]] = deque(maxlen=3)  # by frame that ends there

    def take(self, samples: _Array) -> bool:
        """Listen to a chunk of samples from -1 to 1.

        Returns:
            Whether nothing but keys sounded in the chunk *before*, of which the end is known now:
            in it, or with nothing in it beside one of its neighbours that holds a key.
        """
        if len(samples) != self._size * _BLOCKS:
            self._powers.clear()
            self._labels.clear()
            return False
        blocks = samples.reshape(_BLOCKS, self._size)
        self._powers.append((blocks**2).mean(axis=1))
        self._labels.append(self._labelled(np.concatenate([self._last, samples])))
        self._last = blocks[-1]
        if len(self._powers) < 2:
            return False
        return self._only_keys()

    @property
    def latest(self) -> bool:
        """Whether there may be a key in the last chunk."""
        return bool(self._labels) and bool(self._labels[-1].any())

    def _labelled(self, samples: _Array) -> npt.NDArray[np.int64]:
        """The pair that each frame is, counted from 1; 0 where it is none."""
        frames = np.lib.stride_tricks.sliding_window_view(samples, 2 * self._size)[:: self._size]
        power = (frames**2).sum(axis=1)
        if float(power.max()) < _LEAST * 2 * self._size:
            return np.zeros(_BLOCKS, np.int64)
        parts = (frames @ self._pairs) ** 2
        low, high = parts.reshape(_BLOCKS, -1, 2, 2).sum(axis=3).transpose(2, 0, 1)
        best = (low + high).argmax(axis=1)
        rows = np.arange(_BLOCKS)
        low, high = low[rows, best], high[rows, best]
        is_key = (
            (low + high >= _SHARE * power)
            & (np.minimum(low, high) >= _TWIST * np.maximum(low, high))
            & (power >= _LEAST * 2 * self._size)
        )
        return np.where(is_key, best + 1, 0)

    def _only_keys(self) -> bool:
        labels = np.concatenate(self._labels)
        powers = np.concatenate(self._powers)
        keys = np.zeros(len(labels), dtype=bool)
        loudest = 0.0
        begun = 0
        for place in range(1, len(labels) + 1):
            if place < len(labels) and labels[place] == labels[begun]:
                continue
            if labels[begun] and place - begun >= _LEAST_FRAMES:
                keys[max(0, begun - 1 - _BESIDE) : place + _BESIDE] = True
                loudest = max(loudest, float(powers[begun:place].max()))
            begun = place
        before = slice(len(labels) - 2 * _BLOCKS, len(labels) - _BLOCKS)
        beside = powers[before][~keys[before]]
        return bool(keys.any()) and bool((beside <= _UNDER * loudest).all())


def _pairs(rate_hz: int, samples: int) -> _Array:
    """For each pair four orthogonal waves of a frame's length: of the low tone, and of the high."""
    places = np.arange(samples) / rate_hz
    waves = []
    for low_hz in _LOW_HZ:
        for high_hz in _HIGH_HZ:
            tones = [
                wave(2 * np.pi * hz * places)
                for hz in (low_hz, high_hz)
                for wave in (np.cos, np.sin)
            ]
            waves.append(np.linalg.qr(np.stack(tones, axis=1))[0])
    found: _Array = np.concatenate(waves, axis=1)
    return found
