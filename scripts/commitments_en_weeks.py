"""Scans what an English-speaking customer says for weekdays, and for days counted in weeks.

Owns the names of days and months, and what is counted from a day: `a week on Friday`, `a fortnight
today`, `the Monday after`, `the last Friday of January`.  A day that may be meant in two ways comes
with a doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from scripts.commitments_holidays import nth_weekday
from scripts.commitments_parts import (
    Doubt,
    Part,
    Sort,
    last_of_month,
    month_ahead,
    months_on,
    number_at,
    token_at,
    weekday,
)

WEEKDAYS = {
    name: index
    for index, names in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    )
    for name in names.split()
}  # fmt: skip
MONTHS = {
    name: index
    for index, names in enumerate(
        ("january jan", "february feb", "march", "april apr", "may", "june", "july",
         "august aug", "september sept sep", "october oct", "november nov", "december dec"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
ORDINALS = {
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
_WEEKLY = {"week": 7, "weeks": 7, "fortnight": 14, "fortnights": 14}
_LASTS = {"day": 1, "days": 1, **_WEEKLY}


def made(first: int, last: int, found: tuple[date | None, Doubt | None]) -> Part:
    return Part(Sort.DAY, first, last, day=found[0], doubt=found[1])


def following(tokens: Sequence[str], at: int, before: date | None) -> Part | None:
    """`the Monday after`, `the following Friday`, `the week after`, `a week later`."""
    if before is None:
        return None
    begin = at
    at += tokens[at] in {"the", "a", "one", "on"}
    following = token_at(tokens, at) == "following"
    at += following
    name, behind = token_at(tokens, at), token_at(tokens, at + 1)
    after = behind in {"after", "later"} and token_at(tokens, at + 2) not in {"next", "my"}
    if token_at(tokens, at + 2) == "i" and token_at(tokens, at + 3) not in {"will", "can"}:
        after = False  # the Monday after I get paid
    if not (following or after) or begin == at:
        return None
    last = at + after
    last += after and token_at(tokens, last + 1) == "that"
    if name in WEEKDAYS and behind != "later":
        ahead = (WEEKDAYS[name] - before.weekday() - 1) % 7 + 1
        return made(begin, last, (before + timedelta(days=ahead), None))
    if name in _LASTS:
        return made(begin, last, (before + timedelta(days=_LASTS[name]), None))
    if name == "month":
        return made(begin, last, (months_on(before, 1), Doubt.DAY_TWO_WAYS))
    return None


def counted_day(tokens: Sequence[str], at: int, today: date) -> Part | None:
    """`in three days`, `two weeks from today`, `a week on Friday`, `a fortnight today`."""
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
    if unit not in _LASTS or count > (400 if unit in {"day", "days"} else 60):
        return None
    days = timedelta(days=count * _LASTS[unit])
    timed = token_at(tokens, at + 1) == "time"
    at += timed
    after = token_at(tokens, at + 1)
    if token_at(tokens, begin - 1) == "for" and (after == "from" or count > 1):
        return None  # for four weeks from Monday
    said = at + 1 + (after in {"from", "on", "this"})
    named = token_at(tokens, said)
    if named in {"today", "now"} and (after == "from" or unit in _WEEKLY):
        return made(begin, said, (today + days, None))
    if named == "tomorrow" and (after == "from" or unit in _WEEKLY):
        return made(begin, said, (today + days + timedelta(days=1), None))
    if named in WEEKDAYS and (after == "from" or unit in _WEEKLY):
        day, doubt = weekday(today, WEEKDAYS[named], None)
        # Fifty a week on Friday: may also be fifty every week.
        every = count == 1 and after != "from" and _is_money(tokens, begin - 1)
        return made(begin, said, (day + days, doubt or (Doubt.DAY_TWO_WAYS if every else None)))
    if after == "from":
        return made(begin, at + 1, (None, Doubt.NO_DAY))
    return made(begin, at, (today + days, None)) if led or timed else None


def _is_money(tokens: Sequence[str], at: int) -> bool:
    """Whether a sum ends at a token."""
    said = token_at(tokens, at)
    return said in MONEY or said in {"hundred", "grand"} or number_at(tokens, at, "en") is not None


def so_manyth(tokens: Sequence[str], at: int, today: date) -> Part | None:
    """`the last day of the month`, `the first Monday in December`, `the last Friday of January`."""
    begin = at
    at += tokens[at] == "the"
    place, name = token_at(tokens, at), token_at(tokens, at + 1)
    if begin == at or token_at(tokens, at + 2) not in {"of", "in"}:
        return None
    if not (place == "last" or 1 <= ORDINALS.get(place, 9) <= 4):
        return None
    month_at = at + 3 + (token_at(tokens, at + 3) in {"the", "this"})
    said = token_at(tokens, month_at)
    if said in MONTHS:
        months = (MONTHS[said] - today.month) % 12
    elif said == "month":
        months = 0
    elif tuple(tokens[month_at : month_at + 2]) == ("next", "month"):
        months, month_at = 1, month_at + 1
    else:
        return None
    year, month = month_ahead(today, months)
    end = last_of_month(today, months)
    if name == "day" and place == "last":
        return made(begin, month_at, (end, None))
    if name not in WEEKDAYS:
        return None
    wanted = WEEKDAYS[name]
    if place == "last":
        day: date | None = end - timedelta(days=(end.weekday() - wanted) % 7)
    else:
        day = nth_weekday(year, month, wanted, ORDINALS[place])
    if day is None or day < today:
        return made(begin, month_at, (None, Doubt.DAY_TWO_WAYS))
    return made(begin, month_at, (day, None))


def weekday_at(
    tokens: Sequence[str], at: int, today: date, *, british: bool, before: date | None
) -> Part | None:
    prefix = tokens[at] in {"this", "next", "coming"}
    name = token_at(tokens, at + prefix)
    if name not in WEEKDAYS:
        return None
    wanted = WEEKDAYS[name]
    if tokens[at] == "next":
        # Some mean the Friday that comes, some the one after it.
        return made(at, at + 1, (weekday(today, wanted, 1)[0], Doubt.DAY_TWO_WAYS))
    day, doubt = weekday(today, wanted, None, before)
    further = token_at(tokens, at + prefix + 1)
    if further in {"week", "fortnight"} and token_at(tokens, at + prefix + 2) != "of":
        doubt = doubt or (None if british else Doubt.DAY_TWO_WAYS)
        return made(at, at + prefix + 1, (day + timedelta(days=_WEEKLY[further]), doubt))
    if further == "after" and token_at(tokens, at + prefix + 2) == "next":
        return made(at, at + prefix + 2, (None, Doubt.DAY_TWO_WAYS))
    if tokens[at] == "this":
        # On a Saturday `this Friday` may be the one just gone.
        doubt = doubt or (Doubt.DAY_TWO_WAYS if weekday(today, wanted, 0)[0] < today else None)
    return made(at, at + prefix, (None if doubt and not prefix else day, doubt))
