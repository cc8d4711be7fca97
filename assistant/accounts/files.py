"""Accounts of a file: CSV, JSON, JSON Lines, or a folder of account files.

Owns the reading of such a file as a whole, its report of every record that is no account, and the
search in it.  It is read when first asked, and again once it has changed.  It writes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from assistant.accounts.records import RecordReader
from assistant.accounts.source import (
    Checked,
    Found,
    Sourced,
    SourceFailed,
    Unread,
    is_named,
    kept_to,
    same_number,
)
from assistant.shift.csv_list import text_of
from assistant.shift.folder import mapping_of, read_work_list
from assistant.shift.mapping import ListMapping
from compliance.errors import BadInput, Fault

_LINES = (".jsonl", ".ndjson")
_JSON = (".json", *_LINES)


@dataclass(frozen=True, slots=True)
class _Read:
    """What a file held when it was read."""

    accounts: Mapping[str, Sourced] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()
    as_of: datetime | None = None
    unused: tuple[str, ...] = ()


class FileSource:
    """The accounts of one file or folder.

    Args:
        path: of the file or folder.
        mapping: the file that names its columns; by default the one beside it, as of a work list.
    """

    def __init__(self, path: Path, mapping: Path | None = None) -> None:
        self._path = path
        self._mapping = mapping
        self._at: tuple[tuple[str, int, int], ...] = ()
        self._read: _Read | None = None

    @property
    def name(self) -> str:
        """The file's own name."""
        return self._path.name

    def by_id(self, account: str) -> Found:
        """The account of this id.

        Raises:
            SourceFailed: the file cannot be read.
        """
        found = self._accounts().get(account)
        return Found((found,)) if found is not None else Found()

    def by_phone(self, number: str) -> Found:
        """Every account with this number.

        Raises:
            SourceFailed: the file cannot be read.
            TooMany: of accounts.
        """
        return kept_to(
            one
            for one in self._accounts().values()
            if any(same_number(number, its) for its in one.numbers)
        )

    def by_name(self, text: str) -> Found:
        """Every account whose customer's name holds these words.

        Raises:
            SourceFailed: the file cannot be read.
            TooMany: of accounts.
        """
        return kept_to(one for one in self._accounts().values() if is_named(one.account, text))

    def check(self, account: str = "") -> Checked:
        """Read all of it; with an id, whether that is there.

        Raises:
            BadInput: nothing of it can be read.
        """
        read = self._fresh()
        unread = read.unread
        if account and account not in read.accounts:
            unread = (*unread, Unread(self.name, 0, (("account", "the id is not there"),)))
        return Checked(len(read.accounts), unread, read.as_of, read.unused)

    # ---- reading -----------------------------------------------------------------------------

    def _accounts(self) -> Mapping[str, Sourced]:
        try:
            return self._fresh().accounts
        except BadInput as error:
            raise SourceFailed(
                f"The accounts of {self.name} cannot be read",
                "`assistant accounts check` tells why.",
            ) from error

    def _fresh(self) -> _Read:
        """All of it, read again where the file has changed."""
        at = tuple(self._signature())
        if self._read is None or at != self._at:
            self._read = self._whole()
            self._at = at
        return self._read

    def _signature(self) -> Iterator[tuple[str, int, int]]:
        """What changes when a file is written."""
        try:
            files = sorted(self._path.iterdir()) if self._path.is_dir() else [self._path]
            for file in (*files, *([self._mapping] if self._mapping else [])):
                stat = file.stat()
                yield file.name, stat.st_mtime_ns, stat.st_size
        except OSError as error:
            what = error.strerror or "cannot be read"
            raise BadInput(
                "the accounts cannot be read", (Fault(self._path, 0, 0, what),)
            ) from None

    def _whole(self) -> _Read:
        if self._path.suffix.lower() in _JSON and not self._path.is_dir():
            return self._of_json()
        listed = read_work_list(self._path, self._mapping)
        reader = RecordReader(self.name, ListMapping())
        unread = [Unread(self.name, bad.line, bad.why) for bad in listed.rejected]
        unread += [
            Unread(Path(fault.path).name, fault.line, (("", fault.message),))
            for fault in listed.faults
        ]
        read = _sorted_out(
            ((row.line, reader.of_row(row, row.line)) for row in listed.rows), unread
        )
        return _Read(read.accounts, read.unread, read.as_of, listed.unknown_columns)

    def _of_json(self) -> _Read:
        mapping = mapping_of(self._path, self._mapping)
        text, written_at = text_of(self._path, mapping.encoding)
        reader = RecordReader(self.name, mapping)
        lines = self._path.suffix.lower() in _LINES
        unread: list[Unread] = []
        records = objects_of(text, self._path, unread, lines=lines)
        return _sorted_out(
            ((row, reader.read(one, row, written_at)) for row, one in records), unread
        )


def _sorted_out(read: Iterable[tuple[int, Sourced | Unread]], unread: list[Unread]) -> _Read:
    """Accounts by id; of two with one id the first is kept, and the other told."""
    accounts: dict[str, Sourced] = {}
    rows: dict[str, int] = {}
    for number, one in read:
        if isinstance(one, Unread):
            unread.append(one)
        elif one.account.id in accounts:
            first = rows[one.account.id]
            unread.append(Unread(one.source, number, (("account", f"is that of row {first}"),)))
        else:
            accounts[one.account.id] = one
            rows[one.account.id] = number
    ages = [one.as_of for one in accounts.values() if one.as_of is not None]
    unread.sort(key=lambda bad: bad.row)
    return _Read(accounts, tuple(unread), min(ages, default=None))


def objects_of(
    text: str, path: Path, unread: list[Unread], *, lines: bool
) -> Iterator[tuple[int, Mapping[str, object]]]:
    """The objects of a JSON text with their rows, from 1; what is none is told in `unread`."""
    if lines:
        rows = [(row, line) for row, line in enumerate(text.splitlines(), 1) if line.strip()]
    else:
        rows = [(0, text)]
    for row, line in rows:
        try:
            # Amounts keep the figures that were written: no binary fraction comes near them.
            value = json.loads(line, parse_float=str, parse_constant=str)
        except (ValueError, RecursionError) as error:
            at = getattr(error, "lineno", 1) if not lines else row
            if not lines:
                fault = Fault(path, at, getattr(error, "colno", 1), "this is not JSON")
                raise BadInput("the accounts cannot be read", (fault,)) from None
            unread.append(Unread(path.name, row, (("", "this is not JSON"),)))
            continue
        records = [value] if lines else listed(value)
        for number, record in enumerate(records, row or 1):
            if isinstance(record, dict):
                yield number, record
            else:
                unread.append(Unread(path.name, number, (("", "is no object"),)))


def listed(value: object) -> list[object]:
    """The records of a JSON value: a list, `{"accounts": [...]}`, or one record alone."""
    if isinstance(value, dict) and isinstance(value.get("accounts"), list):
        return list(value["accounts"])
    return list(value) if isinstance(value, list) else [value]
