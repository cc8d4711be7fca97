"""When a customer may be contacted next: the day that is proposed, and the hours it is lawful in.

Owns the step from a day on which contact is due to the first moment from then on that hours, counts
and holidays permit.  Whether they do is `compliance.permission`'s, and what is not known stays so.
Pure: rules, what is known and the day are passed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from compliance.context import CallHeader, Contact
from compliance.local_time import zone_of
from compliance.permission import Dialling, May, may_call, zones_of
from compliance.permitted_times import permission
from compliance.rules import RuleSet

_STEP = timedelta(minutes=30)
_DAYS = 7
"""For how many days hours are looked for where the file leaves open whether a call is allowed."""


@dataclass(frozen=True, slots=True)
class ContactTime:
    """A day, and the customer's hours in which a call may be made then.

    `opens` and `closes` are `None` where no hours are known.  `certain` is whether every rule
    permits it; otherwise something the rules ask for is not known, and no rule that can be answered
    speaks against it.
    """

    day: date
    opens: time | None
    closes: time | None
    certain: bool


ContactTimes = Callable[[CallHeader, str, tuple[date, ...], date], ContactTime | None]
"""The first permitted time after a call: what was known at its start, how it ended, days on which
promises fall due, and the day from which contact is due."""


def contact_times(
    rules: RuleSet, now: Callable[[], datetime], zone: Callable[[], tzinfo]
) -> ContactTimes:
    """What answers for the calls of one desk.

    Args:
        rules: of the calls' jurisdiction.
        now: the desk's clock, with an offset.
        zone: the desk's, where a customer's is not known.
    """

    def times(
        header: CallHeader, outcome: str, due: tuple[date, ...], earliest: date
    ) -> ContactTime | None:
        at = now()
        return contact_time(rules, dialling_after(header, at, outcome, due), earliest, at, zone())

    return times


def dialling_after(
    header: CallHeader, at: datetime, outcome: str, due: tuple[date, ...]
) -> Dialling:
    """What will be known of the customer once this call has ended.

    Args:
        header: what was known before it.
        at: when it began, with an offset.
        outcome: how it ended.
        due: days on which promises fall due.
    """
    contacts = (*(header.contacts or ()), Contact(at, header.number, outcome))
    # Who has no contacts on file may have any number of them: that stays unknown.
    known = contacts if header.contacts is not None else None
    return Dialling(replace(header, contacts=known), due or None)


def contact_time(
    rules: RuleSet, dialling: Dialling, earliest: date, now: datetime, zone: tzinfo
) -> ContactTime | None:
    """The first permitted time from a day on; `None` where every rule known is against any.

    Args:
        rules: of the customer's jurisdiction.
        dialling: what will be known of the customer.
        earliest: the day on which contact is due, and quiet days are over.
        now: the desk's clock, with an offset; nothing before it is proposed.
        zone: the desk's, where the customer's is not known.

    Raises:
        ValueError: `now` has no offset.
    """
    zones = zones_of(rules, dialling)
    there = zone_of(zones[0]) if zones else None
    local = there or zone
    begin = max(datetime.combine(earliest, time(), local).astimezone(UTC), now.astimezone(UTC))
    told = permission(rules, dialling, begin)
    if told.next_at is not None:
        opens = told.next_at.astimezone(local)
        until = permission(rules, dialling, told.next_at).until
        closes = until.astimezone(local) if until is not None else None
        same = closes is not None and closes.date() == opens.date()
        # Both ends of a window are allowed, so that it ends a moment after its last minute.
        closed = closes.time().replace(second=0, microsecond=0) if closes and same else None
        return ContactTime(opens.date(), opens.time(), closed, certain=True)
    return _undecided(rules, dialling, begin, local)


def _undecided(
    rules: RuleSet, dialling: Dialling, begin: datetime, local: tzinfo
) -> ContactTime | None:
    """The first hours that nothing known is against."""
    opens: datetime | None = None
    closes: datetime | None = None
    first = begin.astimezone(local)
    at = first.replace(minute=30 * (first.minute // 30), second=0, microsecond=0)
    for _ in range(_DAYS * 48):
        if opens is not None and at.date() != opens.date():
            break
        lawful = may_call(rules, dialling, max(at, first)).may is not May.NO
        if lawful and opens is None:
            opens = at
        elif opens is not None and not lawful:
            closes = at
            break
        at += _STEP
    if opens is None:
        return None
    closed = None if closes is None else (closes - _STEP).time()
    whole_day = opens.time() == time() and closes is None
    return ContactTime(
        opens.date(), None if whole_day else opens.time(), None if whole_day else closed,
        certain=False,
    )  # fmt: skip
