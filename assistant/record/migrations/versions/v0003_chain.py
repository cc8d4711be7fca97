"""Every event carries a code, and a chain of entries proves the whole.

Calls that were kept before are taken over as they are: from here on they cannot be changed without
it being seen.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from assistant.record.chain import (
    CLOSED,
    REVIEW,
    add_entry,
    event_code,
    first_event_code,
    review_hash,
    rows_of,
)
from assistant.record.tables import REVIEWS
from assistant.record.triggers import changeable_again, never_changed
from assistant.record.vault import Vault

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add codes and chain, then take over what is there."""
    op.add_column(
        "events",
        sa.Column("code", sa.LargeBinary, nullable=False, server_default=sa.text("''")),
    )
    op.create_table(
        "chain",
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("at_utc", sa.Text, nullable=False),
        sa.Column("stated", sa.Text, nullable=False),
        sa.Column("code", sa.LargeBinary, nullable=False),
    )
    op.create_index("chain_by_call", "chain", ["call", "n"])
    connection = op.get_bind()
    _take_over(connection, op.get_context().opts["vault"])
    never_changed(connection, "chain")
    connection.execute(sa.text("UPDATE store SET version = 3"))


def _take_over(connection: sa.Connection, vault: Vault) -> None:
    at_utc = datetime.now(UTC).isoformat(timespec="milliseconds")
    changeable_again(connection, "events")
    for (call,) in connection.execute(sa.text("SELECT id FROM calls ORDER BY id")).all():
        code, count = first_event_code(vault, call), 0
        rows = connection.execute(
            sa.text("SELECT seq, line FROM events WHERE call = :call ORDER BY seq"), {"call": call}
        ).all()
        for seq, line in rows:
            code = event_code(vault, code, seq, bytes(line))
            count += 1
            connection.execute(
                sa.text("UPDATE events SET code = :code WHERE call = :call AND seq = :seq"),
                {"code": code, "call": call, "seq": seq},
            )
        stated: dict[str, int | str] = {
            "events": count,
            "event_code": code.hex(),
            "rows": rows_of(connection, call),
        }
        add_entry(connection, vault, CLOSED, call, at_utc, stated)
    never_changed(connection, "events")
    for review in connection.execute(sa.select(REVIEWS).order_by(REVIEWS.c.number)).mappings():
        judged: dict[str, int | str] = {"number": review["number"], "row": review_hash(review)}
        add_entry(connection, vault, REVIEW, review["call"], at_utc, judged)
