"""Accounts of any SQL database that SQLAlchemy reaches, by a query of the site's own.

Owns the connection (one for each look-up, read-only, with a limit to the waiting), what the query
is given, and what is told when it fails.  What was typed reaches the database as a bound parameter
alone; no message of a database is passed on, since it may hold what was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy import text as statement
from sqlalchemy.engine import URL
from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from assistant.accounts.asked import AskedSource
from assistant.accounts.records import RecordReader, needs
from assistant.accounts.source import (
    CannotLookUp,
    Checked,
    Sourced,
    SourceFailed,
    TooMany,
    Unread,
)
from assistant.shift.mapping import ListMapping
from compliance.errors import MissingPart

PARAMETERS = ("id", "phone", "name")
"""What a query may ask for, as `:id`, `:phone` and `:name`; those not looked up by are null.

`:phone` is of figures alone.  What the query finds beyond what was asked is left out here, so that
it may be wide: `number LIKE '%' || right(:phone, 6)` does for however numbers are written.
"""

_MOST_ROWS = 1000  # looked at for one answer: a query may be wider than what was asked


class DatabaseSource(AskedSource):
    """The accounts that a query finds.

    Args:
        url: of the database, its password included.
        query: a SELECT with some of the `PARAMETERS`.
        mapping: which of its columns are which.
        timeout_s: for connecting, and where the driver allows it for an answer.
        now: the wall clock, with an offset: what is read is as of now, unless a row says otherwise.

    Raises:
        MissingPart: the database's driver is not installed.
    """

    def __init__(
        self,
        url: URL,
        query: str,
        mapping: ListMapping,
        timeout_s: float,
        now: Callable[[], datetime],
    ) -> None:
        self._kind = url.get_backend_name()
        self._file = _file_of(url)
        self.name = Path(url.database or self._kind).name
        self._query = statement(query)
        self._asks = frozenset(parameters_of(query)) & frozenset(PARAMETERS)
        self._mapping = mapping
        self._reader = RecordReader(self.name, mapping)
        self._now = now
        self._engine = _engine(url, timeout_s)

    def check(self, account: str = "") -> Checked:
        """Whether the query runs and gives the columns; with an id, whether that can be read.

        Raises:
            SourceFailed: the database does not answer.
        """
        columns, _ = self._rows(dict.fromkeys(self._asks))
        faults = tuple(Unread(self.name, 0, (fault,)) for fault in needs(self._mapping, columns))
        return self._checked(account, faults) if account else Checked(None, faults, self._now())

    # ---- asking --------------------------------------------------------------------------------

    def _ask(self, key: str, value: str) -> tuple[list[Sourced], list[Unread]]:
        if key not in self._asks:
            raise CannotLookUp(
                f"The accounts query has no :{key}, so that nothing is found by it",
                f"Use :{key} in the query of settings.toml.",
            )
        asked = {name: value if name == key else None for name in self._asks}
        now = self._now()
        _, rows = self._rows(asked)
        found: list[Sourced] = []
        unread: list[Unread] = []
        for number, row in enumerate(rows, 1):
            one = self._reader.read(row, number, now)
            if isinstance(one, Sourced):
                found.append(one)
            else:
                unread.append(one)
        return found, unread

    def _rows(self, asked: Mapping[str, str | None]) -> tuple[list[str], list[dict[str, object]]]:
        if self._file is not None and not self._file.exists():
            raise SourceFailed(
                f"The accounts database {self.name} is not there",
                "Check its url in settings.toml.",
            )
        with ExitStack() as stack:
            try:
                connection = stack.enter_context(self._engine.connect())
                _only_read(connection, self._kind)
            except (SQLAlchemyError, OSError) as error:
                raise SourceFailed(
                    f"The accounts database {self.name} cannot be reached ({_named(error)})",
                    "Check that it runs, and its url in settings.toml.",
                ) from None
            try:
                answer = connection.execute(self._query, dict(asked))
                columns = list(answer.keys())
                rows = [dict(row) for row in answer.mappings().fetchmany(_MOST_ROWS + 1)]
            except (SQLAlchemyError, OSError, ValueError, OverflowError) as error:
                raise SourceFailed(
                    f"The accounts database {self.name} does not answer the query"
                    f" ({_named(error)})",
                    "`assistant accounts check` tries it; see the query in settings.toml.",
                ) from None
        if len(rows) > _MOST_ROWS:
            raise TooMany(
                f"The accounts query finds more than {_MOST_ROWS} rows", "Type more of the name."
            )
        return columns, rows


def parameters_of(query: str) -> tuple[str, ...]:
    """The names of a query's bound parameters (`:id`)."""
    return tuple(statement(query).compile().params)


def _engine(url: URL, timeout_s: float) -> Engine:
    try:
        return create_engine(
            _reading(url),
            poolclass=NullPool,  # a database that was gone and is back is simply back
            connect_args=_patience(url, timeout_s),
            hide_parameters=True,
        )
    except (NoSuchModuleError, ImportError):
        raise MissingPart(
            f"No driver for {url.drivername} is installed",
            "Install the one that SQLAlchemy names for it (postgresql+psycopg: psycopg).",
        ) from None


def _file_of(url: URL) -> Path | None:
    """An embedded database's file: opening one that is not there would make it."""
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        return Path(url.database)
    return None


def _reading(url: URL) -> URL:
    file = _file_of(url)
    if file is None:
        return url
    path = quote(str(file.absolute()))
    return url.set(database=f"file:{path}", query={"mode": "ro", "uri": "true"})


def _patience(url: URL, timeout_s: float) -> dict[str, Any]:
    """How each driver that is known is told not to wait for ever."""
    whole_s = max(1, round(timeout_s))
    match url.get_driver_name():
        case "pysqlite":
            return {"timeout": timeout_s, "check_same_thread": False}
        case "psycopg" | "psycopg2":
            limit = f"-c statement_timeout={round(timeout_s * 1000)}"
            return {"connect_timeout": whole_s, "options": limit}
        case "pymysql" | "mysqldb" | "mariadbconnector":
            return {"connect_timeout": whole_s, "read_timeout": whole_s}
        case "pyodbc":
            return {"timeout": whole_s}
        case "oracledb":
            return {"tcp_connect_timeout": timeout_s}
        case _:
            return {}


def _only_read(connection: Connection, kind: str) -> None:
    """Let nothing be written, whatever the query says; nothing is ever committed besides."""
    match kind:
        case "postgresql":
            connection.execution_options(postgresql_readonly=True)
        case "mysql" | "mariadb":
            connection.execute(statement("SET SESSION TRANSACTION READ ONLY"))
        case "sqlite":
            connection.execute(statement("PRAGMA query_only = ON"))


def _named(error: Exception) -> str:
    """What sort of failure: the name of its class, since a message may hold what was asked."""
    return type(getattr(error, "orig", None) or error).__name__
