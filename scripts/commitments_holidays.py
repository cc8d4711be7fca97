"""The days that people call by a name: Christmas Eve, Boxing Day, 元旦, 双十二, 除夕.

Owns the names and the calendar behind them.  A feast that lasts for days, and one whose date is not
in the table, is no day: the scanners take those for vague.  What is known in one country only is
in doubt in the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from scripts.commitments_parts import FAR_AHEAD_DAYS, Doubt, Part, Sort, real

# The first day of the lunar year, as the Hong Kong Observatory's conversion tables give it.
_LUNAR_NEW_YEAR = {
    2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3),
    2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8), 2036: (1, 28),
}  # fmt: skip


def _fixed(month: int, day: int) -> Callable[[int], date | None]:
    return lambda year: real(year, month, day)


def nth_weekday(year: int, month: int, wanted: int, count: int) -> date | None:
    """The so-manyth Monday (0) … Sunday (6) of a month; `None` where there is none."""
    first = date(year, month, 1)
    day = 1 + (wanted - first.weekday()) % 7 + 7 * (count - 1)
    return real(year, month, day)


def _thanksgiving(year: int) -> date | None:
    return nth_weekday(year, 11, 3, 4)  # 5 U.S.C. 6103(a): the fourth Thursday in November


def _black_friday(year: int) -> date | None:
    day = _thanksgiving(year)
    return day + timedelta(days=1) if day else None


def _labor_day(year: int) -> date | None:
    return nth_weekday(year, 9, 0, 1)


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the anonymous algorithm of Meeus, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def _good_friday(year: int) -> date | None:
    return easter(year) - timedelta(days=2)


def _easter_monday(year: int) -> date | None:
    return easter(year) + timedelta(days=1)


def _lunar_new_year(year: int) -> date | None:
    told = _LUNAR_NEW_YEAR.get(year)
    return real(year, *told) if told else None


def _lunar_eve(year: int) -> date | None:
    day = _lunar_new_year(year)
    return day - timedelta(days=1) if day else None


_EVERYWHERE = ""
# Names as they are folded, where they are known, and the day in a year.
_ENGLISH: dict[tuple[str, ...], tuple[str, Callable[[int], date | None]]] = {
    tuple(name.split()): (where, day)
    for names, where, day in (
        ("christmas eve|xmas eve", _EVERYWHERE, _fixed(12, 24)),
        ("christmas day|xmas day", _EVERYWHERE, _fixed(12, 25)),
        ("boxing day", "en-GB en-HK", _fixed(12, 26)),
        ("new year eve|new years eve", _EVERYWHERE, _fixed(12, 31)),
        ("new year day|new years day", _EVERYWHERE, _fixed(1, 1)),
        ("thanksgiving|thanksgiving day", "en-US", _thanksgiving),
        ("black friday", _EVERYWHERE, _black_friday),
        ("valentine day|valentines day|valentines", _EVERYWHERE, _fixed(2, 14)),
        ("halloween", _EVERYWHERE, _fixed(10, 31)),
        ("good friday", _EVERYWHERE, _good_friday),
        ("easter sunday", _EVERYWHERE, easter),
        ("easter monday", _EVERYWHERE, _easter_monday),
        ("bonfire night", "en-GB", _fixed(11, 5)),
        ("labor day", "en-US", _labor_day),
        ("independence day|the fourth of july", "en-US", _fixed(7, 4)),
        ("veterans day", "en-US", _fixed(11, 11)),
        ("st patrick day|saint patrick day", _EVERYWHERE, _fixed(3, 17)),
    )
    for name in names.split("|")
}
_MANDARIN: dict[tuple[str, ...], tuple[str, Callable[[int], date | None]]] = {
    tuple(name): ("", day)
    for names, day in (
        ("元旦", _fixed(1, 1)),
        ("圣诞节|耶诞节|圣诞", _fixed(12, 25)),
        ("平安夜|圣诞夜|耶诞夜", _fixed(12, 24)),
        ("跨年夜|跨年那天|跨年当天", _fixed(12, 31)),
        ("双十一|双11", _fixed(11, 11)),
        ("双十二|双12", _fixed(12, 12)),
        ("双十节|双十国庆", _fixed(10, 10)),
        ("情人节", _fixed(2, 14)),
        ("妇女节", _fixed(3, 8)),
        ("劳动节", _fixed(5, 1)),
        ("儿童节", _fixed(6, 1)),
        ("除夕", _lunar_eve),
        ("大年初一|年初一", _lunar_new_year),
    )
    for name in names.split("|")
} | {("双", "11"): ("", _fixed(11, 11)), ("双", "12"): ("", _fixed(12, 12))}
_LONGEST = 4
FIRST_OF_NAMES = frozenset(name[0] for name in (*_ENGLISH, *_MANDARIN)) - {"the"}
"""The tokens that a name may begin with."""


_BESIDE = {"the day after": 1, "the day before": -1}


def named_day(tokens: Sequence[str], at: int, today: date, language: str) -> Part | None:
    """The day of a name that stands at a token; the next that there is."""
    beside = _BESIDE.get(" ".join(tokens[at : at + 3]))
    if beside is not None:
        feast = named_day(tokens, at + 3, today, language)
        if feast is None and tokens[at + 3 : at + 4] in (("christmas",), ["christmas"]):
            feast = named_day((*tokens[: at + 4], "day"), at + 3, today, language)
            feast = feast and replace(feast, last=at + 3)
        if feast is None or feast.day is None:
            return None
        return replace(feast, first=at, day=feast.day + timedelta(days=beside))
    names = _MANDARIN if language.startswith("zh") else _ENGLISH
    for size in range(min(_LONGEST, len(tokens) - at), 0, -1):
        told = names.get(tuple(tokens[at : at + size]))
        if told is None:
            continue
        where, calendar = told
        day = calendar(today.year)
        if day is None or day < today:
            day = calendar(today.year + 1)
        doubt = None
        if day is None:
            doubt = Doubt.NO_DAY
        elif (day - today).days > FAR_AHEAD_DAYS:
            doubt = Doubt.FAR_AHEAD
        elif day == today or (where and language not in where.split()):
            doubt = Doubt.DAY_TWO_WAYS
        return Part(Sort.DAY, at, at + size - 1, day=day, doubt=doubt)
    return None
