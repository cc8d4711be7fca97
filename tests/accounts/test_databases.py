"""A database as a source: SQLite always, PostgreSQL where its programs are installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from assistant.accounts.databases import DatabaseSource
from assistant.accounts.source import CannotLookUp, SourceFailed, TooMany
from assistant.shift.mapping import ListMapping
from compliance.errors import MissingPart
from tests.accounts.records import COLUMNS, NOW, PEOPLE, record

QUERY = (
    "SELECT * FROM overdue WHERE account = :id OR number LIKE '%' || substr(:phone, -3) || '%'"
    " OR customer_name LIKE '%' || :name || '%' ORDER BY account"
)
POSTGRES_QUERY = (
    "SELECT * FROM overdue WHERE account = :id OR number LIKE '%' || right(:phone, 3)"
    " OR customer_name ILIKE '%' || :name || '%' ORDER BY account"
)


def fill(url: URL) -> None:
    """The people in a table; amounts as decimals, days as whole numbers."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        columns = [
            f"{name} "
            + {"overdue_amount": "NUMERIC(14, 2)", "days_past_due": "INTEGER"}.get(name, "TEXT")
            for name in COLUMNS
        ]
        connection.execute(text("DROP TABLE IF EXISTS overdue"))
        connection.execute(text(f"CREATE TABLE overdue ({', '.join(columns)})"))
        values = ", ".join(f":{name}" for name in COLUMNS)
        for one in PEOPLE:
            connection.execute(text(f"INSERT INTO overdue VALUES ({values})"), one)


def source(url: URL, query: str = QUERY, **mapping: object) -> DatabaseSource:
    return DatabaseSource(url, query, ListMapping(**mapping), 2.0, lambda: NOW)  # type: ignore[arg-type]


@pytest.fixture
def sqlite(tmp_path: Path) -> URL:
    url = URL.create("sqlite", database=str(tmp_path / "core bank?.db"))
    fill(url)
    return url


def ids(asked: DatabaseSource, way: str, value: str) -> list[str]:
    return [one.account.id for one in getattr(asked, way)(value).accounts]


def test_every_way_and_how_fresh(sqlite: URL) -> None:
    core = source(sqlite)
    (found,) = core.by_id("A1").accounts
    assert (found.as_of, found.source) == (NOW, "core bank?.db")
    assert found.account.overdue_amount == Decimal("1234.50")
    assert ids(core, "by_phone", "2125550100") == ["A1", "A2"]
    assert ids(core, "by_phone", "+886912345678") == ["T1"]
    assert ids(core, "by_name", "Ann") == ["A1", "A2", "B1"]
    assert ids(core, "by_id", "nobody") == []
    assert core.check().unread == ()
    assert core.check("A1").read == 1
    assert str(core.check("A7").unread[0]) == "core bank?.db: account: the id is not there"


@pytest.mark.parametrize(
    "typed", ["' OR '1'='1", "A1'; DROP TABLE overdue; --", "%", "_", "\\", "\0", "A" * 10_000]
)
def test_what_is_typed_is_bound_and_finds_nobody_else(sqlite: URL, typed: str) -> None:
    core = source(sqlite)
    for way in ("by_id", "by_phone", "by_name"):
        assert ids(core, way, typed) == []
    assert ids(core, "by_id", "A1") == ["A1"]


def test_a_mapping_names_its_columns_and_a_bad_row_is_told(sqlite: URL) -> None:
    query = "SELECT account AS kto, customer_name, -1 AS overdue_amount FROM overdue WHERE kto=:id"
    constants = {"jurisdiction": "us", "currency": "USD", "bank_name": "B", "minimum_due": "1",
                 "days_past_due": "3"}  # fmt: skip
    core = source(sqlite, query, columns={"account": "kto"}, constants=constants)
    found = core.by_id("A1")
    assert found.accounts == ()
    assert [str(bad) for bad in found.unread] == [
        "core bank?.db:1: overdue_amount: is negative, and nothing that is owed is"
    ]
    lacking = source(sqlite, "SELECT customer_name FROM overdue WHERE account = :id")
    assert [bad.why[0][0] for bad in lacking.check().unread] == ["account", "jurisdiction"]


def test_a_way_that_the_query_has_not(sqlite: URL) -> None:
    core = source(sqlite, "SELECT * FROM overdue WHERE account = :id")
    with pytest.raises(CannotLookUp, match=":phone"):
        core.by_phone("2125550100")
    wide = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 2000)"
    with pytest.raises(TooMany, match="1000"):
        source(sqlite, f"{wide} SELECT i, :name FROM n").by_name("Ann")


@pytest.mark.parametrize(
    "query",
    [
        "WITH gone AS (SELECT 1) DELETE FROM overdue WHERE account = :id RETURNING *",
        "DELETE FROM overdue WHERE account = :id",
        "SELECT * FROM nowhere WHERE account = :id",
        "SELECT * FROM overdue WHERE account = :id AND",
    ],
)
def test_nothing_is_written_and_a_refused_query_is_told_without_values(
    sqlite: URL, query: str
) -> None:
    with pytest.raises(SourceFailed, match="does not answer the query") as caught:
        source(sqlite, query).by_id("A1")
    assert "A1" not in str(caught.value)
    assert caught.value.exit_status == 3
    assert ids(source(sqlite), "by_id", "A1") == ["A1"]


def test_a_database_that_is_gone_is_told_and_not_made_anew(tmp_path: Path, sqlite: URL) -> None:
    core = source(sqlite)
    assert ids(core, "by_id", "A1") == ["A1"]
    path = Path(sqlite.database or "")
    path.rename(tmp_path / "away.db")
    with pytest.raises(SourceFailed, match="is not there"):
        core.by_id("A1")
    assert not path.exists()
    path.write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(SourceFailed):
        core.by_id("A1")
    path.unlink()
    (tmp_path / "away.db").rename(path)
    assert ids(core, "by_id", "A1") == ["A1"]


def test_a_driver_that_is_missing_is_told() -> None:
    for name in ("oracle+oracledb://core/x", "nosuch://core/x"):
        with pytest.raises(MissingPart, match="No driver"):
            source(make_url(name))


def test_a_server_that_is_not_there_is_told_in_time() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        url = make_url(f"postgresql+psycopg://reader@127.0.0.1:{port}/core")
        pytest.importorskip("psycopg")
        with pytest.raises(SourceFailed, match="cannot be reached"):
            source(url, POSTGRES_QUERY).by_id("A1")


def test_a_server_that_takes_the_call_and_says_nothing_is_given_up() -> None:
    pytest.importorskip("psycopg")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = make_url(f"postgresql+psycopg://r@127.0.0.1:{silent.getsockname()[1]}/core")
        with pytest.raises(SourceFailed, match="cannot be reached"):
            source(url, POSTGRES_QUERY).by_id("A1")


# ---- a server ------------------------------------------------------------------------------------


def _programs() -> Path | None:
    """Where PostgreSQL's programs are; `None`: nowhere, or nobody here may run them."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("runuser") is None:
        return None
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).parent if found else None


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    pytest.importorskip("psycopg")
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    folder = tmp_path_factory.mktemp("pg")
    # The server runs as nobody's administrator; root hands it to another user.
    run: list[str] = []
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        run = ["runuser", "-u", "nobody", "--"]
        for parent in (folder, *folder.parents[:3]):
            parent.chmod(0o755)
        shutil.chown(folder, "nobody")
    where = folder / "data"
    made = [str(programs / "initdb"), "-D", str(where), "-U", "reader", "-A", "trust", "-E", "UTF8",
            "--no-sync"]  # fmt: skip
    subprocess.run([*run, *made], check=True, capture_output=True, cwd="/")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
    control = [*run, str(programs / "pg_ctl"), "-D", str(where), "-w"]
    log = ["-l", str(folder / "log")]
    subprocess.run(
        [*control, *log, "-o", options, "start"], check=True, stdout=subprocess.DEVNULL, cwd="/"
    )
    url = make_url(f"postgresql+psycopg://reader@127.0.0.1:{port}/postgres")
    try:
        fill(url)
        yield url
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True,
                       cwd="/")  # fmt: skip


def test_a_servers_accounts(postgres: URL) -> None:
    core = source(postgres, POSTGRES_QUERY)
    assert ids(core, "by_id", "A1") == ["A1"]
    assert ids(core, "by_phone", "2125550100") == ["A1", "A2"]
    assert ids(core, "by_name", "ann") == ["A1", "A2", "B1"]
    assert ids(core, "by_name", "美麗") == ["T1"]
    (found,) = core.by_id("A1").accounts
    assert found.account.overdue_amount == Decimal("1234.50")
    assert core.check("A1").unread == ()


@pytest.mark.parametrize(
    "query",
    [
        "WITH gone AS (DELETE FROM overdue WHERE account = :id RETURNING *) SELECT * FROM gone",
        "SELECT pg_sleep(30), :id",
        "SELECT * FROM nowhere WHERE account = :id",
    ],
)
def test_a_server_writes_nothing_and_does_not_hold_anybody_up(postgres: URL, query: str) -> None:
    with pytest.raises(SourceFailed, match="does not answer the query"):
        source(postgres, query).by_id("A1")
    assert ids(source(postgres, POSTGRES_QUERY), "by_id", "A1") == ["A1"]


def test_the_records_of_these_tests_are_accounts() -> None:
    assert len({one["account"] for one in PEOPLE}) == len(PEOPLE)
    assert set(record()) == set(COLUMNS)
