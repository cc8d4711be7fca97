"""One line for whoever sits at the terminal, beside what a command puts out.

Owns the way such lines take: standard error, so that standard output stays the command's own.  On a
terminal a line that says how far something has come is written over by the next one; elsewhere it
is left out, and what ends it is told.
"""

from __future__ import annotations

import sys

_AFRESH = "\r\x1b[K"


def tell(line: str) -> None:
    """Write one line on standard error, at once."""
    _write(line.rstrip() + "\n", afresh=sys.stderr.isatty())


def tell_in_passing(line: str) -> None:
    """Write a line that the next one takes the place of."""
    if sys.stderr.isatty():
        _write(line.rstrip(), afresh=True)


def _write(line: str, *, afresh: bool) -> None:
    sys.stderr.write(_AFRESH + line if afresh else line)
    sys.stderr.flush()
