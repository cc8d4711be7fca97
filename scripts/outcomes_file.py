"""The form of `outcomes.yaml`, and the faults in it that a schema of single values cannot tell.

Owns nothing but what may stand in the file; what the outcomes mean is `scripts.outcomes`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from compliance.documents import Document, Schema
from compliance.errors import Fault
from scripts.prompt import EXITS, OBJECTIONS, PASSED_ON, STAGES

_Slug = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,29}$")]
_Days = Annotated[int, Field(ge=0, le=3660)]


class FieldKind(StrEnum):
    """What a field holds."""

    AMOUNT = "amount"
    PAST_DATE = "past_date"
    FUTURE_DATE = "future_date"
    TIME = "time"
    COUNT = "count"
    CHOICE = "choice"
    YES_NO = "yes_no"
    TEXT = "text"


class Whom(StrEnum):
    """Whom not to contact."""

    ACCOUNT = "account"
    NUMBER = "number"
    PERSON = "person"
    COLLECTION = "collection"


class Name(Schema):
    en: str = Field(min_length=1, max_length=30)
    hant: str = Field(alias="zh-Hant", min_length=1, max_length=12)
    hans: str = Field(alias="zh-Hans", min_length=1, max_length=12)

    def by_language(self) -> tuple[tuple[str, str], ...]:
        """Pairs of an interface language's code and the name."""
        return (("en", self.en), ("zh-Hant", self.hant), ("zh-Hans", self.hans))


class FieldEntry(Schema):
    kind: Annotated[FieldKind, Field(strict=False)]
    names: Name
    choices: dict[_Slug, Name] = Field(default_factory=dict)


class FollowUpEntry(Schema):
    action: _Slug
    after_days: _Days | None = None
    on_field: str = ""
    days_after_field: _Days = 0


class SuppressEntry(Schema):
    whom: Annotated[Whom, Field(strict=False)]
    days: _Days | None = None
    until_field: str = ""


class OutcomeEntry(Schema):
    id: _Slug
    number: int = Field(ge=10, le=99)
    name: Name
    after: tuple[str, ...] = Field(default=(), alias="from")
    next: bool = True
    right_party: bool = False
    stops: bool = False
    one_active: bool = False
    route: str = ""
    mandatory: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    follow_up: FollowUpEntry
    suppress: SuppressEntry | None = None


class GroupEntry(Schema):
    id: _Slug
    number: int = Field(ge=1, le=9)
    name: Name
    outcomes: tuple[OutcomeEntry, ...] = Field(min_length=1, max_length=10)


class File(Schema):
    fields: dict[_Slug, FieldEntry]
    actions: dict[_Slug, Name]
    groups: tuple[GroupEntry, ...] = Field(min_length=1)


def faults(document: Document[File]) -> Iterator[Fault]:
    """Every fault of the file as a whole, each with its place."""
    read = document.value
    for name, item in read.fields.items():
        if (item.kind is FieldKind.CHOICE) is not bool(item.choices):
            yield document.fault("a choice has choices, and nothing else", "fields", name)
    ids = Counter(entry.id for group in read.groups for entry in group.outcomes)
    numbers = Counter(entry.number for group in read.groups for entry in group.outcomes)
    for place, group in enumerate(read.groups):
        for index, entry in enumerate(group.outcomes):
            at = ("groups", place, "outcomes", index)
            if entry.number // 10 != group.number:
                yield document.fault("the number does not begin with its group's", *at, "number")
            if numbers[entry.number] > 1 or ids[entry.id] > 1:
                yield document.fault("the id or number is given twice", *at, "id")
            for key, message in _entry_faults(entry, read):
                yield document.fault(message, *at, key)


def _entry_faults(entry: OutcomeEntry, read: File) -> Iterator[tuple[str, str]]:
    asked = (*entry.mandatory, *entry.optional)
    for key, names in (("mandatory", entry.mandatory), ("optional", entry.optional)):
        if any(name not in read.fields for name in names):
            yield key, f"names no field; there are: {', '.join(read.fields)}"
    if len(set(asked)) < len(asked):
        yield "optional", "asks for a field twice"
    slugs = {*EXITS, *OBJECTIONS, *STAGES, PASSED_ON}
    if not slugs.issuperset(entry.after):
        yield "from", "names no stage, exit or objection of a flow"
    if entry.route and entry.route not in EXITS:
        yield "route", f"is no exit of a flow; there are: {', '.join(EXITS)}"
    follow = entry.follow_up
    if follow.action not in read.actions:
        yield "follow_up", f"names no action; there are: {', '.join(read.actions)}"
    if (follow.after_days is None) is not bool(follow.on_field):
        yield "follow_up", "takes 'after_days' or 'on_field', one of them"
    if follow.on_field and not _is_day(follow.on_field, entry, read):
        yield "follow_up", "'on_field' is no mandatory day of this outcome"
    rule = entry.suppress
    if rule is not None and rule.days is not None and rule.until_field:
        yield "suppress", "takes 'days' or 'until_field', not both"
    if rule is not None and rule.until_field and not _is_day(rule.until_field, entry, read):
        yield "suppress", "'until_field' is no mandatory day of this outcome"
    if entry.stops and not entry.next and rule is None:
        yield "stops", "ends contact and so needs 'suppress'"


def _is_day(name: str, entry: OutcomeEntry, read: File) -> bool:
    days = {FieldKind.PAST_DATE, FieldKind.FUTURE_DATE}
    return name in entry.mandatory and name in read.fields and read.fields[name].kind in days
