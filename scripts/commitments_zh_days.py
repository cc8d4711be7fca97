"""Scans what a Mandarin-speaking customer says for days.

Owns the Mandarin ways to name a day, against the day of the call; characters are Simplified, as
texts are folded.  A day that may be meant in two ways comes with a doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from scripts.commitments_parts import (
    OF_MONTH,
    WEAK,
    Doubt,
    Part,
    day_of_month,
    last_of_month,
    number_at,
    text_at,
    token_at,
    weekday,
)
from scripts.commitments_words import Words, longest
from scripts.commitments_zh_dates import DIGITS, MONEY, UNITS, full_day, made, run_together

# What the days of this module begin with, but for numbers and the phrases that are data.
_BEGINNINGS = frozenset("民下这本礼星周拜大后明月年隔第听当")
_FIGURES = frozenset("〇零一二三四五六七八九")
_WEEKS = (("下下个", 2), ("下下", 2), ("下个", 1), ("下", 1), ("这个", 0), ("这", 0), ("本", 0))
# 等一下 is also `wait`, 现在 also `as things are`.
_TODAY_IF_PAID = {"等一下", "等下", "等会", "等等", "待会", "一会儿", "现在"}


def day_at(
    tokens: Sequence[str],
    at: int,
    today: date,
    words: Words,
    *,
    republic: bool,
    before: date | None = None,
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
    return any_day_at(tokens, at, today, words, republic=republic, before=before)


def any_day_at(
    tokens: Sequence[str],
    at: int,
    today: date,
    words: Words,
    *,
    republic: bool,
    before: date | None = None,
) -> Part | None:
    """As `day_at`, whatever the token is that stands there."""
    return (
        _next_day(tokens, at, before)
        or full_day(tokens, at, today, republic=republic)
        or _month_and_day(tokens, at, today)
        or _counted_day(tokens, at, today)
        or weekday_at(tokens, at, today, before)
        or _day_number(tokens, at, today, before=before)
        or _named_day(tokens, at, today, words)
    )


def _next_day(tokens: Sequence[str], at: int, before: date | None) -> Part | None:
    """隔天, 第二天, 當天 behind a day."""
    for phrase, days in (("隔天", 1), ("隔日", 1), ("第二天", 1), ("当天", 0), ("当日", 0)):
        if before is not None and text_at(tokens, at, len(phrase)) == phrase:
            return made(at, at + len(phrase) - 1, (before + timedelta(days=days), None))
    return None


def _named_day(tokens: Sequence[str], at: int, today: date, words: Words) -> Part | None:
    for phrase, days in (
        ("大后天", 3), ("后天", 2), ("明天", 1), ("明日", 1), ("明早", 1), ("明晚", 1),
        ("明儿", 1), ("后儿", 2), ("后日", 2), ("听日", 1),
    ):  # fmt: skip
        if text_at(tokens, at, len(phrase)) == phrase:
            return made(at, at + len(phrase) - 1, (today + timedelta(days=days), None))
    size = longest(words.payday, tokens, at)
    if size:
        return made(at, at + size - 1, (None, Doubt.PAYDAY))
    for phrase, day in (
        ("下个月底", last_of_month(today, 1)), ("下月底", last_of_month(today, 1)),
        ("这个月底", last_of_month(today, 0)), ("本月底", last_of_month(today, 0)),
        ("月底", last_of_month(today, 0)), ("年底", date(today.year, 12, 31)),
    ):  # fmt: skip
        if text_at(tokens, at, len(phrase)) == phrase:
            return made(at, at + len(phrase) - 1, (day, Doubt.DAY_TWO_WAYS))
    for phrase in ("下个月第一天", "下月第一天"):
        if text_at(tokens, at, len(phrase)) == phrase:
            return made(
                at, at + len(phrase) - 1, (last_of_month(today, 0) + timedelta(days=1), None)
            )
    month = number_at(tokens, at, "zh")
    if (
        month is not None
        and month.value in range(1, 13)
        and text_at(tokens, month.beyond, 2) == "月底"
    ):
        ahead = (int(month.value) - today.month) % 12
        return made(at, month.beyond + 1, (last_of_month(today, ahead), Doubt.DAY_TWO_WAYS))
    today_size = longest(words.today, tokens, at)
    if today_size and (
        text_at(tokens, at, today_size) not in _TODAY_IF_PAID
        or (
            token_at(tokens, at + today_size) in set("就去来先缴付还转汇会给存拿用")
            and text_at(tokens, at + today_size, 2) != "还是"
        )
    ):
        weak = WEAK if text_at(tokens, at, today_size) == "现在" else ""
        return replace(made(at, at + today_size - 1, (today, None)), word=weak)
    size = longest(words.vague, tokens, at)
    return made(at, at + size - 1, (None, Doubt.NO_DAY)) if size else None


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
    return made(at, beyond, (today + timedelta(days=days * int(number.value)), None))


def weekday_at(
    tokens: Sequence[str], at: int, today: date, before: date | None = None
) -> Part | None:
    """`下週五`, `禮拜三`."""
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
    behind = token_at(tokens, at + 2)
    once = token_at(tokens, at + 1) == "一" and behind in {"次", "口", "起", "定"}  # 礼拜五一次还清
    if token_at(tokens, at + 1) in DIGITS and behind not in {*UNITS, *MONEY} and not once:
        return made(begin, at + 1, (None, Doubt.ALTERNATIVES))  # 礼拜三四
    day, doubt = weekday(today, figure, weeks, before)
    if doubt is not None and (weeks is None or doubt is Doubt.DAY_PAST):
        return made(begin, at, (None, doubt))
    return made(begin, at, (day, doubt))


def _day_number(
    tokens: Sequence[str],
    at: int,
    today: date,
    months: int | None = None,
    begin: int = -1,
    before: date | None = None,
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
        return made(begin, number.beyond, (None, Doubt.ALTERNATIVES))  # 五六号
    if run_together(text_at(tokens, at, number.beyond - at)):
        return made(begin, number.beyond, (None, Doubt.DAY_TWO_WAYS))
    found = made(begin, number.beyond, day_of_month(today, int(number.value), months, before))
    return found if months is not None else replace(found, word=OF_MONTH)


def _month_and_day(tokens: Sequence[str], at: int, today: date) -> Part | None:
    """下个月五号, 下下个月五号, 这个月三十号; the month alone is no day."""
    for phrase, months in (("下下个月", 2), ("下个月", 1), ("下月", 1), ("这个月", 0), ("本月", 0)):
        if text_at(tokens, at, len(phrase)) == phrase:
            day_at = at + len(phrase) + (token_at(tokens, at + len(phrase)) in {"的", ","})
            return _day_number(tokens, day_at, today, months, at)
    return None
