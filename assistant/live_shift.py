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
from typing import TYPE_CHECKING

from assistant.accounts.source import AccountSource
from assistant.composition import new_call_id
from assistant.door.server import Door
from assistant.door.token import find_token
from assistant.door_screens import Switchboard
from assistant.events import Origin
from assistant.guidance import load_guidance
from assistant.interface_text import N_, Interface, Told
from assistant.live_composition import LiveCall
from assistant.live_screen import show_live_call
from assistant.record.locations import Locations
from assistant.rest.shift_rest import ShiftRest
from assistant.rules_in_force import RulesInForce
from assistant.screens.frame import INTERRUPTED
from assistant.screens.work_list import CallChosen
from assistant.shift.csv_list import ListRead
from assistant.shift.desk import ShiftDesk
from assistant.shift.rows import WorkRow
from assistant.shift.work_list import Standing
from assistant.shift_app import CALLED, CallMade, WorkListApp, run_shift
from assistant.site_settings import RestTable
from assistant.working import open_shift
from assistant.wrap_up import due_for_list
from compliance.context import INBOUND, CallHeader
from compliance.errors import AssistantError
from compliance.permission import made_by
from scripts.outcomes import load_outcomes

if TYPE_CHECKING:
    from assistant.unfinished import TakenUp
    from assistant.unfinished_app import UnfinishedApp

Ready = Callable[[WorkRow, str | None], tuple[LiveCall, list[str]]]
"""A call to a row's number, and what its agent is told at the start."""


def known_of(
    standing: Standing, now: datetime, *, inbound: bool, transferred: bool = False
) -> CallHeader:
    """What the list knows of a customer who is called, or who calls; `now` has an offset.

    Who called whom is not known of a call that another desk passes on, unless it came in.
    """
    row = standing.row
    header = standing.header or CallHeader(row.jurisdiction, row.language)
    # A row may know how long an account is past due without being one.
    if row.days_past_due is not None:
        ledger = {"days_past_due": row.days_past_due, **(header.account or {})}
        header = replace(header, account=ledger)
    facts = dict(header.facts)
    if inbound or not transferred:
        facts[INBOUND] = inbound
    return replace(header, facts=facts, contacts=made_by(header.contacts, now))


RECEIVED = N_("→ {count} of your tasks received")
RECEIVED_AND_DONE = N_("→ {count} of your tasks received, {done} done")


def news_line(words: Interface, locations: Locations, desk: ShiftDesk) -> str:
    """What became of the tasks of this desk's calls; nothing where nothing did.

    A store that cannot be read now keeps nobody from calling: then it is told another time.
    """
    from assistant.record.opening import system_doors  # noqa: PLC0415 - only where there is a store
    from assistant.record.task_news import task_news  # noqa: PLC0415 - as above

    try:
        news = task_news(locations, system_doors(), desk.kept_calls)
    except AssistantError:
        return ""
    if not (news.received or news.done):
        return ""
    told = RECEIVED_AND_DONE if news.done else RECEIVED
    return words.text(told, count=news.received, done=news.done)


def left_open(locations: Locations, desk: ShiftDesk) -> int:
    """How many wrap-ups were left open; nothing where the store cannot be read now."""
    from assistant.record.opening import system_doors  # noqa: PLC0415 - only where there is a store
    from assistant.unfinished import count_unfinished  # noqa: PLC0415 - as above

    try:
        return count_unfinished(
            locations, system_doors(), desk.kept_calls, datetime.now(UTC), recover=True
        )
    except AssistantError:
        return 0


def _completed(
    locations: Locations,
    words: Interface,
    theme: str,
    put_away: dict[str, TakenUp],
    shows: Callable[[UnfinishedApp], None],
) -> str:
    """Complete them; what stands in the way of it, to be told on the list."""
    from assistant.unfinished_app import complete_wrap_ups  # noqa: PLC0415 - only where asked for

    try:
        complete_wrap_ups(locations, words, theme=theme, put_away=put_away, shows=shows)
    except AssistantError as error:
        return f"✘ {' '.join(str(error).split())}"
    return ""


def _origin(row: WorkRow) -> Origin | None:
    """Where a row's account is from."""
    if row.account is None or not row.sources:
        return None
    first = row.sources[0]
    return Origin(first.name, first.as_of.isoformat() if first.as_of is not None else "")


def _shift_rest(rest: RestTable | None) -> ShiftRest | None:
    """What is offered between the calls of a shift; `None`: nothing."""
    if rest is None or not rest.offer:
        return None
    within_s = rest.within_minutes * 60.0
    return ShiftRest(rest.breaths_a_minute, pile=rest.hard_calls, within_s=within_s)


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
    rest: RestTable | None = None,
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
        rest: what the site offers to agents after hard calls; `None`: nothing.

    Raises:
        AssistantError: the list cannot be read, a part of a call is missing, a screen failed.
    """
    desk = open_shift(read, locations, stale_after=stale_after)
    rows = desk.listed.rows
    rules = RulesInForce.at(locations)
    outcomes = load_outcomes()

    switchboard = Switchboard()
    said: list[str] = []  # after a call, for the next one's screen or the end
    at_end: list[str] = []
    put_away: dict[str, TakenUp] = {}
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
        known_now = known_of(
            desk.standing(chosen.row),
            desk.now(),
            inbound=chosen.inbound,
            transferred=chosen.transferred,
        )
        call = replace(call, known=known_now, transferred=chosen.transferred)
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
            dialled=not chosen.inbound,
            sought=chosen.row.id if chosen.row.account is None and source is not None else "",
            shows=switchboard.shows,
            tell=after.append,
            rest=rest,
            last=False,
        )
        at_end.extend(line for line in after if isinstance(line, Told))
        said[:] = (line for line in after if not isinstance(line, Told))
        confirmed = shown.wrap_up
        return CallMade(
            outcome=confirmed.outcome if confirmed is not None else shown.marked or CALLED,
            call=shown.call if shown.kept else None,
            next_contact=due_for_list(confirmed, outcomes) if confirmed is not None else None,
            stops=shown.stops,
            reached=shown.connected,
            written=shown.connected or bool(shown.marked),
            leave=shown.status == INTERRUPTED,
            hard=shown.hard,
        )

    words = Interface(interface or (rows[0].language if rows else "") or "en")
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
            news=lambda words: news_line(words, locations, desk),
            rest=_shift_rest(rest),
            unfinished=lambda: left_open(locations, desk),
            complete=lambda: _completed(locations, words, theme, put_away, switchboard.shows),
        )
    finally:
        if opened is not None:
            opened.close()
        for line in (*at_end, *said):
            tell(words.line(line))
