"""Which kept call a reviewer should open first.

Owns one formula and the order that follows from it.  Pure: kept calls in, an order out.

A mark's risk is `severity × verdict × status × review`:

- severity: critical 100, major 20, minor 4, hint 1: one step outweighs a handful of the next;
- verdict: a breach 1; facts to check 0.5, since about as many turn out lawful; not assessable 0.1;
- status: confirmed 1; provisional 0.5, which stays only where a call was cut off;
- review: none yet 1; uncertain 0.6, a second look is wanted; confirmed 0.2, known and judged;
  dismissed 0.

Calls are ordered by their riskiest mark, then by the sum of all, then the newest first: many small
things never hide one grave one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.record.kept import FindingMark, KeptCall
from assistant.record.reviews import ReviewAct
from compliance.findings import Severity, Status, Verdict

_SEVERITY = {
    Severity.CRITICAL: 100.0,
    Severity.MAJOR: 20.0,
    Severity.MINOR: 4.0,
    Severity.HINT: 1.0,
}
_VERDICT = {Verdict.BREACH: 1.0, Verdict.CHECK_FACTS: 0.5, Verdict.NOT_ASSESSABLE: 0.1}
_STATUS = {Status.CONFIRMED: 1.0, Status.PROVISIONAL: 0.5, Status.WITHDRAWN: 0.0}
_REVIEW: dict[ReviewAct | None, float] = {
    None: 1.0,
    ReviewAct.UNCERTAIN: 0.6,
    ReviewAct.CONFIRM: 0.2,
    ReviewAct.DISMISS: 0.0,
}


@dataclass(frozen=True, slots=True, order=True)
class Risk:
    """A call's risk; greater is worse."""

    riskiest: float
    total: float


def mark_risk(mark: FindingMark) -> float:
    """The risk of one mark, 0 to 100."""
    review = _REVIEW.get(mark.review, 1.0)
    return _SEVERITY[mark.severity] * _VERDICT[mark.verdict] * _STATUS[mark.status] * review


def call_risk(call: KeptCall) -> Risk:
    """The risk of one call."""
    risks = [mark_risk(mark) for mark in call.marks]
    return Risk(max(risks, default=0.0), sum(risks))


def by_risk(calls: Iterable[KeptCall]) -> tuple[KeptCall, ...]:
    """The calls, the one to open first first."""
    newest_first = sorted(calls, key=lambda call: (call.started_at_utc, call.id), reverse=True)
    return tuple(sorted(newest_first, key=call_risk, reverse=True))
