"""Purges calls whose time is over, and erases a customer's where the law allows.

Owns what is looked at before a call goes, and the order in which it goes: in one transaction its
key, its rows and an entry in the chain that says so, then its sound.  A crash in between leaves
sound that nothing opens any more; the next purge takes it away.  Whether a call goes is
`assistant.record.retention`'s to say; it is asked again inside the transaction, so that a hold that
came in between is heeded and two purges at once do no harm.

The key is overwritten in the embedded database's file, and the write-ahead log is emptied.  What
no program reaches stays possible: copies in backups (their purge is yours), blocks that a disk or
file system still has, and on a server its own log of changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, text

from assistant.record.chain import ACCESS, PURGED, Entry, add_entry, hold_end
from assistant.record.database import writing
from assistant.record.duties import Duties, account_code, standing_duties
from assistant.record.faults import StoreFault, store_faults
from assistant.record.kept import CallState, KeptCall
from assistant.record.locations import Locations
from assistant.record.payments import erase_payments, purge_payments
from assistant.record.retention import Keeping, Term, Verdict, day_of, decide
from assistant.record.search_index import forget
from assistant.record.store import CallStore
from assistant.record.tables import CALL_INDEX, CALL_KEYS, CALLS, CHAIN, DUTIES, METADATA, WRAP_UPS
from assistant.record.verifying import verify_chain
from assistant.record.wrap_ups import waiting_wrap_ups
from compliance.errors import AssistantError
from compliance.findings import Severity

Terms = Callable[[str, str | None], Sequence[Term]]
"""For a jurisdiction and a collector, the terms that may hold."""

# Clocks of one team differ by less.
_CLOCKS_AGREE = timedelta(minutes=5)
# A record that says nothing for longer than this cannot vouch for the clock.
_LONG_SILENCE = timedelta(days=31)
# Payments of an account without a kept call wait this long for one that is still on its way.
_PAYMENTS_WAIT = timedelta(days=90)

_COPIES_LEFT = (
    "Others use the store, so copies of destroyed keys may still lie in its files: run the purge"
    " again when they are done."
)


class PurgeRefused(AssistantError):
    """Nothing was purged: the record is not whole, or the clock is in doubt."""


@dataclass(frozen=True, slots=True)
class Purged:
    """Ids of the calls that went, and how many payments; `told` is what the user should know."""

    calls: tuple[str, ...]
    told: tuple[str, ...] = ()
    payments: int = 0


class PurgeDesk:
    """Plans and purges.

    Args:
        store: the kept calls.
        terms: how long they are kept.
        who: whose name the entries carry.
    """

    def __init__(self, store: CallStore, terms: Terms, who: str) -> None:
        self._store = store
        self._open = store.opened
        self._locations = store.locations
        self._terms = terms
        self._who = who
        self._accounts: Mapping[str, tuple[bytes, ...]] = {}

    # ---- looking ---------------------------------------------------------------------------

    def plan(self, today: date) -> tuple[Verdict, ...]:
        """For every kept call whether it would go on a day, the oldest first."""
        kept = self._store.every_call()
        return tuple(self._verdict(known, kept_by, today) for known, kept_by in self._known(kept))

    def plan_of(self, account: str, today: date) -> tuple[Verdict, ...]:
        """The same, for the calls that ended as an account's; of one without calls, nothing."""
        own = set(self._store.calls_now_of(account))
        return tuple(verdict for verdict in self.plan(today) if verdict.call in own)

    # ---- purging ---------------------------------------------------------------------------

    def check(self, *, today: date | None = None) -> None:
        """Whether anything may be purged at all.

        Args:
            today: the day that a person vouches for, where the clock is in doubt.

        Raises:
            PurgeRefused: the chain is not whole, or the clock cannot be believed.
        """
        faults = verify_chain(self._open)
        if faults:
            raise PurgeRefused(
                "the record does not verify, so nothing is purged:\n"
                + "\n".join(f"  {fault}" for fault in faults),
                "`assistant record verify` says more.",
            )
        if today is not None and today != self._today():
            raise PurgeRefused(
                f"today is {self._today()} by this machine's clock, and not {today}",
                "Nothing is purged for another day: see `--dry-run --as-of`, or set the clock.",
            )
        doubt = self._doubt_of_clock()
        if doubt and today is None:
            raise PurgeRefused(
                f"{doubt}, so nothing is purged",
                f"If today is {self._today()}, say so: --today {self._today()}.",
            )

    def purge(self, *, today: date | None = None) -> Purged:
        """Purge every call whose time is over, and payments that no kept call is about.

        Raises:
            PurgeRefused: see `check`.
            StoreFault: the store cannot be written; what had gone is gone.
        """
        self.check(today=today)
        gone = self._take(self._store.every_call(), "retention", lambda verdict: verdict.goes)
        before = self._open.now().astimezone(UTC) - _PAYMENTS_WAIT
        with store_faults(self._open.name), self._open.engine.connect() as connection:
            duties = standing_duties(connection)
        payments = purge_payments(
            self._open,
            before.isoformat(timespec="milliseconds"),
            lambda account: duties.holds("", account_code(self._open.vault, account)),
            self._who,
        )
        return replace(gone, payments=payments)

    def erase(self, account: str, *, today: date | None = None) -> Purged:
        """Erase a customer's calls, but for what a duty keeps, and their payments, unless held.

        A call goes with the account that it ended as; a hold on any that it ever had keeps it.

        Raises:
            PurgeRefused, StoreFault: as for `purge`.
        """
        self.check(today=today)
        own = set(self._store.calls_now_of(account))
        kept = [call for call in self._store.every_call() if call.id in own]
        gone = self._take(kept, "erasure", lambda verdict: verdict.may_be_erased)
        with store_faults(self._open.name), self._open.engine.connect() as connection:
            duties = standing_duties(connection)
        if duties.holds("", account_code(self._open.vault, account)):
            return gone
        return replace(gone, payments=erase_payments(self._open, account, self._who))

    def _take(self, kept: Sequence[KeptCall], why: str, goes: Callable[[Verdict], bool]) -> Purged:
        today = self._today()
        gone: list[str] = []
        self._finish_files()
        for known, call in self._known(kept):
            if goes(self._verdict(known, call, today)):
                entry = self._destroy(known, call, why, goes, today)
                if entry is not None:
                    self._open.anchors.write(entry)
                    self._forget_files(known.call)
                    gone.append(known.call)
        self._finish_index()
        told = self._overwrite()
        return Purged(tuple(gone), told)

    def _destroy(
        self,
        known: Keeping,
        call: KeptCall,
        why: str,
        goes: Callable[[Verdict], bool],
        today: date,
    ) -> Entry | None:
        """One call in one transaction; `None` where it went already, or something keeps it now."""
        with store_faults(self._open.name), writing(self._open.engine) as connection:
            hold_end(connection)
            key = select(CALL_KEYS.c.call).where(CALL_KEYS.c.call == known.call)
            if connection.execute(key).first() is None:
                return None
            duties = standing_duties(connection)
            outcome = _outcomes(connection, known.call).get(known.call)
            codes = self._accounts.get(known.call, ())
            now = _with_duties(replace(known, outcome=outcome), duties, codes)
            verdict = self._verdict(now, call, today)
            if not goes(verdict):
                return None
            remove_rows(connection, known.call)
            stated = {"who": self._who, "why": why, "law": verdict.citation}
            at_utc = self._open.at_utc()
            return add_entry(connection, self._open.vault, PURGED, known.call, at_utc, stated)

    # ---- what is known ---------------------------------------------------------------------

    def _known(self, kept: Sequence[KeptCall]) -> list[tuple[Keeping, KeptCall]]:
        accounts = self._store.accounts()
        self._accounts = {
            call: tuple(account_code(self._open.vault, owner) for owner in owners)
            for call, owners in accounts.items()
        }
        last: dict[bytes, date] = {}
        for call in self._store.every_call() if accounts else ():
            for code in self._accounts.get(call.id, ()):
                last[code] = max(last.get(code, date.min), day_of(call.started_at_utc))
        with store_faults(self._open.name), self._open.engine.connect() as connection:
            duties = standing_duties(connection)
            outcomes = _outcomes(connection)
        found = []
        for call in sorted(kept, key=lambda one: (one.started_at_utc, one.id)):
            codes = self._accounts.get(call.id, ())
            on = day_of(call.started_at_utc)
            known = Keeping(
                call=call.id,
                on=on,
                last_activity=max((on, *(last.get(code, on) for code in codes))),
                outcome=outcomes.get(call.id),
                cleared=False,
                held=False,
                open=call.state is CallState.OPEN or self._locations.journal(call.id).exists(),
                grave_unreviewed=any(
                    mark.severity is Severity.CRITICAL and mark.review is None
                    for mark in call.marks
                ),
            )
            found.append((_with_duties(known, duties, codes), call))
        return found

    def _verdict(self, known: Keeping, call: KeptCall, today: date) -> Verdict:
        return decide(known, self._terms(call.jurisdiction, call.collector), today)

    def _today(self) -> date:
        return self._open.now().astimezone(UTC).date()

    def _doubt_of_clock(self) -> str:
        """Why the clock cannot be believed, or nothing.

        Only what others wrote vouches for it: who looked at what is written by this same run.
        """
        now = self._open.now().astimezone(UTC)
        with store_faults(self._open.name), self._open.engine.connect() as connection:
            if connection.dialect.name != "sqlite":
                server = connection.execute(select(func.now())).scalar_one()
                if abs(server - now) > _CLOCKS_AGREE:
                    return "this machine's clock and the server's differ"
            newest = connection.execute(
                select(func.max(CHAIN.c.at_utc)).where(CHAIN.c.kind != ACCESS)
            ).scalar()
        if newest is None:
            return ""
        written = datetime.fromisoformat(newest)
        if now < written - _CLOCKS_AGREE:
            return f"the clock is behind the record, whose last entry is of {newest[:10]}"
        if now - written > _LONG_SILENCE:
            return f"the record's last entry is of {newest[:10]}, so the clock may be ahead"
        return ""

    # ---- files -----------------------------------------------------------------------------

    def _finish_files(self) -> None:
        """Take away the files of calls whose purge was cut off."""
        with store_faults(self._open.name), self._open.engine.connect() as connection:
            purged = connection.execute(select(CHAIN.c.call).where(CHAIN.c.kind == PURGED))
            calls = list(purged.scalars())
        for call in calls:
            self._forget_files(call)

    def _finish_index(self) -> None:
        """Take what is gone out of the index of words, all at once: that is a pass over it."""
        orphans = select(CALL_INDEX.c.call).where(CALL_INDEX.c.call.not_in(select(CALLS.c.id)))
        with store_faults(self._open.name), writing(self._open.engine) as connection:
            calls = list(connection.execute(orphans).scalars())
            if calls:
                forget(connection, calls)

    def _forget_files(self, call: str) -> None:
        remove_files(self._locations, call)

    def _overwrite(self) -> tuple[str, ...]:
        """Leave no copy of a destroyed key in the database's own files."""
        try:
            with store_faults(self._open.name):
                done = self._overwrite_server() if self._locations.store else self._overwrite_file()
        except StoreFault:
            done = False
        if done:
            return ()
        return (_COPIES_LEFT,)

    def _overwrite_file(self) -> bool:
        # Rows that once moved between pages leave copies behind; pages that are freed are zeroed.
        with writing(self._open.engine) as connection:
            rows = [dict(row) for row in connection.execute(select(CALL_KEYS)).mappings()]
            connection.execute(delete(CALL_KEYS))
            if rows:
                connection.execute(insert(CALL_KEYS), rows)
        raw = self._open.engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy = (cursor.fetchone() or (1,))[0]
        finally:
            raw.close()
        return not busy

    def _overwrite_server(self) -> bool:
        with self._open.engine.connect() as connection:
            outside = connection.execution_options(isolation_level="AUTOCOMMIT")
            outside.execute(text("SET lock_timeout = '5s'"))
            try:
                outside.execute(text("VACUUM FULL call_keys"))
            finally:
                outside.execute(text("RESET lock_timeout"))
        return True


def remove_rows(connection: Connection, call: str) -> None:
    """Take a call's key and all its rows away; the index of words is left to be finished."""
    for table in reversed(METADATA.sorted_tables):
        if "call" in table.c and table not in (CHAIN, DUTIES, CALL_INDEX):
            connection.execute(delete(table).where(table.c.call == call))
    connection.execute(delete(CALLS).where(CALLS.c.id == call))


def remove_files(locations: Locations, call: str) -> None:
    """Take away what lies of a call beside the store."""
    with store_faults(locations.sound(call)):
        waiting = waiting_wrap_ups(locations, call)
        for path in (locations.sound(call), locations.journal(call), *waiting):
            path.unlink(missing_ok=True)


def _outcomes(connection: Connection, call: str | None = None) -> dict[str, str]:
    """How each call ended, by its agent's last word."""
    query = select(WRAP_UPS.c.call, WRAP_UPS.c.outcome).order_by(WRAP_UPS.c.number)
    if call is not None:
        query = query.where(WRAP_UPS.c.call == call)
    return {row.call: row.outcome for row in connection.execute(query)}


def _with_duties(known: Keeping, duties: Duties, codes: tuple[bytes, ...]) -> Keeping:
    """A hold on any account that a call ever had keeps it; none of its debts may be open still."""
    accounts = codes or (b"",)
    return replace(
        known,
        held=any(duties.holds(known.call, account) for account in accounts),
        cleared=all(duties.is_cleared(known.call, account) for account in accounts),
    )
