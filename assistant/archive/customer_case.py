"""Gathers all that the record knows of one customer, for a complaint.

Owns the reading of it: the customer's calls (`case_accounts` says which), the attempts that were
written down alone, and what the chain says of calls that were purged.  A call in which another
customer was shown stays closed here, and is named.  It asks for each call whether it may be taken
out, renders nothing and changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import islice

from sqlalchemy import func, select

from assistant.archive.case import Case, CaseCall, Gone, Handed, HandedAs, KnownFrom, Tried
from assistant.archive.case_accounts import CustomersCalls
from assistant.archive.shown import what_was_shown
from assistant.archive.told import ToldCall, tell
from assistant.events import ChannelOpened
from assistant.follow_up.standings import standings_of
from assistant.kept_guidance import KeptGuidance
from assistant.record.access import read_log
from assistant.record.chain import BEGUN, EXPORTED, IMPORTED, PURGED
from assistant.record.faults import UnknownCall
from assistant.record.kept import KeptCall
from assistant.record.locations import Locations
from assistant.record.permissions import Act
from assistant.record.releases import releases_of
from assistant.record.search_index import account_hash
from assistant.record.store import CallStore
from assistant.record.tables import CALLS, CHAIN
from assistant.shift.journal import Attempt, ContactJournal
from compliance.local_time import zone_of
from scripts.promise_keeping import PromiseStanding

# Channels open first of all; whoever listens to more of them than this is no desk.
_FIRST_EVENTS = 12
# A contact of the bank's list this near to a kept call is that call.
_SAME = timedelta(minutes=2)
# How much of an account's keyed hash names its file and its line in the access log: the number is
# nobody's but the file's own.
_NAMED_BY = 6


def named_by(store: CallStore, account: str) -> str:
    """What stands for an account where its number must not: the beginning of its keyed hash."""
    return account_hash(store.opened.vault, account)[:_NAMED_BY].hex()


def gather(
    store: CallStore,
    account: str,
    locations: Locations,
    journal: ContactJournal,
    guidance: KeptGuidance,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Case:
    """Everything of a customer.

    Args:
        store: the kept calls, with whoever is signed in.
        account: the account's number, as the file has it; case and width do not matter.
        locations: where the sound is.
        journal: the contact journal of this data folder.
        guidance: the rules and scripts in force now.
        progress: told how many calls of how many were read.

    Raises:
        NotPermitted: who is signed in may not take calls out.
        UnknownCall: neither a call nor an attempt of that account is known.
        StoreFault: the store cannot be read.
    """
    store.need(Act.EXPORT, about=f"dossier of account {named_by(store, account)}")
    journal.refresh()
    whose = CustomersCalls(store, account)
    attempts = [
        attempt
        for named, tried in journal.every().items()
        if whose.is_ours(named)
        for attempt in tried
    ]
    whose.take({attempt.call for attempt in attempts if attempt.call})
    if not (whose.own or whose.shared or attempts):
        raise UnknownCall(
            "no kept call and no attempt is of that account", "Check its number as the file has it."
        )
    kept = {*whose.own, *whose.shared}
    by_call = {attempt.call: attempt for attempt in attempts if attempt.call in kept}
    promises = standings_of(store, locations, whose.own)
    calls = []
    for number, call in enumerate(whose.own, start=1):
        # Each call leaves the sealed store: it is an export like any other.
        store.need(Act.EXPORT, call)
        calls.append(_read(store, call, guidance, promises.get(call), by_call.get(call)))
        progress(number, len(whose.own))
    calls.sort(key=lambda one: (one.told.call.started_at_utc, one.told.call.id))
    closed = sorted((store.call(call) for call in whose.shared), key=lambda one: one.started_at_utc)
    gone = [
        _gone(store, attempt) for attempt in attempts if attempt.call and attempt.call not in kept
    ]
    own = [attempt for attempt in attempts if not attempt.call]
    tried = [_tried(attempt) for attempt in own]
    tried += _listed(calls, [*closed, *(one.told.call for one in calls)], attempts, whose)
    known = [one.call for one in gone if one.purged_utc or _begun(store, one.call)]
    proof = store.verify(
        calls=[*kept, *known],
        # Another desk's sound is on that desk; what is not here is not said to be missing.
        audio=[call for call in kept if locations.sound(call).exists()],
    )
    return Case(
        accounts=whose.accounts,
        calls=tuple(calls),
        closed=tuple(closed),
        tried=tuple(sorted(tried, key=lambda one: one.at)),
        gone=tuple(sorted(gone, key=lambda one: one.at)),
        purged_unknown=_purged(store) - len({one.call for one in gone if one.purged_utc}),
        worked=_worked(store, journal),
        unread=journal.unread,
        proof=proof,
    )


def case_call(
    store: CallStore, locations: Locations, call: str, guidance: KeptGuidance
) -> CaseCall:
    """One call by itself; whether it may be taken out was asked before.

    Raises:
        UnknownCall: there is no such call.
    """
    promise = standings_of(store, locations, [call]).get(call)
    return _read(store, call, guidance, promise, None)


def _read(
    store: CallStore,
    call: str,
    guidance: KeptGuidance,
    promise: PromiseStanding | None,
    attempt: Attempt | None,
) -> CaseCall:
    told = tell(store, call)
    shown = what_was_shown(told.call, store.events(call), guidance)
    first = (envelope.event for envelope in islice(store.events(call), _FIRST_EVENTS))
    channels = tuple(event for event in first if isinstance(event, ChannelOpened))
    return CaseCall(told, shown, channels, promise, _handed(store, told), attempt)


def _handed(store: CallStore, told: ToldCall) -> tuple[Handed, ...]:
    """Releases, exports and the import of a call, the earliest first."""
    call = told.call.id
    found = [
        Handed(one.at_utc, HandedAs(one.act.value), one.who, one.reason)
        for one in releases_of(store.opened, call)
    ]
    found += [
        Handed(line.at_utc, HandedAs.EXPORT, line.who)
        for line in read_log(store.opened, call=call)
        if line.act == Act.EXPORT.value
    ]
    found += [
        Handed(entry.at_utc, HandedAs.CARRIED if entry.kind == EXPORTED else HandedAs.IMPORTED)
        for entry in told.entries
        if entry.kind in (EXPORTED, IMPORTED)
    ]
    return tuple(sorted(found, key=lambda one: one.at_utc))


# ---- what is no kept call ------------------------------------------------------------------------


def _tried(attempt: Attempt) -> Tried:
    return Tried(
        attempt.at.astimezone(UTC),
        attempt.outcome,
        KnownFrom.OWN,
        attempt.number or "",
        attempt.permitted or "",
        attempt.next_contact,
    )


def _gone(store: CallStore, attempt: Attempt) -> Gone:
    query = select(CHAIN).where(CHAIN.c.kind == PURGED, CHAIN.c.call == attempt.call)
    rows = store.rows(query.order_by(CHAIN.c.n.desc()).limit(1))
    at, call = attempt.at.astimezone(UTC), attempt.call or ""
    if not rows:
        return Gone(at, call, attempt.outcome)
    stated: Mapping[str, str] = json.loads(rows[0]["stated"])
    who, why, law = (str(stated.get(name, "")) for name in ("who", "why", "law"))
    return Gone(at, call, attempt.outcome, rows[0]["at_utc"], who, why, law)


def _listed(
    calls: Sequence[CaseCall],
    kept: Sequence[KeptCall],
    attempts: Sequence[Attempt],
    whose: CustomersCalls,
) -> Iterator[Tried]:
    """Contacts that the bank's own list told of when a call began, each once."""
    known = {_second(attempt.at) for attempt in attempts}
    begun = [at for call in kept if (at := _moment(call.started_at_utc)) is not None]
    for one in calls:
        header = one.told.start.header
        zone = zone_of(header.customer_timezone) or zone_of(one.told.call.zone) or UTC
        for contact in header.contacts or ():
            at = _aware(contact.at, zone)
            if contact.debt is not None and not whose.is_ours(contact.debt):
                continue
            if _second(at) in known or any(abs(at - begin) < _SAME for begin in begun):
                continue
            known.add(_second(at))
            yield Tried(
                at.astimezone(UTC), contact.outcome or "", KnownFrom.LIST, contact.number or ""
            )


def _second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


def _aware(at: datetime, zone: tzinfo) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)


def _moment(at_utc: str) -> datetime | None:
    try:
        return _aware(datetime.fromisoformat(at_utc), UTC)
    except ValueError:
        return None


# ---- the chain's word ----------------------------------------------------------------------------


def _begun(store: CallStore, call: str) -> bool:
    query = select(CHAIN.c.n).where(CHAIN.c.call == call, CHAIN.c.kind == BEGUN)
    return bool(store.rows(query.limit(1)))


def _purged(store: CallStore) -> int:
    counted = select(func.count().label("count")).where(CHAIN.c.kind == PURGED)
    return int(store.rows(counted)[0]["count"])


def _worked(store: CallStore, journal: ContactJournal) -> frozenset[date]:
    """The days (UTC) on which a call was begun or an attempt written down, whoever it was about."""
    day = func.substr(CHAIN.c.at_utc, 1, 10).label("day")
    # What others recorded came in on a day that says nothing of a desk.
    elsewhere = select(CALLS.c.id).where(CALLS.c.imported != "")
    query = select(day).where(CHAIN.c.kind == BEGUN, CHAIN.c.call.not_in(elsewhere)).distinct()
    days = {date.fromisoformat(row["day"]) for row in store.rows(query)}
    for tried in journal.every().values():
        days.update(attempt.at.astimezone(UTC).date() for attempt in tried)
    return frozenset(days)
