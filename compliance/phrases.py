"""Finds many phrases in folded text at once.

Owns the phrase set: phrases of the language in `grammar`, with the concepts of one natural
language, compiled so that a text is searched for all of them together.  How they are compiled and
run is in `phrase_programs` and `phrase_search`.  It knows neither rules nor scripts: both floors
hear with it.

    concepts = load_concepts("en")
    heard = PhraseSet.compile((Phrase("we ... (sue|take) you", "legal"),), concepts)
    for match in heard.search(fold("We're going to take you to court")):
        match.label, match.start, match.end
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from compliance.documents import Schema, load_document
from compliance.errors import BadInput, Fault
from compliance.grammar import Bar, Choice, PhraseError, Sequence, Slot, parse
from compliance.pack_cache import PackCache
from compliance.phrase_following import Follower
from compliance.phrase_programs import MAX_REACH, Compiled, Compiler, Tables, tables
from compliance.phrase_search import Index, Sweep
from compliance.text import Folded, fold
from compliance.tongues import base_language as base_language  # noqa: PLC0414 - who knows phrases asks for it here
from compliance.tongues import fold_in, layers, phrase_fold
from compliance.word_rates import word_rates

PACKS = Path(__file__).parent / "packs"

_SHOWN = 100  # code points of a phrase in a fault
_ANYTHING = "it would match anything; give it a word of its own"
_TOO_LONG = f"it reaches over more than {MAX_REACH} words"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as written, the label that its matches carry, and where it stands."""

    text: str
    label: str
    path: Path | str = "<phrase>"
    line: int = 0
    column: int = 0

    def fault(self, message: str) -> Fault:
        """A fault about this phrase."""
        text = self.text if len(self.text) <= _SHOWN else f"{self.text[:_SHOWN]}…"
        return Fault(self.path, self.line, self.column, f"{text!r}: {message}")


@dataclass(frozen=True, slots=True)
class Match:
    """Where a phrase was heard.

    `first` and `last` are token indexes, both included; `start` and `end` half-open code points of
    the original text; `phrase` is an index into `PhraseSet.phrases`.
    """

    label: str
    phrase: int
    first: int
    last: int
    start: int
    end: int


class Concepts:
    """The concepts of one natural language, compiled when a phrase set first needs them.

    `digest` tells them from any others; with a `cache`, phrase sets compiled with them are kept.
    """

    def __init__(
        self,
        language: str,
        definitions: Mapping[str, tuple[Phrase, ...]],
        cache: PackCache | None = None,
    ) -> None:
        self.language = language
        self.cache = cache
        self._definitions = definitions
        self._compiler: Compiler | None = None
        texts = [
            (name, [phrase.text for phrase in phrases]) for name, phrases in definitions.items()
        ]
        self.digest = hashlib.sha256(json.dumps((language, texts)).encode()).digest()

    @staticmethod
    def none(language: str) -> Concepts:
        """No concepts but `{number}`, for phrases that need none."""
        return Concepts(language, {})

    @staticmethod
    def compile(
        language: str,
        definitions: Mapping[str, Iterable[Phrase]],
        cache: PackCache | None = None,
    ) -> Concepts:
        """Compile concepts, which may use one another but not themselves.

        Raises:
            BadInput: with every bad phrase, unknown concept and circle.
        """
        concepts = Concepts(language, {n: tuple(p) for n, p in definitions.items()}, cache)
        if cache is None:
            concepts.compiler()
            return concepts
        key = cache.key("concepts without faults", (concepts.digest,))
        if cache.get(key) is None:
            concepts.compiler()
            cache.put(key, "")
        return concepts

    def compiler(self) -> Compiler:
        """A compiler that knows the concepts.

        Raises:
            BadInput: as `compile`.
        """
        if self._compiler is None:
            self._compiler = _Resolver(self.language, self._definitions).compiled()
        return self._compiler.copy()


class _Resolver:
    """Resolves concepts that use one another, in the order in which they are needed."""

    def __init__(self, language: str, definitions: Mapping[str, tuple[Phrase, ...]]) -> None:
        self._compiler = Compiler(language, word_rates(language))
        self._definitions = definitions
        self._faults: list[Fault] = []
        self._broken: set[str] = set()

    def compiled(self) -> Compiler:
        for name, phrases in self._definitions.items():
            if name == "number":
                self._faults.append(phrases[0].fault("the concept 'number' is built in"))
                continue
            self._resolve(name, ())
        if self._faults:
            raise BadInput("the concepts have faults", tuple(dict.fromkeys(self._faults)))
        return self._compiler

    def _resolve(self, name: str, within: tuple[str, ...]) -> None:
        compiler = self._compiler
        if name in compiler.named or name in self._broken or name not in self._definitions:
            return
        trees: list[Sequence] = []
        for phrase in self._definitions[name]:
            try:
                tree = parse(phrase.text, phrase_fold(compiler.language))
            except PhraseError as error:
                self._faults.append(phrase.fault(f"{error} (at {error.column + 1})"))
                continue
            for slot in _slots(tree):
                if slot in (*within, name):
                    circle = " -> ".join((*within, name, slot))
                    self._faults.append(phrase.fault(f"the concept uses itself: {circle}"))
                    self._broken.add(slot)
                else:
                    self._resolve(slot, (*within, name))
            if self._is_good(phrase, tree):
                trees.append(tree)
        if trees:
            compiler.name(name, trees)
        else:
            self._broken.add(name)

    def _is_good(self, phrase: Phrase, tree: Sequence) -> bool:
        known = self._compiler.named.keys() | self._broken
        unknown = [slot for slot in _slots(tree) if slot not in known]
        self._faults.extend(phrase.fault(f"there is no concept {{{slot}}}") for slot in unknown)
        if unknown or any(slot in self._broken for slot in _slots(tree)):
            return False
        wrong = _wrong(self._compiler.compile(tree))
        if wrong is not None:
            self._faults.append(phrase.fault(wrong))
        return wrong is None


class PhraseSet:
    """Phrases of one language, compiled together; immutable.

    `language` is the base language whose texts are searched.
    """

    __slots__ = ("_index", "language", "phrases")

    def __init__(self, phrases: tuple[Phrase, ...], index: Index, language: str) -> None:
        self.phrases = phrases
        self.language = language
        self._index = index

    @staticmethod
    def compile(phrases: Iterable[Phrase], concepts: Concepts) -> PhraseSet:
        """Compile phrases with the concepts of their language.

        Raises:
            BadInput: with every phrase that breaks the grammar, names an unknown concept, or would
                match anything.
        """
        phrases = tuple(phrases)
        cache = concepts.cache
        if cache is None:
            return PhraseSet(phrases, Index(_compiled(phrases, concepts)), concepts.language)
        texts = json.dumps([phrase.text for phrase in phrases]).encode()
        key = cache.key("phrases", (concepts.digest, texts))
        kept = cache.get(key)
        if kept is not None:
            # Whole, for the cache has checked that, but perhaps not written by this program.
            with suppress(KeyError, TypeError, ValueError):
                return PhraseSet(phrases, Index(json.loads(kept)), concepts.language)
        made = _compiled(phrases, concepts)
        cache.put(key, json.dumps(made, separators=(",", ":"), ensure_ascii=False))
        return PhraseSet(phrases, Index(made), concepts.language)

    @property
    def index(self) -> Index:
        """The compiled phrases, for other ways of searching for them."""
        return self._index

    def fold(self, text: str) -> Folded:
        """A text folded as the phrases are."""
        return fold_in(self.language, text)

    def search(self, folded: Folded) -> tuple[Match, ...]:
        """Every place where a phrase was heard, by position; one per label and stretch."""
        positions = folded.positions
        present = self._index.present(positions.pieces, positions.words)
        awake = self._index.awake(present)
        if not awake:
            return ()
        sweep = Sweep(positions.pieces, positions.masks, self._index, present)
        matches: list[Match] = []
        for program in awake:
            if sweep.starts(program.steps, sweep.everywhere):
                matches += self._located(program.number, sweep.stretches(program.steps), folded)
        return _one_each(matches)

    def follower(self) -> PhraseFollower:
        """A search for one utterance that grows: partials cost from their first changed word."""
        return PhraseFollower(self._index, self._located)

    def _located(
        self, number: int, stretches: Iterable[tuple[int, int]], folded: Folded
    ) -> list[Match]:
        label = self.phrases[number].label
        located: list[Match] = []
        for piece, last_piece in stretches:
            first, last = folded.token_of(piece), folded.token_of(last_piece)
            start, end = folded.starts[first], folded.ends[last]
            located.append(Match(label, number, first, last, start, end))
        return located


class PhraseFollower:
    """Searches what is said in one utterance so far, again and again as it grows."""

    def __init__(
        self,
        index: Index,
        located: Callable[[int, Iterable[tuple[int, int]], Folded], list[Match]],
    ) -> None:
        self._follower = Follower(index)
        self._located = located
        self._by_phrase: dict[int, list[Match]] = {}
        self._matches: tuple[Match, ...] = ()
        self._before = fold("")

    def search(self, folded: Folded) -> tuple[Match, ...]:
        """What `PhraseSet.search` finds in the utterance as it stands now."""
        tried = self._follower.follow(folded.pieces)
        if tried:
            for number, stretches in tried.items():
                if stretches:
                    self._by_phrase[number] = self._located(number, stretches, folded)
                else:
                    self._by_phrase.pop(number, None)
            self._matches = _one_each([*chain.from_iterable(self._by_phrase.values())])
        if self._matches and self._moved(folded):
            self._by_phrase = {
                number: [_placed(match, folded) for match in matches]
                for number, matches in self._by_phrase.items()
            }
            self._matches = tuple(_placed(match, folded) for match in self._matches)
        self._before = folded
        return self._matches

    def _moved(self, folded: Folded) -> bool:
        """Whether the same tokens may stand elsewhere: `we'll`, `we will`."""
        before = self._before
        kept = min(len(before.tokens), len(folded.tokens))
        return (
            before.starts[:kept] != folded.starts[:kept] or before.ends[:kept] != folded.ends[:kept]
        )


def _placed(match: Match, folded: Folded) -> Match:
    return replace(match, start=folded.starts[match.first], end=folded.ends[match.last])


def _one_each(matches: list[Match]) -> tuple[Match, ...]:
    """Matches by position; of those with one label and stretch, the first phrase's."""
    if len(matches) < 2:
        return tuple(matches)
    matches.sort(key=_by_place)
    one: dict[tuple[str, int, int], Match] = {}
    for match in matches:
        one.setdefault((match.label, match.first, match.last), match)
    return tuple(one.values())


def _by_place(match: Match) -> tuple[int, int, int]:
    return match.first, match.last, match.phrase


class _ConceptFile(Schema):
    """`packs/concepts/<language>.yaml`."""

    concepts: dict[str, tuple[str, ...]]


def load_concepts(language: str, folder: Path = PACKS, cache: PackCache | None = None) -> Concepts:
    """The concepts that ship for a language (`en`, `zh-TW`, …), or those of another folder.

    A language that reads another's files too adds to its concepts.  With a `cache` what is compiled
    is kept there, and so are phrase sets that use the concepts.

    Raises:
        BadInput: the file is missing or has faults, all told with line and column.
    """
    base = base_language(language)
    definitions: dict[str, tuple[Phrase, ...]] = {}
    for path in concept_files(base, folder):
        document = load_document(path, _ConceptFile, cache)
        for name, texts in document.value.concepts.items():
            definitions[name] = definitions.get(name, ()) + tuple(
                Phrase(text, name, document.path, *document.place("concepts", name, index))
                for index, text in enumerate(texts)
            )
    return Concepts.compile(base, definitions, cache)


def concept_files(base: str, folder: Path = PACKS) -> tuple[Path, ...]:
    """The files of concepts that a base language reads."""
    named = tuple(folder / "concepts" / f"{layer}.yaml" for layer in layers(base))
    return tuple(path for path in named if path.is_file()) or named[:1]


def _compiled(phrases: tuple[Phrase, ...], concepts: Concepts) -> Tables:
    compiler = concepts.compiler()
    compiled: list[Compiled] = []
    faults: list[Fault] = []
    for phrase in phrases:
        try:
            compiled.append(_compiled_one(phrase, compiler))
        except BadInput as error:
            faults.extend(error.faults)
    if faults:
        raise BadInput("the phrases have faults", tuple(faults))
    return tables(compiler, compiled)


def _compiled_one(phrase: Phrase, compiler: Compiler) -> Compiled:
    try:
        tree = parse(phrase.text, phrase_fold(compiler.language))
    except PhraseError as error:
        message = f"{error} (at {error.column + 1})"
        raise BadInput("a phrase is wrong", (phrase.fault(message),)) from None
    unknown = [slot for slot in _slots(tree) if slot not in compiler.named]
    if unknown:
        faults = tuple(phrase.fault(f"there is no concept {{{slot}}}") for slot in unknown)
        raise BadInput("a phrase is wrong", faults)
    compiled = compiler.compile(tree)
    wrong = _wrong(compiled)
    if wrong is not None:
        raise BadInput("a phrase is wrong", (phrase.fault(wrong),))
    return compiled


def _wrong(compiled: Compiled) -> str | None:
    """What keeps a phrase from being searched for."""
    if not compiled.needs:
        return _ANYTHING
    return _TOO_LONG if compiled.longest > MAX_REACH else None


def _slots(tree: Sequence) -> Iterable[str]:
    for item in tree.items:
        if isinstance(item, Slot):
            yield item.name
        elif isinstance(item, Choice | Bar):
            for option in (item.barred if isinstance(item, Bar) else item).options:
                yield from _slots(option)
