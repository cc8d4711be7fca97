"""Scans what an English-speaking customer says for days.

Owns the English ways to name a day, against the day of the call.  A day that may be meant in two
ways comes with a doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from compliance.text import Folded
from scripts.commitments_en_weeks import (
    ENDINGS,
    MONEY,
    MONTHS,
    ORDINALS,
    WEEKDAYS,
    counted_day,
    following,
    made,
    so_manyth,
    weekday_at,
)
from scripts.commitments_parts import (
    OF_MONTH,
    WEAK,
    Doubt,
    Part,
    Sort,
    day_of_month,
    full_date,
    last_of_month,
    number_at,
    real,
    token_at,
    weekday,
)
from scripts.commitments_words import Words, longest

# What may follow a day that is told by an ordinal alone.
_AFTER_A_DAY = frozenset(
    ["", "i", "we", "you", "for", "at", "with", "and", "or", "by", "is", "works", "will", "then",
     "if", "to", "my", "please", "that", "it", "but", "so", "in", "this", "because", "as", "$",
     "maybe", "would", "the", "when", "from", "can", "should", "ok", "a", "£", "not", "about",
     "that's", "yeah", "yes", "no", "sorry", "just", "say", "let", "put", "using", "via", "off",
     "out", "through", "straight", "automatically", "around", "until", "starting", "both", "each",
     "every", "then", "instead", "right", "sure", "definitely", "alright", "all", "wait",
     "actually", "hundred", "morning", "night", "evening", "afternoon", "like", "thanks", "there",
     "into", "he", "she", "they", "what", "how", "are", "am", "was", "does", "do", "works"]
)  # fmt: skip
# The fifth floor is no day, nor is the second letter.
_NO_DAY_OF = frozenset(
    ["floor", "time", "times", "payment", "one", "thing", "person", "letter", "call", "notice",
     "instalment", "installment", "lady", "guy", "man", "woman", "part", "half", "quarter", "week",
     "reminder", "account", "card", "loan", "option", "place", "job", "child", "kid", "day",
     "bill", "statement", "month", "year", "of", "name", "question", "party", "step", "attempt",
     "chance", "mortgage", "agent", "number", "two", "three", "few", "couple", "and"]
)  # fmt: skip


def day_at(
    tokens: Sequence[str],
    at: int,
    today: date,
    words: Words,
    *,
    british: bool,
    before: date | None = None,
) -> Part | None:
    """The day that is named at a token; `None` where none is.

    Args:
        tokens: of the clause.
        at: the token.
        today: the customer's day.
        words: what names no day, and today.
        british: whether `Friday week` is said here beyond doubt.
        before: the day named last, which `the Monday after` follows.
    """
    return (
        following(tokens, at, before)
        or _named_day(tokens, at, today, words)
        or counted_day(tokens, at, today)
        or so_manyth(tokens, at, today)
        or weekday_at(tokens, at, today, british=british, before=before)
        or _month_day(tokens, at, today, before)
    )


def _named_day(tokens: Sequence[str], at: int, today: date, words: Words) -> Part | None:
    begin = at
    if tuple(tokens[at : at + 5]) == ("the", "day", "after", "tomorrow"):
        return made(begin, at + 3, (today + timedelta(days=2), None))
    if tuple(tokens[at : at + 4]) == ("the", "day", "after", "tomorrow"):
        return made(begin, at + 3, (today + timedelta(days=2), None))
    if tuple(tokens[at : at + 3]) == ("day", "after", "tomorrow"):
        return made(begin, at + 2, (today + timedelta(days=2), None))
    if tokens[at] == "tomorrow":
        return made(begin, at, (today + timedelta(days=1), None))
    size = longest(words.today, tokens, at)
    if size:
        if "now" in tokens[at : at + size] and token_at(tokens, at + size) in {"i", "we", "that"}:
            return Part(Sort.SKIP, begin, at + size - 1)  # now I can only …
        weak = WEAK if tuple(tokens[at : at + size]) == ("now",) else ""
        return replace(made(begin, at + size - 1, (today, None)), word=weak)
    for months, phrase in ((0, ("end", "of", "the", "month")), (0, ("end", "of", "month")),
                           (1, ("end", "of", "next", "month"))):  # fmt: skip
        if tuple(tokens[at : at + len(phrase)]) == phrase:
            day = last_of_month(today, months)
            return made(begin, at + len(phrase) - 1, (day, Doubt.DAY_TWO_WAYS))
    if tuple(tokens[at : at + 2]) == ("end", "of") and token_at(tokens, at + 2) in MONTHS:
        ahead = (MONTHS[tokens[at + 2]] - today.month) % 12
        return made(begin, at + 2, (last_of_month(today, ahead), Doubt.DAY_TWO_WAYS))
    if tuple(tokens[at : at + 2]) in {("middle", "of"), ("end", "of"), ("beginning", "of")}:
        last = at + 1
        while token_at(tokens, last + 1) in {"the", "month", "next", *MONTHS}:
            last += 1
        return made(begin, last, (None, Doubt.NO_DAY))
    size = longest(words.payday, tokens, at)
    if size:
        return made(begin, at + size - 1, (None, Doubt.PAYDAY))
    within = tuple(tokens[at : at + 2])
    if within in {("next", "month"), ("this", "month"), ("next", "week"), ("this", "week")}:
        months = int(within == ("next", "month"))
        found = _of_that(tokens, at + 2, today, begin, months)
        if found is not None:
            return found
    size = longest(words.vague, tokens, at)
    return made(begin, at + size - 1, (None, Doubt.NO_DAY)) if size else None


def _of_that(tokens: Sequence[str], at: int, today: date, begin: int, months: int) -> Part | None:
    """`next month` … `on the fifth`; `next week` … `on Friday`, which may be either week's."""
    at += token_at(tokens, at) == "on"
    if token_at(tokens, at) in WEEKDAYS:
        found = weekday(today, WEEKDAYS[token_at(tokens, at)], 1)[0]
        return made(begin, at, (found, Doubt.DAY_TWO_WAYS))
    at += token_at(tokens, at) == "the"
    day = _ordinal(tokens, at)
    if day is None:
        return None
    return made(begin, day[1] - 1, day_of_month(today, day[0], months))


def _ordinal(tokens: Sequence[str], at: int) -> tuple[int, int] | None:
    """A day said as an ordinal, and the said after it: `fifth`, `twenty eighth`, `5 th`."""
    said = token_at(tokens, at)
    if said in ORDINALS:
        return ORDINALS[said], at + 1
    after = token_at(tokens, at + 1)
    if said in {"twenty", "thirty"} and ORDINALS.get(after, 10) < 10:
        return (20 if said == "twenty" else 30) + ORDINALS[after], at + 2
    if said.isdigit() and after in ENDINGS:
        return int(said), at + 2
    return None


def _month_day(tokens: Sequence[str], at: int, today: date, before: date | None) -> Part | None:
    begin = at
    if tokens[at] in MONTHS:
        day_at = at + 1 + (token_at(tokens, at + 1) == "the")
        day = _ordinal(tokens, day_at)
        if day is None:
            number = number_at(tokens, day_at, "en")
            if number is None or not 1 <= number.value <= 99 or number.value % 1:
                return None
            if number.value > 31 or token_at(tokens, number.beyond) in MONEY:
                return None  # in January fifty dollars
            day = int(number.value), number.beyond
        return _with_year(tokens, begin, MONTHS[tokens[at]], day, today)
    at += tokens[at] == "the"
    day = _ordinal(tokens, at)
    number = number_at(tokens, at, "en") if day is None and token_at(tokens, at) != "one" else None
    if number is not None and number.exact:
        named = token_at(tokens, number.beyond)
        if named in MONTHS and named != "may" and number.value in range(100):
            month = MONTHS[named]
            return _with_year(tokens, begin, month, (int(number.value), number.beyond + 1), today)
    if day is None:
        return None
    value, beyond = day
    if token_at(tokens, beyond) in MONTHS and token_at(tokens, beyond) != "may":
        return _with_year(tokens, begin, MONTHS[tokens[beyond]], (value, beyond + 1), today)
    if token_at(tokens, beyond) == "of":
        of_month = token_at(tokens, beyond + 1)
        if of_month in MONTHS:
            return _with_year(tokens, begin, MONTHS[of_month], (value, beyond + 2), today)
        span = tuple(tokens[beyond + 1 : beyond + 3])
        if span in {("next", "month"), ("this", "month")}:
            found = day_of_month(today, value, int(span[0] == "next"))
            return made(begin, beyond + 2, found)
        if span == ("the", "month"):
            return made(begin, beyond + 2, day_of_month(today, value, None))
        if span in {("every", "month"), ("each", "month")}:
            return made(begin, beyond - 1, day_of_month(today, value, None))
    # `one second`, `pay that first`: no day without its article.
    led = (
        at > begin
        or tokens[at].isdigit()
        or token_at(tokens, begin - 1) in {"on", "by", "before"}
        or (token_at(tokens, begin - 1) == "and" and _ends_in_a_day(tokens, begin - 2))
    )
    after = token_at(tokens, beyond)
    placed = token_at(tokens, begin - 1) in {"on", "by", "before", "from", "for", "until"}
    if value == 1 and begin and not placed and _begins_a_sum(tokens, beyond):
        return None  # the first two hundred on Friday
    if not led or after in _NO_DAY_OF - {"and", "two", "three"}:
        return None
    if after in _AFTER_A_DAY or after.isdigit():
        plain = made(begin, beyond - 1, day_of_month(today, value, None, before))
        return replace(plain, word=OF_MONTH)
    day_of, doubt = day_of_month(today, value, None, before)
    unsure = made(begin, beyond - 1, (day_of, doubt or Doubt.DAY_TWO_WAYS))
    return replace(unsure, word=OF_MONTH)


def _begins_a_sum(tokens: Sequence[str], at: int) -> bool:
    said = token_at(tokens, at)
    return said in {"$", "£", "hundred"} or number_at(tokens, at, "en") is not None


def _ends_in_a_day(tokens: Sequence[str], at: int) -> bool:
    """The fifth and twentieth: whether what stands before the `and` is an ordinal."""
    return token_at(tokens, at) in ORDINALS or token_at(tokens, at) in ENDINGS


def months_after(tokens: Sequence[str], at: int, day: date) -> Iterator[Part]:
    """The days that `on the first of January February and March` names after its first."""
    if token_at(tokens, at - 1) not in MONTHS:
        return
    while True:
        begin = at
        at += token_at(tokens, at) == "and"
        month = MONTHS.get(token_at(tokens, at))
        after = token_at(tokens, at + 1)
        figure = number_at(tokens, at + 1, "en") is not None or after in {*ORDINALS, "the"}
        if month is None or (figure and after not in MONEY):
            return
        found = real(day.year + (month <= day.month), month, day.day)
        if found is None:
            return
        day = found
        if at > begin:
            yield Part(Sort.AND, begin, begin)
        yield Part(Sort.DAY, at, at, day=found)
        at += 1


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
    return made(begin, beyond - 1, full_date(today, year, month, value))


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
        return made(at, last, full_date(today, *numbers))
    year = numbers[2] if len(numbers) == 3 else None
    if year is not None and year < 100:
        year += 2000
    month, day = (numbers[1], numbers[0]) if day_first else (numbers[0], numbers[1])
    if month <= 12 and day <= 12 and month != day:
        return made(at, last, (None, Doubt.DAY_TWO_WAYS))
    if month > 12:
        month, day = day, month
    return made(at, last, full_date(today, year, month, day))
