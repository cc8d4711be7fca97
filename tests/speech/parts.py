"""Parts of the demonstration call as files to play into a desk."""

from __future__ import annotations

from pathlib import Path

import soundfile

from assistant.demo.calls import demonstration_call
from tests.speech.sinks import Desk

SHOWN = demonstration_call("en-US")
RATE_HZ = 8_000
OPTIONS = ("--account", str(SHOWN.account), "--language", "en-US", "--model", "demonstration")
# What must not be said, and the customer's answer to it; seconds of the call.
THREAT = (56.0, 71.6)


def part(folder: Path, from_s: float, until_s: float) -> tuple[Path, Path, Path]:
    """A part of the call: both sides in one file, the agent's, the customer's."""
    sound, rate_hz = soundfile.read(
        SHOWN.audio, dtype="int16", start=round(from_s * RATE_HZ), stop=round(until_s * RATE_HZ)
    )
    names = ("both", "agent", "customer")
    files = tuple(folder / f"{name}-{from_s:g}.wav" for name in names)
    for file, side in zip(files, (sound, sound[:, 0], sound[:, 1]), strict=True):
        soundfile.write(file, side, rate_hz)
    both, agent, customer = files
    return both, agent, customer


def play(desk: Desk, folder: Path, from_s: float, until_s: float) -> None:
    """Play both sides of a part at a desk, from now on."""
    _, agent, customer = part(folder, from_s, until_s)
    desk.play(desk.mic, agent)
    desk.play(desk.headset, customer)


def devices(desk: Desk) -> tuple[str, ...]:
    """The options that name a desk's devices."""
    return (
        *("--agent-device", f"{desk.mic}.monitor"),
        *("--customer-device", f"{desk.headset}.monitor"),
    )
