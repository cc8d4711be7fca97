"""A store on a PostgreSQL server, named by a URL.

Owns the reading of the URL, the driver, and how a server is named in messages (never with a
password).  It knows no tables and no calls.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from assistant.record.faults import StoreFault
from compliance.errors import MissingPart

# How long a server may take to answer at all, in seconds; libpq knows no less than 2.
CONNECT_TIMEOUT_S = 3
# Any number will do, as long as every program takes the same one: upgrades go one at a time.
_UPGRADING = 4_021_977


def server_url(url: str) -> URL:
    """A `postgresql://` URL, with the driver that is used.

    Raises:
        StoreFault: it is no URL of a PostgreSQL database.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise StoreFault(
            "the store's address is no URL of a PostgreSQL database",
            "Write it as postgresql://user@server/database, or leave it out for the embedded one.",
        )
    return parsed.set(drivername="postgresql+psycopg")


def server_name(url: str) -> str:
    """How messages name the server: host and database, no user and no password."""
    parsed = server_url(url)
    host = parsed.host or parsed.query.get("host") or "localhost"
    port = f":{parsed.port}" if parsed.port else ""
    return f"postgresql://{host}{port}/{parsed.database or ''}"


def open_server(url: str) -> Engine:
    """The engine; nothing is connected before its first use.

    Raises:
        StoreFault: the URL is none.
        MissingPart: the driver is not installed.
    """
    try:
        return create_engine(
            server_url(url),
            connect_args={
                "connect_timeout": CONNECT_TIMEOUT_S,
                # A server that fell silent is given up after this long.
                "tcp_user_timeout": 5000,
                "application_name": "collections-call-assistant",
                # Every statement is planned for the words and calls that it asks for: a plan made
                # once for all compares hundreds of calls with a common word's places one by one.
                "prepare_threshold": None,
            },
            # A connection that a restarted server has dropped is noticed and replaced.
            pool_pre_ping=True,
            hide_parameters=True,
        )
    except (ModuleNotFoundError, NoSuchModuleError):
        raise MissingPart(
            "A store on PostgreSQL needs the driver, which is not installed",
            "Install it with: pip install 'collections-call-assistant[postgresql]'",
        ) from None


def one_upgrade_at_a_time(connection: Connection) -> None:
    """Wait until no other program makes or upgrades the tables; held to the transaction's end."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADING})")
