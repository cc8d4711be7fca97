"""What the command `payments import` does.

Owns how far a file is believed to reach, and what is told of its rows.  No account, amount or
reference is in any of it.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

from assistant.follow_up.payment_cells import COLUMNS, REQUIRED
from assistant.follow_up.payment_file import PaymentsRead, read_payments
from assistant.follow_up.promise_listing import KNOWN_THROUGH, UNDO_NOTHING
from assistant.interface_text import N_, Interface
from assistant.record.payments import Added, KeptPayment, add_payments, payments_of
from assistant.record.permissions import Act
from assistant.record.search_index import account_hash
from assistant.record.store import CallStore
from assistant.shift.csv_list import Rejected
from assistant.signing_in import open_guarded
from assistant.telling import tell
from compliance.errors import AssistantError, BadInput
from scripts.promise_keeping import net

BAD_INPUT = 2

NEW = N_("Payments new: {new}, known already: {known}")
WOULD_BE_NEW = N_("Payments that would be new: {new}, known already: {known}")
REVERSALS = N_("Reversals in the file: {count}")
WITHOUT_CALL = N_("Payments of accounts without a kept call: {count}")
SOME_ROWS = N_("some rows were not taken in")
MEND = N_("Mend them and import the file again; what is known already counts once.")
UNUSED = N_("Columns not used: {columns}")
NOT_MOVED = N_(
    "Rows that were not taken in may be payments: how far payments are known is left as it was."
    " --through DAY says it."
)


def import_payments(
    file: Path | None,
    *,
    mapping: Path | None,
    through: date | None,
    dry_run: bool,
    as_json: bool,
    columns: bool,
    interface: str,
    data_dir: Path | None,
) -> int:
    """Take a file's payments in; the exit status.

    Args:
        file: the payments.
        mapping: names a site's columns.
        through: the day to which the file is complete, where somebody says.
        dry_run: only tell what would be done.
        as_json: JSON instead of lines.
        columns: tell the columns, and nothing else.
        interface: language of the words.
        data_dir: as `--data-dir`.

    Raises:
        AssistantError: nothing of the file can be read, or the record cannot be written.
    """
    if columns or file is None:
        _tell_columns()
        return 0
    about = "dry run" if dry_run else ""
    with open_guarded(data_dir, tell, Act.PAYMENTS, about=about, written=dry_run) as (store, guard):
        today = store.opened.now().astimezone().date()
        if through is not None and through > today:
            raise AssistantError(
                "--through lies in the future", "Name the last day that the file holds whole."
            )
        read = read_payments(file, mapping, today)
        # Rows that were not taken in may be the very payments that keep a promise: then only a
        # person may say how far payments are known.
        reaches = through if through is not None or read.rejected else read.last_day
        payments = [KeptPayment(row.account, row.payment, row.again) for row in read.rows]
        added = add_payments(
            store.opened,
            payments,
            guard.who.name,
            reaches,
            vouched=through is not None,
            keep=not dry_run,
        )
        idle = 0 if dry_run else _idle_reversals(store, read)
    rejected = (*read.rejected, *(_of_another(read, at) for at in added.others))
    words = Interface(interface)
    _tell_rows(file, rejected, read, words, vouched=through is not None)
    if as_json:
        _write_json(read, rejected, added, idle, file, dry_run=dry_run)
    else:
        _write_plain(read, added, idle, words, dry_run=dry_run)
    return BAD_INPUT if rejected else 0


def _idle_reversals(store: CallStore, read: PaymentsRead) -> int:
    """How many reversals of the accounts of this file's undo no payment that is known."""
    vault = store.opened.vault
    codes = {account_hash(vault, row.account) for row in read.rows if row.payment.reversal}
    found = payments_of(store.opened, codes)
    return sum(len(net(payments).unmatched) for payments in found.values())


def _of_another(read: PaymentsRead, at: int) -> Rejected:
    why = "is kept already with another amount, currency or day"
    return Rejected(read.rows[at].line, (("reference", why),))


def _tell_rows(
    file: Path,
    rejected: tuple[Rejected, ...],
    read: PaymentsRead,
    words: Interface,
    *,
    vouched: bool,
) -> None:
    if rejected:
        rows = sorted(rejected, key=lambda bad: bad.line)
        faults = tuple(bad.fault(file) for bad in rows)
        tell(f"assistant: {BadInput(words.text(SOME_ROWS), faults, words.text(MEND))}")
    if read.unknown_columns:
        tell(words.text(UNUSED, columns=", ".join(read.unknown_columns)))
    if rejected and not vouched:
        tell(words.text(NOT_MOVED))


def _write_plain(
    read: PaymentsRead, added: Added, idle: int, words: Interface, *, dry_run: bool
) -> None:
    reversals = sum(row.payment.reversal for row in read.rows)
    lines = [
        words.text(WOULD_BE_NEW if dry_run else NEW, new=added.new, known=added.known),
        words.text(REVERSALS, count=reversals) if reversals else "",
        words.text(WITHOUT_CALL, count=added.without_call) if added.without_call else "",
        words.text(UNDO_NOTHING, count=idle) if idle else "",
        words.text(KNOWN_THROUGH, day=f"{added.through}") if added.through is not None else "",
    ]
    sys.stdout.write("".join(f"{line}\n" for line in lines if line))


def _write_json(
    read: PaymentsRead,
    rejected: tuple[Rejected, ...],
    added: Added,
    idle: int,
    file: Path,
    *,
    dry_run: bool,
) -> None:
    record = {
        "dry_run": dry_run,
        "new": added.new,
        "known": added.known,
        "reversals": sum(row.payment.reversal for row in read.rows),
        "reversals_of_nothing": idle,
        "without_call": added.without_call,
        "through": added.through.isoformat() if added.through is not None else None,
        "unused_columns": list(read.unknown_columns),
        "rejected": [
            {"line": bad.line, "path": str(file), "why": bad.fault(file).message}
            for bad in sorted(rejected, key=lambda bad: bad.line)
        ],
    }
    sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=2) + "\n")


def _tell_columns() -> None:
    wide = max(map(len, COLUMNS)) + 2
    for name, what in COLUMNS.items():
        mark = "*" if name in REQUIRED else " "
        sys.stdout.write(f"{mark} {name.ljust(wide)}{what}\n")
    sys.stdout.write("* must be there, as a column or among the mapping's constants\n")
