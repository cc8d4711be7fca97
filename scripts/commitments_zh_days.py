"""Scans what a Mandarin-speaking customer says for days.

Owns the Mandarin ways to name a day, against the day of the call; characters are Simplified, as
texts are folded.  A day that may be meant in two ways comes with a doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from compliance.quantities import SpokenNumber
from compliance.text import Folded
from scripts.commitments_parts import (
    Doubt,
    Part,
    Sort,
    day_of_month,
    full_date,
    last_of_month,
    number_at,
    text_at,
    token_at,
    weekday,
)
from scripts.commitments_words import Words, longest

DIGITS = frozenset("一二三四五六七八九两")
UNITS = frozenset("十百千万")
MONEY = frozenset("元块圆蚊")
_FIGURES = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0}
# What the days of this module begin with, but for numbers and the phrases that are data.
_BEGINNINGS = frozenset("民下这本礼星周拜大后明月年")
_ROC = 1911  # year 1 of the Republic is 1912
_WEEKS = (("下下个", 2), ("下下", 2), ("下个", 1), ("下", 1), ("这个", 0), ("这", 0), ("本", 0))
# 等一下 is also `wait`, 现在 also `as things are`.
_TODAY_IF_PAID = {"等一下", "等下", "等会", "待会", "一会儿", "现在"}


def _made(first: int, last: int, found: tuple[date | None, Doubt | None]) -> Part:
    return Part(Sort.DAY, first, last, day=found[0], doubt=found[1])


def day_at(
    tokens: Sequence[str], at: int, today: date, words: Words, *, republic: bool
) -> Part | None:
    """The day that is named at a token, the clause's tokens given; `None` where none is.

    `republic`: a year of two or three figures is one of 民國.
    """
    first = tokens[at]
    # Most tokens begin no day, and asking each kind of day in turn costs more than all the rest.
    if (
        first not in _BEGINNINGS
        and first not in words.of_days
        and first not in _FIGURES
        and number_at(tokens, at, "zh") is None
    ):
        return None
    return any_day_at(tokens, at, today, words, republic=republic)


def any_day_at(
    tokens: Sequence[str], at: int, today: date, words: Words, *, republic: bool
) -> Part | None:
    """As `day_at`, whatever the token is that stands there."""
    return (
        _full_day(tokens, at, today, republic=republic)
        or _month_and_day(tokens, at, today)
        or _counted_day(tokens, at, today)
        or _weekday(tokens, at, today)
        or _day_number(tokens, at, today)
        or _named_day(tokens, at, today, words)
    )


def _named_day(tokens: Sequence[str], at: int, today: date, words: Words) -> Part | None:
    for phrase, days in (("大后天", 3), ("后天", 2), ("明天", 1), ("明日", 1), ("明早", 1),
                         ("明晚", 1)):  # fmt: skip
        if text_at(tokens, at, len(phrase)) == phrase:
            return _made(at, at + len(phrase) - 1, (today + timedelta(days=days), None))
    size = longest(words.payday, tokens, at)
    if size:
        return _made(at, at + size - 1, (None, Doubt.PAYDAY))
    for phrase, day in (
        ("下个月底", last_of_month(today, 1)), ("下月底", last_of_month(today, 1)),
        ("这个月底", last_of_month(today, 0)), ("本月底", last_of_month(today, 0)),
        ("月底", last_of_month(today, 0)), ("年底", date(today.year, 12, 31)),
    ):  # fmt: skip
        if text_at(tokens, at, len(phrase)) == phrase:
            return _made(at, at + len(phrase) - 1, (day, Doubt.DAY_TWO_WAYS))
    today_size = longest(words.today, tokens, at)
    if today_size and (
        text_at(tokens, at, today_size) not in _TODAY_IF_PAID
        or token_at(tokens, at + today_size) in set("就去来缴付还转汇会给存拿")
    ):
        return _made(at, at + today_size - 1, (today, None))
    size = longest(words.vague, tokens, at)
    return _made(at, at + size - 1, (None, Doubt.NO_DAY)) if size else None


def _counted_day(tokens: Sequence[str], at: int, today: date) -> Part | None:
    """三天后, 两个礼拜后, 三天内."""
    number = number_at(tokens, at, "zh")
    if number is None or not number.exact or number.value % 1 or number.value > 400:
        return None
    unit_at = number.beyond + (token_at(tokens, number.beyond) == "个")
    if token_at(tokens, unit_at) == "天":
        days, beyond = 1, unit_at + 1
    elif token_at(tokens, unit_at) == "周":
        days, beyond = 7, unit_at + 1
    elif text_at(tokens, unit_at, 2) in {"礼拜", "星期"}:
        days, beyond = 7, unit_at + 2
    else:
        return None
    beyond += token_at(tokens, beyond) in {"之", "以"}
    if token_at(tokens, beyond) not in {"后", "内"}:
        return None
    return _made(at, beyond, (today + timedelta(days=days * int(number.value)), None))


def _weekday(tokens: Sequence[str], at: int, today: date) -> Part | None:
    begin = at
    weeks: int | None = None
    for phrase, ahead in _WEEKS:
        if text_at(tokens, at, len(phrase)) == phrase:
            weeks, at = ahead, at + len(phrase)
            break
    for word in ("礼拜", "星期", "周", "拜"):
        if text_at(tokens, at, len(word)) == word:
            at += len(word)
            break
    else:
        return None
    sign = token_at(tokens, at)
    figure = "一二三四五六".find(sign) if sign else -1
    if sign in {"日", "天", "7"}:
        figure = 6
    elif sign.isdigit() and 1 <= int(sign) <= 6:
        figure = int(sign) - 1
    if figure < 0:
        return None
    if token_at(tokens, at + 1) in DIGITS and token_at(tokens, at + 2) not in {*UNITS, *MONEY}:
        return _made(begin, at + 1, (None, Doubt.ALTERNATIVES))  # 礼拜三四
    day, doubt = weekday(today, figure, weeks)
    if doubt is not None and (weeks is None or doubt is Doubt.DAY_PAST):
        return _made(begin, at, (None, doubt))
    return _made(begin, at, (day, doubt))


def _day_number(
    tokens: Sequence[str], at: int, today: date, months: int | None = None, begin: int = -1
) -> Part | None:
    """五号, 二十八号."""
    number = number_at(tokens, at, "zh")
    begin = at if begin < 0 else begin
    if number is None or token_at(tokens, number.beyond) not in {"号", "日"}:
        return None
    if token_at(tokens, number.beyond + 1) == "码":
        return None
    if any(sign in "百千万块" for sign in text_at(tokens, at, number.beyond - at)):
        return None  # 1万2五号: the figures before belong to a sum
    if not number.exact:
        return _made(begin, number.beyond, (None, Doubt.ALTERNATIVES))  # 五六号
    if run_together(text_at(tokens, at, number.beyond - at)):
        return _made(begin, number.beyond, (None, Doubt.DAY_TWO_WAYS))
    return _made(begin, number.beyond, day_of_month(today, int(number.value), months))


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


def _month_and_day(tokens: Sequence[str], at: int, today: date) -> Part | None:
    """下个月五号, 下下个月五号, 这个月三十号; the month alone is no day."""
    for phrase, months in (("下下个月", 2), ("下个月", 1), ("下月", 1), ("这个月", 0), ("本月", 0)):
        if text_at(tokens, at, len(phrase)) == phrase:
            day_at = at + len(phrase) + (token_at(tokens, at + len(phrase)) in {"的", ","})
            return _day_number(tokens, day_at, today, months, at)
    return None


def _full_day(tokens: Sequence[str], at: int, today: date, *, republic: bool) -> Part | None:
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
    if day is None or token_at(tokens, day.beyond) not in {"号", "日"}:
        return None
    if doubt is None and not day.exact:
        doubt = Doubt.ALTERNATIVES
    if doubt is not None:
        return _made(begin, day.beyond, (None, doubt))
    found_day = full_date(today, year, int(month.value), int(day.value))
    return _made(begin, day.beyond, found_day)


def _year(tokens: Sequence[str], at: int) -> SpokenNumber | None:
    """二〇二六年, 一一五年: figures one by one."""
    figures = ""
    while (sign := token_at(tokens, at + len(figures))) and sign in _FIGURES:
        figures += str(_FIGURES[sign])
    if len(figures) not in {3, 4} or token_at(tokens, at + len(figures)) != "年":
        return None
    return SpokenNumber(Decimal(figures), at, at + len(figures))


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
        return _made(at, at + 2, (None, Doubt.DAY_TWO_WAYS))
    return _made(at, at + len(figures) - 1, full_date(today, year, *numbers))
