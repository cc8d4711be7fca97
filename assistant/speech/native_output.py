"""Keeps what native libraries print off the screen.

Vosk, libsndfile and PortAudio write to file descriptor 2, whatever Python does with `sys.stderr`;
Textual draws on the terminal through `sys.__stderr__`, which is the same descriptor.  This module
owns the separation: Python's two stderr names go on to the terminal through a duplicate, and
descriptor 2 itself leads into a sink of bounded size.  It must not start a thread, write to disk,
or interpret what was printed.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

NATIVE_STDERR = 2
MOST_BYTES = 65_536  # what a pipe holds on Linux; more is dropped by whoever prints it


@dataclass(slots=True)
class NativeOutput:
    """What was printed into the sink, once the quarantine has ended; 64 KiB at most."""

    printed: bytes = field(default=b"")


@contextmanager
def native_output_kept_off_screen() -> Iterator[NativeOutput]:
    """While this lasts, native code cannot write on the terminal; Python and Textual can.

    Enter it before the screen starts and leave it after the screen ended, in the main thread.
    Programs started meanwhile inherit the sink as their standard error.  Where descriptor 2 is
    closed there is nothing to keep apart and nothing is done.
    """
    caught = NativeOutput()
    try:
        screen = os.dup(NATIVE_STDERR)
    except OSError:
        yield caught
        return
    # The duplicate's own duplicate is for the way back: whoever holds the stream may close it.
    stream = _stream_on(os.dup(screen))
    reader, writer = _sink()
    stderr, original = sys.stderr, sys.__stderr__
    _flush(stderr)
    os.dup2(writer, NATIVE_STDERR)
    os.close(writer)
    sys.__stderr__ = stream  # type: ignore[misc]  # Textual's driver looks here
    if stderr is original or stderr is None:
        sys.stderr = stream
    try:
        yield caught
    finally:
        _flush(stream)
        if sys.stderr is stream:
            sys.stderr = stderr
        sys.__stderr__ = original  # type: ignore[misc]
        os.dup2(screen, NATIVE_STDERR)
        os.close(screen)
        with suppress(OSError, ValueError):
            stream.close()
        caught.printed = _drain(reader)


def _stream_on(descriptor: int) -> io.TextIOWrapper:
    encoding = getattr(sys.__stderr__, "encoding", None) or "utf-8"
    return open(descriptor, "w", encoding=encoding, errors="backslashreplace", buffering=1)


def _sink() -> tuple[int, int]:
    """A pipe nobody reads and nobody waits for: when it is full, further output is dropped."""
    if not hasattr(os, "set_blocking") or sys.platform == "win32":
        nowhere = os.open(os.devnull, os.O_RDWR)
        return nowhere, os.dup(nowhere)
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    return reader, writer


def _drain(reader: int) -> bytes:
    try:
        return os.read(reader, MOST_BYTES)
    except OSError:
        return b""
    finally:
        os.close(reader)


def _flush(stream: io.TextIOBase | object) -> None:
    flush = getattr(stream, "flush", None)
    if flush is not None:
        with suppress(OSError, ValueError):
            flush()
