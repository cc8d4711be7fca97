"""What can go wrong with the store, said so that a user can mend it.

Owns the errors of this room and the translation of the databases' and the system's codes into them.
It never carries a database's own message on, because that may hold what was being written.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlcipher3.dbapi2
from sqlalchemy.exc import DBAPIError

from compliance.errors import AssistantError


class StoreFault(AssistantError):
    """The store cannot be read or written; what was kept before is untouched."""


class StoreDamaged(StoreFault):
    """The file is not a database, or a damaged one."""


class StoreTooNew(StoreFault):
    """A newer version of the program wrote it."""


class StoreBusy(StoreFault):
    """Another program holds it."""


class StoreReadOnly(StoreFault):
    """This user may not write there."""


class DiskFull(StoreFault):
    """There is no room left."""


class StoreGone(StoreFault):
    """The server cannot be reached, or went away."""


class AlreadyKept(StoreFault):
    """The store holds this call, or this event of it; nothing was overwritten."""


class AnotherCall(AlreadyKept):
    """The store holds another call of the same id."""


class UnknownCall(AssistantError):
    """No kept call has this id."""


def damaged(path: Path | str) -> StoreDamaged:
    return StoreDamaged(
        f"{path} is not a database of kept calls, or it is damaged",
        "Move it aside and restore a backup, or name another folder with --data-dir.",
    )


def system_fault(path: Path | str, error: OSError) -> StoreFault:
    """A file could not be opened, read or written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _full(path)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return _read_only(path)
    if error.errno in (errno.ENOTDIR, errno.EEXIST, errno.EISDIR):
        return StoreFault(
            f"{path} cannot be used: a file stands where a folder is needed, or the reverse",
            "Name another folder with --data-dir.",
        )
    return StoreFault(
        f"{path} cannot be used ({errno.errorcode.get(error.errno or 0, type(error).__name__)})",
        "Check the disk, or name another folder with --data-dir.",
    )


@contextmanager
def store_faults(path: Path | str) -> Iterator[None]:
    """Around work on the store that `path` names: its errors come out as `StoreFault`."""
    try:
        yield
    except DBAPIError as error:
        raise _database_fault(path, error.orig) from None
    except (sqlite3.Error, sqlcipher3.dbapi2.Error) as error:
        raise _database_fault(path, error) from None
    except OSError as error:
        raise system_fault(path, error) from None


def _database_fault(path: Path | str, error: BaseException | None) -> StoreFault:
    if error is not None and hasattr(error, "sqlstate"):
        return _server_fault(path, error.sqlstate, error)
    # The extended name, such as SQLITE_READONLY_DIRECTORY; absent where Python itself objected.
    code = getattr(error, "sqlite_errorname", "")
    if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_FORMAT")):
        return damaged(path)
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return busy(path)
    if code.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH")):
        return _read_only(path)
    if code.startswith("SQLITE_FULL"):
        return _full(path)
    if code.startswith("SQLITE_CONSTRAINT"):
        return already_kept(path)
    if code.startswith("SQLITE_CANTOPEN"):
        return StoreFault(
            f"{path} cannot be opened",
            "Check that its folder exists and that you may write there, "
            "or name another folder with --data-dir.",
        )
    if code.startswith("SQLITE_IOERR"):
        return StoreFault(
            f"{path} could not be read or written; the disk reports a fault",
            "Check the disk; what was kept before is untouched.",
        )
    return StoreFault(
        f"{path} could not be used ({code or type(error).__name__})",
        "Restore a backup, or name another folder with --data-dir.",
    )


def _server_fault(server: Path | str, state: str | None, error: BaseException | None) -> StoreFault:
    """By SQLSTATE class (PostgreSQL, appendix A); none at all where no server answered."""
    if state is None or state.startswith(("08", "57P")):
        # libpq names no state for a refused connection, whatever the reason was.
        return StoreGone(
            f"{server} cannot be reached, or does not let this user in",
            "Check the server, the name of the database, user and password.",
        )
    if state in ("53100", "53200"):
        return _full(server)
    if state.startswith("23"):
        return already_kept(server)
    if state.startswith(("55", "40", "57014")):
        return StoreBusy(f"{server} is busy with another writer", "Try again in a moment.")
    if state in ("42501", "25006"):
        return _read_only(server)
    return StoreFault(
        f"{server} could not be used ({state}, {type(error).__name__})",
        "Ask whoever runs the server.",
    )


def busy(path: Path | str) -> StoreBusy:
    return StoreBusy(
        f"{path} is in use by another program",
        "Close the other program, or wait until it is done, and try again.",
    )


def already_kept(path: Path | str) -> AlreadyKept:
    return AlreadyKept(
        f"{path} holds this call, or this event of it, already; nothing was overwritten",
        "Start the call again.",
    )


def _read_only(path: Path | str) -> StoreReadOnly:
    return StoreReadOnly(
        f"{path} cannot be written: it is read-only for this user",
        "Grant write permission to the folder, or name another one with --data-dir.",
    )


def _full(path: Path | str) -> DiskFull:
    return DiskFull(
        f"{path} cannot grow: the disk is full",
        "Free some space; what was kept before is untouched.",
    )
