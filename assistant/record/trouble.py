"""Tells trouble once, and that it is over once, however often it comes and goes.

Owns what was told when.  A nearly full disk takes a small piece and refuses a large one many times
a second; a user needs one line.
"""

from __future__ import annotations

from collections.abc import Callable

# Trouble of one kind is not told again sooner than this, in seconds.
_QUIET_S = 60.0


class Trouble:
    """Trouble of several kinds.

    Args:
        notice: told the lines.
        clock: monotonic seconds.
    """

    def __init__(self, notice: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._notice = notice
        self._clock = clock
        self._told_at: dict[str, float] = {}
        self._shown: set[str] = set()

    def failed(self, kind: str, line: str) -> None:
        """It happened: tell `line`, unless it was told already."""
        now = self._clock()
        if kind in self._shown or now - self._told_at.get(kind, now - _QUIET_S) < _QUIET_S:
            return
        self._shown.add(kind)
        self._told_at[kind] = now
        self._notice(line)

    def over(self, kind: str, line: str) -> None:
        """It works: tell `line`, if the user believes that it does not."""
        if kind in self._shown:
            self._shown.discard(kind)
            self._notice(line)
