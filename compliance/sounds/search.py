"""Finds phrases whose sounds were heard though not their words.

Owns the search: what may have been meant by words that sound alike, which phrases that makes
possible, and how much speaks for each.  What is found is an alternative reading of the utterance in
which the phrase stands word for word, with every place in the text as given, so that context is
read in it as in any other.  It knows neither rules nor what a finding is.

The evidence for a phrase is the sum over its telling words of how rare it is to hear one, or a
sound so like it, by chance.  A heard word that is common in talk speaks for itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from compliance.phrase_search import Sweep
from compliance.phrases import Match, PhraseSet
from compliance.sounds.inflections import Inflections
from compliance.sounds.outline import Clause, Outline, Reducer
from compliance.sounds.phonology import Phonology, phonology
from compliance.text import Folded, reworded

_LEAST = 5.0  # evidence (log10) below which nothing is told
_ENOUGH = {"en": 6.0, "zh": 6.0}  # evidence that needs no other
_MOST_PLANES = 4
_MOST_MEANT = 8  # words that one stretch may be heard for
_LOST = 1.0  # evidence taken for a small word of the phrase that was not heard
_LOOSE = 1.0  # and for words put in between
_INFLECTED = 0.9  # how like a word is to itself with another ending
_TORN = 1.5  # and for a word torn apart by a repair
_ELEMENT = "="  # begins the label of a required statement's element
_WORTH = 1.5  # evidence for a word that is worth a thought
_FULL = math.inf  # a word that was heard as it is tells all that its clause does
_LONG = 200  # tokens; longer utterances are searched by their words alone
_CACHED = 50_000


@dataclass(frozen=True, slots=True)
class Repair:
    """A stretch of the text as given, and the word that was meant by its sound."""

    start: int
    end: int
    meant: str


@dataclass(frozen=True, slots=True)
class SoundMatch:
    """A phrase heard by its sound.

    `match` has token places in `reading` and code points of the text as given.  `closeness` is how
    like the sounds of the repaired words are, 0 to 1; `evidence` how much speaks for the phrase
    (log10), which is `enough` by itself or wants something else that speaks for it.
    """

    match: Match
    reading: Folded
    closeness: float
    evidence: float
    enough: bool
    repairs: tuple[Repair, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A word at tokens `first` to `last`; `meant` is the word if the tokens only sound like it."""

    first: int
    last: int
    evidence: float
    likeness: float
    meant: str | None


_Chain = tuple[tuple[_Place, ...], float]
_Meant = tuple[tuple[str, float, float], ...]  # word, likeness, evidence
_Alike = tuple[str, int, int, float, float]  # word, first, last, likeness, evidence


class _Places(dict[str, list[_Place]]):
    """Where the words of one utterance stand, worked out when asked for."""

    def __init__(
        self,
        folded: Folded,
        exact: Iterable[tuple[str, int, int]],
        alike: Iterable[_Alike],
        sounds: Phonology,
    ) -> None:
        super().__init__()
        self._folded = folded
        self._sounds = sounds
        self._exact: dict[str, list[tuple[int, int]]] = {}
        self._alike: dict[str, list[_Alike]] = {}
        for word, first, last in exact:
            self._exact.setdefault(word, []).append((first, last))
        for one in alike:
            self._alike.setdefault(one[0], []).append(one)
        self.words = frozenset(self._exact) | self._alike.keys()

    def __missing__(self, word: str) -> list[_Place]:
        places = self[word] = [
            _Place(first, last, _FULL, 1.0, None) for first, last in self._exact.get(word, ())
        ]
        folded = self._folded
        for _, first, last, likeness, evidence in self._alike.get(word, ()):
            left = evidence - _TORN * self._sounds.torn(folded.tokens, first, last)
            if left > 0:
                places.append(_Place(first, last, left, likeness, word))
        return places


class _Near(dict[str, tuple[tuple[str, str], ...]]):
    """Words with their fine spelling, by a coarse spelling that they may share; remembered."""

    def __init__(self, by_key: Mapping[str, list[tuple[str, str]]], sounds: Phonology) -> None:
        super().__init__()
        self._by_key = by_key
        self._sounds = sounds

    def __missing__(self, coarse: str) -> tuple[tuple[str, str], ...]:
        if len(self) >= _CACHED:
            self.clear()
        known = self._by_key
        found = {entry for key in self._sounds.keys(coarse) if key in known for entry in known[key]}
        near = self[coarse] = tuple(sorted(found))
        return near


class SoundSearch:
    """Searches for the phrases of one language by their sounds.

    Immutable but for a memory of stretches heard before; how the phrases sound is worked out once,
    when first needed.  `least` is the evidence below which nothing is told.
    """

    def __init__(self, phrases: PhraseSet, language: str, least: float = _LEAST) -> None:
        self._phrases = phrases
        self._least = least
        self._enough = _ENOUGH.get(language, math.inf)
        self._sounds = phonology(language)
        self._meant: dict[tuple[str, ...], _Meant] = {}
        self._prepared = False

    def prepare(self) -> None:
        """Work out how the phrases sound: some tenths of a second, else spent by the first search.

        Not for phrases whose labels say that they are parts of something else.
        """
        if self._prepared or self._sounds is None:
            return
        self._outlines: list[tuple[int, Outline, float]] = []  # with what its clauses tell
        index, phrases = self._phrases.index, self._phrases.phrases
        reducer = Reducer(index, self._sounds)
        for program in index.programs:
            label = phrases[program.number].label
            if not _is_told(label):
                continue
            outline = reducer.outline(program.steps)
            if outline.clauses and outline.bound >= self._least:
                told = sum(clause.telling for clause in outline.clauses)
                self._outlines.append((program.number, outline, told))
        self._lay_planes()
        self._index_sounds(self._sounds)
        self._inflections = (
            Inflections(self._phrases, self._single) if self._sounds.inflects else None
        )
        self._prepared = True

    # ---- what is made once ---------------------------------------------------------------------

    def _lay_planes(self) -> None:
        """Which phrases each word serves, as bits: a plane for each clause, most telling first."""
        words: dict[str, list[int]] = {}
        filled = [0] * _MOST_PLANES
        for bit, (_, outline, _) in enumerate(self._outlines):
            clauses = sorted(outline.clauses, key=_most_telling)[:_MOST_PLANES]
            for plane in range(len(clauses), _MOST_PLANES):
                filled[plane] |= 1 << bit
            for plane, clause in enumerate(clauses):
                for word in clause.words:
                    words.setdefault(word, [0] * _MOST_PLANES)[plane] |= 1 << bit
        self._filled = tuple(filled)
        self._words = {
            word: tuple((plane, bits) for plane, bits in enumerate(planes) if bits)
            for word, planes in words.items()
        }
        self._single = frozenset(word for word in words if " " not in word)
        several: dict[str, set[int]] = {}
        for word in words:
            first, *more = word.split(" ")
            if more:
                several.setdefault(first, set()).add(1 + len(more))
        self._several = {first: tuple(sorted(lengths)) for first, lengths in several.items()}

    def _index_sounds(self, sounds: Phonology) -> None:
        """The words by the keys of their sounds."""
        by_key: dict[str, list[tuple[str, str]]] = {}
        for word in self._words:
            for fine, coarse in sounds.word_sounds(tuple(word.split(" "))):
                for key in sounds.keys(coarse):
                    by_key.setdefault(key, []).append((word, fine))
        self._near = _Near(by_key, sounds)

    # ---- searching -----------------------------------------------------------------------------

    def search(self, folded: Folded, known: frozenset[str] = frozenset()) -> tuple[SoundMatch, ...]:
        """The phrases heard by sound, at most one a label: the one for which most speaks.

        What only another ending of one word keeps from being the phrase word for word comes first.

        Args:
            folded: what was heard.
            known: labels that were found by their words already; they are passed over.
        """
        tokens = folded.tokens
        if self._sounds is None or not 2 <= len(tokens) <= _LONG:
            return ()
        if not self._prepared:
            self.prepare()
        inflected = {found.match.label: found for found in self._inflected(folded, known)}
        first = tuple(inflected[label] for label in sorted(inflected))
        alike = [*self._alike(folded, self._sounds)]
        if not alike:
            return first
        exact = [*self._stretches(tokens)]
        candidates = self._candidates(exact, alike)
        if not candidates:
            return first
        at = _Places(folded, exact, alike, self._sounds)
        return first + self._weighed(folded, candidates, at, known | inflected.keys())

    def _inflected(self, folded: Folded, known: frozenset[str]) -> Iterator[SoundMatch]:
        """Phrases that stand but for the ending of one word: nothing more need speak for them."""
        if self._inflections is None:
            return
        for at, form, reading, match in self._inflections.search(folded):
            if _is_told(match.label) and match.label not in known:
                repair = Repair(folded.starts[at], folded.ends[at], form)
                yield SoundMatch(match, reading, _INFLECTED, _FULL, True, (repair,))

    def _stretches(self, tokens: tuple[str, ...]) -> Iterator[tuple[str, int, int]]:
        single, several = self._single, self._several
        for at, token in enumerate(tokens):
            if token in single:
                yield token, at, at
            for length in several.get(token, ()):
                word = " ".join(tokens[at : at + length])
                if word in self._words:
                    yield word, at, at + length - 1

    def _alike(self, folded: Folded, sounds: Phonology) -> Iterator[_Alike]:
        """Words that stretches of the tokens sound like; none across a break."""
        tokens, breaks = folded.tokens, folded.breaks
        coarse = [sounds.coarse(token) for token in tokens]
        near, longest = self._near, sounds.longest_span
        for at in range(len(tokens)):
            sound = ""
            for last in range(at, min(at + longest, len(tokens))):
                if not coarse[last] or (last > at and breaks[last]):
                    break
                sound += coarse[last]
                if near[sound]:
                    heard = tokens[at : last + 1]
                    meant = self._meant.get(heard)
                    if meant is None:
                        meant = self._remembered(heard)
                    for word, likeness, evidence in meant:
                        yield word, at, last, likeness, evidence

    def _remembered(self, heard: tuple[str, ...]) -> _Meant:
        if len(self._meant) >= _CACHED:
            self._meant.clear()
        meant = self._meant[heard] = self._worked_out(heard)
        return meant

    def _worked_out(self, heard: tuple[str, ...]) -> _Meant:
        """Words that sound like these tokens: each with its likeness and what speaks for it."""
        sounds = self._sounds
        assert sounds is not None
        best: dict[str, tuple[float, float]] = {}
        said = " ".join(heard)
        if said in self._words:  # one word of the phrases is not another of them misheard
            return ()
        odd = sounds.oddness(heard)
        for fine, coarse in sounds.sounds(heard):
            for word, sound in self._near[coarse]:
                longest, shortest = max(len(fine), len(sound)), min(len(fine), len(sound))
                most = int((1 - sounds.near_enough(shortest)) * longest)
                edits = Levenshtein.distance(fine, sound, score_cutoff=most)
                if edits > most or sounds.same_word(said, word):
                    continue
                likeness = 1 - edits / longest
                evidence = min(odd, sounds.by_chance(shortest, likeness))
                if evidence >= _WORTH and (word not in best or evidence > best[word][1]):
                    best[word] = likeness, evidence
        ranked = sorted(best.items(), key=lambda item: (-item[1][1], item[0]))
        return tuple((word, near, speaks) for word, (near, speaks) in ranked[:_MOST_MEANT])

    def _candidates(self, exact: list[tuple[str, int, int]], alike: list[_Alike]) -> list[int]:
        """Phrases whose every clause may have been heard, at least one of them by sound alone."""
        by_words = self._served({word for word, _, _ in exact}, self._filled)
        by_sounds = self._served({word for word, *_ in alike}, by_words)
        possible = _in_all(by_sounds) & ~_in_all(by_words)
        found: list[int] = []
        while possible:
            lowest = possible & -possible
            found.append(lowest.bit_length() - 1)
            possible ^= lowest
        return found

    def _served(self, words: Iterable[str], planes: Iterable[int]) -> list[int]:
        served = list(planes)
        for word in words:
            for plane, bits in self._words[word]:
                served[plane] |= bits
        return served

    # ---- weighing ------------------------------------------------------------------------------

    def _weighed(
        self,
        folded: Folded,
        candidates: list[int],
        at: _Places,
        known: frozenset[str],
    ) -> tuple[SoundMatch, ...]:
        best: dict[str, SoundMatch] = {}
        tokens = frozenset(folded.tokens)
        for candidate in candidates:
            number, outline, told = self._outlines[candidate]
            label = self._phrases.phrases[number].label
            least = best[label].evidence if label in best else self._least
            left = _most_left(outline, tokens)
            if label in known or told + left < least:
                continue
            chain, evidence = _chained(outline, at, least - left)
            if not chain or evidence + left < least:
                continue
            found = self._verified(folded, number, outline, chain, evidence)
            if found is not None and found.evidence >= least:
                best[label] = found
        return tuple(best[label] for label in sorted(best))

    def _verified(
        self,
        folded: Folded,
        number: int,
        outline: Outline,
        chain: tuple[_Place, ...],
        evidence: float,
    ) -> SoundMatch | None:
        """The match, if the phrase stands in the reading in which the repairs are made."""
        repairs = [place for place in chain if place.meant is not None]
        reading = folded
        for place in reversed(repairs):
            assert place.meant is not None
            reading = reworded(reading, place.first, place.last, tuple(place.meant.split(" ")))
        positions = reading.positions
        index = self._phrases.index
        present = index.present(positions.pieces, positions.words)
        sweep = Sweep(positions.pieces, positions.masks, index, present)
        strict = sweep.starts(outline.strict, sweep.everywhere)
        starts = strict or sweep.starts(outline.loose, sweep.everywhere)
        if not starts:
            return None
        steps = outline.strict if strict else outline.loose
        piece, last_piece = next(iter(sweep.stretches(steps, starts)))
        first, last = reading.token_of(piece), reading.token_of(last_piece)
        evidence -= outline.cost
        if strict:
            evidence += sum(small.telling for small in outline.smalls)
        else:
            around = set(reading.tokens[max(first - 2, 0) : last + 3])
            for small in outline.smalls:
                evidence += small.telling if around & small.words else -_LOST
            evidence -= _LOOSE
        phrase = self._phrases.phrases[number]
        places = reading.starts[first], reading.ends[last]
        return SoundMatch(
            Match(phrase.label, number, first, last, *places),
            reading,
            min(place.likeness for place in repairs) if repairs else 1.0,
            evidence,
            evidence >= self._enough,
            tuple(
                Repair(folded.starts[place.first], folded.ends[place.last], place.meant or "")
                for place in repairs
            ),
        )


def _is_told(label: str) -> bool:
    """Whether a label is of something to tell, not of a part of it."""
    return label[:1].isalpha() or label[:1] == _ELEMENT


def _chained(outline: Outline, at: _Places, least: float) -> _Chain:
    """The places of the clauses, one after the other, for which most speaks.

    None where that cannot come to `least`.
    """
    chains: list[_Chain] = []
    to_come = sum(clause.telling for clause in outline.clauses)
    for number, clause in enumerate(outline.clauses):
        longer: dict[int, _Chain] = {}
        to_come -= clause.telling
        wanted = least - to_come
        for word in clause.words & at.words:
            for place in at[word]:
                told = min(place.evidence - clause.crowd, clause.telling)
                if number == 0:
                    if told >= wanted and (
                        place.last not in longer or told > longer[place.last][1]
                    ):
                        longer[place.last] = ((place,), told)
                    continue
                for chain, evidence in chains:
                    total = evidence + told
                    if total < wanted:
                        continue
                    between = place.first - chain[-1].last - 1
                    if 0 <= between <= clause.reach and (
                        place.last not in longer or total > longer[place.last][1]
                    ):
                        longer[place.last] = ((*chain, place), total)
        if not longer:
            return (), 0.0
        chains = [*longer.values()]
    return max(chains, key=_by_evidence)


def _most_left(outline: Outline, tokens: frozenset[str]) -> float:
    """The most that speaks for a phrase beside its clauses, among these tokens."""
    most = -outline.cost
    for small in outline.smalls:
        if small.words.isdisjoint(tokens):
            there = (not one.words.isdisjoint(tokens) for one in outline.smalls)
            told = zip(outline.smalls, there, strict=True)
            return most - _LOOSE + sum(one.telling if heard else -_LOST for one, heard in told)
    return most + sum(small.telling for small in outline.smalls)


def _in_all(planes: Iterable[int]) -> int:
    common = -1
    for plane in planes:
        common &= plane
    return common


def _by_evidence(chain: _Chain) -> float:
    return chain[1]


def _most_telling(clause: Clause) -> float:
    return -clause.telling
