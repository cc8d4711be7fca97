"""Whom to call next, and why: reasons, their days, what bars a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest

from assistant.follow_up import endings
from assistant.follow_up.endings import Ending, ending_of, promise_of
from assistant.follow_up.gathering import NextRow, gathered
from assistant.follow_up.ledger import Followed
from assistant.follow_up.policy import FollowUpPolicy
from assistant.record.followed import FollowedCall
from assistant.record.kept import KeptWrapUp
from assistant.shift.wanted import WantedFor
from scripts.outcome_values import all_written
from scripts.outcomes import Value
from scripts.promise_keeping import KeepingPolicy, Payment, judged
from tests.follow_up.invented import ON, OUTCOMES, call, day

KEEPING = KeepingPolicy()
THROUGH = day(-1)


def followed(
    calls: Sequence[FollowedCall], payments: Sequence[Payment] = (), through: date | None = THROUGH
) -> Followed:
    ended = [(one, ending_of(one, OUTCOMES)) for one in calls]
    promises = [promise_of(one, ending) for one, ending in ended]
    return Followed(
        calls[0].account.id,
        calls[0].code,
        tuple(calls),
        tuple(ending for _, ending in ended if ending is not None),
        judged([one for one in promises if one is not None], payments, through, KEEPING),
    )


def listed(
    *calls: FollowedCall, days: int = 0, remind: int | None = None, paid: Sequence[Payment] = ()
) -> tuple[NextRow, ...]:
    policy = FollowUpPolicy(KEEPING, remind)
    return gathered([followed(calls, paid)], lambda _place: policy, ON, days)


def reasons(rows: tuple[NextRow, ...]) -> list[tuple[str, int]]:
    return [(one.why.value, (one.due_on - ON).days) for row in rows for one in row.wanted]


def bars(rows: tuple[NextRow, ...]) -> list[tuple[str, int | None]]:
    return [
        (bar.why, (bar.until - ON).days if bar.until is not None else None)
        for row in rows
        for bar in row.barred
    ]


PROMISED = call("p", -15, ("300", -6), outcome="promise", next_contact=-6)
PAID = Payment(Decimal(300), "USD", day(-6))


@pytest.mark.parametrize(
    ("calls", "paid", "wanted", "barred"),
    [
        ([PROMISED], [], [("broken_promise", -6)], []),
        ([PROMISED], [PAID], [], []),
        ([PROMISED], [replace(PAID, amount=Decimal(1))], [("kept_in_part", -6)], []),
        ([PROMISED], [replace(PAID, currency="EUR")], [("promise_not_assessable", -6)], []),
        # Its agent did not say how it ended: the promise is one all the same.
        ([call("p", -15, ("300", -6))], [], [("broken_promise", -6)], []),
        # The agent said promise, and the words were not understood: only the day is known.
        (
            [call("p", -15, outcome="promise", next_contact=-6)],
            [],
            [("promise_not_assessable", -6)],
            [],
        ),
        # The payments do not reach that far: nobody is called about what may have been paid.
        (
            [call("p", -4, ("300", -1), outcome="promise", next_contact=-1)],
            [],
            [("payment_awaited", -1)],
            [("payment_awaited", None)],
        ),
        # Not yet due.
        ([call("p", -4, ("300", 1), outcome="promise", next_contact=1)], [], [], []),
        # The customer was talked to since: what was agreed then holds.
        (
            [PROMISED, call("r", -2, outcome="refused", next_contact=0)],
            [],
            [("next_contact", 0)],
            [],
        ),
        ([PROMISED, call("r", -2, outcome="dispute")], [], [], []),
        # Nobody was reached since: it is still broken, and to be tried again.
        (
            [PROMISED, call("n", -1, outcome="no_answer")],
            [],
            [("broken_promise", -6), ("next_contact", 0)],
            [],
        ),
        ([call("c", -3, outcome="callback", next_contact=0)], [], [("callback", 0)], []),
        ([call("c", -3, outcome="callback", next_contact=1)], [], [], []),
        # A call that the customer asked for stands above a rest of their own account.
        (
            [
                call("h", -5, outcome="hardship"),
                call("c", -3, outcome="callback", next_contact=0),
            ],
            [],
            [("callback", 0)],
            [("hardship", 2)],
        ),
        (
            [call("d", -9, outcome="dispute"), call("r", -2, outcome="refused", next_contact=0)],
            [],
            [("next_contact", 0)],
            [("dispute", None)],
        ),
        (
            [call("x", -9, outcome="deceased"), call("n", -2, outcome="no_answer")],
            [],
            [("next_contact", -1)],
            [("deceased", None)],
        ),
        (
            [call("a", -9, outcome="paid"), call("b", -1, outcome="busy")],
            [],
            [("next_contact", -1)],
            [],
        ),
        ([call("g", -9, outcome="gone_out_of_use", next_contact=0)], [], [], []),
        ([call("q", -9)], [], [], []),
    ],
)  # fmt: skip
def test_what_an_account_is_wanted_for(
    calls: list[FollowedCall],
    paid: list[Payment],
    wanted: list[tuple[str, int]],
    barred: list[tuple[str, int | None]],
) -> None:
    rows = listed(*calls, paid=paid)
    assert (reasons(rows), bars(rows)) == (wanted, barred)


def test_the_list_looks_ahead_and_reminds_only_where_the_site_says_so() -> None:
    promise = call("p", -4, ("300", 5), outcome="promise", next_contact=5)
    assert reasons(listed(promise, days=9)) == []
    assert reasons(listed(promise, days=9, remind=1)) == [("promise_due", 5)]
    assert reasons(listed(promise, days=3, remind=1)) == []
    assert bars(listed(promise, days=9, remind=1)) == [], "a reminder is no breach of the promise"
    assert reasons(listed(call("c", -3, outcome="callback", next_contact=1), days=1)) == [
        ("callback", 1)
    ]


def test_a_promise_not_yet_due_bars_what_else_is_due() -> None:
    rows = listed(
        call("p", -4, ("300", 5), outcome="promise", next_contact=5),
        call("n", -2, outcome="no_answer"),
    )
    assert (reasons(rows), bars(rows)) == ([("next_contact", -1)], [("promise", 5)])


def test_a_number_that_was_wrong_is_not_called_again() -> None:
    (row,) = listed(
        call("w", -3, outcome="wrong_number", number="2125550199"),
        call("n", -1, outcome="no_answer"),
    )
    assert (row.numbers_barred, row.barred) == (frozenset({"2125550199"}), ())


def test_broken_promises_come_first_then_the_day() -> None:
    policy = FollowUpPolicy(KEEPING)
    accounts = [
        followed([call("1", -20, outcome="refused", next_contact=-9, owner="A1")]),
        followed([call("2", -20, ("1", -5), owner="A2")]),
        followed([call("3", -20, ("1", -7), owner="A3")]),
        followed([call("4", -20, outcome="callback", next_contact=0, owner="A4")]),
    ]
    rows = gathered(accounts, lambda _place: policy, ON)
    assert [row.followed.account for row in rows] == ["A3", "A2", "A1", "A4"]


def filled(identity: str, days: int, outcome: str, values: Mapping[str, Value]) -> FollowedCall:
    plain = call(identity, days, outcome=outcome)
    assert plain.end is not None
    return replace(plain, end=replace(plain.end, values=all_written(values)))


def test_the_fields_of_a_wrap_up_say_more() -> None:
    back: Mapping[str, Value] = {"callback_on": day(0), "callback_at": time(14, 30)}
    (row,) = listed(filled("c", -3, "callback", back))
    assert (row.wanted[0].why, row.wanted[0].at) == (WantedFor.CALLBACK, time(14, 30))
    (row,) = listed(filled("h", -3, "hardship", {"reason": "ill", "documents": "payslips"}))
    assert reasons((row,)) == [("documents", 0)]
    assert bars((row,)) == [("hardship", 4)]
    promise = filled("p", -15, "promise", {"amount": Decimal(50), "due_on": day(-6)})
    (row,) = listed(promise)
    assert (row.wanted[0].why, row.wanted[0].amount) == (WantedFor.BROKEN, Decimal(50))
    plan: Mapping[str, Value] = {
        "amount": Decimal(900),
        "first_amount": Decimal(90),
        "due_on": day(-6),
    }
    (row,) = listed(filled("p", -15, "plan", plan))
    assert row.wanted[0].amount == Decimal(90)


def test_fields_may_be_kept_as_text() -> None:
    promise = filled("p", -15, "promise", {"amount": "50.00", "due_on": day(-6).isoformat()})
    (row,) = listed(promise)
    assert (row.wanted[0].why, row.wanted[0].amount) == (WantedFor.BROKEN, Decimal("50.00"))
    back: Mapping[str, Value] = {"callback_on": day(0).isoformat(), "callback_at": "14:30"}
    (row,) = listed(filled("c", -3, "callback", back))
    assert (row.wanted[0].at, row.barred) == (time(14, 30), ())
    odd = filled("p", -15, "promise", {"amount": "fifty", "due_on": "soon"})
    assert listed(odd) == (), "as if nothing had been filled"


def test_a_wrap_up_of_before_had_no_fields() -> None:
    end = KeptWrapUp("c", "promise", None, "", "2026-12-01T00:00:00+00:00")
    assert endings.values_of(end, OUTCOMES["promise"]) == {}
    assert isinstance(ending_of(call("c", -1, outcome="promise"), OUTCOMES), Ending)
