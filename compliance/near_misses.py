"""Finds phrases that almost matched: all of a phrase was said but for one word or concept.

Owns that search, for whoever explains why a sentence is not flagged.  It reads phrases as written,
tree by tree, so that it can say what was missing; the search proper (`phrases`) cannot and need
not.  It is far slower, and decides nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from compliance.documents import Schema, load_document
from compliance.grammar import Bar, Choice, Gap, Item, PhraseError, Sequence, Slot, Word, parse
from compliance.hearing import PART
from compliance.phrase_programs import NUMBER_REACH
from compliance.phrase_search import NUMBER_WORDS
from compliance.phrases import PACKS, Phrase, concept_files
from compliance.text import SENTENCE, Folded
from compliance.tongues import beneath, phrase_fold
from compliance.word_rates import WordRates, word_rates

ENOUGH = 0.6  # the share of a phrase, by how much its words tell, that must have been said
GAPS = {"en": 4, "zh": 6}  # tokens that a gap without a width reaches over
_PER = 10_000  # what rates are counted in
_TELLING = 6.0  # what was said must tell at least as much as a word said 25 times in 10,000


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A phrase of which one part was not said.

    `first` and `last` are the tokens of what was said of it; `missing` is the part as written;
    `closeness` is the share of the phrase that was said, weighed by how rare its words are.
    """

    phrase: Phrase
    first: int
    last: int
    missing: str
    closeness: float


class NearMisses:
    """Looks for phrases of one language that almost matched.

    Args:
        language: the base language (`en`, `zh`).
        folder: that of the packs, for their concepts.
    """

    def __init__(self, language: str, folder: Path = PACKS) -> None:
        self._language = language
        self._rates = word_rates(language)
        self._concepts = concept_trees(language, folder)

    def search(self, phrases: Iterable[Phrase], folded: Folded) -> tuple[NearMiss, ...]:
        """Those of the phrases that almost matched, closest first, one for each label.

        Phrases of a single part are never nearly said.
        """
        text = _Text(folded, self._language, self._concepts)
        best: dict[str, NearMiss] = {}
        for phrase in phrases:
            if phrase.label.startswith(PART):
                continue
            found = self._nearest(phrase, text)
            known = best.get(phrase.label)
            if found is not None and (known is None or found.closeness > known.closeness):
                best[phrase.label] = found
        return tuple(sorted(best.values(), key=lambda miss: (-miss.closeness, miss.phrase.label)))

    def _nearest(self, phrase: Phrase, text: _Text) -> NearMiss | None:
        try:
            items = _parts(parse(phrase.text, phrase_fold(self._language)), self._language)
        except PhraseError:
            return None
        needed = [at for at, item in enumerate(items) if _needed(item)]
        if len(needed) < 2:
            return None
        absent: list[int] = []
        for at in needed:
            if not text.holds(items[at]):
                absent.append(at)
                if len(absent) > 1:
                    return None
        best: NearMiss | None = None
        weights = {at: self._tells(items[at]) for at in needed}
        total = sum(weights.values())
        for at in absent or needed:
            said = total - weights[at]
            closeness = said / total
            if closeness < ENOUGH or said < _TELLING or (best and closeness <= best.closeness):
                continue
            stretch = text.without(items, at)
            if stretch is not None:
                missing = _written(items[at], "" if beneath(self._language) == "zh" else " ")
                best = NearMiss(phrase, *stretch, missing, round(closeness, 2))
        return best

    def _tells(self, part: _Part) -> float:
        """How much hearing a part tells: the rarer, the more; of alternatives the commonest."""
        return _tells(part, self._rates, self._concepts, frozenset())


class _ConceptFile(Schema):
    """`concepts/<language>.yaml`."""

    concepts: dict[str, tuple[str, ...]]


def concept_trees(language: str, folder: Path) -> Mapping[str, tuple[Sequence, ...]]:
    """The concepts of a base language as trees, by name; those that break the grammar left out.

    Raises:
        BadInput: the file is missing or has faults.
    """
    found: dict[str, tuple[Sequence, ...]] = {}
    for path in concept_files(language, folder):
        document = load_document(path, _ConceptFile)
        for name, texts in document.value.concepts.items():
            trees = []
            for text in texts:
                try:
                    trees.append(parse(text, phrase_fold(language)))
                except PhraseError:
                    continue  # the loader of the packs tells of it
            found[name] = found.get(name, ()) + tuple(trees)
    return found


@dataclass(frozen=True, slots=True)
class _Run:
    """Words that stand together and are missed together: Han characters of one text."""

    words: tuple[Word, ...]


_Part = Item | _Run


def _parts(tree: Sequence, language: str) -> list[_Part]:
    """The items of a phrase; in Mandarin, characters that stand together are one."""
    if beneath(language) != "zh":
        return [*tree.items]
    parts: list[_Part] = []
    for item in tree.items:
        if isinstance(item, Word) and not item.prefix:
            before = parts[-1] if parts else None
            if isinstance(before, _Run):
                parts[-1] = _Run((*before.words, item))
            else:
                parts.append(_Run((item,)))
        else:
            parts.append(item)
    return parts


def _needed(part: _Part) -> bool:
    return not (isinstance(part, Gap | Bar) or (isinstance(part, Choice) and part.optional))


def _written(part: _Part, space: str) -> str:
    """A part as a pack writes it; `space` stands between words."""
    match part:
        case Word(token, prefix):
            return f"{token}*" if prefix else token
        case _Run(words):
            return space.join(word.token for word in words)
        case Slot(name):
            return f"{{{name}}}"
        case Gap(width):
            return "..." if width is None else f"..{width}.."
        case Bar(barred):
            return f"!{_written(barred, space)}"
        case Choice(options, optional):
            said = (space.join(_written(item, space) for item in o.items) for o in options)
            inside = "|".join(said)
            return f"[{inside}]" if optional else f"({inside})"


def _tells(
    part: _Part,
    rates: WordRates,
    concepts: Mapping[str, tuple[Sequence, ...]],
    within: frozenset[str],
) -> float:
    def tells(inner: _Part, inside: frozenset[str] = within) -> float:
        return _tells(inner, rates, concepts, inside)

    match part:
        case Word(token, prefix):
            rate = rates.of(f"{token}*" if prefix else token)
            return math.log(_PER / min(max(rate, 0.5), _PER / 2))
        case _Run(words):
            return sum(map(tells, words))
        case Slot(name):
            options = concepts.get(name, ())
            if name in within or not options:
                return math.log(_PER / 100)
            inside = within | {name}
            return min(sum(tells(item, inside) for item in option.items) for option in options)
        case Choice(options, False):
            return min(sum(map(tells, option.items)) for option in options)
        case _:
            return 0.0


class _Text:
    """A folded text that parts of phrases are looked for in, each place by itself."""

    def __init__(
        self, folded: Folded, language: str, concepts: Mapping[str, tuple[Sequence, ...]]
    ) -> None:
        self._tokens = folded.tokens
        self._breaks = folded.breaks
        self._gap = GAPS.get(beneath(language), 4)
        self._concepts = concepts
        self._words = frozenset(folded.tokens)
        self._known: dict[tuple[str, int], frozenset[int]] = {}
        self._present: dict[str, bool] = {}

    def holds(self, part: _Part) -> bool:
        """Whether a part was said anywhere."""
        if isinstance(part, Word) and not part.prefix:
            return part.token in self._words
        if isinstance(part, Slot) and part.name in self._present:
            return self._present[part.name]
        found = any(self._ends(part, at) for at in range(len(self._tokens)))
        if isinstance(part, Slot):
            self._present[part.name] = found
        return found

    def without(self, parts: list[_Part], missing: int) -> tuple[int, int] | None:
        """The first stretch where all parts but one were said, in order, in one sentence.

        In the place of what is missing may stand nothing, or one other word.
        """
        for begin in range(len(self._tokens)):
            places = {begin}
            for at, part in enumerate(parts):
                if at == missing:
                    places |= {place + 1 for place in places if place > begin}
                else:
                    places = {end for place in places for end in self._after(part, place)}
            ends = [end for end in places if begin < end <= len(self._tokens)]
            if ends:
                return begin, min(ends) - 1
        return None

    def _after(self, part: _Part, at: int) -> Iterable[int]:
        if isinstance(part, Gap):
            width = self._gap if part.width is None else part.width
            return self._skipped(at, width)
        if isinstance(part, Bar):
            return () if self._ends(part.barred, at) else (at,)
        ends = self._ends(part, at)
        return {at, *ends} if isinstance(part, Choice) and part.optional else ends

    def _skipped(self, at: int, width: int) -> Iterator[int]:
        for place in range(at, min(at + width, len(self._tokens)) + 1):
            if place > at and self._breaks[place - 1] == SENTENCE:
                return
            yield place

    def _ends(self, part: _Part, at: int) -> frozenset[int]:
        """Where a part that begins at a token ends."""
        if at >= len(self._tokens):
            return frozenset()
        match part:
            case Word(token, prefix):
                here = self._tokens[at]
                fits = here.startswith(token) if prefix else here == token
                return frozenset((at + 1,)) if fits else frozenset()
            case _Run(words):
                return self._sequence(words, at)
            case Slot("number"):
                return frozenset(self._numbers(at))
            case Slot(name):
                return self._concept(name, at)
            case Choice(options):
                return self._any(options, at)
            case _:
                return frozenset()

    def _concept(self, name: str, at: int) -> frozenset[int]:
        known = self._known.get((name, at))
        if known is None:
            self._known[name, at] = frozenset()  # a circle has no end
            known = self._known[name, at] = self._any(self._concepts.get(name, ()), at)
        return known

    def _any(self, options: Iterable[Sequence], at: int) -> frozenset[int]:
        here = self._tokens[at]
        ends: set[int] = set()
        for option in options:
            first = option.items[0]
            if isinstance(first, Word) and not first.prefix and first.token != here:
                continue
            ends |= self._sequence(option.items, at)
        return frozenset(ends)

    def _sequence(self, items: Iterable[Item], at: int) -> frozenset[int]:
        places = frozenset((at,))
        for item in items:
            places = frozenset(end for place in places for end in self._after(item, place))
            if not places:
                break
        return places

    def _numbers(self, at: int) -> Iterator[int]:
        for end in range(at, min(at + NUMBER_REACH, len(self._tokens))):
            token = self._tokens[end]
            if not (token[0].isdigit() or token in NUMBER_WORDS):
                return
            yield end + 1
