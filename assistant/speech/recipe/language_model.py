"""The language model: which word follows which, as the grammar that Vosk composes.

Owns counting, smoothing, pruning and `Gr.fst`.  Trigrams with absolute discount over the drawn
sentences; pairs and words of the language at large are mixed in below, so that what no template
thought of is dear and not impossible.  It knows no sound.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.speech.recipe.background import Background
from assistant.speech.recipe.const_fst import INFINITE, Arc, Fst, State
from assistant.speech.recipe.graph import SENTENCE, SENTENCE_END, UNKNOWN

# OpenFst: expanded, acceptor, sorted by input (and so by output) label.
PROPERTIES = 0x50010001
STATE_BYTES, ARC_BYTES = 20, 16

History = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mix:
    """Weights of the model's parts, all between 0 and 1 but for `pair_counts`.

    `pair_counts` is how many sightings of a word the pairs of the language at large are worth;
    `backoff` the least mass that each order leaves to the one below; `flatness` the power that
    background counts are raised to.
    """

    discount: float = 0.7
    backoff: float = 0.35
    background: float = 0.35
    flatness: float = 0.55
    pair_counts: float = 4000.0
    unknown: float = 0.004


@dataclass(slots=True)
class LanguageModel:
    """Probabilities by history; the empty history holds every word.

    `onward` is the probability of each word that the history keeps itself, `backoff` the factor on
    the probabilities of the history shorter by its first word.
    """

    onward: dict[History, dict[str, float]]
    backoff: dict[History, float] = field(default_factory=dict)

    def probability(self, history: History, word: str) -> float:
        """P(word | history), through as many back-offs as it takes."""
        factor = 1.0
        while True:
            known = self.onward.get(history)
            if known is not None and word in known:
                return factor * known[word]
            if not history:
                return 0.0
            factor *= self.backoff.get(history, 1.0)
            history = history[1:]

    def perplexity(self, sentences: Iterable[Sequence[str]]) -> float:
        """Perplexity over sentences, unknown words included; smaller is better."""
        logs, count = 0.0, 0
        for sentence in sentences:
            history: History = (SENTENCE,)
            for word in [*sentence, SENTENCE_END]:
                known = word if word in self.onward[()] else UNKNOWN
                logs -= math.log(max(self.probability(history, known), 1e-12))
                count += 1
                history = (*history, known)[-2:]
        return math.exp(logs / max(count, 1))


def estimate(
    sentences: Iterable[Sequence[str]],
    vocabulary: frozenset[str],
    background: Background,
    file_bytes: int,
    mix: Mix | None = None,
) -> LanguageModel:
    """Count, smooth and prune.

    Args:
        sentences: words of each; those outside `vocabulary` count as unknown.
        vocabulary: all words of the model.
        background: words and pairs of the language at large.
        file_bytes: the grammar's file is to be no larger.
        mix: weights.
    """
    mix = mix or Mix()
    singles, pairs, triples = _count(sentences, vocabulary)
    unigrams = _unigrams(singles, vocabulary, background, mix)
    full = LanguageModel({(): unigrams})
    _add_pairs(full, pairs, vocabulary, background, mix)
    for history, following in triples.items():
        total = sum(following.values())
        left = max(mix.backoff, mix.discount * len(following) / total)
        scale = (1.0 - left) / sum(max(c - mix.discount, 0.1) for c in following.values())
        full.onward[history] = {
            word: scale * max(c - mix.discount, 0.1) + left * full.probability(history[1:], word)
            for word, c in following.items()
        }
    weights: dict[History, float] = {h: float(sum(f.values())) for h, f in triples.items()}
    weights |= {h: float(sum(f.values())) for h, f in pairs.items()}
    return _pruned(full, weights, file_bytes)


def grammar(model: LanguageModel, numbers: Mapping[str, int]) -> Fst:
    """The model as an acceptor over word numbers, sorted by label.

    State 0 is the beginning of a sentence.  A history without words of its own is no state: its
    words lead to the longest one that is.
    """
    histories = [(SENTENCE,), *sorted(set(model.onward) - {(SENTENCE,)})]
    states = {history: number for number, history in enumerate(histories)}

    def state_of(history: History) -> int:
        while history not in states:
            history = history[1:]
        return states[history]

    made = []
    for history in histories:
        arcs = []
        final = INFINITE
        if history:
            arcs.append(Arc(0, 0, _cost(model.backoff.get(history, 1.0)), state_of(history[1:])))
        for word, probability in model.onward.get(history, {}).items():
            if word == SENTENCE_END:
                final = _cost(probability)
            elif word != SENTENCE:
                label = numbers[word]
                after = state_of((*history, word)[-2:])
                arcs.append(Arc(label, label, _cost(probability), after))
        made.append(State(tuple(sorted(arcs, key=lambda arc: arc.ilabel)), final))
    return Fst(0, tuple(made), PROPERTIES)


def _count(
    sentences: Iterable[Sequence[str]], vocabulary: frozenset[str]
) -> tuple[Counter[str], dict[History, Counter[str]], dict[History, Counter[str]]]:
    singles: Counter[str] = Counter()
    pairs: dict[History, Counter[str]] = defaultdict(Counter)
    triples: dict[History, Counter[str]] = defaultdict(Counter)
    for sentence in sentences:
        known = [word if word in vocabulary else UNKNOWN for word in sentence]
        row = [SENTENCE, *known, SENTENCE_END]
        for at in range(1, len(row)):
            singles[row[at]] += 1
            pairs[(row[at - 1],)][row[at]] += 1
            if at > 1:
                triples[(row[at - 2], row[at - 1])][row[at]] += 1
    return singles, pairs, triples


def _unigrams(
    singles: Mapping[str, int], vocabulary: frozenset[str], background: Background, mix: Mix
) -> dict[str, float]:
    own = sum(count for word, count in singles.items() if word != UNKNOWN)
    # A word of no list is given the count of the rarest.
    rarest = min(background.words.values(), default=1.0)
    loose = {
        word: background.words.get(word, rarest) ** mix.flatness for word in sorted(vocabulary)
    }
    loose_total = sum(loose.values())
    share = mix.background if own else 1.0
    result = {
        word: (1 - share) * singles.get(word, 0) / max(own, 1) + share * count / loose_total
        for word, count in loose.items()
    }
    result[SENTENCE_END] = (1 - share) * singles.get(SENTENCE_END, 0) / max(own, 1) or 0.05
    result[UNKNOWN] = mix.unknown
    total = sum(result.values())
    return {word: value / total for word, value in result.items()}


def _add_pairs(
    model: LanguageModel,
    pairs: Mapping[History, Counter[str]],
    vocabulary: frozenset[str],
    background: Background,
    mix: Mix,
) -> None:
    at_large: dict[str, dict[str, float]] = defaultdict(dict)
    for (first, second), count in background.pairs.items():
        if first in vocabulary and second in vocabulary:
            at_large[first][second] = count
    for word in sorted({history[0] for history in pairs} | set(at_large)):
        following = pairs.get((word,), Counter())
        total = sum(following.values())
        own_mass = total / (total + mix.pair_counts) if at_large.get(word) else 1.0
        mixed: dict[str, float] = {}
        if total:
            scale = own_mass / sum(max(c - mix.discount, 0.1) for c in following.values())
            for after, count in following.items():
                mixed[after] = scale * max(count - mix.discount, 0.1)
        large_total = sum(at_large.get(word, {}).values())
        for after, count in at_large.get(word, {}).items():
            mixed[after] = mixed.get(after, 0.0) + (1 - own_mass) * count / large_total
        left = max(mix.backoff, mix.discount * len(following) / max(total, 1) * own_mass)
        if not total:
            left = max(left, 0.4)
        model.onward[(word,)] = {
            after: (1 - left) * value + left * model.onward[()].get(after, 0.0)
            for after, value in mixed.items()
        }
        model.backoff[(word,)] = left


def _pruned(
    full: LanguageModel, weights: Mapping[History, float], file_bytes: int
) -> LanguageModel:
    """Keep what lowers the likelihood most when it is missing (Seymore and Rosenfeld, 1996)."""
    gains: list[tuple[float, History, str]] = []
    for history, onward in full.onward.items():
        if not history:
            continue
        shorter = history[1:]
        weight = weights.get(history, 0.0) + 1.0
        left = max(1e-6, 1.0 - sum(onward.values()))
        below = max(1e-6, 1.0 - sum(full.probability(shorter, word) for word in onward))
        for word, probability in onward.items():
            without = left / below * full.probability(shorter, word)
            gain = weight * probability * math.log(max(probability, 1e-12) / max(without, 1e-12))
            gains.append((gain, history, word))
    gains.sort(key=lambda entry: (-entry[0], entry[1], entry[2]))
    room = file_bytes - ARC_BYTES * len(full.onward[()]) - 200 - STATE_BYTES
    kept: dict[History, dict[str, float]] = {(): full.onward[()], (SENTENCE,): {}}
    for gain, history, word in gains:
        if gain <= 0:
            break
        new = history not in kept
        room -= ARC_BYTES + (STATE_BYTES + ARC_BYTES if new else 0)
        if room < 0:
            break
        kept.setdefault(history, {})[word] = full.onward[history][word]
    result = LanguageModel(kept)
    for history in sorted(kept, key=len):
        if history:
            left = max(1e-4, 1.0 - sum(kept[history].values()))
            below = max(
                1e-4, 1.0 - sum(result.probability(history[1:], word) for word in kept[history])
            )
            result.backoff[history] = min(1.0, left / below)
    return result


def _cost(probability: float) -> float:
    return -math.log(max(probability, 1e-10))
