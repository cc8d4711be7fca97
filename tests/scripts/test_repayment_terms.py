"""Product terms: shipped for every jurisdiction, sourced, and strictly read."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from compliance.errors import BadInput, MissingPart
from scripts.repayment_terms import JURISDICTIONS, default_terms, load_terms


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_defaults_say_where_they_come_from(jurisdiction: str) -> None:
    terms = default_terms(jurisdiction)
    bases = [
        terms.interest.basis, terms.late_fee.basis, terms.minimum.basis, terms.settlement.basis,
        terms.limit.basis, terms.authority.basis, terms.annualised_basis,
        *(plan.basis for plan in terms.plans),
    ]  # fmt: skip
    assert terms.jurisdiction == jurisdiction
    assert all(basis.source for basis in bases)
    assert not all(basis.settled for basis in bases)


def test_there_are_no_terms_for_nowhere() -> None:
    with pytest.raises(MissingPart):
        default_terms("fr")


@pytest.mark.parametrize(
    ("code", "old", "new", "says"),
    [
        (
            "tw",
            'ceiling_percent = "15"',
            'ceiling_percent = "16"',
            "interest.ceiling_percent: is 15",
        ),
        ("tw", 'percent = "12"', 'percent = "15.5"', "plan[0].percent: is above the ceiling"),
        ("cn", "36, 48, 60]", "36, 48, 72]", "plan[1].months: 60 at most"),
        (
            "tw",
            'step = "1"',
            "step = 1",
            'rounding.step: must be a number as text, such as "18.25"',
        ),
        ("tw", 'step = "1"', 'step = "0.001"', "rounding.step: must be a multiple of TWD's"),
        ("tw", 'step = "1"', 'step = "0"', "rounding.step: must be a multiple"),
        ("tw", 'currency = "TWD"', 'currency = "XQQ"', "currency: is no currency"),
        ("tw", "months = [3, 6,", "months = [6, 3,", "plan[0].months: must rise"),
        ("tw", "months = [3, 6,", "months = [0, 6,", "plan[0].months[0]: "),
        ("tw", 'cost = "rate"', 'cost = "free"', "plan[0].percent: is 0 for free"),
        ("tw", 'id = "hardship_instalments"', 'id = "bill_instalments"', "plan[1].id: is given"),
        ("tw", "day_count = 365", "day_count = 364", "interest.day_count: "),
        ("tw", "day_count = 365", "day_cuont = 365", "interest.day_cuont: there is no such key"),
        ("tw", "day_count = 365", "day_cuont = 365", "interest.day_count: is missing"),
        ("tw", '"300", "400"', '"400", "300"', "late_fee.caps: must not fall"),
        ("tw", 'status = "verified"', 'status = "sure"', "interest.status: "),
        ("tw", 'bank = "default"', "bank = ", "cannot be read as TOML here"),
        ("tw", 'percent_of_balance = "10"', 'percent_of_balance = "-1"', "minimum.percent_of"),
        ("tw", 'percent_of_balance = "10"', 'percent_of_balance = "1e9"', "minimum.percent_of"),
    ],
)
def test_broken_terms_are_refused_by_path_and_key(
    tmp_path: Path, code: str, old: str, new: str, says: str
) -> None:
    shipped = (files("scripts") / "terms" / f"{code}.toml").read_text(encoding="utf-8")
    assert old in shipped
    path = tmp_path / "bank.toml"
    path.write_text(shipped.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput) as raised:
        load_terms(path)
    told = [str(fault) for fault in raised.value.faults]
    assert any(says in line for line in told), told
    assert all(str(path) in line for line in told)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"[" * 5000, b"#" * 300_000])
def test_what_is_no_terms_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bank.toml"
    path.write_bytes(content)
    with pytest.raises(BadInput):
        load_terms(path)
    with pytest.raises(BadInput):
        load_terms(tmp_path / "missing.toml")
