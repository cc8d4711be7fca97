"""Runs a prepared call for a reader that is no screen: JSON Lines or plain text.

Owns the flow from deliveries to an output stream, where a call is kept, and the clean end of an
interrupted run.  What was
said goes to standard output only because that is what was asked for; notices go to standard error.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol, TextIO

from assistant import jsonlines
from assistant.events import Output, Started
from assistant.pipeline import CallKeeper, CallRun, Delivery
from assistant.plain import PlainCall
from assistant.record.locations import Locations
from assistant.wording import Wording

INTERRUPTED = 130


class Reporter(Protocol):
    """Writes deliveries on a stream."""

    def __call__(self, delivery: Delivery) -> None: ...


class JsonReporter:
    """Every delivery as JSON Lines, flushed line by line."""

    def __init__(self, stream: TextIO, wording: Wording) -> None:
        self._stream = stream
        self._wording = wording

    def __call__(self, delivery: Delivery) -> None:
        at_s = round(delivery.at_s, 3)
        for envelope in delivery.envelopes:
            output: Output = envelope.event  # type: ignore[assignment]
            record = jsonlines.output_record(output, envelope.call, self._wording)
            if record is not None:
                record["at_s"] = 0.0 if isinstance(output, Started) else at_s
                self._stream.write(jsonlines.line(record) + "\n")
                self._stream.flush()


class PlainReporter:
    """Deliveries as plain lines."""

    def __init__(self, stream: TextIO, wording: Wording) -> None:
        self._stream = stream
        self._call = PlainCall(wording)

    def __call__(self, delivery: Delivery) -> None:
        outputs: list[Output] = [envelope.event for envelope in delivery.envelopes]  # type: ignore[misc]
        for line in self._call.lines(outputs):
            self._stream.write(line + "\n")
        self._stream.flush()


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
        while not run.join(0.5):
            pass
    if run.failure is not None:
        raise run.failure
    return INTERRUPTED if stopped() else 0


@contextmanager
def keeping(keep_in: Locations | None, call_id: str) -> Iterator[CallKeeper | None]:
    """What keeps the call, where it is to be kept."""
    if keep_in is None:
        yield None
        return
    from assistant.record.store import CallStore  # noqa: PLC0415 - only where a call is kept

    with CallStore(keep_in) as store:
        yield store.record(call_id)


@contextmanager
def _stopped_by_signals(stop: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """While this lasts, asking the process to end ends the call instead, once and cleanly."""
    caught: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        caught.append(number)
        stop()

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), on_signal) for name in names}
    try:
        yield lambda: bool(caught)
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
