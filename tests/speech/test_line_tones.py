"""Tones, keys and music on a line are no words, and no word is ever taken for one."""

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


def stretches(tones: LineTones, *, last: bool = False) -> list[tuple[int, int]]:
    assert tones.music is not None
    return tones.music.stretches(last=last)


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
    music = []
    for chunk in source:
        tones[chunk.channel].take(chunk)
        music += stretches(tones[chunk.channel])
    assert [each.seconds for each in tones] == [0.0] * len(tones)
    assert music == []


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


# ---- keys, however short -------------------------------------------------------------------------


def keys(on_s: float, off_s: float, pressed: str = "1234567890*#") -> Pcm:
    rows, columns = (697, 770, 852, 941), (1209, 1336, 1477)
    places = ["123456789*0#".index(key) for key in pressed]
    pairs = [(rows[place // 3], columns[place % 3]) for place in places]
    return np.concatenate([tone(pair, on_s, off_s, times=1) for pair in pairs])


def recognised(sound: Pcm, language: str) -> list[FinalHypothesis]:
    """What is left of what a recogniser hears."""
    recogniser = open_model(demonstration_model(language), isolated=False).recogniser(RATE_HZ)
    tones = LineTones(RATE_HZ)
    finals = []
    for chunk in chunks(sound):
        tones.take(chunk)
        heard = recogniser.accept(chunk.pcm)
        finals += [tones.without(each) for each in heard if isinstance(each, FinalHypothesis)]
    for each in recogniser.finish():
        if isinstance(each, FinalHypothesis):
            finals.append(tones.without(each))
    return [each for each in finals if each.text]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("length_s", [0.06, 0.08, 0.1])
def test_what_a_recogniser_hears_in_short_keys_is_left_out(length_s: float, language: str) -> None:
    silence = np.zeros(RATE_HZ)
    sound = np.concatenate([silence, keys(length_s, length_s), silence])
    noise = np.random.default_rng(1).normal(0, 1e-3, len(sound))
    assert recognised(sound + noise, language) == []


@settings(max_examples=40, deadline=None)
@given(
    place=st.integers(0, 11), begins=st.integers(0, 2_000), length_s=st.floats(0.06, 0.4),
    loud=st.floats(0.05, 1.0),
)  # fmt: skip
def test_a_key_is_told_wherever_it_falls(
    place: int, begins: int, length_s: float, loud: float
) -> None:
    key = loud * keys(length_s, 0.5, "1234567890*#"[place])
    sound = np.concatenate([np.zeros(RATE_HZ // 2 + begins), key])
    from_s = (RATE_HZ // 2 + begins) / RATE_HZ
    assert listened(sound).without(word(from_s, from_s + length_s)).text == ""


def test_what_is_said_beside_a_key_stays() -> None:
    speech = np.random.default_rng(2).normal(0, 0.05, RATE_HZ)
    sound = np.concatenate([speech, keys(0.08, 0.0, "5"), speech])
    tones = listened(sound)
    assert tones.without(word(0.6, 1.05)).text == "four"
    assert tones.without(word(1.03, 1.3)).text == "four"


# ---- music ---------------------------------------------------------------------------------------


def music(seconds: int, *, drums: bool = False) -> Pcm:
    """Chords of plucked strings and a tune above them, half a second a note."""
    rng = np.random.default_rng(3)
    chords = ((131, 165, 196), (110, 131, 165), (87, 110, 131), (98, 123, 147))
    tune = (523, 659, 784, 659, 587, 698, 880, 698, 494, 587, 784, 587, 440, 523, 659, 523)
    half = np.arange(RATE_HZ // 2) / RATE_HZ
    parts = []
    for number in range(2 * seconds):
        sound = np.sin(2 * np.pi * tune[number % 16] * half) * 0.3
        for base in chords[number // 4 % 4]:
            for overtone in range(1, 12):
                fades = np.exp(-half * (1 + overtone / 3)) / overtone
                sound += np.sin(2 * np.pi * base * overtone * half) * fades * 0.3
        if drums:
            sound += rng.normal(0, 0.2, len(half)) * np.exp(-half * 40)
        parts.append(sound)
    whole: Pcm = np.concatenate(parts)
    whole *= 0.2 / np.abs(whole).max()
    return whole


@pytest.mark.parametrize("drums", [False, True])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_recogniser_hears_in_music_is_left_out(language: str, *, drums: bool) -> None:
    left = recognised(np.concatenate([np.zeros(RATE_HZ), music(16, drums=drums)]), language)
    words = [each.text for final in left for each in final.words if each.text != "[unk]"]
    assert len(words) <= 2, words


def test_music_is_told_in_pieces_from_its_start_to_its_end() -> None:
    sound = np.concatenate([np.zeros(5 * RATE_HZ), music(12), np.zeros(5 * RATE_HZ)])
    tones = LineTones(RATE_HZ)
    told = []
    for number, chunk in enumerate(chunks(sound)):
        tones.take(chunk)
        for stretch in stretches(tones):
            assert stretch[1] / RATE_HZ >= number / 10 - 1.2, "as it goes on"
            told.append(stretch)
    told += stretches(tones, last=True)
    assert [one[1] for one in told[:-1]] == [other[0] for other in told[1:]]
    assert told[0][0] / RATE_HZ == pytest.approx(5, abs=1)
    assert told[-1][1] / RATE_HZ == pytest.approx(17, abs=1)


def test_words_over_softer_music_stay() -> None:
    source = Recording(demonstration_call("en-US").audio, rate_hz=RATE_HZ)
    said = [np.frombuffer(each.pcm, "<i2") for each in source if each.channel == 1]
    speech = np.concatenate(said)[: 60 * RATE_HZ] / 32_768.0
    loud = np.abs(speech) > 0.01
    behind = music(60)[: len(speech)]
    behind *= 10 ** (-15 / 20) * np.sqrt(np.mean(speech[loud] ** 2) / np.mean(behind**2))
    tones = listened(speech + behind)
    block = RATE_HZ // 5
    spoken = [
        number
        for number in range(len(speech) // block)
        if np.sqrt(np.mean(speech[number * block : (number + 1) * block] ** 2)) > 0.02
    ]
    assert len(spoken) > 20
    kept = [n for n in spoken if tones.without(word(n / 5, (n + 1) / 5)).text]
    assert len(kept) >= 0.95 * len(spoken)


@pytest.mark.parametrize("name", TONES)
def test_a_tone_is_no_music(name: str) -> None:
    tones = LineTones(RATE_HZ)
    told = []
    for chunk in chunks(tone(*TONES[name], times=6)):
        tones.take(chunk)
        told += stretches(tones)
    assert told + stretches(tones, last=True) == []


# ---- a voice over music --------------------------------------------------------------------------


def plucked(length: int, seed: int) -> Pcm:
    """Three notes of a scale at once, a hundred beats a minute; of a power of one."""
    rng = np.random.default_rng(seed)
    scale = [261.63, 293.66, 329.63, 349.23, 392.0, 440.0, 493.88, 523.25, 587.33, 659.26]
    beat = RATE_HZ * 60 // 100
    whole: Pcm = np.zeros(length)
    for start in range(0, length, beat):
        places = np.arange(min(2 * beat, length - start)) / RATE_HZ
        for note_hz in rng.choice(scale, 3, replace=False):
            for overtone, loud in ((1, 1.0), (2, 0.5), (3, 0.25), (4, 0.12)):
                wave = np.sin(2 * np.pi * note_hz * overtone * places + rng.uniform(0, 6))
                whole[start : start + len(places)] += loud * wave * np.exp(-1.5 * places)
    whole /= np.sqrt(np.mean(whole**2))
    return whole


@pytest.mark.parametrize(
    ("language", "seconds", "seed", "said"),
    [
        ("en-US", (104, 120), 2, "yes that is correct"),
        ("en-US", (58, 72), 1, "same thing"),
        ("zh-TW", (18, 34), 1, "七 九"),
    ],
)
@pytest.mark.parametrize("over_db", [3, 6])
def test_no_word_of_a_louder_voice_is_taken_for_music(
    language: str, seconds: tuple[int, int], seed: int, said: str, over_db: int
) -> None:
    source = Recording(demonstration_call(language).audio, rate_hz=RATE_HZ)
    blocks = [np.frombuffer(each.pcm, "<i2") for each in source if each.channel == 1]
    speech = np.concatenate(blocks) / 32_768.0
    power = np.mean(speech[np.abs(speech) > 0.01] ** 2)
    behind = plucked(len(speech), seed) * np.sqrt(power) * 10 ** (-over_db / 20)
    first, last = (each * RATE_HZ for each in seconds)
    left = recognised(np.clip(speech + behind, -1, 1)[first:last], language[:2])
    assert said in " ".join(each.text for each in left)


def heard_words(*words: tuple[float, float]) -> FinalHypothesis:
    """Words of 0.4 s: from when, and how sure."""
    heard = [
        RecognisedWord(f"w{number}", round(at * RATE_HZ), round((at + 0.4) * RATE_HZ), sure)
        for number, (at, sure) in enumerate(words)
    ]
    return FinalHypothesis(heard[-1].end, " ".join(each.text for each in heard), tuple(heard))


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (((3.0, 0.8), (4.0, 0.8)), ""),  # music throughout
        (((3.0, 1.0), (4.0, 1.0)), ""),  # however sure a recogniser is of it
        (((3.0, 0.8), (8.2, 0.9), (8.7, 0.9), (12.0, 0.8)), "w0 w1 w2 w3"),  # two of a voice
        (((3.0, 0.8), (8.2, 0.9), (12.0, 0.8)), "w1"),  # one alone is a voice's, and stays
        (((3.0, 0.8), (8.2, 0.2), (8.7, 0.2)), "w1 w2"),  # two that are not sure speak for none
    ],
)
def test_an_utterance_in_which_a_voice_is_sure_keeps_its_words(
    words: tuple[tuple[float, float], ...], left: str
) -> None:
    sound = music(16)
    voice = slice(8 * RATE_HZ, round(9.3 * RATE_HZ))
    sound[voice] += np.random.default_rng(4).normal(0, 0.2, len(sound[voice]))
    assert listened(sound).without(heard_words(*words)).text == left
