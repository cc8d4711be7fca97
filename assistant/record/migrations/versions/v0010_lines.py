"""Lines of events are packed, and an utterance is found by its position in the call.

Lines that were kept before are not rewritten: a sealed line is evidence, and they stay as they are
(`assistant.record.packed_lines`).  Programs that read no packed lines refuse the store by its
version.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the index."""
    op.create_index("utterances_by_position", "utterances", ["call", "position"])
    op.get_bind().execute(sa.text("UPDATE store SET version = 10"))
