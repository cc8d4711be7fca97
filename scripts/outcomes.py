"""How a call ended: the disposition codes, and what each of them demands.

Owns the table of outcomes (`outcomes.yaml`), its strict reading, which outcome is proposed after
what happened in a call, what is still missing before one can be kept, when the next step falls due
and whom not to contact until when.  It computes days, never hours: permitted hours, holidays and
limits of contact are the caller's business, as is the keeping.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from importlib.resources import as_file, files
from pathlib import Path

from compliance.documents import load_document
from compliance.errors import BadInput
from scripts import outcomes_file
from scripts.outcomes_file import FieldKind, Whom

Value = Decimal | date | time | int | str | bool
"""What a field may hold: an amount, a day, a time, a count, a text or choice, yes or no."""

LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Named:
    """A name in every language of the interface, by its code (`en`, `zh-Hant`, `zh-Hans`)."""

    names: tuple[tuple[str, str], ...]

    def name(self, code: str) -> str:
        """The name in an interface language; English where there is none."""
        names = dict(self.names)
        return names.get(code, names["en"])


@dataclass(frozen=True, slots=True)
class OutcomeField:
    """Something an outcome asks for; `choices` are those of a choice, by slug."""

    id: str
    kind: FieldKind
    label: Named
    choices: tuple[tuple[str, Named], ...] = ()


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What happens next: `after_days` from the call, or after the day in a field."""

    action: str
    label: Named
    after_days: int = 0
    on_field: str = ""


@dataclass(frozen=True, slots=True)
class Suppression:
    """Whom not to contact; without `days` and `until_field` until somebody lifts it."""

    whom: Whom
    days: int | None = None
    until_field: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way in which a call ends.

    `number` is what the agent types; `after` are exits, objections and stages after which it is
    proposed; `next_contact` is whether a day for the next contact may be set.  `right_party`: only
    somebody verified can have brought it about; `stops`: it ends all collection talk; `route`: the
    exit of the flow that it goes with; `one_active`: a promise, of which an account holds only one.
    """

    id: str
    number: int
    group: Named
    label: Named
    after: frozenset[str]
    next_contact: bool
    follow_up: FollowUp
    mandatory: tuple[OutcomeField, ...] = ()
    optional: tuple[OutcomeField, ...] = ()
    suppress: Suppression | None = None
    right_party: bool = False
    stops: bool = False
    route: str = ""
    one_active: bool = False


def load_outcomes(path: Path | None = None) -> tuple[Outcome, ...]:
    """The outcomes that ship, or those of a file of the same form, by group.

    Raises:
        BadInput: the file is broken; all faults are told, with line and column.
    """
    if path is None:
        with as_file(files("scripts") / "outcomes.yaml") as shipped:
            return load_outcomes(shipped)
    document = load_document(path, outcomes_file.File)
    faults = tuple(outcomes_file.faults(document))
    if faults:
        raise BadInput("The outcomes cannot be used", faults)
    read = document.value
    fields = {name: _field(name, item) for name, item in read.fields.items()}
    return tuple(
        Outcome(
            id=entry.id,
            number=entry.number,
            group=Named(group.name.by_language()),
            label=Named(entry.name.by_language()),
            after=frozenset(entry.after),
            next_contact=entry.next,
            follow_up=FollowUp(
                entry.follow_up.action,
                Named(read.actions[entry.follow_up.action].by_language()),
                entry.follow_up.after_days or entry.follow_up.days_after_field,
                entry.follow_up.on_field,
            ),
            mandatory=tuple(fields[name] for name in entry.mandatory),
            optional=tuple(fields[name] for name in entry.optional),
            suppress=_suppression(entry.suppress),
            right_party=entry.right_party,
            stops=entry.stops,
            route=entry.route,
            one_active=entry.one_active,
        )
        for group in read.groups
        for entry in group.outcomes
    )


def _field(name: str, item: outcomes_file.FieldEntry) -> OutcomeField:
    choices = tuple((slug, Named(it.by_language())) for slug, it in item.choices.items())
    return OutcomeField(name, item.kind, Named(item.names.by_language()), choices)


def _suppression(item: outcomes_file.SuppressEntry | None) -> Suppression | None:
    return None if item is None else Suppression(item.whom, item.days, item.until_field)


def proposed(outcomes: Iterable[Outcome], happened: Iterable[str]) -> Outcome | None:
    """The outcome to propose: of what happened last, as far as it ends calls.

    Args:
        outcomes: those there are.
        happened: slugs of exits, objections and stages, the latest last.
    """
    known = tuple(outcomes)
    for slug in reversed(tuple(happened)):
        for outcome in known:
            if slug in outcome.after:
                return outcome
    return None


def missing(outcome: Outcome, values: Mapping[str, Value], today: date) -> tuple[str, ...]:
    """The ids of fields that still keep an outcome from being kept, in the order they are asked.

    A mandatory field is missing where it is not filled; any field where what is filled cannot be:
    an amount of nothing or less, a promised day in the past, a payment made in the future, a choice
    there is not, a blank text.  A value for a field that the outcome does not have counts too.

    Args:
        outcome: the outcome to be kept.
        values: what was filled, by field id.
        today: the day of the call, where the desk is.
    """
    asked = {item.id: item for item in (*outcome.mandatory, *outcome.optional)}
    faulty = [item.id for item in outcome.mandatory if item.id not in values]
    faulty += [
        name
        for name, value in values.items()
        if name not in asked or not _can_be(asked[name], value, today)
    ]
    order = [*asked, *(name for name in values if name not in asked)]
    return tuple(sorted(set(faulty), key=order.index))


def _can_be(item: OutcomeField, value: Value, today: date) -> bool:
    match item.kind:
        case FieldKind.AMOUNT:
            return isinstance(value, Decimal) and value.is_finite() and value > 0
        case FieldKind.PAST_DATE:
            return isinstance(value, date) and value <= today
        case FieldKind.FUTURE_DATE:
            return isinstance(value, date) and value >= today
        case FieldKind.TIME:
            return isinstance(value, time)
        case FieldKind.COUNT:
            return isinstance(value, int) and not isinstance(value, bool) and value >= 1
        case FieldKind.CHOICE:
            return value in {slug for slug, _ in item.choices}
        case FieldKind.YES_NO:
            return isinstance(value, bool)
        case FieldKind.TEXT:
            return isinstance(value, str) and 0 < len(value.strip()) <= LONGEST_TEXT


def follow_up_on(outcome: Outcome, called_on: date, values: Mapping[str, Value]) -> date | None:
    """The day the next step falls due; `None` where it hangs on a day that was not filled."""
    follow = outcome.follow_up
    begin = _day(values, follow.on_field) if follow.on_field else called_on
    return None if begin is None else begin + timedelta(days=follow.after_days)


def suppressed_until(outcome: Outcome, called_on: date, values: Mapping[str, Value]) -> date | None:
    """The last day without contact; `date.max` until somebody lifts it, `None`: none at all.

    A suppression that hangs on a day that was not filled holds until somebody lifts it: the side
    on which nobody is called who should not be.
    """
    rule = outcome.suppress
    if rule is None:
        return None
    if rule.days is not None:
        return called_on + timedelta(days=rule.days)
    until = _day(values, rule.until_field) if rule.until_field else None
    return until if until is not None else date.max


def _day(values: Mapping[str, Value], name: str) -> date | None:
    value = values.get(name)
    return value if isinstance(value, date) else None
