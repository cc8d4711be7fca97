"""What a stretch of figures is: a card, an identity number, a telephone, a code, a day of birth.

Owns the checksums and the words that tell.  Outside the spells in which personal figures are asked
for, amounts and days of payment stay readable; what is long enough to be somebody's number goes.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

from stdnum import luhn
from stdnum.cn import ric
from stdnum.us import itin, ssn

from assistant.redaction.figures import Stretch, Token


class Sort(StrEnum):
    """What was covered; the value stands in its place."""

    CARD = "card number"
    IDENTITY = "identity number"
    PHONE = "telephone number"
    NUMBER = "number"
    CODE = "code"
    BIRTH = "date of birth"
    ADDRESS = "address"
    NAME = "name"
    FIGURES = "figures"


_LONG = 7  # figures that no amount, year or day has
_CARD = range(13, 20)
_CUE_REACH = 12  # tokens before a stretch in which a word says what it is
# Letters of identity cards in Taiwan, by the value that their place of issue has.
_TAIWAN = {letter: value for value, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO", start=10)}
_CODES = re.compile(
    r"\b(cvv|cvc|cv2|pin|passcode|password|security (code|number)|last (three|four|4|3)|"
    r"one time (code|password)|verification code|sort code|expir\w*|ends? in|ending in)\b"
    r"|密码|密碼|验证码|驗證碼|安全码|安全碼|检核码|檢核碼|背面|后四码|後四碼|末四码|末四碼|后四位|後四位|"
    r"末四位|尾号|尾號|有效期|有效月年|到期年月"
)
_BIRTHS = re.compile(r"\b(birth\w*|born|d o b|dob)\b|生日|出生|几年生|幾年生|哪年生|年次|农历|農曆")
_MONTHS = re.compile(
    r"\b(january|february|march|april|may|june|july|august|september|october|november|december)\b"
)
_OF = frozenset(("of", "the"))
_YEAR = re.compile(r"^(19[0-9]{2}|20[0-2][0-9])|(19[0-9]{2}|20[0-2][0-9])$")
_REPUBLIC = 1911
_YOUNGEST = 14  # years: nobody younger has a card


def sort_of(
    stretch: Stretch, tokens: tuple[Token, ...], text: str, *, today: date, sensitive: bool
) -> Sort | None:
    """What must be covered in a stretch of figures; `None` where it may stay.

    Args:
        stretch: the figures.
        tokens: of the whole utterance.
        text: the utterance.
        today: the day of the call, to tell a day of birth from a day of payment.
        sensitive: a spell in which personal figures are asked for: whatever looks like figures
            goes, since one that was misheard passes no checksum.
    """
    sure = _checked(stretch)
    if sure is not None:
        return sure
    said_before = _words(tokens, stretch.first - _CUE_REACH, stretch.first)
    around = _words(tokens, stretch.first - _CUE_REACH, stretch.last + 4)
    if _BIRTHS.search(around) or _is_past_day(stretch, tokens, text, today):
        return Sort.BIRTH
    if stretch.figures >= _LONG and not (stretch.money or stretch.counted or stretch.dated):
        return Sort.PHONE if stretch.digits[:1] in {"0", "1"} else Sort.NUMBER
    if _CODES.search(said_before) and not stretch.money:
        return Sort.CODE
    if sensitive and (stretch.figures > 1 or stretch.counted or stretch.last > stretch.first):
        return Sort.FIGURES
    return None


def with_month(stretch: Stretch, tokens: tuple[Token, ...]) -> tuple[int, int] | None:
    """A day that is said by its month's name, both; `None` where no month stands beside it."""
    first, last = stretch.first, stretch.last
    for place in (first - 1, first - 2):
        if place >= 0 and _MONTHS.fullmatch(tokens[place].text):
            return tokens[place].start, stretch.end
        if place < 0 or tokens[place].text not in _OF:
            break
    for place in (last + 1, last + 2):
        if place < len(tokens) and _MONTHS.fullmatch(tokens[place].text):
            return stretch.start, tokens[place].end
        if place >= len(tokens) or tokens[place].text not in _OF:
            break
    return None


def _checked(stretch: Stretch) -> Sort | None:
    """What a checksum proves, wherever in the stretch it stands."""
    digits = re.sub(r"\D", "", stretch.digits)
    if _is_identity(stretch.digits) or _is_identity(digits):
        return Sort.IDENTITY
    for length in _CARD:
        for at in range(len(digits) - length + 1):
            if luhn.is_valid(digits[at : at + length]) and len(set(digits[at : at + length])) > 1:
                return Sort.CARD
    return None


def _is_identity(given: str) -> bool:
    """Whether it is an identity number of Taiwan, the Mainland, Hong Kong, Britain or America."""
    for found in re.finditer(r"[A-Z][1289]\d{8}", given):
        if is_taiwan_id(found[0]):
            return True
    for found in re.finditer(r"\d{17}[\dX]", given):
        if ric.is_valid(found[0]):
            return True
    for found in re.finditer(r"[A-Z]{1,2}\d{6}[\dA]", given):
        if is_hong_kong_id(found[0]):
            return True
    if re.search(r"[A-CEGHJ-PR-TW-Z]{2}\d{6}[A-D]", given):
        return True
    return len(given) == 9 and given.isdigit() and (ssn.is_valid(given) or itin.is_valid(given))


def is_taiwan_id(given: str) -> bool:
    """The checksum of 中華民國身分證 and of the new 居留證: `A123456789`."""
    if not re.fullmatch(r"[A-Z][1289]\d{8}", given):
        return False
    place = _TAIWAN[given[0]]
    figures = [place // 10, place % 10, *map(int, given[1:])]
    weights = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
    return sum(map(int.__mul__, figures, weights)) % 10 == 0


def is_hong_kong_id(given: str) -> bool:
    """The checksum of a Hong Kong identity card: `A1234563`, the last of them in brackets."""
    match = re.fullmatch(r"([A-Z]{1,2})(\d{6})([\dA])", given)
    if match is None:
        return False
    letters = [ord(letter) - ord("A") + 10 for letter in match[1]]
    values = [*([36] if len(letters) == 1 else []), *letters, *map(int, match[2])]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    check = 10 if match[3] == "A" else int(match[3])
    return (total + check) % 11 == 0


def _words(tokens: tuple[Token, ...], first: int, beyond: int) -> str:
    """Some tokens as text: English words apart, characters together."""
    said = ""
    for token in tokens[max(0, first) : max(0, beyond)]:
        apart = token.text.isascii() and said and said[-1].isascii()
        said += f" {token.text}" if apart else token.text
    return said


def _is_past_day(stretch: Stretch, tokens: tuple[Token, ...], text: str, today: date) -> bool:
    """Whether it is a whole day with a year in which somebody may have been born."""
    if stretch.money:
        return False
    latest = today.year - _YOUNGEST
    before = _words(tokens, stretch.first - 4, stretch.first)
    if stretch.dated:
        year = re.match(r"\d+", text[stretch.start :]) or re.match(r"\d{1,4}", stretch.digits)
        years = [int(year[0])] if year else []
        if "民国" in before or "民國" in before:
            years = [year + _REPUBLIC for year in years]
        return "年" in text[stretch.start : stretch.end] and any(
            1900 <= one <= latest or _REPUBLIC < one + _REPUBLIC <= latest for one in years
        )
    for found in _YEAR.finditer(stretch.digits):
        if int(found[0]) > latest:
            continue
        month = _MONTHS.search(_words(tokens, stretch.first - 4, stretch.last + 2))
        written = re.search(r"[-/.]", text[stretch.start : stretch.end])
        if month or written or 6 <= stretch.figures <= 8:
            return True
    return False
