"""Events on their way from the call's thread to the screen's.

Owns a bounded waiting room: when the screen is slow the sender waits, so nothing grows without end
and nothing is lost.  Only a partial that a newer partial of the same utterance replaces is left
out.  It starts no thread and knows no widget.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from assistant.events import Envelope, UtterancePartial

CAPACITY = 4096
"""Events that may wait: several minutes of a call at its own pace."""


class Inbox:
    """Takes events from one thread, hands them to another, in order.

    Args:
        wake: tells the reader that something waits, once per `take`; called in the sender's
            thread, must return at once.
        capacity: how many events may wait.
    """

    def __init__(self, wake: Callable[[], object], capacity: int = CAPACITY) -> None:
        self._wake = wake
        self._capacity = capacity
        self._waiting: list[Envelope] = []
        self._partials: dict[str, int] = {}
        self._changed = threading.Condition()
        self._closed = False

    def put(self, envelopes: Sequence[Envelope]) -> None:
        """Leave events; blocks while the inbox is full, returns at once when it is closed."""
        with self._changed:
            for envelope in envelopes:
                while len(self._waiting) >= self._capacity and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                first = not self._waiting
                self._leave(envelope)
                if first:
                    self._wake()

    def _leave(self, envelope: Envelope) -> None:
        event = envelope.event
        if isinstance(event, UtterancePartial):
            place = self._partials.get(event.id)
            if place is not None:
                self._waiting[place] = envelope
                return
            self._partials[event.id] = len(self._waiting)
        self._waiting.append(envelope)

    def take(self) -> tuple[Envelope, ...]:
        """Everything that waits, in order; lets a waiting sender go on."""
        with self._changed:
            taken = tuple(self._waiting)
            self._waiting.clear()
            self._partials.clear()
            self._changed.notify_all()
        return taken

    def close(self) -> None:
        """Nobody reads any more: a waiting sender goes on and what it brings is let go."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._partials.clear()
            self._changed.notify_all()
