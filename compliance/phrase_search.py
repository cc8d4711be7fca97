"""Runs many phrases' programs over what was said.

Owns the search.  The words present pick the few programs whose needs are all met; each of those is
run once over the whole line, all places at a time: where it may stand is a number with a bit for
each token, and a step is a shift and an *and*.  So a program costs its length, whatever the words,
and cannot run away.  Only where something matched is its exact stretch looked for.

It knows no rule and no file; a program's form is in `phrase_programs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from compliance.phrase_programs import GAP, MAYBE, NUMBER, NUMBER_REACH, Steps, Tables
from compliance.text import SENTENCE_MARK

NUMBER_WORDS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"  # noqa: SIM905 - a list of words reads best as a sentence
    " sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
    " hundred thousand million"
    " 〇 零 一 二 三 四 五 六 七 八 九 十 百 千 万 亿 两 几 半 廿".split()
)
_ANY_NUMBER = "#"  # stands for every number among last words
_REMEMBERED = 20_000  # words whose beginnings are looked up once


class Alternatives:
    """An atom at work: its single tokens, and its programs by the keys that wake them."""

    __slots__ = ("always", "beginnings", "keyed", "keys", "one", "plain")

    def __init__(
        self,
        one: Iterable[str],
        beginnings: Iterable[str],
        more: Iterable[tuple[Iterable[str], Steps]],
    ) -> None:
        self.one = frozenset(one)
        self.beginnings = frozenset(f"{beginning}*" for beginning in beginnings)
        self.keyed: dict[str, list[Steps]] = {}
        self.always: list[Steps] = []
        for keys, steps in more:
            for key in keys:
                self.keyed.setdefault(key, []).append(steps)
            if not keys:
                self.always.append(steps)
        self.keys = frozenset(self.keyed)
        self.plain = not (self.keyed or self.always or self.beginnings)


class Program:
    """One phrase's steps with the needs that must all be met; lengths in tokens."""

    __slots__ = ("beyond", "last_words", "longest", "needs", "number", "steps")

    def __init__(
        self, number: int, steps: Steps, needs: Iterable[str | int], longest: int, beyond: int
    ) -> None:
        self.number = number
        self.steps = steps
        self.needs = frozenset(needs)
        self.longest = longest
        self.beyond = beyond
        self.last_words: frozenset[str] | None = None  # found out when first followed


class _Beginnings(dict[str, tuple[str, ...]]):
    """The beginnings (`call*`) that a token has, of those that anything asks for."""

    def __init__(self, known: Iterable[str]) -> None:
        super().__init__()
        self._known = frozenset(known)
        self._lengths = sorted({len(beginning) - 1 for beginning in self._known})

    def __missing__(self, token: str) -> tuple[str, ...]:
        if len(self) >= _REMEMBERED:
            self.clear()
        begun = (f"{token[:length]}*" for length in self._lengths if length <= len(token))
        found = self[token] = tuple(start for start in begun if start in self._known)
        return found


class Index:
    """Programs of one phrase set, findable by their rarest need.  Immutable but for a memory."""

    __slots__ = ("_atoms", "_beginnings", "_bringing", "_brings", "_buckets", "_keys", "_rows")

    def __init__(self, tables: Tables) -> None:
        self._rows = tables["atoms"]
        self._atoms: dict[int, Alternatives] = {}  # a call meets few of them
        self._buckets: dict[str | int, list[Program]] = {}
        both = zip(tables["programs"], tables["found_by"], strict=True)
        for number, (row, keys) in enumerate(both):
            program = Program(number, *row)
            for key in keys:
                self._buckets.setdefault(key, []).append(program)
        self._keys = frozenset(self._buckets)
        self._brings: dict[str | int, list[int]] = {}
        for atom, words in tables["tracked"]:
            for word in words:
                self._brings.setdefault(word, []).append(atom)
        self._bringing = frozenset(self._brings)
        self._beginnings = _Beginnings(tables["beginnings"])

    def atom(self, number: int) -> Alternatives:
        """An atom by its number."""
        atom = self._atoms.get(number)
        if atom is None:
            atom = self._atoms[number] = Alternatives(*self._rows[number])
        return atom

    def found_by(self, keys: set[str | int]) -> Iterator[Program]:
        """The programs that are looked up by one of the keys; some may come twice."""
        for key in self._keys & keys:
            yield from self._buckets[key]

    def present(self, pieces: Iterable[str], words: Iterable[str]) -> set[str | int]:
        """What tokens and pairs of tokens bring: themselves, beginnings, and tracked atoms."""
        present: set[str | int] = {*words}
        present.update(chain.from_iterable(map(self._beginnings.__getitem__, pieces)))
        for key in self._bringing & present:
            present.update(self._brings[key])
        return present

    def awake(self, present: set[str | int]) -> set[Program]:
        """The programs whose needs are all present."""
        buckets = self._buckets
        return {
            program
            for key in self._keys & present
            for program in buckets[key]
            if program.needs <= present
        }

    def endings(self, pieces: Sequence[str], words: Iterable[str]) -> set[str]:
        """What of tokens and pairs of tokens may end a program, in the form of `last_words`."""
        endings = {*words}
        if any(map(_is_number, pieces)):
            endings.add(_ANY_NUMBER)
        endings.update(chain.from_iterable(map(self._beginnings.__getitem__, pieces)))
        return endings

    def last_words(self, program: Program) -> frozenset[str]:
        """The words, or pairs of words, of which one ends every match; empty where any may."""
        if program.last_words is None:
            words: set[str] = set()
            known = not program.beyond and self._gather_last(program.steps, words)
            program.last_words = frozenset(words) if known else frozenset()
        return program.last_words

    def _gather_last(self, steps: Steps, words: set[str]) -> bool:
        """Add the last words of steps; whether there is one at all."""
        for index in range(len(steps) - 1, -1, -1):
            step = steps[index]
            if isinstance(step, str):
                before = steps[index - 1] if index else None
                words.add(f"{before} {step}" if isinstance(before, str) else step)
                return True
            if isinstance(step, int):
                return self._gather_alternatives(step, words)
            kind, number = step
            if kind != MAYBE or not self._gather_alternatives(number, words):
                return False
        return False

    def _gather_alternatives(self, number: int, words: set[str]) -> bool:
        if number == NUMBER:
            words.add(_ANY_NUMBER)
            return True
        atom = self.atom(number)
        words |= atom.one | atom.beginnings
        inner = (*atom.always, *chain.from_iterable(atom.keyed.values()))
        return all(self._gather_last(steps, words) for steps in inner)


class Sweep:
    """One line of speech under one index: what stands where, as bits (bit i is piece i)."""

    __slots__ = ("_atoms", "_index", "_marks", "_masks", "_present", "everywhere", "pieces")

    def __init__(
        self,
        pieces: Sequence[str],
        masks: Mapping[str, int],
        index: Index,
        present: set[str | int],
    ) -> None:
        self.pieces = pieces
        self.everywhere = (2 << len(pieces)) - 1
        self._masks = masks
        self._marks = masks.get(SENTENCE_MARK, 0)
        self._index = index
        self._present = present
        self._atoms: dict[int, tuple[int, list[Steps] | None]] = {}

    def starts(self, steps: Steps, ends: int) -> int:
        """Where the steps may begin so that they end at one of `ends`; a bit for each boundary."""
        masks, atoms = self._masks, self._atoms
        for step in reversed(steps):
            if isinstance(step, str):
                ends = (ends >> 1) & masks.get(step, 0)
            elif isinstance(step, int):
                mask, more = atoms.get(step) or self._resolved(step)
                ends = (ends >> 1) & mask if more is None else self._atom_starts(step, ends)
            else:
                kind, value = step
                if kind == GAP:
                    ends = self._widened(ends, value)
                elif kind == MAYBE:
                    ends |= self._atom_starts(value, ends)
                else:
                    ends &= ~self._atom_starts(value, self.everywhere)
            if not ends:
                return 0
        return ends

    def stretches(self, steps: Steps, starts: int) -> Iterator[tuple[int, int]]:
        """First and last piece of each match that begins at one of `starts`, none overlapping.

        Gaps are as short and alternatives as long as they can be.
        """
        dead: set[tuple[int, int]] = set()
        while starts:
            first = (starts & -starts).bit_length() - 1
            beyond = self._end(steps, 0, first, dead)
            assert beyond is not None
            yield first, beyond - 1
            starts = starts >> beyond << beyond

    def _atom_starts(self, number: int, ends: int) -> int:
        mask, more = self._atoms.get(number) or self._resolved(number)
        starts = (ends >> 1) & mask
        if more is None:
            return starts
        if number == NUMBER:
            ends = starts
            for _ in range(NUMBER_REACH - 1):
                ends = (ends >> 1) & mask
                starts |= ends
            return starts
        for steps in more:
            starts |= self.starts(steps, ends)
        return starts

    def _resolved(self, number: int) -> tuple[int, list[Steps] | None]:
        """Where the atom's single tokens stand, and those of its programs that may match here."""
        atom, masks, present = self._index.atom(number), self._masks, self._present
        mask = 0
        more: list[Steps] | None = None
        if number == NUMBER:
            more = []
            for word, places in masks.items():
                if _is_number(word):
                    mask |= places
        else:
            for word in atom.one & present:
                mask |= masks.get(word, 0)
            if not atom.plain:
                for beginning in atom.beginnings & present:
                    mask |= self._begun(beginning)
                keys = atom.keys & present
                if keys or atom.always:
                    # A program that several keys wake is run as often: rare, and harmless.
                    more = [*atom.always, *chain.from_iterable(map(atom.keyed.__getitem__, keys))]
        found = self._atoms[number] = (mask, more)
        return found

    def _begun(self, beginning: str) -> int:
        mask = 0
        for word, places in self._masks.items():
            if word.startswith(beginning[:-1]):
                mask |= places
        return mask

    def _widened(self, ends: int, width: int) -> int:
        """Boundaries from which up to `width` words may be skipped to one of `ends`."""
        if self._marks:
            for _ in range(width):
                ends |= (ends >> 1) & ~self._marks
            return ends
        step = 1
        while width > step:
            ends |= ends >> step
            width -= step
            step *= 2
        return ends | ends >> width

    # ---- the exact stretch of a match ----------------------------------------------------------

    def _end(self, steps: Steps, index: int, at: int, dead: set[tuple[int, int]]) -> int | None:
        """The boundary where steps from `index` on end, begun at `at`; `dead` is what failed."""
        if index == len(steps):
            return at
        if (index, at) in dead:
            return None
        for next_ in self._after(steps[index], at):
            end = self._end(steps, index + 1, next_, dead)
            if end is not None:
                return end
        dead.add((index, at))
        return None

    def _after(self, step: str | int | Sequence[int], at: int) -> Iterable[int]:
        """The boundaries at which one step may end, begun at `at`, best first."""
        if isinstance(step, str):
            return (at + 1,) if at < len(self.pieces) and self.pieces[at] == step else ()
        if isinstance(step, int):
            return sorted(self._atom_ends(step, at), reverse=True)
        kind, value = step
        if kind == GAP:
            beyond = at
            within = len(self.pieces)
            while beyond - at < value and beyond < within and not self._marks >> beyond & 1:
                beyond += 1
            return range(at, beyond + 1)
        ends = self._atom_ends(value, at)
        if kind == MAYBE:
            return (*sorted(ends, reverse=True), at)
        return () if ends else (at,)

    def _atom_ends(self, number: int, at: int) -> set[int]:
        mask, more = self._atoms.get(number) or self._resolved(number)
        ends: set[int] = set()
        if number == NUMBER:
            while len(ends) < NUMBER_REACH and mask >> (at + len(ends)) & 1:
                ends.add(at + len(ends) + 1)
            return ends
        if mask >> at & 1:
            ends.add(at + 1)
        for steps in more or ():
            reached = {at}
            for step in steps:
                reached = {end for begun in reached for end in self._after(step, begun)}
            ends |= reached
        return ends


def _is_number(word: str) -> bool:
    return word in NUMBER_WORDS or (word[0].isascii() and word[0].isdigit())
