"""The demonstration: in a pipe, as JSON Lines, kept, interrupted, and on a real terminal."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pexpect
import pytest

from tests.commands.conftest import Assistant

CALLS = {
    "en-US": ({"false_arrest"}, "arrested", "will not contact your family"),
    "zh-TW": ({"workplace", "third_party_disclosure"}, "公司", "不会联络您的家人"),
    "zh-CN": ({"threat"}, "派", "不会联系您的家人"),
}


@pytest.mark.parametrize("language", CALLS)
def test_as_json_lines(assistant: Assistant, language: str) -> None:
    families, quoted, near_miss = CALLS[language]
    finished = assistant("demo", "--language", language, "--speed", "max", "--jsonl")
    assert (finished.status, finished.errors) == (0, "")
    records = finished.records
    assert [records[0]["type"], records[-1]["type"]] == ["started", "ended"]
    assert records[0]["schema"] == 1
    assert records[0]["model"].startswith("demonstration-")
    assert {record["call"] for record in records} == {records[0]["call"]}
    # What the customer says may route the call; it breaks nothing.
    found = [record for record in records if record["type"] == "finding"]
    findings = [record for record in found if record["kind"] != "route"]
    assert {record["family"] for record in findings} == families
    last = findings[-1]
    assert (last["status"], last["verdict"]) == ("confirmed", "breach")
    assert quoted in last["quote"]
    utterances = [record for record in records if record["type"] == "utterance"]
    said = utterances[last["utterance"]]
    assert said["id"] == last["utterance_id"]
    assert said["text"][last["start"] : last["end"]] == last["quote"]
    assert said["start_s"] <= last["start_s"] < last["end_s"] <= said["end_s"]
    assert last["citation"]
    assert last["explanation"]
    assert last["say_now"]
    assert any(
        near_miss in said["text"].replace(" ", "") or near_miss in said["text"]
        for said in utterances
    )
    stages = {record["stage"] for record in records if record["type"] == "stage"}
    assert {"opening", "verification", "purpose", "hardship", "options", "commitment"} <= stages
    times = [record["at_s"] for record in records]
    assert times == sorted(times)


def test_in_a_pipe_it_is_plain_lines(assistant: Assistant) -> None:
    finished = assistant("demo", "--speed", "max")
    assert finished.status == 0
    assert "✔ identity confirmed" in finished.output
    assert "⚠ breach: False arrest" in finished.output
    assert "Daniel Parker" in finished.output
    assert "\x1b" not in finished.output


def test_nothing_is_kept_unless_asked(assistant: Assistant, environment: Mapping[str, str]) -> None:
    assert assistant("demo", "--speed", "max", "--jsonl").status == 0
    assert not Path(environment["ASSISTANT_HOME"]).exists()
    assert assistant("demo", "--speed", "max", "--jsonl", "--keep").status == 0
    listed = assistant("review", "--plain")
    assert listed.status == 0
    assert len(listed.output.splitlines()) >= 1
    assert "en-US" in listed.output


def test_a_language_without_a_call_names_those_there_are(assistant: Assistant) -> None:
    finished = assistant("demo", "--language", "zh-HK")
    assert finished.status == 2
    assert "en-US, zh-CN, zh-TW" in finished.errors
    assert "Traceback" not in finished.errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_it_ends_the_call_and_says_130(
    environment: Mapping[str, str], number: signal.Signals
) -> None:
    command = [sys.executable, "-m", "assistant.cli", "demo", "--jsonl"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(environment)
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert b'"started"' in first
        process.send_signal(number)
        rest, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b'"reason":"cancelled"' in rest.splitlines()[-1]
    assert errors == b""


def test_killed_in_mid_call_what_was_kept_is_there(
    assistant: Assistant, environment: Mapping[str, str]
) -> None:
    command = [sys.executable, "-m", "assistant.cli", "demo", "--jsonl", "--keep", "--speed", "8"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=dict(environment)) as process:
        assert process.stdout is not None
        finals = 0
        for line in process.stdout:
            finals += b'"type":"utterance"' in line
            if finals == 4:
                break
        process.kill()
    listed = assistant("review", "--plain")
    assert listed.status == 0
    assert "interrupted" in listed.output


class Screen:
    """The program on a pseudo-terminal, its bytes gathered."""

    def __init__(
        self, environment: Mapping[str, str], *arguments: str, lines: int, columns: int
    ) -> None:
        self.terminal = pexpect.spawn(
            sys.executable,
            ["-m", "assistant.cli", *arguments],
            env={**environment, "TERM": "xterm-256color", "NO_COLOR": ""},
            dimensions=(lines, columns),
            timeout=60,
            encoding="utf-8",
        )

    def until(self, text: str) -> None:
        """Wait until the words were painted, whatever attributes stand between them."""
        gap = r"(?:\x1b\[[0-9;?]*[a-zA-Z])*\s*(?:\x1b\[[0-9;?]*[a-zA-Z])*"
        self.terminal.expect(gap.join(re.escape(word) for word in text.split()))


def test_on_a_terminal_the_call_screen_runs(environment: Mapping[str, str]) -> None:
    arguments = ("demo", "--language", "en-US", "--speed", "12")
    screen = Screen(environment, *arguments, lines=40, columns=120)
    screen.until("Daniel Parker")
    screen.terminal.send("\r")
    screen.until("Covered until verified")
    screen.until("Correct it")
    screen.until("end of the recording")
    screen.terminal.send("\x03")
    screen.terminal.expect(pexpect.EOF)
    screen.terminal.close()
    assert screen.terminal.exitstatus == 130


@pytest.mark.parametrize("ignored", [False, True], ids=["", "nohup"])
def test_a_closed_terminal_ends_the_program(environment: Mapping[str, str], ignored: bool) -> None:
    hang_ups = signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
    try:
        screen = Screen(environment, "demo", "--language", "en-US", lines=40, columns=120)
    finally:
        signal.signal(signal.SIGHUP, hang_ups)
    screen.until("Daniel Parker")
    screen.terminal.send("\r")
    screen.until("Covered until verified")
    child = screen.terminal.ptyproc  # type: ignore[attr-defined]
    child.fileobj.close()
    for _ in range(120):  # a loaded machine takes its time to end it
        if not child.isalive():
            return
        time.sleep(0.1)
    screen.terminal.close(force=True)
    pytest.fail("the program outlived its terminal")
