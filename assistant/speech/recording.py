"""A recording as a source of sound.

Owns reading of sound files: which channel is whose, conversion to 16-bit mono at the recogniser's
rate, chunks of 100 ms at every speed, and what the file promised but does not hold.  Reads a
stretch at a time, never the whole file; the same file always gives the same chunks.  It must not
pace (whoever drives it decides when to take the next chunk), recognise, or keep anything.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import soxr

from assistant.speech.channel_map import map_channels
from assistant.speech.mp3_length import counted_samples
from compliance.errors import BadInput, Fault, MissingPart
from compliance.transcript import Speaker

CHUNK_S = 0.1
READ_S = 0.5  # how much is read and converted at once; a chunk's content does not depend on it
SILENCE_DB = -96.0  # the level of nothing: below the smallest 16-bit step
SLOWEST_HZ = 2_000  # below this a recording holds no intelligible speech
FULL_SCALE = 32_768

# Sizes that a program writes when it streams and cannot know the size yet.
UNKNOWN_SIZES = frozenset({0, 0x7FFFFFFF, 0x7FFFFFFE, 0xFFFFFFFF, 0xFFFFFFFE})
MORE_THAN_ANY_CALL = 2**48  # libsndfile gives about 2**63 frames where it cannot know

REMEDY_CONVERT = (
    "Give a sound file such as WAV or FLAC; others can be converted, for instance with "
    "`ffmpeg -i FILE call.wav`"
)

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of one channel: 100 ms, the last one of a recording may be shorter.

    `channel` counts the mapped channels from 0; `start_sample` and the number of samples are at the
    source's `rate_hz`; `pcm` is signed 16-bit little-endian mono; `level_db` is RMS against full
    scale, from -96 to 0.
    """

    channel: int
    start_sample: int
    pcm: bytes
    level_db: float

    @property
    def samples(self) -> int:
        return len(self.pcm) // 2


@dataclass(frozen=True, slots=True)
class SourceChannel:
    """A channel of a source: its `name`, whose it is, and the samples a second of its chunks."""

    name: str
    speaker: Speaker
    rate_hz: int


class Recording:
    """An open sound file; iterate over it once for its chunks.

    In each tenth of a second the channels follow one another in the order of `channels`.
    """

    def __init__(self, path: Path, *, rate_hz: int, channels: str | None = None) -> None:
        """Open `path`.

        Args:
            path: a file in any format libsndfile reads, at any sample rate.
            rate_hz: samples a second of the chunks; the recogniser's rate.
            channels: whose channels they are (see `channel_map`), `None` for the usual order.

        Raises:
            BadInput: the file is missing, empty, no sound, holds no frames, or its channels do not
                fit the map.
        """
        self.path = path
        self.rate_hz = rate_hz
        self._file = _open(path)
        self.file_rate_hz = int(self._file.samplerate)
        self.file_channels = int(self._file.channels)
        try:
            self._map = map_channels(channels, self.file_channels, path)
            self._check_sound()
        except BaseException:
            self._file.close()
            raise
        self._promised_frames = _promised_frames(self._file, path)
        self._lost_samples = 0

    def _check_sound(self) -> None:
        if self.file_rate_hz < SLOWEST_HZ:
            raise _bad(
                self.path,
                f"has {self.file_rate_hz} samples a second; speech needs {SLOWEST_HZ} or more",
            )
        if not self._file.frames:
            raise _bad(self.path, "holds a header and no sound")

    live = False

    def stop(self) -> None:
        """Nothing: whoever reads a recording stops by reading no more."""

    @property
    def channels(self) -> tuple[SourceChannel, ...]:
        """The mapped channels; a chunk's `channel` counts them from 0."""
        return tuple(
            SourceChannel(channel.name, channel.speaker, self.rate_hz) for channel in self._map
        )

    @property
    def lost_samples(self) -> int:
        """Samples per channel that the file promised and does not hold, known after iteration.

        A file that was cut ends early; one that is damaged cannot be decoded beyond some place.
        """
        return self._lost_samples

    @property
    def duration_s(self) -> float | None:
        """What the file promises to last, seconds; `None` where it does not tell."""
        if self._promised_frames is None:
            return None
        return self._promised_frames / self.file_rate_hz

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Chunk]:
        chunk_samples = round(self.rate_hz * CHUNK_S)
        waiting = np.empty((0, len(self._map)), dtype="<i2")
        position = 0
        reader = _Reader(self._file, [channel.column for channel in self._map])
        for converted in self._converted(reader):
            waiting = np.concatenate([waiting, converted])
            while len(waiting) >= chunk_samples:
                yield from self._chunks(waiting[:chunk_samples], position)
                position += chunk_samples
                waiting = waiting[chunk_samples:]
        if len(waiting):
            yield from self._chunks(waiting, position)
            position += len(waiting)
        self._lost_samples = self._missing(reader)

    def _converted(self, reader: _Reader) -> Iterator[npt.NDArray[np.int16]]:
        """16-bit samples (frame, channel) at `rate_hz`, in stretches of uneven length."""
        block = max(1, round(self.file_rate_hz * READ_S))
        if self.file_rate_hz == self.rate_hz:
            for samples in reader.blocks(block):
                yield _to_16_bit(samples)
            return
        resampler = soxr.ResampleStream(
            self.file_rate_hz, self.rate_hz, len(self._map), dtype="float32", quality="HQ"
        )
        for samples in reader.blocks(block):
            yield _to_16_bit(resampler.resample_chunk(samples))
        tail = np.empty((0, len(self._map)), dtype=np.float32)
        yield _to_16_bit(resampler.resample_chunk(tail, last=True))

    def _chunks(self, samples: npt.NDArray[np.int16], start: int) -> Iterator[Chunk]:
        for channel in range(len(self._map)):
            column = np.ascontiguousarray(samples[:, channel])
            yield Chunk(channel, start, column.tobytes(), level_db(column))

    def _missing(self, reader: _Reader) -> int:
        if self._promised_frames is None:
            return 0
        missing = round((self._promised_frames - reader.frames) * self.rate_hz / self.file_rate_hz)
        # MP3 and its kin round their length to whole blocks; less than a chunk is not a loss.
        smallest = 1 if reader.damaged else round(self.rate_hz * CHUNK_S)
        return missing if missing >= smallest else 0


class _Reader:
    """Reads the wanted columns of an open file and counts frames; stops where decoding fails."""

    def __init__(self, file: Any, columns: list[int]) -> None:
        self._file = file
        self._columns = columns
        self.frames = 0
        self.damaged = False

    def blocks(self, block: int) -> Iterator[Samples]:
        soundfile = _import_soundfile()
        room = np.empty((block, self._file.channels), dtype=np.float32)
        while not self.damaged:
            room.fill(np.nan)
            try:
                got = self._file.read(dtype="float32", always_2d=True, out=room)
            except soundfile.LibsndfileError:
                # What was decoded before the fault is there; the rest is still the filling.
                unfilled = np.isnan(room).all(axis=1)
                got = room[: int(np.argmax(unfilled)) if unfilled.any() else block]
                self.damaged = True
            if not len(got):
                return
            self.frames += len(got)
            yield np.nan_to_num(got[:, self._columns], nan=0.0, posinf=1.0, neginf=-1.0)


def level_db(samples: npt.NDArray[np.int16]) -> float:
    """RMS of 16-bit samples in dB against full scale, one decimal, no less than -96."""
    if not len(samples):
        return SILENCE_DB
    wide = samples.astype(np.float32)
    power = float(np.dot(wide, wide)) / len(samples)
    if power <= 0:
        return SILENCE_DB
    return round(max(SILENCE_DB, 10 * math.log10(power / FULL_SCALE**2)), 1)


def _to_16_bit(samples: Samples) -> npt.NDArray[np.int16]:
    scaled = np.rint(samples * FULL_SCALE)
    return np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype("<i2")


def _import_soundfile() -> ModuleType:
    try:
        import soundfile  # noqa: PLC0415  (loads a native library, which may be absent)
    except (ImportError, OSError) as fault:
        raise MissingPart(
            "The library that reads sound files (libsndfile) does not load",
            "Reinstall it with: pip install --force-reinstall soundfile",
        ) from fault
    module: ModuleType = soundfile
    return module


def _open(path: Path) -> Any:
    soundfile = _import_soundfile()
    try:
        _check_file(path)
        return _forward_only(soundfile)(str(path))
    except PermissionError as fault:
        raise _bad(path, "may not be read by this user", "Change its permissions") from fault
    except (soundfile.SoundFileError, TypeError, OSError) as fault:
        if not os.access(path, os.R_OK):
            raise _bad(path, "may not be read by this user", "Change its permissions") from fault
        # TypeError: a headerless format by its suffix (.raw), of which rate and layout are unknown
        raise _bad(path, "is not a sound file that can be read") from fault


def _forward_only(soundfile: ModuleType) -> type[Any]:
    """`SoundFile` that reads on without seeking.

    The library seeks to where it already is after each read; that breaks MP3 decoding, which needs
    the frames before, and left a hole at the beginning of each stretch read.
    """

    class ForwardSoundFile(soundfile.SoundFile):  # type: ignore[misc, name-defined]
        def seekable(self) -> bool:
            return False

    return ForwardSoundFile


def _check_file(path: Path) -> None:
    """Before any library opens it: a pipe would make it wait for ever."""
    if not path.exists():
        raise _bad(path, "does not exist", "Check the name and the folder")
    if path.is_dir():
        raise _bad(path, "is a folder", "Name one sound file in it")
    if not path.is_file():
        raise _bad(path, "is not an ordinary file")
    if not path.stat().st_size:
        raise _bad(path, "is empty", "Copy or record it again")


def _promised_frames(file: Any, path: Path) -> int | None:
    """How many frames the header tells; more than `file.frames` where the file was cut.

    libsndfile corrects the number silently for WAV and AIFF, but notes in its log what the header
    said: `data : 64000 (should be 19956)`, in bytes.  For MP3 it may have guessed.
    """
    frames = int(file.frames)
    if not 0 < frames < MORE_THAN_ANY_CALL:
        return None
    if file.format == "MP3":
        return max(frames, counted_samples(path) or 0)
    noted = re.search(
        r"^\s*(?:data|SSND) : (\d+) \(should be (\d+)\)", file.extra_info, re.MULTILINE
    )
    if noted is None:
        return frames
    told, present = int(noted[1]), int(noted[2])
    if told in UNKNOWN_SIZES or not 0 < present < told:
        return frames
    return frames * told // present


def _bad(path: Path, message: str, remedy: str = REMEDY_CONVERT) -> BadInput:
    return BadInput("The recording cannot be used", (Fault(path, 0, 0, message),), remedy)
