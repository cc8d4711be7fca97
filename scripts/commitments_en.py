"""Scans what an English-speaking customer says for sums, days, methods, counts and telling words.

Its words are data (`commitments_words.en.yaml`); it decides nothing about promises.  What it does
not understand of an amount or a day it marks with a doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from compliance.text import Folded
from scripts.commitments_en_days import day_at, months_after, written_day
from scripts.commitments_en_sums import between, sum_at
from scripts.commitments_en_weeks import ENDINGS, MONEY, MONTHS, ORDINALS, WEEKDAYS
from scripts.commitments_holidays import FIRST_OF_NAMES, named_day
from scripts.commitments_parts import (
    Doubt,
    Part,
    Share,
    Sort,
    clause_end,
    in_named_month,
    number_at,
    token_at,
)
from scripts.commitments_words import Words, load_words, longest

_MOST_TIMES = 60
_UNITS = {
    "month": "month", "months": "month", "week": "week", "weeks": "week",
    "fortnight": "fortnight", "fortnights": "fortnight", "payments": "", "instalments": "",
    "installments": "", "times": "", "lots": "", "parts": "", "chunks": "", "goes": "",
}  # fmt: skip
_SPLITS = {"payments", "instalments", "installments", "parts", "chunks", "goes"}
_MONTH_LED = {"in", "from", "starting", "beginning", "of", "and", "through"}
_LEAST_HALVED = 20  # half of six is rather a time
_SHARE_OF_A_SUM = 4  # tokens from `the full` to its sum
# my rent is, my cousin is giving, my wages come: what one's own things and people do.
_OWN_DO = frozenset(
    ("is", "comes", "come", "gets", "get", "will", "said", "says", "owes", "pays", "goes", "has",
     "was", "would", "can", "should", "are", "takes", "takes", "needs", "broke", "lost", "does",
     "clears", "lands", "arrives")
)  # fmt: skip
# Behind the last sum of `you said …` a bare no is a question or an answer, and not a correction.
_NO_MORE = {"more", "one", "problem", "money", "way", "good", "idea", "worries", "doubt", "need"}


# What a sum or a day begins with, beside figures and the words of the file: without any of them
# nothing is looked for.
_TELLTALES = frozenset(
    (
        *WEEKDAYS, *MONTHS, *ORDINALS, "one", "two", "three", "four", "five", "six", "seven",
        "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
        "seventeen", "eighteen", "nineteen", "twenty", "thirty", "forty", "fifty", "sixty",
        "seventy", "eighty", "ninety", "zero", "hundred", "thousand", "grand", "tenner", "fiver",
        "tenners", "fivers", "couple", "few", "money", "cash", "score", "pony", "monkey", "ton",
        "bag", "tomorrow", "week", "weeks", "fortnight", "day", "days", "month", "end", "middle",
        "beginning", *FIRST_OF_NAMES,
    )
)  # fmt: skip


def may_hold_a_sum_or_day(tokens: Sequence[str]) -> bool:
    """Whether an utterance holds any word that a sum or a day is told by; most hold none."""
    rarest = load_words("en").rarest
    return any(token in _TELLTALES or token in rarest or token[0].isdigit() for token in tokens)


def scan(folded: Folded, today: date, *, language: str) -> Iterator[Part]:
    """Every part of an utterance, in order; in `en-GB` and `en-HK` 12/5 is the 12th of May."""
    words = load_words("en")
    british = language in {"en-GB", "en-HK"}
    tokens = folded.tokens
    at = 0
    before: date | None = None
    month: Part | None = None
    while at < len(tokens):
        if at and folded.breaks[at]:
            yield Part(Sort.CLAUSE, at, at)
        elif at and _begins(tokens, at, words):
            yield Part(Sort.START, at, at, word=tokens[at])
        # Nothing is read on beyond a pause.
        here = tokens[: clause_end(folded, at)]
        found = (
            written_day(folded, at, today, day_first=british)
            or named_day(here, at, today, language)
            or day_at(here, at, today, words, british=british, before=before)
            or _asked(here, at, begins=not at or bool(folded.breaks[at]))
            or between(here, at)
            or _share(here, at, words)
            or _parts(here, at)
            or words.part(here, at)
            or _correction(folded, at)
            or _count(here, at)
            or sum_at(here, at)
            or _month(here, at)
        )
        if found is None:
            at += 1
            continue
        found = in_named_month(found, month, today)
        month = found if found.sort is Sort.MONTH else month
        if found.word == "" and found.sort is Sort.EVERY and token_at(here, at + 1) in WEEKDAYS:
            found = replace(found, word="week")  # every Friday
        yield found
        at = found.last + 1
        if found.sort in {Sort.CORRECTION, Sort.NO} and before is not None:
            before = min(before, today + timedelta(days=1))  # what corrects may come earlier
        if found.sort is Sort.DAY and found.day is not None:
            before = found.day
            for more in months_after(here, at, found.day):
                yield more
                at = more.last + 1


def _asked(tokens: Sequence[str], at: int, *, begins: bool) -> Part | None:
    """`will forty pounds do`: asked where it begins a clause."""
    if not begins or tokens[at] not in {"will", "would"}:
        return None
    found = sum_at(tokens, at + 1)
    asks = found is not None and found.sort is Sort.AMOUNT
    return Part(Sort.ASK, at, at) if asks else None


def _begins(tokens: Sequence[str], at: int, words: Words) -> bool:
    """Whether a clause begins here, though no pause was heard."""
    before = tokens[at - 1]
    if before in words.follows:
        return False
    if longest(words.starts, tokens, at):
        return True
    does = token_at(tokens, at + 2)
    return tokens[at] == "my" and (does in _OWN_DO or does.endswith("ing"))


def _correction(folded: Folded, at: int) -> Part | None:
    """`Monday, no, Tuesday`: a no alone takes back what was said; what follows is looked at later.

    `no` before a word that it denies (no money) is none.
    """
    if folded.tokens[at] != "no" or not at:
        return None
    after = token_at(folded.tokens, at + 1)
    alone = not after or folded.breaks[at + 1]
    number = number_at(folded.tokens, at + 1, "en")
    if alone or after not in _NO_MORE or (number is not None and number.value > 1):
        return Part(Sort.CORRECTION, at, at, word="no")
    return None


def _share(tokens: Sequence[str], at: int, words: Words) -> Part | None:
    size = longest(words.shares, tokens, at)
    if not size or token_at(tokens, at + size) == "a":
        return None
    share = words.shares[tuple(tokens[at : at + size])]
    if share is Share.HALF and token_at(tokens, at + size) == "of":
        of_it = at + size + 1 + (token_at(tokens, at + size + 1) in {"the", "that"})
        number = number_at(tokens, of_it, "en")
        if number is not None and number.value >= _LEAST_HALVED:
            last = number.beyond - 1 + (token_at(tokens, number.beyond) in MONEY)
            return Part(Sort.AMOUNT, at, last, amount=number.value / 2)
    if share is Share.MINIMUM and token_at(tokens, at - 1) in {"double", "twice", "triple"}:
        return Part(Sort.AMOUNT, at, at + size - 1, doubt=Doubt.SHARE)
    of_a_sum = _SHARE_OF_A_SUM if share in {Share.REST, Share.ALL} else 0
    for ahead in range(at + size, min(at + size + of_a_sum, len(tokens))):
        number = number_at(tokens, ahead, "en")
        if number is not None and token_at(tokens, number.beyond) in {*ORDINALS, *ENDINGS}:
            break  # the rest on the twenty second
        if number is not None:
            if token_at(tokens, ahead - 1) in {"the", "of", "is", "amount", tokens[at + size - 1]}:
                return Part(Sort.SKIP, at, at + size - 1)  # the rest, the 300
            break
    return Part(Sort.AMOUNT, at, at + size - 1, share=share, doubt=Doubt.SHARE)


def _parts(tokens: Sequence[str], at: int) -> Part | None:
    """`in two payments`, `split it in three`."""
    if token_at(tokens, at) not in {"in", "into", "over"}:
        return None
    number = number_at(tokens, at + 1, "en")
    if number is None or not 2 <= number.value <= _MOST_TIMES or number.value % 1:
        return None
    count, after = int(number.value), token_at(tokens, number.beyond)
    if after in _SPLITS and token_at(tokens, number.beyond + 1) == "of":
        return None  # in four payments of 160: so much each
    if after in _SPLITS:
        return Part(Sort.PARTS, at, number.beyond, count=count)
    if tokens[at] == "over" and after in _UNITS:
        return Part(Sort.PARTS, at, number.beyond, count=count, word=_UNITS[after])
    if not after or after in {"on", "and", "starting", "beginning", "from"}:
        return Part(Sort.PARTS, at, number.beyond - 1, count=count)
    return None


def _count(tokens: Sequence[str], at: int) -> Part | None:
    """`four months`, `three monthly payments`, `two of a hundred`."""
    number = number_at(tokens, at, "en")
    if number is None or not number.exact or number.value % 1:
        return None
    if not 2 <= number.value <= _MOST_TIMES:
        return None
    count, last = int(number.value), number.beyond
    after = token_at(tokens, last)
    unit = {"monthly": "month", "weekly": "week", "fortnightly": "fortnight"}.get(after, "")
    if unit:
        last += 1
        after = token_at(tokens, last)
    equal = after == "equal"
    last += equal
    after = token_at(tokens, last)
    if after in _UNITS and token_at(tokens, last + 1) not in {"ago", "late", "behind"}:
        each = token_at(tokens, last + 1) == "of"
        return Part(Sort.COUNT, at, last + each, count=count, word=unit or _UNITS[after])
    if after == "of" and token_at(tokens, last + 1) in {"a", "the"} and count < 10:
        return Part(Sort.COUNT, at, last, count=count, word=unit)
    if after == "of" and number_at(tokens, last + 1, "en") is not None and count < 10:
        return Part(Sort.COUNT, at, last, count=count, word=unit)
    return None


def _month(tokens: Sequence[str], at: int) -> Part | None:
    """A month without a day: starting in January."""
    month = MONTHS.get(tokens[at])
    if month is None or token_at(tokens, at - 1) not in _MONTH_LED:
        return None
    return Part(Sort.MONTH, at, at, count=month)
