"""Runs the cases that stand beside the packs: what must be flagged, and what must not.

Owns the case format (`packs/<jurisdiction>.cases.yaml`) and the comparison.  A rule without a case
that breaks it is a fault.  A known gap is a case marked `todo`: it is counted, and passes only by
being mended.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from compliance.context import CallContext, CallHeader, Collector, Listener
from compliance.documents import Schema, load_document
from compliance.errors import BadInput, Fault
from compliance.findings import Verdict
from compliance.monitor import Monitor
from compliance.pack_cache import USERS
from compliance.phrases import PACKS
from compliance.places import LANGUAGE_OF
from compliance.rules import Rule, RuleSet
from compliance.transcript import Speaker, Utterance

# What a stable rule must show in its cases.
ENOUGH_BREAKS = 5
ENOUGH_CLEAN = 3

_LISTENERS: dict[str, tuple[Listener, bool | None]] = {
    "customer": (Listener.CUSTOMER, True),
    "unverified": (Listener.UNKNOWN, False),
    "third_party": (Listener.THIRD_PARTY, False),
    "voicemail": (Listener.VOICEMAIL, False),
    "unknown": (Listener.UNKNOWN, None),
}


class CaseEntry(Schema):
    """One case as a file has it."""

    says: str
    speaker: Speaker = Speaker.AGENT
    to: Literal["customer", "unverified", "third_party", "voicemail", "unknown"] = "customer"
    collector: Collector = Collector.AGENCY
    facts: dict[str, bool] = Field(default_factory=dict)
    breaks: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    todo: bool = False


class _CaseFile(Schema):
    cases: tuple[CaseEntry, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Case:
    """One utterance and what must come of it.

    `breaks` and `check` are the rules that must be found with that verdict; a case with neither
    must come back with no finding at all, and is a near-miss of the rules `near`.
    """

    place: Fault
    says: str
    speaker: Speaker
    context: CallContext
    breaks: frozenset[str]
    check: frozenset[str]
    todo: bool
    near: frozenset[str] = frozenset()

    def found(self, rules: RuleSet) -> tuple[frozenset[str], frozenset[str]]:
        """The rules found broken, and those found to depend on facts."""
        monitor = Monitor(rules, self.context.header)
        heard = monitor.hear(Utterance("case", 0, self.speaker, self.says), self.context)
        by_verdict: dict[Verdict, set[str]] = {Verdict.BREACH: set(), Verdict.CHECK_FACTS: set()}
        for finding in heard.findings:
            by_verdict[finding.verdict].add(finding.rule)
        return frozenset(by_verdict[Verdict.BREACH]), frozenset(by_verdict[Verdict.CHECK_FACTS])

    def passes(self, rules: RuleSet) -> bool:
        """Whether what is found is what must be."""
        broken, check = self.found(rules)
        if not self.breaks and not self.check:
            return not broken and not check
        return self.breaks <= broken and self.check <= check


def load_cases(jurisdiction: str, folder: Path = PACKS) -> tuple[Case, ...]:
    """The cases of a jurisdiction.

    Raises:
        BadInput: the file is missing or has faults.
    """
    document = load_document(folder / f"{jurisdiction}.cases.yaml", _CaseFile, USERS)
    return tuple(
        case_of(entry, jurisdiction, document.fault("the case fails", "cases", index))
        for index, entry in enumerate(document.value.cases)
    )


def case_of(entry: CaseEntry, jurisdiction: str, place: Fault) -> Case:
    """A case as written, at its place."""
    listener, verified = _LISTENERS[entry.to]
    header = CallHeader(
        jurisdiction=jurisdiction,
        language=LANGUAGE_OF[jurisdiction],
        collector=entry.collector,
        verified=verified,
        listener=listener,
        facts=dict(entry.facts),
    )
    return Case(
        place=place,
        says=entry.says,
        speaker=entry.speaker,
        context=CallContext(header, verified, listener),
        breaks=frozenset(entry.breaks),
        check=frozenset(entry.check),
        todo=entry.todo,
        near=frozenset(entry.near),
    )


@dataclass(frozen=True, slots=True)
class RuleEvidence:
    """What the cases say for a rule: those that break it, and those near it that must stay clean.

    `enough` is what a stable rule must show.
    """

    breaks: int
    clean: int
    todo: int

    @property
    def enough(self) -> bool:
        return self.breaks >= ENOUGH_BREAKS and self.clean >= ENOUGH_CLEAN


def evidence(rule: Rule, cases: Iterable[Case]) -> RuleEvidence:
    """The evidence for a rule in the cases of its jurisdiction.

    A case is clean for the rules it names in `near`, and for the rule that the case before it in
    the file breaks: near-misses stand behind the breaches they look like.
    """
    breaks = clean = todo = 0
    above: frozenset[str] = frozenset()
    for case in cases:
        expected = case.breaks | case.check
        above = expected or above
        if rule.id in expected:
            todo, breaks = todo + case.todo, breaks + (not case.todo)
        elif not expected and rule.id in (case.near or above):
            todo, clean = todo + case.todo, clean + (not case.todo)
    return RuleEvidence(breaks, clean, todo)


def require_cases(rules: RuleSet, cases: Iterable[Case]) -> None:
    """Every rule that hears anything must have a case that breaks it, and none may be unknown.

    Raises:
        BadInput: naming the rules without cases and the cases of unknown rules.
    """
    cases = tuple(cases)
    expected = {rule for case in cases for rule in case.breaks | case.check}
    known = {rule.id for rule in rules.rules}
    path = f"{rules.jurisdiction}.cases.yaml"
    faults = [
        Fault(path, 0, 0, f"the rule {rule.id} has no case that breaks it")
        for rule in rules.rules
        if rule.detectors and rule.id not in expected
    ]
    faults += [
        Fault(case.place.path, case.place.line, case.place.column, f"there is no rule {rule}")
        for case in cases
        for rule in sorted((case.breaks | case.check) - known)
    ]
    if faults:
        raise BadInput(f"the cases for {rules.jurisdiction} are not complete", tuple(faults))
