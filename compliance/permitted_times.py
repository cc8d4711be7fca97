"""When a number may be called next, and until when it may be.

Owns the moments at which an answer can change (windows that open and close, days that end, clocks
that are put forward or back, contacts that grow old, a callback that falls due) and the search over
them.  Whether a moment permits a call is `permission`'s.  It reads no clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from compliance.kinds import Limit, Window
from compliance.local_time import zone_of
from compliance.permission import Answer, Dialling, May, may_call, zones_of
from compliance.rules import RuleSet

LOOKED_AHEAD_DAYS = 62
"""How far beyond the last dated fact is looked: the longest period of a limit is thirty days."""

_STEP = timedelta(days=4)
_MARGIN = timedelta(days=2)  # offsets of zones, and days that a zone left out altogether
_AFTER = timedelta(microseconds=1)  # both ends of a window are allowed
_MIDNIGHT = time()


@dataclass(frozen=True, slots=True)
class Permission:
    """The answer at one moment, and when it is another.

    `at` is the moment asked about.  `next_at` is the first moment from then on at which the file as
    it stands permits a call (`at` itself where it does now), `None` where none is found or only a
    change of the file can bring one.  `until` is the moment from which it no longer does, of a yes;
    `None` where none is near.  Before `settled_until` nobody need ask again while the file stays.
    All have offset zero.
    """

    at: datetime
    answer: Answer
    next_at: datetime | None
    until: datetime | None
    settled_until: datetime


def permission(rules: RuleSet, dialling: Dialling, now: datetime) -> Permission:
    """The answer now, and when it changes.

    Raises:
        ValueError: `now` has no offset.
    """
    answer = may_call(rules, dialling, now)
    now = now.astimezone(UTC)
    turns = _Turns(rules, dialling)
    settled_until = next(turns.after(now, now + _STEP), now + _STEP)
    if answer.may is May.YES:
        until = next(
            (
                turn
                for turn in turns.after(now, now + _STEP)
                if may_call(rules, dialling, turn).may is not May.YES
            ),
            None,
        )
        return Permission(now, answer, now, until, settled_until)
    if any(reason.standing for reason in answer.against):
        return Permission(now, answer, None, None, settled_until)
    following = next(
        (
            turn
            for turn in turns.after(now, turns.horizon(now))
            if may_call(rules, dialling, turn).may is May.YES
        ),
        None,
    )
    return Permission(now, answer, following, None, settled_until)


class _Turns:
    """The moments at which the answer for one customer can change."""

    def __init__(self, rules: RuleSet, dialling: Dialling) -> None:
        self._zones = [
            zone for name in zones_of(rules, dialling) if (zone := zone_of(name)) is not None
        ]
        walls = {_MIDNIGHT}
        closing: set[time] = set()
        for _, window in rules.measuring(Window):
            walls.add(window.opens)
            closing.add(window.closes)
        self._walls = walls
        self._closing = closing
        self._dated = sorted(self._of_file(rules, dialling))
        self._due = max(dialling.promises_due or (date.min,))

    def horizon(self, now: datetime) -> datetime:
        """How far to look: past the last dated fact by as much as the longest limit."""
        last = max([now, *self._dated])
        if self._due.year > 1:
            last = max(last, _instant(self._due, _MIDNIGHT, None))
        return min(last, now + timedelta(days=370)) + timedelta(days=LOOKED_AHEAD_DAYS)

    def after(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Those later than `start` and before `end`, in order."""
        while start < end:
            stop = min(start + _STEP, end)
            found = {moment for moment in self._dated if start < moment <= stop}
            found.update(moment for moment in self._by_clock(start, stop) if start < moment <= stop)
            yield from sorted(found)
            start = stop

    def _of_file(self, rules: RuleSet, dialling: Dialling) -> Iterator[datetime]:
        if dialling.callback_at is not None:
            yield dialling.callback_at.astimezone(UTC)
        contacts = dialling.header.contacts or ()
        for contact in contacts:
            if contact.at.tzinfo is not None:
                yield contact.at.astimezone(UTC)  # until then it lies in the future
        for _, limit in rules.measuring(Limit):
            if limit.hours is None:
                continue
            for contact in contacts:
                for zone in self._zones:
                    local = contact.at
                    if local.tzinfo is not None:
                        local = local.astimezone(zone).replace(tzinfo=None)
                    local += timedelta(hours=limit.hours)
                    yield from _instants(local.date(), local.time(), zone)

    def _by_clock(self, start: datetime, end: datetime) -> Iterator[datetime]:
        days = (end - start + 2 * _MARGIN).days + 1
        for zone in self._zones:
            first = (start - _MARGIN).astimezone(zone).date()
            for number in range(days):
                day = first + timedelta(days=number)
                for wall in self._walls:
                    yield from _instants(day, wall, zone)
                for wall in self._closing:
                    yield from (moment + _AFTER for moment in _instants(day, wall, zone))
                yield from _shift(day, zone)


def _instants(day: date, wall: time, zone: ZoneInfo) -> Iterator[datetime]:
    """The one or two moments at which a clock shows a time; of a time left out, its neighbours."""
    first, second = _instant(day, wall, zone), _instant(day, wall, zone, fold=1)
    yield first
    if second != first:
        yield second


def _instant(day: date, wall: time, zone: ZoneInfo | None, *, fold: int = 0) -> datetime:
    local = datetime.combine(day, wall, zone or UTC).replace(fold=fold)
    return local.astimezone(UTC)


def _shift(day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """The moment of a day at which its clocks are put forward or back, if there is one."""
    low, high = _instant(day, _MIDNIGHT, zone), _instant(day + timedelta(days=1), _MIDNIGHT, zone)
    before = low.astimezone(zone).utcoffset()
    if high.astimezone(zone).utcoffset() == before:
        return
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    yield high
