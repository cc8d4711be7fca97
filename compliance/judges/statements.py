"""Judges what must be said: follows each required statement, and tells what was left out.

Owns how far each statement has got (due, partly said, said, missed, or not to be told because the
agent was not fully heard), by when it must be complete, and what makes it due anew.  Which words
make an element is the pack's; what its absence means is the statement's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from compliance.context import CallContext
from compliance.findings import FoundBy, Statement, StatementState
from compliance.hearing import ELEMENT, EVENT, Sign
from compliance.judges.hits import Hit
from compliance.rules import RequiredStatement, RuleSet
from compliance.transcript import Utterance

FIRST_UTTERANCE = "first_utterance"
_CUT_IN_S = 0.3  # how long before an agent's end another must begin to have cut in


@dataclass(frozen=True, slots=True)
class Moved:
    """Statements whose state changed, what that breaches, and what cannot be judged, with why."""

    statements: tuple[Statement, ...] = ()
    hits: tuple[Hit, ...] = ()
    undecided: tuple[tuple[str, str], ...] = ()


class StatementsJudge:
    """The required statements of one call."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        self._progress = [Progress(statement) for statement in rules.statements]
        self._utterances = 0
        self._last: Utterance | None = None

    def hear(
        self,
        utterance: Utterance,
        signs: Sequence[Sign],
        context: CallContext,
        events: frozenset[str] = frozenset(),
    ) -> Moved:
        """What a final of the agent moved.

        Args:
            utterance: the final.
            signs: what was heard in it.
            context: what holds now.
            events: what has happened since the agent's last, besides what is heard in this.
        """
        labels = [sign.match.label for sign in signs]
        elements = {label[1:] for label in labels if label[0] == ELEMENT}
        happened = events | {label[1:] for label in labels if label[0] == EVENT}
        if self._utterances == 0:
            happened |= {FIRST_UTTERANCE}
        self._utterances += 1
        self._last = utterance
        moved = [
            (progress, progress.heard(elements, context, happened, utterance.start_s))
            for progress in self._progress
        ]
        statements = tuple(statement for _, statement in moved if statement is not None)
        hits = tuple(
            self._hit(progress, statement)
            for progress, statement in moved
            if statement is not None and statement.state is StatementState.MISSED
        )
        return Moved(statements, hits)

    def cut_in(self, utterance: Utterance) -> Moved:
        """Somebody else's final: what the agent was saying when it began was interrupted."""
        last, self._last = self._last, None
        if last is None or last.end_s is None or utterance.start_s is None:
            return Moved()
        if not (last.start_s or 0.0) <= utterance.start_s < last.end_s - _CUT_IN_S:
            return Moved()
        changes = (progress.interrupted() for progress in self._progress)
        return Moved(tuple(change for change in changes if change is not None))

    def said(self, statement: str) -> bool:
        """Whether every element of a statement was heard, due or not."""
        return any(
            progress.required.id == statement and progress.complete for progress in self._progress
        )

    def stated(self, statement: str) -> Moved:
        """Somebody who was there says that a statement was made, though it was not heard here."""
        changes = (
            progress.stated() for progress in self._progress if progress.required.id == statement
        )
        return Moved(tuple(change for change in changes if change is not None))

    def close(self, context: CallContext, *, cannot_tell: bool) -> Moved:
        """What is left when the call has ended; `cannot_tell` as in `Progress.closed`."""
        statements: list[Statement] = []
        hits: list[Hit] = []
        undecided: list[tuple[str, str]] = []
        for progress in self._progress:
            if progress.untimed:
                undecided.append((progress.required.rule, "times"))
            statement = progress.closed(self._utterances, context, cannot_tell=cannot_tell)
            if statement is None:
                continue
            statements.append(statement)
            if statement.state is StatementState.CANNOT_TELL:
                undecided.append((progress.required.rule, "unheard"))
            elif statement.state is StatementState.MISSED:
                hits.append(self._hit(progress, statement))
        return Moved(tuple(statements), tuple(hits), tuple(undecided))

    def _hit(self, progress: Progress, statement: Statement) -> Hit:
        required = progress.required
        if statement.missing == required.elements:
            how = "not_said"
        else:
            how = "interrupted" if statement.interrupted else "partly_said"
        found_by = FoundBy(how, ", ".join(statement.missing), f"statement:{required.id}")
        part = required.id if progress.round == 0 else f"{required.id}.{progress.round}"
        params = (("missing", required.id),)
        rule = self._rules.rule(required.rule)
        return Hit(rule, required.missed, found_by, part=part, params=params)


class Progress:
    """One required statement in one call; `round` counts how often it became due anew."""

    def __init__(self, required: RequiredStatement) -> None:
        self.required = required
        self.round = 0
        self.untimed = False  # it was said, but nobody knows whether in time
        self._elements = {f"{required.id}/{name}": name for name in required.elements}
        self._heard: set[str] = set()
        self._stands: Statement | None = None  # how it stands, until another element is heard
        self._told: Statement | None = None
        self._due = False
        self._maybe_due = False  # it hung on something unknown
        self._missed = False
        self._fresh = False  # the last utterance held an element of it
        self._cut = False
        self._left: int | None = None  # the agent's utterances until the deadline
        self._number = 0  # the agent's utterances so far

    def heard(
        self,
        elements: set[str],
        context: CallContext,
        events: frozenset[str] = frozenset(),
        start_s: float | None = None,
    ) -> Statement | None:
        """The statement if its state changed."""
        required = self.required
        self._number += 1
        if events.intersection(required.repeat_on):
            self._again()
        complete = len(self._heard) == len(required.elements)
        new = self._elements.keys() & elements
        self._fresh = bool(new) and not self._heard.issuperset(self._elements[name] for name in new)
        if self._fresh:
            self._cut = False
            self._heard.update(self._elements[name] for name in new)
            self._stands = None
        if not self._due:
            applies = required.when.holds(context)
            self._due = applies is True
            self._maybe_due = self._maybe_due or applies is None
        if self._excused(context):
            self._due = self._maybe_due = False
        if required.by.seconds is not None and start_s is None and self._fresh and not complete:
            self.untimed = True
        # Of a fragment of a call nobody knows what was said before it.
        enough = self._number >= required.min_utterances
        late = self._is_late(context, events, start_s) and enough
        if not self._due:
            return None
        now = self._now()
        if late and not self._missed and not context.unsure:
            if now.state is not StatementState.SAID:
                self._missed = True
                return self._tell(replace(now, state=StatementState.MISSED))
            if not complete and self._late_by_clock(start_s):
                self._missed = True
                self._tell(now)
                return replace(now, state=StatementState.MISSED)
        if self._missed and now.state is not StatementState.SAID:
            return None
        return self._tell(now)

    @property
    def complete(self) -> bool:
        """Whether every element was heard."""
        return len(self._heard) == len(self.required.elements)

    def stated(self) -> Statement | None:
        """The statement, said in full by somebody's word."""
        self._heard.update(self.required.elements)
        self._stands = None
        self._cut = False
        return self._tell(self._now())

    def interrupted(self) -> Statement | None:
        """The statement if it was being said when somebody cut in."""
        now = self._now()
        if not (self._due and self._fresh and now.state is StatementState.PARTIAL):
            return None
        self._cut = True
        self._stands = None
        return self._tell(self._now())

    def closed(
        self, agent_utterances: int, context: CallContext, *, cannot_tell: bool
    ) -> Statement | None:
        """The statement at the end, where it changed; nothing where it never was due.

        It cannot be told where it is unknown whether it was due, where too little was heard for its
        absence to mean anything, or where some of the agent was not heard (`cannot_tell`).
        """
        now = self._now()
        if now.state is StatementState.SAID or self._missed or self._excused(context):
            return None
        # Without a word of the agent it has not been asked yet whether it was due.
        unasked = agent_utterances == 0 and self.required.when.holds(context) is not False
        if not (self._due or self._maybe_due or unasked):
            return None
        certain = self._due and agent_utterances >= self.required.min_utterances
        missed = certain and not cannot_tell
        state = StatementState.MISSED if missed else StatementState.CANNOT_TELL
        return self._tell(replace(now, state=state))

    def _excused(self, context: CallContext) -> bool:
        """Whether nobody asks for it now: not of whom it would tell too much."""
        unless = self.required.unless
        return unless is not None and unless.holds(context) is True

    def _again(self) -> None:
        """It is due anew: what was said before was said to somebody else, or about another debt."""
        self.round += 1
        self._heard.clear()
        self._stands = None
        self._told = None
        self._due = self._maybe_due = self._missed = self._cut = False
        self._left = None

    def _is_late(self, context: CallContext, events: frozenset[str], start_s: float | None) -> bool:
        """Whether this utterance of the agent is the last in which it could be said, or later."""
        by = self.required.by
        if by.seconds is not None:
            return self._late_by_clock(start_s)
        if by.stage:
            return f"stage:{by.stage}" in context.past and context.stage not in (None, by.stage)
        if not by.event:
            return False
        if self._left is None and (
            by.event in events
            or (by.event != FIRST_UTTERANCE and context.made(f"event:{by.event}") is True)
        ):
            self._left = by.within
        if self._left is None:
            return False
        self._left -= 1
        return self._left <= 0

    def _late_by_clock(self, start_s: float | None) -> bool:
        seconds = self.required.by.seconds
        return seconds is not None and start_s is not None and start_s > seconds

    def _now(self) -> Statement:
        if self._stands is None:
            self._stands = self._standing()
        return self._stands

    def _standing(self) -> Statement:
        missing = tuple(name for name in self.required.elements if name not in self._heard)
        if not missing:
            return Statement(self.required.id, StatementState.SAID)
        state = StatementState.PARTIAL if self._heard else StatementState.DUE
        return Statement(self.required.id, state, missing, self._cut)

    def _tell(self, statement: Statement) -> Statement | None:
        if statement == self._told:
            return None
        self._told = statement
        return statement
