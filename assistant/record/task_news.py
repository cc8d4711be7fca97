"""What became of the tasks of this desk's calls since their agent was told last.

Owns the counting, and the file that remembers up to which act it was told: numbers alone, nothing
of a call.  Nobody signs in for it and nothing is opened, so it tells how many and not which: those
of the calls that this desk's contact journal names, and where the store has no users, of all.
"""

from __future__ import annotations

import json
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from assistant.record.faults import StoreFault, store_faults
from assistant.record.locations import Locations
from assistant.record.master_key import write_private
from assistant.record.opening import Doors, OpenStore, kept_slots, open_store
from assistant.record.tables import TASK_ACTS
from assistant.record.tasks import TaskAct
from assistant.record.users import Users

MEMORY = "task-news.json"


@dataclass(frozen=True, slots=True)
class TaskNews:
    """How many tasks were received and how many are done, each counted once."""

    received: int = 0
    done: int = 0


def task_news(locations: Locations, doors: Doors, calls: AbstractSet[str]) -> TaskNews:
    """Count what is new, and remember that it was told.

    Args:
        locations: where the store and the memory are; a store that is not there is not made.
        doors: where its key is looked for.
        calls: ids of the calls that this desk's journal names.

    Raises:
        AssistantError: the store is there and cannot be read now.
    """
    if kept_slots(locations) is None:
        return TaskNews()
    store = open_store(locations, doors)
    try:
        return _news(store, locations.data_dir / MEMORY, calls)
    finally:
        store.engine.dispose()


def _news(store: OpenStore, memory: Path, calls: AbstractSet[str]) -> TaskNews:
    told = _told(memory)
    everybodys = not Users(store).ever()
    query = select(TASK_ACTS.c.number, TASK_ACTS.c.call, TASK_ACTS.c.task, TASK_ACTS.c.act)
    query = query.where(TASK_ACTS.c.number > told.get(store.slots.store, 0))
    with store_faults(store.name), store.engine.connect() as connection:
        rows = connection.execute(query).all()
    own = [row for row in rows if everybodys or row.call in calls]
    if rows:
        told[store.slots.store] = max(row.number for row in rows)
        with suppress(StoreFault):  # told once more, then
            write_private(memory, json.dumps(told).encode(), replace=True)
    done = {(row.call, row.task) for row in own if row.act == TaskAct.DONE}
    received = {(row.call, row.task) for row in own if row.act == TaskAct.RECEIVE} - done
    return TaskNews(len(received), len(done))


def _told(memory: Path) -> dict[str, int]:
    """Up to which act of which store; nothing where nobody remembers."""
    try:
        read = json.loads(memory.read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(read, dict):
        return {}
    return {str(name): number for name, number in read.items() if isinstance(number, int)}
