"""Scans what an English-speaking customer says for days.

Owns the English ways to name a day, against the day of the call.  A day that may be meant in two
ways comes with a doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from compliance.text import Folded
from scripts.commitments_parts import (
    Doubt,
    Part,
    Sort,
    day_of_month,
    full_date,
    last_of_month,
    number_at,
    token_at,
    weekday,
)
from scripts.commitments_words import Words, longest

_WEEKDAYS = {
    name: index
    for index, names in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    )
    for name in names.split()
}  # fmt: skip
_MONTHS = {
    name: index
    for index, names in enumerate(
        ("january jan", "february feb", "march", "april apr", "may", "june", "july",
         "august aug", "september sept sep", "october oct", "november nov", "december dec"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ORDINALS = {
    word: index
    for index, word in enumerate(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
         "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
         "seventeenth", "eighteenth", "nineteenth", "twentieth"),
        start=1,
    )
} | {"thirtieth": 30}  # fmt: skip
MONEY = {"dollar", "dollars", "buck", "bucks", "usd", "pound", "pounds", "quid"}
ENDINGS = {"st", "nd", "rd", "th"}
# What may follow a day that is told by an ordinal alone: the fifth floor is none.
_AFTER_A_DAY = frozenset(
    ["", "i", "we", "you", "for", "at", "with", "and", "or", "by", "is", "works", "will", "then",
     "if", "to", "my", "please", "that", "it", "but", "so", "in", "this", "because", "as", "$",
     "maybe", "would", "the", "when", "from", "can", "should", "works", "ok", "a", "£", "not"]
)  # fmt: skip
_ONES = frozenset(
    (
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    )
)  # fmt: skip


def day_at(tokens: Sequence[str], at: int, today: date, words: Words) -> Part | None:
    """The day that is named at a token, the clause's tokens given; `None` where none is."""
    return (
        _named_day(tokens, at, today, words)
        or _counted_day(tokens, at, today)
        or _weekday(tokens, at, today)
        or _month_day(tokens, at, today)
    )


def _made(first: int, last: int, found: tuple[date | None, Doubt | None]) -> Part:
    return Part(Sort.DAY, first, last, day=found[0], doubt=found[1])


def _named_day(tokens: Sequence[str], at: int, today: date, words: Words) -> Part | None:
    begin = at
    if tuple(tokens[at : at + 5]) == ("the", "day", "after", "tomorrow"):
        return _made(begin, at + 3, (today + timedelta(days=2), None))
    if tuple(tokens[at : at + 4]) == ("the", "day", "after", "tomorrow"):
        return _made(begin, at + 3, (today + timedelta(days=2), None))
    if tuple(tokens[at : at + 3]) == ("day", "after", "tomorrow"):
        return _made(begin, at + 2, (today + timedelta(days=2), None))
    if tokens[at] == "tomorrow":
        return _made(begin, at, (today + timedelta(days=1), None))
    size = longest(words.today, tokens, at)
    if size:
        if "now" in tokens[at : at + size] and token_at(tokens, at + size) in {"i", "we", "that"}:
            return Part(Sort.SKIP, begin, at + size - 1)  # now I can only …
        return _made(begin, at + size - 1, (today, None))
    for months, phrase in ((0, ("end", "of", "the", "month")), (0, ("end", "of", "month")),
                           (1, ("end", "of", "next", "month"))):  # fmt: skip
        if tuple(tokens[at : at + len(phrase)]) == phrase:
            day = last_of_month(today, months)
            return _made(begin, at + len(phrase) - 1, (day, Doubt.DAY_TWO_WAYS))
    if tuple(tokens[at : at + 2]) in {("middle", "of"), ("end", "of"), ("beginning", "of")}:
        last = at + 1
        while token_at(tokens, last + 1) in {"the", "month", "next", *_MONTHS}:
            last += 1
        return _made(begin, last, (None, Doubt.NO_DAY))
    size = longest(words.payday, tokens, at)
    if size:
        return _made(begin, at + size - 1, (None, Doubt.PAYDAY))
    within = tuple(tokens[at : at + 2])
    if within in {("next", "month"), ("this", "month"), ("next", "week"), ("this", "week")}:
        months = int(within == ("next", "month"))
        found = _of_that(tokens, at + 2, today, begin, months)
        if found is not None:
            return found
    size = longest(words.vague, tokens, at)
    return _made(begin, at + size - 1, (None, Doubt.NO_DAY)) if size else None


def _of_that(tokens: Sequence[str], at: int, today: date, begin: int, months: int) -> Part | None:
    """`next month` … `on the fifth`; `next week` … `on Friday`, which may be either week's."""
    at += token_at(tokens, at) == "on"
    if token_at(tokens, at) in _WEEKDAYS:
        found = weekday(today, _WEEKDAYS[token_at(tokens, at)], 1)[0]
        return _made(begin, at, (found, Doubt.DAY_TWO_WAYS))
    at += token_at(tokens, at) == "the"
    day = _ordinal(tokens, at)
    if day is None:
        return None
    return _made(begin, day[1] - 1, day_of_month(today, day[0], months))


def _counted_day(tokens: Sequence[str], at: int, today: date) -> Part | None:
    """`in three days`, `within a week`, `two weeks from today`, `a week from Friday`."""
    begin = at
    led = tokens[at] in {"in", "within"}
    at += led
    number = number_at(tokens, at, "en")
    if number is not None and number.exact and number.value % 1 == 0:
        count, at = int(number.value), number.beyond
    elif token_at(tokens, at) in {"a", "one"}:
        count, at = 1, at + 1
    else:
        return None
    unit = token_at(tokens, at)
    if unit not in {"day", "days", "week", "weeks"} or count > 400:
        return None
    days = count * (7 if unit.startswith("week") else 1)
    if token_at(tokens, at + 1) == "from":
        if token_at(tokens, at + 2) in {"today", "now"}:
            return _made(begin, at + 2, (today + timedelta(days=days), None))
        if token_at(tokens, at + 2) == "tomorrow":
            return _made(begin, at + 2, (today + timedelta(days=days + 1), None))
        if token_at(tokens, at + 2) in _WEEKDAYS:
            day, doubt = weekday(today, _WEEKDAYS[tokens[at + 2]], None)
            return _made(begin, at + 2, (day + timedelta(days=days), doubt))
        return _made(begin, at + 1, (None, Doubt.NO_DAY))
    return _made(begin, at, (today + timedelta(days=days), None)) if led else None


def _weekday(tokens: Sequence[str], at: int, today: date) -> Part | None:
    prefix = tokens[at] in {"this", "next", "coming"}
    name = token_at(tokens, at + prefix)
    if name not in _WEEKDAYS:
        return None
    wanted = _WEEKDAYS[name]
    if tokens[at] == "next":
        # Some mean the Friday that comes, some the one after it.
        return _made(at, at + 1, (weekday(today, wanted, 1)[0], Doubt.DAY_TWO_WAYS))
    day, doubt = weekday(today, wanted, None)
    if tokens[at] == "this":
        # On a Saturday `this Friday` may be the one just gone.
        doubt = doubt or (Doubt.DAY_TWO_WAYS if weekday(today, wanted, 0)[0] < today else None)
    return _made(at, at + prefix, (None if doubt and not prefix else day, doubt))


def _ordinal(tokens: Sequence[str], at: int) -> tuple[int, int] | None:
    """A day said as an ordinal, and the said after it: `fifth`, `twenty eighth`, `5 th`."""
    said = token_at(tokens, at)
    if said in _ORDINALS:
        return _ORDINALS[said], at + 1
    after = token_at(tokens, at + 1)
    if said in {"twenty", "thirty"} and _ORDINALS.get(after, 10) < 10:
        return (20 if said == "twenty" else 30) + _ORDINALS[after], at + 2
    if said.isdigit() and after in ENDINGS:
        return int(said), at + 2
    return None


def _month_day(tokens: Sequence[str], at: int, today: date) -> Part | None:
    begin = at
    if tokens[at] in _MONTHS:
        day_at = at + 1 + (token_at(tokens, at + 1) == "the")
        day = _ordinal(tokens, day_at)
        if day is None:
            number = number_at(tokens, day_at, "en")
            if number is None or not 1 <= number.value <= 99 or number.value % 1:
                return None
            day = int(number.value), number.beyond
        return _with_year(tokens, begin, _MONTHS[tokens[at]], day, today)
    at += tokens[at] == "the"
    day = _ordinal(tokens, at)
    number = number_at(tokens, at, "en") if day is None else None
    if number is not None and number.exact:
        named = token_at(tokens, number.beyond)
        if named in _MONTHS and named != "may" and number.value in range(100):
            month = _MONTHS[named]
            return _with_year(tokens, begin, month, (int(number.value), number.beyond + 1), today)
    if day is None:
        return None
    value, beyond = day
    if token_at(tokens, beyond) in _MONTHS and token_at(tokens, beyond) != "may":
        return _with_year(tokens, begin, _MONTHS[tokens[beyond]], (value, beyond + 1), today)
    if token_at(tokens, beyond) == "of":
        of_month = token_at(tokens, beyond + 1)
        if of_month in _MONTHS:
            return _with_year(tokens, begin, _MONTHS[of_month], (value, beyond + 2), today)
        span = tuple(tokens[beyond + 1 : beyond + 3])
        if span in {("next", "month"), ("this", "month")}:
            found = day_of_month(today, value, int(span[0] == "next"))
            return _made(begin, beyond + 2, found)
        if span == ("the", "month"):
            return _made(begin, beyond + 2, day_of_month(today, value, None))
    # `one second`, `pay that first`: no day without its article.
    led = (
        at > begin or tokens[at].isdigit() or token_at(tokens, begin - 1) in {"on", "by", "before"}
    )
    after = token_at(tokens, beyond)
    if not led:
        return None
    if after not in _AFTER_A_DAY and not after.isdigit():
        return _made(begin, beyond - 1, (None, Doubt.DAY_TWO_WAYS)) if after in _ONES else None
    return _made(begin, beyond - 1, day_of_month(today, value, None))


def _with_year(
    tokens: Sequence[str], begin: int, month: int, day: tuple[int, int], today: date
) -> Part:
    value, beyond = day
    number = number_at(tokens, beyond, "en")
    year = None
    if number is not None and 1990 <= number.value <= 2100 and number.value % 1 == 0:
        money = token_at(tokens, number.beyond) in MONEY
        if not money and (tokens[beyond].isdigit() or tokens[beyond] in {"twenty", "nineteen"}):
            year, beyond = int(number.value), number.beyond
    return _made(begin, beyond - 1, full_date(today, year, month, value))


def written_day(folded: Folded, at: int, today: date, *, day_first: bool) -> Part | None:
    """`12/15`, `2026-12-05`: told by the signs between the figures."""
    tokens = folded.tokens
    figures = [tokens[at]]
    while (
        len(figures) < 3
        and at + len(figures) < len(tokens)
        and tokens[at + len(figures)].isdigit()
        and figures[-1].isdigit()
    ):
        left = at + len(figures) - 1
        between = folded.original[folded.ends[left] : folded.starts[left + 1]]
        if between not in {"/", "-"}:
            break
        figures.append(tokens[at + len(figures)])
    if len(figures) < 2:
        return None
    last = at + len(figures) - 1
    numbers = [int(figure) for figure in figures]
    if len(figures[0]) == 4 and len(numbers) == 3:
        return _made(at, last, full_date(today, *numbers))
    year = numbers[2] if len(numbers) == 3 else None
    if year is not None and year < 100:
        year += 2000
    month, day = (numbers[1], numbers[0]) if day_first else (numbers[0], numbers[1])
    if month <= 12 and day <= 12 and month != day:
        return _made(at, last, (None, Doubt.DAY_TWO_WAYS))
    if month > 12:
        month, day = day, month
    return _made(at, last, full_date(today, year, month, day))
