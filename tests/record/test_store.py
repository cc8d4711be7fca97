"""The store: what is kept is read back, whatever happened to the process or the file."""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher

from assistant.events import CallEnded
from assistant.record.faults import (
    StoreBusy,
    StoreDamaged,
    StoreFault,
    StoreReadOnly,
    StoreTooNew,
    UnknownCall,
    store_faults,
)
from assistant.record.kept import CallState
from assistant.record.locations import Locations
from assistant.record.locks import OpenCallLock
from assistant.record.opening import system_doors
from assistant.record.reviews import Review, ReviewAct
from assistant.record.store import CallStore
from compliance.findings import Status
from tests.record.invented import chunks, envelopes, inputs, outputs, started, tone
from tests.record.raw import raw


def _keep(store: CallStore, call: str = "c1", status: Status = Status.CONFIRMED) -> None:
    writer = store.record(call)
    writer.append(envelopes(inputs()[:3], call))
    for chunk in chunks(3.0):
        writer.append_audio(chunk)
    writer.append([*envelopes(inputs()[3:], call, 3), *envelopes(outputs(status), call)])
    writer.close()


def test_a_kept_call_is_read_back(places: Locations) -> None:
    with CallStore(places) as store:
        _keep(store)
    with CallStore(places) as store:
        assert [envelope.event for envelope in store.events("c1")] == list(inputs())
        assert [envelope.seq for envelope in store.events("c1")] == list(range(9))
        assert store.utterances("c1") == outputs()[:1]
        assert store.findings("c1") == outputs()[1:2]
        assert store.landmarks("c1") == outputs()[2:]
        assert store.start("c1") == started()
        (call,) = store.calls()
        assert call == store.call("c1")
        assert call.state is CallState.WHOLE
        assert call.reason == "end_of_recording"
        assert call.duration_s == pytest.approx(3.0)
        assert (call.language, call.jurisdiction, call.collector) == ("en-US", "us", "agency")
        assert [(mark.rule, mark.review) for mark in call.marks] == [("US-03", None)]
        sound = store.sound("c1")
        assert sound is not None
        with sound:
            assert sound.read(1, 0, 24000).tobytes() == tone(1, 0, 24000)
    assert not list(places.open_dir.iterdir())


def test_a_finding_keeps_one_row_through_its_life(places: Locations) -> None:
    with CallStore(places) as store:
        writer = store.record("c1")
        writer.append(envelopes(inputs()[:3]))
        writer.append(envelopes(outputs(Status.PROVISIONAL)[:2], first=0))
        assert [mark.status for mark in store.call("c1").marks] == [Status.PROVISIONAL]
        writer.append(envelopes(outputs(Status.WITHDRAWN), first=2))
        assert store.call("c1").marks == ()
        (found,) = store.findings("c1")
        assert found.finding.status is Status.WITHDRAWN
        writer.close()


def test_without_sound_nothing_of_it_is_written(places: Locations) -> None:
    with CallStore(places) as store:
        writer = store.record("c1", with_sound=False)
        writer.append(envelopes(inputs()[:3]))
        for chunk in chunks(1.0):
            writer.append_audio(chunk)
        writer.close()
        assert store.sound("c1") is None
        assert not store.call("c1").has_sound
    assert not places.sound_dir.exists()


def test_sound_that_comes_first_waits(places: Locations) -> None:
    with CallStore(places) as store:
        writer = store.record("c1")
        for chunk in chunks(0.5):
            writer.append_audio(chunk)
        writer.append(envelopes(inputs()))
        writer.close()
        sound = store.sound("c1")
        assert sound is not None
        with sound:
            assert sound.read(0, 0, 4000).tobytes() == tone(0, 0, 4000)


def test_a_call_being_recorded_is_open_and_a_dropped_one_interrupted(places: Locations) -> None:
    with CallStore(places) as store:
        writer = store.record("c1")
        writer.append(envelopes(inputs()[:-1]))
        with CallStore(places) as other:
            assert other.call("c1").state is CallState.OPEN
        writer.close()
        assert store.call("c1").state is CallState.INTERRUPTED
        assert store.call("c1").duration_s == pytest.approx(2.5)


def test_a_killed_process_leaves_its_call_readable(places: Locations) -> None:
    child = os.fork()
    if child == 0:
        store = CallStore(places)
        writer = store.record("c1")
        writer.append(envelopes(inputs()[:3]))
        for chunk in chunks(2.5):
            writer.append_audio(chunk)
        writer.append([*envelopes(inputs()[3:6], "c1", 3), *envelopes(outputs())])
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    with CallStore(places) as store:
        call = store.call("c1")
        assert call.state is CallState.INTERRUPTED
        assert [mark.rule for mark in call.marks] == ["US-03"]
        assert [envelope.event for envelope in store.events("c1")] == list(inputs()[:6])
        sound = store.sound("c1")
        assert sound is not None
        with sound:
            assert sound.end_sample(0) == 19200


def test_judgements_are_added_and_read(places: Locations) -> None:
    at = "2026-03-05T00:00:00+00:00"
    with CallStore(places) as store:
        _keep(store)
        first = Review("c1", "u1.US-03", ReviewAct.DISMISS, "lin", at, "joke; '); DROP TABLE x")
        store.add_review(first)
        second = replace(first, act=ReviewAct.CONFIRM, reviewer="王", note="")
        store.add_review(second)
        assert store.reviews("c1") == (first, second)
        (mark,) = store.call("c1").marks
        assert mark.review is ReviewAct.CONFIRM
        assert store.calls()[0].reviewed == 1
        store.add_review(replace(second, act=ReviewAct.UNDO))
        assert store.call("c1").marks[0].review is ReviewAct.DISMISS


def test_calls_come_newest_first(places: Locations) -> None:
    with CallStore(places) as store:
        for call, at in (("a", "2026-01-01"), ("b", "2026-03-01"), ("c", "2026-02-01")):
            writer = store.record(call, with_sound=False)
            writer.append(envelopes((started(f"{at}T00:00:00+00:00"),), call))
            writer.close()
        assert [call.id for call in store.calls()] == ["b", "c", "a"]


def test_an_empty_store_lists_nothing(places: Locations) -> None:
    with CallStore(places) as store:
        assert store.calls() == ()


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: store.call("none"),
        lambda store: list(store.events("none")),
        lambda store: store.utterances("none"),
        lambda store: store.findings("none"),
        lambda store: store.sound("none"),
        lambda store: store.add_review(Review("none", "f", ReviewAct.CONFIRM, "r", "2026")),
    ],
)
def test_an_unknown_call_is_named(places: Locations, ask: Callable[[CallStore], object]) -> None:
    with CallStore(places) as store, pytest.raises(UnknownCall, match="'none'"):
        ask(store)


def test_events_are_never_changed(embedded: Locations) -> None:
    with CallStore(embedded) as store:
        _keep(store)
    with (
        closing(raw(embedded)) as connection,
        pytest.raises(sqlcipher.IntegrityError, match="only ever added"),
    ):
        connection.execute("UPDATE events SET line = x'00' WHERE seq = 3")


def test_only_the_owner_may_read_the_store(embedded: Locations) -> None:
    with CallStore(embedded) as store:
        _keep(store)
        for file in (embedded.database, *embedded.data_dir.glob("calls.db-*")):
            assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0


# ---- faults ------------------------------------------------------------------------------------


def _not_a_database(path: Path) -> None:
    path.write_bytes(b"this is a letter, not a database, and it is long enough" * 40)


def _cut_short(path: Path) -> None:
    CallStore(Locations(path.parent)).close()
    path.write_bytes(path.read_bytes()[:5000])


def _newer(path: Path) -> None:
    CallStore(Locations(path.parent)).close()
    with closing(raw(Locations(path.parent))) as connection, connection:
        connection.execute("UPDATE store SET version = 99")


def _another_programs(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")


def _a_folder(path: Path) -> None:
    path.mkdir()


def _no_version(path: Path) -> None:
    CallStore(Locations(path.parent)).close()
    with closing(raw(Locations(path.parent))) as connection, connection:
        connection.execute("DELETE FROM store")


def _a_table_gone(path: Path) -> None:
    CallStore(Locations(path.parent)).close()
    with closing(raw(Locations(path.parent))) as connection, connection:
        connection.execute("DROP TABLE findings")


@pytest.mark.parametrize(
    ("spoil", "error", "says"),
    [
        (_not_a_database, StoreDamaged, "not a database"),
        (_cut_short, StoreDamaged, "damaged"),
        (_newer, StoreTooNew, "newer version"),
        (_another_programs, StoreFault, "another program's"),
        (_a_folder, StoreFault, "a file stands where a folder is needed"),
        (_no_version, StoreDamaged, "damaged"),
        (_a_table_gone, StoreDamaged, "damaged"),
    ],
)
def test_a_spoilt_store_is_refused_and_left_alone(
    embedded: Locations, spoil: Callable[[Path], None], error: type[StoreFault], says: str
) -> None:
    embedded.data_dir.mkdir()
    spoil(embedded.database)
    before = embedded.database.read_bytes() if embedded.database.is_file() else b""
    with pytest.raises(error) as caught:
        CallStore(embedded)
    assert says in str(caught.value)
    assert str(embedded.database) in str(caught.value)
    assert caught.value.remedy
    if before:
        assert embedded.database.read_bytes() == before


def test_a_store_in_use_says_so(embedded: Locations) -> None:
    CallStore(embedded).close()
    with closing(raw(embedded)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusy, match="in use"):
            CallStore(embedded, doors=replace(system_doors(), busy_timeout_s=0.0))


def test_a_store_that_cannot_be_written_says_so() -> None:
    """The superuser may write anywhere, so a child process becomes an ordinary user first."""
    with tempfile.TemporaryDirectory() as folder:
        places = Locations(Path(folder))
        CallStore(places).close()
        Path(folder).chmod(0o755)
        places.database.chmod(0o444)
        child = os.fork()
        if child == 0:
            if os.geteuid() == 0:
                os.setuid(65534)
            try:
                CallStore(places)
            except StoreReadOnly as error:
                os._exit(7 if "--data-dir" in error.remedy else 8)
            os._exit(9)
        _pid, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 7


def test_sqlites_word_for_read_only_is_understood(embedded: Locations) -> None:
    CallStore(embedded).close()
    with closing(sqlite3.connect(embedded.data_dir / "plain.db")) as made:
        made.execute("CREATE TABLE store (version INTEGER)")
    connection = sqlite3.connect(f"file:{embedded.data_dir / 'plain.db'}?mode=ro", uri=True)
    with (
        pytest.raises(StoreReadOnly, match="Grant write permission"),
        store_faults(embedded.database),
    ):
        connection.execute("UPDATE store SET version = 2")
    connection.close()


def test_a_data_folder_that_is_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    with pytest.raises(StoreFault, match="a file stands where a folder is needed"):
        CallStore(Locations(tmp_path / "home"))


def test_one_call_has_one_writer(places: Locations) -> None:
    with CallStore(places) as store:
        first = store.record("c1")
        first.append(envelopes(inputs()[:3]))
        with pytest.raises(StoreBusy, match="recording this call"):
            store.record("c1").append(envelopes(inputs()[:3]))
        first.append(envelopes(inputs()[3:], first=3))
        first.close()
        assert store.call("c1").state is CallState.WHOLE
        with pytest.raises(StoreFault, match="never overwritten"):
            store.record("c1").append(envelopes(inputs()[:3]))
        with pytest.raises(StoreFault, match="already"):
            store.record("c1", with_sound=False).append(envelopes(inputs()[:3]))
        assert len(list(store.events("c1"))) == len(inputs())


def test_an_event_is_kept_once(places: Locations) -> None:
    with CallStore(places) as store:
        writer = store.record("c1")
        writer.append(envelopes(inputs()[:4]))
        with pytest.raises(StoreFault, match="already"):
            writer.append(envelopes(inputs()[3:], first=3))
        writer.append(envelopes(inputs()[4:], first=4))
        writer.close()
        assert [envelope.event for envelope in store.events("c1")] == list(inputs())


def test_a_call_cannot_be_kept_from_the_middle(places: Locations) -> None:
    with CallStore(places) as store, pytest.raises(StoreFault, match="first event is missing"):
        store.record("c1").append(envelopes((CallEnded(1, "hung_up"),)))


def test_a_lock_can_be_let_go_twice(tmp_path: Path) -> None:
    lock = OpenCallLock(tmp_path / "c.lock")
    lock.release()
    lock.release()
    OpenCallLock(tmp_path / "c.lock").release()
