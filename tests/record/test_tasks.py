"""Tasks in the record: kept with the call, done with in the open, proven, carried, gone with it."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.archive.packing import pack
from assistant.archive.told import tell
from assistant.archive.unpacking import CallArchive, unpack
from assistant.event_codec import EventCodec
from assistant.events import (
    Act as Key,
)
from assistant.events import (
    AgentActed,
    Envelope,
    Input,
    Keep,
    Output,
    RecordingChanged,
    RecordingState,
    TaskRaised,
    TaskWithdrawn,
)
from assistant.interface_text import Interface
from assistant.record.access import read_log
from assistant.record.consent import ConsentingWriter
from assistant.record.customer import export_customer
from assistant.record.database import writing
from assistant.record.guard import Guard, NotPermitted, Who
from assistant.record.locations import Locations
from assistant.record.opening import Doors
from assistant.record.permissions import Role
from assistant.record.purging import PurgeDesk
from assistant.record.statistics import statistics
from assistant.record.store import CallStore
from assistant.record.task_news import TaskNews, task_news
from assistant.record.tasks import (
    KeptTask,
    TaskAct,
    TaskDesk,
    TaskRefused,
    TaskState,
    UnknownTask,
    tasks_of_call,
)
from assistant.record.triggers import changeable_again
from assistant.record.users import Users
from assistant.retention_terms import shipped_terms
from assistant.review.texts import KeptTexts
from assistant.wording import Wording
from scripts.tasks import Sign, SignOf, Task, shipped_tasks
from tests.record.aged import LONG_AGO, Clock
from tests.record.aged import keep as keep_aged
from tests.record.invented import envelopes, inputs, outputs

CODEC = EventCodec()
DOORS = Doors({})
NOTE = "cousin in Keelung rang"
HELP = Task("t1", "help", "supervisor", "help", 1.0, (Sign(SignOf.ASKED, "help", 1.0),))
COMPLAINT = Task(
    "t2", "complaint", "complaints", "complaint", 2.0,
    (Sign(SignOf.ROUTE, "complaint", 2.0, "u1", "u1.ROUTE-complaint"),),
)  # fmt: skip


def raised(task: Task, due_on: str = "2026-03-04") -> TaskRaised:
    return TaskRaised(
        task, f"{due_on}T01:02:04+00:00", f"{due_on}T23:59+00:00", by_day=True, by_law=False,
        call_s=task.raised_s,
    )  # fmt: skip


TOLD: tuple[Output, ...] = (raised(HELP), raised(COMPLAINT, "2026-03-01"))


def keep(places: Locations, call: str = "c1", told: tuple[Output, ...] = TOLD) -> None:
    with CallStore(places, CODEC, doors=DOORS) as store:
        writer = store.record(call, with_sound=False)
        writer.append([*envelopes(inputs()[:3], call), *envelopes(inputs()[3:], call, 3)])
        *first, last = outputs()
        writer.append(envelopes((*first, *told, last), call, 20))
        writer.close()


def desk(store: CallStore, who: Who | None = None) -> TaskDesk:
    guard = Guard(store.opened, who or Who("root"))
    store.guard_with(guard)
    return TaskDesk(store, guard, shipped_tasks())


def one(places: Locations, named: str = "t1") -> KeptTask:
    with CallStore(places, CODEC, doors=DOORS) as store:
        return desk(store).find(named)


def test_statistics_count_tasks(embedded: Locations) -> None:
    keep(embedded)
    keep(embedded, "c2", (raised(HELP), TaskWithdrawn(HELP, 3.0)))
    now = datetime(2026, 3, 2, tzinfo=UTC)
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        tasks = desk(store)
        tasks.do(tasks.find("c1.t1"), TaskAct.DONE)
        found = statistics(store, (), now)
    assert (found.all.tasks, found.all.open, found.all.overdue) == (2, 1, 1)
    assert found.by_jurisdiction["us"] == found.all


def test_tasks_are_listed_by_when_they_are_due_and_done_with_in_the_open(
    places: Locations,
) -> None:
    keep(places)
    with CallStore(places, CODEC, doors=DOORS) as store:
        tasks = desk(store)
        assert [task.reference for task in tasks.tasks()] == ["c1.t2", "c1.t1"]
        found = tasks.find("t1")
        assert (found.state, found.owner) == (TaskState.WAITING, "supervisor")
        tasks.do(found, TaskAct.RECEIVE, note=NOTE)
        assert tasks.find("t1").state is TaskState.RECEIVED
        with pytest.raises(TaskRefused, match="root has received it"):
            tasks.do(found, TaskAct.RECEIVE)
        tasks.do(found, TaskAct.HAND, owner="legal")
        handed = tasks.find("t1")
        assert (handed.state, handed.owner, handed.received_by) == (
            TaskState.WAITING, "legal", None,
        )  # fmt: skip
        with pytest.raises(TaskRefused, match="has it already"):
            tasks.do(handed, TaskAct.HAND, owner="legal")
        tasks.do(handed, TaskAct.DONE)
        with pytest.raises(TaskRefused, match="done already"):
            tasks.do(handed, TaskAct.RECEIVE)
        (seen,) = [task for task in tasks_of_call(store, "c1") if task.id == "t1"]
        first, *others = seen.deeds
        assert first.note == NOTE
        assert [deed.act for deed in others] == [TaskAct.HAND, TaskAct.DONE]
        assert "task receive" in {line.act for line in read_log(store.opened, call="c1")}
        assert store.verify(audio=True).faults == ()


def test_no_note_lies_in_the_clear(embedded: Locations) -> None:
    keep(embedded)
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        tasks = desk(store)
        tasks.do(tasks.find("t1"), TaskAct.DONE, note=NOTE)
        raw = store.rows(text("SELECT note FROM task_acts"))  # type: ignore[arg-type]
        assert b"Keelung" not in bytes(raw[0]["note"])
        assert all(not deed.note for task in tasks.tasks() for deed in task.deeds)


@pytest.mark.parametrize("named", ["c1.t9", "", "t", "c1"])
def test_a_name_that_tells_none_apart_is_refused(embedded: Locations, named: str) -> None:
    keep(embedded)
    with pytest.raises(UnknownTask):
        one(embedded, named)


def test_what_the_call_took_back_cannot_be_received(places: Locations) -> None:
    keep(places, told=(raised(HELP), TaskWithdrawn(HELP, 2.0)))
    with CallStore(places, CODEC, doors=DOORS) as store:
        tasks = desk(store)
        found = tasks.find("t1")
        assert found.state is TaskState.WITHDRAWN
        assert not found.overdue(datetime(2030, 1, 1, tzinfo=UTC))
        with pytest.raises(TaskRefused, match="taken it back"):
            tasks.do(found, TaskAct.DONE)


def test_a_task_that_grows_and_one_raised_again_are_one_row(places: Locations) -> None:
    keep(places, told=(raised(HELP), TaskWithdrawn(HELP, 2.0), raised(HELP), raised(HELP)))
    assert one(places).state is TaskState.WAITING


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE task_acts SET act = 'done'", "task act 1 was changed"),
        ("UPDATE task_acts SET owner = 'legal'", "task act 1 was changed"),
        ("DELETE FROM task_acts", "task act 1 was removed"),
        (
            "INSERT INTO task_acts SELECT 9, call, task, act, '', who, at_utc, note FROM task_acts",
            "task act 9 was put in",
        ),
        ("UPDATE tasks SET due_at_utc = '2030-01-01'", "call c1: its tasks were changed"),
        ("UPDATE tasks SET withdrawn = TRUE", "call c1: its tasks were changed"),
        ("DELETE FROM tasks", "call c1: its tasks were changed"),
    ],
)
def test_tampering_is_said(embedded: Locations, change: str, says: str) -> None:
    keep(embedded)
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        tasks = desk(store)
        tasks.do(tasks.find("t1"), TaskAct.RECEIVE)
        with writing(store.opened.engine) as connection:
            changeable_again(connection, "task_acts")
            connection.execute(text(change))
        assert store.verify(audio=True).faults == (says,)


def test_acts_are_never_changed(places: Locations) -> None:
    keep(places)
    with CallStore(places, CODEC, doors=DOORS) as store:
        tasks = desk(store)
        tasks.do(tasks.find("t1"), TaskAct.RECEIVE)
        with (
            pytest.raises(Exception, match="only ever added"),
            writing(store.opened.engine) as connection,
        ):
            connection.execute(text("UPDATE task_acts SET who = 'nobody'"))


WHO = {
    "reviewer": Who("rita", Role.REVIEWER),
    "supervisor": Who("sam", Role.SUPERVISOR),
    "compliance": Who("cleo", Role.COMPLIANCE),
    "agent": Who("ada", Role.AGENT, "7"),
}


@pytest.mark.parametrize(
    ("who", "sees", "handles"),
    [
        ("reviewer", ["t2"], ["t2"]),
        ("supervisor", ["t2", "t1"], ["t2", "t1"]),
        ("compliance", ["t2", "t1"], ["t2", "t1"]),
        ("agent", [], []),
    ],
)
def test_each_sees_and_handles_their_owners_tasks(
    embedded: Locations, who: str, sees: list[str], handles: list[str]
) -> None:
    keep(embedded)
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        every = desk(store).tasks()
        tasks = desk(store, WHO[who])
        assert [task.id for task in tasks.tasks()] == sees
        done = []
        for task in every:
            try:
                tasks.do(task, TaskAct.RECEIVE)
            except NotPermitted:
                continue
            done.append(task.id)
        assert done == handles


def test_an_agent_sees_their_own_and_handles_none(embedded: Locations) -> None:
    keep(embedded)
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        with writing(store.opened.engine) as connection:
            connection.execute(text("UPDATE calls SET agent_id = '7'"))
        tasks = desk(store, WHO["agent"])
        assert [task.id for task in tasks.tasks()] == ["t2", "t1"]
        with pytest.raises(NotPermitted):
            tasks.do(tasks.find("t1"), TaskAct.DONE)


@pytest.mark.parametrize("role", [Role.TRAINER, Role.ADMINISTRATOR])
def test_who_may_see_none_is_told_so(embedded: Locations, role: Role) -> None:
    keep(embedded)
    with CallStore(embedded, CODEC, doors=DOORS) as store, pytest.raises(NotPermitted):
        desk(store, Who("tom", role, "7")).tasks()


def test_an_archive_carries_tasks_and_what_was_done(places: Locations, tmp_path: Path) -> None:
    keep(places)
    archive = tmp_path / "calls.zip"
    with CallStore(places, CODEC, doors=DOORS) as store:
        tasks = desk(store)
        tasks.do(tasks.find("t1"), TaskAct.RECEIVE, note=NOTE)
        wording = Wording(KeptTexts(None), Interface("en"), "en-US")
        pack(
            store, ["c1"], archive, codec=CODEC, redacted=False, wording_of=lambda _told: wording,
            program="0", at_utc="2026-03-05T00:00:00+00:00",
        )  # fmt: skip
        before = tell(store, "c1").tasks
    with zipfile.ZipFile(archive) as opened:
        told = [name for name in opened.namelist() if name.endswith("task-acts.jsonl")]
        assert len(told) == 1
    other = Locations(tmp_path / "other")
    with (
        CallStore(other, CODEC, doors=DOORS) as store,
        CallArchive(archive, CODEC) as carried,
    ):
        assert list(unpack(carried, store)) == [("c1", True)]
        assert tell(store, "c1").tasks == before
        assert store.verify(audio=True).faults == ()


def test_they_go_with_their_call_and_into_a_customers_file(
    places: Locations, tmp_path: Path
) -> None:
    clock = Clock()
    keep_aged(places, "c1", LONG_AGO, clock=clock, owner="A1", told=TOLD)
    with CallStore(places, CODEC, doors=clock.doors()) as store:
        tasks = desk(store)
        tasks.do(tasks.find("t2"), TaskAct.DONE, note=NOTE)
        export_customer(store, "A1", tmp_path / "a.zip", "2026-03-05T00:00:00+00:00")
        with zipfile.ZipFile(tmp_path / "a.zip") as exported:
            lines = [json.loads(line) for line in exported.read("0001.jsonl").splitlines()]
        told = {line["kind"]: line for line in lines if line["type"] == "task"}
        assert told["complaint"]["state"] == "done"
        assert told["complaint"]["acts"][0]["note"] == NOTE
        gone = PurgeDesk(store, shipped_terms().of, "root").purge()
        assert gone.calls == ("c1",)
        assert tasks.tasks() == ()
        with pytest.raises(TaskRefused, match="purged"):
            tasks.do(KEPT, TaskAct.DONE)
        assert store.verify(audio=True).faults == ()


KEPT = KeptTask(
    "c1", "t1", "help", "supervisor", "help", "", "", by_day=True, by_law=False,
    state=TaskState.WAITING, deeds=(), agent_name="", agent_id="", zone="UTC", jurisdiction="us",
    language="en-US", running=False,
)  # fmt: skip


def test_what_was_asked_before_the_notice_is_kept_once_recording_is_on(
    embedded: Locations,
) -> None:
    start, *others = inputs()
    call: tuple[Input | Output, ...] = (
        start,
        *others[:2],
        RecordingChanged(RecordingState.WAITING, Keep.AUDIO, 0.0),
        AgentActed(Key.HELP_ASKED, 8000, "help"),
        raised(HELP),
        AgentActed(Key.NOTICE_GIVEN, 16000),
        RecordingChanged(RecordingState.ON, Keep.AUDIO, 2.0),
        others[-1],
    )
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        writer = ConsentingWriter(store.record("c1", with_sound=False), Keep.AUDIO)
        for number, event in enumerate(call):
            writer.append([Envelope(1, "c1", number, event)])
        writer.close()
        assert [task.reference for task in desk(store).tasks()] == ["c1.t1"]
        assert store.verify(audio=True).faults == ()


def test_the_agent_is_told_once_what_became_of_their_tasks(places: Locations) -> None:
    assert task_news(places, DOORS, frozenset()) == TaskNews(), "no store is made for it"
    assert not places.store_keys.exists()
    keep(places)
    with CallStore(places, CODEC, doors=DOORS) as store:
        tasks = desk(store)
        tasks.do(tasks.find("t1"), TaskAct.RECEIVE)
        tasks.do(tasks.find("t2"), TaskAct.RECEIVE)
        tasks.do(tasks.find("t2"), TaskAct.DONE)
    assert task_news(places, DOORS, frozenset()) == TaskNews(received=1, done=1)
    assert task_news(places, DOORS, frozenset()) == TaskNews()


@pytest.mark.parametrize(("calls", "count"), [(frozenset({"c1"}), 1), (frozenset({"c2"}), 0)])
def test_where_there_are_users_only_this_desks_calls_count(
    embedded: Locations, calls: frozenset[str], count: int
) -> None:
    keep(embedded)
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        tasks = desk(store)
        tasks.do(tasks.find("t1"), TaskAct.RECEIVE)
        Users(store.opened).add("root", "root", Role.ADMINISTRATOR, agent_id="", password=None)
    assert task_news(embedded, DOORS, calls) == TaskNews(received=count)
