"""Whether a number may be called at a moment: yes, no, or unknown, before anybody dials.

Owns the answer and its reasons.  The law is the packs': the same judges that judge a call judge it
before it is made, at a moment that is handed in, in every time zone that may apply.  What is not
known is never a yes.  It reads no clock and no file; `permitted_times` looks for other moments.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from compliance.context import INBOUND, TRANSFERRED, CallContext, CallHeader, Contact
from compliance.findings import Kind, Message, Severity, Verdict, VerifiedLaw
from compliance.judges.hits import Hit
from compliance.judges.limits import LimitsJudge, Standing
from compliance.judges.windows import WindowsJudge
from compliance.kinds import Limit, Window
from compliance.local_time import day_of_call, zone_of
from compliance.rules import Rule, RuleSet

CALLBACK_AGREED = "callback_agreed"
PROMISE_PENDING = "promise_pending"
_CONVERSATION = "conversation"
CLOCK_MAY_BE_OFF = timedelta(minutes=5)  # two machines' clocks; more is a clock that was set back

NO_NUMBER = "number"
CLOCK = "clock"


class May(StrEnum):
    """The answer; the worst of several reasons decides."""

    YES = "yes"
    UNKNOWN = "unknown"
    NO = "no"


_WORSE = (May.YES, May.UNKNOWN, May.NO)


@dataclass(frozen=True, slots=True)
class Dialling:
    """What is known of a customer and the number to be called.

    `header` is as of a call; its `started_at` means nothing, its `listener` is whose number it is
    (unknown: the customer's own).  `promises_due` are the days of promises not yet kept or broken,
    `None` where nobody knows whether there are any.  `callback_at`, with an offset, is the moment
    from which the customer asked to be called again.
    """

    header: CallHeader
    promises_due: tuple[date, ...] | None = None
    callback_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """What one rule answers, with its law.

    `rule` is empty where no rule speaks but the facts themselves are in the way (`because` is then
    `number`: there is none, or `clock`: contacts lie in the future).  `because` names what is not
    known (`fact:represented`, `contacts`, `customer_timezone`, `holiday`, …).  `lifted_by` are
    facts that would lift the rule if the file showed them.  `title` and `explanation` are texts of
    the rule set.  `standing` is whether no later moment can change the answer while the file stays.
    """

    may: May
    rule: str
    because: str = ""
    family: str = ""
    kind: Kind | None = None
    severity: Severity | None = None
    verdict: Verdict | None = None
    citation: str = ""
    verified_law: VerifiedLaw | None = None
    title: Message | None = None
    explanation: Message | None = None
    params: tuple[tuple[str, str], ...] = ()
    lifted_by: tuple[str, ...] = ()
    standing: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a call may be made at a moment; `reasons` are all there are, the worst first.

    `clocks` are the zones in which the customer may be, each with its local time (`14:05`).
    """

    may: May
    reasons: tuple[Reason, ...]
    clocks: tuple[tuple[str, str], ...] = ()

    @property
    def against(self) -> tuple[Reason, ...]:
        """The reasons for which it is no yes."""
        return tuple(reason for reason in self.reasons if reason.may is not May.YES)


def may_call(rules: RuleSet, dialling: Dialling, moment: datetime) -> Answer:
    """Whether a number may be called at a moment.

    Args:
        rules: of the customer's jurisdiction; those in force on the customer's day are asked, those
            on trial are not.
        dialling: what is known.
        moment: when the call would start, with an offset.

    Raises:
        ValueError: the moment has no offset, so that it is no moment.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs an offset")
    header = replace(
        dialling.header, started_at=moment, contacts=made_by(dialling.header.contacts, moment)
    )
    zones = zones_of(rules, dialling)
    rules = rules.at(_day(header, zones), header.collector)
    found: dict[str, Reason] = {}
    for zone in zones or (None,):
        local = moment if zone is None else moment.astimezone(zone_of(zone))
        here = replace(
            header,
            customer_timezone=zone or header.customer_timezone,
            facts=_facts(dialling, rules, local),
        )
        # Who does not know where somebody is counts the days of every place.
        for standing in LimitsJudge(rules, here).standings(_context(here)):
            _worse(found, _of_limit(standing, dialling))
        if zone == (zones or (None,))[0]:
            everywhere = replace(here, customer_timezone=header.customer_timezone)
            for reason in _of_windows(rules, everywhere):
                _worse(found, reason)
    for reason in _of_file(dialling, moment):
        found[f"={reason.because}"] = reason
    reasons = sorted(found.values(), key=lambda reason: -_WORSE.index(reason.may))
    may = reasons[0].may if reasons else May.UNKNOWN  # no rule at all permits nothing
    clocks = tuple((zone, f"{moment.astimezone(zone_of(zone)):%H:%M}") for zone in zones)
    return Answer(may, tuple(reasons), clocks)


def made_by(contacts: tuple[Contact, ...] | None, moment: datetime) -> tuple[Contact, ...] | None:
    """Earlier contacts as they count at a moment: one that seems to lie ahead was made by now.

    Nobody writes down what is yet to come, so that a clock was set back since, or another desk's
    runs ahead; left out of the counts it would permit one call too many.  A time without an offset
    is the customer's own and stays.
    """
    if contacts is None:
        return None
    return tuple(
        replace(contact, at=moment)
        if contact.at.tzinfo is not None and contact.at > moment
        else contact
        for contact in contacts
    )


def zones_of(rules: RuleSet, dialling: Dialling) -> tuple[str, ...]:
    """Every zone in which the customer may be, by IANA name; empty where that is unknown."""
    return tuple(
        zone for zone in rules.around.zones.of_call(dialling.header) if zone_of(zone) is not None
    )


def facts_asked(rules: RuleSet) -> tuple[str, ...]:
    """The facts without which some rule on hours or counts leaves the answer unknown.

    What follows from promises, callbacks and numbers is left out: nobody has to name it.
    """
    asked = {
        name
        for rule, _ in rules.measuring(Window, Limit)
        if not rule.trial
        for name, _value in rule.when.facts
    }
    return tuple(sorted(asked - {PROMISE_PENDING, CALLBACK_AGREED, INBOUND}))


# ---- the moment's facts --------------------------------------------------------------------------


def _day(header: CallHeader, zones: tuple[str, ...]) -> date | None:
    return day_of_call(replace(header, customer_timezone=zones[0]) if zones else header)


def _facts(dialling: Dialling, rules: RuleSet, local: datetime) -> Mapping[str, bool]:
    """The file's facts, with those that hang on the moment; an own call is no inbound one."""
    facts = {**dialling.header.facts, INBOUND: False, TRANSFERRED: False}
    if dialling.promises_due is not None:
        facts[PROMISE_PENDING] = any(due >= local.date() for due in dialling.promises_due)
    at = dialling.callback_at
    if at is not None:
        facts[CALLBACK_AGREED] = at <= local and not any(
            contact.at.tzinfo is not None
            and at <= contact.at <= local
            and rules.around.outcomes.class_of(contact.outcome) == _CONVERSATION
            for contact in dialling.header.contacts or ()
        )
    return facts


def _context(header: CallHeader) -> CallContext:
    return CallContext(header, verified=False, listener=header.listener, time_s=0.0)


# ---- reasons -------------------------------------------------------------------------------------


def _worse(found: dict[str, Reason], reason: Reason | None) -> None:
    if reason is None:
        return
    known = found.get(reason.rule)
    if known is None or _WORSE.index(reason.may) > _WORSE.index(known.may):
        found[reason.rule] = reason


def _of_limit(standing: Standing, dialling: Dialling) -> Reason | None:
    rule, limit = standing.rule, standing.limit
    if rule.trial:
        return None
    bound = limit.most if limit.least is None else limit.least
    params: tuple[tuple[str, str], ...] = (
        ("count", str(standing.count)),
        ("most", str(bound)),
        ("period", limit.period),
    )
    if limit.least is not None:
        params = (*params, ("least", str(bound)))
    moving = {PROMISE_PENDING} if dialling.promises_due else set()
    if dialling.callback_at is not None:
        moving.add(CALLBACK_AGREED)
    hangs_on = {*limit.unless, *(name for name, _ in rule.when.facts)}
    if standing.broken:
        always = limit.most == 0 and limit.this_call and limit.least is None
        stays = always and not moving & hangs_on
        return _reason(
            May.NO, rule, dialling.header, params, limit.unless, limit.verdict, stays=stays
        )
    if standing.why and not standing.harmless:
        dated = standing.why == "contacts" and dialling.header.contacts is not None
        stays = not dated and standing.why.removeprefix("fact:") not in moving
        return _reason(
            May.UNKNOWN, rule, dialling.header, params, limit.unless, why=standing.why, stays=stays
        )
    return _reason(May.YES, rule, dialling.header, params)


def _of_windows(rules: RuleSet, header: CallHeader) -> Iterable[Reason]:
    judged = WindowsJudge(rules, header).opened(_context(header))
    hits: dict[str, Hit] = {hit.rule.id: hit for hit in judged.hits}
    undecided = dict(judged.undecided)
    for rule, window in rules.measuring(Window):
        if rule.trial or rule.when.holds(_context(header)) is False:
            continue
        hours = (("hours", f"{window.opens:%H:%M}-{window.closes:%H:%M}"),)
        hit, why = hits.get(rule.id), undecided.get(rule.id)
        if hit is not None:
            yield _reason(May.NO, rule, header, hit.params, window.unless, hit.verdict)
        elif why is not None:
            stays = why != "holiday"
            yield _reason(May.UNKNOWN, rule, header, hours, window.unless, why=why, stays=stays)
        else:
            yield _reason(May.YES, rule, header, hours)


def _of_file(dialling: Dialling, moment: datetime) -> Iterable[Reason]:
    if not (dialling.header.number or "").strip():
        yield Reason(May.UNKNOWN, "", NO_NUMBER, standing=True)
    late = moment + CLOCK_MAY_BE_OFF
    if any(
        contact.at.tzinfo is not None and contact.at > late
        for contact in dialling.header.contacts or ()
    ):
        yield Reason(May.UNKNOWN, "", CLOCK)  # was this machine's clock set back?


def _reason(
    may: May,
    rule: Rule,
    header: CallHeader,
    params: tuple[tuple[str, str], ...],
    lifted_by: tuple[str, ...] = (),
    verdict: Verdict | None = None,
    *,
    why: str = "",
    stays: bool = False,
) -> Reason:
    return Reason(
        may=may,
        rule=rule.id,
        because=why,
        family=rule.family,
        kind=rule.kind,
        severity=rule.severity,
        verdict=verdict,
        citation=rule.citation(header.collector),
        verified_law=rule.law(header.collector),
        title=Message(f"{rule.id}.title", params),
        explanation=Message(f"{rule.id}.explanation", params),
        params=params,
        lifted_by=tuple(fact for fact in lifted_by if fact != INBOUND),
        standing=stays,
    )
