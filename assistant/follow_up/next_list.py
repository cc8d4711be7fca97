"""The next list of an open store, formed anew whenever it is asked for.

Owns the putting together of ledger, contact journal, reasons and accounts, and the list as a CSV
file that any work list's reader takes.  Whoever opens the store has asked whether its user may.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

from assistant.accounts.settings import open_source
from assistant.follow_up.gathering import NextRow, gathered
from assistant.follow_up.joining import Formed, LookUp, joined, look_up_in, look_up_in_list
from assistant.follow_up.promise_listing import KNOWN_THROUGH, NO_PAYMENTS
from assistant.follow_up.standings import ledger_of
from assistant.interface_text import N_, Interface
from assistant.record.locations import Locations
from assistant.record.store import CallStore
from assistant.sheet_cells import guarded
from assistant.shift.cells import is_telephone_number
from assistant.shift.csv_list import ListRead
from assistant.shift.journal import ContactJournal
from assistant.shift.learnt import FACTS
from assistant.shift.rows import WorkRow
from assistant.site_settings import follow_up_policy, load_site_settings
from compliance.errors import AssistantError

_HEAD = (
    "account", "customer_name", "jurisdiction", "language", "collector", "days_past_due",
    "overdue_amount", "currency", "number", "number_kind", "number_2", "number_2_kind", "number_3",
    "number_3_kind", "customer_timezone", "customer_state", "flags", "contacts",
    "promise_due_on", "callback_at", "as_of", "due_on", "reasons", "calls", "not_callable",
)  # fmt: skip
_LISTS = (".csv", "")


class NextList:
    """Forms the list; `formed` is the last one, `rows` are its accounts before they were joined.

    `through` is the day to which payments are known, `sourceless` whether accounts are known
    nowhere.

    Args:
        store: the open store.
        locations: where settings and the contact journal are.
        journal: the contact journal, which is read again each time.
        accounts: a work list or folder of accounts instead of the site's source; `None`: that.
        mapping: of that list.
        on: gives the day of the list.
        days: how many days ahead it looks.
        now: the wall clock, with an offset.

    Raises:
        AssistantError: the settings, or that list, cannot be read.
    """

    def __init__(
        self,
        store: CallStore,
        locations: Locations,
        journal: ContactJournal,
        *,
        accounts: Path | None,
        mapping: Path | None,
        on: Callable[[], date],
        days: int,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._locations = locations
        self._journal = journal
        self._accounts = accounts
        self._mapping = mapping
        self._on = on
        self._days = days
        self._now = now
        self.through: date | None = None
        self.rows: tuple[NextRow, ...] = ()
        self.formed = Formed(ListRead(()))
        self.sourceless = False

    def read(self) -> ListRead:
        """Form it anew.

        Raises:
            AssistantError: the record, the settings or the accounts cannot be read.
        """
        settings = load_site_settings(self._locations.settings)
        self._journal.refresh()
        ledger = ledger_of(self._store, self._locations)
        accounts = ledger.recent(self._now(), self._journal.every())
        on = self._on()
        self.rows = gathered(
            accounts, lambda place: follow_up_policy(settings, place), on, self._days
        )
        self.through = ledger.through
        self.formed = joined(self.rows, self._look_up(), on)
        return self.formed.listed

    def _look_up(self) -> LookUp:
        if self._accounts is not None:
            return look_up_in_list(self._accounts, self._mapping)
        table = load_site_settings(self._locations.settings).accounts
        folder = self._locations.settings.parent
        self.sourceless = table is None
        if table is not None and table.file is not None:
            path = folder / Path(table.file).expanduser()
            if path.is_dir() or path.suffix.lower() in _LISTS:
                # As a list it says of numbers and contacts what an account alone does not.
                named = folder / Path(table.mapping).expanduser() if table.mapping else None
                return look_up_in_list(path, named)
        return look_up_in(open_source(table, folder))


SOURCELESS = N_(
    "No source of accounts is set up, so nobody is callable: name a list, or set up [accounts] in"
    " settings.toml."
)
NOT_CALLABLE = N_("{failed} Accounts without an answer are not callable.")
MISSING = N_("Accounts not found, and not callable: {count}")


def notices(formed: NextList, words: Interface) -> Iterator[str]:
    """What whoever reads the list should know, as lines beside it."""
    if formed.through is not None:
        yield words.text(KNOWN_THROUGH, day=formed.through.isoformat())
    else:
        yield words.text(NO_PAYMENTS)
    if formed.sourceless:
        yield words.text(SOURCELESS)
    elif formed.formed.failed:
        yield words.text(NOT_CALLABLE, failed=formed.formed.failed)
    elif formed.formed.not_found:
        yield words.text(MISSING, count=formed.formed.not_found)


def written(rows: tuple[WorkRow, ...]) -> str:
    """The list as CSV; a row that must not be called has no number in it."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, _HEAD, restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(_cells(row))
    return out.getvalue()


def write_list(rows: tuple[WorkRow, ...], file: Path) -> None:
    """Write the list into a file that is not there yet, readable by its owner alone.

    Raises:
        AssistantError: it is there, or cannot be written.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as out:
            out.write(written(rows))
    except FileExistsError:
        raise AssistantError(f"{file} is there already", "Name another file.") from None
    except OSError as error:
        raise AssistantError(
            f"{file} cannot be written ({error.strerror})", "Name another file."
        ) from None


def _cells(row: WorkRow) -> dict[str, str]:
    """A row's cells by column; a telephone number stays as a dialler takes it, with its plus."""
    numbers = () if row.barred else row.numbers[:3]
    cells = {
        "account": row.id,
        "customer_name": row.customer_name,
        "jurisdiction": row.jurisdiction,
        "language": row.language,
        "collector": row.collector.value if row.collector is not None else "",
        "days_past_due": "" if row.days_past_due is None else str(row.days_past_due),
        "overdue_amount": "" if row.overdue_amount is None else f"{row.overdue_amount:f}",
        "currency": row.currency,
        "customer_timezone": row.customer_timezone or "",
        "customer_state": row.customer_state or "",
        "flags": _flags(row),
        "contacts": _contacts(row),
        "promise_due_on": _promises(row),
        "callback_at": row.callback_at.isoformat() if row.callback_at is not None else "",
        "as_of": min(
            (source.as_of.isoformat() for source in row.sources if source.as_of is not None),
            default="",
        ),
        "due_on": row.wanted[0].due_on.isoformat() if row.wanted else "",
        "reasons": "; ".join(
            f"{one.why.value} {one.due_on}{f' {one.at:%H:%M}' if one.at else ''}"
            for one in row.wanted
        ),
        "calls": "; ".join(dict.fromkeys(one.call for one in row.wanted if one.call)),
        "not_callable": "; ".join(f"{bar.why} {bar.until or ''}".strip() for bar in row.barred),
    }
    for place, number in enumerate(numbers, 1):
        column = "number" if place == 1 else f"number_{place}"
        kind = number.kind.value
        cells |= {column: number.number, f"{column}_kind": "" if kind == "unknown" else kind}
    return {
        column: text if is_telephone_number(text) else guarded(text)
        for column, text in cells.items()
    }


def _flags(row: WorkRow) -> str:
    """The facts that hold, where all others do not; a list with some would say so of the rest."""
    if not row.facts_complete:
        return ""
    barred = (fact for bar in row.barred for fact in FACTS.get(bar.why, ()))
    held = {name for name, holds in row.facts.items() if holds} | set(barred)
    return "; ".join(sorted(held)) or "none"


def _contacts(row: WorkRow) -> str:
    if row.contacts is None:
        return ""
    told = (
        " ".join(part for part in (one.at.isoformat(), one.outcome or "", one.number or "") if part)
        for one in row.contacts
        if one.at.tzinfo is not None
    )
    return "; ".join(told) or "none"


def _promises(row: WorkRow) -> str:
    if row.promises_due is None:
        return ""
    return "; ".join(day.isoformat() for day in row.promises_due) or "none"
