"""One open input device: a stream whose callback copies and counts.

Owns the stream and which device it really hears.  A sound server moves streams of a device that is
gone to another one without a word; `is_itself` notices.  What nobody takes is kept for a minute at
most.  It converts nothing, waits for nothing and decides nothing about the call.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from assistant.speech.devices import InputDevice, portaudio, pulse_sources, streams_here
from assistant.speech.native_output import native_output_kept_off_screen
from compliance.errors import MissingPart

_PULSE = "pulse"  # PortAudio's name for the sound server
_SOURCE = "PULSE_SOURCE"  # which of its sources a stream is opened on
_LATENCY_S = 0.05
_MOST_S = 60.0  # that nobody took, per reader; more than any stall that a call survives

NO_PLUGIN = "the sound server is there and PortAudio cannot reach it"
NO_PLUGIN_REMEDY = (
    "Install ALSA's plug-in for it (Debian: apt install libasound2-plugins; with PipeWire:"
    " pipewire-alsa pipewire-pulse)."
)


class Reader:
    """What one channel has not taken yet of a tap; filled by the callback, bounded.

    `overflows` counts how often sound was lost before it came here, as far as that was told.
    """

    def __init__(self) -> None:
        self.overflows = 0
        self._blocks: deque[bytes] = deque()
        self._bytes_in = 0
        self._bytes_out = 0

    def put(self, captured: bytes, most_bytes: int, *, lost: bool) -> None:
        """Keep, or count as lost what there is no room for; never waits."""
        if lost:
            self.overflows += 1
        if self._bytes_in - self._bytes_out + len(captured) > most_bytes:
            self.overflows += 1
            return
        self._bytes_in += len(captured)
        self._blocks.append(captured)

    def take(self) -> bytes:
        """All that has come."""
        taken = b"".join(self._blocks.popleft() for _ in range(len(self._blocks)))
        self._bytes_out += len(taken)
        return taken


class Tap:
    """A device that can be opened, closed and opened again.

    `channels` is that of the stream; `reopened` counts openings, so that what came before one can
    be told from what came after; `tried_s` and `gone` are whoever's who looks for it.
    """

    def __init__(
        self,
        device: InputDevice,
        block_frames: int = 0,
        sources: Callable[[], Sequence[InputDevice]] = pulse_sources,
        streams: Callable[[], Mapping[int, str]] = streams_here,
    ) -> None:
        self.device = device
        self.rate_hz = device.rate_hz
        self.channels = max(1, min(device.channels, 2))
        self.tried_s = 0.0
        self.gone = False
        self._readers: list[Reader] = []
        self._most_bytes = round(_MOST_S * self.rate_hz) * self.channels * 2
        self._block_frames = block_frames
        self._sources = sources
        self._streams = streams
        self._stream: Any = None
        self._number: int | None = None  # the stream's, at the sound server
        self._given = False
        self._known: frozenset[str] = frozenset()  # sources that were there when it was opened

    @property
    def running(self) -> bool:
        """Whether the stream is open and has given its first sound."""
        return self.opened and self._given

    @property
    def opened(self) -> bool:
        """Whether the stream is open; its first sound takes a moment."""
        return self._stream is not None and bool(self._stream.active)

    def reader(self) -> Reader:
        """Where what is captured from here on is put, as interleaved 16-bit frames."""
        made = Reader()
        self._readers.append(made)
        return made

    def open(self) -> None:
        """Open the stream; a source of the same label that is new is taken for it, renamed.

        Raises:
            MissingPart: there is no PortAudio, the device is gone, or somebody else has it.
        """
        self.close()
        sounddevice = portaudio()
        if self.device.pulse:
            sources = self._sources()
            self.device = _still_there(self.device, sources, self._known)
            self._known |= {source.name for source in sources}
        with native_output_kept_off_screen(), _source(self.device):
            where = _PULSE if self.device.pulse else self.device.index
            if where == _PULSE and not _reaches_server(sounddevice):
                raise MissingPart(NO_PLUGIN, NO_PLUGIN_REMEDY)
            try:
                stream = sounddevice.RawInputStream(
                    samplerate=self.rate_hz,
                    channels=self.channels,
                    dtype="int16",
                    device=where,
                    blocksize=self._block_frames,
                    latency=_LATENCY_S,
                    callback=self._copy,
                )
                stream.start()
            except (sounddevice.PortAudioError, ValueError) as error:
                raise _not_open(self.device) from error
        self._stream = stream
        if self.device.pulse:
            mine = [n for n, name in self._streams().items() if name == self.device.name]
            self._number = max(mine, default=None)  # the youngest: this one

    def close(self) -> None:
        """Close the stream; what it gave stays with its readers."""
        stream, self._stream = self._stream, None
        self._number = None
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
        return self.device.name in {one.name for one in self._sources()}

    def moved(self) -> bool:
        """Whether somebody has moved the stream to another source since the last look.

        A mixer can do so, and means it: the sound is followed, and `device` is where it comes from.
        """
        if self._number is None:
            return False
        name = self._streams().get(self._number, self.device.name)
        if name == self.device.name:
            return False
        now = [one for one in self._sources() if one.name == name]
        self.device = now[0] if now else self.device
        return bool(now)

    def _copy(self, data: Any, _frames: int, _times: object, status: Any) -> None:
        captured = bytes(data)
        self._given = True
        for reader in self._readers:
            reader.put(captured, self._most_bytes, lost=bool(status.input_overflow))


def _still_there(
    device: InputDevice, sources: Sequence[InputDevice], known: frozenset[str]
) -> InputDevice:
    """The device by its name, else by its label where that says who it is: never another's."""
    if any(one.name == device.name for one in sources):
        return device
    alike = [one for one in sources if one.label == device.label]
    if known and len(alike) == 1 and alike[0].name not in known:
        return replace(device, name=alike[0].name)
    raise _not_open(device)


def _reaches_server(sounddevice: Any) -> bool:
    with suppress(sounddevice.PortAudioError, ValueError):
        return bool(sounddevice.query_devices(_PULSE))
    return False


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
