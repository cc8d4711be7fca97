"""Reads a work list from a file or a folder, whichever it is.

Owns that choice.  A folder holds one account a file (JSON or YAML) and, if it has one, a
`worklist.csv` that says of these accounts what an account file does not: numbers, contacts,
callbacks.  Who stands in no row is in the list all the same, with nothing known of any number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.shift.csv_list import WORK_LIST, ListRead, read_csv
from assistant.shift.mapping import ListMapping, load_mapping
from assistant.shift.rows import Source, WorkRow
from compliance.context import Collector
from compliance.errors import BadInput, Fault
from scripts.account import Account, load_account

LIST = "worklist.csv"
_MAPPING = ".mapping.yaml"
_ACCOUNTS = (".json", ".yaml", ".yml")
_MOST_FILES = 20_000


def read_work_list(path: Path, mapping: Path | None = None) -> ListRead:
    """The rows of a list.

    Args:
        path: a CSV file, or a folder of accounts.
        mapping: the file that names a site's columns; by default the one beside the list, of its
            name with `.mapping.yaml`, where there is one.

    Raises:
        BadInput: nothing of it can be read.
    """
    if not path.exists():
        raise _bad(path, "there is no such file or folder")
    if path.is_dir():
        return _folder(path, mapping)
    if path.suffix.lower() in _ACCOUNTS:
        return ListRead((_of_account(load_account(path), path),))
    return read_csv(path, mapping_of(path, mapping))


def mapping_of(
    path: Path, named: Path | None, known: Iterable[str] = WORK_LIST.columns
) -> ListMapping:
    """The mapping of a list: as named, else of the file beside it, else none.

    Args:
        path: of the list.
        named: the mapping, where one was named.
        known: the columns of which it may speak.

    Raises:
        BadInput: it has faults.
    """
    beside = path.with_name(path.stem + _MAPPING)
    if named is not None:
        return load_mapping(named, known)
    return load_mapping(beside, known) if beside.exists() else ListMapping()


def _folder(folder: Path, mapping: Path | None) -> ListRead:
    try:
        files = sorted(entry for entry in folder.iterdir() if entry.suffix.lower() in _ACCOUNTS)
    except OSError as error:
        raise _bad(folder, error.strerror or "cannot be read") from None
    files = [file for file in files if not file.name.endswith(_MAPPING)]
    if len(files) > _MOST_FILES:
        raise _bad(folder, f"holds more than {_MOST_FILES} accounts")
    accounts: dict[str, tuple[Account, Path]] = {}
    faults: list[Fault] = []
    for file in files:
        try:
            account = load_account(file)
        except BadInput as error:
            faults.extend(error.faults)
            continue
        if account.id in accounts:
            faults.append(Fault(file, 1, 1, f"is the account of {accounts[account.id][1].name}"))
            continue
        accounts[account.id] = (account, file)
    listed = ListRead(())
    if (folder / LIST).exists():
        listed = read_csv(folder / LIST, mapping_of(folder / LIST, mapping))
    rows = [
        replace(row, account=row.account or accounts[row.id][0]) if row.id in accounts else row
        for row in listed.rows
    ]
    known = {row.id for row in rows}
    rows += [
        _of_account(account, file) for account, file in accounts.values() if account.id not in known
    ]
    if not rows and not faults and not listed.rejected:
        raise _bad(folder, "holds no accounts (JSON or YAML) and no worklist.csv")
    return ListRead(tuple(rows), listed.rejected, listed.unknown_columns, tuple(faults))


def _of_account(account: Account, file: Path) -> WorkRow:
    """An account's file as a row."""
    try:
        written_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        written_at = None
    return row_of_account(account, written_at)


def row_of_account(account: Account, as_of: datetime | None) -> WorkRow:
    """An account as a row; what it does not say is unknown.

    Args:
        account: the account.
        as_of: when it was true, with an offset; `None`: nobody knows.
    """
    promises = tuple(promise.due_on for promise in account.promises if promise.kept is None)
    return WorkRow(
        id=account.id,
        customer_name=account.customer_name,
        jurisdiction=account.jurisdiction,
        language=account.language,
        collector=Collector(account.collector),
        days_past_due=account.days_past_due,
        overdue_amount=account.overdue_amount,
        currency=account.currency,
        customer_timezone=account.customer_timezone or None,
        customer_state=account.customer_state or None,
        facts=account.facts,
        # An account's file lists its promises, if any; a file without them says nothing of them.
        promises_due=promises if account.promises else None,
        sources=(Source("account", as_of),),
        account=account,
    )


def _bad(path: Path, what: str) -> BadInput:
    return BadInput("the work list cannot be read", (Fault(path, 0, 0, what),))
