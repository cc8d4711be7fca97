"""Whom to call next, and why: from how calls ended and how promises stand to reasons and bars.

Owns which reasons stand (a later talk with the customer takes the place of what was agreed before),
when each is due, and which bars of a disposition hold.  Pure: a day is handed in.  Whether a row
may be called is then for the rules of its place, which know hours and counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from assistant.follow_up.endings import Ending
from assistant.follow_up.ledger import Followed, PolicyFor
from assistant.follow_up.policy import FollowUpPolicy
from assistant.shift.wanted import NO_CALL, Barred, Wanted, WantedFor, in_order
from scripts.outcomes import Suppression, follow_up_on, suppressed_until
from scripts.outcomes_file import Whom
from scripts.promise_keeping import NOT_KEPT, Keeping, PartStanding, PromiseStanding

# What comes next of a call is another call.
_CALLS = frozenset({"dial_again", "call_back", "call_with_interpreter"})
_FOR_GOOD = date.max
_NOT_KEPT_WANTED = {Keeping.BROKEN: WantedFor.BROKEN, Keeping.PART: WantedFor.PART}


@dataclass(frozen=True, slots=True)
class NextRow:
    """One account of the next list.

    `wanted` are all its reasons, the most wanted first; `barred` what keeps it off the telephone,
    `numbers_barred` the numbers that must not be called again.
    """

    followed: Followed
    wanted: tuple[Wanted, ...]
    barred: tuple[Barred, ...] = ()
    numbers_barred: frozenset[str] = frozenset()


def gathered(
    accounts: Iterable[Followed], policy_for: PolicyFor, on: date, days: int = 0
) -> tuple[NextRow, ...]:
    """The next list: broken promises first, then by the day that a reason falls due.

    Args:
        accounts: each once.
        policy_for: the site's days in a jurisdiction.
        on: the day of the list.
        days: how many days ahead it looks.
    """
    rows = []
    for followed in accounts:
        policy = policy_for(followed.last.jurisdiction) if followed.last else FollowUpPolicy()
        due_by = on + timedelta(days=days)
        wanted = in_order(
            one
            for one in _wanted(followed, policy, on, due_by)
            # A reminder comes before its day, which it tells.
            if one.due_on <= due_by or one.why is WantedFor.REMINDER
        )
        if not wanted:
            continue
        barred, numbers = _bars(followed, wanted, on)
        rows.append(NextRow(followed, wanted, barred, numbers))
    return tuple(sorted(rows, key=lambda row: (row.wanted[0].order, row.followed.account)))


# ---- reasons -------------------------------------------------------------------------------------


def _wanted(followed: Followed, policy: FollowUpPolicy, on: date, due_by: date) -> Iterator[Wanted]:
    reached = [ending for ending in followed.endings if ending.reached]
    talked = reached[-1] if reached else None
    for standing in followed.standings:
        yield from _of_promise(standing, talked, policy, on, due_by)
    promised = {
        part.part.day for standing in followed.standings for part in standing.parts
    }  # a next contact on that day is about that promise
    if talked is not None:
        yield from _of_ending(talked, promised)
    later = [
        ending
        for ending in followed.endings
        if not ending.reached and (talked is None or ending.at > talked.at)
    ]
    if later:
        yield from _of_ending(later[-1], promised)


def _of_promise(
    standing: PromiseStanding,
    talked: Ending | None,
    policy: FollowUpPolicy,
    on: date,
    due_by: date,
) -> Iterator[Wanted]:
    for part in standing.parts:
        day = part.part.day
        if day is None or _is_settled(standing, day, talked):
            continue
        if part.state in NOT_KEPT:
            yield _about(part, standing, _NOT_KEPT_WANTED[part.state], day)
        elif part.state is Keeping.NOT_ASSESSABLE and day < on:
            yield _about(part, standing, WantedFor.UNKNOWN, day)
        elif part.state is Keeping.OPEN and day < on:
            yield _about(part, standing, WantedFor.AWAITED, day)
        elif part.state is Keeping.OPEN and policy.remind_days_before is not None:
            from_ = day - timedelta(days=policy.remind_days_before)
            if from_ <= due_by:
                yield _about(part, standing, WantedFor.REMINDER, day)


def _is_settled(standing: PromiseStanding, day: date, talked: Ending | None) -> bool:
    """Whether the customer was talked to about it since: what was agreed then holds."""
    return talked is not None and talked.call != standing.promise.call and talked.at.date() > day


def _about(part: PartStanding, standing: PromiseStanding, why: WantedFor, due: date) -> Wanted:
    return Wanted(
        why,
        due,
        standing.promise.call,
        amount=part.part.amount,
        currency=part.part.currency,
    )


def _of_ending(ending: Ending, promised: set[date | None]) -> Iterator[Wanted]:
    outcome, values, called_on = ending.outcome, ending.values, ending.at.date()
    next_day = ending.next_contact
    back_on, back_at = values.get("callback_on"), values.get("callback_at")
    if isinstance(back_on, date):
        at = back_at if isinstance(back_at, time) else None
        yield Wanted(WantedFor.CALLBACK, back_on, ending.call, at)
    documents = values.get("documents")
    if isinstance(documents, str) and documents.strip():
        due = next_day or follow_up_on(outcome, called_on, values)
        yield Wanted(WantedFor.DOCUMENTS, due or called_on, ending.call)
    if next_day is not None:
        if next_day != back_on and not (outcome.one_active and next_day in promised):
            yield Wanted(WantedFor.NEXT, next_day, ending.call)
    elif outcome.follow_up.action in _CALLS and back_on is None:
        due = follow_up_on(outcome, called_on, values)
        if due is not None:
            yield Wanted(WantedFor.NEXT, due, ending.call)


# ---- bars ----------------------------------------------------------------------------------------


def _bars(
    followed: Followed, wanted: Iterable[Wanted], on: date
) -> tuple[tuple[Barred, ...], frozenset[str]]:
    every = list(wanted)
    asked_for = {one.call for one in every if one.why is WantedFor.CALLBACK and one.due_on <= on}
    barred: dict[str, Barred] = {}
    numbers: set[str] = set()
    for ending in followed.endings:
        rule = ending.outcome.suppress
        if rule is None:
            continue
        until = _until(ending, rule, followed, on)
        if until is None or until < on:
            continue
        if rule.whom is Whom.NUMBER:
            numbers |= {ending.number} if ending.number else set()
            continue
        if rule.whom is Whom.ACCOUNT and ending.call in asked_for:
            continue  # the customer asked for this call
        last = None if until == _FOR_GOOD else until
        before = barred.get(ending.outcome.id)
        if before is None or (before.until is not None and (last is None or last > before.until)):
            barred[ending.outcome.id] = Barred(ending.outcome.id, last, ending.call)
    reasons = {one.why for one in every}
    found = list(barred.values())
    if reasons <= NO_CALL:
        found.append(Barred(WantedFor.AWAITED.value))
    if WantedFor.REMINDER in reasons:
        found = [one for one in found if not _is_promise(one, followed)]
    return tuple(found), frozenset(numbers)


def _until(ending: Ending, rule: Suppression, followed: Followed, on: date) -> date | None:
    """The last day on which a disposition bars contact; `date.max`: until somebody lifts it."""
    if ending.outcome.one_active:
        standing = followed.promise_in(ending.call) if ending.call else None
        if standing is None:
            return suppressed_until(ending.outcome, ending.at.date(), ending.values)
        if standing.state is Keeping.NOT_ASSESSABLE and standing.last_day is None:
            return suppressed_until(ending.outcome, ending.at.date(), ending.values)
        waits = [day for day in standing.open_days if day >= on]
        if standing.state is Keeping.NOT_ASSESSABLE and standing.last_day is not None:
            waits.append(standing.last_day)
        return max(waits, default=None)
    until = suppressed_until(ending.outcome, ending.at.date(), ending.values)
    if rule.until_field == "callback_on" and until is not None and until != _FOR_GOOD:
        return until - timedelta(days=1)  # on the day itself the customer waits for the call
    return until


def _is_promise(barred: Barred, followed: Followed) -> bool:
    return any(
        ending.outcome.id == barred.why and ending.outcome.one_active for ending in followed.endings
    )
