"""Opens the embedded database, sealed, and owns both databases' way of writing.

Owns the connection settings.  The file is an SQLCipher database: every page is encrypted and
authenticated, the write-ahead log and temporary pages too.  It knows no calls; whoever has the
engine it gives does the rest.
"""

from __future__ import annotations

import os
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, create_engine, event

from assistant.record.faults import store_faults
from assistant.record.layout import bring_up_to_date
from assistant.record.locations import Locations
from assistant.record.server import server_name
from assistant.record.upgrading import Progress
from assistant.record.vault import Vault

# How long a writer waits for another one before it says that the store is in use.
BUSY_TIMEOUT_S = 5.0


def store_name(locations: Locations) -> str:
    """How messages name the store: a path, or a server without user and password."""
    return str(locations.database) if locations.store is None else server_name(locations.store)


def open_database(
    path: Path,
    vault: Vault,
    *,
    busy_timeout_s: float = BUSY_TIMEOUT_S,
    progress: Progress | None = None,
) -> Engine:
    """The database at `path`, made if it is not there, readable by its owner alone.

    `progress` hears how far the upgrade of an older one has come.

    Raises:
        StoreFault: it is damaged, newer than this program, in use, read-only, or cannot be made.
    """
    with store_faults(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            # Made here and not by SQLite, whose file the whole group could read.
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))

        def connect() -> sqlcipher.Connection:
            connection = sqlcipher.connect(
                path, timeout=busy_timeout_s, check_same_thread=False, isolation_level=None
            )
            # A raw key: nothing is derived from it again, so opening is quick.
            connection.execute("PRAGMA cipher_log_level = NONE")
            connection.execute(f"PRAGMA key = \"x'{vault.database_key.hex()}'\"")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            # What is deleted is overwritten: a purged call's key must not lie about in the file.
            connection.execute("PRAGMA secure_delete = ON")
            # What a large sort spills over stays in memory: a temporary file would be in the clear.
            connection.execute("PRAGMA temp_store = MEMORY")
            return connection

        engine = create_engine(
            f"sqlite:///{path}",
            module=sqlcipher,
            creator=connect,
            # A statement's parameters hold what was said; they stay out of errors and logs.
            hide_parameters=True,
        )
        event.listen(engine, "begin", _begin)
        try:
            with writing(engine) as connection:
                bring_up_to_date(connection, str(path), vault, progress or Progress())
            # Once it is known to be ours.  A write-ahead log: readers never wait for the call that
            # is being written, and a killed process loses no committed transaction
            # (https://sqlite.org/wal.html).
            raw = engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA journal_mode = WAL")
            finally:
                raw.close()
        except BaseException:
            engine.dispose()
            raise
    return engine


def writing(engine: Engine) -> _Writing:
    """A transaction that may write: it takes the one write lock at once, or waits for it."""
    return _Writing(engine)


class _Writing:
    """`with writing(engine) as connection`: commits at the end, rolls back on an error."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __enter__(self) -> Connection:
        self._connection = self._engine.connect().execution_options(writes=True)
        try:
            self._transaction = self._connection.begin()
        except BaseException:
            self._connection.close()
            raise
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._transaction.commit()
            else:
                self._transaction.rollback()
        finally:
            self._connection.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
