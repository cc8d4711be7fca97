"""Reads the sound of a kept call, whatever end its file met.

Owns the index of a file's records and the opening of those that are asked for; the format is
`assistant.record.sealed_file`'s.  A file whose writer was killed is read up to its last whole
record.  It writes nothing and starts no thread.
"""

from __future__ import annotations

import io
import json
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, Self

import numpy as np
import soundfile as sf

from assistant.record.faults import StoreDamaged, system_fault
from assistant.record.sealed_file import RecordPlace, record_places, sealed_for
from assistant.record.sound import MAGIC, SOUND, Samples, SoundChannel, sound_name
from assistant.record.vault import Seal, SealBroken

# Decoded seconds kept by a reader: both channels, a little around the place that is played.
_CACHED = 8


@dataclass(frozen=True, slots=True)
class _Block:
    """A stretch of one channel, and where it lies in the file."""

    start: int
    samples: int
    place: RecordPlace


class KeptSound:
    """A call's sound for reading; open while it is used, as a context manager.

    `torn` says that the last record was cut off: the process that wrote it was killed.
    Used by one thread at a time.

    Raises:
        StoreDamaged: the file is not one of ours, or bytes inside it were changed.
        StoreFault: it cannot be opened.
    """

    def __init__(self, path: Path, call: str, seal: Seal) -> None:
        self._path = path
        self._name = sound_name(call)
        self._seal = seal
        self._channels: dict[int, SoundChannel] = {}
        self._blocks: dict[int, list[_Block]] = {}
        self._starts: dict[int, list[int]] = {}
        self._cache: OrderedDict[tuple[int, int], Samples] = OrderedDict()
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise system_fault(path, error) from None
        try:
            self.torn = self._index()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    @property
    def channels(self) -> tuple[SoundChannel, ...]:
        return tuple(self._channels[number] for number in sorted(self._channels))

    @property
    def duration_s(self) -> float:
        """Seconds to the end of the longest channel."""
        return max(
            (self.end_sample(number) / opened.rate_hz for number, opened in self._channels.items()),
            default=0.0,
        )

    def end_sample(self, channel: int) -> int:
        """The sample after the channel's last one, counted from the start of the call."""
        blocks = self._blocks.get(channel, [])
        return blocks[-1].start + blocks[-1].samples if blocks else 0

    def read(self, channel: int, start: int, stop: int) -> Samples:
        """Samples `start` to `stop` (half open) of a channel, shape (stop − start,).

        What was never heard, before, between or after, is silence (zeros).
        """
        wanted = np.zeros(max(0, stop - start), dtype=np.int16)
        blocks = self._blocks.get(channel, [])
        first = max(0, bisect_right(self._starts.get(channel, []), start) - 1)
        for number in range(first, len(blocks)):
            block = blocks[number]
            if block.start >= stop:
                break
            begin, end = max(start, block.start), min(stop, block.start + block.samples)
            if begin < end:
                heard = self._decode(channel, number)
                wanted[begin - start : end - start] = heard[begin - block.start : end - block.start]
        return wanted

    def _index(self) -> bool:
        """Find every record; returns whether the tail is torn."""
        places, torn = record_places(self._file, MAGIC, self._path)
        for place in places:
            if place.kind == b"C":
                self._open_channel(place)
            elif place.kind == b"S" and len(place.head) == SOUND.size:
                self._found_sound(place)
            else:
                raise self._damaged()
        return torn

    def _open_channel(self, place: RecordPlace) -> None:
        try:
            opened = SoundChannel(**json.loads(self._opened(place)))
        except (ValueError, TypeError):
            raise self._damaged() from None
        self._channels[opened.channel] = opened
        self._blocks.setdefault(opened.channel, [])
        self._starts.setdefault(opened.channel, [])

    def _found_sound(self, place: RecordPlace) -> None:
        channel, start, samples = SOUND.unpack(place.head)
        if channel not in self._blocks or start < self.end_sample(channel):
            raise self._damaged()
        self._blocks[channel].append(_Block(start, samples, place))
        self._starts[channel].append(start)

    def _opened(self, place: RecordPlace) -> bytes:
        self._file.seek(place.body_at)
        sealed = self._file.read(place.body_size)
        try:
            return self._seal.open(
                sealed, sealed_for(self._name, place.number, place.kind, place.head)
            )
        except SealBroken:
            raise self._damaged() from None

    def _decode(self, channel: int, number: int) -> Samples:
        key = (channel, number)
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        block = self._blocks[channel][number]
        try:
            samples, _rate = sf.read(io.BytesIO(self._opened(block.place)), dtype="int16")
        except (sf.SoundFileError, RuntimeError):
            raise self._damaged() from None
        if samples.shape != (block.samples,):
            raise self._damaged()
        decoded: Samples = samples
        self._cache[key] = decoded
        if len(self._cache) > _CACHED:
            self._cache.popitem(last=False)
        return decoded

    def _damaged(self) -> StoreDamaged:
        return StoreDamaged(
            f"{self._path} is not the sound of a kept call, or it is damaged",
            "Restore it from a backup; the transcript can be read without it.",
        )


class Sound(Protocol):
    """A call's sound for reading: `KeptSound`, or a part of it."""

    @property
    def channels(self) -> tuple[SoundChannel, ...]: ...

    def end_sample(self, channel: int) -> int: ...

    def read(self, channel: int, start: int, stop: int) -> Samples: ...

    def close(self) -> None: ...


class SideBySide:
    """A kept call's channels as one sound, the way a player asks for it.

    The first two channels are given, side by side; a later one of another rate than the first is
    left out (every channel is kept at the rate of the speech model, so none is).
    """

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        rates_hz = [opened.rate_hz for opened in sound.channels]
        self.rate_hz = rates_hz[0] if rates_hz else 8000
        self._channels = [
            opened.channel for opened in sound.channels if opened.rate_hz == self.rate_hz
        ][:2]
        self.samples = max((sound.end_sample(channel) for channel in self._channels), default=0)

    def frames(self, start: int, stop: int) -> Samples:
        """Frames `start` to `stop` (half open), shape (stop − start, 1 or 2)."""
        if not self._channels:
            return np.zeros((stop - start, 1), dtype=np.int16)
        columns = [self._sound.read(channel, start, stop) for channel in self._channels]
        return np.stack(columns, axis=1)
