"""Sums, days and counts typed as people say them: 三千五, 叁仟, 3萬, 下週五, next Friday.

Owns the way from a field to the readers of promises (`scripts.commitments_*`), which know how sums
and days are said.  Only what is a sum or a day from its first sign to its last is one, and a doubt
of theirs is never decided here: it is told, so that the field can ask.  Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from compliance.quantities import number_at
from compliance.text import fold
from scripts import commitments_en, commitments_zh
from scripts.commitments_parts import Doubt, Part, Sort

_LONGEST = 40

_HAN = re.compile(r"[\u3400-\u9fff\u3007]")
# As they stand on cheques and in contracts, where nobody can add a stroke; and two that fold two.
_ON_CHEQUES = {
    **dict(zip("壹壱贰貳叁參参肆伍", "一一二二三三三四五", strict=True)),
    **dict(zip("陆陸柒捌玖拾佰仟", "六六七八九十百千", strict=True)),
    "廿": "二十",
    "卅": "三十",
}
_YUAN = ("元", "圓", "圆", "块", "塊")
_OF_YUAN = frozenset({"", "TWD", "CNY", "HKD"})
_WORDS_OF = (
    (re.compile(r"pound|quid|£", re.IGNORECASE), frozenset({"", "GBP"})),
    (re.compile(r"dollar|buck|grand|\$", re.IGNORECASE), frozenset({"", "USD", "HKD", "TWD"})),
)
# Other signs are lost on the way to the readers, and −5 is not 5.
_NO_SUM = re.compile(r"[^\w\s.,$£¥€]")
_NO_DAY = re.compile(r"[^\w\s.,/-]|^-")
_NUMERALS = re.compile("[零〇一二兩两三四五六七八九十]+")
_FIGURES = {sign: str(place % 10) for place, sign in enumerate("零一二三四五六七八九〇")}


class InDoubt(ValueError):
    """What was typed can be meant in several ways, or is about what it says; `doubt` is why."""

    def __init__(self, doubt: Doubt) -> None:
        super().__init__(doubt.value)
        self.doubt = doubt


def sum_said(text: str, currency: str = "") -> Decimal | None:
    """The sum that a text says; `None` where it says none.

    Args:
        text: what was typed, in half-width figures and signs.
        currency: of the field, so that a bare number is one of money; empty where any may be.

    Raises:
        InDoubt: it can be two sums, or about a sum.
    """
    plain = _plain(text)
    if _NO_SUM.search(plain):
        return None
    if any(word.search(plain) and currency not in its for word, its in _WORDS_OF):
        return None
    if _HAN.search(plain):
        named = plain.endswith(_YUAN)
        if named and currency not in _OF_YUAN:
            return None
        ways, language = ([plain] if named else [plain + "元", plain]), "zh-CN"
    else:
        unit = "pounds" if currency == "GBP" else "dollars"
        ways, language = [plain, f"{plain} {unit}"], "en-US"
    found = _whole(ways, Sort.AMOUNT, date(2001, 1, 1), language)
    return found.amount if found is not None else None


def day_said(text: str, today: date, *, republic: bool, day_first: bool) -> date | None:
    """The day that a text says, from today on; `None` where it says none.

    Args:
        text: what was typed, in half-width figures and signs.
        today: the day on which it is typed.
        republic: whether years may be counted from 1912.
        day_first: whether 5/12 is in December.

    Raises:
        InDoubt: it can be two days, or is none that can be named.
    """
    plain = _plain(text)
    if _NO_DAY.search(plain):
        return None
    if _HAN.search(plain):
        language = "zh-TW" if republic else "zh-CN"
    else:
        language = "en-GB" if day_first else "en-US"
    found = _whole([plain], Sort.DAY, today, language)
    return found.day if found is not None else None


def in_figures(text: str) -> str:
    """A text with numbers of Han characters in figures: 十二月五日 is 12月5日, 一一五年 115年."""

    def figures(found: re.Match[str]) -> str:
        said = found[0]
        if len(said) > 1 and all(sign in _FIGURES for sign in said):
            return "".join(_FIGURES[sign] for sign in said)
        tokens = fold(said).tokens
        number = number_at(tokens, 0, "zh")
        whole = number is not None and number.exact and number.beyond == len(tokens)
        return str(number.value) if number is not None and whole else said

    return _NUMERALS.sub(figures, _plain(text))


def _plain(text: str) -> str:
    return "".join(_ON_CHEQUES.get(sign, sign) for sign in text)


def _whole(ways: Sequence[str], sort: Sort, today: date, language: str) -> Part | None:
    """What a text is from its first word to its last, in the first way that gives anything.

    Raises:
        InDoubt: the reader is not sure of it in any way.
    """
    doubt: Doubt | None = None
    scan = commitments_zh.scan if language.startswith("zh") else commitments_en.scan
    for way in ways:
        folded = fold(way[:_LONGEST])
        parts = list(scan(folded, today, language=language))
        if len(parts) != 1 or parts[0].sort is not sort:
            continue
        (part,) = parts
        if (part.first, part.last) != (0, len(folded.tokens) - 1):
            continue
        if part.doubt is None:
            return part
        doubt = doubt or part.doubt
    if doubt is not None:
        raise InDoubt(doubt)
    return None
