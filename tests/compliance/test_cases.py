"""The case format: one utterance, a dialogue, the start of a call; and what a case may expect."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from compliance.cases import load_cases, require_cases
from compliance.errors import BadInput
from compliance.packs import load_rules
from tests.compliance.small_pack import PLAIN_RULE, write_pack

RULES = f"""{PLAIN_RULE.rstrip()}
- id: US-10
  family: hours
  kind: window
  verified_law: verified
  citation: B
  window: {{from: '08:00', to: '21:00'}}
- id: US-12
  family: recording
  kind: required
  verified_law: verified
  citation: C
  detectors: []
"""
STATEMENTS = """
- id: notice
  rule: US-12
  min_utterances: 2
  elements: {notice: [this call is recorded]}
"""

CASES = """
cases:
  - {says: A green umbrella., breaks: [US-01]}
  - {says: A red umbrella., near: [US-01]}
  - {call: {started_at: '2026-11-20T22:00:00'}, breaks: [US-10]}
  - {call: {started_at: '2026-11-20T12:00:00'}}
  - {call: {started_at: '2026-11-20T12:00:00+00:00'}, unsure: [US-10]}
  - dialogue:
      - {agent: Hello., from: 0, until: 1}
      - {customer: A green umbrella?}
      - {agent: I have to go.}
    ends: true
    breaks: [US-12]
  - dialogue:
      - {agent: Hello. This call is recorded.}
      - {agent: A green umbrella.}
    call: {started_at: '2026-11-20T23:00:00', contacts: [], account: {balance: '12.00'}}
    ends: true
    breaks: [US-01, US-10]
"""


def cases_in(folder: Path, text: str) -> Path:
    packs = write_pack(folder, rules=RULES, statements=STATEMENTS)
    (packs / "us.cases.yaml").write_text(dedent(text), "utf-8")
    return packs


def test_every_form_of_case_is_judged(tmp_path: Path) -> None:
    packs = cases_in(tmp_path, CASES)
    rules = load_rules("us", "en-US", packs)
    cases = load_cases("us", packs)
    assert [case.passes(rules) for case in cases] == [True] * 7
    require_cases(rules, cases)


@pytest.mark.parametrize(
    "wrong",
    [
        "{says: A green umbrella.}",
        "{says: A green umbrella., check: [US-01]}",
        "{says: A red umbrella., breaks: [US-01]}",
        "{call: {started_at: '2026-11-20T12:00:00'}, breaks: [US-10]}",
        "{call: {started_at: '2026-11-20T12:00:00'}, unsure: [US-10]}",
        "{dialogue: [{agent: Hi.}, {agent: Bye.}], ends: true}",
        "{dialogue: [{agent: Hi.}, {agent: Bye.}], breaks: [US-12]}",
    ],
)
def test_a_case_that_expects_something_else_fails(tmp_path: Path, wrong: str) -> None:
    packs = cases_in(tmp_path, f"cases: [{wrong}]")
    (case,) = load_cases("us", packs)
    assert not case.passes(load_rules("us", "en-US", packs))


def test_a_rule_that_measures_needs_a_case_too(tmp_path: Path) -> None:
    packs = cases_in(tmp_path, "cases: [{says: A green umbrella., breaks: [US-01]}]")
    with pytest.raises(BadInput, match="US-10 has no case"):
        require_cases(load_rules("us", "en-US", packs), load_cases("us", packs))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{breaks: [US-01]}", "either says or dialogue"),
        ("{says: a, dialogue: [{agent: b}]}", "either says or dialogue"),
        ("{dialogue: [{agent: a, customer: b}]}", "said by agent, customer or third_party"),
        ("{dialogue: [{from: 3}]}", "said by agent, customer or third_party"),
        ("{call: {started_at: yesterday}}", "started_at"),
        ("{call: {customer_timezone: Mars/Base}}", "no IANA time zone"),
        ("{says: a, to: nobody}", "to"),
    ],
)
def test_faults_in_cases(tmp_path: Path, text: str, part: str) -> None:
    packs = cases_in(tmp_path, f"cases:\n  - {text}\n")
    with pytest.raises(BadInput) as caught:
        load_cases("us", packs)
    assert any(part in fault.message and fault.line for fault in caught.value.faults)
