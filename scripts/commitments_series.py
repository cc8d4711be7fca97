"""Payments that come again: so much a month for so many months from a day, or on each of the days.

Owns the laying out of a series and of a sum in parts, with the days it falls on.  What is not said
(how often, how long, from when) is not made up: then only the first payment is told, in doubt.  It
knows no words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from scripts.commitments_parts import Doubt, Part, Sort, months_on, real

MOST_PAYMENTS = 12  # more than a year of them is a plan for a form, not for a promise
_BESIDE = 4  # tokens from `starting` to its day
_DAYS = {"week": 7, "fortnight": 14}


@dataclass(frozen=True, slots=True)
class Draft:
    """One amount and one day as far as they were said, with what is doubtful of either."""

    amount: Decimal | None
    day: date | None
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What was said of how payments come again.

    `unit` is `month`, `week`, `fortnight` or nothing; `count` 0 where not said.  `each` is whether
    the sum is that of every payment, `whole` whether it is that of all.
    """

    unit: str
    count: int
    again: bool
    each: bool
    whole: bool


def rhythm_of(parts: Sequence[Part]) -> Rhythm:
    """What an utterance says of how payments come again."""
    again = [part for part in parts if part.sort is Sort.EVERY]
    counted = [part for part in parts if part.sort in {Sort.COUNT, Sort.PARTS}]
    units = [part.word for part in (*again, *counted) if part.word]
    if not units and counted and _named_month(parts):
        units = ["month"]  # six payments on the first, starting January
    each = any(part.sort is Sort.EACH for part in parts)
    split = [part.first for part in parts if part.sort is Sort.PARTS]
    sums = [part.first for part in parts if part.sort is Sort.AMOUNT]
    # 900 in three, monthly: the sum comes first, and what comes again after its parts.
    of_all = not again or bool(split and sums and sums[-1] < split[0] < again[0].first)
    return Rhythm(
        units[0] if units else "",
        counted[0].count if counted else 0,
        bool(again),
        each,
        bool(split) and of_all and not each,
    )


def _named_month(parts: Sequence[Part]) -> bool:
    sorts = {part.sort for part in parts}
    return {Sort.FROM, Sort.MONTH} <= sorts


def days_of_series(days: Sequence[Part], parts: Sequence[Part]) -> list[Part]:
    """The days without what `every month on the fifth` names where the first of them is told too.

    `the first, starting in January` is the first of January.
    """
    begins = [part for part in parts if part.sort is Sort.FROM]
    again = [part for part in parts if part.sort is Sort.EVERY]
    months = [part for part in parts if part.sort is Sort.MONTH]
    named = list(days)
    if len(named) == 1 and months and begins and named[0].day is not None:
        told = _in_month(named[0].day, months[0].count)
        return [replace(named[0], day=told, doubt=None if told else Doubt.NO_SUCH_DAY)]
    if len(named) < 2 or not again:
        return named
    of_every = [day for day in named if any(0 < day.first - part.last <= 2 for part in again)]
    first = [day for day in named if day not in of_every and any(_beside(day, b) for b in begins)]
    if len(first) == 1:
        return first
    if len(of_every) == 1 and of_every[0].day is not None:
        others = [day for day in named if day is not of_every[0]]
        if all(day.day is not None and day.day.day == of_every[0].day.day for day in others):
            return others
    return named


def _beside(day: Part, begins: Part) -> bool:
    return 0 < day.first - begins.last <= _BESIDE or 0 < begins.first - day.last <= 1


def _in_month(day: date, month: int) -> date | None:
    """The same day of the month that is named, from this day's month on."""
    return real(day.year + (month < day.month), month, day.day)


def in_series(sums: Sequence[Draft], days: Sequence[Part], rhythm: Rhythm) -> tuple[Draft, ...]:
    """The payments of a series; none where it is no series, or not enough of it was said.

    Args:
        sums: the one sum that was named; others make it no series.
        days: the days that were named, in order.
        rhythm: how the payments come again.
    """
    if len(sums) != 1:
        return ()
    told = sums[0]
    repeated = rhythm.each or rhythm.again or (rhythm.count and not rhythm.whole)
    if len(days) > 1 and repeated and rhythm.count in {0, len(days)}:
        if any(day.day is None for day in days):
            return ()
        unsure = () if rhythm.each or rhythm.count else (Doubt.RECURRING,)
        return tuple(
            Draft(told.amount, day.day, (*told.doubts, *_doubt(day), *unsure)) for day in days
        )
    lone = len(days) == 1 and days[0].day is not None
    if not lone or not rhythm.unit or not 2 <= rhythm.count <= MOST_PAYMENTS:
        return ()
    first = days[0]
    assert first.day is not None
    fall = [_later(first.day, rhythm.unit, index) for index in range(rhythm.count)]
    doubts = (*told.doubts, *_doubt(first))
    if rhythm.unit == "month" and first.day.day > 28:
        doubts = (*doubts, Doubt.DAY_TWO_WAYS)  # a month may be too short for it
    if rhythm.whole:
        return tuple(
            replace(part, day=day, doubts=(*doubts, Doubt.RECURRING))
            for part, day in zip(_split(told, rhythm.count, 2), fall, strict=True)
        )
    if not rhythm.again and not rhythm.each:
        doubts = (*doubts, Doubt.RECURRING)
    return tuple(Draft(told.amount, day, doubts) for day in fall)


def _later(first: date, unit: str, index: int) -> date:
    if unit == "month":
        return months_on(first, index)
    return first + timedelta(days=_DAYS[unit] * index)


def in_parts(whole: Draft, count: int, days: Sequence[Part], digits: int) -> tuple[Draft, ...]:
    """A sum in so many equal parts, the last with what rounding left."""
    fitting = len(days) == count
    return tuple(
        Draft(
            part.amount,
            days[index].day if fitting else None,
            (*whole.doubts, *(_doubt(days[index]) if fitting else ())),
        )
        for index, part in enumerate(_split(whole, count, digits))
    )


def _split(whole: Draft, count: int, digits: int) -> list[Draft]:
    amounts: list[Decimal | None] = [None] * count
    if whole.amount is not None:
        each = (whole.amount / count).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        amounts = [*[each] * (count - 1), whole.amount - each * (count - 1)]
    return [Draft(amount, None) for amount in amounts]


def _doubt(part: Part) -> tuple[Doubt, ...]:
    return (part.doubt,) if part.doubt is not None else ()
