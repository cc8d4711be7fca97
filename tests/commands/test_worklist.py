"""The command `worklist`, as a user or another program runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Assistant
from tests.shift.lists import row, write

AT = ("--at", "2026-11-27T12:00-05:00")


def test_plain_lines_with_reasons(assistant: Assistant, tmp_path: Path) -> None:
    path = write(tmp_path, row("A1"), row("A2", days="x"), row("C3", flags="represented"))
    run = assistant("worklist", str(path), *AT)
    lines = run.output.splitlines()
    assert run.status == 0
    assert lines[0].split("\t")[:3] == ["✔ may call", "until 21:00", "A1"]
    assert lines[1].startswith("✘ not now\t\tC3")
    assert "US-14-contact Customer has a lawyer" in lines[2]
    assert "15 USC 1692c(a)(2)" in lines[2]
    assert f"{path}:3:1: days_past_due: is no number of days" in run.errors


def test_json_has_every_reason_and_the_sources(assistant: Assistant, tmp_path: Path) -> None:
    path = write(tmp_path, row("A1"), row("A2", flags=""), row("A3", days="x"))
    run = assistant("worklist", str(path), "--json", *AT)
    told = json.loads(run.output)
    yes, unknown = told["rows"]
    assert (yes["account"], yes["may_call"], yes["next_at"]) == (
        "A1", "yes", "2026-11-27T12:00:00-05:00",
    )  # fmt: skip
    assert yes["until"] == "2026-11-27T21:00:00-05:00"
    assert yes["local_times"] == {"America/New_York": "12:00"}
    assert yes["sources"] == [
        {"source": "list", "as_of": "2026-11-27T09:00:00-05:00", "age_s": 10800}
    ]
    assert all(reason["citation"] and reason["verified_law"] for reason in yes["reasons"])
    assert (unknown["may_call"], unknown["next_at"]) == ("unknown", None)
    assert "fact:represented" in [reason["because"] for reason in unknown["reasons"]]
    assert [(bad["line"], bad["why"]) for bad in told["rejected"]] == [
        (4, "days_past_due: is no number of days")
    ]


def test_own_attempts_count(
    assistant: Assistant, tmp_path: Path, environment: dict[str, str]
) -> None:
    path = write(tmp_path, row("A1"))
    home = Path(environment["ASSISTANT_HOME"])
    home.mkdir(parents=True)
    attempt = {"type": "attempt", "at": "2026-11-26T15:00:00Z", "account": "A1",
               "outcome": "promise"}  # fmt: skip
    (home / "contacts.jsonl").write_text(json.dumps(attempt) + "\n", "utf-8")
    run = assistant("worklist", str(path), *AT)
    assert run.output.startswith("✘ not now\tfrom 12-03 08:00\tA1")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere.csv",), "there is no such file or folder"),
        ((), "Name a list"),
        (("LIST", "--at", "tomorrow"), "--at is no moment"),
        (("LIST", "--at", "9999-12-31T23:59Z"), "--at is no moment"),
        (("LIST", "--mapping", "none.yaml"), "none.yaml"),
        (("LIST", "--stale-after", "0"), "stale-after"),
    ],
)
def test_bad_input_ends_with_two_and_a_remedy(
    assistant: Assistant, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    path = write(tmp_path, row("A1"))
    run = assistant("worklist", *(str(path) if a == "LIST" else a for a in arguments))
    assert run.status == 2
    assert told in run.errors
    assert "Traceback" not in run.errors
    assert run.output == ""


def test_a_list_of_bad_rows_alone_is_bad_input(assistant: Assistant, tmp_path: Path) -> None:
    run = assistant("worklist", str(write(tmp_path, row("A1", days="x"))), *AT)
    assert (run.status, run.output) == (2, "")


def test_filters_and_columns(assistant: Assistant, tmp_path: Path) -> None:
    path = write(tmp_path, row("A1"), row("C3", flags="represented"))
    permitted = assistant("worklist", str(path), "--permitted", *AT)
    assert [line.split("\t")[2] for line in permitted.output.splitlines()] == ["A1"]
    lawyers = assistant("worklist", str(path), "--filter", "lawyer", *AT)
    assert lawyers.output.splitlines()[0].split("\t")[2] == "C3"
    columns = assistant("worklist", "--columns")
    assert "* account" in columns.output
    assert "callback_at" in columns.output


def test_commands_without_a_door(assistant: Assistant, tmp_path: Path) -> None:
    run = assistant("door", "status", "--port", "1")
    assert (run.status, "assistant door token" in run.errors) == (3, True)
    assert assistant("door", "token").status == 0
    run = assistant("door", "call", "--account", "A1", "--port", "1")
    assert run.status == 3
    assert "Nobody listens at port 1" in run.errors
    run = assistant("live", "--no-audio", "--plain", "--door")
    assert run.status == 2
    assert "--work-list" in run.errors
    run = assistant("live", "--work-list", str(write(tmp_path, row("A1"))), "--no-audio")
    assert run.status == 2
    assert "assistant worklist FILE" in run.errors
