"""A sound server of the tests' own, with two sinks that go nowhere: a microphone and a headset."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class SoundServer:
    """A running server; `env` is what a process needs to speak to it."""

    env: dict[str, str]

    def pactl(self, *arguments: str) -> str:
        done = subprocess.run(
            ["pactl", *arguments], env=self.env, capture_output=True, text=True, check=True
        )
        return done.stdout

    def play(self, sink: str, file: Path) -> subprocess.Popen[bytes]:
        """Begin to play a file into a sink."""
        return subprocess.Popen(["paplay", "-d", sink, str(file)], env=self.env)

    def add_sink(self, name: str) -> None:
        self.pactl("load-module", "module-null-sink", f"sink_name={name}")

    def remove_sink(self, name: str) -> None:
        modules = self.pactl("list", "short", "modules").splitlines()
        (number,) = [line.split()[0] for line in modules if f"sink_name={name}" in line]
        self.pactl("unload-module", number)


@pytest.fixture(scope="session")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    if shutil.which("pulseaudio") is None or shutil.which("paplay") is None:
        pytest.skip("no sound server: pulseaudio is not installed")
    folder = tmp_path_factory.mktemp("pulse")
    folder.chmod(0o700)
    socket = folder / "sock"
    env = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "PULSE_SERVER": f"unix:{socket}"}
    process = subprocess.Popen(
        [
            "pulseaudio", "--daemonize=no", "--exit-idle-time=-1", "-n", "--log-level=error",
            "-L", f"module-native-protocol-unix socket={socket} auth-anonymous=1",
            "-L", "module-null-sink sink_name=mic",
            "-L", "module-null-sink sink_name=headset",
        ],
        env=env,
    )  # fmt: skip
    server = SoundServer(env)
    try:
        for _ in range(100):
            asked = subprocess.run(["pactl", "info"], env=env, capture_output=True, check=False)
            if asked.returncode == 0:
                break
            time.sleep(0.1)
        else:
            pytest.fail("the sound server did not start")
        yield server
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def server(_server: SoundServer, monkeypatch: pytest.MonkeyPatch) -> SoundServer:
    """The server, for this process as well."""
    for name in ("XDG_RUNTIME_DIR", "PULSE_SERVER"):
        monkeypatch.setenv(name, _server.env[name])
    return _server
