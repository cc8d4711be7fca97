"""The layout's versions: made, upgraded, refused; the same tables on both databases."""

from __future__ import annotations

import io
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from assistant.record.database import writing
from assistant.record.faults import StoreBusy, StoreFault, StoreGone, StoreTooNew
from assistant.record.kept import CallState
from assistant.record.locations import Locations
from assistant.record.opening import Doors, open_store, system_doors
from assistant.record.store import CallStore
from assistant.record.tables import METADATA, STORE_VERSION
from assistant.record.upgrading import (
    INDEXING,
    SEALING,
    SEALING_SOUND,
    UPGRADING,
    Progress,
)
from assistant.telling import tell, tell_in_passing
from tests.record.invented import inputs, outputs, tone
from tests.record.postgres import Server


def test_the_migrations_make_the_tables_that_the_program_uses(places: Locations) -> None:
    engine = open_store(places, system_doors()).engine
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version FROM store")).scalar_one() == STORE_VERSION
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    engine.dispose()
    assert [change for change in differences if "alembic_version" not in str(change)] == []


def test_a_store_is_opened_again(places: Locations) -> None:
    for _ in range(3):
        with CallStore(places) as store:
            assert store.calls() == ()


def test_a_newer_server_store_is_refused_and_untouched(server: Server, tmp_path: Path) -> None:
    places = Locations(tmp_path, store=server.new_database())
    engine = open_store(places, system_doors()).engine
    with writing(engine) as connection:
        connection.execute(text("UPDATE store SET version = 99"))
    with pytest.raises(StoreTooNew, match="newer version"):
        CallStore(places)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version FROM store")).scalar_one() == 99
    engine.dispose()


def test_another_programs_database_on_a_server_is_refused(server: Server, tmp_path: Path) -> None:
    import psycopg

    places = Locations(tmp_path, store=server.new_database())
    assert places.store is not None
    with psycopg.connect(places.store) as connection:
        connection.execute("CREATE TABLE bookmarks (url text)")
    with pytest.raises(StoreFault, match="another program's"):
        CallStore(places)


@pytest.mark.parametrize(
    ("url", "error", "says"),
    [
        ("letters", StoreFault, "no URL"),
        ("mysql://u:secret-word@h/d", StoreFault, "no URL"),
        ("postgresql://u:secret-word@127.0.0.1:1/d", StoreGone, "127.0.0.1:1/d cannot be reached"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_its_password(
    tmp_path: Path, url: str, error: type[StoreFault], says: str
) -> None:
    places = Locations(tmp_path, store=url)
    with pytest.raises(error, match=says) as caught:
        CallStore(places)
    assert "secret-word" not in f"{caught.value} {caught.value.__cause__} {places!r}"
    assert caught.value.remedy


def test_a_missing_database_is_named(server: Server, tmp_path: Path) -> None:
    with pytest.raises(StoreGone, match="nowhere cannot be reached"):
        CallStore(Locations(tmp_path, store=server.url("nowhere")))


def first_release(path: Path) -> None:
    """A store as the first release made it, with one call."""
    path.parent.mkdir(parents=True, exist_ok=True)
    here = Path(__file__).parent
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript((here / "first_release.sql").read_text("utf-8"))
    (path.parent / "sound").mkdir()
    (path.parent / "sound" / "c1.sound").write_bytes((here / "first_release.sound").read_bytes())


def test_todays_store_is_upgraded_and_sealed(embedded: Locations) -> None:
    first_release(embedded.database)
    for _ in range(2):
        with CallStore(embedded) as store:
            (call,) = store.calls()
            assert (call.id, call.state) == ("c1", CallState.WHOLE)
            assert [mark.rule for mark in call.marks] == ["US-03"]
            assert [envelope.event for envelope in store.events("c1")] == list(inputs())
            assert store.utterances("c1") == outputs()[:1]
            assert [review.note for review in store.reviews("c1")] == ["a joke"]
            sound = store.sound("c1")
            assert sound is not None
            with sound:
                assert sound.read(1, 0, 24000).tobytes() == tone(1, 0, 24000)
    for file in embedded.data_dir.rglob("*"):
        if file.is_file():
            assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file
            assert not any(word in file.read_bytes() for word in (b"arrested", b"joke", b"fLaC"))


def test_an_upgrade_tells_how_far_it_has_come(embedded: Locations) -> None:
    first_release(embedded.database)
    said: list[str] = []
    passing: list[str] = []
    with CallStore(embedded, doors=Doors({}, said.append, passing=passing.append)):
        pass
    steps = [step.format(done="{}", total="1") for step in (SEALING, INDEXING, SEALING_SOUND)]
    sealing, indexing, sound = (step.format(0) for step in steps)
    assert passing == [UPGRADING, sealing, indexing, "", sound]
    assert said[1:] == [step.format(1) for step in steps]  # after the new key's place
    with CallStore(embedded, doors=Doors({}, said.append, passing=passing.append)):
        assert len(passing) == 5
        assert len(said[1:]) == 3


def test_many_calls_are_told_of_a_hundred_times() -> None:
    said: list[str] = []
    told = Progress(said.append, said.append).by_call(range(10_050), INDEXING)
    assert list(told) == list(range(10_050))
    assert len(said) == 102
    assert said[-1] == INDEXING.format(done=10_050, total=10_050)


@pytest.mark.parametrize(
    ("terminal", "written"),
    [(True, "\r\x1b[K1 of 2\r\x1b[K2 of 2\r\x1b[Kdone\n"), (False, "done\n")],
)
def test_a_passing_line_is_written_over_or_left_out(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, written: str
) -> None:
    stream = io.StringIO()
    stream.isatty = lambda: terminal  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", stream)
    tell_in_passing("1 of 2")
    tell_in_passing("2 of 2")
    tell("done")
    assert stream.getvalue() == written


def test_an_upgrade_cut_off_goes_on(embedded: Locations) -> None:
    """Killed after the database was sealed and before the sound was."""
    first_release(embedded.database)
    plain = embedded.sound("c1").read_bytes()
    CallStore(embedded).close()
    embedded.sound("c1").write_bytes(plain)
    embedded.plain_sounds.touch()
    with CallStore(embedded) as store:
        sound = store.sound("c1")
        assert sound is not None
        with sound:
            assert sound.read(0, 0, 24000).tobytes() == tone(0, 0, 24000)
    assert b"fLaC" not in embedded.sound("c1").read_bytes()


@pytest.mark.parametrize("change", ["UPDATE store SET version = 99", "CREATE TABLE x (y)"])
def test_a_plain_store_that_is_refused_stays_plain(embedded: Locations, change: str) -> None:
    embedded.data_dir.mkdir()
    if change.startswith("UPDATE"):
        first_release(embedded.database)
    with closing(sqlite3.connect(embedded.database)) as connection, connection:
        connection.execute(change)
    before = embedded.database.read_bytes()
    with pytest.raises(StoreFault):
        CallStore(embedded)
    assert embedded.database.read_bytes() == before
    assert not embedded.master_key.exists()
    assert not embedded.store_keys.exists()


def test_a_plain_store_in_use_is_not_sealed(embedded: Locations) -> None:
    first_release(embedded.database)
    holds = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
        "c.execute('PRAGMA journal_mode = WAL'); c.execute('SELECT * FROM calls').fetchall();"
        "print('open', flush=True); sys.stdin.read();"
        "print(c.execute('SELECT count(*) FROM events').fetchone()[0])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holds, str(embedded.database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(StoreBusy):
            CallStore(embedded)
        assert other.communicate("")[0] == "9\n"
