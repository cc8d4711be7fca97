"""Reads a payments file, CSV or JSON Lines: good rows in, every bad row told with its line.

Owns the way from a file to payments; `payment_cells` reads their cells, the work list's own reader
the CSV and the mapping.  A bad row is left out and told; it never spoils the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.accounts.files import objects_of
from assistant.accounts.records import text_of_value
from assistant.accounts.source import Unread
from assistant.follow_up.payment_cells import COLUMNS, REQUIRED, PaymentRow, read_payment
from assistant.shift.cells import Cells
from assistant.shift.csv_list import Form, Rejected, table_of, text_of
from assistant.shift.folder import mapping_of
from assistant.shift.mapping import ListMapping
from compliance.errors import BadInput, Fault
from scripts.promise_keeping import Payment

PAYMENTS = Form(
    tuple(COLUMNS), REQUIRED, "the payments cannot be read", "assistant payments import --columns"
)
_LINES = (".jsonl", ".ndjson")

_Read = Iterator[tuple[int, Mapping[str, str]] | Rejected]


@dataclass(frozen=True, slots=True)
class PaymentsRead:
    """What a file gave: payments in its order, rows that are none, columns that mean nothing."""

    rows: tuple[PaymentRow, ...]
    rejected: tuple[Rejected, ...] = ()
    unknown_columns: tuple[str, ...] = ()

    @property
    def last_day(self) -> date | None:
        """The day of the last payment or reversal."""
        return max((row.payment.paid_on for row in self.rows), default=None)


def read_payments(path: Path, mapping: Path | None, today: date) -> PaymentsRead:
    """The payments of a file.

    Args:
        path: CSV, or JSON Lines by its name.
        mapping: the file that names a site's columns; by default the one beside it, of its name
            with `.mapping.yaml`, where there is one.
        today: no payment lies after it.

    Raises:
        BadInput: nothing of it can be read.
    """
    if not path.is_file():
        raise BadInput(PAYMENTS.unread, (Fault(path, 0, 0, "there is no such file"),))
    columns = mapping_of(path, mapping, PAYMENTS.columns)
    read: _Read
    unknown: tuple[str, ...] = ()
    if path.suffix.lower() in _LINES:
        read = _json_rows(path, columns)
    else:
        table = table_of(path, columns, PAYMENTS)
        read, unknown = table.lines, table.unknown_columns
    return _sorted_out(read, columns, today, unknown)


def _sorted_out(
    read: _Read, mapping: ListMapping, today: date, unknown: tuple[str, ...]
) -> PaymentsRead:
    rows: list[PaymentRow] = []
    rejected: list[Rejected] = []
    first_at: dict[tuple[str, str, bool], int] = {}
    alike: Counter[tuple[str, Payment]] = Counter()
    for one in read:
        if isinstance(one, Rejected):
            rejected.append(one)
            continue
        line, values = one
        cells = Cells(values, mapping.dates)
        found = read_payment(cells, mapping.decimal, today)
        if found is None:
            rejected.append(Rejected(line, tuple(cells.faults)))
            continue
        account, payment = found
        if payment.reference:
            key = (account, payment.reference, payment.reversal)
            if first_at.setdefault(key, line) != line:
                told = f"is that of line {first_at[key]}"
                rejected.append(Rejected(line, (("reference", told),)))
                continue
        alike[account, payment] += 1
        rows.append(PaymentRow(account, payment, line, alike[account, payment]))
    return PaymentsRead(tuple(rows), tuple(rejected), unknown)


def _json_rows(path: Path, mapping: ListMapping) -> _Read:
    text, _written_at = text_of(path, mapping.encoding, PAYMENTS.unread)
    unread: list[Unread] = []
    for line, record in objects_of(text, path, unread, lines=True):
        by_name = {str(name).casefold(): value for name, value in record.items()}
        values: dict[str, str] = {}
        faults: list[tuple[str, str]] = []
        for ours in COLUMNS:
            column = mapping.columns.get(ours, ours).casefold()
            told = text_of_value(by_name.get(column), day=ours == "paid_on")
            if told is None:
                faults.append((ours, "is no text, number or day"))
            elif told.strip():
                values[ours] = told
        yield Rejected(line, tuple(faults)) if faults else (line, {**mapping.constants, **values})
    yield from (Rejected(bad.row, bad.why) for bad in unread)
