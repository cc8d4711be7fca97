"""Figures of a record: how much there is, how old, how much of it is due, what is to be done.

Owns the counting.  What it gives holds no id, no name and nothing that was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from assistant.record.faults import store_faults
from assistant.record.kept import KeptCall
from assistant.record.retention import Stays, Verdict
from assistant.record.store import CallStore
from assistant.record.tasks import KeptTask, TaskState, every_task


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a jurisdiction, or of all: `hours` of calls, `oldest` a day or empty, `due` for purge.

    `tasks` are those that calls raised and did not take back; of them `open` are still to be done,
    and `overdue` should have been.
    """

    calls: int
    hours: float
    sound_bytes: int
    oldest: str
    due: int
    held: int
    tasks: int
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """`database_bytes` counts indexes and the log of changes too."""

    database_bytes: int
    all: Figures
    by_jurisdiction: dict[str, Figures]


def statistics(store: CallStore, plan: Sequence[Verdict], now: datetime) -> Statistics:
    """Count.

    Args:
        store: the kept calls.
        plan: for each what a purge would do, as `PurgeDesk.plan` says.
        now: by which tasks are overdue.

    Raises:
        StoreFault: the store cannot be read.
    """
    calls = store.every_call()
    verdicts = {verdict.call: verdict for verdict in plan}
    sizes = {call.id: _size(store.locations.sound(call.id)) for call in calls}
    tasks = [task for task in every_task(store) if task.state is not TaskState.WITHDRAWN]
    places = sorted({call.jurisdiction for call in calls})
    return Statistics(
        _database_bytes(store),
        _figures(calls, verdicts, sizes, tasks, now),
        {
            place: _figures(
                [call for call in calls if call.jurisdiction == place],
                verdicts,
                sizes,
                [task for task in tasks if task.jurisdiction == place],
                now,
            )
            for place in places
        },
    )


def _figures(
    calls: Sequence[KeptCall],
    verdicts: dict[str, Verdict],
    sizes: dict[str, int],
    tasks: Sequence[KeptTask],
    now: datetime,
) -> Figures:
    known = [verdicts[call.id] for call in calls if call.id in verdicts]
    return Figures(
        calls=len(calls),
        hours=round(sum(call.duration_s for call in calls) / 3600, 2),
        sound_bytes=sum(sizes[call.id] for call in calls),
        oldest=min((call.started_at_utc for call in calls), default="")[:10],
        due=sum(verdict.goes for verdict in known),
        held=sum(Stays.HELD in verdict.stays for verdict in known),
        tasks=len(tasks),
        open=sum(task.open for task in tasks),
        overdue=sum(task.overdue(now) for task in tasks),
    )


def _database_bytes(store: CallStore) -> int:
    if store.locations.store is None:
        path = store.locations.database
        return _size(path) + _size(Path(f"{path}-wal"))
    with store_faults(store.opened.name), store.opened.engine.connect() as connection:
        asked = connection.execute(text("SELECT pg_database_size(current_database())"))
        return int(asked.scalar_one())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
