"""Scans what an English-speaking customer says for amounts, days, methods and telling words.

Its words are data (`commitments_words.en.yaml`); it decides nothing about promises.  What it does
not understand of an amount or a day it marks with a doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from compliance.text import Folded
from scripts.commitments_en_days import ENDINGS, MONEY, day_at, written_day
from scripts.commitments_parts import (
    Doubt,
    Part,
    Sort,
    clause_end,
    number_at,
    token_at,
)
from scripts.commitments_words import Words, load_words, longest

_POINTING = {"another", "the", "that", "this", "my"}
_BIG = {"thousand": 1000, "grand": 1000, "k": 1000, "hundred": 100}
_I_WILL = {("i", "will"), ("i", "can"), ("i", "could"), ("i", "would")}
_MOST_COUNTED = 120  # instalments, days, months
_COUNTED = frozenset(
    (
        "day", "days", "week", "weeks", "month", "months", "year", "years", "time", "times",
        "payment", "payments", "instalment", "instalments", "installment", "installments",
        "percent", "%", "oclock", "am", "pm", "hour", "hours", "minute", "minutes", "people",
        "kids", "person", "jobs", "weeks'", "parts", "ways",
    )
)  # fmt: skip
_NOT_MONEY_BEFORE = frozenset(
    (
        "at", "ending", "ends", "number", "extension", "zip", "code", "card", "account",
        "digits", "apartment", "room", "line", "loan", "section", "age", "aged",
    )
)  # fmt: skip


def scan(folded: Folded, today: date, *, day_first: bool) -> Iterator[Part]:
    """Every part of an utterance, in order; `day_first`: 12/5 is written for the 12th of May."""
    words = load_words("en")
    tokens = folded.tokens
    at = 0
    condition = -1
    while at < len(tokens):
        if at and folded.breaks[at]:
            yield Part(Sort.CLAUSE, at, at)
            condition = -1
        elif 0 <= condition < at - 1 and tokens[at : at + 2] in _I_WILL:
            # if they do not cut my hours I will pay …: what is denied is the condition.
            yield Part(Sort.CLAUSE, at, at)
            condition = -1
        # Nothing is read on beyond a pause.
        here = tokens[: clause_end(folded, at)]
        found = (
            _correction(folded, at)
            or written_day(folded, at, today, day_first=day_first)
            or day_at(here, at, today, words)
            or _share(here, at, words)
            or _parts(here, at)
            or words.part(here, at)
            or _amount(here, at)
        )
        if found is None:
            at += 1
            continue
        yield found
        if found.sort is Sort.IF:
            condition = found.last
        at = found.last + 1


def _correction(folded: Folded, at: int) -> Part | None:
    """`Monday, no, Tuesday`: a no alone between two clauses takes back what was said."""
    alone = at + 1 >= len(folded.tokens) or folded.breaks[at + 1]
    if folded.tokens[at] == "no" and at and alone:
        return Part(Sort.CORRECTION, at, at)
    return None


def _share(tokens: Sequence[str], at: int, words: Words) -> Part | None:
    size = longest(words.shares, tokens, at)
    if not size or token_at(tokens, at + size) == "a":
        return None
    share = words.shares[tuple(tokens[at : at + size])]
    return Part(Sort.AMOUNT, at, at + size - 1, share=share, doubt=Doubt.SHARE)


def _parts(tokens: Sequence[str], at: int) -> Part | None:
    """`in two payments`, `split it in three`."""
    if token_at(tokens, at) not in {"in", "into", "over"}:
        return None
    number = number_at(tokens, at + 1, "en")
    if number is None or not 2 <= number.value <= 60 or number.value % 1:
        return None
    after = token_at(tokens, number.beyond)
    if after in {"payments", "instalments", "installments", "parts"}:
        return Part(Sort.PARTS, at, number.beyond, count=int(number.value))
    if not after or after in {"on", "and"}:
        return Part(Sort.PARTS, at, number.beyond - 1, count=int(number.value))
    return None


def _amount(tokens: Sequence[str], at: int) -> Part | None:
    begin = at
    signed = tokens[at] in {"$", "£", "€"}
    at += signed
    said, after = token_at(tokens, at), token_at(tokens, at + 1)
    if said == "a" and after in {"couple", "few"} and _BIG.get(token_at(tokens, at + 2)):
        return Part(Sort.AMOUNT, begin, at + 2, doubt=Doubt.APPROXIMATE)
    if said == "some" and after in {"money", "cash"}:
        return Part(Sort.AMOUNT, begin, at + 1, doubt=Doubt.NO_AMOUNT)
    if said == "a" and after in {"thousand", "grand"}:
        more = number_at(tokens, at + 2 + (token_at(tokens, at + 2) == "and"), "en")
        if more is not None:  # a thousand two hundred
            doubt = None if more.exact and more.value < 1000 else Doubt.AMOUNT_TWO_WAYS
            return _ended(tokens, begin, more.beyond, 1000 + more.value, doubt)
        return _ended(tokens, begin, at + 2, Decimal(1000), None)
    if said in _POINTING and after in {"hundred", "thousand", "grand"}:
        whole = Decimal(_BIG[after])  # another hundred and twenty
        more = number_at(tokens, at + 2 + (token_at(tokens, at + 2) == "and"), "en")
        if more is None:
            return _ended(tokens, begin, at + 2, whole, None)
        doubt = None if more.exact and more.value < whole else Doubt.AMOUNT_TWO_WAYS
        return _ended(tokens, begin, more.beyond, whole + more.value, doubt)
    if said == "half" and after == "a" and token_at(tokens, at + 2) in {"grand", "thousand"}:
        return _ended(tokens, begin, at + 3, Decimal(500), Doubt.APPROXIMATE)
    if said == "a" and after == "hundred":
        at += 1
        number = number_at(tokens, at, "en")
    else:
        number = number_at(tokens, at, "en")
    if number is None:
        return None
    value, beyond = number.value, number.beyond
    doubt = None if number.exact else Doubt.AMOUNT_TWO_WAYS
    before = begin - 1 - (token_at(tokens, begin - 1) == "and")
    if token_at(tokens, before) in _BIG and not signed:
        doubt = Doubt.AMOUNT_TWO_WAYS  # several hundred and twenty: what comes before is part of it
    if token_at(tokens, beyond) == "oh":
        while number_at(tokens, beyond, "en") or token_at(tokens, beyond) == "oh":
            beyond += 1
        return Part(Sort.AMOUNT, begin, beyond - 1, doubt=Doubt.AMOUNT_TWO_WAYS)
    if token_at(tokens, beyond) in {"k", "grand"}:
        value, beyond = value * 1000, beyond + 1
    clock = not signed and value <= 12 and token_at(tokens, beyond) not in MONEY
    if clock and token_at(tokens, begin - 1) in {"by", "before", "around", "until", "at", "after"}:
        return Part(Sort.SKIP, begin, beyond - 1)
    if (
        ":" in tokens[begin]
        or (token_at(tokens, beyond) in _COUNTED and value <= _MOST_COUNTED)
        or token_at(tokens, beyond) in ENDINGS
    ):
        return Part(Sort.SKIP, begin, beyond)
    if (
        not signed
        and token_at(tokens, begin - 1) in _NOT_MONEY_BEFORE
        and not (token_at(tokens, begin - 1) == "card" and value < 1000)
        and (token_at(tokens, begin - 2) != "at" and token_at(tokens, beyond) not in MONEY)
    ):
        return Part(Sort.SKIP, begin, beyond - 1)
    if not signed and (
        (token_at(tokens, begin - 1) in {"in", "is", "with"})
        and token_at(tokens, begin - 2) in {"ends", "ending", "number", "zip", "extension"}
    ):
        return Part(Sort.SKIP, begin, beyond - 1)
    # A telephone number: figures that go on after figures.
    if not signed and number_at(tokens, beyond, "en") is not None:
        while (more := number_at(tokens, beyond, "en")) is not None:
            beyond = more.beyond
        return Part(Sort.AMOUNT, begin, beyond - 1, doubt=Doubt.AMOUNT_TWO_WAYS)
    return _ended(tokens, begin, beyond, value, doubt)


def _ended(
    tokens: Sequence[str], begin: int, beyond: int, value: Decimal, doubt: Doubt | None
) -> Part:
    """The amount with the money and cents that follow it; a range or choice has no one amount."""
    if token_at(tokens, beyond) in MONEY:
        beyond += 1
        cents_at = beyond + (token_at(tokens, beyond) == "and")
        cents = number_at(tokens, cents_at, "en")
        if cents is not None and token_at(tokens, cents.beyond) in {"cents", "cent", "pence"}:
            if cents.value < 100:
                value += cents.value / 100
            else:
                doubt = Doubt.AMOUNT_TWO_WAYS
            beyond = cents.beyond + 1
    if token_at(tokens, beyond) == "to" and number_at(tokens, beyond + 1, "en") is not None:
        more = number_at(tokens, beyond + 1, "en")
        assert more is not None
        last = more.beyond - 1 + (token_at(tokens, more.beyond) in MONEY)
        return Part(Sort.AMOUNT, begin, last, doubt=Doubt.ALTERNATIVES)
    return Part(Sort.AMOUNT, begin, beyond - 1, amount=value, doubt=doubt)
