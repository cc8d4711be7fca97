"""How calls ended: sealed, proven, taken over from older stores, kept while the store is away."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.event_codec import EventCodec
from assistant.record.database import writing
from assistant.record.faults import StoreFault
from assistant.record.kept import KeptWrapUp
from assistant.record.locations import Locations
from assistant.record.opening import Doors, open_store
from assistant.record.store import CallStore
from assistant.record.triggers import changeable_again
from assistant.record.wrap_ups import keep_wrap_up
from tests.record.invented import envelopes, inputs, outputs
from tests.record.postgres import Server
from tests.record.test_layout import first_release

CODEC = EventCodec()
DOORS = Doors({})
NOTE = "cousin in Keelung will lend it"
WRAP_UP = KeptWrapUp("c1", "promise", "2026-12-05", NOTE, "2026-11-28T10:00:00+00:00")


def keep_one(places: Locations) -> None:
    with CallStore(places, CODEC, doors=DOORS) as store:
        writer = store.record("c1", with_sound=False)
        writer.append([*envelopes(inputs()[:3], "c1"), *envelopes(inputs()[3:], "c1", 3)])
        writer.append(envelopes(outputs(), "c1", 20))
        writer.close()


def test_the_last_one_stands_and_all_are_proven(places: Locations) -> None:
    keep_one(places)
    with CallStore(places, CODEC, doors=DOORS) as store:
        assert store.wrap_up("c1") is None
        store.add_wrap_up(WRAP_UP)
        last = replace(WRAP_UP, outcome="dispute", next_contact=None, note="", at_utc="2026-11-29")
        store.add_wrap_up(last)
        assert store.wrap_up("c1") == last
        assert store.verify(audio=True).faults == ()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE wrap_ups SET outcome = 'paid'", "wrap-up 1 was changed"),
        ("UPDATE wrap_ups SET next_contact = NULL", "wrap-up 1 was changed"),
        ("DELETE FROM wrap_ups", "wrap-up 1 was removed"),
        (
            "INSERT INTO wrap_ups SELECT 9, call, outcome, NULL, note, at_utc FROM wrap_ups",
            "wrap-up 9 was put in",
        ),
    ],
)
def test_tampering_is_said(places: Locations, change: str, says: str) -> None:
    keep_one(places)
    keep_wrap_up(places, DOORS, WRAP_UP)
    opened = open_store(places, DOORS)
    with writing(opened.engine) as connection:
        changeable_again(connection, "wrap_ups")
        connection.execute(text(change))
    opened.engine.dispose()
    with CallStore(places, CODEC, doors=DOORS) as store:
        assert store.verify(audio=True).faults == (says,)


def test_those_of_an_older_store_are_sealed(embedded: Locations) -> None:
    first_release(embedded.database)
    with closing(sqlite3.connect(embedded.database)) as connection, connection:
        connection.executescript(
            "CREATE TABLE wrap_ups (number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,"
            " call TEXT NOT NULL, outcome TEXT NOT NULL, next_contact TEXT, note TEXT NOT NULL,"
            " at_utc TEXT NOT NULL);"
            "CREATE INDEX wrap_ups_by_call ON wrap_ups (call, number);"
            "CREATE TRIGGER wrap_ups_are_never_changed BEFORE UPDATE ON wrap_ups"
            " BEGIN SELECT RAISE(ABORT, 'wrap_ups are only ever added'); END;"
        )
        for call in ("c1", "gone"):
            connection.execute(
                "INSERT INTO wrap_ups (call, outcome, next_contact, note, at_utc)"
                " VALUES (?, ?, ?, ?, ?)",
                (call, WRAP_UP.outcome, WRAP_UP.next_contact, NOTE, WRAP_UP.at_utc),
            )
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        assert store.wrap_up("c1") == WRAP_UP
        assert store.wrap_up("gone") is None
        assert store.verify(audio=False).faults == ()
    for file in embedded.data_dir.rglob("*"):
        assert not file.is_file() or b"Keelung" not in file.read_bytes(), file


def test_one_waits_sealed_while_the_server_is_away(server: Server, tmp_path: Path) -> None:
    lines: list[str] = []
    doors = Doors({}, lines.append)
    places = Locations(tmp_path, store=server.new_database())
    keep_one(places)
    server.stop()
    try:
        keep_wrap_up(places, doors, WRAP_UP)
    finally:
        server.start()
    (waiting,) = places.journal_dir.iterdir()
    assert b"Keelung" not in waiting.read_bytes()
    assert stat.S_IMODE(waiting.stat().st_mode) == 0o600
    assert [line for line in lines if "cannot be reached" in line and "until then" in line]
    with CallStore(places, CODEC, doors=doors) as store:
        assert store.wrap_up("c1") is None
        assert store.recover().problems == ()
        assert store.wrap_up("c1") == WRAP_UP
        assert store.verify(audio=False).faults == ()
    assert not list(places.journal_dir.iterdir())


def test_one_that_came_in_before_a_crash_is_not_added_again(embedded: Locations) -> None:
    keep_one(embedded)
    unknown = replace(WRAP_UP, call="c2")
    keep_wrap_up(embedded, DOORS, unknown)
    (waiting,) = embedded.journal_dir.iterdir()
    sealed = waiting.read_bytes()
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        (problem,) = store.recover().problems
        assert "waits for a call that is not kept" in problem
        assert waiting.exists(), "its call is not here yet"
        writer = store.record("c2", with_sound=False)
        writer.append(envelopes(inputs(), "c2"))
        writer.close()
        store.recover()
        waiting.write_bytes(sealed)
        store.recover()
        assert not waiting.exists()
        assert store.wrap_up("c2") == unknown
        with store._engine.connect() as connection:
            count = connection.execute(text("SELECT count(*) FROM wrap_ups")).scalar_one()
    assert count == 1


def test_several_wait_side_by_side_and_a_call_that_never_comes_is_told(
    embedded: Locations,
) -> None:
    keep_one(embedded)
    first = replace(WRAP_UP, call="c2")
    last = replace(first, outcome="dispute", at_utc="2026-11-29T10:00:00+00:00")
    keep_wrap_up(embedded, DOORS, first)
    keep_wrap_up(embedded, DOORS, last)
    assert len(list(embedded.journal_dir.iterdir())) == 2
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        assert len(store.recover().problems) == 2
        writer = store.record("c2", with_sound=False)
        writer.append(envelopes(inputs(), "c2"))
        writer.close()
        assert store.recover().problems == ()
        assert store.wrap_up("c2") == last
    assert not list(embedded.journal_dir.iterdir())


def test_one_that_was_changed_is_left_and_told(embedded: Locations) -> None:
    keep_one(embedded)
    keep_wrap_up(embedded, DOORS, replace(WRAP_UP, call="c2"))
    (waiting,) = embedded.journal_dir.iterdir()
    waiting.write_bytes(waiting.read_bytes()[:-1] + b"\0")
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        (problem,) = store.recover().problems
    assert str(waiting) in problem
    assert waiting.exists()


def test_where_nothing_takes_it_that_is_an_error(embedded: Locations) -> None:
    keep_one(embedded)
    embedded.journal_dir.rmdir()
    embedded.journal_dir.touch()
    with pytest.raises(StoreFault, match="a file stands where a folder is needed"):
        keep_wrap_up(embedded, DOORS, replace(WRAP_UP, call="c2"))
