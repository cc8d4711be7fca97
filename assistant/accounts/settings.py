"""The table `[accounts]` of a site's settings: which source there is, and how it is opened.

Owns the form of the table, the faults that its single keys cannot show, and the step to a source.
Secrets stand in the environment, never here.

    [accounts]
    file = "accounts.csv"                  # CSV, JSON, JSON Lines, or a folder; or
    url = "postgresql+psycopg://reader@db/core"    # a database, with
    query = "SELECT * FROM overdue WHERE account = :id OR phone = :phone OR name LIKE :name"
    password_variable = "CORE_PASSWORD"    # if it wants one; or
    url = "https://core.bank.example/accounts"     # an endpoint, with
    token_variable = "CORE_TOKEN"
    method = "post"                        # else get
    mapping = "core.mapping.toml"          # which of their columns are which
    timeout_s = 3.0
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from assistant.accounts.source import AccountSource
from assistant.shift.mapping import ListMapping, load_mapping
from compliance.documents import Schema
from compliance.errors import MissingPart

_Name = Annotated[str, Field(min_length=1, max_length=1000)]
_Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]

_READS = re.compile(r"\s*(?:select|with|values)\b", re.IGNORECASE)
_OF_ENDPOINTS = ("method", "token_variable")
_OF_DATABASES = ("query", "password_variable")


class AccountsTable(Schema):
    """The table; either a file or a url."""

    file: _Name | None = None
    url: _Name | None = None
    query: Annotated[str, Field(min_length=1, max_length=20_000)] | None = None
    mapping: _Name | None = None
    method: Literal["get", "post"] | None = None
    token_variable: _Variable | None = None
    password_variable: _Variable | None = None
    timeout_s: Annotated[float, Field(ge=0.2, le=30)] = 3.0

    @property
    def is_endpoint(self) -> bool:
        """Whether the url is one of HTTP."""
        return (self.url or "").lower().startswith(("http://", "https://"))


def faults_of(table: AccountsTable) -> Iterator[tuple[str, str]]:
    """What is wrong with a table whose keys are each well-formed: key and message."""
    if (table.file is None) is (table.url is None):
        yield "", "accounts needs either 'file' or 'url'"
        return
    given = {name for name in (*_OF_ENDPOINTS, *_OF_DATABASES) if getattr(table, name) is not None}
    if table.url is None:
        kind, fitting = "a file", frozenset[str]()
    elif table.is_endpoint:
        kind, fitting = "an endpoint", frozenset(_OF_ENDPOINTS)
    else:
        kind, fitting = "a database", frozenset(_OF_DATABASES)
    for name in sorted(given - fitting):
        yield name, f"means nothing with {kind}"
    if table.url is not None and table.is_endpoint:
        yield from _endpoint_faults(table.url)
    elif table.url is not None:
        yield from _database_faults(table.url, table.query)


def _endpoint_faults(url: str) -> Iterator[tuple[str, str]]:
    from assistant.web_requests import address_fault  # noqa: PLC0415 - loads slowly

    fault = address_fault(url, "https://core.bank.example/accounts", "accounts")
    if fault:
        yield "url", fault


def _database_faults(url: str, query: str | None) -> Iterator[tuple[str, str]]:
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - loads slowly
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - as above

    from assistant.accounts.databases import PARAMETERS, parameters_of  # noqa: PLC0415 - as above

    try:
        parsed = make_url(url)
    except (SQLAlchemyError, ValueError):
        yield "url", "is no address of a database (postgresql+psycopg://reader@host/name)"
    else:
        if parsed.password:
            yield "url", "holds a password; name its variable with 'password_variable'"
    if query is None:
        yield "", "a database needs a 'query'"
        return
    if not _READS.match(query) or ";" in query.rstrip().rstrip(";"):
        yield "query", "must be one SELECT"
        return
    asked = parameters_of(query)
    told = ", ".join(f":{name}" for name in PARAMETERS)
    if not set(asked) & set(PARAMETERS):
        yield "query", f"asks for nothing: it needs one of {told} at least"
    elif set(asked) - set(PARAMETERS):
        yield "query", f"has a parameter that is none of {told}"


def open_source(
    table: AccountsTable | None,
    folder: Path,
    environ: Mapping[str, str] = os.environ,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> AccountSource | None:
    """The source that a site's settings name; `None` where they name none.  Nothing is read yet.

    Args:
        table: of the settings.
        folder: of the settings' file, to which paths are relative.
        environ: where secrets are.
        now: the wall clock, with an offset.

    Raises:
        MissingPart: a secret or a driver is missing.
        BadInput: the mapping has faults.
    """
    if table is None:
        return None
    mapping = None if table.mapping is None else folder / Path(table.mapping).expanduser()
    if table.file is not None:
        from assistant.accounts.files import FileSource  # noqa: PLC0415 - what is not used

        return FileSource(folder / Path(table.file).expanduser(), mapping)
    columns = ListMapping() if mapping is None else load_mapping(mapping)
    assert table.url is not None
    if table.is_endpoint:
        from assistant.accounts.endpoints import EndpointSource, token_of  # noqa: PLC0415 - as above

        return EndpointSource(
            table.url,
            columns,
            table.timeout_s,
            now=now,
            clock=time.monotonic,
            token=token_of(table.token_variable, environ),
            post=table.method == "post",
        )
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - as above

    from assistant.accounts.databases import DatabaseSource  # noqa: PLC0415 - as above

    url = make_url(table.url)
    if table.password_variable is not None:
        if not environ.get(table.password_variable):
            raise MissingPart(
                f"The environment variable {table.password_variable} is not set",
                "It holds the password of the accounts database.",
            )
        url = url.set(password=environ[table.password_variable])
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        url = url.set(database=str(folder / url.database))
    return DatabaseSource(url, table.query or "", columns, table.timeout_s, now)


class NoSource(MissingPart):
    """No source of accounts is set up."""

    def __init__(self) -> None:
        super().__init__(
            "No account source is set up that would know an account by its id",
            "Name the account's file (JSON or YAML), or set up [accounts] in settings.toml.",
        )
