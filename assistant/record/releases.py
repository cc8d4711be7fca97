"""Which calls are released for training: said, taken back, each time with who, when and why.

Owns the rows, which are only ever added, each with an entry in the chain; the last one of a call
stands.  A release makes no copy.  Whoever may study the call is given one that is redacted at that
moment, so that a better redaction holds for what was released before, and a purge leaves nothing
behind.  It asks nobody whether they may.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from assistant.record.chain import RELEASED, add_entry, hold_end, release_hash
from assistant.record.database import writing
from assistant.record.faults import StoreDamaged, UnknownCall, store_faults
from assistant.record.opening import OpenStore
from assistant.record.tables import CALL_KEYS, CALLS, RELEASES
from assistant.record.vault import Seal, SealBroken
from compliance.errors import AssistantError


class ReleaseAct(StrEnum):
    """What was said; the value is what is stored."""

    RELEASED = "released"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Release:
    """One act on one call; `at_utc` is ISO 8601."""

    call: str
    act: ReleaseAct
    who: str
    at_utc: str
    reason: str = ""


class NotReleased(AssistantError):
    """A call cannot be released, or there is no release to take back."""


def add_release(store: OpenStore, release: Release) -> None:
    """Release a call or take it back; whether it has ended is the caller's to check.

    Raises:
        NotReleased: it would change nothing.
        UnknownCall: the call is not there any more.
        StoreFault: the store cannot be written.
    """
    with store_faults(store.name), writing(store.engine) as connection:
        hold_end(connection)
        stands = _standing(connection, release.call)
        if stands == (release.act is ReleaseAct.RELEASED):
            raise NotReleased(
                "the call is released already" if stands else "the call is not released",
                "`assistant calls list --released` lists those that are.",
            )
        added = connection.execute(
            insert(RELEASES).values(
                call=release.call,
                act=release.act.value,
                who=release.who,
                at_utc=release.at_utc,
                reason=_seal(connection, store, release.call).seal(
                    release.reason.encode("utf-8", "surrogatepass"), _place(release)
                ),
            )
        )
        (number,) = added.inserted_primary_key or (0,)
        row = connection.execute(select(RELEASES).where(RELEASES.c.number == number)).mappings()
        stated = {
            "number": number,
            "row": release_hash(row.one()),
            "who": release.who,
            "act": release.act.value,
        }
        at_utc = store.at_utc()
        entry = add_entry(connection, store.vault, RELEASED, release.call, at_utc, stated)
    store.anchors.write(entry)


def releases_of(store: OpenStore, call: str) -> tuple[Release, ...]:
    """Everything ever said of a call's release, oldest first.

    Raises:
        StoreFault: it cannot be read, or a reason does not open.
    """
    query = select(RELEASES).where(RELEASES.c.call == call).order_by(RELEASES.c.number)
    with store_faults(store.name), store.engine.connect() as connection:
        rows = connection.execute(query).all()
        seal = _seal(connection, store, call) if rows else None
    return tuple(_opened(store, rows, seal)) if seal is not None else ()


def released_calls() -> Select[tuple[str]]:
    """The ids of the calls that are released now."""
    last = select(func.max(RELEASES.c.number)).group_by(RELEASES.c.call)
    return select(RELEASES.c.call).where(
        RELEASES.c.number.in_(last), RELEASES.c.act == ReleaseAct.RELEASED.value
    )


def _standing(connection: Connection, call: str) -> bool:
    return connection.execute(released_calls().where(RELEASES.c.call == call)).first() is not None


def _opened(
    store: OpenStore, rows: Sequence[Row[*tuple[Any, ...]]], seal: Seal
) -> Iterator[Release]:
    for row in rows:
        release = Release(row.call, ReleaseAct(row.act), row.who, row.at_utc)
        try:
            reason = seal.open(bytes(row.reason), _place(release))
        except SealBroken as error:
            raise StoreDamaged(f"{store.name}: a release does not open", error.remedy) from None
        yield Release(row.call, release.act, row.who, row.at_utc, reason.decode(errors="replace"))


def _seal(connection: Connection, store: OpenStore, call: str) -> Seal:
    wrapped = select(CALL_KEYS.c.wrapped).join(CALLS, CALLS.c.id == CALL_KEYS.c.call)
    key = connection.execute(wrapped.where(CALLS.c.id == call)).scalar()
    if key is None:
        raise UnknownCall(f"there is no kept call {call!r}", "`assistant calls list` lists them.")
    return store.vault.call(call, bytes(key))


def _place(release: Release) -> str:
    return f"{release.act.value} {release.at_utc} {release.call}"
