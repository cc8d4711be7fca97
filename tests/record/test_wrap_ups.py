"""How calls ended: sealed, proven, taken over from older stores, kept while the store is away."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from assistant.event_codec import EventCodec
from assistant.record import wrap_up_form
from assistant.record.database import writing
from assistant.record.faults import StoreFault, StoreTooNew
from assistant.record.kept import KeptItem, KeptWrapUp
from assistant.record.locations import Locations
from assistant.record.opening import Doors, open_store
from assistant.record.store import CallStore
from assistant.record.triggers import changeable_again
from assistant.record.wrap_up_form import NewerForm, opened_part, record_of, sealed_part, wrap_up_of
from assistant.record.wrap_ups import keep_wrap_up
from tests.record.invented import envelopes, inputs, outputs
from tests.record.postgres import Server
from tests.record.test_layout import first_release

CODEC = EventCodec()
DOORS = Doors({})
NOTE = "cousin in Keelung will lend it"
WRAP_UP = KeptWrapUp("c1", "promise", "2026-12-05", NOTE, "2026-11-28T10:00:00+00:00")
FILLED = replace(
    WRAP_UP,
    values={"amount": "4711.00", "due_on": "2026-12-04", "reason": "Keelung\ud800"},
    currency="TWD",
    account="ACC-4711",
    missing=("method",),
    happened=(KeptItem("reason", "hardship", 12.5, 1), KeptItem("objection", "illness", 9.0, 2)),
)


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


def test_what_was_filled_in_is_kept_sealed_and_proven(places: Locations) -> None:
    keep_one(places)
    with CallStore(places, CODEC, doors=DOORS) as store:
        store.add_wrap_up(WRAP_UP)
        store.add_wrap_up(replace(FILLED, at_utc="2026-11-29T10:00:00+00:00"))
        assert store.wrap_up("c1") == replace(FILLED, at_utc="2026-11-29T10:00:00+00:00")
        ending = store.endings(["c1", "nix"])["c1"]
        assert (ending.number, ending.wrap_up) == (2, store.wrap_up("c1"))
        assert store.verify(audio=False).faults == ()
        with store._engine.connect() as connection:
            rows = connection.execute(text("SELECT * FROM wrap_ups ORDER BY number")).all()
    assert not any(word in str(row) for row in rows for word in ("4711", "Keelung", "hardship"))


def test_what_is_sealed_may_not_be_exchanged(places: Locations) -> None:
    keep_one(places)
    keep_wrap_up(places, DOORS, FILLED)
    keep_wrap_up(places, DOORS, replace(WRAP_UP, at_utc="2026-11-29T10:00:00+00:00"))
    opened = open_store(places, DOORS)
    with writing(opened.engine) as connection:
        changeable_again(connection, "wrap_ups")
        older = "(SELECT note FROM wrap_ups WHERE number = 1)"
        connection.execute(text(f"UPDATE wrap_ups SET note = {older} WHERE number = 2"))
    opened.engine.dispose()
    with CallStore(places, CODEC, doors=DOORS) as store:
        assert store.verify(audio=False).faults == ("wrap-up 2 was changed",)
        with pytest.raises(StoreFault, match="does not open"):
            store.wrap_up("c1")


def test_one_with_values_waits_and_comes_in_with_them(embedded: Locations) -> None:
    keep_one(embedded)
    keep_wrap_up(embedded, DOORS, replace(FILLED, call="c2"))
    (waiting,) = embedded.journal_dir.iterdir()
    assert b"4711" not in waiting.read_bytes()
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        writer = store.record("c2", with_sound=False)
        writer.append(envelopes(inputs(), "c2"))
        writer.close()
        store.recover()
        assert store.wrap_up("c2") == replace(FILLED, call="c2")


# ---- the written forms ---------------------------------------------------------------------------

SLUGS = st.from_regex(r"[a-z][a-z0-9_]{0,11}", fullmatch=True)
ANY = st.builds(
    KeptWrapUp,
    call=st.text(max_size=9), outcome=st.text(max_size=9),
    next_contact=st.none() | st.text(max_size=9), note=st.text(), at_utc=st.text(max_size=9),
    values=st.dictionaries(SLUGS, st.text(max_size=30), max_size=4),
    currency=st.sampled_from(["", "USD"]), account=st.text(max_size=9),
    missing=st.lists(SLUGS, max_size=3).map(tuple),
    happened=st.lists(
        st.builds(KeptItem, SLUGS, SLUGS, st.floats(0, 9e4), st.integers(1, 99)), max_size=3
    ).map(tuple),
    by=st.sampled_from(["", "su"]),
)  # fmt: skip


@given(ANY)
def test_both_forms_give_back_what_was_written(wrap_up: KeptWrapUp) -> None:
    assert wrap_up_of(json.loads(json.dumps(record_of(wrap_up)))) == wrap_up
    held = opened_part(sealed_part(wrap_up))
    filled = (wrap_up.values, wrap_up.account, wrap_up.missing, wrap_up.happened, wrap_up.by)
    bare = not any(filled)
    # Who does not know who completed it, an older program, reads what nobody completed.
    form = b'{"form": 3' if wrap_up.by else b'{"form": 2'
    assert bare or sealed_part(wrap_up).startswith(b"\xff" + form)
    assert held["note"] == wrap_up.note
    assert held.get("values", {}) == wrap_up.values
    assert (held == {"note": wrap_up.note}) is bare


BARE = {"call": "c", "outcome": "o", "next_contact": None, "note": "", "at_utc": "t"}


def test_what_was_written_before_there_were_values_reads_as_it_did() -> None:
    old = {
        "call": "c1",
        "outcome": "promise",
        "next_contact": None,
        "note": "é\ud800",
        "at_utc": "t",
    }
    assert wrap_up_of(old) == KeptWrapUp("c1", "promise", None, "é\ud800", "t")
    assert record_of(wrap_up_of(old)) == old
    note = "é\ud800 {}".encode("utf-8", "surrogatepass")
    assert opened_part(note) == {"note": "é\ud800 {}"}
    assert sealed_part(replace(WRAP_UP, currency="USD")) == NOTE.encode()


ITEM = {"about": "reason", "slug": "dispute", "first_s": 1.0, "times": 1}


@pytest.mark.parametrize(
    "record",
    [
        [], None, "x", {}, {**BARE, "more": 1}, {**BARE, "note": None}, {**BARE, "next_contact": 3},
        {k: v for k, v in BARE.items() if k != "next_contact"},
        {**BARE, "values": []}, {**BARE, "values": {"amount": 5}}, {**BARE, "values": {"A b": "5"}},
        {**BARE, "values": {"amount": "5" * 2001}},
        {**BARE, "values": {f"a{n}": "" for n in range(201)}},
        {**BARE, "currency": "dollars"}, {**BARE, "account": 7}, {**BARE, "by": 7},
        {**BARE, "missing": "amount"},
        {**BARE, "missing": ["\x1b[2J"]}, {**BARE, "happened": {}}, {**BARE, "happened": [7]},
        {**BARE, "happened": [{**ITEM, "times": 0}]},
        {**BARE, "happened": [{**ITEM, "times": True}]},
        {**BARE, "happened": [{**ITEM, "first_s": float("nan")}]},
        {**BARE, "happened": [{**ITEM, "slug": "<b>"}]}, {**BARE, "happened": [{**ITEM, "x": 1}]},
    ],
)  # fmt: skip
def test_what_is_no_record_of_a_wrap_up_is_refused(record: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever fault comes first
        wrap_up_of(record)


@pytest.mark.parametrize(
    "sealed",
    [b"\xff", b"\xff{", b"\xff[]", b"\xff{}", b'\xff{"form":1,"note":""}', b'\xff{"form":2}',
     b'\xff{"form":true,"note":""}', b'\xff{"form":2,"note":"","outcome":"paid"}', b"\xfe"],
)  # fmt: skip
def test_what_is_no_sealed_piece_is_refused(sealed: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - as above
        opened_part(sealed)
    with pytest.raises(NewerForm):
        opened_part(b'\xff{"form":4,"sums":[]}')


def test_a_newer_form_says_what_to_do(embedded: Locations, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_one(embedded)
    monkeypatch.setattr(wrap_up_form, "FORM", 4)
    keep_wrap_up(embedded, DOORS, replace(FILLED, by="su"))
    monkeypatch.undo()
    with (
        CallStore(embedded, CODEC, doors=DOORS) as store,
        pytest.raises(StoreTooNew, match="Update this program"),
    ):
        store.wrap_up("c1")


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
