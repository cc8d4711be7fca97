"""A redacted copy tells that something was promised, and not how much or when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from assistant.archive.covering import _covered_promise
from assistant.events import PromiseChanged, PromiseStatus
from scripts.commitments import Proposal
from scripts.promising import Promised


def test_amounts_and_days_of_a_promise_go() -> None:
    part = Proposal(Decimal("300.00"), "USD", date(2026, 12, 4), "debit_card", ())
    said = Promised(1, (part,), "You'll pay $300.00 on December 4.")
    copy = _covered_promise(PromiseChanged(said, PromiseStatus.CONFIRMED, 31.0))
    assert copy.status is PromiseStatus.CONFIRMED
    assert "300" not in repr(copy)
    assert "2026" not in repr(copy)
    assert "December" not in repr(copy)
