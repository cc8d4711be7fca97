"""`assistant payments`, `promises` and `worklist --follow-up`, through the command line's own door.

In this process: what is tried is what they say and do, and a process for each would take a minute.
"""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from assistant.cli import _run
from assistant.record.access import newest
from assistant.record.locations import Locations
from assistant.record.permissions import Role
from assistant.record.store import CallStore
from assistant.record.users import Users
from tests.commands.conftest import Assistant, Finished
from tests.follow_up.invented import CODEC, ON, call, keep
from tests.shift.lists import HEAD


@pytest.fixture
def assistant(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Assistant:
    """Run `assistant ARGUMENTS` in an empty folder."""
    monkeypatch.setenv("ASSISTANT_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Finished:
        status = _run([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return Finished(status, told.out, told.err)

    return run


TODAY = datetime.now(UTC).date()
AGO = (ON - TODAY).days


def test_from_payments_to_the_next_list(assistant: Assistant, tmp_path: Path) -> None:
    with CallStore(Locations(tmp_path / "home"), CODEC) as store:
        for owner in ("BROKEN", "KEPT"):
            keep(store, call(owner, -20 - AGO, ("300", -10 - AGO), outcome="promise",
                             next_contact=-10 - AGO, owner=owner))  # fmt: skip
    head = "account,amount,currency,paid_on,reference\n"
    due, lately = TODAY - timedelta(days=10), TODAY - timedelta(days=1)
    (tmp_path / "p.csv").write_text(f"{head}KEPT,300.00,USD,{due},R1\nX,1,USD,{lately},\n", "utf-8")
    bad = f"{head}KEPT,300.00,USD,{due},R1\nKEPT,300,USD,2026-02-31,\n"
    (tmp_path / "bad.csv").write_text(bad, "utf-8")

    first = assistant("payments", "import", "p.csv")
    assert (first.status, first.output) == (
        0,
        (
            "Payments new: 2, known already: 0\nPayments of accounts without a kept call: 1\n"
            f"Payments are known through {lately}.\n"
        ),
    )
    again = assistant("payments", "import", "bad.csv", "--json")
    told = json.loads(again.output)
    assert (again.status, told["new"], told["known"]) == (2, 0, 1)
    assert "bad.csv:3:1: paid_on: is no day" in again.errors
    assert "--through DAY says it" in again.errors

    chinese = assistant("payments", "import", "bad.csv", "--interface", "zh-Hant")
    assert "新增繳款：0 筆，已有：1 筆" in chinese.output
    assert not re.search("[A-Za-z]{3}", chinese.output)
    assert "修正後重新匯入檔案即可" in chinese.errors
    assert "部分資料列未匯入" in chinese.errors

    listed = assistant("promises", "list", "--jsonl", "--state", "broken", "--state", "kept")
    states = {record["account"]: record["state"] for record in listed.records}
    assert states == {"BROKEN": "broken", "KEPT": "kept"}
    assert f"known through {lately}" in listed.errors

    following = assistant("worklist", "--follow-up", "--json")
    (row,) = json.loads(following.output)["rows"]
    assert (row["account"], row["may_call"]) == ("BROKEN", "no")
    assert row["wanted"][0] == {
        "why": "broken_promise", "due_on": due.isoformat(), "at": None, "call": "BROKEN",
        "amount": "300", "currency": "USD",
    }  # fmt: skip
    assert row["barred"][0]["why"] == "account_not_found"
    assert "No source of accounts is set up" in following.errors


@pytest.mark.parametrize(
    ("command", "head"),
    [
        (("payments", "import", "x.csv"), "account,amount,currency,paid_on"),
        (("payments", "import", "x.csv", "--json"), "account,amount,currency,paid_on"),
        (("worklist", "x.csv"), HEAD),
        (("accounts", "check", "--file", "x.csv"), HEAD),
        (("accounts", "check", "--file", "x.csv", "--json"), HEAD),
        (("calls", "import", "--recordings", "x.csv"), "file"),
    ],
)
def test_no_heading_but_a_plain_word_is_told(
    assistant: Assistant, tmp_path: Path, command: tuple[str, ...], head: str
) -> None:
    more = ",\x1b]0;pwned\x07,Wang Xiaoming,4111111111111111,王小明,=cmd|calc,Region"
    (tmp_path / "x.csv").write_text(f"{head}{more}\n", "utf-8")
    told = assistant(*command)
    everything = told.output + told.errors
    at = 1 + len(head.split(","))
    assert f"column {at}" in everything
    assert f"column {at + 4}" in everything
    assert "Region" in everything
    for secret in ("\x1b", "pwned", "Wang", "4111", "王", "cmd"):
        assert secret not in everything


def test_an_agent_works_the_next_list_and_takes_it_nowhere(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with CallStore(Locations(tmp_path / "home"), CODEC) as store:
        for owner in ("ONE", "TWO"):
            keep(store, call(owner, -20 - AGO, ("300", -10 - AGO), outcome="promise",
                             next_contact=-10 - AGO, owner=owner))  # fmt: skip
        known = Users(store.opened, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        for name, role in (("chief", Role.ADMINISTRATOR), ("an", Role.AGENT),
                           ("su", Role.SUPERVISOR)):  # fmt: skip
            known.add("chief", name, role, password=f"a password of {name}")

    def command(who: str, *arguments: str) -> Finished:
        monkeypatch.setenv("ASSISTANT_USER", who)
        monkeypatch.setattr("sys.stdin", io.StringIO(f"a password of {who}\n"))
        return assistant(*arguments)

    def run(who: str, *arguments: str) -> Finished:
        return command(who, "worklist", "--follow-up", *arguments)

    taken = command("an", "promises", "list", "--jsonl")
    assert (taken.status, taken.output) == (2, "")
    assert "may not do that" in taken.errors
    assert len(command("su", "promises", "list", "--jsonl").records) == 2

    assert (seen := run("an")).status == 0
    assert "ONE" in seen.output
    for leaving in (("--to", "an.csv"), ("--json",)):
        refused = run("an", *leaving)
        assert (refused.status, refused.output) == (2, "")
        assert "an (agent) may not do that" in refused.errors
    assert not (tmp_path / "an.csv").exists()
    assert run("su", "--to", "su.csv").status == 0
    assert len(json.loads(run("su", "--json", "--filter", "TWO").output)["rows"]) == 1
    with CallStore(Locations(tmp_path / "home"), CODEC) as store:
        log = [(line.who, line.act, line.about) for line in newest(store.opened, 50)]
    assert log.count(("an", "refused: export", "")) == 3
    assert [one for one in reversed(log) if one[:2] == ("su", "export")] == [
        ("su", "export", "promises as JSON Lines"),
        ("su", "export", "next list to a file, rows: 2"),
        ("su", "export", "next list as JSON, rows: 1"),
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("payments", "import"), "Name a file"),
        (("payments", "import", "none.csv"), "there is no such file"),
        (("payments", "import", "none.csv", "--through", "2999-01-01"), "lies in the future"),
        (("promises", "list", "--state", "good"), "--state"),
        (("promises", "list", "--due", "soon"), "--due"),
        (("worklist", "--on", "2026-12-01"), "Name a list"),
        (("worklist", "list.csv", "--to", "x.csv"), "go with --follow-up"),
        (("live", "--follow-up", "--no-audio"), "A work list needs a terminal"),
    ],
)
def test_what_is_wrong_is_said_in_words(
    assistant: Assistant, arguments: tuple[str, ...], says: str
) -> None:
    finished = assistant(*arguments)
    assert (finished.status, finished.output) == (2, "")
    assert says in finished.errors
    assert "Traceback" not in finished.errors
