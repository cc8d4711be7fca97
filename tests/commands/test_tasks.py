"""`assistant tasks`, and tasks in `check`, as their users run them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from assistant import cli
from assistant.events import UtteranceFinal
from assistant.record.locations import Locations
from compliance.transcript import Speaker
from scripts.tasks import Sign, SignOf
from tests.commands.conftest import Assistant, Finished
from tests.record.test_tasks import COMPLAINT, HELP, keep, raised

HEADER = {
    "type": "call", "call": "a1", "jurisdiction": "tw", "language": "zh-TW",
    "collector": "in-house", "verified": True, "counterparty": "customer",
}  # fmt: skip
SAID = ("帳單金額不對", "我要申訴你們", "請找我的律師談", "我不想活了")

Run = Callable[..., Finished]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command in this process, on a folder with one kept call of two tasks."""
    home = tmp_path / "home"
    monkeypatch.setenv("ASSISTANT_HOME", str(home))
    words = UtteranceFinal("u2", 1, Speaker.CUSTOMER, "I\x1b[2J complain, Bob", (), 2.1, 2.4)
    more = (Sign(SignOf.EXIT, "complaint", 2.4, "u2"), Sign(SignOf.EXIT, "complaint", 2.6, "u9"))
    grown = replace(COMPLAINT, evidence=(*COMPLAINT.evidence, *more))
    keep(Locations(home), told=(words, raised(HELP), raised(grown, "2026-03-01")))

    def finished(*arguments: str) -> Finished:
        capsys.readouterr()
        status = cli._run([*arguments])
        told = capsys.readouterr()
        return Finished(status, told.out, told.err)

    return finished


def transcript(**header: object) -> str:
    lines: list[dict[str, object]] = [{**HEADER, **header}]
    lines += [
        {"type": "utterance", "call": "a1", "speaker": "customer", "text": text} for text in SAID
    ]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def test_check_tells_whose_a_dispute_a_complaint_a_lawyer_and_self_harm_are(
    assistant: Assistant,
) -> None:
    dated = transcript(started_at="2026-12-01T10:00:00+08:00")
    undated = transcript().replace('"a1"', '"a2"')
    told = assistant("check", "--jsonl", "-", stdin=dated + undated)
    tasks = {(one["call"], one["kind"]): one for one in told.records if one["type"] == "task"}
    owners = {
        "dispute": "disputes",
        "complaint": "complaints",
        "represented": "legal",
        "safety": "specialist",
    }
    for call in ("a1", "a2"):
        assert {kind: one["owner"] for (of, kind), one in tasks.items() if of == call} == owners
    assert tasks["a1", "safety"]["due"] == "2026-12-01T03:00+00:00"
    assert tasks["a1", "complaint"]["utterances"] == ["u1"]
    # Where nobody knows when the call was, how long is told and no day.
    undated_safety = tasks["a2", "safety"]
    assert (undated_safety["due"], undated_safety["within"]) == (None, {"hours": 1})


@pytest.mark.parametrize("code", ["en", "zh-Hant", "zh-Hans"])
def test_the_table_says_what_is_overdue_in_a_word_and_keeps_its_columns(
    run: Run, code: str
) -> None:
    rows = run("tasks", "list", "--interface", code).output.splitlines()
    overdue = {"en": "OVERDUE · waiting", "zh-Hant": "逾期 · 待收件", "zh-Hans": "超期 · 待接收"}
    assert [row.startswith(overdue[code]) for row in rows] == [False, True, True]
    assert [row.rsplit("  ", 1)[-1] for row in rows[1:]] == ["c1.t2", "c1.t1"]
    assert len({cell_len(row.rsplit("  ", 1)[0]) for row in rows}) == 1


def test_a_task_is_shown_with_the_words_that_speak_for_it(run: Run) -> None:
    page = run("tasks", "show", "t2", "--interface", "en").output
    assert "» complaint · Agent: we will have you arrested" in page
    assert "» Complaint · Customer: I [2J complain, Bob" in page
    assert "» Complaint (the words are not kept)" in page
    assert "house policy, not law" in page
    assert "\x1b" not in page
    assert "● help asked for (by key)" in run("tasks", "show", "t1", "--interface", "en").output
    (record,) = map(json.loads, run("tasks", "show", "t2", "--jsonl").output.splitlines())
    assert [sign["text"] is None for sign in record["evidence"]] == [False, False, True]
    assert run("tasks", "show", "t2", "--redacted").status == 0


def test_received_handed_on_and_done(run: Run) -> None:
    assert run("tasks", "receive", "c1.t1", "--note", "\x1b[2Jgone") == Finished(
        0, "receive: c1.t1\n", ""
    )
    again = run("tasks", "receive", "c1.t1")
    assert (again.status, "has received it already" in again.errors) == (2, True)
    assert run("tasks", "hand", "t1", "--to", "legal").status == 0
    assert run("tasks", "done", "t1").status == 0
    page = run("tasks", "show", "t1", "--interface", "en").output
    assert [word for word in ("received", "handed to Legal desk", "done") if word not in page] == []
    assert "\x1b" not in page
    assert [one["id"] for one in _listed(run)] == ["t2"]
    assert [one["state"] for one in _listed(run, "--all")] == ["waiting", "done"]
    assert [one["id"] for one in _listed(run, "--owner", "legal", "--state", "done")] == ["t1"]
    assert "» Legal desk · Agent asks for help · done" in (
        run("calls", "show", "c1", "--interface", "en").output
    )
    assert "task done" in run("record", "audit").output


def _listed(run: Run, *arguments: str) -> list[dict[str, object]]:
    lines = run("tasks", "list", "--jsonl", *arguments).output.splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "x.t1"), "there is no task called 'x.t1'"),
        (("show", "t"), "no task called 't'"),
        (("hand", "t1", "--to", "moon"), "there is no desk 'moon'"),
        (("list", "--owner", "moon"), "There are: supervisor,"),
        (("receive",), "Missing argument"),
        (("list", "--state", "lost"), "is not one of"),
    ],
)
def test_bad_input_is_told_with_its_remedy(run: Run, arguments: tuple[str, ...], says: str) -> None:
    finished = run("tasks", *arguments)
    assert finished.status == 2
    assert says in finished.errors


def test_where_there_is_nothing_to_do_that_is_said(run: Run) -> None:
    finished = run("tasks", "list", "--owner", "estates", "--interface", "en")
    assert finished == Finished(0, "", "There is nothing to do.\n")
