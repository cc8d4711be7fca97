"""Which calls are released for training, and which were imported."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.record.triggers import never_changed

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the table and the column."""
    op.create_table(
        "releases",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at_utc", sa.Text, nullable=False),
        sa.Column("reason", sa.LargeBinary, nullable=False),
    )
    op.create_index("releases_by_call", "releases", ["call", "number"])
    op.add_column(
        "calls", sa.Column("imported", sa.Text, nullable=False, server_default=sa.text("''"))
    )
    connection = op.get_bind()
    never_changed(connection, "releases")
    connection.execute(sa.text("UPDATE store SET version = 9"))
