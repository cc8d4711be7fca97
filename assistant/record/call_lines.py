"""Opens what is kept of a call's course: its events, and what was derived from them.

Owns the queries for sealed lines and the order in which their events come.  It asks nobody's leave:
that is the store's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Table, select, tuple_

from assistant.events import (
    CallStarted,
    ClockChanged,
    Ended,
    Envelope,
    FindingChanged,
    GapHeard,
    MomentMarked,
    Output,
    PromiseChanged,
    StatementChanged,
    TaskRaised,
    TaskWithdrawn,
    Transferred,
    UtteranceFinal,
    VerificationChanged,
)
from assistant.record.faults import damaged
from assistant.record.listed_rows import by_call
from assistant.record.sealed_rows import SealedRows
from assistant.record.tables import EVENTS, FINDINGS, LANDMARKS, UTTERANCES

_LANDMARKS = (
    VerificationChanged,
    StatementChanged,
    PromiseChanged,
    GapHeard,
    MomentMarked,
    TaskRaised,
    TaskWithdrawn,
    Transferred,
    ClockChanged,
    Ended,
)
# Events are read in slices, so that a twelve-hour call needs no more memory than a short one.
_SLICE = 5000


class CallLines:
    """The lines of an open store; every method raises what `SealedRows` does."""

    def __init__(self, rows: SealedRows, name: str) -> None:
        self._rows = rows
        self._name = name

    def events(self, call: str) -> Iterator[Envelope]:
        """The inputs of a call in order."""
        after = -1
        while True:
            rows = self._rows.rows(
                select(EVENTS.c.seq, EVENTS.c.line)
                .where(EVENTS.c.call == call, EVENTS.c.seq > after)
                .order_by(EVENTS.c.seq)
                .limit(_SLICE)
            )
            if not rows:
                return
            for row in rows:
                yield self._rows.read(row["line"], call, EVENTS, row["seq"])
            after = rows[-1]["seq"]

    def start(self, call: str) -> CallStarted:
        """The call's first event."""
        first_line = select(EVENTS.c.line).where(EVENTS.c.call == call, EVENTS.c.seq == 0)
        rows = self._rows.rows(first_line)
        first = self._rows.read(rows[0]["line"], call, EVENTS, 0).event if rows else None
        if not isinstance(first, CallStarted):
            raise damaged(self._name)
        return first

    def utterances(self, call: str) -> tuple[UtteranceFinal, ...]:
        """The call's settled utterances in order."""
        events = self._derived(call, UTTERANCES, "id", UTTERANCES.c.position)
        return tuple(event for event in events if isinstance(event, UtteranceFinal))

    def utterances_at(
        self, places: Mapping[str, Sequence[int]]
    ) -> Mapping[str, Iterator[UtteranceFinal]]:
        """Some utterances of some calls, fetched together; each is opened when it is taken."""
        if not places:
            return {}
        self._rows.remember_keys(list(places))
        wanted = [(call, position) for call, some in places.items() for position in some]
        # In two steps, of which the first reads the index alone: else SQLite, which prefers a
        # primary key however little of it is given, reads every utterance of each call.
        at = UTTERANCES.alias("at")
        named = select(at.c.call, at.c.id).where(tuple_(at.c.call, at.c.position).in_(wanted))
        query = select(UTTERANCES).where(tuple_(UTTERANCES.c.call, UTTERANCES.c.id).in_(named))
        rows = by_call(self._rows.rows(query.order_by(UTTERANCES.c.call, UTTERANCES.c.position)))
        return {call: self._finals(rows.get(call, ())) for call in places}

    def findings(self, call: str) -> tuple[FindingChanged, ...]:
        """The call's findings, each in its last state, withdrawn ones included, in order."""
        events = self._derived(call, FINDINGS, "id", FINDINGS.c.call_s, FINDINGS.c.id)
        return tuple(event for event in events if isinstance(event, FindingChanged))

    def landmarks(self, call: str) -> tuple[Output, ...]:
        """Verification, required statements, gaps, marked moments, tasks and the end, in order."""
        events = self._derived(call, LANDMARKS, "seq", LANDMARKS.c.seq)
        return tuple(event for event in events if isinstance(event, _LANDMARKS))

    def derived(self, call: str) -> tuple[Envelope, ...]:
        """All that is kept beside the call's inputs, in the order in which it came."""
        envelopes = [
            self._rows.read(row["line"], call, table, row["key"])
            for table, key in ((UTTERANCES, "id"), (FINDINGS, "id"), (LANDMARKS, "seq"))
            for row in self._rows.rows(
                select(table.c[key].label("key"), table.c.line).where(table.c.call == call)
            )
        ]
        return tuple(sorted(envelopes, key=lambda envelope: envelope.seq))

    def _finals(self, rows: Sequence[RowMapping]) -> Iterator[UtteranceFinal]:
        for row in rows:
            event = self._rows.read(row["line"], row["call"], UTTERANCES, row["id"]).event
            if isinstance(event, UtteranceFinal):
                yield event

    def _derived(
        self, call: str, table: Table, key: str, *order: ColumnElement[Any]
    ) -> list[object]:
        rows = self._rows.rows(
            select(table.c[key], table.c.line).where(table.c.call == call).order_by(*order)
        )
        return [self._rows.read(row["line"], call, table, row[key]).event for row in rows]
