"""One table of all packs: which rows there are, and whose talk each is judged by."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from assistant.cli import commands
from assistant.rule_overview import language_of_talk


def test_talk_is_judged_by_the_packs_of_its_language() -> None:
    assert language_of_talk(["您好，请问需要什么帮助？", "好的，没问题。"]) == "zh"
    assert language_of_talk(["Hello, how may I help?", "Sure."]) == "en"
    assert language_of_talk([]) == "en"


def test_every_pack_has_a_row_in_each_of_its_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = tmp_path / "talk.txt"
    talk.write_text("Thank you for calling.\nYou will be arrested tomorrow.\n", "utf-8")
    monkeypatch.setattr("assistant.rule_desk.RuleDesk.cases", lambda *_args, **_kwargs: ())
    result = CliRunner().invoke(
        commands,
        ["rules", "report", "--overview", "--talk", str(talk), "--data-dir", str(tmp_path)],
    )
    assert result.exit_code == 0, result.output
    rows = [line for line in result.stdout.splitlines() if line.startswith("| ")]
    named = {row.split(" | ")[0].removeprefix("| "): row for row in rows[2:]}
    assert list(named) == [
        "Mainland China, zh-CN",
        "Hong Kong, zh-HK",
        "Hong Kong, en-HK",
        "Taiwan, zh-TW",
        "United Kingdom, en-GB",
        "United States, en-US",
    ]
    assert "1 in 0.0 h" in named["United States, en-US"]
    assert "1 in" not in named["Taiwan, zh-TW"]


def test_an_overview_is_of_all_packs(tmp_path: Path) -> None:
    arguments = ["rules", "report", "--overview", "--jurisdiction", "us"]
    result = CliRunner().invoke(commands, [*arguments, "--data-dir", str(tmp_path)])
    assert result.exit_code == 2
    assert "all packs" in result.output
