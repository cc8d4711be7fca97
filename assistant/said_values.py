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
from compliance.text import Folded, fold
from scripts import commitments_en, commitments_zh
from scripts.commitments_parts import Doubt, Part, Sort

_LONGEST = 160
"""Longer than any sum in words with its cents; what is longer is not read, nor cut."""

_HAN = re.compile(r"[\u3400-\u9fff\u3007]")
# As they stand on cheques and in contracts, where nobody can add a stroke; and two that fold two.
_ON_CHEQUES = {
    **dict(zip("壹壱贰貳叁參参肆伍", "一一二二三三三四五", strict=True)),
    **dict(zip("陆陸柒捌玖拾佰仟", "六六七八九十百千", strict=True)),
    "廿": "二十",
    "卅": "三十",
}
_YUAN = re.compile("[元圓圆块塊角毛]")
_OF_YUAN = frozenset({"", "TWD", "CNY", "HKD"})
_WORDS_OF = (
    (re.compile(r"pound|quid|£", re.IGNORECASE), frozenset({"", "GBP"})),
    (re.compile(r"dollar|buck|grand|\$", re.IGNORECASE), frozenset({"", "USD", "HKD", "TWD"})),
    (re.compile(r"euro|€", re.IGNORECASE), frozenset({"", "EUR"})),
    (re.compile(r"yuan|¥", re.IGNORECASE), frozenset({"", "CNY", "JPY"})),
    (re.compile("蚊"), frozenset({"", "HKD"})),
)
# 1,50 is 1.50 to some and 150 to nobody; 10.000 is ten thousand or ten.
_FIGURED = re.compile(r"[0-9.,]+")
_GROUPED = re.compile(r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]{1,2})?")
_SIZES = dict(zip("十百千万萬亿億", (10, 100, 1000, 10**4, 10**4, 10**8, 10**8), strict=True))
_BIG = 10**4
_BEHIND = re.compile(r"([十百千万萬亿億])\s*([0-9]+)(?=\s*([十百千万萬亿億]?))")
_BROKEN = re.compile(r"\.[0-9]+\s*[十百千万萬亿億]\s*[0-9零〇一二兩两三四五六七八九十百千]")
# Other signs are lost on the way to the readers, and −5 is not 5.
_NO_SUM = re.compile(r"[^\w\s.,$£¥€]")
_NO_DAY = re.compile(r"[^\w\s.,/-]|^-")
_SIGNS = re.compile(r"[^\s.,/-]")
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
    if not _figures_are_plain(plain):
        raise InDoubt(Doubt.AMOUNT_TWO_WAYS)
    if _HAN.search(plain):
        named = _YUAN.search(plain) is not None
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


def _figures_are_plain(text: str) -> bool:
    """Whether figures are grouped by threes or not at all, and fit in behind 萬, 千 and the like.

    3萬500 and 3萬5千 do; in 3萬05, 3千5000, 3萬3萬 and 3.5萬5千 something else was meant.
    """
    if not all(_GROUPED.fullmatch(found) for found in _FIGURED.findall(text)):
        return False
    bare = text.replace(",", "")
    if _BROKEN.search(bare) or any(len(re.findall(big, bare)) > 1 for big in ("[万萬]", "[亿億]")):
        return False
    for before, figures, unit in _BEHIND.findall(bare):
        size, of = _SIZES[before], _SIZES.get(unit, 1)
        counted = int(figures) * (of if size >= _BIG or of < _BIG else 1)
        if figures[0] == "0" or counted >= size:
            return False
    return True


def _passed_over(folded: Folded) -> str:
    """What a text says beside its tokens: what was said again, and what fills a pause."""
    ends, starts = (0, *folded.ends), (*folded.starts, len(folded.original))
    gaps = (folded.original[end:start] for end, start in zip(ends, starts, strict=True))
    return " ".join(gap for gap in gaps if _SIGNS.search(gap))


def _twice(folded: Folded, language: str) -> bool:
    """Whether something is said again, which the readers of talk take for once."""
    tokens = folded.tokens
    middle, odd = divmod(len(tokens), 2)
    if middle and not odd and tokens[:middle] == tokens[middle:]:
        return True
    if fold(_passed_over(folded)).tokens:
        return True
    # Behind a sign or an article, too: to the reader `$ two eighty two eighty` is 280.
    numbers = (number_at(tokens, at, language[:2]) for at in (0, 1))
    return any(number is not None and not number.exact for number in numbers)


def _whole(ways: Sequence[str], sort: Sort, today: date, language: str) -> Part | None:
    """What a text is from its first word to its last, in the first way that gives anything.

    Raises:
        InDoubt: the reader is not sure of it in any way, or it was said again: 三千三千 may be a
            slip of the keys or two payments.
    """
    doubt: Doubt | None = None
    again = Doubt.AMOUNT_TWO_WAYS if sort is Sort.AMOUNT else Doubt.DAY_TWO_WAYS
    if any(len(way) > _LONGEST for way in ways):
        return None
    scan = commitments_zh.scan if language.startswith("zh") else commitments_en.scan
    folds = [fold(way) for way in ways]
    # As it was typed: `fifty dollars` has its unit but once.
    twice = _twice(min(folds, key=lambda folded: len(folded.original)), language)
    for folded in folds:
        parts = list(scan(folded, today, language=language))
        if len(parts) != 1 or parts[0].sort is not sort:
            continue
        (part,) = parts
        if (part.first, part.last) != (0, len(folded.tokens) - 1):
            continue
        # Talk is folded by leaving out what is said again at once, and a field is no talk.
        if twice:
            doubt = doubt or part.doubt or again
            continue
        if _passed_over(folded):
            continue
        if part.doubt is None:
            return part
        doubt = doubt or part.doubt
    if doubt is not None:
        raise InDoubt(doubt)
    return None
