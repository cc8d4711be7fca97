"""Puts amounts and days together: which sum is promised for which day.

Owns the pairing, the shares of what is owed, and the splitting into parts.  Where a pairing is a
guess it says so with a doubt.  It knows no words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from scripts.commitments_parts import Doubt, Part, Share, Sort


@dataclass(frozen=True, slots=True)
class Draft:
    """One amount and one day as far as they were said, with what is doubtful of either."""

    amount: Decimal | None
    day: date | None
    doubts: tuple[Doubt, ...] = ()


def put_together(
    parts: Sequence[Part], overdue: Decimal | None, minimum: Decimal | None, digits: int
) -> tuple[Draft, ...]:
    """The drafts in the parts that count; none where neither amount nor day was said.

    Args:
        parts: what was meant, in order.
        overdue: what a half, all or the rest is of, in major units; `None`: not known.
        minimum: the minimum due; `None`: not known.
        digits: decimals of the currency.
    """
    said = [part for part in parts if part.sort in {Sort.AMOUNT, Sort.DAY, Sort.OR}]
    said = _alternatives(said, Sort.AMOUNT)
    said = [part for part in _alternatives(said, Sort.DAY) if part.sort is not Sort.OR]
    said = _same_sum_once(said)
    counts = [part.count for part in parts if part.sort is Sort.PARTS]
    said = _same_day_once(said, counts[0] if counts else 0)
    amounts = [part for part in said if part.sort is Sort.AMOUNT]
    days = [part for part in said if part.sort is Sort.DAY]
    if any(part.amount == 0 for part in amounts):
        return ()
    if not amounts and not days:
        return ()
    doing = any(part.sort in {Sort.PAY, Sort.METHOD} for part in parts)
    if not amounts and not doing and all(part.doubt is Doubt.PAYDAY for part in days):
        return ()
    sums = _sums(amounts, overdue, minimum, digits)
    each = any(part.sort is Sort.EVERY for part in parts)
    if len(amounts) == 2 and sums[0].amount == sums[1].amount is not None:
        told = [part for part in amounts if part.share is None]
        if len(told) == 1:  # six hundred and forty, that is all of it
            said = [part for part in said if part.sort is not Sort.AMOUNT or part in told]
            sums = [sums[amounts.index(told[0])]]
            amounts = told
    if counts and len(amounts) == 1 and not each:
        return _in_parts(sums[0], counts[0], days, digits)
    if len(amounts) > 2 and len(days) < len(amounts) and sums[0].amount is not None:
        others = [item.amount for item in sums[1:]]
        if None not in others and sums[0].amount == sum(filter(None, others)):
            said = [part for part in said if part is not amounts[0]]
            amounts, sums = amounts[1:], sums[1:]
    return _paired(said, amounts, sums, days)


def _alternatives(parts: list[Part], sort: Sort) -> list[Part]:
    """`200 or 300`, `between 200 and 300`: one amount that is not known, likewise for days."""
    joined: list[Part] = []
    for part in parts:
        two_back = joined[-2:]
        if (
            part.sort is sort
            and len(two_back) == 2
            and two_back[1].sort is Sort.OR
            and two_back[0].sort is sort
        ):
            joined[-2:] = [
                replace(part, amount=None, share=None, day=None, doubt=Doubt.ALTERNATIVES)
            ]
            continue
        between = (
            part.sort is sort
            and len(two_back) == 2
            and two_back[0].sort is Sort.OR
            and two_back[1].sort is sort
            and part.first - two_back[1].last == 2
        )
        if between:
            joined[-2:] = [
                replace(part, amount=None, share=None, day=None, doubt=Doubt.ALTERNATIVES)
            ]
            continue
        joined.append(part)
    return joined


def _same_sum_once(parts: list[Part]) -> list[Part]:
    """兩千就兩千: a sum said again at once in the same clause is one."""
    return [
        part
        for index, part in enumerate(parts)
        if not (
            index
            and part.sort is Sort.AMOUNT
            and parts[index - 1].sort is Sort.AMOUNT
            and part.amount is not None
            and part.amount == parts[index - 1].amount
            and part.clause == parts[index - 1].clause
        )
    ]


def _same_day_once(parts: list[Part], count: int) -> list[Part]:
    """`Friday the fourth` is one day; `Friday the fifth`, which is none, is one that is not known.

    Two days side by side may belong to two parts, or to amounts said before them.
    """
    amounts = sum(part.sort is Sort.AMOUNT for part in parts)
    days = sum(part.sort is Sort.DAY for part in parts)
    joined: list[Part] = []
    for part in parts:
        before = joined[-1] if joined else None
        if part.sort is Sort.DAY and before is not None and before.sort is Sort.DAY:
            same = part.day is not None and part.day == before.day
            # A weekday that is today or next week becomes sure through its date, and back.
            if same or (before.day is None and before.doubt is Doubt.DAY_TWO_WAYS and part.day):
                joined[-1] = part if same and before.doubt else replace(part, first=before.first)
                if same and before.doubt is None:
                    joined[-1] = replace(before, last=part.last)
                continue
            if days > max(amounts, count):
                joined[-1] = replace(part, day=None, doubt=Doubt.ALTERNATIVES)
                continue
        joined.append(part)
    return joined


def _sums(
    amounts: Sequence[Part], overdue: Decimal | None, minimum: Decimal | None, digits: int
) -> list[Draft]:
    unit = Decimal(1).scaleb(-digits)
    before = Decimal(0)
    found: list[Draft] = []
    for part in amounts:
        amount = part.amount
        if part.share is Share.MINIMUM:
            amount = minimum
        elif part.share is not None and overdue is not None:
            amount = {
                Share.HALF: (overdue / 2).quantize(unit, ROUND_HALF_UP),
                Share.ALL: overdue,
                Share.REST: overdue - before,
            }[part.share]
            amount = amount if amount > 0 else None
        before += amount or Decimal(0)
        found.append(Draft(amount, None, (part.doubt,) if part.doubt else ()))
    return found


def _in_parts(whole: Draft, count: int, days: Sequence[Part], digits: int) -> tuple[Draft, ...]:
    """A sum in so many equal parts, the last with what rounding left."""
    amounts: list[Decimal | None] = [None] * count
    if whole.amount is not None:
        each = (whole.amount / count).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        amounts = [*[each] * (count - 1), whole.amount - each * (count - 1)]
    fitting = len(days) == count
    return tuple(
        Draft(
            amount,
            days[index].day if fitting else None,
            (*whole.doubts, *_doubt(days[index] if fitting else None)),
        )
        for index, amount in enumerate(amounts)
    )


def _doubt(part: Part | None) -> tuple[Doubt, ...]:
    return (part.doubt,) if part is not None and part.doubt is not None else ()


def _paired(
    said: Sequence[Part], amounts: Sequence[Part], sums: Sequence[Draft], days: Sequence[Part]
) -> tuple[Draft, ...]:
    if len(amounts) == 1 and len(days) > 1:
        return (replace(sums[0], doubts=(*sums[0].doubts, Doubt.ALTERNATIVES)),)
    if not amounts:
        if len(days) == 1:
            return (Draft(None, days[0].day, _doubt(days[0])),)
        return (Draft(None, None, (Doubt.ALTERNATIVES,)),)
    if not days:
        return tuple(sums)
    order = "".join("a" if part.sort is Sort.AMOUNT else "d" for part in said)
    pairs = len(amounts)
    clauses = [part.clause for part in amounts]
    by_clause = clauses == [part.clause for part in days] and len({*clauses}) == pairs
    if by_clause or order in {"ad" * pairs, "da" * pairs}:
        taken = dict(enumerate(days))
        guess = False
    elif len(days) == pairs:
        taken = dict(enumerate(days))
        guess = True
    else:
        taken, guess = _nearest(amounts, days), True
    return tuple(
        Draft(
            item.amount,
            taken[index].day if index in taken else None,
            (
                *item.doubts,
                *_doubt(taken.get(index)),
                *((Doubt.WHICH_WITH_WHICH,) if guess else ()),
            ),
        )
        for index, item in enumerate(sums)
    )


def _nearest(amounts: Sequence[Part], days: Sequence[Part]) -> dict[int, Part]:
    """Each day to the amount nearest to it, its own clause first."""
    taken: dict[int, Part] = {}
    for day in days:
        free = [index for index in range(len(amounts)) if index not in taken]
        if not free:
            break
        nearest = min(
            free,
            key=lambda index: (
                amounts[index].clause != day.clause,
                abs(amounts[index].first - day.first),
            ),
        )
        taken[nearest] = day
    return taken
