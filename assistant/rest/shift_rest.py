"""What is offered between two calls: a minute after a hard one, a break once they pile up.

Owns the memory of a shift's hard calls, which is a handful of times and ends with the program.  An
offer is made once and asks for nothing.  Pure: seconds of a monotonic clock are passed in, so that
a wall clock that is set moves nothing.
"""

from __future__ import annotations

from collections import deque
from enum import StrEnum


class Offer(StrEnum):
    """What is offered."""

    MINUTE = "minute"
    BREAK = "break"


class ShiftRest:
    """The hard calls of one shift.

    Args:
        breaths_a_minute: the pace of the minute.
        pile: so many hard calls within the window suggest a break.
        within_s: the window, seconds.
    """

    def __init__(self, breaths_a_minute: int, *, pile: int, within_s: float) -> None:
        self.breaths_a_minute = breaths_a_minute
        self._pile = pile
        self._within_s = within_s
        self._hard_s: deque[float] = deque()

    def call_ended(self, now_s: float, *, hard: bool) -> Offer | None:
        """A call has ended; what is offered after it, or nothing."""
        if not hard:
            return None
        self._hard_s.append(now_s)
        while now_s - self._hard_s[0] >= self._within_s:
            self._hard_s.popleft()
        if len(self._hard_s) < self._pile:
            return Offer.MINUTE
        self._hard_s.clear()  # said once; the next break is suggested after as many again
        return Offer.BREAK
