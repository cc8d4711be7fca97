"""Recordings as a source: formats, rates, channels, cut and damaged files."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.speech.recording import CHUNK_S, Chunk, Recording, level_db
from compliance.errors import BadInput

RATE_HZ = 8_000


def tone(rate_hz: int, duration_s: float, hz: float = 300.0) -> npt.NDArray[np.float64]:
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(round(rate_hz * duration_s)) / rate_hz)


def write(path: Path, samples: npt.NDArray[np.generic], rate_hz: int, **options: str) -> Path:
    soundfile.write(path, samples, rate_hz, **options)
    return path


def read(path: Path, channels: str | None = None) -> tuple[list[Chunk], Recording]:
    with Recording(path, rate_hz=RATE_HZ, channels=channels) as recording:
        return list(recording), recording


def samples_of(chunks: list[Chunk], channel: int) -> npt.NDArray[np.int16]:
    own = [np.frombuffer(chunk.pcm, "<i2") for chunk in chunks if chunk.channel == channel]
    return np.concatenate(own) if own else np.zeros(0, np.int16)


def hears(samples: npt.NDArray[np.int16], hz: float) -> bool:
    """Whether the loudest frequency is `hz`."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return abs(int(spectrum.argmax()) * RATE_HZ / len(samples) - hz) < 5


@pytest.mark.parametrize(
    ("suffix", "subtype", "rate_hz"),
    [
        ("wav", "PCM_U8", 8_000),
        ("wav", "PCM_16", 8_000),
        ("wav", "PCM_24", 44_100),
        ("wav", "FLOAT", 192_000),
        ("wav", "DOUBLE", 11_025),
        ("wav", "ULAW", 8_000),
        ("wav", "ALAW", 8_000),
        ("wav", "GSM610", 8_000),
        ("flac", "PCM_16", 16_000),
        ("ogg", "VORBIS", 48_000),
        ("ogg", "OPUS", 48_000),
        ("mp3", "MPEG_LAYER_III", 16_000),
        ("aiff", "PCM_16", 22_050),
        ("au", "PCM_16", 6_000),
    ],
)
def test_formats_and_rates_all_become_8_khz(
    tmp_path: Path, suffix: str, subtype: str, rate_hz: int
) -> None:
    path = write(tmp_path / f"call.{suffix}", tone(rate_hz, 2.0), rate_hz, subtype=subtype)
    chunks, recording = read(path)
    heard = samples_of(chunks, 0)
    # Block formats pad their last block; everything else is exact to a sample.
    assert abs(len(heard) - 2 * RATE_HZ) <= (1000 if subtype == "GSM610" else 400)
    assert hears(heard[RATE_HZ // 2 : 3 * RATE_HZ // 2], 300.0)
    assert recording.lost_samples == 0
    assert recording.duration_s == pytest.approx(2.0, abs=0.1)
    for chunk in chunks[1:-2]:  # half of full scale throughout, no hole between stretches
        assert chunk.level_db == pytest.approx(-9.0, abs=0.7)


def test_sound_at_the_models_rate_is_passed_on_bit_by_bit(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    sound = rng.integers(-32_768, 32_767, size=(12_345, 2), dtype=np.int16)
    chunks, _ = read(write(tmp_path / "call.wav", sound, RATE_HZ))
    for channel in (0, 1):
        assert np.array_equal(samples_of(chunks, channel), sound[:, channel])


def test_channels_take_turns_in_the_order_of_the_map(tmp_path: Path) -> None:
    sound = np.stack([tone(RATE_HZ, 1.0, hz) for hz in (200, 400, 600, 800, 1000, 1200)], axis=1)
    path = write(tmp_path / "call.wav", sound, RATE_HZ)
    chunks, recording = read(path, "customer=5,agent=2")
    assert [channel.name for channel in recording.channels] == ["customer", "agent"]
    assert [(chunk.channel, chunk.start_sample) for chunk in chunks[:4]] == [
        *((0, 0), (1, 0)),
        *((0, 800), (1, 800)),
    ]
    assert hears(samples_of(chunks, 0), 1000)
    assert hears(samples_of(chunks, 1), 400)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    file_rate_hz=st.integers(2_000, 96_000),
    rate_hz=st.sampled_from([8_000, 16_000]),
    frames=st.integers(1, 60_000),
    channels=st.integers(1, 2),
)
def test_chunks_follow_one_another_and_add_up(
    tmp_path: Path, file_rate_hz: int, rate_hz: int, frames: int, channels: int
) -> None:
    path = write(tmp_path / "any.wav", np.zeros((frames, channels), np.int16), file_rate_hz)
    with Recording(path, rate_hz=rate_hz) as recording:
        chunks = list(recording)
    assert recording.lost_samples == 0
    for channel in range(channels):
        own = [chunk for chunk in chunks if chunk.channel == channel]
        position = 0
        for chunk in own:
            assert chunk.start_sample == position
            position += chunk.samples
        assert abs(position - frames * rate_hz / file_rate_hz) <= 1
        assert all(chunk.samples == round(rate_hz * CHUNK_S) for chunk in own[:-1])


def test_the_same_file_gives_the_same_chunks(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    path = write(tmp_path / "call.wav", rng.normal(0, 0.1, (50_000, 2)), 44_100)
    assert read(path)[0] == read(path)[0]


def test_samples_outside_full_scale_are_clipped_and_no_numbers_are_silence(tmp_path: Path) -> None:
    sound = np.array([2.0, -2.0, np.inf, -np.inf, np.nan, 0.5] * 200, dtype=np.float32)
    heard = samples_of(read(write(tmp_path / "f.wav", sound, RATE_HZ, subtype="FLOAT"))[0], 0)
    assert heard[:6].tolist() == [32_767, -32_768, 32_767, -32_768, 0, 16_384]


@pytest.mark.parametrize("suffix", ["wav", "aiff", "au", "w64"])
def test_what_a_cut_file_promised_is_reported_as_lost(tmp_path: Path, suffix: str) -> None:
    sound = np.stack([tone(RATE_HZ, 10.0)] * 2, axis=1)
    path = write(tmp_path / f"call.{suffix}", sound, RATE_HZ, subtype="PCM_16")
    os.truncate(path, path.stat().st_size * 3 // 10)
    chunks, recording = read(path)
    present = len(samples_of(chunks, 0))
    assert present == pytest.approx(3 * RATE_HZ, abs=1500)
    if suffix in ("wav", "aiff"):  # the others' lengths are not kept where they can be compared
        assert present + recording.lost_samples == pytest.approx(10 * RATE_HZ, abs=50)


def test_a_damaged_flac_is_heard_as_far_as_it_decodes(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    sound = rng.integers(-9_000, 9_000, 10 * RATE_HZ, dtype=np.int16)
    path = write(tmp_path / "call.flac", sound, RATE_HZ)
    os.truncate(path, path.stat().st_size * 6 // 10)
    chunks, recording = read(path)
    heard = samples_of(chunks, 0)
    assert len(heard) > 4 * RATE_HZ
    assert np.array_equal(heard, sound[: len(heard)])
    assert len(heard) + recording.lost_samples == len(sound)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 24_000, 44_100])
@pytest.mark.parametrize("tag_bytes", [0, 300])
def test_an_mp3_without_a_length_loses_nothing_unseen(
    tmp_path: Path, rate_hz: int, tag_bytes: int
) -> None:
    """The library guesses the length from the first frame and stops there."""
    sound = np.concatenate(
        [tone(rate_hz, 3.0), np.random.default_rng(1).normal(0, 0.1, rate_hz * 6)]
    )
    path = write(tmp_path / "call.mp3", sound, rate_hz, bitrate_mode="VARIABLE")
    content = path.read_bytes()
    second_frame = content.index(content[:2], content.index(b"Xing"))
    tag = b"ID3\3\0\0" + bytes([0, 0, tag_bytes >> 7, tag_bytes & 127]) + bytes(tag_bytes)
    path.write_bytes((tag if tag_bytes else b"") + content[second_frame:])
    chunks, recording = read(path)
    present = len(samples_of(chunks, 0)) + recording.lost_samples
    assert present == pytest.approx(9 * RATE_HZ, abs=RATE_HZ // 4)


def test_a_header_that_does_not_know_its_length_promises_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "pipe.wav", tone(RATE_HZ, 2.0), RATE_HZ)
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    chunks, recording = read(path)
    assert len(samples_of(chunks, 0)) == 2 * RATE_HZ
    assert recording.lost_samples == 0


def bad_files(folder: Path) -> Iterator[tuple[str, Path]]:
    wav = write(folder / "whole.wav", tone(RATE_HZ, 1.0), RATE_HZ).read_bytes()
    contents = {
        "header_only.wav": wav[:44],
        "half_a_header.wav": wav[:20],
        "empty.wav": b"",
        "text.wav": b"agent: hello\n" * 20,
        "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(500),
        "headerless.raw": wav[44:],
        "no_rate.wav": wav[:24] + bytes(4) + wav[28:],
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
        yield name, folder / name
    yield "missing.wav", folder / "missing.wav"
    yield "folder", folder
    os.mkfifo(folder / "pipe")
    yield "pipe", folder / "pipe"
    yield "slow.wav", write(folder / "slow.wav", np.zeros(500), 1_000)


def test_bad_files_are_told_with_name_and_remedy(tmp_path: Path) -> None:
    for name, path in bad_files(tmp_path):
        with pytest.raises(BadInput) as caught:
            Recording(path, rate_hz=RATE_HZ)
        assert str(path) in str(caught.value), name
        assert caught.value.remedy, name
        assert caught.value.exit_status == 2


@pytest.mark.parametrize("closed", ["the file", "its folder"])
def test_a_file_of_another_user(tmp_path: Path, closed: str) -> None:
    path = write(tmp_path / "call.wav", tone(RATE_HZ, 1.0), RATE_HZ)
    (path if closed == "the file" else tmp_path).chmod(0)
    superuser = os.geteuid() == 0
    if superuser:  # who may read everything
        os.seteuid(65_534)
    try:
        with pytest.raises(BadInput, match="may not be read") as caught:
            Recording(path, rate_hz=RATE_HZ)
    finally:
        if superuser:
            os.seteuid(0)
        tmp_path.chmod(0o700)
    assert "permissions" in caught.value.remedy


@pytest.mark.parametrize(
    ("samples", "expected"),
    [([], -96.0), ([0, 0], -96.0), ([32_767, -32_768], 0.0), ([1], -90.3), ([16_384], -6.0)],
)
def test_levels(samples: list[int], expected: float) -> None:
    assert level_db(np.array(samples, np.int16)) == expected
