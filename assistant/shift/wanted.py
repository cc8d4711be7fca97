"""Why an account stands on a list, and what keeps it from being called beside the law.

Owns the values alone: reasons that calls and payments gave, each with its day and its call, and the
bars of a disposition (a dispute, a promise not yet due).  It judges nothing and reads no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum


class WantedFor(StrEnum):
    """Why an account is to be called next; the value stands in files."""

    BROKEN = "broken_promise"
    PART = "kept_in_part"
    UNKNOWN = "promise_not_assessable"
    AWAITED = "payment_awaited"
    REMINDER = "promise_due"
    CALLBACK = "callback"
    DOCUMENTS = "documents"
    NEXT = "next_contact"


BROKEN = frozenset({WantedFor.BROKEN, WantedFor.PART})
NO_CALL = frozenset({WantedFor.AWAITED})
"""What alone is no reason to call: who has paid by now would be called about it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One reason.

    `due_on` is the day that it falls due, or fell, `at` the time where one was agreed; of a promise
    the promised day.  `call` is the call that it comes from, empty where that was not kept.
    `amount` and `currency` are those of a promise's part, where known.
    """

    why: WantedFor
    due_on: date
    call: str
    at: time | None = None
    amount: Decimal | None = None
    currency: str = ""

    @property
    def order(self) -> tuple[bool, date, time]:
        """Broken promises first, then by day and time."""
        return self.why not in BROKEN, self.due_on, self.at or time.max


@dataclass(frozen=True, slots=True)
class Barred:
    """What keeps an account off the telephone.

    `why` is an outcome's id, or `account_not_found`, `accounts_not_asked`, `payment_awaited`.
    `until` is the last day of it; `None`: until somebody lifts it.
    """

    why: str
    until: date | None = None
    call: str = ""

    def holds(self, today: date) -> bool:
        """Whether it holds on a day."""
        return self.until is None or today <= self.until


def in_order(wanted: Iterable[Wanted]) -> tuple[Wanted, ...]:
    """Reasons, the most wanted first; of two alike the later call's."""
    last = {(one.why, one.due_on, one.at): one for one in wanted}
    return tuple(sorted(last.values(), key=lambda one: (one.order, one.why.value)))
