"""What of a running call becomes a task, from words and keys to tasks that are told.

Owns which happenings are signs of a matter: an exit that the script takes, an objection, a route
that stands among the findings, the agent's keys; and which take one back: the script stepped back
out of an exit, a finding withdrawn.  Pure: it reads no clock.  What a sign raises, and for whom, is
`scripts.tasks`'s; a running call and a transcript that is checked are watched by the same object.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from assistant.events import Act, AgentActed, CallStarted, TaskRaised, TaskWithdrawn
from compliance.findings import Finding, Kind, Status
from compliance.local_time import zone_of
from compliance.pack_routes import route_of
from compliance.transcript import Utterance
from scripts.tasks import (
    HELP,
    Sign,
    SignOf,
    Task,
    TaskKinds,
    TaskLedger,
    due,
    shipped_tasks,
)

Told = TaskRaised | TaskWithdrawn

# Stands in where nobody knows when the call was: how policy and law compare does not hang on it.
_NO_DAY = datetime(2001, 1, 1, tzinfo=UTC)
_KEYS = {Act.EXIT: SignOf.EXIT, Act.OBJECTION: SignOf.OBJECTION, Act.HELP_ASKED: SignOf.ASKED}


class TaskWatch:
    """The tasks of one call.

    Args:
        start: the call's first event.
        dated: whether that says when the call was; of a written transcript it may not.
        kinds: what may become a task; those that ship.
    """

    def __init__(
        self, start: CallStarted, *, dated: bool = True, kinds: TaskKinds | None = None
    ) -> None:
        self._kinds = kinds if kinds is not None else shipped_tasks()
        self._ledger = TaskLedger(self._kinds)
        self._jurisdiction = start.header.jurisdiction
        self._zone = zone_of(start.zone) or UTC
        self._began = datetime.fromisoformat(start.started_at_utc) if dated else None

    def heard(
        self,
        utterance: Utterance,
        findings: Iterable[Finding],
        entered: Iterable[str],
        objections: Iterable[str],
        call_s: float,
    ) -> Iterator[Told]:
        """An utterance has settled.

        Args:
            utterance: what was said.
            findings: what the rules found in it, as they stand.
            entered: the exits that the script took by it.
            objections: those heard in it.
            call_s: when.
        """
        words = utterance.id
        # The nearest to what was said first: a task is named after it.
        signs = [Sign(SignOf.OBJECTION, slug, call_s, words) for slug in objections]
        signs += [Sign(SignOf.EXIT, slug, call_s, words) for slug in entered]
        signs += [
            Sign(SignOf.ROUTE, route_of(finding.rule), call_s, words, finding.id)
            for finding in findings
            if _stands(finding)
        ]
        yield from self._told(self._ledger.take(signs), call_s)

    def acted(self, event: AgentActed, left: Iterable[str], call_s: float) -> Iterator[Told]:
        """A key was pressed; `left` are the exits that the script is in no more."""
        of = _KEYS.get(event.act)
        if of is not None:
            slug = event.argument or (HELP if of is SignOf.ASKED else "")
            yield from self._told(self._ledger.take((Sign(of, slug, call_s),)), call_s)
        elif event.act is Act.STEP_BACK:
            for slug in left:
                yield from self._told(self._ledger.take_back(SignOf.EXIT, slug), call_s)

    def withdrawn(self, finding: Finding, call_s: float) -> Iterator[Told]:
        """A finding that was told stands no more."""
        yield from self._told(self._ledger.lose(finding.id), call_s)

    def _told(self, changed: Iterable[Task], call_s: float) -> Iterator[Told]:
        for task in changed:
            if not task.stands:
                yield TaskWithdrawn(task, call_s)
                continue
            kind = self._kinds.kind(task.kind)
            assert kind is not None  # the ledger knows no others
            raised_at = (self._began or _NO_DAY) + timedelta(seconds=task.raised_s)
            at = due(kind, raised_at, self._zone, self._jurisdiction)
            yield TaskRaised(
                task,
                raised_at_utc=self._written(raised_at, "seconds"),
                due_at_utc=self._written(at.at, "minutes"),
                by_day=at.by_day,
                by_law=at.by_law,
                call_s=call_s,
            )

    def _written(self, at: datetime, exact_to: str) -> str:
        """A moment as events carry it; nothing where nobody knows when the call was."""
        return at.astimezone(UTC).isoformat(timespec=exact_to) if self._began is not None else ""


def _stands(finding: Finding) -> bool:
    """Whether a finding is a route that is heard for certain, by a rule that is in force."""
    return finding.kind is Kind.ROUTE and finding.status is Status.CONFIRMED and not finding.trial
