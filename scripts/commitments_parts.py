"""What a scanner finds in an utterance about paying: amounts, days, methods and telling words.

Owns the values that the scanners of the languages hand to `scripts.commitments`, and the calendar:
days in relation to the day of the call, and whether one is meant beyond doubt.  It knows no words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from compliance import quantities
from compliance.quantities import SpokenNumber
from compliance.text import Folded


class Doubt(StrEnum):
    """Why a promise is not certain."""

    NO_AMOUNT = "no_amount"
    NO_DAY = "no_day"
    AMOUNT_TWO_WAYS = "amount_two_ways"
    DAY_TWO_WAYS = "day_two_ways"
    ALTERNATIVES = "alternatives"
    APPROXIMATE = "approximate"
    NOT_FIRM = "not_firm"
    CONDITION = "condition"
    QUESTION = "question"
    SOMEBODY_ELSE = "somebody_else"
    OTHER_MATTER = "other_matter"
    NO_SUCH_DAY = "no_such_day"
    DAY_PAST = "day_past"
    FAR_AHEAD = "far_ahead"
    PAYDAY = "payday"
    SHARE = "share"
    RECURRING = "recurring"
    WHICH_WITH_WHICH = "which_with_which"
    UNFINISHED_CORRECTION = "unfinished_correction"
    UNCLEAR = "unclear"


MOST = 10**9
"""A sum as large as this is a number that was read out, not money."""


def number_at(tokens: Sequence[str], at: int, language: str) -> SpokenNumber | None:
    """The longest number that begins at a token; one that is no sum any more is not exact."""
    found = quantities.number_at(tokens, at, language)
    if found is None or found.value < MOST:
        return found
    return replace(found, value=Decimal(MOST), exact=False)


class Sort(StrEnum):
    """What a part of an utterance is."""

    AMOUNT = "amount"
    DAY = "day"
    METHOD = "method"
    PARTS = "parts"
    PAY = "pay"
    NO = "no"
    CANNOT = "cannot"
    PAST = "past"
    OTHER_MATTER = "other_matter"
    BILL = "bill"
    CORRECTION = "correction"
    ASK = "ask"
    QUESTION = "question"
    IF = "if"
    SOFT = "soft"
    ABOUT = "about"
    SOMEBODY = "somebody"
    OR = "or"
    AND = "and"
    EVERY = "every"
    EACH = "each"
    COUNT = "count"
    MONTH = "month"
    FROM = "from"
    QUOTE = "quote"
    AGREE = "agree"
    INCOME = "income"
    ARRIVE = "arrive"
    TOO = "too"
    NEVER = "never"
    CLAUSE = "clause"
    START = "start"
    SKIP = "skip"


class Share(StrEnum):
    """An amount told as a share of what is owed."""

    HALF = "half"
    ALL = "all"
    REST = "rest"
    MINIMUM = "minimum"


WEAK = "weak"
"""The word of a day that is often none: now, 现在."""


OF_MONTH = "of_month"
"""The word of a day that was told by its number alone: the fifth, 五號."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an utterance, from token `first` to `last`, both included.

    `word` is the slug of a method, the unit of what is counted or comes again (`month`, `week`,
    `fortnight`), or the telling word; `count` how many, or the number of a month.
    """

    sort: Sort
    first: int
    last: int
    amount: Decimal | None = None
    share: Share | None = None
    day: date | None = None
    doubt: Doubt | None = None
    word: str = ""
    count: int = 0
    clause: int = 0


_SOON_DAYS = 62  # in which a day of the next year, told without the year, is meant beyond doubt
_SEASON_DAYS = 93  # in which it is likely meant
_NO_PROMISE_DAYS = 1100
FAR_AHEAD_DAYS = 100
"""A day without its year that has passed lies in the next year; this far ahead it is doubtful."""


def weekday(
    today: date, wanted: int, weeks: int | None, before: date | None = None
) -> tuple[date, Doubt | None]:
    """The day of a weekday (Monday is 0).

    `weeks` counts calendar weeks from this one, Monday first; `None` is the next such day, which
    is not today where a later day was named `before` it.
    """
    if weeks is None:
        ahead = (wanted - today.weekday()) % 7
        if not ahead and before is not None and before > today:
            ahead = 7
        return today + timedelta(days=ahead), None if ahead else Doubt.DAY_TWO_WAYS
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(days=7 * weeks + wanted)
    # Where weeks begin on Sunday, the week of a Sunday is another one.
    sunday = 6 in {wanted, today.weekday()}
    if day < today:
        return day, Doubt.DAY_PAST
    return day, Doubt.DAY_TWO_WAYS if sunday else None


def month_ahead(today: date, months: int) -> tuple[int, int]:
    """Year and month, so many months from this one."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return year, month + 1


def day_of_month(
    today: date, day: int, months: int | None, before: date | None = None
) -> tuple[date | None, Doubt | None]:
    """`the fifth`: of the month so many ahead, or the next that there is.

    Doubtful where it is today, or where the month that comes has no such day; where a later day was
    named `before` it, it is not today.
    """
    if not 1 <= day <= 31:
        return None, Doubt.NO_SUCH_DAY
    ahead = months if months is not None else int(day < today.day)
    found = real(*month_ahead(today, ahead), day)
    if found is None:
        return None, Doubt.NO_SUCH_DAY
    if months is None and before is not None and found < before.replace(day=1):
        # The first, the fifteenth, the twenty-ninth: mostly told in their order.
        later = real(before.year, before.month, day)
        if later is not None and later > before:
            return later, None if found == today else Doubt.DAY_TWO_WAYS
    if months is None and found == today:
        return None, Doubt.DAY_TWO_WAYS
    return (None, Doubt.DAY_PAST) if found < today else (found, None)


def full_date(
    today: date, year: int | None, month: int, day: int
) -> tuple[date | None, Doubt | None]:
    """A date with its month; without its year the next that there is, if it is not far off."""
    if year is not None:
        found = real(year, month, day)
        if found is None:
            return None, Doubt.NO_SUCH_DAY
        if found < today:
            return None, Doubt.DAY_PAST
        if (found - today).days > _NO_PROMISE_DAYS:
            return None, Doubt.FAR_AHEAD  # a year of birth, or a card's
        return found, None if (found - today).days <= 366 else Doubt.FAR_AHEAD
    found = real(today.year, month, day)
    if found is None and not (month == 2 and day == 29):
        return None, Doubt.NO_SUCH_DAY
    if found is not None and found >= today:
        return found, None
    later = real(today.year + 1, month, day)
    if later is None:
        return None, Doubt.NO_SUCH_DAY
    # A month just gone is a slip or the past; one that comes soon is meant.
    ahead = (later - today).days
    if ahead < _SOON_DAYS:
        return later, None
    return (later, Doubt.FAR_AHEAD) if ahead < _SEASON_DAYS else (None, Doubt.DAY_PAST)


_NEAR_MONTH = 4  # tokens from a month to its day: in January on the fifth


def in_named_month(day: Part, month: Part | None, today: date) -> Part:
    """The fifth, where a month was named before it: in doubt, but for one just before it."""
    if month is None or day.word != OF_MONTH or day.day is None or day.day.month == month.count:
        return day
    found = real(today.year + (month.count < today.month), month.count, day.day.day)
    if found is None or (found - today).days > FAR_AHEAD_DAYS:
        return replace(day, doubt=Doubt.DAY_TWO_WAYS)
    near = day.first - month.last <= _NEAR_MONTH
    return replace(day, day=found, doubt=day.doubt if near else Doubt.DAY_TWO_WAYS)


def real(year: int, month: int, day: int) -> date | None:
    """A date, where there is one."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def last_of_month(today: date, months: int) -> date:
    """The last day of the month so many ahead."""
    year, month = month_ahead(today, months + 1)
    return date(year, month, 1) - timedelta(days=1)


def token_at(tokens: Sequence[str], at: int) -> str:
    """A token; empty beyond either end."""
    return tokens[at] if 0 <= at < len(tokens) else ""


def text_at(tokens: Sequence[str], at: int, length: int) -> str:
    """So many tokens without anything between them, for languages written so."""
    return "".join(tokens[at : at + length])


def clause_end(folded: Folded, at: int) -> int:
    """The first token after `at` that a pause stands before; the number of tokens if none."""
    return next(
        (index for index in range(at + 1, len(folded.tokens)) if folded.breaks[index]),
        len(folded.tokens),
    )


def months_on(day: date, months: int) -> date:
    """The same day so many months on; the last of a month that is too short."""
    year, month = month_ahead(day, months)
    return real(year, month, day.day) or last_of_month(day, months)
