"""What differs between two versions of the rules."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from compliance.cases import load_cases
from compliance.pack_diff import PackDiff, Turn, pack_diff
from compliance.packs import load_rules
from compliance.rule_words import words_of
from compliance.rules import RuleSet
from tests.compliance.small_pack import write_pack

RULES = """
- {id: US-01, family: threat, severity: critical, verified_law: verified, citation: S 1,
   detectors: [threat/plain]}
- {id: US-02, family: threat, severity: minor, verified_law: verified, citation: S 2,
   detectors: [threat/other]}
"""
DETECTORS = "plain: {phrases: [green umbrella]}\nother: {phrases: [silver ladder]}\n"
CASES = """cases:
  - {says: a green umbrella, breaks: [US-01]}
  - {says: a silver ladder, breaks: [US-02]}
  - {says: a tin drum}
"""


def version(folder: Path, rules: str = RULES, detectors: str = DETECTORS) -> RuleSet:
    files = {"us.cases.yaml": CASES}
    packs = write_pack(folder, rules=rules, detectors=detectors, files=files)
    return load_rules("us", "en-US", packs)


def difference(folder: Path, rules: str = RULES, detectors: str = DETECTORS) -> PackDiff:
    before = version(folder / "before")
    after = version(folder / "after", rules, detectors)
    return pack_diff(before, after, load_cases("us", folder / "before" / "packs"))


def test_nothing_differs_from_itself(tmp_path: Path) -> None:
    assert difference(tmp_path).empty


def test_what_became_of_each_rule(tmp_path: Path) -> None:
    rules = RULES.replace("severity: critical", "severity: hint").replace("US-02", "US-03")
    diff = difference(tmp_path, rules)
    assert [(turned.rule.id, turned.turn) for turned in diff.rules] == [
        ("US-01", Turn.SOFTENED),
        ("US-02", Turn.REMOVED),
        ("US-03", Turn.ADDED),
    ]
    assert diff.rules[0].fields == (("severity", "critical", "hint"),)


def test_a_rule_that_agents_no_longer_see_is_softened_and_one_off_is_off(tmp_path: Path) -> None:
    rules = RULES.replace("{id: US-01,", "{id: US-01, status: trial,")
    rules = rules.replace("{id: US-02,", "{id: US-02, status: draft,")
    turns = [turned.turn for turned in difference(tmp_path, rules).rules]
    assert turns == [Turn.SOFTENED, Turn.SWITCHED_OFF]


def test_other_fields_are_told_with_what_they_were_and_are(tmp_path: Path) -> None:
    rules = RULES.replace("citation: S 1", "citation: S 9, when: {listener: [third_party]}")
    (turned,) = difference(tmp_path, rules).rules
    assert turned.turn is Turn.CHANGED
    assert turned.fields == (
        ("citations", "in general: S 1", "in general: S 9"),
        ("when", "always", "said to: third party"),
    )


def test_phrases_that_come_and_go_and_the_cases_they_turn(tmp_path: Path) -> None:
    detectors = DETECTORS.replace("green umbrella", "tin drum").replace(
        "other: {", "other: {guards: [], "
    )
    diff = difference(tmp_path, detectors=detectors)
    (phrases,) = diff.phrases
    assert (phrases.label, phrases.added, phrases.removed) == (
        "threat/plain",
        ("tin drum",),
        ("green umbrella",),
    )
    (detector,) = diff.detectors
    assert detector.fields == (("guards", "negated, reported, advised", "none"),)
    assert [(turn.case.says, turn.was, turn.now) for turn in diff.cases] == [
        ("a green umbrella", (("US-01", "breach"),), ()),
        ("a tin drum", (), (("US-01", "breach"),)),
    ]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.tuples(inner, inner) | st.dictionaries(st.text(), inner, max_size=2),
)


@given(_VALUES)
def test_any_value_can_be_said(value: object) -> None:
    assert isinstance(words_of(value), str)
