"""What happened in a call that somebody else must deal with: signs in, tasks out.

Owns the kinds of tasks and their owners (`tasks.yaml`), its strict reading, when a task falls due,
and `TaskLedger`, which turns the signs of one call into its tasks: one for a matter, however often
it comes up, taken back when nothing is left of it.  Pure: it reads no clock, stores nothing, words
nothing but the names in its file, and knows no event of the call.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

from compliance.documents import load_document
from compliance.errors import BadInput
from compliance.findings import VerifiedLaw
from compliance.pack_cache import USERS
from scripts import tasks_file
from scripts.outcomes import Named, load_outcomes

HELP = "help"
"""The reason of an agent who asks for a supervisor and gives none."""

MOST_SIGNS = 40
"""Of one task: whoever leans on a key says nothing new, and each change is told with all of it."""


class SignOf(StrEnum):
    """What a sign of a matter is; the value is what is stored."""

    EXIT = "exit"
    OBJECTION = "objection"
    ROUTE = "route"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that may raise a task.

    `slug` is the exit's, objection's, route's or reason's; `utterance` the id of the words it was
    heard in, `finding` that of what a rule found in them; both empty where a key said it.
    `at_s` is seconds of call time.
    """

    of: SignOf
    slug: str
    at_s: float
    utterance: str = ""
    finding: str = ""

    @property
    def by_key(self) -> bool:
        """Whether the agent said so, and nobody heard it."""
        return not self.utterance


@dataclass(frozen=True, slots=True)
class Task:
    """One matter of a call: `id` counts within the call, `reason` is the slug that raised it.

    `evidence` are its signs as far as they stand, in the order in which they came; none: the task
    is withdrawn.
    """

    id: str
    kind: str
    owner: str
    reason: str
    raised_s: float
    evidence: tuple[Sign, ...]

    @property
    def stands(self) -> bool:
        """Whether anything of it is left."""
        return bool(self.evidence)

    @property
    def utterances(self) -> tuple[str, ...]:
        """The ids of the words that speak for it, each once."""
        return tuple(dict.fromkeys(sign.utterance for sign in self.evidence if sign.utterance))


@dataclass(frozen=True, slots=True)
class Owner:
    """A desk; `roles` are those of the record's users who deal with its tasks."""

    id: str
    label: Named
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Within:
    """How soon: so many `hours`, or on the last of so many `days` (0: the same day)."""

    hours: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day that a law sets, and how far the citation was checked."""

    jurisdiction: str
    days: int
    citation: str
    verified_law: VerifiedLaw


@dataclass(frozen=True, slots=True)
class TaskKind:
    """What a task may be about; see `tasks.yaml`.

    `signs` are what raises it, `pressed` objections that do by key alone; `action` is the follow-up
    of the outcome that it goes with, empty where it goes with none.
    """

    id: str
    label: Named
    owner: Owner
    signs: frozenset[tuple[SignOf, str]]
    within: Within
    law: tuple[Deadline, ...] = ()
    pressed: frozenset[str] = frozenset()
    over: frozenset[str] = frozenset()
    firm: bool = False
    action: str = ""

    def law_in(self, jurisdiction: str) -> Deadline | None:
        """The day that the law of a place sets, where it sets one."""
        return next((law for law in self.law if law.jurisdiction == jurisdiction), None)


@dataclass(frozen=True, slots=True)
class TaskKinds:
    """All kinds and owners, in the order of their file."""

    kinds: tuple[TaskKind, ...]
    owners: tuple[Owner, ...]

    def kind(self, kind: str) -> TaskKind | None:
        """A kind by its id; `None` for one that an earlier or later version knew."""
        return next((one for one in self.kinds if one.id == kind), None)

    def owner(self, owner: str) -> Owner | None:
        """An owner by its id; `None` likewise."""
        return next((one for one in self.owners if one.id == owner), None)

    def raised_by(self, sign: Sign) -> TaskKind | None:
        """The kind of task that a sign raises; most signs raise none."""
        for kind in self.kinds:
            if (sign.of, sign.slug) in kind.signs:
                return kind
            if sign.by_key and sign.of is SignOf.OBJECTION and sign.slug in kind.pressed:
                return kind
        return None


@dataclass(frozen=True, slots=True)
class Due:
    """By when a task is to be dealt with, and whose word that is.

    `at` is in UTC; `by_day` is whether the whole of its day counts.  `law` is what the law of the
    call's place says, also where policy is earlier; `by_law` whether the law is what counts.
    """

    at: datetime
    by_day: bool
    by_law: bool
    law: Deadline | None


def due(kind: TaskKind, raised_at: datetime, zone: tzinfo, jurisdiction: str) -> Due:
    """When a task falls due: by policy or by law, whichever is earlier.

    Args:
        kind: what it is about.
        raised_at: when it was raised, with an offset.
        zone: the desk's, whose days count.
        jurisdiction: whose law.
    """
    law = kind.law_in(jurisdiction)
    own = kind.within
    by_policy = (
        raised_at.astimezone(UTC) + timedelta(hours=own.hours)
        if own.hours
        else _end_of(raised_at, own.days, zone)
    )
    if law is not None:
        by_law = _end_of(raised_at, law.days, zone)
        if by_law < by_policy:
            return Due(by_law, by_day=True, by_law=True, law=law)
    return Due(by_policy, by_day=not own.hours, by_law=False, law=law)


def law_day(law: Deadline, raised_at: datetime, zone: tzinfo) -> date:
    """The day that a law sets for a task that was raised then."""
    return raised_at.astimezone(zone).date() + timedelta(days=law.days)


def _end_of(raised_at: datetime, days: int, zone: tzinfo) -> datetime:
    """The last minute of the day, so many days on, by the desk's clock."""
    day = raised_at.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(23, 59), zone).astimezone(UTC)


class TaskLedger:
    """The tasks of one call, in the order in which they were raised."""

    def __init__(self, kinds: TaskKinds) -> None:
        self._kinds = kinds
        self._tasks: dict[str, Task] = {}

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Every task, withdrawn ones included."""
        return tuple(self._tasks.values())

    def take(self, signs: Iterable[Sign]) -> tuple[Task, ...]:
        """Take in what came at one moment; the tasks that it raised or that grew by it.

        A matter that another one takes the place of (a fraud is a dispute, too) is no second task
        where both come in the same words, or while the other one stands.
        """
        known = [(sign, self._kinds.raised_by(sign)) for sign in signs]
        raising = [(sign, kind) for sign, kind in known if kind is not None]
        present = {kind.id for _sign, kind in raising} | {
            kind for kind, task in self._tasks.items() if task.stands
        }
        taking = [(sign, kind, self._taker(kind, present)) for sign, kind in raising]
        # A matter is named after its own sign, not after one that it takes from another.
        taking.sort(key=lambda one: one[1] is not one[2])
        changed: dict[str, Task] = {}
        for sign, _kind, taker in taking:
            before = self._tasks.get(taker.id)
            task = self._grown(taker, sign)
            if task != before:
                self._tasks[taker.id] = changed[taker.id] = task
        return tuple(changed.values())

    def take_back(self, of: SignOf, slug: str) -> tuple[Task, ...]:
        """The agent says that this was none; the tasks that it withdrew or that shrank by it.

        The whole matter goes, with all that was heard of it; of a firm one only what keys said.
        """
        kind = self._kinds.raised_by(Sign(of, slug, 0.0))
        task = self._tasks.get(kind.id) if kind is not None else None
        if kind is None or task is None:
            return ()
        left = tuple(sign for sign in task.evidence if kind.firm and not sign.by_key)
        return self._left(task, left)

    def lose(self, finding: str) -> tuple[Task, ...]:
        """A finding was withdrawn; the tasks that it withdrew or that shrank by it."""
        return tuple(
            changed
            for task in self.tasks
            for changed in self._left(
                task, tuple(sign for sign in task.evidence if sign.finding != finding)
            )
        )

    def _taker(self, kind: TaskKind, present: set[str]) -> TaskKind:
        """The kind to which a sign of `kind` goes, among those that are there."""
        own = self._tasks.get(kind.id)
        if own is not None and own.stands:
            return kind
        over = (one for one in self._kinds.kinds if kind.id in one.over and one.id in present)
        return next(over, kind)

    def _grown(self, kind: TaskKind, sign: Sign) -> Task:
        task = self._tasks.get(kind.id)
        if task is None:
            number = f"t{len(self._tasks) + 1}"
            return Task(number, kind.id, kind.owner.id, sign.slug, sign.at_s, (sign,))
        if not task.stands:
            return replace(task, reason=sign.slug, raised_s=sign.at_s, evidence=(sign,))
        if len(task.evidence) >= MOST_SIGNS or any(_same(sign, one) for one in task.evidence):
            return task
        return replace(task, evidence=(*task.evidence, sign))

    def _left(self, task: Task, evidence: tuple[Sign, ...]) -> tuple[Task, ...]:
        if evidence == task.evidence:
            return ()
        shrunk = self._tasks[task.kind] = replace(task, evidence=evidence)
        return (shrunk,)


def _same(one: Sign, other: Sign) -> bool:
    """The same words saying the same thing are told once, though several ears hear them."""
    return (
        one.of is other.of
        and one.slug == other.slug
        and (
            one.utterance == other.utterance
            if one.utterance or other.utterance
            else one.at_s == other.at_s
        )
    )


@cache
def shipped_tasks() -> TaskKinds:
    """The kinds and owners that ship."""
    with as_file(files("scripts") / "tasks.yaml") as shipped:
        return load_tasks(shipped)


def load_tasks(path: Path) -> TaskKinds:
    """The kinds and owners of a file.

    Raises:
        BadInput: the file is broken; all faults are told, with line and column.
    """
    document = load_document(path, tasks_file.File, USERS)
    known = {outcome.id: outcome for outcome in load_outcomes()}
    faults = tuple(tasks_file.faults(document, known))
    if faults:
        raise BadInput(
            f"{path} cannot be used",
            faults,
            "Mend it; without such a file the tasks that ship hold.",
        )
    actions = {name: outcome.follow_up.action for name, outcome in known.items()}
    read = document.value
    owners = {
        name: Owner(name, Named(entry.names.by_language()), frozenset(entry.roles))
        for name, entry in read.owners.items()
    }
    kinds = tuple(
        TaskKind(
            id=entry.id,
            label=Named(entry.names.by_language()),
            owner=owners[entry.owner],
            signs=frozenset(_signs(entry)),
            within=Within(entry.within.hours or 0, entry.within.days or 0),
            law=tuple(
                Deadline(law.jurisdiction, law.days, law.citation, law.verified_law)
                for law in entry.law
            ),
            pressed=frozenset(entry.pressed),
            over=frozenset(entry.over),
            firm=entry.firm,
            action=actions.get(entry.outcome, ""),
        )
        for entry in read.kinds
    )
    return TaskKinds(kinds, tuple(owners.values()))


def _signs(entry: tasks_file.KindEntry) -> Iterable[tuple[SignOf, str]]:
    for of, slugs in (
        (SignOf.EXIT, entry.exits),
        (SignOf.OBJECTION, entry.objections),
        (SignOf.ROUTE, entry.routes),
        (SignOf.ASKED, entry.asked),
    ):
        for slug in slugs:
            yield of, slug
