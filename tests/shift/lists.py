"""Invented work lists for the tests of a shift."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from compliance.packs import load_rules
from compliance.places import LANGUAGE_OF
from compliance.rules import RuleSet

NOON = datetime(2026, 11, 27, 17, tzinfo=UTC)  # a Friday, noon in New York
HEAD = (
    "account,customer_name,jurisdiction,collector,customer_state,number,number_kind,number_2,"
    "number_2_kind,days_past_due,overdue_amount,currency,flags,contacts,promise_due_on,"
    "callback_at,as_of"
)
AS_OF = "2026-11-27T09:00-05:00"

_RULES: dict[str, RuleSet | None] = {}


def rules_for(jurisdiction: str, _language: str) -> RuleSet | None:
    """The packs that ship, loaded once; none for a place of which nobody has heard."""
    if jurisdiction not in _RULES:
        known = LANGUAGE_OF.get(jurisdiction)
        _RULES[jurisdiction] = load_rules(jurisdiction, known) if known else None
    return _RULES[jurisdiction]


def row(
    account: str,
    name: str = "Ann Lee",
    *,
    state: str = "NY",
    number: str = "2125550100",
    kind: str = "mobile",
    second: str = "",
    second_kind: str = "",
    days: int | str = 30,
    flags: str = "none",
    contacts: str = "none",
    promises: str = "none",
    callback: str = "",
    as_of: str = AS_OF,
    collector: str = "agency",
) -> str:
    """One line of a list in which everything is known."""
    return (
        f'{account},"{name}",us,{collector},{state},{number},{kind},{second},{second_kind},{days},'
        f'"1,842.00",usd,{flags},{contacts},{promises},{callback},{as_of}'
    )


def write(folder: Path, *rows: str, head: str = HEAD, name: str = "list.csv") -> Path:
    """A list on disk."""
    path = folder / name
    path.write_text("\n".join((head, *rows)) + "\n", "utf-8")
    return path
