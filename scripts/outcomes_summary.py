"""What a call came to, for the wrap-up: gathered from what happened, nothing worded, nothing added.

Owns the summary as plain values: slugs, times, sums and days.  Whoever shows it looks the words up;
whoever feeds it turns events of the call into `Happening`s.  It writes no prose, knows no screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from scripts.account import Promise
from scripts.outcomes import Outcome, Value, follow_up_on, missing, suppressed_until


class About(StrEnum):
    """What a happening is about."""

    REASON = "reason"
    OBJECTION = "objection"
    OPTION = "option"
    STATEMENT = "statement"
    """A required statement that was given."""
    MISSED = "missed"
    """One that was not, or not whole."""
    CANNOT_TELL = "cannot_tell"
    """One of which nobody can tell."""
    FINDING = "finding"
    DOCUMENT = "document"
    COMPLAINT = "complaint"
    """What the customer finds wrong with product or service: it goes back to the bank."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened in the call: of what sort, its slug or id, seconds from the start."""

    about: About
    slug: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Item:
    """A slug, when it came first (seconds from the start) and how often it came."""

    slug: str
    first_s: float
    times: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The call in plain values; every list in the order in which things came first.

    `next_contact` is the first day on which contact is due and nothing speaks against it; `None`
    where there is none, or it hangs on what was not filled.  `missing` are the outcome's fields
    that still keep it from being kept.
    """

    outcome: str
    items: Mapping[About, tuple[Item, ...]]
    promise: Promise | None
    next_action: str
    next_contact: date | None
    quiet_until: date | None
    missing: tuple[str, ...]


def summarise(
    happenings: Iterable[Happening],
    outcome: Outcome,
    values: Mapping[str, Value],
    promises: Sequence[Promise],
    called_on: date,
) -> Summary:
    """The summary of a call.

    Args:
        happenings: what happened, in any order.
        outcome: how the call ended.
        values: the fields that were filled, by id.
        promises: what the agent confirmed in this call, the latest last: it is the active one.
        called_on: the day of the call, where the desk is.
    """
    quiet = suppressed_until(outcome, called_on, values)
    due = follow_up_on(outcome, called_on, values)
    return Summary(
        outcome=outcome.id,
        items=counted(happenings),
        promise=promises[-1] if promises else None,
        next_action=outcome.follow_up.action,
        next_contact=_contact(outcome, due, quiet),
        quiet_until=quiet,
        missing=missing(outcome, values, called_on),
    )


def counted(happenings: Iterable[Happening]) -> Mapping[About, tuple[Item, ...]]:
    """What happened by what it is about, each slug once, in the order in which it came first."""
    ordered = sorted(happenings, key=lambda item: item.at_s)
    return {about: _items(ordered, about) for about in About}


def _items(ordered: Sequence[Happening], about: About) -> tuple[Item, ...]:
    found: dict[str, Item] = {}
    for happening in ordered:
        if happening.about is about:
            before = found.get(happening.slug)
            found[happening.slug] = (
                Item(happening.slug, happening.at_s, 1)
                if before is None
                else Item(before.slug, before.first_s, before.times + 1)
            )
    return tuple(found.values())


def _contact(outcome: Outcome, due: date | None, quiet: date | None) -> date | None:
    """Not before the quiet days are over; the day that was agreed is itself no quiet day."""
    if due is None or not outcome.next_contact or quiet == date.max:
        return None
    agreed = outcome.follow_up.on_field and outcome.follow_up.after_days == 0
    if quiet is None or due > quiet or (agreed and due == quiet):
        return due
    return quiet + timedelta(days=1)
