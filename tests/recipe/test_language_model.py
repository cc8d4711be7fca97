"""The language model: probabilities are probabilities, and pruning keeps its promises."""

from __future__ import annotations

import math
from itertools import product

import pytest

from assistant.speech.recipe import background, const_fst, language_model
from assistant.speech.recipe.background import Background
from assistant.speech.recipe.graph import SENTENCE, SENTENCE_END, UNKNOWN
from assistant.speech.recipe.language_model import History, LanguageModel, Mix, estimate, grammar

WORDS = frozenset(["i", "will", "pay", "you", "call", "the", "bank", "today", "rare"])
SENTENCES = [
    ["i", "will", "pay", "today"],
    ["i", "will", "call", "the", "bank"],
    ["you", "will", "pay", "the", "bank", "today"],
    ["i", "will", "pay", "the", "strange", "bank"],
] * 5
LARGE = Background(
    dict.fromkeys(WORDS, 100.0) | {"elsewhere": 50.0},
    {("the", "rare"): 10.0, ("rare", "bank"): 4.0},
)
ROOMY = 100_000


def model(file_bytes: int = ROOMY) -> LanguageModel:
    # So few sentences would drown in the language at large as it is weighted for many.
    return estimate(SENTENCES, WORDS, LARGE, file_bytes, Mix(pair_counts=2.0, background=0.1))


@pytest.mark.parametrize("file_bytes", [ROOMY, 900, 500])
def test_all_words_after_any_history_add_up_to_one(file_bytes: int) -> None:
    made = model(file_bytes)
    everything = [*sorted(WORDS), UNKNOWN, SENTENCE_END]
    histories = [(), *((w,) for w in WORDS), *product(sorted(WORDS), repeat=2), (SENTENCE, "i")]
    for history in histories:
        total = sum(made.probability(history, word) for word in everything)
        assert total == pytest.approx(1.0, abs=1e-6), history


def test_what_was_said_is_likelier_than_what_was_not() -> None:
    made = model()
    assert made.probability(("i", "will"), "pay") > 0.3
    assert made.probability(("i", "will"), "pay") > 20 * made.probability(("i", "will"), "the")
    # Nobody said it; the language at large has it.
    assert made.probability(("the",), "rare") > 5 * made.probability(("you",), "rare")


def test_pruning_keeps_to_the_size_and_costs_little_first() -> None:
    sizes = (2000, 900, 500)
    numbers = {word: number for number, word in enumerate([UNKNOWN, *sorted(WORDS)], start=1)}
    perplexities = []
    for size in sizes:
        made = model(size)
        assert len(const_fst.write(grammar(made, numbers))) <= size
        perplexities.append(made.perplexity(SENTENCES))
    assert perplexities == sorted(perplexities)
    assert perplexities[-1] < len(WORDS)


def test_the_grammar_says_the_same_as_the_model() -> None:
    made = model()
    numbers = {word: number for number, word in enumerate([UNKNOWN, *sorted(WORDS)], start=1)}
    fst = grammar(made, numbers)
    assert fst.properties == language_model.PROPERTIES
    for each in fst.states:
        labels = [arc.ilabel for arc in each.arcs]
        assert labels == sorted(set(labels))
        assert all(arc.ilabel == arc.olabel for arc in each.arcs)
    for sentence in (["i", "will", "pay", "today"], ["the", "rare", "bank"]):
        state, cost = fst.start, 0.0
        history: History = (SENTENCE,)
        for word in sentence:
            while True:
                arcs = {arc.ilabel: arc for arc in fst.states[state].arcs}
                arc = arcs.get(numbers[word], arcs.get(0))
                assert arc is not None
                state, cost = arc.nextstate, cost + arc.weight
                if arc.ilabel:
                    break
            expected = -math.log(made.probability(history, word))
            history = (*history, word)[-2:]
            assert cost == pytest.approx(expected, abs=1e-4)
            cost = 0.0


def test_contractions_take_after_the_words_they_stand_for() -> None:
    large = Background(
        {"you": 100.0, "are": 60.0, "not": 30.0, "if": 20.0},
        {("you", "are"): 40.0, ("you", "not"): 10.0, ("are", "not"): 5.0, ("if", "you"): 8.0},
    )
    made = background.with_contractions(large)
    assert made.words["you're"] == pytest.approx(100 * background.SHORTENED * 0.8)
    assert made.pairs["you're", "not"] == 5.0
    assert made.pairs["if", "you're"] == pytest.approx(8 * background.SHORTENED * 0.8)
    assert made.words["you"] == 100.0
    assert "won't" not in made.words
