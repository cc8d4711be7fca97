"""Plausible recognition errors, and what they cost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from compliance.learning.corruption import corrupted
from compliance.learning.robustness import Measured, table

SAID = {
    "en": "If you do not pay by Friday we are going to call your boss at the warehouse.",
    "zh": "你再不处理，我们就派人去你家找你，到时候不要怪我们。",
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_same_seed_gives_the_same_errors(language: str) -> None:
    said = SAID[language]
    assert corrupted(said, language, 0.3, 7) == corrupted(said, language, 0.3, 7)
    assert len({corrupted(said, language, 0.3, seed) for seed in range(12)}) > 6


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("rate", [0.1, 0.2, 0.3])
def test_about_as_much_is_misheard_as_was_asked_for(language: str, rate: float) -> None:
    said = _units(SAID[language], language)
    errors = sum(
        Levenshtein.distance(
            said, _units(corrupted(SAID[language], language, rate, seed), language)
        )
        for seed in range(60)
    )
    assert 0.6 * rate <= errors / (60 * len(said)) <= 1.7 * rate


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_misheard_at_no_rate(language: str) -> None:
    assert corrupted(SAID[language], language, 0.0, 1) == SAID[language]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["en", "zh"]), st.integers(0, 99))
def test_any_text_can_be_misheard(text: str, language: str, seed: int) -> None:
    assert isinstance(corrupted(text, language, 0.3, seed), str)


def test_the_figures_are_told_against_nothing_misheard() -> None:
    rows = [
        Measured(0.0, 100, 1.0, 1.0, 50, 0.0, 0.0),
        Measured(0.1, 100, 0.8, 0.94, 50, 0.02, 0.02),
    ]
    _, _, first, second = table(rows).splitlines()
    assert "1.000 ( 0.0)" in first
    assert "0.800 (20.0)" in second
    assert "0.940 ( 6.0)" in second


def _units(text: str, language: str) -> list[str]:
    if language == "zh":
        return [character for character in text if character.isalpha()]
    return text.lower().replace(".", "").split()
