"""Everything that can be heard in folded text, by whatever means a pack describes it.

Owns `Ear`, which asks phrases, regular expressions and spans (named phrases in order or near each
other) together and says of each match how it came about.  It knows no rule and judges nothing.

Labels say what a match is of: `family/name` a detector; `=statement/element`, `!event`, `&part` and
`#rule` are for those who follow statements, events, spans and spoken facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from compliance.expressions import NOT_A_PHRASE, ExpressionSet
from compliance.phrases import Match, PhraseFollower, PhraseSet
from compliance.text import Folded

ELEMENT = "="
EVENT = "!"
PART = "&"
ABOUT = "?"  # what a likeness is about, where a family has several rules
SUBJECT = "#"
_OTHERS = frozenset((ABOUT, ELEMENT, EVENT, PART, SUBJECT))


class How(StrEnum):
    """By what means something was heard."""

    PHRASE = "phrase"
    REGEX = "regex"
    SEQUENCE = "sequence"
    NEAR = "near"
    SIMILAR = "similar"
    SOUND = "sound"


@dataclass(frozen=True, slots=True)
class Sign:
    """One match and how it came about.

    `what` is the phrase, expression or example as written; `closeness` runs from 0 to 1, exact.
    """

    match: Match
    how: How
    what: str
    closeness: float = 1.0

    @property
    def detects(self) -> bool:
        """Whether it is a detector's."""
        return self.match.label[0] not in _OTHERS


@dataclass(frozen=True, slots=True)
class Span:
    """Named phrases that count together: one after the other, or near each other.

    `parts` are labels of parts; `within` is how many tokens may lie between two neighbours (words
    in English, characters in Chinese); sentences may end between them.
    """

    label: str
    parts: tuple[str, ...]
    within: int
    ordered: bool

    def __str__(self) -> str:
        names = [part.rpartition("/")[2] for part in self.parts]
        return f"{(' then ' if self.ordered else ' near ').join(names)} (within {self.within})"


class Ear:
    """What one side of a call is listened to with."""

    def __init__(
        self,
        phrases: PhraseSet,
        expressions: ExpressionSet | None = None,
        spans: Iterable[Span] = (),
    ) -> None:
        self.phrases = phrases
        self._expressions = expressions or ExpressionSet()
        self._spans = tuple(spans)

    @property
    def deaf(self) -> bool:
        """Whether nothing can be heard at all."""
        return not (self.phrases.phrases or len(self._expressions))

    def signs(self, folded: Folded, following: PhraseFollower | None = None) -> tuple[Sign, ...]:
        """Everything heard, by position; parts of spans are left out.

        `following` is a follower of `phrases`, where the text goes on from one that it searched.
        """
        matches = (following or self.phrases).search(folded)
        found = [
            Sign(match, How.PHRASE, self.phrases.phrases[match.phrase].text)
            for match in matches
            if match.label[0] != PART
        ]
        if len(self._expressions):
            pairs = self._expressions.search(folded)
            found.extend(Sign(match, How.REGEX, written) for match, written in pairs)
        if self._spans and len(found) < len(matches):
            parts = tuple(match for match in matches if match.label[0] == PART)
            for span in self._spans:
                found.extend(_spanned(span, parts, folded))
        if len(found) > len(matches) or self._spans:
            found.sort(key=lambda sign: (sign.match.first, sign.match.last))
        return tuple(found)


def _spanned(span: Span, parts: tuple[Match, ...], folded: Folded) -> Iterator[Sign]:
    """Where a span holds: from each first part, the nearest others that fit."""
    how = How.SEQUENCE if span.ordered else How.NEAR
    reached = -1
    for begin in parts:
        if begin.label not in (span.parts[:1] if span.ordered else span.parts):
            continue
        if begin.first <= reached:
            continue
        found = _followed(span, begin, parts)
        if found is None:
            continue
        first, last = found
        reached = last
        match = Match(
            span.label, NOT_A_PHRASE, first, last, folded.starts[first], folded.ends[last]
        )
        yield Sign(match, how, str(span))


def _followed(span: Span, begin: Match, parts: tuple[Match, ...]) -> tuple[int, int] | None:
    wanted = list(span.parts)
    wanted.remove(begin.label)
    last = begin.last
    while wanted:
        nexts = wanted[:1] if span.ordered else wanted
        fitting = [
            part
            for part in parts
            if part.label in nexts and last < part.first <= last + 1 + span.within
        ]
        if not fitting:
            return None
        nearest = min(fitting, key=lambda part: (part.first, part.last))
        wanted.remove(nearest.label)
        last = nearest.last
    return begin.first, last
