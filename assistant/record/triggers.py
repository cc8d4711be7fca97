"""Makes a table append-only, in the database's own words.

Owns the triggers of both databases; which tables have one is the layouts' to say.
"""

from __future__ import annotations

from sqlalchemy import Connection


def never_changed(connection: Connection, table: str) -> None:
    """From here on, a row of `table` can be added and, by a purge, removed, but not changed."""
    name, says = f"{table}_are_never_changed", f"{table} are only ever added"
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{says}'); END"
        )
        return
    connection.exec_driver_sql(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{says}'; END $$"
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def changeable_again(connection: Connection, table: str) -> None:
    """Take the trigger away, inside a migration that rewrites the table."""
    name = f"{table}_are_never_changed"
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        return
    connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}()")
