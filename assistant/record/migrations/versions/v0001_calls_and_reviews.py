"""Calls, their events and what follows from them; reviews.

The layout of the first release.  It is written out here and not taken from
`assistant.record.tables`, which moves on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.record.triggers import never_changed

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table("store", sa.Column("version", sa.Integer, nullable=False))
    op.create_table(
        "calls",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("started_at_utc", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("jurisdiction", sa.Text, nullable=False),
        sa.Column("collector", sa.Text),
        sa.Column("agent_name", sa.Text, nullable=False),
        sa.Column("agent_id", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("rules_hash", sa.Text, nullable=False),
        sa.Column("scripts_hash", sa.Text, nullable=False),
        sa.Column("whole", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("duration_s", sa.Float, nullable=False),
        sa.Column("has_sound", sa.Boolean, nullable=False),
    )
    op.create_index("calls_by_time", "calls", ["started_at_utc"])
    op.create_table(
        "events",
        _call(),
        sa.Column("seq", sa.Integer, primary_key=True),
        _line(),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "utterances",
        _call(),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        _line(),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "findings",
        _call(),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("call_s", sa.Float, nullable=False),
        _line(),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "landmarks",
        _call(),
        sa.Column("seq", sa.Integer, primary_key=True),
        _line(),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reviews",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("finding", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("at_utc", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_index("reviews_by_finding", "reviews", ["call", "finding", "number"])
    op.execute(sa.text("INSERT INTO store (version) VALUES (1)"))
    for table in ("events", "reviews"):
        never_changed(op.get_bind(), table)


def _call() -> sa.Column[str]:
    return sa.Column("call", sa.Text, sa.ForeignKey("calls.id"), primary_key=True)


def _line() -> sa.Column[bytes]:
    return sa.Column("line", sa.LargeBinary, nullable=False)
