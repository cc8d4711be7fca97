"""Scans what a Mandarin-speaking customer says for amounts, days, methods and telling words.

Its words are data (`commitments_words.zh.yaml`), in Simplified characters as texts are folded; it
decides nothing about promises.  What it does not understand of an amount or a day it marks with a
doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from compliance.text import Folded
from scripts.commitments_parts import (
    Doubt,
    Part,
    Sort,
    clause_end,
    number_at,
    text_at,
    token_at,
)
from scripts.commitments_words import Words, load_words, longest
from scripts.commitments_zh_days import DIGITS, MONEY, UNITS, day_at, run_together, written_day

_OF_A_WEEK = frozenset("一二三四五六日天末")
_MOST_COUNTED = 120  # instalments, days, months
_COUNTED = frozenset("个次期笔天月年点分岁张人趟遍位折成周楼秒季")


def scan(folded: Folded, today: date, *, republic: bool) -> Iterator[Part]:
    """Every part of an utterance, in order; `republic`: a year of two or three figures is 民國."""
    words = load_words("zh")
    tokens = folded.tokens
    at = 0
    while at < len(tokens):
        if at and folded.breaks[at]:
            yield Part(Sort.CLAUSE, at, at)
        # Nothing is read on beyond a pause: 三千,二十號 is no 3,020.
        here = tokens[: clause_end(folded, at)]
        found = (
            _alone(folded, at)
            or written_day(folded, at, today)
            or day_at(here, at, today, words, republic=republic)
            or _share(here, at, words)
            or _parts(here, at)
            or _amount(here, at)
            or words.part(here, at)
        )
        if found is None:
            at += 1
            continue
        yield found
        at = found.last + 1


def _alone(folded: Folded, at: int) -> Part | None:
    """A 不 or 不是 between two clauses takes back what was said."""
    if not at or not folded.breaks[at]:
        return None
    for size in (2, 1):
        ends = at + size >= len(folded.tokens) or folded.breaks[at + size]
        if ends and text_at(folded.tokens, at, size) in {"不是", "不", "错了", "不不"}:
            return Part(Sort.CORRECTION, at, at + size - 1)
    return None


def _share(tokens: Sequence[str], at: int, words: Words) -> Part | None:
    size = longest(words.shares, tokens, at)
    if not size:
        return None
    share = words.shares[tuple(tokens[at : at + size])]
    return Part(Sort.AMOUNT, at, at + size - 1, share=share, doubt=Doubt.SHARE)


def _parts(tokens: Sequence[str], at: int) -> Part | None:
    """分两次, 分三期."""
    if tokens[at] != "分":
        return None
    number = number_at(tokens, at + 1, "zh")
    if number is None or token_at(tokens, number.beyond) not in {"次", "期", "笔"}:
        return None
    if not 2 <= number.value <= 120:
        return None
    return Part(Sort.PARTS, at, number.beyond, count=int(number.value))


def _amount(tokens: Sequence[str], at: int) -> Part | None:
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
    beyond, value = number.beyond, number.value
    said = text_at(tokens, at, beyond - at)
    after = token_at(tokens, beyond)
    glued = not number.exact and UNITS & set(said)
    if after in {"号", "日"} and (
        value > 31 or glued
    ):  # 三千二十号: where the sum ends is not heard
        return Part(Sort.AMOUNT, begin, beyond, doubt=Doubt.AMOUNT_TWO_WAYS)
    if after == "分" and _parts(tokens, beyond) is not None:
        after = ""  # 六千分两次
    if ":" in said or _counts(tokens, beyond, value) or after in {"号", "日", "%"}:
        return Part(Sort.SKIP, begin, beyond - 1 + _counts(tokens, beyond, value))
    if token_at(tokens, begin - 1) in {"第", "周", "拜", "期"} and not UNITS & set(said):
        return Part(Sort.SKIP, begin, beyond - 1)
    doubt = None if number.exact and not run_together(said) else Doubt.AMOUNT_TWO_WAYS
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
    if number.exact and said[-1] in DIGITS and said[-1:] and after == "号":
        doubt = Doubt.AMOUNT_TWO_WAYS
    if after in {"多", "几", "来"}:
        doubt, beyond = Doubt.APPROXIMATE, beyond + 1
    if value < 100 and token_at(tokens, beyond) not in MONEY and not signed:
        doubt = doubt or Doubt.AMOUNT_TWO_WAYS  # 二十五 alone may count anything
    if token_at(tokens, beyond) in MONEY:
        beyond += 1
        beyond, value = _tenths(tokens, beyond, value)
    if token_at(tokens, beyond) == "钱":
        beyond += 1
    if token_at(tokens, beyond) == "到" and number_at(tokens, beyond + 1, "zh") is not None:
        more = number_at(tokens, beyond + 1, "zh")
        assert more is not None
        last = more.beyond - 1 + (token_at(tokens, more.beyond) in MONEY)
        return Part(Sort.AMOUNT, begin, last, doubt=Doubt.ALTERNATIVES)
    return Part(Sort.AMOUNT, begin, beyond - 1, amount=value, doubt=doubt)


def _counts(tokens: Sequence[str], beyond: int, value: Decimal) -> bool:
    """Whether what follows a number is what it counts: 三期, 两周, but not 五千周五 or 三千月底."""
    if value > _MOST_COUNTED:
        return False
    after = token_at(tokens, beyond)
    if text_at(tokens, beyond, 2) in {"礼拜", "星期", "小时", "分钟"}:
        return token_at(tokens, beyond + 2) not in _OF_A_WEEK
    return after in _COUNTED and not (after == "周" and token_at(tokens, beyond + 1) in _OF_A_WEEK)


def _tenths(tokens: Sequence[str], at: int, value: Decimal) -> tuple[int, Decimal]:
    """五毛, 三块五 after the unit of money."""
    number = number_at(tokens, at, "zh")
    if number is None or number.value >= 10 or number.beyond != at + 1:
        return at, value
    if token_at(tokens, at + 1) in {"毛", "角"}:
        return at + 2, value + number.value / 10
    return at, value
