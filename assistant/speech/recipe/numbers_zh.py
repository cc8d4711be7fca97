"""Mandarin numbers as they are said: amounts, dates, digits, times.

Owns the spoken forms and drawing them: 二 and 两, 零, the short forms (一万二, 一百五, 两千三),
years by the Gregorian and by the Republican count.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from assistant.speech.recipe.templates import Draw

Random = np.random.Generator

DIGITS = "零一二三四五六七八九"
_PLACES = ((1000, "千"), (100, "百"), (10, "十"), (1, ""))


def cardinal(number: int) -> str:
    """`number` in characters, with 两 before 千 and 万."""
    if number == 0:
        return "零"
    head, rest = divmod(number, 10_000)
    text = ""
    if head:
        text = ("两" if head == 2 else _below(head)) + "万"
        if rest and rest < 1000:
            text += "零"
    return text + (_below(rest) if rest else "")


def _below(number: int) -> str:
    text, gap = "", False
    first = number
    for size, name in _PLACES:
        digit, number = divmod(number, size)
        if digit:
            if gap and text:
                text += "零"
            if digit == 1 and size == 10 and first < 20:
                text += "十"
            else:
                text += ("两" if digit == 2 and size >= 1000 else DIGITS[digit]) + name
            gap = False
        else:
            gap = True
    return text


def short(number: int) -> str:
    """The short form of a number with two digits that count: 一万二, 三百五, 两千三."""
    for size, name in ((10_000, "万"), (1000, "千"), (100, "百")):
        if number >= size:
            head, rest = divmod(number, size)
            digit = rest // (size // 10)
            start = "两" if head == 2 else cardinal(head)
            return start + name + (DIGITS[digit] if digit else "")
    return cardinal(number)


def digits(count: int, random: Random) -> str:
    """So many digits one by one."""
    one = "幺" if random.random() < 0.1 else "一"
    return "".join(DIGITS[int(d)] for d in random.integers(0, 10, count)).replace("一", one)


def amount(random: Random, low: int = 20, high: int = 300_000) -> str:
    """Money without its currency."""
    number = int(np.exp(random.uniform(np.log(low), np.log(high))))
    kind = random.random()
    if kind < 0.6:
        step = 10 if number < 300 else 100 if number < 3000 else 500 if number < 10_000 else 1000
        number = max(step, number // step * step)
    if kind > 0.88 and number >= 110:
        return short(number)
    text = cardinal(number)
    if random.random() < 0.35 and text.startswith("二") and not text.startswith("二十"):
        text = "两" + text[1:]
    return text


def money(random: Random) -> str:
    """An amount with its currency."""
    unit = ("元", "块", "块钱", "元")[int(random.integers(4))]
    text = amount(random) + unit
    if random.random() < 0.12:
        text += f"{DIGITS[int(random.integers(1, 10))]}{'角' if unit == '元' else '毛'}"
    return text


def date(random: Random) -> str:
    """A day of the year."""
    month = cardinal(int(random.integers(1, 13)))
    day = cardinal(int(random.integers(1, 32)))
    ending = "号" if random.random() < 0.65 else "日"
    kind = random.random()
    if kind < 0.7:
        return f"{month}月{day}{ending}"
    if kind < 0.85:
        return f"{day}号"
    head = ("这个月", "下个月", "本月", "下月", "上个月")[int(random.integers(5))]
    return f"{head}{day}{ending}"


def year(random: Random) -> str:
    """A year: by its digits, or by the Republican count."""
    kind = random.random()
    if kind < 0.45:
        return f"一九{DIGITS[int(random.integers(4, 10))]}{DIGITS[int(random.integers(0, 10))]}年"
    if kind < 0.75:
        tens = "零一二"[int(random.integers(3))]
        return f"二零{tens}{DIGITS[int(random.integers(0, 10))]}年"
    return f"民国{cardinal(int(random.integers(35, 116)))}年"


def clock(random: Random) -> str:
    """A time of day."""
    part = ("上午", "下午", "早上", "晚上", "中午", "")[int(random.integers(6))]
    hour = int(random.integers(1, 13))
    tail = ("", "", "半", "左右", "十五分", "三十分")[int(random.integers(6))]
    return f"{part}{'两' if hour == 2 else cardinal(hour)}点{tail}"


NUMBERS: Mapping[str, Draw] = {
    "money": money,
    "amount": amount,
    "number": lambda random: cardinal(int(random.integers(0, 1000))),
    "small": lambda random: "两三四五六七八九十"[int(random.integers(9))],
    "teens": lambda random: cardinal(int(random.integers(10, 100))),
    "percent": lambda random: f"百分之{cardinal(int(random.integers(1, 25)))}",
    "daysnumber": lambda random: cardinal(
        int(random.choice((3, 5, 7, 10, 14, 15, 20, 30, 45, 60, 90, 180)))
    ),
    "date": date,
    "month": lambda random: cardinal(int(random.integers(1, 13))) + "月",
    "weekday": lambda random: (
        ("星期", "周", "礼拜")[int(random.integers(3))] + "一二三四五六"[int(random.integers(6))]
    ),
    "birthday": lambda random: year(random) + date(random),
    "year": year,
    "clock": clock,
    "digits": lambda random: digits(int(random.integers(3, 9)), random),
    "digits4": lambda random: digits(4, random),
    "digits11": lambda random: digits(11, random),
}
