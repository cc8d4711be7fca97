"""Whether promises to pay were kept, from what was paid: pure sums over one account.

Owns the matching of payments to promises and what it comes to: kept, kept in part, late, broken,
open, replaced, or not assessable.  It states what was paid by which day and never why; it reads no
clock and no file.  What is not known is not assessable, and nothing is called broken before the
payments are known through the promised day and the bank's processing days after it.

The rules of the matching.  Payments before the day of the call do not count, those of that day do.
An account has one active promise: a later one replaces what of the earlier had not fallen due, and
takes the payments from its day on; a payment on that day still completes a part of the earlier one
that falls due that very day.  No payment counts for two promises; within one, money fills the
earliest part that still takes it.  Other currencies are not converted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

_NOTHING = Decimal(0)
_SATURDAY = 5


class Keeping(StrEnum):
    """What became of a promise, or of a part of one."""

    KEPT = "kept"
    LATE = "late"
    PART = "kept_in_part"
    BROKEN = "broken"
    OPEN = "open"
    NOT_ASSESSABLE = "not_assessable"
    REPLACED = "replaced"


NOT_KEPT = frozenset({Keeping.BROKEN, Keeping.PART})
"""What a broken promise's own route begins with."""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in, or, as a `reversal`, went back again (a bounced cheque).

    `amount` is in major units and never negative; `reverses` is the reference of the payment that a
    reversal undoes, where the bank says.
    """

    amount: Decimal
    currency: str
    paid_on: date
    reference: str = ""
    reversal: bool = False
    reverses: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class PromisedPart:
    """An amount by a day; `None`: it was never said, or never understood."""

    amount: Decimal | None
    currency: str
    day: date | None


@dataclass(frozen=True, slots=True)
class PromiseMade:
    """A promise of one call.  `made_at` has an offset; its day is that of the desk."""

    call: str
    made_at: datetime
    parts: tuple[PromisedPart, ...]

    @property
    def made_on(self) -> date:
        return self.made_at.date()


@dataclass(frozen=True, slots=True)
class KeepingPolicy:
    """A site's own days; none of them is law.

    `late_days`: after the promised day, within which a payment still counts as late.
    `processing_days`: banking days (Monday to Friday) until a payment is surely in the payments.
    """

    late_days: int = 5
    processing_days: int = 2


@dataclass(frozen=True, slots=True)
class PartStanding:
    """One part: what was paid towards it, and why it is not assessable, as a slug."""

    part: PromisedPart
    state: Keeping
    paid: Decimal = _NOTHING
    why: str = ""


@dataclass(frozen=True, slots=True)
class PromiseStanding:
    """One promise and its parts in the order of their days."""

    promise: PromiseMade
    state: Keeping
    parts: tuple[PartStanding, ...]

    @property
    def paid(self) -> Decimal:
        return sum((part.paid for part in self.parts), _NOTHING)

    @property
    def due_on(self) -> date | None:
        """The day that its state hangs on: of the first part not kept, else the last day."""
        days = [part for part in self.parts if part.part.day is not None]
        unmet = [part for part in days if part.state not in (Keeping.KEPT, Keeping.LATE)]
        chosen = unmet[0] if unmet else days[-1] if days else None
        return chosen.part.day if chosen is not None else None

    @property
    def last_day(self) -> date | None:
        """The day of its last part; `None` where one is not known."""
        days = [part.part.day for part in self.parts]
        return max((day for day in days if day is not None), default=None) if all(days) else None

    @property
    def amount(self) -> Decimal | None:
        """The whole sum; `None` where a part of it is not known."""
        amounts = [part.part.amount for part in self.parts]
        known = [amount for amount in amounts if amount is not None]
        return sum(known, _NOTHING) if known and len(known) == len(amounts) else None

    @property
    def currency(self) -> str:
        return self.parts[0].part.currency if self.parts else ""

    @property
    def open_days(self) -> tuple[date, ...]:
        """The days of parts that are neither kept nor known not to be."""
        found = (part.part.day for part in self.parts if part.state is Keeping.OPEN)
        return tuple(day for day in found if day is not None)


@dataclass(frozen=True, slots=True)
class Net:
    """What is left of payments after reversals; `unmatched` reversals undo none that is known."""

    payments: tuple[Payment, ...]
    unmatched: tuple[Payment, ...] = ()


def judged(
    promises: Iterable[PromiseMade],
    payments: Iterable[Payment],
    through: date | None,
    policy: KeepingPolicy,
) -> tuple[PromiseStanding, ...]:
    """How every promise of one account stands, the earliest first.

    Args:
        promises: of the account.
        payments: of the account, reversals among them, in any order.
        through: the day through which its payments are known; `None`: none are.
        policy: the site's days.
    """
    ordered = sorted(promises, key=lambda promise: (promise.made_at, promise.call))
    filled = [[_Filling(part) for part in _by_day(promise)] for promise in ordered]
    for payment in net(payments).payments:
        owner = _owner(payment, ordered, filled)
        if owner is not None:
            _fill(filled[owner], payment, policy)
    found: list[PromiseStanding] = []
    for at, promise in enumerate(ordered):
        after = ordered[at + 1].made_on if at + 1 < len(ordered) else None
        parts = tuple(
            _standing(filling, promise.made_on, after, through, policy) for filling in filled[at]
        )
        found.append(PromiseStanding(promise, _together(parts), parts))
    return tuple(found)


def net(payments: Iterable[Payment]) -> Net:
    """Payments without those that were undone, in the order of their days.

    A reversal undoes the payment that it names, else that of its own reference, else the latest of
    its amount up to its day.  One that is smaller leaves the rest.
    """
    every = sorted(payments, key=_order)
    left = [payment for payment in every if not payment.reversal]
    unmatched: list[Payment] = []
    for reversal in (payment for payment in every if payment.reversal):
        at = _undone(reversal, left)
        if at is None:
            unmatched.append(reversal)
            continue
        rest = left[at].amount - reversal.amount
        left[at] = replace(left[at], amount=max(rest, _NOTHING))
    return Net(tuple(payment for payment in left if payment.amount > 0), tuple(unmatched))


def known_by(day: date, policy: KeepingPolicy) -> date:
    """The day through which payments must be known before a promise for `day` may be broken."""
    for _ in range(policy.processing_days):
        day += timedelta(days=1)
        while day.weekday() >= _SATURDAY:
            day += timedelta(days=1)
    return day


# ---- filling -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Filling:
    part: PromisedPart
    paid: Decimal = _NOTHING
    late: bool = False
    foreign: bool = False
    room: Decimal = field(init=False)

    def __post_init__(self) -> None:
        self.room = self.part.amount if self.part.amount is not None else _NOTHING


def _by_day(promise: PromiseMade) -> Iterator[PromisedPart]:
    yield from sorted(promise.parts, key=lambda part: (part.day is None, part.day or date.min))


def _order(payment: Payment) -> tuple[date, Decimal, str, str]:
    return payment.paid_on, payment.amount, payment.currency, payment.reference


def _undone(reversal: Payment, left: Sequence[Payment]) -> int | None:
    def latest(fits: Iterable[int]) -> int | None:
        return max(fits, default=None)

    same = [at for at, one in enumerate(left) if one.currency == reversal.currency]
    named = reversal.reverses or reversal.reference
    if named:
        by_name = latest(at for at in same if left[at].reference == named)
        if by_name is not None or reversal.reverses:
            return by_name
    return latest(
        at
        for at in same
        if left[at].amount == reversal.amount and left[at].paid_on <= reversal.paid_on
    )


def _owner(
    payment: Payment, ordered: Sequence[PromiseMade], filled: Sequence[Sequence[_Filling]]
) -> int | None:
    """Which promise a payment counts for."""
    made = [at for at, promise in enumerate(ordered) if promise.made_on <= payment.paid_on]
    if not made:
        return None
    newest = made[-1]
    if ordered[newest].made_on < payment.paid_on or any(
        filling.part.day is not None and filling.part.day <= payment.paid_on
        for filling in filled[newest]
    ):
        return newest
    for at in reversed(made[:-1]):
        if ordered[at].made_on == payment.paid_on:
            continue
        completes = any(
            filling.part.day == payment.paid_on
            and filling.part.currency == payment.currency
            and 0 < filling.room <= payment.amount
            for filling in filled[at]
        )
        return at if completes else newest
    return newest


def _fill(fillings: Iterable[_Filling], payment: Payment, policy: KeepingPolicy) -> None:
    money = payment.amount
    for filling in fillings:
        day = filling.part.day
        if day is None or payment.paid_on > day + timedelta(days=policy.late_days):
            continue
        if filling.part.currency != payment.currency:
            filling.foreign = True
            continue
        taken = min(money, filling.room)
        if taken <= 0:
            continue
        filling.paid += taken
        filling.room -= taken
        filling.late = filling.late or payment.paid_on > day
        money -= taken


# ---- judging -------------------------------------------------------------------------------------


def _standing(
    filling: _Filling,
    made_on: date,
    replaced_on: date | None,
    through: date | None,
    policy: KeepingPolicy,
) -> PartStanding:
    part = filling.part

    def standing(state: Keeping, why: str = "") -> PartStanding:
        return PartStanding(part, state, filling.paid, why)

    if part.amount is None or part.amount <= 0:
        return standing(Keeping.NOT_ASSESSABLE, "amount")
    if part.day is None:
        return standing(Keeping.NOT_ASSESSABLE, "day")
    if part.day < made_on:
        return standing(Keeping.NOT_ASSESSABLE, "day_past")
    if not filling.room:
        return standing(Keeping.LATE if filling.late else Keeping.KEPT)
    if replaced_on is not None and part.day >= replaced_on:
        return standing(Keeping.REPLACED)
    if through is None or through < known_by(part.day, policy):
        return standing(Keeping.OPEN)
    if filling.foreign:
        return standing(Keeping.NOT_ASSESSABLE, "currency")
    return standing(Keeping.PART if filling.paid else Keeping.BROKEN)


def _together(parts: Sequence[PartStanding]) -> Keeping:
    """What the parts come to: what failed first, then what is not known, then what is open."""
    left = [part for part in parts if part.state is not Keeping.REPLACED]
    states = {part.state for part in left}
    if not parts:
        return Keeping.NOT_ASSESSABLE
    if not states:
        return Keeping.REPLACED
    if states & NOT_KEPT:
        return Keeping.PART if any(part.paid for part in left) else Keeping.BROKEN
    for state in (Keeping.NOT_ASSESSABLE, Keeping.OPEN, Keeping.LATE):
        if state in states:
            return state
    return Keeping.KEPT
