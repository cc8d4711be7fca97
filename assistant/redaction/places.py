"""Addresses in what was said: streets and postcodes in English, 路巷號樓 in Chinese.

Owns the patterns only.  A recogniser's Chinese has spaces between words, so that a text is searched
without them and the place is told in the text as given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.redaction.figures import Stretch, Token

_STREET = frozenset(
    (
        "street", "st", "road", "rd", "avenue", "ave", "lane", "ln", "drive", "dr", "court", "ct",
        "boulevard", "blvd", "way", "close", "place", "square", "terrace", "crescent", "gardens",
        "mews", "parkway", "highway", "circle", "trail",
    )
)  # fmt: skip
_UNIT = frozenset(("apartment", "apt", "flat", "unit", "suite", "room", "floor", "house"))
_NOT_A_NAME = frozenset(("a", "the", "in", "my", "your", "per", "each", "by", "of", "this", "that"))
_NAME_WORDS = 3  # words between the number of a house and `street`
_ZIP_CUE = re.compile(r"\b(zip|postcode|postal|post code)\b")
_ZIP_REACH = 6
_BRITISH = re.compile(r"\b[A-Z]{1,2}[0-9][0-9A-Z]?\s*[0-9][A-Z]{2}\b", re.IGNORECASE)
_HAN = r"(?:(?![到在住是我你您寄给給往去于於址的])[\u3400-\u4dbf\u4e00-\u9fff])"
_NUMBER = r"[0-9一二三四五六七八九十百零〇兩两之-]{1,8}"
_CHINESE = re.compile(
    rf"(?:{_HAN}{{2,3}}(?:省|市|縣|县))?(?:{_HAN}{{1,4}}(?:區|区|鄉|乡|鎮|镇|村|里))?"
    rf"{_HAN}{{1,6}}(?:路|街|大道)(?:{_NUMBER}段)?(?:{_NUMBER}巷)?(?:{_NUMBER}弄)?"
    rf"{_NUMBER}(?:號|号)(?:院)?(?:之?{_NUMBER}(?:樓|楼|栋|棟|座|幢))?(?:之?{_NUMBER}(?:單元|单元))?"
    rf"(?:之?{_NUMBER}(?:室|房)?)?"
    rf"|{_HAN}{{2,6}}(?:小區|小区|社區|社区|花園|花园|大廈|大厦|邨|苑)"
    rf"(?:{_NUMBER}(?:號|号|栋|棟|座|期))?(?:{_NUMBER}(?:樓|楼|單元|单元))?{_NUMBER}(?:樓|楼|室|號|号)?"
)


def addresses(
    text: str, tokens: tuple[Token, ...], stretches: tuple[Stretch, ...]
) -> Iterator[tuple[int, int]]:
    """Where addresses stand in a text: code points, half open."""
    yield from _english(tokens, stretches)
    yield from (match.span() for match in _BRITISH.finditer(text) if match[0].upper() == match[0])
    yield from _chinese(text)


def _english(
    tokens: tuple[Token, ...], stretches: tuple[Stretch, ...]
) -> Iterator[tuple[int, int]]:
    for stretch in stretches:
        if stretch.money:
            continue
        end = _street_after(tokens, stretch.last)
        start = stretch.start
        before = tokens[stretch.first - 1].text if stretch.first else ""
        if before in _UNIT:
            yield tokens[stretch.first - 1].start, end or stretch.end
        elif end:
            yield start, end
        else:
            cues = " ".join(
                token.text for token in tokens[max(0, stretch.first - _ZIP_REACH) : stretch.first]
            )
            if _ZIP_CUE.search(cues):
                yield start, stretch.end


def _street_after(tokens: tuple[Token, ...], last: int) -> int:
    """Where a street that begins after a house number ends; 0 where there is none."""
    for index in range(last + 2, min(last + 2 + _NAME_WORDS, len(tokens))):
        names = [token.text for token in tokens[last + 1 : index]]
        if any(name in _NOT_A_NAME for name in names):
            return 0
        if tokens[index].text in _STREET:
            return tokens[index].end
    return 0


def _chinese(text: str) -> Iterator[tuple[int, int]]:
    places = [index for index, char in enumerate(text) if not char.isspace()]
    packed = "".join(text[index] for index in places)
    for match in _CHINESE.finditer(packed):
        yield places[match.start()], places[match.end() - 1] + 1
