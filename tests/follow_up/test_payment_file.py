"""Reading of payments files: what is taken, and what every bad row is told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.follow_up.payment_cells import read_payment
from assistant.follow_up.payment_file import PaymentsRead, read_payments
from assistant.shift.cells import Cells
from compliance.errors import BadInput

TODAY = date(2026, 12, 31)
HEAD = "account,amount,currency,paid_on,reference,type"


def read(folder: Path, *lines: str, head: str = HEAD, mapping: str = "") -> PaymentsRead:
    path = folder / "payments.csv"
    path.write_text("\n".join((head, *lines)) + "\n", "utf-8")
    if mapping:
        (folder / "payments.mapping.yaml").write_text(mapping, "utf-8")
    return read_payments(path, None, TODAY)


@pytest.mark.parametrize(
    ("amount", "currency", "decimal", "expected"),
    [
        ("300", "USD", ".", "300"),
        ("1,234.50", "usd", ".", "1234.50"),
        ("1 234.50", "USD", ".", "1234.50"),
        ("1.234,50", "EUR", ",", "1234.50"),
        ("１，２３４", "TWD", ".", "1234"),
        ("1200.00", "TWD", ".", "1200"),
        ("-300", "USD", ".", "-300"),
        ("−300", "USD", ".", "-300"),
        ("300-", "USD", ".", "-300"),
        ("(300.00)", "USD", ".", "-300"),
        ("（300）", "TWD", ".", "-300"),
        ("-0.01", "USD", ".", "-0.01"),
    ],
)
def test_amounts(amount: str, currency: str, decimal: str, expected: str) -> None:
    cells = Cells({"account": "A1", "amount": amount, "currency": currency, "paid_on": "20261205"})
    found = read_payment(cells, decimal, TODAY)
    assert found is not None, cells.faults
    signed = -found[1].amount if found[1].reversal else found[1].amount
    assert signed == Decimal(expected)


@pytest.mark.parametrize(
    ("cell", "value", "told"),
    [
        ("amount", "0", "amount: is nothing"),
        ("amount", "12.345", "amount: has more decimals than USD has minor units (2)"),
        ("amount", "1,23", "amount: is no amount (1234.50 or 1,234.50)"),
        ("amount", "1e3", "amount: is no amount (1234.50 or 1,234.50)"),
        ("amount", "½", "amount: is no amount (1234.50 or 1,234.50)"),
        ("amount", "9999999999999", "amount: is larger than any payment"),
        ("amount", "", "amount: is empty"),
        ("currency", "XYW", "currency: is no currency of ISO 4217 (TWD)"),
        ("paid_on", "2026-02-31", "paid_on: is no day (2026-12-05)"),
        ("paid_on", "115/2/30", "paid_on: is no day (2026-12-05)"),
        ("paid_on", "05/12/06", "paid_on: is no day (2026-12-05)"),
        ("paid_on", "2027-01-01", "paid_on: lies in the future"),
        ("type", "gift", "type: is neither payment nor reversal"),
        ("account", "A\u202e1", "account: holds control or invisible characters"),
        ("account", "A" * 201, "account: is longer than 200 characters"),
        ("reverses", "R9", "reverses: stands with a payment, which undoes none"),
    ],
)
def test_a_bad_cell_is_told_by_its_column(cell: str, value: str, told: str) -> None:
    good = {"account": "A1", "amount": "300", "currency": "USD", "paid_on": "2026-12-05"}
    cells = Cells({**good, cell: value})
    assert read_payment(cells, ".", TODAY) is None
    assert [f"{column}: {what}" for column, what in cells.faults] == [told]


@pytest.mark.parametrize(
    ("amount", "currency", "told"),
    [
        ("1200.50", "TWD", "has more decimals than TWD has minor units (0)"),
        ("1200.5", "JPY", "has more decimals than JPY has minor units (0)"),
    ],
)
def test_currencies_without_minor_units(amount: str, currency: str, told: str) -> None:
    cells = Cells({"account": "A", "amount": amount, "currency": currency, "paid_on": "20261205"})
    assert read_payment(cells, ".", TODAY) is None
    assert cells.faults == [("amount", told)]


@pytest.mark.parametrize(
    "written",
    ["2026-12-05", "20261205", "2026/12/5", "2026.12.05", "115/12/05", "115-12-5", "1151205",
     "民國115年12月5日", "民國 115/12/5", "115年12月05日", "１１５／１２／０５"],
)  # fmt: skip
def test_days(written: str) -> None:
    cells = Cells({"account": "A1", "amount": "1", "currency": "TWD", "paid_on": written})
    found = read_payment(cells, ".", TODAY)
    assert found is not None
    assert found[1].paid_on == date(2026, 12, 5)


def test_a_file_with_good_and_bad_rows(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "A1,300.00,USD,2026-12-05,R1,",
        "A1,300.00,USD,2026-12-05,R1,",
        "A1,-300.00,USD,2026-12-07,R1,",
        "A2,50,USD,2026-12-03,,payment",
        "A2,50,USD,2026-12-03,,payment",
        "A2,-50,USD,2026-12-03,,payment",
        "A2,50,USD",
    )
    assert [(row.account, row.line, row.again, row.payment.reversal) for row in found.rows] == [
        ("A1", 2, 1, False), ("A1", 4, 1, True), ("A2", 5, 1, False), ("A2", 6, 2, False),
    ]  # fmt: skip
    assert [(bad.line, bad.why) for bad in found.rejected] == [
        (3, (("reference", "is that of line 2"),)),
        (7, (("amount", "is negative, and the type says payment"),)),
        (8, (("", "has 3 cells where the first line names 6"),)),
    ]
    assert found.last_day == date(2026, 12, 7)


def test_a_sites_own_columns_and_writing(tmp_path: Path) -> None:
    mapping = (
        "columns: {account: Konto, amount: Betrag, paid_on: Datum, type: Art}\n"
        "constants: {currency: EUR}\n"
        'dates: "%d.%m.%Y"\ndecimal: ","\ndelimiter: ";"\n'
    )
    found = read(
        tmp_path,
        "K-1;1.234,50;05.12.2026;returned;x",
        head="Konto;Betrag;Datum;Art;Notiz",
        mapping=mapping,
    )
    (row,) = found.rows
    assert (row.payment.amount, row.payment.reversal) == (Decimal("1234.50"), True)
    assert found.unknown_columns == ("Notiz",)


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "payments.jsonl"
    path.write_text(
        '{"account":"A1","amount":300.10,"currency":"USD","paid_on":"2026-12-05"}\n'
        '{"account":"A1","amount":[1],"currency":"USD","paid_on":"2026-12-05"}\n'
        "[1]\nnot json\n",
        "utf-8",
    )
    found = read_payments(path, None, TODAY)
    assert [row.payment.amount for row in found.rows] == [Decimal("300.10")]
    assert [(bad.line, bad.why) for bad in found.rejected] == [
        (2, (("amount", "is no text, number or day"),)),
        (3, (("", "is no object"),)),
        (4, (("", "this is not JSON"),)),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty; its first line names the columns"),
        (b"account,amount\n", "there is no column currency"),
        ("account,備註\nA1,承諾\n".encode("big5"), "this is not utf-8"),
        ("account,备注\nA1,承诺\n".encode("gb18030"), "this is not utf-8"),
        ("account,amount\n".encode("utf-16"), "this is not utf-8"),
        (b"account\0,amount\n", "the file is binary or UTF-16"),
        (b'account,amount,currency,paid_on\n"A1,1,USD,2026-12-05\n', "this is no CSV"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "payments.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="the payments cannot be read") as caught:
        read_payments(path, None, TODAY)
    assert told in str(caught.value)


@pytest.mark.parametrize("encoding", ["big5", "gb18030", "utf-8-sig"])
def test_another_encoding_is_read_where_it_is_named(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "payments.csv"
    head, row = "account,amount,currency,paid_on,type,method", "甲1,1200,TWD,115/12/05,還款,臨櫃"
    path.write_bytes(
        f"{head}\n{row.replace('還', '还') if encoding[0] == 'g' else row}\n".encode(encoding)
    )
    if encoding != "utf-8-sig":
        (tmp_path / "payments.mapping.yaml").write_text(f"encoding: {encoding}\n")
    (found,) = read_payments(path, None, TODAY).rows
    assert (found.account, found.payment.method) == ("甲1", "臨櫃")


@given(st.decimals("0.01", "99999999.99", places=2), st.booleans())
def test_what_is_written_is_what_is_read(amount: Decimal, negative: bool) -> None:
    for written in (f"{amount:,}", f"{amount}"):
        cells = Cells(
            {
                "account": "A1",
                "amount": f"-{written}" if negative else written,
                "currency": "USD",
                "paid_on": "2026-12-05",
            }
        )
        found = read_payment(cells, ".", TODAY)
        assert found is not None
        assert (found[1].amount, found[1].reversal) == (amount, negative)
