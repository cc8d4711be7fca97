"""Runs the cases that stand beside the packs: what must be flagged, and what must not.

Owns the case format (`packs/<jurisdiction>.cases.yaml`, in another language of the jurisdiction
`<jurisdiction>.<language>.cases.yaml`; `packs/routes.<language>.cases.yaml`) and the comparison.  A
rule without a case that breaks it is a fault.  A known gap is a case marked `todo`: it is counted,
and passes only by being mended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from compliance.context import CallContext, CallHeader, Collector, Contact, Listener, Plain
from compliance.documents import Schema, load_document
from compliance.errors import BadInput, Fault
from compliance.findings import Finding, Kind, Verdict
from compliance.monitor import Monitor
from compliance.pack_cache import USERS
from compliance.phrases import PACKS, base_language
from compliance.places import LANGUAGE_OF
from compliance.rules import Rule, RuleSet
from compliance.tracker import Tracker
from compliance.transcript import Speaker, Utterance
from compliance.transcript_lines import ContactRecord, Moment, TimeZone

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


class LineEntry(Schema):
    """One line of a dialogue: who says what, and when, in seconds of the call."""

    agent: str | None = None
    customer: str | None = None
    third_party: str | None = None
    start_s: float | None = Field(default=None, alias="from")
    end_s: float | None = Field(default=None, alias="until")

    @model_validator(mode="after")
    def _one_speaker(self) -> LineEntry:
        if sum(text is not None for text in (self.agent, self.customer, self.third_party)) != 1:
            raise PydanticCustomError("speaker", "a line is said by agent, customer or third_party")
        return self

    def utterance(self, index: int) -> Utterance:
        said = {
            Speaker.AGENT: self.agent,
            Speaker.CUSTOMER: self.customer,
            Speaker.THIRD_PARTY: self.third_party,
        }
        ((speaker, text),) = [(who, text) for who, text in said.items() if text is not None]
        return Utterance(
            f"case{index}", index, speaker, text, start_s=self.start_s, end_s=self.end_s
        )


class CallEntry(Schema):
    """What is known of the call of a case; as in the header of a transcript."""

    started_at: Moment | None = None
    customer_timezone: TimeZone | None = None
    customer_state: str | None = None
    number: str | None = None
    contacts: tuple[ContactRecord, ...] | None = None
    account: dict[str, Plain] | None = None


class CaseEntry(Schema):
    """One case as a file has it: one utterance, a dialogue, or what is known as a call starts."""

    says: str = ""
    dialogue: tuple[LineEntry, ...] = ()
    call: CallEntry | None = None
    ends: bool = False
    speaker: Speaker = Speaker.AGENT
    to: Literal["customer", "unverified", "third_party", "voicemail", "unknown"] = "customer"
    collector: Collector = Collector.AGENCY
    facts: dict[str, bool] = Field(default_factory=dict)
    breaks: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    todo: bool = False

    @model_validator(mode="after")
    def _has_something(self) -> CaseEntry:
        if bool(self.says) is bool(self.dialogue) and (self.says or self.call is None):
            raise PydanticCustomError("case", "a case has either says or dialogue, or only a call")
        return self


class _CaseFile(Schema):
    cases: tuple[CaseEntry, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Case:
    """One utterance, dialogue or start of a call, and what must come of it.

    `breaks` and `check` are the rules that must be found with that verdict, `unsure` those that
    must be left open; a case with none of them must come back with no finding but routes, and is a
    near-miss of the rules `near`.  `whole` is whether the start of the call counts, `ends` whether
    its end does; `says` is what the agent says in it.
    """

    place: Fault
    says: str
    speaker: Speaker
    context: CallContext
    breaks: frozenset[str]
    check: frozenset[str]
    todo: bool
    near: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()
    lines: tuple[Utterance, ...] = ()
    whole: bool = False
    ends: bool = False

    def found(self, rules: RuleSet) -> tuple[frozenset[str], frozenset[str]]:
        """The rules found broken, and those found to depend on facts."""
        broken, check, _ = self.judged(rules)
        return broken, check

    def judged(self, rules: RuleSet) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """The rules found broken, those that depend on facts, and those left open."""
        monitor = Monitor(rules, self.context.header)
        findings: list[Finding] = []
        if self.whole:
            findings.extend(monitor.opened(self.context).findings)
        lines = self.lines or ((Utterance("case", 0, self.speaker, self.says),) * bool(self.says))
        tracker = Tracker(self.context.header, rules.cues) if self.lines else None
        for utterance in lines:
            if tracker is not None:
                tracker.hear(utterance)
            context = self.context if tracker is None else tracker.context
            findings.extend(monitor.hear(utterance, context).findings)
        closing = monitor.close(self.context if tracker is None else tracker.context)
        if self.ends:
            findings.extend(closing.findings)
        by_verdict: dict[Verdict, set[str]] = {Verdict.BREACH: set(), Verdict.CHECK_FACTS: set()}
        for finding in findings:
            by_verdict[finding.verdict].add(finding.rule)
        return (
            frozenset(by_verdict[Verdict.BREACH]),
            frozenset(by_verdict[Verdict.CHECK_FACTS]),
            frozenset(closing.not_assessable),
        )

    def clean(self, rules: RuleSet, broken: frozenset[str], check: frozenset[str]) -> bool:
        """Whether what was found is nothing, where nothing must be.

        What routes the call is held against nobody: it counts in a near-miss of a route alone.
        """
        routes = {rule.id for rule in rules.rules if rule.kind is Kind.ROUTE}
        return not broken and not (check if self.near & routes else check - routes)

    def passes(self, rules: RuleSet) -> bool:
        """Whether what is found is what must be."""
        broken, check, unsure = self.judged(rules)
        if not self.unsure <= unsure:
            return False
        if not self.breaks and not self.check:
            return self.clean(rules, broken, check)
        return self.breaks <= broken and self.check <= check


def load_cases(
    jurisdiction: str, folder: Path = PACKS, language: str | None = None
) -> tuple[Case, ...]:
    """The cases of a jurisdiction in one of its languages, the routes' included.

    Raises:
        BadInput: the file is missing, or one has faults.
    """
    spoken = language or LANGUAGE_OF[jurisdiction]
    base = base_language(spoken)
    usual = base == base_language(LANGUAGE_OF[jurisdiction])
    name = jurisdiction if usual else f"{jurisdiction}.{base}"
    routes = folder / f"routes.{base}.cases.yaml"
    shared = (routes,) if routes.exists() else ()
    return tuple(
        case_of(entry, jurisdiction, document.fault("the case fails", "cases", index), spoken)
        for path in (folder / f"{name}.cases.yaml", *shared)
        for document in (load_document(path, _CaseFile, USERS),)
        for index, entry in enumerate(document.value.cases)
    )


def case_of(entry: CaseEntry, jurisdiction: str, place: Fault, language: str | None = None) -> Case:
    """A case as written, at its place."""
    listener, verified = _LISTENERS[entry.to]
    call = entry.call or CallEntry()
    header = CallHeader(
        jurisdiction=jurisdiction,
        language=language or LANGUAGE_OF[jurisdiction],
        collector=entry.collector,
        started_at=call.started_at,
        customer_timezone=call.customer_timezone,
        customer_state=call.customer_state,
        verified=verified,
        listener=listener,
        facts=dict(entry.facts),
        contacts=None
        if call.contacts is None
        else tuple(Contact(c.at, c.number, c.outcome, c.debt) for c in call.contacts),
        account=call.account,
        number=call.number,
    )
    said = entry.says or " / ".join(line.agent for line in entry.dialogue if line.agent)
    return Case(
        place=place,
        says=said,
        speaker=entry.speaker,
        context=CallContext(header, verified, listener),
        breaks=frozenset(entry.breaks),
        check=frozenset(entry.check),
        todo=entry.todo,
        near=frozenset(entry.near),
        unsure=frozenset(entry.unsure),
        lines=tuple(line.utterance(index) for index, line in enumerate(entry.dialogue)),
        whole=entry.call is not None or bool(entry.dialogue),
        ends=entry.ends,
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
    """The evidence for one rule in the cases of its jurisdiction; see `evidence_by_rule`."""
    return evidence_by_rule(cases).get(rule.id, RuleEvidence(0, 0, 0))


def evidence_by_rule(cases: Iterable[Case]) -> dict[str, RuleEvidence]:
    """The evidence for every rule that a case is about, by id.

    A case is clean for the rules it names in `near`, and for the rule that the case before it in
    the file breaks: near-misses stand behind the breaches they look like.
    """
    breaks, clean, todo = Counter[str](), Counter[str](), Counter[str]()
    above: frozenset[str] = frozenset()
    for case in cases:
        expected = case.breaks | case.check
        above = expected or above
        concerned = expected or case.near or above
        if case.todo:
            todo.update(concerned)
        else:
            (breaks if expected else clean).update(concerned)
    return {
        name: RuleEvidence(breaks[name], clean[name], todo[name])
        for name in {*breaks, *clean, *todo}
    }


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
        if (rule.detectors or rule.spec is not None) and rule.id not in expected
    ]
    faults += [
        Fault(case.place.path, case.place.line, case.place.column, f"there is no rule {rule}")
        for case in cases
        for rule in sorted((case.breaks | case.check) - known)
    ]
    if faults:
        raise BadInput(f"the cases for {rules.jurisdiction} are not complete", tuple(faults))
