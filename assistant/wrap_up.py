"""After a call: how it ended, what that asks for, when the customer is contacted next, a note.

Owns the value that the agent confirms, what the call fills in by itself, and the step from typed
fields to the value or to what is still wanting.  Pure; keeping it is the record's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from assistant.call_view import CallView
from assistant.transcript_rows import DoingRow
from assistant.typed_values import NotUnderstood, Reading, day_typed, plain, value_typed
from scripts.account import Promise
from scripts.outcomes import Outcome, OutcomeField, Value, missing, proposed
from scripts.outcomes_summary import About, Happening, Item, Summary, counted, summarise
from scripts.prompt import PASSED_ON

LONGEST_NOTE = 500

NEXT_CONTACT = "next_contact"
"""The name of the field that every outcome has which may be followed by a contact."""

_KEPT = (About.REASON, About.OBJECTION, About.OPTION, About.COMPLAINT)
"""What is kept with a wrap-up: what the call was about.  Findings and statements are kept with the
call itself, and are about the agent."""


@dataclass(frozen=True, slots=True)
class WrapUp:
    """What the agent confirmed: an outcome's id, the day of the next contact, a note, its fields.

    `values` are what was filled in, by field id.  `missing` are mandatory fields that were not: the
    agent left without them.  `happened` is what the call was about, counted.
    """

    outcome: str
    next_contact: date | None = None
    note: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    happened: Mapping[About, tuple[Item, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanting:
    """Why a wrap-up is not confirmed yet: the field, and whether what stands in it was not
    understood (else it is empty)."""

    field: str
    not_understood: bool


def next_contact_of(typed: str, today: date) -> date | None:
    """The day meant by what was typed; `None`: no day.

    Raises:
        NotUnderstood: it is no day from today on, within a year.
    """
    return day_typed(typed, Reading(today))


def outcome_numbered(outcomes: Sequence[Outcome], typed: str) -> Outcome | None:
    """The outcome whose number was typed; `None` where there is none."""
    typed = plain(typed)
    number = int(typed) if re.fullmatch(r"[0-9]{2}", typed) else -1
    return next((outcome for outcome in outcomes if outcome.number == number), None)


def fields_of(outcome: Outcome | None) -> tuple[OutcomeField, ...]:
    """What an outcome asks for, the mandatory first; nothing before there is one."""
    return () if outcome is None else (*outcome.mandatory, *outcome.optional)


# ---- what the call knows -------------------------------------------------------------------------


def proposed_outcome(view: CallView, outcomes: Sequence[Outcome]) -> Outcome | None:
    """What the call suggests: by its keys and where its script ended; the agent decides."""
    return proposed(outcomes, _happened(view))


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
    if view.passed_to:
        yield PASSED_ON


def filled_in(view: CallView, outcome: Outcome | None, today: date) -> Mapping[str, Value]:
    """What the call knows of an outcome's fields: of the promise that was confirmed in it.

    Where it was promised in parts it is the first of them, whose day comes first.  What was heard
    and not confirmed, a payment that is said to be made above all, fills in nothing.
    """
    asked = {item.id for item in fields_of(outcome)}
    promise = view.agreed
    if promise is None or "due_on" not in asked:
        return {}
    parts = [
        (part.day, part.amount, part.method)
        for part in promise.promised.parts
        if part.day is not None and part.amount is not None
    ]
    if not parts:
        return {}
    day, amount, method = min(parts, key=lambda part: part[0])
    # Of a plan it is the first payment; the whole of it is another figure.
    known: dict[str, Value] = {"first_amount" if "first_amount" in asked else "amount": amount}
    if day >= today:
        known["due_on"] = day
    if method:
        known["method"] = method
    return {name: value for name, value in known.items() if name in asked}


def summary_of(
    view: CallView,
    outcome: Outcome,
    values: Mapping[str, Value],
    happenings: Sequence[Happening],
    today: date,
) -> Summary:
    """What the call came to, if it ended so."""
    promises = [
        Promise(today, part.day, part.amount)
        for part in (view.agreed.promised.parts if view.agreed is not None else ())
        if part.day is not None and part.amount is not None
    ]
    return summarise(happenings, outcome, values, promises, today)


def promised_on(outcome: Outcome | None, values: Mapping[str, Value]) -> tuple[date, ...]:
    """The day on which a promise falls due that the account holds from now on."""
    day = values.get("due_on")
    held = outcome is not None and outcome.one_active and isinstance(day, date)
    return (day,) if held and isinstance(day, date) else ()


# ---- what was typed ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields of the sheet: `fields` by id, the next contact, the note."""

    fields: Mapping[str, str]
    next_contact: str
    note: str


def values_typed(outcome: Outcome | None, typed: Typed, reading: Reading) -> Mapping[str, Value]:
    """What is understood of an outcome's fields; the others are left out."""
    values: dict[str, Value] = {}
    for item in fields_of(outcome):
        try:
            value = value_typed(item, typed.fields.get(item.id, ""), reading)
        except NotUnderstood:
            continue
        if value is not None:
            values[item.id] = value
    return values


def wanting(outcome: Outcome, typed: Typed, reading: Reading) -> Wanting | None:
    """The first thing that still keeps a wrap-up from being confirmed; `None`: nothing does."""
    for item in fields_of(outcome):
        try:
            value_typed(item, typed.fields.get(item.id, ""), reading)
        except NotUnderstood:
            return Wanting(item.id, not_understood=True)
    values = values_typed(outcome, typed, reading)
    lacking = missing(outcome, values, reading.today)
    if lacking:
        return Wanting(lacking[0], not_understood=lacking[0] in values)
    try:
        day = day_typed(typed.next_contact, reading)
    except NotUnderstood:
        return Wanting(NEXT_CONTACT, not_understood=True)
    if day is not None and not outcome.next_contact:
        return Wanting(NEXT_CONTACT, not_understood=False)
    return None


def wrapped_up(
    outcome: Outcome, typed: Typed, reading: Reading, happenings: Sequence[Happening]
) -> WrapUp:
    """The wrap-up as far as it is filled in and understood; what is not, it names as missing."""
    values = values_typed(outcome, typed, reading)
    lacking = missing(outcome, values, reading.today)
    values = {name: value for name, value in values.items() if name not in lacking}
    try:
        day = day_typed(typed.next_contact, reading) if outcome.next_contact else None
    except NotUnderstood:
        day = None
    items = counted(happenings)
    return WrapUp(
        outcome=outcome.id,
        next_contact=day,
        note=typed.note.strip(),
        values=values,
        missing=lacking,
        happened={about: items[about] for about in _KEPT if items[about]},
    )


def due_for_list(wrap_up: WrapUp, outcomes: Sequence[Outcome]) -> date | None:
    """The day that the work list is told: of a promise when it falls due, else the next contact."""
    outcome = next((one for one in outcomes if one.id == wrap_up.outcome), None)
    due = promised_on(outcome, wrap_up.values)
    if due:
        return due[0]
    callback = wrap_up.values.get("callback_on")
    if wrap_up.outcome == "callback" and isinstance(callback, date):
        return callback
    return wrap_up.next_contact
