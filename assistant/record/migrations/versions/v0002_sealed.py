"""Every call has a key of its own, and what was said is sealed with it.

What the first release kept in the clear is sealed here; its calls that have no end are marked
interrupted, because nobody can be writing them while the store is upgraded.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.record.places import note_place, row_place
from assistant.record.triggers import changeable_again, never_changed
from assistant.record.upgrading import SEALING, Progress
from assistant.record.vault import Seal, Vault

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the keys, then seal what is there."""
    op.add_column("store", sa.Column("keys", sa.Text))
    op.create_table(
        "call_keys",
        sa.Column("call", sa.Text, primary_key=True),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )
    op.add_column(
        "calls", sa.Column("interrupted", sa.Boolean, nullable=False, server_default=sa.false())
    )
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE calls SET interrupted = NOT whole"))
    options = op.get_context().opts
    seals = _seal_lines(connection, options["vault"], options["progress"])
    _seal_notes(connection, seals)
    connection.execute(sa.text("UPDATE store SET version = 2"))


def _seal_lines(connection: sa.Connection, vault: Vault, progress: Progress) -> dict[str, Seal]:
    seals: dict[str, Seal] = {}
    changeable_again(connection, "events")
    calls = connection.execute(sa.text("SELECT id FROM calls")).scalars().all()
    for call in progress.by_call(calls, SEALING):
        seal, wrapped = vault.new_call(call)
        seals[call] = seal
        connection.execute(
            sa.text("INSERT INTO call_keys (call, wrapped) VALUES (:call, :wrapped)"),
            {"call": call, "wrapped": wrapped},
        )
        for table, key in _KEYS.items():
            rows = connection.execute(
                sa.text(f"SELECT {key}, line FROM {table} WHERE call = :call"),  # noqa: S608
                {"call": call},
            ).all()
            for value, line in rows:
                connection.execute(
                    sa.text(
                        f"UPDATE {table} SET line = :line WHERE call = :call AND {key} = :key"  # noqa: S608
                    ),
                    {
                        "call": call,
                        "key": value,
                        "line": seal.seal(bytes(line), row_place(call, table, value)),
                    },
                )
    never_changed(connection, "events")
    return seals


# The tables with sealed lines, and what names a row of a call in each.
_KEYS = {"events": "seq", "utterances": "id", "findings": "id", "landmarks": "seq"}


def _seal_notes(connection: sa.Connection, seals: dict[str, Seal]) -> None:
    rows = connection.execute(sa.text("SELECT * FROM reviews ORDER BY number")).mappings().all()
    changeable_again(connection, "reviews")
    op.drop_table("reviews")
    table = op.create_table(
        "reviews",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("finding", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("at_utc", sa.Text, nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
    )
    op.create_index("reviews_by_finding", "reviews", ["call", "finding", "number"])
    for row in rows:
        place = note_place(row["call"], row["finding"], row["at_utc"])
        note = seals[row["call"]].seal(row["note"].encode("utf-8", "surrogatepass"), place)
        kept = {name: value for name, value in row.items() if name != "number"}
        connection.execute(sa.insert(table).values(**{**kept, "note": note}))
    never_changed(connection, "reviews")
