"""A call heard through PipeWire in the place of PulseAudio, as most desks on Linux have it now."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.speech.live_program import flagged, live_program
from tests.speech.parts import OPTIONS, devices, part
from tests.speech.sinks import Desk, needs_sound, pactl

# Whoever links streams wants a session bus: without one every device "cannot be opened".
SERVERS = (("pipewire",), ("dbus-run-session", "--", "wireplumber"), ("pipewire-pulse",))
ARREST = ("US-03", "forbidden", "breach")

pytestmark = [
    needs_sound,
    pytest.mark.skipif(
        any(shutil.which(name) is None for one in SERVERS for name in one if name != "--"),
        reason="needs PipeWire (pipewire-pulse, wireplumber, dbus), as .ci/run installs it",
    ),
]


@pytest.fixture
def pipewire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A PipeWire of the test's own; whatever starts meanwhile uses it."""
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    socket = run / "pulse" / "native"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(run))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("PULSE_SERVER", f"unix:{socket}")
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    with ExitStack() as servers:
        for command, ready in zip(SERVERS, (run / "pipewire-0", None, socket), strict=True):
            server = servers.enter_context(
                subprocess.Popen(
                    command,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            )
            servers.callback(os.killpg, server.pid, signal.SIGTERM)
            for _ in range(100):
                if ready is None or ready.exists():
                    break
                time.sleep(0.05)
        yield


def test_a_call_is_heard_and_judged_through_pipewire(pipewire: None, tmp_path: Path) -> None:
    desk = Desk("mic", "headset")
    desk.load(desk.mic)
    desk.load(desk.headset)
    assert "PipeWire" in pactl("info")
    with live_program(tmp_path / "home", *OPTIONS, *devices(desk)) as program:
        _, agent, customer = part(tmp_path, 62.4, 67.4)
        desk.play(desk.mic, agent)
        desk.play(desk.headset, customer)
        program.until(lambda told: ARREST in flagged(told.records), 30, "the flag")
        program.end()
    assert program.notices == []
    assert program.of("gap") == []
    assert {each["speaker"] for each in program.of("utterance")} >= {"agent"}
    for player in desk.playing:
        player.wait(10)
    assert os.environ["PULSE_SERVER"].startswith(f"unix:{tmp_path}")
