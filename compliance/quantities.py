"""Reads amounts, rates and dates out of folded speech, as far as they are plainly said.

Owns the number words of English and Mandarin and what makes a number money, a rate or a day.  A
reading that could be another is not `exact`; what is no number is passed over in silence.  It knows
no rule and no account, and tells nobody what it read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from compliance.text import Folded
from compliance.tongues import beneath


class Sort(StrEnum):
    """What a number is of."""

    AMOUNT = "amount"
    RATE = "rate"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity in an utterance, from token `first` to `last`, both included.

    `value` is an amount in whole currency units, or percent; for a date it is `None` and `day` is
    year (`None` where not said), month and day.  `exact` is whether it can be read in one way only;
    `hedged` whether it was said to be about so much.
    """

    sort: Sort
    first: int
    last: int
    value: Decimal | None = None
    day: tuple[int | None, int, int] | None = None
    exact: bool = True
    hedged: bool = False


@dataclass(frozen=True, slots=True)
class SpokenNumber:
    """A number from token `first` up to but without `beyond`.

    `exact` is whether it can be read in one way only: `six fifty` may be 650 or 6.50.
    """

    value: Decimal
    first: int
    beyond: int
    exact: bool = True


_MOST = Decimal(10) ** 15
"""Beyond this, what is read out counts nothing (a card, an account), and sums of it would lose
digits: it is held here, and is not exact."""


def _number(value: Decimal, first: int, beyond: int, *, exact: bool = True) -> SpokenNumber:
    return SpokenNumber(min(value, _MOST), first, beyond, exact and value < _MOST)


def quantities(folded: Folded, language: str) -> tuple[Quantity, ...]:
    """Every amount, rate and date in an utterance, by position; `language` is `en` or `zh`."""
    reader = _READERS.get(beneath(language))
    return tuple(reader(folded.tokens)) if reader is not None else ()


def number_at(tokens: Sequence[str], at: int, language: str) -> SpokenNumber | None:
    """The longest number that begins at a token, whatever it counts; `language` is `en` or `zh`."""
    if not 0 <= at < len(tokens):
        return None
    return _mandarin_number(tokens, at) if language == "zh" else _english_number(tokens, at)


def _digits(token: str) -> Decimal | None:
    """A token that is written in digits."""
    if token.isascii() and token[:1].isdigit() and token.count(".") < 2 and ":" not in token:
        return min(Decimal(token), _MOST)
    return None


def _token(tokens: Sequence[str], at: int) -> str:
    return tokens[at] if 0 <= at < len(tokens) else ""


# ---- English -------------------------------------------------------------------------------------

_ONES = {
    word: value
    for value, word in enumerate(
        (
            "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
            "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
            "eighteen", "nineteen",
        )
    )
}  # fmt: skip
_TENS = {
    word: value
    for value, word in zip(
        range(20, 100, 10),
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"),
        strict=True,
    )
}
_BIG = {"thousand": 1_000, "million": 1_000_000, "grand": 1_000}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        (
            "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
            "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
            "seventeenth", "eighteenth", "nineteenth", "twentieth",
        ),
        start=1,
    )
} | {"thirtieth": 30}  # fmt: skip
_MONTHS = {
    word: value
    for value, word in enumerate(
        (
            "january", "february", "march", "april", "may", "june", "july", "august", "september",
            "october", "november", "december",
        ),
        start=1,
    )
}  # fmt: skip
_SIGNS = frozenset(("$", "£", "€", "¥"))
_MONEY = frozenset(
    ("dollar", "dollars", "buck", "bucks", "usd", "pound", "pounds", "euro", "euros")
)
_CENTS = frozenset(("cent", "cents", "pence", "penny"))
_PERCENT = frozenset(("%", "percent"))
_EN_HEDGES = frozenset(
    (
        "about", "around", "roughly", "approximately", "almost", "nearly", "over", "under", "some",
        "maybe", "least", "than", "to", "like", "say", "between",
    )
)  # fmt: skip
_ENDINGS = frozenset(("st", "nd", "rd", "th"))


def _english(tokens: Sequence[str]) -> Iterator[Quantity]:
    at = 0
    while at < len(tokens):
        date = _english_date(tokens, at)
        if date is not None:
            yield date
            at = date.last + 1
            continue
        number = _english_number(tokens, at)
        if number is None:
            at += 1
            continue
        found = _english_quantity(tokens, number)
        if found is not None:
            yield found
        at = max(number.beyond, found.last + 1 if found is not None else 0)


def _english_quantity(tokens: Sequence[str], number: SpokenNumber) -> Quantity | None:
    after = _token(tokens, number.beyond)
    hedged = _token(tokens, number.first - 1) in _EN_HEDGES
    if after in _PERCENT or (after == "per" and _token(tokens, number.beyond + 1) == "cent"):
        last = number.beyond + (after == "per")
        return Quantity(
            Sort.RATE, number.first, last, number.value, exact=number.exact, hedged=hedged
        )
    if _token(tokens, number.first - 1) in _SIGNS:
        hedged = _token(tokens, number.first - 2) in _EN_HEDGES
        return Quantity(
            Sort.AMOUNT,
            number.first - 1,
            number.beyond - 1,
            number.value,
            exact=number.exact,
            hedged=hedged,
        )
    if after not in _MONEY:
        return None
    value, last = number.value, number.beyond
    begin = last + 1 + (_token(tokens, last + 1) == "and")
    cents = _english_number(tokens, begin)
    if cents is not None and _token(tokens, cents.beyond) in _CENTS and cents.value < 100:
        value, last = value + cents.value / 100, cents.beyond
    return Quantity(Sort.AMOUNT, number.first, last, value, exact=number.exact, hedged=hedged)


def _english_number(tokens: Sequence[str], at: int) -> SpokenNumber | None:
    """The longest number that begins at a word, in digits or words."""
    written = _digits(_token(tokens, at))
    if written is not None:
        big = _BIG.get(_token(tokens, at + 1))
        return _number(written * (big or 1), at, at + (2 if big else 1))
    total = Decimal(0)
    group: Decimal | None = None
    exact = True
    begin = at
    while at < len(tokens):
        word = tokens[at]
        if word in _ONES or word in _TENS:
            small = Decimal(_ONES.get(word, _TENS.get(word, 0)))
            if group is None:
                group = small
            elif _follows(group, small):
                group += small
            else:  # "six fifty two", "twenty twenty six": numbers run together
                exact = False
                group = group * 100 + small
        elif word == "hundred" and group is not None:
            exact = exact and 0 < group < (10 if total else 100)  # one hundred two hundred
            group *= 100
        elif word == "hundred" and _token(tokens, at - 1) == "a":
            group = Decimal(100)
        elif word in _BIG and group is not None:
            exact = exact and 0 < group < 1000 and (not total or total >= 1000 * _BIG[word])
            total, group = total + group * _BIG[word], Decimal(0)
        elif word == "and" and group is not None and _continues(tokens, at):
            pass
        elif word == "point" and group is not None:
            return _with_decimals(tokens, at, total + group, begin, exact=exact)
        else:
            break
        if group > _MOST or total > _MOST:
            group, total = min(group, _MOST), min(total, _MOST)
            exact = False
        at += 1
    return None if group is None else _number(total + group, begin, at, exact=exact)


def _follows(group: Decimal, small: Decimal) -> bool:
    """Whether a small number goes on with a group: `twenty` + `six`, `four hundred` + `five`."""
    if group == 0 or group % 100 == 0:
        return True
    return group % 10 == 0 and group % 100 >= 20 and 0 < small < 10


def _continues(tokens: Sequence[str], at: int) -> bool:
    """Whether `and` stands inside a number: `four hundred and five`, not `five dollars and six`."""
    before, after = _token(tokens, at - 1), _token(tokens, at + 1)
    return (before == "hundred" or before in _BIG) and (after in _ONES or after in _TENS)


def _with_decimals(
    tokens: Sequence[str], at: int, whole: Decimal, begin: int, *, exact: bool
) -> SpokenNumber:
    digits = ""
    at += 1
    while at < len(tokens) and (_ONES.get(tokens[at], 10) < 10 or tokens[at] == "oh"):
        digits += str(_ONES.get(tokens[at], 0))
        at += 1
    if not digits:
        return _number(whole, begin, at - 1, exact=exact)
    return _number(whole + Decimal(f"0.{digits[:9]}"), begin, at, exact=exact)


def _english_date(tokens: Sequence[str], at: int) -> Quantity | None:
    """`december fifth`, `december 5 th 2026`, `the fifth of december`, `5 th december`."""
    month = _MONTHS.get(tokens[at])
    if month is not None:
        day = _english_day(tokens, at + 1 + (_token(tokens, at + 1) == "the"))
        if day is None:
            return None
        year = _english_year(tokens, day.beyond)
        beyond = year.beyond if year is not None else day.beyond
        said = (int(year.value) if year is not None else None, month, int(day.value))
        return Quantity(Sort.DATE, at, beyond - 1, day=said)
    day = _english_day(tokens, at)
    if day is None:
        return None
    of = _token(tokens, day.beyond) == "of"
    month = _MONTHS.get(_token(tokens, day.beyond + of))
    plain_number = _token(tokens, day.beyond - 1) not in {*_ENDINGS, *_ORDINALS}
    if month is None or (plain_number and not of):  # `5 may` may be anything
        return None
    return Quantity(Sort.DATE, at, day.beyond + of, day=(None, month, int(day.value)))


def _english_day(tokens: Sequence[str], at: int) -> SpokenNumber | None:
    token = _token(tokens, at)
    if token in _ORDINALS:
        return SpokenNumber(Decimal(_ORDINALS[token]), at, at + 1)
    tens, ones = _TENS.get(token), _ORDINALS.get(_token(tokens, at + 1), 10)
    if tens in {20, 30} and ones < 10:
        return SpokenNumber(Decimal((tens or 0) + ones), at, at + 2)
    number = _english_number(tokens, at)
    if number is None or not 1 <= number.value <= 31 or number.value % 1:
        return None
    ends = _token(tokens, number.beyond) in _ENDINGS
    return SpokenNumber(number.value, at, number.beyond + ends)


def _english_year(tokens: Sequence[str], at: int) -> SpokenNumber | None:
    number = _english_number(tokens, at)
    return number if number is not None and 1990 <= number.value <= 2100 else None


# ---- Mandarin ------------------------------------------------------------------------------------

_ZH_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8,
    "玖": 9,
}  # fmt: skip
_ZH_UNITS = {"十": 10, "百": 100, "千": 1_000, "拾": 10, "佰": 100, "仟": 1_000}
_ZH_BIG = {"万": 10_000, "亿": 100_000_000}
_ZH_MONEY = frozenset("元块圆")
_ZH_HEDGES = frozenset(("约", "近", "概", "到", "于", "过", "少", "几"))
_ZH_HEDGES_AFTER = frozenset(("多", "左", "上", "几", "出"))


def _mandarin(tokens: Sequence[str]) -> Iterator[Quantity]:
    at = 0
    while at < len(tokens):
        found = _mandarin_date(tokens, at) or _mandarin_rate(tokens, at)
        if found is not None:
            yield found
            at = found.last + 1
            continue
        number = _mandarin_number(tokens, at)
        if number is None:
            at += 1
            continue
        found = _mandarin_quantity(tokens, number)
        if found is not None:
            yield found
        at = max(number.beyond, found.last + 1 if found is not None else 0)


def _mandarin_quantity(tokens: Sequence[str], number: SpokenNumber) -> Quantity | None:
    after = _token(tokens, number.beyond)
    before = _token(tokens, number.first - 1)
    hedged = before in _ZH_HEDGES or after in _ZH_HEDGES_AFTER
    beyond = number.beyond + (after in _ZH_HEDGES_AFTER)
    after = _token(tokens, beyond)
    if after == "%":
        return Quantity(
            Sort.RATE, number.first, beyond, number.value, exact=number.exact, hedged=hedged
        )
    signed = before in _SIGNS
    if after not in _ZH_MONEY and not signed:
        return None
    value, last = number.value, beyond if after in _ZH_MONEY else number.beyond - 1
    tenths = _ZH_DIGITS.get(_token(tokens, last + 1))
    if after in _ZH_MONEY and tenths is not None and _token(tokens, last + 2) in {"角", "毛"}:
        value, last = value + Decimal(tenths) / 10, last + 2
    after_money = _token(tokens, last + 1)
    hedged = hedged or after_money == "左"
    first = number.first - signed
    return Quantity(Sort.AMOUNT, first, last, value, exact=number.exact, hedged=hedged)


def _mandarin_number(tokens: Sequence[str], at: int) -> SpokenNumber | None:
    """The longest number that begins at a character, in digits, characters or both."""
    begin = at
    total = section = Decimal(0)
    digit: Decimal | None = None
    unit = Decimal(0)  # of what was counted last
    run = ""  # digits one by one
    biggest = Decimal(0)  # 万 or 亿, as counted last
    some = False
    figures = False  # whether the digit counted last was written in figures
    while at < len(tokens):
        sign = tokens[at]
        written = _digits(sign)
        if written is not None and digit is None:
            digit, some, figures = written, True, True
        elif figures and digit is not None and _is_another(sign, digit):
            break  # 22000一次, 1500十二: characters do not go on with figures
        elif sign in _ZH_DIGITS and written is None:
            if digit is not None and sign not in {"零", "〇"} and not run:
                run = str(int(digit))
            digit, some, figures = Decimal(_ZH_DIGITS[sign]), True, False
            run = f"{run}{_ZH_DIGITS[sign]}" if run else ""
            if sign in {"零", "〇"} and not run:
                digit, unit = None, Decimal(0)
        elif sign in _ZH_UNITS:
            unit = Decimal(_ZH_UNITS[sign])
            section += (digit if digit is not None else 1) * unit
            digit, some, run = None, True, ""
        elif sign in _ZH_BIG and some:
            unit = Decimal(_ZH_BIG[sign])
            group = section + (digit or 0)
            total = total + group * unit if unit < biggest else (total + group) * unit
            total = min(total, _MOST)
            section, digit, run, biggest = Decimal(0), None, "", unit
        elif sign == "点" and digit is not None and _token(tokens, at + 1) in _ZH_DIGITS:
            decimals = ""
            while _token(tokens, at + 1) in _ZH_DIGITS:
                decimals += str(_ZH_DIGITS[tokens[at + 1]])
                at += 1
            digit += Decimal(f"0.{decimals[:9]}")
        else:
            break
        at += 1
    if not some:
        return None
    if run:  # digits one by one, as of a card's number
        return _number(Decimal(run), begin, at, exact=False)
    if digit is not None and unit >= 100 and digit < 10:
        digit *= unit / 10  # 三千五: the next unit is understood
    return _number(total + section + (digit or 0), begin, at)


def _is_another(sign: str, figures: Decimal) -> bool:
    """Whether a character begins another number behind one that is written in figures."""
    return sign in _ZH_DIGITS or (sign in {"十", "拾"} and figures >= 10)


def _mandarin_rate(tokens: Sequence[str], at: int) -> Quantity | None:
    """百分之十五."""
    if tuple(tokens[at : at + 3]) != ("百", "分", "之"):
        return None
    number = _mandarin_number(tokens, at + 3)
    if number is None:
        return None
    return Quantity(Sort.RATE, at, number.beyond - 1, number.value, exact=number.exact)


def _mandarin_date(tokens: Sequence[str], at: int) -> Quantity | None:
    """十二月五号, 2026年12月5日."""
    year: SpokenNumber | None = None
    month = _mandarin_number(tokens, at)
    if month is not None and _token(tokens, month.beyond) == "年":
        year, month = month, _mandarin_number(tokens, month.beyond + 1)
    if month is None or _token(tokens, month.beyond) != "月" or not 1 <= month.value <= 12:
        return None
    day = _mandarin_number(tokens, month.beyond + 1)
    if day is None or _token(tokens, day.beyond) not in {"日", "号"} or not 1 <= day.value <= 31:
        return None
    said = (int(year.value) if year is not None else None, int(month.value), int(day.value))
    return Quantity(Sort.DATE, at, day.beyond, day=said, exact=year is None or year.value > 1911)


_READERS: dict[str, Callable[[Sequence[str]], Iterator[Quantity]]] = {
    "en": _english,
    "zh": _mandarin,
}
