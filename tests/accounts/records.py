"""Invented accounts for the tests of their sources."""

from __future__ import annotations

from datetime import UTC, datetime

COLUMNS = (
    "account", "customer_name", "jurisdiction", "currency", "bank_name", "overdue_amount",
    "minimum_due", "days_past_due", "number",
)  # fmt: skip
NOW = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)


def record(account: str = "A1", **changed: object) -> dict[str, object]:
    """One account by columns."""
    whole: dict[str, object] = {
        "account": account,
        "customer_name": "Ann Lee",
        "jurisdiction": "us",
        "currency": "USD",
        "bank_name": "Example Bank",
        "overdue_amount": "1234.50",
        "minimum_due": "25.00",
        "days_past_due": 34,
        "number": "+1 212-555-0100",
    }
    return {**whole, **changed}


PEOPLE = (
    record("A1"),
    record("A2", overdue_amount="0.01"),
    record("B1", customer_name="Bo Ann Quill", number="2125550199"),
    record("T1", customer_name="陳美麗", jurisdiction="tw", currency="TWD", number="0912-345-678",
           overdue_amount="18420", minimum_due="3000"),
    record("J1", customer_name="Ko Sato", currency="JPY", overdue_amount="18420",
           minimum_due="3000", number=""),
)  # fmt: skip
"""Ann Lee has two accounts with one number."""


def own_form(account: str = "A1", **changed: object) -> dict[str, object]:
    """One account in an account file's own form."""
    whole = record(account)
    return {"id": whole.pop("account"), "language": "en-US", **whole, **changed}
