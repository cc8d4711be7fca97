"""Sentences from templates.

Owns the small notation in which the sentences of `texts/` are written, and drawing from it.  A line
is a template: `(a|b|)` chooses, `{name}` draws from the list or the spoken number of that name.  A
section `[name]` begins a list; the templates themselves stand under `[sentences]`.  `#` begins a
comment.  It knows no language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from compliance.errors import BadInput, Fault

SENTENCES = "sentences"
MOST_VARIANTS = 4000.0

Draw = Callable[[np.random.Generator], str]


@dataclass(frozen=True, slots=True)
class _Text:
    text: str

    def draw(self, random: np.random.Generator) -> str:  # noqa: ARG002  (one of three draws)
        return self.text

    def variants(self) -> float:
        return 1.0


@dataclass(frozen=True, slots=True)
class _Choice:
    options: tuple[_Sequence, ...]

    def draw(self, random: np.random.Generator) -> str:
        return self.options[int(random.integers(len(self.options)))].draw(random)

    def variants(self) -> float:
        return sum(option.variants() for option in self.options)


@dataclass(frozen=True, slots=True)
class _Slot:
    name: str
    lists: Mapping[str, _Choice]
    numbers: Mapping[str, Draw]

    def draw(self, random: np.random.Generator) -> str:
        if self.name in self.lists:
            return self.lists[self.name].draw(random)
        return self.numbers[self.name](random)

    def variants(self) -> float:
        return min(self.lists[self.name].variants(), 60.0) if self.name in self.lists else 60.0


@dataclass(frozen=True, slots=True)
class _Sequence:
    parts: tuple[_Text | _Choice | _Slot, ...]

    def draw(self, random: np.random.Generator) -> str:
        return "".join(part.draw(random) for part in self.parts)

    def variants(self) -> float:
        product = 1.0
        for part in self.parts:
            product = min(product * part.variants(), MOST_VARIANTS)
        return product


@dataclass(frozen=True, slots=True)
class Templates:
    """All templates of a language; one that can say more is drawn more often."""

    sentences: tuple[_Sequence, ...]

    def draw(self, count: int, random: np.random.Generator) -> list[str]:
        """Draw `count` sentences, blanks tidied; every template comes at least once if it can."""
        weights = np.array([sentence.variants() for sentence in self.sentences]) ** 0.4
        shares = weights / weights.sum()
        first = list(range(len(self.sentences)))[:count]
        rest = random.choice(len(self.sentences), count - len(first), p=shares)
        return [_tidy(self.sentences[int(at)].draw(random)) for at in [*first, *rest]]


def load(paths: Sequence[Path], numbers: Mapping[str, Draw]) -> Templates:
    """Read template files; later ones may use the lists of earlier ones and add to them.

    Raises:
        BadInput: with every fault and its place.
    """
    lists: dict[str, _Choice] = {}
    sentences: list[_Sequence] = []
    faults: list[Fault] = []
    slots: list[tuple[Path, int, str]] = []
    for path in paths:
        section = SENTENCES
        for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            line = raw.partition("#")[0].strip()
            if not line:
                continue
            if line.startswith("[") and line.endswith("]"):
                section = line[1:-1]
                continue
            try:
                parsed, names = _parse(line, lists, numbers)
            except ValueError as fault:
                faults.append(Fault(path, number, 0, str(fault)))
                continue
            slots += [(path, number, name) for name in names]
            if section == SENTENCES:
                sentences.append(parsed)
            else:
                before = lists[section].options if section in lists else ()
                lists[section] = _Choice((*before, parsed))
    faults += [
        Fault(path, number, 0, f"there is no list and no number {name!r}")
        for path, number, name in slots
        if name not in lists and name not in numbers
    ]
    if faults:
        raise BadInput("The sentences cannot be read", tuple(faults))
    return Templates(tuple(sentences))


def _parse(
    line: str, lists: Mapping[str, _Choice], numbers: Mapping[str, Draw]
) -> tuple[_Sequence, list[str]]:
    """A template; `ValueError` tells what is wrong with it."""
    names: list[str] = []
    at = 0

    def sequence(closing: str) -> _Sequence:
        nonlocal at
        parts: list[_Text | _Choice | _Slot] = []
        text = ""
        while at < len(line) and line[at] not in closing:
            mark = line[at]
            at += 1
            if mark not in "({":
                if mark in ")}":
                    raise ValueError(f"a {mark} closes nothing")
                text += mark
                continue
            parts.append(_Text(text))
            text = ""
            if mark == "{":
                end = line.find("}", at)
                if end < 0:
                    raise ValueError("a { is not closed")
                names.append(line[at:end])
                parts.append(_Slot(line[at:end], lists, numbers))
                at = end + 1
                continue
            options = [sequence("|)")]
            while at < len(line) and line[at] == "|":
                at += 1
                options.append(sequence("|)"))
            if at >= len(line):
                raise ValueError("a ( is not closed")
            at += 1
            parts.append(_Choice(tuple(options)))
        return _Sequence((*parts, _Text(text)))

    return sequence(""), names


def _tidy(text: str) -> str:
    words: Iterable[str] = text.split()
    return " ".join(words).replace(" ,", ",").replace(" .", ".").replace(" ?", "?")
