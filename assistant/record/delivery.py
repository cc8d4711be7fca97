"""Puts a call's events into the store, in order and each exactly once.

Owns the rows that an event becomes.  Inputs are the record; of the outputs, settled utterances,
findings and landmarks are kept beside it for listing and opening, and the utterances' words are
indexed.  Each delivery is one
transaction.  Where the outcome of one is unknown, because the server went away in the middle of it,
the next one looks up what is there first; so whatever is handed in again is passed over.  It starts
no thread and computes no finding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, get_args

from sqlalchemy import Connection, Executable, Table, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from assistant.event_codec import EventCodec
from assistant.events import (
    AccountChanged,
    AccountLinked,
    AudioAdvanced,
    CallEnded,
    CallStarted,
    ChannelOpened,
    ClockChanged,
    Ended,
    Envelope,
    FinalRecognised,
    FindingChanged,
    GapHeard,
    Input,
    MomentMarked,
    PromiseChanged,
    StatementChanged,
    TaskRaised,
    TaskWithdrawn,
    Transferred,
    UtteranceFinal,
    VerificationChanged,
)
from assistant.record.chain import (
    BEGUN,
    CLOSED,
    SO_FAR,
    Entry,
    add_entry,
    event_code,
    first_event_code,
    rows_of,
    tasks_of,
)
from assistant.record.database import writing
from assistant.record.faults import AnotherCall, store_faults
from assistant.record.journal import JournalledCall
from assistant.record.opening import OpenStore
from assistant.record.packed_lines import packed
from assistant.record.places import row_place
from assistant.record.sealed_file import FileState
from assistant.record.search_index import index_account, index_call, index_words
from assistant.record.tables import (
    CALL_KEYS,
    CALLS,
    EVENTS,
    FINDINGS,
    LANDMARKS,
    TASKS,
    UTTERANCES,
)
from assistant.record.vault import Seal, SealBroken, Vault

INPUTS = get_args(Input)
_LANDMARKS = (
    VerificationChanged,
    StatementChanged,
    PromiseChanged,
    # Whose call it is: without it, a promise would be looked for under another account.
    AccountChanged,
    GapHeard,
    MomentMarked,
    TaskRaised,
    TaskWithdrawn,
    Transferred,
    ClockChanged,
    Ended,
)
# Never packed: an account is found by the length of its line, and no length tells of its contents.
_WITH_ACCOUNT = (CallStarted, AccountLinked, AccountChanged)
KEPT = (*INPUTS, UtteranceFinal, FindingChanged, *_LANDMARKS)
"""What is kept of a call; everything else follows from it."""
# How often a running call is stated in the chain, in seconds.
_STATED_EVERY_S = 30.0


class Delivery:
    """Delivers one call.

    Args:
        store: opens the store, or gives the one that is open; may raise `StoreFault` each time.
        codec: writes events.
        call: which call, and its wrapped key.
        seal: the call's.
        sound: how far the sound's file has come; `None` where there is none.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        store: Callable[[], OpenStore],
        codec: EventCodec,
        call: JournalledCall,
        seal: Seal,
        sound: Callable[[], FileState | None],
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._codec = codec
        self._journalled = call
        self._call = call.call
        self._seal = seal
        self._last: int | None = None  # the last event that is surely in the store
        self._count = 0  # how many events that makes,
        self._code = b""  # and the code of the last
        self._number: int | None = None  # by which the index of words knows the call
        self._sound = sound
        self._clock = clock
        self._stated_at: float | None = None
        self._there = False  # whether the call's own row surely is
        self._rates_hz: dict[int, int] = {}
        self._duration_s = 0.0

    def deliver(self, envelopes: Sequence[Envelope]) -> None:
        """Keep events, in order, all or none.

        Raises:
            AnotherCall: the store holds another call of this id.
            StoreFault: it cannot be written now; hand the same in again.
        """
        try:
            store = self._store()
            with store_faults(store.name), writing(store.engine) as connection:
                last = self._look(connection, store)
                rows, code = self._event_rows(envelopes, last, store.vault)
                for envelope in envelopes:
                    self._note(connection, envelope)
                self._index(connection, store.vault, envelopes)
                if rows:
                    connection.execute(insert(EVENTS), rows)
                connection.execute(self._this_call().values(duration_s=self._duration_s))
                count = self._count + len(rows)
                entry = self._state_if_due(connection, store, count, code)
        except BaseException:
            self._last = self._number = None
            raise
        self._there = True
        self._count, self._code = count, code
        if rows:
            self._last = int(rows[-1]["seq"])
        if entry is not None:
            self._stated_at = self._clock()
            store.anchors.write(entry)

    def finish(self) -> bool:
        """Say how the call ended: whole, or interrupted; returns whether the store has it at all.

        Raises:
            StoreFault: as for `deliver`.
        """
        store = self._store()
        with store_faults(store.name), writing(store.engine) as connection:
            self._look(connection, store)
            if not self._there:
                return False
            whole = connection.execute(select(CALLS.c.whole).where(CALLS.c.id == self._call))
            connection.execute(self._this_call().values(interrupted=not whole.scalar_one()))
            stated = {
                **self._so_far(self._count, self._code),
                "rows": rows_of(connection, self._call),
            }
            tasks = tasks_of(connection, self._call)
            if tasks:
                stated["tasks"] = tasks
            at_utc = store.at_utc()
            entry = add_entry(connection, store.vault, CLOSED, self._call, at_utc, stated)
        store.anchors.write(entry)
        return True

    def _state_if_due(
        self, connection: Connection, store: OpenStore, count: int, code: bytes
    ) -> Entry | None:
        """State in the chain what there is by now, at the beginning and then at intervals."""
        if not self._there:
            kind = BEGUN
        elif self._stated_at is None or self._clock() - self._stated_at >= _STATED_EVERY_S:
            kind = SO_FAR
        else:
            return None
        stated = self._so_far(count, code)
        return add_entry(connection, store.vault, kind, self._call, store.at_utc(), stated)

    def _so_far(self, count: int, code: bytes) -> dict[str, int | str]:
        stated: dict[str, int | str] = {"events": count, "event_code": code.hex()}
        sound = self._sound()
        if sound is not None:
            stated.update(sound.stated())
        return stated

    def _event_rows(
        self, envelopes: Sequence[Envelope], last: int, vault: Vault
    ) -> tuple[list[dict[str, Any]], bytes]:
        """The rows of the events after `last`, and the code of the last one."""
        rows: list[dict[str, Any]] = []
        code = self._code
        for envelope in envelopes:
            if isinstance(envelope.event, INPUTS) and envelope.seq > last:
                line = self._line(envelope, EVENTS, envelope.seq)
                code = event_code(vault, code, envelope.seq, line)
                rows.append({"call": self._call, "seq": envelope.seq, "line": line, "code": code})
        return rows, code

    def _look(self, connection: Connection, store: OpenStore) -> int:
        """The last event of this call that the store has, or -1; looked up if it is not known."""
        if self._last is not None:
            return self._last
        wrapped = connection.execute(
            select(CALL_KEYS.c.wrapped).where(CALL_KEYS.c.call == self._call)
        ).scalar()
        self._there = wrapped is not None
        if wrapped is not None:
            try:
                ours = store.vault.call(self._call, wrapped).key == self._seal.key
            except SealBroken:
                ours = False
            if not ours:
                raise AnotherCall(
                    f"{store.name} holds another call of the id {self._call} already",
                    "Start the call again.",
                )
        count, last = connection.execute(
            select(func.count(), func.max(EVENTS.c.seq)).where(EVENTS.c.call == self._call)
        ).one()
        self._count = count
        self._code = first_event_code(store.vault, self._call)
        if count:
            self._code = connection.execute(
                select(EVENTS.c.code).where(EVENTS.c.call == self._call, EVENTS.c.seq == last)
            ).scalar_one()
        self._last = int(last) if count else -1
        return self._last

    def _line(self, envelope: Envelope, table: Table, key: int | str) -> bytes:
        line = self._codec.encode(envelope)
        if not isinstance(envelope.event, _WITH_ACCOUNT):
            line = packed(line, self._call)
        return self._seal.seal(line, row_place(self._call, table.name, key))

    def _note(self, connection: Connection, envelope: Envelope) -> None:
        """Keep what lists show of one event."""
        match envelope.event:
            case CallStarted():
                if not self._there:
                    self._insert_call(connection, envelope.event)
            case AccountLinked(account=account) if account.agent_name:
                named = {"agent_name": account.agent_name, "agent_id": account.agent_id}
                connection.execute(self._this_call().values(**named))
            case ChannelOpened(channel=channel, rate_hz=rate_hz):
                self._rates_hz[channel] = rate_hz
            case (
                AudioAdvanced(channel=channel, sample=sample)
                | FinalRecognised(channel=channel, sample=sample)
            ):
                self._reach(channel, sample)
            case CallEnded(sample=sample, reason=reason):
                self._reach(0, sample)
                connection.execute(self._this_call().values(whole=True, reason=reason))
            case UtteranceFinal(id=utterance, index=position):
                self._put(
                    connection,
                    UTTERANCES,
                    "id",
                    id=utterance,
                    position=position,
                    line=self._line(envelope, UTTERANCES, utterance),
                )
            case FindingChanged(finding=finding, call_s=call_s):
                self._put(
                    connection,
                    FINDINGS,
                    "id",
                    id=finding.id,
                    rule=finding.rule,
                    severity=finding.severity.value,
                    verdict=finding.verdict.value,
                    status=finding.status.value,
                    call_s=call_s,
                    line=self._line(envelope, FINDINGS, finding.id),
                )
            case _ if isinstance(envelope.event, _LANDMARKS):
                self._put(
                    connection,
                    LANDMARKS,
                    "seq",
                    seq=envelope.seq,
                    line=self._line(envelope, LANDMARKS, envelope.seq),
                )
                self._note_task(connection, envelope.event)
            case _:
                pass

    def _note_task(self, connection: Connection, event: object) -> None:
        """Keep what lists of tasks show; what speaks for one is in the landmarks, sealed."""
        match event:
            case TaskRaised(task=task):
                self._put(
                    connection,
                    TASKS,
                    "id",
                    id=task.id,
                    kind=task.kind,
                    owner=task.owner,
                    reason=task.reason,
                    raised_at_utc=event.raised_at_utc,
                    due_at_utc=event.due_at_utc,
                    by_day=event.by_day,
                    by_law=event.by_law,
                    withdrawn=False,
                )
            case TaskWithdrawn(task=task):
                own = (TASKS.c.call == self._call, TASKS.c.id == task.id)
                connection.execute(update(TASKS).where(*own).values(withdrawn=True))
            case _:
                pass

    def _index(self, connection: Connection, vault: Vault, envelopes: Sequence[Envelope]) -> None:
        """Make the call and its words findable."""
        events = [envelope.event for envelope in envelopes]
        said = [(event.index, event.text) for event in events if isinstance(event, UtteranceFinal)]
        if self._number is None:
            account = next((e.account_id for e in events if isinstance(e, CallStarted)), "")
            self._number = index_call(connection, vault, self._call, account)
        for event in events:
            if isinstance(event, AccountChanged):
                index_account(connection, vault, self._number, event.account.id)
        index_words(connection, vault, self._number, said)

    def _reach(self, channel: int, sample: int) -> None:
        rate_hz = self._rates_hz.get(channel)
        if rate_hz:
            self._duration_s = max(self._duration_s, sample / rate_hz)

    def _insert_call(self, connection: Connection, started: CallStarted) -> None:
        by = started.account or started.imported
        connection.execute(
            insert(CALL_KEYS).values(call=self._call, wrapped=self._journalled.wrapped)
        )
        connection.execute(
            insert(CALLS).values(
                id=self._call,
                started_at_utc=started.started_at_utc,
                zone=started.zone,
                language=started.header.language,
                jurisdiction=started.header.jurisdiction,
                collector=started.header.collector.value if started.header.collector else None,
                agent_name=by.agent_name if by else "",
                agent_id=by.agent_id if by else "",
                model=started.model,
                rules_hash=started.rules_hash,
                scripts_hash=started.scripts_hash,
                whole=False,
                reason=None,
                duration_s=0.0,
                has_sound=self._journalled.with_sound,
                imported=started.imported.source.value if started.imported else "",
            )
        )

    def _put(self, connection: Connection, table: Table, key: str, **columns: object) -> None:
        """Insert a row, or bring it up to date: a finding keeps its id through its life."""
        row = {"call": self._call, **columns}
        connection.execute(_upsert(connection.dialect.name, table, key), row)

    def _this_call(self) -> Any:
        return update(CALLS).where(CALLS.c.id == self._call)


@cache
def _upsert(dialect: str, table: Table, key: str) -> Executable:
    """The statement that inserts a row of a call or brings it up to date; made once."""
    statement = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    given = [column.name for column in table.columns if column.name not in ("call", key)]
    upsert: Executable = statement.on_conflict_do_update(
        index_elements=["call", key],
        set_={name: statement.excluded[name] for name in given},
    )
    return upsert
