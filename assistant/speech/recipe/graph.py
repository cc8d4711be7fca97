"""From pronunciations to `HCLr.fst`: phones, the word list and one lexical tree.

Owns the numbers of phones, transition ids and words, and the transducer from transition ids to
words.  No language model is in it: Vosk composes it with a grammar while it decodes.

The tree begins after a silence that may be there or not.  A word's label stands on the first arc
that no other word shares, so that the grammar is asked early; words that sound alike take an arc of
their own without sound.  Words are numbered as the tree meets them, so that the words below any arc
are few intervals.  What follows a label is shared between words that end alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from assistant.speech.recipe.const_fst import Arc, Fst, State
from assistant.speech.recipe.lookahead_fst import LookaheadFst, with_lookahead

SILENCE, NOISE = "SIL", "SPN"
POSITIONS = ("B", "E", "I", "S")
KINDS = {"B": "begin", "E": "end", "I": "internal", "S": "singleton"}
UNKNOWN = "[unk]"
EPSILON, BACKOFF, SENTENCE, SENTENCE_END = "<eps>", "#0", "<s>", "</s>"

STEP_COST = math.log(2.0)  # each of a phone's two transitions
WITH_SILENCE, WITHOUT_SILENCE = -math.log(0.3), -math.log(0.7)
# An unknown word costs this much in every grammar, and lasts at least so many frames of 30 ms: two
# guards against hearing it in everything.
UNKNOWN_COST = 1.5
UNKNOWN_FRAMES = 5

Phones = tuple[str, ...]
Pronunciations = Mapping[str, Mapping[Phones, float]]  # word → phones → share, 0 to 1


@dataclass(frozen=True, slots=True)
class PhoneTable:
    """Numbers of phones: silence is 1, then four positions of each phone, the noise phone last.

    The positions of a phone share one pdf; `pdf` 0 is silence, the last one is noise.
    """

    phones: tuple[str, ...]

    def names(self) -> list[str]:
        """Phone names by number, from 1."""
        positioned = [f"{phone}_{place}" for phone in self.phones for place in POSITIONS]
        return [SILENCE, *positioned, NOISE]

    def number(self, phone: str, place: str) -> int:
        """The number of a phone at a place in its word."""
        return 2 + 4 * self.phones.index(phone) + POSITIONS.index(place)

    @property
    def noise(self) -> int:
        """The number of the noise phone."""
        return 2 + 4 * len(self.phones)

    @property
    def pdfs(self) -> tuple[int, ...]:
        """The pdf of each phone number, from 1."""
        return (0, *(1 + at for at in range(len(self.phones)) for _ in POSITIONS), self.pdf_noise)

    @property
    def pdf_noise(self) -> int:
        """The pdf of the noise phone; one less than the number of pdfs."""
        return 1 + len(self.phones)

    def boundaries(self) -> list[tuple[int, str]]:
        """`word_boundary.int`: where in a word each phone number stands."""
        kinds = [KINDS[place] for _ in self.phones for place in POSITIONS]
        return list(enumerate(["nonword", *kinds, "singleton"], start=1))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The decoding lexicon: words in the order of their numbers, and the transducer."""

    words: tuple[str, ...]
    transducer: LookaheadFst

    def numbers(self) -> dict[str, int]:
        """Number of each word, `[unk]` is 1."""
        return {word: number for number, word in enumerate(self.table()) if number}

    def table(self) -> list[str]:
        """`words.txt`: every symbol by its number."""
        return [EPSILON, UNKNOWN, *self.words, BACKOFF, SENTENCE, SENTENCE_END]


def build(
    pronunciations: Pronunciations, phones: PhoneTable, unknown_cost: float = UNKNOWN_COST
) -> Lexicon:
    """The tree of all words.

    Args:
        pronunciations: for each word its phone strings with their shares; the likeliest costs
            nothing, so that a word with many is not punished.
        phones: the phones that they use.
        unknown_cost: of `[unk]`, once for each.
    """
    root = _Node()
    for word in sorted(pronunciations):
        best = max(pronunciations[word].values())
        for string, share in sorted(pronunciations[word].items()):
            root.add(_positioned(string, phones), word, -math.log(share / best))
    words: list[str] = []
    root.settle(words)
    numbers = {word: number for number, word in enumerate(words, start=2)}
    writer = _Writer()
    start, loop = writer.state(), writer.state()
    silence = writer.state()
    for state in (start, silence):
        writer.add(state, Arc(0, 0, WITHOUT_SILENCE if state == start else 0.0, loop))
    writer.add(start, Arc(_enter(1), 0, WITH_SILENCE + STEP_COST, silence))
    writer.add(silence, Arc(_stay(1), 0, STEP_COST, silence))
    after = (Arc(0, 0, WITHOUT_SILENCE, loop), Arc(_enter(1), 0, WITH_SILENCE + STEP_COST, silence))
    for arc in root.arcs(writer, numbers, after):
        writer.add(loop, arc)
    writer.add(loop, _unknown(writer, phones, after, unknown_cost))
    states = [State(tuple(arcs)) for arcs in writer.states]
    states[loop] = State(states[loop].arcs, 0.0)
    fst = Fst(start, tuple(states))
    return Lexicon(tuple(words), with_lookahead(fst, final_label=len(words) + 2))


def _positioned(string: Phones, phones: PhoneTable) -> tuple[int, ...]:
    places = ["S"] if len(string) == 1 else ["B", *["I"] * (len(string) - 2), "E"]
    return tuple(phones.number(phone, at) for phone, at in zip(string, places, strict=True))


def _enter(phone: int) -> int:
    """The transition id that enters a phone; the arc's state then carries `_stay`."""
    return 2 * phone


def _stay(phone: int) -> int:
    return 2 * phone - 1


def _unknown(writer: _Writer, phones: PhoneTable, after: Sequence[Arc], cost: float) -> Arc:
    """The unknown word: the noise phone for at least `UNKNOWN_FRAMES` frames."""
    chain = [writer.state() for _ in range(UNKNOWN_FRAMES)]
    stay = _stay(phones.noise)
    for here, beyond in pairwise(chain):
        writer.add(here, Arc(stay, 0, STEP_COST, beyond))
    writer.add(chain[-1], Arc(stay, 0, STEP_COST, chain[-1]))
    for arc in after:
        writer.add(chain[-1], arc)
    return Arc(_enter(phones.noise), 1, cost + STEP_COST, chain[0])


@dataclass(slots=True)
class _Node:
    """A place in the tree; `words` end here, with their costs."""

    children: dict[int, _Node] = field(default_factory=dict)
    words: dict[str, float] = field(default_factory=dict)
    below: set[str] = field(default_factory=set)

    def add(self, string: Iterable[int], word: str, cost: float) -> None:
        node = self
        node.below.add(word)
        for phone in string:
            node = node.children.setdefault(phone, _Node())
            node.below.add(word)
        node.words[word] = min(cost, node.words.get(word, cost))

    def settle(self, words: list[str], known: set[str] | None = None) -> None:
        """Collect the words in the order in which the tree meets them."""
        known = set() if known is None else known
        for word in sorted(self.words):
            if word not in known:
                known.add(word)
                words.append(word)
        for phone in sorted(self.children):
            self.children[phone].settle(words, known)

    def arcs(
        self,
        writer: _Writer,
        numbers: Mapping[str, int],
        after: Sequence[Arc],
        above: int = 0,
        paid: float = 0.0,
    ) -> list[Arc]:
        """The arcs out of this node.

        `above` is the label already given, or 0, and `paid` is what of its word's cost was charged
        with it: the cheapest string's; a dearer one pays the rest where it ends.
        """
        result = []
        for phone in sorted(self.children):
            child = self.children[phone]
            label, cost = 0, 0.0
            if not above and len(child.below) == 1:
                label = numbers[next(iter(child.below))]
                cost = min(child.costs())
            given, charged = above or label, paid + cost
            onward = child.arcs(writer, numbers, after, given, charged)
            for word, word_cost in sorted(child.words.items()):
                if given:
                    rest = word_cost - charged
                    onward += [replace(arc, weight=arc.weight + rest) for arc in after]
                else:
                    leaf = writer.shared(tuple(after), None)
                    onward.append(Arc(0, numbers[word], word_cost, leaf))
            state = writer.shared(tuple(onward), Arc(_stay(phone), 0, STEP_COST, -1))
            result.append(Arc(_enter(phone), label, cost + STEP_COST, state))
        return result

    def costs(self) -> list[float]:
        found = list(self.words.values())
        for child in self.children.values():
            found += child.costs()
        return found


@dataclass(slots=True)
class _Writer:
    """States as they are made; equal ones are made once."""

    states: list[list[Arc]] = field(default_factory=list)
    known: dict[tuple[tuple[Arc, ...], Arc | None], int] = field(default_factory=dict)

    def state(self) -> int:
        self.states.append([])
        return len(self.states) - 1

    def add(self, state: int, arc: Arc) -> None:
        self.states[state].append(arc)

    def shared(self, arcs: tuple[Arc, ...], loop: Arc | None) -> int:
        """The state with these arcs and, where given, this self-loop; `loop` leads nowhere yet."""
        key = (arcs, loop)
        if key not in self.known:
            state = self.state()
            if loop is not None:
                self.add(state, Arc(loop.ilabel, loop.olabel, loop.weight, state))
            for arc in arcs:
                self.add(state, arc)
            self.known[key] = state
        return self.known[key]
