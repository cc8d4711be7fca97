"""Never lost: killed processes, full disks, databases that are locked, corrupt, gone and back."""

from __future__ import annotations

import os
import random
import resource
import signal
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from assistant.event_codec import EventCodec
from assistant.record.faults import StoreFault, StoreGone
from assistant.record.kept import CallState
from assistant.record.locations import Locations
from assistant.record.opening import Doors
from assistant.record.store import CallStore
from tests.record.invented import RATE_HZ, inputs, tone
from tests.record.postgres import Server
from tests.record.raw import raw
from tests.record.running import STEP, event, in_a_child, run

CODEC = EventCodec()


def _expected(steps: int) -> list[object]:
    return [*inputs()[:3], *(event(step) for step in range(steps))]


def _check(store: CallStore, call: str, least_steps: int, state: CallState) -> int:
    """Events are those handed over and no others, the sound is short by a second at most."""
    events = [envelope.event for envelope in store.events(call)]
    assert [envelope.seq for envelope in store.events(call)] == list(range(len(events)))
    steps = len(events) - 3 - (state is CallState.WHOLE)
    assert steps >= least_steps
    assert events[: 3 + steps] == _expected(steps)
    assert store.call(call).state is state
    sound = store.sound(call)
    assert sound is not None
    with sound:
        for channel in (0, 1):
            end = sound.end_sample(channel)
            assert end >= least_steps * STEP - RATE_HZ
            assert sound.read(channel, 0, end).tobytes() == tone(channel, 0, end)
        assert not sound.torn
    return steps


def _tell_each_step(places: Locations, call: str, pipe: int) -> None:
    def pause(_step: int) -> None:
        os.write(pipe, b".")
        time.sleep(0.0005)

    run(places, call, Doors({}), steps=500, pause=pause, codec=CODEC)


@pytest.mark.parametrize("moments", [100])
def test_a_killed_process_loses_a_second_at_most(embedded: Locations, moments: int) -> None:
    """A hundred processes killed at random moments, all in one store."""
    chance = random.Random(7)
    doors = Doors({})
    CallStore(embedded, CODEC, doors=doors).close()
    told: dict[str, int] = {}
    for moment in range(moments):
        call, (read, write) = f"c{moment}", os.pipe()
        child = in_a_child(partial(_tell_each_step, embedded, call, write))
        os.close(write)
        # From the first step on: before it, nothing of the call was heard.
        handed = len(os.read(read, 1))
        deadline = time.monotonic() + chance.uniform(0, 0.15)
        while (left := deadline - time.monotonic()) > 0:
            time.sleep(min(left, 0.002))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while got := os.read(read, 65536):
            handed += len(got)
        os.close(read)
        told[call] = handed
    with CallStore(embedded, CODEC, doors=doors) as store:
        store.recover()
        assert store.recover().calls == ()
        assert not list(embedded.journal_dir.iterdir())
        assert not list(embedded.open_dir.iterdir())
        assert store.verify(audio=True).faults == ()
        kept = {
            call: _check(store, call, handed, store.call(call).state)
            for call, handed in told.items()
        }
        states = {store.call(call).state for call in told}
    assert CallState.INTERRUPTED in states
    assert CallState.OPEN not in states
    assert len(set(kept.values())) > moments // 4, "the moments were all the same"


def test_recovery_killed_at_any_moment_goes_on(places: Locations) -> None:
    """The process dies with its call, then so do those that bring the call in."""
    doors = Doors({})
    CallStore(places, CODEC, doors=doors).close()

    def dies(step: int) -> None:
        if step == 150:
            os.kill(os.getpid(), signal.SIGKILL)

    def recovers() -> None:
        with CallStore(places, CODEC, doors=doors) as store:
            store.recover()

    os.waitpid(in_a_child(lambda: run(places, "c1", doors, steps=200, pause=dies, codec=CODEC)), 0)
    for moment in range(8):
        child = in_a_child(recovers)
        time.sleep(0.01 * moment)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with CallStore(places, CODEC, doors=doors) as store:
        store.recover()
        assert _check(store, "c1", 150, CallState.INTERRUPTED) == 151
        assert store.verify(audio=True).faults == ()


# ---- the disk ----------------------------------------------------------------------------------


def test_a_full_disk_is_told_once_and_everything_arrives_when_there_is_room(
    embedded: Locations,
) -> None:
    """A limit on file size stands in for the full disk: the system refuses the write alike."""
    doors = Doors({})
    CallStore(embedded, CODEC, doors=doors).close()
    said = embedded.data_dir / "said"

    def body() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        lines: list[str] = []
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

        def pause(step: int) -> None:
            if step == 20:
                full = max(
                    embedded.journal("c1").stat().st_size, embedded.sound("c1").stat().st_size
                )
                resource.setrlimit(resource.RLIMIT_FSIZE, (full, hard))
            if step == 150:
                resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))

        run(embedded, "c1", Doors({}, lines.append), steps=200, pause=pause, codec=CODEC)
        said.write_text("\n".join(lines))

    assert os.waitstatus_to_exitcode(os.waitpid(in_a_child(body), 0)[1]) == 0
    with CallStore(embedded, CODEC, doors=doors) as store:
        assert _check(store, "c1", 200, CallState.WHOLE) == 200
        assert store.verify(audio=True).faults == ()
        sound = store.sound("c1")
        assert sound is not None
        with sound:
            assert sound.end_sample(0) == 200 * STEP
    lines = said.read_text().splitlines()
    assert 1 <= sum("disk is full" in line for line in lines) <= 3
    assert any("disk is back" in line for line in lines)
    assert not any("could not be kept" in line for line in lines)


def test_a_disk_that_stays_full_says_what_was_lost(embedded: Locations) -> None:
    doors = Doors({})
    CallStore(embedded, CODEC, doors=doors).close()
    said = embedded.data_dir / "said"

    def body() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        lines: list[str] = []
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

        def pause(step: int) -> None:
            if step == 20:
                resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))

        try:
            run(embedded, "c1", Doors({}, lines.append), steps=100, pause=pause, codec=CODEC)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
            said.write_text("\n".join(lines))

    os.waitpid(in_a_child(body), 0)
    with CallStore(embedded, CODEC, doors=doors) as store:
        store.recover()
        assert _check(store, "c1", 20, CallState.INTERRUPTED) < 100
    assert "could not be kept" in said.read_text()


# ---- the database ------------------------------------------------------------------------------


def test_a_locked_database_is_told_once_and_gets_everything_later(embedded: Locations) -> None:
    lines: list[str] = []
    doors = Doors({}, lines.append, busy_timeout_s=0.01)
    CallStore(embedded, CODEC, doors=doors).close()
    lines.clear()
    with closing(raw(embedded)) as holder:

        def pause(step: int) -> None:
            if step == 10:
                holder.execute("BEGIN IMMEDIATE")
            if step == 30:
                # Not before the courier has met the lock.
                _wait(lambda: any("in use" in line for line in lines))
            if step == 60:
                holder.execute("COMMIT")

        run(embedded, "c1", doors, steps=100, pause=pause, codec=CODEC)
    with CallStore(embedded, CODEC, doors=doors) as store:
        assert _check(store, "c1", 100, CallState.WHOLE) == 100
    assert sum("in use" in line for line in lines) == 1
    assert sum("has arrived" in line for line in lines) == 1


@pytest.mark.parametrize("spoil", ["locked", "corrupt"])
def test_a_database_that_cannot_be_opened_does_not_stand_in_a_calls_way(
    embedded: Locations, spoil: str
) -> None:
    lines: list[str] = []
    doors = Doors({}, lines.append, busy_timeout_s=0.01)
    CallStore(embedded, CODEC, doors=doors).close()
    whole = embedded.database.read_bytes()
    holder = raw(embedded)
    if spoil == "locked":
        holder.execute("BEGIN EXCLUSIVE")
    else:
        holder.close()
        embedded.database.write_bytes(b"\0" * 100 + whole[100:])
    run(embedded, "c1", doors, steps=50, pause=lambda _step: None, codec=CODEC)
    assert embedded.journal("c1").exists()
    assert any("sealed journal" in line for line in lines)
    if spoil == "locked":
        holder.execute("COMMIT")
        holder.close()
    else:
        with pytest.raises(StoreFault):
            CallStore(embedded, CODEC, doors=doors)
        embedded.database.write_bytes(whole)
    with CallStore(embedded, CODEC, doors=doors) as store:
        assert store.recover().calls == ("c1",)
        assert _check(store, "c1", 50, CallState.WHOLE) == 50
    assert not embedded.journal("c1").exists()


def test_a_journal_that_was_changed_is_left_and_told(embedded: Locations) -> None:
    doors = Doors({}, busy_timeout_s=0.01)
    CallStore(embedded, CODEC, doors=doors).close()
    with closing(raw(embedded)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        run(embedded, "c1", doors, steps=50, pause=lambda _step: None, codec=CODEC)
    path = embedded.journal("c1")
    whole = path.read_bytes()
    path.write_bytes(whole[:2000] + bytes([whole[2000] ^ 1]) + whole[2001:])
    with CallStore(embedded, CODEC, doors=doors) as store:
        recovered = store.recover()
        assert recovered.calls == ()
        assert [str(path) in problem for problem in recovered.problems] == [True]
        assert path.exists()
        path.write_bytes(whole)
        assert store.recover().calls == ("c1",)


# ---- the server --------------------------------------------------------------------------------


def _wait(until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not until():
        assert time.monotonic() < deadline, "it did not happen within 20 s"
        time.sleep(0.01)


def test_a_server_that_stops_and_starts_in_mid_call_gets_everything_once(
    server: Server, tmp_path: Path
) -> None:
    lines: list[str] = []
    doors = Doors({}, lines.append)
    places = Locations(tmp_path, store=server.new_database())
    CallStore(places, CODEC, doors=doors).close()

    def pause(step: int) -> None:
        if step == 20:
            server.stop()
        if step == 60:
            _wait(lambda: any("cannot be reached" in line for line in lines))
            server.start()
        if step == 90:
            _wait(lambda: any("has arrived" in line for line in lines))

    run(places, "c1", doors, steps=120, pause=pause, codec=CODEC)
    with CallStore(places, CODEC, doors=doors) as store:
        assert _check(store, "c1", 120, CallState.WHOLE) == 120
        assert store.verify(audio=True).faults == ()
    assert sum("cannot be reached" in line for line in lines) == 1
    assert not list(places.journal_dir.iterdir())


def test_a_server_that_hangs_holds_nobody_up(server: Server, tmp_path: Path) -> None:
    doors = Doors({})
    places = Locations(tmp_path, store=server.new_database())
    CallStore(places, CODEC, doors=doors).close()
    slowest = 0.0
    before = time.monotonic()

    def pause(step: int) -> None:
        nonlocal slowest, before
        if step == 20:
            server.freeze(frozen=True)
            before = time.monotonic()
        if step > 20:
            # What went before is the opening of the store, which does wait for the server.
            slowest = max(slowest, time.monotonic() - before)
        if step == 99:
            server.freeze(frozen=False)
        before = time.monotonic()

    try:
        run(places, "c1", doors, steps=100, pause=pause, codec=CODEC)
    finally:
        server.freeze(frozen=False)
    assert slowest < 0.5
    with CallStore(places, CODEC, doors=doors) as store:
        store.recover()
        assert _check(store, "c1", 100, CallState.WHOLE) == 100


def test_a_call_begun_while_the_server_is_away_arrives_later(
    server: Server, tmp_path: Path
) -> None:
    lines: list[str] = []
    doors = Doors({}, lines.append)
    places = Locations(tmp_path, store=server.new_database())
    server.stop()
    try:
        with pytest.raises(StoreGone):
            run(places, "c0", doors, steps=1, pause=lambda _step: None, codec=CODEC)
    finally:
        server.start()
    CallStore(places, CODEC, doors=doors).close()
    server.stop()
    try:
        run(places, "c1", doors, steps=30, pause=lambda _step: None, codec=CODEC)
    finally:
        server.start()
    assert any("cannot be reached" in line for line in lines)
    with CallStore(places, CODEC, doors=doors) as store:
        assert store.calls() == ()
        assert store.recover().calls == ("c1",)
        assert _check(store, "c1", 30, CallState.WHOLE) == 30
        assert store.recover().calls == ()


def test_another_desks_running_call_is_left_alone(server: Server, tmp_path: Path) -> None:
    """Two desks, one store: what one writes the other sees as running and does not recover."""
    url, doors = server.new_database(), Doors({"ASSISTANT_KEY": "5a" * 32})
    shared = tmp_path / "anchors"
    here, there = (
        Locations(tmp_path / name, store=url, anchors=shared) for name in ("here", "there")
    )
    seen: list[tuple[CallState, tuple[str, ...]]] = []

    def pause(step: int) -> None:
        if step == 10:
            with CallStore(there, CODEC, doors=doors) as other:
                _wait(lambda: bool(other.calls()))
                seen.append((other.call("c1").state, other.recover().calls))

    run(here, "c1", doors, steps=20, pause=pause, codec=CODEC)
    assert seen == [(CallState.OPEN, ())]
    with CallStore(there, CODEC, doors=doors) as store:
        assert store.call("c1").state is CallState.WHOLE
        assert store.verify(audio=False).faults == ()
