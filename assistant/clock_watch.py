"""What clocks tell of each other: the machine slept, the program stood still, a clock was set.

Owns the three comparisons, fed with readings that were taken together, and the one clock that goes
on while the machine sleeps.  A monotonic clock stops while the machine is suspended, one of the
boot does not; neither is ever set, the wall clock is.  Pure but for
`boottime` and `clock_set_here`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

LEAST_S = 2.0
"""From here on it was sleep, or standing still, and not a busy machine."""

SET_S = 60.0
"""From here on a wall clock was set, and not kept in step by the network's time."""


LONGEST_ASLEEP_S = 900.0
"""Asleep for longer, nobody is on the line any more, and silence of that length would keep the
recogniser busy for minutes: the gap is told whole, and the call ends where the machine slept."""


@dataclass(frozen=True, slots=True)
class StoodStill:
    """How long something stood still, seconds: the machine was `asleep`, or the program `stood`."""

    asleep_s: float = 0.0
    stood_s: float = 0.0


class StandStill:
    """Notices sleep and standing still, from readings that come several times a second.

    Args:
        monotonic_s: of a clock that stops while the machine sleeps.
        boot_s: of one that goes on, taken at the same moment.
    """

    def __init__(self, monotonic_s: float, boot_s: float) -> None:
        self._ran_s = monotonic_s
        self._apart_s = boot_s - monotonic_s

    def look(self, monotonic_s: float, boot_s: float) -> StoodStill:
        """What happened since the last look; both are 0 where nothing did."""
        asleep_s = boot_s - monotonic_s - self._apart_s
        stood_s = monotonic_s - self._ran_s
        self._ran_s = monotonic_s
        if asleep_s > LEAST_S:
            self._apart_s += asleep_s
        else:
            asleep_s = 0.0
        return StoodStill(asleep_s, stood_s if stood_s > LEAST_S else 0.0)


class WallWatch:
    """Notices that the wall clock was set.

    Args:
        wall_s: seconds since the epoch.
        boot_s: of a clock that nobody sets, taken at the same moment.
    """

    def __init__(self, wall_s: float, boot_s: float) -> None:
        self._apart_s = wall_s - boot_s

    def look(self, wall_s: float, boot_s: float) -> float:
        """By how many seconds it was set since; negative: back.  0 for less than a minute."""
        set_s = wall_s - boot_s - self._apart_s
        if abs(set_s) < SET_S:
            return 0.0
        self._apart_s += set_s
        return set_s


def clock_set_here() -> Callable[[], float]:
    """By how many seconds this machine's clock was set since it was asked last, from now on."""
    watch = WallWatch(time.time(), boottime())
    return lambda: watch.look(time.time(), boottime())


def boottime() -> float:
    """Seconds since the machine began, suspended or not; where unknown, as if never suspended."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    if clock is None and sys.platform == "darwin":
        clock = time.CLOCK_MONOTONIC  # goes on while asleep there; Python's own does not
    return time.monotonic() if clock is None else time.clock_gettime(clock)
