"""The disposition codes: complete, strict, and saying what is missing and when what falls due."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

from compliance.errors import BadInput
from scripts.outcomes import (
    Outcome,
    Value,
    follow_up_on,
    load_outcomes,
    missing,
    proposed,
    suppressed_until,
)

TODAY = date(2026, 11, 28)
SHIPPED = (files("scripts") / "outcomes.yaml").read_text(encoding="utf-8")
BY_ID = {outcome.id: outcome for outcome in load_outcomes()}
PROMISE: dict[str, Value] = {
    "amount": Decimal(3000), "due_on": date(2026, 12, 5), "method": "bank_transfer",
}  # fmt: skip


def test_every_code_of_the_trade_is_there() -> None:
    assert set(BY_ID) >= {
        "no_answer",
        "busy",
        "voicemail",
        "disconnected",
        "quick_hang_up",
        "wrong_number",
        "third_party",
        "message_left",
        "attorney",
        "paid",
        "promise",
        "part_promise",
        "plan",
        "settlement",
        "hardship",
        "callback",
        "refused",
        "no_commitment",
        "broken_promise",
        "dispute",
        "fraud",
        "bankruptcy",
        "deceased",
        "cease_contact",
        "complaint",
        "vulnerable",
        "language_barrier",
    }


@pytest.mark.parametrize("outcome", BY_ID.values(), ids=lambda outcome: outcome.id)
def test_an_outcome_has_names_and_a_next_step(outcome: Outcome) -> None:
    codes = ("en", "zh-Hant", "zh-Hans")
    for named in (outcome.label, outcome.group, outcome.follow_up.label):
        assert all(dict(named.names)[code] for code in codes)
    assert not (outcome.one_active and "due_on" not in [item.id for item in outcome.mandatory])


@pytest.mark.parametrize(
    ("outcome", "values", "expected"),
    [
        ("promise", PROMISE, ()),
        ("promise", {}, ("amount", "due_on", "method")),
        ("promise", PROMISE | {"due_on": date(2026, 11, 27)}, ("due_on",)),
        ("promise", PROMISE | {"amount": Decimal("-0.01")}, ("amount",)),
        ("promise", PROMISE | {"amount": Decimal("NaN")}, ("amount",)),
        ("promise", PROMISE | {"amount": 3000}, ("amount",)),
        ("promise", PROMISE | {"method": "gift_card"}, ("method",)),
        ("promise", PROMISE | {"reason": "  "}, ("reason",)),
        ("promise", PROMISE | {"adviser": "somebody"}, ("adviser",)),
        ("plan", PROMISE | {"instalments": 0, "first_amount": Decimal(1)}, ("instalments",)),
        ("plan", PROMISE | {"instalments": True, "first_amount": Decimal(1)}, ("instalments",)),
        ("callback", {"callback_on": TODAY}, ("callback_at",)),
        ("callback", {"callback_on": TODAY, "callback_at": time(9)}, ()),
        ("paid", PROMISE | {"paid_on": date(2026, 11, 29)}, ("paid_on", "due_on")),
        ("vulnerable", {"consent": False}, ()),
        ("no_answer", {}, ()),
    ],
)
def test_what_is_missing(outcome: str, values: dict[str, Value], expected: tuple[str, ...]) -> None:
    assert missing(BY_ID[outcome], values, TODAY) == expected


@pytest.mark.parametrize(
    ("outcome", "values", "due", "quiet_until"),
    [
        ("promise", PROMISE, date(2026, 12, 6), date(2026, 12, 5)),
        ("promise", {}, None, date.max),
        ("no_answer", {}, date(2026, 11, 29), None),
        ("paid", {}, date(2026, 12, 1), date(2026, 12, 1)),
        ("cease_contact", {}, date(2026, 11, 29), date.max),
        ("third_party_refused", {}, TODAY, date.max),
    ],
)
def test_days(
    outcome: str, values: dict[str, Value], due: date | None, quiet_until: date | None
) -> None:
    assert follow_up_on(BY_ID[outcome], TODAY, values) == due
    assert suppressed_until(BY_ID[outcome], TODAY, values) == quiet_until


def test_the_last_thing_that_ends_calls_is_proposed() -> None:
    outcomes = BY_ID.values()
    found = proposed(outcomes, ["commitment", "lost_job", "dispute", "impact"])
    assert found is BY_ID["dispute"]
    assert proposed(outcomes, ["impact"]) is None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("number: 11", "number: 21", "does not begin with its group's"),
        ("number: 12", "number: 11", "given twice"),
        ("mandatory: [reason]", "mandatory: [raeson]", "names no field"),
        ("{action: dial_again, after_days: 1}", "{action: dial, after_days: 1}", "no action"),
        ("{action: dial_again, after_days: 1}", "{action: dial_again}", "one of them"),
        ("{whom: account, days: 3}", "{whom: account, until_field: amount}", "no mandatory day"),
        ("{whom: number}", "{whom: everybody}", "whom"),
        ("route: hardship", "route: hardshi", "is no exit"),
        ("from: [wrong_number]", "from: [wrong_numbr]", "names no stage"),
        ("right_party: true", "right_party: maybe", "right_party"),
        ("kind: count", "kind: choice", "a choice has choices"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    path = tmp_path / "outcomes.yaml"
    assert old in SHIPPED
    path.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput) as raised:
        load_outcomes(path)
    assert any(says in str(fault) and fault.line > 1 for fault in raised.value.faults)
