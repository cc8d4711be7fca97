"""Text to speech with exact word times: the project's own recipe.

Owns the way from a line of text to sound: what the synthesiser is given to read (Mandarin as
pinyin), the child processes that it runs in, and the conversion to the rate asked for.  The same
lines give the same samples, always.  It must not know telephones, calls or recognisers.

Needs the `synthesis` extra of the project (espeakng-loader, pypinyin); without it every call ends
in `MissingPart`.
"""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from compliance.errors import AssistantError, MissingPart

Pcm = npt.NDArray[np.int16]

# libespeak-ng crashes now and then; a crash says nothing about the text, so that the same lines are
# asked for again in a fresh process.
ATTEMPTS = 4
# Lines a process: few enough that a crash costs little, enough that starting up does not matter.
SHARD = 64

_ENGLISH_WORD = re.compile(r"[A-Za-z0-9]+(?:['’-][A-Za-z0-9]+)*")
_HAN = re.compile(r"[㐀-鿿]")
# The voice reads these syllables as something else: "yong" without its front vowel, the others as
# English letters.  What it can be made to say is respelled, the rest is refused.
_RESPELLED = {"yong": "iong"}
_UNREADABLE = ("xiong", "qiong")
_HAN_RUN = re.compile(r"[㐀-鿿]+|[^㐀-鿿]")
_PAUSES = dict(zip("，、。？！；：,.?!", ",,.?!;,,.?!", strict=True))


@dataclass(frozen=True, slots=True)
class Voice:
    """One synthetic speaker.

    `name` is an espeak-ng voice with an optional variant (`en-us+f3`), `words_per_minute` its pace
    (for Mandarin syllables count as words), `pitch` and `pitch_range` run from 0 to 99.
    """

    name: str
    words_per_minute: int = 165
    pitch: int = 50
    pitch_range: int = 50


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """One word as written, Mandarin by the character; `start` and `end` are samples."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Speech:
    """What a voice said: mono sound and the words in it."""

    pcm: Pcm
    rate_hz: int
    words: tuple[SpokenWord, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to say, and who says it."""

    text: str
    voice: Voice


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the synthesiser is given: its text, the spans of its words, and the words as written."""

    text: str
    spans: tuple[tuple[int, int], ...]
    words: tuple[str, ...]


def available() -> bool:
    """Whether the recipe's two packages are installed."""
    return all(importlib.util.find_spec(name) for name in ("espeakng_loader", "pypinyin"))


def readable(text: str, language: str) -> bool:
    """Whether there are sounds for all of a line."""
    read = _read_mandarin if language.startswith("zh") else _read_english
    try:
        return bool(read(text).words)
    except AssistantError:
        return False


def synthesise(text: str, language: str, voice: Voice, rate_hz: int = 8000) -> Speech:
    """Say one line; see `synthesise_all`."""
    return synthesise_all((Line(text, voice),), language, rate_hz)[0]


def synthesise_all(lines: Sequence[Line], language: str, rate_hz: int = 8000) -> tuple[Speech, ...]:
    """Say `lines`.

    Args:
        lines: texts with words only: numbers are spelled out as they are to be said.
        language: a language tag; `zh-…` is read as Mandarin, everything else as English.
        rate_hz: sampling rate of the result.

    Raises:
        MissingPart: the synthesis packages are not installed.
        AssistantError: a line has no words, or the library kept crashing.
    """
    if not available():
        raise MissingPart(
            "speech synthesis is not installed",
            "Install the project's synthesis extra: pip install '.[synthesis]'",
        )
    read = _read_mandarin if language.startswith("zh") else _read_english
    readings = [read(line.text) for line in lines]
    for number, reading in enumerate(readings, start=1):
        if not reading.words:
            raise AssistantError(f"line {number} has no words to say", "Give every line a text")
    speeches: list[Speech] = []
    for start in range(0, len(lines), SHARD):
        shard = slice(start, start + SHARD)
        speeches += _say(readings[shard], [line.voice for line in lines[shard]], rate_hz)
    return tuple(speeches)


def _read_english(text: str) -> _Reading:
    found = list(_ENGLISH_WORD.finditer(text))
    return _Reading(text, tuple(m.span() for m in found), tuple(m.group() for m in found))


def _read_mandarin(text: str) -> _Reading:
    """Characters as toned pinyin syllables, punctuation as pauses."""
    import pypinyin  # noqa: PLC0415  (the recipe alone needs it here)

    # Readings of words ("还款", "银行") are listed in Simplified characters.
    simplified = _simplify()(text)
    if len(simplified) != len(text):
        simplified = text
    syllables: list[str] = []
    for run in _HAN_RUN.findall(simplified):
        if _HAN.match(run):
            style = pypinyin.Style.TONE3
            syllables += pypinyin.lazy_pinyin(run, style=style, neutral_tone_with_five=True)
        else:
            syllables.append(run)
    pieces: list[str] = []
    spans: list[tuple[int, int]] = []
    words: list[str] = []
    length = 0
    for character, syllable in zip(text, syllables, strict=True):
        if _HAN.match(character):
            if pieces:
                pieces.append(" ")
                length += 1
            if syllable.startswith(_UNREADABLE):
                raise AssistantError(
                    f"the Mandarin voice cannot say {character!r}", "Use another word"
                )
            spelling = _RESPELLED.get(syllable[:-1], syllable[:-1]) + syllable[-1]
            spans.append((length, length + len(spelling)))
            words.append(character)
            pieces.append(spelling)
            length += len(spelling)
        elif character in _PAUSES:
            pieces.append(_PAUSES[character])
            length += 1
        elif not character.isspace():
            raise AssistantError(
                f"Mandarin lines hold characters and punctuation only, not {character!r}",
                "Spell numbers and letters out as they are said",
            )
    return _Reading("".join(pieces), tuple(spans), tuple(words))


@cache
def _simplify() -> Callable[[str], str]:
    """OpenCC's tables take ten milliseconds to load, which the recipe would pay for every line."""
    import opencc  # noqa: PLC0415  (the recipe alone needs it here)

    convert: Any = opencc.OpenCC("t2s").convert
    return lambda text: str(convert(text))


def _say(readings: Sequence[_Reading], voices: Sequence[Voice], rate_hz: int) -> list[Speech]:
    requests = b"".join(
        json.dumps(
            {
                "text": reading.text,
                "words": reading.spans,
                "voice": voice.name,
                "wpm": voice.words_per_minute,
                "pitch": voice.pitch,
                "range": voice.pitch_range,
            }
        ).encode()
        + b"\n"
        for reading, voice in zip(readings, voices, strict=True)
    )
    for _ in range(ATTEMPTS):
        child = subprocess.run(
            [sys.executable, "-m", "assistant.demo.espeak"],
            input=requests,
            capture_output=True,
            check=False,
        )
        if child.returncode > 0:
            reason = child.stderr.decode("utf-8", "replace").strip().splitlines()
            raise AssistantError(f"espeak-ng refused: {reason[-1] if reason else 'no reason'}")
        if child.returncode == 0:
            return _answers(child.stdout, readings, rate_hz)
    raise AssistantError(
        f"espeak-ng crashed {ATTEMPTS} times on the same lines", "Shorten or reword them"
    )


def _answers(answers: bytes, readings: Sequence[_Reading], rate_hz: int) -> list[Speech]:
    speeches = []
    at = 0
    for reading in readings:
        line_end = answers.index(b"\n", at)
        head = json.loads(answers[at:line_end])
        at = line_end + 1
        native = np.frombuffer(answers, dtype="<i2", count=head["samples"], offset=at)
        at += 2 * head["samples"]
        native_hz = int(head["rate_hz"])
        pcm = native.astype(np.int16)
        if rate_hz != native_hz:
            pcm = soxr.resample(pcm, native_hz, rate_hz, quality="HQ")
        words = tuple(
            SpokenWord(
                text,
                min(start * rate_hz // native_hz, len(pcm)),
                min(stop * rate_hz // native_hz, len(pcm)),
            )
            for text, (start, stop) in zip(reading.words, head["spans"], strict=True)
        )
        speeches.append(Speech(pcm, rate_hz, words))
    return speeches
