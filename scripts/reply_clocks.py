"""By when a complaint or a dispute is to be answered, as law and regulators say.

Owns `reply_clocks.yaml`, its strict reading, which of its entries hold where, and the day on which
one ends.  Pure: the days come in, it reads no clock.  Where the file names nothing there is no
deadline that is known, which is no leave to wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

from pydantic import Field

from compliance.context import Collector
from compliance.documents import Document, Schema, load_document
from compliance.errors import BadInput, Fault
from compliance.findings import VerifiedLaw
from compliance.pack_cache import USERS
from compliance.places import JURISDICTIONS
from scripts.outcomes import Named


class Matter(StrEnum):
    """What somebody came with; the value is also the kind of task that it becomes."""

    COMPLAINT = "complaint"
    DISPUTE = "dispute"


class Begins(StrEnum):
    """What the days are counted from."""

    RECEIVED = "received"
    FIRST_CONTACT = "first_contact"
    NOTICE = "notice"
    ANSWER = "answer"


class Whose(StrEnum):
    """Who has to act, or may, within the time."""

    FIRM = "firm"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class ReplyClock:
    """One entry of the file; without `days` and `months` it is a duty that lasts."""

    id: str
    matter: Matter
    jurisdiction: str
    collectors: frozenset[Collector]
    begins: Begins
    days: int | None
    months: int | None
    whose: Whose
    label: Named
    citation: str
    verified_law: VerifiedLaw

    @property
    def sets_a_day(self) -> bool:
        """Whether it is a day by which the firm must have answered."""
        return self.whose is Whose.FIRM and self.begins is Begins.RECEIVED and self.days is not None


@dataclass(frozen=True, slots=True)
class Running:
    """A clock with its days: `begun` and `due` are `None` where nobody here knows them."""

    clock: ReplyClock
    begun: date | None
    due: date | None

    def days_left(self, today: date) -> int | None:
        """How many days are left after today; below 0: so many days over."""
        return (self.due - today).days if self.due is not None else None


@dataclass(frozen=True, slots=True)
class ReplyClocks:
    """Every clock, in the order of the file."""

    clocks: tuple[ReplyClock, ...]

    def of(
        self, matter: Matter, jurisdiction: str, collector: Collector | None
    ) -> tuple[ReplyClock, ...]:
        """Those that hold for a matter; where nobody said who collects, each that may."""
        return tuple(
            clock
            for clock in self.clocks
            if clock.matter is matter
            and clock.jurisdiction == jurisdiction
            and (collector is None or not clock.collectors or collector in clock.collectors)
        )


def run(clock: ReplyClock, known: Mapping[Begins, date]) -> Running:
    """Set a clock going.

    Args:
        clock: which one.
        known: the days that are known, by what is counted from them.
    """
    begun = known.get(clock.begins)
    if begun is None or clock.days is None:
        return Running(clock, begun, None)
    try:
        return Running(clock, begun, begun + timedelta(days=clock.days))
    except OverflowError:
        return Running(clock, begun, None)


# ---- reading -------------------------------------------------------------------------------------

_Prose = Annotated[str, Field(min_length=1, max_length=120)]


class _Names(Schema):
    en: _Prose
    hant: _Prose = Field(alias="zh-Hant")
    hans: _Prose = Field(alias="zh-Hans")


class _Entry(Schema):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
    matter: Annotated[Matter, Field(strict=False)]
    jurisdiction: str
    collectors: tuple[Annotated[Collector, Field(strict=False)], ...] = ()
    begins: Annotated[Begins, Field(strict=False)]
    days: Annotated[int, Field(ge=1, le=3660)] | None = None
    months: Annotated[int, Field(ge=1, le=120)] | None = None
    whose: Annotated[Whose, Field(strict=False)]
    names: _Names
    citation: _Prose
    verified_law: Annotated[VerifiedLaw, Field(strict=False)]


class _File(Schema):
    clocks: tuple[_Entry, ...] = Field(min_length=1)


@cache
def shipped_reply_clocks() -> ReplyClocks:
    """The clocks that ship."""
    with as_file(files("scripts") / "reply_clocks.yaml") as shipped:
        return load_reply_clocks(shipped)


def load_reply_clocks(path: Path) -> ReplyClocks:
    """The clocks of a file.

    Raises:
        BadInput: the file is broken; all faults are told, with line and column.
    """
    document = load_document(path, _File, USERS)
    faults = tuple(_faults(document))
    if faults:
        raise BadInput("The reply clocks cannot be used", faults)
    return ReplyClocks(tuple(_clock(entry) for entry in document.value.clocks))


def _faults(document: Document[_File]) -> Iterator[Fault]:
    entries = document.value.clocks
    ids = Counter(entry.id for entry in entries)
    for place, entry in enumerate(entries):
        if ids[entry.id] > 1:
            yield document.fault("the id is given twice", "clocks", place, "id")
        if entry.jurisdiction not in JURISDICTIONS:
            message = f"is none of {', '.join(JURISDICTIONS)}"
            yield document.fault(message, "clocks", place, "jurisdiction")
        if entry.days is not None and entry.months is not None:
            yield document.fault("takes 'days' or 'months', not both", "clocks", place, "months")
        if entry.months is not None and entry.begins in (Begins.RECEIVED, Begins.FIRST_CONTACT):
            # A due day is counted from these, and months have no one length.
            yield document.fault("needs 'days' here", "clocks", place, "months")
        if entry.verified_law is VerifiedLaw.POLICY:
            message = "is law: a site's own policy does not stand here"
            yield document.fault(message, "clocks", place, "verified_law")


def _clock(entry: _Entry) -> ReplyClock:
    names = entry.names
    return ReplyClock(
        id=entry.id,
        matter=entry.matter,
        jurisdiction=entry.jurisdiction,
        collectors=frozenset(entry.collectors),
        begins=entry.begins,
        days=entry.days,
        months=entry.months,
        whose=entry.whose,
        label=Named((("en", names.en), ("zh-Hant", names.hant), ("zh-Hans", names.hans))),
        citation=entry.citation,
        verified_law=entry.verified_law,
    )
