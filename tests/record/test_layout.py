"""The layout's versions: made, upgraded, refused; the same tables on both databases."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from assistant.record.database import open_store, store_name, writing
from assistant.record.faults import StoreFault, StoreGone, StoreTooNew
from assistant.record.locations import Locations
from assistant.record.store import CallStore
from assistant.record.tables import METADATA, STORE_VERSION
from tests.record.postgres import Server


def test_the_migrations_make_the_tables_that_the_program_uses(places: Locations) -> None:
    engine = open_store(places)
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
    engine = open_store(places)
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
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript((Path(__file__).parent / "first_release.sql").read_text("utf-8"))


def test_todays_store_is_upgraded(embedded: Locations) -> None:
    first_release(embedded.database)
    with CallStore(embedded) as store:
        (call,) = store.calls()
        assert call.id == "c1"
        assert [mark.rule for mark in call.marks] == ["US-03"]
        assert [envelope.seq for envelope in store.events("c1")] == list(range(9))
        assert len(store.reviews("c1")) == 1
    assert store_name(embedded) == str(embedded.database)
