"""What outcomes and their fields are called, for kept calls.

Owns the look-up: an outcome or field that the program does not know any more is shown by its id.
"""

from __future__ import annotations

from collections.abc import Iterable

from scripts.outcomes import Outcome, OutcomeField


class OutcomeNames:
    """Names of outcomes by id."""

    def __init__(self, outcomes: Iterable[Outcome]) -> None:
        known = tuple(outcomes)
        self._named = {outcome.id: outcome.label for outcome in known}
        self._numbers = {outcome.id: outcome.number for outcome in known}
        self._fields = {
            item.id: item for outcome in known for item in (*outcome.mandatory, *outcome.optional)
        }

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self._named)

    def name(self, outcome: str, code: str) -> str:
        """The name in an interface language (`en`, `zh-Hant`, `zh-Hans`)."""
        named = self._named.get(outcome)
        return named.name(code) if named is not None else outcome

    def number(self, outcome: str) -> int | None:
        """The number that an agent types; `None` where the outcome is not known any more."""
        return self._numbers.get(outcome)

    @property
    def fields(self) -> tuple[OutcomeField, ...]:
        """Every field that some outcome asks for."""
        return tuple(self._fields.values())

    def field(self, name: str) -> OutcomeField | None:
        """A field by its id."""
        return self._fields.get(name)

    def field_name(self, name: str, code: str) -> str:
        """What a field is called in an interface language."""
        item = self._fields.get(name)
        return item.label.name(code) if item is not None else name.replace("_", " ")
