"""How English words sound: phones, and which of them are near.

Owns the letters that phones are written in, the groups within which recognisers (and listeners)
confuse them, and the reading of words by the shipped list.  It must not know phrases.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

LEXICON = Path(__file__).parents[1] / "packs" / "sounds" / "en.tsv"

# ARPAbet, as in the CMU Pronouncing Dictionary, to one letter each; ER is a schwa with an r.
CODES = {
    "P": "p", "B": "b", "T": "t", "D": "d", "K": "k", "G": "g", "F": "f", "V": "v", "TH": "T",
    "DH": "D", "S": "s", "Z": "z", "SH": "S", "ZH": "Z", "CH": "c", "JH": "j", "M": "m", "N": "n",
    "NG": "N", "L": "l", "R": "r", "W": "w", "Y": "y", "HH": "h",
    "AA": "a", "AE": "A", "AH": "u", "AO": "o", "AW": "W", "AY": "I", "EH": "e", "ER": "@r",
    "EY": "E", "IH": "i", "IY": "Y", "OW": "O", "OY": "q", "UH": "U", "UW": "x",
}  # fmt: skip

# Manner, and within it what is nearer still: a voice, or a neighbouring place.  A telephone keeps
# the manner of a consonant and the openness of a vowel better than its place.
_MANNERS = (
    ("pb", "td", "kg"), ("fv", "TD", "h"), ("sz", "SZ", "cj"), ("m", "n", "N"), ("l", "r"),
    ("w",), ("y",), ("iYEeA", "aoOuUxqW", "I"),
)  # fmt: skip
_SCHWA = "@"


def _tables() -> tuple[dict[int, str], dict[int, str]]:
    spelt: dict[str, str] = {}
    coarse: dict[str, str] = {}
    letter = 0x100
    for manner, groups in enumerate(_MANNERS):
        for group in groups:
            letter += 1
            for phone in group:
                spelt[phone] = chr(0x200 + manner) + chr(letter) + phone
                coarse[phone] = chr(letter) if manner < len(_MANNERS) - 1 else "V"
    # A schwa is half a vowel: it is lost for less, and takes any colour.
    spelt[_SCHWA] = chr(0x200 + len(_MANNERS) - 1) + _SCHWA
    coarse[_SCHWA] = "V"
    return str.maketrans(spelt), str.maketrans(coarse)


_SPELT, _COARSE = _tables()


def spelt(phones: str) -> str:
    """Phones spelt for comparing by edits: three letters each (manner, group, itself).

    So another voice or a like vowel costs one edit, another place two, another manner three.
    """
    return phones.translate(_SPELT)


def coarse(phones: str) -> str:
    """One letter a phone: the group of a consonant, and that a vowel is one."""
    return phones.translate(_COARSE)


@cache
def lexicon() -> dict[str, tuple[str, ...]]:
    """The readings of every listed word."""
    readings: dict[str, tuple[str, ...]] = {}
    for line in LEXICON.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            word, listed, _ = line.split("\t")
            readings[word] = tuple(listed.split(" "))
    return readings
