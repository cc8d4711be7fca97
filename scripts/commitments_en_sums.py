"""Scans what an English-speaking customer says for sums of money.

Owns how sums are said: in figures, in words, with pence behind them, in slang.  A number that
counts something else is passed over, and what can be two sums comes with a doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from compliance.quantities import SpokenNumber
from scripts.commitments_en_weeks import ENDINGS, MONEY, MONTHS, ORDINALS
from scripts.commitments_parts import Doubt, Part, Sort, number_at, token_at

_POINTING = {"another", "the", "that", "this", "my"}
_BIG = {"thousand": 1000, "grand": 1000, "k": 1000, "hundred": 100}
_SLANG = {"tenner": 10, "fiver": 5, "tenners": 10, "fivers": 5}
# Words that a number of hundreds hides in: several hundred and twenty is no 120.
_SEVERAL = {"several", "few", "couple", "some", "many", "odd", "point", "of", "half"}
_CUT_OFF = {"oh", "zero", "point"}
_SLANG_UNSURE = {"pony", "monkey", "ton", "score", "bag"}
_MOST_COUNTED = 120  # instalments, days, months
_COUNTED = frozenset(
    (
        "day", "days", "week", "weeks", "month", "months", "year", "years", "time", "times",
        "payment", "payments", "instalment", "instalments", "installment", "installments",
        "percent", "%", "oclock", "am", "pm", "hour", "hours", "minute", "minutes", "people",
        "kids", "person", "jobs", "weeks'", "parts", "ways", "fortnights", "lots", "weekly",
        "monthly", "chunks", "goes", "children", "mondays", "fridays",
    )
)  # fmt: skip
_NOT_MONEY_BEFORE = frozenset(
    (
        "at", "ending", "ends", "number", "extension", "zip", "code", "card", "account",
        "digits", "apartment", "room", "line", "loan", "section", "age", "aged",
    )
)  # fmt: skip
_CLOCK_BEFORE = frozenset(("by", "before", "around", "until", "at", "after"))
_CENTS = frozenset(("cents", "cent", "pence", "p"))
# Behind a number that is a day or another thing, and no pence: eighty pounds 5th December.
_NO_PENCE = frozenset(
    (*ENDINGS, *MONTHS, *MONEY, *ORDINALS, *_COUNTED, *_BIG, "k", "and", "oh", "of")
)
# What one stands before where it is one of two payments and no figure: one on Friday.
_ONE_OF_THEM = frozenset(("on", "at", "in", "by", "next", "this", "now", "today", "tomorrow"))


def sum_at(tokens: Sequence[str], at: int) -> Part | None:
    """The sum that begins at a token; a `SKIP` for a number of something else."""
    begin = at
    signed = tokens[at] in {"$", "£", "€"}
    at += signed
    found = None if signed else _slang(tokens, at)
    if found is not None:
        return found
    if token_at(tokens, at) == "one" and token_at(tokens, at + 1) in _ONE_OF_THEM and not signed:
        return Part(Sort.SKIP, at, at)
    hundreds = _bare_hundreds(tokens, begin, at)
    if hundreds is not None:
        return hundreds
    if token_at(tokens, at) == "a" and token_at(tokens, at + 1) == "hundred":
        at += 1
    number = number_at(tokens, at, "en")
    alone = number is not None and tokens[at : number.beyond] == ("one",) and not signed
    if alone and token_at(tokens, at + 1) not in MONEY:
        return Part(Sort.SKIP, begin, at)  # have a good one, that one works
    if number is None:
        return None
    denied = _denied_alone(tokens, number)
    if denied is not number:
        return Part(Sort.AMOUNT, begin, denied.beyond - 1, amount=denied.value)
    whole, number = number, _without_count(tokens, number)
    number = _said_twice(tokens, number)
    number = _with_bare_pence(tokens, number)
    value, beyond = number.value, number.beyond
    doubt = None if number.exact else Doubt.AMOUNT_TWO_WAYS
    if value % 100 == 1 and value > 1 and tokens[beyond - 1] == "one":
        follows = token_at(tokens, beyond)
        if follows in _ONE_OF_THEM and _one_of_them(
            tokens, beyond
        ):  # … three hundred one on Friday
            return Part(Sort.AMOUNT, begin, beyond - 2, amount=value - 1, doubt=doubt)
    if token_at(tokens, beyond) == "oh":
        while number_at(tokens, beyond, "en") or token_at(tokens, beyond) == "oh":
            beyond += 1
        return Part(Sort.AMOUNT, begin, beyond - 1, doubt=Doubt.AMOUNT_TWO_WAYS)
    if tuple(tokens[beyond : beyond + 3]) == ("and", "a", "half"):
        if token_at(tokens, beyond + 3) not in _BIG:
            return Part(Sort.AMOUNT, begin, beyond + 2, doubt=Doubt.AMOUNT_TWO_WAYS)
        unit = _BIG[tokens[beyond + 3]]
        value, beyond = value * unit + Decimal(unit) / 2, beyond + 4
        return _ended(tokens, begin, beyond, value, doubt)
    if token_at(tokens, beyond) in {"k", "grand"} and value < 1000:
        value, beyond = value * 1000, beyond + 1
    if not signed and _counts_other(tokens, begin, beyond, value):
        while (more := number_at(tokens, beyond, "en")) is not None:
            beyond = more.beyond
        return Part(Sort.SKIP, begin, beyond - 1)
    ends = token_at(tokens, beyond)
    if ":" in tokens[begin] or (ends in _COUNTED and value <= _MOST_COUNTED) or ends in ENDINGS:
        return Part(Sort.SKIP, begin, beyond)
    # A telephone number: figures that go on after figures.
    if not signed and number is whole and number_at(tokens, beyond, "en") is not None:
        while (more := number_at(tokens, beyond, "en")) is not None:
            beyond = more.beyond
        return Part(Sort.AMOUNT, begin, beyond - 1, doubt=Doubt.AMOUNT_TWO_WAYS)
    return _ended(tokens, begin, beyond, value, doubt)


def _one_of_them(tokens: Sequence[str], at: int) -> bool:
    """Whether another `one` of the payments comes later: and one on Monday."""
    return any(
        said == "one" and before in {"and", "other", "then"} and after in _ONE_OF_THEM
        for before, said, after in zip(
            tokens[at:], tokens[at + 1 :], tokens[at + 2 :], strict=False
        )
    )


def _denied_alone(tokens: Sequence[str], number: SpokenNumber) -> SpokenNumber:
    """`not fifty fifteen` are two numbers, of which the first is denied."""
    if number.exact or token_at(tokens, number.first - 1) != "not":
        return number
    middle = (number.first + number.beyond + 1) // 2
    for cut in sorted(range(number.first + 1, number.beyond), key=lambda at: abs(at - middle)):
        one = number_at(tokens[:cut], number.first, "en")
        other = number_at(tokens[: number.beyond], cut, "en")
        if one is None or not one.exact or one.beyond != cut or other is None:
            continue
        if _said_twice(tokens, other).exact:
            return one
    return number


def _said_twice(tokens: Sequence[str], number: SpokenNumber) -> SpokenNumber:
    """`two eighty two eighty` is 280, said again."""
    again = _again_in_full(tokens, number)
    if again is not None:
        return again
    size, odd = divmod(number.beyond - number.first, 2)
    middle = number.first + size
    if odd or size < 2 or tokens[number.first : middle] != tokens[middle : number.beyond]:
        return number
    half = number_at(tokens[:middle], number.first, "en")
    return number if half is None else replace(half, beyond=number.beyond)


def _without_count(tokens: Sequence[str], number: SpokenNumber) -> SpokenNumber:
    """`two hundred two weeks from today` is 200, and two weeks."""
    counted = token_at(tokens, number.beyond) in {"weeks", "days", "months"}
    if not counted or number.value <= _MOST_COUNTED or number.value % 10 < 2:
        return number
    one = number_at(tokens[: number.beyond - 1], number.first, "en")
    return one if one is not None and one.beyond == number.beyond - 1 else number


def _again_in_full(tokens: Sequence[str], number: SpokenNumber) -> SpokenNumber | None:
    """`one thirteen one hundred thirteen` is 113, said again in full."""
    if number.exact:
        return None
    for cut in range(number.first + 1, number.beyond):
        one = number_at(tokens[:cut], number.first, "en")
        other = number_at(tokens[: number.beyond], cut, "en")
        if one is None or other is None or one.beyond != cut or other.beyond != number.beyond:
            continue
        if one.value == other.value and (one.exact or other.exact):
            return replace(other, first=number.first, exact=True)
    return None


def _with_bare_pence(tokens: Sequence[str], number: SpokenNumber) -> SpokenNumber:
    """`a hundred and thirty seven fifty` is rather 137.50 than 13,750; not exact."""
    if number.exact or number.value < 10_000:
        return number
    for cut in range(number.first + 1, number.beyond):
        one = number_at(tokens[:cut], number.first, "en")
        other = number_at(tokens[: number.beyond], cut, "en")
        if one is None or other is None or one.beyond != cut:
            continue
        whole = one.exact and one.value > 100 and one.value % 10 > 0
        if whole and other.exact and 10 <= other.value < 100 and other.beyond == number.beyond:
            return replace(number, value=one.value + other.value / 100)
    return number


def between(tokens: Sequence[str], at: int) -> Part | None:
    """`between a hundred and two hundred`: no one sum, though it reads as 10,200."""
    if tokens[at] != "between":
        return None
    begin = at + 1 + (token_at(tokens, at + 1) == "a")
    number = number_at(tokens, begin, "en")
    if number is None or "and" not in tokens[begin : number.beyond]:
        return None
    last = number.beyond - 1 + (token_at(tokens, number.beyond) in MONEY)
    return Part(Sort.AMOUNT, at, last, doubt=Doubt.ALTERNATIVES)


def _slang(tokens: Sequence[str], at: int) -> Part | None:
    """A tenner, a couple hundred, some money, half a grand, two fivers."""
    said, after = token_at(tokens, at), token_at(tokens, at + 1)
    if said in {"couple", "few"} or (said in {"a", "the"} and after in {"couple", "few"}):
        beyond = at + 1 + (said in {"a", "the"})
        beyond += token_at(tokens, beyond) == "of"
        if token_at(tokens, beyond) in _BIG:
            beyond += 1 + (token_at(tokens, beyond + 1) in MONEY)
            return Part(Sort.AMOUNT, at, beyond - 1, doubt=Doubt.APPROXIMATE)
        return None
    if said == "some" and after in {"money", "cash"}:
        return Part(Sort.AMOUNT, at, at + 1, doubt=Doubt.NO_AMOUNT)
    if said == "half" and after == "a" and token_at(tokens, at + 2) in _BIG:
        half = Decimal(_BIG[tokens[at + 2]]) / 2
        return _ended(tokens, at, at + 3, half, Doubt.APPROXIMATE)
    if said in _SLANG:
        return Part(Sort.AMOUNT, at, at, amount=Decimal(_SLANG[said]))
    if said in {"a", "another", "that", "the"}:
        if after in _SLANG:
            return Part(Sort.AMOUNT, at, at + 1, amount=Decimal(_SLANG[after]))
        if after in _SLANG_UNSURE and token_at(tokens, at + 2) != "of":
            return Part(Sort.AMOUNT, at, at + 1, doubt=Doubt.AMOUNT_TWO_WAYS)
    number = number_at(tokens, at, "en")
    if number is not None and token_at(tokens, number.beyond) in _SLANG and number.value < 20:
        value = number.value * _SLANG[tokens[number.beyond]]
        doubt = None if number.exact else Doubt.AMOUNT_TWO_WAYS
        return Part(Sort.AMOUNT, at, number.beyond, amount=value, doubt=doubt)
    return None


def _bare_hundreds(tokens: Sequence[str], begin: int, at: int) -> Part | None:
    """`a thousand two hundred`, `another hundred and twenty`, and `hundred and forty` alone."""
    said, after = token_at(tokens, at), token_at(tokens, at + 1)
    if said == "a" and after in {"thousand", "grand"}:
        if tuple(tokens[at + 2 : at + 5]) == ("and", "a", "half"):
            return _ended(tokens, begin, at + 5, Decimal(1500), None)
        size, from_here = Decimal(1000), at + 2
    elif said in _POINTING and after in {"hundred", "thousand", "grand"}:
        size, from_here = Decimal(_BIG[after]), at + 2
    elif said == "hundred" and token_at(tokens, at - 1) not in {*_SEVERAL, "a"}:
        # Where a recogniser has lost the article.
        if number_at(tokens, at - 1, "en") is not None:
            return None
        if token_at(tokens, at + 1) in _BIG:
            return Part(Sort.AMOUNT, begin, at + 1, doubt=Doubt.AMOUNT_TWO_WAYS)
        size, from_here = Decimal(100), at + 1
    else:
        return None
    more = number_at(tokens, from_here + (token_at(tokens, from_here) == "and"), "en")
    if more is None:
        return _ended(tokens, begin, from_here, size, None)
    counted = token_at(tokens, more.beyond)
    if counted in ENDINGS or (counted in _COUNTED and token_at(tokens, from_here) != "and"):
        return _ended(tokens, begin, from_here, size, None)
    doubt = None if more.exact and more.value < size else Doubt.AMOUNT_TWO_WAYS
    return _ended(tokens, begin, more.beyond, size + more.value, doubt)


def _counts_other(tokens: Sequence[str], begin: int, beyond: int, value: Decimal) -> bool:
    """Whether a number is a time of day, an account's last figures, or the like."""
    money = token_at(tokens, beyond) in MONEY
    before, two_before = token_at(tokens, begin - 1), token_at(tokens, begin - 2)
    if value <= 12 and not money and before in _CLOCK_BEFORE and two_before != "out":
        return True
    if before in _NOT_MONEY_BEFORE and not (before in {"card", "account"} and value < 1000):
        return two_before != "at" and not money
    other = {"ends", "ending", "number", "zip", "extension"}
    return before in {"in", "is", "with"} and two_before in other


def _ended(
    tokens: Sequence[str], begin: int, beyond: int, value: Decimal, doubt: Doubt | None
) -> Part:
    """The sum with the money and pence that follow it; a range or choice has no one sum."""
    before = token_at(tokens, begin - 1 - (token_at(tokens, begin - 1) == "and"))
    after = token_at(tokens, beyond + (token_at(tokens, beyond) == "and"))
    article = token_at(tokens, beyond) == "a" and token_at(tokens, beyond + 1) in _BIG
    broken = before in _CUT_OFF or after in _CUT_OFF or (value and "zero" in tokens[begin:beyond])
    if before in _BIG or after in _BIG or article or broken:
        doubt = Doubt.AMOUNT_TWO_WAYS  # thousand hundred, oh one: not all of it was heard
    if token_at(tokens, beyond) in MONEY:
        beyond += 1
        beyond, value, odd = _with_pence(tokens, beyond, value)
        doubt = odd or doubt
    if token_at(tokens, beyond) == "to" and number_at(tokens, beyond + 1, "en") is not None:
        more = number_at(tokens, beyond + 1, "en")
        assert more is not None
        last = more.beyond - 1 + (token_at(tokens, more.beyond) in MONEY)
        return Part(Sort.AMOUNT, begin, last, doubt=Doubt.ALTERNATIVES)
    return Part(Sort.AMOUNT, begin, beyond - 1, amount=value, doubt=doubt)


def _with_pence(
    tokens: Sequence[str], beyond: int, value: Decimal
) -> tuple[int, Decimal, Doubt | None]:
    """`and fifty cents`, `pounds twenty`, `dollars and thirty two`."""
    joined = token_at(tokens, beyond) == "and"
    pence = number_at(tokens, beyond + joined, "en")
    if pence is None or value % 1:
        return beyond, value, None
    if token_at(tokens, pence.beyond) in _CENTS:
        if pence.value >= 100:
            return pence.beyond + 1, value, Doubt.AMOUNT_TWO_WAYS
        return pence.beyond + 1, value + pence.value / 100, None
    tens = pence.exact and 10 <= pence.value < 100 and pence.value % 1 == 0
    plain = tokens[beyond].isalpha() and token_at(tokens, pence.beyond) not in _NO_PENCE
    if joined or not tens or not plain:
        return beyond, value, None
    return pence.beyond, value + pence.value / 100, None
