"""English words in another of their regular forms: what a recogniser loses first at a word's end.

Owns which listed words may be one word with another ending (`shift`, `shifts`), and the search for
phrases in a text with one of its words read in another form.  What is lost is a last s or d; who
says "your credit rating is finish" said no other word.  Mandarin has no endings.  It knows neither
sounds nor rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compliance.phrases import Match, PhraseSet
from compliance.text import Folded, reworded

_ENDINGS = ("s", "es", "d", "ed", "ing")
_AFTER_E = frozenset(("es", "ed", "ing"))  # take the place of a silent e (settle, settling)
_SHORTEST = 3  # letters; shorter words are too like others
_STEM = 3


class Inflections:
    """The forms that phrases listen for.

    Args:
        phrases: all of one language.
        words: those of their words that tell something.
    """

    def __init__(self, phrases: PhraseSet, words: Iterable[str]) -> None:
        self._phrases = phrases
        self._forms: dict[str, set[str]] = {}
        for word in words:
            if len(word) >= _SHORTEST:
                for stem in stems(word):
                    self._forms.setdefault(stem, set()).add(word)

    def search(self, folded: Folded) -> Iterator[tuple[int, str, Folded, Match]]:
        """Phrases that stand in the text once one of its words has another form.

        Yields:
            The token's place, the form, the text so read, and the match, which holds that token.
        """
        for at, token in enumerate(folded.tokens):
            for form in self.others(token):
                reading = reworded(folded, at, at, (form,))
                for match in self._phrases.search(reading):
                    if match.first <= at <= match.last:
                        yield at, form, reading, match

    def others(self, word: str) -> tuple[str, ...]:
        """Forms of a word that phrases listen for, in order; not the word itself."""
        if len(word) < _SHORTEST:
            return ()
        known = self._forms
        found = {form for stem in stems(word) if stem in known for form in known[stem]}
        return tuple(sorted(found - {word}))


def stems(word: str) -> frozenset[str]:
    """What a word may be a form of: itself, and itself without each ending that it may have."""
    found = {word}
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < _STEM:
            continue
        found.add(stem)
        if stem[-1] == stem[-2]:
            found.add(stem[:-1])  # stopped, stop
        if ending in _AFTER_E:
            found.add(stem + "e")
    return frozenset(found)
