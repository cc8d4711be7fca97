"""Speech with its phones: what the synthesiser said, and when each phone began.

Owns the step from a readable line to sound and exact phone times, and the names of phones: the
synthesiser's, without marks of stress and without the numbers that tell its allophones apart.  It
runs the synthesiser as a child process and asks again when that crashes.  It distorts nothing.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.demo.espeak import PHONEME, WORD
from assistant.demo.synthesis import (
    ATTEMPTS,
    Voice,
    _read_english,
    _read_mandarin,
    _Reading,
)
from assistant.speech.recipe.graph import SILENCE
from compliance.errors import AssistantError

_STRESS = "',%=|"
_ALLOPHONE = re.compile(r"(?<=.)[#2]+$|^\?$")


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone: `start` is its first sample, `word` its word's place in the line, or −1."""

    name: str
    start: int
    word: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line as it was said.

    `words` are as written; `clear[i]` is whether the times of word i are its own (the synthesiser
    reports some neighbours, such as "of the", as one).
    """

    sound: npt.NDArray[np.int16]
    rate_hz: int
    phones: tuple[Phone, ...]
    words: tuple[str, ...]
    clear: tuple[bool, ...]

    def pronunciations(self) -> list[tuple[str, tuple[str, ...]]]:
        """Each word whose phones are known, with them."""
        strings: list[list[str]] = [[] for _ in self.words]
        for phone in self.phones:
            if phone.word >= 0 and phone.name != SILENCE:
                strings[phone.word].append(phone.name)
        return [
            (word, tuple(string))
            for word, string, clear in zip(self.words, strings, self.clear, strict=True)
            if clear and string
        ]


def read(text: str, language: str) -> _Reading:
    """What the synthesiser is given to read."""
    return _read_mandarin(text) if language == "zh" else _read_english(text)


def say(
    lines: Sequence[tuple[str, Voice]], language: str, folder: Path | None = None
) -> list[Spoken]:
    """Say lines, each in its voice.

    Args:
        lines: texts without digits, and who says them.
        language: `en` or `zh`.
        folder: the synthesiser's data, from `voices.write_speakers`, or its own.

    Raises:
        AssistantError: a line cannot be read, or the synthesiser kept crashing.
    """
    readings = [read(text, language) for text, _ in lines]
    requests = b"".join(
        json.dumps(
            {
                "text": reading.text,
                "words": reading.spans,
                "voice": voice.name,
                "wpm": voice.words_per_minute,
                "pitch": voice.pitch,
                "range": voice.pitch_range,
                "marks": True,
            }
        ).encode()
        + b"\n"
        for reading, (_, voice) in zip(readings, lines, strict=True)
    )
    command = [sys.executable, "-m", "assistant.demo.espeak", *([str(folder)] if folder else [])]
    for _ in range(ATTEMPTS):
        child = subprocess.run(command, input=requests, capture_output=True, check=False)  # noqa: S603  (our own program, no shell)
        if child.returncode == 0:
            return _answers(child.stdout, readings)
        if child.returncode > 0:
            reason = child.stderr.decode("utf-8", "replace").strip().splitlines()
            raise AssistantError(f"espeak-ng refused: {reason[-1] if reason else 'no reason'}")
    raise AssistantError(f"espeak-ng crashed {ATTEMPTS} times on the same lines", "Reword them")


def phone_name(event: str) -> str:
    """The phone of a phoneme event; pauses are silence, "" is nothing (an end, a mark)."""
    if event.startswith("_|") or not event:
        return ""
    if event.startswith("_"):
        return SILENCE
    return _ALLOPHONE.sub("", event.lstrip(_STRESS))


def _answers(answers: bytes, readings: Sequence[_Reading]) -> list[Spoken]:
    spoken = []
    at = 0
    for reading in readings:
        end = answers.index(b"\n", at)
        head = json.loads(answers[at:end])
        at = end + 1
        sound = np.frombuffer(answers, dtype="<i2", count=head["samples"], offset=at)
        at += 2 * head["samples"]
        phones, clear = _phones(reading, head["marks"])
        rate_hz = int(head["rate_hz"])
        spoken.append(Spoken(sound.astype(np.int16), rate_hz, phones, reading.words, clear))
    return spoken


def _phones(
    reading: _Reading, marks: Sequence[tuple[int, int, int, str]]
) -> tuple[tuple[Phone, ...], tuple[bool, ...]]:
    """Phones with their words, and which words were reported on their own."""
    phones: list[Phone] = []
    told = [False] * len(reading.spans)
    word = -1
    for kind, sample, position, name in marks:
        if kind == WORD:
            found = (i for i, (_, stop) in enumerate(reading.spans) if stop > position)
            word = next(found, word)
            if word >= 0:
                told[word] = True
        elif kind == PHONEME and (phone := phone_name(name)):
            if phones and phone == phones[-1].name == SILENCE:
                continue
            phones.append(Phone(phone, sample, -1 if phone == SILENCE else word))
    after = [*told[1:], True]
    return tuple(phones), tuple(a and b for a, b in zip(told, after, strict=True))
