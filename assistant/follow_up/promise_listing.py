"""What the command `promises list` does.

Owns the choice of promises and their table.  Promises are judged by all payments and
calls of their account; shown are those of calls that whoever asks may open.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from rich.cells import cell_len
from sqlalchemy import select

from assistant.archive.desk import MORE, opened, plain_wording, tell_user
from assistant.follow_up.ledger import Followed
from assistant.follow_up.standings import iso, ledger_of, record, state_words
from assistant.interface_text import N_
from assistant.jsonlines import line
from assistant.record.locations import locate
from assistant.record.permissions import Act
from assistant.record.store import CallStore
from assistant.record.tables import CALLS
from assistant.screens.review_lines import plain_text
from assistant.screens.runs import cut
from assistant.wording import Wording
from scripts.promise_keeping import PromiseStanding

NONE_FOUND = N_("No promise is like that.")
KNOWN_THROUGH = N_("Payments are known through {day}.")
NO_PAYMENTS = N_("No payments were imported: no promise is called broken.")
UNDO_NOTHING = N_("Reversals that undo no payment that is known: {count}")
_HEADS = (
    N_("Due"),
    N_("State"),
    N_("Account"),
    N_("Amount"),
    N_("Paid"),
    N_("Promised on"),
    N_("Call"),
)
_WIDEST = 28
_MANY = 500


def list_promises(
    *,
    states: Sequence[str],
    due: date | None,
    account: str,
    limit: int,
    jsonl: bool,
    interface: str,
    data_dir: Path | None,
) -> int:
    """Write the promises wanted, by the day they fall due; the exit status.

    Args:
        states: of which one; empty: any.
        due: only those due by this day.
        account: only this account's; empty: any.
        limit: how many at most; 0 is all.
        jsonl: JSON Lines instead of a table.
        interface: language of the words.
        data_dir: as `--data-dir`.

    Raises:
        NotPermitted: with `jsonl`, they may not take that away.
        AssistantError: the record cannot be opened or read.
    """
    locations = locate(data_dir, os.environ)
    wording = plain_wording(interface)
    with opened(locations) as store:
        if jsonl:
            store.need(Act.EXPORT, about="promises as JSON Lines")
        ledger = ledger_of(store, locations)
        found: tuple[Followed, ...]
        if account:
            one = ledger.of_account(account)
            found = () if one is None else (one,)
        else:
            found = ledger.recent(datetime.now(UTC))
        wanted = [
            (followed, standing)
            for followed in found
            for standing in followed.standings
            if _is_wanted(standing, states, due)
        ]
        may = _may_be_seen(store, {standing.promise.call for _, standing in wanted})
        through = ledger.through
        idle = ledger.idle
    shown = sorted((one for one in wanted if one[1].promise.call in may), key=_order)
    more = 0 < limit < len(shown)
    shown = shown[: limit or None]
    written = (line(record(one, who)) for who, one in shown) if jsonl else _table(shown, wording)
    for each in written:
        sys.stdout.write(each + "\n")
    sys.stdout.flush()
    if not shown:
        tell_user(wording.text(NONE_FOUND))
    if more:
        tell_user(wording.text(MORE, count=2 * limit))
    tell_user(
        wording.text(KNOWN_THROUGH, day=through.isoformat())
        if through is not None
        else wording.text(NO_PAYMENTS)
    )
    if idle:
        tell_user(wording.text(UNDO_NOTHING, count=idle))
    return 0


def _is_wanted(standing: PromiseStanding, states: Sequence[str], due: date | None) -> bool:
    if states and standing.state.value not in states:
        return False
    return due is None or (standing.due_on is not None and standing.due_on <= due)


def _may_be_seen(store: CallStore, calls: Iterable[str]) -> frozenset[str]:
    """Those that whoever is signed in may open."""
    every = sorted(calls)
    found: set[str] = set()
    for first in range(0, len(every), _MANY):
        query = select(CALLS).where(CALLS.c.id.in_(every[first : first + _MANY]))
        found |= {call.id for call in store.kept(store.rows(query))}
    return frozenset(found)


def _order(one: tuple[Followed, PromiseStanding]) -> tuple[bool, date, str, datetime]:
    followed, standing = one
    due = standing.due_on
    return due is None, due or date.min, followed.account, standing.promise.made_at


def _table(shown: Sequence[tuple[Followed, PromiseStanding]], wording: Wording) -> Iterator[str]:
    if not shown:
        return
    rows = [tuple(wording.text(head) for head in _HEADS)]
    rows += [tuple(cut(cell, _WIDEST) for cell in _row(*one, wording)) for one in shown]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        )
        yield "  ".join(cells).rstrip()


def _row(followed: Followed, standing: PromiseStanding, wording: Wording) -> tuple[str, ...]:
    currency = standing.currency

    def money(amount: Decimal | None) -> str:
        return "?" if amount is None or not currency else wording.amount(amount, currency)

    return (
        iso(standing.due_on) or "?",
        state_words(standing, wording),
        plain_text(followed.account),
        money(standing.amount),
        money(standing.paid) if standing.paid else "",
        standing.promise.made_on.isoformat(),
        plain_text(standing.promise.call),
    )
