"""What a bank's own folder may do to a pack, and what it may not."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from compliance.errors import BadInput
from compliance.findings import Severity
from compliance.overrides import load_bank_cases, stray_files
from compliance.packs import load_rules
from compliance.rules import RuleSet, RuleStatus
from tests.compliance.call import Talk
from tests.compliance.small_pack import write_pack

RULES = """
- id: US-01
  family: threat
  severity: critical
  verified_law: verified
  citation: Somewhere 1
  detectors: [threat/plain]
- id: US-02
  family: threat
  verified_law: secondary
  citation: Somewhere 2
  detectors: [threat/other]
"""
DETECTORS = """
plain:
  phrases: [green umbrella, "broken kettle [again]", wooden spoon]
  guards: []
other:
  phrases: [silver ladder]
"""
DECIDED = "reason: our own way, by: Dana Reed, on: 2026-03-02"


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    return write_pack(tmp_path, rules=RULES, detectors=DETECTORS)


def laid_over(packs: Path, bank: str = "", detectors: str = "") -> RuleSet:
    """The rules with a bank's folder of these contents."""
    folder = packs.parent / "bank"
    folder.mkdir(exist_ok=True)
    (folder / "us.yaml").write_text("jurisdiction: us\n" + dedent(bank), "utf-8")
    if detectors:
        (folder / "us").mkdir()
        text = f"jurisdiction: us\ndetectors:\n  en:\n{detectors}"
        (folder / "us" / "more.yaml").write_text(text, "utf-8")
    return load_rules("us", "en-US", packs, bank=folder)


def faults(packs: Path, bank: str = "", detectors: str = "") -> list[str]:
    with pytest.raises(BadInput) as caught:
        laid_over(packs, bank, detectors)
    assert all(fault.line and fault.column for fault in caught.value.faults)
    return [f"{Path(f.path).name}:{f.line}: {f.message}" for f in caught.value.faults]


def test_an_empty_folder_changes_nothing_not_even_the_hash(packs: Path, tmp_path: Path) -> None:
    plain = load_rules("us", "en-US", packs)
    (tmp_path / "bank").mkdir()
    with_bank = load_rules("us", "en-US", packs, bank=tmp_path / "bank")
    assert with_bank.content_hash == plain.content_hash
    assert not with_bank.decisions


def test_a_softened_rule_finds_the_same_at_its_new_weight(packs: Path) -> None:
    rules = laid_over(
        packs, f"changes: [{{rule: US-01, severity: minor, review_by: 2027-01-01, {DECIDED}}}]"
    )
    (finding,) = Talk(rules).says("look at that green umbrella")
    assert finding.severity is Severity.MINOR
    (decision,) = rules.decisions
    assert decision.softened
    assert decision.fields == ("severity", "review_by")
    assert (decision.was, decision.now) == (Severity.CRITICAL, Severity.MINOR)
    assert "Dana Reed, 2026-03-02" in str(decision)
    assert rules.content_hash != load_rules("us", "en-US", packs).content_hash


def test_a_rule_switched_off_finds_nothing_and_is_still_known(packs: Path) -> None:
    rules = laid_over(packs, f"changes: [{{rule: US-01, off: true, {DECIDED}}}]")
    assert not Talk(rules).says("look at that green umbrella")
    assert Talk(rules).says("look at that silver ladder")
    assert rules.rule("US-01").status is RuleStatus.DRAFT
    assert rules.decisions[0].off


def test_a_silenced_phrase_is_not_heard_and_the_others_of_its_detector_are(packs: Path) -> None:
    silenced = f"silenced: [{{detector: threat/plain, phrase: green umbrella, {DECIDED}}}]"
    rules = laid_over(packs, silenced)
    assert not Talk(rules).says("look at that green umbrella")
    assert Talk(rules).says("a broken kettle")
    kept = [phrase for phrase in rules.phrases.phrases if phrase.label == "threat/plain"]
    plain = load_rules("us", "en-US", packs).phrases.phrases
    assert [p.line for p in kept] == [p.line for p in plain if p.text != "green umbrella"][:2]


def test_a_bank_adds_rules_and_detectors_of_its_own(packs: Path) -> None:
    rules = laid_over(
        packs,
        """
        rules:
          - {id: US-90, family: threat, severity: minor, verified_law: policy,
             citation: House rule 4, detectors: [threat/house]}
        statements:
          - {id: house_greeting, rule: US-90, min_utterances: 1,
             elements: {bank: [this is the harbour bank]}}
        """,
        "    threat/house: {phrases: [paper lantern]}\n",
    )
    talk = Talk(rules)
    (finding,) = talk.says("bring the paper lantern")
    assert (finding.rule, finding.severity) == ("US-90", Severity.MINOR)
    assert rules.added == ("US-90",)
    assert [f.rule for f in talk.monitor.close(talk.context).findings] == ["US-90"]


def test_a_detector_of_the_bank_is_heard_only_by_rules_that_name_it(tmp_path: Path) -> None:
    packs = write_pack(tmp_path, detectors=DETECTORS)  # whose rule listens to the whole family
    rules = laid_over(
        packs,
        """
        rules:
          - {id: US-90, family: threat, status: trial, verified_law: policy,
             citation: House rule 4, detectors: [threat/house]}
        """,
        "    threat/house: {phrases: [paper lantern]}\n    threat/plain: {phrases: [tin drum]}\n",
    )
    assert [f.rule for f in Talk(rules).says("bring the paper lantern")] == ["US-90"]
    assert [f.rule for f in Talk(rules).says("bring the tin drum")] == ["US-01"]


def test_phrases_added_to_a_detector_act_as_its_own_do(packs: Path) -> None:
    rules = laid_over(packs, detectors="    threat/plain: {phrases: [paper lantern]}\n")
    # The pack's detector has no guards: a denial does not excuse what a bank adds either.
    (finding,) = Talk(rules).says("we do not bring the paper lantern")
    assert finding.rule == "US-01"
    assert Talk(rules).says("a green umbrella")


@pytest.mark.parametrize("missing", ["reason", "by", "on"])
def test_nothing_is_changed_without_a_reason_a_name_and_a_date(packs: Path, missing: str) -> None:
    decided = ", ".join(p for p in DECIDED.split(", ") if not p.startswith(missing))
    told = faults(packs, f"changes:\n  - {{rule: US-01, off: true, {decided}}}\n")
    assert told == [f"us.yaml:3: the key '{missing}' is missing"]


OFF = f"  - {{rule: US-01, off: true, {DECIDED}}}"
BAD = [
    (f"changes:\n  - {{rule: US-77, off: true, {DECIDED}}}", "no rule US-77"),
    (f"changes:\n  - {{rule: US-01, {DECIDED}}}", "nothing of US-01 is changed"),
    (f"changes:\n  - {{rule: US-01, off: true, severity: minor, {DECIDED}}}", "nothing else"),
    (f"changes:\n  - {{rule: US-01, family: abuse, {DECIDED}}}", "unknown key 'family'"),
    (f"changes:\n  - {{rule: US-01, severity: no, {DECIDED}}}", "severity"),
    (f"changes:\n  - {{rule: US-01, cooldown_s: -3, {DECIDED}}}", "greater than 0"),
    (f"changes:\n  - {{rule: US-01, detectors: [threat/nix], {DECIDED}}}", "no detector"),
    (
        f"changes:\n{OFF}\n{OFF}",
        "changed twice",
    ),
    (
        f"silenced:\n  - {{detector: threat/plain, phrase: blue umbrella, {DECIDED}}}",
        "no such phrase",
    ),
    (
        "rules:\n  - {id: US-01, family: threat, verified_law: policy, citation: Policy 1}",
        "has US-01 already",
    ),
    ("rules:\n  - {id: US-91, family: treat, verified_law: policy, citation: P}", "'treat'"),
    (
        "statements:\n  - {id: hello, rule: US-88, elements: {a: [good day to you]}}",
        "no rule US-88",
    ),
    ("statements:\n  - {id: hello, rule: US-01, elements: {a: ['{nix} day']}}", "{nix}"),
]


@pytest.mark.parametrize(("bank", "part"), BAD)
def test_a_fault_is_told_in_the_file_and_line_it_stands_in(
    packs: Path, bank: str, part: str
) -> None:
    told = [fault for fault in faults(packs, bank) if part in fault]
    assert told
    assert told[0].split(":")[0] == "us.yaml"
    assert "rules/packs" not in told[0]
    assert int(told[0].split(":")[1]) in (3, 4)


def test_how_a_detector_of_the_pack_acts_cannot_be_changed(packs: Path) -> None:
    told = faults(
        packs, detectors="    threat/plain: {phrases: [paper lantern], guards: [asked]}\n"
    )
    assert told == ["more.yaml:4: the pack has this detector: phrases can be added, nothing else"]


def test_faults_of_all_files_come_at_once(packs: Path) -> None:
    told = faults(
        packs,
        f"changes:\n  - {{rule: US-77, off: true, {DECIDED}}}\n"
        f"  - {{rule: US-01, detectors: [threat/nix], {DECIDED}}}\n",
        "    threat/house: {phrases: ['(paper lantern']}\n",
    )
    assert len(told) == 3


def test_a_bank_keeps_its_cases_beside_its_rules(packs: Path) -> None:
    rules = laid_over(packs, "cases:\n  - {says: a green umbrella, breaks: [US-01]}\n")
    (case,) = load_bank_cases(packs.parent / "bank", "us")
    assert case.passes(rules)
    assert (Path(case.place.path).name, case.place.line) == ("us.yaml", 3)


def test_a_detector_in_no_known_family_is_told_where_it_stands(packs: Path) -> None:
    told = faults(packs, detectors="    treat/house: {phrases: [paper lantern]}\n")
    assert told == ["more.yaml:4: 'treat' is no family"]


def test_files_that_nothing_reads_are_found(tmp_path: Path) -> None:
    for name in ("us.yaml", "US.yaml", "us.yml", "us/any.yaml", "us/any.txt", "uk/a.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    names = {path.name for path in stray_files(tmp_path, ["us", "tw"])}
    assert names == {"US.yaml", "us.yml", "any.txt", "a.yaml"}
