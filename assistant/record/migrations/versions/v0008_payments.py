"""Payments, by which promises of kept calls are judged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.record.triggers import never_changed

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "payments",
        sa.Column("mark", sa.LargeBinary, primary_key=True),
        sa.Column("batch", sa.Integer, nullable=False),
        sa.Column("account", sa.LargeBinary, nullable=False),
        sa.Column("told", sa.LargeBinary, nullable=False),
    )
    op.create_index("payments_by_account", "payments", ["account"])
    op.create_index("payments_by_batch", "payments", ["batch", "mark"])
    connection = op.get_bind()
    never_changed(connection, "payments")
    connection.execute(sa.text("UPDATE store SET version = 8"))
