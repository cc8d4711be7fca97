"""The telling words of a language, as read from `commitments_words.<language>.yaml`.

Owns the strict loader and the longest match; what the words do to a sentence is decided in
`scripts.commitments`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

from pydantic import Field

from compliance.documents import Document, Schema, load_document
from compliance.errors import BadInput, Fault
from scripts.commitments_parts import Part, Share, Sort
from scripts.outcomes import load_outcomes

Phrase = tuple[str, ...]

# What a scanner makes itself, from figures and pauses.
_MADE = frozenset(
    {Sort.AMOUNT, Sort.DAY, Sort.METHOD, Sort.PARTS, Sort.EVERY, Sort.COUNT, Sort.MONTH, Sort.START}
)
_SORTS = frozenset(Sort) - _MADE
UNITS = frozenset({"month", "week", "fortnight", "other"})
"""What comes again: every so long, or (`other`) nobody knows how long."""
_Phrases = Annotated[tuple[str, ...], Field(min_length=1)]


class _File(Schema):
    sorts: dict[str, _Phrases]
    every: dict[str, _Phrases]
    methods: dict[str, _Phrases]
    shares: dict[str, _Phrases]
    starts: _Phrases
    follows: _Phrases
    fillers: _Phrases
    gives: _Phrases
    own: _Phrases
    today: _Phrases
    payday: _Phrases
    vague: _Phrases


@dataclass(frozen=True, slots=True)
class Words:
    """Phrases as tuples of folded tokens: telling words and methods, shares, and kinds of days.

    `starts` begin a clause, where none of `follows` stands before them; `fillers` say nothing.
    Behind one of `gives` it may be named who is paid; `own` are words there that name nobody.
    `of_days` are the tokens that phrases of days begin with, and `rarest` is one token of each
    share and of each such phrase.
    """

    telling: dict[Phrase, tuple[Sort, str]]
    shares: dict[Phrase, Share]
    starts: frozenset[Phrase]
    follows: frozenset[str]
    fillers: frozenset[str]
    gives: frozenset[str]
    own: frozenset[str]
    today: frozenset[Phrase]
    payday: frozenset[Phrase]
    vague: frozenset[Phrase]
    of_days: frozenset[str]
    rarest: frozenset[str]

    def part(self, tokens: Sequence[str], at: int) -> Part | None:
        """The telling word that stands at a token, the longest that fits."""
        size = longest(self.telling, tokens, at)
        if not size:
            return None
        sort, word = self.telling[tuple(tokens[at : at + size])]
        return Part(sort, at, at + size - 1, word=word)


def longest(phrases: Collection[Phrase], tokens: Sequence[str], at: int) -> int:
    """The tokens of the longest of the phrases that stands at a token; 0 where none does."""
    for size in range(min(6, len(tokens) - at), 0, -1):
        if tuple(tokens[at : at + size]) in phrases:
            return size
    return 0


@lru_cache(maxsize=4)
def load_words(language: str) -> Words:
    """The words that ship for `en` or `zh`.

    Raises:
        BadInput: as `read_words`.
    """
    with as_file(files("scripts") / f"commitments_words.{language}.yaml") as path:
        return read_words(path)


def read_words(path: Path) -> Words:
    """Read a file of words.

    Raises:
        BadInput: it has faults; all are told, with line and column.
    """
    document = load_document(path, _File)
    faults = tuple(_faults(document))
    if faults:
        raise BadInput(f"{path} has faults", faults)
    read = document.value
    telling = {
        _tokens(phrase): (Sort(name), phrase)
        for name, phrases in read.sorts.items()
        for phrase in phrases
    }
    telling |= {
        _tokens(phrase): (Sort.EVERY, "" if unit == "other" else unit)
        for unit, phrases in read.every.items()
        for phrase in phrases
    }
    telling |= {
        _tokens(phrase): (Sort.METHOD, slug)
        for slug, phrases in read.methods.items()
        for phrase in phrases
    }
    today, payday, vague = (
        frozenset(map(_tokens, phrases)) for phrases in (read.today, read.payday, read.vague)
    )
    shares = {_tokens(phrase): Share(name) for name, all_ in read.shares.items() for phrase in all_}
    days = today | payday | vague
    return Words(
        telling,
        shares,
        frozenset(map(_tokens, read.starts)),
        frozenset(read.follows),
        frozenset(read.fillers),
        frozenset(read.gives),
        frozenset(read.own),
        today,
        payday,
        vague,
        frozenset(phrase[0] for phrase in days),
        frozenset(max(reversed(phrase), key=len) for phrase in (*shares, *days)),
    )


def _tokens(phrase: str) -> Phrase:
    """A phrase as texts are folded: English by words, Han by characters."""
    return tuple(phrase.split()) if phrase.isascii() else tuple(phrase)


def _faults(document: Document[_File]) -> Iterator[Fault]:
    read = document.value
    methods = {
        slug
        for outcome in load_outcomes()
        for item in outcome.mandatory
        if item.id == "method"
        for slug, _ in item.choices
    }
    for key, names, known in (
        ("sorts", read.sorts, {str(sort) for sort in _SORTS}),
        ("every", read.every, UNITS),
        ("methods", read.methods, methods),
        ("shares", read.shares, {str(share) for share in Share}),
    ):
        for name in names:
            if name not in known:
                there = ", ".join(sorted(known))
                yield document.fault(f"is none; there are: {there}", key, name)
    groups = [
        *read.sorts.values(),
        *read.every.values(),
        *read.methods.values(),
        *read.shares.values(),
    ]
    for phrase in {phrase for group in groups for phrase in group}:
        if sum(group.count(phrase) for group in groups) > 1:
            yield document.fault(f"a phrase of {len(phrase)} characters is given twice", "sorts")
        if len(_tokens(phrase)) > 6 or phrase != phrase.lower().strip() or not phrase:
            yield document.fault("a phrase is too long, or not in lower case", "sorts")
