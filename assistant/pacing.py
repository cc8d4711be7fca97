"""When sound is released: like a live call, faster, slower, paused, or as fast as it can be taken.

Owns the schedule only.  The clock is passed in; waiting uses a condition, so that pausing, a new
speed and cancelling take effect at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable


class Pacer:
    """A schedule that maps call time to wall time.

    Args:
        speed: call seconds per wall second; `None` releases everything at once.
        clock: a monotonic clock in seconds.
    """

    def __init__(self, speed: float | None, clock: Callable[[], float]) -> None:
        if speed is not None and speed <= 0:
            raise ValueError("speed must be positive")
        self._speed = speed
        self._clock = clock
        self._changed = threading.Condition()
        self._paused = False
        self._stopped = False
        self._anchor_wall_s = 0.0
        self._anchor_call_s = 0.0

    @property
    def paced(self) -> bool:
        """Whether sound is held back at all."""
        return self._speed is not None

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def speed(self) -> float | None:
        return self._speed

    def start(self) -> float:
        """Let sample 0 happen now; returns the wall time of it."""
        with self._changed:
            self._anchor_wall_s = self._clock()
            self._anchor_call_s = 0.0
            return self._anchor_wall_s

    def wait(self, call_s: float) -> float | None:
        """Block until call time `call_s` is due; returns the wall time at which it was due.

        Returns `None` when the pacer was stopped.
        """
        with self._changed:
            while not self._stopped:
                if self._paused:
                    self._changed.wait()
                    continue
                if self._speed is None:
                    return self._clock()
                due_s = self._anchor_wall_s + (call_s - self._anchor_call_s) / self._speed
                remaining_s = due_s - self._clock()
                if remaining_s <= 0:
                    return due_s
                self._changed.wait(remaining_s)
            return None

    def pause(self) -> None:
        with self._changed:
            if not self._paused:
                self._anchor()
                self._paused = True
                self._changed.notify_all()

    def resume(self) -> None:
        with self._changed:
            if self._paused:
                self._anchor_wall_s = self._clock()
                self._paused = False
                self._changed.notify_all()

    def change_speed(self, speed: float) -> None:
        """From now on `speed` call seconds pass per wall second."""
        with self._changed:
            if not self._paused:
                self._anchor()
            self._speed = speed
            self._changed.notify_all()

    def stop(self) -> None:
        """Release whoever waits; nothing more becomes due."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _anchor(self) -> None:
        now_s = self._clock()
        if self._speed is not None:
            self._anchor_call_s += (now_s - self._anchor_wall_s) * self._speed
        self._anchor_wall_s = now_s


class LivePacer(Pacer):
    """The schedule of what happens now: nothing is early, everything is due when it comes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__(1.0, clock)

    def wait(self, call_s: float) -> float | None:  # noqa: ARG002 - whatever it is, it is now
        """The time now, or `None` once stopped; never blocks."""
        return None if self._stopped else self._clock()
