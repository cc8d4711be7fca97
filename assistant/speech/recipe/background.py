"""Words and word pairs of the language at large.

Owns reading the lists that two registry packages carry, and how far down they are taken: English
from symspellpy (frequencies of words and of pairs), Mandarin from jieba.  Calls use words that no
template thought of; these lists keep them in the vocabulary at a fair cost.
"""

from __future__ import annotations

import importlib.util
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from compliance.errors import MissingPart

ENGLISH_WORDS = "frequency_dictionary_en_82_765.txt"
ENGLISH_PAIRS = "frequency_bigramdictionary_en_243_342.txt"
_ENGLISH = re.compile(r"[a-z]+(?:'[a-z]+)?")
_SINGLE = frozenset("aio")  # the one-letter words that are words
_HAN = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Background:
    """Counts of words and of pairs; Mandarin has no pairs."""

    words: Mapping[str, float]
    pairs: Mapping[tuple[str, str], float]


# Written English spells these out, speech rarely does.  Each is counted for `SHORTENED` of the
# sightings of its two words together.
SHORTENED = 0.5
CONTRACTIONS = {
    f"{first}'{ending}": (first, second)
    for ending, second, firsts in (
        ("m", "am", "i"),
        ("re", "are", "you we they"),
        ("s", "is", "it he she that there what who where how here"),
        ("ve", "have", "i you we they would could should"),
        ("ll", "will", "i you he she it we they that there who"),
        ("d", "would", "i you he she we they it"),
    )
    for first in firsts.split()
} | {
    f"{first.removesuffix('n')}n't": (first, "not")
    for first in [
        "do",
        "does",
        "did",
        "is",
        "are",
        "was",
        "were",
        "have",
        "has",
        "had",
        "would",
        "could",
        "should",
        "must",
        "need",
    ]
}
CONTRACTIONS |= {"can't": ("can", "not"), "won't": ("will", "not"), "let's": ("let", "us")}


def background(language: str) -> Background:
    """The lists for `en` or `zh`.

    Raises:
        MissingPart: the package that carries them is not installed.
    """
    return _mandarin() if language == "zh" else _english()


def _english() -> Background:
    folder = _folder("symspellpy")
    words: dict[str, float] = {}
    for word, count in _rows(folder / ENGLISH_WORDS, 2):
        if _ENGLISH.fullmatch(word) and (len(word) > 1 or word in _SINGLE):
            words[word] = float(count)
    pairs: dict[tuple[str, str], float] = {}
    for first, second, count in _rows(folder / ENGLISH_PAIRS, 3):
        if first in words and second in words:
            pairs[first, second] = float(count)
    return with_contractions(Background(words, pairs))


def with_contractions(large: Background) -> Background:
    """The lists with "I'm", "don't" and the like counted from the words they stand for."""
    words, pairs = dict(large.words), dict(large.pairs)
    following: dict[str, float] = defaultdict(float)
    for (before, _), count in large.pairs.items():
        following[before] += count
    for short, (first, second) in CONTRACTIONS.items():
        if (first, second) not in large.pairs:
            continue
        share = SHORTENED * large.pairs[first, second] / following[first]
        words[short] = words[first] * share
        for (before, after), count in large.pairs.items():
            # What comes before the first word, and what follows the second.
            if after == first:
                pairs[before, short] = count * share
            if before == second:
                pairs[short, after] = count
    return Background(words, pairs)


def _mandarin() -> Background:
    words = {
        word: float(count)
        for word, count, _ in _rows(_folder("jieba") / "dict.txt", 3)
        if _HAN.fullmatch(word) and len(word) <= 4
    }
    return Background(words, {})


def _folder(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise MissingPart(
            f"the package {package} is not installed",
            "Install the project's training extra: pip install '.[training]'",
        )
    return Path(found.origin).parent


def _rows(path: Path, width: int) -> list[list[str]]:
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    return [parts for line in lines if len(parts := line.split()) == width]
