"""Brings a store's tables to the layout of this program, or says why it must not.

Owns the check at the door (whose database is it, how new) and the run of the migrations that are
in `assistant.record.migrations`.  All of it happens in the caller's transaction: a store that is
refused, or whose upgrade fails half-way, is as it was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from assistant.record.faults import StoreFault, StoreTooNew, damaged, store_faults
from assistant.record.tables import METADATA, STORE_VERSION
from assistant.record.upgrading import Progress
from assistant.record.vault import Vault

_ALEMBIC = "alembic_version"
_MIGRATIONS = Path(__file__).parent / "migrations"


def bring_up_to_date(connection: Connection, where: str, vault: Vault, progress: Progress) -> None:
    """Make, upgrade or accept the tables of the store that `where` names.

    `vault` seals what an older layout held in the clear; `progress` hears how far it has come.

    Raises:
        StoreFault: the database is another program's, damaged, or written by a newer version.
    """
    names = set(inspect(connection).get_table_names())
    if not names:
        _migrate(connection, vault, progress)
        return
    versions: Sequence[object] = ()
    if "store" in names:
        versions = connection.execute(text("SELECT version FROM store")).scalars().all()
    version = _checked(names, versions, where)
    if version < STORE_VERSION or _ALEMBIC not in names:
        # The first release kept its version in its own table alone.
        progress.begun()
        _migrate(connection, vault, progress, first=None if _ALEMBIC in names else f"{version:04}")
        progress.over()
        names = set(inspect(connection).get_table_names())
    if not set(METADATA.tables) <= names:
        raise damaged(where)


def known_version(path: Path) -> int:
    """The version of a store that lies in the clear at `path`, which is not written to.

    Raises:
        StoreFault: as for `bring_up_to_date`.
    """
    with store_faults(path), closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as raw:
        rows = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        names = {name for (name,) in rows}
        versions = [
            version
            for (version,) in (
                raw.execute("SELECT version FROM store").fetchall() if "store" in names else ()
            )
        ]
    return _checked(names, versions, str(path))


def _checked(names: set[str], versions: Sequence[object], where: str) -> int:
    if "store" not in names:
        raise StoreFault(
            f"{where} is another program's database", "Name another folder with --data-dir."
        )
    if len(versions) != 1 or not isinstance(versions[0], int) or versions[0] < 1:
        raise damaged(where)
    if versions[0] > STORE_VERSION:
        raise StoreTooNew(
            f"{where} was written by a newer version of this program "
            f"(layout {versions[0]}; this one knows up to {STORE_VERSION})",
            "Update this program, or name another folder with --data-dir.",
        )
    return versions[0]


def _migrate(
    connection: Connection,
    vault: Vault,
    progress: Progress,
    first: str | None = None,
) -> None:
    """Apply what is missing; `first` is the layout of a store that names none to Alembic."""
    # Loaded only where something is to be done: opening a store is part of starting a call.
    from alembic.config import Config  # noqa: PLC0415
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    scripts = ScriptDirectory(str(_MIGRATIONS))

    def steps(revision: Any, _context: Any) -> Any:
        return scripts._upgrade_revs("head", revision)  # noqa: SLF001 - as `alembic upgrade` does

    with EnvironmentContext(Config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection, vault=vault, progress=progress)
        context = environment.get_context()
        if first is not None:
            context._ensure_version_table()  # noqa: SLF001 - as `alembic stamp` does
            connection.execute(
                text(f"INSERT INTO {_ALEMBIC} (version_num) VALUES (:first)"),  # noqa: S608
                {"first": first},
            )
        with environment.begin_transaction():
            environment.run_migrations()
