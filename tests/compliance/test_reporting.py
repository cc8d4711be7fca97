"""Precision and recall: what is counted, the intervals, and false alarms per hour."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.cases import load_cases
from compliance.context import CallContext, CallHeader, Listener
from compliance.labelled import Line, lines_of_cases
from compliance.reporting import Measured, Measurer, Rate, talk_hours
from compliance.rules import RuleSet
from compliance.transcript import Speaker
from tests.compliance.small_pack import small_rules

RULES = """
- {id: US-01, family: threat, verified_law: verified, citation: S 1, detectors: [threat/plain]}
- {id: US-02, family: threat, status: trial, verified_law: verified, citation: S 2,
   detectors: [threat/other]}
- {id: US-03, family: threat, verified_law: verified, citation: S 3, detectors: [threat/unsure]}
"""
DETECTORS = """
plain: {phrases: [green umbrella]}
other: {phrases: [silver ladder]}
unsure: {phrases: [iron kettle], check: true}
"""
CASES = """cases:
  - {says: a green umbrella, breaks: [US-01]}
  - {says: a purple umbrella, breaks: [US-01]}
  - {says: a silver ladder, breaks: [US-02]}
  - {says: an iron kettle, check: [US-03]}
  - {says: "no wonder, a green umbrella", near: [US-01]}
  - {says: "no umbrella at all", near: [US-01]}
  - {says: an iron kettle in the park, near: [US-03]}
"""
HEADER = CallHeader("us", "en-US", verified=True, listener=Listener.CUSTOMER)
CONTEXT = CallContext(HEADER, verified=True, listener=Listener.CUSTOMER)


@pytest.fixture
def rules(tmp_path: Path) -> RuleSet:
    files = {"us.cases.yaml": CASES}
    return small_rules(tmp_path, rules=RULES, detectors=DETECTORS, files=files)


@pytest.fixture
def lines(rules: RuleSet, tmp_path: Path) -> list[Line]:
    return [*lines_of_cases(rules, load_cases("us", tmp_path / "packs"))]


def by_name(rows: tuple[Measured, ...]) -> dict[str, Measured]:
    return {row.name: row for row in rows}


def test_recall_and_precision_by_rule(rules: RuleSet, lines: list[Line]) -> None:
    measurer = Measurer(rules)
    measurer.add(lines)
    found = by_name(measurer.report().rules)
    assert found["US-01"].recall == Rate(1, 2)
    assert found["US-01"].precision == Rate(1, 2)
    assert found["US-01"].false == Rate(1, 2)
    assert found["US-02"].recall == Rate(1, 1)
    assert found["US-02"].trial
    assert found["US-03"].recall == Rate(1, 1)  # a fact decides: asking for it is right
    assert found["US-03"].asked == Rate(1, 1)


def test_what_agents_are_shown_leaves_out_rules_on_trial(rules: RuleSet, lines: list[Line]) -> None:
    measurer = Measurer(rules)
    measurer.add(lines)
    report = measurer.report()
    assert by_name(report.overall)["all"].recall == Rate(3, 4)
    assert report.shown == Rate(2, 4)
    assert report.sources == {"cases": 7}


def test_recall_falls_with_what_is_misheard(rules: RuleSet, lines: list[Line]) -> None:
    measurer = Measurer(rules)
    asked: list[float] = []

    def corrupt(line: Line, share: float) -> str:
        asked.append(share)
        return line.text if share < 0.2 else line.text.replace("umbrella", "umpire")

    measurer.add(lines, corrupt=corrupt, shares=(0.1, 0.3))
    measured = by_name(measurer.report().rules)["US-01"]
    assert measured.corrupted == ((0.1, Rate(1, 2)), (0.3, Rate(0, 2)))
    assert asked == [0.1] * 4 + [0.3] * 4


def test_a_line_of_a_family_is_a_rules_own_only_where_the_family_has_one(tmp_path: Path) -> None:
    line = Line(
        "a green umbrella", Speaker.AGENT, CONTEXT, frozenset(("threat",)), frozenset(),
        breach=True, fact=False, style="direct", source="a",
    )  # fmt: skip
    several = small_rules(tmp_path / "several", rules=RULES, detectors=DETECTORS)
    alone = small_rules(tmp_path / "alone")
    for rules, told in ((several, 0), (alone, 1)):
        measurer = Measurer(rules)
        measurer.add([line])
        report = measurer.report()
        assert by_name(report.families)["threat"].recall == Rate(1, 1)
        assert by_name(report.overall)["direct"].recall == Rate(1, 1)
        assert len(report.rules) == told


def test_hours_of_lawful_talk(rules: RuleSet) -> None:
    # 150 words are a minute.
    texts = ["word " * 148 + "green umbrella", "an iron kettle " + "word " * 147]
    hours = talk_hours(rules, "talk", texts)
    assert hours.hours == pytest.approx(2 / 60)
    assert (hours.alarms, hours.asked, hours.by_rule) == (1, 1, {"US-01": 1})
    assert hours.per_hour == pytest.approx(30)
    assert talk_hours(rules, "none", []).per_hour is None


def test_an_interval_as_published() -> None:
    # Newcombe (1998), table II: 81 of 263 and 15 of 148, 0 of 20 and 1 of 29.
    for (count, of), low, high in (
        ((81, 263), 0.2553, 0.3662),
        ((15, 148), 0.0624, 0.1605),
        ((0, 20), 0.0000, 0.1611),
        ((1, 29), 0.0061, 0.1718),
    ):
        interval = Rate(count, of).interval
        assert interval is not None
        assert interval == pytest.approx((low, high), abs=5e-5)
    assert Rate(0, 0).interval is None
    assert Rate(0, 0).share is None


@given(st.integers(0, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_an_interval_holds_its_share_and_stays_a_share(counts: tuple[int, int]) -> None:
    rate = Rate(*counts)
    if rate.interval is None or rate.share is None:
        assert rate.of == 0
        return
    low, high = rate.interval
    assert 0 <= low <= rate.share + 1e-12
    assert rate.share - 1e-12 <= high <= 1
    assert math.isclose(
        low, 1 - (Rate(rate.of - rate.count, rate.of).interval or (0, 0))[1], abs_tol=1e-9
    )
