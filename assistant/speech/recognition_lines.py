"""The processes in which recognition runs, and the lines to them.

Owns starting and ending `recognition_process`, the frames to it and back, and noticing that it died
or hangs.  It must not know what is heard, or what to do when a process is gone: `child` does.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
import weakref
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from compliance.errors import AssistantError

PROGRAM = Path(__file__).with_name("recognition_process.py")
HEADER = struct.Struct("<cI")
OPENING_S = 180.0  # the largest official model takes about 20 s on a slow disk
# A recogniser that has said nothing about a tenth of a second for so long hangs.
SILENT_S = 20.0


class Died(Exception):
    """The process at the other end has gone, or hangs."""


@dataclass(frozen=True, slots=True)
class Starter:
    """Starts processes for one model: the folder `path`, called `name`, made for `rate_hz`."""

    path: Path
    name: str
    rate_hz: int

    def mother(self) -> Mother:
        """A process that opens the model and forks recognisers.

        Raises:
            AssistantError: it cannot be started, or the model does not open or decode in it.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            process = self._start(str(theirs.fileno()), pass_fds=(theirs.fileno(),))
        ours.settimeout(OPENING_S)
        with suppress(OSError):
            if ours.recv(1):
                return Mother(process, ours)
        ours.close()
        raise self._refused(process)

    def line(self) -> Line:
        """A line to a process that opens the model for one recogniser; raises as `mother`."""
        process = self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        if process.stdout.read(1):
            return Line(process.stdout, process.stdin, process)
        raise self._refused(process)

    def _start(self, *arguments: str, pass_fds: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
        own = not pass_fds
        try:
            return subprocess.Popen(  # noqa: S603  (our own program, no shell)
                [
                    *(sys.executable, "-P", str(PROGRAM)),
                    *(str(self.path.resolve()), str(self.rate_hz), *arguments),
                ],
                stdin=subprocess.PIPE if own else subprocess.DEVNULL,
                stdout=subprocess.PIPE if own else subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=pass_fds,
            )
        except OSError as fault:
            raise AssistantError(
                "The speech recogniser cannot be started: no process can be started",
                "Close other programs and try again",
            ) from fault

    def _refused(self, process: subprocess.Popen[bytes]) -> AssistantError:
        _end(process)
        return AssistantError(
            f"The speech model {self.name} cannot be opened and decoded with in a process of its "
            f"own ({_ending(process)})",
            f"Run `assistant models verify {self.path}`",
        )


class Mother:
    """The process that has the model open and forks recognisers."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket) -> None:
        self.process = process
        self._control = control
        self._finalizer = weakref.finalize(self, _end_mother, process, control)

    def line(self) -> Line:
        """A line to a fresh fork; raises OSError where this process has gone."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._control, [b"L"], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
        ours.settimeout(SILENT_S)
        return Line(ours.makefile("rb"), ours.makefile("wb"), None, ours)

    def close(self) -> None:
        self._finalizer()


def _end_mother(process: subprocess.Popen[bytes], control: socket.socket) -> None:
    control.close()
    _end(process)  # its recognisers live on until their own lines close


class Line:
    """Frames to one recogniser and back."""

    def __init__(
        self,
        reader: IO[bytes],
        writer: IO[bytes],
        process: subprocess.Popen[bytes] | None,
        connection: socket.socket | None = None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self.process_id = process.pid if process is not None else 0
        self._finalizer = weakref.finalize(self, _end_line, reader, writer, process, connection)

    def begin(self, rate_hz: int) -> None:
        """Make the recogniser; raises Died."""
        _, told = self._exchange(b"R", str(rate_hz).encode())
        self.process_id = int(told)

    def accept(self, pcm: bytes, *, partials: bool = True) -> tuple[bool, str]:
        """Whether an utterance ended, and Vosk's answer; raises Died.

        Without `partials` there is an answer only where an utterance ended.
        """
        letter, answer = self._exchange(b"A" if partials else b"N", pcm)
        return letter == b"F", answer

    def finish(self) -> str:
        """Vosk's answer at the end of the stream; raises Died."""
        return self._exchange(b"E", b"")[1]

    def close(self) -> None:
        self._finalizer()

    def _exchange(self, letter: bytes, content: bytes) -> tuple[bytes, str]:
        try:
            self._writer.write(HEADER.pack(letter, len(content)) + content)
            self._writer.flush()
            answered, size = HEADER.unpack(self._read(HEADER.size))
            return answered, self._read(size).decode()
        except TimeoutError:
            if self.process_id:
                with suppress(OSError):
                    os.kill(self.process_id, signal.SIGTERM)
            raise Died from None
        except (OSError, ValueError):
            raise Died from None

    def _read(self, size: int) -> bytes:
        content = self._reader.read(size)
        if len(content) < size:
            raise Died
        return content


def _end_line(
    reader: IO[bytes],
    writer: IO[bytes],
    process: subprocess.Popen[bytes] | None,
    connection: socket.socket | None,
) -> None:
    with suppress(OSError):  # what was written last and never sent
        writer.close()
    with suppress(OSError):
        reader.close()
    if connection is not None:
        connection.close()
    if process is not None:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()


def _ending(process: subprocess.Popen[bytes]) -> str:
    status = process.returncode
    if status is not None and status < 0:
        return f"signal {signal.Signals(-status).name}"
    return f"status {status}"
