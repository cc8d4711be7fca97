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
from typing import NamedTuple

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
    """An atom at work: what it may be, by the keys that wake it.

    `one` are single tokens, `runs` tokens that stand together, `keyed` programs; `always` programs
    that need no key.
    """

    __slots__ = ("always", "beginnings", "keyed", "keys", "one", "runs")

    def __init__(
        self,
        one: Iterable[str],
        beginnings: Iterable[str],
        more: Iterable[tuple[Iterable[str], Steps]],
    ) -> None:
        self.one = frozenset(one)
        self.beginnings = frozenset(f"{beginning}*" for beginning in beginnings)
        self.runs: dict[str, list[Sequence[str]]] = {}
        self.keyed: dict[str, list[Steps]] = {}
        self.always: list[Steps] = []
        for keys, steps in more:
            run = [step for step in steps if isinstance(step, str)]
            for key in keys:
                if len(run) == len(steps):
                    self.runs.setdefault(key, []).append(run)
                else:
                    self.keyed.setdefault(key, []).append(steps)
            if not keys:
                self.always.append(steps)
        self.keys = self.one | self.beginnings | self.runs.keys() | self.keyed.keys()


class Program:
    """One phrase's steps and what must all be present for it to match; lengths in tokens."""

    __slots__ = (
        "beyond", "choices", "last_words", "longest", "needs", "needs_of", "number", "steps",
    )  # fmt: skip

    def __init__(
        self,
        number: int,
        steps: Steps,
        needs: Iterable[str | int],
        choices: Sequence[int],
        longest: int,
        beyond: int,
    ) -> None:
        self.number = number
        self.steps = steps
        self.needs = frozenset(needs)
        self.needs_of = choices  # atoms
        self.longest = longest
        self.beyond = beyond
        # Worked out when first asked for: most programs never are.
        self.choices: tuple[frozenset[str], ...] | None = None if choices else ()
        self.last_words: frozenset[str] | None = None


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

    @property
    def programs(self) -> tuple[Program, ...]:
        """All programs, by number."""
        all_of_them = chain.from_iterable(self._buckets.values())
        return tuple(sorted(set(all_of_them), key=_by_number))

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

    def awake(self, present: set[str | int]) -> list[Program]:
        """The programs that may match where this is present."""
        awake: dict[int, Program] = {}
        for key in self._keys & present:
            for program in self._buckets[key]:
                if program.needs <= present:
                    for choice in program.choices or self._choices(program):
                        if choice.isdisjoint(present):
                            break
                    else:
                        awake[program.number] = program
        return [*awake.values()]

    def may_match(self, program: Program, present: set[str | int]) -> bool:
        """Whether one of each choice is present, given that the needs are."""
        choices = program.choices or self._choices(program)
        return not any(choice.isdisjoint(present) for choice in choices)

    def _choices(self, program: Program) -> tuple[frozenset[str], ...]:
        if program.choices is None:
            program.choices = tuple(self.atom(number).keys for number in program.needs_of)
        return program.choices

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
        words.update(" ".join(run[-2:]) for runs in atom.runs.values() for run in runs)
        inner = (*atom.always, *chain.from_iterable(atom.keyed.values()))
        return all(self._gather_last(steps, words) for steps in inner)


class _Here(NamedTuple):
    """What of an atom is here: places of single tokens, of runs by their length, and programs."""

    mask: int
    runs: tuple[tuple[int, int], ...]
    more: list[Steps]


def _by_number(program: Program) -> int:
    return program.number


class Sweep:
    """One line of speech under one index: what stands where, as bits (bit i is piece i)."""

    __slots__ = ("_atoms", "_index", "_marks", "_masks", "_present", "everywhere")

    def __init__(
        self,
        pieces: Sequence[str],
        masks: Mapping[str, int],
        index: Index,
        present: set[str | int],
    ) -> None:
        self.everywhere = (2 << len(pieces)) - 1
        self._masks = masks
        self._marks = masks.get(SENTENCE_MARK, 0)
        self._index = index
        self._present = present
        self._atoms: dict[int, _Here] = {}

    def starts(self, steps: Steps, ends: int) -> int:
        """Where the steps may begin so that they end at one of `ends`; a bit for each boundary."""
        masks, atoms = self._masks, self._atoms
        for step in reversed(steps):
            if isinstance(step, str):
                ends = (ends >> 1) & masks.get(step, 0)
            elif isinstance(step, int):
                mask, runs, more = atoms.get(step) or self._here(step)
                plain = not (runs or more)
                ends = (ends >> 1) & mask if plain else self._atom_starts(step, ends)
            else:
                ends = self._back(step, ends)
            if not ends:
                return 0
        return ends

    def stretches(self, steps: Steps, within: int | None = None) -> Iterator[tuple[int, int]]:
        """First and last piece of each match, from the left, none overlapping.

        Gaps are as short and alternatives as long as they can be.  `within` are the boundaries at
        which a match may begin, as `starts` tells them; any, if not given.
        """
        # The boundaries from which the steps from each on can be gone through to their end.
        hopeful = [self.everywhere]
        for step in reversed(steps):
            hopeful.append(self._back(step, hopeful[-1]))
        starts = hopeful.pop()
        if within is not None:
            starts &= within
        hopeful.reverse()
        while starts:
            first = at = (starts & -starts).bit_length() - 1
            for step, good in zip(steps, hopeful, strict=True):
                at = self._next(step, at, good)
            yield first, at - 1
            starts = starts >> at << at

    def _back(self, step: str | int | Sequence[int], ends: int) -> int:
        """Where one step may begin so that it ends at one of `ends`."""
        if isinstance(step, str):
            return (ends >> 1) & self._masks.get(step, 0)
        if isinstance(step, int):
            return self._atom_starts(step, ends)
        kind, value = step
        if kind == GAP:
            return self._widened(ends, value)
        if kind == MAYBE:
            return ends | self._atom_starts(value, ends)
        return ends & ~self._atom_starts(value, self.everywhere)

    def _atom_starts(self, number: int, ends: int) -> int:
        mask, runs, more = self._atoms.get(number) or self._here(number)
        starts = (ends >> 1) & mask
        for length, places in runs:
            starts |= (ends >> length) & places
        for steps in more:
            starts |= self.starts(steps, ends)
        return starts

    def _here(self, number: int) -> _Here:
        """What of an atom may be here at all, found out once for a line."""
        masks = self._masks
        if number == NUMBER:
            mask = 0
            for word, places in masks.items():
                if _is_number(word):
                    mask |= places
            here = self._atoms[number] = _Here(mask, _repeated(mask), [])
            return here
        atom = self._index.atom(number)
        mask = 0
        runs: dict[int, int] = {}
        more = [*atom.always]
        for key in atom.keys & self._present:
            if key in atom.one:
                mask |= masks.get(key, 0)
            if key in atom.beginnings:
                mask |= self._begun(key[:-1])
            for run in atom.runs.get(key, ()):
                places = self.everywhere
                for at, word in enumerate(run):
                    places &= masks.get(word, 0) >> at
                if places:
                    runs[len(run)] = runs.get(len(run), 0) | places
            # A program that several keys wake is run as often: rare, and harmless.
            more += atom.keyed.get(key, ())
        here = self._atoms[number] = _Here(mask, tuple(runs.items()), more)
        return here

    def _begun(self, beginning: str) -> int:
        mask = 0
        for word, places in self._masks.items():
            if word.startswith(beginning):
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

    def _next(self, step: str | int | Sequence[int], at: int, good: int) -> int:
        """The best boundary at which one step, begun at `at`, ends among the `good` ones."""
        if isinstance(step, str):
            return at + 1
        if isinstance(step, int):
            return (self._atom_ends(step, 1 << at) & good).bit_length() - 1
        kind, value = step
        if kind == GAP:
            ahead = good >> at
            return at + (ahead & -ahead).bit_length() - 1
        ends = self._atom_ends(value, 1 << at) & good if kind == MAYBE else 0
        return ends.bit_length() - 1 if ends else at

    def _forth(self, step: str | int | Sequence[int], begun: int) -> int:
        """Where one step may end that begins at one of `begun`."""
        if isinstance(step, str):
            return (begun & self._masks.get(step, 0)) << 1
        if isinstance(step, int):
            return self._atom_ends(step, begun)
        kind, value = step
        if kind == GAP:
            for _ in range(value):
                begun |= (begun & ~self._marks & self.everywhere >> 1) << 1
            return begun
        if kind == MAYBE:
            return begun | self._atom_ends(value, begun)
        return begun & ~self._atom_starts(value, self.everywhere)

    def _atom_ends(self, number: int, begun: int) -> int:
        mask, runs, more = self._atoms.get(number) or self._here(number)
        ends = (begun & mask) << 1
        for length, places in runs:
            ends |= (begun & places) << length
        for steps in more:
            reached = begun
            for step in steps:
                reached = self._forth(step, reached)
            ends |= reached
        return ends


def _repeated(mask: int) -> tuple[tuple[int, int], ...]:
    """The places of two and more set bits together, by how many."""
    runs: list[tuple[int, int]] = []
    places = mask
    for length in range(2, NUMBER_REACH + 1):
        places &= mask >> (length - 1)
        if not places:
            break
        runs.append((length, places))
    return tuple(runs)


def _is_number(word: str) -> bool:
    return word in NUMBER_WORDS or (word[0].isascii() and word[0].isdigit())
