"""Which strategy a case asks for, and by what: pure, from the account and what is on file.

Owns the strategies, the facts that choose between them, and the choosing: rules are tried in their
stated order, then bands of days past due.  Facts choose, never motives: contacts that went
unanswered, a promise that was not kept, a hardship that was told.  What is not known, or cannot be,
chooses nothing, and then neutral lines are said.  It reads no file and no clock; rules and bands
come from `scripts.strategy_file`, and what a strategy changes stands in the flows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from compliance.context import INBOUND, CallHeader, Collector, Contact
from compliance.outcomes import Outcomes
from scripts.account import Account


class Strategy(StrEnum):
    """How a call is led; the value is what flows name."""

    REMINDER = "reminder"
    EARLY = "early"
    MIDDLE = "middle"
    LATE = "late"
    PRE_LEGAL = "pre_legal"
    EMERGENCY = "emergency"
    HARDSHIP = "hardship"
    BROKEN_PROMISE = "broken_promise"
    UNRESPONSIVE = "unresponsive"


class Why(StrEnum):
    """What a strategy, or none, was chosen by."""

    DAYS = "days"  # `days` past due
    NOT_PAST_DUE = "not_past_due"
    DAYS_UNKNOWN = "days_unknown"  # missing, or more or fewer than can be
    FACT = "fact"  # `fact` is on file
    PROMISE = "promise"  # the one for `day` was not kept
    UNANSWERED = "unanswered"  # the last `count` contacts


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of a case when its call begins; `None`: unknown.

    `broken_on` is the day of the promise made last, where it was not kept.  `unanswered` counts the
    contacts since somebody last answered.  A fact that is absent is unknown.
    """

    jurisdiction: str
    collector: Collector = Collector.IN_HOUSE
    days_past_due: int | None = None
    broken_on: date | None = None
    unanswered: int | None = None
    facts: Mapping[str, bool] = field(default_factory=dict)

    @property
    def inbound(self) -> bool:
        """Whether the customer called."""
        return self.facts.get(INBOUND) is True


@dataclass(frozen=True, slots=True)
class Chosen:
    """A strategy, `None` for none, and why; what the reason is of stands in the other fields."""

    strategy: Strategy | None
    why: Why
    days: int | None = None
    day: date | None = None
    count: int | None = None
    fact: str = ""


@dataclass(frozen=True, slots=True)
class FactRule:
    """Any of these facts chooses the strategy, `None` for none, unless one of the others holds."""

    facts: tuple[str, ...]
    strategy: Strategy | None
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PromiseRule:
    """A broken promise that is the latest chooses the strategy."""

    strategy: Strategy
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnansweredRule:
    """So many contacts unanswered, so many days past due, choose the strategy."""

    least: int
    past_due: int
    strategy: Strategy
    unless: tuple[str, ...] = ()


Rule = FactRule | PromiseRule | UnansweredRule


@dataclass(frozen=True, slots=True)
class Bands:
    """From which day past due on which strategy holds, the first day first; a bank's policy.

    `unless` are facts that keep a strategy from holding: the one before it does.
    """

    jurisdiction: str
    collectors: frozenset[Collector]
    from_day: tuple[tuple[int, Strategy], ...]
    verified_law: str
    why: str


@dataclass(frozen=True, slots=True)
class Strategies:
    """The rules in their order, and the bands.

    `believable` is the most days past due that are taken for what they say.  `barred` are facts
    with which no days make a call pre-legal.
    """

    rules: tuple[Rule, ...]
    bands: tuple[Bands, ...]
    believable: int
    barred: tuple[str, ...]
    content_hash: str

    def bands_of(self, jurisdiction: str, collector: Collector) -> Bands | None:
        """The bands by which a case is sorted; `None` where nobody wrote any."""
        fitting = (
            bands
            for bands in self.bands
            if bands.jurisdiction == jurisdiction
            and (not bands.collectors or collector in bands.collectors)
        )
        return next(fitting, None)

    def choose(self, case: Case) -> Chosen:
        """The strategy of a case: of the first rule that holds, else by days past due."""
        days = case.days_past_due
        if days is not None and not 0 <= days <= self.believable:
            days = None
        for rule in self.rules:
            chosen = None if _any(case, rule.unless) else _by_rule(rule, case, days)
            if chosen is not None:
                return chosen
        if days is None:
            return Chosen(None, Why.DAYS_UNKNOWN)
        if days == 0:
            return Chosen(None, Why.NOT_PAST_DUE)
        bands = self.bands_of(case.jurisdiction, case.collector)
        begun = [strategy for first, strategy in bands.from_day if first <= days] if bands else []
        if begun[-1:] == [Strategy.PRE_LEGAL] and _any(case, self.barred):
            begun.pop()
        return Chosen(begun[-1] if begun else None, Why.DAYS, days=days)


def _any(case: Case, facts: Iterable[str]) -> str:
    return next((fact for fact in facts if case.facts.get(fact) is True), "")


def _by_rule(rule: Rule, case: Case, days: int | None) -> Chosen | None:
    match rule:
        case FactRule():
            fact = _any(case, rule.facts)
            return Chosen(rule.strategy, Why.FACT, fact=fact) if fact else None
        case PromiseRule():
            day = case.broken_on
            return Chosen(rule.strategy, Why.PROMISE, day=day) if day is not None else None
        case UnansweredRule():
            count = case.unanswered or 0
            holds = count >= rule.least and days is not None and days >= rule.past_due
            return Chosen(rule.strategy, Why.UNANSWERED, count=count) if holds else None


# ---- the facts of a case -------------------------------------------------------------------------


def case_of(account: Account | None, header: CallHeader, outcomes: Outcomes) -> Case:
    """What is known of a case: from the account as shown, else from the ledger of the header.

    Args:
        account: the account, where there is one.
        header: the call's; its facts weigh more than the account's, and its contacts are counted.
        outcomes: what the outcomes of contacts count as.
    """
    plain = header.account or {}
    facts = {**header.facts}
    collector = header.collector or Collector.IN_HOUSE
    if account is None:
        return Case(
            header.jurisdiction,
            collector,
            _count(plain.get("days_past_due")),
            _day(plain.get("broken_promise_on")),
            _unanswered(header.contacts, outcomes, _count(plain.get("unanswered_contacts"))),
            facts,
        )
    # What to beware of on an account is what was noted of it: hardship, vulnerable, …
    facts = {**dict.fromkeys(account.traps, True), **account.facts, **facts}
    latest = max(account.promises, key=lambda promise: promise.made_on, default=None)
    broken = latest.due_on if latest is not None and latest.kept is False else None
    unanswered = _unanswered(header.contacts, outcomes, None)
    return Case(
        account.jurisdiction,
        Collector(account.collector),
        account.days_past_due,
        broken,
        unanswered,
        facts,
    )


@dataclass(frozen=True, slots=True)
class Chooser:
    """Chooses for accounts and calls by these strategies; `outcomes` is as for `case_of`."""

    strategies: Strategies
    outcomes: Outcomes

    def __call__(self, account: Account | None, header: CallHeader) -> Chosen:
        """The strategy of a call."""
        return self.strategies.choose(case_of(account, header, self.outcomes))


_UNANSWERED = frozenset(("unanswered", "voicemail"))
# Nobody was called, or nobody could be: it says nothing of whether the customer answers.
_ASIDE = frozenset(("not_connected", "written"))


def _unanswered(
    contacts: tuple[Contact, ...] | None, outcomes: Outcomes, told: int | None
) -> int | None:
    """How many contacts went unanswered since the last that did not; `told` where none are listed.

    One whose outcome is unknown may have been a conversation.
    """
    if contacts is None:
        return told
    count = 0
    # Some have an offset and some have none: by the clock on the wall, which is near enough here.
    for contact in sorted(contacts, key=lambda one: one.at.replace(tzinfo=None), reverse=True):
        kind = outcomes.class_of(contact.outcome)
        if kind in _ASIDE:
            continue
        if kind not in _UNANSWERED:
            break
        count += 1
    return count


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
