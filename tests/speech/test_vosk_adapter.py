"""The real recogniser on real sound: what it sends, when, and at which samples."""

import json
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from assistant.demo.calls import demonstration_call
from assistant.speech.models import demonstration_model, open_model
from assistant.speech.recogniser import (
    FinalHypothesis,
    Hypothesis,
    PartialHypothesis,
    Recogniser,
    SpeechModel,
)
from assistant.speech.recording import Recording
from assistant.speech.vosk_adapter import VoskModel
from compliance.errors import AssistantError, MissingPart

HEARD_S = 30


@pytest.fixture(scope="module")
def model() -> SpeechModel:
    return open_model(demonstration_model("en"))


@cache
def agent_chunks(rate_hz: int = 8_000) -> tuple[bytes, ...]:
    with Recording(demonstration_call("en-US").audio, rate_hz=rate_hz) as recording:
        own = (chunk.pcm for chunk in recording if chunk.channel == 0)
        return tuple(pcm for pcm, _ in zip(own, range(HEARD_S * 10), strict=False))


def said() -> Iterator[tuple[str, float, float]]:
    """The agent's words with their true times in seconds."""
    transcript = demonstration_call("en-US").transcript.read_text("utf-8")
    for line in transcript.splitlines():
        record = json.loads(line)
        if record["type"] == "utterance" and record["speaker"] == "agent":
            for word in record["words"]:
                yield word["text"].lower(), word["start_s"], word["end_s"]


def beginning() -> str:
    """The first three words said."""
    return " ".join(text for (text, _, _), _ in zip(said(), range(3), strict=False))


def hear(recogniser: Recogniser, chunks: tuple[bytes, ...]) -> list[Hypothesis]:
    heard = [hypothesis for pcm in chunks for hypothesis in recogniser.accept(pcm)]
    return heard + recogniser.finish()


def finals(heard: list[Hypothesis]) -> list[FinalHypothesis]:
    return [each for each in heard if isinstance(each, FinalHypothesis)]


def test_words_lie_where_they_were_said(model: SpeechModel) -> None:
    words = [
        word
        for each in finals(hear(model.recogniser(8_000), agent_chunks()))
        for word in each.words
    ]
    truth = list(said())
    distances_s = []
    for word in words:
        same = [
            abs(start_s - word.start / 8_000) for text, start_s, _ in truth if text == word.text
        ]
        if same and min(same) < 1.0:
            distances_s.append(min(same))
    assert len(distances_s) > 30
    assert statistics.median(distances_s) < 0.06
    assert sorted(distances_s)[int(0.95 * len(distances_s))] < 0.2


def test_times_are_in_order_and_within_the_sound(model: SpeechModel) -> None:
    heard = hear(model.recogniser(8_000), agent_chunks())
    position, last_sample = 0, 0
    for hypothesis in heard:
        assert hypothesis.sample >= last_sample
        last_sample = hypothesis.sample
        for word in hypothesis.words if isinstance(hypothesis, FinalHypothesis) else ():
            assert position <= word.start <= word.end <= hypothesis.sample
            assert 0 <= word.confidence <= 1
            position = word.end
    assert last_sample == sum(map(len, agent_chunks())) // 2
    for final in finals(heard):
        assert final.text == " ".join(word.text for word in final.words)


def test_partials_come_only_when_they_change_and_grow_word_by_word(model: SpeechModel) -> None:
    heard = hear(model.recogniser(8_000), agent_chunks())
    before = ""
    partials = 0
    for hypothesis in heard:
        if isinstance(hypothesis, PartialHypothesis):
            assert hypothesis.text
            assert hypothesis.text != before
            partials += 1
        before = hypothesis.text if isinstance(hypothesis, PartialHypothesis) else ""
    assert partials > sum(len(final.words) for final in finals(heard)) / 2


def test_silence_says_nothing_and_the_end_settles_what_is_open(model: SpeechModel) -> None:
    recogniser = model.recogniser(8_000)
    assert hear(recogniser, (bytes(1600),) * 80) == []
    recogniser = model.recogniser(8_000)
    heard = [hypothesis for pcm in agent_chunks()[:25] for hypothesis in recogniser.accept(pcm)]
    assert finals(heard) == []
    (final,) = recogniser.finish()
    assert isinstance(final, FinalHypothesis)
    assert final.text.startswith(beginning())


def test_partials_that_were_no_speech_end_in_an_empty_final(model: SpeechModel) -> None:
    """Else a partial would stand on the screen for ever."""
    recogniser = model.recogniser(8_000)
    open_partial = False
    for pcm in agent_chunks()[:60] + (bytes(1600),) * 100:
        for hypothesis in recogniser.accept(pcm):
            open_partial = isinstance(hypothesis, PartialHypothesis)
    assert not open_partial


@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
def test_rates_above_the_models(model: SpeechModel, rate_hz: int) -> None:
    final = finals(hear(model.recogniser(rate_hz), agent_chunks(rate_hz)))[0]
    assert final.text.startswith(beginning())
    first = next(said())
    assert final.words[0].start / rate_hz == pytest.approx(first[1], abs=0.15)


def test_a_rate_below_the_models_is_an_error_and_no_abort(model: SpeechModel) -> None:
    with pytest.raises(AssistantError, match="at least 8000 samples a second, not 6000"):
        model.recogniser(6_000)


def test_half_a_sample_is_a_mistake_of_the_caller(model: SpeechModel) -> None:
    recogniser = model.recogniser(8_000)
    assert recogniser.accept(b"") == []
    with pytest.raises(ValueError, match="even number"):
        recogniser.accept(b"\0\0\0")


def test_recognisers_in_threads_hear_what_one_hears_alone(model: SpeechModel) -> None:
    alone = hear(model.recogniser(8_000), agent_chunks())
    together: dict[int, list[Hypothesis]] = {}

    def body(number: int) -> None:
        together[number] = hear(model.recogniser(8_000), agent_chunks())

    threads = [threading.Thread(target=body, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == dict.fromkeys(range(4), alone)


def test_a_folder_vosk_cannot_open_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MissingPart, match="Vosk cannot open the speech model broken"):
        VoskModel(tmp_path, name="broken", rate_hz=8_000)


def test_vosk_is_imported_only_when_a_model_is_opened() -> None:
    program = (
        "import sys; import assistant.speech.vosk_adapter, assistant.speech.models;"
        "sys.exit('vosk' in sys.modules or 'sounddevice' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_missing_vosk_is_told_with_the_remedy() -> None:
    program = (
        "import sys; sys.modules['vosk'] = None\n"
        "from assistant.speech.models import *\n"
        "from compliance.errors import MissingPart\n"
        "try: open_model(demonstration_model('en'))\n"
        "except MissingPart as fault: sys.exit(0 if 'pip install' in fault.remedy else 1)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
