"""Numbers of any length are read: a card read out digit by digit is no sum, and breaks nothing."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compliance.quantities import number_at, quantities
from compliance.text import fold

ENGLISH = (
    *[
        "zero",
        "one",
        "two",
        "three",
        "six",
        "nine",
        "ten",
        "twenty",
        "fifty",
        "hundred",
        "thousand",
        "million",
        "and",
        "point",
    ],
    "4",
    "9999999999999999999999999999999999",
    "0.5",
    "$",
    "dollars",
    "december",
    "percent",
    "a",
    "oh",
    "cents",
)
CHINESE = "零一二三五九十百千萬万億亿点點元月號号年9分之"


@example(words=[*["one"] * 14, "six", "zero", "zero"])
@given(words=st.lists(st.sampled_from(ENGLISH), max_size=60))
def test_english_of_any_length(words: list[str]) -> None:
    folded = fold(" ".join(words))
    quantities(folded, "en")
    for at in range(len(folded.tokens)):
        number_at(folded.tokens, at, "en")


@given(text=st.text(CHINESE, max_size=80))
def test_chinese_of_any_length(text: str) -> None:
    folded = fold(text)
    quantities(folded, "zh")
    for at in range(len(folded.tokens)):
        number_at(folded.tokens, at, "zh")


@pytest.mark.parametrize(
    ("text", "language"),
    [(" ".join(["four", "two"] * 10), "en"), ("4" * 40, "en"), ("四二" * 20, "zh")],
)
def test_what_is_read_out_is_not_exact(text: str, language: str) -> None:
    number = number_at(fold(text).tokens, 0, language)
    assert number is not None
    assert not number.exact


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("one hundred two hundred", False),
        ("one thousand two thousand", False),
        ("one thousand grand", False),
        ("two million three hundred thousand", True),
        ("twelve hundred", True),
        ("four hundred and five thousand", True),
    ],
)
def test_two_sums_in_one_breath_are_no_exact_number(text: str, exact: bool) -> None:
    number = number_at(fold(text).tokens, 0, "en")
    assert number is not None
    assert number.exact is exact


@pytest.mark.parametrize(
    ("text", "value", "tokens"),
    [("22000一次", 22000, 1), ("1500十二號", 1500, 1), ("3千5", 3500, 3), ("1萬2", 12000, 3)],
)
def test_characters_do_not_go_on_with_figures(text: str, value: int, tokens: int) -> None:
    number = number_at(fold(text).tokens, 0, "zh")
    assert number is not None
    assert (int(number.value), number.beyond) == (value, tokens)
