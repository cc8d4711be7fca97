"""The sound of a kept call: one file, written a second at a time, readable whatever happens.

Owns the file format and its writer and reader.  A file is a magic line and then records, each
complete in itself: kind (1 byte), length (4 bytes, little endian), CRC-32 of the body (4 bytes),
body.  Kind `C` opens a channel (JSON); kind `S` is up to a second of one channel as FLAC, with the
sample it starts at.  A plain WAV or FLAC file was not chosen, because its header is only true
after a clean end, and because a record is what can be sealed and hashed by itself: a process
killed at any moment leaves every record but the one under way.  It must not know the database,
the session or a sound device, and it starts no thread.
"""

from __future__ import annotations

import io
import json
import os
import struct
import zlib
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, Self

import numpy as np
import numpy.typing as npt
import soundfile as sf

from assistant.record.faults import StoreDamaged, StoreReadOnly, system_fault

Samples = npt.NDArray[np.int16]

_MAGIC = b"CALLSOUND1\n"
_RECORD = struct.Struct("<cII")
_SOUND = struct.Struct("<BQI")
_BYTES_PER_SAMPLE = 2
# Decoded seconds kept by a reader: both channels, a little around the place that is played.
_CACHED = 8


class SoundChunk(Protocol):
    """What arrives: 16-bit little-endian mono; `start_sample` counts from the call's start."""

    @property
    def channel(self) -> int: ...

    @property
    def start_sample(self) -> int: ...

    @property
    def pcm(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class SoundChannel:
    """One channel of a file; `channel` counts from 0."""

    channel: int
    name: str
    rate_hz: int


class SoundWriter:
    """Writes one call's sound; nothing is held back for longer than a second of it.

    Sound may arrive before its channel is opened; it waits in memory until then.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._channels: dict[int, SoundChannel] = {}
        self._held: dict[int, list[bytes]] = {}
        self._held_from: dict[int, int] = {}
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Unbuffered: when a write returns, the sound is the system's and survives a kill.
            self._file: BinaryIO = open(path, "xb", buffering=0, opener=_private)  # noqa: SIM115
            self._file.write(_MAGIC)
        except FileExistsError:
            raise StoreReadOnly(
                f"{path} exists already and sound is never overwritten",
                "Two calls have one id; start the call again.",
            ) from None
        except OSError as error:
            raise system_fault(path, error) from None
        self._end = len(_MAGIC)

    def open_channel(self, channel: SoundChannel) -> None:
        """Say what a channel is; once for each, before or after its first sound.

        Raises:
            StoreFault: the disk is full or read-only.
        """
        body = {"channel": channel.channel, "name": channel.name, "rate_hz": channel.rate_hz}
        self._channels[channel.channel] = channel
        self._append(b"C", json.dumps(body).encode())

    def append(self, chunk: SoundChunk) -> None:
        """Take a stretch of sound; stretches that do not follow on leave silence between.

        Raises:
            StoreFault: the disk is full or read-only; what was written before stays readable.
        """
        held = self._held.setdefault(chunk.channel, [])
        if held:
            length = sum(len(pcm) for pcm in held) // _BYTES_PER_SAMPLE
            if self._held_from[chunk.channel] + length != chunk.start_sample:
                self._flush(chunk.channel)
                held = self._held[chunk.channel]
        if not held:
            self._held_from[chunk.channel] = chunk.start_sample
        held.append(chunk.pcm)
        opened = self._channels.get(chunk.channel)
        if opened is not None and sum(map(len, held)) >= opened.rate_hz * _BYTES_PER_SAMPLE:
            self._flush(chunk.channel)

    def close(self) -> None:
        """Write what is held and close the file; the file closes even if the disk is full."""
        if self._file.closed:
            return
        try:
            for channel in self._channels:
                self._flush(channel)
        finally:
            self._file.close()

    def _flush(self, channel: int) -> None:
        held = self._held.get(channel, [])
        opened = self._channels.get(channel)
        if not held or opened is None:
            return
        samples = np.frombuffer(b"".join(held), dtype="<i2")
        body = _SOUND.pack(channel, self._held_from[channel], len(samples))
        self._held[channel] = []
        self._append(b"S", body + _flac(samples, opened.rate_hz))

    def _append(self, kind: bytes, body: bytes) -> None:
        record = _RECORD.pack(kind, len(body), zlib.crc32(body)) + body
        try:
            written = self._file.write(record)
            if written != len(record):
                # A nearly full disk takes a part; a second attempt gives the reason.
                self._file.write(record[written:])
        except OSError as error:
            # Take back the torn record, so that later ones would still be found.
            try:
                self._file.truncate(self._end)
                self._file.seek(self._end)
            except OSError:
                self._file.close()
            raise system_fault(self._path, error) from None
        self._end += len(record)


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
        if self._file.read(len(_MAGIC)) != _MAGIC:
            raise self._damaged()
        size = self._file.seek(0, io.SEEK_END)
        offset = len(_MAGIC)
        while offset < size:
            self._file.seek(offset)
            head = self._file.read(_RECORD.size)
            if len(head) < _RECORD.size:
                return True
            kind, length, crc = _RECORD.unpack(head)
            body_at, offset = offset + _RECORD.size, offset + _RECORD.size + length
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
            elif length > _SOUND.size:
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
        channel, start, samples = _SOUND.unpack(self._file.read(_SOUND.size))
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
            samples, _rate = sf.read(io.BytesIO(body[_SOUND.size :]), dtype="int16")
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


def _flac(samples: npt.NDArray[np.int16], rate_hz: int) -> bytes:
    body = io.BytesIO()
    sf.write(body, samples, rate_hz, format="FLAC", subtype="PCM_16")
    return body.getvalue()


def _private(path: str, flags: int) -> int:
    """Opens files for their owner alone."""
    return os.open(path, flags, 0o600)
