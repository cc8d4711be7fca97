"""The sound file: what goes in comes out, whatever end the file met."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.record.faults import StoreDamaged, StoreFault, StoreReadOnly
from assistant.record.kept_sound import KeptSound, SideBySide
from assistant.record.sound import SoundChannel, SoundWriter
from assistant.record.vault import Vault
from tests.record.invented import RATE_HZ, Chunk, chunks, tone

VAULT = Vault(b"v" * 32)
SEAL = VAULT.new_call("a")[0]


def _writer(path: Path) -> SoundWriter:
    return SoundWriter(path, "a", VAULT, SEAL)


def _open(path: Path) -> KeptSound:
    return KeptSound(path, "a", SEAL)


def _write(path: Path, seconds: float) -> None:
    writer = _writer(path)
    for number, name in enumerate(("agent", "customer")):
        writer.open_channel(SoundChannel(number, name, RATE_HZ))
    for chunk in chunks(seconds):
        writer.append(chunk)
    writer.close()


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.sound"
    _write(path, 3.4)
    with _open(path) as sound:
        assert [opened.name for opened in sound.channels] == ["agent", "customer"]
        assert sound.duration_s == pytest.approx(3.4)
        assert not sound.torn
        for channel in (0, 1):
            assert sound.read(channel, 0, 27200).tobytes() == tone(channel, 0, 27200)
            assert sound.read(channel, 7990, 8010).tobytes() == tone(channel, 7990, 20)
        both = SideBySide(sound)
        assert (both.rate_hz, both.samples) == (RATE_HZ, 27200)
        assert both.frames(100, 8100)[:, 1].tobytes() == tone(1, 100, 8000)
        assert not sound.read(0, 27200, 28000).any()
    assert path.stat().st_size < 3.4 * RATE_HZ * 2 * 2  # smaller than plain samples


@given(cut=st.integers(min_value=0))
@settings(max_examples=60, deadline=None)
def test_a_cut_file_keeps_what_was_whole(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "a.sound"
    _write(path, 2.5)
    size = path.stat().st_size
    cut %= size
    with path.open("r+b") as file:
        file.truncate(cut)
    with _open(path) as sound:
        for opened in sound.channels:
            end = sound.end_sample(opened.channel)
            assert end in (0, 6400, 12800, 19200, 20000)
            assert sound.read(opened.channel, 0, end).tobytes() == tone(opened.channel, 0, end)


def test_a_killed_process_loses_less_than_a_second(tmp_path: Path) -> None:
    path = tmp_path / "a.sound"
    child = os.fork()
    if child == 0:
        writer = _writer(path)
        writer.open_channel(SoundChannel(0, "agent", RATE_HZ))
        for chunk in chunks(5.7, channels=1):
            writer.append(chunk)
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    with _open(path) as sound:
        assert sound.end_sample(0) == 5.6 * RATE_HZ
        assert sound.read(0, 0, 44800).tobytes() == tone(0, 0, 44800)


def test_a_gap_is_silence(tmp_path: Path) -> None:
    path = tmp_path / "a.sound"
    writer = _writer(path)
    writer.append(Chunk(0, 100, tone(0, 100, 400)))  # sound before its channel is opened
    writer.open_channel(SoundChannel(0, "agent", RATE_HZ))
    writer.append(Chunk(0, 1000, tone(0, 1000, 500)))
    writer.close()
    with _open(path) as sound:
        heard = sound.read(0, 0, 1500)
        assert not heard[:100].any()
        assert heard[100:500].tobytes() == tone(0, 100, 400)
        assert not heard[500:1000].any()
        assert heard[1000:].tobytes() == tone(0, 1000, 500)


@pytest.mark.parametrize("place", ["first record", "sound"])
def test_a_changed_byte_is_noticed(tmp_path: Path, place: str) -> None:
    path = tmp_path / "a.sound"
    _write(path, 1.0)
    body = bytearray(path.read_bytes())
    at = 25 if place == "first record" else len(body) - 25
    body[at] ^= 0x40
    path.write_bytes(body)
    with pytest.raises(StoreDamaged, match="Restore"), _open(path) as sound:
        sound.read(1, 0, 8000)


@pytest.mark.parametrize(
    "body", [b"RIFF....WAVE", b"CALLSOUND1\nxxxx", b"CALLSOUND2\nxxxxxxxxxxxxxxxx"]
)
def test_other_files_are_refused(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "a.sound"
    path.write_bytes(body)
    with pytest.raises(StoreDamaged) as caught:
        _open(path).read(0, 0, 1)
    assert str(path) in str(caught.value)


def test_another_calls_key_opens_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.sound"
    _write(path, 1.0)
    with pytest.raises(StoreDamaged):
        KeptSound(path, "a", VAULT.new_call("a")[0])
    with pytest.raises(StoreDamaged):
        KeptSound(path, "b", SEAL)


def test_nothing_of_the_sound_is_in_the_clear(tmp_path: Path) -> None:
    path = tmp_path / "a.sound"
    _write(path, 1.0)
    assert b"customer" not in path.read_bytes()
    assert b"fLaC" not in path.read_bytes()


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreFault, match="ENOENT"):
        _open(tmp_path / "none.sound")


def test_sound_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.sound"
    _write(path, 1.0)
    before = path.read_bytes()
    with pytest.raises(StoreReadOnly, match="never overwritten"):
        _writer(path)
    assert path.read_bytes() == before


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "sound" / "a.sound"
    _write(path, 0.2)
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_full_disk_loses_nothing_written(tmp_path: Path) -> None:
    """A limit on file size stands in for the full disk: the system refuses the write alike."""
    import resource
    import signal

    path = tmp_path / "a.sound"
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
        writer = _writer(path)
        writer.open_channel(SoundChannel(0, "agent", RATE_HZ))
        try:
            for chunk in chunks(60, channels=1):
                writer.append(chunk)
        except StoreFault:
            os._exit(7)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 7
    with _open(path) as sound:
        end = sound.end_sample(0)
        assert end >= RATE_HZ
        assert not sound.torn
        assert sound.read(0, 0, end).tobytes() == tone(0, 0, end)


def test_samples_are_whole_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.sound"
    _write(path, 0.1)
    with _open(path) as sound:
        assert sound.read(0, 0, 10).dtype == np.int16
