"""`assistant accounts` and accounts that are named by id, as users run them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from scripts.account import content_hash
from tests.accounts.endpoint import endpoint
from tests.accounts.records import PEOPLE, record
from tests.accounts.test_endpoints import knows, source
from tests.commands.conftest import Assistant

BAD = record("B2", customer_name="Secret Name", overdue_amount="-7.77")


@pytest.fixture
def home(environment: Mapping[str, str]) -> Path:
    """A data folder whose settings name a file of accounts."""
    folder = Path(environment["ASSISTANT_HOME"])
    folder.mkdir()
    (folder / "people.json").write_text(json.dumps([*PEOPLE, BAD]), "utf-8")
    (folder / "settings.toml").write_text('[accounts]\nfile = "people.json"\n', "utf-8")
    return folder


def test_a_check_tells_what_was_read_and_every_record_that_was_not(
    assistant: Assistant, home: Path
) -> None:
    run = assistant("accounts", "check")
    assert run.status == 2
    bad, told = run.output.splitlines()
    assert bad == "people.json:6: overdue_amount: is negative, and nothing that is owed is"
    assert told.startswith("people.json: accounts read: 5, rejected: 1, as of 2")
    run = assistant("accounts", "check", "--json", "A1")
    told_ = json.loads(run.output)
    assert (told_["read"], told_["rejected"][0]["row"]) == (5, 6)
    assert told_["rejected"][0]["why"][0]["column"] == "overdue_amount"
    (home / "people.json").write_text(json.dumps(PEOPLE), "utf-8")
    assert assistant("accounts", "check").status == 0
    assert assistant("accounts", "check", "A7").status == 2


@pytest.mark.parametrize(
    ("typed", "ids"),
    [("A1", ["A1"]), ("212-555-0100", ["A1", "A2"]), ("陈美丽", ["T1"]), ("nobody", [])],
)
def test_what_is_found_is_masked(
    assistant: Assistant, home: Path, typed: str, ids: list[str]
) -> None:
    run = assistant("accounts", "find", typed)
    assert run.status == 0
    assert [line.split("\t")[0] for line in run.output.splitlines()] == ids
    for secret in ("Lee", "美麗", "2125550", "1234.50", "18420"):
        assert secret not in run.output
    as_json = json.loads(assistant("accounts", "find", "--json", typed).output)
    assert [one["account"] for one in as_json["accounts"]] == ids


def test_a_file_that_is_named_needs_no_settings(assistant: Assistant, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(record("Z9")), "utf-8")
    run = assistant("accounts", "find", "Z9", "--file", path)
    assert run.output.startswith("Z9\tA•• L••\t•••100\tus\tx.jsonl, 2")
    run = assistant("accounts", "check", "--mapping", path)
    assert (run.status, "--file" in run.errors) == (2, True)
    run = assistant("accounts", "find", "Z9")
    assert (run.status, "[accounts]" in run.errors) == (3, True)


@pytest.mark.parametrize(
    ("settings", "account", "status", "told"),
    [
        ('file = "people.json"', "A7", 2, "people.json knows no account of that id"),
        ('file = "gone.json"', "A1", 3, "The accounts of gone.json cannot be read"),
        ('file = "people.json"', "gone.json", 2, "gone.json"),
        ('url = "sqlite:///gone.db"\nquery = "SELECT :id"', "A1", 3, "gone.db is not there"),
        ('url = "http://127.0.0.1:9/a"\ntimeout_s = 0.5', "A1", 3, "cannot be reached"),
        ('url = "x"', "A1", 2, "settings.toml:2:7: accounts.url"),
    ],
)
def test_an_account_that_cannot_be_had_is_said_in_a_line(
    assistant: Assistant, home: Path, settings: str, account: str, status: int, told: str
) -> None:
    (home / "settings.toml").write_text(f"[accounts]\n{settings}\n", "utf-8")
    run = assistant("live", "--no-audio", "--jsonl", "--account", account)
    assert (run.status, run.output) == (status, "")
    assert told in run.errors
    assert "Traceback" not in run.errors


def test_a_call_begins_with_the_account_that_the_endpoint_knows(
    environment: Mapping[str, str], home: Path, tmp_path: Path
) -> None:
    with endpoint(knows) as running:
        settings = f'[accounts]\nurl = "{running.url}"\n'
        (home / "settings.toml").write_text(settings, "utf-8")
        command = [sys.executable, "-m", "assistant.cli", "live", "--no-audio", "--jsonl",
                   "--account", "A1"]  # fmt: skip
        with subprocess.Popen(
            command, env={**os.environ, **environment}, cwd=tmp_path, stdout=subprocess.PIPE,
            text=True,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            started = json.loads(process.stdout.readline())
            process.send_signal(signal.SIGINT)
        (found,) = source(running.url).by_id("A1").accounts
    assert started["type"] == "started"
    assert started["account"] == content_hash(found.account)
