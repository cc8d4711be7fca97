"""Scans what a Mandarin-speaking customer says for sums of money, and where they run into days.

Owns how sums are said, in figures and characters, and the parting of a sum from the day that it
runs into: 三百五號 is 300 on the fifth, 三千二十號 may be 3,000 on the 20th or 3,200 on the tenth.
A number that counts something else is passed over; what can be two sums comes with a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from scripts.commitments_parts import (
    Doubt,
    Part,
    Sort,
    day_of_month,
    full_date,
    number_at,
    text_at,
    token_at,
)
from scripts.commitments_zh_dates import DIGITS, MONEY, UNITS, run_together

_OF_A_WEEK = frozenset("一二三四五六日天末")
_MOST_COUNTED = 120  # instalments, days, months
_COUNTED = frozenset("个次期笔天月年点分岁张人趟遍位折成周楼秒季回")
_NUMERALS = frozenset("零〇一二三四五六七八九两十百千万")
# A number as it is said in full or with its last unit left out: 三千零五十, 三千五, 一万二.
_ONES = "[一二三四五六七八九]"
_HUNDREDS = f"[一二两三四五六七八九]百(?:{_ONES}十{_ONES}?|零{_ONES}|{_ONES})?"
_THOUSANDS = f"[一二两三四五六七八九]千(?:{_HUNDREDS}|零{_ONES}十{_ONES}?|零{_ONES}|{_ONES})?"
_BELOW = f"(?:{_THOUSANDS}|{_HUNDREDS}|{_ONES}?十{_ONES}?|[一二两三四五六七八九])"
_A_SUM = re.compile(
    rf"(?:{_BELOW}万(?:{_THOUSANDS}|零?{_HUNDREDS}|{_ONES})?|{_THOUSANDS}|{_HUNDREDS}"
    rf"|{_ONES}十{_ONES}?|十{_ONES}?)\Z"
)
_A_DAY = re.compile(
    r"(?:[一二三四五六七八九]|十[一二三四五六七八九]?|二十[一二三四五六七八九]?|三十一?)\Z"
)
_SOON_MONTHS = 3  # in which the end of a month may be meant, and not the end of this one


def sums_and_day(
    tokens: Sequence[str], at: int, today: date, before: date | None
) -> Iterator[Part]:
    """A sum that runs into a day of the month: 三百五號; nothing where no two fit together.

    Where it can be parted in one way only, both are sure.
    """
    end = at
    while token_at(tokens, end) in _NUMERALS:
        end += 1
    said = text_at(tokens, at, end - at)
    if token_at(tokens, end) == "月":
        yield from _sum_and_month(tokens, at, end, today)
        return
    if end - at < 2 or token_at(tokens, end) not in {"号", "日"} or _A_DAY.match(said):
        return
    if token_at(tokens, end + 1) == "码" or not UNITS & set(said):
        return
    ways = [
        cut
        for cut in range(1, len(said))
        if _A_SUM.match(said[:cut]) and _A_DAY.match(said[cut:]) and {*"百千万"} & set(said[:cut])
    ]
    if not ways:
        yield from _range_and_day(tokens, at, end, today, before)
        return
    # The roundest sum is the likeliest: 三千 二十號.
    cut = at + ways[0]
    amount, day = number_at(tokens[:cut], at, "zh"), number_at(tokens, cut, "zh")
    if amount is None or day is None:
        return
    # 兩千五十號: 2,500 and the tenth, or 2,050 and a day that was not heard.
    two_ways = len(ways) > 1 or (said[ways[0]] == "十" and said[ways[0] - 1] in DIGITS)
    found, doubt = day_of_month(today, int(day.value), None, before)
    yield Part(
        Sort.AMOUNT,
        at,
        cut - 1,
        amount=amount.value,
        doubt=Doubt.AMOUNT_TWO_WAYS if two_ways else None,
    )
    yield Part(Sort.DAY, cut, end, day=found, doubt=Doubt.DAY_TWO_WAYS if two_ways else doubt)


_A_RANGE = re.compile(r"[一二三四五六七八九]{2}[百千万]")


def _range_and_day(
    tokens: Sequence[str], at: int, end: int, today: date, before: date | None
) -> Iterator[Part]:
    """五六千十號: a sum that is not settled, and the tenth."""
    said = text_at(tokens, at, end - at)
    if not _A_RANGE.match(said) or not _A_DAY.match(said[3:]):
        return
    day = number_at(tokens, at + 3, "zh")
    if day is None:
        return
    found, doubt = day_of_month(today, int(day.value), None, before)
    yield Part(Sort.AMOUNT, at, at + 2, doubt=Doubt.ALTERNATIVES)
    yield Part(Sort.DAY, at + 3, end, day=found, doubt=doubt)


_A_MONTH = re.compile(r"(?:[一二三四五六七八九]|十[一二]?)\Z")


def _sum_and_month(tokens: Sequence[str], at: int, end: int, today: date) -> Iterator[Part]:
    """三千十二月八號: a sum that runs into a month and its day."""
    said = text_at(tokens, at, end - at)
    if _A_MONTH.match(said) or not {*"百千万"} & set(said):
        return
    day = number_at(tokens, end + 1, "zh")
    dated = day is not None and token_at(tokens, day.beyond) in {"号", "日"} and not day.value % 1
    if not dated and token_at(tokens, end + 1) in {"底", "初", "中"}:
        return
    ways = [
        cut
        for cut in range(1, len(said))
        if _A_SUM.match(said[:cut]) and _A_MONTH.match(said[cut:])
    ]
    if not ways:
        return
    cut = at + ways[0]
    amount, month = number_at(tokens[:cut], at, "zh"), number_at(tokens[:end], cut, "zh")
    if amount is None or month is None:
        return
    two_ways = len(ways) > 1
    unsure = Doubt.AMOUNT_TWO_WAYS if two_ways else None
    yield Part(Sort.AMOUNT, at, cut - 1, amount=amount.value, doubt=unsure)
    if day is None or not dated:
        yield Part(Sort.MONTH, cut, end, count=int(month.value))  # 三千 | 一月的我 …
        return
    found, doubt = full_date(today, None, int(month.value), int(day.value))
    doubt = Doubt.DAY_TWO_WAYS if two_ways else doubt
    yield Part(Sort.DAY, cut, day.beyond, day=found, doubt=doubt)


def parts_of(tokens: Sequence[str], at: int) -> Part | None:
    """分两次, 分三期, 分四个月."""
    if tokens[at] != "分":
        return None
    number = number_at(tokens, at + 1, "zh")
    if number is None or not 2 <= number.value <= 120:
        return None
    told = _unit_at(tokens, number.beyond)
    if told is None:
        return None
    return Part(Sort.PARTS, at, told[1], count=int(number.value), word=told[0])


# Before a count of payments: 還六個月, 連續三期, 扣三次.
_COUNTING = frozenset("还缴付扣给续共交供")


def count_of(tokens: Sequence[str], at: int) -> Part | None:
    """还六个月, 连续三期, 两个月还清."""
    number = number_at(tokens, at, "zh")
    if number is None or not number.exact or not 2 <= number.value <= 60 or number.value % 1:
        return None
    told = _unit_at(tokens, number.beyond)
    if told is None:
        return None
    led = token_at(tokens, at - 1) in _COUNTING
    behind = text_at(tokens, told[1] + 1, 2)
    if not led and behind[:2] not in {"还清", "缴清", "付清", "还完", "缴完", "付完"}:
        return None
    if behind[:1] in {"后", "内", "前"} or behind in {"以后", "之后", "之内", "以内"}:
        return None
    return Part(Sort.COUNT, at, told[1], count=int(number.value), word=told[0])


def _unit_at(tokens: Sequence[str], at: int) -> tuple[str, int] | None:
    """The unit that is counted, and its last token."""
    for said, unit in (
        ("个月", "month"), ("个礼拜", "week"), ("个星期", "week"), ("礼拜", "week"),
        ("星期", "week"), ("周", "week"), ("次", ""), ("期", ""), ("笔", ""), ("回", ""),
    ):  # fmt: skip
        if text_at(tokens, at, len(said)) == said:
            last = at + len(said) - 1
            if unit == "week" and said != "个礼拜" and token_at(tokens, last + 1) in _OF_A_WEEK:
                return None
            return unit, last
    return None


def sum_at(tokens: Sequence[str], at: int, today: date) -> Part | None:
    """The sum that begins at a token; a `SKIP` for a number of something else."""
    begin = at
    signed = tokens[at] in {"$", "¥"}
    at += signed
    if token_at(tokens, at) == "几" and token_at(tokens, at + 1) in UNITS:
        last = at + 1
        while token_at(tokens, last + 1) in {*UNITS, *MONEY, "钱"}:
            last += 1
        return Part(Sort.AMOUNT, begin, last, doubt=Doubt.NO_AMOUNT)
    number = number_at(tokens, at, "zh")
    if number is None:
        return None
    unsure_tail = False
    if _tail_counts(tokens, at, number.beyond):
        # 两万一次缴清: the last figure counts what follows
        unsure_tail = tokens[number.beyond - 1] != "一"
        number = number_at(tokens[: number.beyond - 1], at, "zh") or number
    beyond, value = number.beyond, number.value
    said = text_at(tokens, at, beyond - at)
    after = token_at(tokens, beyond)
    note = said in {"一", "两", "二", "三"} and after == "张"
    if note and token_at(tokens, beyond + 1) not in {"卡", "单", "账", "支", "信"}:
        return Part(Sort.AMOUNT, begin, beyond, doubt=Doubt.AMOUNT_TWO_WAYS)  # of a hundred?
    glued = not number.exact and UNITS & set(said)
    if after in {"号", "日"} and (
        value > 31 or glued
    ):  # 三千二十号: where the sum ends is not heard
        return Part(Sort.AMOUNT, begin, beyond, doubt=Doubt.AMOUNT_TWO_WAYS)
    if after == "分" and parts_of(tokens, beyond) is not None:
        after = ""  # 六千分两次
    if ":" in said or _counts(tokens, beyond, value) or after in {"号", "日", "%"}:
        return Part(Sort.SKIP, begin, beyond - 1 + _counts(tokens, beyond, value))
    led = token_at(tokens, begin - 1)
    named = led == "第" or (led in {"周", "拜", "期"} and len(said) < 2)
    if named and not signed and not UNITS & set(said):
        return Part(Sort.SKIP, begin, beyond - 1)
    plain = number.exact and not run_together(said) and not unsure_tail
    doubt = None if plain else Doubt.AMOUNT_TWO_WAYS
    if "点" in said and not UNITS & set(said):
        return Part(Sort.SKIP, begin, beyond - 1)
    beside = said.isdigit() and (
        token_at(tokens, beyond).isdigit() or token_at(tokens, begin - 1).isdigit()
    )
    if said.isdigit() and (len(said) > 8 or said[0] == "0" or beside):
        return Part(Sort.SKIP, begin, beyond - 1)
    if all(sign in {*DIGITS, "零", "〇", "幺"} for sign in said) and len(said) > 6:
        return Part(Sort.SKIP, begin, beyond - 1)
    # A bare single figure is no sum: 一 in 一定, 三 in 三折.
    if len(said) == 1 and not said.isdigit() and after not in MONEY and not signed:
        return None
    # 三五百, 两三千: a range and no number.
    if any(
        first in DIGITS and second in DIGITS and third in UNITS
        for first, second, third in zip(said, said[1:], said[2:], strict=False)
    ):
        beyond += token_at(tokens, beyond) in MONEY
        return Part(Sort.AMOUNT, begin, beyond - 1, doubt=Doubt.APPROXIMATE)
    # 1万2 before 五号: the figures of an amount and of a day run together.
    written = said[-1].isdigit() and not said.isdigit() and after in {*DIGITS, "十"}
    if number.exact and (written or (said[-1] in DIGITS and after == "号")):
        doubt = Doubt.AMOUNT_TWO_WAYS
    if after in {"多", "几", "来"}:
        doubt, beyond = Doubt.APPROXIMATE, beyond + 1
    if value < 100 and token_at(tokens, beyond) not in MONEY and not signed:
        doubt = doubt or Doubt.AMOUNT_TWO_WAYS  # 二十五 alone may count anything
    if token_at(tokens, beyond) == "月" and token_at(tokens, beyond + 1) in {"底", "初", "中"}:
        # 一万二月底: 12,000 at the end of the month, or 10,000 at the end of February
        month = number_at(tokens[:beyond], beyond - 1, "zh")
        soon = month is not None and (int(month.value) - today.month) % 12 <= _SOON_MONTHS
        if said[-1] in DIGITS and len(said) > 1 and soon:
            return Part(Sort.AMOUNT, begin, beyond - 1, doubt=Doubt.AMOUNT_TWO_WAYS)
    if token_at(tokens, beyond) in MONEY:
        beyond += 1
        beyond, value = _tenths(tokens, beyond, value)
    if token_at(tokens, beyond) == "钱":
        beyond += 1
    upto = token_at(tokens, beyond) == "到"
    more = number_at(tokens, beyond + 1, "zh") if upto else None
    if more is not None and token_at(tokens, more.beyond) not in {"号", "日", "月"}:
        last = more.beyond - 1 + (token_at(tokens, more.beyond) in MONEY)
        return Part(Sort.AMOUNT, begin, last, doubt=Doubt.ALTERNATIVES)
    return Part(Sort.AMOUNT, begin, beyond - 1, amount=value, doubt=doubt)


# What 一 begins: 一次, 一起, 一定, 一共, 一併; and what is counted by any figure.
_OF_ONE = frozenset("次起定共并样下直口律")
_OF_ANY = frozenset("次期笔")


def _tail_counts(tokens: Sequence[str], at: int, beyond: int) -> bool:
    """Whether a sum's last figure, which stands for hundreds or tens, begins another word."""
    if beyond - at < 3 or tokens[beyond - 2] not in {"百", "千", "万"}:
        return False
    figure, after = tokens[beyond - 1], token_at(tokens, beyond)
    if after == "下" and text_at(tokens, beyond + 1, 1) in {"个", "月", "周", "礼", "星", "下"}:
        return False  # 一万一 | 下个月
    return (figure == "一" and after in _OF_ONE) or (figure in DIGITS and after in _OF_ANY)


def _counts(tokens: Sequence[str], beyond: int, value: Decimal) -> bool:
    """Whether what follows a number is what it counts: 三期, 两周, but not 五千周五 or 三千月底."""
    if value > _MOST_COUNTED:
        return False
    after = token_at(tokens, beyond)
    if text_at(tokens, beyond, 2) in {"礼拜", "星期", "小时", "分钟"}:
        return token_at(tokens, beyond + 2) not in _OF_A_WEEK
    return after in _COUNTED and not (after == "周" and token_at(tokens, beyond + 1) in _OF_A_WEEK)


def _hundredths(tokens: Sequence[str], at: int, value: Decimal) -> tuple[int, Decimal]:
    """五毛二, 五毛二分: a figure after the tenths that begins no day."""
    figure, after = token_at(tokens, at), token_at(tokens, at + 1)
    begins = after != "分" and after in {*_COUNTED, *UNITS, *DIGITS, "号", "日", "月", "个"}
    if figure not in DIGITS or begins:
        return at, value
    number = number_at(tokens[: at + 1], at, "zh")
    if number is None:
        return at, value
    return at + 1 + (after == "分"), value + number.value / 100


def _tenths(tokens: Sequence[str], at: int, value: Decimal) -> tuple[int, Decimal]:
    """五毛, and 四十九块五 after the unit of money; 三千块五 may be 3,050 and is not read."""
    number = number_at(tokens, at, "zh")
    if number is None or number.value >= 10 or number.beyond < at + 1:
        return at, value
    figure = tokens[at]
    after = token_at(tokens, at + 1)
    if figure not in DIGITS and figure not in "123456789":
        return at, value
    tenth = number_at(tokens[: at + 1], at, "zh")
    assert tenth is not None
    if after in {"毛", "角"}:
        return _hundredths(tokens, at + 2, value + tenth.value / 10)
    counts = after in {*_COUNTED, *UNITS, *DIGITS, "号", "日", "月", "个", "礼", "星", "百", "点"}
    weekday = after == "周" and token_at(tokens, at + 2) in _OF_A_WEEK
    if value % 10 and value % 1 == 0 and (not counts or weekday):
        return at + 1, value + tenth.value / 10
    return at, value
