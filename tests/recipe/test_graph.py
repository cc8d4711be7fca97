"""The lexical tree accepts each word's phones, once and for its word, and nothing else of words."""

from __future__ import annotations

import math

import pytest

from assistant.speech.recipe import const_fst, graph
from assistant.speech.recipe.const_fst import State
from assistant.speech.recipe.graph import PhoneTable, build

PHONES = PhoneTable(("a", "b", "k", "t"))
WORDS: dict[str, dict[tuple[str, ...], float]] = {
    "cat": {("k", "a", "t"): 1.0},
    "cab": {("k", "a", "b"): 1.0},
    "kat": {("k", "a", "t"): 1.0},  # sounds like another
    "at": {("a", "t"): 1.0},
    "a": {("a",): 0.75, ("b",): 0.25},
    "attack": {("a", "t", "a", "k"): 0.5, ("t", "a", "k"): 0.5},  # begins like another
}


def positioned(string: tuple[str, ...]) -> list[int]:
    places = ["S"] if len(string) == 1 else ["B", *["I"] * (len(string) - 2), "E"]
    return [PHONES.number(phone, place) for phone, place in zip(string, places, strict=True)]


def heard(lexicon: graph.Lexicon, ilabels: list[int]) -> dict[tuple[str, ...], float]:
    """Words of all paths that read exactly `ilabels` to a final state, with their lowest cost."""
    states = lexicon.transducer.fst.states
    table = lexicon.table()
    front: dict[tuple[int, tuple[str, ...]], float] = {(lexicon.transducer.fst.start, ()): 0.0}

    def silent(found: dict[tuple[int, tuple[str, ...]], float]) -> None:
        waiting = list(found)
        while waiting:
            state, words = waiting.pop()
            for arc in states[state].arcs:
                if arc.ilabel == 0:
                    step(found, waiting, state, words, arc)

    def step(
        found: dict[tuple[int, tuple[str, ...]], float],
        waiting: list[tuple[int, tuple[str, ...]]],
        state: int,
        words: tuple[str, ...],
        arc: const_fst.Arc,
    ) -> None:
        after = (arc.nextstate, (*words, table[arc.olabel]) if arc.olabel else words)
        cost = found[state, words] + arc.weight
        if cost < found.get(after, math.inf):
            found[after] = cost
            waiting.append(after)

    silent(front)
    for label in ilabels:
        onward: dict[tuple[int, tuple[str, ...]], float] = {}
        for (state, words), cost in front.items():
            for arc in states[state].arcs:
                if arc.ilabel == label:
                    after = (arc.nextstate, (*words, table[arc.olabel]) if arc.olabel else words)
                    onward[after] = min(onward.get(after, math.inf), cost + arc.weight)
        silent(onward)
        front = onward
    return {
        words: cost + states[state].final
        for (state, words), cost in sorted(front.items())
        if states[state].final != const_fst.INFINITE
    }


@pytest.mark.parametrize(
    ("string", "words"),
    [
        (("k", "a", "t"), {("cat",), ("kat",)}),
        (("k", "a", "b"), {("cab",)}),
        (("a", "t"), {("at",)}),
        (("a",), {("a",)}),
        (("b",), {("a",)}),
        (("a", "t", "a", "k"), {("attack",)}),
        (("t", "a", "k"), {("attack",)}),
        (("t", "a"), set()),
        (("k", "a"), set()),
    ],
)
def test_phones_give_their_words(string: tuple[str, ...], words: set[tuple[str, ...]]) -> None:
    lexicon = build(WORDS, PHONES)
    # Each phone is entered and then stayed in once.
    labels = [label for phone in positioned(string) for label in (2 * phone, 2 * phone - 1)]
    assert set(heard(lexicon, labels)) == words


def test_the_rarer_reading_costs_its_share() -> None:
    lexicon = build(WORDS, PHONES)
    common = heard(lexicon, [2 * PHONES.number("a", "S")])["a",]
    rare = heard(lexicon, [2 * PHONES.number("b", "S")])["a",]
    assert rare - common == pytest.approx(math.log(3.0), abs=1e-5)


def test_words_follow_each_other_with_or_without_silence() -> None:
    lexicon = build(WORDS, PHONES)
    at = [label for phone in positioned(("a", "t")) for label in (2 * phone, 2 * phone - 1)]
    assert set(heard(lexicon, at + at)) == {("at", "at")}
    assert set(heard(lexicon, [2, 1, *at, 2, 1, 1, *at, 2])) == {("at", "at")}


def test_an_unknown_word_lasts_five_frames_and_has_its_price() -> None:
    lexicon = build(WORDS, PHONES)
    enter, stay = 2 * PHONES.noise, 2 * PHONES.noise - 1
    assert heard(lexicon, [enter, *[stay] * 3]) == {}
    found = heard(lexicon, [enter, *[stay] * 4])
    assert set(found) == {("[unk]",)}
    pauses = 2 * graph.WITHOUT_SILENCE
    assert found["[unk]",] == pytest.approx(graph.UNKNOWN_COST + 5 * graph.STEP_COST + pauses)


def test_words_are_numbered_so_that_few_intervals_lie_ahead() -> None:
    lexicon = build(WORDS, PHONES)
    assert sorted(lexicon.words) == sorted(WORDS)
    assert lexicon.table()[:2] == ["<eps>", "[unk]"]
    assert lexicon.table()[-3:] == ["#0", "<s>", "</s>"]
    assert max(len(intervals) for intervals in lexicon.transducer.intervals) <= 3
    sorted_out = all(
        [arc.olabel for arc in state.arcs] == sorted(arc.olabel for arc in state.arcs)
        for state in lexicon.transducer.fst.states
    )
    assert sorted_out


def test_equal_endings_are_stored_once() -> None:
    many: dict[str, dict[tuple[str, ...], float]] = {
        f"w{first}{second}": {(first, second, "t", "a", "k"): 1.0}
        for first in "ab"
        for second in "abkt"
    }
    states: tuple[State, ...] = build(many, PHONES).transducer.fst.states
    # Start, loop, silence, five of the unknown word; two first and eight second phones, and one
    # tail of three for all.
    assert len(states) <= 8 + 2 + 8 + 3


def test_positions_of_a_phone_share_a_pdf() -> None:
    assert PHONES.names()[0] == "SIL"
    assert PHONES.names()[-1] == "SPN"
    assert len(PHONES.pdfs) == len(PHONES.names())
    assert [PHONES.pdfs[PHONES.number("k", place) - 1] for place in "BEIS"] == [3, 3, 3, 3]
    assert PHONES.boundaries()[0] == (1, "nonword")
    assert PHONES.boundaries()[-1] == (PHONES.noise, "singleton")
