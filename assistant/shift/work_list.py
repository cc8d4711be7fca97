"""The work list of a shift: whom to call, in which order, and whether each may be called now.

Owns the order, the filter, and the permission of every row at a moment; permissions are asked for
again only once they may have changed.  Pure: rows, contacts and moments are handed in.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from assistant.shift.journal import Attempt
from assistant.shift.learnt import learnt
from assistant.shift.rows import NumberKind, PhoneNumber, Source, WorkRow
from compliance.context import CallHeader
from compliance.local_time import zone_of
from compliance.permission import CLOCK_MAY_BE_OFF, Dialling, May, Reason, facts_asked
from compliance.permitted_times import Permission, permission
from compliance.rules import RuleSet

STALE = "stale"
AHEAD = "ahead"
NO_RULES = "rules"
BARRED = "barred:"
"""How a reason's `because` begins where a disposition, and no rule, keeps a row off."""
STALE_AFTER = timedelta(hours=72)
"""A list made on Friday evening still serves on Monday morning, and no longer."""

_RANK = {May.YES: 0, May.UNKNOWN: 1, May.NO: 2}

RulesFor = Callable[[str, str], RuleSet | None]
"""The rules of a jurisdiction for a language; `None` where there are none."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether one row may be called now.

    `number` is the one that the answer is about: the first that may be called, else the one that
    may be soonest.  `reasons` are all there are, those against it first; beyond the law's, a source
    that is `stale` or dated `ahead` of now, and a place without `rules`, are reasons for not
    knowing.  `next_at` and `until` are as in `Permission`, `zones` those in which the customer may
    be, `sources` where what is known comes from.  `callback_due` is whether the customer waits for
    a call by now, `promise_passed` whether a promise's day is past, `header` what the rules were
    asked with.
    """

    row: WorkRow
    number: PhoneNumber | None
    may: May
    reasons: tuple[Reason, ...]
    zones: tuple[str, ...]
    next_at: datetime | None
    until: datetime | None
    sources: tuple[Source, ...]
    settled_until: datetime
    callback_due: bool = False
    promise_passed: bool = False
    header: CallHeader | None = None

    def clocks(self, now: datetime) -> tuple[tuple[str, str], ...]:
        """The local time wherever the customer may be, by zone."""
        return tuple((zone, f"{now.astimezone(zone_of(zone)):%H:%M}") for zone in self.zones)

    @property
    def barred(self) -> bool:
        """Whether a disposition keeps it off the telephone: nobody may call all the same."""
        return any(reason.because.startswith(BARRED) for reason in self.reasons)

    @property
    def against(self) -> tuple[Reason, ...]:
        """The reasons for which it is no yes."""
        return tuple(reason for reason in self.reasons if reason.may is not May.YES)


class WorkList:
    """Rows with their permissions.

    Args:
        rows: of the list, in its order.
        rules_for: where rules come from.
        own_attempts: this program's own attempts at an account.
        stale_after: how old a source may be before a yes is none.
    """

    def __init__(
        self,
        rows: Sequence[WorkRow],
        rules_for: RulesFor,
        own_attempts: Callable[[str], Iterable[Attempt]] = lambda _account: (),
        stale_after: timedelta = STALE_AFTER,
    ) -> None:
        self.rows = tuple(rows)
        self._rules_for = rules_for
        self._own = own_attempts
        self._stale_after = stale_after
        self._known: dict[str, Standing] = {}
        self._asked_with: dict[str, tuple[Attempt, ...]] = {}
        self._asked: dict[int, tuple[str, ...]] = {}
        self._at: datetime | None = None

    def changed(self, account: str) -> None:
        """Something new is known of an account: an attempt was made."""
        self._known.pop(account, None)

    def standings(self, now: datetime) -> tuple[Standing, ...]:
        """Every row as it stands now, in the order in which they are to be called.

        Those that may be called come first, then those nobody knows of, then the others; within
        each, broken promises and then the day that a reason falls due, on a list that was formed
        from calls; customers who wait for a callback, promises that have passed unkept, and then
        the longest overdue.

        Raises:
            ValueError: `now` has no offset.
        """
        now = now.astimezone(UTC)
        found = [self._standing(row, now) for row in self.rows]
        return tuple(sorted(found, key=_order))

    def standing(self, row: WorkRow, now: datetime) -> Standing:
        """One row as it stands now."""
        return self._standing(row, now.astimezone(UTC))

    def _standing(self, row: WorkRow, now: datetime) -> Standing:
        if self._at is not None and now < self._at:
            self._known.clear()  # the clock was set back
        self._at = now
        known = self._known.get(row.id)
        own = tuple(self._own(row.id))  # others write attempts, too
        if known is None or now >= known.settled_until or own != self._asked_with.get(row.id):
            known = self._ask(row, now)
            self._known[row.id] = known
            self._asked_with[row.id] = own
        return known

    def _ask(self, row: WorkRow, now: datetime) -> Standing:
        barred = _with_bars(self._allowed(row, now), now)
        lifted = barred.next_at
        if lifted is None or lifted <= now or not any(bar.until for bar in row.barred):
            return barred
        # When the bar is lifted the hours may not be open: what the rules say then counts.
        then = self._allowed(row, lifted.astimezone(UTC))
        return replace(barred, next_at=lifted if then.may is May.YES else then.next_at)

    def _allowed(self, row: WorkRow, now: datetime) -> Standing:
        rules = self._rules_for(row.jurisdiction, row.language)
        if rules is None:
            reason = Reason(May.UNKNOWN, "", NO_RULES, standing=True)
            return Standing(
                row, _first(row), May.UNKNOWN, (reason,), (), None, None, row.sources,
                now + timedelta(days=1),
            )  # fmt: skip
        attempts = tuple(self._own(row.id))
        zones = rules.around.zones.of_call(row.dialling(_first(row)).header)
        row = learnt(row, attempts, zone_of(next(iter(zones), None)))
        own = tuple(attempt.contact() for attempt in attempts)
        asked = self._asked.setdefault(id(rules), facts_asked(rules))
        tried: list[tuple[Dialling, PhoneNumber | None, Permission]] = []
        for number in _numbers(row):
            dialling = row.dialling(number, asked, own)
            told = permission(rules, dialling, now)
            tried.append((dialling, number, told))
            if told.answer.may is May.YES:
                break
        dialling, number, told = min(tried, key=lambda one: _soonest(one[2]))
        settled = min(told.settled_until for _, _, told in tried)
        stale, stale_at = self._staleness(row, now)
        may, reasons = told.answer.may, told.answer.reasons
        if stale:
            reasons = (*(r for r in reasons if r.may is May.NO), *stale,
                       *(r for r in reasons if r.may is not May.NO))  # fmt: skip
            may = May.UNKNOWN if may is May.YES else may
        for turn in (stale_at, row.callback_at):
            if turn is not None and now < turn.astimezone(UTC):
                settled = min(settled, turn.astimezone(UTC))
        zone = zone_of(told.answer.clocks[0][0]) if told.answer.clocks else None
        today = now.astimezone(zone).date()
        return Standing(
            row,
            number,
            may,
            reasons,
            tuple(name for name, _ in told.answer.clocks),
            told.next_at,
            told.until,
            row.sources,
            settled,
            callback_due=row.callback_at is not None
            and row.callback_at <= now
            and not any(contact.at >= row.callback_at for contact in own),
            promise_passed=any(due < today for due in row.promises_due or ()),
            header=dialling.header,
        )

    def _staleness(self, row: WorkRow, now: datetime) -> tuple[tuple[Reason, ...], datetime | None]:
        """Which sources are too old to be believed, and when the next of them will be."""
        stale: list[Reason] = []
        turns: list[datetime] = []
        for source in row.sources:
            named = (("source", source.name),)
            if source.as_of is None or now - source.as_of > self._stale_after:
                stale.append(Reason(May.UNKNOWN, "", STALE, params=named))
            elif source.as_of > now + CLOCK_MAY_BE_OFF:  # how old it is, nobody knows
                stale.append(Reason(May.UNKNOWN, "", AHEAD, params=named))
                turns.append(source.as_of - CLOCK_MAY_BE_OFF)
            else:
                turns.append(source.as_of + self._stale_after + timedelta(microseconds=1))
        return tuple(stale), min(turns, default=None)


def _with_bars(standing: Standing, now: datetime) -> Standing:
    """The answer, and no where a disposition keeps the row off the telephone."""
    row = standing.row
    zone = zone_of(standing.zones[0] if standing.zones else row.customer_timezone)
    today = now.astimezone(zone).date()
    holding = [bar for bar in row.barred if bar.holds(today)]
    if not holding:
        return standing
    reasons = tuple(
        Reason(
            May.NO,
            "",
            f"{BARRED}{bar.why}",
            params=(("until", bar.until.isoformat() if bar.until else ""),),
            standing=bar.until is None,
        )
        for bar in holding
    )
    lifted: datetime | None = None
    settled = standing.settled_until
    ends = [bar.until for bar in holding if bar.until is not None]
    if ends:
        after = [datetime.combine(day + timedelta(days=1), time(), zone or UTC) for day in ends]
        settled = min(settled, *(moment.astimezone(UTC) for moment in after))
        if len(ends) == len(holding):
            lifted = max(after)
            if standing.next_at is not None:
                lifted = max(lifted, standing.next_at)
    return replace(
        standing,
        may=May.NO,
        # Of a row without any source the rules could only say that nothing is known.
        reasons=(*reasons, *(standing.reasons if row.sources else ())),
        next_at=lifted,
        until=None,
        settled_until=settled,
    )


def _soonest(told: Permission) -> tuple[int, bool, datetime]:
    return _RANK[told.answer.may], told.next_at is None, told.next_at or told.at


def _order(standing: Standing) -> tuple[object, ...]:
    row = standing.row
    first = row.wanted[0].order if row.wanted else (True, date.max, time.max)
    return (
        _RANK[standing.may],
        first,
        not standing.callback_due,
        not standing.promise_passed,
        -(row.days_past_due or 0),
        -(row.overdue_amount or Decimal(0)),
        row.id,
    )


def _first(row: WorkRow) -> PhoneNumber | None:
    return next(iter(_numbers(row)))


def _numbers(row: WorkRow) -> tuple[PhoneNumber | None, ...]:
    """The numbers to try: the customer's own first, others' only where there is no other."""
    own = [number for number in row.numbers if number.kind is not NumberKind.THIRD_PARTY]
    return tuple(own or row.numbers) or (None,)


def matching(
    standings: Iterable[Standing],
    words: str,
    *,
    permitted_only: bool = False,
    said: Callable[[Standing], str] = lambda _standing: "",
) -> tuple[Standing, ...]:
    """The rows in which every one of the words is found; all of them for no words.

    Args:
        standings: to choose from.
        words: parted by blanks, whatever their case.
        permitted_only: only rows that may be called.
        said: more text of a row to look in: what the screen says of it.
    """
    # Figures and letters of an input method are the figures and letters that they show.
    wanted = unicodedata.normalize("NFKC", words).casefold().split()
    found = []
    for standing in standings:
        if permitted_only and standing.may is not May.YES:
            continue
        row = standing.row
        numbers = " ".join(number.number for number in row.numbers)
        text = f"{row.id} {row.customer_name} {numbers} {row.jurisdiction} {said(standing)}"
        folded = unicodedata.normalize("NFKC", text).casefold()
        if all(word in folded for word in wanted):
            found.append(standing)
    return tuple(found)
