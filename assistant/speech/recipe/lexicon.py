"""How words are pronounced by the synthesiser's voices.

Owns the vocabulary's choice and its pronunciations: harvested from sentences, where words run into
each other, and from words said by themselves.  Rare readings are dropped.  It builds no graph.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from assistant.demo.synthesis import Voice, readable
from assistant.speech.recipe.background import Background
from assistant.speech.recipe.graph import SILENCE, Phones
from assistant.speech.recipe.languages import Recipe, words_of
from assistant.speech.recipe.speech import Spoken, say

Heard = Counter[tuple[str, Phones]]

INFLECTED_RANKS = 30_000  # inflected forms are taken from so many of the commonest words
SHARD_LINES = 150
WORDS_A_LINE = 10
PACE = 170
# A reading is kept when at least this share says it so; of those, the commonest.
LANGUAGE_CHANGE = "("  # begins the synthesiser's marks, such as `(en)`
LEAST_SHARE, MOST_READINGS = 0.07, 4
ALONE_WEIGHT = 2  # a word said by itself counts as so many sightings


@dataclass(frozen=True, slots=True)
class HarvestOrder:
    """Lines for one child to say in plain voices."""

    language: str
    lines: tuple[tuple[str, Voice], ...]


def vocabulary(
    sentences: Iterable[Sequence[str]], background: Background, recipe: Recipe
) -> frozenset[str]:
    """The model's words: those of the sentences, the everyday lists, then the commonest.

    The lists' English words bring their inflected forms with them, as far as the language at large
    has them.
    """
    words = {word for sentence in sentences for word in sentence}
    ranked = sorted(background.words, key=lambda word: (-background.words[word], word))
    common = set(ranked[:INFLECTED_RANKS])
    for path in recipe.word_lists:
        for line in path.read_text(encoding="utf-8").splitlines():
            listed = line.partition("#")[0].lower().split()
            words.update(listed)
            if recipe.language == "en":
                words.update(form for word in listed for form in inflected(word) & common)
    for word in ranked:
        if len(words) >= recipe.vocabulary:
            break
        if words_of(word, recipe.language) == [word]:
            words.add(word)
    return frozenset(word for word in words if readable(word, recipe.language))


def inflected(word: str) -> frozenset[str]:
    """Forms that an English word may have; many of them are none."""
    stem = word[:-1]
    forms = {word + ending for ending in ("s", "es", "ed", "d", "ing", "er", "ers", "ly", "ment")}
    if word.endswith("e"):
        forms |= {stem + ending for ending in ("ing", "er", "ers", "able")}
    if word.endswith("y"):
        forms |= {stem + ending for ending in ("ies", "ied", "ily", "ier")}
    if word.endswith("ie"):
        forms.add(word[:-2] + "ying")
    forms |= {word + word[-1] + ending for ending in ("ed", "ing", "er")}
    return frozenset(forms)


def harvest(order: HarvestOrder) -> Heard:
    """Say lines and note how their words were said."""
    heard: Heard = Counter()
    for (text, _), spoken in zip(order.lines, say(order.lines, order.language), strict=True):
        heard.update(_heard(text, spoken, order.language))
    return heard


def pronunciations(
    words: frozenset[str],
    sentences: Sequence[str],
    recipe: Recipe,
    phones: Sequence[str],
    known: Mapping[tuple[str, Phones], int],
    progress: Callable[[str, int, int, str], None],
    processes: int,
) -> dict[str, dict[Phones, float]]:
    """Readings of `words` with their shares.

    Args:
        words: the vocabulary.
        sentences: to be said for how words sound in company.
        recipe: whose voices say them.
        phones: those that the network knows; readings with others are dropped.
        known: sightings from the training material, by word as written.
        progress: told of each shard.
        processes: how many children at a time.

    Returns:
        No entry for a word without a reading that can be used.
    """
    alone = sorted(words)
    gap = "，" if recipe.language == "zh" else ", "
    bases = sorted(set(recipe.bases))
    lines = [
        (gap.join(alone[at : at + WORDS_A_LINE]), Voice(base, PACE))
        for base in bases
        for at in range(0, len(alone), WORDS_A_LINE)
    ] * ALONE_WEIGHT
    lines += [
        (sentence, Voice(recipe.bases[number % len(recipe.bases)], PACE))
        for number, sentence in enumerate(sentences)
        if readable(sentence, recipe.language)
    ]
    orders = [
        HarvestOrder(recipe.language, tuple(lines[at : at + SHARD_LINES]))
        for at in range(0, len(lines), SHARD_LINES)
    ]
    heard: Heard = Counter()
    if recipe.language == "en":
        for (word, string), count in known.items():
            heard[word.lower(), string] += count
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for number, found in enumerate(pool.map(harvest, orders), start=1):
            heard.update(found)
            progress("pronunciations", number, len(orders), f"{len(heard)} readings")
    return choose(heard, words, frozenset(phones))


def choose(
    heard: Mapping[tuple[str, Phones], int], words: frozenset[str], phones: frozenset[str]
) -> dict[str, dict[Phones, float]]:
    """The readings worth keeping, with their shares among those kept.

    One in which the synthesiser changed its language is none: it could not say the word and spelled
    it in English.
    """
    phones = frozenset(phone for phone in phones if not phone.startswith(LANGUAGE_CHANGE))
    counts: dict[str, Counter[Phones]] = defaultdict(Counter)
    for (word, string), count in heard.items():
        if word in words and phones.issuperset(string):
            counts[word][string] += count
    chosen: dict[str, dict[Phones, float]] = {}
    for word, strings in counts.items():
        total = sum(strings.values())
        ranked = sorted(strings.items(), key=lambda entry: (-entry[1], entry[0]))[:MOST_READINGS]
        kept = [entry for entry in ranked if entry[1] >= LEAST_SHARE * total] or ranked[:1]
        kept_total = sum(count for _, count in kept)
        chosen[word] = {string: count / kept_total for string, count in kept}
    return chosen


def _heard(text: str, spoken: Spoken, language: str) -> list[tuple[str, Phones]]:
    if language != "zh":
        return [(word.lower().replace("’", "'"), s) for word, s in spoken.pronunciations()]
    # Characters are reported one by one; a word's phones are those of its characters.
    strings: list[list[str]] = [[] for _ in spoken.words]
    for phone in spoken.phones:
        if phone.word >= 0 and phone.name != SILENCE:
            strings[phone.word].append(phone.name)
    found = []
    at = 0
    for word in words_of(text, language):
        parts = strings[at : at + len(word)]
        clear = spoken.clear[at : at + len(word)]
        at += len(word)
        if all(parts) and all(clear):
            found.append((word, tuple(name for part in parts for name in part)))
    return found
