"""Calls are found by the words said in them and by their account, through keyed hashes.

The calls that were kept before are indexed here; that takes a while where they are thousands.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from assistant.event_codec import EventCodec, UnreadableEvent
from assistant.events import CallStarted, UtteranceFinal
from assistant.record.packed_lines import unpacked
from assistant.record.places import row_place
from assistant.record.search_index import index_call, index_words
from assistant.record.upgrading import INDEXING, Progress
from assistant.record.vault import Seal, SealBroken, Vault

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the index, then fill it."""
    op.create_table(
        "call_index",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("call", sa.Text, nullable=False, unique=True),
        sa.Column("account", sa.LargeBinary, nullable=True),
    )
    op.create_index("call_index_by_account", "call_index", ["account"])
    op.create_table(
        "word_index",
        sa.Column("word", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    options = op.get_context().opts
    _fill(connection, options["vault"], options["progress"])
    connection.execute(sa.text("UPDATE store SET version = 5"))


def _fill(connection: sa.Connection, vault: Vault, progress: Progress) -> None:
    calls = connection.execute(
        sa.text(
            "SELECT calls.id, call_keys.wrapped FROM calls"
            " JOIN call_keys ON call_keys.call = calls.id ORDER BY started_at_utc, calls.id"
        )
    ).all()
    if not calls:
        return
    codec = EventCodec()
    for call, wrapped in progress.by_call(calls, INDEXING):
        try:
            seal = vault.call(call, bytes(wrapped))
        except SealBroken:
            continue  # the proof of the record says so; an upgrade is not stopped by it
        number = index_call(connection, vault, call, _account(connection, codec, seal, call))
        index_words(connection, vault, number, _said(connection, codec, seal, call))


def _account(connection: sa.Connection, codec: EventCodec, seal: Seal, call: str) -> str:
    first = connection.execute(
        sa.text("SELECT line FROM events WHERE call = :call AND seq = 0"), {"call": call}
    ).scalar_one_or_none()
    if first is None:
        return ""
    event = _event(codec, seal, bytes(first), call, row_place(call, "events", 0))
    return event.account.id if isinstance(event, CallStarted) and event.account else ""


def _said(
    connection: sa.Connection, codec: EventCodec, seal: Seal, call: str
) -> list[tuple[int, str]]:
    rows = connection.execute(
        sa.text("SELECT id, line FROM utterances WHERE call = :call"), {"call": call}
    ).all()
    events = [
        _event(codec, seal, bytes(line), call, row_place(call, "utterances", name))
        for name, line in rows
    ]
    return [(event.index, event.text) for event in events if isinstance(event, UtteranceFinal)]


def _event(codec: EventCodec, seal: Seal, line: bytes, call: str, place: str) -> object:
    """What a sealed line holds; nothing where it was damaged."""
    try:
        return codec.decode(unpacked(seal.open(line, place), call)).event
    except (SealBroken, UnreadableEvent, ValueError):
        return None
