"""What changes between two versions of the rules: rules, phrases, and which cases turn out other.

Owns that comparison, of a pack with itself under a bank's folder or of two versions of a pack, and
the three sentences of a change that concern agents.  It compares what was loaded, not files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from enum import StrEnum

from compliance.cases import Case
from compliance.decisions import Decision
from compliance.findings import Severity
from compliance.rule_words import words_of
from compliance.rules import Detector, Rule, RuleSet, RuleStatus

_Compared = Rule | Detector


class Turn(StrEnum):
    """What became of a rule."""

    ADDED = "added"
    REMOVED = "removed"
    SWITCHED_OFF = "switched_off"
    SWITCHED_ON = "switched_on"
    SOFTENED = "softened"
    HARDENED = "hardened"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class RuleTurn:
    """One rule that is other than before: its fields with what they were and are, as text.

    `rule` is as it is now, or was if it is gone; `decision` is the bank's, where a bank's folder
    did it.
    """

    rule: Rule
    turn: Turn
    fields: tuple[tuple[str, str, str], ...] = ()
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class DetectorTurn:
    """One detector that acts otherwise: its fields with what they were and are, as text."""

    detector: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class PhraseTurn:
    """The phrases of one detector, statement or event that came and went."""

    label: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseTurn:
    """A case that is judged otherwise: verdicts by rule, before and after."""

    case: Case
    was: tuple[tuple[str, str], ...]
    now: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PackDiff:
    """Everything that differs between two rule sets of one jurisdiction."""

    rules: tuple[RuleTurn, ...]
    detectors: tuple[DetectorTurn, ...]
    phrases: tuple[PhraseTurn, ...]
    cases: tuple[CaseTurn, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.rules or self.detectors or self.phrases or self.cases)

    def turned(self, *turns: Turn) -> tuple[RuleTurn, ...]:
        """The rules that turned in one of these ways."""
        return tuple(rule for rule in self.rules if rule.turn in turns)


def pack_diff(before: RuleSet, after: RuleSet, cases: Iterable[Case]) -> PackDiff:
    """Compare two rule sets of one jurisdiction and language.

    Args:
        before: what was.
        after: what is now.
        cases: judged by both; those that come out the same are not told.
    """
    return PackDiff(
        tuple(_rules(before, after)),
        tuple(_detectors(before, after)),
        tuple(_phrases(before, after)),
        tuple(_cases(before, after, cases)),
    )


def _rules(before: RuleSet, after: RuleSet) -> Iterator[RuleTurn]:
    were = {rule.id: rule for rule in (*before.drafts, *before.rules)}
    are = {rule.id: rule for rule in (*after.drafts, *after.rules)}
    decisions = {decision.rule: decision for decision in after.decisions if decision.rule}
    for name in sorted({**were, **are}):
        was, now = were.get(name), are.get(name)
        decision = decisions.get(name)
        if now is None:
            assert was is not None
            yield RuleTurn(was, Turn.REMOVED)
        elif was is None:
            yield RuleTurn(now, Turn.ADDED, decision=decision)
        else:
            differing = tuple(_differing(was, now))
            if differing:
                yield RuleTurn(now, _turn(was, now), differing, decision)


def _turn(was: Rule, now: Rule) -> Turn:
    draft = RuleStatus.DRAFT
    if was.status is not now.status and draft in (was.status, now.status):
        return Turn.SWITCHED_OFF if now.status is draft else Turn.SWITCHED_ON
    order = list(Severity)
    if was.severity is not now.severity:
        softer = order.index(now.severity) > order.index(was.severity)
        return Turn.SOFTENED if softer else Turn.HARDENED
    if was.trial is not now.trial:  # on trial it is shown to no agent
        return Turn.SOFTENED if now.trial else Turn.HARDENED
    return Turn.CHANGED


def _differing(was: _Compared, now: _Compared) -> Iterator[tuple[str, str, str]]:
    for each in fields(was):
        one, other = getattr(was, each.name), getattr(now, each.name)
        if one != other:
            yield each.name, words_of(one), words_of(other)


def _detectors(before: RuleSet, after: RuleSet) -> Iterator[DetectorTurn]:
    for name in sorted({*before.detectors} & {*after.detectors}):
        differing = tuple(_differing(before.detectors[name], after.detectors[name]))
        if differing:
            yield DetectorTurn(name, differing)


def _phrases(before: RuleSet, after: RuleSet) -> Iterator[PhraseTurn]:
    were, are = _by_label(before), _by_label(after)
    for label in sorted({*were, *are}):
        was, now = were.get(label, ()), are.get(label, ())
        added = tuple(text for text in now if text not in was)
        removed = tuple(text for text in was if text not in now)
        if added or removed:
            yield PhraseTurn(label, added, removed)


def _by_label(rules: RuleSet) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for ear in (rules.ear, rules.others_ear):
        for phrase in ear.phrases.phrases:
            found.setdefault(phrase.label, {})[phrase.text] = None
    return {label: tuple(texts) for label, texts in found.items()}


def _cases(before: RuleSet, after: RuleSet, cases: Iterable[Case]) -> Iterator[CaseTurn]:
    for case in cases:
        was, now = _verdicts(before, case), _verdicts(after, case)
        if was != now:
            yield CaseTurn(case, was, now)


def _verdicts(rules: RuleSet, case: Case) -> tuple[tuple[str, str], ...]:
    broken, check = case.found(rules)
    verdicts = {**dict.fromkeys(check, "check_facts"), **dict.fromkeys(broken, "breach")}
    return tuple(sorted(verdicts.items()))
