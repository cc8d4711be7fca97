"""What the device is given, where the player says it is, and a real device where there is one."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from assistant.speech.playback import Player, import_sounddevice, open_player

RATE_HZ = 8_000
BLOCK = 400  # a twentieth of a second


class Ramp:
    """Ten seconds whose values tell the place: sample n is n // 8; a second channel is silent."""

    rate_hz = RATE_HZ
    samples = 10 * RATE_HZ

    def __init__(self, channels: int = 1) -> None:
        self.channels = channels

    def frames(self, start: int, stop: int) -> npt.NDArray[np.int16]:
        assert 0 <= start < stop <= self.samples
        column = (np.arange(start, stop) // 8).astype(np.int16)
        rest = [np.zeros_like(column)] * (self.channels - 1)
        return np.stack([column, *rest], axis=1)


def ask(player: Player, blocks: int) -> npt.NDArray[np.float32]:
    """What a device gets that asks for `blocks` buffers while the screen feeds the player."""
    heard = []
    for _ in range(blocks):
        out = np.full((BLOCK, 2), 9.0, np.float32)
        player.fill(out)
        player.feed()
        heard.append(out)
    return np.concatenate(heard)


def places(heard: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The samples that were heard, from the ramp's values."""
    return heard[:, 0] * 32_768 * 8


def test_nothing_is_heard_before_play_and_everything_afterwards() -> None:
    player = Player(Ramp(), device_rate_hz=RATE_HZ)
    assert not ask(player, 2).any()
    assert not player.playing
    player.play_from(0)
    heard = ask(player, 10 * 20)
    assert np.array_equal(places(heard) // 8, np.arange(10 * RATE_HZ) // 8)
    assert not player.playing
    assert player.position == 10 * RATE_HZ
    assert not ask(player, 1).any()


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0, 4.0])
def test_the_position_is_what_is_heard(speed: float) -> None:
    player = Player(Ramp(), device_rate_hz=RATE_HZ)
    player.play_from(16_000, speed)
    assert player.position == 16_000
    heard = ask(player, 20)  # one second
    assert player.position == 16_000 + speed * RATE_HZ
    assert places(heard)[-BLOCK:].mean() == pytest.approx(player.position, abs=BLOCK * speed + 100)


def test_pause_holds_the_place_and_play_goes_on_from_it() -> None:
    player = Player(Ramp(), device_rate_hz=RATE_HZ)
    player.play_from(8_000)
    ask(player, 10)
    player.pause()
    assert not player.playing
    held = player.position
    assert held == 8_000 + 10 * BLOCK
    assert not ask(player, 5).any()
    assert player.position == held
    player.play_from(player.position, 1.0)
    assert places(ask(player, 1))[0] == pytest.approx(held, abs=8)


def test_a_jump_takes_effect_at_once() -> None:
    player = Player(Ramp(), device_rate_hz=RATE_HZ)
    player.play_from(0)
    ask(player, 4)
    player.play_from(40_000)
    assert places(ask(player, 1))[0] == pytest.approx(40_000, abs=8)


def test_a_screen_that_is_late_makes_silence_and_no_error_in_the_position() -> None:
    player = Player(Ramp(), device_rate_hz=RATE_HZ)
    player.play_from(0)
    out = np.zeros((3 * RATE_HZ, 2), np.float32)
    player.fill(out)  # three seconds asked for, one was ready
    assert player.position == RATE_HZ
    assert player.playing
    player.feed()
    assert places(ask(player, 1))[0] == pytest.approx(RATE_HZ, abs=8)


def test_the_way_to_the_ear_counts() -> None:
    player = Player(Ramp(), device_rate_hz=RATE_HZ, latency_s=0.1)
    player.play_from(800)
    ask(player, 1)
    assert player.position == 800
    ask(player, 3)
    assert player.position == 800 + 4 * BLOCK - 800


def test_two_channels_sit_left_and_right() -> None:
    player = Player(Ramp(channels=2), device_rate_hz=RATE_HZ)
    player.play_from(40_000)
    left, right = np.abs(ask(player, 4)).sum(axis=0)
    assert left > 2 * right > 0


@pytest.mark.parametrize("device_rate_hz", [44_100, 48_000])
def test_devices_with_a_rate_of_their_own(device_rate_hz: int) -> None:
    player = Player(Ramp(), device_rate_hz=device_rate_hz)
    player.play_from(8_000)
    out = np.zeros((device_rate_hz // 2, 2), np.float32)
    player.fill(out)
    assert player.position == pytest.approx(8_000 + RATE_HZ // 2, abs=1)
    assert places(out)[-1] == pytest.approx(8_000 + RATE_HZ // 2, abs=80)


@pytest.mark.parametrize(("asked", "begins"), [(-5, 0), (10**9, 10 * RATE_HZ)])
def test_places_outside_the_sound(asked: int, begins: int) -> None:
    player = Player(Ramp(), device_rate_hz=RATE_HZ)
    player.play_from(asked)
    assert player.position == begins


def test_a_speed_outside_its_limits() -> None:
    with pytest.raises(ValueError, match="speed"):
        Player(Ramp(), device_rate_hz=RATE_HZ).play_from(0, 5.0)


def test_without_portaudio_one_line_says_so() -> None:
    program = (
        "import sys; sys.modules['sounddevice'] = None\n"
        "from assistant.speech.playback import open_player\n"
        "print(*open_player(None))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ended.stdout == (
        "None The call is replayed without sound: the PortAudio library is not installed on this "
        "system.\n"
    )


def test_without_a_device_one_line_says_so() -> None:
    """In a process that finds no sound server; hardware, where there is some, is a device too."""
    if import_sounddevice() is None:
        pytest.skip("needs the PortAudio library (Debian: libportaudio2)")
    program = (
        "from assistant.speech.playback import import_sounddevice, open_player\n"
        "found = [d for d in import_sounddevice().query_devices() if d['max_output_channels']]\n"
        "print(*(['hardware'] if found else open_player(None)))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PULSE_SERVER": "unix:/nonexistent"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout in (
        "hardware\n",
        "None The call is replayed without sound: no sound output device can be opened.\n",
    )


@pytest.fixture
def player() -> Iterator[Player]:
    opened, notice = open_player(Ramp(channels=2))
    if opened is None:
        pytest.skip(f"needs a sound server with a sink (PulseAudio) and PortAudio: {notice}")
    yield opened
    opened.close()


@pytest.mark.sound_server
def test_a_real_device_plays_pauses_and_ends(player: Player) -> None:
    def wait(until: str) -> None:
        """Keep feeding until the player is there; a device has its own clock."""
        deadline_s = time.monotonic() + 10
        while not eval(until, {"player": player}):
            assert time.monotonic() < deadline_s, until
            player.feed()

    begun_s = time.monotonic()
    player.play_from(0, 2.0)
    wait("player.position >= 16_000")
    assert 0.7 < time.monotonic() - begun_s < 3.0  # two seconds of sound at twice their speed
    player.pause()
    held = player.position
    assert not player.playing
    assert player.position == held
    player.play_from(9 * RATE_HZ, 4.0)
    wait("not player.playing")
    assert player.position == 10 * RATE_HZ
    assert not player.lost
