"""Proves that nothing of the record was changed, removed, put in or cut off, or says what was.

Owns the walk: the chain of entries, the anchors outside the store, every call's events and rows
against what the entries state, reviews, duties, payments, releases, tasks, users, and the sound.
Nothing is opened for it: seals and codes are checked over sealed bytes, so whoever proves the
record reads none of it.  It changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from assistant.record.chain import (
    CLOSED,
    DUTY,
    PAYMENTS,
    PURGED,
    RELEASED,
    REVIEW,
    TASK_ACT,
    USER,
    WRAP_UP,
    duty_hash,
    entry_code,
    event_code,
    first_code,
    first_event_code,
    payments_hash,
    release_hash,
    review_hash,
    rows_of,
    task_act_hash,
    tasks_of,
    user_hash,
    wrap_up_hash,
)
from assistant.record.faults import StoreDamaged, StoreFault, store_faults, system_fault
from assistant.record.locations import Locations
from assistant.record.opening import OpenStore
from assistant.record.payments import stated_batches
from assistant.record.sealed_file import checked_records
from assistant.record.sealed_file import first_code as first_sound_code
from assistant.record.sound import MAGIC, SOUND, sound_name
from assistant.record.tables import (
    CALLS,
    CHAIN,
    DUTIES,
    EVENTS,
    RELEASES,
    REVIEWS,
    TASK_ACTS,
    USERS,
    WRAP_UPS,
)
from assistant.record.tables import PAYMENTS as PAYMENT_ROWS

_SLICE = 5000


@dataclass(frozen=True, slots=True)
class Proof:
    """What was walked, and every fault in words; none means that the record is whole."""

    entries: int
    anchors: int
    calls: int
    events: int
    sounds: int
    faults: tuple[str, ...]


@dataclass(slots=True)
class _Stated:
    """What the chain's entries say of one call, the last word each."""

    events: int = 0
    event_code: str = ""
    sounds: int | None = None
    sound_code: str = ""
    sound_size: int = 0
    sound_sha256: str = ""
    rows: str = ""
    tasks: str = ""
    closed: bool = False
    purged: bool = False


@dataclass(slots=True)
class _Walk:
    """What is known so far."""

    faults: list[str] = field(default_factory=list)
    calls: dict[str, _Stated] = field(default_factory=dict)
    words: dict[str, dict[int, tuple[str, str]]] = field(default_factory=dict)
    """By kind, what people said of calls: each row's call and hash by its number."""
    users: dict[str, str] = field(default_factory=dict)
    """The last hash of each user's row."""
    payments: dict[int, str] = field(default_factory=dict)
    """The last hash of each batch of payments; empty where all of it was erased."""
    codes: list[bytes] = field(default_factory=list)
    events: int = 0
    sounds: int = 0
    anchors: int = 0


def verify(
    store: OpenStore,
    locations: Locations,
    *,
    audio: bool | Collection[str],
    calls: Collection[str] | None = None,
    progress: Callable[[str], None] = lambda _line: None,
) -> Proof:
    """Walk the whole record, or the whole chain and all that it states of some calls.

    Args:
        store: the open store.
        locations: where the sound and the anchors are.
        audio: whether every record of sound is checked too, and not only that its file is there;
            or the calls of which it is.
        calls: those calls; `None` for all of them.
        progress: told a line now and then.

    Raises:
        StoreFault: the store cannot be read.
    """
    walk = _Walk()
    anchored = _anchored(store)
    with store_faults(store.name), _one_view(store) as connection:
        _walk_chain(connection, store, walk)
        _walk_anchors(store, walk, anchored)
        progress(f"{len(walk.codes)} entries of the chain")
        everything = select(CALLS.c.id)
        if calls is not None:
            everything = everything.where(CALLS.c.id.in_(calls))
            walk.calls = {one: stated for one, stated in walk.calls.items() if one in calls}
        kept = set(connection.execute(everything).scalars())
        for unknown in sorted(kept - walk.calls.keys()):
            walk.faults.append(f"call {unknown} was put in: the chain does not know it")
        for known, stated in walk.calls.items():
            if known not in kept and not stated.purged:
                walk.faults.append(f"call {known} was removed")
            elif known in kept and stated.purged:
                walk.faults.append(f"call {known} was purged, and is there again")
        _walk_events(connection, store, walk, kept, calls)
        progress(f"{walk.events} events of {len(kept)} calls")
        _walk_rows(connection, walk, kept)
        _walk_words(connection, walk, calls)
        _walk_payments(connection, walk)
        _walk_users(connection, walk)
    for known in sorted(kept & walk.calls.keys()):
        every = audio if isinstance(audio, bool) else known in audio
        _walk_sound(store, locations, walk, known, audio=every)
    if audio:
        progress(f"{walk.sounds} records of sound")
    return Proof(
        len(walk.codes), walk.anchors, len(kept), walk.events, walk.sounds, tuple(walk.faults)
    )


def verify_chain(store: OpenStore) -> tuple[str, ...]:
    """The chain and its anchors alone: every fault in words.

    Raises:
        StoreFault: the store cannot be read.
    """
    walk = _Walk()
    anchored = _anchored(store)
    with store_faults(store.name), _one_view(store) as connection:
        _walk_chain(connection, store, walk)
    _walk_anchors(store, walk, anchored)
    return tuple(walk.faults)


@contextmanager
def _one_view(store: OpenStore) -> Iterator[Connection]:
    """A connection that sees the store as it was at one moment, though calls are being written."""
    with store.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            yield connection
        else:
            yield connection.execution_options(isolation_level="REPEATABLE READ")


def _walk_chain(connection: Connection, store: OpenStore, walk: _Walk) -> None:
    before, n = first_code(store.vault), 0
    rows = connection.execution_options(yield_per=_SLICE).execute(select(CHAIN).order_by(CHAIN.c.n))
    for row in rows:
        if row.n != n:
            missing = f"entry {n} is" if row.n == n + 1 else f"entries {n} to {row.n - 1} are"
            walk.faults.append(f"the chain has a gap: {missing} missing")
            while n < row.n:
                walk.codes.append(b"")
                n += 1
        elif row.code != entry_code(
            store.vault, before, row.n, row.kind, row.call, row.at_utc, row.stated
        ):
            walk.faults.append(f"entry {row.n} of the chain was changed or put in")
        walk.codes.append(row.code)
        before, n = row.code, n + 1
        try:
            _take(walk, row.kind, row.call, json.loads(row.stated))
        except (ValueError, TypeError, KeyError):
            walk.faults.append(f"entry {row.n} of the chain cannot be read")


def _take(walk: _Walk, kind: str, call: str, stated: dict[str, Any]) -> None:
    if kind in _WORDS:
        walk.words.setdefault(kind, {})[int(stated["number"])] = (call, str(stated["row"]))
        return
    if kind == PAYMENTS:
        walk.payments.update(stated_batches(str(stated["rows"])))
        return
    if kind == USER:
        walk.users[str(stated["user"])] = str(stated["row"])
        return
    if not call or not (kind == PURGED or "events" in stated or "sounds" in stated):
        return  # an entry of another part of the record, which proves itself
    known = walk.calls.setdefault(call, _Stated())
    if "events" in stated:
        known.events, known.event_code = int(stated["events"]), str(stated["event_code"])
    if "sounds" in stated:
        known.sounds, known.sound_code = int(stated["sounds"]), str(stated["sound_code"])
        known.sound_size = int(stated["sound_size"])
        known.sound_sha256 = str(stated["sound_sha256"])
    if kind == CLOSED:
        known.closed, known.rows = True, str(stated["rows"])
        known.tasks = str(stated.get("tasks", ""))
    known.purged = known.purged or kind == PURGED


def _anchored(store: OpenStore) -> list[tuple[int, bytes]]:
    """The anchors, read before the chain: what others write meanwhile is not missing from it."""
    try:
        return list(store.anchors.read())
    except OSError as error:
        raise system_fault(store.anchors.folder, error) from None


def _walk_anchors(store: OpenStore, walk: _Walk, anchored: list[tuple[int, bytes]]) -> None:
    last, longest = len(walk.codes) - 1, -1
    wrong: list[int] = []
    for n, code in anchored:
        walk.anchors += 1
        longest = max(longest, n)
        if n <= last and walk.codes[n] != code:
            wrong.append(n)
    if wrong:
        walk.faults.append(f"entry {min(wrong)} of the chain is not the one that was anchored")
    if longest > last:
        walk.faults.append(
            f"the end of the chain was cut off: {longest + 1} entries were anchored,"
            f" {last + 1} are there"
        )
    if walk.codes and not walk.anchors:
        walk.faults.append(
            f"no anchor of this store is in {store.anchors.folder}: nothing proves that the end"
            " was not cut off"
        )


def _walk_events(
    connection: Connection,
    store: OpenStore,
    walk: _Walk,
    kept: set[str],
    only: Collection[str] | None,
) -> None:
    """Every event, in one pass."""
    call, code, count = "", b"", 0
    broken, at_stated = False, b""
    seen: set[str] = set()

    def finish() -> None:
        if call and call in walk.calls and not broken:
            _compare(walk, call, walk.calls[call], count, at_stated)

    query = select(EVENTS.c.call, EVENTS.c.seq, EVENTS.c.line, EVENTS.c.code)
    if only is not None:
        query = query.where(EVENTS.c.call.in_(only))
    rows = connection.execution_options(yield_per=_SLICE).execute(
        query.order_by(EVENTS.c.call, EVENTS.c.seq)
    )
    for owner, seq, line, given in chain.from_iterable(rows.partitions(_SLICE)):
        if owner != call:
            finish()
            call, count, broken, at_stated = owner, 0, False, b""
            code = first_event_code(store.vault, call)
            seen.add(call)
            known = walk.calls.get(call)
        walk.events += 1
        count += 1
        code = event_code(store.vault, code, seq, line)
        if code != given:
            if not broken:
                walk.faults.append(
                    f"call {call}: event {seq} was changed, moved or put in,"
                    " or one before it was removed"
                )
            broken, code = True, given
        if known is not None and count == known.events:
            at_stated = code
    finish()
    for owner in sorted((kept & walk.calls.keys()) - seen):
        if walk.calls[owner].events:
            walk.faults.append(f"call {owner}: all its events are missing")


def _compare(walk: _Walk, call: str, stated: _Stated, count: int, at_stated: bytes) -> None:
    if count < stated.events:
        missing = stated.events - count
        walk.faults.append(f"call {call}: its last {missing} event(s) were removed")
    elif at_stated.hex() != stated.event_code and stated.events:
        walk.faults.append(f"call {call}: its events are not those that the chain states")
    elif stated.closed and count > stated.events:
        walk.faults.append(f"call {call}: events were put in after its end")


def _walk_rows(connection: Connection, walk: _Walk, kept: set[str]) -> None:
    for call, stated in walk.calls.items():
        if call in kept and stated.closed and rows_of(connection, call) != stated.rows:
            walk.faults.append(
                f"call {call}: its row, key, transcript, findings or landmarks were changed"
            )
        if call in kept and stated.closed and tasks_of(connection, call) != stated.tasks:
            walk.faults.append(f"call {call}: its tasks were changed")


_WORDS = {
    REVIEW: (REVIEWS, review_hash),
    WRAP_UP: (WRAP_UPS, wrap_up_hash),
    TASK_ACT: (TASK_ACTS, task_act_hash),
    DUTY: (DUTIES, duty_hash),
    RELEASED: (RELEASES, release_hash),
}


def _walk_words(connection: Connection, walk: _Walk, only: Collection[str] | None) -> None:
    """What people said of calls, row by row."""
    for kind, (table, row_hash) in _WORDS.items():
        left = {
            number: (call, code)
            for number, (call, code) in walk.words.get(kind, {}).items()
            if only is None or call in only
        }
        query = select(table).order_by(table.c.number)
        if only is not None:
            query = query.where(table.c.call.in_(only))
        for row in connection.execute(query).mappings():
            _call, stated = left.pop(row["number"], ("", None))
            if stated is None:
                walk.faults.append(f"{kind} {row['number']} was put in")
            elif stated != row_hash(row):
                walk.faults.append(f"{kind} {row['number']} was changed")
        for number, (call, _hash) in sorted(left.items()):
            # What was said of a purged call went with it; a duty outlives its call.
            if kind == DUTY or call not in walk.calls or not walk.calls[call].purged:
                walk.faults.append(f"{kind} {number} was removed")


def _walk_payments(connection: Connection, walk: _Walk) -> None:
    left = {batch: code for batch, code in walk.payments.items() if code}
    query = select(PAYMENT_ROWS).order_by(PAYMENT_ROWS.c.batch, PAYMENT_ROWS.c.mark)
    rows = connection.execution_options(yield_per=_SLICE).execute(query).mappings()
    for batch, of_batch in groupby(rows, key=itemgetter("batch")):
        stated = left.pop(batch, None)
        code = payments_hash(of_batch)
        if stated is None:
            walk.faults.append(f"payments of import {batch} were put in")
        elif stated != code:
            walk.faults.append(f"payments of import {batch} were changed, removed or put in")
    walk.faults.extend(f"payments of import {batch} were removed" for batch in sorted(left))


def _walk_users(connection: Connection, walk: _Walk) -> None:
    left = dict(walk.users)
    for row in connection.execute(select(USERS).order_by(USERS.c.name)).mappings():
        stated = left.pop(row["name"], None)
        if stated is None:
            walk.faults.append(f"user {row['name']} was put in")
        elif stated != user_hash(row):
            walk.faults.append(f"user {row['name']} was changed")
    walk.faults.extend(f"user {name} was removed" for name in sorted(left))


def _walk_sound(
    store: OpenStore, locations: Locations, walk: _Walk, call: str, *, audio: bool
) -> None:
    stated = walk.calls[call]
    if stated.purged or not stated.sounds:
        return
    path, name = locations.sound(call), sound_name(call)
    if not path.exists():
        if locations.store is None or audio:
            walk.faults.append(f"call {call}: its sound, {path}, is missing")
        return
    if not audio:
        return
    if _is_as_stated(path, stated):
        walk.sounds += stated.sounds
        return
    # It is not: the records' own codes say where.
    count, at_stated, torn = 0, first_sound_code(store.vault, name), False
    try:
        for kind, head, code, given in checked_records(path, MAGIC, store.vault, name):
            if code != given:
                torn = not given
                if not torn:
                    walk.faults.append(f"call {call}: {_where(kind, head)} was changed")
                    return
                break
            count += 1
            walk.sounds += 1
            if count == stated.sounds:
                at_stated = code
    except OSError as error:
        walk.faults.append(str(system_fault(path, error)))
        return
    except StoreDamaged as error:
        walk.faults.append(f"call {call}: {error.what}")
        return
    except StoreFault as error:
        walk.faults.append(str(error))
        return
    if count < stated.sounds:
        missing = stated.sounds - count
        walk.faults.append(f"call {call}: the last {missing} record(s) of its sound were removed")
    elif at_stated.hex() != stated.sound_code:
        walk.faults.append(f"call {call}: its sound is not the one that the chain states")
    elif stated.closed and (torn or count > stated.sounds):
        walk.faults.append(f"call {call}: sound was put in after its end")


def _is_as_stated(path: Path, stated: _Stated) -> bool:
    """Whether the whole file has the hash that the chain states, in one pass."""
    try:
        if path.stat().st_size != stated.sound_size:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == stated.sound_sha256
    except OSError:
        return False


def _where(kind: bytes, head: bytes) -> str:
    if kind == b"S" and len(head) == SOUND.size:
        channel, start, samples = SOUND.unpack(head)
        return f"the sound of channel {channel}, samples {start} to {start + samples},"
    return "a record of its sound"
