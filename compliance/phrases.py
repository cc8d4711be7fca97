"""Finds many phrases in folded text at once.

Owns the phrase set: phrases of the language in `grammar`, with the concepts of one natural
language, compiled so that a text is searched for all of them together.  A cheap look at the words
present picks the few phrases that could match; each of those runs once over the line.  It knows
neither rules nor scripts: both floors hear with it.

    concepts = load_concepts("en")
    heard = PhraseSet.compile((Phrase("we ... (sue|take) you", "legal"),), concepts)
    for match in heard.search(fold("We're going to take you to court")):
        match.label, match.start, match.end
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from compliance.documents import Schema, load_document
from compliance.errors import BadInput, Fault
from compliance.grammar import Bar, Choice, Gap, Item, PhraseError, Sequence, Slot, Word, parse
from compliance.text import SENTENCE_MARK, Folded

PACKS = Path(__file__).parent / "packs"

_GAPS = {"en": 4, "zh": 6}
_MAX_TOKENS = 80  # the longest stretch that a phrase may cover
_WINDOW = 240  # longer lines are searched in windows that overlap by `_MAX_TOKENS`
_NUMBER = (
    "(?: (?:[0-9][^ ]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen"
    "|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty"
    "|seventy|eighty|ninety|hundred|thousand|million|[〇零一二三四五六七八九十百千万亿两几半廿])){1,8}"
)
# Words in every other sentence: poor choices for telling whether a phrase can match at all.
_COMMON = frozenset(
    "the a an and or but to of in on at for with from by you we i he she it they me us him her"  # noqa: SIM905 - a list of words reads best as a sentence
    " them your our my his their is are am was were be been do does did have has had will would"
    " can could should may might not no this that these those there here what who when where how"
    " if so up out just now get got go going let know say tell call account today about as"
    " 你 我 他 们 的 是 了 不 在 有 人 这 那 个 就 会 要 说 到 去 来 给 把 也 都 没 上 下 一 可 以"
    " 能 还 跟 和 对 吗 呢 吧 啊 打 请 得 很 好 家 行 款 钱 电 话".split()
)


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
        return Fault(self.path, self.line, self.column, f"{self.text!r}: {message}")


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


@dataclass(frozen=True, slots=True)
class _Part:
    """A compiled stretch: its pattern, the tokens it may cover, and one word that it needs.

    `keys` is a set of which at least one must be present, empty where nothing is certain to be.  A
    key is a token, two tokens that stand together (`a b`), or the beginning of one (`call*`).
    """

    pattern: str
    longest: int
    keys: frozenset[str]


def base_language(tag: str) -> str:
    """`zh` for zh-TW and its like, `en` for en-US."""
    return tag.split("-", 1)[0].lower()


@dataclass(frozen=True, slots=True)
class Concepts:
    """The concepts of one natural language, compiled."""

    language: str
    parts: Mapping[str, _Part] = field(repr=False)

    @staticmethod
    def none(language: str) -> Concepts:
        """No concepts but `{number}`, for phrases that need none."""
        return Concepts(language, {"number": _Part(_NUMBER, 8, frozenset())})

    @staticmethod
    def compile(language: str, definitions: Mapping[str, Iterable[Phrase]]) -> Concepts:
        """Compile concepts, which may use one another but not themselves.

        Raises:
            BadInput: with every bad phrase, unknown concept and circle.
        """
        compiler = _ConceptCompiler(language, {n: tuple(p) for n, p in definitions.items()})
        return compiler.compiled()


class _ConceptCompiler:
    """Resolves concepts that use one another, in the order in which they are needed."""

    def __init__(self, language: str, definitions: Mapping[str, tuple[Phrase, ...]]) -> None:
        self._language = language
        self._definitions = definitions
        self._parts = dict(Concepts.none(language).parts)
        self._faults: list[Fault] = []
        self._broken: set[str] = set()

    def compiled(self) -> Concepts:
        for name, phrases in self._definitions.items():
            if name == "number":
                self._faults.append(phrases[0].fault("the concept 'number' is built in"))
                continue
            self._resolve(name, ())
        if self._faults:
            raise BadInput("the concepts have faults", tuple(dict.fromkeys(self._faults)))
        return Concepts(self._language, self._parts)

    def _resolve(self, name: str, within: tuple[str, ...]) -> None:
        if name in self._parts or name in self._broken or name not in self._definitions:
            return
        options: list[_Part] = []
        for phrase in self._definitions[name]:
            try:
                tree = parse(phrase.text)
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
            options.extend(self._part(phrase, tree))
        if options:
            self._parts[name] = _either(options)
        else:
            self._broken.add(name)

    def _part(self, phrase: Phrase, tree: Sequence) -> Iterable[_Part]:
        known = self._parts.keys() | self._broken
        unknown = [slot for slot in _slots(tree) if slot not in known]
        self._faults.extend(phrase.fault(f"there is no concept {{{slot}}}") for slot in unknown)
        if unknown or any(slot in self._broken for slot in _slots(tree)):
            return
        part = _sequence_part(tree, Concepts(self._language, self._parts))
        if not part.keys:
            self._faults.append(phrase.fault("it would match anything; give it a word of its own"))
        elif part.longest > _MAX_TOKENS:
            self._faults.append(phrase.fault(f"it reaches over more than {_MAX_TOKENS} words"))
        else:
            yield part


class PhraseSet:
    """Phrases of one language, compiled together.  Immutable but for patterns built when needed.

    Building a pattern takes longer than parsing it, and a call meets few of them, so each is built
    when its words are first present.
    """

    __slots__ = ("_keys", "_parts", "_patterns", "_prefix_lengths", "_prefixes", "phrases")

    def __init__(self, phrases: tuple[Phrase, ...], parts: tuple[_Part, ...]) -> None:
        self.phrases = phrases
        self._parts = parts
        self._patterns: dict[int, re.Pattern[str]] = {}
        keys: dict[str, list[int]] = {}
        prefixes: dict[str, list[int]] = {}
        for index, part in enumerate(parts):
            for key in part.keys:
                where = prefixes if key.endswith("*") else keys
                where.setdefault(key.removesuffix("*"), []).append(index)
        self._keys = {key: tuple(indexes) for key, indexes in keys.items()}
        self._prefixes = {key: tuple(indexes) for key, indexes in prefixes.items()}
        self._prefix_lengths = sorted({len(key) for key in prefixes})

    @staticmethod
    def compile(phrases: Iterable[Phrase], concepts: Concepts) -> PhraseSet:
        """Compile phrases with the concepts of their language.

        Raises:
            BadInput: with every phrase that breaks the grammar, names an unknown concept, or would
                match anything.
        """
        good: list[Phrase] = []
        parts: list[_Part] = []
        faults: list[Fault] = []
        for phrase in phrases:
            try:
                part = _compiled(phrase, concepts)
            except BadInput as error:
                faults.extend(error.faults)
                continue
            good.append(phrase)
            parts.append(part)
        if faults:
            raise BadInput("the phrases have faults", tuple(faults))
        return PhraseSet(tuple(good), tuple(parts))

    def search(self, folded: Folded) -> tuple[Match, ...]:
        """Every place where a phrase was heard, by position; one per label and stretch."""
        tokens = folded.tokens
        found: dict[tuple[str, int, int], Match] = {}
        if len(tokens) <= _WINDOW:
            self._search(folded, 0, len(tokens), found)
        else:
            for first in range(0, len(tokens), _WINDOW - _MAX_TOKENS):
                self._search(folded, first, min(first + _WINDOW, len(tokens)), found)
        if not found:
            return ()
        return tuple(sorted(found.values(), key=lambda match: (match.first, match.last)))

    def _search(
        self, folded: Folded, first: int, beyond: int, found: dict[tuple[str, int, int], Match]
    ) -> None:
        line = folded.line
        begin = folded.offsets[first] if first < len(folded.offsets) else 0
        # The pattern looks one space ahead, so that space belongs to the window.
        finish = folded.offsets[beyond] + 1 if beyond < len(folded.offsets) else len(line)
        for index in self._candidates(folded.tokens[first:beyond]):
            for hit in self._pattern(index).finditer(line, begin, finish):
                start, end = folded.token_at(hit.start()), folded.token_at(hit.end() - 1)
                label = self.phrases[index].label
                if (label, start, end) not in found:
                    found[label, start, end] = Match(
                        label, index, start, end, folded.starts[start], folded.ends[end]
                    )

    def _candidates(self, tokens: tuple[str, ...]) -> list[int]:
        present = {*tokens, *map(" ".join, pairwise(tokens))}
        keys = self._keys
        candidates: set[int] = set()
        for token in present & keys.keys():
            candidates.update(keys[token])
        for length in self._prefix_lengths:
            for prefix in {token[:length] for token in tokens} & self._prefixes.keys():
                candidates.update(self._prefixes[prefix])
        return sorted(candidates)

    def _pattern(self, index: int) -> re.Pattern[str]:
        pattern = self._patterns.get(index)
        if pattern is None:
            pattern = re.compile(f"{self._parts[index].pattern}(?= )")
            self._patterns[index] = pattern
        return pattern


class _ConceptFile(Schema):
    """`packs/concepts/<language>.yaml`."""

    concepts: dict[str, tuple[str, ...]]


def load_concepts(language: str, folder: Path = PACKS) -> Concepts:
    """The concepts that ship for a language (`en`, `zh-TW`, …), or those of another folder.

    Raises:
        BadInput: the file is missing or has faults, all told with line and column.
    """
    base = base_language(language)
    document = load_document(folder / "concepts" / f"{base}.yaml", _ConceptFile)
    return Concepts.compile(
        base,
        {
            name: tuple(
                Phrase(text, name, document.path, *document.place("concepts", name, index))
                for index, text in enumerate(texts)
            )
            for name, texts in document.value.concepts.items()
        },
    )


def _compiled(phrase: Phrase, concepts: Concepts) -> _Part:
    try:
        tree = parse(phrase.text)
    except PhraseError as error:
        message = f"{error} (at {error.column + 1})"
        raise BadInput("a phrase is wrong", (phrase.fault(message),)) from None
    unknown = [slot for slot in _slots(tree) if slot not in concepts.parts]
    if unknown:
        faults = tuple(phrase.fault(f"there is no concept {{{slot}}}") for slot in unknown)
        raise BadInput("a phrase is wrong", faults)
    part = _sequence_part(tree, concepts)
    if not part.keys:
        message = "it would match anything; give it a word of its own"
        raise BadInput("a phrase is wrong", (phrase.fault(message),))
    if part.longest > _MAX_TOKENS:
        message = f"it reaches over more than {_MAX_TOKENS} words"
        raise BadInput("a phrase is wrong", (phrase.fault(message),))
    return part


def _slots(tree: Sequence) -> Iterable[str]:
    for item in tree.items:
        if isinstance(item, Slot):
            yield item.name
        elif isinstance(item, Choice | Bar):
            for option in (item.barred if isinstance(item, Bar) else item).options:
                yield from _slots(option)


def _sequence_part(tree: Sequence, concepts: Concepts) -> _Part:
    parts = [_item_part(item, concepts) for item in tree.items]
    certain = [part.keys for part in parts if part.keys]
    certain.extend(
        frozenset((f"{one.token} {next_.token}",))
        for one, next_ in pairwise(tree.items)
        if isinstance(one, Word) and isinstance(next_, Word) and not next_.prefix
    )
    return _Part(
        "".join(part.pattern for part in parts),
        sum(part.longest for part in parts),
        min(certain, key=_commonness) if certain else frozenset(),
    )


def _item_part(item: Item, concepts: Concepts) -> _Part:
    if isinstance(item, Word):
        token = re.escape(item.token)
        if item.prefix:
            return _Part(f" {token}[^ ]*+", 1, frozenset((f"{item.token}*",)))
        return _Part(f" {token}", 1, frozenset((item.token,)))
    if isinstance(item, Gap):
        width = _GAPS.get(concepts.language, 4) if item.width is None else item.width
        return _Part(f"(?: [^ {SENTENCE_MARK}]++){{0,{width}}}?", width, frozenset())
    if isinstance(item, Slot):
        return concepts.parts[item.name]
    if isinstance(item, Bar):
        barred = _either([_sequence_part(option, concepts) for option in item.barred.options])
        return _Part(f"(?!{barred.pattern}(?= ))", 0, frozenset())
    either = _either([_sequence_part(option, concepts) for option in item.options])
    if item.optional:
        return _Part(f"{either.pattern}?", either.longest, frozenset())
    return either


def _either(options: list[_Part]) -> _Part:
    patterns = dict.fromkeys(part.pattern for part in options)
    keys: frozenset[str] = frozenset()
    if all(part.keys for part in options):
        keys = frozenset().union(*(part.keys for part in options))
    return _Part(f"(?:{'|'.join(patterns)})", max(part.longest for part in options), keys)


def _commonness(keys: frozenset[str]) -> tuple[float, str]:
    """How often one of the keys will be present though the phrase is not; least is best."""
    return sum(_key_commonness(key) for key in keys), min(keys)


def _key_commonness(key: str) -> float:
    if " " in key:
        return 0.2
    if key in _COMMON:
        return 100.0
    return 3.0 if len(key) == 1 else 1.0  # one Han character stands in many words
