"""Opens the store's database, embedded or on a server, and its way of writing.

Owns the connection settings and the order of the checks at the door.  It knows no calls; whoever
has the engine it gives does the rest.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from assistant.record.faults import store_faults
from assistant.record.layout import bring_up_to_date
from assistant.record.locations import Locations
from assistant.record.server import one_upgrade_at_a_time, open_server, server_name

# How long a writer waits for another one before it says that the store is in use.
BUSY_TIMEOUT_S = 5.0


def store_name(locations: Locations) -> str:
    """How messages name the store: a path, or a server without user and password."""
    return str(locations.database) if locations.store is None else server_name(locations.store)


def open_store(locations: Locations, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Engine:
    """The database that `locations` names, with the tables of this program.

    Raises:
        StoreFault: it is damaged, newer than this program, in use, read-only, or out of reach.
        MissingPart: the server's driver is not installed.
    """
    if locations.store is None:
        return open_database(locations.database, busy_timeout_s=busy_timeout_s)
    name = server_name(locations.store)
    engine = open_server(locations.store)
    try:
        with store_faults(name), writing(engine) as connection:
            one_upgrade_at_a_time(connection)
            bring_up_to_date(connection, name)
    except BaseException:
        engine.dispose()
        raise
    return engine


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
                bring_up_to_date(connection, str(path))
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
