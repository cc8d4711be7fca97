"""Named phrases in order and near each other, and how each match says how it came about."""

from __future__ import annotations

from pathlib import Path

import pytest

from compliance.rules import RuleSet
from tests.compliance.call import Talk
from tests.compliance.small_pack import small_rules

PARTS = """
pay: ["pay (now|today)"]
kids: [(children|kids)]
shame: [shame]
"""


@pytest.fixture
def ordered(tmp_path: Path) -> RuleSet:
    detectors = "plain: {sequence: [{parts: [kids, shame, pay], within: 6}]}"
    return small_rules(tmp_path, detectors=detectors, parts=PARTS)


@pytest.fixture
def near(tmp_path: Path) -> RuleSet:
    detectors = "plain: {near: [{parts: [kids, pay], within: 3}]}"
    return small_rules(tmp_path, detectors=detectors, parts=PARTS)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("You have kids. What a shame. Pay today.", "kids. What a shame. Pay today"),
        ("Kids now and then are a joy. You have kids, shame, pay now", "kids, shame, pay now"),
        ("A shame. You have kids. Pay today.", None),
        ("You have kids. Pay today. A shame.", None),
        ("You have kids and one two three four five six a shame, pay today", None),
        ("You have kids.", None),
    ],
)
def test_a_sequence_wants_its_parts_in_order(
    ordered: RuleSet, text: str, quote: str | None
) -> None:
    found = Talk(ordered).says(text)
    assert [text[one.start : one.end] for one in found] == ([] if quote is None else [quote])
    if found:
        by = found[0].found_by
        assert by is not None
        assert (by.how, by.what) == ("sequence", "kids then shame then pay (within 6)")


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Pay today, for your kids.", "Pay today, for your kids"),
        ("For the kids you should pay now.", "kids you should pay now"),
        ("For the kids you all should really pay now.", None),
        ("Kids, kids, kids.", None),
    ],
)
def test_near_wants_them_in_any_order(near: RuleSet, text: str, quote: str | None) -> None:
    found = Talk(near).says(text)
    assert [text[one.start : one.end] for one in found] == ([] if quote is None else [quote])


def test_a_part_alone_is_no_finding_and_is_guarded_as_a_whole(near: RuleSet) -> None:
    assert not Talk(near).says("You can pay today.")
    assert not Talk(near).says("We would never ask that you pay today for your kids.")


def test_a_detector_may_listen_to_both_sides(tmp_path: Path) -> None:
    rules = """
    - {id: US-01, family: threat, verified_law: verified, citation: A}
    - {id: US-02, family: threat, kind: route, verified_law: verified, citation: B}
    """
    detectors = "plain: {phrases: [green umbrella], speakers: [agent, customer, third_party]}"
    talk = Talk(small_rules(tmp_path, rules=rules, detectors=detectors))
    assert [finding.rule for finding in talk.says("green umbrella")] == ["US-01"]
    assert [finding.rule for finding in talk.hears("green umbrella")] == ["US-02"]


def test_a_finding_says_what_matched_what_and_what_was_considered(tmp_path: Path) -> None:
    rules = """
    - id: US-01
      family: threat
      severity: critical
      verified_law: verified
      citation: A
      when: {listener: [customer]}
    """
    detectors = "plain: {phrases: [green (umbrella|hat)], true_if: raining}"
    talk = Talk(small_rules(tmp_path, rules=rules, detectors=detectors))
    (finding,) = talk.says("You said that I have a green hat.")
    by = finding.found_by
    assert by is not None
    assert (by.how, by.what, by.detector, by.closeness) == (
        "phrase", "green (umbrella|hat)", "threat/plain", 1.0,
    )  # fmt: skip
    assert dict(by.guards) == {
        "negated": False, "reported": True, "advised": False, "quoted": False,
    }  # fmt: skip
    assert dict(by.context) == {"listener": "customer", "verified": "true"}
    assert by.unknown == ("fact:raining",)
