"""Compiles phrases' trees into programs, which `phrase_search` runs over what was said.

Owns the program form and what a phrase needs to be present before it is worth running.  A program
is a tuple of steps, plain enough for JSON:
    `"word"`       this token,
    `7`            one of the alternatives of atom 7 (a concept, or a choice within a phrase),
    `[GAP, 4]`     up to four tokens of anything within the sentence,
    `[MAYBE, 7]`   atom 7 or nothing,
    `[BARRED, 7]`  atom 7 must not stand here; takes no token.
It searches nothing and knows no file.
"""

from __future__ import annotations

import collections.abc
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypedDict, TypeVar

from compliance.grammar import Bar, Choice, Gap, Item, Sequence, Slot, Word
from compliance.tongues import beneath
from compliance.word_rates import WordRates

GAP, MAYBE, BARRED = 0, 1, 2
NUMBER = 0  # the atom of `{number}`: digits, or spoken number words, up to `NUMBER_REACH` of them
NUMBER_REACH = 8

MAX_REACH = 80  # the most tokens that a phrase may stretch over
_GAPS = {"en": 4, "zh": 6}
_FEW_KEYS = 8  # more words than this are looked up as one atom, not each by itself

Step = str | int | tuple[int, int]
Program = tuple[Step, ...]
_T = TypeVar("_T")
Rows = collections.abc.Sequence[_T]
Steps = Rows[str | int | Rows[int]]  # a program, or what became of it in JSON
ProgramRow = tuple[Steps, Rows[str | int], Rows[int], int, int]
AtomRow = tuple[Rows[str], Rows[str], Rows[tuple[Rows[str], Steps]]]


@dataclass(frozen=True, slots=True)
class Atom:
    """Alternatives: single tokens, tokens that begin so, and programs with the keys they need.

    A key is a token, two tokens that stand together (`a b`), or the beginning of one (`call*`); at
    least one of a program's keys is present wherever it matches, or it has none.  `longest` is the
    most tokens that it may cover, `beyond` how many it may look at after them.
    """

    one: frozenset[str]
    beginnings: frozenset[str]
    more: tuple[tuple[frozenset[str], Program], ...]
    longest: int
    beyond: int = 0

    @property
    def keys(self) -> frozenset[str]:
        """Keys of which one is present wherever the atom matches; empty where none is certain."""
        if not all(keys for keys, _ in self.more):
            return frozenset()
        whole = self.one | {f"{beginning}*" for beginning in self.beginnings}
        return whole.union(*(keys for keys, _ in self.more))


@dataclass(frozen=True, slots=True)
class Need:
    """What a program cannot match without: one of `keys`; the whole of atom `atom` if one."""

    keys: frozenset[str]
    atom: int | None = None
    named: bool = False


@dataclass(frozen=True, slots=True)
class Compiled:
    """A program, the tokens it may cover, those it may look at beyond them, and its needs."""

    program: Program
    longest: int
    beyond: int
    needs: tuple[Need, ...]


class Compiler:
    """Compiles trees of one language over a growing table of atoms.

    `named` maps concepts to atoms; whoever resolves concepts adds to it.
    """

    def __init__(self, language: str, rates: WordRates) -> None:
        self.language = language
        self.named: dict[str, int] = {}
        self._rates = rates
        self._atoms: list[Atom] = []
        self._ids: dict[Atom, int] = {}
        self.named["number"] = self._intern(
            Atom(frozenset(), frozenset(), ((frozenset(), ()),), NUMBER_REACH)
        )

    def copy(self) -> Compiler:
        """Another compiler that goes on from here."""
        other = Compiler(self.language, self._rates)
        other.named = dict(self.named)
        other._atoms = [*self._atoms]
        other._ids = dict(self._ids)
        return other

    @property
    def atoms(self) -> tuple[Atom, ...]:
        """The atoms so far, by number."""
        return tuple(self._atoms)

    def name(self, concept: str, trees: Iterable[Sequence]) -> None:
        """Add a concept that is any of the trees."""
        self.named[concept] = self._intern(self._gathered(trees))

    def compile(self, tree: Sequence) -> Compiled:
        """The program of a phrase; every concept in it must have been named."""
        program: list[Step] = []
        needs: list[Need] = []
        longest = beyond = 0
        for item in tree.items:
            if isinstance(item, Bar):
                number = self._intern(self._gathered(item.barred.options))
                barred = self._atoms[number]
                beyond = max(beyond, barred.longest + barred.beyond)
                program.append((BARRED, number))
                continue
            step, need, reach = self._step(item)
            program.append(step)
            longest += reach
            if need.atom is not None:
                beyond = max(beyond, self._atoms[need.atom].beyond)
            if need.keys:
                needs.append(need)
        return Compiled(tuple(program), longest, beyond, (*needs, *_pairs(tree)))

    def rarest(self, needs: Iterable[Need]) -> Need:
        """The need that is met least often."""
        return min(needs, key=self.rate)

    def rate(self, need: Need) -> tuple[float, str]:
        """How often a need is met, for an order that is always the same."""
        return self._rates.of_any(need.keys), min(need.keys)

    def _step(self, item: Item) -> tuple[Step, Need, int]:
        if isinstance(item, Gap):
            width = _GAPS.get(beneath(self.language), 4) if item.width is None else item.width
            return (GAP, width), Need(frozenset()), width
        if isinstance(item, Word) and not item.prefix:
            return item.token, Need(frozenset((item.token,))), 1
        if isinstance(item, Slot):
            number = self.named[item.name]
            return number, self._need(number, named=True), self._atoms[number].longest
        options = item.options if isinstance(item, Choice) else (Sequence((item,)),)
        number = self._intern(self._gathered(options))
        longest = self._atoms[number].longest
        if isinstance(item, Choice) and item.optional:
            return (MAYBE, number), Need(frozenset(), number), longest
        return number, self._need(number, named=False), longest

    def _need(self, number: int, *, named: bool) -> Need:
        return Need(self._atoms[number].keys, number, named)

    def _intern(self, atom: Atom) -> int:
        known = self._ids.get(atom)
        if known is None:
            known = self._ids[atom] = len(self._atoms)
            self._atoms.append(atom)
        return known

    def _gathered(self, trees: Iterable[Sequence]) -> Atom:
        """The alternatives of several trees; what is itself a choice is laid flat."""
        one: set[str] = set()
        beginnings: set[str] = set()
        more: dict[tuple[frozenset[str], Program], None] = {}
        longest, beyond = 1, 0
        pending = [*trees][::-1]
        while pending:
            tree = pending.pop()
            only = tree.items[0] if len(tree.items) == 1 else None
            if isinstance(only, Word):
                (beginnings if only.prefix else one).add(only.token)
            elif isinstance(only, Choice) and not only.optional:
                pending.extend(reversed(only.options))
            elif isinstance(only, Slot) and only.name != "number":
                inner = self._atoms[self.named[only.name]]
                one |= inner.one
                beginnings |= inner.beginnings
                more.update(dict.fromkeys(inner.more))
                longest, beyond = max(longest, inner.longest), max(beyond, inner.beyond)
            else:
                compiled = self.compile(tree)
                needed = self.rarest(compiled.needs) if compiled.needs else None
                more[needed.keys if needed else frozenset(), compiled.program] = None
                longest = max(longest, compiled.longest)
                beyond = max(beyond, compiled.beyond)
        return Atom(frozenset(one), frozenset(beginnings), tuple(more), longest, beyond)


def _pairs(tree: Sequence) -> Iterable[Need]:
    for one, next_ in pairwise(tree.items):
        if isinstance(one, Word) and isinstance(next_, Word) and not (one.prefix or next_.prefix):
            yield Need(frozenset((f"{one.token} {next_.token}",)))


class Tables(TypedDict):
    """Everything that a search needs, by number and in plain values, fit for JSON.

    `atoms`: single tokens, beginnings, and keys and steps of each longer alternative.
    `programs`: steps, needs, atoms of which also one alternative each must be present, rarest
    first, most tokens covered, most looked at beyond.
    `found_by`: for each program the keys, or the atom, under which it is looked up.
    `tracked`: the atoms that count as present where one of their keys is.
    `beginnings`: all that is asked for anywhere, as keys (`call*`).
    """

    atoms: Rows[AtomRow]
    programs: Rows[ProgramRow]
    found_by: Rows[Rows[str | int]]
    tracked: Rows[tuple[int, Rows[str]]]
    beginnings: Rows[str]


def tables(compiler: Compiler, compiled: Iterable[Compiled]) -> Tables:
    """The tables of compiled phrases, each of which must have a need."""
    programs: list[ProgramRow] = []
    found_by: list[Rows[str | int]] = []
    tracked: dict[int, Rows[str]] = {}
    used = _Used(compiler.atoms)
    for phrase in compiled:
        rarest = compiler.rarest(phrase.needs)
        needs: set[str | int] = set()
        found: list[str | int] = [*sorted(rarest.keys)]
        choices: list[int] = []
        for need in sorted(phrase.needs, key=compiler.rate):
            if need.atom is None or len(need.keys) == 1:
                needs.update(need.keys)
            elif need.named or (need is rarest and len(need.keys) > _FEW_KEYS):
                number = used.number(need.atom)
                tracked[number] = sorted(need.keys)
                needs.add(number)
                if need is rarest:
                    found = [number]
            elif need is not rarest:
                choices.append(used.number(need.atom))
        needs -= {half for need in needs if isinstance(need, str) for half in _halves(need)}
        needs -= {*found} if len(found) == 1 else set()
        steps = used.steps(phrase.program)
        row = (steps, sorted(needs, key=str), choices, phrase.longest, phrase.beyond)
        programs.append(row)
        found_by.append(found)
    atoms = used.rows()
    beginnings = {
        key
        for keys in (
            *found_by,
            *tracked.values(),
            *(program[1] for program in programs),
            *([f"{beginning}*" for beginning in atom[1]] for atom in atoms),
            *(keys for atom in atoms for keys, _ in atom[2]),
        )
        for key in keys
        if isinstance(key, str) and key[-1] == "*"
    }
    return {
        "atoms": atoms,
        "programs": programs,
        "found_by": found_by,
        "tracked": sorted(tracked.items()),
        "beginnings": sorted(beginnings),
    }


class _Used:
    """The atoms that programs use, numbered anew in the order in which they come up."""

    def __init__(self, atoms: Rows[Atom]) -> None:
        self._atoms = atoms
        self._numbers: dict[int, int] = {NUMBER: NUMBER}

    def number(self, atom: int) -> int:
        return self._numbers.setdefault(atom, len(self._numbers))

    def steps(self, program: Program) -> Steps:
        return [
            step
            if isinstance(step, str)
            else self.number(step)
            if isinstance(step, int)
            else (step[0], step[1] if step[0] == GAP else self.number(step[1]))
            for step in program
        ]

    def rows(self) -> list[AtomRow]:
        """Every atom used so far, and those that these use in turn."""
        rows: list[AtomRow] = []
        while len(rows) < len(self._numbers):
            for atom in [self._atoms[number] for number in [*self._numbers][len(rows) :]]:
                more = [(sorted(keys), self.steps(program)) for keys, program in atom.more]
                rows.append((sorted(atom.one), sorted(atom.beginnings), more))
        return rows


def _halves(key: str) -> list[str]:
    """The two words of a pair."""
    return key.split(" ") if " " in key else []
