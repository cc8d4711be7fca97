"""The ways to repay that fit what the customer can pay, ranked, each with its reason.

Owns the short form of income and expenditure, the options of an account and their order, what is
beyond the agent's authority, and the request to a supervisor for it.  It promises nothing: whether
a supervisor or a bank agrees is theirs.  The sentences are `repayment_wording`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from compliance.errors import AssistantError
from scripts.repayment import Figures, Ledger, figures
from scripts.repayment_sums import (
    CannotDivide,
    Instalments,
    annual_percent,
    instalments,
    rounded_down,
    rounded_up,
)
from scripts.repayment_terms import Basis, PlanTerms, ProductTerms
from scripts.repayment_terms_file import Approver

MOST_OPTIONS = 9  # one key each


@dataclass(frozen=True, slots=True)
class Budget:
    """A month's income and expenditure, in the currency of the account; what is unknown is 0."""

    income: Decimal
    housing: Decimal = Decimal(0)
    food: Decimal = Decimal(0)
    utilities: Decimal = Decimal(0)
    transport: Decimal = Decimal(0)
    family: Decimal = Decimal(0)
    health: Decimal = Decimal(0)
    other_debts: Decimal = Decimal(0)
    other: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if not value.is_finite() or value < 0:
                raise AssistantError(f"The budget's {name} is not an amount of nothing or more")

    @property
    def spare(self) -> Decimal:
        """Income less expenditure; below nought where a month costs more than it brings."""
        spent = sum((getattr(self, name) for name in self.__slots__[1:]), Decimal(0))
        return self.income - spent


@dataclass(frozen=True, slots=True)
class Means:
    """What the customer can pay: `now` at once, `monthly` each month; `None` is not asked yet.

    A `budget` counts before `monthly`: what is left of it, less the margin that the terms leave.
    `hardship` is that the customer said they cannot pay as agreed and want to.
    """

    now: Decimal | None = None
    monthly: Decimal | None = None
    budget: Budget | None = None
    hardship: bool = False

    def __post_init__(self) -> None:
        for name in ("now", "monthly"):
            value = getattr(self, name)
            if value is not None and (not value.is_finite() or value < 0):
                raise AssistantError(f"What can be paid {name} is not an amount of nothing or more")

    def a_month(self, terms: ProductTerms) -> Decimal | None:
        """What can be paid each month, down to the terms' step; `None`: not known."""
        if self.budget is None:
            return None if self.monthly is None else rounded_down(self.monthly, terms.step)
        left = max(Decimal(0), self.budget.spare) * (100 - terms.keep_percent) / 100
        if self.monthly is not None:
            left = min(left, self.monthly)
        return rounded_down(left, terms.step)


class Kind(StrEnum):
    """The ways to repay."""

    CURE = "cure"
    PARTS = "parts"
    MINIMUM = "minimum"
    PLAN = "plan"
    HARDSHIP_PLAN = "hardship_plan"
    LIMIT = "limit"
    SETTLEMENT = "settlement"
    REVIEW = "review"


class Reason(StrEnum):
    """Why an option stands where it does."""

    CURES_AT_ONCE = "cures_at_once"
    CURES_IN_PARTS = "cures_in_parts"
    KEEPS_GOING = "keeps_going"
    SHORTEST_AFFORDABLE = "shortest_affordable"
    MEANS_UNKNOWN = "means_unknown"
    ABOVE_MEANS = "above_means"
    ONLY_IN_HARDSHIP = "only_in_hardship"
    SUPERVISOR_DECIDES = "supervisor_decides"
    NOTHING_FITS = "nothing_fits"


@dataclass(frozen=True, slots=True)
class Option:
    """One way to repay.

    `parts` are the payments with their days, of a plan the first only; `plan` and `annual_percent`
    belong to instalments: what they come to, and what they cost in a year as the jurisdiction
    states it (`Annualised`).  `fits` is whether the customer can pay it, `None` where that is not
    known.  `approver` is who may agree; `basis` where its terms come from.
    """

    kind: Kind
    reason: Reason
    fits: bool | None
    approver: Approver
    basis: Basis
    parts: tuple[tuple[date, Decimal], ...] = ()
    plan: Instalments | None = None
    plan_id: str = ""
    annual_percent: Decimal | None = None

    @property
    def total(self) -> Decimal:
        """All that is paid under this option; nothing where no sum can be named."""
        if self.plan is not None:
            return self.plan.total
        return sum((amount for _, amount in self.parts), Decimal(0))


@dataclass(frozen=True, slots=True)
class Request:
    """What a supervisor is asked to agree: the option, and the limit of the agent it goes beyond.

    `exceeds` is `months`, `settlement`, `limit`, `days_ahead` or `parts`; `allowed` what the agent
    may agree of it, `asked` what is wanted (months, days, parts; 0 where nothing is counted).
    """

    exceeds: str
    allowed: int
    asked: int
    option: Option | None = None


def options(ledger: Ledger, terms: ProductTerms, means: Means, today: date) -> tuple[Option, ...]:
    """The ways to repay, the best first: those that fit, then unknown ones, then those too dear.

    Among those that fit, what the agent may agree comes before what a supervisor decides, what
    clears the arrears soonest and cheapest before the rest.  Nothing owed has no options.

    Args:
        ledger: what is owed.
        terms: the product's terms.
        means: what the customer can pay.
        today: the day of the call where the customer is, not before the ledger's day.

    Raises:
        AssistantError: `today` lies before the ledger's day.
    """
    now = figures(ledger, terms, today)
    if not ledger.owed:
        return ()
    found = [*_without_plan(ledger, terms, means, now)]
    found += _plans(ledger, terms, means, today)
    found += _by_supervisor(ledger, terms, means)
    ranked = sorted(found, key=_rank)
    payable = [option for option in found if option.parts]
    if not any(option.fits or option.fits is None for option in payable):
        review = Option(
            Kind.REVIEW, Reason.NOTHING_FITS, None, Approver.SUPERVISOR, terms.authority.basis
        )
        ranked.insert(0, review)
    return tuple(ranked[:MOST_OPTIONS])


def _rank(option: Option) -> tuple[int, bool, int, Decimal, int]:
    order = (
        Kind.REVIEW, Kind.CURE, Kind.PARTS, Kind.PLAN, Kind.HARDSHIP_PLAN, Kind.MINIMUM, Kind.LIMIT,
        Kind.SETTLEMENT,
    )  # fmt: skip
    fits = {True: 0, None: 1, False: 2}[option.fits]
    cost = option.plan.cost if option.plan is not None else Decimal(0)
    months = option.plan.months if option.plan is not None else 0
    return (
        fits,
        option.approver is Approver.SUPERVISOR,
        order.index(option.kind),
        cost,
        months,
    )


def _reason(fits: bool | None, otherwise: Reason) -> Reason:
    if fits is None:
        return Reason.MEANS_UNKNOWN
    return otherwise if fits else Reason.ABOVE_MEANS


def _without_plan(
    ledger: Ledger, terms: ProductTerms, means: Means, now: Figures
) -> Iterator[Option]:
    basis, due = terms.authority.basis, now.to_cure
    if not due:
        return
    fits = None if means.now is None else means.now >= due
    yield Option(
        Kind.CURE,
        _reason(fits, Reason.CURES_AT_ONCE),
        fits,
        Approver.AGENT,
        basis,
        ((now.day, due),),
    )
    monthly = means.a_month(terms)
    if terms.authority.parts >= 2 and not fits and terms.authority.days_ahead:
        yield from _in_parts(ledger, terms, means, now)
    least = min(ledger.minimum_due, due)
    if 0 < least < due:
        sums = [value for value in (means.now, monthly) if value is not None]
        within = None if not sums else max(sums) >= least
        yield Option(
            Kind.MINIMUM,
            _reason(within, Reason.KEEPS_GOING),
            within,
            Approver.AGENT,
            terms.minimum.basis,
            ((now.day, least),),
        )


def _in_parts(ledger: Ledger, terms: ProductTerms, means: Means, now: Figures) -> Iterator[Option]:
    """The arrears in two: what can be paid now, or half, and the rest within the agent's days."""
    later = now.day + timedelta(days=terms.authority.days_ahead)
    due = figures(ledger, terms, later).to_cure
    half = rounded_up(due / 2, terms.step)
    first = half if not means.now else min(means.now, half)
    first = rounded_down(first, terms.step)
    rest = due - first
    if not 0 < first < due:
        return
    monthly = means.a_month(terms)
    fits: bool | None = None
    if means.now is not None and monthly is not None:
        fits = means.now >= first and monthly >= rest
    yield Option(
        Kind.PARTS,
        _reason(fits, Reason.CURES_IN_PARTS),
        fits,
        Approver.AGENT,
        terms.authority.basis,
        ((now.day, first), (later, rest)),
    )


def _plans(ledger: Ledger, terms: ProductTerms, means: Means, today: date) -> Iterator[Option]:
    monthly = means.a_month(terms)
    for plan in terms.plans:
        if plan.hardship and not means.hardship:
            continue
        owed = ledger.owed if plan.whole_balance else ledger.overdue
        if owed < plan.smallest or not owed:
            continue
        made = [found for months in plan.months if (found := _made(owed, months, plan, terms))]
        fitting = [item for item in made if monthly is not None and item.monthly <= monthly]
        if monthly is None:
            chosen = made[:1] + made[-1:] if len(made) > 1 else made
        else:
            chosen = fitting[:2] or made[-1:]
        for item in chosen:
            fits = None if monthly is None else item.monthly <= monthly
            yield _plan_option(plan, item, owed, fits, terms, today)


def _made(owed: Decimal, months: int, plan: PlanTerms, terms: ProductTerms) -> Instalments | None:
    try:
        return instalments(owed, months, plan.cost, plan.percent, terms.step)
    except CannotDivide:
        return None


def _plan_option(
    plan: PlanTerms,
    made: Instalments,
    owed: Decimal,
    fits: bool | None,
    terms: ProductTerms,
    today: date,
) -> Option:
    return Option(
        Kind.HARDSHIP_PLAN if plan.hardship else Kind.PLAN,
        _reason(fits, Reason.ONLY_IN_HARDSHIP if plan.hardship else Reason.SHORTEST_AFFORDABLE),
        fits,
        Approver.AGENT if made.months <= plan.agent_months else Approver.SUPERVISOR,
        plan.basis,
        ((month_after(today), made.monthly),),
        made,
        plan.id,
        annual_percent(owed, made.payments, terms.annualised),
    )


def month_after(day: date) -> date:
    """The same day of the next month, or its last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month, 12)
    for wanted in range(day.day, 27, -1):
        try:
            return date(year, month + 1, wanted)
        except ValueError:
            continue
    return date(year, month + 1, day.day)


def _by_supervisor(ledger: Ledger, terms: ProductTerms, means: Means) -> Iterator[Option]:
    if not means.hardship:
        return
    if terms.limit.allowed:
        yield Option(
            Kind.LIMIT, Reason.SUPERVISOR_DECIDES, None, terms.limit.approver, terms.limit.basis
        )
    rule = terms.settlement
    if rule.allowed and ledger.days_past_due >= rule.days_past_due:
        # The sum is for the request; nobody names it to the customer before it is agreed.
        yield Option(Kind.SETTLEMENT, Reason.SUPERVISOR_DECIDES, None, rule.approver, rule.basis)


# ---- authority -----------------------------------------------------------------------------------


def request_for(option: Option, terms: ProductTerms) -> Request | None:
    """What to ask a supervisor before this option may be agreed; `None`: the agent may agree."""
    if option.approver is Approver.AGENT:
        return None
    if option.plan is not None:
        allowed = next(plan.agent_months for plan in terms.plans if plan.id == option.plan_id)
        return Request("months", allowed, option.plan.months, option)
    exceeds = option.kind.value if option.kind in {Kind.SETTLEMENT, Kind.LIMIT} else "review"
    return Request(exceeds, 0, 0, option)


def promise_request(days: list[date], terms: ProductTerms, today: date) -> Request | None:
    """What to ask a supervisor before payments on these days may be agreed; `None`: nothing.

    Args:
        days: when each part is to be paid.
        terms: the product's terms.
        today: the day of the call.
    """
    rule = terms.authority
    if len(days) > rule.parts:
        return Request("parts", rule.parts, len(days))
    ahead = max(((day - today).days for day in days), default=0)
    return Request("days_ahead", rule.days_ahead, ahead) if ahead > rule.days_ahead else None


def smallest_settlement(ledger: Ledger, terms: ProductTerms) -> Decimal:
    """What the terms ask for at least in a settlement: for the supervisor, not for the customer."""
    return rounded_up(ledger.owed * terms.settlement.smallest_percent / 100, terms.step)
