"""Runs a prepared call for a reader that is no screen: JSON Lines or plain text.

Owns the flow from deliveries to an output stream, where a call is kept, and the clean end of an
interrupted run.  What was
said goes to standard output only because that is what was asked for; notices go to standard error.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, tzinfo
from types import FrameType
from typing import Protocol, TextIO

from tzlocal import get_localzone_name

from assistant import jsonlines
from assistant.call_writing import CallKeeper
from assistant.events import Output, Started
from assistant.gap_joining import MusicJoiner
from assistant.pipeline import CallRun, Delivery
from assistant.plain import PlainCall
from assistant.record.locations import Locations
from assistant.wording import Wording
from compliance.errors import AssistantError
from compliance.local_time import zone_of

INTERRUPTED = 130
# How often the end is looked for, and how long a run that was asked to end may still take.
_LOOK_S = 0.25
_LEAVE_WITHIN_S = 5.0


class Reporter(Protocol):
    """Writes deliveries on a stream."""

    def __call__(self, delivery: Delivery) -> None: ...


class ReaderGone(AssistantError):
    """Whoever read the output has gone; there is nobody to tell, and nothing is wrong."""

    exit_status = 0


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        raise ReaderGone("Nobody reads the output any more") from None
    except OSError as error:
        raise AssistantError(
            f"The output cannot be written ({error.strerror})", "Make room or write it elsewhere."
        ) from error


class JsonReporter:
    """Every delivery as JSON Lines, flushed line by line."""

    def __init__(self, stream: TextIO, wording: Wording) -> None:
        self._stream = stream
        self._wording = wording

    def __call__(self, delivery: Delivery) -> None:
        at_s = round(delivery.at_s, 3)
        for envelope in delivery.envelopes:
            output: Output = envelope.event  # type: ignore[assignment]
            for record in jsonlines.output_records(output, envelope.call, self._wording):
                record["at_s"] = 0.0 if isinstance(output, Started) else at_s
                _write(self._stream, jsonlines.line(record) + "\n")


class PlainReporter:
    """Deliveries as plain lines."""

    def __init__(self, stream: TextIO, wording: Wording) -> None:
        self._stream = stream
        self._call = PlainCall(wording)
        self._music = MusicJoiner()

    def __call__(self, delivery: Delivery) -> None:
        given: list[Output] = [envelope.event for envelope in delivery.envelopes]  # type: ignore[misc]
        outputs = (output for each in given for output in self._music.take(each))
        _write(self._stream, "".join(line + "\n" for line in self._call.lines(outputs)))


def run_to_end(run: CallRun) -> int:
    """Run a call in the foreground; returns the exit status.

    When the user ends it (interrupt, terminate or hang-up signal) everything heard until then is
    delivered and the status is 130.

    Raises:
        AssistantError: it could not go on.
    """
    run.connect()
    with _stopped_by_signals(run.stop) as stopped:
        run.start(lambda _error: None)
        waited_s = 0.0
        while not run.join(_LOOK_S) and waited_s < _LEAVE_WITHIN_S:
            # After the second signal, or when the output is stuck, the threads are left behind.
            waited_s += (_LOOK_S if stopped() else 0.0) + (_LEAVE_WITHIN_S if stopped() > 1 else 0)
    if run.failure is not None:
        raise run.failure
    return INTERRUPTED if stopped() else 0


@contextmanager
def keeping(
    keep_in: Locations | None, call_id: str, notice: Callable[[str], None]
) -> Iterator[CallKeeper | None]:
    """What keeps the call, where it is to be kept; `notice` is told what the user should read."""
    if keep_in is None:
        yield None
        return
    # Loaded only where a call is kept.
    from assistant.record.keeping import keep_call  # noqa: PLC0415
    from assistant.record.opening import system_doors  # noqa: PLC0415

    with keep_call(keep_in, call_id, system_doors(notice)) as writer:
        yield writer


def zone_here() -> str:
    """The IANA name of this desk's time zone; `UTC` where the system names none."""
    try:
        return get_localzone_name() or "UTC"
    except (LookupError, ValueError, OSError):
        return "UTC"


def desk_zone() -> tzinfo:
    """This desk's time zone; UTC where the system names none that is known."""
    return zone_of(zone_here()) or UTC


@contextmanager
def _stopped_by_signals(stop: Callable[[], None]) -> Iterator[Callable[[], int]]:
    """While this lasts, asking the process to end ends the call instead, cleanly.

    Yields what tells how often it was asked.
    """
    caught: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        caught.append(number)
        stop()

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), on_signal) for name in names}
    try:
        yield lambda: len(caught)
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
