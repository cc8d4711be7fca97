"""What a call gave others to do, and what they did with it.

Calls that were kept before raised no tasks: none are made of them now, years later.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.record.triggers import never_changed

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "tasks",
        sa.Column("call", sa.Text, sa.ForeignKey("calls.id"), primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("raised_at_utc", sa.Text, nullable=False),
        sa.Column("due_at_utc", sa.Text, nullable=False),
        sa.Column("by_day", sa.Boolean, nullable=False),
        sa.Column("by_law", sa.Boolean, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "task_acts",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at_utc", sa.Text, nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
    )
    op.create_index("task_acts_by_task", "task_acts", ["call", "task", "number"])
    connection = op.get_bind()
    never_changed(connection, "task_acts")
    connection.execute(sa.text("UPDATE store SET version = 7"))
