"""Lets a kept call be heard again.

Owns the output device: finding it, filling it, knowing what is being heard.  The device's own
thread only copies samples that are ready and counts them; `feed`, called by whoever shows the call,
does the rest.  No thread is started here.  Without a device or the PortAudio library there is no
player but one line that says so, and the replay goes on silently.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import soxr

from assistant.speech.time_stretch import stretched

AHEAD_S = 1.0  # sound made ready beforehand: what a busy screen may be late by
FULL_SCALE = 32_768
OUT_CHANNELS = 2
# Each voice a little to its side, as across a table; all of it in one ear tires.
NEAR, FAR = 0.8, 0.35

SILENT = "The call is replayed without sound"

Samples = npt.NDArray[np.float32]


class Sound(Protocol):
    """What can be played: `samples` frames at `rate_hz`."""

    @property
    def rate_hz(self) -> int: ...

    @property
    def samples(self) -> int: ...

    def frames(self, start: int, stop: int) -> npt.NDArray[np.int16]:
        """Frames `start` to `stop` within 0 and `samples`, shape (stop - start, 1 or 2)."""


class _Line:
    """Sound on its way to the device: one writer, one reader, each with a count of its own."""

    def __init__(self, room: int) -> None:
        self._ring = np.zeros((room, OUT_CHANNELS), dtype=np.float32)
        self.written = 0
        self.played = 0

    @property
    def room(self) -> int:
        return len(self._ring) - (self.written - self.played)

    def write(self, frames: Samples) -> None:
        places = np.arange(self.written, self.written + len(frames)) % len(self._ring)
        self._ring[places] = frames
        self.written += len(frames)

    def play_into(self, out: Samples) -> None:
        """Fill `out`; silence where nothing is ready.  Runs in the device's thread."""
        count = min(len(out), self.written - self.played)
        places = np.arange(self.played, self.played + count) % len(self._ring)
        out[:count] = self._ring[places]
        out[count:] = 0
        self.played += count


class Player:
    """Plays one sound; made by `open_player`, used by one thread, closed at the end."""

    def __init__(self, sound: Sound, *, device_rate_hz: int, latency_s: float = 0.0) -> None:
        """A player that is not yet joined to a device; `fill` is what the device asks.

        Args:
            sound: what to play.
            device_rate_hz: frames a second that `fill` is asked for.
            latency_s: how long a frame is under way from `fill` to the ear.
        """
        self._sound = sound
        self._device_rate_hz = device_rate_hz
        self.latency_s = latency_s
        self._stream: Any = None
        self._line: _Line | None = None
        self._blocks: Iterator[Samples] = iter(())
        self._left_over: Samples = np.zeros((0, OUT_CHANNELS), dtype=np.float32)
        self._start = 0
        self._speed = 1.0
        self._all_fed = True

    @property
    def playing(self) -> bool:
        """Whether sound is going out; false when paused and after the last sample."""
        line = self._line
        return line is not None and not (self._all_fed and line.played >= line.written)

    @property
    def position(self) -> int:
        """The sample being heard now, in samples of the sound."""
        line = self._line
        if line is None:
            return self._start
        if not self.playing:
            return self._sound.samples
        heard_s = max(0.0, line.played / self._device_rate_hz - self.latency_s)
        here = self._start + round(heard_s * self._speed * self._sound.rate_hz)
        return min(here, self._sound.samples)

    @property
    def lost(self) -> bool:
        """Whether the device has gone away (unplugged); the replay goes on silently."""
        return self._stream is not None and not self._stream.active

    def play_from(self, sample: int, speed: float = 1.0) -> None:
        """Play from `sample` on at `speed` (0.5 to 4, pitch unchanged), whatever was played before.

        Raises:
            ValueError: the speed is outside its limits.
        """
        self._start = min(max(sample, 0), self._sound.samples)
        self._speed = speed
        self._all_fed = False
        self._left_over = np.zeros((0, OUT_CHANNELS), dtype=np.float32)
        self._blocks = self._prepared(self._start, speed)
        line = _Line(math.ceil(self._device_rate_hz * AHEAD_S))
        self._feed(line)
        self._line = line

    def pause(self) -> None:
        """Fall silent; `play_from(player.position)` goes on."""
        self._start = self.position
        self._line = None

    def feed(self) -> None:
        """Make ready what comes next.  Call it several times a second; it takes a millisecond."""
        if self._line is not None:
            self._feed(self._line)

    def fill(self, out: Samples) -> None:
        """Fill the device's buffer (frame, channel).  Runs in the device's thread."""
        line = self._line
        if line is None:
            out.fill(0)
        else:
            line.play_into(out)

    def join(self, stream: Any) -> None:
        """Take the open device stream; `close` closes it."""
        self._stream = stream

    def close(self) -> None:
        self._line = None
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _feed(self, line: _Line) -> None:
        while room := line.room:
            if not len(self._left_over):
                block = next(self._blocks, None)
                if block is None:
                    self._all_fed = True
                    return
                self._left_over = block
            line.write(self._left_over[:room])
            self._left_over = self._left_over[room:]

    def _prepared(self, start: int, speed: float) -> Iterator[Samples]:
        """Stretched, placed between the ears, at the device's rate."""
        rate_hz = self._sound.rate_hz
        blocks = stretched(self._read, start, self._sound.samples, speed=speed, rate_hz=rate_hz)
        if rate_hz == self._device_rate_hz:
            yield from blocks
            return
        resampler = soxr.ResampleStream(
            rate_hz, self._device_rate_hz, OUT_CHANNELS, dtype="float32", quality="MQ"
        )
        for block in blocks:
            yield resampler.resample_chunk(np.ascontiguousarray(block))
        yield resampler.resample_chunk(np.zeros((0, OUT_CHANNELS), np.float32), last=True)

    def _read(self, start: int, stop: int) -> Samples:
        """Frames for two ears; silence outside the sound."""
        first, last = max(0, start), min(stop, self._sound.samples)
        out = np.zeros((stop - start, OUT_CHANNELS), dtype=np.float32)
        if first >= last:
            return out
        frames = self._sound.frames(first, last).astype(np.float32) / FULL_SCALE
        left, right = frames[:, 0], frames[:, -1]
        inside = out[first - start : last - start]
        if frames.shape[1] == 1:
            inside[:] = frames
        else:
            inside[:, 0] = NEAR * left + FAR * right
            inside[:, 1] = FAR * left + NEAR * right
        return out


def import_sounddevice() -> ModuleType | None:
    """The sound device library; `None` where PortAudio is missing.

    Imported when first needed: it opens the system's sound services at once.
    """
    try:
        import sounddevice  # noqa: PLC0415  (raises OSError where PortAudio is missing)
    except (ImportError, OSError):
        return None
    module: ModuleType = sounddevice
    return module


def open_player(sound: Sound) -> tuple[Player | None, str]:
    """A player on the default output device, or `None` and one line saying why there is none."""
    sounddevice = import_sounddevice()
    if sounddevice is None:
        return None, f"{SILENT}: the PortAudio library is not installed on this system."
    try:
        device = sounddevice.query_devices(kind="output")
        rate_hz = _device_rate_hz(sounddevice, sound.rate_hz, int(device["default_samplerate"]))
        player = Player(sound, device_rate_hz=rate_hz)

        def copy(out: Samples, _frames: int, _time: object, _status: object) -> None:
            player.fill(out)

        stream = sounddevice.OutputStream(
            samplerate=rate_hz, channels=OUT_CHANNELS, dtype="float32", callback=copy
        )
        stream.start()
    except (sounddevice.PortAudioError, ValueError):
        return None, f"{SILENT}: no sound output device can be opened."
    player.latency_s = float(stream.latency)
    player.join(stream)
    return player, ""


def _device_rate_hz(sounddevice: ModuleType, sound_hz: int, device_hz: int) -> int:
    """The sound's own rate where the device takes it, else the device's."""
    try:
        sounddevice.check_output_settings(
            samplerate=sound_hz, channels=OUT_CHANNELS, dtype="float32"
        )
    except (sounddevice.PortAudioError, ValueError):
        return device_hz
    return sound_hz
