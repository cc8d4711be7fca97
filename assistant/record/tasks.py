"""Tasks that kept calls gave others, and what those did with them.

Owns the reading of the tasks' rows with their history, which state follows from it, and the one way
in which an act is added: appended, its note sealed with the call's key, with an entry in the chain.
Who may see and do what is asked here, of the guard and of the owners' roles.  It raises no task
(the call does) and words nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, insert, select

from assistant.record.chain import TASK_ACT, Entry, add_entry, hold_end, task_act_hash
from assistant.record.database import writing
from assistant.record.faults import store_faults
from assistant.record.guard import Guard, NotPermitted
from assistant.record.permissions import Act, CallFacts, permitted
from assistant.record.places import task_place
from assistant.record.store import CallStore
from assistant.record.tables import CALLS, TASK_ACTS, TASKS
from compliance.errors import AssistantError
from scripts.tasks import TaskKinds


class TaskAct(StrEnum):
    """What somebody did with a task; the value is what is stored."""

    RECEIVE = "receive"
    DONE = "done"
    HAND = "hand"


class TaskState(StrEnum):
    """How far a task has come; it follows from the call and from what was done."""

    WAITING = "waiting"
    RECEIVED = "received"
    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class TaskDeed:
    """One act of one person on one task: `owner` is the desk that it was handed to, else empty.

    `at_utc` is ISO 8601; `who` the name by which the record knows them.
    """

    call: str
    task: str
    act: TaskAct
    owner: str
    who: str
    at_utc: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeptTask:
    """One task: `owner` is the desk that has it now, `deeds` what was done, oldest first.

    Notes are opened on demand alone, so those of a list's deeds are empty.  `zone` is the desk's
    on which the call was made, `running` whether it still is, as far as anybody has said.
    """

    call: str
    id: str
    kind: str
    owner: str
    reason: str
    raised_at_utc: str
    due_at_utc: str
    by_day: bool
    by_law: bool
    state: TaskState
    deeds: tuple[TaskDeed, ...]
    agent_name: str
    agent_id: str
    zone: str
    jurisdiction: str
    language: str
    running: bool

    @property
    def reference(self) -> str:
        """What a person calls it by."""
        return f"{self.call}.{self.id}"

    @property
    def open(self) -> bool:
        """Whether anything is still to be done."""
        return self.state in (TaskState.WAITING, TaskState.RECEIVED)

    def overdue(self, now: datetime) -> bool:
        """Whether it should have been done by now."""
        due_at = moment(self.due_at_utc)
        return self.open and due_at is not None and due_at < now

    @property
    def received_by(self) -> TaskDeed | None:
        """Who has it in hand, since its present owner has it."""
        deeds = [deed for deed in self.deeds if deed.act is not TaskAct.DONE]
        return deeds[-1] if deeds and deeds[-1].act is TaskAct.RECEIVE else None


def moment(written: str) -> datetime | None:
    """A kept moment; `None` where an archive from elsewhere holds something else."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


class UnknownTask(AssistantError):
    """There is no such task among those that may be seen."""


class TaskRefused(AssistantError):
    """It would change nothing, or comes too late."""


def add_deed(store: CallStore, deed: TaskDeed) -> None:
    """Append an act as it is given, past the guard: for tasks that come with an archive.

    Raises:
        StoreFault: the store takes nothing.
    """
    opened = store.opened
    with store_faults(opened.name), writing(opened.engine) as connection:
        entry = _append(connection, store, deed)
    opened.anchors.write(entry)


def tasks_of_call(store: CallStore, call: str) -> tuple[KeptTask, ...]:
    """The tasks of a call that may be opened, in the order raised, notes and all."""
    store.call(call)

    def opened(row: RowMapping) -> str:
        place = task_place(row["call"], row["task"], row["at_utc"])
        return store.unseal(row["call"], row["note"], place)

    return tuple(_read_tasks(store.rows, opened, call))


def every_task(store: CallStore) -> tuple[KeptTask, ...]:
    """Every task there is, past the guard: for counting them."""
    return tuple(_read_tasks(store.rows, _sealed))


class TaskDesk:
    """The tasks of a store, for somebody who is signed in.

    Args:
        store: the open store.
        guard: who it is.
        kinds: the kinds and owners that there are.

    Raises, from every method:
        StoreFault: the store cannot be read or written.
        NotPermitted: they may not.
    """

    def __init__(self, store: CallStore, guard: Guard, kinds: TaskKinds) -> None:
        self._store = store
        self._guard = guard
        self._kinds = kinds

    def tasks(self) -> tuple[KeptTask, ...]:
        """Every task that may be seen, those due first on top."""
        role = self._guard.who.role
        if role is not None and not permitted(role, Act.TASKS, CallFacts(own=True)):
            self._guard.need(Act.TASKS)
        self._guard.write(Act.TASKS.value)
        seen = filter(self._may_see, _read_tasks(self._store.rows, _sealed))
        return tuple(sorted(seen, key=lambda task: (task.due_at_utc, task.call, task.id)))

    def find(self, named: str) -> KeptTask:
        """One task by its reference, or as much of its beginning or end as tells it apart.

        Raises:
            UnknownTask: none that may be seen is called so, or several are.
        """
        known = self.tasks()
        found = [task for task in known if task.reference == named] or [
            task
            for task in known
            if task.reference.startswith(named) or task.reference.endswith(named)
        ]
        if len(found) == 1:
            return found[0]
        which = "several tasks are" if found else "there is no task"
        raise UnknownTask(f"{which} called {named!r}", "`assistant tasks list --all` names them.")

    def do(self, task: KeptTask, act: TaskAct, *, note: str = "", owner: str = "") -> None:
        """Add an act; what stands is looked at again inside the transaction.

        Raises:
            TaskRefused: it is withdrawn or done, received already, or handed to who has it.
        """
        self._need(task)
        opened = self._store.opened
        with store_faults(opened.name), writing(opened.engine) as connection:
            hold_end(connection)

            def read(query: Select[Any]) -> Sequence[RowMapping]:
                return connection.execute(query).mappings().all()

            own = _read_tasks(read, _sealed, task.call)
            now = next((one for one in own if one.id == task.id), None)
            refused = _refused(now, act, owner)
            if refused:
                raise TaskRefused(refused, "`assistant tasks show` tells what was done with it.")
            deed = TaskDeed(
                task.call, task.id, act, owner, self._guard.who.name, opened.at_utc(), note
            )
            entry = _append(connection, self._store, deed)
        opened.anchors.write(entry)

    def _may_see(self, task: KeptTask) -> bool:
        who = self._guard.who
        if who.role is None:
            return True
        if bool(who.agent_id) and task.agent_id == who.agent_id:
            return permitted(who.role, Act.TASKS, CallFacts(own=True))
        return permitted(who.role, Act.TASKS, None) and self._is_owners(task)

    def _is_owners(self, task: KeptTask) -> bool:
        """Whether the user's role deals with the owner's tasks; an unknown owner is everybody's."""
        role, owner = self._guard.who.role, self._kinds.owner(task.owner)
        return role is None or owner is None or role.value in owner.roles

    def _need(self, task: KeptTask) -> None:
        who = self._guard.who
        if who.role is None:
            return
        if not permitted(who.role, Act.HANDLE, None) or not self._is_owners(task):
            self._guard.write(f"refused: {Act.HANDLE.value}", task.call)
            owner = self._kinds.owner(task.owner)
            roles = ", ".join(sorted(owner.roles)) if owner is not None else "a supervisor"
            raise NotPermitted(f"{who.name} ({who.role}) may not do that", f"Ask: {roles}.")


_REFUSALS = {
    TaskState.WITHDRAWN: "the call has taken it back",
    TaskState.DONE: "it is done already",
}


def _refused(task: KeptTask | None, act: TaskAct, owner: str) -> str:
    """Why an act cannot be added, in words; empty where it can."""
    if task is None:
        return "it is gone: its call was purged"
    if not task.open:
        return _REFUSALS[task.state]
    if act is TaskAct.RECEIVE and task.received_by is not None:
        return f"{task.received_by.who} has received it already"
    if act is TaskAct.HAND and owner == task.owner:
        return "that desk has it already"
    return ""


def _append(connection: Connection, store: CallStore, deed: TaskDeed) -> Entry:
    place = task_place(deed.call, deed.task, deed.at_utc)
    row = {**asdict(deed), "act": deed.act.value, "note": store.seal(deed.call, deed.note, place)}
    added = connection.execute(insert(TASK_ACTS).values(**row))
    (number,) = added.inserted_primary_key or (0,)
    query = select(TASK_ACTS).where(TASK_ACTS.c.number == number)
    stated = {
        "number": number,
        "row": task_act_hash(connection.execute(query).mappings().one()),
        "who": deed.who,
        "act": deed.act.value,
        "about": deed.task,
    }
    opened = store.opened
    return add_entry(connection, opened.vault, TASK_ACT, deed.call, opened.at_utc(), stated)


_CALL = (
    CALLS.c.agent_name,
    CALLS.c.agent_id,
    CALLS.c.zone,
    CALLS.c.jurisdiction,
    CALLS.c.language,
    CALLS.c.whole,
    CALLS.c.interrupted,
)
_Read = Callable[[Select[Any]], Sequence[RowMapping]]
_Opened = Callable[[RowMapping], str]


def _read_tasks(read: _Read, opened: _Opened, call: str | None = None) -> Iterator[KeptTask]:
    """Tasks with what was done; of one call, or of all."""
    tasks = select(*TASKS.columns, *_CALL).join(CALLS, CALLS.c.id == TASKS.c.call)
    deeds = select(TASK_ACTS).order_by(TASK_ACTS.c.number)
    if call is not None:
        tasks, deeds = tasks.where(TASKS.c.call == call), deeds.where(TASK_ACTS.c.call == call)
    # The tasks first: a deed that comes in between is of a task that is there.
    rows = read(tasks)
    done: dict[tuple[str, str], list[TaskDeed]] = {}
    for row in read(deeds):
        deed = TaskDeed(
            row["call"],
            row["task"],
            TaskAct(row["act"]),
            row["owner"],
            row["who"],
            row["at_utc"],
            opened(row),
        )
        done.setdefault((row["call"], row["task"]), []).append(deed)
    for row in sorted(rows, key=lambda row: (row["call"], row["raised_at_utc"], row["id"])):
        yield _task(row, tuple(done.get((row["call"], row["id"]), ())))


def _task(row: RowMapping, deeds: tuple[TaskDeed, ...]) -> KeptTask:
    owners = [deed.owner for deed in deeds if deed.act is TaskAct.HAND]
    return KeptTask(
        call=row["call"],
        id=row["id"],
        kind=row["kind"],
        owner=owners[-1] if owners else row["owner"],
        reason=row["reason"],
        raised_at_utc=row["raised_at_utc"],
        due_at_utc=row["due_at_utc"],
        by_day=row["by_day"],
        by_law=row["by_law"],
        state=_state(deeds, withdrawn=row["withdrawn"]),
        deeds=deeds,
        agent_name=row["agent_name"],
        agent_id=row["agent_id"],
        zone=row["zone"],
        jurisdiction=row["jurisdiction"],
        language=row["language"],
        running=not (row["whole"] or row["interrupted"]),
    )


_AFTER = {
    TaskAct.RECEIVE: TaskState.RECEIVED,
    TaskAct.DONE: TaskState.DONE,
    # The desk that it went to has yet to receive it.
    TaskAct.HAND: TaskState.WAITING,
}


def _state(deeds: Sequence[TaskDeed], *, withdrawn: bool) -> TaskState:
    """What follows from the last act; what was done stays done, whatever the call says after."""
    state = _AFTER[deeds[-1].act] if deeds else TaskState.WAITING
    return TaskState.WITHDRAWN if withdrawn and state is not TaskState.DONE else state


def _sealed(_row: RowMapping) -> str:
    """A note that nobody asked for stays sealed."""
    return ""
