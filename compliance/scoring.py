"""What the judge of words asks of a scorer, which weighs whole utterances by their likeness.

Owns the protocol `Scorer` and its answer `Scored`.  It scores nothing itself: whoever trains a
scorer hands it to `load_rules`, and without one everything rests on phrases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from compliance.context import Listener
from compliance.text import Folded

LIKE = "~like"  # the name of the detector, one for each family, whose matches are likenesses


def likeness_of(family: str) -> str:
    """The detector that a family's likenesses are matches of (`threat/~like`)."""
    return f"{family}/{LIKE}"


@dataclass(frozen=True, slots=True)
class Scored:
    """An utterance that is like a family's breaches.

    `probability` runs from 0 to 1.  `label` is the detector it counts for (`threat/~like`);
    `first` and `last` are the tokens it leans on most, both included.  Only what is `sure` is a
    hit.
    """

    family: str
    probability: float
    label: str
    first: int
    last: int
    sure: bool


class Scorer(Protocol):
    """Weighs whole utterances against examples of each family, in one language.

    What is reported, denied or asked weighs in already.  `content_hash` names what it was trained
    on: it is part of what a call is judged by.
    """

    @property
    def content_hash(self) -> str: ...

    def score(self, folded: Folded, listener: Listener) -> tuple[Scored, ...]:
        """The families whose breaches this is like, said to this listener."""
        ...

    def doubts(self, folded: Folded, listener: Listener, family: str | None = None) -> bool:
        """Whether this is so unlike breaches, of a family if given, that a phrase means little."""
        ...

    def nearest(self, text: str, family: str) -> str:
        """The known example of a family's breaches most like a text, or nothing."""
        ...
