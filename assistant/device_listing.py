"""What `assistant devices` and `assistant devices test` do.

Owns the list with its proposed pair, the meters, and the trial recording, which is held in memory,
played and forgotten.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

import numpy as np
from rich.live import Live
from rich.table import Table

from assistant.rule_desk import table
from assistant.speech.capture import LiveSource
from assistant.speech.desk import Wanted, wanted_channels
from assistant.speech.devices import InputDevice, Pair, chosen, input_devices, portaudio, proposed
from assistant.speech.native_output import native_output_kept_off_screen
from assistant.speech.recording import FULL_SCALE, SILENCE_DB, Chunk
from assistant.speech.tap import Tap
from compliance.errors import AssistantError

_RATE_HZ = 16_000
_BAR = 20  # cells of a meter
_LOOK_S = 0.1
_FALL_DB = 3.0  # that a meter falls by, at most, from one look to the next
_LOUD_DB = -6.0
_NOTHING_DB = -84.0  # no sound at all, but for what rounding leaves
_QUIET_DB = -60.0  # below this a meter shows nothing
_HEARD_DB = -50.0  # a side louder than this was heard

_NO_CUSTOMER = {
    "linux": "Start PulseAudio or pipewire-pulse: they offer what is played as a monitor.",
    "win32": (
        "Windows offers it as 'Stereo Mix' where the sound driver has that (Sound settings,"
        " Recording, Show disabled devices); else install a virtual cable such as VB-CABLE, let"
        " the softphone play into it, and name it with --customer-device."
    ),
    "darwin": (
        "macOS needs a loopback driver such as BlackHole: make a multi-output device of it and the"
        " headset, let the softphone play there, and name BlackHole with --customer-device."
    ),
}


def devices(*, as_json: bool, watch: bool) -> None:
    """Write the devices, microphones first, and the proposed pair.

    Raises:
        MissingPart: there is no PortAudio, or no device.
        AssistantError: meters are asked for where nobody can see them.
    """
    if watch and (as_json or not sys.stdout.isatty()):
        raise AssistantError(
            "Meters need a terminal", "Leave --watch out, or run it on a terminal without --json."
        )
    with native_output_kept_off_screen():
        found = input_devices()
    if watch:
        _watch(found)
        return
    pair = proposed(found)
    if as_json:
        rows = [_record(device, pair) for device in found]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        return
    head = ("no.", "device", "kind", "channels", "Hz", "name", "proposed for")
    rows_of = [
        (
            str(number),
            device.label,
            "what is played" if device.monitor else "microphone",
            str(device.channels),
            str(device.rate_hz),
            device.name,
            _proposed_for(device, pair),
        )
        for number, device in enumerate(found, start=1)
    ]
    sys.stdout.write(table([head, *rows_of]))
    if pair is not None and pair.customer is None:
        sys.stdout.write(
            "\nNothing here hears what the headset plays, so only the agent can be transcribed."
            f" {_NO_CUSTOMER.get(sys.platform, '')}\n"
        )


def _record(device: InputDevice, pair: Pair | None) -> dict[str, object]:
    return {
        "name": device.name,
        "label": device.label,
        "host": device.host,
        "channels": device.channels,
        "rate_hz": device.rate_hz,
        "monitor": device.monitor,
        "default": device.usual,
        "proposed": _proposed_for(device, pair) or None,
    }


def _proposed_for(device: InputDevice, pair: Pair | None) -> str:
    if pair is None:
        return ""
    if device is pair.agent:
        return "agent"
    return "customer" if device is pair.customer else ""


def _watch(found: Sequence[InputDevice]) -> None:
    """Meters of all devices, until interrupted; one that cannot be opened says so in its place."""
    levels: list[float | None] = [SILENCE_DB] * len(found)
    taps = [Tap(device) for device in found]
    readers = [tap.reader() for tap in taps]
    try:
        with native_output_kept_off_screen():
            for number, tap in enumerate(taps):
                try:
                    tap.open()
                except AssistantError:
                    levels[number] = None
        with Live(_meters(found, levels), auto_refresh=False) as shown, suppress(KeyboardInterrupt):
            while True:
                for number, before in enumerate(levels):
                    if before is not None:
                        levels[number] = max(level_db(readers[number].take()), before - _FALL_DB)
                shown.update(_meters(found, levels), refresh=True)
                time.sleep(_LOOK_S)
    finally:
        for tap in taps:
            tap.close()


def _notice(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def level_db(pcm: bytes) -> float:
    """RMS of 16-bit samples against full scale, -96 to 0."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / FULL_SCALE
    power = float(np.mean(np.square(samples))) if len(samples) else 0.0
    return max(SILENCE_DB, 10 * math.log10(power)) if power > 0 else SILENCE_DB


def meter(level: float | None) -> str:
    """A bar from -60 dB to full scale, and the level in words; `None` cannot be opened."""
    if level is None:
        return "cannot be opened: another program may have it"
    filled = round(_BAR * min(1.0, max(0.0, (level - _QUIET_DB) / -_QUIET_DB)))
    bar = "▮" * filled + "▯" * (_BAR - filled)
    if level <= _NOTHING_DB:
        return f"{bar} silent"
    return f"{bar} {level:.0f} dB{' too loud' if level >= _LOUD_DB else ''}"


def _meters(found: Sequence[InputDevice], levels: Sequence[float | None]) -> Table:
    meters = Table.grid(padding=(0, 2), expand=True)
    meters.add_column(overflow="ellipsis", no_wrap=True, ratio=1)
    meters.add_column(no_wrap=True)
    for number, (device, level) in enumerate(zip(found, levels, strict=True), start=1):
        meters.add_row(f"{number} {device}", meter(level))
    return meters


def devices_test(
    *, agent_device: str | None, customer_device: str | None, seconds: float, silent: bool
) -> None:
    """Record each side for some seconds, tell its level, and play it back.

    Raises:
        MissingPart: there is no PortAudio, no such device, or it cannot be opened.
    """
    with native_output_kept_off_screen():
        found = input_devices()
    wanted = _sides(found, agent_device, customer_device)
    source = LiveSource(wanted, rate_hz=_RATE_HZ, notice=_notice)
    for one in wanted:
        sys.stdout.write(f"{one.name}: {one.device}\n")
    sys.stdout.write(f"Recording {seconds:g} s: say something, and let the headset play.\n")
    sys.stdout.flush()
    heard: list[list[bytes]] = [[] for _ in wanted]
    loudest = [SILENCE_DB] * len(wanted)
    for item in source:
        if isinstance(item, Chunk):
            heard[item.channel].append(item.pcm)
            loudest[item.channel] = max(loudest[item.channel], item.level_db)
            if item.start_sample + item.samples >= seconds * _RATE_HZ:
                source.stop()
    for one, level in zip(wanted, loudest, strict=True):
        told = f"loudest {level:.0f} dB" if level > _NOTHING_DB else "nothing at all"
        verdict = "heard" if level >= _HEARD_DB else "NOT HEARD: muted, or another device?"
        sys.stdout.write(f"{one.name}: {told}, {verdict}\n")
    for reason, samples in source.lost_by_reason.items():
        sys.stdout.write(f"not captured: {samples / _RATE_HZ:.1f} s ({reason})\n")
    if not silent:
        for one, pcm in zip(wanted, heard, strict=True):
            sys.stdout.write(f"playing {one.name} …\n")
            sys.stdout.flush()
            _play(b"".join(pcm))


def _sides(
    found: Sequence[InputDevice], agent: str | None, customer: str | None
) -> tuple[Wanted, ...]:
    pair = proposed(found)
    if agent is None and customer is None and pair is not None:
        return wanted_channels(pair.agent, pair.customer)
    return wanted_channels(
        chosen(found, agent) if agent else None, chosen(found, customer) if customer else None
    )


def _play(pcm: bytes) -> None:
    """Play on the default output; where there is none, that is told and the rest goes on."""
    sounddevice = portaudio()
    samples = np.frombuffer(pcm, dtype="<i2")
    try:
        with native_output_kept_off_screen():
            sounddevice.play(samples, _RATE_HZ)
            sounddevice.wait()
            time.sleep(0.1)
    except (sounddevice.PortAudioError, ValueError):
        sys.stderr.write("It cannot be played: no sound output can be opened.\n")
