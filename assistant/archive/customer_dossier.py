"""All calls of one customer laid open for a complaint, as one page that needs nothing else.

Owns the page: the state of the seal first, then what is known of the customer, the reply clocks,
the timeline with its gaps, and each call as the dossier of one call has it.  It reads no store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from assistant.archive import case_rows
from assistant.archive.case import Case
from assistant.archive.case_clocks import Came
from assistant.archive.case_timeline import timeline
from assistant.archive.dossier import call_values, made_on, rendered, titles
from assistant.archive.dossier_rows import proof_lines
from assistant.archive.lines import REDACTED
from assistant.archive.outcome_names import OutcomeNames
from assistant.interface_text import N_
from assistant.record.kept import KeptCall
from assistant.screens.review_lines import local_time, plain_text
from assistant.wording import Wording

_TITLES = {
    "title": N_("Dossier of a customer"),
    "redacted": REDACTED,
    "seal": N_("State of the seal"),
    "customer": N_("What is known"),
    "clocks": N_("By when to answer"),
    "owed": N_("What is owed"),
    "by": N_("By"),
    "left": N_("Time"),
    "timeline": N_("Every call and attempt that is known"),
    "no_matter": N_(
        "No complaint or dispute is known from these calls. One that came otherwise is counted from"
        " the day that --received names."
    ),
    "no_lawyer": N_(
        "The days are those of the rules that this program holds; no lawyer has reviewed them."
    ),
}
_NOT_WHOLE = N_("The record of these calls is not whole:")
_ONLY_KNOWN = N_(
    "Only what this store and this machine's list of attempts hold. With the program off, or"
    " on another machine without this store, nothing was written down: that no call stands here"
    " does not say that none was made."
)
_NO_MESSAGES = N_("Letters, text messages and e-mail are not kept by this program.")
_PURGED_UNKNOWN = N_(
    "Purged calls of which nobody can say any more whose they were: {count}. Whether this"
    " customer's were among them is not known."
)
_UNREAD = N_("Lines of the list of attempts that could not be read: {count}")
_CLOCK_OF = N_("Clock of the timeline")
_LINKED = N_("Linked accounts")
_CALLS = N_("Calls kept")
_TRIED = N_("Attempts without a kept call")
_GONE = N_("Calls that are gone")
_CLOSED = N_("Calls left closed")

WordingFor = Callable[[KeptCall], Wording]
"""The words for one call, with the rule texts there are for it."""


@dataclass(frozen=True, slots=True)
class CustomerParts:
    """What the page is made of; `zone` is the desk's by which the timeline is told."""

    case: Case
    matters: tuple[Came, ...]
    zone: str
    made_at: datetime
    redacted: bool

    @property
    def today(self) -> date:
        """The day to which days are counted, by the clock of whoever made it."""
        return self.made_at.date()


def customer_page(
    parts: CustomerParts, wording: Wording, wording_for: WordingFor, names: OutcomeNames
) -> str:
    """The page, HTML."""
    case = parts.case
    numbers = {one.told.call.id: n for n, one in enumerate(case.calls, start=1)}
    values = {
        "t": titles(wording)
        | {name: wording.text(msgid) for name, msgid in _TITLES.items()}
        | {"made": made_on(parts.made_at, wording)},
        "named": "" if parts.redacted else plain_text(case.accounts[0]),
        "redacted": parts.redacted,
        "proof": [*_seal(parts, wording)],
        "about": [*_about(parts, wording)],
        "caveats": [*_caveats(case, wording)],
        "matters": [
            case_rows.matter_rows(came, numbers.get(came.call, 0), parts.today, wording)
            for came in parts.matters
        ],
        "timeline": [
            case_rows.timeline_row(entry, parts.zone or "UTC", wording, names)
            for entry in timeline(case, case_rows.zone_day(parts.made_at))
        ],
        "calls": [
            call_values(one, wording_for(one.told.call), names)
            | {
                "title": f"{wording.text(case_rows.CALL, number=n)} · "
                + local_time(one.told.call.started_at_utc, one.told.call.zone)
            }
            for n, one in enumerate(case.calls, start=1)
        ],
    }
    return rendered("customer_dossier.html.j2", values, wording)


def _seal(parts: CustomerParts, wording: Wording) -> Iterator[str]:
    faults = parts.case.proof.faults
    if faults:
        yield wording.text(_NOT_WHOLE)
        yield from map(plain_text, faults)
    else:
        yield from proof_lines(parts.case.proof, wording)


def _about(parts: CustomerParts, wording: Wording) -> Iterator[tuple[str, str]]:
    case = parts.case
    if not parts.redacted:
        yield wording.text("Account"), plain_text(case.accounts[0])
        named = [one.told.account for one in case.calls if one.told.account is not None]
        if named:
            yield wording.text("Customer"), plain_text(wording.customer(named[-1]))
        if len(case.accounts) > 1:
            yield wording.text(_LINKED), plain_text(" · ".join(case.accounts[1:]))
    yield wording.text(_CALLS), str(len(case.calls))
    for title, count in (
        (_TRIED, len(case.tried)),
        (_GONE, len(case.gone)),
        (_CLOSED, len(case.closed)),
    ):
        if count:
            yield wording.text(title), str(count)
    yield wording.text(_CLOCK_OF), plain_text(parts.zone or "UTC")


def _caveats(case: Case, wording: Wording) -> Iterator[str]:
    yield wording.text(_ONLY_KNOWN)
    yield wording.text(_NO_MESSAGES)
    if case.purged_unknown:
        yield wording.text(_PURGED_UNKNOWN, count=case.purged_unknown)
    if case.unread:
        yield wording.text(_UNREAD, count=case.unread)
