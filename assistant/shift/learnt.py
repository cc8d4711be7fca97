"""What this program's own calls have taught since the list was made.

Owns the step from the outcomes of own attempts, and from the exits that stood in them, to what a
row then is: contacts, facts, promises, a callback.  Who asked this morning not to be called is not
called this afternoon because the list is of last night.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, tzinfo

from assistant.shift.journal import Attempt
from assistant.shift.rows import WorkRow
from scripts.tasks import SignOf, Task

FACTS = {
    "dispute": ("disputed",),
    "fraud": ("disputed",),
    "bankruptcy": ("insolvency", "bankrupt"),
    "deceased": ("deceased",),
    "cease_contact": ("cease_contact",),
    "attorney": ("represented",),
    "vulnerable": ("vulnerable",),
    "complaint": ("complaint_open",),
    "third_party_refused": ("third_party_refused",),
}
"""The facts of the file that an outcome makes true."""
STOPS = {
    "dispute": FACTS["dispute"],
    "complaint": FACTS["complaint"],
    "fraud": FACTS["fraud"],
    "represented": FACTS["attorney"],
    "cease_contact": FACTS["cease_contact"],
    "insolvency": FACTS["bankruptcy"],
    "deceased": FACTS["deceased"],
    "vulnerable": FACTS["vulnerable"],
}
"""The facts that an exit of a call makes true whatever its outcome is: a dispute that was passed on
is one."""
_PROMISES = frozenset({"promise", "promise_to_pay", "part_promise", "plan", "settlement"})
_CALLBACK = "callback"


def stops_of(tasks: Iterable[Task]) -> tuple[str, ...]:
    """The exits that stand in a call and stop or bar the next one, each once.

    An objection that was answered stops nothing, but who names a fraud has no exit of its own.

    Args:
        tasks: of the call, without those that were withdrawn.
    """
    signs = [sign for task in tasks for sign in task.evidence]
    said = [
        sign.slug
        for sign in signs
        if sign.of is SignOf.EXIT or (sign.of is SignOf.OBJECTION and sign.slug == "fraud")
    ]
    return tuple(slug for slug in dict.fromkeys(said) if slug in STOPS)


def newest(row: WorkRow) -> datetime | None:
    """When the newest of a row's sources was true; `None` where nobody knows."""
    return max((s.as_of for s in row.sources if s.as_of is not None), default=None)


def learnt(row: WorkRow, attempts: Iterable[Attempt], zone: tzinfo | None) -> WorkRow:
    """The row with what own attempts taught that its source cannot know yet.

    Args:
        row: as its source has it.
        attempts: of this account.
        zone: the customer's, in which a day of a callback begins; `None`: UTC.
    """
    known_until = newest(row)
    for attempt in sorted(attempts, key=lambda attempt: attempt.said_at):
        # A clock set back would make the source the newer one; it was read before the attempt.
        seen = attempt.list_as_of
        seen_by_then = seen is not None and known_until is not None and seen >= known_until
        if known_until is not None and attempt.said_at <= known_until and not seen_by_then:
            continue  # the source is newer: what it says, or leaves out, holds
        taught = [FACTS.get(attempt.outcome, ()), *(STOPS.get(slug, ()) for slug in attempt.stops)]
        facts = dict.fromkeys((fact for each in taught for fact in each), True)
        if facts:
            row = replace(row, facts={**row.facts, **facts})
        day = attempt.next_contact
        if day is None:
            continue
        if attempt.outcome in _PROMISES:
            row = replace(row, promises_due=(*(row.promises_due or ()), day))
        elif attempt.outcome == _CALLBACK:
            begins = datetime.combine(day, time(), zone or UTC)
            row = replace(row, callback_at=begins)
    return row
