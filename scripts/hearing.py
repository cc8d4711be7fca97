"""Which steps of a flow the agent has just said, and what the customer's words call for.

Owns recognition of steps: phrases of the flow, and likeness to the lines themselves, since a
recogniser mishears words and people say lines in their own way.  It remembers the agent's last
words, because an endpoint may cut a sentence in two.  It decides nothing about where the call goes.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from rapidfuzz.distance import LCSseq

from compliance.text import Folded
from compliance.tongues import base_language, fold_in
from scripts.denials import denied
from scripts.flow import Flow

# A line counts as said when this share of its telling words was heard, in order.  Measured on the
# recogniser's errors (4 to 19 % of words) and on other steps' lines, which stay below 0.5.
_LIKENESS = 0.66
# Telling words (English) or characters that a likeness rests on.
_LEAST = {"en": 4, "zh": 7, "yue": 7}
_TAIL = 160  # code points of the agent's last words that the next utterance may continue
_DENIAL_REACH = 2  # tokens before a cue
# Somebody who says that they do not want to die is asked all the same.
_HEARD_EVEN_DENIED = frozenset(("vulnerable",))
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
class _Telling:
    """The telling tokens of a line, and how many of them must be heard, in order."""

    step: str
    tokens: tuple[str, ...]
    least: int


class StepEar:
    """Listens to one call's agent and customer for one flow."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._base = base_language(flow.language)
        self._least = _LEAST.get(self._base, 4)
        self._tail = ""
        self._likenesses: tuple[_Telling, ...] = tuple(
            _Telling(step.id, tokens, max(self._least, math.ceil(_LIKENESS * len(tokens))))
            for step in flow.every_step()
            for line in (*step.lines, *step.otherwise)
            if len(tokens := _telling(fold_in(self._base, _SLOT.sub(" ", line.text))))
            >= self._least
        )
        # For each token the lines that it stands in, once for each time that it does.
        self._holding: dict[str, list[int]] = {}
        for place, line in enumerate(self._likenesses):
            for token in line.tokens:
                self._holding.setdefault(token, []).append(place)

    def agent_said(self, text: str) -> tuple[frozenset[str], frozenset[str]]:
        """Steps heard in one final of the agent: for certain, and only where they are due."""
        joined = f"{self._tail} {text}" if self._tail else text
        fresh = len(joined) - len(text)  # what ended before was heard before
        self._tail = text[-_TAIL:]
        folded = fold_in(self._base, joined)
        heard = {item.label for item in self._flow.heard.search(folded) if item.end > fresh}
        near = {item.label for item in self._flow.near.search(folded) if item.end > fresh}
        heard.update(self._like(fold_in(self._base, text), folded))
        return frozenset(heard), frozenset(near)

    def customer_said(self, text: str) -> tuple[str, ...]:
        """Exits and objections that the customer's words call for, in the order of the words."""
        self._tail = ""
        folded = fold_in(self._base, text)
        found = self._flow.cues.search(folded)
        return tuple(
            dict.fromkeys(
                item.label
                for item in found
                if item.label in _HEARD_EVEN_DENIED or not denied(folded, item.first, _DENIAL_REACH)
            )
        )

    def _like(self, alone: Folded, joined: Folded) -> Iterable[str]:
        said_alone, said = _telling(alone), _telling(joined)
        if not said_alone:
            return
        before = said[: len(said) - len(said_alone)]
        holding = self._holding
        # No line can have more in order than it has at all: most are never compared.
        shared = Counter(chain.from_iterable(holding.get(token, ()) for token in {*said}))
        for place, most in shared.items():
            line = self._likenesses[place]
            if most < line.least:
                continue
            together = LCSseq.similarity(line.tokens, said, score_cutoff=line.least)
            if not together:
                continue
            if not before or LCSseq.similarity(line.tokens, before) < together:
                yield line.step


def _telling(folded: Folded) -> tuple[str, ...]:
    """The tokens that tell one line from another."""
    return tuple(token for token in folded.tokens if token not in _EMPTY_WORDS)
