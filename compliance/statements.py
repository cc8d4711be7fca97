"""Follows required statements through a call, element by element.

Owns how far each statement has got: due, partly said, said, missed, or not to be told because the
agent was not fully heard.  Which words make an element is the pack's; what its absence means is the
monitor's.
"""

from __future__ import annotations

from dataclasses import replace

from compliance.context import CallContext
from compliance.findings import Statement, StatementState
from compliance.rules import RequiredStatement


class Progress:
    """One required statement in one call."""

    def __init__(self, required: RequiredStatement) -> None:
        self.required = required
        self._heard: set[str] = set()
        self._told: Statement | None = None
        self._due = False

    def heard(self, elements: set[str], context: CallContext) -> Statement | None:
        """The statement if its state changed."""
        required = self.required
        self._heard.update(
            element for element in required.elements if f"{required.id}/{element}" in elements
        )
        self._due = self._due or bool(required.when.holds(context))
        if not self._due:
            return None
        return self._tell(self._now())

    def closed(self, agent_utterances: int, *, cannot_tell: bool) -> Statement | None:
        """The statement at the end, where it changed; nothing where it never was due."""
        now = self._now()
        if now.state is StatementState.SAID:
            return None
        if cannot_tell and agent_utterances < self.required.min_utterances:
            return self._tell(replace(now, state=StatementState.CANNOT_TELL))
        if not self._due or agent_utterances < self.required.min_utterances:
            return None
        state = StatementState.CANNOT_TELL if cannot_tell else StatementState.MISSED
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
