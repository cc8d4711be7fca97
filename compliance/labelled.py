"""Sentences whose right verdict is known, from cases and example utterances, and their judging.

Owns the value `Line` and how cases and examples become lines; what is measured on them is the
business of `reporting` and `linting`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from compliance.cases import Case
from compliance.context import CallContext
from compliance.errors import Fault
from compliance.findings import Finding, Verdict
from compliance.learning.examples import Example
from compliance.monitor import Monitor
from compliance.rules import RuleSet
from compliance.transcript import Speaker, Utterance

CASES = "cases"  # the source of lines that stand beside the rules
ROUTED = "routed"  # the style of lines that only route the call


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence and what it is.

    `families` are those it breaches, or is a lawful neighbour of; `rules` likewise its rules,
    where they are known; `breach` whether anything is wrong with it; `fact` whether only
    what the file says decides, so that asking to check the facts is right.  `source` is `cases` or
    an example's author.
    """

    text: str
    speaker: Speaker
    context: CallContext
    families: frozenset[str]
    rules: frozenset[str]
    breach: bool
    fact: bool
    style: str
    source: str
    place: Fault | None = None


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """A line and what was found in it, findings on trial included."""

    line: Line
    findings: tuple[Finding, ...]

    def flagged(self, *, rule: str = "", family: str = "", to_agents: bool = False) -> bool:
        """Whether it was flagged: by a breach or, where a fact decides, by either verdict.

        Args:
            rule: by this rule only.
            family: by rules of this family only.
            to_agents: by rules that agents are shown, not by those on trial.
        """
        return any(
            finding.verdict is Verdict.BREACH
            or (self.line.fact and finding.verdict is Verdict.CHECK_FACTS)
            for finding in self._of(rule, family)
            if not (to_agents and finding.trial)
        )

    def told(self, *, rule: str = "", family: str = "") -> bool:
        """Whether anything was told of it: a breach, or that facts are to be checked."""
        told = (Verdict.BREACH, Verdict.CHECK_FACTS)
        return any(finding.verdict in told for finding in self._of(rule, family))

    def asked(self, *, rule: str = "", family: str = "") -> bool:
        """Whether the facts were to be checked, and nothing more."""
        found = [finding.verdict for finding in self._of(rule, family)]
        return Verdict.CHECK_FACTS in found and Verdict.BREACH not in found

    def _of(self, rule: str, family: str) -> Iterator[Finding]:
        for finding in self.findings:
            if rule in ("", finding.rule) and family in ("", finding.family):
                yield finding


def lines_of_cases(rules: RuleSet, cases: Iterable[Case]) -> Iterator[Line]:
    """The cases that are one sentence; a known gap counts as any other."""
    family_of = {rule.id: rule.family for rule in (*rules.drafts, *rules.versions)}
    judged = {rule.id for rule in rules.rules}
    above: frozenset[str] = frozenset()
    for case in cases:
        expected = (case.breaks | case.check) & judged
        if case.breaks | case.check and not expected:
            continue  # rules that are switched off
        above = expected or above
        if case.lines or not case.says:
            continue  # what a whole call shows is no matter of one sentence
        concerned = expected or case.near & judged or above
        yield Line(
            text=case.says,
            speaker=case.speaker,
            context=case.context,
            families=frozenset(family_of[name] for name in concerned),
            rules=concerned,
            breach=bool(expected),
            fact=bool(case.check) and not case.breaks,
            style="" if case.speaker is Speaker.AGENT else ROUTED,
            source=CASES,
            place=case.place,
        )


def lines_of_examples(
    examples: Iterable[Example], jurisdiction: str, language: str
) -> Iterator[Line]:
    """Examples as lines of a jurisdiction."""
    for example in examples:
        yield Line(
            text=example.text,
            speaker=Speaker.AGENT,
            context=example.context(jurisdiction, language),
            families=frozenset((example.family,)),
            rules=frozenset(),
            breach=example.breach,
            fact=example.fact,
            style=example.style,
            source=example.author,
        )


def judge(
    rules: RuleSet, lines: Iterable[Line], change: Callable[[Line], str] | None = None
) -> tuple[JudgedLine, ...]:
    """Judge each line as the first sentence of a call of its own.

    Args:
        rules: those in force.
        lines: what was said.
        change: makes the text that is judged of a line, for instance with recognition errors.
    """
    judged = []
    for line in lines:
        text = line.text if change is None else change(line)
        monitor = Monitor(rules, line.context.header)
        heard = monitor.hear(Utterance("line", 0, line.speaker, text), line.context)
        judged.append(JudgedLine(line, heard.findings))
    return tuple(judged)
