"""What is said once though it was spoken of twice, among the sums and days that count.

Owns the clearing up before sums and days are put together: choices that leave nothing certain, sums
and days said again, the whole beside its sum, and what names no day beside what does.  It pairs
nothing, and knows no words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from scripts.commitments_parts import WEAK, Doubt, Part, Share, Sort


def alternatives(parts: list[Part], sort: Sort) -> list[Part]:
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


def without_shares(
    said: list[Part], overdue: Decimal | None, minimum: Decimal | None
) -> list[Part]:
    """22000, all of it: the whole beside a sum is that sum, in doubt where it is another."""
    told = [part for part in said if part.sort is Sort.AMOUNT and part.amount is not None]
    shares = [part for part in said if part.share in {Share.ALL, Share.MINIMUM}]
    days = sum(part.sort is Sort.DAY for part in said)
    if len(told) != 1 or not shares or days > 1:
        return said  # the minimum today, 5,000 on the fifteenth
    known = overdue if shares[0].share is Share.ALL else minimum
    differs = known is not None and known != told[0].amount
    doubt = told[0].doubt or (Doubt.SHARE if differs else None)
    return [
        replace(part, doubt=doubt) if part is told[0] else part
        for part in said
        if part.share not in {Share.ALL, Share.MINIMUM}
    ]


_PLUS = frozenset({"plus", "再加", "加上", "外加"})


def with_more(parts: Sequence[Part], minimum: Decimal | None) -> list[Part]:
    """The minimum plus a hundred is one sum, which hangs on the minimum."""
    made: list[Part] = []
    for part in parts:
        more = (
            part.sort is Sort.AMOUNT
            and part.amount is not None
            and len(made) > 1
            and made[-1].sort is Sort.AND
            and made[-1].word in _PLUS
            and made[-2].share is Share.MINIMUM
        )
        if not more:
            made.append(part)
            continue
        whole = None if minimum is None or part.amount is None else minimum + part.amount
        made[-2:] = [replace(part, first=made[-2].first, amount=whole, doubt=Doubt.SHARE)]
    return made


def without_rest(said: list[Part]) -> list[Part]:
    """剩下的二十號再繳四千: the rest, with its sum behind it in the same clause."""
    return [
        part
        for at, part in enumerate(said)
        if not (
            part.share is Share.REST
            and any(
                later.amount is not None and later.clause == part.clause for later in said[at + 1 :]
            )
        )
    ]


def same_sum_once(parts: list[Part], others: set[int]) -> list[Part]:
    """兩千就兩千: a sum said again at once is one."""
    kept: list[Part] = []
    for part in parts:
        before = kept[-1] if kept else None
        if before is not None and part.sort is before.sort is Sort.AMOUNT:
            again = part.amount is not None and part.amount == before.amount
            if again and part.first not in others:
                doubt = part.doubt if part.doubt is None else before.doubt
                kept[-1] = replace(part, doubt=doubt)
                continue
        kept.append(part)
    return kept


def said_again(parts: list[Part], others: set[int]) -> list[Part]:
    """You said 300, yes, 300 on Friday: a sum that is said again, with fewer days, is one."""
    days = sum(part.sort is Sort.DAY for part in parts)
    amounts = sum(part.sort is Sort.AMOUNT for part in parts)
    kept: list[Part] = []
    for place, part in enumerate(parts):
        if part.sort is Sort.AMOUNT and part.amount is not None and amounts > max(days, 1):
            same = [at for at, item in enumerate(kept) if item.amount == part.amount]
            # A hundred now, a hundred next week: each has its day.
            own = (
                place + 1 < len(parts)
                and parts[place + 1].sort is Sort.DAY is parts[place - 1].sort
            )
            if same and part.first not in others and not own:
                del kept[same[-1]]
                amounts -= 1
        kept.append(part)
    return kept


def same_day_once(parts: list[Part], count: int, *, listed: bool) -> list[Part]:
    """`Friday the fourth` is one day; `Friday the fifth`, which is none, is one that is not known.

    Two days side by side may belong to two parts, or to amounts said before them; a day that is
    said again far from where it was first is one.
    """
    amounts = sum(part.sort is Sort.AMOUNT for part in parts)
    parts = without_vague(parts, amounts)
    days = sum(part.sort is Sort.DAY for part in parts)
    joined: list[Part] = []
    for part in parts:
        if part.sort is not Sort.DAY:
            joined.append(part)
            continue
        before = joined[-1] if joined else None
        if before is not None and before.sort is Sort.DAY:
            same = part.day is not None and part.day == before.day
            # A weekday that is today or next week becomes sure through its date, and back.
            unsure = before.day is None and before.doubt is Doubt.DAY_TWO_WAYS and part.day
            if same or (unsure and not listed):
                joined[-1] = part if same and before.doubt else replace(part, first=before.first)
                if same and before.doubt is None:
                    joined[-1] = replace(before, last=part.last)
                days -= 1
                continue
            if days > max(amounts, count) and not listed and part.first - before.last <= 2:
                joined[-1] = replace(part, day=None, doubt=Doubt.ALTERNATIVES)
                days -= 1
                continue
        again = [at for at, item in enumerate(joined) if item.sort is Sort.DAY and item.day]
        again = [at for at in again if joined[at].day == part.day]
        if again and days > max(amounts, 1):
            del joined[again[-1]]
            days -= 1
        joined.append(part)
    return joined


_FAR_APART_DAYS = 120  # beyond which a feast that is named beside another day is no day to pay


def without_vague(parts: list[Part], amounts: int) -> list[Part]:
    """This month, on the 29th: what names no day gives way to what does, and `now` to another."""
    days = [part for part in parts if part.sort is Sort.DAY]
    firm = [part.day for part in days if part.day is not None and part.word != WEAK]
    if len(days) <= amounts or not firm:
        return parts
    beyond = min(firm) + timedelta(days=_FAR_APART_DAYS)
    vague = [
        part
        for part in days
        if part.doubt is Doubt.NO_DAY
        or part.word == WEAK
        or (part.doubt is Doubt.FAR_AHEAD and part.day is not None and part.day > beyond)
    ]
    return [part for part in parts if part not in vague]


def are_days_listed(said: Sequence[Part]) -> bool:
    """Whether days are listed: on the first and the fifteenth."""
    return any(
        said[at].sort is Sort.AND
        and 0 < at < len(said) - 1
        and said[at - 1].sort is Sort.DAY is said[at + 1].sort
        for at in range(len(said))
    )


def joined_by_and(said: Sequence[Part]) -> set[int]:
    """Where the sums begin that are said with an `and` before them: they are others."""
    return {
        part.first
        for before, part in pairwise(said)
        if part.sort is Sort.AMOUNT and before.sort is Sort.AND
    }


def is_a_choice(parts: Sequence[Part]) -> bool:
    """Whether an `or` stands between promises: 150 on Friday or 200 the Friday after."""
    slots = [at for at, part in enumerate(parts) if part.sort in {Sort.AMOUNT, Sort.DAY}]
    if not slots:
        return False
    return any(part.sort is Sort.OR for part in parts[slots[0] : slots[-1]])
