"""Accounts read from files, refused with every fault, briefed and hashed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.demo.calls import demonstration_call
from compliance.errors import BadInput
from scripts.account import (
    Promise,
    account_from_mapping,
    brief,
    content_hash,
    ledger,
    load_account,
)

_MINIMAL: Mapping[str, object] = {
    "id": "A-1",
    "jurisdiction": "us",
    "language": "en-US",
    "customer_name": "Jordan Lee",
    "bank_name": "First Harbor Bank",
    "currency": "USD",
    "overdue_amount": 652.18,
    "days_past_due": 34,
    "minimum_due": "80.00",
}


def test_minimal_account_from_json_and_yaml(tmp_path: Path) -> None:
    as_json = tmp_path / "account.json"
    as_json.write_text(json.dumps(_MINIMAL))
    as_yaml = tmp_path / "account.yaml"
    as_yaml.write_text("\n".join(f"{key}: {value}" for key, value in _MINIMAL.items()))
    account = load_account(as_json)
    assert account == load_account(as_yaml) == account_from_mapping(_MINIMAL)
    assert account.overdue_amount == Decimal("652.18")
    assert isinstance(account.overdue_amount, Decimal)
    assert content_hash(account) == content_hash(load_account(as_yaml))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"overdue_amount": -1}, "overdue_amount"),
        ({"overdue_amount": "NaN"}, "overdue_amount"),
        ({"overdue_amount": "Infinity"}, "overdue_amount"),
        ({"overdue_amount": 1e15}, "overdue_amount"),
        ({"overdue_amount": True}, "overdue_amount"),
        ({"overdue_amount": "12.345"}, "overdue_amount"),
        ({"currency": "JPY", "overdue_amount": "12.5"}, "overdue_amount"),
        ({"currency": "ABC"}, "currency"),
        ({"currency": "usd"}, "currency"),
        ({"days_past_due": -3}, "days_past_due"),
        ({"days_past_due": "3"}, "days_past_due"),
        ({"days_past_due": 10_000_000}, "days_past_due"),
        ({"customer_name": ""}, "customer_name"),
        ({"customer_name": "Jordan\u001b[31m Lee"}, "customer_name"),
        ({"customer_name": "Jordan\nLee"}, "customer_name"),
        ({"honorific": "sir"}, "honorific"),
        ({"collector": "agency"}, "collector"),
        ({"collector": "bailiff"}, "collector"),
        ({"family_name": "Smith"}, "family_name"),
        ({"due_date": "2026-13-01"}, "due_date"),
        ({"last_payment_on": "2026-01-01"}, "last_payment_on"),
        ({"identifiers": [{"kind": "a", "expected": "1"}] * 2}, "identifiers"),
        ({"identifiers": [{"kind": "a", "expected": ""}]}, "identifiers"),
        (
            {"promises": [{"made_on": "2026-02-02", "due_on": "2026-01-01", "amount": 1}]},
            "promises",
        ),
        ({"facts": {"judgment": "no"}}, "facts"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_faults_name_the_field_and_never_its_value(
    tmp_path: Path, change: Mapping[str, object], field: str
) -> None:
    path = tmp_path / "account.json"
    path.write_text(json.dumps({**_MINIMAL, **change}))
    with pytest.raises(BadInput) as caught:
        load_account(path)
    assert all(fault.line == 1 and fault.column > 0 for fault in caught.value.faults)
    told = "\n".join(fault.message for fault in caught.value.faults)
    assert field in told
    assert "Jordan" not in told
    with pytest.raises(BadInput, match=field):
        account_from_mapping({**_MINIMAL, **change}, "line 7")


def test_all_faults_at_once_with_their_places(tmp_path: Path) -> None:
    path = tmp_path / "account.yaml"
    lines = [f"{key}: {value}" for key, value in _MINIMAL.items()]
    lines[6] = "overdue_amount: -4"
    lines[7] = "days_past_due: soon"
    path.write_text("\n".join(lines))
    with pytest.raises(BadInput) as caught:
        load_account(path)
    assert [(fault.line, fault.column) for fault in caught.value.faults] == [(7, 17), (8, 16)]


def test_brief_counts_promises_and_adds_the_trap_that_the_file_forgot() -> None:
    account = account_from_mapping(_MINIMAL)
    old = Promise(date(2026, 8, 1), date(2026, 8, 9), Decimal(10), kept=True, words="On Friday.")
    new = Promise(date(2026, 9, 1), date(2026, 9, 9), Decimal(20), kept=False, words="Next week.")
    told = brief(replace(account, promises=(new, old), traps=("disputed_item",)))
    assert (told.promises_kept, told.promises_broken, told.promises_open) == (1, 1, 0)
    assert told.last_promise == new
    assert told.traps == ("broken_promise", "disputed_item")
    assert brief(account).last_promise is None


def test_content_hash_follows_content() -> None:
    account = account_from_mapping(_MINIMAL)
    assert content_hash(account) != content_hash(replace(account, overdue_amount=Decimal(1)))
    assert len(content_hash(None)) == 64


def test_the_ledger_holds_what_rules_compare_and_not_who_the_customer_is() -> None:
    account = load_account(demonstration_call("en-US").account)
    found = ledger(account)
    assert found["overdue_amount"] == str(account.overdue_amount)
    assert found["days_past_due"] == account.days_past_due
    assert account.customer_name not in found.values()
    assert not {"customer_name", "identifiers", "notes"} & found.keys()
    assert None not in found.values()
