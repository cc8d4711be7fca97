"""Lines of events are packed before they are sealed (`assistant.record.packed_lines`).

Nothing is rewritten: a sealed line is evidence, and those that were kept before stay as they are.
Programs that read no packed lines refuse the store by its version.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Say so."""
    op.get_bind().execute(sa.text("UPDATE store SET version = 10"))
