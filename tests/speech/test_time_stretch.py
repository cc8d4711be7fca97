"""Faster and slower at the same pitch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.speech.time_stretch import Read, Samples, stretched

RATE_HZ = 8_000


def reading(sound: Samples) -> Read:
    """Random access with silence outside, as the player reads."""

    def read(start: int, stop: int) -> Samples:
        out = np.zeros((stop - start, sound.shape[1]), np.float32)
        first, last = max(0, start), min(stop, len(sound))
        if first < last:
            out[first - start : last - start] = sound[first:last]
        return out

    return read


def tone(hz: float, duration_s: float) -> Samples:
    wave = 0.5 * np.sin(2 * np.pi * hz * np.arange(round(RATE_HZ * duration_s)) / RATE_HZ)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def play(sound: Samples, speed: float, start: int = 0) -> Samples:
    blocks = stretched(reading(sound), start, len(sound), speed=speed, rate_hz=RATE_HZ)
    return np.concatenate(list(blocks))


@pytest.mark.parametrize("speed", [0.5, 0.75, 1.25, 1.5, 2.0, 3.0, 4.0])
@pytest.mark.parametrize("hz", [100.0, 220.0, 700.0])
def test_length_follows_the_speed_and_pitch_does_not(speed: float, hz: float) -> None:
    heard = play(tone(hz, 4.0), speed)
    assert len(heard) == pytest.approx(4.0 * RATE_HZ / speed, abs=0.05 * RATE_HZ)
    middle = heard[len(heard) // 4 : -len(heard) // 4, 0]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    loudest_hz = int(spectrum.argmax()) * RATE_HZ / len(middle)
    assert loudest_hz == pytest.approx(hz, rel=0.03, abs=3.0)
    # Windows that do not meet in phase would cancel and make it quieter.
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.15)


def test_at_its_own_speed_sound_is_unchanged() -> None:
    sound = np.random.default_rng(2).normal(0, 0.1, (12_345, 2)).astype(np.float32)
    assert np.array_equal(play(sound, 1.0), sound)
    assert np.array_equal(play(sound, 1.0, start=777), sound[777:])


@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_an_event_is_heard_at_its_place(speed: float) -> None:
    sound = np.zeros((4 * RATE_HZ, 2), np.float32)
    sound[2 * RATE_HZ : round(2.2 * RATE_HZ)] = tone(300, 0.2)
    heard = np.abs(play(sound, speed)[:, 0])
    begun_s = int(np.argmax(heard > 0.1)) / RATE_HZ
    assert begun_s == pytest.approx(2.0 / speed, abs=0.03)


@settings(max_examples=25, deadline=None)
@given(
    speed=st.floats(0.5, 4.0),
    length=st.integers(0, 20_000),
    start=st.integers(0, 20_000),
)
def test_any_length_and_speed(speed: float, length: int, start: int) -> None:
    sound = np.full((length, 2), 0.25, np.float32)
    blocks = list(stretched(reading(sound), start, length, speed=speed, rate_hz=RATE_HZ))
    total = sum(map(len, blocks))
    assert total == pytest.approx(max(0, length - start) / speed, abs=250)
    assert all(np.all(np.abs(block) <= 0.2501) for block in blocks)


@pytest.mark.parametrize("speed", [0.0, 0.49, 4.01, -1.0, float("nan")])
def test_other_speeds_are_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        play(tone(100, 0.1), speed)
