"""What a dossier says of a case in words: the timeline, what is not known, the reply clocks.

Owns which of these becomes which row of plain text, in the reader's language; `dossier` and
`customer_dossier` set them.  Everything is text that anybody may have written: whoever sets it must
escape it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from assistant import terms
from assistant.archive.case import CaseCall, Gone, HandedAs, KnownFrom, Tried
from assistant.archive.case_clocks import Came
from assistant.archive.case_timeline import Entry, Silence, Stretch, Unknown, unknown_in
from assistant.archive.lines import DIRECTIONS
from assistant.archive.outcome_names import OutcomeNames
from assistant.call_time import clock
from assistant.follow_up.standings import state_words
from assistant.interface_text import N_
from assistant.plain import PlainCall
from assistant.record.kept import CallState, KeptCall
from assistant.screens.review_lines import STATES, agent_of, flags_of, local_time, plain_text
from assistant.shift.words import ANSWERS, OUTCOMES
from assistant.task_words import TaskWords
from assistant.wording import Wording
from compliance.permission import May
from scripts.reply_clocks import Begins, Running, Whose

CALL = N_("Call {number}")
_ATTEMPT = N_("Attempt")
_BY_THE_LIST = N_("by the bank's list; this program wrote nothing of it down")
_ANSWERED = N_("the program's answer before: {answer}")
_NEXT = N_("next contact {day}")
_TALKED = N_("talked, and nothing was kept")
_CLOSED = N_("Call, left closed")
_CLOSED_WHY = N_(
    "{call}: another customer was shown in it, so it is not opened here. Look at it by itself:"
    " assistant calls dossier"
)
_PURGED = N_("Call, purged")
_PURGED_BY = {
    "retention": N_("{call}: purged {day} by {who}, its time being over ({law})"),
    "erasure": N_("{call}: purged {day} by {who}, at the customer's wish ({law})"),
}
_PURGED_OTHERWISE = N_("{call}: purged {day} by {who} ({law})")
_GONE = N_("Call, not here")
_GONE_WHY = N_("{call}: written down as kept; this store does not hold it and knows of no purge")
_STRETCH = N_("Nothing known")
_STRETCH_WHY = N_(
    "No call kept, no attempt written down (days: {days}): whether a call was made is not known."
    " Days of these on which the program is known to have run: {worked}"
)
_TIMELESS = N_("not known")

_SILENCES = {
    Silence.AWAY: N_("given away: what was said is not judged"),
    Silence.BROKE_OFF: N_("the record breaks off here: how the call went on is not known"),
    Silence.RUNNING: N_("the call is still running"),
    Silence.NOTHING_HEARD: N_("nothing was heard in this call: what keys said is all there is"),
    Silence.AGENT_ALONE: N_("only the agent was heard: what the customer said is not known"),
    Silence.CUSTOMER_ALONE: N_("only the customer was heard: what the agent said is not known"),
    Silence.NO_WORDS: N_("no words were kept, by the terms of the recording"),
    Silence.TIME_UNKNOWN: N_("when the call took place is not known"),
}
_HANDED = {
    HandedAs.RELEASED: N_("released for training by {who}"),
    HandedAs.WITHDRAWN: N_("release taken back by {who}"),
    HandedAs.EXPORT: N_("taken out by {who}, as a dossier or an archive"),
    HandedAs.CARRIED: N_("packed into an archive, to be carried away"),
    HandedAs.IMPORTED: N_("brought in from elsewhere"),
}
_NAMED_BY_HAND = N_("its day was named for this dossier")
_NO_DEADLINE = N_(
    "No deadline known ({place}): what this program holds of the law names no day for an answer."
)
_NO_PLACE = N_(
    "No deadline known: under whose law it falls is not known, as no call of this account is kept."
)
_BEGINS = {
    Begins.NOTICE: N_("{length} from the notice, whose day is not known"),
    Begins.ANSWER: N_("{length} from the answer, whose day is not known"),
    Begins.RECEIVED: N_("{length} from its day, which is not known"),
    Begins.FIRST_CONTACT: N_("{length} from the first contact, whose day is not known"),
}
_FROM_FIRST = N_("{day} (counted from the first kept call)")
_DAYS, _MONTHS = N_("{count} days"), N_("{count} months")
_UNTIL_DONE = N_("until it is done")
_MAY = N_("the customer {may}")
_LEFT, _OVER = N_("days left: {count}"), N_("days overdue: {count}")
_LAST = N_("today is the last day")
_DESK_CLOSED = N_("its desk closed it on {day}")
_STATES = {
    "waiting": N_("waiting"),
    "received": N_("received"),
    "done": N_("done"),
}


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One line: `call` is the number of the call that it leads to, 0: none."""

    when: str
    what: str
    words: str
    call: int = 0
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One clock of one complaint or dispute; `late` is whether its day is over."""

    owed: str
    due: str
    left: str
    law: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class MatterRows:
    """One complaint or dispute with its clocks; `call` is the number of its call, 0: none.

    `call_title` is what that call is called.
    """

    title: str
    about: str
    call: int
    call_title: str
    clocks: tuple[ClockRow, ...]
    nothing: str


def timeline_row(entry: Entry, zone: str, wording: Wording, names: OutcomeNames) -> TimelineRow:
    """One entry, at the clock of a desk."""
    text = wording.text
    when = local_time(entry.at.isoformat(), zone) if entry.at is not None else text(_TIMELESS)
    match entry.about:
        case CaseCall():
            words = " · ".join(filter(None, _call_words(entry.about, wording, names)))
            return TimelineRow(when, text(CALL, number=entry.number), words, entry.number)
        case KeptCall(id=call):
            about = text(_CLOSED_WHY, call=plain_text(call))
            return TimelineRow(when, text(_CLOSED), about, unknown=True)
        case Tried():
            words = " · ".join(filter(None, _tried_words(entry.about, wording)))
            what = outcome_words(entry.about.outcome, wording, names) or text(_ATTEMPT)
            return TimelineRow(when, what, words)
        case Gone():
            return TimelineRow(when, *_gone_words(entry.about, zone, wording), unknown=True)
        case Stretch() as stretch:
            span = f"{stretch.first} – {stretch.last}" if stretch.days > 1 else f"{stretch.first}"
            words = text(_STRETCH_WHY, days=stretch.days, worked=stretch.worked)
            return TimelineRow(span, text(_STRETCH), words, unknown=True)


def _call_words(call: CaseCall, wording: Wording, names: OutcomeNames) -> Iterator[str]:
    told = call.told
    kept, imported, end = told.call, told.start.imported, told.wrap_up
    if call.attempt is not None and call.attempt.outcome == "inbound":
        yield wording.text(DIRECTIONS["inbound"])
    elif imported is not None and imported.direction in DIRECTIONS:
        yield wording.text(DIRECTIONS[imported.direction])
    yield agent_of(kept)
    yield clock(kept.duration_s)
    yield "".join(run.text for run in flags_of(kept, wording)) if kept.marks else ""
    yield names.name(end.outcome, wording.interface_code) if end is not None else ""
    if call.promise is not None:
        yield f"{wording.text('Promise')}: {state_words(call.promise, wording)}"
    if kept.state is not CallState.WHOLE:
        yield wording.text(STATES[kept.state])


def _tried_words(tried: Tried, wording: Wording) -> Iterator[str]:
    yield plain_text(tried.number)
    if tried.known_from is KnownFrom.LIST:
        yield wording.text(_BY_THE_LIST)
    if tried.permitted in set(May):
        yield wording.text(_ANSWERED, answer=wording.text(ANSWERS[May(tried.permitted)]))
    if tried.next_contact is not None:
        yield wording.text(_NEXT, day=tried.next_contact.isoformat())


def _gone_words(gone: Gone, zone: str, wording: Wording) -> tuple[str, str]:
    call = plain_text(gone.call)
    if not gone.purged_utc:
        return wording.text(_GONE), wording.text(_GONE_WHY, call=call)
    words = wording.text(
        _PURGED_BY.get(gone.why, _PURGED_OTHERWISE),
        call=call,
        day=local_time(gone.purged_utc, zone),
        who=plain_text(gone.who),
        law=plain_text(gone.law or gone.why),
    )
    return wording.text(_PURGED), words


def outcome_words(outcome: str, wording: Wording, names: OutcomeNames) -> str:
    """What came of an attempt."""
    if outcome == "inbound":
        return wording.text(DIRECTIONS["inbound"])
    if outcome == "conversation":
        return wording.text(_TALKED)
    if outcome in OUTCOMES:
        return wording.term(OUTCOMES, outcome)
    return plain_text(names.name(outcome, wording.interface_code))


def unknown_rows(call: CaseCall, wording: Wording) -> Iterator[tuple[str, str]]:
    """What of a call is not known: when, and why."""
    plain = PlainCall(wording)
    for unknown in unknown_in(call):
        at = clock(unknown.at_s) if unknown.at_s is not None else ""
        if unknown.gap is not None:
            for line in plain.lines((unknown.gap,)):
                yield at, plain_text(line.partition("  ")[2].strip())
            continue
        yield _span(at, unknown), wording.text(_SILENCES[unknown.why])


def _span(at: str, unknown: Unknown) -> str:
    if unknown.at_s is None or not unknown.duration_s:
        return at
    return f"{at}–{clock(unknown.at_s + unknown.duration_s)}"


def handed_rows(call: CaseCall, wording: Wording) -> Iterator[tuple[str, str]]:
    """Into whose hands a call came, and when."""
    for one in call.handed:
        line = wording.text(_HANDED[one.how], who=plain_text(one.who) or "—")
        reason = f" · {plain_text(one.reason)}" if one.reason else ""
        yield local_time(one.at_utc, call.told.call.zone), line + reason


# ---- reply clocks --------------------------------------------------------------------------------


def matter_rows(came: Came, number: int, today: date, wording: Wording) -> MatterRows:
    """One complaint or dispute.

    Args:
        came: it, with its clocks.
        number: of the call that it came up in, 0: none.
        today: the day to which days are counted.
        wording: the reader's words.
    """
    text = wording.text
    on = wording.day(came.on) if came.on is not None else text(_TIMELESS)
    nothing = ""
    if not came.deadline_known:
        place = wording.term(terms.JURISDICTIONS, came.jurisdiction)
        nothing = text(_NO_DEADLINE, place=place) if came.jurisdiction else text(_NO_PLACE)
    return MatterRows(
        title=f"{TaskWords(wording).kind(came.matter.value)} · {on}",
        about=" · ".join(filter(None, _became(came, wording))),
        call=number,
        call_title=text(CALL, number=number),
        clocks=tuple(_clock_row(running, came, today, wording) for running in came.runs),
        nothing=nothing,
    )


def _became(came: Came, wording: Wording) -> Iterator[str]:
    if not came.call:
        yield wording.text(_NAMED_BY_HAND)
    if came.task is not None:
        words = TaskWords(wording)
        yield words.owner(came.task.owner)
        yield wording.term(_STATES, came.task.state.value)
    if came.done_on is not None:
        yield wording.text(_DESK_CLOSED, day=wording.day(came.done_on))


def _clock_row(running: Running, came: Came, today: date, wording: Wording) -> ClockRow:
    rule = running.clock
    owed = rule.label.name(wording.interface_code)
    if rule.whose is Whose.CUSTOMER:
        owed = wording.text(_MAY, may=owed)
    status = wording.term(terms.LAW_STATUS, rule.verified_law)
    over, left = _left(running, came, today, wording)
    return ClockRow(owed, _due(running, wording), left, f"{rule.citation} ({status})", over)


def _due(running: Running, wording: Wording) -> str:
    rule = running.clock
    if running.due is not None:
        day = wording.day(running.due)
        if rule.begins is Begins.FIRST_CONTACT:
            return wording.text(_FROM_FIRST, day=day)
        return day
    if rule.days is None and rule.months is None:
        return wording.text(_UNTIL_DONE)
    length = (
        wording.text(_DAYS, count=rule.days)
        if rule.days is not None
        else wording.text(_MONTHS, count=rule.months or 0)
    )
    return wording.text(_BEGINS[rule.begins], length=length)


def _left(running: Running, came: Came, today: date, wording: Wording) -> tuple[bool, str]:
    """Whether a day is over, and the days in words; a matter that is closed runs no more."""
    # What was owed after the first contact is not done by closing the complaint.
    closed = came.done_on if running.clock.begins is Begins.RECEIVED else None
    left = running.days_left(closed or today)
    if left is None:
        return False, ""
    if left < 0:
        return True, wording.text(_OVER, count=-left)
    if closed is not None:
        return False, ""
    return False, wording.text(_LEFT, count=left) if left else wording.text(_LAST)


def zone_day(at: datetime) -> date:
    """The day (UTC) of a moment."""
    return at.astimezone(UTC).date()
