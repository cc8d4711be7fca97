"""Reads one payment's cells: amount and sign, day, kind, currency.

Owns how banks write these in a payments file: thousands separators, negative amounts, days of the
Republic of China's calendar (民國), words for a reversal.  A fault names a column and what is
expected there, never what stands in it.  It reads no file and no clock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from babel.numbers import list_currencies

from assistant.shift.cells import HALF_WIDTH, Cells
from scripts.forms import minor_digits
from scripts.promise_keeping import Payment

COLUMNS: Mapping[str, str] = {
    "account": "the account's id",
    "amount": "1234.50 or 1,234.50; a reversal is negative, or so by its type",
    "currency": "ISO 4217: TWD",
    "paid_on": "the day: 2026-12-05, 2026/12/5, 115/12/5 or 民國115年12月5日",
    "reference": "the payment's own number; with it a payment counts once",
    "type": "payment or reversal (退票, 沖正, 退回)",
    "reverses": "of a reversal: the reference of the payment that it undoes",
    "method": "how it was paid",
}
"""The columns by name; a site's file need not have them all, or may map its own onto them."""

REQUIRED = ("account", "amount", "currency", "paid_on")

_REVERSALS = frozenset(
    ["reversal", "reversed", "return", "returned", "bounced", "chargeback", "refund", "refunded",
     "沖正", "沖銷", "冲正", "冲销", "退票", "退回", "退款"]
)  # fmt: skip
_PAYMENTS = frozenset(
    ["payment", "paid", "credit", "繳款", "繳費", "入帳", "還款", "缴款", "入账", "还款"]
)
# ISO 4217 gives the New Taiwan dollar a cent that nobody has paid with for decades.
_WHOLE = frozenset({"TWD"})
_CURRENCIES = frozenset(list_currencies())
_LARGEST = Decimal(1_000_000_000_000)
_LONGEST = 200

_MINUS = "-−－"
_BRACKETS = str.maketrans("（）", "()")
_AMOUNTS = {
    ".": re.compile(r"(?:[0-9]{1,13}|[0-9]{1,3}(?:[, ][0-9]{3})+)(?:\.[0-9]{1,4})?"),
    ",": re.compile(r"(?:[0-9]{1,13}|[0-9]{1,3}(?:[. ][0-9]{3})+)(?:,[0-9]{1,4})?"),
}
_SLASHED = re.compile(r"([0-9]{4})[/.]([0-9]{1,2})[/.]([0-9]{1,2})")
_MINGUO = re.compile(
    r"民國\s?([0-9]{1,3})[年/.-]([0-9]{1,2})[月/.-]([0-9]{1,2})日?"
    r"|([0-9]{3})[年/.-]([0-9]{1,2})[月/.-]([0-9]{1,2})日?"
    r"|(1[0-9]{2})([0-9]{2})([0-9]{2})"
)
_BEFORE_MINGUO = 1911
_FIRST_YEAR, _LAST_YEAR = 1900, 2199

_NOT_AN_AMOUNT = "is no amount (1234.50 or 1,234.50)"


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment of a file.

    `line` is where it begins, from 1; `again` which of the file's rows without a reference it is
    that have the same account, day, amount and kind, from 1.
    """

    account: str
    payment: Payment
    line: int
    again: int = 1


def read_payment(cells: Cells, decimal: str, today: date) -> tuple[str, Payment] | None:
    """A row's cells as account and payment; `None` with `cells.faults`.

    Args:
        cells: by our names of the columns.
        decimal: the sign before a fraction.
        today: no payment lies after it.
    """
    for name in REQUIRED:
        if not cells.values.get(name, "").strip():
            cells.faults.append((name, "is empty"))
    account = _text(cells, "account").translate(HALF_WIDTH)
    currency = cells.read("currency", _currency, "is no currency of ISO 4217 (TWD)")
    signed = cells.read("amount", lambda text: _signed(text, decimal), _NOT_AN_AMOUNT)
    paid_on = cells.read("paid_on", lambda text: _day(text, cells.dates), "is no day (2026-12-05)")
    kind = cells.read("type", _is_reversal, "is neither payment nor reversal")
    if signed is not None:
        _check_amount(cells, signed, currency, kind)
    if paid_on is not None and paid_on > today:
        cells.faults.append(("paid_on", "lies in the future"))
    reference, reverses = _text(cells, "reference"), _text(cells, "reverses")
    method = _text(cells, "method")
    if cells.faults or currency is None or signed is None or paid_on is None:
        return None
    reversal = bool(kind) or signed < 0
    if reverses and not reversal:
        cells.faults.append(("reverses", "stands with a payment, which undoes none"))
        return None
    return account, Payment(abs(signed), currency, paid_on, reference, reversal, reverses, method)


def _check_amount(
    cells: Cells, signed: Decimal, currency: str | None, reversal: bool | None
) -> None:
    if not signed:
        cells.faults.append(("amount", "is nothing"))
    if signed < 0 and reversal is False:
        cells.faults.append(("amount", "is negative, and the type says payment"))
    if abs(signed) >= _LARGEST:
        cells.faults.append(("amount", "is larger than any payment"))
    if currency is not None:
        digits = 0 if currency in _WHOLE else minor_digits(currency)
        if signed != round(signed, digits):
            told = f"has more decimals than {currency} has minor units ({digits})"
            cells.faults.append(("amount", told))


def _text(cells: Cells, column: str) -> str:
    text = cells.plain(column)
    if len(text) > _LONGEST:
        cells.faults.append((column, f"is longer than {_LONGEST} characters"))
        return ""
    return text


def _currency(text: str) -> str:
    code = text.upper()
    if code not in _CURRENCIES:
        raise ValueError
    return code


def _signed(text: str, decimal: str) -> Decimal:
    plain = text.translate(HALF_WIDTH).translate(_BRACKETS).strip()
    negative = False
    if plain.startswith("(") and plain.endswith(")"):
        plain, negative = plain[1:-1].strip(), True
    elif plain and plain[0] in _MINUS:
        plain, negative = plain[1:].strip(), True
    elif plain and plain[-1] in _MINUS:
        plain, negative = plain[:-1].strip(), True
    if not _AMOUNTS[decimal].fullmatch(plain):
        raise ValueError
    thousands = "," if decimal == "." else "."
    amount = Decimal(plain.replace(thousands, "").replace(" ", "").replace(decimal, "."))
    return -amount if negative else amount


def _is_reversal(text: str) -> bool:
    word = text.casefold()
    if word not in _REVERSALS | _PAYMENTS:
        raise ValueError
    return word in _REVERSALS


def _day(text: str, written: str | None) -> date:
    plain = text.translate(HALF_WIDTH).translate({0xFF0F: "/", 0xFF0D: "-"})
    if written:
        day = datetime.strptime(plain, written).date()  # noqa: DTZ007 - a day has no zone
    elif slashed := _SLASHED.fullmatch(plain):
        day = date(*(int(part) for part in slashed.groups()))
    elif minguo := _MINGUO.fullmatch(plain):
        year, month, number = (int(part) for part in minguo.groups() if part is not None)
        day = date(year + _BEFORE_MINGUO, month, number)
    else:
        day = date.fromisoformat(plain)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError
    return day
