"""How well a model hears: sentences and voices that it was not made from.

Owns the measuring texts, the conditions, saying them in voices never trained on, recognising them
with Vosk, and counting errors: of words in English, of characters in Mandarin.  It judges nothing;
the figures say what they say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import soxr
from rapidfuzz.distance import Levenshtein

from assistant.demo.synthesis import Pcm, Voice
from assistant.speech.on_the_telephone import SNR_DB, finals, padded, through_telephone
from assistant.speech.recipe.features import RATE_HZ
from assistant.speech.recipe.languages import Recipe
from assistant.speech.recipe.speech import say
from assistant.speech.recogniser import SpeechModel

MEASURED = Path(__file__).with_name("measured")
PACES = (150, 165, 180)
MANDARIN_PACES = (170, 195, 215)
SHARD_LINES = 100


@dataclass(frozen=True, slots=True)
class Condition:
    """`snr_db` of line noise under 300–3400 Hz and µ-law; `None` is clean sound."""

    name: str
    snr_db: float | None


CONDITIONS = (Condition("clean", None), Condition("telephone", SNR_DB))


@dataclass(frozen=True, slots=True)
class Heard:
    """One sentence: what was said, what was heard (units: words or characters), and by whom."""

    voice: str
    said: tuple[str, ...]
    heard: tuple[str, ...]

    @property
    def errors(self) -> int:
        """Substitutions, insertions and deletions."""
        return Levenshtein.distance(self.said, self.heard)


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured under one condition."""

    condition: str
    sentences: tuple[Heard, ...]

    @property
    def error_rate(self) -> float:
        """Errors by units said, 0 to 1 and beyond."""
        units = sum(len(sentence.said) for sentence in self.sentences)
        return sum(sentence.errors for sentence in self.sentences) / max(units, 1)

    def by_voice(self) -> dict[str, float]:
        """The error rate of each voice."""
        voices = sorted({sentence.voice for sentence in self.sentences})
        return {
            voice: Report(
                self.condition, tuple(each for each in self.sentences if each.voice == voice)
            ).error_rate
            for voice in voices
        }


def measuring_sentences(recipe: Recipe) -> list[str]:
    """The sentences written for measuring."""
    lines = (MEASURED / f"{recipe.language}.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def out_of_vocabulary(recipe: Recipe, sentences: Sequence[str], folder: Path) -> float:
    """Share of what is said that the model's `words.txt` cannot write.

    English by the word; Mandarin by the character, because a word that is missing can be written
    by shorter ones.
    """
    lines = (folder / "graph" / "words.txt").read_text(encoding="utf-8").splitlines()
    known = {line.split()[0] for line in lines}
    said = [unit for sentence in sentences for unit in units(sentence, recipe)]
    return sum(1 for unit in said if unit not in known) / max(len(said), 1)


def measure(
    model: SpeechModel,
    recipe: Recipe,
    sentences: Sequence[str],
    conditions: Sequence[Condition],
    progress: Callable[[str, int, int, str], None],
    voices_a_sentence: int = 1,
) -> list[Report]:
    """Say every sentence in unseen voices and recognise it.

    Args:
        model: opened.
        recipe: of its language; its `unseen` voices speak in turn.
        sentences: what they say.
        conditions: one report each, over the same speech.
        progress: told of each shard.
        voices_a_sentence: how many voices say each sentence.
    """
    paces = MANDARIN_PACES if recipe.language == "zh" else PACES
    lines = [
        (sentence, Voice(recipe.unseen[at % len(recipe.unseen)], paces[at % len(paces)]))
        for turn in range(voices_a_sentence)
        for number, sentence in enumerate(sentences)
        for at in (number + 3 * turn,)
    ]
    found: dict[str, list[Heard]] = {condition.name: [] for condition in conditions}
    for start in range(0, len(lines), SHARD_LINES):
        shard = lines[start : start + SHARD_LINES]
        for number, ((text, voice), spoken) in enumerate(
            zip(shard, say(shard, recipe.language), strict=True), start=start
        ):
            sound = soxr.resample(spoken.sound, spoken.rate_hz, RATE_HZ, quality="HQ")
            said = units(text, recipe)
            for condition in conditions:
                pcm = through(sound, condition, seed=number)
                heard = units(recognise(model, pcm), recipe)
                found[condition.name].append(Heard(voice.name, said, heard))
        progress("measuring", min(start + SHARD_LINES, len(lines)), len(lines), "")
    return [Report(name, tuple(heard)) for name, heard in found.items()]


def through(sound: Pcm, condition: Condition, seed: int) -> Pcm:
    """The sound under a condition, with silence (and its noise) around it."""
    if condition.snr_db is None:
        return padded(sound)
    return through_telephone(sound, seed, condition.snr_db)


def recognise(model: SpeechModel, pcm: Pcm) -> str:
    """What the model hears in sound at its own rate."""
    return " ".join(each.text for each in finals(model, pcm))


def units(text: str, recipe: Recipe) -> tuple[str, ...]:
    """Words of English, characters of Mandarin; an unknown word is one unit."""
    pieces = text.split("[unk]")
    found: list[str] = []
    for number, piece in enumerate(pieces):
        if number:
            found.append("[unk]")
        words = recipe.words(piece)
        found += [c for word in words for c in word] if recipe.language == "zh" else words
    return tuple(found)
