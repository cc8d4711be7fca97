"""The recipe: text to speech, to a telephone line, to a call."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.demo import make
from assistant.demo.espeak import PHONEME, WORD, Mark, word_spans
from assistant.demo.synthesis import (
    Line,
    Speech,
    Voice,
    available,
    synthesise,
    synthesise_all,
)
from assistant.demo.telephone import lay_out, telephone
from assistant.demo.texts import load_call_text
from compliance.errors import AssistantError, BadInput

ENGLISH = Voice("en-us+f3")
MANDARIN = Voice("cmn-latn-pinyin+f2")

synthesis = pytest.mark.skipif(
    not available(), reason="needs the project's synthesis extra (espeakng-loader, pypinyin)"
)


def band_db(pcm: np.ndarray[tuple[int], np.dtype[np.int16]], low: float, high: float) -> float:
    spectrum = np.abs(np.fft.rfft(pcm.astype(np.float64))) ** 2
    hertz = np.fft.rfftfreq(len(pcm), 1 / 8000)
    inside = spectrum[(hertz >= low) & (hertz < high)]
    return float(10 * np.log10(np.mean(inside) + 1e-9))


@synthesis
@pytest.mark.parametrize(
    ("language", "voice", "text", "words"),
    [
        ("en-US", ENGLISH, "That can't be one of the bills.", 7),
        ("zh-TW", MANDARIN, "還款，我們銀行可以分期。", 10),
        ("zh-CN", MANDARIN, "用信用卡，可以吗？", 7),
    ],
)
def test_a_sentence_is_said_with_its_words_in_order(
    language: str, voice: Voice, text: str, words: int
) -> None:
    speech = synthesise(text, language, voice)
    assert len(speech.words) == words
    times = [time for word in speech.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert times[-1] <= len(speech.pcm)
    assert all(word.end > word.start for word in speech.words)
    assert all(word.text in text for word in speech.words)
    loud = np.flatnonzero(np.abs(speech.pcm) > 500)
    assert abs(int(loud[0]) - times[0]) < 0.1 * speech.rate_hz
    assert abs(int(loud[-1]) - times[-1]) < 0.15 * speech.rate_hz


@synthesis
def test_the_same_lines_give_the_same_samples() -> None:
    lines = [Line("Good morning.", ENGLISH), Line("How are you?", Voice("en-us+m3"))]
    first, second = (synthesise_all(lines, "en-US") for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one.pcm, other.pcm)
        assert one.words == other.words


@synthesis
def test_the_rate_asked_for_is_the_rate_given() -> None:
    slow, fast = (synthesise("Good morning.", "en-US", ENGLISH, rate) for rate in (8000, 16000))
    assert (slow.rate_hz, fast.rate_hz) == (8000, 16000)
    assert len(fast.pcm) == pytest.approx(2 * len(slow.pcm), abs=4)
    assert fast.words[-1].end == pytest.approx(2 * slow.words[-1].end, abs=4)


@synthesis
@pytest.mark.parametrize(
    ("text", "language", "voice", "message"),
    [
        ("…", "en-US", ENGLISH, "no words"),
        ("。", "zh-CN", MANDARIN, "no words"),
        ("还款500元", "zh-CN", MANDARIN, "characters and punctuation"),
        ("贫穷", "zh-CN", MANDARIN, "cannot say"),
        ("Hello.", "en-US", Voice("en-nowhere"), "no voice"),
    ],
)
def test_what_cannot_be_said_is_refused(
    text: str, language: str, voice: Voice, message: str
) -> None:
    with pytest.raises(AssistantError, match=message):
        synthesise(text, language, voice)


def test_words_that_the_library_merges_share_their_stretch_by_letters() -> None:
    marks = [
        Mark(WORD, 0, 0, ""),
        Mark(PHONEME, 0, -1, "V"),
        Mark(PHONEME, 300, -1, "D"),
        Mark(WORD, 1000, 7, ""),
        Mark(PHONEME, 1000, -1, "b"),
        Mark(PHONEME, 1500, -1, "_:"),
    ]
    spans = word_spans([(0, 2), (3, 6), (7, 10)], marks, 2000)
    assert spans == [(0, 400), (400, 1000), (1000, 1500)]


@given(
    words=st.integers(1, 6),
    marks=st.lists(
        st.tuples(
            st.sampled_from([WORD, PHONEME]),
            st.integers(0, 5000),
            st.integers(-1, 40),
            st.sampled_from(["a", "_:", ""]),
        ),
        max_size=12,
    ),
)
def test_spans_are_in_order_whatever_the_library_reports(
    words: int, marks: list[tuple[int, int, int, str]]
) -> None:
    text = [(4 * i, 4 * i + 3) for i in range(words)]
    events = [Mark(*mark) for mark in sorted(marks, key=lambda mark: mark[1])]
    spans = word_spans(text, events, 5000)
    assert len(spans) == words
    assert all(0 <= start <= end <= 5000 for start, end in spans)


def test_a_telephone_line_keeps_only_its_band() -> None:
    white = (np.random.default_rng(3).standard_normal(16000) * 8000).clip(-32000, 32000)
    line = telephone(white.astype(np.int16), 8000, seed=1)
    inside = band_db(line, 500, 3200)
    assert inside - band_db(line, 0, 150) > 20
    assert inside - band_db(line, 3700, 4000) > 20


@settings(max_examples=30)
@given(samples=st.lists(st.integers(-32768, 32767), max_size=400), seed=st.integers(0, 2**31 - 1))
def test_a_telephone_line_takes_any_sound(samples: list[int], seed: int) -> None:
    pcm = np.array(samples, dtype=np.int16)
    once, again = (telephone(pcm, 8000, seed=seed) for _ in range(2))
    assert len(once) == len(pcm)
    assert np.array_equal(once, again)
    # 14 bits of G.711, and no more than its 255 levels.
    assert not np.any(once % 4)
    assert len(np.unique(once)) <= 255


def test_a_silent_line_still_hums() -> None:
    line = telephone(np.zeros(8000, dtype=np.int16), 8000, seed=7)
    level_db = 20 * np.log10(np.sqrt(np.mean((line / 32767) ** 2)))
    assert -80 < level_db < -60


def test_turns_are_laid_on_their_channels() -> None:
    one, two = lay_out([(0, 2, np.ones(3, np.int16)), (1, 0, np.ones(2, np.int16))], 2, 6)
    assert one.tolist() == [0, 0, 1, 1, 1, 0]
    assert two.tolist() == [1, 1, 0, 0, 0, 0]


@synthesis
@pytest.mark.parametrize("language", ["en-US", "zh-CN", "zh-TW"])
def test_the_calls_are_what_their_texts_make(language: str) -> None:
    """The committed call is the recipe's, so that whoever changes a text can make it again."""
    import soundfile

    call = make.speak(load_call_text(make.CALLS / f"{language}.yaml"))
    shipped, rate_hz = soundfile.read(str(make.CALLS / f"{language}.flac"), dtype="int16")
    assert rate_hz == make.RATE_HZ
    made = np.stack(call.channels, axis=1)
    assert made.shape == shipped.shape
    # Another processor rounds otherwise: a few samples may fall to the neighbouring level.
    assert np.count_nonzero(made != shipped) <= made.size // 1000

    account = json.loads((make.CALLS / f"{language}.account.json").read_text(encoding="utf-8"))
    for name, records in (
        ("transcript", make.transcript_lines(call, account)),
        ("desk", make.desk_lines(call)),
    ):
        lines = (make.CALLS / f"{language}.{name}.jsonl").read_text(encoding="utf-8").splitlines()
        assert [json.loads(line) for line in lines] == records


GOOD = """
language: en-US
jurisdiction: us
collector: in-house
started_at: "2026-11-24T10:30:00-05:00"
customer_timezone: America/New_York
seed: 1
voices: {agent: {name: en-us}, customer: {name: en-us+m3}}
near_miss: never call
breach: be arrested
turns:
  - {speaker: agent, pause_s: 0.5, text: We never call. You will be arrested.}
  - {speaker: customer, pause_s: -0.5, text: What?, keys: [{after_s: 1.0, act: verified}]}
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("breach: be arrested", "breach: go to jail", 10, "never says"),
        ("act: verified", "act: verify", 13, "no act 'verify'"),
        (", customer: {name: en-us+m3}", "", 8, "customer has no voice"),
        ('10:30:00-05:00"', '10:30:00"', 5, "no offset"),
        ('"2026-11-24T10:30:00-05:00"', "tomorrow", 5, "not an ISO 8601"),
        ("speaker: customer", "speaker: manager", 13, "speaker"),
        ("pause_s: -0.5", "pause_s: soon", 13, "pause_s"),
        ("seed: 1", "seed: 1\nmood: bad", 8, "mood"),
    ],
)
def test_a_bad_text_is_told_with_its_place(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    path = tmp_path / "en-US.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert load_call_text(path).turns[1].keys[0].act == "verified"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(BadInput, match=message) as told:
        load_call_text(path)
    assert [fault.line for fault in told.value.faults] == [line]


@synthesis
def test_overlapping_turns_lie_where_the_text_says(tmp_path: Path) -> None:
    path = tmp_path / "en-US.yaml"
    path.write_text(GOOD, encoding="utf-8")
    call = make.speak(load_call_text(path))
    first, second = call.turns
    assert first.start == 4000
    assert second.start == first.end - 4000
    assert make.desk_lines(call) == [
        {"at_s": round(second.end / 8000 + 1.0, 3), "act": "verified", "argument": ""}
    ]
    assert isinstance(synthesise("Yes.", "en-US", ENGLISH), Speech)
