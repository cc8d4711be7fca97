"""The time of a call as people read it: the same on screens, in lists, lines and pages."""

from __future__ import annotations


def clock(seconds: float) -> str:
    """Call time as `02:14`, from an hour on as `1:02:14`."""
    whole = max(0, int(seconds))
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute:02}:{second:02}"
