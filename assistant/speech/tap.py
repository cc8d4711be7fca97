"""One open input device: a stream whose callback copies and counts.

Owns the stream and which device it really hears.  A sound server moves streams of a device that is
gone to another one without a word; `is_itself` notices.  It converts nothing.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from assistant.speech.devices import InputDevice, portaudio, pulse_sources
from assistant.speech.native_output import native_output_kept_off_screen
from compliance.errors import MissingPart

_PULSE = "pulse"  # PortAudio's name for the sound server
_SOURCE = "PULSE_SOURCE"  # which of its sources a stream is opened on
_LATENCY_S = 0.05


class Tap:
    """A device that can be opened, closed and opened again.

    `rate_hz` and `channels` are those of the stream once it is open; `overruns` counts callbacks
    that were told that sound had been lost before them.  `tried_s` is whoever's who looks for it.
    """

    def __init__(self, device: InputDevice, block_frames: int = 0) -> None:
        self.device = device
        self.rate_hz = device.rate_hz
        self.channels = max(1, min(device.channels, 2))
        self.overruns = 0
        self.tried_s = 0.0
        self.readers: list[deque[bytes]] = []
        self._block_frames = block_frames
        self._stream: Any = None
        self._given = False

    @property
    def running(self) -> bool:
        """Whether the stream is open and has given its first sound."""
        return self.opened and self._given

    @property
    def opened(self) -> bool:
        """Whether the stream is open; its first sound takes a moment."""
        return self._stream is not None and bool(self._stream.active)

    def reader(self) -> deque[bytes]:
        """Where what is captured from here on is put, as 16-bit frames."""
        captured: deque[bytes] = deque()
        self.readers.append(captured)
        return captured

    def open(self) -> None:
        """Open the stream.

        Raises:
            MissingPart: there is no PortAudio, the device is gone, or somebody else has it.
        """
        self.close()
        sounddevice = portaudio()
        if self.device.pulse and self.device.name not in {one.name for one in pulse_sources()}:
            raise _not_open(self.device)
        with native_output_kept_off_screen(), _source(self.device):
            try:
                stream = sounddevice.RawInputStream(
                    samplerate=self.rate_hz,
                    channels=self.channels,
                    dtype="int16",
                    device=_PULSE if self.device.pulse else self.device.index,
                    blocksize=self._block_frames,
                    latency=_LATENCY_S,
                    callback=self._copy,
                )
                stream.start()
            except (sounddevice.PortAudioError, ValueError) as error:
                raise _not_open(self.device) from error
        self._stream = stream

    def close(self) -> None:
        """Close the stream; what it gave stays with its readers."""
        stream, self._stream = self._stream, None
        self._given = False
        if stream is not None:
            with suppress(Exception):  # a device that is gone fails in every way there is
                stream.abort()
            with suppress(Exception):
                stream.close()

    def is_itself(self) -> bool:
        """Whether the stream runs and its device is still there."""
        if not self.opened:
            return False
        if not self.device.pulse:
            return True
        return self.device.name in {one.name for one in pulse_sources()}

    def _copy(self, data: Any, _frames: int, _times: object, status: Any) -> None:
        if status.input_overflow:
            self.overruns += 1
        captured = bytes(data)
        self._given = True
        for reader in self.readers:
            reader.append(captured)


def _not_open(device: InputDevice) -> MissingPart:
    return MissingPart(
        f"{device.label} cannot be opened",
        "Another program may have it, or this user may not use it; see `assistant devices`.",
    )


@contextmanager
def _source(device: InputDevice) -> Iterator[None]:
    """Streams that are opened meanwhile are opened on this source of the sound server."""
    before = os.environ.get(_SOURCE)
    if device.pulse:
        os.environ[_SOURCE] = device.name
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_SOURCE, None)
        else:
            os.environ[_SOURCE] = before
