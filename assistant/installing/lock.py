"""One installation of a model at a time.

Owns a lock file that the operating system holds for as long as the installing process lives: a
killed process lets go at once.  The file itself stays, because removing it would let two processes
hold two files of one name.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from compliance.errors import AssistantError

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def held(path: Path, name: str) -> Iterator[None]:
    """Hold the lock at `path` while the model `name` is installed or removed.

    Raises:
        AssistantError: another process holds it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _take(descriptor)
        except OSError:
            raise AssistantError(
                f"The speech model {name} is being installed or removed by another program",
                "Wait until that has ended",
            ) from None
        yield
    finally:
        os.close(descriptor)
