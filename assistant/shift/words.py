"""What a row's answer is called: signs, facts, and what is not known, as message ids.

Owns these tables and the order of the words of a reason.  It knows no screen: a list in a pipe says
the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from assistant import terms
from assistant.interface_text import N_
from assistant.shift.wanted import Wanted, WantedFor
from assistant.shift.work_list import AHEAD, BARRED, NO_RULES, STALE, Standing
from compliance.findings import Kind
from compliance.permission import CLOCK, NO_NUMBER, May, Reason
from compliance.rules import RuleSet
from scripts.forms import money, written_date

SIGNS = {May.YES: "✔", May.UNKNOWN: "?", May.NO: "✘"}
ANSWERS = {May.YES: N_("may call"), May.UNKNOWN: N_("not known"), May.NO: N_("not now")}

OUTCOMES: terms.Terms = {
    "no_answer": N_("no answer"),
    "busy": N_("busy"),
    "voicemail": N_("voicemail"),
}

SOURCES: terms.Terms = {
    "list": N_("work list"),
    "account": N_("account file"),
    "journal": N_("own attempts"),
}

FACTS: terms.Terms = {
    "breathing_space": N_("breathing space"),
    "callback_agreed": N_("agreed callback"),
    "capacity_doubted": N_("capacity in doubt"),
    "cease_contact": N_("wants no contact"),
    "complaint_open": N_("open complaint"),
    "consent": N_("consent"),
    "consent_hours": N_("consent to these hours"),
    "consent_workplace": N_("consent to calls at work"),
    "bankrupt": N_("bankrupt"),
    "debt_extinguished": N_("debt extinguished"),
    "deceased": N_("deceased"),
    "disputed": N_("open dispute"),
    "inconvenient_time": N_("inconvenient time"),
    "insolvency": N_("insolvency"),
    "minor": N_("minor"),
    "number_elsewhere": N_("number away from home"),
    "number_invalid": N_("invalid number"),
    "outsourcing_notice_sent": N_("outsourcing notice sent"),
    "outsourcing_notified": N_("outsourcing announced"),
    "plan_active": N_("plan running"),
    "plan_broken": N_("plan broken"),
    "promise_pending": N_("promise not yet due"),
    "represented": N_("has a lawyer"),
    "attorney_consents": N_("lawyer consents"),
    "attorney_unresponsive": N_("lawyer does not answer"),
    "adviser_unresponsive": N_("adviser does not answer"),
    "capacity_evidenced": N_("capacity shown"),
    "dispute_answered": N_("dispute answered"),
    "settled_claimed": N_("says it is settled"),
    "specialist_team": N_("specialist team"),
    "third_party_refused": N_("third party refused"),
    "time_barred": N_("time-barred"),
    "verification_sent": N_("verification sent"),
    "vulnerable": N_("vulnerable"),
    "will_not_pay": N_("says will not pay"),
    "workplace_number": N_("whether a work number"),
}

BARS: terms.Terms = {
    "paid": N_("says it was paid"),
    "promise": N_("promise not yet due"),
    "part_promise": N_("promise not yet due"),
    "settlement": N_("promise not yet due"),
    "plan": N_("plan running"),
    "hardship": N_("hardship under review"),
    "callback": N_("agreed callback"),
    "dispute": N_("open dispute"),
    "fraud": N_("fraud or identity theft"),
    "bankruptcy": N_("bankrupt"),
    "deceased": N_("deceased"),
    "cease_contact": N_("wants no contact"),
    "attorney": N_("has a lawyer"),
    "complaint": N_("open complaint"),
    "vulnerable": N_("vulnerable"),
    "language_barrier": N_("interpreter needed"),
    "account_not_found": N_("account not found"),
    "accounts_not_asked": N_("accounts do not answer"),
    "payment_awaited": N_("payments not known that far yet"),
}
"""What keeps a row off the telephone beside the law."""

PROMISE_STATES: terms.Terms = {
    "kept": N_("kept"),
    "late": N_("paid late"),
    "kept_in_part": N_("kept in part"),
    "broken_promise": N_("broken"),
    "broken": N_("broken"),
    "promise_not_assessable": N_("not assessable"),
    "not_assessable": N_("not assessable"),
    "payment_awaited": N_("payments not known that far yet"),
    "promise_due": N_("not yet due"),
    "open": N_("still open"),
    "replaced": N_("replaced by a later one"),
}
"""How a promise stands, by its state or by the reason that follows from it."""

_UNKNOWN: terms.Terms = {
    "contacts": N_("earlier contacts"),
    "customer_timezone": N_("where the customer is"),
    "customer_state": N_("customer's state"),
    "collector": N_("who collects"),
    "holiday": N_("this year's holidays"),
    NO_NUMBER: N_("no number"),
    CLOCK: N_("contacts lie in the future: check this machine's clock"),
    NO_RULES: N_("no rules for this place"),
}


_UNFINISHED = N_("{count} wrap-ups to complete")
_UNFINISHED_ONE = N_("1 wrap-up to complete")
AHEAD_OF_NOW = N_("the last attempt lies in the future: check the clock; it counts all the same")


class Say(Protocol):
    """Whoever has the interface's words: an `Interface`, a `Wording`."""

    def text(self, msgid: str, **params: str | int) -> str: ...


@dataclass(frozen=True, slots=True)
class Told:
    """A reason in words.

    `title` is the rule's, where it is broken, else what sort of rule it is; `counted` what was
    counted or is not known, `law` the citation with its `status`, `lifts` what would lift the rule.
    """

    sign: str
    title: str
    counted: str
    law: str
    status: str
    lifts: str


def named(table: terms.Terms, slug: str, say: Say) -> str:
    """The word for a slug; one that stands nowhere is shown as it is."""
    msgid = table.get(slug)
    return say.text(msgid) if msgid is not None else slug.replace("_", " ")


def missing(reason: Reason, say: Say) -> str:
    """What is not known, in words."""
    if reason.because == STALE:
        source = named(SOURCES, dict(reason.params)["source"], say)
        return say.text("{source} is too old", source=source)
    if reason.because == AHEAD:
        source = named(SOURCES, dict(reason.params)["source"], say)
        return say.text("{source} is dated in the future: check the clock", source=source)
    if reason.because.startswith("fact:"):
        return named(FACTS, reason.because.removeprefix("fact:"), say)
    return named(_UNKNOWN, reason.because.removeprefix("account:"), say)


def told(reason: Reason, rules: RuleSet | None, locale: str, say: Say) -> Told:
    """A reason in the reader's language."""
    title = named(terms.FAMILIES, reason.family, say) if reason.family else ""
    if reason.because.startswith("fact:"):
        title = ""  # the title says that it is so, which nobody knows
    elif reason.may is May.NO and rules is not None and reason.title is not None:
        title = rules.message(reason.title.id, reason.title.params, locale)
    params = dict(reason.params)
    counted = ""
    if reason.because.startswith(BARRED):
        return Told(SIGNS[reason.may], bar_words(reason, say), "", "", "", "")
    if reason.may is May.UNKNOWN:
        unknown = missing(reason, say)
        counted = say.text("not known: {what}", what=unknown) if reason.rule else unknown
    elif reason.kind is Kind.WINDOW:
        counted = params.get("hours", "")
    elif params.get("most", "0") != "0":  # where none is allowed, the title says so
        counted = _count(params, say)
    status = ""
    if reason.verified_law is not None:
        status = named(terms.LAW_STATUS, reason.verified_law.value, say)
    lifts = ""
    if reason.may is not May.YES and reason.lifted_by:
        facts = [named(FACTS, fact, say) for fact in reason.lifted_by]
        lifts = say.text("unless the file shows: {facts}", facts=" / ".join(facts))
    return Told(SIGNS[reason.may], title, counted, reason.citation, status, lifts)


def bar_words(reason: Reason, say: Say) -> str:
    """What keeps a row off the telephone beside the law, and until when."""
    name = named(BARS, reason.because.removeprefix(BARRED), say)
    until = dict(reason.params).get("until", "")
    return say.text("{reason}, until {day}", reason=name, day=until) if until else name


def wanted_words(one: Wanted, say: Say, locale: str) -> str:
    """Why an account is to be called next, in a few words."""
    day = written_date(one.due_on, locale)
    match one.why:
        case WantedFor.CALLBACK:
            time = f"{day} {one.at:%H:%M}" if one.at is not None else day
            return say.text("callback {time}", time=time)
        case WantedFor.DOCUMENTS:
            return say.text("documents owed, {day}", day=day)
        case WantedFor.NEXT:
            return say.text("next contact {day}", day=day)
        case _:
            state = named(PROMISE_STATES, one.why.value, say)
            return promise_words(one.amount, one.currency, one.due_on, state, say, locale)


def promise_words(
    amount: Decimal | None, currency: str, due_on: date, state: str, say: Say, locale: str
) -> str:
    """A promise as a fact: how much for when, and how it stands."""
    day = written_date(due_on, locale)
    if amount is None or not currency:
        return say.text("promise for {day}: {state}", day=day, state=state)
    sum_ = money(amount, currency, locale)
    return say.text("promise of {amount} for {day}: {state}", amount=sum_, day=day, state=state)


def _count(params: dict[str, str], say: Say) -> str:
    number, _, unit = params.get("period", "").partition(" ")
    if not unit:
        return ""
    count, most = params["count"], params["most"]
    if "least" in params:
        return say.text("tried {count}, needed {most}", count=count, most=most)
    if unit == "days":
        return say.text(
            "with this call {count}, allowed {most} in {days} days",
            count=count, most=most, days=number,
        )  # fmt: skip
    return say.text(
        "with this call {count}, allowed {most} in {hours} hours",
        count=count, most=most, hours=number,
    )  # fmt: skip


def short_reason(standing: Standing, rules: RuleSet | None, locale: str, say: Say) -> str:
    """The first reason against a row in a few words; for a yes, why it is its turn."""
    wanted = standing.row.wanted
    if wanted and standing.may is May.YES:
        return wanted_words(wanted[0], say, locale)
    if standing.may is May.YES:
        if standing.callback_due:
            return say.text("waits for a callback")
        return say.text("promise not kept") if standing.promise_passed else ""
    reason = standing.against[0]
    if reason.because.startswith(BARRED):
        return bar_words(reason, say)
    if reason.may is May.UNKNOWN:
        unknown = missing(reason, say)
        return say.text("not known: {what}", what=unknown) if reason.rule else unknown
    if rules is None or reason.title is None:
        return ""
    return rules.message(reason.title.id, reason.title.params, locale)


def at_desk(moment: datetime, now: datetime) -> str:
    """A moment by the desk's clock (that of `now`): `14:05`, with its day where that is another."""
    local = moment.astimezone(now.tzinfo)
    if local.date() == now.date():
        return f"{local:%H:%M}"
    if local.year == now.year:
        return f"{local:%m-%d %H:%M}"
    return f"{local:%Y-%m-%d}"


def when(standing: Standing, now: datetime, say: Say) -> str:
    """Until or from when a row may be called; empty where that is not known."""
    if standing.may is May.YES:
        if standing.until is None:
            return ""
        return say.text("until {time}", time=at_desk(standing.until, now))
    if standing.next_at is None or standing.next_at <= now:
        return ""
    return say.text("from {time}", time=at_desk(standing.next_at, now))


def unfinished(count: int, say: Say) -> str:
    """How many wrap-ups wait to be completed."""
    return say.text(_UNFINISHED_ONE) if count == 1 else say.text(_UNFINISHED, count=count)


def age(as_of: datetime | None, now: datetime, say: Say) -> str:
    """How long ago a source was true."""
    if as_of is None:
        return say.text("of unknown age")
    minutes = max(0, int((now - as_of).total_seconds() // 60))
    if minutes < 1:
        return say.text("now")
    if minutes < 120:
        return say.text("{count} min ago", count=minutes)
    if minutes < 48 * 60:
        return say.text("{count} h ago", count=minutes // 60)
    return say.text("{count} days ago", count=minutes // (24 * 60))
