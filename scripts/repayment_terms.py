"""What a bank's card product allows and costs, as read from a TOML file per bank.

Owns the `ProductTerms` value and its strict loader.  `terms/<jurisdiction>.toml` hold the defaults
of each jurisdiction, every section with where it comes from and how well that is verified; a bank's
own file has the same form.  Amounts are `Decimal` in major units, rates are percent per year, and
both stand in the file as text, because a binary fraction is no amount of money.  It computes
nothing but whether a plan can be lawful at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import as_file, files
from pathlib import Path

from babel.numbers import list_currencies

from compliance.errors import BadInput, Fault, MissingPart
from scripts.forms import minor_digits
from scripts.repayment_sums import annual_percent, instalments
from scripts.repayment_terms_file import (
    Annualised,
    Approver,
    Compounding,
    PlanCost,
    PlanTable,
    Status,
    TermsFile,
    read_terms,
)

JURISDICTIONS = ("tw", "cn", "us", "hk", "uk")

# No file may go beyond these: 銀行法 §47-1 II; 商业银行信用卡业务监督管理办法 第70条 (five years).
_HIGHEST_PERCENT = {"tw": Decimal(15)}
_LONGEST_HARDSHIP_MONTHS = {"cn": 60}


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a figure comes from, and how well that is verified; `status` is never glossed over."""

    source: str
    status: Status

    @property
    def settled(self) -> bool:
        """Whether it was read in the source itself; only then may it be shown as settled law."""
        return self.status is Status.VERIFIED


@dataclass(frozen=True, slots=True)
class InterestTerms:
    """How interest accrues.

    `annual_rate_percent` applies where the account names none; `ceiling_percent` is the highest
    that may be charged (`None`: there is none).  A day costs `rate / day_count`.  Interest accrues
    on principal only; with daily compounding on unpaid interest too, never on fees.
    """

    annual_rate_percent: Decimal
    ceiling_percent: Decimal | None
    day_count: int
    compounding: Compounding
    basis: Basis


@dataclass(frozen=True, slots=True)
class LateFeeTerms:
    """Late fees: the caps of the first, second, … period in a row, none after the last.

    `free_up_to`: no fee where the bill is no more than that.  `percent_of_minimum` is of the
    minimum due, at least `floor`; the period's cap binds either way.  `repeats`: the last cap holds
    for all later periods.  `beyond_minimum`: whether the fee may exceed the minimum that was due.
    """

    caps: tuple[Decimal, ...]
    repeats: bool
    free_up_to: Decimal
    percent_of_minimum: Decimal | None
    floor: Decimal
    beyond_minimum: bool
    period_days: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class MinimumTerms:
    """The minimum due where the account names none: a share of the balance, at least `floor`."""

    percent_of_balance: Decimal
    floor: Decimal
    basis: Basis


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """One kind of instalments.

    `cost` says whether `annual_rate_percent` is charged on what is still owed, `fee_percent` per
    month on what was owed at first, or nothing.  `months` are the terms offered.  `hardship`: only
    for who cannot pay as agreed but wants to pay.  Up to `agent_months` the agent may agree.
    """

    id: str
    cost: PlanCost
    percent: Decimal
    months: tuple[int, ...]
    smallest: Decimal
    hardship: bool
    agent_months: int
    whole_balance: bool
    basis: Basis


@dataclass(frozen=True, slots=True)
class SettlementTerms:
    """Settlement for less than what is owed; `smallest_percent` of the balance must be paid."""

    allowed: bool
    smallest_percent: Decimal
    days_past_due: int
    approver: Approver
    basis: Basis


@dataclass(frozen=True, slots=True)
class LimitTerms:
    """A temporary change of the limit: for how many months at most, and who agrees."""

    allowed: bool
    months: int
    approver: Approver
    basis: Basis


@dataclass(frozen=True, slots=True)
class AuthorityTerms:
    """What the agent may agree without asking: the bank's own policy.

    `days_ahead` is how far off a promised payment may lie, `parts` in how many parts it may come.
    """

    days_ahead: int
    parts: int
    waive_late_fees: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class ProductTerms:
    """All terms of one product.  Amounts are rounded half up to multiples of `step`."""

    bank: str
    jurisdiction: str
    currency: str
    step: Decimal
    annualised: Annualised
    annualised_basis: Basis
    interest: InterestTerms
    late_fee: LateFeeTerms
    minimum: MinimumTerms
    plans: tuple[PlanTerms, ...]
    settlement: SettlementTerms
    limit: LimitTerms
    authority: AuthorityTerms
    keep_percent: Decimal


def default_terms(jurisdiction: str) -> ProductTerms:
    """The defaults of a jurisdiction (`tw`, `cn`, `us`, `hk`, `uk`).

    Raises:
        MissingPart: there are none.
        BadInput: the shipped file is broken.
    """
    if jurisdiction not in JURISDICTIONS:
        raise MissingPart("There are no product terms for this jurisdiction", "Name a terms file.")
    with as_file(files("scripts") / "terms" / f"{jurisdiction}.toml") as path:
        return load_terms(path)


def load_terms(path: Path) -> ProductTerms:
    """Read a bank's terms.

    Raises:
        BadInput: the file has faults; all are told by path and key.
    """
    read = read_terms(path)
    faults = tuple(Fault(path, 0, 0, message) for message in _faults(read))
    if faults:
        raise BadInput(f"{path} has faults", faults)
    late, interest = read.late_fee, read.interest
    return ProductTerms(
        bank=read.bank,
        jurisdiction=read.jurisdiction,
        currency=read.currency,
        step=read.rounding.step,
        annualised=read.annualised.method,
        annualised_basis=Basis(read.annualised.source, read.annualised.status),
        interest=InterestTerms(
            interest.annual_rate_percent,
            interest.ceiling_percent,
            interest.day_count,
            interest.compounding,
            Basis(interest.source, interest.status),
        ),
        late_fee=LateFeeTerms(
            late.caps,
            late.repeats,
            late.free_up_to,
            late.percent_of_minimum,
            late.floor,
            late.beyond_minimum,
            late.period_days,
            Basis(late.source, late.status),
        ),
        minimum=MinimumTerms(
            read.minimum.percent_of_balance,
            read.minimum.floor,
            Basis(read.minimum.source, read.minimum.status),
        ),
        plans=tuple(
            PlanTerms(
                plan.id,
                plan.cost,
                plan.percent,
                plan.months,
                plan.smallest,
                plan.hardship,
                plan.agent_months,
                plan.whole_balance,
                Basis(plan.source, plan.status),
            )
            for plan in read.plan
        ),
        settlement=SettlementTerms(
            read.settlement.allowed,
            read.settlement.smallest_percent,
            read.settlement.days_past_due,
            read.settlement.approver,
            Basis(read.settlement.source, read.settlement.status),
        ),
        limit=LimitTerms(
            read.limit.allowed,
            read.limit.months,
            read.limit.approver,
            Basis(read.limit.source, read.limit.status),
        ),
        authority=AuthorityTerms(
            read.authority.days_ahead,
            read.authority.parts,
            read.authority.waive_late_fees,
            Basis(read.authority.source, read.authority.status),
        ),
        keep_percent=read.affordability.keep_percent,
    )


def _faults(read: TermsFile) -> Iterator[str]:
    """What a schema of single values cannot tell."""
    if read.currency not in list_currencies():
        yield "currency: is no currency of ISO 4217"
        return
    unit = Decimal(1).scaleb(-minor_digits(read.currency))
    if read.rounding.step < unit or read.rounding.step % unit:
        yield f"rounding.step: must be a multiple of {read.currency}'s smallest unit, {unit}"
    law = _HIGHEST_PERCENT.get(read.jurisdiction)
    ceiling = read.interest.ceiling_percent
    if law is not None and (ceiling is None or ceiling > law):
        yield f"interest.ceiling_percent: is {law} at most in this jurisdiction"
        ceiling = law
    longest = _LONGEST_HARDSHIP_MONTHS.get(read.jurisdiction)
    rates = [("interest.annual_rate_percent", read.interest.annual_rate_percent)]
    for index, plan in enumerate(read.plan):
        if plan.cost is PlanCost.RATE:
            rates.append((f"plan[{index}].percent", plan.percent))
        elif plan.cost is PlanCost.MONTHLY_FEE:
            rates.append((f"plan[{index}].percent", _dearest(plan)))
        if plan.hardship and longest is not None and plan.months[-1] > longest:
            yield f"plan[{index}].months: {longest} at most in this jurisdiction"
        if (plan.cost is PlanCost.FREE) is not (plan.percent == 0):
            yield f"plan[{index}].percent: is 0 for free instalments, and for them only"
        if sorted(set(plan.months)) != list(plan.months):
            yield f"plan[{index}].months: must rise"
        if plan.id in [other.id for other in read.plan[:index]]:
            yield f"plan[{index}].id: is given twice"
    for key, rate in rates:
        if ceiling is not None and rate > ceiling:
            yield f"{key}: is above the ceiling of interest.ceiling_percent"
    if list(read.late_fee.caps) != sorted(read.late_fee.caps):
        yield "late_fee.caps: must not fall"
    if read.late_fee.repeats and not read.late_fee.caps:
        yield "late_fee.repeats: there is no cap to repeat"


def _dearest(plan: PlanTable) -> Decimal:
    """What a monthly fee comes to in a year, nominal, for the term that it makes dearest."""
    owed, step = Decimal(1_000_000), Decimal("0.01")
    return max(
        annual_percent(
            owed,
            instalments(owed, months, plan.cost, plan.percent, step).payments,
            Annualised.NOMINAL,
        )
        for months in plan.months
    )
