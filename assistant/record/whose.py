"""Whose a kept call was: the account that it began with, and every one that was linked to it since.

Owns the reading of that, for one call or for all of them, past the guard: what was shown of a
customer who turned out to be another is theirs all the same.  It judges nobody and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from sqlalchemy import func, select

from assistant.event_codec import EventCodec, type_tag
from assistant.events import AccountChanged, AccountLinked, CallStarted
from assistant.linking import same_customer
from assistant.record.faults import damaged
from assistant.record.opening import OpenStore
from assistant.record.sealed_rows import SealedRows
from assistant.record.tables import CALL_KEYS, EVENTS, LANDMARKS
from assistant.record.vault import Seal
from scripts.account import Account

SHORTEST = 500
"""Bytes that a stored event with a whole account in it never goes below, because it is not packed
(`packed_lines`): shorter ones are not opened to look for one."""

_LINKED, _CHANGED = (
    f'"type":"{type_tag(event)}"'.encode() for event in (AccountLinked, AccountChanged)
)


class CallAccounts:
    """Reads them from an open store; every method raises what `SealedRows` does."""

    def __init__(self, opened: OpenStore, rows: SealedRows, codec: EventCodec) -> None:
        self._vault, self._name = opened.vault, opened.name
        self._rows, self._codec = rows, codec

    def shown(self, call: str) -> tuple[Account, ...]:
        """The accounts of a call as they were shown, in the order in which they came.

        One that the call could not be linked to is among them: somebody had its customer in mind.
        """
        query = select(EVENTS.c.seq, EVENTS.c.line).where(
            EVENTS.c.call == call, func.length(EVENTS.c.line) >= SHORTEST
        )
        found: list[Account] = []
        for row in self._rows.rows(query.order_by(EVENTS.c.seq)):
            opened = self._rows.line(row["line"], call, EVENTS, row["seq"])
            if row["seq"] == 0 or _LINKED in opened:
                event = self._codec.decode(opened, self._name).event
                if isinstance(event, CallStarted | AccountLinked) and event.account is not None:
                    found.append(event.account)
        return tuple(found)

    def is_of_one_customer(self, call: str) -> bool:
        """Whether all that was shown in a call is of the same customer."""
        shown = self.shown(call)
        return all(one == shown[-1] or same_customer(one, shown[-1]) for one in shown)

    def ids(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of each call's accounts, the last one whose it is now; without any, it is absent.

        Accounts that a call could not be linked to are not its own.
        """
        seals: dict[str, Seal] = {}
        found: dict[str, tuple[str, ...]] = {}
        for call, owner in chain(self._begun(seals), self._changed(seals)):
            before = found.get(call, ())
            found[call] = (*(one for one in before if one != owner), owner)
        return found

    def _begun(self, seals: dict[str, Seal]) -> Iterator[tuple[str, str]]:
        # In one question: between two, another program may purge.
        both = EVENTS.outerjoin(CALL_KEYS, CALL_KEYS.c.call == EVENTS.c.call)
        query = select(EVENTS.c.call, EVENTS.c.line, CALL_KEYS.c.wrapped).select_from(both)
        for row in self._rows.rows(query.where(EVENTS.c.seq == 0)):
            call = row["call"]
            if row["wrapped"] is None:
                raise damaged(self._name)
            seals[call] = self._vault.call(call, row["wrapped"])
            opened = self._rows.line(row["line"], call, EVENTS, 0, seals[call])
            first = self._codec.decode(opened, self._name).event
            if isinstance(first, CallStarted) and first.account_id:
                yield call, first.account_id

    def _changed(self, seals: Mapping[str, Seal]) -> Iterator[tuple[str, str]]:
        query = select(LANDMARKS.c.call, LANDMARKS.c.seq, LANDMARKS.c.line).where(
            func.length(LANDMARKS.c.line) >= SHORTEST
        )
        for row in self._rows.rows(query.order_by(LANDMARKS.c.call, LANDMARKS.c.seq)):
            call = row["call"]
            if call not in seals:
                continue  # it began after the question before
            opened = self._rows.line(row["line"], call, LANDMARKS, row["seq"], seals[call])
            if _CHANGED in opened:
                event = self._codec.decode(opened, self._name).event
                if isinstance(event, AccountChanged):
                    yield call, event.account.id
