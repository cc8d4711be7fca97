"""How sure a scorer must be is chosen within budgets, and what it tells is the likeliest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.learning.choosing import (
    Budgets,
    Judged,
    Thresholds,
    choose,
)
from compliance.likeness import LAWFUL, NEVER, ORDINARY, likely, together

BUDGETS = Budgets(near=0.036, hard=0.02, plain=0.003, ordinary=0.1)
FAMILIES = ("", "abuse", "threat")


def _lines(seed: int, count: int, *, skill: float) -> Judged:
    """Lines judged by a scorer of some skill and by phrases that err now and then."""
    random = np.random.default_rng(seed)
    kind = random.integers(0, 3, count)  # breach, look-alike, ordinary
    share = 1 / (1 + np.exp(-random.normal(0, 1.5, count) - skill * (kind == 0)))
    ordinary = np.clip(random.normal(0.02, 0.05, count) + 0.4 * (kind == 2), 0, 1)
    family = np.array(FAMILIES)[random.integers(0, len(FAMILIES), count)]
    phrases = random.random(count) < np.where(kind == 0, 0.3, 0.03)
    plain = (kind == 2) & (random.random(count) < 0.5)
    return Judged(share, ordinary, family, phrases, kind == 0, kind == 2, plain)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1000), skill=st.floats(0, 4))
def test_what_is_chosen_keeps_both_budgets(seed: int, skill: float) -> None:
    lines = _lines(seed, 600, skill=skill)
    chosen = choose(lines, BUDGETS)
    flagged = lines.flagged(chosen)
    if chosen.sure:
        assert flagged[lines.near].mean() <= BUDGETS.near
        assert flagged[lines.everyday & ~lines.plain].mean() <= BUDGETS.hard
        assert flagged[lines.plain].mean() <= BUDGETS.plain


def test_a_better_scorer_finds_more_within_the_same_budgets() -> None:
    found = []
    for skill in (0.0, 6.0):
        lines = _lines(3, 3000, skill=skill)
        found.append(lines.flagged(choose(lines, BUDGETS))[lines.breach].mean())
    assert found[1] > found[0] + 0.1


def test_a_family_whose_likenesses_are_mostly_lawful_is_never_told() -> None:
    count = 200
    family = np.array(["abuse"] * 100 + ["threat"] * 100)
    breach = np.array([True] * 100 + [False] * 100)
    share = np.full(count, 0.9) + np.linspace(0, 0.05, count)
    none = np.zeros(count, dtype=bool)
    lines = Judged(share, np.zeros(count), family, none, breach, none, none)
    chosen = choose(lines, BUDGETS)
    assert chosen.sure["threat"] == NEVER
    assert lines.flagged(chosen).tolist() == breach.tolist()


def test_nothing_is_alike_where_phrases_alone_are_over_a_budget() -> None:
    count = 50
    lines = Judged(
        np.full(count, 0.99),
        np.zeros(count),
        np.array(["threat"] * count),
        np.ones(count, dtype=bool),
        np.arange(count) < 25,
        np.zeros(count, dtype=bool),
        np.zeros(count, dtype=bool),
    )
    assert choose(lines, BUDGETS) == Thresholds({}, 0.6, 0.0)


# ---- what a likeness is told as ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "topics", "told"),
    [
        ((0.6, 0.2, 0.1), {"threat", "abuse", "hours"}, ["threat"]),
        ((0.4, 0.3, 0.1), {"threat", "abuse", "hours"}, ["threat", "abuse"]),
        ((0.6, 0.2, 0.15), {"abuse", "hours"}, ["abuse", "hours"]),
        ((0.6, 0.2, 0.05), {"hours"}, []),  # far from the likeliest
        ((0.6, 0.2, 0.1), set(), []),
    ],
)
def test_the_likeliest_family_with_its_topic_is_told(
    parts: tuple[float, ...], topics: set[str], told: list[str]
) -> None:
    assert [*likely(("threat", "abuse", "hours"), parts, topics)] == told


def test_ordinary_talk_and_breaches_are_told_apart_from_look_alikes() -> None:
    classes = ("threat", LAWFUL + "threat", ORDINARY)
    decision = np.array([
        [4.0, 0.0, 0.0, 3.0],  # a breach
        [0.0, 4.0, 0.0, -3.0],  # a look-alike
        [1.0, 0.0, 8.0, 0.5],  # ordinary, and of the rest rather a breach
    ])  # fmt: skip
    share, ordinary = together(decision, classes)
    assert share[0] > 0.95
    assert share[1] < 0.05
    assert 0.5 < share[2] < 0.8
    assert ordinary.round(2).tolist() == [0.02, 0.02, 1.0]
