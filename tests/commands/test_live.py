"""`assistant live` as users run it: without sound, and where parts are missing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from assistant.demo.calls import demonstration_call
from assistant.live_sound import DeskKind, desk_kind
from compliance.errors import AssistantError
from tests.commands.conftest import Assistant

ACCOUNT = str(demonstration_call("en-US").account)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A computer without a sound server."""
    kept = {name: value for name, value in os.environ.items() if name != "PULSE_SERVER"}
    nowhere = str(tmp_path / "run")
    return {**kept, "ASSISTANT_HOME": str(tmp_path / "home"), "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": nowhere, "PULSE_SERVER": f"unix:{nowhere}/none"}  # fmt: skip


@pytest.mark.parametrize(
    ("options", "status", "told"),
    [
        ([], 3, ["No speech model for en-US is installed", "--no-audio"]),
        (["--language", "zh-HK"], 3, ["Cantonese", "--no-audio"]),
        (["--model", "demonstration"], 3, ["sound", "--no-audio"]),
        (["--model", "nowhere"], 3, ["There is no speech model nowhere"]),
        (["--no-audio", "--channels", "agent"], 2, ["Leave them out"]),
        (["--channels", "left,right"], 2, ["--channels mixed"]),
        (["--no-audio", "--account", "A-1007"], 3, ["no account source", "file"]),
        (["--no-audio", "--account", "gone.json"], 2, ["gone.json"]),
        (["--no-audio", "--language", "fr-FR"], 2, ["fr-FR"]),
    ],
)
def test_what_is_missing_is_said_in_a_line_with_its_remedy(
    assistant: Assistant, options: list[str], status: int, told: list[str]
) -> None:
    finished = assistant("live", *options)
    assert finished.status == status
    assert finished.output == ""
    for words in told:
        assert words.lower() in finished.errors.lower()
    assert "Traceback" not in finished.errors


def test_broken_settings_are_told_with_their_place(
    assistant: Assistant, environment: Mapping[str, str]
) -> None:
    home = Path(environment["ASSISTANT_HOME"])
    home.mkdir()
    (home / "settings.toml").write_text('[recording.us]\nkeep = "everything"\n')
    finished = assistant("live", "--no-audio")
    assert finished.status == 2
    assert "settings.toml:2:8: recording.us.keep" in finished.errors


@pytest.mark.parametrize("keep", [True, False])
def test_a_call_without_sound_runs_until_it_is_interrupted(
    environment: Mapping[str, str], tmp_path: Path, *, keep: bool
) -> None:
    command = [sys.executable, "-m", "assistant.cli", "live", "--no-audio", "--jsonl"]
    options = ["--account", ACCOUNT, *(["--keep"] if keep else [])]
    with subprocess.Popen(
        [*command, *options], env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        records = []
        for line in process.stdout:
            records.append(json.loads(line))
            if records[-1]["type"] == "stage":
                process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    kinds = [record["type"] for record in records]
    assert kinds[:2] == ["started", "recording"]
    assert kinds[-1] == "ended"
    assert records[0]["model"] == ""
    assert records[1]["state"] == ("on" if keep else "off")
    assert "US-03" in records[-1]["not_assessable"], "nobody heard a word"
    database = Path(environment["ASSISTANT_HOME"]) / "calls.db"
    assert database.exists() is keep


@pytest.mark.parametrize(
    ("channels", "agent", "customer", "kind"),
    [
        (None, None, None, DeskKind.BOTH_SIDES),
        (None, "mic", None, DeskKind.AGENT_ONLY),
        (None, "mic", "headset", DeskKind.BOTH_SIDES),
        ("agent, customer", None, None, DeskKind.BOTH_SIDES),
        ("agent", "mic", None, DeskKind.AGENT_ONLY),
        ("mixed", "line", None, DeskKind.MIXED),
        ("unknown", None, None, DeskKind.MIXED),
    ],
)
def test_kinds_of_desk(
    channels: str | None, agent: str | None, customer: str | None, kind: DeskKind
) -> None:
    found = desk_kind(channels, no_audio=False, agent_device=agent, customer_device=customer)
    assert found is kind


def test_a_device_of_the_customers_needs_a_channel_of_theirs() -> None:
    with pytest.raises(AssistantError, match="--customer-device"):
        desk_kind("agent", no_audio=False, agent_device=None, customer_device="headset")
