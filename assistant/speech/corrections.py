"""Recognition corrections: what is known to be misheard, and what was said.

Owns the values `Correction` and `Corrector` and their application to hypotheses.  Pure: no file, no
clock, no model.  A model for general speech hears "past do" where a collector said "past due"; the
rules and the script must be told the latter.

Where they apply, and what is kept: after recognition and before the session, so that every reader
(rules, script, screen, record, a re-check years later) sees one and the same text, and a stored
call judges the same however the corrections have changed since.  What the recogniser itself said
stays beside it, with its own words and times (`FinalHypothesis.heard`, `FinalRecognised.heard`): a
correction is our reading of the evidence and never replaces it.  A corrected word takes the place
of the misheard ones in time; the confidence is the lowest of theirs.

Two kinds: corrections as data (`correction_files`), wrong to right, bound to the words around; and
names from the account (`account_names`), by sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from assistant.events import RecognisedWord
from assistant.speech.recogniser import FinalHypothesis, Hypothesis, PartialHypothesis
from compliance.transcript import Speaker


@dataclass(frozen=True, slots=True)
class Correction:
    """`heard` is wrong and `said` is right, where the words around allow it.

    All are tuples of units: words in English, single characters in Mandarin; `said` is words in
    both.  `preceded_by` and `followed_by` list what may stand directly before and after: one of
    each list must, and an empty list allows anything.  `speakers` are whose speech it applies to;
    empty is everybody's.
    """

    heard: tuple[str, ...]
    said: tuple[str, ...]
    preceded_by: tuple[tuple[str, ...], ...] = ()
    followed_by: tuple[tuple[str, ...], ...] = ()
    speakers: frozenset[Speaker] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """Units from `first` up to `last` (half open) become the words `said`."""

    first: int
    last: int
    said: tuple[str, ...]


class Finder(Protocol):
    """Something that finds what to change."""

    def find(self, units: Sequence[str], speaker: Speaker) -> Iterable[Change]:
        """Changes in what `speaker` said, in any order; they may overlap."""


@dataclass(frozen=True, slots=True)
class Corrections:
    """A list of corrections, ready to look up; a `Finder`."""

    entries: tuple[Correction, ...]
    _by_first: dict[str, list[Correction]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_first: dict[str, list[Correction]] = {}
        for entry in self.entries:
            by_first.setdefault(entry.heard[0], []).append(entry)
        object.__setattr__(self, "_by_first", by_first)

    def find(self, units: Sequence[str], speaker: Speaker) -> Iterable[Change]:
        for first, unit in enumerate(units):
            for entry in self._by_first.get(unit, ()):
                last = first + len(entry.heard)
                if (
                    tuple(units[first:last]) == entry.heard
                    and (not entry.speakers or speaker in entry.speakers)
                    and _stands_before(units, first, entry.preceded_by)
                    and _stands_after(units, last, entry.followed_by)
                ):
                    yield Change(first, last, entry.said)


@dataclass(frozen=True, slots=True)
class Corrector:
    """Applies what its finders find.

    Args:
        finders: asked in order; where changes overlap, the earlier finder wins, then the longer.
        characters: whether units are characters (Mandarin) and not words.
    """

    finders: tuple[Finder, ...] = ()
    characters: bool = False

    def correct(self, speaker: Speaker, hypothesis: Hypothesis) -> Hypothesis:
        """The hypothesis with what was misheard put right, or itself where nothing was."""
        if not self.finders:
            return hypothesis
        if isinstance(hypothesis, PartialHypothesis):
            words = tuple(RecognisedWord(text, 0, 0, 1.0) for text in hypothesis.text.split())
            changed = self.words(words, speaker)
            return hypothesis if changed is words else replace(hypothesis, text=_text(changed))
        if isinstance(hypothesis, FinalHypothesis):
            changed = self.words(hypothesis.words, speaker)
            if changed is hypothesis.words:
                return hypothesis
            return replace(hypothesis, text=_text(changed), words=changed, heard=hypothesis.words)
        return hypothesis

    def words(
        self, words: tuple[RecognisedWord, ...], speaker: Speaker
    ) -> tuple[RecognisedWord, ...]:
        """The words put right; the very same tuple where nothing was misheard."""
        pieces = [piece for word in words for piece in self._pieces(word)]
        units = [piece.text for piece in pieces]
        changes = _without_overlaps(
            change
            for finder in self.finders
            for change in sorted(
                finder.find(units, speaker), key=lambda change: change.first - change.last
            )
        )
        changes = [
            change for change in changes if "".join(change.said) != "".join(units[_span(change)])
        ]
        if not changes:
            return words
        return tuple(self._rebuilt(words, pieces, changes))

    def _pieces(self, word: RecognisedWord) -> list[RecognisedWord]:
        if not self.characters or word.text.isascii():
            return [replace(word, text=word.text.casefold())]
        return _spread(tuple(word.text), word.start, word.end, word.confidence)

    def _rebuilt(
        self,
        words: tuple[RecognisedWord, ...],
        pieces: list[RecognisedWord],
        changes: list[Change],
    ) -> Iterable[RecognisedWord]:
        """Words outside the changes stay; one that a change cuts keeps its other part."""
        waiting = sorted(changes, key=lambda change: change.first)
        position = 0
        for word in words:
            own = pieces[position : position + len(self._pieces(word))]
            end = position + len(own)
            kept = [
                number
                for number in range(position, end)
                if not any(change.first <= number < change.last for change in changes)
            ]
            if len(kept) == len(own):
                yield word
            else:
                yield from self._mended(kept, position, end, pieces, waiting)
            position = end

    @staticmethod
    def _mended(
        kept: list[int],
        position: int,
        end: int,
        pieces: list[RecognisedWord],
        waiting: list[Change],
    ) -> Iterable[RecognisedWord]:
        run: list[RecognisedWord] = []
        for number in range(position, end):
            if number in kept:
                run.append(pieces[number])
                continue
            if run:
                yield _joined(run)
                run = []
            if waiting and waiting[0].first == number:
                change = waiting.pop(0)
                lost = pieces[_span(change)]
                yield from _spread(
                    change.said,
                    lost[0].start,
                    lost[-1].end,
                    min(piece.confidence for piece in lost),
                )
        if run:
            yield _joined(run)


def _stands_before(units: Sequence[str], first: int, allowed: tuple[tuple[str, ...], ...]) -> bool:
    return not allowed or any(
        len(each) <= first and tuple(units[first - len(each) : first]) == each for each in allowed
    )


def _stands_after(units: Sequence[str], last: int, allowed: tuple[tuple[str, ...], ...]) -> bool:
    return not allowed or any(tuple(units[last : last + len(each)]) == each for each in allowed)


def _without_overlaps(changes: Iterable[Change]) -> list[Change]:
    taken: set[int] = set()
    kept = []
    for change in changes:
        places = range(change.first, change.last)
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(change)
    return kept


def _span(change: Change) -> slice:
    return slice(change.first, change.last)


def _spread(
    texts: tuple[str, ...], start: int, end: int, confidence: float
) -> list[RecognisedWord]:
    """Share a stretch of time among texts by their lengths."""
    total = sum(map(len, texts))
    spread, before = [], 0
    for text in texts:
        after = before + len(text)
        spread.append(
            RecognisedWord(
                text,
                start + (end - start) * before // total,
                start + (end - start) * after // total,
                confidence,
            )
        )
        before = after
    return spread


def _joined(run: list[RecognisedWord]) -> RecognisedWord:
    return RecognisedWord(
        "".join(piece.text for piece in run), run[0].start, run[-1].end, run[0].confidence
    )


def _text(words: Iterable[RecognisedWord]) -> str:
    return " ".join(word.text for word in words)
