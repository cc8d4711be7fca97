"""Brings what a crash left behind into the store.

Owns the search for it: journals whose writer lives no more, sound files with a torn end, calls that
are marked as running and are not, and wrap-ups that found no store.  Every journal is taken under
the call's own lock, so that two programs that start at once do not take the same one.  Nothing is
deleted before the store has it, unless the call was purged meanwhile: then it stays away.  It
starts no thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from assistant.event_codec import EventCodec
from assistant.record.chain import is_purged
from assistant.record.courier import Courier
from assistant.record.delivery import Delivery
from assistant.record.faults import AlreadyKept, AnotherCall, StoreBusy, store_faults
from assistant.record.journal import JournalledCall, JournalReader
from assistant.record.locations import Locations
from assistant.record.locks import OpenCallLock, is_held
from assistant.record.opening import OpenStore
from assistant.record.sealing import sound_state
from assistant.record.tables import CALL_KEYS, CALLS
from assistant.record.trouble import Trouble
from assistant.record.wrap_ups import bring_in_wrap_ups
from compliance.errors import AssistantError


@dataclass(frozen=True, slots=True)
class Recovered:
    """Ids of the calls that were brought in, and what stood in the way of others."""

    calls: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def recover(locations: Locations, store: OpenStore, codec: EventCodec) -> Recovered:
    """Bring in whatever no living process is writing.

    Raises:
        StoreFault: the store takes nothing; everything waits where it is.
    """
    calls: list[str] = []
    problems: list[str] = []
    for path in sorted(locations.journal_dir.glob("*.journal")):
        try:
            lock = OpenCallLock(locations.open_dir / f"{path.stem}.lock")
        except StoreBusy:
            continue  # it is being written
        try:
            call = _bring_in(path, locations, store, codec)
            if call:
                calls.append(call)
        except AssistantError as error:
            problems.append(str(error))
        finally:
            lock.release()
    calls.extend(_mark_lost(locations, store, codec))
    problems.extend(bring_in_wrap_ups(locations, store))
    return Recovered(tuple(dict.fromkeys(calls)), tuple(problems))


def _bring_in(path: Path, locations: Locations, store: OpenStore, codec: EventCodec) -> str:
    """One journal into the store; the call's id, or nothing where the journal held none."""
    if not path.exists():
        return ""  # another program was first
    try:
        call = _hand_over(path, locations, store, codec)
    except AnotherCall:
        raise
    except AlreadyKept:
        # A courier that had been held up came in between; what it brought is looked up now.
        call = _hand_over(path, locations, store, codec)
    path.unlink(missing_ok=True)
    return call


def _hand_over(path: Path, locations: Locations, store: OpenStore, codec: EventCodec) -> str:
    reader = JournalReader(path, store.vault)
    try:
        first = reader.read(1)
        call, seal = reader.call, reader.seal
        if call is None or seal is None:
            return ""
        with store_faults(store.name), store.engine.connect() as connection:
            purged = is_purged(connection, call.call)
        if purged:
            locations.sound(call.call).unlink(missing_ok=True)
            return ""
        # A record that the killed writer left half-written is cut off here.
        state = sound_state(locations.sound(call.call), call.call, store.vault, seal)
        delivery = Delivery(lambda: store, codec, call, seal, lambda: state, lambda: 0.0)
        delivery.deliver([codec.decode(line) for line in first])
        Courier(reader, delivery, codec, Trouble(lambda _line: None, lambda: 0.0)).finish()
    finally:
        reader.close()
    return call.call


def _mark_lost(locations: Locations, store: OpenStore, codec: EventCodec) -> list[str]:
    """Calls that are marked as running, have no journal, and that nobody is writing.

    On a team's server a call without a trace on this machine is another desk's.
    """
    running = select(CALLS.c.id).where(~CALLS.c.whole, ~CALLS.c.interrupted)
    with store_faults(store.name), store.engine.connect() as connection:
        found = [
            call
            for call in connection.execute(running).scalars()
            if not is_held(locations.lock(call))
            and not locations.journal(call).exists()
            and (locations.store is None or locations.sound(call).exists())
        ]
    for call in found:
        wrapped = _wrapped(store, call)
        seal = store.vault.call(call, wrapped)
        state = sound_state(locations.sound(call), call, store.vault, seal)
        lost = JournalledCall(call, wrapped, with_sound=True)
        Delivery(lambda: store, codec, lost, seal, lambda state=state: state, lambda: 0.0).finish()  # type: ignore[misc]
    return found


def _wrapped(store: OpenStore, call: str) -> bytes:
    with store_faults(store.name), store.engine.connect() as connection:
        wrapped = select(CALL_KEYS.c.wrapped).where(CALL_KEYS.c.call == call)
        return bytes(connection.execute(wrapped).scalar_one())
