"""Reads a work list from a CSV file: good rows in, every bad row told with its line.

Owns the way from a file to `WorkRow`s, and the account that a row is enough for.  A bad row is left
out of the list and stands in the report; it never spoils the others.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.shift.cells import Cells
from assistant.shift.mapping import COLUMNS, MORE, REQUIRED, ListMapping
from assistant.shift.rows import Source, WorkRow
from compliance.context import Collector
from compliance.errors import AssistantError, BadInput, Fault
from compliance.local_time import zone_of
from compliance.places import JURISDICTIONS, LANGUAGES, language_of
from scripts.account import Account, account_from_mapping, load_account

_MOST_BYTES = 50_000_000
_OF_ACCOUNT = (
    "customer_name", "jurisdiction", "language", "collector", "currency", "overdue_amount",
    "days_past_due", "customer_timezone", "customer_state",
)  # fmt: skip
_AMOUNTS = frozenset(
    {"overdue_amount", "balance", "late_fee", "last_payment_amount", "minimum_due"}
)
_WHOLE = frozenset({"days_past_due"})
_NEEDED = frozenset(
    {"customer_name", "jurisdiction", "bank_name", "currency", "overdue_amount", "days_past_due",
     "minimum_due"}
)  # fmt: skip
_ONE_ZONE = {"tw": "Asia/Taipei", "cn": "Asia/Shanghai", "hk": "Asia/Hong_Kong",
             "uk": "Europe/London"}  # fmt: skip


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

    `faults` are those of single account files of a folder, which are left out as well.
    """

    rows: tuple[WorkRow, ...]
    rejected: tuple[Rejected, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


def read_csv(path: Path, mapping: ListMapping) -> ListRead:
    """A work list's rows.

    Raises:
        BadInput: the file is no CSV in the encoding that was named, or lacks a column without which
            no row can be read.
    """
    text, written_at = _text(path, mapping)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mapping.delimiter, strict=True)
    lines = _lines(reader, path)
    try:
        _, head = next(lines)
    except StopIteration:
        raise _bad(path, 1, "the file is empty; its first line names the columns") from None
    names = [name.strip() for name in head]
    columns = _columns(names, mapping, path)
    rows: list[WorkRow] = []
    rejected: list[Rejected] = []
    first_at: dict[str, int] = {}
    for line, cells_read in lines:
        if not any(cell.strip() for cell in cells_read):
            continue
        if len(cells_read) != len(names):
            what = f"has {len(cells_read)} cells where the first line names {len(names)}"
            rejected.append(Rejected(line, (("", what),)))
            continue
        values = {ours: cells_read[place] for ours, place in columns.items()}
        cells = Cells({**mapping.constants, **{k: v for k, v in values.items() if v.strip()}},
                      mapping.dates)  # fmt: skip
        row = _row(cells, mapping, path, line, written_at)
        if row.id and row.id in first_at:
            cells.faults.append(("account", f"is that of line {first_at[row.id]}"))
        if cells.faults:
            rejected.append(Rejected(line, tuple(cells.faults)))
            continue
        first_at[row.id] = line
        rows.append(row)
    used = set(columns.values())
    unknown = tuple(name for place, name in enumerate(names) if place not in used and name)
    return ListRead(tuple(rows), tuple(rejected), unknown)


def _text(path: Path, mapping: ListMapping) -> tuple[str, datetime]:
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
        written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError) as error:
        raise _bad(path, 0, getattr(error, "strerror", None) or "cannot be read") from None
    if len(raw) > _MOST_BYTES:
        raise _bad(path, 0, f"is larger than {_MOST_BYTES} bytes")
    try:
        text = raw.decode(mapping.encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _bad(
            path, line, f"this is not {mapping.encoding.removesuffix('-sig')}",
            "Name the file's encoding in the mapping (encoding: big5, gb18030, …).",
        ) from None  # fmt: skip
    if "\0" in text:
        raise _bad(path, 0, "the file is binary or UTF-16; save it as CSV in UTF-8")
    return text, written_at


def _lines(reader: Iterator[list[str]], path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line in which each begins (a quoted cell may hold several lines)."""
    begins = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _bad(path, begins, f"this is no CSV: {error}") from None
        yield begins, row
        begins = reader.line_num + 1  # type: ignore[attr-defined]


def _columns(names: list[str], mapping: ListMapping, path: Path) -> dict[str, int]:
    """The place of each of our columns in the file."""
    faults: list[Fault] = []
    found: dict[str, int] = {}
    for ours in (*COLUMNS, *MORE):
        theirs = mapping.columns.get(ours, ours)
        places = [place for place, name in enumerate(names) if name.casefold() == theirs.casefold()]
        if len(places) > 1:
            faults.append(Fault(path, 1, places[1] + 1, f"two columns are named for {ours}"))
        elif places:
            found[ours] = places[0]
        elif ours in mapping.columns:
            faults.append(Fault(path, 1, 1, f"the mapping's column for {ours} is not there"))
    missing = [name for name in REQUIRED if name not in found and name not in mapping.constants]
    faults.extend(Fault(path, 1, 1, f"there is no column {name}") for name in missing)
    if faults:
        raise BadInput(
            "the work list cannot be read",
            tuple(faults),
            "Name your columns in a mapping (`assistant worklist --columns` lists ours).",
        )
    return found


def _bad(path: Path, line: int, what: str, remedy: str = "") -> BadInput:
    fault = Fault(path, line, 1 if line else 0, what)
    return BadInput("the work list cannot be read", (fault,), remedy)


# ---- a row ---------------------------------------------------------------------------------------


def _row(
    cells: Cells, mapping: ListMapping, path: Path, line: int, written_at: datetime
) -> WorkRow:
    for name in REQUIRED:
        if not cells.plain(name):
            cells.faults.append((name, "is empty"))
    jurisdiction = cells.read("jurisdiction", _one_of(JURISDICTIONS), _expected(JURISDICTIONS))
    language = cells.read("language", _one_of(LANGUAGES), _expected(LANGUAGES))
    kinds = tuple(kind.value for kind in Collector)
    collector = cells.read("collector", _one_of(kinds), _expected(kinds))
    zone_name = cells.plain("customer_timezone")
    zone = zone_of(zone_name or _ONE_ZONE.get(jurisdiction or ""))
    if zone_name and zone is None:
        cells.faults.append(("customer_timezone", "is no IANA time zone (Asia/Taipei)"))
    flags = cells.flags("flags")
    facts = {**dict.fromkeys(mapping.no, False), **dict.fromkeys(flags or (), True)}
    contacts = cells.contacts("contacts", zone)
    if contacts is None and mapping.journal_is_all and not cells.plain("contacts"):
        contacts = ()
    as_of = cells.moment("as_of", zone)
    return WorkRow(
        id=cells.plain("account"),
        customer_name=cells.plain("customer_name"),
        jurisdiction=jurisdiction or "",
        language=language or (language_of(jurisdiction) if jurisdiction else ""),
        collector=Collector(collector) if collector else None,
        days_past_due=cells.days("days_past_due"),
        overdue_amount=cells.amount("overdue_amount"),
        currency=cells.plain("currency").upper(),
        numbers=tuple(cells.numbers()),
        customer_timezone=zone_name or None,
        customer_state=cells.plain("customer_state") or None,
        facts=facts,
        facts_complete=flags is not None,
        contacts=contacts,
        promises_due=cells.due_days("promise_due_on"),
        callback_at=cells.moment("callback_at", zone),
        sources=(Source("list", as_of or written_at),),
        account=_account(cells, path, facts),
        line=line,
    )


def _one_of(known: tuple[str, ...]) -> Callable[[str], str]:
    by_name = {name.casefold(): name for name in known}

    def read(text: str) -> str:
        if text.casefold() not in by_name:
            raise ValueError
        return by_name[text.casefold()]

    return read


def _expected(known: tuple[str, ...]) -> str:
    return f"is none of {', '.join(known)}"


def _account(cells: Cells, path: Path, facts: dict[str, bool]) -> Account | None:
    """The whole account: of its own file, or of the row where that says enough.

    What is wrong with the file is a fault of the row; a row that says too little for an account is
    none.
    """
    named = cells.plain("account_file")
    if named:
        return _account_of_file(cells, path.parent / named)
    values: dict[str, object] = {"id": cells.plain("account"), "facts": facts}
    for column in (*_OF_ACCOUNT, *MORE):
        text = cells.plain(column)
        if text:
            values[column] = text.replace(",", "") if column in _AMOUNTS else text
    if "currency" in values:
        values["currency"] = str(values["currency"]).upper()
    for column in _WHOLE & values.keys():
        values[column] = cells.days(column)
    if cells.faults or not values.keys() >= _NEEDED:
        return None
    jurisdiction = str(values["jurisdiction"]).casefold()
    values["jurisdiction"] = jurisdiction
    values.setdefault("language", language_of(jurisdiction))
    try:
        return account_from_mapping(values)
    except BadInput as error:
        cells.faults.extend(("", fault.message) for fault in error.faults)
        return None


def _account_of_file(cells: Cells, path: Path) -> Account | None:
    try:
        account = load_account(path)
    except AssistantError as error:
        faults = getattr(error, "faults", ())
        places = ", ".join(f"line {fault.line}" for fault in faults[:3] if fault.line)
        told = f"the file has faults ({places})" if places else "the file cannot be read"
        cells.faults.append(("account_file", told))
        return None
    if account.id != cells.plain("account"):
        cells.faults.append(("account_file", "is another account's file"))
        return None
    return account
