"""How often recognition is wrong, and where.

Owns the comparison of what was said with what was heard: error rates, the confusions behind them,
and corrections that would have mended them.  Pure: texts in, counts out.  Error rate is the number
of substituted, inserted and deleted units over the number of units said (Levenshtein alignment, the
measure of NIST's sclite): words in English (WER), characters in Mandarin (CER).

Case, punctuation and the difference between Traditional and Simplified characters do not count.
Numbers count as they are written, so a reference is written as it was spoken: "twelve thousand",
一萬二.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein

from assistant.speech.corrections import Correction, Corrections
from compliance.text import fold
from compliance.transcript import Speaker

_MANDARIN = "zh"
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
# A confusion that occurred once may be an accident of one call.
LEAST_TIMES = 2
# A single short unit on its own occurs everywhere; without words around it is no correction.
LEAST_LETTERS = 5


@dataclass(frozen=True, slots=True)
class Confusion:
    """`said` was heard as `heard`, with the unit before and after (`None` at an edge).

    One of both is empty where something was left out or added.
    """

    said: tuple[str, ...]
    heard: tuple[str, ...]
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One stretch of speech compared; counts are units."""

    said: tuple[str, ...]
    heard: tuple[str, ...]
    substituted: int
    inserted: int
    deleted: int
    confusions: tuple[Confusion, ...]

    @property
    def errors(self) -> int:
        return self.substituted + self.inserted + self.deleted


@dataclass(slots=True)
class Rates:
    """Errors summed over stretches of speech."""

    units: int = 0
    substituted: int = 0
    inserted: int = 0
    deleted: int = 0

    def add(self, comparison: Comparison) -> None:
        self.units += len(comparison.said)
        self.substituted += comparison.substituted
        self.inserted += comparison.inserted
        self.deleted += comparison.deleted

    @property
    def errors(self) -> int:
        return self.substituted + self.inserted + self.deleted

    @property
    def rate(self) -> float | None:
        """Errors over units said; `None` where nothing was said.  It can exceed 1."""
        return self.errors / self.units if self.units else None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A correction that the calls looked at speak for; it would have mended `times` confusions."""

    correction: Correction
    times: int


@dataclass(slots=True)
class Tally:
    """Confusions counted over many stretches, per speaker and in all."""

    rates: dict[Speaker, Rates] = field(default_factory=dict)
    comparisons: list[Comparison] = field(default_factory=list)

    def add(self, speaker: Speaker, comparison: Comparison) -> None:
        self.rates.setdefault(speaker, Rates()).add(comparison)
        self.comparisons.append(comparison)

    def frequent(self, most: int) -> list[tuple[tuple[str, ...], tuple[str, ...], int]]:
        """The most frequent confusions: said, heard, times."""
        counts = Counter(
            (confusion.said, confusion.heard)
            for comparison in self.comparisons
            for confusion in comparison.confusions
        )
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [(said, heard, times) for (said, heard), times in ordered[:most]]


def units_of(text: str, language: str) -> tuple[str, ...]:
    """What is compared: words of `en`; of `zh` Simplified characters and foreign words."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    found = tuple(match.group() for match in _WORD.finditer(plain))
    if language != _MANDARIN:
        return found
    return tuple(
        unit for word in found for unit in ((word,) if word.isascii() else map(_simplified, word))
    )


def compare(said: Sequence[str], heard: Sequence[str]) -> Comparison:
    """Align what was heard with what was said; both are units."""
    substituted = inserted = deleted = 0
    confusions: list[Confusion] = []
    first: tuple[int, int] | None = None
    for code in [*Levenshtein.opcodes(said, heard), None]:
        if code is not None and code.tag != "equal":
            first = first or (code.src_start, code.dest_start)
            left, right = code.src_end - code.src_start, code.dest_end - code.dest_start
            substituted += min(left, right)
            deleted += max(0, left - right)
            inserted += max(0, right - left)
            continue
        if first is not None:  # neighbouring errors are one confusion
            last = (
                (code.src_start, code.dest_start) if code is not None else (len(said), len(heard))
            )
            confusions.append(
                Confusion(
                    said=tuple(said[first[0] : last[0]]),
                    heard=tuple(heard[first[1] : last[1]]),
                    before=heard[first[1] - 1] if first[1] else None,
                    after=heard[last[1]] if last[1] < len(heard) else None,
                )
            )
            first = None
    return Comparison(tuple(said), tuple(heard), substituted, inserted, deleted, tuple(confusions))


def proposals(comparisons: Iterable[Comparison], *, characters: bool) -> list[Proposal]:
    """Corrections that would have mended confusions in these calls and harmed nothing in them.

    A heard phrase that was also right somewhere is bound to the word before or after it that tells
    the two apart; where none does, nothing is proposed.
    """
    compared = list(comparisons)
    by_pair: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Confusion]] = {}
    for comparison in compared:
        for confusion in comparison.confusions:
            if confusion.said and confusion.heard:
                by_pair.setdefault((confusion.heard, confusion.said), []).append(confusion)
    found = []
    for (heard, said), confusions in by_pair.items():
        words = ("".join(said),) if characters else said
        for correction in _bindings(heard, words, confusions):
            mended, harmed = _effect(correction, said, compared)
            if mended >= LEAST_TIMES and not harmed:
                found.append(Proposal(correction, mended))
                break
    return sorted(found, key=lambda each: (-each.times, each.correction.heard))


def _bindings(
    heard: tuple[str, ...], said: tuple[str, ...], confusions: list[Confusion]
) -> Iterable[Correction]:
    """Ways to write the correction, the freest first."""
    if len(heard) > 1 or len(heard[0]) >= LEAST_LETTERS:
        yield Correction(heard, said)
    for side in ("after", "before"):
        around = {getattr(each, side) for each in confusions} - {None}
        if around:
            bound = tuple(sorted((unit,) for unit in around))
            if side == "after":
                yield Correction(heard, said, followed_by=bound)
            else:
                yield Correction(heard, said, preceded_by=bound)


def _effect(
    correction: Correction, said: tuple[str, ...], comparisons: list[Comparison]
) -> tuple[int, int]:
    """How many confusions it mends, and how many right places it would spoil."""
    finder = Corrections((correction,))
    mended = harmed = 0
    for comparison in comparisons:
        changes = list(finder.find(comparison.heard, Speaker.UNKNOWN))
        if not changes:
            continue
        wrong = sum(
            confusion.heard == correction.heard and confusion.said == said
            for confusion in comparison.confusions
        )
        mended += min(wrong, len(changes))
        harmed += max(0, len(changes) - wrong)
    return mended, harmed


def _simplified(character: str) -> str:
    return "".join(fold(character).tokens) or character
