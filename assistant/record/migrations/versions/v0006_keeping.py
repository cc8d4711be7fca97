"""How long calls are kept, who may open them, and a quick way to the entries of one kind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.record.triggers import never_changed

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "duties",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("account", sa.LargeBinary, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at_utc", sa.Text, nullable=False),
        sa.Column("told", sa.LargeBinary, nullable=False),
    )
    op.create_index("duties_by_call", "duties", ["call", "number"])
    op.create_index("duties_by_account", "duties", ["account", "number"])
    op.create_table(
        "users",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("agent_id", sa.Text, nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("at_utc", sa.Text, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.Column("code", sa.LargeBinary, nullable=False),
    )
    op.create_index("chain_by_kind", "chain", ["kind", "n"])
    connection = op.get_bind()
    never_changed(connection, "duties")
    connection.execute(sa.text("UPDATE store SET version = 6"))
