"""Decides how long a kept call stays, and why it stays or goes.

Owns the arithmetic of periods and the one decision; what holds where comes in as `Term`s, what is
known of a call as `Keeping`.  It reads no store, no file and no clock.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

_PERIOD = re.compile(r"([1-9][0-9]{0,3}) (day|month|year)s?")
# Every day of a leap cycle: what holds from each of them holds always, century years aside.
_CYCLE = tuple(date(2024, 1, 1) + timedelta(days=day) for day in range(1461))


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of the calendar."""

    months: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        """The first day on which the period is over; a day that is not there moves on, not back."""
        months = day.year * 12 + day.month - 1 + self.months
        year, month = min(months // 12, 9998), months % 12 + 1
        last = calendar.monthrange(year, month)[1]
        moved = date(year, month, min(day.day, last))
        return moved + timedelta(days=self.days + (1 if day.day > last else 0))

    def at_least(self, other: Period) -> bool:
        """Whether it is never over before `other`, whatever the day both begin on."""
        return all(self.after(day) >= other.after(day) for day in _CYCLE)

    def __str__(self) -> str:
        if self.days:
            count, unit = self.days, "day"
        elif self.months % 12:
            count, unit = self.months, "month"
        else:
            count, unit = self.months // 12, "year"
        return f"{count} {unit}{'s' * (count != 1)}"


def read_period(text: str) -> Period:
    """`2 years`, `6 months` or `90 days`.

    Raises:
        ValueError: it is written otherwise.
    """
    found = _PERIOD.fullmatch(text)
    if found is None:
        raise ValueError("this is no period")
    count = int(found[1])
    if found[2] == "day":
        return Period(days=count)
    return Period(months=count * (12 if found[2] == "year" else 1))


class Since(StrEnum):
    """What a period runs from."""

    CALL = "call"
    ACTIVITY = "activity"


@dataclass(frozen=True, slots=True)
class Term:
    """What holds for the calls of a jurisdiction and some collectors; see `retention.toml`."""

    keep: Period
    since: Since
    minimum: Period | None
    maximum: Period | None
    until_cleared: frozenset[str]
    citation: str
    status: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is known of one kept call as far as its keeping goes.

    `on` is the day it began (UTC), `last_activity` that of the last kept call on its account;
    `outcome` is how it ended (`None`: nobody said); `cleared` whether its debt was.
    """

    call: str
    on: date
    last_activity: date
    outcome: str | None
    cleared: bool
    held: bool
    open: bool
    grave_unreviewed: bool


class Stays(StrEnum):
    """Why a call stays."""

    OPEN = "it is being recorded, or has still to be recovered"
    HELD = "it is held"
    MINIMUM = "the law's least is not reached"
    SETTLEMENT = "its settlement is kept until the debt is cleared"
    OUTCOME_UNKNOWN = "nobody said how it ended: it may hold a settlement whose debt is not cleared"
    REVIEW = "a grave finding is not reviewed"
    PERIOD = "the site's period is not over"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a call goes: `stays` is empty then.  `until` is the day on which its period ends."""

    call: str
    stays: tuple[Stays, ...]
    until: date
    citation: str

    @property
    def goes(self) -> bool:
        return not self.stays

    @property
    def may_be_erased(self) -> bool:
        """Whether nothing but the site's own period keeps it."""
        return all(reason is Stays.PERIOD for reason in self.stays)


def decide(known: Keeping, terms: Sequence[Term], today: date) -> Verdict:
    """Whether a call goes today.

    Args:
        known: the call.
        terms: every term that may hold for it; where its collector is unknown, several do, and the
            strictest decides.  At least one.
        today: the day (UTC).
    """
    stays: list[Stays] = []
    least = [_end(known, term, term.minimum) for term in terms if term.minimum is not None]
    ends = [_end(known, term, term.keep) for term in terms]
    until = max(ends + least)
    if known.open:
        stays.append(Stays.OPEN)
    if known.held:
        stays.append(Stays.HELD)
    if least and today < max(least):
        stays.append(Stays.MINIMUM)
    settled = frozenset[str]().union(*(term.until_cleared for term in terms))
    if settled and not known.cleared:
        if known.outcome is None:
            stays.append(Stays.OUTCOME_UNKNOWN)
        elif known.outcome in settled:
            stays.append(Stays.SETTLEMENT)
    most = [_end(known, term, term.maximum) for term in terms if term.maximum is not None]
    if known.grave_unreviewed and not (most and today >= min(most)):
        stays.append(Stays.REVIEW)
    if today < until and Stays.MINIMUM not in stays:
        stays.append(Stays.PERIOD)
    citation = max(terms, key=lambda term: _end(known, term, term.keep)).citation
    return Verdict(known.call, tuple(stays), until, citation)


def day_of(at_utc: str) -> date:
    """The day (UTC) of an ISO 8601 time; one that cannot be read is today's worst case: the last.

    A call whose beginning is not known never falls due by itself.
    """
    try:
        moment = datetime.fromisoformat(at_utc)
    except ValueError:
        return date(9000, 1, 1)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).date()


def _end(known: Keeping, term: Term, period: Period) -> date:
    # The day of a call is that of its beginning in UTC; where it took place it may be the next one
    # already, so one day more.
    since = known.last_activity if term.since is Since.ACTIVITY else known.on
    return period.after(since + timedelta(days=1))
