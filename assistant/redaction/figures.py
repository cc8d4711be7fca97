"""Stretches of figures in what was said: `four one one one`, `4111 1111`, 四一一一, double seven.

Owns the words that are figures in English and Mandarin and what may stand between two of them.  A
stretch keeps its place in the text, code point by code point, so that it can be covered.  It does
not say what a number is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ONES = {
    word: str(value)
    for value, words in enumerate(
        (
            "zero oh nought", "one first", "two second", "three third", "four fourth",
            "five fifth", "six sixth", "seven seventh", "eight eighth", "nine ninth", "ten tenth",
            "eleven eleventh", "twelve twelfth", "thirteen thirteenth", "fourteen fourteenth",
            "fifteen fifteenth", "sixteen sixteenth", "seventeen seventeenth",
            "eighteen eighteenth", "nineteen nineteenth",
        )
    )
    for word in words.split()
}  # fmt: skip
_TENS = {
    word: str(value * 10)
    for value, words in enumerate(
        (
            "twenty twentieth 廿 卄", "thirty thirtieth 卅", "forty fourty fortieth 卌",
            "fifty fiftieth",
            "sixty sixtieth", "seventy seventieth", "eighty eightieth", "ninety ninetieth",
        ),
        start=2,
    )
    for word in words.split()
}  # fmt: skip
_REPEATS = {"double": 2, "triple": 3, "treble": 3}
_UNITS = frozenset(("hundred", "thousand", "million", "grand", *"百千万萬亿億"))
# With nothing before them they say how much as well: `a hundred`, 上千.
_AMOUNTS = _UNITS | {"hundreds", "thousands", "millions", "grands", "dozen", "dozens", *"佰仟"}
_TEN = frozenset("十拾")
_HAN = {
    char: str(value)
    for value, chars in enumerate(
        (
            "零〇○",
            "一幺壹么",
            "二两兩贰貳",
            "三叁參",
            "四肆",
            "五伍",
            "六陆陸",
            "七柒",
            "八捌",
            "九玖",
        )
    )
    for char in chars
}
# Said between figures without ending the number; heard in place of figures among them.
_BETWEEN = frozenset(
    (
        "and", "um", "umm", "uh", "er", "ah", "then", "dash", "hyphen", "space", "slash", "dot",
        "point", "th", "st", "nd", "rd", *"嗯呃啊那个個點点杠槓",
    )
)  # fmt: skip
_DATED = frozenset("年月日号號")
_MISHEARD = {"to": "2", "too": "2", "for": "4", "fore": "4", "ate": "8", "won": "1", "o": "0"}
_LETTER = re.compile(r"[a-z]")

_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)*|\d+|[^\W\d_]|[$£€¥%]")
_PLAIN = {ord(full): ord("0") + value for value, full in enumerate("０１２３４５６７８９")} | {
    ord(full): ord("a") + value
    for value, full in enumerate("ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ")
}
_MONEY_BEFORE = frozenset("$£€¥")
_MONEY_AFTER = frozenset(
    (
        "dollar", "dollars", "buck", "bucks", "pound", "pounds", "quid", "cent", "cents", "pence",
        "percent", "yuan", "hkd", "usd", "ntd", "%", *"元块塊圓圆毛蚊",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a written number, a character or a sign, and its place: code points, half open."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Figures that were said in a row.

    `digits` are the figures as one string, letters of identity numbers (`A123456789`) among them;
    `first` and `last` are token numbers; `money` is whether they are an amount or a rate by what
    stands beside them, `counted` whether they hold a unit (hundred, 千), `dated`
    whether they hold 年, 月 or 日.
    """

    digits: str
    start: int
    end: int
    first: int
    last: int
    money: bool
    counted: bool
    dated: bool

    @property
    def figures(self) -> int:
        """How many figures it has, letters left out."""
        return sum(char.isdigit() for char in self.digits)


def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens of a text; lower case, full width made plain, places kept."""
    plain = "".join(
        low if len(low := char.lower()) == 1 else char for char in text.translate(_PLAIN)
    )
    return tuple(Token(match[0], *match.span()) for match in _TOKEN.finditer(plain))


def stretches(tokens: tuple[Token, ...], *, amounts: bool = False) -> tuple[Stretch, ...]:
    """Every stretch of figures, from the left; with `amounts`, those that a unit begins as well."""
    return tuple(_found(tokens, _AMOUNTS if amounts else frozenset()))


def is_figure(word: str) -> bool:
    """Whether a word is a figure wherever it stands."""
    return word.isdigit() or word in _ONES or word in _TENS or word in _HAN or word in _TEN


def _found(tokens: tuple[Token, ...], units: frozenset[str]) -> Iterator[Stretch]:
    at = 0
    while at < len(tokens):
        word = tokens[at].text
        if not is_figure(word) and word not in _REPEATS and word not in units:
            at += 1
            continue
        last = _reach(tokens, at, units)
        if last < at:
            at += 1
            continue
        first = at if word in units else _with_letters(tokens, at)
        yield _stretch(tokens, first, last)
        at = last + 1


def _reach(tokens: tuple[Token, ...], at: int, units: frozenset[str]) -> int:
    """The last token of the stretch that begins at `at`; before it where there is no figure.

    `units` are figures wherever they stand, other units after a figure alone.
    """
    last = at - 1
    index = at
    skipped = 0
    while index < len(tokens) and skipped <= 2:
        word = tokens[index].text
        if is_figure(word) or word in units or (last >= at and word in _UNITS):
            last, skipped = index, 0
        elif word in _DATED and last == index - 1 >= at:
            last = index
        elif word in _REPEATS:
            pass
        elif word in _BETWEEN or word in _MISHEARD or (len(word) == 1 and _LETTER.match(word)):
            skipped += 1
        else:
            break
        index += 1
    # A letter may end an identity number.
    while last >= at and last + 1 < len(tokens) and _is_letter(tokens[last + 1].text):
        nearby = tokens[last + 1].start - tokens[last].end <= 1
        if not nearby or tokens[last + 1].text in {"a", "i"}:
            break
        last += 1
    return last


def _with_letters(tokens: tuple[Token, ...], at: int) -> int:
    """Letters said or written right before the figures belong to them: `A one two three`."""
    first = at
    while first and at - first < 2 and _is_letter(tokens[first - 1].text):
        if tokens[first].start - tokens[first - 1].end > 1:
            break
        first -= 1
    if first and re.fullmatch(r"[a-z]{2}", tokens[first - 1].text):
        glued = tokens[first - 1].end == tokens[first].start
        if glued:
            first -= 1
    return first


def _is_letter(word: str) -> bool:
    return len(word) == 1 and bool(_LETTER.match(word))


def _stretch(tokens: tuple[Token, ...], first: int, last: int) -> Stretch:
    digits = ""
    tens = False  # the word before was `twenty`, so that `one` makes it twenty-one
    repeat = 1
    counted = dated = False
    for token in tokens[first : last + 1]:
        word = token.text
        if word.isdigit():
            digits += word
        elif word in _ONES or word in _HAN:
            value = _ONES.get(word) or _HAN[word]
            digits = digits[:-1] + value if tens and len(value) == 1 else digits + value * repeat
        elif word in _TENS:
            digits += _TENS[word]
        elif word in _TEN or word in _AMOUNTS:
            counted = True
        elif word in _MISHEARD:
            digits += _MISHEARD[word]
        elif _is_letter(word) or re.fullmatch(r"[a-z]{2}", word):
            digits += word.upper() if word not in _BETWEEN and word not in _REPEATS else ""
        dated = dated or word in _DATED
        tens = word in _TENS
        repeat = _REPEATS.get(word, 1)
    before = tokens[first - 1].text if first else ""
    after = [token.text for token in tokens[last + 1 : last + 3]]
    money = before in _MONEY_BEFORE or (bool(after) and after[0] in _MONEY_AFTER)
    start, end = tokens[first].start, tokens[last].end
    return Stretch(digits, start, end, first, last, money, counted, dated)
