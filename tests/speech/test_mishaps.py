"""What happens at a desk in mid-call, to the whole of `assistant live`: it goes on and says so."""

from __future__ import annotations

import itertools
import signal
import threading
from pathlib import Path

import pytest

from tests.speech.live_program import LiveProgram, flagged, live_program
from tests.speech.parts import OPTIONS, THREAT, devices, part, play
from tests.speech.sinks import Desk, needs_sound, pactl

pytestmark = needs_sound
ARREST = ("US-03", "forbidden", "breach")


def until_startled(program: LiveProgram) -> None:
    """The customer's answer to the threat has been heard, and so the threat before it."""
    program.until(
        lambda told: any("children" in each["text"] for each in told.of("utterance")),
        60,
        "the customer's last words",
    )


def until_words(program: LiveProgram, words: str) -> None:
    """Somebody has begun to say this."""
    program.until(
        lambda told: any(words in each["text"] for each in told.of("partial")), 40, f"'{words}'"
    )


@pytest.mark.parametrize(
    ("channel", "not_assessable", "assessable"),
    [("agent", "US-01", "ROUTE-dispute"), ("customer", "ROUTE-dispute", "US-01")],
)
def test_a_device_that_goes_in_mid_call_and_comes_again(
    desk: Desk, tmp_path: Path, channel: str, not_assessable: str, assessable: str
) -> None:
    sink = desk.mic if channel == "agent" else desk.headset
    with live_program(tmp_path / "home", *OPTIONS, *devices(desk)) as program:
        play(desk, tmp_path, 46.5, 57)
        until_words(program, "sorry to hear")
        desk.unload(sink)
        program.until(lambda told: bool(told.of("gap")), 15, "the gap")
        desk.load(sink)
        program.until(lambda told: told.told("is back"), 15, "the device's return")
        play(desk, tmp_path, *THREAT)
        until_startled(program)
        ended = program.end()
    label = f"Monitor of {sink} ({sink}.monitor)"
    assert program.notices == [
        f"{label} is gone: the call goes on, that side is not heard.",
        f"{label} is back.",
    ]
    gaps = program.of("gap")
    assert {(gap["channel"], gap["reason"]) for gap in gaps} == {(channel, "device_lost")}
    for before, after in itertools.pairwise(gaps):
        assert after["start_s"] == pytest.approx(before["start_s"] + before["duration_s"], abs=0.02)
    assert not_assessable in ended["not_assessable"]
    assert assessable not in ended["not_assessable"]
    assert ARREST in flagged(program.records), "it hears again"


def test_a_stream_that_is_moved_in_a_mixer_is_followed_at_whatever_rate(
    desk: Desk, tmp_path: Path
) -> None:
    other = f"other-{desk.mic}"
    desk.load(other, 16_000)
    with live_program(tmp_path / "home", *OPTIONS, *devices(desk)) as program:
        before = pactl("get-default-source")
        pactl("set-default-source", f"{other}.monitor")  # what is named does not follow the default
        pactl("set-default-source", before)
        pactl("move-source-output", _listener(f"{desk.mic}.monitor"), f"{other}.monitor")
        program.until(lambda told: told.told("was exchanged in a mixer"), 15, "the line about it")
        _, agent, customer = part(tmp_path, *THREAT)
        desk.play(other, agent)
        desk.play(desk.headset, customer)
        until_startled(program)
        program.end()
    was, now = (f"Monitor of {sink} ({sink}.monitor)" for sink in (desk.mic, other))
    assert program.notices == [f"{was} was exchanged in a mixer: from here on {now} is heard."]
    assert ARREST in flagged(program.records)
    # Between two sources a sound server gives nothing for a moment, which is marked.
    assert {gap["reason"] for gap in program.of("gap")} <= {"stalled", "overrun"}
    assert {gap["channel"] for gap in program.of("gap")} <= {"agent"}


def test_a_program_that_stood_still_catches_up(desk: Desk, tmp_path: Path) -> None:
    """Ten seconds stopped, as near to a suspended laptop as a test comes that has no laptop."""
    with live_program(tmp_path / "home", *OPTIONS, *devices(desk)) as program:
        play(desk, tmp_path, 39.6, THREAT[1])
        until_words(program, "family")
        program.process.send_signal(signal.SIGSTOP)
        threading.Event().wait(10)  # nothing can tell of a program that stands still
        program.process.send_signal(signal.SIGCONT)
        until_startled(program)
        ended = program.end()
    assert ended["duration_s"] == pytest.approx(ended["at_s"], abs=3), "the call's clock went on"
    said = " ".join(each["text"] for each in program.of("utterance"))
    lost_s = sum(gap["duration_s"] for gap in program.of("gap"))
    # The sound server kept what was said meanwhile; what it could not keep would be marked.
    assert "your employer how much could you pay each month" in said or lost_s > 1
    assert ARREST in flagged(program.records)
    late = {each["channel"]: each["lag_s"] for each in program.of("lag")}
    assert all(lag_s < 1 for lag_s in late.values()), "what it told last of each side"


def _listener(source: str) -> str:
    """The number of the stream that listens to a source."""
    sources = {line.split("\t")[1]: line.split("\t")[0] for line in _short("sources")}
    streams = [line.split("\t") for line in _short("source-outputs")]
    return next(stream[0] for stream in streams if stream[1] == sources[source])


def _short(what: str) -> list[str]:
    return [line for line in pactl("list", "short", what).splitlines() if line]
