"""The wrap-up while it is being filled in: what stands in its fields, and what follows from it.

Owns the texts of the fields, which of them the call filled in by itself, and what is understood,
summed up and proposed from them at any moment.  What the agent typed is never overwritten; what the
call filled in follows the outcome.  Pure: the view, the day and the permitted times are passed in,
and it draws nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.call_view import CallView
from assistant.next_contact import ContactTime, ContactTimes
from assistant.typed_values import Reading, as_typed
from assistant.wrap_up import (
    NEXT_CONTACT,
    Typed,
    Wanting,
    WrapUp,
    fields_of,
    filled_in,
    outcome_numbered,
    promised_on,
    proposed_outcome,
    summary_of,
    values_typed,
    wanting,
    wrapped_up,
)
from scripts.account import Account, Promise
from scripts.commitments import active_promise
from scripts.outcomes import Outcome, OutcomeField, Value
from scripts.outcomes_summary import About, Item, Summary, counted

OUTCOME, NOTE = "outcome", "note"
"""The names of the fields that every wrap-up has besides the next contact."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What the sheet shows of the call beside the fields.

    `summary` is of the outcome that stands in the field, `None` where none does; `contact` when the
    customer may be contacted then, `None` where there is no such time; `before` the promise that
    the account held already.
    """

    items: Mapping[About, tuple[Item, ...]]
    summary: Summary | None
    contact: ContactTime | None
    values: Mapping[str, Value]
    before: Promise | None


class WrapUpDraft:
    """What stands in the fields.

    Args:
        view: the call, which is over.
        outcomes: those there are.
        reading: how what is typed is read.
        account: the customer's; `None` where nobody knows.
        contact_time: when the customer may be contacted; `None`: nobody can say.
    """

    def __init__(
        self,
        view: CallView,
        outcomes: Sequence[Outcome],
        reading: Reading,
        *,
        account: Account | None = None,
        contact_time: ContactTimes | None = None,
    ) -> None:
        self._view = view
        self._outcomes = outcomes
        self.reading = reading
        self._account = account
        self._contact_time = contact_time
        self._known: dict[tuple[str, tuple[date, ...], date], ContactTime | None] = {}
        self._happenings = view.happened.all
        self._items = counted(self._happenings)
        self._texts: dict[str, str] = {}
        self._given: dict[str, str] = {}
        likely = proposed_outcome(view, outcomes)
        if likely is not None:
            self._texts[OUTCOME] = str(likely.number)
        self._fill()

    # ---- the fields ------------------------------------------------------------------------------

    @property
    def outcome(self) -> Outcome | None:
        """The outcome whose number stands in its field."""
        return outcome_numbered(self._outcomes, self.text(OUTCOME))

    @property
    def fields(self) -> tuple[OutcomeField, ...]:
        """What the outcome asks for."""
        return fields_of(self.outcome)

    def text(self, name: str) -> str:
        """What stands in a field."""
        return self._texts.get(name, "")

    def type(self, name: str, text: str) -> None:
        """Somebody has typed: this stands in a field now."""
        if self.text(name) != text:
            self._texts[name] = text
            self._fill()

    def _fill(self) -> None:
        """What the call knows of the outcome's fields, where nobody has typed anything else."""
        outcome = self.outcome
        known = filled_in(self._view, outcome, self.reading.today)
        for item in fields_of(outcome):
            self._give(item.id, as_typed(item, known[item.id]) if item.id in known else "")
        contact = self._contact(self._summary())
        may = outcome is not None and outcome.next_contact and contact is not None
        self._give(NEXT_CONTACT, contact.day.isoformat() if may and contact is not None else "")

    def _give(self, name: str, text: str) -> None:
        if self.text(name) == self._given.get(name, ""):
            self._texts[name] = text
        self._given[name] = text

    # ---- what follows ----------------------------------------------------------------------------

    @property
    def values(self) -> Mapping[str, Value]:
        """What is understood of the outcome's fields."""
        return values_typed(self.outcome, self._typed, self.reading)

    @property
    def digest(self) -> Digest:
        """What the sheet shows of the call."""
        summary = self._summary()
        before = None
        outcome = self.outcome
        if self._account is not None and outcome is not None and outcome.one_active:
            before = active_promise(self._account.promises, self.reading.today)
        return Digest(self._items, summary, self._contact(summary), self.values, before)

    def confirmed(self) -> WrapUp | Wanting:
        """The wrap-up, or what it still wants."""
        outcome = self.outcome
        if outcome is None:
            return Wanting(OUTCOME, not_understood=True)
        lacks = wanting(outcome, self._typed, self.reading)
        return lacks if lacks is not None else self._made(outcome)

    def left(self) -> WrapUp | Wanting:
        """The wrap-up as it is, complete or not; without an outcome it is none."""
        outcome = self.outcome
        return Wanting(OUTCOME, not_understood=True) if outcome is None else self._made(outcome)

    def _made(self, outcome: Outcome) -> WrapUp:
        return wrapped_up(outcome, self._typed, self.reading, self._happenings)

    @property
    def _typed(self) -> Typed:
        return Typed(self._texts, self.text(NEXT_CONTACT), self.text(NOTE))

    def _summary(self) -> Summary | None:
        outcome = self.outcome
        if outcome is None:
            return None
        return summary_of(self._view, outcome, self.values, self._happenings, self.reading.today)

    def _contact(self, summary: Summary | None) -> ContactTime | None:
        """The first permitted time from the day on which contact is due."""
        outcome = self.outcome
        if summary is None or outcome is None or summary.next_contact is None:
            return None
        earliest = max(summary.next_contact, self.reading.typed_on)
        started = self._view.started
        if self._contact_time is None or started is None:
            return ContactTime(earliest, None, None, certain=False)
        header = started.start.header
        if self._account is not None:
            header = replace(
                header,
                customer_timezone=header.customer_timezone
                or self._account.customer_timezone
                or None,
            )
        due = promised_on(outcome, self.values)
        key = (outcome.id, due, earliest)
        if key not in self._known:
            self._known[key] = self._contact_time(header, *key)
        return self._known[key]
