"""Sentences, numbers, word lists, labels and features: what a model is made from."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.speech.recipe import augment, features, numbers_en, numbers_zh, templates
from compliance.errors import BadInput

SEED = 7


def draw(tmp_path: Path, text: str, count: int = 60) -> set[str]:
    path = tmp_path / "sentences.txt"
    path.write_text(text, encoding="utf-8")
    source = templates.load([path], {"number": lambda _: "seven"})
    return set(source.draw(count, np.random.default_rng(SEED)))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Hello.", {"Hello."}),
        ("(Yes|No), sir.", {"Yes, sir.", "No, sir."}),
        ("Hello (there |)you.", {"Hello there you.", "Hello you."}),
        ("(A|(B|C) d)", {"A", "B d", "C d"}),
        ("Pay {number} now.", {"Pay seven now."}),
        (
            "[who]\nAnn\n(Bob|Cid)\n[sentences]\nI am {who}.",
            {"I am Ann.", "I am Bob.", "I am Cid."},
        ),
        ("# a comment\n\nHello. # and another", {"Hello."}),
    ],
)
def test_templates_say(tmp_path: Path, text: str, sentences: set[str]) -> None:
    assert draw(tmp_path, text) == sentences


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("Hello (you|me.", 1, "not closed"),
        ("Hello you).", 1, "closes nothing"),
        ("Fine.\nHello {you.", 2, "not closed"),
        ("Hello {you}.", 1, "no list and no number 'you'"),
    ],
)
def test_faulty_templates_are_told_by_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    with pytest.raises(BadInput, match=message) as told:
        draw(tmp_path, text)
    assert [fault.line for fault in told.value.faults] == [line]


@pytest.mark.parametrize(
    ("number", "english", "mandarin"),
    [
        (0, "zero", "零"),
        (12, "twelve", "十二"),
        (40, "forty", "四十"),
        (105, "one hundred five", "一百零五"),
        (110, "one hundred ten", "一百一十"),
        (2300, "two thousand three hundred", "两千三百"),
        (10_080, "ten thousand eighty", "一万零八十"),
        (12_000, "twelve thousand", "一万两千"),
        (20_005, "twenty thousand five", "两万零五"),
        (218_400, "two hundred eighteen thousand four hundred", "二十一万八千四百"),
    ],
)
def test_numbers_are_said(number: int, english: str, mandarin: str) -> None:
    assert numbers_en.cardinal(number) == english
    assert numbers_zh.cardinal(number) == mandarin


@pytest.mark.parametrize(
    ("number", "said"), [(12_000, "一万二"), (150, "一百五"), (2300, "两千三"), (8000, "八千")]
)
def test_short_mandarin_numbers(number: int, said: str) -> None:
    assert numbers_zh.short(number) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "first"), (12, "twelfth"), (20, "twentieth"), (21, "twenty first"), (30, "thirtieth")],
)
def test_ordinals(number: int, said: str) -> None:
    assert numbers_en.ordinal(number) == said


@given(st.sampled_from(sorted(numbers_en.NUMBERS)), st.integers(0, 2**32))
def test_english_numbers_hold_letters_only(name: str, seed: int) -> None:
    said = numbers_en.NUMBERS[name](np.random.default_rng(seed))
    assert said.strip()
    assert all(character.isalpha() or character in " ,'" for character in said)


@given(st.sampled_from(sorted(numbers_zh.NUMBERS)), st.integers(0, 2**32))
def test_mandarin_numbers_hold_characters_only(name: str, seed: int) -> None:
    said = numbers_zh.NUMBERS[name](np.random.default_rng(seed))
    assert said
    assert all("\u4e00" <= character <= "\u9fff" for character in said)


@pytest.mark.parametrize("seconds", [0.02, 0.5, 2.0])
def test_features_are_kaldis(seconds: float) -> None:
    kaldi = pytest.importorskip(
        "kaldi_native_fbank", reason="needs kaldi-native-fbank of the test extra"
    )
    sound = np.round(np.random.default_rng(SEED).standard_normal(round(8000 * seconds)) * 1000)
    sound[len(sound) // 2 : len(sound) // 2 + 400] = 0  # digital silence
    options = kaldi.MfccOptions()
    options.frame_opts.dither = 0
    options.frame_opts.samp_freq = features.RATE_HZ
    options.mel_opts.num_bins = features.MEL_BINS
    options.mel_opts.low_freq = features.LOW_HZ
    options.mel_opts.high_freq = features.HIGH_HZ
    options.num_ceps = features.CEPSTRA
    options.use_energy = False
    theirs = kaldi.OnlineMfcc(options)
    theirs.accept_waveform(features.RATE_HZ, sound.tolist())
    theirs.input_finished()
    ours = features.cepstra(features.log_mel(sound))
    assert len(ours) == theirs.num_frames_ready == features.frame_count(len(sound))
    for number, frame in enumerate(ours):
        assert np.abs(frame - theirs.get_frame(number)).max() <= 1e-4 * 5


def test_a_telephone_passes_its_band_only() -> None:
    hertz = np.array([50.0, 200, 300, 1000, 3400, 3600, 3900])
    gain = augment.band_gain(hertz, 300, 3400)
    assert gain.tolist() == [0, 0, 1, 1, 1, 0, 0]


@given(st.integers(0, 2**32))
@settings(deadline=None)
def test_distortion_keeps_the_clock(seed: int) -> None:
    """A click lies where the returned clock says, whatever was done to it."""
    random = np.random.default_rng(seed)
    channel = augment.draw_channel(random)
    sound = np.zeros(22_050, dtype=np.int16)
    sound[9000:9020] = 20_000
    distorted = augment.distort(sound, 22_050, channel, random, [])
    assert len(distorted.sound) % features.FRAME_SHIFT == 0
    assert np.abs(distorted.sound).max() <= augment.FULL_SCALE
    if channel.room_s is None and (channel.snr_db is None or channel.snr_db > 25):
        expected = distorted.offset + 9010 * distorted.factor
        assert abs(int(np.argmax(np.abs(distorted.sound))) - expected) < 40  # 5 ms


def spread(phones: list[int], starts: list[int], frames: int) -> list[int]:
    corpus = pytest.importorskip(
        "assistant.speech.recipe.corpus", reason="needs the project's training extra"
    )
    labels: list[int] = corpus.spread(phones, starts, frames).tolist()
    return labels


@given(st.lists(st.integers(0, 200), min_size=1, max_size=30), st.integers(0, 60))
def test_every_phone_lasts_three_frames(starts: list[int], more: int) -> None:
    places = [0, *sorted(starts)]
    frames = 3 * len(places) + more
    labels = spread(list(range(len(places))), places, frames)
    assert labels == sorted(labels)
    lasting = Counter(labels)
    assert set(lasting) == set(range(len(places)))
    assert min(lasting.values()) >= 3
    # So that whichever of three frames is looked at, every phone is heard.
    for phase in range(3):
        assert set(labels[phase::3]) == set(lasting)


def test_phones_with_room_stay_where_they_are() -> None:
    assert spread([0, 5, 6, 0], [0, 4, 9, 14], 20) == [0] * 4 + [5] * 5 + [6] * 5 + [0] * 6
