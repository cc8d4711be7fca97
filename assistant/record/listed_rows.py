"""From rows of the store to what lists show of a call: its state, its marks, how they were judged.

Owns the reading of these rows; nothing sealed is opened for a list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import RowMapping, select

from assistant.record.kept import CallState, FindingMark, KeptCall
from assistant.record.reviews import Review, ReviewAct, standing
from assistant.record.tables import CALLS, FINDINGS
from compliance.findings import Severity, Status, Verdict

_PLAIN_COLUMNS = tuple(
    column.name for column in CALLS.columns if column.name not in ("whole", "interrupted")
)

MARKS = (
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
"""The findings that lists count, those withdrawn left out."""


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
