"""Judges how often a customer was called: contacts before this call, counted as a rule counts them.

Owns the counting: days and rolling hours, per number and per debt, by what came of each contact.
What is not known of a contact leaves it possible, and a limit that only possible contacts exceed,
or that only they satisfy, is left open.  It reads no clock; the call's start is the moment that
counts.  A call that another desk passed to this one was counted there, or not: it is no dial of
this desk's.  That a customer may not be called at all is told all the same, as something to check.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from compliance.context import (
    INBOUND,
    TRANSFERRED,
    CallContext,
    CallHeader,
    Contact,
    Listener,
    is_passed_on,
)
from compliance.findings import FoundBy, Verdict
from compliance.judges.hits import Hit, Judged, considered, why_open
from compliance.kinds import Limit
from compliance.local_time import zone_of
from compliance.rules import Rule, RuleSet

_CONVERSATION = "conversation"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one limit stands: `count` contacts, this call included where it counts.

    `broken` is whether this call breaks it, `why` what keeps that from being known.  `harmless` is
    whether it is kept for certain even should it apply, which is what is not known.  `doubtful` is
    whether a breach hangs on who placed the call.
    """

    rule: Rule
    limit: Limit
    count: int
    broken: bool = False
    why: str = ""
    harmless: bool = False
    doubtful: bool = False


class LimitsJudge:
    """The limits of one call; all is known when it starts."""

    def __init__(self, rules: RuleSet, header: CallHeader) -> None:
        self._around = rules.around
        self._limits = rules.measuring(Limit)
        self._outcomes = rules.around.outcomes
        self._found: set[str] = set()  # rules that this call was found to break
        self.learns(header)

    def learns(self, header: CallHeader) -> None:
        """What is known of the customer and of earlier contacts; what was found stays found."""
        self._header = header
        zones = self._around.zones.of_call(header) if self._limits else ()
        self._zone = zone_of(header.customer_timezone) or zone_of(next(iter(zones), None))

    def opened(self, context: CallContext) -> Judged:
        """The limits that this call exceeds, and those that cannot be judged."""
        hits: list[Hit] = []
        undecided: list[tuple[str, str]] = []
        for standing in self.standings(context):
            if standing.rule.id in self._found:
                continue
            if standing.broken:
                self._found.add(standing.rule.id)
                hits.append(_hit(standing, context))
            elif standing.why:
                undecided.append((standing.rule.id, standing.why))
        return Judged(tuple(hits), tuple(undecided))

    def standings(self, context: CallContext) -> Iterator[Standing]:
        """How each limit stands that applies or may apply, kept ones too."""
        for rule, limit in self._limits:
            applies = rule.when.holds(context)
            if applies is False or any(context.fact(name) for name in limit.unless):
                continue
            passed_on = is_passed_on(context, limit.unless)
            why = why_open(context, (rule.when,)) if applies is None else self._unknown()
            if (
                applies
                and limit.this_call
                and limit.least is None
                and limit.most == 0
                and _this_call_counts(limit, context)
            ):
                # Whatever came before this call.
                doubtful = passed_on and context.fact(INBOUND) is None
                yield Standing(rule, limit, 1, broken=True, doubtful=doubtful)
                continue
            if passed_on:
                yield Standing(rule, limit, 0, why=why or TRANSFERRED)
                continue
            if why and (applies or self._unknown()):
                yield Standing(rule, limit, 0, why=why)
                continue
            certain, possible = self._count(limit, context)
            if why:
                least = limit.least
                kept = possible <= limit.most if least is None else certain >= least
                yield Standing(rule, limit, certain, why=why, harmless=kept)
                continue
            if limit.least is not None:
                broken = possible < limit.least
                open_ = not broken and certain < limit.least
                count = possible
            else:
                broken = certain > limit.most
                open_ = not broken and possible > limit.most
                count = certain
            yield Standing(rule, limit, count, broken=broken, why="contacts" if open_ else "")

    def _unknown(self) -> str:
        if self._header.started_at is None:
            return "started_at"
        return "contacts" if self._header.contacts is None else ""

    def _count(self, limit: Limit, context: CallContext) -> tuple[int, int]:
        """How many contacts certainly count, and how many may."""
        certain = possible = 0
        for contact in self._header.contacts or ():
            counts = _all_of(
                self._in_period(limit, contact),
                self._of_class(limit, contact),
                self._same_number(limit, contact),
                self._same_debt(limit, contact),
            )
            certain += counts is True
            possible += counts is not False
        if limit.this_call and limit.least is None and _this_call_counts(limit, context):
            certain += 1
            possible += 1
        return certain, possible

    def _in_period(self, limit: Limit, contact: Contact) -> bool:
        now, then = self._local(self._header.started_at), self._local(contact.at)
        if now is None or then is None or then > now:
            return False  # what is yet to come is no earlier contact
        if limit.days is not None:
            return (now.date() - then.date()).days < limit.days
        return now - then < timedelta(hours=limit.hours or 0)

    def _local(self, moment: datetime | None) -> datetime | None:
        """A moment by the customer's clock; one without an offset is that already."""
        if moment is None or moment.tzinfo is None:
            return moment
        started = self._header.started_at
        zone = self._zone or (started.tzinfo if started is not None else None)
        return (moment.astimezone(zone) if zone is not None else moment).replace(tzinfo=None)

    def _of_class(self, limit: Limit, contact: Contact) -> bool | None:
        found = self._outcomes.class_of(contact.outcome)
        if found is not None and found in limit.besides:
            return False
        if not limit.outcomes:
            return True  # an exclusion needs knowledge
        return None if found is None else found in limit.outcomes

    def _same_number(self, limit: Limit, contact: Contact) -> bool | None:
        if "number" not in limit.per:
            return True
        if self._header.number is None or contact.number is None:
            return None
        return _digits(self._header.number) == _digits(contact.number)

    def _same_debt(self, limit: Limit, contact: Contact) -> bool | None:
        if "debt" not in limit.per or contact.debt is None:
            return True  # without a name it is about this call's account
        account = self._header.account or {}
        own = account.get("debt") or account.get("id")
        return None if own is None else str(own) == contact.debt


def _all_of(*answers: bool | None) -> bool | None:
    if any(answer is False for answer in answers):
        return False
    return None if any(answer is None for answer in answers) else True


def _this_call_counts(limit: Limit, context: CallContext) -> bool:
    """Whether a call that somebody took is of a class that counts."""
    if not limit.outcomes:
        return True
    return _CONVERSATION in limit.outcomes and context.listener is not Listener.VOICEMAIL


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isdigit())[-9:]


def _hit(standing: Standing, context: CallContext) -> Hit:
    rule, limit, count = standing.rule, standing.limit, standing.count
    known, unknown = considered(context, (rule.when,), limit.unless)
    bound = limit.most if limit.least is None else limit.least
    what = f"{'at most' if limit.least is None else 'at least'} {bound} in {limit.period}"
    params = (("count", str(count)), ("most", str(bound)), ("period", limit.period))
    found_by = FoundBy("limit", what, context=(*known, ("count", str(count))), unknown=unknown)
    verdict = Verdict.CHECK_FACTS if standing.doubtful else limit.verdict
    return Hit(rule, verdict, found_by, part="count", params=params)
