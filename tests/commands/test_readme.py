"""What the README says is true of the program."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.commands.conftest import Assistant

README = Path(__file__).parents[2] / "README.md"
TEXT = README.read_text(encoding="utf-8")


def marked(name: str) -> str:
    """The block of code behind `<!-- NAME -->`."""
    found = re.search(rf"<!-- {re.escape(name)} -->\n```\w*\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None, name
    return found[1].strip()


def commands() -> list[list[str]]:
    """Every `assistant …` in the text's code spans, without arguments in capitals or brackets."""
    spans = re.findall(r"`(assistant [^`]*)`", TEXT)
    told = []
    for span in spans:
        words = [word for word in shlex.split(span)[1:] if not re.match(r"[A-Z\[(]|\.\.\.", word)]
        told.append([word.rstrip("…") for word in words])
    return told


def test_the_first_command_runs_the_demonstration(assistant: Assistant) -> None:
    steps = [shlex.split(step) for step in marked("command: demo").split("&&")]
    assert steps[0][:3] == ["python3", "-m", "venv"]
    assert steps[1][1:] == ["install", "--quiet", "."]
    assert steps[2][0] == ".venv/bin/assistant"
    assert assistant(*steps[2][1:], "--speed", "max").status == 0


def test_the_second_command_runs_these_tests() -> None:
    steps = [shlex.split(step) for step in marked("command: tests").split("&&")]
    assert steps[1][1] == "install"
    assert any(word.startswith(".[test") for word in steps[1])
    assert steps[2] == [".venv/bin/pytest"]
    ci = (README.parent / ".ci" / "run").read_text(encoding="utf-8")
    assert "\npytest" in ci


def test_the_example_is_judged_as_the_text_says(assistant: Assistant) -> None:
    finished = assistant("check", "--jsonl", "-", stdin=marked("example: check"))
    assert finished.status == 1
    found = [record for record in finished.records if record["type"] == "finding"]
    assert [(record["utterance"], record["family"]) for record in found] == [(0, "false_arrest")]


def test_the_rule_that_is_written_there_is_tested_and_judged(
    assistant: Assistant, tmp_path: Path
) -> None:
    folder = tmp_path / "rules" / "us"
    folder.mkdir(parents=True)
    (folder / "US-90.yaml").write_text(marked("example: rule"), encoding="utf-8")
    kept = ("--jurisdiction=us", f"--data-dir={tmp_path}")
    tested = assistant("rules", "test", *kept)
    assert tested.status == 0, tested.errors + tested.output
    said = "Hand it over and keep the payment to yourself."
    explained = assistant("rules", "explain", said, "--json", *kept)
    assert "US-90" in explained.output
    clean = assistant("rules", "explain", "The payment went through, thank you.", "--json", *kept)
    assert "US-90" not in clean.output


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_and_option_named_exists(assistant: Assistant, words: list[str]) -> None:
    path = [word for word in words if not word.startswith("-")]
    options = [word for word in words if word.startswith("--") and word != "--help"]
    helped = assistant(*path[:2], "--help")
    if helped.status != 0:
        helped = assistant(*path[:1], "--help")
    assert helped.status == 0, helped.errors
    for option in options:
        assert option in helped.output
