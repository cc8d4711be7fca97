"""What of a text can be searched for: folded words, and Han characters in overlapping pairs.

Owns the cutting of text into pieces and the search for a phrase in one.  SQLite's own trigram index
finds nothing for 警察, and PostgreSQL's parser knows no Chinese; pairs find any two characters on
both.  Width, case and accents do not matter, nor whether Traditional or Simplified characters were
typed.  Punctuation, and the blanks a recogniser sets between Chinese words, are passed over.  Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from compliance.errors import AssistantError
from compliance.flattening import flatten

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PIECE = re.compile(rf"(?P<han>[{_HAN}])|[^\W_{_HAN}]+(?:'[^\W_{_HAN}]+)*")
# More would be no phrase, but a whole transcript.
_MOST = 60


class NothingToFind(AssistantError):
    """What was asked for has no word, or a single Han character."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A folded word or one Han character; `start` and `end` are code points of the text given."""

    text: str
    start: int
    end: int
    han: bool


def pieces_of(text: str) -> list[Piece]:
    """The pieces of a text, in order."""
    flat, places = flatten(text)
    found = []
    for match in _PIECE.finditer(flat):
        start, end = match.span()
        if places is not None:
            start, end = places[start], places[end - 1] + 1
        found.append(Piece(match[0], start, end, match.lastgroup is not None))
    return found


def searchable(pieces: Sequence[Piece]) -> set[str]:
    """What a text is found by: its words, and each two Han characters that follow one another."""
    found = {piece.text for piece in pieces if not piece.han}
    for one, other in pairwise(pieces):
        if one.han and other.han:
            found.add(one.text + other.text)
    return found


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is looked for: `pieces` in this order, `keys` as they are indexed."""

    pieces: tuple[str, ...]
    keys: tuple[str, ...]

    def place_in(self, text: str) -> tuple[int, int] | None:
        """Where it is said in a text, in code points, half open; `None` where it is not."""
        there = pieces_of(text)
        count = len(self.pieces)
        for at in range(len(there) - count + 1):
            if all(there[at + n].text == piece for n, piece in enumerate(self.pieces)):
                return there[at].start, there[at + count - 1].end
        return None


def phrase(words: str) -> Phrase:
    """What somebody typed, as it is looked for.

    Raises:
        NothingToFind: it has no word, or a single Han character, or is too long.
    """
    pieces = pieces_of(words)
    keys = searchable(pieces)
    if len(pieces) > _MOST:
        raise NothingToFind(
            f"that is {len(pieces)} words; up to {_MOST} can be looked for at once",
            "Give a few words of it.",
        )
    if not keys:
        raise NothingToFind(
            "there is nothing to look for",
            "Give a word, or two Chinese characters or more.",
        )
    return Phrase(tuple(piece.text for piece in pieces), tuple(sorted(keys)))
