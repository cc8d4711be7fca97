"""How often words are said, so that a search can begin with the rarest.

Owns the counted rates (`packs/rates/<language>.tsv`) and what follows for a key: a word, two words
that stand together (`a b`), or the beginning of one (`call*`).  It must not know phrases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from compliance.tongues import beneath

_FOLDER = Path(__file__).parent / "packs" / "rates"
# What is not listed was said less often than what is; pairs are rarer still.
_RARE_WORD = 1.0
_RARE_PAIR = 0.2
_RARE_BEGINNING = 2.0  # more words than one begin so


class WordRates:
    """Rates of one language, in times per 10,000 tokens of ordinary talk."""

    __slots__ = ("_rates",)

    def __init__(self, rates: Mapping[str, float]) -> None:
        self._rates = rates

    def of(self, key: str) -> float:
        """The rate of one key."""
        known = self._rates.get(key)
        if known is not None:
            return known
        if " " in key:
            return _RARE_PAIR
        if key.endswith("*"):
            beginning = key[:-1]
            known_words = (
                rate
                for word, rate in self._rates.items()
                if word.startswith(beginning) and " " not in word
            )
            return sum(known_words, start=_RARE_BEGINNING)
        return _RARE_WORD

    def of_any(self, keys: Iterable[str]) -> float:
        """The rate at which any of the keys is said."""
        return sum(map(self.of, keys))


@cache
def word_rates(language: str) -> WordRates:
    """The counted rates of a base language (`en`, `zh`); of another, every word is as rare."""
    path = _FOLDER / f"{beneath(language)}.tsv"
    if not language.isalpha() or not path.is_file():
        return WordRates({})
    rates: dict[str, float] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            key, _, rate = line.partition("\t")
            rates[key] = float(rate)
    return WordRates(rates)
