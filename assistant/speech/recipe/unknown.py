"""What is heard where a word is said that the model does not know.

Owns the sentences for it (unknown words stand in braces), saying them in unseen voices, and what
came out: `[unk]`, words that were not said, or nothing; and whether the rules then find something
prohibited that the true text does not hold.  That is the worst of it: an agent who is warned for a
name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import soxr

from assistant.demo.synthesis import Pcm, Voice
from assistant.speech.recipe import measure
from assistant.speech.recipe.features import RATE_HZ
from assistant.speech.recipe.graph import UNKNOWN
from assistant.speech.recipe.languages import Recipe
from assistant.speech.recipe.speech import say
from assistant.speech.recogniser import SpeechModel
from compliance.checking import Judged, check_transcript
from compliance.findings import Verdict
from compliance.packs import load_rules
from compliance.rules import RuleSet

JURISDICTIONS = {"en": "us", "zh": "cn"}
_BRACED = re.compile(r"\{([^}]*)\}")
_LATIN = re.compile(r"([A-Za-z][A-Za-z ]*)")


@dataclass(frozen=True, slots=True)
class Strange:
    """One sentence with an unknown word: `said` has `[unk]` in its place; `found` are the rules
    that the heard text broke and the true one did not."""

    text: str
    said: tuple[str, ...]
    heard: tuple[str, ...]
    found: tuple[str, ...] = ()

    @property
    def marked(self) -> bool:
        """Whether it was heard that something was unknown."""
        return UNKNOWN in self.heard


def unknown_sentences(recipe: Recipe) -> list[str]:
    """The sentences written for measuring, unknown words in braces."""
    lines = (measure.MEASURED / f"{recipe.language}.unknown").read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def measure_unknown(
    model: SpeechModel,
    recipe: Recipe,
    sentences: Sequence[str],
    sounds: Sequence[Pcm],
) -> list[Strange]:
    """Recognise what `spoken` made of the sentences, under whatever condition."""
    results = []
    for sentence, sound in zip(sentences, sounds, strict=True):
        said = measure.units(_BRACED.sub(f" {UNKNOWN} ", sentence), recipe)
        heard = measure.units(measure.recognise(model, sound), recipe)
        new = findings(heard, recipe) - findings(said, recipe)
        results.append(Strange(sentence, said, heard, tuple(sorted(new))))
    return results


def spoken(sentences: Sequence[str], recipe: Recipe, voices: Sequence[str]) -> list[Pcm]:
    """The sentences at `RATE_HZ`, in the voices in turn.

    Latin letters in Mandarin are said by an English voice of equal throat.
    """
    paces = measure.MANDARIN_PACES if recipe.language == "zh" else measure.PACES
    parts: dict[str, list[tuple[int, int, str, Voice]]] = {"en": [], "zh": []}
    for number, sentence in enumerate(sentences):
        voice = Voice(voices[number % len(voices)], paces[number % len(paces)])
        text = _BRACED.sub(r"\1", sentence)
        if recipe.language != "zh":
            parts["en"].append((number, 0, text, voice))
            continue
        _, _, variant = voice.name.partition("+")
        english = Voice(f"en-us+{variant}" if variant else "en-us", measure.PACES[0])
        for place, piece in enumerate(_LATIN.split(text)):
            foreign = place % 2 == 1
            if foreign or recipe.words(piece):
                language, by = ("en", english) if foreign else ("zh", voice)
                parts[language].append((number, place, piece, by))
    pieces: list[tuple[int, int, Pcm]] = []
    for language, wanted in parts.items():
        answers = say([(text, voice) for _, _, text, voice in wanted], language) if wanted else []
        for (number, place, _, _), said in zip(wanted, answers, strict=True):
            sound = soxr.resample(said.sound, said.rate_hz, RATE_HZ, quality="HQ")
            pieces.append((number, place, np.asarray(sound)))
    pieces.sort(key=lambda piece: piece[:2])
    return [
        np.concatenate([sound for at, _, sound in pieces if at == number])
        for number in range(len(sentences))
    ]


def findings(heard: Iterable[str], recipe: Recipe) -> frozenset[str]:
    """Rules that an agent would break who said this, as `assistant check` finds them."""
    gap = "" if recipe.language == "zh" else " "
    utterance = {"type": "utterance", "call": "a", "speaker": "agent", "text": gap.join(heard)}
    lines = [{"type": "call", "call": "a"}, utterance]
    judged = check_transcript(
        [json.dumps(line).encode() for line in lines],
        path="measured",
        jurisdiction=JURISDICTIONS[recipe.language],
        rules_for=_rules,
    )
    return frozenset(
        finding.rule
        for result in judged
        if isinstance(result, Judged)
        for finding in result.heard.findings
        if finding.verdict is not Verdict.NOT_ASSESSABLE
    )


@cache
def _rules(jurisdiction: str, language: str) -> RuleSet:
    """Loading takes seconds, and every sentence is a call of its own."""
    return load_rules(jurisdiction, language)
