"""The grammar of the phrase language: from a phrase as written to a tree, with a place for faults.

Owns parsing only.  A phrase is literal words and Han characters (folded as speech is folded), with
    `{name}`    a concept, defined once per language; `{number}` is built in: digits or spoken,
    `(a|b)`     one of several,
    `[a]`       may be said or not,
    `...`       a few words between (up to 4 in English, 6 characters in Chinese),
    `..3..`     a gap of up to 3,
    `a !b`      `a` where `b` does not follow; `!(b|c)`: none of them,
    `call*`     a word that begins so,
    `owe[s]`, `call(s|ing)`  endings of an English word.
It compiles nothing and knows no rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from compliance.text import Folded, fold

Folding = Callable[[str], Folded]

MAX_GAP = 12
MAX_LENGTH = 4_000  # code points of a phrase
MAX_DEPTH = 20  # brackets within brackets
_PIECE = re.compile(
    r"(?P<slot>\{[^{}]*\})|(?P<gap>\.\.(?P<width>\d{1,3})\.\.)|(?P<dots>\.\.\.|…)"
    r"|(?P<mark>[()\[\]|{}!])|(?P<word>[^\s*(){}\[\]|…!]+)\*"
    r"|(?P<text>(?:(?!\.\.)(?![^\s*(){}\[\]|…!]+\*)[^(){}\[\]|…*!])+)"
    r"|(?P<star>\*|\.)"
)
_ENDINGS = re.compile(r"([A-Za-z]+)(?:\[([A-Za-z|]+)\]|\(([A-Za-z|]+)\))")
_SLOT_NAME = re.compile(r"\{[a-z][a-z0-9_]*\}")


class PhraseError(ValueError):
    """A phrase breaks the grammar; `column` counts code points of the phrase from 0."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


@dataclass(frozen=True, slots=True)
class Word:
    """One token; `prefix` where only its beginning is given."""

    token: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to `width` tokens of anything within the sentence; `None` is the language's own width."""

    width: int | None


@dataclass(frozen=True, slots=True)
class Slot:
    """A concept by name."""

    name: str
    column: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several; `optional` where none will do as well."""

    options: tuple[Sequence, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """What must not follow; it takes no token itself."""

    barred: Choice


@dataclass(frozen=True, slots=True)
class Sequence:
    """Items one after the other."""

    items: tuple[Item, ...]


Item = Word | Gap | Slot | Choice | Bar


def parse(phrase: str, folding: Folding = fold) -> Sequence:
    """The tree of a phrase; `folding` folds its pieces as the language folds what is said.

    Raises:
        PhraseError: brackets do not pair or are nested too deeply, a gap is too wide, a slot's name
            is no slug, the phrase is too long, or nothing of it would ever be heard.
    """
    if len(phrase) > MAX_LENGTH:
        raise PhraseError(f"the phrase is longer than {MAX_LENGTH} characters", MAX_LENGTH)
    pieces = [*_folded(_pieces(_ENDINGS.sub(_with_endings, phrase)), folding)]
    _check_depth(pieces)
    sequence, rest = _sequence(pieces, 0)
    if rest < len(pieces):
        _, text, column = pieces[rest]
        hint = " ('|' belongs inside parentheses)" if text == "|" else ""
        raise PhraseError(f"{text!r} has no partner{hint}", column)
    if not sequence.items:
        raise PhraseError("the phrase is empty", 0)
    if isinstance(sequence.items[0], Gap) or isinstance(sequence.items[-1], Gap):
        raise PhraseError("a gap must stand between two words", 0)
    return sequence


def _with_endings(match: re.Match[str]) -> str:
    """`owe[s]` as `(owe|owes)`; the grammar proper has whole words only."""
    word, optional, one_of = match.groups()
    words = [word] if optional else []
    words += [f"{word}{ending}" for ending in (optional or one_of).split("|")]
    return f"({'|'.join(words)})"


_Piece = tuple[str, str, int]


def _folded(pieces: Iterable[_Piece], folding: Folding) -> Iterator[_Piece]:
    """The pieces with their words as a language folds them."""
    for kind, text, column in pieces:
        if kind == "text" and folding is not fold:
            yield kind, " ".join(folding(text).tokens), column
        else:
            yield kind, text, column


def _pieces(phrase: str) -> Iterator[_Piece]:
    for match in _PIECE.finditer(phrase):
        kind = match.lastgroup or ""
        if match.group("gap"):
            yield "gap", match.group("width"), match.start()
        elif kind == "dots":
            yield "gap", "", match.start()
        elif kind == "star":
            if match.group() == "*":
                raise PhraseError("'*' must follow a word", match.start())
        else:
            yield kind, match.group(kind), match.start()


def _check_depth(pieces: list[_Piece]) -> None:
    depth = 0
    for kind, text, column in pieces:
        if kind == "mark":
            depth += (text in "([") - (text in ")]")
        if depth > MAX_DEPTH:
            raise PhraseError(f"brackets are nested deeper than {MAX_DEPTH}", column)


def _sequence(pieces: list[_Piece], at: int) -> tuple[Sequence, int]:
    items: list[Item] = []
    while at < len(pieces):
        kind, text, column = pieces[at]
        if kind == "mark":
            if text in ")]|":
                break
            if text in "{}":
                raise PhraseError(f"{text!r} has no partner", column)
            if text == "!":
                barred, at = _barred(pieces, at)
                items.extend(barred)
                continue
            choice, at = _choice(pieces, at)
            items.append(choice)
            continue
        items.extend(_leaf(kind, text, column))
        at += 1
    return Sequence(tuple(items)), at


def _barred(pieces: list[_Piece], at: int) -> tuple[list[Item], int]:
    """What stands after the `!` at `at`: a choice, or the first token of a text that goes on."""
    kind, text, column = pieces[at + 1] if at + 1 < len(pieces) else ("", "", pieces[at][2])
    if (kind, text) == ("mark", "("):
        choice, at = _choice(pieces, at + 1)
        if not choice.optional:
            return [Bar(choice)], at
    elif kind == "text":
        items = [*_leaf(kind, text, column)]
        if items:
            return [Bar(Choice((Sequence((items[0],)),))), *items[1:]], at + 2
    raise PhraseError("'!' must stand before a word or '(' of words", column)


def _choice(pieces: list[_Piece], at: int) -> tuple[Choice, int]:
    _, opening, column = pieces[at]
    closing = ")" if opening == "(" else "]"
    options: list[Sequence] = []
    while True:
        option, at = _sequence(pieces, at + 1)
        options.append(option)
        if at >= len(pieces):
            raise PhraseError(f"{opening!r} is never closed", column)
        _, text, here = pieces[at]
        if text == "|":
            continue
        if text != closing:
            raise PhraseError(f"{text!r} does not close {opening!r}", here)
        break
    optional = opening == "[" or any(not option.items for option in options)
    filled = tuple(option for option in options if option.items)
    if not filled:
        raise PhraseError(f"nothing stands between {opening!r} and {closing!r}", column)
    return Choice(filled, optional), at + 1


def _leaf(kind: str, text: str, column: int) -> Iterator[Item]:
    if kind == "slot":
        if not _SLOT_NAME.fullmatch(text):
            raise PhraseError(f"{text} is no concept's name (lower case, digits, _)", column)
        yield Slot(text[1:-1], column)
    elif kind == "gap":
        width = int(text) if text else None
        if width is not None and not 1 <= width <= MAX_GAP:
            raise PhraseError(f"a gap reaches over 1 to {MAX_GAP}, not {width}", column)
        yield Gap(width)
    elif kind == "word":
        *before, last = fold(text).tokens or ("",)
        if len(last) < 2 or not last.isascii() or not last.isalpha():
            raise PhraseError("'*' must follow at least two letters", column)
        yield from (Word(token) for token in before)
        yield Word(last, prefix=True)
    else:
        yield from (Word(token) for token in fold(text).tokens)
