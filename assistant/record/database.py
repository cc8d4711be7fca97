"""Opens the embedded database: its file, its layout, its version, its way of writing.

Owns the connection settings and the checks at the door.  It knows no calls and runs no queries but
those; whoever has the engine it gives does the rest.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, create_engine, event, insert, inspect, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from assistant.record.faults import StoreFault, StoreTooNew, damaged, store_faults
from assistant.record.tables import (
    ADDED_LATER,
    EVENTS,
    METADATA,
    REVIEWS,
    STORE,
    STORE_VERSION,
    WRAP_UPS,
)

# How long a writer waits for another one before it says that the store is in use.
BUSY_TIMEOUT_S = 5.0


def open_database(path: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Engine:
    """The database at `path`, made if it is not there, readable by its owner alone.

    Raises:
        StoreFault: it is damaged, newer than this program, in use, read-only, or cannot be made.
    """
    with store_faults(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            # Made here and not by SQLite, whose file the whole group could read.
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        engine = create_engine(
            f"sqlite:///{path}",
            connect_args={"timeout": busy_timeout_s},
            # A statement's parameters hold what was said; they stay out of errors and logs.
            hide_parameters=True,
        )
        event.listen(engine, "connect", _settings)
        event.listen(engine, "begin", _begin)
        try:
            with writing(engine) as connection:
                _check_layout(connection, path)
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


def _settings(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)
    # Transactions are begun below, in so many words; the driver's own guessing is switched off.
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _check_layout(connection: Connection, path: Path) -> None:
    tables = set(inspect(connection).get_table_names())
    if not tables:
        METADATA.create_all(connection)
        connection.execute(insert(STORE).values(version=STORE_VERSION))
        for table in (EVENTS, REVIEWS, WRAP_UPS):
            _never_change(connection, table)
        return
    if STORE.name not in tables:
        raise StoreFault(
            f"{path} is another program's database",
            "Name another folder with --data-dir.",
        )
    versions = connection.execute(select(STORE.c.version)).scalars().all()
    if len(versions) != 1 or not isinstance(versions[0], int):
        raise damaged(path)
    if versions[0] > STORE_VERSION:
        raise StoreTooNew(
            f"{path} was written by a newer version of this program "
            f"(layout {versions[0]}; this one knows up to {STORE_VERSION})",
            "Update this program, or name another folder with --data-dir.",
        )
    later = {table.name for table in ADDED_LATER}
    if not set(METADATA.tables) - later <= tables:
        raise damaged(path)
    for table in ADDED_LATER:
        if table.name not in tables:
            table.create(connection)
            _never_change(connection, table)


def _never_change(connection: Connection, table: Table) -> None:
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table.name}_are_never_changed BEFORE UPDATE ON {table.name} "
        f"BEGIN SELECT RAISE(ABORT, '{table.name} are only ever added'); END"
    )
