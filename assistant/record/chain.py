"""The chain of entries that proves the record: keyed, append-only, one for a store.

Owns what an entry is, how one is added, and the codes that entries commit to.  Every event carries
a code over itself and the event before it, every record of sound likewise (`sealed_file`); an entry
states how many there are and the last codes, and carries a code over itself and the entry before
it.  Without the store's key none of them can be made.  Entries hold hashes and counts and nothing
that was said, so that a purge can take a call's rows and leave its entries.  Other parts of the
record that must be provable (reviews, the log of who looked at what) add entries of their own kind.
It reads no clock and no file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, insert, select, text

from assistant.record.tables import (
    CALL_KEYS,
    CALLS,
    CHAIN,
    FINDINGS,
    LANDMARKS,
    TASKS,
    UTTERANCES,
)
from assistant.record.vault import Vault

BEGUN = "begun"
"""A call's first entry."""
SO_FAR = "so far"
"""What a running call has by now: `events`, `event_code`, `sounds`, `sound_code`."""
CLOSED = "closed"
"""A call's end: the same, and `rows`, the hash of what was derived from its events; where it gave
others something to do, `tasks`, the hash of that."""
SEALED = "sound sealed"
"""Sound of the first release, sealed: `sounds`, `sound_code`."""
REVIEW = "review"
"""A judgement: `number` and `row`, its hash."""
WRAP_UP = "wrap-up"
"""How a call ended, in its agent's word: `number` and `row`, its hash."""
TASK_ACT = "task act"
"""What somebody did with a task: `number` and `row`, its hash; `who`, `act` and `about`, which."""
EXPORTED = "exported"
"""A copy of a call was made to be carried away: `manifest`, the hash of the archive's manifest."""
IMPORTED = "imported"
"""A call came from another store: `manifest` likewise, and `store`, the other one's id; or from a
recording or a transcript: `source`, and `digest`, its hash."""
RELEASED = "release"
"""A call was released for training, redacted, or withdrawn: `number`, `row`, `who`, `act`."""
PURGED = "purged"
"""A call's rows were removed on purpose, by `who` and `why`; what was stated of them is over."""
DUTY = "duty"
"""A hold, its release, a debt cleared: `number` and `row`, its hash; `who` and `act`."""
PAYMENTS = "payments"
"""Payments came in or were erased: `rows` is each batch's number and the hash of its rows, `count`
how many came or went; `who` and `act`.  Of an import, `through` is the day to which it reaches."""
USER = "user"
"""What became of a user: `user` and `row`, its hash; `who` and `act`."""
ACCESS = "access"
"""Who did what with the record, and never what was in it: `who`, `act`, and what it was about."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; `stated` is canonical JSON, `at_utc` ISO 8601."""

    n: int
    kind: str
    call: str
    at_utc: str
    stated: str
    code: bytes


def add_entry(
    connection: Connection,
    vault: Vault,
    kind: str,
    call: str,
    at_utc: str,
    stated: Mapping[str, int | str],
) -> Entry:
    """Add an entry in the caller's transaction, which holds the chain's end until it commits."""
    hold_end(connection)
    last = connection.execute(
        select(CHAIN.c.n, CHAIN.c.code).order_by(CHAIN.c.n.desc()).limit(1)
    ).first()
    n, before = (last.n + 1, last.code) if last is not None else (0, first_code(vault))
    written = json.dumps(dict(stated), sort_keys=True, separators=(",", ":"))
    code = entry_code(vault, before, n, kind, call, at_utc, written)
    entry = Entry(n, kind, call, at_utc, written, code)
    connection.execute(
        insert(CHAIN).values(n=n, kind=kind, call=call, at_utc=at_utc, stated=written, code=code)
    )
    return entry


def hold_end(connection: Connection) -> None:
    """From here to the transaction's end nobody else adds an entry, nor what comes with one."""
    if connection.dialect.name != "sqlite":
        # The embedded database has one writer anyway.
        connection.execute(text("LOCK TABLE chain IN EXCLUSIVE MODE"))


def last_entry(connection: Connection) -> Entry | None:
    """The chain's end; `None` where there is nothing yet."""
    row = connection.execute(select(CHAIN).order_by(CHAIN.c.n.desc()).limit(1)).first()
    return Entry(row.n, row.kind, row.call, row.at_utc, row.stated, row.code) if row else None


def first_code(vault: Vault) -> bytes:
    """The code before the first entry."""
    return vault.mac(b"chain\0")


def entry_code(
    vault: Vault, before: bytes, n: int, kind: str, call: str, at_utc: str, stated: str
) -> bytes:
    """The code of an entry that follows one with the code `before`."""
    written = json.dumps([n, kind, call, at_utc, stated]).encode()
    return vault.mac(b"entry\0", before, written)


def first_event_code(vault: Vault, call: str) -> bytes:
    """The code before a call's first event."""
    return vault.mac(b"events\0", call.encode("utf-8", "surrogatepass"))


def event_code(vault: Vault, before: bytes, seq: int, line: bytes) -> bytes:
    """The code of an event, whose sealed line it covers."""
    return vault.mac(before, seq.to_bytes(8, "big"), line)


# What an entry's hash of rows covers.  Columns that later layouts add are not in it, so that what
# was stated before them stays true; to cover one, state a hash of another name.
_COVERED: Mapping[Table, tuple[str, ...]] = {
    CALLS: (
        "id", "started_at_utc", "zone", "language", "jurisdiction", "collector", "agent_name",
        "agent_id", "model", "rules_hash", "scripts_hash", "whole", "reason", "duration_s",
        "has_sound", "interrupted",
    ),
    CALL_KEYS: ("call", "wrapped"),
    UTTERANCES: ("call", "id", "position", "line"),
    FINDINGS: ("call", "id", "rule", "severity", "verdict", "status", "call_s", "line"),
    LANDMARKS: ("call", "seq", "line"),
}  # fmt: skip
_REVIEW = ("number", "call", "finding", "act", "reviewer", "at_utc", "note")
_WRAP_UP = ("number", "call", "outcome", "next_contact", "note", "at_utc")
_TASK = (
    "call", "id", "kind", "owner", "reason", "raised_at_utc", "due_at_utc", "by_day", "by_law",
    "withdrawn",
)  # fmt: skip
_TASK_ACT = ("number", "call", "task", "act", "owner", "who", "at_utc", "note")
_DUTY = ("number", "act", "call", "account", "who", "at_utc", "told")
_PAYMENT = ("mark", "batch", "account", "told")
_RELEASE = ("number", "call", "act", "who", "at_utc", "reason")
_USER = ("name", "role", "agent_id", "password", "at_utc", "removed")


def rows_of(connection: Connection, call: str) -> str:
    """The hash of a call's own row, its key and what was derived from its events."""
    digest = hashlib.sha256()
    for table, names in _COVERED.items():
        own = table.c.id if table is CALLS else table.c.call
        columns = [table.c[name] for name in names]
        # Sorted here, because a server's collation may be any; the second column tells a call's
        # rows apart where there are several.
        rows = sorted(connection.execute(select(*columns).where(own == call)), key=itemgetter(1))
        digest.update(table.name.encode() + b"\0")
        for row in rows:
            _add_row(digest, row)
    return digest.hexdigest()


def tasks_of(connection: Connection, call: str) -> str:
    """The hash of a call's tasks; empty where it has none, as calls of older layouts have."""
    columns = [TASKS.c[name] for name in _TASK]
    rows = sorted(
        connection.execute(select(*columns).where(TASKS.c.call == call)), key=itemgetter(1)
    )
    digest = hashlib.sha256()
    for row in rows:
        _add_row(digest, row)
    return digest.hexdigest() if rows else ""


def review_hash(row: RowMapping | Mapping[str, Any]) -> str:
    """The hash of one row of the reviews."""
    return _row_hash(row, _REVIEW)


def wrap_up_hash(row: RowMapping | Mapping[str, Any]) -> str:
    """The hash of one row of the wrap-ups."""
    return _row_hash(row, _WRAP_UP)


def task_act_hash(row: RowMapping | Mapping[str, Any]) -> str:
    """The hash of one row of what was done with tasks."""
    return _row_hash(row, _TASK_ACT)


def duty_hash(row: RowMapping | Mapping[str, Any]) -> str:
    """The hash of one row of the duties."""
    return _row_hash(row, _DUTY)


def payments_hash(rows: Iterable[RowMapping | Mapping[str, Any]]) -> str:
    """The hash of the payments of one batch, in the order of their marks."""
    digest = hashlib.sha256()
    for row in rows:
        _add_row(digest, [row[name] for name in _PAYMENT])
    return digest.hexdigest()


def release_hash(row: RowMapping | Mapping[str, Any]) -> str:
    """The hash of one row of the releases."""
    return _row_hash(row, _RELEASE)


def user_hash(row: RowMapping | Mapping[str, Any]) -> str:
    """The hash of one row of the users; their own code is not in it."""
    return _row_hash(row, _USER)


def is_purged(connection: Connection, call: str) -> bool:
    """Whether a call was removed on purpose: it must not come back."""
    found = select(CHAIN.c.n).where(CHAIN.c.call == call, CHAIN.c.kind == PURGED)
    return connection.execute(found.limit(1)).first() is not None


def _row_hash(row: RowMapping | Mapping[str, Any], names: Iterable[str]) -> str:
    digest = hashlib.sha256()
    _add_row(digest, [row[name] for name in names])
    return digest.hexdigest()


def _add_row(digest: hashlib._Hash, values: Iterable[Any]) -> None:
    plain: list[Any] = []
    sealed: list[bytes] = []
    for value in values:
        (sealed if isinstance(value, bytes) else plain).append(value)
    for part in (json.dumps(plain).encode(), *sealed):
        digest.update(len(part).to_bytes(4, "big"))
        digest.update(part)
