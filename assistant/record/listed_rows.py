"""From rows of the store to what lists show of a call: its state, its marks, how they were judged.

Owns the queries for these rows and their reading; nothing sealed is opened for a list.  It asks
nobody's leave: that is the store's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, Select, select

from assistant.record.faults import UnknownCall
from assistant.record.kept import CallState, FindingMark, KeptCall
from assistant.record.locations import Locations
from assistant.record.locks import is_held
from assistant.record.releases import released_calls
from assistant.record.reviews import Review, ReviewAct, standing
from assistant.record.sealed_rows import SealedRows
from assistant.record.tables import CALLS, FINDINGS, RELEASES, REVIEWS
from compliance.findings import Severity, Status, Verdict

_PLAIN_COLUMNS = tuple(
    column.name for column in CALLS.columns if column.name not in ("whole", "interrupted")
)

_MARKS = (
    select(
        FINDINGS.c.call,
        FINDINGS.c.id,
        FINDINGS.c.rule,
        FINDINGS.c.severity,
        FINDINGS.c.verdict,
        FINDINGS.c.status,
        FINDINGS.c.call_s,
    )
    .where(FINDINGS.c.status != Status.WITHDRAWN.value)
    .order_by(FINDINGS.c.call, FINDINGS.c.call_s, FINDINGS.c.id)
)
# The findings that lists count, those withdrawn left out.
_HISTORY = select(REVIEWS).order_by(REVIEWS.c.number)


class ListedRows:
    """The calls of an open store as lists show them; every method raises what `SealedRows` does."""

    def __init__(self, rows: SealedRows, name: str, locations: Locations) -> None:
        self._rows = rows
        self._name = name
        self._locations = locations

    def every(self) -> tuple[KeptCall, ...]:
        """Every kept call, the newest first."""
        query = select(CALLS).order_by(CALLS.c.started_at_utc.desc(), CALLS.c.id)
        return self._with_marks(self._rows.rows(query), _MARKS, _HISTORY)

    def of(self, rows: Sequence[RowMapping]) -> tuple[KeptCall, ...]:
        """Some rows of the calls' table as kept calls, in the order given."""
        ids = [row["id"] for row in rows]
        marks = _MARKS.where(FINDINGS.c.call.in_(ids))
        return self._with_marks(rows, marks, _HISTORY.where(REVIEWS.c.call.in_(ids)))

    def one(self, call: str) -> KeptCall:
        """One kept call.

        Raises:
            UnknownCall: there is no such call.
        """
        rows = self._rows.rows(select(CALLS).where(CALLS.c.id == call))
        if not rows:
            raise UnknownCall(
                f"there is no kept call {call!r} in {self._name}",
                "`assistant review --plain` lists those there are.",
            )
        return kept_call(
            rows[0],
            self._rows.rows(_MARKS.where(FINDINGS.c.call == call)),
            self._rows.rows(_HISTORY.where(REVIEWS.c.call == call)),
            released=bool(self._rows.rows(released_calls().where(RELEASES.c.call == call))),
            is_lost=self._is_lost,
        )

    def _is_lost(self, call: str) -> bool:
        """Whether nobody writes a call that has no end; another desk's cannot be told from here."""
        if is_held(self._locations.lock(call)):
            return False
        return self._locations.store is None or self._locations.journal(call).exists()

    def _with_marks(
        self,
        rows: Sequence[RowMapping],
        marks_of: Select[*tuple[Any, ...]],
        history_of: Select[*tuple[Any, ...]],
    ) -> tuple[KeptCall, ...]:
        marks = by_call(self._rows.rows(marks_of))
        histories = by_call(self._rows.rows(history_of))
        released = {row["call"] for row in self._rows.rows(released_calls())}
        return tuple(
            kept_call(
                row,
                marks.get(row["id"], ()),
                histories.get(row["id"], ()),
                released=row["id"] in released,
                is_lost=self._is_lost,
            )
            for row in rows
        )


def kept_call(
    row: RowMapping,
    marks: Sequence[RowMapping],
    history: Sequence[RowMapping],
    *,
    released: bool,
    is_lost: Callable[[str], bool],
) -> KeptCall:
    """A call as lists show it.

    Args:
        row: of the calls' table.
        marks: of the call's findings.
        history: of the call's reviews, oldest first.
        released: whether it is released for training.
        is_lost: whether nobody writes a call that has no end.
    """
    state = CallState.INTERRUPTED if row["interrupted"] else CallState.WHOLE
    if not row["whole"] and not row["interrupted"]:
        state = CallState.INTERRUPTED if is_lost(row["id"]) else CallState.OPEN
    judged = standing(_judgement(entry) for entry in history)
    columns = {name: row[name] for name in _PLAIN_COLUMNS}
    return KeptCall(
        **columns,
        state=state,
        released=released,
        marks=tuple(_mark(mark, judged) for mark in marks),
    )


def by_call(rows: Sequence[RowMapping]) -> Mapping[str, list[RowMapping]]:
    """Rows by their column `call`."""
    grouped: dict[str, list[RowMapping]] = {}
    for row in rows:
        grouped.setdefault(row["call"], []).append(row)
    return grouped


def _mark(row: RowMapping, judged: Mapping[str, Review]) -> FindingMark:
    review = judged.get(row["id"])
    return FindingMark(
        finding=row["id"],
        rule=row["rule"],
        severity=Severity(row["severity"]),
        verdict=Verdict(row["verdict"]),
        status=Status(row["status"]),
        call_s=row["call_s"],
        review=review.act if review is not None else None,
    )


def _judgement(row: RowMapping) -> Review:
    """A review as lists need it: its note stays sealed."""
    return Review(
        row["call"], row["finding"], ReviewAct(row["act"]), row["reviewer"], row["at_utc"]
    )
