"""The sound of a kept call: one sealed file, written about a second at a time.

Owns what the records of such a file mean, and its writer; `kept_sound` reads it, `sealed_file` has
the format beneath.  Kind `C` opens a channel (JSON); kind `S` is up to a second of one channel as
FLAC, whose head says the channel, the sample it starts at and how many there are.  A plain WAV or
FLAC file was not chosen, because its header is only true after a clean end, and because a record is
what can be sealed and chained by itself.  It must not know the database, the session or a sound
device, and it starts no thread.
"""

from __future__ import annotations

import io
import json
import struct
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import soundfile as sf

from assistant.record.faults import StoreFault
from assistant.record.sealed_file import FileState, SealedRecords
from assistant.record.vault import Seal, Vault

Samples = npt.NDArray[np.int16]

MAGIC = b"CALLSOUND2\n"
FIRST_MAGIC = b"CALLSOUND1\n"
"""The first release's files, which were not sealed."""
FIRST_RECORD = struct.Struct("<cII")
"""Theirs: kind, length of the body, CRC-32 of the body."""

SOUND = struct.Struct("<BQI")
"""Channel, first sample, samples: the head of a stretch of sound."""

_BYTES_PER_SAMPLE = 2
# Less than a second, so that a crash costs no more than one, the write itself included.
_RECORD_S = 0.8
# What may wait in memory while the disk takes nothing: more than an hour of two channels.
_WAITING_BYTES = 128 * 2**20


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


def sound_name(call: str) -> str:
    """What a call's sound file is, for its seals."""
    return f"sound {call}"


class SoundWriter:
    """Writes one call's sound; nothing is held back for longer than a second of it.

    Sound may arrive before its channel is opened; it waits in memory until then.  While the disk
    takes nothing, it waits in memory too, and is written as soon as it can be.
    """

    def __init__(self, path: Path, call: str, vault: Vault, seal: Seal) -> None:
        self._channels: dict[int, SoundChannel] = {}
        self._held: dict[int, list[bytes]] = {}
        self._held_from: dict[int, int] = {}
        self._waiting: deque[tuple[bytes, bytes, bytes]] = deque()
        self._waiting_bytes = 0
        self.lost = 0
        """Records that were given up because too much was waiting already."""
        self._file = SealedRecords(path, MAGIC, sound_name(call), vault, seal)
        self._open = True

    @property
    def state(self) -> FileState:
        """How far the file has come; another thread may read it."""
        return self._file.state

    def open_channel(self, channel: SoundChannel) -> None:
        """Say what a channel is; once for each, before or after its first sound.

        Raises:
            StoreFault: the disk is full or read-only; it waits.
        """
        body = {"channel": channel.channel, "name": channel.name, "rate_hz": channel.rate_hz}
        self._channels[channel.channel] = channel
        self._append(b"C", b"", json.dumps(body).encode())

    def append(self, chunk: SoundChunk) -> None:
        """Take a stretch of sound; stretches that do not follow on leave silence between.

        Raises:
            StoreFault: the disk is full or read-only; what was written before stays readable, and
                this waits.
        """
        held = self._held.setdefault(chunk.channel, [])
        fault: StoreFault | None = None
        if held:
            length = sum(len(pcm) for pcm in held) // _BYTES_PER_SAMPLE
            if self._held_from[chunk.channel] + length != chunk.start_sample:
                try:
                    self._cut(chunk.channel)
                except StoreFault as error:
                    fault = error
                held = self._held[chunk.channel]
        if not held:
            self._held_from[chunk.channel] = chunk.start_sample
        held.append(chunk.pcm)
        opened = self._channels.get(chunk.channel)
        enough = opened is not None and _RECORD_S * opened.rate_hz * _BYTES_PER_SAMPLE
        if enough and sum(map(len, held)) >= enough:
            self._cut(chunk.channel)
        if fault is not None:
            raise fault

    def flush(self) -> None:
        """Write what waits.

        Raises:
            StoreFault: it cannot be written yet.
        """
        while self._waiting:
            kind, head, plain = self._waiting[0]
            self._file.append(kind, head, plain)
            self._waiting.popleft()
            self._waiting_bytes -= len(plain)

    def close(self) -> None:
        """Write what is held and close the file; the file closes even if the disk is full."""
        if not self._open:
            return
        self._open = False
        try:
            for channel in self._channels:
                self._cut(channel)
            self.flush()
        finally:
            self._file.close()

    def _cut(self, channel: int) -> None:
        """Make a record of what is held of a channel."""
        held = self._held.get(channel, [])
        opened = self._channels.get(channel)
        if not held or opened is None:
            return
        samples = np.frombuffer(b"".join(held), dtype="<i2")
        head = SOUND.pack(channel, self._held_from[channel], len(samples))
        self._held[channel] = []
        self._append(b"S", head, _flac(samples, opened.rate_hz))

    def _append(self, kind: bytes, head: bytes, plain: bytes) -> None:
        if self._waiting_bytes + len(plain) > _WAITING_BYTES:
            self.lost += 1
        else:
            self._waiting.append((kind, head, plain))
            self._waiting_bytes += len(plain)
        self.flush()


def _flac(samples: npt.NDArray[np.int16], rate_hz: int) -> bytes:
    body = io.BytesIO()
    sf.write(body, samples, rate_hz, format="FLAC", subtype="PCM_16")
    return body.getvalue()
