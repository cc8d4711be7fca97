"""Runs cases against a rule set and says of each what was expected and what was found.

Owns the outcomes `test` tells of: failures with their places, known gaps, gaps that have mended,
cases of rules that a bank switched off, and rules that no case breaks.  What a case is, `cases`
owns.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from compliance.cases import Case
from compliance.errors import Fault
from compliance.rules import Rule, RuleSet


class Outcome(StrEnum):
    """What came of a case.  `TODO` is a known gap, `MENDED` one that passes meanwhile."""

    PASSED = "passed"
    FAILED = "failed"
    TODO = "todo"
    MENDED = "mended"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class CaseRun:
    """One case and what was found; `broken`, `check` and `unsure` are the rules by verdict."""

    case: Case
    outcome: Outcome
    broken: frozenset[str]
    check: frozenset[str]
    unsure: frozenset[str]

    @property
    def place(self) -> str:
        """Path, line and column of the case."""
        fault = self.case.place
        return str(Fault(fault.path, fault.line, fault.column, "")).removesuffix(": ")

    @property
    def told(self) -> str:
        """What was expected and what was found, in words."""
        case = self.case
        wanted = _all(case.breaks, case.check, case.unsure)
        # Much is left open by a single sentence; only what a case asks about is told.
        return (
            f"expected {wanted}, found {_all(self.broken, self.check, self.unsure & case.unsure)}"
        )


@dataclass(frozen=True, slots=True)
class CaseRuns:
    """All cases of a rule set; `bare` are the rules that hear something and no case breaks."""

    runs: tuple[CaseRun, ...]
    bare: tuple[Rule, ...]
    unknown: tuple[Fault, ...]

    def of(self, outcome: Outcome) -> tuple[CaseRun, ...]:
        """The runs with an outcome, in the order of the files."""
        return tuple(run for run in self.runs if run.outcome is outcome)

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong; known gaps, mended or not, are counted and not wrong."""
        return not (self.of(Outcome.FAILED) or self.bare or self.unknown)


def run_cases(rules: RuleSet, cases: Iterable[Case]) -> CaseRuns:
    """Judge every case by the rule set.

    What a case expects of rules that are switched off or drafts is not asked for; a case that
    expects nothing else is passed over.
    """
    cases = tuple(cases)
    drafts = {rule.id for rule in rules.drafts}
    known = {rule.id for rule in rules.versions} | drafts
    runs: list[CaseRun] = []
    unknown: list[Fault] = []
    for case in cases:
        for name in sorted((case.breaks | case.check | case.near | case.unsure) - known):
            place = case.place
            unknown.append(Fault(place.path, place.line, place.column, f"there is no rule {name}"))
        expected = case.breaks | case.check
        if expected and expected <= drafts:
            runs.append(CaseRun(case, Outcome.OFF, frozenset(), frozenset(), frozenset()))
        else:
            runs.append(_run(rules, case, drafts))
    asked = {name for case in cases for name in case.breaks | case.check}
    bare = [
        rule
        for rule in rules.rules
        if (rule.detectors or rule.spec is not None) and rule.id not in asked
    ]
    return CaseRuns(tuple(runs), tuple(bare), tuple(unknown))


def _run(rules: RuleSet, case: Case, drafts: Iterable[str]) -> CaseRun:
    broken, check, unsure = case.judged(rules)
    off = frozenset(drafts)
    if case.breaks or case.check:
        passes = case.breaks - off <= broken and case.check - off <= check
    else:
        passes = case.clean(rules, broken, check)
    passes = passes and case.unsure - off <= unsure
    if case.todo:
        outcome = Outcome.MENDED if passes else Outcome.TODO
    else:
        outcome = Outcome.PASSED if passes else Outcome.FAILED
    return CaseRun(case, outcome, broken, check, unsure)


def _all(broken: frozenset[str], check: frozenset[str], unsure: frozenset[str]) -> str:
    parts = [
        f"{what} {', '.join(sorted(names))}"
        for what, names in (
            ("breach of", broken),
            ("check the facts of", check),
            ("not assessable:", unsure),
        )
        if names
    ]
    return " and ".join(parts) or "nothing"
