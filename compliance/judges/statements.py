"""Judges what must be said: follows each required statement, and tells what was left out.

Owns how far each statement has got (due, partly said, said, missed, or not to be told because the
agent was not fully heard).  Which words make an element is the pack's; what its absence means is
the statement's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from compliance.context import CallContext
from compliance.findings import Statement, StatementState
from compliance.rules import RequiredStatement


@dataclass(frozen=True, slots=True)
class Unsaid:
    """What the end of a call leaves of its statements.

    `missed` are those whose absence is certain, as they stand; `undecided` the rules of those that
    cannot be told.
    """

    statements: tuple[Statement, ...]
    missed: tuple[tuple[Statement, RequiredStatement], ...]
    undecided: tuple[str, ...]


class StatementsJudge:
    """The required statements of one call."""

    def __init__(self, required: Iterable[RequiredStatement]) -> None:
        self._progress = {statement.id: Progress(statement) for statement in required}

    def hear(self, labels: Iterable[str], context: CallContext) -> tuple[Statement, ...]:
        """The statements that an utterance of the agent moved; `labels` are its matches'."""
        elements = {label[1:] for label in labels if label[0] == "="}
        changes = (progress.heard(elements, context) for progress in self._progress.values())
        return tuple(change for change in changes if change is not None)

    def close(self, agent_utterances: int, context: CallContext, *, cannot_tell: bool) -> Unsaid:
        """What is left when the call has ended; arguments as in `Progress.closed`."""
        statements: list[Statement] = []
        missed: list[tuple[Statement, RequiredStatement]] = []
        undecided: list[str] = []
        for progress in self._progress.values():
            statement = progress.closed(agent_utterances, context, cannot_tell=cannot_tell)
            if statement is None:
                continue
            statements.append(statement)
            if statement.state is StatementState.CANNOT_TELL:
                undecided.append(progress.required.rule)
            elif statement.state is StatementState.MISSED:
                missed.append((statement, progress.required))
        return Unsaid(tuple(statements), tuple(missed), tuple(undecided))


class Progress:
    """One required statement in one call."""

    def __init__(self, required: RequiredStatement) -> None:
        self.required = required
        self._heard: set[str] = set()
        self._told: Statement | None = None
        self._due = False
        self._maybe_due = False  # it hung on something unknown

    def heard(self, elements: set[str], context: CallContext) -> Statement | None:
        """The statement if its state changed."""
        required = self.required
        self._heard.update(
            element for element in required.elements if f"{required.id}/{element}" in elements
        )
        applies = required.when.holds(context)
        self._due = self._due or applies is True
        self._maybe_due = self._maybe_due or applies is None
        if not self._due:
            return None
        return self._tell(self._now())

    def closed(
        self, agent_utterances: int, context: CallContext, *, cannot_tell: bool
    ) -> Statement | None:
        """The statement at the end, where it changed; nothing where it never was due.

        It cannot be told where it is unknown whether it was due, where too little was heard for its
        absence to mean anything, or where some of the agent was not heard (`cannot_tell`).
        """
        now = self._now()
        if now.state is StatementState.SAID:
            return None
        # Without a word of the agent it has not been asked yet whether it was due.
        unasked = agent_utterances == 0 and self.required.when.holds(context) is not False
        if not (self._due or self._maybe_due or unasked):
            return None
        certain = self._due and agent_utterances >= self.required.min_utterances
        missed = certain and not cannot_tell
        state = StatementState.MISSED if missed else StatementState.CANNOT_TELL
        return self._tell(replace(now, state=state))

    def _now(self) -> Statement:
        missing = tuple(name for name in self.required.elements if name not in self._heard)
        if not missing:
            return Statement(self.required.id, StatementState.SAID)
        state = StatementState.PARTIAL if self._heard else StatementState.DUE
        return Statement(self.required.id, state, missing)

    def _tell(self, statement: Statement) -> Statement | None:
        if statement == self._told:
            return None
        self._told = statement
        return statement
