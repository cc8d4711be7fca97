"""A desk of sinks that go nowhere, on a PulseAudio server of the tests' own."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant.speech.desk import Wanted, desk_channels
from assistant.speech.devices import input_devices

needs_sound = pytest.mark.skipif(
    "ASSISTANT_SOUND_SERVER" not in os.environ,
    reason="needs a PulseAudio server of its own (ASSISTANT_SOUND_SERVER), as .ci/run starts one",
)
_NUMBERS = itertools.count()


def pactl(*arguments: str) -> str:
    """Ask the sound server; its answer."""
    command = ("pactl", *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def loaded(sink: str, rate_hz: int | None = None) -> str:
    """Make a sink that goes nowhere; returns the module's number."""
    described = f"sink_properties=device.description={sink}"
    rate = (f"rate={rate_hz}",) if rate_hz is not None else ()
    return pactl("load-module", "module-null-sink", f"sink_name={sink}", described, *rate)


@dataclass(slots=True)
class Desk:
    """Two sinks; what is played into them is what a desk's two devices hear."""

    mic: str
    headset: str
    modules: dict[str, str] = field(default_factory=dict)
    playing: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def load(self, sink: str, rate_hz: int | None = None) -> None:
        self.modules[sink] = loaded(sink, rate_hz)

    def unload(self, sink: str) -> None:
        pactl("unload-module", self.modules.pop(sink))

    def play(self, sink: str, file: Path) -> None:
        self.playing.append(subprocess.Popen(["paplay", "-d", sink, str(file)]))

    def wanted(self) -> tuple[Wanted, ...]:
        return desk_channels(input_devices(), f"{self.mic}.monitor", f"{self.headset}.monitor")


@contextmanager
def desk_of_sinks() -> Iterator[Desk]:
    """A desk, taken apart at the end with whatever plays."""
    number = f"{os.getpid()}-{next(_NUMBERS)}"
    made = Desk(f"mic-{number}", f"headset-{number}")
    try:
        made.load(made.mic)
        made.load(made.headset)
        yield made
    finally:
        for player in made.playing:
            player.kill()
            player.wait()
        for sink in tuple(made.modules):
            made.unload(sink)
