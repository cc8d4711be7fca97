"""Finds, in what was said, values with which a caller identifies: a date, a number, an address.

Owns the shapes of such values as recognisers write or spell them, in English and Mandarin, and the
count of how many answer what was asked.  It compares no value with an account and knows no call: a
value is one only by its shape (`March` alone is none, nor is `Oak Street` without a number).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# What may be asked for.  A postcode, a telephone and other numbers are answered by digits.
DATE = "date"
PLACE = "place"
NUMBERS = ("number", "postcode", "phone")
ANY = "identity"  # `let me verify your identity`, without saying by what

_UNITS = "zero|oh|one|two|three|four|five|six|seven|eight|nine"
_TEENS = (
    "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty"
    "|forty|fifty|sixty|seventy|eighty|ninety"
)
_ORDINALS = (
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth"
    "|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth"
)
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_N = rf"(?: (?:[0-9]+|{_UNITS}|{_TEENS}|{_ORDINALS}|hundred|thousand|double)(?: (?:st|nd|rd|th))?)"
_HAN = "(?: (?:[0-9]+|[〇零一二三四五六七八九十幺两廿]))"

_DATE = re.compile(
    rf" (?:{_MONTHS})(?: the)?{_N}{{1,6}}(?= )|{_N}{{1,3}}(?: of)? (?:{_MONTHS}){_N}{{0,5}}(?= )"
    rf"|(?:{_HAN}{{1,8}} 年)?{_HAN}{{1,2}} 月(?: 的)?{_HAN}{{1,3}}(?: [日号])?(?= )"
    r"| [0-9]{1,4} [0-9]{1,2} [0-9]{2,4}(?= )"
)
_PLACE = re.compile(
    rf"{_N}{{1,6}}(?: [^ ]+){{0,3}} (?:street|avenue|road|drive|lane|boulevard|court|place)(?= )"
    rf"| [路街巷弄段区](?: [^ ]+){{0,4}}?{_HAN}{{1,5}} [号楼室弄巷栋](?= )"
)
_RUN = re.compile(
    rf"(?: (?:[0-9]+|{_UNITS}|{_TEENS}|hundred|thousand|double))+(?= )"
    r"|(?: (?:[0-9]+|[〇零一二三四五六七八九幺两]))+(?= )"
)
_DIGITS_NEEDED = 4
_TWO_DIGITS = frozenset(_TEENS.split("|"))
_SCALE = frozenset(("hundred", "thousand"))  # an amount, not a number that is spelt


@dataclass(slots=True)
class Identifiers:
    """What one caller was asked for and has said so far."""

    asked: set[str] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)

    def hear(self, line: str) -> None:
        """Take up the values of one utterance; `line` is its folded line."""
        line = self._taken(_DATE, line, self.dates)
        line = self._taken(_PLACE, line, self.places)
        for match in _RUN.finditer(line):
            if _digits(match.group().split()) >= _DIGITS_NEEDED:
                self.numbers.add(match.group())

    @staticmethod
    def _taken(pattern: re.Pattern[str], line: str, values: set[str]) -> str:
        for match in pattern.finditer(line):
            values.add(match.group())
        return pattern.sub(" /", line)

    def answered(self) -> int:
        """How many of the things asked for have been answered by a value of their kind."""
        anything = ANY in self.asked
        numbers = max(sum(kind in self.asked for kind in NUMBERS), anything)
        return (
            min(len(self.dates), max(DATE in self.asked, anything))
            + min(len(self.places), max(PLACE in self.asked, anything))
            + min(len(self.numbers), numbers)
        )

    def refuse(self) -> None:
        """What was said did not match; the questions stand."""
        for values in (self.dates, self.numbers, self.places):
            values.clear()

    def forget(self) -> None:
        """Somebody else is on the line."""
        self.refuse()
        self.asked.clear()


def _digits(words: list[str]) -> int:
    if not _SCALE.isdisjoint(words):
        return 0
    return sum(len(w) if w.isdecimal() else 2 if w in _TWO_DIGITS else 1 for w in words)
