"""The arithmetic of repayment: interest, late fees, instalments and what credit costs in a year.

Pure sums over `Decimal`, exact to far more digits than money has; only what is paid is rounded,
half up to a multiple of `step`, and the last instalment takes up what rounding left.  It knows no
account and no terms file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal, localcontext

from scripts.repayment_terms_file import Annualised, Compounding, PlanCost

_DIGITS = 40
_HUNDREDTH = Decimal("0.01")
_TOLERANCE = Decimal("1e-14")  # of a month's rate: far below what is stated


class CannotDivide(ValueError):
    """The sum is too small, or the term too odd, for instalments in whole steps."""


@dataclass(frozen=True, slots=True)
class Instalments:
    """`months` payments: all of `monthly` but the last, of `last`; `cost` is what they add."""

    months: int
    monthly: Decimal
    last: Decimal
    total: Decimal
    cost: Decimal

    @property
    def payments(self) -> tuple[Decimal, ...]:
        """Every payment in order, a month apart, the first a month from now."""
        return (self.monthly,) * (self.months - 1) + (self.last,)


def rounded(amount: Decimal, step: Decimal) -> Decimal:
    """`amount` half up to a multiple of `step`."""
    return (amount / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def rounded_up(amount: Decimal, step: Decimal) -> Decimal:
    """`amount` up to a multiple of `step`: what must at least be paid."""
    return (amount / step).quantize(Decimal(1), ROUND_UP) * step


def rounded_down(amount: Decimal, step: Decimal) -> Decimal:
    """`amount` down to a multiple of `step`: what can at most be afforded."""
    return (amount / step).quantize(Decimal(1), ROUND_DOWN) * step


def interest(
    principal: Decimal, percent: Decimal, days: int, day_count: int, compounding: Compounding
) -> Decimal:
    """Interest of `days` on `principal` at `percent` a year, not rounded.

    A day bears `percent / 100 / day_count`; with daily compounding on interest too.
    """
    with localcontext(prec=_DIGITS):
        daily = percent / 100 / day_count
        if compounding is Compounding.DAILY:
            return principal * ((1 + daily) ** days - 1)
        return principal * daily * days


def late_fee(
    caps: Sequence[Decimal],
    period: int,
    bill: Decimal,
    minimum_due: Decimal,
    *,
    repeats: bool,
    free_up_to: Decimal,
    percent_of_minimum: Decimal | None,
    floor: Decimal,
    beyond_minimum: bool,
    step: Decimal,
) -> Decimal:
    """The late fee of the `period`th period missed in a row, from 1.

    Nothing where the bill is `free_up_to` or less, or after the last cap unless it `repeats`;
    otherwise the cap, or a share of the minimum within `floor` and cap.
    """
    if bill <= free_up_to or not caps or period < 1:
        return Decimal(0)
    if period > len(caps) and not repeats:
        return Decimal(0)
    cap = caps[min(period, len(caps)) - 1]
    fee = cap
    if percent_of_minimum is not None:
        fee = min(cap, max(floor, minimum_due * percent_of_minimum / 100))
    if not beyond_minimum:
        fee = min(fee, minimum_due)
    return rounded(fee, step)


def instalments(
    principal: Decimal, months: int, cost: PlanCost, percent: Decimal, step: Decimal
) -> Instalments:
    """Equal monthly payments that clear `principal`.

    At a rate the payment is that of an annuity, `P·i / (1 - (1+i)^-n)` with `i` a twelfth of
    `percent` a year; interest is not rounded between payments.  A monthly fee is `percent` of the
    first principal each month, added to an equal share of it.

    Raises:
        CannotDivide: there is no such plan: no months, nothing owed, or the steps of the currency
            are too coarse for it.
    """
    if months < 1 or principal <= 0:
        raise CannotDivide
    with localcontext(prec=_DIGITS):
        if cost is PlanCost.RATE and percent:
            rate = percent / 1200
            grown = (1 + rate) ** months
            monthly = rounded(principal * rate * grown / (grown - 1), step)
            before = grown / (1 + rate)  # growth until the payment before the last
            left = principal * before - monthly * (before - 1) / rate
            last = rounded(left * (1 + rate), step)
        else:
            fee = rounded(principal * percent / 100, step) if cost is PlanCost.MONTHLY_FEE else 0
            share = rounded(principal / months, step)
            monthly = share + fee
            last = rounded(principal, step) - share * (months - 1) + fee
        if monthly <= 0 or last <= 0 or (months > 1 and last > 2 * monthly):
            raise CannotDivide
        total = monthly * (months - 1) + last
        return Instalments(months, monthly, last, total, total - rounded(principal, step))


def monthly_rate(principal: Decimal, payments: Sequence[Decimal]) -> Decimal:
    """The rate of a month at which `payments`, a month apart, are worth `principal`; a ratio.

    Newton's method from above nought: the present value is convex and falls with the rate, so the
    iteration from the left never overshoots.
    """
    if sum(payments) <= principal:
        return Decimal(0)
    with localcontext(prec=28):
        rate = Decimal(0)
        for _ in range(60):
            discount = 1 / (1 + rate)
            value, slope, factor = -principal, Decimal(0), Decimal(1)
            for month, payment in enumerate(payments, start=1):
                factor *= discount
                present = payment * factor
                value += present
                slope -= month * present
            step = value / (slope * discount)
            rate -= step
            if abs(step) < _TOLERANCE:
                break
        return rate


def annual_percent(principal: Decimal, payments: Sequence[Decimal], method: Annualised) -> Decimal:
    """What `payments` for `principal` cost in a year, in percent to two decimals, half up."""
    rate = monthly_rate(principal, payments)
    with localcontext(prec=28):
        yearly = (1 + rate) ** 12 - 1 if method is Annualised.EFFECTIVE else rate * 12
        return (yearly * 100).quantize(_HUNDREDTH, ROUND_HALF_UP)
