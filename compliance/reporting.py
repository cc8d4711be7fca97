"""Measures how much of what is forbidden the rules find, and how often they ring at lawful talk.

Owns precision and recall per rule and family with their intervals, on lines whose right verdict is
known (`labelled`), clean and with recognition errors, and false alarms per hour of lawful talk.
It prints nothing and chooses no lines: how lines were kept from what was learned is told by whoever
brings them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from compliance.context import CallContext, CallHeader, Listener
from compliance.findings import Verdict
from compliance.labelled import JudgedLine, Line, judge
from compliance.learning.examples import ORDINARY
from compliance.monitor import Monitor
from compliance.rules import RuleSet
from compliance.tongues import beneath
from compliance.transcript import Speaker, Utterance

# Speech at an ordinary pace: words a minute in English, characters a minute in Mandarin.
PACES = {"en": 150, "zh": 240}
_Z = 1.96  # of a 95 % interval


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `of`, with Wilson's 95 % interval (E. B. Wilson, 1927)."""

    count: int
    of: int

    @property
    def share(self) -> float | None:
        """From 0 to 1; `None` where there is nothing to count."""
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Within which the true share lies with 95 % confidence; `None` of nothing."""
        if not self.of:
            return None
        share, weight = self.count / self.of, _Z * _Z / self.of
        middle = (share + weight / 2) / (1 + weight)
        half = _Z * math.sqrt(share * (1 - share) / self.of + weight / self.of / 4) / (1 + weight)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one rule or family, or of all.

    `recall`: of the lines that breach it, those flagged for it; `told`: those flagged, or whose
    facts were to be checked, which is all that words can do where a fact decides.  `precision`: of
    the lines flagged for it that are of its family or lawful, those that breach it; what breaches
    another family may breach this one too, and is not counted.  `false` and `asked`: of its lawful
    neighbours, those flagged, and those whose facts were to be checked.  `corrupted` is the recall
    with that share of the words misheard; `trial` is whether agents are shown nothing of it.
    `sound` and `false_sound` are `recall` and `false` of the lines that were spoken and recognised.
    """

    name: str
    family: str
    recall: Rate
    told: Rate
    precision: Rate
    false: Rate
    asked: Rate
    trial: bool = False
    corrupted: tuple[tuple[float, Rate], ...] = ()
    sound: Rate | None = None
    false_sound: Rate | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """Lawful talk: how long it is, and the alarms in it, every one of them false, by rule."""

    source: str
    hours: float
    alarms: int
    asked: int
    by_rule: Mapping[str, int] = field(default_factory=dict)

    @property
    def per_hour(self) -> float | None:
        """False alarms in an hour; `None` of no talk."""
        return self.alarms / self.hours if self.hours else None


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured; `overall` are all breaches, then by style, `families` and `rules` each.

    `sources` are the lines by where they are from; `shown` is the recall of the rules that agents
    are shown, without those on trial; `ordinary` is lawful talk of no family.
    """

    jurisdiction: str
    language: str
    rules_hash: str
    sources: Mapping[str, int]
    overall: tuple[Measured, ...]
    families: tuple[Measured, ...]
    rules: tuple[Measured, ...]
    shown: Rate
    ordinary: Rate
    ordinary_asked: Rate
    talk: tuple[Hours, ...] = ()


Corrupt = Callable[[Line, float], str]
"""Makes a line's text with a share of its words misheard."""


class Measurer:
    """Gathers judged lines, some of which may be judged by other rule sets, and reports on them.

    Args:
        rules: those the report is about.
    """

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        self._judged: list[JudgedLine] = []
        self._corrupted: dict[float, list[JudgedLine]] = {}
        self._on_sound: list[JudgedLine] = []

    def add(
        self,
        lines: Iterable[Line],
        judged_by: RuleSet | None = None,
        *,
        corrupt: Corrupt | None = None,
        shares: Iterable[float] = (),
    ) -> None:
        """Judge lines and keep what comes of them.

        Args:
            lines: with their right verdicts.
            judged_by: the rules with a scorer that has not seen the lines, where there is one.
            corrupt: for recall with recognition errors.
            shares: the shares of words that are misheard, 0 to 1.
        """
        lines = [line for line in lines if line.speaker is Speaker.AGENT]
        rules = judged_by or self._rules
        self._judged.extend(judge(rules, lines))
        if corrupt is None:
            return
        breaches = [line for line in lines if line.breach]
        for share in shares:
            misheard = _misheard(corrupt, share)
            self._corrupted.setdefault(share, []).extend(judge(rules, breaches, misheard))

    def add_heard(self, heard: Iterable[tuple[Line, str]]) -> tuple[tuple[Line, str, bool], ...]:
        """Judge lines as they were recognised when they were spoken: `line`, what was heard.

        Returns:
            The same, with whether a breach that was found in the line's text was lost on the way.
        """
        found = {id(each.line) for each in self._judged if each.line.breach and each.flagged()}
        told = []
        for line, text in heard:
            judged = judge(self._rules, (line,), _heard_as(text))
            self._on_sound.extend(judged)
            flagged = any(each.flagged() for each in judged)
            told.append((line, text, id(line) in found and not flagged))
        return tuple(told)

    def report(self, talk: Iterable[Hours] = ()) -> Report:
        """The figures of all that was added."""
        sources: dict[str, int] = {}
        for each in self._judged:
            sources[each.line.source] = sources.get(each.line.source, 0) + 1
        ordinary = [each for each in self._judged if each.line.families == {ORDINARY}]
        families = sorted({rule.family for rule in self._rules.rules})
        return Report(
            jurisdiction=self._rules.jurisdiction,
            language=self._rules.language,
            rules_hash=self._rules.content_hash,
            sources=sources,
            overall=tuple(self._overall()),
            families=tuple(
                measured
                for name in families
                if (measured := self._measured(name, name, _of_family(name))).recall.of
            ),
            rules=tuple(self._of_rules()),
            shown=_rate((each for each in self._judged if each.line.breach), _shown),
            ordinary=_rate(ordinary, JudgedLine.flagged),
            ordinary_asked=_rate(ordinary, JudgedLine.asked),
            talk=tuple(talk),
        )

    def _overall(self) -> Iterator[Measured]:
        yield self._measured("all", "", lambda line: line.families != {ORDINARY})
        for style in ("direct", "veiled"):
            measured = self._measured(style, "", _of_style(style))
            if measured.recall.of:
                yield measured

    def _of_rules(self) -> Iterator[Measured]:
        families = [rule.family for rule in self._rules.rules]
        for rule in self._rules.rules:
            # A line that names a family only is this rule's where the family has no other.
            alone = families.count(rule.family) == 1
            concerns = _of_rule(rule.id, rule.family, alone=alone)
            measured = self._measured(rule.id, rule.family, concerns, rule=rule.id)
            if measured.recall.of:
                yield measured

    def _on_trial(self, rule: str, family: str) -> bool:
        concerned = [
            r for r in self._rules.rules if r.id == rule or (not rule and r.family == family)
        ]
        return bool(concerned) and all(each.trial for each in concerned)

    def _measured(
        self, name: str, family: str, concerns: Callable[[Line], bool], *, rule: str = ""
    ) -> Measured:
        of = "" if rule else family

        def flagged(each: JudgedLine) -> bool:
            return each.flagged(rule=rule, family=of)

        def told(each: JudgedLine) -> bool:
            return each.told(rule=rule, family=of)

        def asked(each: JudgedLine) -> bool:
            return each.asked(rule=rule, family=of)

        here = [each for each in self._judged if concerns(each.line)]
        breaches = [each for each in here if each.line.breach]
        lawful = [each for each in self._judged if not each.line.breach]
        near = [each for each in here if not each.line.breach]
        right = [each for each in breaches if flagged(each)]
        wrong = [each for each in lawful if flagged(each)]
        spoken = [each for each in self._on_sound if concerns(each.line)]
        return Measured(
            name,
            family,
            recall=Rate(len(right), len(breaches)),
            told=_rate(breaches, told),
            precision=Rate(len(right), len(right) + len(wrong)),
            false=_rate(near, flagged),
            asked=_rate(near, asked),
            trial=self._on_trial(rule, family),
            corrupted=tuple(
                (share, _rate([each for each in judged if concerns(each.line)], flagged))
                for share, judged in sorted(self._corrupted.items())
            ),
            sound=_rate_if_any(spoken, flagged, breach=True),
            false_sound=_rate_if_any(spoken, flagged, breach=False),
        )


def _shown(each: JudgedLine) -> bool:
    return each.flagged(to_agents=True)


def _heard_as(text: str) -> Callable[[Line], str]:
    return lambda _: text


def _misheard(corrupt: Corrupt, share: float) -> Callable[[Line], str]:
    return lambda line: corrupt(line, share)


def _of_family(family: str) -> Callable[[Line], bool]:
    return lambda line: family in line.families


def _of_style(style: str) -> Callable[[Line], bool]:
    return lambda line: line.style == style


def _of_rule(rule: str, family: str, *, alone: bool) -> Callable[[Line], bool]:
    def concerns(line: Line) -> bool:
        if line.rules:
            return rule in line.rules
        return family in line.families and (alone or not line.breach)

    return concerns


def _rate_if_any(
    lines: Iterable[JudgedLine], counts: Callable[[JudgedLine], bool], *, breach: bool
) -> Rate | None:
    rate = _rate((each for each in lines if each.line.breach is breach), counts)
    return rate if rate.of else None


def _rate(lines: Iterable[JudgedLine], counts: Callable[[JudgedLine], bool]) -> Rate:
    lines = tuple(lines)
    return Rate(sum(map(counts, lines)), len(lines))


def talk_hours(rules: RuleSet, source: str, texts: Iterable[str]) -> Hours:
    """False alarms in lawful talk of an agent to a verified customer, in one call.

    Args:
        rules: those in force.
        source: names the talk.
        texts: what the agent says, utterance by utterance.
    """
    header = CallHeader(
        rules.jurisdiction, rules.language, verified=True, listener=Listener.CUSTOMER
    )
    context = CallContext(header, verified=True, listener=Listener.CUSTOMER)
    monitor = Monitor(rules, header)
    spoken = alarms = asked = 0
    by_rule: dict[str, int] = {}
    for index, text in enumerate(texts):
        spoken += len(text.split()) if rules.language == "en" else len(text)
        heard = monitor.hear(Utterance(f"u{index}", index, Speaker.AGENT, text), context)
        for finding in heard.findings:
            if finding.verdict is Verdict.BREACH:
                alarms += 1
                by_rule[finding.rule] = by_rule.get(finding.rule, 0) + 1
            else:
                asked += 1
    hours = spoken / PACES.get(beneath(rules.language), PACES["en"]) / 60
    return Hours(source, hours, alarms, asked, by_rule)
