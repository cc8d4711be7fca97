"""Puts amounts and days together: which sum is promised for which day.

Owns the pairing and the shares of what is owed.  Where a pairing is a guess it says so with a
doubt.  It knows no words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from scripts.commitments_once import (
    alternatives,
    are_days_listed,
    is_a_choice,
    joined_by_and,
    said_again,
    same_day_once,
    same_sum_once,
    with_more,
    without_rest,
    without_shares,
)
from scripts.commitments_parts import Doubt, Part, Share, Sort
from scripts.commitments_series import (
    Draft,
    Rhythm,
    days_of_series,
    in_parts,
    in_series,
    rhythm_of,
)


def put_together(
    parts: Sequence[Part],
    overdue: Decimal | None,
    minimum: Decimal | None,
    digits: int,
    borrowed: Part | None = None,
    *,
    days_lead: bool = False,
) -> tuple[Draft, ...]:
    """The drafts in the parts that count; none where neither amount nor day was said.

    Args:
        parts: what was meant, in order.
        overdue: what a half, all or the rest is of, in major units; `None`: not known.
        minimum: the minimum due; `None`: not known.
        digits: decimals of the currency.
        borrowed: the day of a lone sum that was told without one; in doubt.
        days_lead: whether a day stands before its verb, as in Mandarin.
    """
    parts = with_more(parts, minimum)
    rhythm = rhythm_of(parts)
    said = [part for part in parts if part.sort in {Sort.AMOUNT, Sort.DAY, Sort.AND}]
    listed = are_days_listed(said)
    others = joined_by_and(said)
    said = [part for part in parts if part.sort in {Sort.AMOUNT, Sort.DAY, Sort.OR}]
    said = alternatives(said, Sort.AMOUNT)
    said = [part for part in alternatives(said, Sort.DAY) if part.sort is not Sort.OR]
    said = same_sum_once(said, others)
    said = without_rest(without_shares(said, overdue, minimum))
    room = max(rhythm.count, len(said) if rhythm.each else 0)
    said = same_day_once(said, room, listed=listed)
    days = [part for part in said if part.sort is Sort.DAY]
    series = days_of_series(days, parts)
    if series != days:
        said = [part for part in said if part.sort is not Sort.DAY] + series
        days = series
    amounts = [part for part in said if part.sort is Sort.AMOUNT]
    if any(part.amount == 0 for part in amounts):
        return ()
    if not amounts and not days:
        return ()
    doing = any(part.sort in {Sort.PAY, Sort.METHOD} for part in parts)
    if not amounts and not doing and all(part.doubt is Doubt.PAYDAY for part in days):
        return ()
    sums = _sums(amounts, overdue, minimum, digits)
    total = _total(sums, days, rhythm, said)
    if total >= 0:
        said = [part for part in said if part is not amounts[total]]
        del sums[total]
        amounts = [part for part in amounts if part in said]
    again = said_again(said, others)
    if again != said:
        said = again
        amounts = [part for part in said if part.sort is Sort.AMOUNT]
        sums = _sums(amounts, overdue, minimum, digits)
    laid_out = in_series(sums, days, rhythm)
    if laid_out:
        return laid_out
    if rhythm.whole and rhythm.count and len(amounts) == 1:
        return in_parts(sums[0], rhythm.count, days, digits)
    if borrowed is not None and len(sums) == 1 and not days:
        said, days = [*said, borrowed], [borrowed]
    verbs = [part.first for part in parts if part.sort is Sort.PAY] if days_lead else []
    made = _paired(said, amounts, sums, days, listed=listed, verbs=verbs)
    if len(made) > 1 and is_a_choice(parts):
        made = tuple(replace(draft, doubts=(*draft.doubts, Doubt.ALTERNATIVES)) for draft in made)
    if rhythm.again or (rhythm.each and rhythm.count):
        made = tuple(replace(draft, doubts=(*draft.doubts, Doubt.RECURRING)) for draft in made)
    return made


def _total(
    sums: Sequence[Draft], days: Sequence[Part], rhythm: Rhythm, said: Sequence[Part]
) -> int:
    """Which sum is only that of the others: 2,400 in all, that is 800 a month; -1 where none is."""
    if _order(said) in {"adad", "dada"}:
        return -1
    told = [item.amount for item in sums]
    if len(told) > 2 and len(days) < len(told) and None not in told:
        values = [value for value in told if value is not None]
        if values[0] == sum(values[1:]):
            return 0
        if values[-1] == sum(values[:-1]):
            return len(values) - 1
    if len(told) == 2 and (first := told[0]) and (second := told[1]):
        times = {count for count in (rhythm.count, len(days)) if count > 1}
        if any(first == second * count for count in times):
            return 0
        if any(second == first * count for count in times):
            return 1
    return -1


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


def _doubt(part: Part | None) -> tuple[Doubt, ...]:
    return (part.doubt,) if part is not None and part.doubt is not None else ()


def _paired(
    said: Sequence[Part],
    amounts: Sequence[Part],
    sums: Sequence[Draft],
    days: Sequence[Part],
    *,
    listed: bool,
    verbs: Sequence[int],
) -> tuple[Draft, ...]:
    if len(amounts) == 1 and len(days) > 1:
        own = [day for day in days if day.clause == amounts[0].clause]
        if len(own) == 1 and own[0].day is not None:
            unsure = (*sums[0].doubts, *_doubt(own[0]), Doubt.ALTERNATIVES)
            return (replace(sums[0], day=own[0].day, doubts=unsure),)
        if listed and all(day.day is not None for day in days):
            # A hundred on the first and the fifteenth: mostly a hundred on either.
            unsure = (*sums[0].doubts, Doubt.WHICH_WITH_WHICH)
            return tuple(Draft(sums[0].amount, day.day, (*unsure, *_doubt(day))) for day in days)
        return (replace(sums[0], doubts=(*sums[0].doubts, Doubt.ALTERNATIVES)),)
    if not amounts:
        if len(days) == 1:
            return (Draft(None, days[0].day, _doubt(days[0])),)
        return (Draft(None, None, (Doubt.ALTERNATIVES,)),)
    if not days:
        return tuple(sums)
    order = _order(said)
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
        taken, guess = _nearest(amounts, days, verbs), True
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


def _gap(amount: Part, day: Part) -> int:
    """Tokens from the end of the one to the beginning of the other."""
    return max(day.first - amount.last, amount.first - day.last)


def _order(said: Sequence[Part]) -> str:
    return "".join("a" if part.sort is Sort.AMOUNT else "d" for part in said)


def _nearest(
    amounts: Sequence[Part], days: Sequence[Part], verbs: Sequence[int]
) -> dict[int, Part]:
    """Each day to the amount nearest to it, its own clause first; 十號再還三千 to what follows."""
    taken: dict[int, Part] = {}
    for day in days:
        free = [index for index in range(len(amounts)) if index not in taken]
        if not free:
            break
        nearest = min(
            free,
            key=lambda index: (
                amounts[index].clause != day.clause,
                not any(day.last < verb < amounts[index].first for verb in verbs) and bool(verbs),
                _gap(amounts[index], day),
            ),
        )
        taken[nearest] = day
    return taken
