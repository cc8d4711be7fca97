"""How Han characters sound: toneless syllables, and which of them are near.

Owns the parts of a syllable (initial and final), the groups within which recognisers and speakers
of the south confuse them, and the reading of characters (pypinyin).  It must not know phrases.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pypinyin
from pypinyin.contrib.tone_convert import to_finals, to_initials

LEXICON = Path(__file__).parents[1] / "packs" / "sounds" / "zh.tsv"

# What is taken for one another: b/p … by breath, zh/z by the tongue, n/l/r and f/h as in the south.
_INITIALS = ("b p", "d t", "g k", "f h", "z zh c ch", "s sh", "j q x", "n l r", "m", "y w -")
# Open ends that merge (an/ang), and finals that differ by a glide.
_FINALS = (
    "an ang", "en eng un", "in ing", "ian iang", "uan uang", "o uo", "e er", "ong iong", "iu ou",
    "ui ei", "iao ao", "a ia ua", "ai uai", "i", "v", "u", "ie ve ue", "van", "vn", "ueng",
)  # fmt: skip

_START = 0x100


def _spellings(groups: tuple[str, ...], start: int) -> dict[str, tuple[str, str]]:
    """Each part of a syllable as the letter of its group and a letter of its own."""
    spelt: dict[str, tuple[str, str]] = {}
    own = start + len(groups)
    for number, group in enumerate(groups):
        for part in group.split(" "):
            own += 1
            spelt[part] = chr(start + number), chr(own)
    return spelt


_INITIAL = _spellings(_INITIALS, _START)
_FINAL = _spellings(_FINALS, _START + 0x80)
_OTHER = ("?", "?")


@cache
def syllables(character: str) -> tuple[tuple[str, str], ...]:
    """The readings of one character as (initial, final), without tones; none if it is not Han."""
    if not "\u3400" <= character <= "\u9fff":
        return ()
    plain = pypinyin.Style.NORMAL
    readings = pypinyin.pinyin(character, style=plain, heteronym=True, errors="ignore")
    found = dict.fromkeys(_parts(reading) for readings_ in readings for reading in readings_)
    return tuple(found)


def read(word: str) -> tuple[tuple[str, str], ...]:
    """The syllables of Han characters said together, each as its word is read."""
    return tuple(_parts(syllable) for syllable in pypinyin.lazy_pinyin(word))


@cache
def _parts(syllable: str) -> tuple[str, str]:
    initial = to_initials(syllable, strict=False)
    return initial or "-", to_finals(syllable, strict=False, v_to_u=False)


def spelt(syllable: tuple[str, str]) -> str:
    """A syllable spelt for comparing by edits: six letters.

    Another initial of the same group costs one edit, of another two; a near final two, another
    four: a telephone takes from consonants first.
    """
    initial = _INITIAL.get(syllable[0], _OTHER)
    final = _FINAL.get(syllable[1], _OTHER)
    return initial[0] + initial[1] + final[0] * 2 + final[1] * 2


def coarse(syllable: tuple[str, str]) -> str:
    """The group of the final, in which two syllables that sound alike agree."""
    return _FINAL.get(syllable[1], _OTHER)[0]
