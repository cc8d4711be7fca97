"""What a language's sounds are to the search: tokens as sounds, and how telling a word is.

Owns one `Phonology` for each language: how tokens are spelt as sounds, the keys under which what
sounds alike is found, how near is near enough, and how rare a token is in talk.  It must not know
phrases.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import islice, takewhile
from pathlib import Path

from compliance.sounds import english, mandarin

_CACHED = 50_000
_RATES = Path(__file__).parents[1] / "packs" / "rates"
_COMMON_WORD = 4.0  # log10 of times per billion, as are the lists
_NOT_RARE = 2.5
_MOST_BEGUN = 10
_UNLISTED = 5.6  # log10: a word that no list has is said once in some 400,000
_NUMERALS = frozenset("〇零一二三四五六七八九十百千万亿两几半")
_ENDINGS = (("s", "z"), ("ed", "d"), ("ing", "iN"))  # letters and phones of common endings


class Phonology(ABC):
    """One language's sounds.

    `longest_span` is how many tokens may together be heard for one word, `small` the words that
    come and go, `inflects` whether words have endings.
    """

    inflects: bool
    longest_span: int
    small: frozenset[str]

    @abstractmethod
    def sounds(self, tokens: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """The readings of tokens said together, each spelt finely and coarsely; none if unknown."""

    @abstractmethod
    def coarse(self, token: str) -> str:
        """The first reading of one token, spelt coarsely; empty if unknown."""

    @abstractmethod
    def same_word(self, heard: str, meant: str) -> bool:
        """Whether the two are one word in two forms, or so near that hearing tells them apart."""

    def word_sounds(self, tokens: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """The readings of a word that may have been meant."""
        return self.sounds(tokens)

    @abstractmethod
    def keys(self, coarse: str) -> Iterable[str]:
        """Keys of a coarse spelling: two that sound alike share one."""

    @abstractmethod
    def near_enough(self, letters: int) -> float:
        """The least likeness, 0 to 1, at which a sound of so many letters is taken for another."""

    @abstractmethod
    def by_chance(self, letters: int, likeness: float) -> float:
        """How seldom talk sounds so much like a word of so many letters by chance (log10)."""

    @abstractmethod
    def beginnings(self, beginning: str) -> tuple[str, ...]:
        """Common words that begin so, itself among them."""

    @abstractmethod
    def information(self, token: str) -> float:
        """How rare a token is in talk: log10 of how many others are said for one of it."""

    @abstractmethod
    def oddness(self, tokens: tuple[str, ...]) -> float:
        """How much it takes to believe that just these tokens were said (log10)."""

    def torn(self, tokens: tuple[str, ...], first: int, last: int) -> int:
        """How many words a stretch of tokens tears apart at its two ends."""
        del tokens, first, last
        return 0


class EnglishPhonology(Phonology):
    """Phones of English words."""

    inflects = True
    longest_span = 2
    small = frozenset(
        "a an the to of in on at for and or but so is are am was were be been being do does did"  # noqa: SIM905 - a list of words reads best as a sentence
        " have has had having i you he she it we they me him her us them my your his our their"
        " this that these those will would can could shall should may might must if then as by"
        " with from up out there here not no just now get got go going let what who when where"
        " how all any some one ok well because about into over".split()
    )

    def __init__(self) -> None:
        self._rates = _counted("en")

    @lru_cache(_CACHED)  # noqa: B019 - made once a language, lives as long as the program
    def sounds(self, tokens: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """As `Phonology.sounds`; of several tokens only the first reading of each."""
        if len(tokens) == 1:
            readings = _readings(tokens[0])
        else:
            each = [_readings(token) for token in tokens]
            readings = ("".join(found[0] for found in each),) if all(each) else ()
        return tuple((english.spelt(phones), english.coarse(phones)) for phones in readings)

    @lru_cache(_CACHED)  # noqa: B019 - made once a language, lives as long as the program
    def coarse(self, token: str) -> str:
        """As `Phonology.coarse`."""
        readings = _readings(token)
        return english.coarse(readings[0]) if readings else ""

    def same_word(self, heard: str, meant: str) -> bool:
        """Whether they begin with the same letters and differ only in how they end."""
        if heard == meant:
            return True
        pairs = zip(heard, meant, strict=False)
        same = next((at for at, (one, other) in enumerate(pairs) if one != other), None)
        same = min(len(heard), len(meant)) if same is None else same
        return same >= 4 and max(len(heard), len(meant)) - same <= 2

    def keys(self, coarse: str) -> Iterable[str]:
        """The spelling, and from four phones on each that lacks one of them."""
        yield coarse
        if len(coarse) >= 4:
            for at in range(len(coarse)):
                yield coarse[:at] + coarse[at + 1 :]

    def near_enough(self, letters: int) -> float:
        """The longer the sound, the more of it may differ."""
        return 0.88 if letters < 10 else 0.8 if letters < 13 else 0.72

    def by_chance(self, letters: int, likeness: float) -> float:
        """Fitted to service and casual talk, over all words of the packs."""
        return 2.7 + 0.5 * min(letters / 3, 8) - 7 * (1 - likeness)

    def beginnings(self, beginning: str) -> tuple[str, ...]:
        """Listed words that begin so and are not rare, the shortest first."""
        written, ordered = _written("en"), _ordered()
        begun = takewhile(
            lambda word: word.startswith(beginning),
            islice(ordered, bisect_left(ordered, beginning), None),
        )
        found = sorted((word for word in begun if written[word] >= _NOT_RARE), key=len)
        return tuple(dict.fromkeys((beginning, *found[:_MOST_BEGUN])))

    def information(self, token: str) -> float:
        """By what was counted in talk or what is written, whichever says more often."""
        counted = self._rates.get(token)
        written = 9.0 - _written("en").get(token, 9.0 - _UNLISTED)
        return min(written, 4.0 - math.log10(counted)) if counted else written

    def oddness(self, tokens: tuple[str, ...]) -> float:
        """Words that stand together are not chosen apart: the rarest, and a third of the rest."""
        told = sorted(map(self.information, tokens), reverse=True)
        return told[0] + sum(told[1:]) / 3


class MandarinPhonology(Phonology):
    """Syllables of Han characters."""

    inflects = False
    longest_span = 4
    small = frozenset(
        "的了是在就也都有我你他把给要会很吗呢吧啊那这个到去来着得地们不没还再才又被让跟和说一上下"
        "里能可"
    )

    def __init__(self) -> None:
        self._rates = _counted("zh")

    @lru_cache(_CACHED)  # noqa: B019 - made once a language, lives as long as the program
    def sounds(self, tokens: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """As `Phonology.sounds`: each character by its first reading."""
        said = [mandarin.syllables(token) for token in tokens]
        if not all(said):
            return ()
        return (_together([readings[0] for readings in said]),)

    @lru_cache(_CACHED)  # noqa: B019 - made once a language, lives as long as the program
    def coarse(self, token: str) -> str:
        """As `Phonology.coarse`."""
        readings = mandarin.syllables(token)
        return mandarin.coarse(readings[0]) if readings else ""

    def same_word(self, heard: str, meant: str) -> bool:
        """Whether they differ in a numeral: a number is another number."""
        differ = [pair for pair in zip(heard, meant, strict=False) if pair[0] != pair[1]]
        return not differ or any(not _NUMERALS.isdisjoint(pair) for pair in differ)

    def word_sounds(self, tokens: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """Also as the word is read: a character may have several readings."""
        plain = self.sounds(tokens)
        if len(tokens) == 1 or all(len(mandarin.syllables(token)) == 1 for token in tokens):
            return plain
        return tuple(dict.fromkeys((_together(mandarin.read("".join(tokens))), *plain)))

    def keys(self, coarse: str) -> Iterable[str]:
        """The finals, and from three syllables on with any one of them left open."""
        yield coarse
        if len(coarse) >= 3:
            for at in range(len(coarse)):
                yield f"{coarse[:at]}*{coarse[at + 1 :]}"

    def near_enough(self, letters: int) -> float:
        """One syllable must be the same; of two one initial may differ, of more a little more."""
        return 0.99 if letters <= 6 else 0.8 if letters <= 12 else 0.75

    def by_chance(self, letters: int, likeness: float) -> float:
        """Fitted to service and casual talk, over all words of the packs."""
        syllables = letters / 6
        return 2.2 if syllables < 2 else 2.0 + 1.2 * min(syllables, 4) - 9 * (1 - likeness)

    def beginnings(self, beginning: str) -> tuple[str, ...]:
        """Han words have no endings."""
        return (beginning,)

    def information(self, token: str) -> float:
        """As in English, character by character."""
        counted = self._rates.get(token)
        written = 9.0 - _written("zh").get(token, 9.0 - _UNLISTED)
        return min(written, 4.0 - math.log10(counted)) if counted else written

    def oddness(self, tokens: tuple[str, ...]) -> float:
        """A listed word as such, else character by character."""
        listed = _words().get("".join(tokens))
        return sum(map(self.information, tokens)) if listed is None else 9.0 - listed

    def torn(self, tokens: tuple[str, ...], first: int, last: int) -> int:
        """Listed words of two characters that one end of the stretch parts."""
        words = _words()
        before = first > 0 and tokens[first - 1] + tokens[first] in words
        after = last + 1 < len(tokens) and tokens[last] + tokens[last + 1] in words
        return before + after


@cache
def phonology(language: str) -> Phonology | None:
    """The sounds of a base language (`en`, `zh`), `None` where there is none."""
    if language == "en":
        return EnglishPhonology()
    return MandarinPhonology() if language == "zh" else None


def _together(said: Iterable[tuple[str, str]]) -> tuple[str, str]:
    said = tuple(said)
    return "".join(map(mandarin.spelt, said)), "".join(map(mandarin.coarse, said))


def _readings(word: str) -> tuple[str, ...]:
    """The phones of a word: listed, or a listed one with a common ending."""
    listed = english.lexicon()
    found = listed.get(word)
    if found is not None:
        return found
    for letters, phones in _ENDINGS:
        stem = word.removesuffix(letters)
        if stem != word and stem in listed:
            return tuple(reading + phones for reading in listed[stem])
    return ()


@cache
def _written(language: str) -> dict[str, float]:
    """Words of the list with log10 of their times per billion; in Mandarin characters."""
    path = (english if language == "en" else mandarin).LEXICON
    rates: dict[str, float] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        word, *_, rate = line.split("\t")
        if language == "en":
            rates[word] = float(rate)
        else:
            for character in word:
                rates[character] = rates.get(character, 0.0) + 10 ** float(rate)
    return rates if language == "en" else {c: math.log10(rate) for c, rate in rates.items()}


@cache
def _ordered() -> tuple[str, ...]:
    """The English words in order."""
    return tuple(sorted(_written("en")))


@cache
def _words() -> dict[str, float]:
    """Mandarin words of two and more characters, not too rare, with log10 of times per billion."""
    rows = (line.split("\t") for line in mandarin.LEXICON.read_text("utf-8").splitlines())
    return {
        row[0]: float(row[1])
        for row in rows
        if len(row) == 2 and len(row[0]) > 1 and float(row[1]) >= _COMMON_WORD
    }


def _counted(language: str) -> dict[str, float]:
    """Words counted in talk, times per 10,000; none where nothing was counted."""
    path = _RATES / f"{language}.tsv"
    if not path.is_file():
        return {}
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return {row[0]: float(row[1]) for row in rows if len(row) == 2 and not row[0].startswith("#")}
