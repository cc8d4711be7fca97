"""What of kept calls the next contact hangs on: whose they were, what was promised, how they ended.

Owns the reading of that, past the guard, for whoever forms the next list or judges a promise: an
account's promises are those of all its calls, whoever may see which.  It opens no words and no
sound, judges nothing and changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, Select, select

from assistant.event_codec import EventCodec, type_tag
from assistant.events import AccountChanged, CallStarted, PromiseChanged, PromiseStatus
from assistant.record.kept import KeptWrapUp
from assistant.record.sealed_rows import SealedRows
from assistant.record.search_index import account_hash
from assistant.record.store import CallStore
from assistant.record.tables import CALL_INDEX, CALLS, EVENTS, LANDMARKS
from compliance.local_time import zone_of
from scripts.account import Account
from scripts.commitments import Proposal

_Row = tuple[Any, ...]

# As many calls as keys are remembered together.
_BATCH = 50
# Most landmarks are of no interest here, and reading an event costs far more than opening it.
_TAGS = tuple(f'"type":"{type_tag(event)}"'.encode() for event in (AccountChanged, PromiseChanged))


@dataclass(frozen=True, slots=True)
class FollowedCall:
    """One call of an account.

    `code` is the account's keyed hash, `account` as it was shown last.  `promised` are the parts of
    the promise that was confirmed last in it, `number` the telephone number that was called, `end`
    how it ended by its agent's last word.
    """

    call: str
    code: bytes
    account: Account
    started_at_utc: str
    zone: str
    jurisdiction: str
    language: str
    collector: str | None
    number: str | None
    promised: tuple[Proposal, ...]
    end: KeptWrapUp | None

    @property
    def started_at(self) -> datetime:
        """When it began, by its desk's clock."""
        began = datetime.fromisoformat(self.started_at_utc)
        return began.astimezone(zone_of(self.zone) or ZoneInfo("UTC"))


class FollowedCalls:
    """Reads them from an open store; every method raises what `CallStore` does."""

    def __init__(self, store: CallStore, codec: EventCodec) -> None:
        self._store = store
        self._rows = SealedRows(store.opened, codec)

    def since(self, since_utc: str) -> Iterator[FollowedCall]:
        """The calls from a moment on (ISO 8601 in UTC), oldest first; without an account, an end or
        a promise one is left out.
        """
        query = self._query().where(CALLS.c.started_at_utc >= since_utc)
        yield from self._read(self._store.rows(query))

    def of_accounts(self, codes: Collection[bytes]) -> Iterator[FollowedCall]:
        """The same, of some accounts, whenever they were."""
        found: list[RowMapping] = []
        every = sorted(codes)
        for first in range(0, len(every), _BATCH):
            some = every[first : first + _BATCH]
            found += self._store.rows(self._query().where(CALL_INDEX.c.account.in_(some)))
        yield from self._read(sorted(found, key=lambda row: (row["started_at_utc"], row["id"])))

    def accounts_of(self, calls: Sequence[str]) -> frozenset[bytes]:
        """The keyed hashes of the accounts of some calls."""
        query = select(CALL_INDEX.c.account).where(
            CALL_INDEX.c.call.in_(calls), CALL_INDEX.c.account.is_not(None)
        )
        return frozenset(bytes(row["account"]) for row in self._store.rows(query))

    def code(self, account: str) -> bytes:
        """An account's keyed hash."""
        return account_hash(self._store.opened.vault, account)

    def _query(self) -> Select[*_Row]:
        return (
            select(CALLS, CALL_INDEX.c.account)
            .join(CALL_INDEX, CALL_INDEX.c.call == CALLS.c.id)
            .where(CALL_INDEX.c.account.is_not(None))
            .order_by(CALLS.c.started_at_utc, CALLS.c.id)
        )

    def _read(self, rows: Sequence[RowMapping]) -> Iterator[FollowedCall]:
        for first in range(0, len(rows), _BATCH):
            some = rows[first : first + _BATCH]
            calls = [row["id"] for row in some]
            self._rows.remember_keys(calls)
            ends = self._store.last_wrap_ups(calls)
            starts = self._lines(calls, starts=True)
            landmarks = self._lines(calls, starts=False)
            for row in some:
                followed = self._followed(row, starts, landmarks, ends.get(row["id"]))
                if followed is not None:
                    yield followed

    def _lines(self, calls: Sequence[str], *, starts: bool) -> dict[str, list[tuple[int, bytes]]]:
        table = EVENTS if starts else LANDMARKS
        query = select(table.c.call, table.c.seq, table.c.line).where(table.c.call.in_(calls))
        if starts:
            query = query.where(table.c.seq == 0)
        found: dict[str, list[tuple[int, bytes]]] = {}
        for row in self._store.rows(query.order_by(table.c.seq)):
            found.setdefault(row["call"], []).append((row["seq"], bytes(row["line"])))
        return found

    def _followed(
        self,
        row: RowMapping,
        starts: dict[str, list[tuple[int, bytes]]],
        landmarks: dict[str, list[tuple[int, bytes]]],
        end: KeptWrapUp | None,
    ) -> FollowedCall | None:
        call = row["id"]
        told = []
        for seq, line in landmarks.get(call, ()):
            opened = self._rows.line(line, call, LANDMARKS, seq)
            if any(tag in opened for tag in _TAGS):
                told.append(self._rows.read(line, call, LANDMARKS, seq).event)
        if end is None and not any(isinstance(event, PromiseChanged) for event in told):
            return None  # nothing hangs on it
        account: Account | None = None
        number: str | None = None
        for seq, line in starts.get(call, ()):
            start = self._rows.read(line, call, EVENTS, seq).event
            if isinstance(start, CallStarted):
                account, number = start.account, start.header.number
        promised: tuple[Proposal, ...] = ()
        for event in told:
            if isinstance(event, AccountChanged):
                # What was agreed before was understood by another account, or none.
                account, promised = event.account, ()
            elif isinstance(event, PromiseChanged) and event.status is PromiseStatus.CONFIRMED:
                promised = event.promised.parts
        if account is None or not account.id:
            return None
        return FollowedCall(
            call=call,
            code=bytes(row["account"]),
            account=account,
            started_at_utc=row["started_at_utc"],
            zone=row["zone"],
            jurisdiction=row["jurisdiction"],
            language=row["language"],
            collector=row["collector"],
            number=number,
            promised=promised,
            end=end,
        )
