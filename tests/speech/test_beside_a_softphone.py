"""`assistant live` beside a softphone that is in a real call: what it hears is what was said."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest

from assistant.door.token import make_token
from assistant.record.locations import locate
from assistant.record.store import CallStore
from tests.speech.live_program import LiveProgram, Record, flagged, live_program
from tests.speech.parts import OPTIONS, devices, part
from tests.speech.sinks import Desk, desk_of_sinks, needs_sound, pactl
from tests.speech.softphones import Softphone, needs_softphone, softphone

pytestmark = [needs_sound, needs_softphone]

SCRIPT = Path(__file__).parent / "softphone_door.sh"
FROM_S, UNTIL_S = (
    39.6,
    71.6,
)  # of the demonstration call: illness, family, and what must not be said


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
            answers="auto",
        ) as agent,
    ):
        yield agent, customer


def assistant(home: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "assistant.cli", *arguments, "--data-dir", str(home)]
    told = subprocess.run(command, capture_output=True, check=True, timeout=120)
    return told.stdout.decode()


def replayed(home: Path, both: Path) -> list[Record]:
    told = assistant(home, "replay", str(both), "--jsonl", *OPTIONS, "--speed", "max")
    return [json.loads(line) for line in told.splitlines()]


def said(records: list[Record], speaker: str) -> list[str]:
    utterances = [each for each in records if each["type"] == "utterance"]
    return [
        word for each in utterances if each["speaker"] == speaker for word in each["text"].split()
    ]


def test_a_call_between_softphones_is_heard_flagged_and_kept_as_its_recording_is(
    desk: Desk,
    customers_mouth: Desk,
    phones: tuple[Softphone, Softphone],
    tmp_path: Path,
) -> None:
    agent, customer = phones
    both, agents, customers = part(tmp_path, FROM_S, UNTIL_S)
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.toml").write_text('[recording.us]\nkeep = "audio"\nnotice_first = false\n')
    with live_program(home, *OPTIONS, *devices(desk)) as program:
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
        assert same > 0.85, (there, here)
    assert {rule for rule, _, _ in flagged(live)} == {"US-03", "ROUTE-illness"}
    assert flagged(live) == flagged(file)
    assert program.of("recording", state="on")
    assert not program.of("gap")
    assert program.notices == []
    with CallStore(locate(home, {})) as store:
        (kept,) = store.calls()
        assert kept.id == live[0]["call"]
        texts = [each["text"] for each in program.of("utterance")]
        assert [each.text for each in store.utterances(kept.id)] == texts
        with store.sound(kept.id) or pytest.fail("no sound was kept") as sound:
            assert sound.duration_s > UNTIL_S - FROM_S
            for channel in (0, 1):
                samples = sound.read(channel, 0, sound.end_sample(channel))
                assert np.abs(samples.astype(int)).max() > 3_000


# ---- the door ------------------------------------------------------------------------------------

LIST = """\
account,customer_name,jurisdiction,collector,customer_state,number,number_kind,days_past_due,overdue_amount,currency,flags,contacts,as_of
A-1007,Daniel Parker,us,agency,NY,2125550100,mobile,40,640.00,usd,none,none,2026-11-27T09:00-05:00
"""


@dataclass(slots=True)
class OnScreen:
    """The program on a terminal of its own, 120 by 40, whose drawing is thrown away."""

    home: Path
    port: int

    def state(self) -> str:
        """What the door says is on the screen."""
        asked = door(self.home, self.port, "status")
        return asked.stdout.strip() or asked.stderr.strip()

    def until(self, state: str, within_s: float = 40) -> None:
        ends_s = time.monotonic() + within_s
        while (now := self.state()) != state:
            assert time.monotonic() < ends_s, f"{now} is on the screen, not {state}"


def door(home: Path, port: int, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assistant.cli", "door", *words]
    environment = {**os.environ, "ASSISTANT_HOME": str(home)}
    return subprocess.run(
        [*command, "--port", str(port)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def on_screen(desk: Desk, tmp_path: Path) -> Iterator[OnScreen]:
    home = tmp_path / "home"
    home.mkdir()
    make_token(home)
    (tmp_path / "list.csv").write_text(LIST)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    words = ("live", "--work-list", str(tmp_path / "list.csv"), "--door", str(port))
    program = subprocess.Popen(
        [
            *(sys.executable, "-m", "assistant.cli", *words),
            *("--stale-after", "8760", "--language", "en-US", "--model", "demonstration"),
            *devices(desk),
        ],
        stdin=inner,
        stdout=inner,
        stderr=inner,
        env={**os.environ, "ASSISTANT_HOME": str(home), "TERM": "xterm-256color"},
        start_new_session=True,
    )
    os.close(inner)
    drain = threading.Thread(target=_drained, args=(outer,), daemon=True)
    drain.start()
    try:
        yield OnScreen(home, port)
    finally:
        program.kill()
        program.wait()
        drain.join(10)
        os.close(outer)


def _drained(terminal: int) -> None:
    with suppress(OSError):  # the other end is closed
        while os.read(terminal, 65_536):
            pass


def listeners(desk: Desk) -> int:
    """How many streams listen to the desk's two devices, the softphone's among them."""
    sources = [line.split("\t") for line in pactl("list", "short", "sources").splitlines()]
    mine = {row[0] for row in sources if desk.mic in row[1] or desk.headset in row[1]}
    streams = [line.split("\t") for line in pactl("list", "short", "source-outputs").splitlines()]
    return sum(row[1] in mine for row in streams if len(row) > 1)


def test_a_softphone_drives_the_screen_through_the_door(
    desk: Desk, phones: tuple[Softphone, Softphone], on_screen: OnScreen, tmp_path: Path
) -> None:
    agent, customer = phones
    here = tmp_path / "bin"
    here.mkdir()
    command = here / "assistant"  # on the agent's computer it is installed
    run = f'exec "{sys.executable}" -m assistant.cli "$@" --port {on_screen.port}'
    command.write_text(f"#!/bin/sh\n{run}\n")
    command.chmod(0o755)
    on_screen.until("list")
    told_on = subprocess.Popen(
        ["bash", str(SCRIPT), str(agent.control), "A-1007"],
        stdin=subprocess.PIPE,
        env={
            **os.environ,
            "ASSISTANT_HOME": str(on_screen.home),
            "PATH": f"{here}{os.pathsep}{os.environ['PATH']}",
        },
        text=True,
    )
    assert told_on.stdin is not None
    try:
        on_screen.until("brief")
        customer.do("dial", agent.address)
        on_screen.until("call")
        for key, state in (("h", "held"), ("r", "call")):
            told_on.stdin.write(f"{key}\n")
            told_on.stdin.flush()
            on_screen.until(state)
            if state == "held":
                held = listeners(desk)
        ends_s = time.monotonic() + 15
        while listeners(desk) != held + 2:
            assert time.monotonic() < ends_s, "it listens to both sides again"
        customer.do("hangup")
        on_screen.until("ended")
        assert told_on.wait(20) == 0
    finally:
        told_on.kill()
        told_on.wait()


def _customer_was_startled(program: LiveProgram) -> bool:
    return any("children" in each["text"] for each in program.of("utterance", speaker="customer"))
