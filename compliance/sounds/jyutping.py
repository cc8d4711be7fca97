"""How Han characters sound in Cantonese, and what lazy tongues merge.

Owns the list of readings (`packs/sounds/yue.tsv`) and the spelling of words by it, for comparing.
It must not know phrases.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

READINGS = Path(__file__).parents[1] / "packs" / "sounds" / "yue.tsv"

# n- for l-, ng- lost, gw- for g- before o, -ng for -n, -k for -t: heard, and so typed.
_LAZY = (
    (re.compile("^n(?!g)"), "l"),
    (re.compile("^ng"), ""),
    (re.compile("^(g|k)w(?=o)"), r"\1"),
    (re.compile("ng$"), "n"),
    (re.compile("k$"), "t"),
)


def spelt(characters: Sequence[str], *, loosely: bool) -> tuple[str, ...]:
    """The syllables of characters by their first readings; none where one has no reading.

    `loosely` is without tones, and with what lazy tongues merge made one.
    """
    listed = _readings()
    syllables = tuple(listed.get(character, "") for character in characters)
    if not all(syllables):
        return ()
    return tuple(map(_loose, syllables)) if loosely else syllables


@cache
def _loose(syllable: str) -> str:
    spelling = syllable.rstrip("123456")
    for pattern, merged in _LAZY:
        spelling = pattern.sub(merged, spelling)
    return spelling


@cache
def _readings() -> dict[str, str]:
    """The commonest reading of each character."""
    lines = READINGS.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {row[0]: row[1] for row in rows if len(row) == 2}
