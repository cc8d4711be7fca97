"""What is left of a phrase when small words come and go: its telling words, in order.

Owns the reduction of a phrase's program (`phrase_programs`) to an outline: the clauses that must be
heard, each by one of several words, and a looser program that forgives small words lost, put in or
misheard.  It knows no sounds.
"""

from __future__ import annotations

import collections.abc
import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from compliance.phrase_programs import BARRED, GAP, NUMBER, NUMBER_REACH, Step, Steps
from compliance.phrase_search import Alternatives, Index
from compliance.sounds.phonology import Phonology

_MOST_WORDS = 500  # a clause of more words than this tells nothing
_MOST_SMALL = 1.5  # a small word tells little, however rare
_MOST_TELLING = 5.5


@dataclass(frozen=True, slots=True)
class Clause:
    """Words (tokens joined by spaces) of which one must be heard, and what that tells (log10).

    `reach` is how many tokens may lie between the words of the clause before and these; `crowd` is
    how much more often one of so many words is heard by chance than one alone (log10).
    """

    words: frozenset[str]
    telling: float
    reach: int
    crowd: float


@dataclass(frozen=True, slots=True)
class Small:
    """Small words one of which belongs to the phrase, and what it tells (log10)."""

    words: frozenset[str]
    telling: float


@dataclass(frozen=True, slots=True)
class Outline:
    """A phrase without its small words.

    `clauses` are in order.  `strict` are the phrase's own steps, `loose` those of its clauses with
    room for small words.  `cost` is what its gaps take from the evidence.
    """

    clauses: tuple[Clause, ...]
    smalls: tuple[Small, ...]
    strict: Steps
    loose: tuple[Step, ...]
    cost: float

    @property
    def rest(self) -> float:
        """The most that speaks for the phrase beside its clauses."""
        return sum(small.telling for small in self.smalls) - self.cost

    @property
    def bound(self) -> float:
        """The most that can speak for the phrase."""
        return sum(clause.telling for clause in self.clauses) + self.rest


@dataclass(slots=True)
class _Parts:
    """An outline in the making; `reach` counts the tokens since the last clause."""

    clauses: list[Clause] = field(default_factory=list)
    smalls: list[Small] = field(default_factory=list)
    loose: list[Step] = field(default_factory=list)
    cost: float = 0.0
    reach: int = 0


@dataclass(frozen=True, slots=True)
class _Told:
    """What an atom tells: its words, whether every one of them tells something, and its size.

    `rarity` is how rare it is that any of the words is said (log10).
    """

    words: frozenset[str]
    telling: bool
    longest: int
    rarity: float


class Reducer:
    """Reduces the programs of one phrase set."""

    def __init__(self, index: Index, phonology: Phonology) -> None:
        self._index = index
        self._sounds = phonology
        self._atoms: dict[int, _Told] = {}
        self._rarities: dict[str, float] = {}

    def outline(self, steps: Steps) -> Outline:
        """The outline of a phrase."""
        parts = _Parts()
        joined = False  # whether a word stands just before, with no gap between
        for step in steps:
            if isinstance(step, str):
                told = self._plain(step)
            elif isinstance(step, int):
                told = self._told(step)
            else:
                kind, value = step
                if kind == GAP:
                    parts.cost += math.log10(value + 1)
                    parts.reach += value
                    parts.loose.append((GAP, value))
                    joined = False
                elif kind == BARRED:
                    parts.loose.append((BARRED, value))
                else:
                    parts.reach += self._told(value).longest
                    parts.loose.append((kind, value))
                continue
            if joined:
                parts.loose.append((GAP, 1))
                parts.reach += 1
            self._add(parts, step, told)
            joined = True
        return Outline(
            tuple(parts.clauses), tuple(parts.smalls), steps, _trimmed(parts.loose), parts.cost
        )

    def _plain(self, word: str) -> _Told:
        """Tokens joined by spaces, as a whole."""
        tokens = word.split(" ")
        rarity = self._rarities.get(word)
        if rarity is None:
            rarity = self._rarities[word] = min(
                sum(map(self._sounds.information, tokens)), _MOST_TELLING
            )
        telling = not all(map(self._small, tokens))
        return _Told(frozenset((word,)), telling, len(tokens), rarity)

    def _rarity(self, words: Iterable[str]) -> float:
        rate = sum(10 ** -self._plain(word).rarity for word in words)
        return -math.log10(min(rate, 1.0)) if rate else 0.0

    def _add(self, parts: _Parts, step: str | int, told: _Told) -> None:
        if not told.telling:
            parts.smalls.append(Small(told.words, min(told.rarity, _MOST_SMALL)))
            parts.loose.append((GAP, told.longest))
            parts.reach += told.longest
            return
        # What is longer than its word may stand around it.
        slack = told.longest - min(word.count(" ") + 1 for word in told.words)
        crowd = math.log10(len(told.words))
        reach = parts.reach + slack
        parts.clauses.append(Clause(told.words, told.rarity, reach, crowd))
        parts.loose.append(step)
        parts.reach = slack

    def _small(self, token: str) -> bool:
        return token in self._sounds.small

    def _told(self, number: int) -> _Told:
        told = self._atoms.get(number)
        if told is None:
            told = self._atoms[number] = self._atom(self._index.atom(number), number)
        return told

    def _atom(self, atom: Alternatives, number: int) -> _Told:
        if number == NUMBER:
            return _Told(frozenset(), False, NUMBER_REACH, 0.0)
        words = set(atom.one)
        telling = not any(map(self._small, atom.one))
        for beginning in atom.beginnings:
            words.update(self._sounds.beginnings(beginning.removesuffix("*")))
        longest = 1
        programs: list[Steps] = [*atom.always]
        programs.extend(steps for found in atom.runs.values() for steps in found)
        programs.extend(steps for found in atom.keyed.values() for steps in found)
        for steps in programs:
            told = self._alternative(steps)
            words |= told.words
            telling = telling and told.telling
            longest = max(longest, told.longest)
        telling = telling and bool(words) and len(words) <= _MOST_WORDS
        return _Told(frozenset(words), telling, longest, self._rarity(words))

    def _alternative(self, steps: Steps) -> _Told:
        """One of several: plain words as a whole, else the clause of it that tells most."""
        plain = [step for step in steps if isinstance(step, str)]
        if len(plain) == len(steps):
            return self._plain(" ".join(plain))
        outline = self.outline(steps)
        longest = sum(self._length(step) for step in steps)
        best = max(outline.clauses, key=lambda clause: clause.telling, default=None)
        if best is None:
            return _Told(frozenset(), False, longest, 0.0)
        return _Told(best.words, True, longest, best.telling)

    def _length(self, step: str | int | collections.abc.Sequence[int]) -> int:
        if isinstance(step, str):
            return 1
        if isinstance(step, int):
            return self._told(step).longest
        kind, value = step
        return 0 if kind == BARRED else value if kind == GAP else self._told(value).longest


def _trimmed(steps: list[Step]) -> tuple[Step, ...]:
    """Steps without the gaps at both ends."""
    first, beyond = 0, len(steps)
    while first < beyond and _is_gap(steps[first]):
        first += 1
    while beyond > first and _is_gap(steps[beyond - 1]):
        beyond -= 1
    return tuple(steps[first:beyond])


def _is_gap(step: Step) -> bool:
    return not isinstance(step, str | int) and step[0] == GAP
