"""Makes a row's cells into a `WorkRow`, and into the whole account where they are enough for one.

Owns what a row must say and how its cells fit together, whether they come from a list, a database
or an endpoint.  It reads no list; an account's own file, which a row may name, is all it opens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from assistant.shift.cells import Cells
from assistant.shift.mapping import MORE, REQUIRED, ListMapping
from assistant.shift.rows import Source, WorkRow
from compliance.context import Collector
from compliance.errors import AssistantError, BadInput
from compliance.local_time import zone_of
from compliance.places import JURISDICTIONS, LANGUAGES, language_of
from scripts.account import Account, account_from_mapping, load_account

_OF_ACCOUNT = (
    "customer_name", "jurisdiction", "language", "collector", "currency", "overdue_amount",
    "days_past_due", "customer_timezone", "customer_state",
)  # fmt: skip
_AMOUNTS = frozenset(
    {"overdue_amount", "balance", "late_fee", "last_payment_amount", "minimum_due"}
)
_WHOLE = frozenset({"days_past_due"})
DAYS = frozenset({"due_date", "last_payment_on", "respond_by"})
"""Columns that hold a day."""

_LISTS: Mapping[str, Callable[[Cells], list[object]]] = {
    "identifiers": lambda cells: [
        {"kind": kind, "expected": expected} for kind, expected in cells.pairs("identifiers")
    ],
    "traps": lambda cells: list(cells.slugs("traps")),
}
NEEDED = frozenset(
    {"customer_name", "jurisdiction", "bank_name", "currency", "overdue_amount", "days_past_due",
     "minimum_due"}
)  # fmt: skip
"""The columns without which a row is no whole account."""

ONE_ZONE = {"tw": "Asia/Taipei", "cn": "Asia/Shanghai", "hk": "Asia/Hong_Kong",
            "uk": "Europe/London"}  # fmt: skip
"""The zone of places that have but one."""


def read_row(
    cells: Cells, mapping: ListMapping, path: Path, line: int, written_at: datetime | None
) -> WorkRow:
    """A row's cells as a row of a work list; with `cells.faults` it is none to be used.

    Args:
        cells: by our names of the columns.
        mapping: what holds of every row.
        path: beside which a row's account file is looked for.
        line: where the row begins in its file, from 1; 0 where it is of none.
        written_at: as of when it is true, where the row itself does not say; with an offset.
            `None`: nobody knows.
    """
    for name in REQUIRED:
        if not cells.plain(name):
            cells.faults.append((name, "is empty"))
    jurisdiction = cells.one_of("jurisdiction", JURISDICTIONS)
    language = cells.one_of("language", LANGUAGES)
    kinds = tuple(kind.value for kind in Collector)
    collector = cells.one_of("collector", kinds)
    zone_name = cells.plain("customer_timezone")
    zone = zone_of(zone_name or ONE_ZONE.get(jurisdiction or ""))
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
        lacks=tuple(sorted(column for column in NEEDED if not cells.plain(column))),
    )


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
        if column in _AMOUNTS:
            amount = cells.amount(column)
            values |= {} if amount is None else {column: str(amount)}
        elif column in _LISTS:
            values[column] = _LISTS[column](cells)
        elif cells.plain(column):
            values[column] = cells.plain(column)
    if "currency" in values:
        values["currency"] = str(values["currency"]).upper()
    for column in _WHOLE & values.keys():
        values[column] = cells.days(column)
    for column in DAYS & values.keys():
        values[column] = str(cells.day(column) or "")
    if cells.faults or not values.keys() >= NEEDED:
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
