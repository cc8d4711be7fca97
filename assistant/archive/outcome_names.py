"""What outcomes are called, for lists of kept calls.

Owns the look-up: an outcome that the program does not know any more is shown by its id.
"""

from __future__ import annotations

from collections.abc import Iterable

from scripts.outcomes import Outcome


class OutcomeNames:
    """Names of outcomes by id."""

    def __init__(self, outcomes: Iterable[Outcome]) -> None:
        self._named = {outcome.id: outcome.label for outcome in outcomes}

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self._named)

    def name(self, outcome: str, code: str) -> str:
        """The name in an interface language (`en`, `zh-Hant`, `zh-Hans`)."""
        named = self._named.get(outcome)
        return named.name(code) if named is not None else outcome
