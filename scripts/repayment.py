"""What an account costs by a day: amount to cure, minimum, interest, late fees, a day's waiting.

Owns the ledger of what is owed and the figures of one day, from the ledger and the product's terms.
It chooses nothing (`repayment_options`) and says nothing (`repayment_wording`).  It reads no clock:
days are passed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from compliance.errors import AssistantError
from scripts.account import Account
from scripts.forms import minor_digits
from scripts.repayment_sums import interest, late_fee, rounded
from scripts.repayment_terms import ProductTerms

LONGEST_AHEAD_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is owed as of the end of `as_of`, in major units of `currency`.

    `principal` bears interest; `interest` and `fees` were charged and are unpaid; `overdue` is what
    is past due of all that, `minimum_due` the least that the last bill asked for.  `bill` is that
    bill's total.  `periods_missed` is how many periods in a row were missed, for late fees.
    `split` is false where principal was not told apart from interest and fees: interest to a day
    cannot be stated then, and is not.
    """

    as_of: date
    currency: str
    principal: Decimal
    interest: Decimal
    fees: Decimal
    overdue: Decimal
    minimum_due: Decimal
    bill: Decimal
    days_past_due: int
    periods_missed: int
    annual_percent: Decimal
    split: bool = True

    def __post_init__(self) -> None:
        names = ("principal", "interest", "fees", "overdue", "minimum_due", "bill")
        unit = Decimal(1).scaleb(-minor_digits(self.currency))
        for name in (*names, "annual_percent"):
            amount = getattr(self, name)
            if not amount.is_finite() or amount < 0:
                raise AssistantError(
                    f"The ledger's {name} is not an amount of nothing or more",
                    "Have the account's figures checked before quoting any.",
                )
            if name in names and amount % unit:
                raise AssistantError(
                    f"The ledger's {name} is finer than {self.currency}'s smallest unit",
                    "Have the account's figures checked before quoting any.",
                )
        if self.overdue > self.owed:
            raise AssistantError(
                "More is overdue than is owed",
                "Have the account's figures checked before quoting any.",
            )

    @property
    def owed(self) -> Decimal:
        """All that is owed as of the ledger's day."""
        return self.principal + self.interest + self.fees


def ledger_of(account: Account, terms: ProductTerms, as_of: date) -> Ledger:
    """The ledger of an account that holds totals only; `split` is false.

    The balance counts as principal, the overdue amount stands in for a balance that is not known,
    and the terms' rate for an unknown rate.

    Raises:
        AssistantError: the account is in another currency than the terms, or its figures cannot be.
    """
    if account.currency != terms.currency:
        raise AssistantError(
            "The account is in another currency than the product's terms",
            "Name the terms file of this product.",
        )
    owed = account.overdue_amount if account.balance is None else account.balance
    percent = account.annual_rate_percent
    minimum = account.minimum_due or minimum_of(owed, terms)
    return Ledger(
        as_of=as_of,
        currency=account.currency,
        principal=owed,
        interest=Decimal(0),
        fees=Decimal(0),
        overdue=account.overdue_amount,
        minimum_due=minimum,
        bill=owed,
        days_past_due=account.days_past_due,
        periods_missed=-(-account.days_past_due // terms.late_fee.period_days),
        annual_percent=terms.interest.annual_rate_percent if percent is None else percent,
        split=False,
    )


def minimum_of(balance: Decimal, terms: ProductTerms) -> Decimal:
    """The minimum due on a balance by the terms: a share, at least the floor, at most all of it."""
    share = balance * terms.minimum.percent_of_balance / 100
    return rounded(min(balance, max(terms.minimum.floor, share)), terms.step)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one account comes to on `day`.

    `to_cure` brings it up to date on that day: what is overdue and the late fees that fall due
    until then; `to_clear` pays all of it.  `interest_to_day` accrues from the ledger's day,
    `fees_to_day` fall due by then.  `a_day` is what one more day of waiting costs in interest,
    in full digits; `next_fee` the late fee that comes next, on `next_fee_on` (`None`: none comes).
    The three of interest are `None` where principal is not told apart.  `over_ceiling` warns that
    the account's rate is above what may be charged; sums are at the ceiling then.
    """

    day: date
    to_cure: Decimal
    to_clear: Decimal | None
    minimum_due: Decimal
    interest_to_day: Decimal | None
    fees_to_day: Decimal
    a_day: Decimal | None
    next_fee: Decimal
    next_fee_on: date | None
    over_ceiling: bool


def figures(ledger: Ledger, terms: ProductTerms, day: date) -> Figures:
    """The figures of `day`, rounded half up to the terms' step, but `a_day`, which is exact.

    Raises:
        AssistantError: the day lies before the ledger's, or more than ten years after it.
    """
    days = (day - ledger.as_of).days
    if not 0 <= days <= LONGEST_AHEAD_DAYS:
        raise AssistantError(
            "The day lies before the account's figures, or too far ahead",
            "Choose a day from the figures' own day on.",
        )
    percent = effective_percent(ledger, terms)
    accrual = terms.interest
    bears = ledger.principal
    if accrual.compounding is not accrual.compounding.NONE:
        bears += ledger.interest
    accrued = interest(bears, percent, days, accrual.day_count, accrual.compounding)
    tomorrow = interest(bears, percent, days + 1, accrual.day_count, accrual.compounding)
    fees, upcoming, upcoming_on = _fees(ledger, terms, day)
    owed = rounded(ledger.owed + accrued, terms.step) + fees
    return Figures(
        day=day,
        to_cure=ledger.overdue + fees,
        to_clear=owed if ledger.split else None,
        minimum_due=ledger.minimum_due,
        interest_to_day=rounded(accrued, terms.step) if ledger.split else None,
        fees_to_day=fees,
        a_day=tomorrow - accrued if ledger.split else None,
        next_fee=upcoming,
        next_fee_on=upcoming_on,
        over_ceiling=percent < ledger.annual_percent,
    )


def effective_percent(ledger: Ledger, terms: ProductTerms) -> Decimal:
    """The account's rate, but never above what may be charged."""
    ceiling = terms.interest.ceiling_percent
    return ledger.annual_percent if ceiling is None else min(ledger.annual_percent, ceiling)


def fee_of_period(ledger: Ledger, terms: ProductTerms, period: int) -> Decimal:
    """The late fee of the `period`th period missed in a row, from 1, within its caps."""
    rule = terms.late_fee
    return late_fee(
        rule.caps,
        period,
        ledger.bill,
        ledger.minimum_due,
        repeats=rule.repeats,
        free_up_to=rule.free_up_to,
        percent_of_minimum=rule.percent_of_minimum,
        floor=rule.floor,
        beyond_minimum=rule.beyond_minimum,
        step=terms.step,
    )


def _fees(ledger: Ledger, terms: ProductTerms, day: date) -> tuple[Decimal, Decimal, date | None]:
    """Late fees that fall due after the ledger's day until `day`; the next after it, and when."""
    if not ledger.overdue:
        return Decimal(0), Decimal(0), None
    period_days = terms.late_fee.period_days
    missed = ledger.periods_missed
    begin = ledger.as_of - timedelta(days=ledger.days_past_due)
    fees = Decimal(0)
    # The nth period is missed once n-1 whole periods have gone by since the first due date.
    while (falls := begin + timedelta(days=missed * period_days)) <= day:
        missed += 1
        if falls > ledger.as_of:
            fees += fee_of_period(ledger, terms, missed)
    upcoming = fee_of_period(ledger, terms, missed + 1)
    return fees, upcoming, falls if upcoming else None
