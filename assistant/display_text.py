"""Recognised text as it is shown, with a way back to the text as given.

Owns what may differ between the words kept and the words on a screen: recognised Mandarin comes
with a space between words and is shown without; a Taiwan or Hong Kong call is shown in Traditional
characters, one for one (OpenCC s2tw: characters only, never another word); control and
bidirectional characters, which could reorder a line on a terminal, are shown as blanks.  Findings
count code points of the text as given, so every display text maps those to its own.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

TRADITIONAL = frozenset({"zh-TW", "zh-HK", "zh-Hant"})


@dataclass(frozen=True, slots=True)
class DisplayText:
    """`text` to show; `origins[i]` is the code point of the given text behind `text[i]`."""

    text: str
    origins: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the half-open stretch `start` to `end` of the given text stands in `text`."""
        first = bisect_left(self.origins, start)
        return first, max(first, bisect_left(self.origins, end))


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


@lru_cache(maxsize=1)
def _to_traditional() -> OpenCC:
    return OpenCC("s2tw")


@lru_cache(maxsize=1)
def _to_simplified() -> OpenCC:
    return OpenCC("tw2s")


@lru_cache(maxsize=8192)
def _character(char: str) -> str:
    converted = str(_to_traditional().convert(char))
    return converted if len(converted) == 1 else char


def traditional(text: str) -> str:
    """Traditional characters for Simplified ones, as many as there were.

    Whole phrases decide where one character has several forms; where a phrase would change the
    length, each character is converted alone.  A text that is Traditional already stays as it is:
    converted twice, 台 and 里 would turn into other characters.
    """
    converted = str(_to_traditional().convert(text))
    if len(converted) != len(text):
        converted = "".join(_character(char) for char in text)
    if converted == text:
        return text
    back = str(_to_simplified().convert(text))
    if len(back) == len(text) and _changes(back, text) >= _changes(converted, text):
        return text
    return converted


def _changes(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


def _shown(char: str) -> str:
    return " " if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs") else char


@lru_cache(maxsize=4096)
def display_text(text: str, language: str) -> DisplayText:
    """The display form of recognised text in a call of `language` (`zh-TW`, `en-US`, …)."""
    if not language.startswith("zh"):
        shown = "".join(_shown(char) for char in text)
        return DisplayText(shown, tuple(range(len(text))))
    kept: list[str] = []
    origins: list[int] = []
    for place, char in enumerate(text):
        if char.isspace() and _between_wide(text, place):
            continue
        kept.append(_shown(char))
        origins.append(place)
    shown = "".join(kept)
    if language in TRADITIONAL:
        shown = traditional(shown).replace("賬", "帳")  # as Taiwan writes it, and our scripts do
    return DisplayText(shown, tuple(origins))


def _between_wide(text: str, place: int) -> bool:
    """Whether the blank at `place` only separates recognised words."""
    before = text[place - 1] if place else ""
    after = text[place + 1] if place + 1 < len(text) else ""
    return not before or not after or _is_wide(before) or _is_wide(after)
