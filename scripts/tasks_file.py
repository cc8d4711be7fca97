"""The form of `tasks.yaml`, and the faults in it that a schema of single values cannot tell.

Owns nothing but what may stand in the file; what becomes a task in a call is `scripts.tasks`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Annotated, Literal

from pydantic import Field

from compliance.documents import Document, Schema
from compliance.errors import Fault
from compliance.findings import VerifiedLaw
from compliance.pack_routes import route_names
from compliance.places import JURISDICTIONS
from scripts.outcomes import Outcome
from scripts.outcomes_file import Name
from scripts.prompt import EXITS, OBJECTIONS

_Slug = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,29}$")]
_Days = Annotated[int, Field(ge=0, le=3660)]


class OwnerEntry(Schema):
    names: Name
    roles: tuple[Literal["reviewer", "supervisor", "compliance"], ...] = Field(min_length=1)


class WithinEntry(Schema):
    hours: Annotated[int, Field(ge=1, le=23)] | None = None
    days: _Days | None = None


class LawEntry(Schema):
    jurisdiction: str
    days: _Days
    citation: str = Field(min_length=1, max_length=120)
    verified_law: Annotated[VerifiedLaw, Field(strict=False)]


class KindEntry(Schema):
    id: _Slug
    names: Name
    owner: _Slug
    outcome: str = ""
    exits: tuple[str, ...] = ()
    objections: tuple[str, ...] = ()
    pressed: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    asked: tuple[_Slug, ...] = ()
    over: tuple[str, ...] = ()
    firm: bool = False
    within: WithinEntry
    law: tuple[LawEntry, ...] = ()


class WithoutEntry(Schema):
    exits: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()


class File(Schema):
    owners: dict[_Slug, OwnerEntry]
    kinds: tuple[KindEntry, ...] = Field(min_length=1)
    without: WithoutEntry


def faults(document: Document[File], outcomes: Mapping[str, Outcome]) -> Iterator[Fault]:
    """Every fault of the file as a whole, each with its place."""
    read = document.value
    ids = Counter(kind.id for kind in read.kinds)
    for place, kind in enumerate(read.kinds):
        if ids[kind.id] > 1:
            yield document.fault("the id is given twice", "kinds", place, "id")
        for key, message in chain(_kind_faults(kind, read), _follow_up_faults(kind, outcomes)):
            yield document.fault(message, "kinds", place, key)
    yield from _signs(document, "exits", EXITS, read.without.exits, complete=True)
    yield from _signs(document, "routes", route_names(), read.without.routes, complete=True)
    heard = tuple(slug for kind in read.kinds for slug in kind.objections)
    yield from _signs(document, "objections", OBJECTIONS, (), complete=False)
    yield from _signs(document, "pressed", OBJECTIONS, heard, complete=False)
    yield from _signs(document, "asked", None, (), complete=False)


def _kind_faults(kind: KindEntry, read: File) -> Iterator[tuple[str, str]]:
    if kind.owner not in read.owners:
        yield "owner", f"names no owner; there are: {', '.join(read.owners)}"
    if not (kind.exits or kind.objections or kind.pressed or kind.routes or kind.asked):
        yield "id", "nothing raises it: give 'exits', 'objections', 'routes' or 'asked'"
    if not {one.id for one in read.kinds if one.id != kind.id}.issuperset(kind.over):
        yield "over", "names no other kind"
    if (kind.within.hours is None) is (kind.within.days is None):
        yield "within", "takes 'hours' or 'days', one of them"
    places = [law.jurisdiction for law in kind.law]
    if not set(JURISDICTIONS).issuperset(places) or len(set(places)) < len(places):
        yield "law", f"gives each jurisdiction once, of: {', '.join(JURISDICTIONS)}"
    if any(law.verified_law is VerifiedLaw.POLICY for law in kind.law):
        yield "law", "is law: house policy stands in 'within'"


def _follow_up_faults(
    kind: KindEntry, outcomes: Mapping[str, Outcome]
) -> Iterator[tuple[str, str]]:
    """A task and the outcome it goes with ask the same of the same people, on the same day."""
    if not kind.outcome:
        return
    outcome = outcomes.get(kind.outcome)
    if outcome is None:
        yield "outcome", "is no outcome of outcomes.yaml"
        return
    days = kind.within.days if kind.within.hours is None else 0
    if outcome.follow_up.on_field or days != outcome.follow_up.after_days:
        yield "within", f"the outcome's follow-up is due after {outcome.follow_up.after_days} days"
    others = [slug for slug in kind.exits if slug not in outcome.after and slug != outcome.route]
    if others:
        yield "exits", f"{', '.join(others)} leads to another outcome"


def _signs(
    document: Document[File],
    key: str,
    known: tuple[str, ...] | None,
    without: tuple[str, ...],
    *,
    complete: bool,
) -> Iterator[Fault]:
    """Each sign raises one kind of task, or is said to raise none."""
    raised: dict[str, str] = {}
    for place, kind in enumerate(document.value.kinds):
        for slug in getattr(kind, key):
            if known is not None and slug not in known:
                yield document.fault(f"{slug} is none of {', '.join(known)}", "kinds", place, key)
            elif slug in raised or slug in without:
                where = raised.get(slug, "without")
                yield document.fault(f"{slug} stands at {where} too", "kinds", place, key)
            raised[slug] = kind.id
    left = [slug for slug in known or () if slug not in raised and slug not in without]
    if complete and left:
        yield document.fault(
            f"say what becomes of {', '.join(left)}: a kind's, or here", "without", key
        )
    if known is not None and not set(known).issuperset(without):
        yield document.fault(f"names what is none of {', '.join(known)}", "without", key)
