"""What became of promises: kept, late, in part, broken, open, replaced, not assessable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.promise_keeping import (
    Keeping,
    KeepingPolicy,
    Payment,
    PromisedPart,
    PromiseMade,
    judged,
    known_by,
    net,
)

POLICY = KeepingPolicy(late_days=5, processing_days=2)
FAR = date(2027, 6, 1)


def on(day: int) -> date:
    return date(2026, 12, day)


def paid(amount: str, day: int, reference: str = "", currency: str = "USD") -> Payment:
    return Payment(Decimal(amount), currency, on(day), reference)


def back(amount: str, day: int, reference: str = "", reverses: str = "") -> Payment:
    return Payment(Decimal(amount), "USD", on(day), reference, reversal=True, reverses=reverses)


def part(amount: str | None, day: int | None, currency: str = "USD") -> PromisedPart:
    return PromisedPart(
        Decimal(amount) if amount is not None else None,
        currency,
        on(day) if day is not None else None,
    )


def made(day: int, *parts: PromisedPart, call: str = "c1", hour: int = 10) -> PromiseMade:
    return PromiseMade(call, datetime(2026, 12, day, hour, tzinfo=UTC), parts)


def states(
    promises: Sequence[PromiseMade], payments: Sequence[Payment], through: date | None = FAR
) -> list[str]:
    return [one.state.value for one in judged(promises, payments, through, POLICY)]


# 2026-12-05 is a Saturday: the second banking day after it is Tuesday the 8th.
@pytest.mark.parametrize(
    ("payments", "through", "state"),
    [
        ([paid("300", 5)], None, "kept"),
        ([paid("300.00", 1)], on(1), "kept"),
        ([paid("100", 2), paid("200", 5)], on(5), "kept"),
        ([paid("301", 4)], on(5), "kept"),
        ([paid("299.99", 5)], FAR, "kept_in_part"),
        ([paid("299.99", 5)], on(7), "open"),
        ([paid("300", 6)], on(6), "late"),
        ([paid("100", 5), paid("200", 10)], FAR, "late"),
        ([paid("300", 11)], FAR, "broken"),
        ([], None, "open"),
        ([], on(4), "open"),
        ([], on(7), "open"),
        ([], on(8), "broken"),
        ([paid("300", 5, currency="EUR")], FAR, "not_assessable"),
        ([paid("300", 5, currency="EUR"), paid("300", 5)], FAR, "kept"),
        ([paid("300", 5, "R1"), back("300", 7, "R1")], FAR, "broken"),
        ([paid("300", 5, "R1"), back("300", 7, "X", "R1")], FAR, "broken"),
        ([paid("300", 5, "R1"), back("100", 7, "X", "R1")], FAR, "kept_in_part"),
        ([paid("300", 5), back("300", 7)], FAR, "broken"),
        ([paid("300", 5), back("300", 4)], FAR, "kept"),
        ([paid("300", 5, "R1"), back("300", 7, "X", "R9")], FAR, "kept"),
        ([paid("300", 5), paid("300", 5, "R2"), back("300", 7, "R2")], FAR, "kept"),
    ],
)
def test_one_promise(payments: list[Payment], through: date | None, state: str) -> None:
    assert states([made(1, part("300", 5))], payments, through) == [state]


def test_what_was_paid_before_the_promise_does_not_count() -> None:
    assert states([made(3, part("300", 5))], [paid("300", 2)]) == ["broken"]


@pytest.mark.parametrize(
    ("promised", "why"),
    [
        (part(None, 5), "amount"),
        (part("0", 5), "amount"),
        (part("300", None), "day"),
        (part("300", 2), "day_past"),
    ],
)
def test_what_was_not_said_is_not_assessable(promised: PromisedPart, why: str) -> None:
    (told,) = judged([made(3, promised)], [paid("300", 4)], FAR, POLICY)
    assert (told.state, told.parts[0].why) == (Keeping.NOT_ASSESSABLE, why)


@pytest.mark.parametrize(
    ("payments", "state", "parts"),
    [
        ([paid("100", 5), paid("200", 20)], "kept", ["kept", "kept"]),
        ([paid("300", 5)], "kept", ["kept", "kept"]),
        ([paid("100", 5)], "kept_in_part", ["kept", "broken"]),
        ([paid("100", 8), paid("200", 20)], "late", ["late", "kept"]),
        ([paid("200", 20)], "kept_in_part", ["broken", "kept"]),
        ([], "broken", ["broken", "broken"]),
    ],
)
def test_parts(payments: list[Payment], state: str, parts: list[str]) -> None:
    promise = made(1, part("200", 20), part("100", 5))
    (told,) = judged([promise], payments, FAR, POLICY)
    assert told.state.value == state
    assert [one.state.value for one in told.parts] == parts
    (half_way,) = judged([promise], payments[:1], on(9), POLICY)
    assert half_way.parts[1].state in (Keeping.OPEN, Keeping.KEPT)


@pytest.mark.parametrize(
    ("second", "payments", "expected"),
    [
        # Before it was due a new one took its place; after, it had been broken.
        (made(3, part("200", 9), call="c2"), [paid("200", 9)], ["replaced", "kept"]),
        (made(7, part("200", 9), call="c2"), [paid("200", 9)], ["broken", "kept"]),
        # What is paid after the new promise is for it alone.
        (made(7, part("200", 9), call="c2"), [paid("300", 8)], ["broken", "kept"]),
        # Paid on the day on which the first falls due and the second is made.
        (made(5, part("200", 9), call="c2"), [paid("300", 5)], ["kept", "broken"]),
        (made(5, part("200", 9), call="c2"), [paid("299", 5)], ["replaced", "kept"]),
        (made(5, part("200", 5), call="c2"), [paid("300", 5)], ["replaced", "kept"]),
        # Corrected within the day.
        (made(1, part("200", 5), call="c2", hour=11), [paid("200", 5)], ["replaced", "kept"]),
    ],
)
def test_a_later_promise_replaces(
    second: PromiseMade, payments: list[Payment], expected: list[str]
) -> None:
    assert states([made(1, part("300", 5)), second], payments) == expected
    assert states([second, made(1, part("300", 5))], payments) == expected


def test_banking_days_pass_the_weekend() -> None:
    assert known_by(date(2026, 12, 4), POLICY) == date(2026, 12, 8)
    assert known_by(date(2026, 12, 5), KeepingPolicy(processing_days=0)) == date(2026, 12, 5)


def test_a_reversal_of_nothing_known_is_told() -> None:
    told = net([paid("300", 5, "R1"), back("0.01", 6)])
    assert ([one.amount for one in told.payments], len(told.unmatched)) == ([Decimal(300)], 1)


# ---- what holds of all ---------------------------------------------------------------------------

_days = st.integers(0, 40).map(lambda days: date(2026, 12, 1) + timedelta(days=days))
_amounts = st.decimals("0.01", "999.99", places=2)
_payments = st.lists(
    st.builds(
        Payment,
        _amounts,
        st.sampled_from(["USD", "EUR"]),
        _days,
        st.sampled_from(["", "R1", "R2"]),
        st.booleans(),
    ),
    max_size=8,
)
_parts = st.lists(
    st.builds(PromisedPart, st.none() | _amounts, st.just("USD"), st.none() | _days),
    min_size=1,
    max_size=3,
).map(tuple)
_promises = st.lists(
    st.builds(
        PromiseMade,
        st.sampled_from(["c1", "c2", "c3"]),
        _days.map(lambda day: datetime(day.year, day.month, day.day, 9, tzinfo=UTC)),
        _parts,
    ),
    max_size=4,
    unique_by=lambda promise: promise.call,
)
_through = st.none() | _days


@given(_promises, _payments, _through, st.randoms())
def test_no_money_counts_twice_and_no_order_matters(
    promises: list[PromiseMade], payments: list[Payment], through: date | None, chance: object
) -> None:
    told = judged(promises, payments, through, POLICY)
    assert sum(one.paid for one in told) <= sum(
        one.amount for one in net(payments).payments if one.currency == "USD"
    )
    assert judged(promises[::-1], payments[::-1], through, POLICY) == told
    for one in told:
        for each in one.parts:
            assert each.part.amount is None or each.paid <= each.part.amount


@given(_promises, _payments, _through)
def test_nothing_is_broken_on_payments_that_end_too_early(
    promises: list[PromiseMade], payments: list[Payment], through: date | None
) -> None:
    for one in judged(promises, payments, through, POLICY):
        for each in one.parts:
            if each.state in (Keeping.BROKEN, Keeping.PART):
                assert through is not None
                assert each.part.day is not None
                assert through >= known_by(each.part.day, POLICY) >= each.part.day


@given(_promises, _payments, _through, _amounts)
def test_a_payment_before_every_promise_and_one_undone_change_nothing(
    promises: list[PromiseMade], payments: list[Payment], through: date | None, amount: Decimal
) -> None:
    told = judged(promises, payments, through, POLICY)
    early = Payment(amount, "USD", date(2026, 11, 30), "EARLY")
    undone = Payment(amount, "USD", date(2026, 12, 15), "UNDONE")
    gone = replace(undone, reference="G", reversal=True, reverses="UNDONE")
    assert judged(promises, [*payments, early], through, POLICY) == judged(
        promises, [*payments, early, undone, gone], through, POLICY
    )
    if not any(one.reversal for one in payments):
        assert judged(promises, [*payments, early], through, POLICY) == told


@given(_promises, _payments, _through)
def test_only_a_promise_with_a_later_one_is_replaced(
    promises: list[PromiseMade], payments: list[Payment], through: date | None
) -> None:
    told = judged(promises, payments, through, POLICY)
    assert not told or told[-1].state is not Keeping.REPLACED


@given(_parts, _through)
def test_who_pays_every_part_on_its_day_has_kept_it(
    parts: tuple[PromisedPart, ...], through: date | None
) -> None:
    promise = made(1, *parts)
    payments = [
        Payment(one.amount, "USD", one.day)
        for one in parts
        if one.amount is not None and one.day is not None
    ]
    (told,) = judged([promise], payments, through, POLICY)
    for each in told.parts:
        assert each.state in (Keeping.KEPT, Keeping.NOT_ASSESSABLE)
