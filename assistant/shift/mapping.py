"""How a site's list names its columns and writes its values.

Owns the columns a work list may have, and the mapping file that says which of a site's columns are
which.  It reads no rows.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field

from compliance.documents import Schema, load_document
from compliance.errors import BadInput, Fault, shown

COLUMNS: Mapping[str, str] = {
    "account": "the account's id; no two rows have the same",
    "customer_name": "the customer's name",
    "jurisdiction": "tw, cn, us, hk or uk",
    "language": "the call's language: en-US, en-GB, zh-TW, zh-CN, zh-HK, en-HK",
    "collector": "in-house, agency or debt_buyer",
    "days_past_due": "whole days",
    "overdue_amount": "1234.50 or 1,234.50",
    "currency": "ISO 4217: TWD",
    "number": "the telephone number to try first",
    "number_kind": "mobile, home, work, third_party",
    "number_2": "another number",
    "number_2_kind": "its kind",
    "number_3": "a third number",
    "number_3_kind": "its kind",
    "customer_timezone": "IANA name: America/New_York",
    "customer_state": "US: two letters; CN: XJ where the customer lives in Xinjiang",
    "flags": "the facts that hold, parted by ; (cease_contact; disputed), or none: all others do"
    " not hold.  An empty cell is unknown",
    "contacts": "earlier attempts, parted by ; : TIME OUTCOME NUMBER, the number may be absent"
    " (2026-11-20T10:05+08:00 no_answer), or none.  An empty cell is unknown",
    "promise_due_on": "days of promises not yet kept or broken, parted by ; , or none.  An empty"
    " cell is unknown",
    "callback_at": "when the customer asked to be called: 2026-11-20T14:00+08:00",
    "as_of": "as of when the row is true; else the file's own time",
    "account_file": "the account's file (JSON or YAML), relative to the list",
}
"""The columns by name; a site's list need not have them all, or may map its own onto them."""

REQUIRED = ("account", "customer_name", "jurisdiction")

MORE = (
    "agency_name", "agent_name", "agent_id", "annual_rate_percent", "balance", "bank_name",
    "callback_number", "due_date", "family_name", "first_question", "honorific", "identifiers",
    "late_fee", "last_payment_amount", "last_payment_on", "minimum_due", "notes", "product_name",
    "respond_by", "traps",
)  # fmt: skip
"""Columns of the account itself; with enough of them a row opens as a whole account.

`identifiers` are written like `birth_date=1984-03-12; id_last4=6789`, `traps` like
`broken_promise; disputed_item`.
"""


class _MappingFile(Schema):
    columns: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    no: tuple[str, ...] = ()
    contacts: Literal["list", "journal"] = "list"
    encoding: str = "utf-8"
    delimiter: str = ","
    dates: str | None = None
    decimal: Literal[".", ","] = "."


@dataclass(frozen=True, slots=True)
class ListMapping:
    """What a site's mapping says.

    `columns` names the site's column for one of ours, `constants` a value for every row.  `no` are
    facts that do not hold of any row of this list (whoever makes it leaves such customers out).
    With `journal_is_all` this program's journal is the whole history of contacts.  `dates` is how
    days are written, as `strptime` knows it; ISO 8601 without.  `decimal` is the sign before the
    fraction of a payment's amount; the other one parts thousands.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    no: tuple[str, ...] = ()
    journal_is_all: bool = False
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    dates: str | None = None
    decimal: str = "."


def load_mapping(path: Path, known: Iterable[str] = (*COLUMNS, *MORE)) -> ListMapping:
    """The mapping of a file (TOML, YAML or JSON).

    Args:
        path: of the file.
        known: our columns, of which it may speak.

    Raises:
        BadInput: it has faults, each with its place.
    """
    document = load_document(path, _MappingFile)
    value = document.value
    ours = frozenset(known)
    faults: list[Fault] = []
    for part in ("columns", "constants"):
        faults.extend(
            document.fault(f"{shown(name)} is none of our columns", part, name)
            for name in getattr(value, part)
            if name not in ours
        )
    encoding = value.encoding
    try:
        encoding = codecs.lookup(value.encoding).name
    except LookupError:
        faults.append(document.fault("is no encoding (utf-8, big5, gb18030, cp950)", "encoding"))
    if len(value.delimiter) != 1 or value.delimiter in '"\r\n':
        faults.append(document.fault("must be one character", "delimiter"))
    if faults:
        raise BadInput(f"{path} has faults", tuple(faults))
    return ListMapping(
        value.columns,
        value.constants,
        value.no,
        value.contacts == "journal",
        "utf-8-sig" if encoding == "utf-8" else encoding,
        value.delimiter,
        value.dates,
        value.decimal,
    )
