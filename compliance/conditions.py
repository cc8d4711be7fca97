"""When something applies: one condition over what is known of a call at one moment.

Owns `Condition` and its three answers: it holds, it does not, or something unknown decides.
Whoever asks decides what an unknown answer means.  It reads no file and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import partial

from compliance.context import CallContext, Collector, Listener, Plain

_Question = Callable[[CallContext], bool | None]


class Sense(StrEnum):
    """How an account's value is compared."""

    EQ = "eq"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    EXISTS = "exists"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field of the account against one value, both read as number, date or text."""

    field: str
    sense: Sense
    value: Plain

    def holds(self, context: CallContext) -> bool | None:
        """Whether it holds; `None` where the account or the field is unknown or of another sort."""
        account = context.header.account
        if account is None:
            return None
        actual = account.get(self.field)
        if self.sense is Sense.EXISTS:
            return (actual is not None) is (self.value is not False)
        return None if actual is None else _compared(self.sense, actual, self.value)


@dataclass(frozen=True, slots=True)
class Condition:
    """When something applies; what is left empty does not matter.

    `facts` must all be as given.  `verified` is whether the right party is confirmed.  `minutes`
    are the first and the last minute of the call, `None` where open.  `after` and `before` name
    marks (`CallContext.past`) that must, and must not, have been made.  `confidence` is what the
    recogniser's confidence in every matched word must reach, 0 to 1; it is asked of a match, not of
    a moment.
    """

    listener: tuple[Listener, ...] = ()
    verified: bool | None = None
    collector: tuple[Collector, ...] = ()
    stage: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    facts: tuple[tuple[str, bool], ...] = ()
    minutes: tuple[float | None, float | None] | None = None
    after: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    account: tuple[Comparison, ...] = field(default=())
    confidence: float | None = None

    # What is asked, one for each part that matters; a condition is asked far oftener than made.
    _asked: tuple[tuple[str, _Question], ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Lay out the questions."""
        object.__setattr__(self, "_asked", tuple(self._questions()))

    def holds(self, context: CallContext) -> bool | None:
        """Whether it holds now; `None` where what is unknown decides."""
        unknown = False
        for _, question in self._asked:
            answer = question(context)
            if answer is False:
                return False
            unknown = unknown or answer is None
        return None if unknown else True

    def answers(self, context: CallContext) -> Iterator[tuple[str, bool | None]]:
        """Each part that matters by name (`listener`, `fact:judgment`, …), and whether it holds."""
        return ((name, question(context)) for name, question in self._asked)

    def _questions(self) -> Iterator[tuple[str, _Question]]:
        if self.listener:
            yield "listener", self._listener_holds
        if self.verified is not None:
            wanted = self.verified
            yield "verified", lambda now: _matches(wanted, now.verified)
        if self.collector:
            yield "collector", lambda now: _among(self.collector, now.header.collector)
        if self.stage:
            yield "stage", lambda now: _among(self.stage, now.stage)
        if self.states:
            yield "customer_state", lambda now: _among(self.states, _state(now))
        for name, value in self.facts:
            yield f"fact:{name}", partial(_fact_is, name, value)
        if self.minutes is not None:
            minutes = self.minutes
            yield "minutes", lambda now: _within(minutes, now.time_s)
        for mark in self.after:
            yield mark, partial(_made, mark)
        for mark in self.before:
            yield mark, partial(_not_made, mark)
        for comparison in self.account:
            yield f"account:{comparison.field}", comparison.holds

    def _listener_holds(self, context: CallContext) -> bool | None:
        if context.listener in self.listener:
            return True
        if context.listener is not Listener.UNKNOWN:
            return False
        if context.verified:  # whoever passed verification is the customer
            return Listener.CUSTOMER in self.listener
        # Unverified and unknown is what the rules on verification are for, not those on others.
        return None if context.verified is None else False


def _state(context: CallContext) -> str | None:
    state = context.header.customer_state
    return state and state.strip().upper()


def _fact_is(name: str, value: bool, context: CallContext) -> bool | None:
    return _matches(value, context.fact(name))


def _made(mark: str, context: CallContext) -> bool | None:
    return context.made(mark)


def _not_made(mark: str, context: CallContext) -> bool | None:
    made = context.made(mark)
    return None if made is None else not made


def _matches(wanted: bool, actual: bool | None) -> bool | None:
    return None if actual is None else wanted is actual


def _among(wanted: tuple[str, ...], actual: str | None) -> bool | None:
    return None if actual is None else actual in wanted


def _within(minutes: tuple[float | None, float | None], time_s: float | None) -> bool | None:
    if time_s is None:
        return None
    first, last = minutes
    return (first is None or time_s >= first * 60) and (last is None or time_s < last * 60)


def _compared(sense: Sense, actual: Plain, value: Plain) -> bool | None:
    if isinstance(actual, bool) or isinstance(value, bool):
        both = isinstance(actual, bool) and isinstance(value, bool)
        return actual is value if both and sense is Sense.EQ else None
    numbers = (number_of(actual), number_of(value))
    if numbers[0] is not None and numbers[1] is not None:
        return _ordered(sense, (numbers[0] > numbers[1]) - (numbers[0] < numbers[1]))
    days = (day_of(actual), day_of(value))
    if days[0] is not None and days[1] is not None:
        return _ordered(sense, (days[0] > days[1]) - (days[0] < days[1]))
    return str(actual) == str(value) if sense is Sense.EQ else None


def _ordered(sense: Sense, sign: int) -> bool:
    return {
        Sense.EQ: sign == 0,
        Sense.LT: sign < 0,
        Sense.LE: sign <= 0,
        Sense.GT: sign > 0,
        Sense.GE: sign >= 0,
    }[sense]


def number_of(value: Plain) -> Decimal | None:
    """A value of an account as a number (`"3000.00"` is one); `None` where it is none."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def day_of(value: Plain) -> date | None:
    """A value of an account as a day (ISO 8601, time or not); `None` where it is none."""
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value.strip()).date()
    except ValueError:
        return None
