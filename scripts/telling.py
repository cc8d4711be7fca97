"""The words by which a line of a flow is told from others when somebody says it in their own way.

Owns which tokens count, and how many of a line's must be heard in order.  It listens to nobody:
`scripts.hearing` does, and a flow works them out once, when it is read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from compliance.text import Folded
from compliance.tongues import base_language, fold_in

# A line counts as said when this share of its telling words was heard, in order.  Measured on the
# recogniser's errors (4 to 19 % of words) and on other steps' lines, which stay below 0.5.
_LIKENESS = 0.66
# Telling words (English) or characters that a likeness rests on.
_LEAST = {"en": 4, "zh": 7, "yue": 7}
_SLOT = re.compile(r"\{\{.*?\}\}")
_EMPTY_WORDS = frozenset(
    (
        "a", "an", "the", "to", "of", "in", "on", "at", "for", "and", "or", "but", "so", "is",
        "are", "was", "be", "been", "it", "that", "this", "you", "your", "i", "we", "us", "our",
        "me", "my", "have", "has", "do", "does", "not", "with", "if", "as", "by", "from",
        "would", "could", "can", "will", "may", "there", "any", "please",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Telling:
    """The telling tokens of a line of a step, and how many of them must be heard, in order."""

    step: str
    tokens: tuple[str, ...]
    least: int


def tellings(language: str, lines: Iterable[tuple[str, str]]) -> Iterator[Telling]:
    """Of lines, given as a step's id and the text, those that have words enough to be told by."""
    base = base_language(language)
    enough = _LEAST.get(base, 4)
    for step, text in lines:
        tokens = telling_tokens(fold_in(base, _SLOT.sub(" ", text)))
        if len(tokens) >= enough:
            yield Telling(step, tokens, max(enough, math.ceil(_LIKENESS * len(tokens))))


def telling_tokens(folded: Folded) -> tuple[str, ...]:
    """The tokens that tell one line from another."""
    return tuple(token for token in folded.tokens if token not in _EMPTY_WORDS)
