"""What a call has made so far, for conditions on what came before.

Owns the marks of one call (see `CallContext.past`) and when each is made.  It judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from compliance.context import CallContext, Listener
from compliance.findings import Statement, StatementState
from compliance.hearing import EVENT, Sign


@dataclass(slots=True)
class Past:
    """The marks of one call; `unsure` is whether something unheard may have made others."""

    unsure: bool = False
    _marks: frozenset[str] = field(default=frozenset())
    _recent: set[str] = field(default_factory=set)
    _listener: Listener | None = None

    def make(self, mark: str) -> None:
        """Make a mark; one that stands already is made again."""
        self._recent.add(mark)
        if mark not in self._marks:
            self._marks |= {mark}

    def since(self) -> frozenset[str]:
        """The events since this was last asked."""
        recent = frozenset(
            mark.removeprefix("event:") for mark in self._recent if mark.startswith("event:")
        )
        self._recent.clear()
        return recent

    def meets(self, context: CallContext) -> None:
        """Who listens and how far the script is, as the session knows it."""
        if context.stage is not None:
            self.make(f"stage:{context.stage}")
        if context.verified and "event:verified" not in self._marks:
            self.make("event:verified")
        known = self._listener not in {None, Listener.UNKNOWN}
        if known and context.listener is not self._listener:
            self.make("event:new_listener")  # whoever was unknown may be the same still
        self._listener = context.listener

    def happened(self, signs: Iterable[Sign]) -> None:
        """The events that were heard in an utterance."""
        for name in events_in(signs):
            self.make(f"event:{name}")

    def said(self, statements: Iterable[Statement]) -> None:
        """The required statements that were said in full."""
        for statement in statements:
            if statement.state is StatementState.SAID:
                self.make(f"statement:{statement.id}")

    def within(self, context: CallContext, time_s: float | None) -> CallContext:
        """A context with what the call has made."""
        return replace(context, time_s=time_s, past=self._marks, unsure=self.unsure)


def events_in(signs: Iterable[Sign]) -> frozenset[str]:
    """The names of the events that were heard."""
    labels = (sign.match.label for sign in signs)
    return frozenset(label[1:] for label in labels if label[0] == EVENT)
