"""Recognition in a process of its own: a native abort ends this process and not the call.

Run as a program by `child`: `python recognition_process.py FOLDER RATE_HZ [CONTROL]`.  It opens the
model and speaks frames: one letter, the length of what follows (unsigned 32 bits, little-endian),
and that many bytes.

`R` rate (text)  →  `H` process id (text)      a recogniser is ready
`A` sound        →  `P` or `F` Vosk's answer   partial, or final: an endpoint
`E`              →  `F` Vosk's answer          the end of the stream

Without CONTROL the frames go over standard input and output, for one recogniser.  With CONTROL, the
number of an inherited Unix socket, each message on it brings the socket of a further recogniser,
and a fork of this process serves it: the forks share the memory of the opened model, none can take
another with it, and a new one is ready in milliseconds however long the model takes to open.

It imports Vosk and nothing of ours, so that it starts quickly, and must not be imported.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import sys
from contextlib import suppress
from typing import Any, BinaryIO

EXIT_REFUSED = 4
HEADER = struct.Struct("<cI")
OPEN = b"O"


def _guard() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this decides when it ends
    try:
        import resource  # noqa: PLC0415  (not on Windows)
    except ImportError:
        return
    # A memory image would hold what was said.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _open(folder: str, rate_hz: int) -> tuple[Any, Any]:
    import vosk  # noqa: PLC0415  (after the guard)

    vosk.SetLogLevel(-1)
    try:
        model = vosk.Model(model_path=folder)
        # A damaged model may open and then fail on the first sound: better now than in a call.
        recogniser = vosk.KaldiRecognizer(model, float(rate_hz))
        recogniser.AcceptWaveform(bytes(rate_hz))
        recogniser.FinalResult()
    except Exception:  # noqa: BLE001  (Vosk raises the bare class; the answer is the exit status)
        sys.exit(EXIT_REFUSED)
    return vosk, model


def _serve(vosk: Any, model: Any, reader: BinaryIO, writer: BinaryIO) -> None:
    """Answer frames until the other end closes."""
    recogniser: Any = None
    while frame := _receive(reader):
        letter, content = frame
        if letter == b"R":
            recogniser = vosk.KaldiRecognizer(model, float(content))
            # As in `vosk_adapter`: times of words in finals only.
            recogniser.SetWords(True)
            _send(writer, b"H", str(os.getpid()))
        elif letter == b"A":
            ended = recogniser.AcceptWaveform(content)
            answer = recogniser.Result() if ended else recogniser.PartialResult()
            _send(writer, b"F" if ended else b"P", answer)
        elif letter == b"N":  # nobody asks for what grows
            ended = recogniser.AcceptWaveform(content)
            _send(writer, b"F" if ended else b"P", recogniser.Result() if ended else "")
        else:
            _send(writer, b"F", recogniser.FinalResult())


def _receive(reader: BinaryIO) -> tuple[bytes, bytes] | None:
    header = reader.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    letter, size = HEADER.unpack(header)
    content = reader.read(size)
    return (letter, content) if len(content) == size else None


def _send(writer: BinaryIO, letter: bytes, text: str) -> None:
    content = text.encode()
    writer.write(HEADER.pack(letter, len(content)) + content)
    writer.flush()


def _fork_for_each(vosk: Any, model: Any, control: socket.socket) -> None:
    """Serve each socket that arrives in a fork, until the control socket closes."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # forks that end leave nothing to wait for
    control.send(OPEN)
    while True:
        _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not descriptors:
            return
        line = socket.socket(fileno=descriptors[0])
        if os.fork() == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                with suppress(OSError):  # the other end has gone
                    _serve(vosk, model, line.makefile("rb"), line.makefile("wb"))
            finally:
                os._exit(0)
        line.close()


def _main() -> None:
    _guard()
    folder, rate_hz = sys.argv[1], int(sys.argv[2])
    if len(sys.argv) > 3:
        vosk, model = _open(folder, rate_hz)
        _fork_for_each(vosk, model, socket.socket(fileno=int(sys.argv[3])))
        return
    # Native code prints on descriptor 1 as it likes; the frames need it for themselves.
    frames = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    vosk, model = _open(folder, rate_hz)
    frames.write(OPEN)
    frames.flush()
    with suppress(OSError):  # the other end has gone
        _serve(vosk, model, sys.stdin.buffer, frames)


if __name__ == "__main__":
    _main()
