"""Streams that go away, fill up or are not what they seem."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pexpect
import pytest

COMMAND = [sys.executable, "-m", "assistant.cli", "demo", "--speed", "max", "--jsonl"]


def test_a_reader_who_goes_away_is_no_fault(environment: Mapping[str, str]) -> None:
    with subprocess.Popen(
        COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(environment)
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
    assert errors == b""
    assert process.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_that_cannot_be_written_is_told_in_one_line(
    environment: Mapping[str, str],
) -> None:
    with Path("/dev/full").open("wb") as full:
        finished = subprocess.run(
            COMMAND, stdout=full, stderr=subprocess.PIPE, env=dict(environment), check=False
        )
    assert finished.returncode == 2
    assert b"No space left" in finished.stderr
    assert b"Traceback" not in finished.stderr


def test_a_stuck_reader_does_not_keep_the_program(environment: Mapping[str, str]) -> None:
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, env=dict(environment)) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        status = process.wait(timeout=60)
    assert status == 130


def test_with_standard_error_redirected_no_screen_is_drawn_into_the_file(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "errors.log"
    terminal = pexpect.spawn(
        "/bin/sh",
        ["-c", f"{sys.executable} -m assistant.cli demo --speed max 2>{log}"],
        env=dict(environment),
        timeout=60,
        encoding="utf-8",
    )
    terminal.expect(pexpect.EOF)
    assert log.read_text(encoding="utf-8") == ""
    assert "Daniel Parker" in str(terminal.before)
