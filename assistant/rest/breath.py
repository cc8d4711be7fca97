"""A minute of paced breathing: which way the breath goes at a moment of it, and how far.

Owns the rhythm.  Four to six breaths a minute, out longer than in, is the range in which slow
breathing is reported to calm (Zaccaro and others, Frontiers in Human Neuroscience 12:353, 2018).
Pure: seconds in, values out.
"""

from __future__ import annotations

from dataclasses import dataclass

SLOWEST, FASTEST = 4, 6
"""Breaths a minute."""

MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Breath:
    """One moment: `inwards` or out, how `full` the breath is (0 to 1), whole seconds of each left.

    `turn_s` is until the breath turns, `left_s` until the minute is over.
    """

    inwards: bool
    full: float
    turn_s: int
    left_s: int


def breath_at(elapsed_s: float, breaths_a_minute: int) -> Breath | None:
    """The breath at a moment of the minute; `None` once it is over.

    Raises:
        ValueError: `breaths_a_minute` is not from 4 to 6.
    """
    if not SLOWEST <= breaths_a_minute <= FASTEST:
        raise ValueError("breathing is paced at four to six breaths a minute")
    elapsed_s = max(0.0, elapsed_s)
    if elapsed_s >= MINUTE_S:
        return None
    cycle_s = MINUTE_S // breaths_a_minute
    in_s = cycle_s * 42 // 100  # whole seconds: 6 and 9, 5 and 7, 4 and 6
    within_s = elapsed_s % cycle_s
    inwards = within_s < in_s
    full = within_s / in_s if inwards else 1 - (within_s - in_s) / (cycle_s - in_s)
    turn_s = (in_s if inwards else cycle_s) - int(within_s)
    return Breath(inwards, min(1.0, max(0.0, full)), turn_s, MINUTE_S - int(elapsed_s))
