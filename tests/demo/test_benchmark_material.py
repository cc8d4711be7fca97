"""What the benchmarks measure against: its times must be the truth, or they measure nothing."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.demo.synthesis import available
from assistant.speech.models import demonstration_model, open_model
from assistant.speech.recording import Recording
from assistant.speech.transcription import transcribe
from tests.benchmarks.material import breach_recording, long_call
from tests.benchmarks.sentences import ENGLISH, MANDARIN, Sentences

pytestmark = pytest.mark.skipif(
    not available(), reason="needs the project's synthesis extra (espeakng-loader, pypinyin)"
)

# Word times of finals lie this close to the truth, a merged pair of words a little farther.
WORD_TIME_S = 0.25


@pytest.mark.parametrize("stock", [ENGLISH, MANDARIN], ids=["English", "Mandarin"])
def test_every_breach_marks_one_stretch_of_words(stock: Sentences) -> None:
    assert len(stock.breaches) >= 20
    assert len({breach.text for breach in stock.breaches}) == len(stock.breaches)
    for breach in stock.breaches:
        assert re.fullmatch(r"[^\[\]]*\[[^\[\]]+\][^\[\]]*", breach.text), breach.text


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_the_last_prohibited_word_ends_where_the_recogniser_hears_it(
    language: str, tmp_path: Path
) -> None:
    recording = breach_recording(language, 5, 3, tmp_path)
    assert [b.end_s for b in recording.breaches] == sorted(b.end_s for b in recording.breaches)
    assert len(recording.breaches) == 5
    assert recording.breaches[-1].said_s < recording.duration_s
    assert breach_recording(language, 5, 3, tmp_path) == recording

    model = open_model(demonstration_model(language[:2]))
    with Recording(recording.audio, rate_hz=model.rate_hz) as sound:
        heard = [
            word
            for utterance in transcribe(sound, model)
            if utterance.speaker.value == "agent"
            for word in utterance.words
        ]
    for breach in recording.breaches:
        assert breach.prohibited in breach.text
        assert breach.start_s < breach.end_s <= breach.said_s
        last = breach.prohibited.rstrip("。.，,").lower().split()[-1][-3:]
        near = [
            word.text
            for word in heard
            if word.end_s is not None and abs(word.end_s - breach.end_s) <= WORD_TIME_S
        ]
        assert any(last.endswith(w[-1:]) for w in near), (breach.prohibited, near)


def test_the_same_arguments_give_the_same_call(tmp_path: Path) -> None:
    first = long_call("en-US", 0.5, 9, tmp_path / "one")
    again = long_call("en-US", 0.5, 9, tmp_path / "two")
    other = long_call("en-US", 0.5, 10, tmp_path / "one")
    sound, rate_hz = soundfile.read(str(first), dtype="int16")
    assert sound.shape[1] == 2
    assert len(sound) >= 30 * rate_hz
    assert np.array_equal(sound, soundfile.read(str(again), dtype="int16")[0])
    assert first.read_bytes() != other.read_bytes()
    # Both sides talk, and at no time is one of them digitally dead.
    assert all(np.abs(sound[:, channel]).max() > 3000 for channel in range(2))
