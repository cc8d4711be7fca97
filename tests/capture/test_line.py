"""One channel on the call's timeline: what comes, what does not, and clocks that run apart."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from assistant.events import AudioGap
from assistant.speech.devices import InputDevice
from assistant.speech.line import BLOCK_S, Line
from assistant.speech.recording import SILENCE_DB, Chunk
from assistant.speech.tap import Tap
from compliance.transcript import Speaker

RATE_HZ = 8_000
BLOCK = round(RATE_HZ * BLOCK_S)


def tap(channels: int = 1, rate_hz: int = RATE_HZ) -> Tap:
    return Tap(InputDevice("mic", "mic", "test", channels, rate_hz))


def gives(source: Tap, frames: int, value: int = 1000) -> None:
    """What the sound library does in its own thread."""
    sound = np.full((frames, source.channels), value, "<i2")
    source._copy(sound.tobytes(), frames, None, SimpleNamespace(input_overflow=False))


def line_of(source: Tap, number: int = 0, side: int | None = None) -> Line:
    return Line(number, Speaker.AGENT, source, side, RATE_HZ)


def chunk_and_gaps(line: Line, reason: str = "overrun") -> tuple[Chunk, list[AudioGap]]:
    items = list(line.block(reason))
    (chunk,) = [item for item in items if isinstance(item, Chunk)]
    return chunk, [item for item in items if isinstance(item, AudioGap)]


def test_what_comes_is_given_whole_and_in_order() -> None:
    source = tap()
    line = line_of(source)
    for value in (500, 1000, 1500):
        gives(source, BLOCK, value)
    line.take()
    middles = []
    for number in range(3):
        assert line.has_block or number == 2  # the converter keeps a little back
        chunk, gaps = chunk_and_gaps(line)
        assert chunk.start_sample == number * BLOCK
        assert chunk.samples == BLOCK
        assert gaps == []
        middles.append(int(np.frombuffer(chunk.pcm, "<i2")[BLOCK // 2]))
    assert middles == pytest.approx([500, 1000, 1500], abs=20)


def test_what_does_not_come_is_silence_and_one_gap_that_is_told_when_it_ends() -> None:
    source = tap()
    line = line_of(source)
    for _ in range(3):
        chunk, gaps = chunk_and_gaps(line, "device_lost")
        assert gaps == []
        assert chunk.level_db == SILENCE_DB
    gives(source, 4 * BLOCK)
    line.take()
    chunk, gaps = chunk_and_gaps(line)
    assert gaps == [AudioGap(0, 0, 3 * BLOCK, "device_lost")]
    assert chunk.start_sample == 3 * BLOCK
    assert line.lost == {"device_lost": 3 * BLOCK}


def test_sound_that_comes_after_it_was_told_as_lost_does_not_shift_what_follows() -> None:
    source = tap()
    line = line_of(source)
    chunk_and_gaps(line)  # nothing had come: told as lost
    gives(source, BLOCK, 500)  # it comes after all
    gives(source, 4 * BLOCK, 2000)
    line.take()
    chunk, gaps = chunk_and_gaps(line)
    assert [gap.samples for gap in gaps] == [BLOCK]
    assert int(np.frombuffer(chunk.pcm, "<i2")[BLOCK // 2]) == pytest.approx(2000, abs=40)


def test_another_reason_is_another_gap() -> None:
    line = line_of(tap())
    chunk_and_gaps(line, "paused")
    _, gaps = chunk_and_gaps(line, "device_lost")
    assert [gap.reason for gap in gaps] == ["paused"]
    assert [(gap.sample, gap.reason) for gap in line.over()] == [(BLOCK, "device_lost")]
    assert list(line.over()) == []


def test_one_device_with_two_channels_gives_each_side_its_own() -> None:
    source = tap(channels=2)
    left, right = line_of(source, 0, 0), line_of(source, 1, 1)
    sound = np.stack([np.full(4 * BLOCK, 700), np.full(4 * BLOCK, -900)], axis=1).astype("<i2")
    source._copy(sound.tobytes(), 4 * BLOCK, None, SimpleNamespace(input_overflow=True))
    for line, wanted in ((left, 700), (right, -900)):
        line.take()
        chunk, _ = chunk_and_gaps(line)
        assert int(np.frombuffer(chunk.pcm, "<i2")[BLOCK // 2]) == pytest.approx(wanted, abs=20)
    assert source.overruns == 1


@pytest.mark.parametrize("ppm", [-400, 400])
def test_a_clock_that_runs_apart_is_measured_and_kept_in_step(ppm: int) -> None:
    first_tap, other_tap = tap(), tap()
    first, other = line_of(first_tap), line_of(other_tap, 1)
    owed = 0.0
    apart = []
    for number in range(3000):  # five minutes
        gives(first_tap, BLOCK + (BLOCK if number == 0 else 0))
        owed += BLOCK * (1 + ppm * 1e-6)
        gives(other_tap, round(owed) + (BLOCK if number == 0 else 0))
        owed -= round(owed)
        for line in (first, other):
            line.take()
            chunk_and_gaps(line)
        other.keep_step(first)
        if first.backlog is not None and other.backlog is not None:
            apart.append(abs(first.backlog - other.backlog) / RATE_HZ)
    assert max(apart) < 0.025  # without it, 0.12 s
    assert other.lost == {}
    assert np.sign(other.drift().ppm) == np.sign(ppm)
    assert other.drift().ppm == 0.0
