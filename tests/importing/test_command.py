"""Which options of `calls import` go together."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from assistant.import_commands import calls_import
from assistant.importing.recording_list import COLUMNS


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Name a file, or a list"),
        (("a.zip", "b.zip"), "Name one archive"),
        (("--webvtt", "--jsonl", "a"), "Name one kind"),
        (("--recordings", "a.csv", "--jsonl"), "Name one kind"),
        (("--recordings", "a.csv", "b.wav"), "takes no other file"),
        (("--webvtt", "a.vtt"), "--agent-voice NAME"),
        (("--jsonl", "a", "--zone", "Mars"), "--zone is an IANA name"),
        (("--jsonl", "a", "--workers", "0"), "--workers"),
    ],
)
def test_what_does_not_go_together(arguments: tuple[str, ...], says: str) -> None:
    finished = CliRunner().invoke(calls_import, arguments)
    assert finished.exit_code == 2
    assert says in finished.output


def test_the_columns_of_a_list_are_told() -> None:
    finished = CliRunner().invoke(calls_import, ["--columns"])
    assert finished.exit_code == 0
    assert [line.split()[0] for line in finished.output.splitlines()] == list(COLUMNS)
