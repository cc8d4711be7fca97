"""What `assistant devices test` does: five seconds of each side, heard again.

Owns the trial and its words.  What is recorded stays in memory and is gone at the end.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import click
import numpy as np
import numpy.typing as npt

from assistant.device_listing import level_db
from assistant.speech.desk import Wanted, desk_channels
from assistant.speech.devices import chosen, input_devices, proposed, proposed_customer
from assistant.speech.native_output import native_output_kept_off_screen
from assistant.speech.playback import open_player
from assistant.speech.tap import Tap

TRIAL_S = 5.0
_FIRST_S = 3.0  # how long a device may take for its first sound
_LOOK_S = 0.05
_QUIET_DB = -55.0
_NOTHING_DB = -84.0
_CLIPPED = 32_700


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What was recorded, as the player takes it."""

    rate_hz: int
    channels: int
    pcm: npt.NDArray[np.int16]

    @property
    def samples(self) -> int:
        return len(self.pcm)

    def frames(self, start: int, stop: int) -> npt.NDArray[np.int16]:
        return self.pcm[start:stop]


def devices_test(agent_device: str | None, customer_device: str | None) -> None:
    """Record both sides at once, tell how loud they were, play them one after the other.

    Raises:
        MissingPart: there is no PortAudio, no such device, or it cannot be opened.
    """
    with native_output_kept_off_screen():
        found = input_devices()
        pair = proposed(found)
        agent = chosen(found, agent_device) if agent_device else (pair.agent if pair else None)
        alone = not customer_device and (agent is None or not proposed_customer(found, agent))
        sides = desk_channels(found, agent_device, customer_device, alone=alone)
        click.echo(f"Speak, and let the headset play: {TRIAL_S:.0f} seconds are recorded.")
        recorded = _record(sides, time.monotonic, time.sleep)
        for side, sound in zip(sides, recorded, strict=True):
            click.echo(f"{side.name}: {side.device}: {_verdict(side, sound)}")
        for side, sound in zip(sides, recorded, strict=True):
            if sound.samples:
                click.echo(f"Played back: {side.name}.")
                _play(sound)
    if alone:
        click.echo("customer: no device here hears what the headset plays; see `assistant devices`")


def _record(
    sides: tuple[Wanted, ...], clock: Callable[[], float], sleep: Callable[[float], None]
) -> list[_Recorded]:
    with ExitStack() as opened:
        taps = {side.device: Tap(side.device) for side in sides}
        readers = [taps[side.device].reader() for side in sides]
        for tap in taps.values():
            tap.open()
            opened.callback(tap.close)
        until_s = clock() + _FIRST_S
        while clock() < until_s and not all(tap.running for tap in taps.values()):
            sleep(_LOOK_S)
        for reader in readers:
            reader.take()
        sleep(TRIAL_S)
        recorded = []
        for side, reader in zip(sides, readers, strict=True):
            tap = taps[side.device]
            pcm = np.frombuffer(reader.take(), dtype="<i2").reshape(-1, tap.channels)
            if side.side is not None and tap.channels > 1:
                pcm = pcm[:, side.side : side.side + 1]
            recorded.append(_Recorded(tap.rate_hz, pcm.shape[1], pcm))
        return recorded


def _verdict(side: Wanted, sound: _Recorded) -> str:
    if not sound.samples:
        return "gave no sound at all: another program may have it, or it is suspended"
    level = level_db(sound.pcm.tobytes())
    said = f"{sound.samples / sound.rate_hz:.1f} s, {level:.0f} dB"
    if level <= _NOTHING_DB:
        why = "is the headset's sound played there?" if side.device.monitor else "is it muted?"
        return f"{said}: pure silence; {why}"
    if int(np.abs(sound.pcm.astype(np.int32)).max()) >= _CLIPPED:
        return f"{said}: too loud, it clips; turn it down"
    if level < _QUIET_DB:
        return f"{said}: very quiet; nearer to the microphone, or turn it up"
    return f"{said}: good"


def _play(sound: _Recorded) -> None:
    player, why = open_player(sound)
    if player is None:
        click.echo(why, err=True)
        return
    try:
        player.play_from(0)
        until_s = time.monotonic() + TRIAL_S + _FIRST_S
        while player.playing and time.monotonic() < until_s:
            player.feed()
            time.sleep(_LOOK_S)
    finally:
        player.close()
