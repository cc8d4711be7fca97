"""The order of what is known of a customer, with the times of which nothing is.

Owns the timeline of a case: calls, attempts, what is gone, and between them the stretches of whole
days without any; and within a call the times in which nothing was heard.  Pure: what is not known
is said to be so, and never filled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from assistant.archive.case import Case, CaseCall, Gone, Tried
from assistant.events import CLOCK, GapHeard, Keep, Transferred
from assistant.gap_joining import joined
from assistant.record.kept import CallState, KeptCall
from compliance.transcript import Speaker


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole days (UTC) between two contacts: `first` to `last`, both without any.

    On `worked` of its `days` the program is known to have run, for others; on the rest nobody
    knows.
    """

    first: date
    last: date
    days: int
    worked: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline; `number` is that of the call in the dossier, 0: it is none."""

    at: datetime | None
    about: CaseCall | KeptCall | Tried | Gone | Stretch
    number: int = 0


def timeline(case: Case, today: date) -> tuple[Entry, ...]:
    """Everything in the order of its time, then what has no time that can be read.

    Args:
        case: the customer's.
        today: the day (UTC) of the dossier, to which the last stretch reaches.
    """
    entries = [
        *(Entry(_began(one.told.call), one, n) for n, one in enumerate(case.calls, start=1)),
        *(Entry(_began(one), one) for one in case.closed),
        *(Entry(one.at, one) for one in case.tried),
        *(Entry(one.at, one) for one in case.gone),
    ]
    dated = sorted((one for one in entries if one.at is not None), key=_when)
    return (
        *_with_stretches(dated, case.worked, today),
        *(one for one in entries if one.at is None),
    )


def _with_stretches(
    entries: Sequence[Entry], worked: frozenset[date], today: date
) -> Iterator[Entry]:
    day = timedelta(days=1)
    for place, entry in enumerate(entries):
        yield entry
        before = _when(entry).date()
        later = place + 1 < len(entries)
        after = _when(entries[place + 1]).date() if later else today + day
        days = (after - before).days - 1
        if days < 1:
            continue
        first, last = before + day, after - day
        count = sum(first <= one <= last for one in worked)
        yield Entry(None, Stretch(first, last, days, count))


def _when(entry: Entry) -> datetime:
    return entry.at if entry.at is not None else datetime.max.replace(tzinfo=UTC)


def _began(call: KeptCall) -> datetime | None:
    """When a call began; `None` where its time cannot be read."""
    try:
        at = datetime.fromisoformat(call.started_at_utc)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else at.replace(tzinfo=UTC)


# ---- within a call -------------------------------------------------------------------------------


class Silence(StrEnum):
    """Why something of a call is not known."""

    GAP = "gap"
    AWAY = "away"
    BROKE_OFF = "broke_off"
    RUNNING = "running"
    NOTHING_HEARD = "nothing_heard"
    AGENT_ALONE = "agent_alone"
    CUSTOMER_ALONE = "customer_alone"
    NO_WORDS = "no_words"
    TIME_UNKNOWN = "time_unknown"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something of a call that nobody here knows.

    `at_s` and `duration_s` are seconds of call time, `None` where it is the whole call or to its
    end; `gap` is the sound that was not heard, of `Silence.GAP` alone.
    """

    why: Silence
    at_s: float | None = None
    duration_s: float | None = None
    gap: GapHeard | None = None


def unknown_in(call: CaseCall) -> tuple[Unknown, ...]:
    """What of a call is not known: as a whole first, then by its clock."""
    return (*_as_a_whole(call), *_by_the_clock(call), *_at_its_end(call))


def _as_a_whole(call: CaseCall) -> Iterator[Unknown]:
    start = call.told.start
    if start.imported is not None and not start.imported.time_known:
        yield Unknown(Silence.TIME_UNKNOWN)
    if start.recording is not None and start.recording.keep in (Keep.FINDINGS, Keep.NOTHING):
        yield Unknown(Silence.NO_WORDS)
    if start.imported is not None and start.imported.elsewhere:
        return  # whom others heard, they know
    heard = {channel.speaker for channel in call.channels if channel.name != CLOCK}
    if not heard:
        yield Unknown(Silence.NOTHING_HEARD)
    elif heard == {Speaker.AGENT}:
        yield Unknown(Silence.AGENT_ALONE)
    elif heard == {Speaker.CUSTOMER}:
        yield Unknown(Silence.CUSTOMER_ALONE)


def _by_the_clock(call: CaseCall) -> Iterator[Unknown]:
    away_s: float | None = None
    for output in joined(call.told.outputs):
        match output:
            case GapHeard(start_s=start_s, duration_s=duration_s):
                yield Unknown(Silence.GAP, start_s, duration_s, output)
            case Transferred(to=to, call_s=call_s) if to:
                away_s = call_s if away_s is None else away_s
            case Transferred(call_s=call_s) if away_s is not None:
                yield Unknown(Silence.AWAY, away_s, max(0.0, call_s - away_s))
                away_s = None
            case _:
                continue
    if away_s is not None:
        yield Unknown(Silence.AWAY, away_s)


def _at_its_end(call: CaseCall) -> Iterator[Unknown]:
    kept = call.told.call
    if kept.state is CallState.INTERRUPTED:
        yield Unknown(Silence.BROKE_OFF, kept.duration_s)
    elif kept.state is CallState.OPEN:
        yield Unknown(Silence.RUNNING, kept.duration_s)
