"""Reads a work list from a CSV file: good rows in, every bad row told with its line.

Owns the way from a file to rows of cells; `row_reading` makes them `WorkRow`s.  A bad row is left
out of the list and stands in the report; it never spoils the others.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.shift.cells import Cells
from assistant.shift.mapping import COLUMNS, MORE, REQUIRED, ListMapping
from assistant.shift.row_reading import read_row
from assistant.shift.rows import WorkRow
from compliance.errors import BadInput, Fault, column_told

_MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not in the list: `line` from 1, `why` by column (empty: the row as such)."""

    line: int
    why: tuple[tuple[str, str], ...]

    def fault(self, path: Path) -> Fault:
        """The row as one fault of its file."""
        told = "; ".join(f"{column}: {what}" if column else what for column, what in self.why)
        return Fault(path, self.line, 1, told)


@dataclass(frozen=True, slots=True)
class ListRead:
    """What a file gave: rows in their order, rejected ones, and columns that mean nothing here.

    `unknown_columns` are as they may be told, by name or by place.
    `faults` are those of single account files of a folder, which are left out as well.
    """

    rows: tuple[WorkRow, ...]
    rejected: tuple[Rejected, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """What a CSV file holds, by our names of its columns.

    `lines` are the rows with the line in which each begins, or why one is no row; they are read as
    they are taken.  `unknown_columns` mean nothing here; they are as they may be told.
    """

    lines: Iterator[tuple[int, Mapping[str, str]] | Rejected]
    unknown_columns: tuple[str, ...]
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Form:
    """Which columns a kind of file may have, which it must, and what an error calls it."""

    columns: tuple[str, ...]
    required: tuple[str, ...]
    unread: str = "the work list cannot be read"
    listed_by: str = "assistant worklist --columns"


WORK_LIST = Form((*COLUMNS, *MORE), REQUIRED)


def read_csv(path: Path, mapping: ListMapping) -> ListRead:
    """A work list's rows.

    Raises:
        BadInput: the file is no CSV in the encoding that was named, or lacks a column without which
            no row can be read.
    """
    table = table_of(path, mapping, WORK_LIST)
    rows: list[WorkRow] = []
    rejected: list[Rejected] = []
    first_at: dict[str, int] = {}
    for read in table.lines:
        if isinstance(read, Rejected):
            rejected.append(read)
            continue
        line, values = read
        cells = Cells(values, mapping.dates)
        row = read_row(cells, mapping, path, line, table.written_at)
        if row.id and row.id in first_at:
            cells.faults.append(("account", f"is that of line {first_at[row.id]}"))
        if cells.faults:
            rejected.append(Rejected(line, tuple(cells.faults)))
            continue
        first_at[row.id] = line
        rows.append(row)
    return ListRead(tuple(rows), tuple(rejected), table.unknown_columns)


def table_of(path: Path, mapping: ListMapping, form: Form) -> Table:
    """The rows of a CSV file as cells, with what the mapping says of every row.

    Raises:
        BadInput: the file is no CSV in the encoding that was named, or lacks a column without which
            no row can be read; a row that breaks the CSV may tell so only when it is reached.
    """
    text, written_at = text_of(path, mapping.encoding, form.unread)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mapping.delimiter, strict=True)
    lines = _lines(reader, path, form)
    try:
        _, head = next(lines)
    except StopIteration:
        what = "the file is empty; its first line names the columns"
        raise _bad(path, 1, what, unread=form.unread) from None
    names = [name.strip() for name in head]
    columns = _columns(names, mapping, path, form)

    def rows() -> Iterator[tuple[int, Mapping[str, str]] | Rejected]:
        for line, cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(names):
                what = f"has {len(cells)} cells where the first line names {len(names)}"
                yield Rejected(line, (("", what),))
                continue
            values = {ours: cells[place] for ours, place in columns.items()}
            filled = {name: value for name, value in values.items() if value.strip()}
            yield line, {**mapping.constants, **filled}

    used = set(columns.values())
    unknown = tuple(
        column_told(name, place + 1)
        for place, name in enumerate(names)
        if place not in used and name
    )
    return Table(rows(), unknown, written_at)


def text_of(path: Path, encoding: str, unread: str = WORK_LIST.unread) -> tuple[str, datetime]:
    """What stands in a file, and when it was written.

    Raises:
        BadInput: it cannot be read, is too large, or is not in this encoding.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
        written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError) as error:
        raise _bad(
            path, 0, getattr(error, "strerror", None) or "cannot be read", unread=unread
        ) from None
    if len(raw) > _MOST_BYTES:
        raise _bad(path, 0, f"is larger than {_MOST_BYTES} bytes", unread=unread)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _bad(
            path, line, f"this is not {encoding.removesuffix('-sig')}",
            "Name the file's encoding in the mapping (encoding: big5, gb18030, …).", unread,
        ) from None  # fmt: skip
    if "\0" in text:
        what = "the file is binary or UTF-16; save it as CSV in UTF-8"
        raise _bad(path, 0, what, unread=unread)
    return text, written_at


def _lines(reader: Iterator[list[str]], path: Path, form: Form) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line in which each begins (a quoted cell may hold several lines)."""
    begins = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _bad(path, begins, f"this is no CSV: {error}", unread=form.unread) from None
        yield begins, row
        begins = reader.line_num + 1  # type: ignore[attr-defined]


def _columns(names: list[str], mapping: ListMapping, path: Path, form: Form) -> dict[str, int]:
    """The place of each of our columns in the file."""
    faults: list[Fault] = []
    found: dict[str, int] = {}
    for ours in form.columns:
        theirs = mapping.columns.get(ours, ours)
        places = [place for place, name in enumerate(names) if name.casefold() == theirs.casefold()]
        if len(places) > 1:
            faults.append(Fault(path, 1, places[1] + 1, f"two columns are named for {ours}"))
        elif places:
            found[ours] = places[0]
        elif ours in mapping.columns:
            faults.append(Fault(path, 1, 1, f"the mapping's column for {ours} is not there"))
    missing = [
        name for name in form.required if name not in found and name not in mapping.constants
    ]
    faults.extend(Fault(path, 1, 1, f"there is no column {name}") for name in missing)
    if faults:
        raise BadInput(
            form.unread,
            tuple(faults),
            f"Name your columns in a mapping (`{form.listed_by}` lists ours).",
        )
    return found


def _bad(
    path: Path, line: int, what: str, remedy: str = "", unread: str = WORK_LIST.unread
) -> BadInput:
    fault = Fault(path, line, 1 if line else 0, what)
    return BadInput(unread, (fault,), remedy)
