"""One line for whoever sits at the terminal, beside what a command puts out.

Owns the way such lines take: standard error, so that standard output stays the command's own.
"""

from __future__ import annotations

import sys


def tell(line: str) -> None:
    """Write one line on standard error, at once."""
    sys.stderr.write(line.rstrip() + "\n")
    sys.stderr.flush()
