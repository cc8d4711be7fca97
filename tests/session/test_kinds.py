"""Rules of other kinds in a session: what is told as the call starts, and what is kept from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from assistant.events import (
    CallEnded,
    CallStarted,
    Ended,
    FindingChanged,
    Input,
    Output,
    StatementChanged,
)
from assistant.session import CallSession
from compliance.findings import Verdict
from compliance.rules import RuleSet
from tests.compliance.small_pack import small_rules
from tests.session.conftest import RATE_HZ, final, opened, partial, started

RULES = """
- id: US-01
  family: threat
  severity: critical
  verified_law: verified
  citation: A
  status: trial
- id: US-10
  family: hours
  kind: window
  verified_law: verified
  citation: B
  window: {from: '08:00', to: '21:00'}
- id: US-12
  family: recording
  kind: required
  verified_law: memory
  citation: C
  detectors: []
"""
STATEMENTS = """
- id: notice
  rule: US-12
  min_utterances: 1
  elements: {notice: [this call is recorded]}
"""


def run(
    rules: RuleSet, inputs: list[Input], *, trials: bool = False, start: CallStarted | None = None
) -> list[Output]:
    session = CallSession(rules, lambda _: None, trials=trials)
    end = CallEnded(60 * RATE_HZ, "hung_up")
    events = [start or started(with_account=False), *opened(), *inputs, end]
    return [output for event in events for output in session.receive(event)]


def test_what_is_on_trial_is_told_to_nobody_during_the_call(tmp_path: Path) -> None:
    rules = small_rules(tmp_path, rules=RULES, statements=STATEMENTS)
    said: list[Input] = [
        partial(0, 2 * RATE_HZ, "take the green umbrella"),
        final(0, 4 * RATE_HZ, "take the green umbrella now"),
    ]
    live = run(rules, said)
    assert not [o for o in live if isinstance(o, FindingChanged | StatementChanged)]
    (ended,) = [o for o in live if isinstance(o, Ended)]
    assert set(ended.not_assessable) == {"US-10"}  # when it took place is not known
    later = run(rules, said, trials=True)
    found = [o.finding for o in later if isinstance(o, FindingChanged)]
    assert {finding.rule for finding in found} == {"US-01", "US-12"}
    assert all(finding.trial for finding in found)
    assert [o.statement.id for o in later if isinstance(o, StatementChanged)] == ["notice"] * 2


def test_hours_are_told_as_the_call_starts(tmp_path: Path) -> None:
    rules = small_rules(tmp_path, rules=RULES)
    start = started(with_account=False)
    late = replace(start.header, started_at=datetime.fromisoformat("2026-11-24T22:10:00"))
    outputs = run(rules, [], start=replace(start, header=late))
    (told,) = [o for o in outputs if isinstance(o, FindingChanged)]
    assert (told.finding.rule, told.finding.verdict) == ("US-10", Verdict.BREACH)
    assert (told.call_s, told.quote) == (0.0, "")


def test_rules_are_those_in_force_on_the_day_of_the_call(tmp_path: Path) -> None:
    ended = RULES.replace("status: trial", "effective_to: '2026-11-23'")
    rules = small_rules(tmp_path, rules=ended)
    said: list[Input] = [final(0, 4 * RATE_HZ, "take the green umbrella now")]
    assert not [o for o in run(rules, said) if isinstance(o, FindingChanged)]
    before = replace(started(with_account=False), started_at_utc="2026-11-23T15:30:00.000+00:00")
    assert [o for o in run(rules, said, start=before) if isinstance(o, FindingChanged)]
