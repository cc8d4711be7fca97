"""Two softphones (baresip) that call each other on this machine, without a registrar.

Each has a configuration folder of its own and its sound through the sound server by ALSA's
plug-in.  They are driven, and their events read, through baresip's `ctrl_tcp`: JSON as netstrings.
Its last connection alone is served: whoever connects later takes it over.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

MODULES = next(
    (str(path.parent) for path in Path("/usr/lib").glob("**/baresip/modules/ctrl_tcp.so")), ""
)
needs_softphone = pytest.mark.skipif(
    not (MODULES and shutil.which("baresip")),
    reason="needs the softphone baresip (Debian: apt install baresip-core)",
)
CODEC = "PCMU/8000/1"
_CONFIG = """\
poll_method epoll
sip_listen 127.0.0.1:{sip}
rtp_ports {rtp}-{rtp_last}
module_path {modules}
audio_path /nonexistent
audio_player alsa,{player}
audio_source alsa,{source}
audio_alert alsa,null
audio_buffer 20-160
jitter_buffer_delay 5-10
module g711.so
module alsa.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
"""
_ACCOUNT = (
    "<sip:{name}@127.0.0.1:{sip};transport=udp>;regint=0;audio_codecs={codec};answermode={answers}"
)


@dataclass(slots=True)
class Softphone:
    """One of them, running: `events` are those that came so far."""

    name: str
    sip: int
    control: int
    process: subprocess.Popen[bytes]
    events: list[dict[str, Any]] = field(default_factory=list)
    _socket: socket.socket | None = None
    _rest: bytes = b""

    @property
    def address(self) -> str:
        """Where it is called."""
        return f"sip:{self.name}@127.0.0.1:{self.sip}"

    def connect(self) -> None:
        """Reach its control port, which opens a moment after its start."""
        ends_s = time.monotonic() + 10
        while self._socket is None:
            try:
                self._socket = socket.create_connection(("127.0.0.1", self.control), 1)
            except OSError:
                assert time.monotonic() < ends_s, "the softphone does not answer"
                assert self.process.poll() is None, "the softphone has ended"
        self._socket.settimeout(0.1)

    def do(self, command: str, argument: str = "") -> None:
        """A command as its keys have it: `dial`, `hold`, `resume`, `hangup`, `quit`."""
        assert self._socket is not None
        asked = json.dumps({"command": command, "params": argument}).encode()
        self._socket.sendall(b"%d:%b," % (len(asked), asked))

    def fresh(self) -> list[str]:
        """The types of the events that came since the last look."""
        assert self._socket is not None
        try:
            self._rest += self._socket.recv(65_536)
        except TimeoutError:
            return []
        came = []
        while b":" in self._rest:
            length, _, rest = self._rest.partition(b":")
            if len(rest) <= int(length):
                break
            told = json.loads(rest[: int(length)])
            self._rest = rest[int(length) + 1 :]
            if told.get("event"):
                self.events.append(told)
                came.append(str(told["type"]))
        return came

    def until(self, event: str, within_s: float = 15) -> None:
        """Wait for an event."""
        ends_s = time.monotonic() + within_s
        while event not in self.fresh():
            assert time.monotonic() < ends_s, f"{self.name}: no {event} in {self.events}"


@contextmanager
def softphone(
    folder: Path, name: str, *, hears: str, plays: str, answers: str
) -> Iterator[Softphone]:
    """A softphone whose microphone is the source `hears` and whose earpiece the sink `plays`.

    An empty `plays` is thrown away; `answers` is `auto` or `manual`.
    """
    folder.mkdir()
    sip, rtp, control = _free_ports()
    config = _CONFIG.format(
        sip=sip,
        rtp=rtp,
        rtp_last=rtp + 3,
        control=control,
        modules=MODULES,
        player=f"pulse:{plays}" if plays else "null",
        source=f"pulse:{hears}",
    )
    (folder / "config").write_text(config)
    account = _ACCOUNT.format(name=name, sip=sip, codec=CODEC, answers=answers)
    (folder / "accounts").write_text(account + "\n")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["baresip", "-f", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        phone = Softphone(name, sip, control, process)
        try:
            phone.connect()
            yield phone
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_ports() -> tuple[int, int, int]:
    """A port for calls (the next is taken for TLS), four for sound, one for control."""
    base = 20_000 + (time.monotonic_ns() // 1000) % 20_000 // 10 * 10
    while True:
        base += 10
        held = []
        try:
            for port in range(base, base + 8):
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    held.append(socket.socket(socket.AF_INET, kind))
                    held[-1].bind(("127.0.0.1", port))
        except OSError:
            continue
        finally:
            for each in held:
                each.close()
        return base, base + 2, base + 6
