"""How a call ended: the disposition codes.

Owns the table of outcomes (`outcomes.yaml`), its strict reading, and which outcome is proposed
after what happened in a call.  What an outcome demands and suppresses is not here yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import as_file, files

from pydantic import Field

from compliance.documents import Document, Schema, load_document
from compliance.errors import BadInput, Fault


class _Name(Schema):
    en: str = Field(min_length=1, max_length=30)
    hant: str = Field(alias="zh-Hant", min_length=1, max_length=12)
    hans: str = Field(alias="zh-Hans", min_length=1, max_length=12)

    def by_language(self) -> tuple[tuple[str, str], ...]:
        return (("en", self.en), ("zh-Hant", self.hant), ("zh-Hans", self.hans))


class _Outcome(Schema):
    id: str = Field(pattern=r"^[a-z][a-z_]{0,29}$")
    number: int = Field(ge=10, le=99)
    name: _Name
    after: tuple[str, ...] = Field(default=(), alias="from")
    next: bool = True


class _Group(Schema):
    id: str = Field(pattern=r"^[a-z][a-z_]{0,29}$")
    number: int = Field(ge=1, le=9)
    name: _Name
    outcomes: tuple[_Outcome, ...] = Field(min_length=1, max_length=10)


class _File(Schema):
    groups: tuple[_Group, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Named:
    """A name in every language of the interface, by its code (`en`, `zh-Hant`, `zh-Hans`)."""

    names: tuple[tuple[str, str], ...]

    def name(self, code: str) -> str:
        """The name in an interface language; English where there is none."""
        names = dict(self.names)
        return names.get(code, names["en"])


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way in which a call ends.

    `number` is what the agent types; `after` are exits, objections and stages after which it is
    proposed; `next_contact` is whether a day for the next contact may be set.
    """

    id: str
    number: int
    group: Named
    label: Named
    after: frozenset[str]
    next_contact: bool


def load_outcomes() -> tuple[Outcome, ...]:
    """The outcomes that ship, by group.

    Raises:
        BadInput: the file is broken; all faults are told.
    """
    with as_file(files("scripts") / "outcomes.yaml") as path:
        document = load_document(path, _File)
    faults = tuple(_faults(document))
    if faults:
        raise BadInput("The outcomes cannot be used", faults)
    return tuple(
        Outcome(
            entry.id,
            entry.number,
            Named(group.name.by_language()),
            Named(entry.name.by_language()),
            frozenset(entry.after),
            entry.next,
        )
        for group in document.value.groups
        for entry in group.outcomes
    )


def _faults(document: Document[_File]) -> Iterable[Fault]:
    ids: set[str] = set()
    numbers: set[int] = set()
    for place, group in enumerate(document.value.groups):
        for number, entry in enumerate(group.outcomes):
            where = ("groups", place, "outcomes", number)
            if entry.number // 10 != group.number:
                yield document.fault("the number does not begin with its group's", *where, "number")
            if entry.number in numbers or entry.id in ids:
                yield document.fault("the id or number is given twice", *where, "id")
            ids.add(entry.id)
            numbers.add(entry.number)


def proposed(outcomes: Iterable[Outcome], happened: Iterable[str]) -> Outcome | None:
    """The outcome to propose: of what happened last, as far as it ends calls.

    Args:
        outcomes: those there are.
        happened: slugs of exits, objections and stages, the latest last.
    """
    known = tuple(outcomes)
    for slug in reversed(tuple(happened)):
        for outcome in known:
            if slug in outcome.after:
                return outcome
    return None
