"""The tables `[promises.us]` and the like of a site's settings: days of its own policy.

Owns the form of the table and the policy that follows from it; what a site leaves open is as in
`site_settings.toml`.  None of these days is law.

    [promises.us]
    late_days = 5            # after the promised day, within which a payment still counts as late
    processing_days = 2      # banking days until a payment is surely in the payments file
    remind_days_before = 1   # a courtesy reminder that long before the day; without it, none
    look_back_days = 180     # calls older than this are not looked at
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from compliance.documents import Schema
from scripts.promise_keeping import KeepingPolicy

_Days = Annotated[int, Field(ge=0, le=60)]


class PromisesEntry(Schema):
    """One jurisdiction's part; what is absent is as shipped."""

    late_days: _Days | None = None
    processing_days: Annotated[int, Field(ge=0, le=20)] | None = None
    remind_days_before: Annotated[int, Field(ge=0, le=30)] | None = None
    look_back_days: Annotated[int, Field(ge=7, le=3650)] | None = None


class PromisesTable(Schema):
    """One entry for each jurisdiction."""

    us: PromisesEntry = PromisesEntry()
    tw: PromisesEntry = PromisesEntry()
    cn: PromisesEntry = PromisesEntry()
    hk: PromisesEntry = PromisesEntry()
    uk: PromisesEntry = PromisesEntry()

    def of(self, jurisdiction: str) -> PromisesEntry:
        """The entry of a jurisdiction; an empty one where there is none."""
        found = getattr(self, jurisdiction, None)
        return found if isinstance(found, PromisesEntry) else PromisesEntry()


@dataclass(frozen=True, slots=True)
class FollowUpPolicy:
    """What holds in one jurisdiction; `remind_days_before` is `None` where nobody is reminded."""

    keeping: KeepingPolicy = field(default_factory=KeepingPolicy)
    remind_days_before: int | None = None
    look_back_days: int = 180


_Name = Literal["late_days", "processing_days", "remind_days_before", "look_back_days"]


def policy_of(site: PromisesEntry, shipped: PromisesEntry) -> FollowUpPolicy:
    """The policy of a jurisdiction: the site's word, else the shipped one."""

    def chosen(name: _Name) -> int | None:
        own: int | None = getattr(site, name)
        told: int | None = getattr(shipped, name)
        return own if own is not None else told

    plain = FollowUpPolicy()
    late, processing, back = (
        chosen("late_days"), chosen("processing_days"), chosen("look_back_days"),
    )  # fmt: skip
    return FollowUpPolicy(
        KeepingPolicy(
            plain.keeping.late_days if late is None else late,
            plain.keeping.processing_days if processing is None else processing,
        ),
        chosen("remind_days_before"),
        plain.look_back_days if back is None else back,
    )
