"""Tones on a line are no words, and no word is ever taken for a tone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.demo.calls import demonstration_call
from assistant.events import RecognisedWord
from assistant.speech.line_tones import LineTones
from assistant.speech.models import demonstration_model, open_model
from assistant.speech.recogniser import FinalHypothesis
from assistant.speech.recording import SILENCE_DB, Chunk, Recording

RATE_HZ = 8_000
Pcm = npt.NDArray[np.float64]

# Hz, seconds on, seconds off.
TONES = {
    "ringing, United States": ((440, 480), 2.0, 4.0),
    "ringing, United Kingdom": ((400, 450), 0.4, 0.2),
    "busy, United States": ((480, 620), 0.5, 0.5),
    "busy, Mainland and Taiwan": ((450,), 0.5, 0.5),
    "fax, calling": ((1100,), 0.5, 3.0),
    "fax, answering": ((2100,), 3.0, 0.0),
    "a key held down": ((697, 1209), 1.0, 0.5),
}


def tone(partials: tuple[int, ...], on_s: float, off_s: float, *, times: int = 4) -> Pcm:
    places = np.arange(round(on_s * RATE_HZ)) / RATE_HZ
    waves = [np.sin(2 * np.pi * hz * places) for hz in partials]
    sound: Pcm = np.mean(waves, axis=0) * 0.25
    return np.tile(np.concatenate([sound, np.zeros(round(off_s * RATE_HZ))]), times)


def chunks(sound: Pcm) -> Iterator[Chunk]:
    size = RATE_HZ // 10
    pcm = (sound * 32_767).astype("<i2")
    for start in range(0, len(pcm) - size + 1, size):
        block = pcm[start : start + size]
        power = float(np.mean((block / 32_768.0) ** 2))
        level_db = SILENCE_DB if power <= 0 else max(SILENCE_DB, 10 * float(np.log10(power)))
        yield Chunk(0, start, block.tobytes(), level_db)


def listened(sound: Pcm) -> LineTones:
    tones = LineTones(RATE_HZ)
    for chunk in chunks(sound):
        tones.take(chunk)
    return tones


def word(from_s: float, to_s: float) -> FinalHypothesis:
    heard = RecognisedWord("four", round(from_s * RATE_HZ), round(to_s * RATE_HZ), 0.9)
    return FinalHypothesis(heard.end, "four", (heard,))


@pytest.mark.parametrize("name", TONES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_recogniser_hears_in_a_tone_is_left_out(name: str, language: str) -> None:
    recogniser = open_model(demonstration_model(language), isolated=False).recogniser(RATE_HZ)
    tones = LineTones(RATE_HZ)
    noise = np.random.default_rng(1).normal(0, 1e-4, 40 * RATE_HZ)  # a line is never quite still
    sound = tone(*TONES[name])
    finals = []
    for chunk in chunks(sound + noise[: len(sound)]):
        tones.take(chunk)
        finals += recogniser.accept(chunk.pcm)
    finals += recogniser.finish()
    left = [tones.without(each) for each in finals if isinstance(each, FinalHypothesis)]
    assert [each.text for each in left if each.text] == []
    assert tones.seconds > 0


@pytest.mark.parametrize("language", ["en-US", "zh-TW", "zh-CN"])
def test_no_moment_of_a_call_is_a_tone(language: str) -> None:
    source = Recording(demonstration_call(language).audio, rate_hz=RATE_HZ)
    tones = [LineTones(RATE_HZ) for _ in source.channels]
    for chunk in source:
        tones[chunk.channel].take(chunk)
    assert [each.seconds for each in tones] == [0.0] * len(tones)


@pytest.mark.parametrize(
    ("span", "left"),
    [
        ((1.0, 1.4), ""),  # within the tone
        ((0.92, 2.08), ""),  # a little before and after it, where nothing sounds
        ((1.9, 3.2), "four"),  # it reaches into what somebody says
        ((3.1, 3.4), "four"),
        ((2.3, 2.6), "four"),  # silence is no tone
    ],
)
def test_only_a_word_that_is_all_tone_is_left_out(span: tuple[float, float], left: str) -> None:
    rng = np.random.default_rng(2)
    speech = rng.normal(0, 0.05, RATE_HZ)
    sound = np.concatenate([np.zeros(RATE_HZ), tone((480, 620), 1.0, 1.0, times=1), speech])
    heard = word(*span)
    told = listened(sound).without(heard)
    assert told.text == left
    assert told.heard == (heard.words if not left else ())


def test_what_is_said_over_a_tone_stays() -> None:
    source = Recording(demonstration_call("en-US").audio, rate_hz=RATE_HZ)
    said = [np.frombuffer(each.pcm, "<i2") for each in source if each.channel == 0]
    speech = np.concatenate(said)[: 20 * RATE_HZ] / 32_768.0
    places = np.arange(len(speech)) / RATE_HZ
    over = np.sin(2 * np.pi * 450 * places) * np.sqrt(np.mean(speech**2))
    tones = listened(speech + over)
    block = RATE_HZ // 10
    loud = [
        number
        for number in range(len(speech) // block)
        if np.sqrt(np.mean(speech[number * block : (number + 1) * block] ** 2)) > 0.02
    ]
    assert len(loud) > 20
    assert all(tones.without(word(n / 10, (n + 1) / 10)).text for n in loud)


@settings(max_examples=60, deadline=None)
@given(
    pitch_hz=st.floats(90, 500),
    wobble=st.floats(0.01, 0.08),
    rate_hz=st.floats(3, 7),
    rolls_off=st.floats(0.3, 2.0),
)
def test_a_voice_that_holds_a_note_is_no_tone(
    pitch_hz: float, wobble: float, rate_hz: float, rolls_off: float
) -> None:
    """Even a cry: a voice's pitch moves by a hundredth at the least, a few times a second."""
    places = np.arange(2 * RATE_HZ) / RATE_HZ
    moved = pitch_hz * (1 + wobble * np.sin(2 * np.pi * rate_hz * places))
    phase = 2 * np.pi * np.cumsum(moved) / RATE_HZ
    overtones = range(1, max(2, int(3_400 / pitch_hz)))
    sound: Pcm = np.sum([np.sin(n * phase) / n**rolls_off for n in overtones], axis=0)
    assert listened(0.2 * sound / np.abs(sound).max()).seconds == 0.0
