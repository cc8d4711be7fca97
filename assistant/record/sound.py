"""The sound of a kept call: one file, written a second at a time, readable whatever happens.

Owns the file format and its writer; `kept_sound` reads it.  A file is a magic line and then
records, each complete in itself: kind (1 byte), length (4 bytes, little endian), CRC-32 of the body
(4 bytes), body.  Kind `C` opens a channel (JSON); kind `S` is up to a second of one channel as
FLAC, with the sample it starts at.  A plain WAV or FLAC file was not chosen, because its header is
only true after a clean end, and because a record is what can be sealed and hashed by itself: a
process killed at any moment leaves every record but the one under way.  It must not know the
database, the session or a sound device, and it starts no thread.
"""

from __future__ import annotations

import io
import json
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np
import numpy.typing as npt
import soundfile as sf

from assistant.record.faults import StoreReadOnly, system_fault

Samples = npt.NDArray[np.int16]

MAGIC = b"CALLSOUND1\n"
RECORD = struct.Struct("<cII")
"""Kind, length of the body, CRC-32 of the body."""

SOUND = struct.Struct("<BQI")
"""Channel, first sample, samples; FLAC bytes follow."""

_BYTES_PER_SAMPLE = 2


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
            self._file.write(MAGIC)
        except FileExistsError:
            raise StoreReadOnly(
                f"{path} exists already and sound is never overwritten",
                "Two calls have one id; start the call again.",
            ) from None
        except OSError as error:
            raise system_fault(path, error) from None
        self._end = len(MAGIC)

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
        body = SOUND.pack(channel, self._held_from[channel], len(samples))
        self._held[channel] = []
        self._append(b"S", body + _flac(samples, opened.rate_hz))

    def _append(self, kind: bytes, body: bytes) -> None:
        record = RECORD.pack(kind, len(body), zlib.crc32(body)) + body
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


def _flac(samples: npt.NDArray[np.int16], rate_hz: int) -> bytes:
    body = io.BytesIO()
    sf.write(body, samples, rate_hz, format="FLAC", subtype="PCM_16")
    return body.getvalue()


def _private(path: str, flags: int) -> int:
    """Opens files for their owner alone."""
    return os.open(path, flags, 0o600)
