"""Bounded regular expressions: what a pack may use, what it may not, and what they cost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.errors import BadInput
from compliance.expressions import LONGEST, MOST, WAYS, ExpressionSet
from compliance.phrases import Phrase
from compliance.text import fold
from tests.compliance.call import Talk
from tests.compliance.small_pack import small_rules


def found(expression: str, text: str) -> list[str]:
    folded = fold(text)
    pairs = ExpressionSet.compile([Phrase(expression, "x/y")]).search(folded)
    return [folded.original[match.start : match.end] for match, _ in pairs]


@pytest.mark.parametrize(
    ("expression", "text", "expected"),
    [
        (r"case (no |number )?\d{4,8}\b", "Your CASE number 12345 is here", ["CASE number 12345"]),
        (r"case \d+", "case 77", ["case 77"]),
        (r"[a-z]{2} \d{3} ref", "AB123 ref", ["AB123 ref"]),
        (r"(?:gift|prepaid) cards?", "A gift card, Prepaid cards", ["gift card", "Prepaid cards"]),
        (r"转 帐", "請轉帳給我", ["轉帳"]),
        (r"\bfee of \$", "a fee of $ 20", ["fee of $"]),
        (r"card", "car", []),
    ],
)  # fmt: skip
def test_an_expression_runs_over_folded_text_and_points_at_the_original(
    expression: str, text: str, expected: list[str]
) -> None:
    assert found(expression, text) == expected


@pytest.mark.parametrize(
    ("expression", "part"),
    [
        ("(a+)+b", "itself repeats"),
        ("(a|b+)*cc", "itself repeats"),
        ("((a?){3}){2}bb", "itself repeats"),
        ("aa++ b*?*", "a repetition of a repetition"),
        (r"\d+", "no letters of its own"),
        (".*", "no letters of its own"),
        ("(green|red)", "no letters of its own"),
        ("(green)?", "no letters of its own"),
        ("", "no letters of its own"),
        ("a.*b.*c.*d.*green", "more than 2000 ways"),
        ("green" + "(a|b|c)" * 8, "more than 2000 ways"),
        ("green" * 50, "longer than 200"),
        (r"(green) \1", "back reference"),
        ("(?=green)green", "look-around"),
        ("(?P<n>green)", "look-around"),
        ("(?i)green", "look-around"),
        ("(green", "never closed"),
        ("green)", "never opened"),
        ("gr[een", "never closed"),
        ("*green", "a repetition of nothing"),
        ("green{5,2}", "smaller number"),
        ("green{,900}", f"at most {MOST}"),
        ("GREEN", "never stands in folded text"),
        ("轉帳", "never stands in folded text"),
        ("gr[z-a]een", "it is no expression"),
        ("(" * 30 + "green" + ")" * 30, "nested too deeply"),
    ],
)  # fmt: skip
def test_what_may_run_away_or_match_anything_is_refused(expression: str, part: str) -> None:
    with pytest.raises(BadInput) as caught:
        ExpressionSet.compile([Phrase(expression, "x/y", "f", 3, 5)])
    (fault,) = caught.value.faults
    assert part in fault.message
    assert (fault.line, fault.column) == (3, 5)


def test_all_bad_expressions_are_told_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        ExpressionSet.compile([Phrase(text, "x/y") for text in ("(a+)+b", "green", ".*")])
    assert len(caught.value.faults) == 2


SIGNS = st.sampled_from([*"ab .|()?+*{}[]\\d3,^$", "green", "a+", "(a|b)", "{2,3}"])


@settings(deadline=None, max_examples=400)
@given(st.lists(SIGNS, max_size=30).map("".join))
def test_whatever_is_accepted_has_bounded_ways_and_its_own_letters(expression: str) -> None:
    assert len(expression) <= LONGEST
    try:
        compiled = ExpressionSet.compile([Phrase(expression, "x/y")])
    except BadInput:
        return
    (one,) = compiled._expressions
    assert "*" not in re.sub(r"\\.|\[[^\]]*\]", "", one.pattern.pattern)
    assert "+" not in re.sub(r"\\.|\[[^\]]*\]", "", one.pattern.pattern)
    assert one.literal.strip()
    text = "a" * 300 + " green " + "ab" * 100
    for match, _ in compiled.search(fold(text)):
        assert one.literal in fold(text).line
        assert 0 <= match.start < match.end <= len(text)


def test_the_costliest_that_is_accepted_ends_on_a_long_text() -> None:
    # Just under the bound on ways; every place of the text begins a match that fails late.
    expression = f"a{{0,{MOST}}}a{{0,{MOST}}}b ?green"
    with pytest.raises(BadInput):
        ExpressionSet.compile([Phrase(expression, "x/y")])
    expression = f"a{{0,{MOST}}}a{{0,{WAYS // (2 * MOST) - 5}}}b ?green"
    assert found(expression, "a" * 20_000) == []
    assert found(expression, "a" * 5_000 + " green") == []


def test_a_rule_may_listen_with_an_expression(tmp_path: Path) -> None:
    rules = small_rules(tmp_path, detectors=r"plain: {regex: ['ticket ([a-z] )?\d{3,6}\b']}")
    (finding,) = Talk(rules).says("I have Ticket B1234 for you.")
    assert finding.found_by is not None
    assert (finding.found_by.how, finding.found_by.what) == ("regex", r"ticket ([a-z] )?\d{3,6}\b")
    assert Talk(rules).says("I do not have ticket B1234 for you.") == ()
