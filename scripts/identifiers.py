"""Whether what a caller said matches an identifier on file.

Owns the comparison of digits, dates and words as people say them, in English and Mandarin, with
the file's form.  It proposes and never decides: the agent does.  Nothing here is kept, logged or
shown; the expected value never leaves the comparison.

Dates: a year in Taiwan is a year of the Republic (七十三年 is 1984), in the Mainland the last two
digits of the western year.  Digits: `double four`, `twelve thirty-four`, 幺 and 兩 are understood.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

_ONES = {
    word: value
    for value, words in enumerate(
        (
            "zero oh o nought",
            "one first",
            "two second",
            "three third",
            "four fourth",
            "five fifth",
            "six sixth",
            "seven seventh",
            "eight eighth",
            "nine ninth",
            "ten tenth",
            "eleven eleventh",
            "twelve twelfth",
            "thirteen thirteenth",
            "fourteen fourteenth",
            "fifteen fifteenth",
            "sixteen sixteenth",
            "seventeen seventeenth",
            "eighteen eighteenth",
            "nineteen nineteenth",
        )
    )
    for word in words.split()
}
_TENS = {
    word: value * 10
    for value, words in enumerate(
        (
            "twenty twentieth",
            "thirty thirtieth",
            "forty fourty",
            "fifty",
            "sixty",
            "seventy",
            "eighty",
            "ninety",
        ),
        start=2,
    )
    for word in words.split()
}
_REPEATS = {"double": 2, "triple": 3}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_HAN_DIGITS = {
    char: str(value)
    for value, chars in enumerate(
        ("零〇○", "一幺壹", "二两兩貳", "三", "四", "五", "六", "七", "八", "九")
    )
    for char in chars
}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
_HAN_NUMBER = "".join(_HAN_DIGITS) + "".join(_HAN_UNITS) + "0-9"
_HAN_DATE = re.compile(
    rf"(民[国國])?(?:([{_HAN_NUMBER}]+)年)?([{_HAN_NUMBER}]+)月([{_HAN_NUMBER}]+)[日号號]?"
)
_TOKEN = re.compile(r"[a-z]+|\d+|[^\W\d_]")
_CENTURIES = ("19", "20")
_REPUBLIC_OFFSET = 1911  # year 1 of the Republic is 1912


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _han_value(text: str) -> str:
    """A Chinese number as digits: 七十三 → 73, 一九八四 → 1984, 一百零三 → 103, 12 → 12."""
    if not any(char in _HAN_UNITS for char in text):
        return "".join(_HAN_DIGITS.get(char, char) for char in text)
    total, digit = 0, 0
    for char in text:
        if char in _HAN_UNITS:
            total += (digit or 1) * _HAN_UNITS[char]
            digit = 0
        else:
            digit = int(_HAN_DIGITS.get(char, char))
    return str(total + digit)


def _english_runs(tokens: list[str]) -> Iterator[str]:
    """Stretches of spoken digits in English, each as one string of digits."""
    run = ""
    repeat = 1
    previous_tens = False
    for token in tokens:
        if token.isdigit():
            run += token
            previous_tens = False
        elif token in _ONES:
            value = _ONES[token]
            if previous_tens and 1 <= value <= 9:
                run = run[:-1] + str(value)
            else:
                run += str(value) * repeat
            previous_tens = False
            repeat = 1
        elif token in _TENS:
            run += str(_TENS[token])
            previous_tens = True
        elif token in _REPEATS:
            repeat = _REPEATS[token]
            previous_tens = False
        elif token == "hundred" and run:  # noqa: S105 - a word, not a secret
            run += "00"
            previous_tens = False
        elif token == "thousand" and run:  # noqa: S105 - a word, not a secret
            run += "000"
            previous_tens = False
        elif token in {"and", "th", "st", "nd", "rd", "of", "the"} and run:
            continue
        else:
            if run:
                yield run
            run, repeat, previous_tens = "", 1, False
    if run:
        yield run


def _thousands_joined(run: str) -> str:
    """`two thousand four` was collected as 20004; as a year it is 2004."""
    match = re.fullmatch(r"(2)000(\d{1,2})", run)
    return f"{match[1]}0{int(match[2]):02d}" if match else run


def digit_runs(said: str) -> tuple[str, ...]:
    """Every stretch of digits in `said`, spoken or written, in either language.

    Separators inside a number (spaces, hyphens, slashes) do not end a stretch; other words do.
    """
    text = _folded(said)
    runs: list[str] = []
    han = "".join(_HAN_DIGITS)
    compact = re.sub(r"[\s\-–.,,。、/]+", "", text)
    # A Chinese stretch of bare digits; numbers with units belong to dates and amounts.
    runs.extend(
        "".join(_HAN_DIGITS.get(char, char) for char in match)
        for match in re.findall(rf"[{han}0-9]+", compact)
    )
    tokens = [token for token in _TOKEN.findall(text) if token not in _HAN_DIGITS]
    runs.extend(_thousands_joined(run) for run in _english_runs(tokens))
    return tuple(dict.fromkeys(runs))


def _years(text: str, *, republic: bool, language: str) -> set[int]:
    """The western years that a spoken year may mean, by the custom of the place."""
    if not text.isdigit() or len(text) > 4:
        return set()
    year = int(text)
    if len(text) == 4:
        return {year}
    if republic:
        return {year + _REPUBLIC_OFFSET}
    years: set[int] = set()
    if language in {"zh-TW", ""}:
        years.add(year + _REPUBLIC_OFFSET)
    if language != "zh-TW" and year < 100:
        years |= {1900 + year, 2000 + year}
    return years


def _han_dates(text: str, language: str) -> Iterator[tuple[set[int] | None, int, int]]:
    compact = re.sub(r"[\s,,。、]+", "", text)
    for republic, year, month, day in _HAN_DATE.findall(compact):
        years = (
            _years(_han_value(year), republic=bool(republic), language=language) if year else None
        )
        yield years, int(_han_value(month)), int(_han_value(day))


def _english_years(run: str) -> set[int]:
    year = _thousands_joined(run)
    if len(year) == 4:
        return {int(year)}
    if len(year) > 4 and year[:2] in _CENTURIES:  # other figures follow in the same breath
        return {int(year[:4])}
    return {1900 + int(year), 2000 + int(year)} if len(year) == 2 else set()


def _english_dates(text: str) -> Iterator[tuple[set[int] | None, int, int]]:
    """Dates with a month's name: `May fifth nineteen eighty four`, `the fifth of May`, `5 May`."""
    tokens = _TOKEN.findall(text)
    for place, token in enumerate(tokens):
        if token not in _MONTHS:
            continue
        month = _MONTHS[token]
        after = next(_english_runs(tokens[place + 1 :]), "")
        before = list(_english_runs(tokens[:place]))
        # Day after the month: the first one or two figures that leave a year or nothing.
        for width in (1, 2):
            if len(after) >= width and 1 <= int(after[:width]) <= 31:
                rest = after[width:]
                yield (_english_years(rest) if rest else None), month, int(after[:width])
        if before and len(before[-1]) <= 2:
            yield (_english_years(after) if after else None), month, int(before[-1])


def _figure_dates(text: str) -> Iterator[tuple[set[int] | None, int, int]]:
    """Dates in figures only: 5/5/1984, 1984-05-05, 05051984 and the same without a year."""
    for first, second, third in re.findall(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})", text):
        if len(first) == 4:
            yield {int(first)}, int(second), int(third)
        else:
            years = _english_years(third)
            yield years, int(first), int(second)
            yield years, int(second), int(first)
    for run in digit_runs(text):
        if len(run) == 8:
            yield {int(run[:4])}, int(run[4:6]), int(run[6:])
            yield {int(run[4:])}, int(run[:2]), int(run[2:4])
            yield {int(run[4:])}, int(run[2:4]), int(run[:2])
        elif len(run) in {5, 6}:
            # `five five eighty four`, `five five nineteen eighty four`
            cut = len(run) - 4
            if cut == 2:
                yield {int(run[2:])}, int(run[0]), int(run[1])
                yield {int(run[2:])}, int(run[1]), int(run[0])
        if len(run) == 4:
            yield _english_years(run[2:]), int(run[0]), int(run[1])
            yield _english_years(run[2:]), int(run[1]), int(run[0])


def _matches_date(expected: date, said: str, language: str, *, with_year: bool) -> bool:
    text = _folded(said)
    candidates = [*_han_dates(text, language), *_english_dates(text), *_figure_dates(text)]
    return any(
        month == expected.month
        and day == expected.day
        and (not with_year or (years is not None and expected.year in years))
        for years, month, day in candidates
    )


def _parsed_date(text: str) -> tuple[date, bool] | None:
    """The expected date and whether its year counts: `1984-05-05`, `05-05`."""
    try:
        return date.fromisoformat(text), True
    except ValueError:
        pass
    match = re.fullmatch(r"-{0,2}(\d{1,2})[-/](\d{1,2})", text)
    if match is None:
        return None
    try:
        return date(2000, int(match[1]), int(match[2])), False  # a leap year: 02-29 is a birthday
    except ValueError:
        return None


def _matches_words(expected: str, said: str) -> bool:
    """Whether the words of `expected` occur in `said`, whole and in order."""
    wanted = _TOKEN.findall(_folded(expected))
    heard = _TOKEN.findall(_folded(said))
    if not wanted:
        return False
    width = len(wanted)
    return any(heard[start : start + width] == wanted for start in range(len(heard) - width + 1))


def says(expected: str, said: str, language: str = "") -> bool:
    """Whether `said` gives the value that the file has.

    Args:
        expected: in the shape of a date (`1984-05-05`, or `05-05` where the year is not asked), of
            figures (`1234`), or of words (a maiden name, a street).
        said: the caller's words as recognised or typed; separators and spoken forms are tolerated.
        language: the call's language decides what a two-figure year means; empty accepts either.

    Figures must end a stretch of figures that was said: `A123456789` gives the last four 6789, and
    `12345` does not give 1234.
    """
    expected = expected.strip()
    day = _parsed_date(expected)
    if day is not None:
        return _matches_date(day[0], said, language, with_year=day[1])
    figures = re.sub(r"[\s\-]", "", expected)
    if figures.isdigit():
        return any(run.endswith(figures) for run in _joined_runs(said))
    return _matches_words(expected, said)


def _joined_runs(said: str) -> tuple[str, ...]:
    """Runs, and runs joined with their neighbour: `twelve, um, thirty four`."""
    text = re.sub(r"\b(um+|uh+|er+|ah+|like)\b|[嗯呃啊]", " ", _folded(said))
    runs = digit_runs(text)
    return (*runs, *(first + second for first, second in pairwise(runs)))
