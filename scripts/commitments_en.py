"""Scans what an English-speaking customer says for amounts, days, methods and telling words.

Owns the English words of `scripts.commitments`; it decides nothing about promises.  What it does not
understand of an amount or a day it marks with a doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from compliance.quantities import number_at
from compliance.text import Folded
from scripts.commitments_parts import (
    Doubt,
    Part,
    Share,
    Sort,
    clause_end,
    day_of_month,
    full_date,
    last_of_month,
    weekday,
)

_WEEKDAYS = {
    name: index
    for index, names in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    )
    for name in names.split()
}  # fmt: skip
_MONTHS = {
    name: index
    for index, names in enumerate(
        ("january jan", "february feb", "march", "april apr", "may", "june", "july",
         "august aug", "september sept sep", "october oct", "november nov", "december dec"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ORDINALS = {
    word: index
    for index, word in enumerate(
        ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
         "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth",
         "seventeenth", "eighteenth", "nineteenth", "twentieth"),
        start=1,
    )
} | {"thirtieth": 30}  # fmt: skip
_ENDINGS = {"st", "nd", "rd", "th"}
_MONEY = {"dollar", "dollars", "buck", "bucks", "usd", "pound", "pounds", "quid"}
_BIG = {"thousand": 1000, "grand": 1000, "k": 1000, "hundred": 100}
_COUNTED = frozenset(
    "day days week weeks month months year years time times payment payments instalment "
    "instalments installment installments percent % oclock am pm hour hours minute minutes people "
    "kids person jobs weeks' parts ways".split()
)
_NOT_MONEY_BEFORE = frozenset(
    "at ending ends number extension zip code card account digits apartment room line loan "
    "section age aged".split()
)


def _table() -> dict[tuple[str, ...], tuple[Sort, str]]:
    """Telling words, by the sort of part they are; the longest that fits counts."""
    words: dict[Sort, tuple[str, ...]] = {
        Sort.PAY: (
            "pay", "send", "put", "do", "give", "manage", "make", "cover", "clear", "bring", "drop",
            "take", "deposit", "wire", "mail", "go with", "have", "handle", "swing", "paying",
            "use", "settle", "set up", "get you", "said",
        ),
        Sort.NO: (
            "not", "never", "no way", "refuse", "no good", "stop", "rather not", "nope",
            "unable", "nothing",
        ),
        Sort.PAST: (
            "paid", "sent", "already", "yesterday", "last week", "last month", "last friday",
            "took", "was charged", "got charged", "lost", "lent", "charged", "would have",
            "made a payment", "was", "were", "did",
        ),
        Sort.OTHER_MATTER: (
            "owe", "rent", "get paid", "gets paid", "earn", "make about", "salary", "paycheck",
            "mortgage", "groceries", "landlord", "fee", "interest", "charge", "balance", "need",
            "want", "wants", "call", "calls", "cost", "costs", "statement", "says", "borrow",
            "bill", "expect", "someone else", "somebody else", "another bank", "other card", "charging", "ask", "asking",
        ),
        Sort.CORRECTION: (
            "i mean", "i meant", "sorry", "wait no", "wait", "no wait", "actually", "make it",
            "make that", "scratch that", "correction", "rather", "or rather",
        ),
        Sort.ASK: (
            "can i", "could i", "may i", "what if i", "is it ok if i", "is it all right if i",
            "would it be ok", "would that", "be ok", "how about", "what about", "could we", "can we",
            "would you take", "will you take", "would you accept", "is that ok",
        ),
        Sort.QUESTION: (
            "how", "why", "who", "do i", "is it", "is that", "are you", "did you", "did i",
            "what happens", "what is", "what was", "does", "which", "where", "what are", "do you",
            "can you", "will you", "am i",
        ),
        Sort.IF: (
            "if", "when my", "once i", "once my", "when i", "when the", "as long as", "unless",
            "assuming", "provided", "depending", "as soon as", "in case", "supposing", "after i",
            "once the",
        ),
        Sort.SOFT: (
            "might", "maybe", "hopefully", "try", "trying", "i think", "should", "probably",
            "possibly", "could", "perhaps", "i guess", "i hope", "hoping", "would", "may be",
            "not sure",
        ),
        Sort.ABOUT: (
            "about", "around", "roughly", "approximately", "almost", "nearly", "over", "under",
            "at least", "at most", "up to", "no more than", "more than", "less than", "or so",
            "ish", "something like", "close to", "give or take", "sometime", "or more", "or less",
            "minimum of", "maximum of", "after", "until", "minus", "since",
        ),
        Sort.SOMEBODY: (
            "my husband", "my wife", "my mom", "my mum", "my dad", "my son", "my daughter",
            "my brother", "my sister", "my friend", "my partner", "my mother", "my father", "he will",
            "she will", "they will", "my boyfriend", "my girlfriend", "my parents", "my lawyer",
            "my boss",
        ),
        Sort.OR: ("or", "between", "either"),
        Sort.AND: ("and", "then", "plus"),
        Sort.EVERY: (
            "a month", "a week", "every month", "every week", "per month", "per week", "each month",
            "each week", "monthly", "weekly", "every two weeks", "every other week", "every payday",
            "every friday", "mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays",
            "sundays", "every", "biweekly", "a fortnight", "each", "payments of",
        ),
        Sort.CLAUSE: ("but", "so", "because", "though", "although", "except"),
        Sort.SKIP: (
            "no problem", "not a problem", "no more calls", "no doubt", "why not", "put me down for",
            "let us say", "to be honest", "one of", "at once", "no later than", "not later than",
            "i promise to", "once a month", "right away",
        ),
    }  # fmt: skip
    table = {
        tuple(phrase.split()): (sort, phrase) for sort, group in words.items() for phrase in group
    }
    methods = {
        "bank_transfer": ("bank transfer", "transfer", "wire transfer", "wire"),
        "bank_app": ("online", "on the app", "the app", "on your website", "website"),
        "branch": ("at the branch", "to the branch", "in person", "the branch"),
        "direct_debit": ("autopay", "auto pay", "direct debit", "automatic payment"),
        "cheque": ("by check", "a check", "by cheque", "a cheque", "send a check"),
        "debit_card": ("debit card", "by debit"),
        "atm": ("atm",),
    }
    for slug, phrases in methods.items():
        for phrase in phrases:
            table[tuple(phrase.split())] = (Sort.METHOD, slug)
    return table


_TABLE = _table()
_LONGEST = max(map(len, _TABLE))
# What may follow a day that is told by an ordinal alone: the fifth floor is none.
_AFTER_A_DAY = frozenset(
    ["", "i", "we", "you", "for", "at", "with", "and", "or", "by", "is", "works", "will", "then",
     "if", "to", "my", "please", "that", "it", "but", "so", "in", "this", "because", "as", "$",
     "maybe", "would", "the", "when", "from", "can", "should", "works", "ok", "a", "£", "not"]
)  # fmt: skip
_ONES = frozenset(
    "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty "
    "seventy eighty ninety".split()
)
_TODAY = {
    ("today",), ("tonight",), ("now",), ("right", "now"), ("this", "afternoon"),
    ("this", "evening"), ("this", "morning"), ("immediately",), ("right", "away"),
}  # fmt: skip
_VAGUE = {
    ("next", "week"), ("next", "month"), ("soon",), ("in", "a", "few", "days"), ("the", "weekend"),
    ("in", "a", "couple", "of", "weeks"), ("in", "a", "couple", "weeks"), ("later",),
    ("in", "a", "few", "weeks"), ("in", "a", "month"), ("this", "week"), ("this", "month"),
    ("this", "weekend"), ("christmas",), ("christmas", "eve"), ("new", "year"), ("mid", "month"),
    ("in", "a", "couple", "of", "days"), ("next", "weekend"), ("a", "month", "from", "now"),
    ("before", "christmas"), ("in", "a", "bit"), ("eventually",), ("someday",), ("next", "year"),
}  # fmt: skip
_PAYDAY = {("payday",), ("pay", "day"), ("my", "next", "check"), ("next", "paycheck")}


def scan(folded: Folded, today: date, *, day_first: bool) -> Iterator[Part]:
    """Every part of an utterance, in order; `day_first`: 12/5 is written for the 12th of May."""
    tokens = folded.tokens
    at = 0
    while at < len(tokens):
        if at and folded.breaks[at]:
            yield Part(Sort.CLAUSE, at, at)
        # Nothing is read on beyond a pause.
        here = tokens[: clause_end(folded, at)]
        found = (
            _correction(folded, at)
            or _written_day(folded, at, today, day_first=day_first)
            or _day(here, at, today)
            or _share(here, at)
            or _parts(here, at)
            or _word(here, at)
            or _amount(here, at)
        )
        if found is None:
            at += 1
            continue
        yield found
        at = found.last + 1


def _at(tokens: Sequence[str], at: int) -> str:
    return tokens[at] if 0 <= at < len(tokens) else ""


def _correction(folded: Folded, at: int) -> Part | None:
    """`Monday, no, Tuesday`: a no that stands alone between two clauses takes back what was said."""
    alone = at + 1 >= len(folded.tokens) or folded.breaks[at + 1]
    if folded.tokens[at] == "no" and at and alone:
        return Part(Sort.CORRECTION, at, at)
    return None


def _word(tokens: Sequence[str], at: int) -> Part | None:
    for length in range(min(_LONGEST, len(tokens) - at), 0, -1):
        found = _TABLE.get(tuple(tokens[at : at + length]))
        if found is not None:
            return Part(found[0], at, at + length - 1, word=found[1])
    return None


def _share(tokens: Sequence[str], at: int) -> Part | None:
    shares = {
        ("half",): Share.HALF, ("the", "rest"): Share.REST, ("the", "remainder"): Share.REST,
        ("the", "other", "half"): Share.REST, ("the", "whole", "thing"): Share.ALL,
        ("everything",): Share.ALL, ("all", "of", "it"): Share.ALL, ("pay", "it", "off"): Share.ALL,
        ("in", "full"): Share.ALL, ("the", "full", "amount"): Share.ALL, ("it", "all"): Share.ALL,
        ("the", "minimum"): Share.MINIMUM, ("the", "minimum", "payment"): Share.MINIMUM,
        ("the", "whole", "amount"): Share.ALL,
    }  # fmt: skip
    for length in range(min(3, len(tokens) - at), 0, -1):
        share = shares.get(tuple(tokens[at : at + length]))
        if share is not None and _at(tokens, at + length) != "a":
            return Part(Sort.AMOUNT, at, at + length - 1, share=share, doubt=Doubt.SHARE)
    return None


def _parts(tokens: Sequence[str], at: int) -> Part | None:
    """`in two payments`, `split it in three`."""
    if _at(tokens, at) not in {"in", "into", "over"}:
        return None
    number = number_at(tokens, at + 1, "en")
    if number is None or not 2 <= number.value <= 60 or number.value % 1:
        return None
    after = _at(tokens, number.beyond)
    if after in {"payments", "instalments", "installments", "parts"}:
        return Part(Sort.PARTS, at, number.beyond, count=int(number.value))
    if not after or after in {"on", "and"}:
        return Part(Sort.PARTS, at, number.beyond - 1, count=int(number.value))
    return None


def _amount(tokens: Sequence[str], at: int) -> Part | None:
    begin = at
    signed = tokens[at] in {"$", "£", "€"}
    at += signed
    token, after = _at(tokens, at), _at(tokens, at + 1)
    if token == "a" and after in {"couple", "few"} and _BIG.get(_at(tokens, at + 2)):
        return Part(Sort.AMOUNT, begin, at + 2, doubt=Doubt.APPROXIMATE)
    if token == "some" and after in {"money", "cash"}:
        return Part(Sort.AMOUNT, begin, at + 1, doubt=Doubt.NO_AMOUNT)
    if token in {"a", "one"} and after in {"thousand", "grand"}:
        return _ended(tokens, begin, at + 2, Decimal(1000), None)
    if token == "half" and after == "a" and _at(tokens, at + 2) in {"grand", "thousand"}:
        return _ended(tokens, begin, at + 3, Decimal(500), Doubt.APPROXIMATE)
    if token == "a" and after == "hundred":
        at += 1
        number = number_at(tokens, at, "en")
    else:
        number = number_at(tokens, at, "en")
    if number is None:
        return None
    value, beyond = number.value, number.beyond
    doubt = None if number.exact else Doubt.AMOUNT_TWO_WAYS
    if _at(tokens, beyond) == "oh":
        while number_at(tokens, beyond, "en") or _at(tokens, beyond) == "oh":
            beyond += 1
        return Part(Sort.AMOUNT, begin, beyond - 1, doubt=Doubt.AMOUNT_TWO_WAYS)
    if _at(tokens, beyond) in {"k", "grand"}:
        value, beyond = value * 1000, beyond + 1
    clock = not signed and value <= 12 and _at(tokens, beyond) not in _MONEY
    if clock and _at(tokens, begin - 1) in {"by", "before", "around", "until", "at", "after"}:
        return Part(Sort.SKIP, begin, beyond - 1)
    if ":" in tokens[begin] or _at(tokens, beyond) in _COUNTED or _at(tokens, beyond) in _ENDINGS:
        return Part(Sort.SKIP, begin, beyond)
    if (
        not signed
        and _at(tokens, begin - 1) in _NOT_MONEY_BEFORE
        and (_at(tokens, begin - 2) != "at" and _at(tokens, beyond) not in _MONEY)
    ):
        return Part(Sort.SKIP, begin, beyond - 1)
    if not signed and (
        (_at(tokens, begin - 1) in {"in", "is", "with"})
        and _at(tokens, begin - 2) in {"ends", "ending", "number", "zip", "extension"}
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
    if _at(tokens, beyond) in _MONEY:
        beyond += 1
        cents_at = beyond + (_at(tokens, beyond) == "and")
        cents = number_at(tokens, cents_at, "en")
        if cents is not None and _at(tokens, cents.beyond) in {"cents", "cent", "pence"}:
            if cents.value < 100:
                value += cents.value / 100
            else:
                doubt = Doubt.AMOUNT_TWO_WAYS
            beyond = cents.beyond + 1
    if _at(tokens, beyond) == "to" and number_at(tokens, beyond + 1, "en") is not None:
        more = number_at(tokens, beyond + 1, "en")
        assert more is not None
        last = more.beyond - 1 + (_at(tokens, more.beyond) in _MONEY)
        return Part(Sort.AMOUNT, begin, last, doubt=Doubt.ALTERNATIVES)
    return Part(Sort.AMOUNT, begin, beyond - 1, amount=value, doubt=doubt)


# ---- days ----------------------------------------------------------------------------------------


def _day(tokens: Sequence[str], at: int, today: date) -> Part | None:
    return (
        _named_day(tokens, at, today)
        or _counted_day(tokens, at, today)
        or _weekday(tokens, at, today)
        or _month_day(tokens, at, today)
    )


def _made(first: int, last: int, found: tuple[date | None, Doubt | None]) -> Part:
    return Part(Sort.DAY, first, last, day=found[0], doubt=found[1])


def _named_day(tokens: Sequence[str], at: int, today: date) -> Part | None:
    begin = at
    if tuple(tokens[at : at + 5]) == ("the", "day", "after", "tomorrow"):
        return _made(begin, at + 3, (today + timedelta(days=2), None))
    if tuple(tokens[at : at + 4]) == ("the", "day", "after", "tomorrow"):
        return _made(begin, at + 3, (today + timedelta(days=2), None))
    if tuple(tokens[at : at + 3]) == ("day", "after", "tomorrow"):
        return _made(begin, at + 2, (today + timedelta(days=2), None))
    if tokens[at] == "tomorrow":
        return _made(begin, at, (today + timedelta(days=1), None))
    for length in (2, 1):
        phrase_ = tuple(tokens[at : at + length])
        if phrase_ in _TODAY:
            if "now" in phrase_ and _at(tokens, at + len(phrase_)) in {"i", "we", "that"}:
                return Part(Sort.SKIP, begin, at + len(phrase_) - 1)  # now I can only …
            return _made(begin, at + len(phrase_) - 1, (today, None))
    for months, phrase in ((0, ("end", "of", "the", "month")), (0, ("end", "of", "month")),
                           (1, ("end", "of", "next", "month"))):  # fmt: skip
        if tuple(tokens[at : at + len(phrase)]) == phrase:
            day = last_of_month(today, months)
            return _made(begin, at + len(phrase) - 1, (day, Doubt.DAY_TWO_WAYS))
    if tuple(tokens[at : at + 2]) in {("middle", "of"), ("end", "of"), ("beginning", "of")}:
        last = at + 1
        while _at(tokens, last + 1) in {"the", "month", "next", *_MONTHS}:
            last += 1
        return _made(begin, last, (None, Doubt.NO_DAY))
    for length in (5, 4, 3, 2, 1):
        phrase_ = tuple(tokens[at : at + length])
        if phrase_ in _PAYDAY:
            return _made(begin, at + len(phrase_) - 1, (None, Doubt.PAYDAY))
        if phrase_ in _VAGUE and not (
            phrase_ in {("next", "month"), ("this", "month"), ("next", "week"), ("this", "week")}
            and _of_that(tokens, at + 2, today) is not None
        ):
            return _made(begin, at + len(phrase_) - 1, (None, Doubt.NO_DAY))
    if phrase_ and tuple(tokens[at : at + 2]) in {("next", "month"), ("this", "month")}:
        return _of_that(tokens, at + 2, today, begin, int(tokens[at] == "next"))
    if phrase_ and tuple(tokens[at : at + 2]) in {("next", "week"), ("this", "week")}:
        return _of_that(tokens, at + 2, today, begin, 0)
    return None


def _of_that(
    tokens: Sequence[str], at: int, today: date, begin: int = 0, months: int = 0
) -> Part | None:
    """`next month` … `on the fifth`; `next week` … `on Friday`, which may be either week's."""
    at += _at(tokens, at) == "on"
    if _at(tokens, at) in _WEEKDAYS:
        found = weekday(today, _WEEKDAYS[_at(tokens, at)], 1)[0]
        return _made(begin, at, (found, Doubt.DAY_TWO_WAYS))
    at += _at(tokens, at) == "the"
    day = _ordinal(tokens, at)
    if day is None:
        return None
    return _made(begin, day[1] - 1, day_of_month(today, day[0], months))


def _counted_day(tokens: Sequence[str], at: int, today: date) -> Part | None:
    """`in three days`, `within a week`, `two weeks from today`, `a week from Friday`."""
    begin = at
    led = tokens[at] in {"in", "within"}
    at += led
    number = number_at(tokens, at, "en")
    if number is not None and number.exact and number.value % 1 == 0:
        count, at = int(number.value), number.beyond
    elif _at(tokens, at) in {"a", "one"}:
        count, at = 1, at + 1
    else:
        return None
    unit = _at(tokens, at)
    if unit not in {"day", "days", "week", "weeks"} or count > 400:
        return None
    days = count * (7 if unit.startswith("week") else 1)
    if _at(tokens, at + 1) == "from":
        if _at(tokens, at + 2) in {"today", "now"}:
            return _made(begin, at + 2, (today + timedelta(days=days), None))
        if _at(tokens, at + 2) == "tomorrow":
            return _made(begin, at + 2, (today + timedelta(days=days + 1), None))
        if _at(tokens, at + 2) in _WEEKDAYS:
            day, doubt = weekday(today, _WEEKDAYS[tokens[at + 2]], None)
            return _made(begin, at + 2, (day + timedelta(days=days), doubt))
        return _made(begin, at + 1, (None, Doubt.NO_DAY))
    return _made(begin, at, (today + timedelta(days=days), None)) if led else None


def _weekday(tokens: Sequence[str], at: int, today: date) -> Part | None:
    prefix = tokens[at] in {"this", "next", "coming"}
    name = _at(tokens, at + prefix)
    if name not in _WEEKDAYS:
        return None
    wanted = _WEEKDAYS[name]
    if tokens[at] == "next":
        # Some mean the Friday that comes, some the one after it.
        return _made(at, at + 1, (weekday(today, wanted, 1)[0], Doubt.DAY_TWO_WAYS))
    day, doubt = weekday(today, wanted, None)
    if tokens[at] == "this":
        # On a Saturday `this Friday` may be the one just gone.
        doubt = doubt or (Doubt.DAY_TWO_WAYS if weekday(today, wanted, 0)[0] < today else None)
    return _made(at, at + prefix, (None if doubt and not prefix else day, doubt))


def _ordinal(tokens: Sequence[str], at: int) -> tuple[int, int] | None:
    """A day said as an ordinal, and the token after it: `fifth`, `twenty eighth`, `5 th`."""
    token = _at(tokens, at)
    if token in _ORDINALS:
        return _ORDINALS[token], at + 1
    after = _at(tokens, at + 1)
    if token in {"twenty", "thirty"} and _ORDINALS.get(after, 10) < 10:
        return (20 if token == "twenty" else 30) + _ORDINALS[after], at + 2
    if token.isdigit() and after in _ENDINGS:
        return int(token), at + 2
    return None


def _month_day(tokens: Sequence[str], at: int, today: date) -> Part | None:
    begin = at
    if tokens[at] in _MONTHS:
        day_at = at + 1 + (_at(tokens, at + 1) == "the")
        day = _ordinal(tokens, day_at)
        if day is None:
            number = number_at(tokens, day_at, "en")
            if number is None or not 1 <= number.value <= 99 or number.value % 1:
                return None
            day = int(number.value), number.beyond
        return _with_year(tokens, begin, _MONTHS[tokens[at]], day, today)
    at += tokens[at] == "the"
    day = _ordinal(tokens, at)
    number = number_at(tokens, at, "en") if day is None else None
    if number is not None and number.exact and _at(tokens, number.beyond) in _MONTHS:
        if number.value <= 99 and number.value % 1 == 0 and tokens[number.beyond] != "may":
            month = _MONTHS[tokens[number.beyond]]
            return _with_year(tokens, begin, month, (int(number.value), number.beyond + 1), today)
    if day is None:
        return None
    value, beyond = day
    if _at(tokens, beyond) in _MONTHS and _at(tokens, beyond) != "may":
        return _with_year(tokens, begin, _MONTHS[tokens[beyond]], (value, beyond + 1), today)
    if _at(tokens, beyond) == "of":
        month = _at(tokens, beyond + 1)
        if month in _MONTHS:
            return _with_year(tokens, begin, _MONTHS[month], (value, beyond + 2), today)
        span = tuple(tokens[beyond + 1 : beyond + 3])
        if span in {("next", "month"), ("this", "month")}:
            found = day_of_month(today, value, int(span[0] == "next"))
            return _made(begin, beyond + 2, found)
        if span == ("the", "month"):
            return _made(begin, beyond + 2, day_of_month(today, value, None))
    # `one second`, `pay that first`: no day without its article.
    led = at > begin or tokens[at].isdigit() or _at(tokens, begin - 1) in {"on", "by", "before"}
    after = _at(tokens, beyond)
    if not led:
        return None
    if after not in _AFTER_A_DAY and not after.isdigit():
        return _made(begin, beyond - 1, (None, Doubt.DAY_TWO_WAYS)) if after in _ONES else None
    return _made(begin, beyond - 1, day_of_month(today, value, None))


def _with_year(
    tokens: Sequence[str], begin: int, month: int, day: tuple[int, int], today: date
) -> Part:
    value, beyond = day
    number = number_at(tokens, beyond, "en")
    year = None
    if number is not None and 1990 <= number.value <= 2100 and number.value % 1 == 0:
        money = _at(tokens, number.beyond) in _MONEY
        if not money and (tokens[beyond].isdigit() or tokens[beyond] in {"twenty", "nineteen"}):
            year, beyond = int(number.value), number.beyond
    return _made(begin, beyond - 1, full_date(today, year, month, value))


def _written_day(folded: Folded, at: int, today: date, *, day_first: bool) -> Part | None:
    """`12/15`, `2026-12-05`: told by the signs between the figures."""
    tokens = folded.tokens
    figures = [tokens[at]]
    while (
        len(figures) < 3
        and at + len(figures) < len(tokens)
        and tokens[at + len(figures)].isdigit()
        and figures[-1].isdigit()
    ):
        left = at + len(figures) - 1
        between = folded.original[folded.ends[left] : folded.starts[left + 1]]
        if between not in {"/", "-"}:
            break
        figures.append(tokens[at + len(figures)])
    if len(figures) < 2:
        return None
    last = at + len(figures) - 1
    numbers = [int(figure) for figure in figures]
    if len(figures[0]) == 4 and len(numbers) == 3:
        return _made(at, last, full_date(today, *numbers))
    year = numbers[2] if len(numbers) == 3 else None
    if year is not None and year < 100:
        year += 2000
    month, day = (numbers[1], numbers[0]) if day_first else (numbers[0], numbers[1])
    if month <= 12 and day <= 12 and month != day:
        return _made(at, last, (None, Doubt.DAY_TWO_WAYS))
    if month > 12:
        month, day = day, month
    return _made(at, last, full_date(today, year, month, day))
