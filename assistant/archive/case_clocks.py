"""The complaints and disputes of a case, and by when each is to be answered.

Owns what counts as one: a task that a call made of it, a call that ended as one, a day that whoever
asks for the dossier names.  The days come from `scripts.reply_clocks`.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from assistant.archive.case import Case, CaseCall
from assistant.record.tasks import KeptTask, TaskAct, TaskState, moment
from compliance.context import Collector
from compliance.local_time import zone_of
from scripts.reply_clocks import Begins, Matter, ReplyClocks, Running, run

_MATTERS = frozenset(matter.value for matter in Matter)


@dataclass(frozen=True, slots=True)
class Came:
    """A complaint or dispute: `call` is empty where its day was named by hand.

    `task` is what became of it, `done_on` the day on which its desk closed it.  `runs` are the
    clocks that hold; `deadline_known` is whether any of them sets a day for an answer.
    """

    matter: Matter
    on: date | None
    call: str
    jurisdiction: str
    runs: tuple[Running, ...]
    task: KeptTask | None = None
    done_on: date | None = None

    @property
    def deadline_known(self) -> bool:
        return any(running.clock.sets_a_day for running in self.runs)


def matters_of(case: Case, clocks: ReplyClocks, received: date | None) -> tuple[Came, ...]:
    """What the customer came with, by its day.

    Args:
        case: the customer's.
        clocks: those there are.
        received: the day on which a complaint came in otherwise, where there is one.
    """
    found = [came for call in case.calls for came in _of_call(call, case, clocks)]
    if received is not None:
        # Under whose law a letter is answered, the last call says.
        last = case.calls[-1] if case.calls else None
        found.append(_came(Matter.COMPLAINT, received, last, "", case, clocks))
    return tuple(sorted(found, key=lambda came: (came.on or date.max, came.call)))


def _of_call(call: CaseCall, case: Case, clocks: ReplyClocks) -> Iterator[Came]:
    kept, zone = call.told.call, zone_of(call.told.call.zone) or UTC
    told: set[str] = set()
    for task in call.told.tasks:
        if task.kind in _MATTERS and task.state is not TaskState.WITHDRAWN:
            told.add(task.kind)
            on = _day(task.raised_at_utc or kept.started_at_utc, zone)
            yield _came(Matter(task.kind), on, call, kept.id, case, clocks, task)
    end = call.told.wrap_up
    if end is not None and end.outcome in _MATTERS and end.outcome not in told:
        on = _day(kept.started_at_utc, zone)
        yield _came(Matter(end.outcome), on, call, kept.id, case, clocks)


def _came(
    matter: Matter,
    on: date | None,
    call: CaseCall | None,
    named: str,
    case: Case,
    clocks: ReplyClocks,
    task: KeptTask | None = None,
) -> Came:
    jurisdiction = call.told.call.jurisdiction if call is not None else ""
    collects = call.told.call.collector if call is not None else None
    collector = Collector(collects) if collects in set(Collector) else None
    first = case.calls[0].told.call if case.calls else None
    begun = {
        Begins.RECEIVED: on,
        Begins.FIRST_CONTACT: _day(first.started_at_utc, zone_of(first.zone) or UTC)
        if first is not None
        else None,
    }
    known = {begins: day for begins, day in begun.items() if day is not None}
    return Came(
        matter=matter,
        on=on,
        call=named,
        jurisdiction=jurisdiction,
        runs=tuple(run(clock, known) for clock in clocks.of(matter, jurisdiction, collector)),
        task=task,
        done_on=_done_on(task),
    )


def _done_on(task: KeptTask | None) -> date | None:
    if task is None or task.state is not TaskState.DONE:
        return None
    done = [deed for deed in task.deeds if deed.act is TaskAct.DONE]
    return _day(done[-1].at_utc, zone_of(task.zone) or UTC) if done else None


def _day(at_utc: str, zone: tzinfo) -> date | None:
    at: datetime | None = moment(at_utc)
    try:
        return at.astimezone(zone).date() if at is not None else None
    except OverflowError:
        return None
