"""Repayment in figures: against independent libraries and the sources' worked figures."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy_financial as npf
import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from compliance.errors import AssistantError
from scripts.account import Account
from scripts.repayment import Ledger, fee_of_period, figures, ledger_of, minimum_of
from scripts.repayment_options import (
    Budget,
    Kind,
    Means,
    Reason,
    month_after,
    options,
    promise_request,
    request_for,
    smallest_settlement,
)
from scripts.repayment_sums import (
    CannotDivide,
    annual_percent,
    instalments,
    interest,
    monthly_rate,
    rounded,
)
from scripts.repayment_terms import JURISDICTIONS, default_terms
from scripts.repayment_terms_file import Annualised, Approver, Compounding, PlanCost

TODAY = date(2026, 11, 28)
CENT = Decimal("0.01")


def owing(**changes: Any) -> Ledger:
    """A Taiwanese ledger, 45 days late."""
    ledger = Ledger(
        as_of=TODAY,
        currency="TWD",
        principal=Decimal(62000),
        interest=Decimal(1500),
        fees=Decimal(300),
        overdue=Decimal(18420),
        minimum_due=Decimal(6300),
        bill=Decimal(63800),
        days_past_due=45,
        periods_missed=2,
        annual_percent=Decimal(15),
    )
    return replace(ledger, **changes)


# ---- against independent libraries ---------------------------------------------------------------


def test_ten_thousand_plans_equal_numpy_financial_to_the_cent() -> None:
    chance = random.Random(7)
    compared = 0
    for _ in range(10_000):
        principal = Decimal(chance.randint(5_000_000, 100_000_000)).scaleb(-2)
        months = chance.randint(1, 84)
        percent = Decimal(chance.choice([0, *range(25, 3000, 25)])).scaleb(-2)
        step = chance.choice([CENT, CENT, Decimal(1)])
        made = instalments(principal, months, PlanCost.RATE, percent, step)
        rate = percent / 1200
        if percent:
            monthly = rounded(npf.pmt(rate, months, -principal), step)
            before = -npf.fv(rate, months - 1, -monthly, principal)
            last = rounded(before * (1 + rate), step)
        else:  # the library divides nought by nought here
            monthly = rounded(principal / months, step)
            last = rounded(principal - monthly * (months - 1), step)
        if months > 1:
            assert made.monthly == monthly
        assert made.last == last
        assert made.total == monthly * (months - 1) + last
        compared += 1
    assert compared == 10_000


def test_a_thousand_annual_rates_equal_pyxirr() -> None:
    chance = random.Random(11)
    for _ in range(1000):
        principal = Decimal(chance.randint(1000, 500_000))
        months = chance.randint(2, 60)
        fee = Decimal(chance.randint(5, 150)).scaleb(-2)
        made = instalments(principal, months, PlanCost.MONTHLY_FEE, fee, CENT)
        theirs = pyxirr.irr([-float(principal), *map(float, made.payments)])
        assert theirs is not None
        assert abs(float(monthly_rate(principal, made.payments)) - theirs) < 1e-10
        nominal = annual_percent(principal, made.payments, Annualised.NOMINAL)
        effective = annual_percent(principal, made.payments, Annualised.EFFECTIVE)
        assert abs(float(nominal) - theirs * 1200) <= 0.0051
        assert abs(float(effective) - ((1 + theirs) ** 12 - 1) * 100) <= 0.0051


# ---- worked figures of the sources ---------------------------------------------------------------


def test_the_example_of_regulation_z_appendix_j() -> None:
    """(c)(1)(i): 5,000 advanced, 24 payments of 230: 9.69% (12 CFR 1026 Appendix J)."""
    percent = annual_percent(Decimal(5000), [Decimal(230)] * 24, Annualised.NOMINAL)
    assert percent == Decimal("9.69")


def test_a_published_rate_of_a_hong_kong_card() -> None:
    """31% a year charged by the month is stated as 35.81% (a bank's published example)."""
    made = instalments(Decimal(100_000), 12, PlanCost.RATE, Decimal(31), CENT)
    percent = annual_percent(Decimal(100_000), made.payments, Annualised.EFFECTIVE)
    assert percent == Decimal("35.81")


def test_five_in_ten_thousand_a_day_is_eighteen_and_a_quarter_a_year() -> None:
    """cn.md CN-17: 日利率万分之五，年化约18.25%."""
    terms = default_terms("cn")
    year = interest(Decimal(10000), terms.interest.annual_rate_percent, 365, 365, Compounding.NONE)
    day = interest(Decimal(10000), terms.interest.annual_rate_percent, 1, 365, Compounding.NONE)
    assert (year, day) == (Decimal(1825), Decimal(5))


@pytest.mark.parametrize(
    ("bill", "period", "fee"),
    [
        (63800, 1, 300),
        (63800, 2, 400),
        (63800, 3, 500),
        (63800, 4, 0),
        (1000, 1, 0),
        (1001, 1, 300),
    ],
)
def test_late_fees_of_taiwan(bill: int, period: int, fee: int) -> None:
    """tw.md §3: 300/400/500, three periods at most, none on bills up to 1,000."""
    ledger = owing(bill=Decimal(bill))
    assert fee_of_period(ledger, default_terms("tw"), period) == fee


@pytest.mark.parametrize(
    ("minimum", "fee"), [("1000", "50"), ("100", "10"), ("20000", "500"), ("4", "4")]
)
def test_late_fees_of_the_mainland_are_within_their_caps(minimum: str, fee: str) -> None:
    ledger = owing(currency="CNY", minimum_due=Decimal(minimum))
    assert fee_of_period(ledger, default_terms("cn"), 1) == Decimal(fee)


def test_a_late_fee_in_the_united_states_is_not_more_than_the_minimum() -> None:
    ledger = owing(currency="USD", minimum_due=Decimal(25))
    assert fee_of_period(ledger, default_terms("us"), 2) == 25


# ---- a day's figures -----------------------------------------------------------------------------


def test_the_figures_of_a_day() -> None:
    found = figures(owing(), default_terms("tw"), date(2026, 12, 20))
    # 62,000 at 15% for 22 days; the third period is missed on day 60, 13 December.
    assert found.interest_to_day == rounded(Decimal(62000) * 15 / 100 / 365 * 22, Decimal(1)) == 561
    assert found.fees_to_day == 500
    assert found.to_cure == 18920
    assert found.to_clear == 62000 + 1500 + 300 + 561 + 500
    assert found.a_day is not None
    assert found.a_day.quantize(CENT) == Decimal("25.48")
    assert found.next_fee == 0
    assert found.next_fee_on is None


def test_the_next_late_fee_is_told_with_its_day() -> None:
    found = figures(owing(), default_terms("tw"), TODAY)
    assert (found.fees_to_day, found.next_fee) == (Decimal(0), Decimal(500))
    assert found.next_fee_on == date(2026, 12, 13)


def test_interest_is_at_most_at_the_ceiling() -> None:
    found = figures(owing(annual_percent=Decimal(20)), default_terms("tw"), date(2026, 12, 20))
    assert found.over_ceiling
    assert found.interest_to_day == 561


def test_daily_compounding() -> None:
    year = interest(Decimal(1000), Decimal("24.99"), 365, 365, Compounding.DAILY)
    assert year.quantize(CENT, ROUND_HALF_UP) == Decimal("283.79")


def test_what_is_not_known_is_not_stated() -> None:
    found = figures(owing(split=False), default_terms("tw"), date(2026, 12, 20))
    assert (found.interest_to_day, found.a_day, found.to_clear) == (None, None, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"overdue": Decimal("-0.01")},
        {"principal": Decimal("NaN")},
        {"principal": Decimal("0.001")},
        {"overdue": Decimal(63801)},
        {"currency": "JPY", "principal": Decimal("62000.5")},
    ],
)
def test_a_ledger_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(AssistantError, match="checked"):
        owing(**changes)


def test_a_currency_without_minor_units() -> None:
    terms = replace(default_terms("tw"), currency="JPY", step=Decimal(1))
    found = options(owing(currency="JPY"), terms, Means(monthly=Decimal(6000)), TODAY)
    sums = [amount for option in found for _, amount in option.parts]
    assert sums
    assert all(amount == amount.to_integral_value() for amount in sums)


@pytest.mark.parametrize("day", [date(2026, 11, 27), date(2036, 12, 31)])
def test_a_day_out_of_reach_is_refused(day: date) -> None:
    with pytest.raises(AssistantError):
        figures(owing(), default_terms("tw"), day)


def account(**changes: Any) -> Account:
    """An account that holds totals only."""
    values: dict[str, Any] = {
        "id": "1", "jurisdiction": "tw", "language": "zh-TW", "customer_name": "王大明",
        "bank_name": "示範銀行", "currency": "TWD", "overdue_amount": Decimal(18420),
        "days_past_due": 45, "minimum_due": Decimal(6300),
    }  # fmt: skip
    return Account(**(values | changes))


def test_the_ledger_of_an_account_with_totals_only() -> None:
    terms = default_terms("tw")
    ledger = ledger_of(account(balance=Decimal(62000), minimum_due=Decimal(0)), terms, TODAY)
    assert (ledger.principal, ledger.split, ledger.periods_missed) == (Decimal(62000), False, 2)
    assert ledger.minimum_due == minimum_of(Decimal(62000), terms) == 6200
    with pytest.raises(AssistantError):
        ledger_of(account(currency="USD"), terms, TODAY)


# ---- instalments ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("principal", "months"), [("1000", 0), ("0", 12), ("-0.01", 12), ("0.05", 60), ("1000", -1)]
)
def test_a_plan_that_cannot_be_is_refused(principal: str, months: int) -> None:
    with pytest.raises(CannotDivide):
        instalments(Decimal(principal), months, PlanCost.RATE, Decimal(12), CENT)


def test_a_rate_of_nought_costs_nothing() -> None:
    made = instalments(Decimal(1000), 3, PlanCost.RATE, Decimal(0), CENT)
    assert made.payments == (Decimal("333.33"), Decimal("333.33"), Decimal("333.34"))
    assert made.cost == 0
    assert annual_percent(Decimal(1000), made.payments, Annualised.EFFECTIVE) == 0


@given(
    st.integers(100_000, 10**10),
    st.integers(1, 72),
    st.integers(0, 3600),
    st.sampled_from([PlanCost.RATE, PlanCost.MONTHLY_FEE]),
)
def test_payments_are_whole_steps_and_add_up(
    cents: int, months: int, hundredths: int, cost: PlanCost
) -> None:
    principal = Decimal(cents).scaleb(-2)
    percent = Decimal(hundredths).scaleb(-2)
    if cost is PlanCost.MONTHLY_FEE:
        percent /= 24
    made = instalments(principal, months, cost, percent, CENT)
    assert sum(made.payments) == made.total
    assert len(made.payments) == months
    assert all(payment % CENT == 0 and payment > 0 for payment in made.payments)
    assert made.cost >= 0


# ---- options -------------------------------------------------------------------------------------


def test_what_fits_comes_first_and_the_shortest_affordable_term_is_chosen() -> None:
    means = Means(now=Decimal(3000), monthly=Decimal(6000))
    found = options(owing(), default_terms("tw"), means, TODAY)
    best = found[0]
    assert best.kind is Kind.PLAN
    assert best.plan is not None
    assert best.plan.months == 12
    assert (best.fits, best.reason) == (True, Reason.SHORTEST_AFFORDABLE)
    order = [(option.fits is False) for option in found]
    assert order == sorted(order)


def test_who_can_pay_at_once_is_told_that_first() -> None:
    found = options(owing(), default_terms("tw"), Means(now=Decimal(20000)), TODAY)
    assert (found[0].kind, found[0].reason) == (Kind.CURE, Reason.CURES_AT_ONCE)
    assert found[0].parts == ((TODAY, Decimal(18420)),)


def test_in_two_parts_as_far_as_the_agent_may_agree() -> None:
    means = Means(now=Decimal(8000), monthly=Decimal(12000))
    found = options(owing(), default_terms("tw"), means, TODAY)
    parts = next(option for option in found if option.kind is Kind.PARTS)
    # The third late fee falls due on 13 December, after the second part.
    assert parts.parts == ((TODAY, Decimal(8000)), (date(2026, 12, 12), Decimal(10420)))
    assert found[0] is parts


def test_nothing_fits_is_reviewed_and_not_pressed() -> None:
    means = Means(now=Decimal(0), monthly=Decimal(0), hardship=True)
    found = options(owing(), default_terms("tw"), means, TODAY)
    assert found[0].kind is Kind.REVIEW
    assert {option.fits for option in found if option.parts} == {False}


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_hardship_plans_only_in_hardship_and_by_a_supervisor(jurisdiction: str) -> None:
    terms = default_terms(jurisdiction)
    ledger = owing(currency=terms.currency)
    without = options(ledger, terms, Means(monthly=Decimal(2000)), TODAY)
    assert Kind.HARDSHIP_PLAN not in {option.kind for option in without}
    found = options(ledger, terms, Means(monthly=Decimal(2000), hardship=True), TODAY)
    plans = [option for option in found if option.kind is Kind.HARDSHIP_PLAN]
    assert plans
    for option in plans:
        assert option.approver is Approver.SUPERVISOR
        request = request_for(option, terms)
        assert request is not None
        assert (request.exceeds, request.allowed) == ("months", 0)
        assert option.plan is not None
        assert option.plan.months <= (60 if jurisdiction == "cn" else 120)


def test_settlement_only_late_enough_and_never_with_a_sum() -> None:
    terms = default_terms("tw")
    means = Means(hardship=True)
    assert Kind.SETTLEMENT not in {o.kind for o in options(owing(), terms, means, TODAY)}
    late = owing(days_past_due=180, periods_missed=6)
    found = [o for o in options(late, terms, means, TODAY) if o.kind is Kind.SETTLEMENT]
    assert [(option.total, option.parts) for option in found] == [(Decimal(0), ())]
    assert smallest_settlement(late, terms) == 44660


def test_a_budget_counts_before_what_was_named() -> None:
    budget = Budget(income=Decimal(40000), housing=Decimal(15000), food=Decimal(10000))
    terms = default_terms("tw")
    assert Means(budget=budget).a_month(terms) == 13500  # a tenth is left to them
    assert Means(budget=budget, monthly=Decimal(5000)).a_month(terms) == 5000
    assert Means(budget=Budget(Decimal(10), Decimal(20))).a_month(terms) == 0
    with pytest.raises(AssistantError):
        Budget(income=Decimal(-1))
    with pytest.raises(AssistantError):
        Means(now=Decimal("Infinity"))


def test_nothing_owed_has_no_options() -> None:
    nothing = {name: Decimal(0) for name in ("principal", "interest", "fees", "overdue", "bill")}
    assert options(owing(**nothing), default_terms("tw"), Means(), TODAY) == ()


def test_promises_beyond_the_agents_authority_become_requests() -> None:
    terms = default_terms("tw")
    assert promise_request([date(2026, 12, 12)], terms, TODAY) is None
    late = promise_request([date(2026, 12, 13)], terms, TODAY)
    many = promise_request([TODAY] * 3, terms, TODAY)
    assert late is not None
    assert (late.exceeds, late.allowed, late.asked) == ("days_ahead", 14, 15)
    assert many is not None
    assert (many.exceeds, many.allowed, many.asked) == ("parts", 2, 3)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 12, 15), date(2027, 1, 15)),
        (date(2026, 11, 30), date(2026, 12, 30)),
        (date(2026, 3, 31), date(2026, 4, 30)),
    ],
)
def test_a_month_later(day: date, expected: date) -> None:
    assert month_after(day) == expected
