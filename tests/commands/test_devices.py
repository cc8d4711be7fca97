"""The commands on sound devices, as a user runs them: with a sound server, and with nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pexpect
import pytest

from assistant.device_listing import level_db, meter
from assistant.speech.devices import InputDevice, Pair, chosen, proposed
from compliance.errors import MissingPart

COMMAND = "from assistant.cli import main; main()"
needs_server = pytest.mark.skipif(
    "ASSISTANT_SOUND_SERVER" not in os.environ,
    reason="needs a PulseAudio server of its own (ASSISTANT_SOUND_SERVER), as .ci/run starts one",
)

MIC = InputDevice("mic", "Microphone", "PulseAudio", 1, 48_000, usual=True)
SPARE = InputDevice("spare", "Webcam", "PulseAudio", 2, 48_000)
MONITOR = InputDevice("out.monitor", "Monitor of Headset", "PulseAudio", 2, 48_000, monitor=True)
USUAL = InputDevice("hs.monitor", "Monitor of Desk", "PulseAudio", 2, 48_000, True, True, True)


def run(*arguments: str, program: str = COMMAND, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ((SPARE, MIC, MONITOR, USUAL), Pair(MIC, USUAL)),
        ((SPARE, MONITOR), Pair(SPARE, MONITOR)),
        ((MIC,), Pair(MIC, None)),
        ((MONITOR, USUAL), Pair(USUAL, MONITOR)),  # a virtual cable is a microphone too
        ((MONITOR,), Pair(MONITOR, None)),
        ((), None),
    ],
)
def test_the_pair_that_is_proposed(devices: tuple[InputDevice, ...], expected: Pair | None) -> None:
    assert proposed(devices) == expected


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("mic", MIC), ("2", SPARE), ("webcam", SPARE), ("Monitor of Headset", MONITOR)],
)
def test_a_device_by_its_name_a_part_of_it_or_its_number(wanted: str, found: InputDevice) -> None:
    assert chosen((MIC, SPARE, MONITOR, USUAL), wanted) == found


@pytest.mark.parametrize(
    ("wanted", "says"),
    [("monitor", "more than one"), ("9", "no sound device"), ("x", "no sound device")],
)
def test_a_name_that_is_nobodys_or_several(wanted: str, says: str) -> None:
    with pytest.raises(MissingPart, match=says):
        chosen((MIC, SPARE, MONITOR, USUAL), wanted)


@pytest.mark.parametrize(
    ("pcm", "shown"),
    [
        (b"", "···················· silent"),
        (b"\x00\x00" * 800, "···················· silent"),
        (b"\x00\x04" * 800, "██████████··········  -30 dB"),
        (b"\xff\x7f" * 800, "████████████████████   -0 dB too loud"),
    ],
)
def test_meters(pcm: bytes, shown: str) -> None:
    assert meter(level_db(pcm)).plain == shown


@needs_server
def test_the_list_and_its_json_agree() -> None:
    told = json.loads(run("devices", "--json").stdout)
    names = [device["name"] for device in told["devices"]]
    assert "headset.monitor" in names
    listed = run("devices")
    assert listed.returncode == 0
    for name in names:
        assert name in listed.stdout
    assert told["proposed"]["agent"] in names


@needs_server
def test_meters_move_on_a_terminal_until_interrupted() -> None:
    program = pexpect.spawn(
        sys.executable, ["-c", COMMAND, "devices", "--watch"], dimensions=(24, 80), timeout=20
    )
    program.expect("level")
    program.expect("silent")
    program.sendintr()
    program.expect(pexpect.EOF)
    program.close()
    assert program.exitstatus == 0


@needs_server
def test_a_trial_tells_of_silence_and_plays_what_it_has() -> None:
    ended = run("devices", "test", "--agent-device", "headset.monitor")
    assert ended.returncode == 0
    assert "agent: " in ended.stdout
    assert "5.0 s, -96 dB: pure silence; is the headset's sound played there?" in ended.stdout
    assert "Played back: agent." in ended.stdout


@pytest.mark.parametrize("command", [("devices",), ("devices", "test"), ("devices", "--json")])
def test_without_portaudio_one_line_says_so(command: tuple[str, ...]) -> None:
    program = f"import sys; sys.modules['sounddevice'] = None\n{COMMAND}"
    ended = run(*command, program=program)
    assert ended.returncode == 3
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert "PortAudio" in ended.stderr
    assert "--no-audio" in ended.stderr


def test_without_a_device_one_line_says_so() -> None:
    """Hardware, where there is some, is a device too."""
    ended = run("devices", PULSE_SERVER="unix:/nonexistent")
    if ended.returncode == 0:
        assert "PulseAudio" not in ended.stdout
        return
    assert ended.returncode == 3
    assert ended.stderr.count("\n") == 1
    assert "--no-audio" in ended.stderr


@pytest.mark.parametrize("arguments", [("--watch",), ("--watch", "--json"), ("--json", "test")])
def test_options_that_do_not_fit(arguments: tuple[str, ...]) -> None:
    ended = run("devices", *arguments)
    assert ended.returncode == 2
    assert ended.stdout == ""
