"""After a call: how it ended, when the customer is contacted next, a note.

Owns the value that the agent confirms and the reading of what was typed for it.  Pure; keeping it
is the record's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.call_view import CallView
from assistant.transcript_rows import DoingRow
from scripts.outcomes import Outcome, proposed

LONGEST_NOTE = 500
MOST_DAYS = 366
"""A next contact lies within a year."""

_IN_DAYS = re.compile(r"\+([0-9]{1,3})\Z")
_ISO = re.compile(r"(?:([0-9]{4})[-/])?([0-9]{1,2})[-/]([0-9]{1,2})\Z")


@dataclass(frozen=True, slots=True)
class WrapUp:
    """What the agent confirmed: an outcome's id, the day of the next contact, a note."""

    outcome: str
    next_contact: date | None = None
    note: str = ""


class NotUnderstood(ValueError):
    """What was typed is no day to call on."""


def next_contact_of(typed: str, today: date) -> date | None:
    """The day meant by `2026-12-05`, `12-05`, `12/5` or `+3` (days from today); `None`: no day.

    A day without a year is the next such day.

    Raises:
        NotUnderstood: it is none of these, in the past, or more than a year ahead.
    """
    typed = _plain(typed)
    if not typed:
        return None
    in_days = _IN_DAYS.match(typed)
    day = today + timedelta(days=int(in_days[1])) if in_days else _written(typed, today)
    if not today <= day <= today + timedelta(days=MOST_DAYS):
        raise NotUnderstood
    return day


def _plain(typed: str) -> str:
    """Full-width digits are what an input method makes of digits."""
    return unicodedata.normalize("NFKC", typed).strip()


def _written(typed: str, today: date) -> date:
    parts = _ISO.match(typed)
    if parts is None:
        raise NotUnderstood
    month, day = int(parts[2]), int(parts[3])
    try:
        if parts[1]:
            return date(int(parts[1]), month, day)
        found = date(today.year, month, day)
        return found if found >= today else date(today.year + 1, month, day)
    except ValueError:
        raise NotUnderstood from None


def outcome_numbered(outcomes: Sequence[Outcome], typed: str) -> Outcome | None:
    """The outcome whose number was typed; `None` where there is none."""
    typed = _plain(typed)
    number = int(typed) if re.fullmatch(r"[0-9]{2}", typed) else -1
    return next((outcome for outcome in outcomes if outcome.number == number), None)


def proposed_outcome(view: CallView, outcomes: Sequence[Outcome]) -> Outcome | None:
    """What the call suggests: by its keys and where its script ended; the agent decides."""
    return proposed(outcomes, _happened(view))


def contact_after(view: CallView, today: date) -> date | None:
    """The day on which a confirmed promise falls due first: until then nobody calls about it."""
    promise = view.agreed
    if promise is None:
        return None
    first = min(part.day for part in promise.promised.parts if part.day is not None)
    return first if today <= first <= today + timedelta(days=MOST_DAYS) else None


def _happened(view: CallView) -> Iterator[str]:
    if view.agreed is not None:
        yield "commitment"
    prompt = view.prompt
    if prompt is not None and "commitment" in prompt.done:
        yield "commitment"
    for row in view.rows:
        if isinstance(row, DoingRow):
            yield row.doing
    if prompt is not None and prompt.stage not in prompt.stages:
        yield prompt.stage
