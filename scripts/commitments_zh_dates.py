"""Scans what a Mandarin-speaking customer says for dates with their month: 十二月五号, 12/5, 民国.

Owns the dates told in full, several months with one day, and what the scanners of Mandarin share.
A date that may be meant in two ways comes with a doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from compliance.quantities import SpokenNumber
from compliance.text import Folded
from scripts.commitments_parts import (
    Doubt,
    Part,
    Sort,
    full_date,
    number_at,
    real,
    text_at,
    token_at,
)

DIGITS = frozenset("一二三四五六七八九两")
UNITS = frozenset("十百千万")
MONEY = frozenset("元块圆蚊")
_FIGURES = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0}
_ROC = 1911  # year 1 of the Republic is 1912


def made(first: int, last: int, found: tuple[date | None, Doubt | None]) -> Part:
    return Part(Sort.DAY, first, last, day=found[0], doubt=found[1])


def run_together(said: str) -> bool:
    """Whether a number may be two, a sum and a day: `2 十一號`, 十 十二號."""
    figures = any(sign in "0123456789" for sign in said)
    if figures and not {*DIGITS, "十"}.isdisjoint(said):
        return True
    for part in said.split("万"):
        sizes = ["十百千".index(sign) for sign in part if sign in "十百千"]
        if sizes != sorted(set(sizes), reverse=True):
            return True
    return False


def full_day(tokens: Sequence[str], at: int, today: date, *, republic: bool) -> Part | None:
    """民国一百一十五年十二月五号, 2026年12月5日, 十二月五号."""
    begin = at
    told = text_at(tokens, at, 2) == "民国"
    at += 2 * told
    first = _year(tokens, at) or number_at(tokens, at, "zh")
    if first is None:
        return None
    year: int | None = None
    doubt: Doubt | None = None
    month = first
    if token_at(tokens, first.beyond) == "年":
        year = int(first.value)
        if told or year < 200:
            doubt = None if (told or republic) and year < 200 else Doubt.NO_SUCH_DAY
            year += _ROC
        elif year < 1990 or year > 2200:
            doubt = Doubt.NO_SUCH_DAY
        found = number_at(tokens, first.beyond + 1, "zh")
        if found is None:
            return None
        month = found
    elif told:
        return None
    if token_at(tokens, month.beyond) != "月":
        return None
    day = number_at(tokens, month.beyond + 1, "zh")
    if day is None:
        return None
    if token_at(tokens, day.beyond) not in {"号", "日"}:
        # 12月15跟1月15: a day without its 號, where nothing is counted by it.
        after = token_at(tokens, day.beyond)
        counted = after in {*UNITS, *MONEY, *DIGITS, "个", "月", "点", "次", "期", "多", "几"}
        if counted or not 10 <= day.value <= 31 or not day.exact or day.value % 1:
            return None
        day = replace(day, beyond=day.beyond - 1)
    if doubt is None and not day.exact:
        doubt = Doubt.ALTERNATIVES
    if doubt is not None:
        return made(begin, day.beyond, (None, doubt))
    found_day = full_date(today, year, int(month.value), int(day.value))
    return made(begin, day.beyond, found_day)


def _year(tokens: Sequence[str], at: int) -> SpokenNumber | None:
    """二〇二六年, 一一五年: figures one by one."""
    figures = ""
    while (sign := token_at(tokens, at + len(figures))) and sign in _FIGURES:
        figures += str(_FIGURES[sign])
    if len(figures) not in {3, 4} or token_at(tokens, at + len(figures)) != "年":
        return None
    return SpokenNumber(Decimal(figures), at, at + len(figures))


def days_of_months(tokens: Sequence[str], at: int, today: date) -> Iterator[Part]:
    """十二月一月二月的八号: the same day of several months."""
    months: list[int] = []
    begin = at
    while (month := number_at(tokens, at, "zh")) is not None and month.value in range(1, 13):
        if token_at(tokens, month.beyond) != "月":
            break
        months.append(int(month.value))
        at = month.beyond + 1
        at += token_at(tokens, at) in {"和", "跟", "与", "还"}
    if len(months) < 2:
        return
    at += token_at(tokens, at) == "的"
    at += token_at(tokens, at) in {"每", "各"}
    day = number_at(tokens, at, "zh")
    if day is None or token_at(tokens, day.beyond) not in {"号", "日"} or day.value % 1:
        return
    step = begin
    after = today
    for index, number in enumerate(months):
        found = real(after.year + (number < after.month), number, int(day.value))
        last = day.beyond if index == len(months) - 1 else step
        yield made(step, last, (found, None if found else Doubt.NO_SUCH_DAY))
        step = last + 1
        after = found or after


def month_at(tokens: Sequence[str], at: int) -> Part | None:
    """从一月开始: a month without a day."""
    month = number_at(tokens, at, "zh")
    if month is None or month.value not in range(1, 13) or token_at(tokens, month.beyond) != "月":
        return None
    return Part(Sort.MONTH, at, month.beyond, count=int(month.value))


def written_day(folded: Folded, at: int, today: date) -> Part | None:
    """`12/5`, `2026/12/5`, `115/12/5` is no date that one says: month before day."""
    tokens = folded.tokens
    figures: list[str] = []
    while at + len(figures) < len(tokens) and tokens[at + len(figures)].isdigit():
        if figures:
            left = at + len(figures) - 1
            if folded.original[folded.ends[left] : folded.starts[left + 1]] not in {"/", "-"}:
                break
        figures.append(tokens[at + len(figures)])
        if len(figures) == 3:
            break
    if len(figures) < 2:
        return None
    numbers = [int(figure) for figure in figures]
    year = numbers.pop(0) if len(numbers) == 3 else None
    if year is not None and year < 1000:
        return made(at, at + 2, (None, Doubt.DAY_TWO_WAYS))
    return made(at, at + len(figures) - 1, full_date(today, year, *numbers))
