"""What lint warns of, and where."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from compliance.cases import load_cases
from compliance.labelled import judge, lines_of_cases
from compliance.linting import Weak, Weakness, lint
from compliance.packs import load_rules
from tests.compliance.small_pack import write_pack

TODAY = date(2026, 6, 1)
RULE = """
- id: US-01
  family: threat
  verified_law: verified
  citation: Somewhere 1
  detectors: [threat/plain]
  review_by: 2027-06-01
"""
PLAIN = "plain:\n  phrases: [green umbrella]\n"
CASES = """cases:
  - {says: a green umbrella, breaks: [US-01]}
"""
ENOUGH = "cases:\n" + "".join(
    f"  - {{says: a green umbrella {n}, breaks: [US-01]}}\n" for n in "abcde"
) + "".join(f"  - {{says: a blue umbrella {n}, near: [US-01]}}\n" for n in "abc")  # fmt: skip


def weak(
    folder: Path, rules: str = RULE, detectors: str = PLAIN, cases: str = ENOUGH, **more: str
) -> list[Weak]:
    files = {"us.cases.yaml": cases}
    packs = write_pack(folder, rules=rules, detectors=detectors, files=files, **more)
    loaded = load_rules("us", "en-US", packs)
    found = load_cases("us", packs)
    judged = judge(loaded, lines_of_cases(loaded, found))
    return [*lint(loaded, found, judged, TODAY, packs)]


def kinds(found: list[Weak]) -> list[Weakness]:
    return [each.weakness for each in found]


def test_a_rule_with_evidence_dates_and_texts_is_not_weak(tmp_path: Path) -> None:
    assert weak(tmp_path) == []


def test_evidence(tmp_path: Path) -> None:
    (little,) = weak(tmp_path / "a", cases=CASES)
    assert little.weakness is Weakness.LITTLE_EVIDENCE
    assert str(little) == "US-01: it is stable, but only 1 cases break it and 0 near it stay clean"
    other = "cases:\n  - {says: a kettle}\n"
    assert Weakness.NO_CASE in kinds(weak(tmp_path / "b", cases=other))
    todo = ENOUGH + "  - {says: a red umbrella, breaks: [US-01], todo: true}\n"
    assert kinds(weak(tmp_path / "c", cases=todo)) == [Weakness.TODO]


def test_days_of_review(tmp_path: Path) -> None:
    for number, (day, weakness) in enumerate(
        (
            ("2026-05-31", Weakness.REVIEW_PAST),
            ("2026-06-01", Weakness.REVIEW_SOON),
            ("2026-08-30", Weakness.REVIEW_SOON),
        )
    ):
        rules = RULE.replace("2027-06-01", day)
        assert kinds(weak(tmp_path / str(number), rules)) == [weakness]
    assert kinds(weak(tmp_path / "x", RULE.replace("  review_by: 2027-06-01\n", ""))) == [
        Weakness.NO_REVIEW_DATE
    ]


def test_law_from_memory_and_texts(tmp_path: Path) -> None:
    memory = RULE.replace("verified_law: verified", "verified_law: memory")
    stable = memory + "  status: stable\n  approved_by: Dana Reed\n"
    (told,) = weak(tmp_path / "a", stable)
    assert told.weakness is Weakness.LAW_FROM_MEMORY
    assert "Dana Reed" in told.message
    texts = RULE + "  title: {en: CHANGE THIS, zh-Hant: 請修改, zh-Hans: ''}\n"
    found = kinds(weak(tmp_path / "b", texts))
    assert found == [Weakness.UNFINISHED, Weakness.UNFINISHED, Weakness.EMPTY_TEXT]


def test_phrases_that_nothing_hits_stand_twice_or_add_nothing(tmp_path: Path) -> None:
    detectors = """
plain:
  phrases:
    - "(green|blue) umbrella"
    - green umbrella
    - "(green|red) umbrella"
    - tin drum
    - tin drum
"""
    found = weak(tmp_path, detectors=detectors, cases=ENOUGH.replace("blue umbrella", "hat"))
    told = {(each.weakness, each.message.split("'")[1]) for each in found}
    assert told == {
        (Weakness.SUBSUMED, "green umbrella"),
        (Weakness.NEVER_HIT, "green umbrella"),
        (Weakness.NEVER_HIT, "(green|red) umbrella"),
        (Weakness.NEVER_HIT, "tin drum"),
        (Weakness.DUPLICATE, "tin drum"),
    }
    assert all(each.place is not None and each.place.line > 0 for each in found)


def test_a_phrase_that_rings_at_lawful_lines_is_broad(tmp_path: Path) -> None:
    cases = ENOUGH + "".join(f"  - {{says: a tin drum {n}}}\n" for n in "abc")
    detectors = 'plain:\n  phrases: [green umbrella, "tin (drum|hat)"]\n'
    (broad,) = weak(tmp_path, detectors=detectors, cases=cases)
    assert broad.weakness is Weakness.BROAD
    assert "rang at 3 lawful lines and 0 breaches" in broad.message
    assert broad.place is not None
    assert broad.place.line > 0


def test_of_two_phrases_that_say_the_same_one_may_stay(tmp_path: Path) -> None:
    detectors = 'plain:\n  phrases: ["(green|blue) umbrella", "(blue|green) umbrella"]\n'
    assert kinds(weak(tmp_path, detectors=detectors)).count(Weakness.SUBSUMED) == 1


def test_a_gap_or_a_concept_is_only_covered_by_as_wide_a_one(tmp_path: Path) -> None:
    detectors = """
plain:
  phrases: ["green ... umbrella", "green ..2.. umbrella", "{kin} hat", aunt hat, sofa hat]
"""
    found = [w for w in weak(tmp_path, detectors=detectors) if w.weakness is Weakness.SUBSUMED]
    assert [each.message.split("'")[1] for each in found] == ["green ..2.. umbrella", "aunt hat"]
