"""Recordings to transcripts: order, times, speakers."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.demo.calls import demonstration_call
from assistant.speech.models import demonstration_model, open_model
from assistant.speech.recogniser import SpeechModel
from assistant.speech.recording import Recording
from assistant.speech.transcription import transcribe
from compliance.transcript import Speaker, Utterance

PART_S = 40


@pytest.fixture(scope="module")
def model() -> SpeechModel:
    return open_model(demonstration_model("en"))


def part(tmp_path: Path, columns: list[int]) -> Path:
    frames, rate_hz = soundfile.read(
        demonstration_call("en-US").audio, dtype="int16", stop=PART_S * 8_000
    )
    path = tmp_path / "part.wav"
    soundfile.write(path, frames[:, columns], rate_hz)
    return path


def transcript(path: Path, model: SpeechModel, channels: str | None = None) -> list[Utterance]:
    with Recording(path, rate_hz=model.rate_hz, channels=channels) as recording:
        return list(transcribe(recording, model))


def test_both_channels_in_the_order_of_speaking(tmp_path: Path, model: SpeechModel) -> None:
    utterances = transcript(part(tmp_path, [0, 1]), model)
    assert [utterance.speaker for utterance in utterances[:3]] == [
        *(Speaker.AGENT, Speaker.CUSTOMER, Speaker.AGENT)
    ]
    assert len({utterance.text for utterance in utterances}) == len(utterances)
    starts = [utterance.start_s or 0.0 for utterance in utterances]
    assert starts == sorted(starts)
    assert [utterance.index for utterance in utterances] == list(range(len(utterances)))
    assert len({utterance.id for utterance in utterances}) == len(utterances)
    for utterance in utterances:
        assert utterance.final
        assert utterance.text == " ".join(word.text for word in utterance.words)
        assert utterance.start_s == utterance.words[0].start_s
        assert utterance.end_s == utterance.words[-1].end_s


def test_the_same_recording_gives_the_same_transcript(tmp_path: Path, model: SpeechModel) -> None:
    path = part(tmp_path, [0, 1])
    assert transcript(path, model) == transcript(path, model)


def test_swapped_channels_swap_the_speakers_only(tmp_path: Path, model: SpeechModel) -> None:
    straight = transcript(part(tmp_path, [0, 1]), model)
    swapped = transcript(part(tmp_path, [1, 0]), model, "customer,agent")
    assert [(u.speaker, u.text, u.start_s) for u in swapped] == [
        (u.speaker, u.text, u.start_s) for u in straight
    ]


def test_one_channel_has_an_unknown_speaker_until_named(tmp_path: Path, model: SpeechModel) -> None:
    path = part(tmp_path, [0])
    assert {u.speaker for u in transcript(path, model)} == {Speaker.UNKNOWN}
    assert {u.speaker for u in transcript(path, model, "customer")} == {Speaker.CUSTOMER}


def test_silence_has_no_utterances(tmp_path: Path, model: SpeechModel) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros((80_000, 2), np.int16), 8_000)
    assert transcript(tmp_path / "silence.wav", model) == []
