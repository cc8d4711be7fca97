"""Reads the sound of a kept call, whatever end its file met.

Owns the index of a file's records and the decoding of those that are asked for; the format is
`assistant.record.sound`'s.  A file whose writer was killed is read up to its last whole record.
It writes nothing and starts no thread.
"""

from __future__ import annotations

import io
import json
import struct
import zlib
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np
import soundfile as sf

from assistant.record.faults import StoreDamaged, system_fault
from assistant.record.sound import MAGIC, RECORD, SOUND, Samples, SoundChannel

# Decoded seconds kept by a reader: both channels, a little around the place that is played.
_CACHED = 8


@dataclass(frozen=True, slots=True)
class _Block:
    """Where a stretch of one channel lies in the file; `offset` and `size` are of its body."""

    start: int
    samples: int
    offset: int
    size: int


class KeptSound:
    """A call's sound for reading; open while it is used, as a context manager.

    `torn` says that the last record was cut off: the process that wrote it was killed.
    Used by one thread at a time.

    Raises:
        StoreDamaged: the file is not one of ours, or bytes inside it were changed.
        StoreFault: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
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
        if self._file.read(len(MAGIC)) != MAGIC:
            raise self._damaged()
        size = self._file.seek(0, io.SEEK_END)
        offset = len(MAGIC)
        while offset < size:
            self._file.seek(offset)
            head = self._file.read(RECORD.size)
            if len(head) < RECORD.size:
                return True
            kind, length, crc = RECORD.unpack(head)
            body_at, offset = offset + RECORD.size, offset + RECORD.size + length
            if kind == b"\0":
                return True  # a power cut can leave room that was never filled
            if kind not in (b"C", b"S"):
                raise self._damaged()
            if offset > size:
                return True
            if kind == b"C":
                body = self._file.read(length)
                if zlib.crc32(body) != crc:
                    raise self._damaged()
                self._open_channel(body)
            elif length > SOUND.size:
                self._found_sound(body_at, length)
            else:
                raise self._damaged()
        return False

    def _open_channel(self, body: bytes) -> None:
        try:
            opened = SoundChannel(**json.loads(body))
        except (ValueError, TypeError):
            raise self._damaged() from None
        self._channels[opened.channel] = opened
        self._blocks.setdefault(opened.channel, [])
        self._starts.setdefault(opened.channel, [])

    def _found_sound(self, body_at: int, length: int) -> None:
        channel, start, samples = SOUND.unpack(self._file.read(SOUND.size))
        if channel not in self._blocks or start < self.end_sample(channel):
            raise self._damaged()
        self._blocks[channel].append(_Block(start, samples, body_at, length))
        self._starts[channel].append(start)

    def _decode(self, channel: int, number: int) -> Samples:
        key = (channel, number)
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        block = self._blocks[channel][number]
        self._file.seek(block.offset - 4)
        (crc,) = struct.unpack("<I", self._file.read(4))
        body = self._file.read(block.size)
        if zlib.crc32(body) != crc:
            raise self._damaged()
        try:
            samples, _rate = sf.read(io.BytesIO(body[SOUND.size :]), dtype="int16")
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


class SideBySide:
    """A kept call's channels as one sound, the way a player asks for it.

    The first two channels are given, side by side; a later one of another rate than the first is
    left out (every channel is kept at the rate of the speech model, so none is).
    """

    def __init__(self, sound: KeptSound) -> None:
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
