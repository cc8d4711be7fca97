"""Speech faster or slower at the same pitch.

Owns one algorithm, WSOLA (Verhelst and Roelands, "An overlap-add technique based on waveform
similarity", ICASSP 1993): the sound is cut into overlapping windows which are laid down nearer
together or further apart, each shifted by some milliseconds to where it continues its predecessor
best.  Pure: it reads samples through a function and yields samples.  It knows no device, file or
thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
# `read(start, stop)` gives frames start to stop, shape (stop - start, channels), full scale 1;
# silence before the first and after the last.
Read = Callable[[int, int], Samples]

SLOWEST, FASTEST = 0.5, 4.0
WINDOW_S = 0.030  # two or three pitch periods of a deep voice
SEARCH_S = 0.008  # half a pitch period of a deep voice, each way
BLOCK_S = 0.1


def stretched(
    read: Read, start: int, stop: int, *, speed: float, rate_hz: int
) -> Iterator[Samples]:
    """The frames from `start` to `stop` at `speed`, in blocks of uneven length.

    Args:
        read: gives any frames of the sound.
        start: first frame.
        stop: the frame after the last.
        speed: how many seconds of the sound pass in one second, 0.5 to 4.
        rate_hz: frames a second of the sound, in and out.

    Yields:
        Float frames (frame, channel); in sum about (stop - start) / speed of them.
    """
    if not SLOWEST <= speed <= FASTEST:
        raise ValueError(f"a speed between {SLOWEST} and {FASTEST}")
    if speed == 1.0:
        yield from _unchanged(read, start, stop, rate_hz)
        return
    hop = max(1, round(rate_hz * WINDOW_S / 2))
    search = max(1, round(rate_hz * SEARCH_S))
    window = np.hanning(2 * hop + 1)[:-1].astype(np.float32)[:, np.newaxis]
    taken = start
    tail = read(start, start + hop) * window[hop:]
    count = 0
    while (ideal := start + round(count * hop * speed)) < stop:
        if count:
            taken = _best(read, ideal, taken + hop, hop, search)
        frame = read(taken, taken + 2 * hop) * window
        # The first window has no predecessor to fade in over: it begins at full strength.
        yield tail + frame[:hop]
        tail = frame[hop:]
        count += 1


def _unchanged(read: Read, start: int, stop: int, rate_hz: int) -> Iterator[Samples]:
    block = max(1, round(rate_hz * BLOCK_S))
    for position in range(start, stop, block):
        yield read(position, min(position + block, stop))


def _best(read: Read, ideal: int, continuing: int, hop: int, search: int) -> int:
    """Where near `ideal` the sound resembles most what would have followed at `continuing`."""
    wanted = read(continuing, continuing + 2 * hop).mean(axis=1)
    near = read(ideal - search, ideal + search + 2 * hop).mean(axis=1)
    likeness = np.correlate(near, wanted, mode="valid")
    squares = np.concatenate([[0.0], np.cumsum(near.astype(np.float64) ** 2)])
    energy = squares[2 * hop :] - squares[: -2 * hop]
    return ideal - search + int(np.argmax(likeness / np.sqrt(energy + 1e-9)))
