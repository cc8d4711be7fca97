"""How a kept call ended as other programs read it: a record, a line of CSV, a row of a table.

Owns these three forms and which calls have one.  It asks nobody's leave to take anything away; that
is the command's.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len

from assistant.archive.outcome_names import OutcomeNames
from assistant.archive.records import about_records
from assistant.interface_text import N_
from assistant.record.kept import CallState, NumberedWrapUp
from assistant.record.search import CallFilter, CallSearch, ListedCall
from assistant.record.store import CallStore
from assistant.screens.review_lines import agent_of, local_time, plain_text
from assistant.sheet_cells import guarded
from assistant.wording import Wording
from scripts.outcomes_summary import About

_BATCH = 100
_HEADS = (
    N_("Call"),
    N_("Date"),
    N_("Agent"),
    N_("Outcome"),
    N_("Next contact"),
    N_("Wrap-up"),
)
_COLUMNS = (
    "key", "call", "number", "account", "started_at", "agent_id", "agent", "jurisdiction",
    "language", "collector", "outcome", "outcome_number", "complete", "missing", "next_contact",
    "currency",
)  # fmt: skip
_LISTS = (About.REASON, About.OBJECTION, About.COMPLAINT, About.OPTION)


@dataclass(frozen=True, slots=True)
class Ended:
    """A kept call and how it ended by its agent's last word."""

    listed: ListedCall
    ending: NumberedWrapUp

    @property
    def key(self) -> str:
        """What tells this wrap-up from every other, everywhere."""
        return f"{self.listed.call.id}.{self.ending.number}"


def ended_calls(
    store: CallStore, wanted: CallFilter, *, incomplete: bool = False
) -> tuple[Ended, ...]:
    """The calls of which somebody said how they ended, the oldest first.

    Args:
        store: the kept calls, with whoever may open them.
        wanted: which.
        incomplete: only those whose wrap-up lacks something.
    """
    listed = [one for one in CallSearch(store).calls(wanted) if one.outcome is not None]
    found: list[Ended] = []
    for first in range(0, len(listed), _BATCH):
        batch = listed[first : first + _BATCH]
        endings = store.endings([one.call.id for one in batch])
        found += [Ended(one, endings[one.call.id]) for one in batch if one.call.id in endings]
    found.reverse()
    return tuple(one for one in found if one.ending.wrap_up.missing or not incomplete)


def without_ending(store: CallStore, wanted: CallFilter) -> tuple[ListedCall, ...]:
    """The calls that are over and of which nobody said how they ended.

    What is still running may yet be wrapped up, and what was imported never could be.
    """
    return tuple(
        one
        for one in CallSearch(store).calls(wanted)
        if one.outcome is None and one.call.state is not CallState.OPEN and not one.call.imported
    )


def record_of(ended: Ended, store: CallStore, names: OutcomeNames) -> dict[str, Any]:
    """A wrap-up as other programs read it; amounts are texts, days and times ISO 8601."""
    end = ended.ending.wrap_up
    return {
        **_about_the_call(ended.listed, ended.key, ended.ending.number, end.account, store),
        "outcome": end.outcome,
        "outcome_number": names.number(end.outcome),
        "complete": not end.missing,
        "missing": list(end.missing),
        "next_contact": end.next_contact,
        "values": dict(end.values),
        "currency": end.currency or None,
        "about": about_records(end),
        "note": end.note,
        "at": end.at_utc,
        "completed_by": end.by or None,
    }


def record_without(listed: ListedCall, store: CallStore) -> dict[str, Any]:
    """A call that nobody wrapped up, in the same form: so that totals agree with the calls'."""
    return {
        **_about_the_call(listed, None, None, "", store),
        "outcome": None,
        "outcome_number": None,
        "complete": False,
        "missing": ["outcome"],
        "next_contact": None,
        "values": {},
        "currency": None,
        "about": [],
        "note": "",
        "at": None,
        "completed_by": None,
    }


def _about_the_call(
    listed: ListedCall, key: str | None, number: int | None, account: str, store: CallStore
) -> dict[str, Any]:
    call = listed.call
    if not account:  # of before wrap-ups had one
        begun_with = store.start(call.id).account
        account = begun_with.id if begun_with is not None else ""
    return {
        "type": "outcome",
        "key": key,
        "call": call.id,
        "number": number,
        "account": account or None,
        "started_at": call.started_at_utc,
        "agent": {"id": call.agent_id, "name": call.agent_name},
        "jurisdiction": call.jurisdiction,
        "language": call.language,
        "collector": call.collector,
    }


def csv_text(records: Sequence[Mapping[str, Any]], names: OutcomeNames) -> str:
    """Records as a table for a spreadsheet, which takes none of its cells for a formula."""
    written = io.StringIO()
    fields = [item.id for item in names.fields]
    values = [f"value_{name}" for name in fields]
    heads = [*_COLUMNS, *values, *(f"about_{about.value}" for about in _LISTS)]
    heads += ["note", "at", "completed_by"]
    table = csv.writer(written)
    table.writerow(heads)
    for record in records:
        flat = {
            **record,
            "agent_id": record["agent"]["id"],
            "agent": record["agent"]["name"],
            "complete": "yes" if record["complete"] else "no",
            "missing": " ".join(record["missing"]),
            **{f"value_{name}": record["values"].get(name) for name in fields},
            **{
                f"about_{about.value}": " ".join(
                    item["slug"] for item in record["about"] if item["about"] == about.value
                )
                for about in _LISTS
            },
        }
        table.writerow([_cell(flat[head]) for head in heads])
    return written.getvalue()


def began(one: Ended | ListedCall) -> str:
    """When the call began: the order in which endings are told."""
    return (one if isinstance(one, ListedCall) else one.listed).call.started_at_utc


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    text = text.replace("\0", "")
    return guarded(text)


def table(
    found: Sequence[Ended],
    wording: Wording,
    names: OutcomeNames,
    without: Sequence[ListedCall] = (),
) -> Iterator[str]:
    """How calls ended, as a table; what their fields hold is not in it.

    `without` are calls that nobody wrapped up: each has its place among the others.
    """
    code = wording.interface_code
    rows = [tuple(wording.text(head) for head in _HEADS)]
    ordered: list[Ended | ListedCall] = [*found, *without]
    for one in sorted(ordered, key=began):
        if isinstance(one, ListedCall):
            call, state = one.call, wording.text("none")
            when = local_time(call.started_at_utc, call.zone)
            rows.append((plain_text(call.id), when, agent_of(call), "—", "—", state))
            continue
        call, end = one.listed.call, one.ending.wrap_up
        state = wording.text("complete")
        if end.missing:
            lacking = ", ".join(names.field_name(name, code) for name in end.missing)
            state = wording.text("incomplete: {fields}", fields=lacking)
        rows.append(
            (
                plain_text(call.id),
                local_time(call.started_at_utc, call.zone),
                agent_of(call),
                plain_text(names.name(end.outcome, code)),
                plain_text(end.next_contact or "—"),
                plain_text(state),
            )
        )
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell + " " * (wide - cell_len(cell)) for cell, wide in zip(row, widths, strict=True)
        )
        yield "  ".join(cells).rstrip()
