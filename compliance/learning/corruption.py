"""Plausible recognition errors: what a recogniser might have heard instead.

Owns the choice of what is misheard (by sound and by how often a word is said), and the mixture of
errors: other words of like sound, words run together or torn apart, small words lost or put in.
The mixture is that of a small model on telephone sound.  The same seed gives the same text.  It
knows no phrases and no rules, so that what is measured with it is not what was written for it.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from compliance.phrases import base_language
from compliance.sounds import english, mandarin

# Of ten errors of the demonstration models on breaches through a telephone, eight were other words.
_LOST, _PUT_IN, _TORN, _JOINED = 0.13, 0.07, 0.12, 0.10
_LIKE_ENOUGH = 0.55
_CHOICES = 24
_SHARPNESS = 10.0  # how strongly a closer sound is preferred: e-fold for a tenth
_FREQUENCY = 0.6  # how strongly a more frequent word is preferred: a power of its frequency

_ENGLISH_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_SMALL = frozenset(
    "a an the to of in on at for and or but so is are am was be do does did have has had i you he"  # noqa: SIM905 - a list of words reads best as a sentence
    " she it we they me him her us them my your his our their this that will would can could if"
    " as by from with up out there".split()
)
_SMALL_HAN = "的了是在就也都有我你他把给要会很吗呢吧啊那这个到去来"


@dataclass(frozen=True, slots=True)
class _Listed:
    """Words with their sounds as spelt for comparing, and how often they are said (log10)."""

    words: tuple[str, ...]
    sounds: tuple[str, ...]
    rates: tuple[float, ...]

    def like(self, sound: str, cutoff: float = _LIKE_ENOUGH) -> tuple[tuple[str, float], ...]:
        """Words that sound like it, each with a weight; the very same word among them."""
        found = process.extract(
            sound,
            self.sounds,
            scorer=Levenshtein.normalized_similarity,
            limit=_CHOICES,
            score_cutoff=cutoff,
        )
        return tuple(
            (self.words[at], math.exp(_SHARPNESS * near) * 10 ** (_FREQUENCY * self.rates[at]))
            for _, near, at in found
        )


def corrupted(text: str, language: str, rate: float, seed: int) -> str:
    """The text as a recogniser might have heard it.

    Args:
        text: what was said, with or without punctuation.
        language: a tag; `zh…` is Mandarin, anything else English.
        rate: the share of words (characters in Mandarin) that are misheard, 0 to 1.
        seed: chooses the errors.
    """
    draw = random.Random(f"{seed} {rate} {text}")  # noqa: S311 - for tests, not for secrets
    return (_mandarin if base_language(language) == "zh" else _english)(text, rate, draw)


def _wrong(count: int, rate: float, draw: random.Random) -> list[int]:
    """Which of `count` units are misheard: the share asked for, rounded by chance."""
    exact = count * rate
    number = math.floor(exact) + (draw.random() < exact % 1)
    return sorted(draw.sample(range(count), min(number, count)))


def _drawn(choices: Sequence[tuple[str, float]], draw: random.Random, said: str) -> str:
    others = [(word, weight) for word, weight in choices if word != said]
    if not others:
        return said
    return draw.choices([word for word, _ in others], [weight for _, weight in others])[0]


# ---- English --------------------------------------------------------------------------------


def _english(text: str, rate: float, draw: random.Random) -> str:
    found = list(_ENGLISH_WORD.finditer(text))
    words = [match.group() for match in found]
    heard: dict[int, str] = {}
    for at in _wrong(len(words), rate, draw):
        if at in heard:
            continue
        said = words[at].lower()
        kind = draw.random()
        if said in _SMALL and kind < 2 * _LOST:
            heard[at] = ""
        elif said in _SMALL and kind < 2 * (_LOST + _PUT_IN):
            heard[at] = f"{words[at]} {draw.choice(sorted(_SMALL))}"
        elif kind > 1 - _JOINED and at + 1 < len(words) and at + 1 not in heard:
            both = _sound(said) + _sound(words[at + 1].lower())
            heard[at], heard[at + 1] = _drawn(_alike(both), draw, said), ""
        elif kind > 1 - _JOINED - _TORN and len(_sound(said)) >= 5:
            heard[at] = _torn(said, draw)
        else:
            heard[at] = _drawn(_alike(_sound(said)), draw, said)
    pieces: list[str] = []
    position = 0
    for at, match in enumerate(found):
        pieces += (text[position : match.start()], heard.get(at, match.group()))
        position = match.end()
    return re.sub(r"  +", " ", "".join((*pieces, text[position:]))).strip()


def _torn(said: str, draw: random.Random) -> str:
    """A word heard as two."""
    sound = _sound(said)
    cut = draw.randrange(2, len(sound) - 1)
    halves = (_drawn(_alike(half, 0.4), draw, said) for half in (sound[:cut], sound[cut:]))
    return " ".join(halves)


def _sound(word: str) -> str:
    """The phones of a word; of one that is not listed, those of its listed parts."""
    listed = english.lexicon()
    plain = word.replace("’", "'")
    for known in (plain.replace("'", ""), *plain.split("'")):
        if known in listed:
            return listed[known][0]
    for cut in range(len(plain) - 2, 2, -1):
        if plain[:cut] in listed:
            return listed[plain[:cut]][0] + _sound(plain[cut:])
    return ""


@cache
def _english_list() -> _Listed:
    rows = [
        (word, readings.split(" ")[0], float(rate))
        for word, readings, rate in _rows(english.LEXICON)
        if float(rate) >= 3.4  # some 16,000 words: what a small model can write
    ]
    return _Listed(
        tuple(word for word, _, _ in rows),
        tuple(english.spelt(phones) for _, phones, _ in rows),
        tuple(rate for _, _, rate in rows),
    )


@cache
def _alike(phones: str, cutoff: float = _LIKE_ENOUGH) -> tuple[tuple[str, float], ...]:
    return _english_list().like(english.spelt(phones), cutoff) if phones else ()


# ---- Mandarin -------------------------------------------------------------------------------


def _mandarin(text: str, rate: float, draw: random.Random) -> str:
    places = [at for at, character in enumerate(text) if mandarin.syllables(character)]
    heard: dict[int, str] = {}
    lists = _mandarin_lists()
    for index in _wrong(len(places), rate, draw):
        at = places[index]
        if at in heard:
            continue
        said, kind = text[at], draw.random()
        pair = text[at : at + 2]
        if said in _SMALL_HAN and kind < 3 * _LOST:
            heard[at] = ""
        elif said in _SMALL_HAN and kind < 3 * (_LOST + _PUT_IN):
            heard[at] = said + draw.choice(_SMALL_HAN)
        elif kind > 0.6 and len(pair) == 2 and at + 1 not in heard and _is_word(pair):
            # Two characters for the price of two: a word for a word.
            if draw.random() < 0.5:
                word = _drawn(_alike_han(lists[1], pair), draw, pair)
                heard[at], heard[at + 1] = word[0], word[1:]
        else:
            heard[at] = _drawn(_alike_han(lists[0], said), draw, said)
    return "".join(heard.get(at, character) for at, character in enumerate(text))


def _is_word(pair: str) -> bool:
    return all(mandarin.syllables(character) for character in pair)


@cache
def _alike_han(listed: _Listed, said: str) -> tuple[tuple[str, float], ...]:
    return listed.like(_spelt_han(said))


def _spelt_han(word: str) -> str:
    return "".join(mandarin.spelt(mandarin.syllables(character)[0]) for character in word)


@cache
def _mandarin_lists() -> tuple[_Listed, _Listed]:
    """Characters by themselves, and words of two."""
    words = [(word, float(rate)) for word, rate in _rows(mandarin.LEXICON) if float(rate) >= 4.2]
    single: dict[str, float] = {}
    for word, rate in words:
        for character in word:
            single[character] = max(single.get(character, 0.0), rate)
    pairs = [(word, rate) for word, rate in words if len(word) == 2 and _is_word(word)]
    return _listed_han([*single.items()]), _listed_han(pairs)


def _listed_han(rows: Sequence[tuple[str, float]]) -> _Listed:
    return _Listed(
        tuple(word for word, _ in rows),
        tuple(_spelt_han(word) for word, _ in rows),
        tuple(rate for _, rate in rows),
    )


def _rows(path: Path) -> list[list[str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]
