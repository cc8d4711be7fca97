"""How a call ended, as far as the next contact hangs on it, and the promise that was made in it.

Owns the step from a kept call, or from an attempt that was written down alone, to outcome, fields
and promise.  Pure: it reads no store and no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from assistant.record.followed import FollowedCall
from assistant.record.kept import KeptWrapUp
from assistant.shift.journal import Attempt
from scripts.outcome_values import value_of
from scripts.outcomes import Outcome, Value
from scripts.promise_keeping import PromisedPart, PromiseMade

REACHED_FROM = 30
"""Outcomes with this number or a higher one are of calls that reached the customer, or stopped."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How one call ended.

    `at` is when it began, by its desk's clock; `values` are the outcome's fields by their ids;
    `number` is the telephone number that was called; `call` is empty where it was not kept.
    """

    call: str
    at: datetime
    outcome: Outcome
    values: Mapping[str, Value]
    next_contact: date | None
    number: str | None

    @property
    def reached(self) -> bool:
        """Whether the customer was reached, or the matter stopped."""
        return self.outcome.number >= REACHED_FROM


def values_of(wrap_up: KeptWrapUp, outcome: Outcome) -> Mapping[str, Value]:
    """The fields that a wrap-up carries, by their ids in `outcomes.yaml`; none before it had any.

    What is not understood is left out, as if it had not been filled.
    """
    found: dict[str, Value] = {}
    for item in (*outcome.mandatory, *outcome.optional):
        if item.id in wrap_up.values:
            with suppress(ValueError):
                found[item.id] = value_of(item, wrap_up.values[item.id])
    return found


def ending_of(call: FollowedCall, outcomes: Mapping[str, Outcome]) -> Ending | None:
    """How a kept call ended; `None` where nobody said, or with an outcome that there is no more."""
    end = call.end
    outcome = outcomes.get(end.outcome) if end is not None else None
    if end is None or outcome is None:
        return None
    next_contact = _day(end.next_contact)
    values = _filled(outcome, values_of(end, outcome), next_contact, _promised_day(call))
    return Ending(call.call, call.started_at, outcome, values, next_contact, call.number)


def ending_of_attempt(attempt: Attempt, outcomes: Mapping[str, Outcome]) -> Ending | None:
    """The same, of a call that was not kept and stands in the contact journal alone."""
    outcome = outcomes.get(attempt.outcome)
    if outcome is None:
        return None
    values = _filled(outcome, {}, attempt.next_contact, None)
    at = attempt.at.astimezone()
    return Ending("", at, outcome, values, attempt.next_contact, attempt.number)


def promise_of(call: FollowedCall, ending: Ending | None) -> PromiseMade | None:
    """The promise of a call: what was confirmed in it, and what its agent said of it at the end.

    Of a promise in one part the wrap-up has the last word; of one in several it holds the first
    day at most.
    """
    parts = tuple(PromisedPart(part.amount, part.currency, part.day) for part in call.promised)
    if ending is not None and ending.outcome.one_active and len(parts) < 2:
        heard = parts[0] if parts else PromisedPart(None, call.account.currency, None)
        parts = (_part(ending.values, heard),)
    return PromiseMade(call.call, call.started_at, parts) if parts else None


def promise_of_attempt(ending: Ending) -> PromiseMade | None:
    """The promise of a call that was not kept: of its amount nothing is known."""
    if not ending.outcome.one_active:
        return None
    return PromiseMade("", ending.at, (_part(ending.values, PromisedPart(None, "", None)),))


def _part(values: Mapping[str, Value], heard: PromisedPart) -> PromisedPart:
    # Of a plan or settlement, what falls due first is its first amount.
    amount = values.get("first_amount", values.get("amount"))
    day = values.get("due_on")
    return PromisedPart(
        amount if isinstance(amount, Decimal) else heard.amount,
        heard.currency,
        day if isinstance(day, date) else heard.day,
    )


def _filled(
    outcome: Outcome,
    values: Mapping[str, Value],
    next_contact: date | None,
    promised: date | None,
) -> Mapping[str, Value]:
    """The fields, with those days that the call knows otherwise."""
    found = dict(values)
    if outcome.one_active:
        day = promised or next_contact
        if day is not None:
            found.setdefault("due_on", day)
    elif outcome.id == "callback" and next_contact is not None:
        found.setdefault("callback_on", next_contact)
    return found


def _promised_day(call: FollowedCall) -> date | None:
    days = [part.day for part in call.promised if part.day is not None]
    return min(days, default=None)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
