"""What comes of running cases: failures with places, gaps counted, rules that no case breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from compliance.case_runs import CaseRuns, Outcome, run_cases
from compliance.cases import load_cases
from tests.compliance.small_pack import small_rules

RULES = """
- {id: US-01, family: threat, verified_law: verified, citation: S 1, detectors: [threat/plain]}
- {id: US-02, family: threat, verified_law: verified, citation: S 2, detectors: [threat/other]}
- {id: US-03, family: threat, status: draft, verified_law: verified, citation: S 3}
"""
DETECTORS = "plain: {phrases: [green umbrella]}\nother: {phrases: [silver ladder]}\n"


def runs(folder: Path, cases: str) -> CaseRuns:
    files = {"us.cases.yaml": f"cases:\n{cases}"}
    rules = small_rules(folder, rules=RULES, detectors=DETECTORS, files=files)
    return run_cases(rules, load_cases("us", folder / "packs"))


def test_a_case_that_turns_out_as_it_says_passes(tmp_path: Path) -> None:
    ran = runs(
        tmp_path,
        "  - {says: a green umbrella, breaks: [US-01]}\n"
        "  - {says: a silver ladder, breaks: [US-02]}\n"
        "  - {says: a blue umbrella}\n",
    )
    assert ran.clean
    assert len(ran.of(Outcome.PASSED)) == 3


def test_a_failure_says_where_what_was_expected_and_what_was_found(tmp_path: Path) -> None:
    ran = runs(
        tmp_path,
        "  - {says: a green umbrella, breaks: [US-02]}\n"
        "  - {says: a silver ladder}\n"
        "  - {says: a kettle, check: [US-01]}\n",
    )
    assert not ran.clean
    told = [(run.place.rpartition("/")[2], run.told) for run in ran.of(Outcome.FAILED)]
    assert told == [
        ("us.cases.yaml:2:5", "expected breach of US-02, found breach of US-01"),
        ("us.cases.yaml:3:5", "expected nothing, found breach of US-02"),
        ("us.cases.yaml:4:5", "expected check the facts of US-01, found nothing"),
    ]


def test_a_rule_that_no_case_breaks_fails_the_run(tmp_path: Path) -> None:
    ran = runs(tmp_path, "  - {says: a green umbrella, breaks: [US-01]}\n")
    assert [rule.id for rule in ran.bare] == ["US-02"]
    assert not ran.clean


def test_known_gaps_are_counted_and_told_when_they_have_mended(tmp_path: Path) -> None:
    ran = runs(
        tmp_path,
        "  - {says: a green umbrella, breaks: [US-01]}\n"
        "  - {says: a silver ladder, breaks: [US-02], todo: true}\n"
        "  - {says: a kettle, breaks: [US-02], todo: true}\n",
    )
    assert ran.clean
    assert [len(ran.of(o)) for o in (Outcome.TODO, Outcome.MENDED)] == [1, 1]


def test_cases_of_drafts_are_passed_over_and_those_of_unknown_rules_told(tmp_path: Path) -> None:
    ran = runs(
        tmp_path,
        "  - {says: a green umbrella, breaks: [US-03]}\n"
        "  - {says: a green umbrella, breaks: [US-01, US-03]}\n"
        "  - {says: a silver ladder, breaks: [US-02]}\n"
        "  - {says: a kettle, breaks: [US-77]}\n",
    )
    assert [len(ran.of(o)) for o in (Outcome.OFF, Outcome.PASSED)] == [1, 2]
    assert [(fault.line, fault.message) for fault in ran.unknown] == [(5, "there is no rule US-77")]


@pytest.mark.parametrize("jurisdiction", ["us", "uk", "tw", "cn", "hk", "hk_en"])
def test_the_packs_have_no_failing_case_and_no_rule_without_one(
    jurisdiction: str, request: pytest.FixtureRequest
) -> None:
    rules = request.getfixturevalue(jurisdiction)
    ran = run_cases(rules, load_cases(rules.jurisdiction, language=rules.language))
    assert [run.told for run in ran.of(Outcome.FAILED)] == []
    assert ran.clean
