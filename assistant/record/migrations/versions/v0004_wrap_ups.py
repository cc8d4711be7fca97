"""How a call ended is kept beside it, its note sealed.

The first release's later stores have such a table already, in the clear: it is sealed here.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from assistant.record.chain import WRAP_UP, add_entry, wrap_up_hash
from assistant.record.places import wrap_up_place
from assistant.record.triggers import changeable_again, never_changed

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table anew, with what an older one held."""
    connection = op.get_bind()
    rows: list[dict[str, Any]] = []
    if sa.inspect(connection).has_table("wrap_ups"):
        old = connection.execute(sa.text("SELECT * FROM wrap_ups ORDER BY number"))
        rows = [dict(row) for row in old.mappings()]
        changeable_again(connection, "wrap_ups")
        op.drop_table("wrap_ups")
    table = op.create_table(
        "wrap_ups",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("next_contact", sa.Text, nullable=True),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.Column("at_utc", sa.Text, nullable=False),
    )
    op.create_index("wrap_ups_by_call", "wrap_ups", ["call", "number"])
    vault = op.get_context().opts["vault"]
    for row in rows:
        wrapped = connection.execute(
            sa.text("SELECT wrapped FROM call_keys WHERE call = :call"), {"call": row["call"]}
        ).scalar_one_or_none()
        if wrapped is None:
            continue  # of a call that is not kept
        seal = vault.call(row["call"], bytes(wrapped))
        note = row["note"].encode("utf-8", "surrogatepass")
        row["note"] = seal.seal(note, wrap_up_place(row["call"], row["at_utc"]))
        connection.execute(sa.insert(table).values(**row))
        stated: dict[str, int | str] = {"number": row["number"], "row": wrap_up_hash(row)}
        add_entry(connection, vault, WRAP_UP, row["call"], row["at_utc"], stated)
    never_changed(connection, "wrap_ups")
    connection.execute(sa.text("UPDATE store SET version = 4"))
