"""What `assistant devices` shows: a table, JSON, or meters that move.

Owns how devices are told to people and programs.  Which there are and which pair is proposed is
`assistant.speech.devices`' to say; meters listen through `assistant.speech.tap` and keep nothing.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import click
import numpy as np
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from assistant.speech.devices import InputDevice, Pair, input_devices, proposed
from assistant.speech.native_output import native_output_kept_off_screen
from assistant.speech.recording import FULL_SCALE, SILENCE_DB
from assistant.speech.tap import Reader, Tap
from compliance.errors import AssistantError

_QUIETEST_DB = -60.0
_CELLS = 20
_LOUD_DB = -6.0
_LOOK_S = 0.1

NO_CUSTOMER = {
    "linux": "Start PulseAudio or pipewire-pulse: they offer what is played as a monitor.",
    "win32": (
        "Windows offers what is played as 'Stereo Mix' where the driver has it (Sound settings,"
        " Recording, Show disabled devices); otherwise install a virtual cable such as VB-CABLE,"
        " play the softphone into CABLE Input and hear CABLE Output here; that Windows plays it on"
        " to the headset is set there as well (CABLE Output, Properties, Listen)."
    ),
    "darwin": (
        "macOS needs a loopback driver such as BlackHole: make a multi-output device of it and the"
        " headset, play the softphone into that and listen to BlackHole."
    ),
}


def devices_list(*, as_json: bool, watch: bool) -> None:
    """Tell the devices and the proposed pair.

    Raises:
        MissingPart: there is no PortAudio, or no device.
        AssistantError: meters were asked for where nobody can see them.
    """
    if watch and (as_json or not sys.stdout.isatty()):
        raise AssistantError(
            "meters need a terminal", "Leave --watch out, or run it on a terminal."
        )
    with native_output_kept_off_screen():
        found = input_devices()
        pair = proposed(found)
        if watch:
            _watch(found, pair, Console(), time.sleep)
            return
    if as_json:
        click.echo(json.dumps(_record(found, pair), ensure_ascii=False))
        return
    width = None if sys.stdout.isatty() else 110
    Console(width=width, highlight=False).print(_table(found, pair))
    click.echo(_proposal(pair))
    if pair is None or pair.customer is None:
        click.echo(
            "Nothing here hears what the headset plays, so the customer would not be heard."
            f" {NO_CUSTOMER.get(sys.platform, '')} Or hear the agent alone: --channels agent.",
            err=True,
        )


def _record(found: Sequence[InputDevice], pair: Pair | None) -> dict[str, object]:
    customer = pair.customer if pair else None
    return {
        "devices": [
            {
                "number": number,
                "name": device.name,
                "label": device.label,
                "host": device.host,
                "channels": device.channels,
                "rate_hz": device.rate_hz,
                "monitor": device.monitor,
                "default": device.usual,
            }
            for number, device in enumerate(found, 1)
        ],
        "proposed": {
            "agent": pair.agent.name if pair else None,
            "customer": customer.name if customer else None,
        },
    }


def _table(
    found: Sequence[InputDevice], pair: Pair | None, levels: Sequence[Text] | None = None
) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("", justify="right")
    table.add_column("hears")
    table.add_column("device", overflow="fold", ratio=1)
    if levels is None:
        table.add_column("name", overflow="fold", ratio=1)
        table.add_column("host")
        table.add_column("ch", justify="right")
        table.add_column("Hz", justify="right")
    else:
        table.add_column("level", no_wrap=True)
    for number, device in enumerate(found, 1):
        row: list[str | Text] = [str(number), _hears(device, pair), device.label]
        if levels is None:
            row += [device.name, device.host, str(device.channels), str(device.rate_hz)]
        else:
            row.append(levels[number - 1])
        table.add_row(*row, style="bold" if _hears(device, pair) else None)
    return table


def _hears(device: InputDevice, pair: Pair | None) -> str:
    if pair is not None and device == pair.agent:
        return "agent"
    if pair is not None and device == pair.customer:
        return "customer"
    return ""


def _proposal(pair: Pair | None) -> str:
    if pair is None:
        return "No microphone is here. A call can be led by keys: --no-audio."
    if pair.customer is None:
        return f"Proposed: agent {pair.agent}."
    return f"Proposed: agent {pair.agent}, customer {pair.customer}."


def _watch(
    found: Sequence[InputDevice],
    pair: Pair | None,
    console: Console,
    sleep: Callable[[float], None],
) -> None:
    """Meters until interrupted; a device that cannot be opened says so in its place."""
    taps: list[tuple[Tap, Reader] | None] = []
    try:
        for device in found:
            tap = Tap(device)
            reader = tap.reader()
            try:
                tap.open()
            except AssistantError:
                taps.append(None)
            else:
                taps.append((tap, reader))
        held = [SILENCE_DB] * len(found)
        with Live(console=console, auto_refresh=False) as live, suppress(KeyboardInterrupt):
            while True:
                for number, each in enumerate(taps):
                    if each is not None:
                        held[number] = max(level_db(each[1].take()), held[number] - 3.0)
                shown = [
                    meter(db) if each is not None else Text("cannot be opened", "dim")
                    for db, each in zip(held, taps, strict=True)
                ]
                live.update(_table(found, pair, shown), refresh=True)
                sleep(_LOOK_S)
    finally:
        for each in taps:
            if each is not None:
                each[0].close()


def level_db(pcm: bytes) -> float:
    """RMS of 16-bit samples against full scale, -96 to 0."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / FULL_SCALE
    power = float(np.mean(np.square(samples))) if len(samples) else 0.0
    return max(SILENCE_DB, 10 * math.log10(power)) if power > 0 else SILENCE_DB


def meter(db: float) -> Text:
    """A bar from -60 dB to full scale; what is too loud is marked by words too."""
    lit = round(_CELLS * min(1.0, max(0.0, 1 - db / _QUIETEST_DB)))
    text = Text("█" * lit + "·" * (_CELLS - lit), "green" if db < _LOUD_DB else "red")
    said = "silent" if db <= _QUIETEST_DB else f"{db:4.0f} dB"
    return text.append(f" {said}{' too loud' if db >= _LOUD_DB else ''}")
