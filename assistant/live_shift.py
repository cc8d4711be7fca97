"""A shift of live calls: the work list, a call on the call screen, the work list again.

Owns the step from a chosen row to a live call and from its wrap-up to the contact journal.  What
the call is (model, devices, terms) was decided by whoever calls this.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from assistant.accounts.source import AccountSource
from assistant.composition import LiveCall, load_guidance, new_call_id
from assistant.door.server import Door
from assistant.door.token import find_token
from assistant.door_screens import Switchboard
from assistant.events import Origin
from assistant.live_screen import show_live_call
from assistant.record.locations import Locations
from assistant.rules_in_force import RulesInForce
from assistant.screens.frame import INTERRUPTED
from assistant.screens.work_list import CallChosen
from assistant.shift.csv_list import ListRead
from assistant.shift.rows import WorkRow
from assistant.shift.work_list import Standing
from assistant.shift_app import CALLED, CallMade, WorkListApp, run_shift
from assistant.working import open_shift
from compliance.context import CallHeader
from compliance.permission import INBOUND

Ready = Callable[[WorkRow, str | None], tuple[LiveCall, list[str]]]
"""A call to a row's number, and what its agent is told at the start."""


def known_of(standing: Standing, *, inbound: bool) -> CallHeader | None:
    """What the list knows of a customer who is called, or who calls."""
    header = standing.header
    return header and replace(header, facts={**header.facts, INBOUND: inbound})


def _origin(row: WorkRow) -> Origin | None:
    """Where a row's account is from."""
    if row.account is None or not row.sources:
        return None
    first = row.sources[0]
    return Origin(first.name, first.as_of.isoformat() if first.as_of is not None else "")


def live_shift(
    read: Callable[[], ListRead],
    ready: Ready,
    *,
    stale_after: timedelta,
    interface: str | None,
    theme: str,
    locations: Locations,
    door: int | None = None,
    tell: Callable[[str], None],
    source: AccountSource | None = None,
    known: AccountSource | None = None,
    forms_anew: bool = False,
) -> int:
    """Show the list and make the calls that are chosen, until the agent leaves; the exit status.

    Args:
        read: reads the list anew.
        ready: makes a call of a row.
        stale_after: how old the list may be.
        interface: language of the screens.
        theme: `dark` or `light`.
        locations: where everything is kept.
        source: where accounts are looked up of which the list gives the id alone, and those of
            unknown callers.
        known: where the latter are looked up without one: the list itself, if it is a file.
        forms_anew: whether the list is read again after every call, which changes it.
        door: the port at which softphones are listened to; `None`: at none.
        tell: told, once the screens are gone, what the agent should read.

    Raises:
        AssistantError: the list cannot be read, a part of a call is missing, a screen failed.
    """
    desk = open_shift(read, locations, stale_after=stale_after)
    rows = desk.listed.rows
    rules = RulesInForce.at(locations)

    switchboard = Switchboard()
    said: list[str] = []  # after a call, for the next one's screen or the end
    called = False

    def shows(app: WorkListApp) -> None:
        if called and forms_anew:
            desk.reload()
        switchboard.shows(app)

    def make_call(chosen: CallChosen) -> CallMade | None:
        nonlocal called
        called = True
        number = chosen.number.number if chosen.number is not None else None
        call, notices = ready(chosen.row, number)
        # The call is judged by what it was allowed by: facts, and the contacts that count.
        call = replace(call, known=known_of(desk.standing(chosen.row), inbound=chosen.inbound))
        call_id = new_call_id(datetime.now(UTC), secrets.token_bytes(8))
        after: list[str] = []
        shown = show_live_call(
            call,
            call_id=call_id,
            guidance=load_guidance(call.jurisdiction, call.language, call.collector, rules),
            interface=interface or "",
            theme=theme,
            locations=locations,
            notices=[*notices, *said],
            origin=_origin(chosen.row),
            source=source if source is not None else known,
            wanted=chosen.row.wanted,
            sought=chosen.row.id if chosen.row.account is None and source is not None else "",
            shows=switchboard.shows,
            tell=after.append,
        )
        said[:] = after
        confirmed = shown.wrap_up
        return CallMade(
            outcome=confirmed.outcome if confirmed is not None else CALLED,
            call=shown.call if shown.kept else None,
            next_contact=confirmed.next_contact if confirmed is not None else None,
            leave=shown.status == INTERRUPTED,
        )

    opened = None
    if door is not None:
        opened = Door(door, find_token(locations.data_dir, os.environ), switchboard.answer)
    try:
        return run_shift(
            desk,
            make_call,
            interface=interface or (rows[0].language if rows else "") or "en",
            theme=theme,
            shows=shows,
        )
    finally:
        if opened is not None:
            opened.close()
        for line in said:
            tell(line)
