"""Says which calls are being recorded right now.

Owns one lock file for each open call, held by the operating system for as long as the writing
process lives: a killed process lets go at once, so an unfinished call without a held lock was
interrupted.  It must not touch the database.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from assistant.record.faults import StoreBusy, system_fault

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _take(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class OpenCallLock:
    """Held while a call is written; let go by `release`, or by the system when the process ends.

    Raises:
        StoreBusy: another process writes this call.
        StoreFault: the lock file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise system_fault(path, error) from None
        if not _take(self._descriptor):
            os.close(self._descriptor)
            raise StoreBusy(
                f"{path} is held: another program is recording this call",
                "End it there first.",
            )

    def release(self) -> None:
        """Let go and remove the file; a second time does nothing."""
        if self._descriptor < 0:
            return
        os.close(self._descriptor)
        self._descriptor = -1
        self._path.unlink(missing_ok=True)


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock at `path`."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _take(descriptor)
    finally:
        os.close(descriptor)
