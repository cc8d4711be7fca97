"""The table [accounts]: every fault with its place, and the source that it names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from assistant.accounts.databases import DatabaseSource
from assistant.accounts.endpoints import EndpointSource
from assistant.accounts.files import FileSource
from assistant.accounts.settings import open_source
from assistant.accounts.source import AccountSource
from assistant.site_settings import load_site_settings
from compliance.errors import BadInput, MissingPart
from tests.accounts.records import record
from tests.accounts.test_databases import fill

SELECT = 'query = "SELECT * FROM overdue WHERE account = :id"\n'


def opened(folder: Path, table: str, **environ: str) -> AccountSource | None:
    path = folder / "settings.toml"
    path.write_text(f"[accounts]\n{table}", "utf-8")
    return open_source(load_site_settings(path).accounts, folder, environ)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("", "1:2: accounts needs either 'file' or 'url'"),
        ('file = "a.csv"\nurl = "https://core.example/a"\n', "either 'file' or 'url'"),
        ('files = "a.csv"\n', "2:1: unknown key 'files'"),
        ('file = ""\n', "2:8: accounts.file"),
        ('file = "a.csv"\nmethod = "get"\n', "3:10: accounts.method: means nothing with a file"),
        ('file = "a.csv"\n' + SELECT, "3:9: accounts.query: means nothing with a file"),
        ('url = "https://core.example/a"\n' + SELECT, "query: means nothing with an endpoint"),
        ('url = "http://core.example/a"\n', "2:7: accounts.url: must be https"),
        ('url = "https://me:pw@core.example/a"\n', "accounts.url: holds a name or password"),
        ('url = "https://core.example/a?x=1"\n', "accounts.url: ends before ?"),
        ('url = "https:///a"\n', "accounts.url: is no address"),
        ('url = "https://core.example:x/a"\n', "accounts.url: is no address"),
        ('url = "https://core.example/a"\nmethod = "put"\n', "3:10: accounts.method"),
        ('url = "https://core.example/a"\ntimeout_s = 0\n', "3:13: accounts.timeout_s"),
        ('url = "https://core.example/a"\ntimeout_s = 600\n', "3:13: accounts.timeout_s"),
        ('url = "https://core.example/a"\ntoken_variable = "a b"\n', "3:18: accounts.token_v"),
        ('url = "nonsense"\n' + SELECT, "accounts.url: is no address of a database"),
        ('url = "sqlite:///a.db"\n', "1:2: a database needs a 'query'"),
        ('url = "postgresql://r:pw@h/d"\n' + SELECT, "2:7: accounts.url: holds a password"),
        ('url = "sqlite:///a.db"\nquery = "DELETE FROM a"\n', "3:9: accounts.query: must be one"),
        ('url = "sqlite:///a.db"\nquery = "SELECT :id; DROP TABLE a"\n', "must be one SELECT"),
        ('url = "sqlite:///a.db"\nquery = "SELECT 1"\n', "query: asks for nothing"),
        ('url = "sqlite:///a.db"\nquery = "SELECT :id, :other"\n', "a parameter that is none of"),
        ('url = "sqlite:///a.db"\nmethod = "get"\n' + SELECT, "means nothing with a database"),
    ],
)
def test_faults_are_told_with_their_places(tmp_path: Path, table: str, told: str) -> None:
    with pytest.raises(BadInput) as caught:
        opened(tmp_path, table)
    assert told in str(caught.value)
    assert "pw" not in str(caught.value)


def test_a_site_without_a_source(tmp_path: Path) -> None:
    assert open_source(load_site_settings(tmp_path / "none.toml").accounts, tmp_path) is None


def test_each_kind_of_source_relative_to_the_settings(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([record("A1")]), "utf-8")
    fill(URL.create("sqlite", database=str(tmp_path / "core.db")))
    (tmp_path / "m.toml").write_text('[columns]\nbank_name = "bank_name"\n', "utf-8")
    from_file = opened(tmp_path, 'file = "a.json"\nmapping = "m.toml"\n')
    assert isinstance(from_file, FileSource)
    assert len(from_file.by_id("A1").accounts) == 1
    of_database = opened(tmp_path, 'url = "sqlite:///core.db"\nmapping = "m.toml"\n' + SELECT)
    assert isinstance(of_database, DatabaseSource)
    assert len(of_database.by_id("A1").accounts) == 1
    of_endpoint = opened(tmp_path, 'url = "https://core.example/a"\ntimeout_s = 1.5\n')
    assert isinstance(of_endpoint, EndpointSource)
    assert of_endpoint.name == "core.example"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('url = "https://core.example/a"\ntoken_variable = "CORE"\n', "CORE is not set"),
        ('url = "sqlite:///a.db"\npassword_variable = "CORE"\n' + SELECT, "CORE is not set"),
        ('url = "nosuch://h/d"\n' + SELECT, "No driver for nosuch"),
    ],
)
def test_a_secret_or_driver_that_is_missing(tmp_path: Path, table: str, told: str) -> None:
    with pytest.raises(MissingPart, match=told):
        opened(tmp_path, table)


def test_a_mapping_that_is_missing_or_broken(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text('[columns]\nkonto = "x"\n', "utf-8")
    for name in ("m.toml", "gone.toml"):
        with pytest.raises(BadInput, match=name):
            opened(tmp_path, f'url = "sqlite:///a.db"\nmapping = "{name}"\n' + SELECT)
