"""Makes a record that a source gave (a row, a JSON object) into an account, or says why it is none.

Owns the two forms a record may have: columns, named by a mapping as in a work list, and an
account's own form, as in an account file, with the customer's numbers beside it.  A fault names a
column and what is expected there, never what stands in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from assistant.accounts.source import Sourced, Unread
from assistant.shift.cells import Cells
from assistant.shift.mapping import COLUMNS, MORE, REQUIRED, ListMapping
from assistant.shift.row_reading import DAYS, read_row
from assistant.shift.rows import WorkRow
from compliance.errors import BadInput
from scripts.account import account_from_mapping

_BESIDE = ("number", "number_kind", "number_2", "number_2_kind", "number_3", "number_3_kind",
           "as_of")  # fmt: skip
# A record from elsewhere must not make this program open a file here.
_NEVER = frozenset({"account_file"})
_KEY, _OWN_KEY = "account", "id"


class RecordReader:
    """Reads the records of one source.

    Args:
        name: of the source.
        mapping: which of its columns are which.
    """

    def __init__(self, name: str, mapping: ListMapping) -> None:
        self.name = name
        self._mapping = mapping

    def read(
        self, record: Mapping[str, object], row: int, as_of: datetime | None
    ) -> Sourced | Unread:
        """A record as an account.

        Args:
            record: values by column.
            row: which of an answer or a file, from 1; 0: it is the only one.
            as_of: when it was true, where it does not say so itself; with an offset.
        """
        by_name = {str(name).casefold(): value for name, value in record.items()}
        theirs = self._mapping.columns.get(_KEY, _KEY).casefold()
        if theirs not in by_name and _OWN_KEY in record and not self._mapping.columns:
            return self._own(record, row, as_of)
        values: dict[str, str] = {}
        faults: list[tuple[str, str]] = []
        for ours in (*COLUMNS, *MORE):
            column = self._mapping.columns.get(ours, ours).casefold()
            if column not in by_name or ours in _NEVER:
                continue
            text = text_of_value(by_name[column], day=ours in DAYS)
            if text is None:
                faults.append((ours, "is no text, number or day"))
            elif text.strip():
                values[ours] = text
        cells = Cells({**self._mapping.constants, **values}, self._mapping.dates, faults)
        read = read_row(cells, self._mapping, Path(self.name), row, as_of)
        return self.of_row(read, row, tuple(cells.faults))

    def of_row(
        self, read: WorkRow, row: int, faults: tuple[tuple[str, str], ...] = ()
    ) -> Sourced | Unread:
        """A work list's row as an account."""
        if read.account is None and not faults:
            faults = tuple((column, "is needed for a whole account") for column in read.lacks)
            faults = faults or (("", "is no whole account"),)
        if faults or read.account is None:
            return Unread(self.name, row, faults)
        true_at = read.sources[0].as_of if read.sources else None
        return Sourced(
            read.account,
            tuple(number.number for number in read.numbers),
            true_at,
            self.name,
            read,
        )

    def _own(
        self, record: Mapping[str, object], row: int, as_of: datetime | None
    ) -> Sourced | Unread:
        """A record in an account file's own form."""
        beside = Cells({name: text_of_value(record.get(name)) or "" for name in _BESIDE})
        numbers = tuple(number.number for number in beside.numbers())
        told = beside.moment("as_of", None)
        faults = beside.faults
        account = None
        try:
            account = account_from_mapping(
                {name: value for name, value in record.items() if name not in _BESIDE}, self.name
            )
        except BadInput as error:
            faults.extend(("", fault.message) for fault in error.faults)
        if faults or account is None:
            return Unread(self.name, row, tuple(faults))
        return Sourced(account, numbers, told or as_of, self.name)


def needs(mapping: ListMapping, columns: list[str]) -> tuple[tuple[str, str], ...]:
    """What a source's columns lack for any row of it to be read, by our name of the column."""
    there = {column.casefold() for column in columns}
    return tuple(
        (ours, "is no column of the source, and the mapping gives it no other name")
        for ours in REQUIRED
        if ours not in mapping.constants and mapping.columns.get(ours, ours).casefold() not in there
    )


def text_of_value(value: object, *, day: bool = False) -> str | None:
    """A value as somebody would write it into a list; `None` where it is no single value."""
    match value:
        case datetime() if day:
            return value.date().isoformat()
        case None:
            return ""
        case bool():
            return None
        case str():
            return value
        case int() | float():
            return repr(value)
        case UUID():
            return str(value)
        case Decimal():
            return f"{value:f}"
        case datetime() | date():
            return value.isoformat()
        case _:
            return None
