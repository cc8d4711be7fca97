"""Sound devices to listen to: what there is, and which pair a desk most likely wants.

Owns the list of inputs and their names.  Where a PulseAudio or PipeWire server runs, its sources
are the devices, monitors of what is being played among them: that is how the customer's side is
heard.  Elsewhere the devices are PortAudio's.  It opens no stream.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from assistant.speech.playback import import_sounddevice
from compliance.errors import MissingPart

_CLIENT = "collections call assistant"
NO_PORTAUDIO = "PortAudio, the sound library, is not here, so nothing can be captured"
NO_PORTAUDIO_REMEDY = (
    "Install it (Debian: apt install libportaudio2), or work with --no-audio: account, script and"
    " keys go on without sound."
)
NO_DEVICE = "there is no sound device to listen to"
NO_DEVICE_REMEDY = (
    "Plug one in or let this user use it, see `assistant devices`, or work with --no-audio."
)
# What is played as an input, by the names that drivers give it: sound cards' own mixes, then
# virtual cables and loopback drivers.  PortAudio has no loopback of its own on Windows (WASAPI's is
# not in it), and MME cuts names after 31 characters.
_LOOPBACKS = (
    "stereo mix", "stereomix", "立體聲混音", "立体声混音", "what u hear", "wave out mix",
    "cable output", "cable-a output", "cable-b output", "virtual cable", "virtual audio cable",
    "voicemeeter", "loopback", "blackhole", "soundflower", "monitor of",
)  # fmt: skip
# It lists what is switched off as well, and takes a device for itself alone.
_LAST_RESORT = "Windows WDM-KS"


@dataclass(frozen=True, slots=True)
class InputDevice:
    """One device that can be listened to.

    `name` is unique and is what `--agent-device` takes; `label` is what people call it; `pulse` is
    whether it is a source of the sound server; `monitor` whether it hears what is being played;
    `usual` whether it is the system's default (for a monitor: of the default output).
    """

    name: str
    label: str
    host: str
    channels: int
    rate_hz: int
    pulse: bool = False
    monitor: bool = False
    usual: bool = False
    index: int | None = None

    def __str__(self) -> str:
        return self.label if self.name == self.label else f"{self.label} ({self.name})"


@dataclass(frozen=True, slots=True)
class Pair:
    """Whom to hear where; `customer` is `None` where nothing hears what is played."""

    agent: InputDevice
    customer: InputDevice | None


def portaudio() -> ModuleType:
    """The module that opens streams.

    Raises:
        MissingPart: PortAudio is not installed.
    """
    module = import_sounddevice()
    if module is None:
        raise MissingPart(NO_PORTAUDIO, NO_PORTAUDIO_REMEDY)
    return module


def input_devices() -> tuple[InputDevice, ...]:
    """Every device that can be listened to, microphones first.

    Raises:
        MissingPart: there is no PortAudio, or no device.
    """
    sounddevice = portaudio()
    found = pulse_sources() or _portaudio_inputs(sounddevice)
    if not found:
        raise MissingPart(NO_DEVICE, NO_DEVICE_REMEDY)
    return tuple(sorted(found, key=lambda device: (device.monitor, not device.usual, device.name)))


def proposed(devices: Sequence[InputDevice]) -> Pair | None:
    """The microphone and what the headset plays; `None` where there is no microphone."""
    microphones = [device for device in devices if not device.monitor]
    monitors = [device for device in devices if device.monitor]
    # A monitor is better than nothing where the microphone is a loopback too (a virtual cable).
    agents = sorted(microphones or monitors, key=lambda device: not device.usual)
    if not agents:
        return None
    agent = agents[0]
    return Pair(agent, proposed_customer(devices, agent))


def proposed_customer(devices: Sequence[InputDevice], agent: InputDevice) -> InputDevice | None:
    """What hears the headset of somebody who speaks into `agent`; `None` where nothing does.

    Windows lists a device once for each of its sound systems: the microphone's own is the first
    choice, so that both sides come the same way.
    """
    monitors = [device for device in devices if device.monitor and device.name != agent.name]
    return min(
        monitors,
        key=lambda device: (
            not device.usual,
            device.host == _LAST_RESORT,
            device.host != agent.host,
        ),
        default=None,
    )


def chosen(devices: Sequence[InputDevice], wanted: str) -> InputDevice:
    """The device that a name, a part of one, or a number in the list means.

    Raises:
        MissingPart: there is none, or several.
    """
    if wanted.isdecimal() and 1 <= int(wanted) <= len(devices):
        return devices[int(wanted) - 1]
    exact = [device for device in devices if wanted in (device.name, device.label)]
    low = wanted.casefold()
    like = exact or [
        device for device in devices if low in f"{device.name} {device.label}".casefold()
    ]
    if len(like) == 1:
        return like[0]
    names = ", ".join(device.name for device in (like or devices))
    what = "no sound device" if not like else "more than one sound device"
    raise MissingPart(f"there is {what} like '{wanted}'", f"There are: {names}.")


def pulse_sources() -> tuple[InputDevice, ...]:
    """The sources of the sound server; none where no server answers."""
    server = _server()
    if server is None:
        return ()
    with server:
        told = server.server_info()
        return tuple(
            InputDevice(
                name=str(source.name),
                label=str(source.description or source.name),
                host="PulseAudio",
                channels=int(source.sample_spec.channels),
                rate_hz=int(source.sample_spec.rate),
                pulse=True,
                monitor=source.monitor_of_sink_name is not None,
                usual=source.name == told.default_source_name
                or source.monitor_of_sink_name == told.default_sink_name,
            )
            for source in server.source_list()
        )


def streams_here() -> dict[int, str]:
    """What this process is listening to on the sound server: each stream's number, and its source.

    A stream can be moved to another source while it runs, by a mixer or by the server itself.
    """
    server = _server()
    if server is None:
        return {}
    with server:
        names = {source.index: str(source.name) for source in server.source_list()}
        return {
            int(stream.index): names[stream.source]
            for stream in server.source_output_list()
            if stream.source in names
            and stream.proplist.get("application.process.id") == str(os.getpid())
        }


def _server() -> Any:
    """A connection to the sound server, or `None`."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        import pulsectl  # noqa: PLC0415 - its library is there on Linux with a sound server only
    except (ImportError, OSError):
        return None
    try:
        return pulsectl.Pulse(_CLIENT)
    except pulsectl.PulseError:
        return None


def _portaudio_inputs(sounddevice: ModuleType) -> tuple[InputDevice, ...]:
    try:
        listed: Sequence[Mapping[str, Any]] = sounddevice.query_devices()
        hosts: Sequence[Mapping[str, Any]] = sounddevice.query_hostapis()
        usual = int(sounddevice.default.device[0])
    except (sounddevice.PortAudioError, TypeError, ValueError):
        return ()
    return inputs_listed(listed, hosts, usual)


def inputs_listed(
    listed: Sequence[Mapping[str, Any]], hosts: Sequence[Mapping[str, Any]], usual: int
) -> tuple[InputDevice, ...]:
    """The inputs of PortAudio's table of devices.

    Args:
        listed: devices as `sounddevice.query_devices` lists them.
        hosts: sound systems as `sounddevice.query_hostapis` lists them.
        usual: the place of the default input, -1 where there is none.
    """
    found: list[InputDevice] = []
    times: Counter[str] = Counter()
    for index, device in enumerate(listed):
        channels = int(device["max_input_channels"])
        if channels < 1:
            continue
        host = str(hosts[int(device["hostapi"])]["name"])
        label = str(device["name"])
        name = f"{host}: {label}"
        times[name] += 1
        found.append(
            InputDevice(
                # Two of a kind, or two whose names were cut where they differ.
                name=name if times[name] == 1 else f"{name} #{times[name]}",
                label=label,
                host=host,
                channels=min(channels, 2),
                rate_hz=round(float(device["default_samplerate"])),
                monitor=any(mark in label.casefold() for mark in _LOOPBACKS),
                usual=index == usual,
                index=index,
            )
        )
    return tuple(found)
