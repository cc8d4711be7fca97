"""The pair that is proposed where PortAudio lists the devices, on tables as machines give them.

Windows lists every device once for each of its sound systems, MME with names of 31 characters at
most; macOS has one system.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from assistant.speech.desk import desk_channels
from assistant.speech.devices import InputDevice, chosen, inputs_listed, proposed
from compliance.errors import MissingPart

MME, DIRECT, WASAPI, KS = "MME", "Windows DirectSound", "Windows WASAPI", "Windows WDM-KS"
CORE = "Core Audio"
HOSTS = [{"name": name} for name in (MME, DIRECT, WASAPI, KS, CORE)]
Row = tuple[str, str, int, int, float]

# A laptop whose driver offers the mix to WDM-KS alone, since it is switched off in the settings.
REALTEK: tuple[Row, ...] = (
    (MME, "Microsoft Sound Mapper - Input", 2, 0, 44100),
    (MME, "Microphone (Realtek(R) Audio)", 4, 0, 44100),
    (MME, "Microsoft Sound Mapper - Output", 0, 2, 44100),
    (MME, "Speakers (Realtek(R) Audio)", 0, 8, 44100),
    (DIRECT, "Primary Sound Capture Driver", 2, 0, 44100),
    (DIRECT, "Microphone (Realtek(R) Audio)", 4, 0, 44100),
    (DIRECT, "Primary Sound Driver", 0, 2, 44100),
    (DIRECT, "Speakers (Realtek(R) Audio)", 0, 8, 44100),
    (WASAPI, "Speakers (Realtek(R) Audio)", 0, 2, 48000),
    (WASAPI, "Microphone (Realtek(R) Audio)", 2, 0, 48000),
    (KS, "Stereo Mix (Realtek HD Audio Stereo input)", 2, 0, 48000),
    (KS, "Microphone 1 (Realtek HD Audio Mic input with SST)", 2, 0, 48000),
)
# The same switched on, on a Windows in Simplified Chinese.
MIX_ON: tuple[Row, ...] = (
    *REALTEK[:2],
    (MME, "立体声混音 (Realtek(R) Audio)", 2, 0, 44100),
    *REALTEK[2:6],
    (DIRECT, "立体声混音 (Realtek(R) Audio)", 2, 0, 44100),
    *REALTEK[6:10],
    (WASAPI, "立体声混音 (Realtek(R) Audio)", 2, 0, 48000),
    *REALTEK[10:],
)
# Two headsets of one make, and a virtual cable.
CABLE: tuple[Row, ...] = (
    (MME, "Microsoft Sound Mapper - Input", 2, 0, 44100),
    (MME, "CABLE Output (VB-Audio Virtual ", 16, 0, 44100),
    (MME, "Headset (Jabra Evolve2 40 SE - ", 1, 0, 44100),
    (MME, "Headset (Jabra Evolve2 40 SE - ", 1, 0, 44100),
    (MME, "CABLE Input (VB-Audio Virtual C", 0, 16, 44100),
    (DIRECT, "Primary Sound Capture Driver", 2, 0, 44100),
    (DIRECT, "CABLE Output (VB-Audio Virtual Cable)", 16, 0, 44100),
    (WASAPI, "CABLE Output (VB-Audio Virtual Cable)", 2, 0, 48000),
    (WASAPI, "Headset (Jabra Evolve2 40 SE - Left)", 1, 0, 16000),
)
MAC: tuple[Row, ...] = (
    (CORE, "MacBook Pro Microphone", 1, 0, 48000),
    (CORE, "MacBook Pro Speakers", 0, 2, 48000),
    (CORE, "Microsoft Teams Audio", 1, 1, 48000),
    (CORE, "ZoomAudioDevice", 2, 2, 48000),
)
BLACKHOLE: tuple[Row, ...] = (
    (CORE, "BlackHole 2ch", 2, 2, 48000),
    *MAC,
    (CORE, "Multi-Output Device", 0, 2, 48000),
)


def devices(rows: Sequence[Row], usual: int) -> tuple[InputDevice, ...]:
    listed = [
        {
            "name": name,
            "hostapi": [each["name"] for each in HOSTS].index(host),
            "max_input_channels": inputs,
            "max_output_channels": outputs,
            "default_samplerate": rate_hz,
        }
        for host, name, inputs, outputs, rate_hz in rows
    ]
    return inputs_listed(listed, HOSTS, usual)


@pytest.mark.parametrize(
    ("rows", "usual", "agent", "customer"),
    [
        (REALTEK, 1, "MME: Microphone (Realtek(R) Audio)",
         "Windows WDM-KS: Stereo Mix (Realtek HD Audio Stereo input)"),
        # What comes the microphone's own way first, WDM-KS last.
        (MIX_ON, 1, "MME: Microphone (Realtek(R) Audio)", "MME: 立体声混音 (Realtek(R) Audio)"),
        (MIX_ON, 11, "Windows WASAPI: Microphone (Realtek(R) Audio)",
         "Windows WASAPI: 立体声混音 (Realtek(R) Audio)"),
        (REALTEK[:10], 1, "MME: Microphone (Realtek(R) Audio)", None),
        (CABLE, 2, "MME: Headset (Jabra Evolve2 40 SE - ", "MME: CABLE Output (VB-Audio Virtual "),
        (CABLE, 8, "Windows WASAPI: Headset (Jabra Evolve2 40 SE - Left)",
         "Windows WASAPI: CABLE Output (VB-Audio Virtual Cable)"),
        (MAC, 0, "Core Audio: MacBook Pro Microphone", None),
        (BLACKHOLE, 1, "Core Audio: MacBook Pro Microphone", "Core Audio: BlackHole 2ch"),
        # The loopback driver was made the default input by mistake.
        (BLACKHOLE, 0, "Core Audio: MacBook Pro Microphone", "Core Audio: BlackHole 2ch"),
        (BLACKHOLE, -1, "Core Audio: MacBook Pro Microphone", "Core Audio: BlackHole 2ch"),
    ],
)  # fmt: skip
def test_the_pair_that_is_proposed(
    rows: Sequence[Row], usual: int, agent: str, customer: str | None
) -> None:
    found = devices(rows, usual)
    pair = proposed(found)
    assert pair is not None
    assert pair.agent.name == agent
    assert (pair.customer.name if pair.customer is not None else None) == customer
    if customer is None:
        with pytest.raises(MissingPart, match="no device that hears what the headset plays"):
            desk_channels(found, None, None)
    else:
        assert [one.device.name for one in desk_channels(found, None, None)] == [agent, customer]


@pytest.mark.parametrize("rows", [REALTEK, MIX_ON, CABLE, MAC, BLACKHOLE])
def test_every_device_can_be_named(rows: Sequence[Row]) -> None:
    found = devices(rows, 0)
    assert len({device.name for device in found}) == len(found)
    assert all(chosen(found, device.name) is device for device in found)
    for device in found:
        assert device.index is not None
        assert rows[device.index][1] == device.label
        assert device.channels <= 2
