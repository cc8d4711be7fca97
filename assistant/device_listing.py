"""What `assistant devices` and `assistant devices test` do.

Owns the list with its proposed pair, the meters, and the trial recording, which is held in memory,
played and forgotten.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from threading import Timer

import numpy as np
from rich.live import Live
from rich.table import Table

from assistant.rule_desk import table
from assistant.speech.capture import LiveSource, Wanted, wanted_channels
from assistant.speech.devices import InputDevice, Pair, chosen, input_devices, portaudio, proposed
from assistant.speech.native_output import native_output_kept_off_screen
from assistant.speech.recording import SILENCE_DB, Chunk
from compliance.errors import AssistantError, MissingPart
from compliance.transcript import Speaker

_RATE_HZ = 16_000
_BAR = 30  # cells of a meter
_QUIET_DB = -60.0  # below this a meter shows nothing
_HEARD_DB = -50.0  # a side louder than this was heard


def devices(*, as_json: bool, watch: bool) -> None:
    """Write the devices, microphones first, and the proposed pair.

    Raises:
        MissingPart: there is no PortAudio, or no device.
    """
    with native_output_kept_off_screen():
        found = input_devices()
    pair = proposed(found)
    if as_json:
        rows = [_record(device, pair) for device in found]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        return
    if watch:
        _watch(found)
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
            "\nNothing here hears what the headset plays, so only the agent can be transcribed.\n"
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
    """Meters of all devices, until interrupted."""
    usable = []
    for device in found:
        try:
            LiveSource((Wanted(device.name, Speaker.UNKNOWN, device),), rate_hz=_RATE_HZ)
        except AssistantError as error:
            sys.stderr.write(f"{error}\n")
        else:
            usable.append(device)
    if not usable:
        raise MissingPart("no device can be opened", "See the lines above.")
    wanted = tuple(Wanted(device.name, Speaker.UNKNOWN, device) for device in usable)
    source = LiveSource(wanted, rate_hz=_RATE_HZ, notice=_notice)
    levels = [SILENCE_DB] * len(usable)
    with Live(_meters(usable, levels), refresh_per_second=10) as shown:
        for item in source:
            if isinstance(item, Chunk):
                levels[item.channel] = item.level_db
                shown.update(_meters(usable, levels))


def _notice(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _meters(found: Sequence[InputDevice], levels: Sequence[float]) -> Table:
    meters = Table.grid(padding=(0, 2))
    for device, level_db in zip(found, levels, strict=True):
        filled = round(_BAR * max(0.0, (level_db - _QUIET_DB) / -_QUIET_DB))
        bar = "▮" * filled + "▯" * (_BAR - filled)
        told = "silent" if level_db <= SILENCE_DB else f"{level_db:.0f} dB"
        meters.add_row(str(device), bar, told)
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
    stopping = Timer(seconds, source.stop)
    stopping.start()
    heard: list[list[bytes]] = [[] for _ in wanted]
    loudest = [SILENCE_DB] * len(wanted)
    try:
        for item in source:
            if isinstance(item, Chunk):
                heard[item.channel].append(item.pcm)
                loudest[item.channel] = max(loudest[item.channel], item.level_db)
    finally:
        stopping.cancel()
    for one, level_db in zip(wanted, loudest, strict=True):
        told = f"loudest {level_db:.0f} dB" if level_db > SILENCE_DB else "nothing at all"
        verdict = "heard" if level_db >= _HEARD_DB else "NOT HEARD: muted, or another device?"
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
