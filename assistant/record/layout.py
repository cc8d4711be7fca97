"""Brings a store's tables to the layout of this program, or says why it must not.

Owns the check at the door (whose database is it, how new) and the run of the migrations that are
in `assistant.record.migrations`.  All of it happens in the caller's transaction: a store that is
refused, or whose upgrade fails half-way, is as it was.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from assistant.record.faults import StoreFault, StoreTooNew, damaged
from assistant.record.tables import METADATA, STORE_VERSION

_ALEMBIC = "alembic_version"
_MIGRATIONS = Path(__file__).parent / "migrations"


def bring_up_to_date(connection: Connection, where: str) -> None:
    """Make, upgrade or accept the tables of the store that `where` names.

    Raises:
        StoreFault: the database is another program's, damaged, or written by a newer version.
    """
    names = set(inspect(connection).get_table_names())
    if not names:
        _migrate(connection)
        return
    if "store" not in names:
        raise StoreFault(
            f"{where} is another program's database", "Name another folder with --data-dir."
        )
    version = _version(connection, where)
    if version > STORE_VERSION:
        raise StoreTooNew(
            f"{where} was written by a newer version of this program "
            f"(layout {version}; this one knows up to {STORE_VERSION})",
            "Update this program, or name another folder with --data-dir.",
        )
    if version < STORE_VERSION or _ALEMBIC not in names:
        # The first release kept its version in its own table alone.
        _migrate(connection, first=None if _ALEMBIC in names else f"{version:04}")
        names = set(inspect(connection).get_table_names())
    if not set(METADATA.tables) <= names:
        raise damaged(where)


def _version(connection: Connection, where: str) -> int:
    versions = connection.execute(text("SELECT version FROM store")).scalars().all()
    if len(versions) != 1 or not isinstance(versions[0], int) or versions[0] < 1:
        raise damaged(where)
    return versions[0]


def _migrate(connection: Connection, first: str | None = None) -> None:
    """Apply what is missing; `first` is the layout of a store that names none to Alembic."""
    # Loaded only where something is to be done: opening a store is part of starting a call.
    from alembic.config import Config  # noqa: PLC0415
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    scripts = ScriptDirectory(str(_MIGRATIONS))

    def steps(revision: Any, _context: Any) -> Any:
        return scripts._upgrade_revs("head", revision)  # noqa: SLF001 - as `alembic upgrade` does

    with EnvironmentContext(Config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection)
        context = environment.get_context()
        if first is not None:
            context._ensure_version_table()  # noqa: SLF001 - as `alembic stamp` does
            connection.execute(
                text(f"INSERT INTO {_ALEMBIC} (version_num) VALUES (:first)"),  # noqa: S608
                {"first": first},
            )
        with environment.begin_transaction():
            environment.run_migrations()
