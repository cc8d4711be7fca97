"""Explains step by step why a sentence is or is not flagged.

Owns the account of one utterance: what was heard in it, which rules that concerns, what excused it
and by which words, what almost matched, and what the same words would be to somebody else.  The
verdicts are the monitor's own; this module asks the same readers in the same order to say why, and
a test holds the two together.  It prints nothing: whoever asks renders it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from compliance.context import CallContext, CallHeader, Listener
from compliance.findings import Finding, Kind, Severity, Verdict
from compliance.guards import (
    ADVICE,
    ASKING,
    CONDITION,
    QUOTE,
    READERS,
    REPORT,
    WARNING,
    Reading,
    quoted,
)
from compliance.hearing import Ear, How, Sign
from compliance.monitor import Monitor
from compliance.near_misses import NearMiss, NearMisses
from compliance.phrases import Match, Phrase
from compliance.rules import NEGATOR, Detector, Guard, Rule, RuleSet
from compliance.scoring import Scored
from compliance.text import Folded
from compliance.tongues import fold_in
from compliance.transcript import Speaker, Utterance

# What each reader of the context listens for.
_CUES = {
    Guard.NEGATED: (NEGATOR,),
    Guard.REPORTED: (QUOTE, REPORT),
    Guard.ADVISED: (WARNING, ADVICE),
    Guard.CONDITIONAL: (CONDITION,),
    Guard.ASKED: (ASKING,),
}
_DOUBTFUL = frozenset((Guard.REPORTED, Guard.ADVISED))
MOST_NEAR = 3  # near misses that are told


class Standing(StrEnum):
    """What becomes of one match under one rule.

    `LAWFUL_BY_FACT`: a fact of the file makes the words true.  `DOUBTED`: a scorer finds the whole
    utterance unlike any breach.  `NOT_YET`: only repetition breaks the rule.  `ELSEWHERE`: rule or
    detector are for another listener, state or collector.
    """

    BREACH = "breach"
    CHECK_FACTS = "check_facts"
    NOT_ASSESSABLE = "not_assessable"
    EXCUSED = "excused"
    LAWFUL_BY_FACT = "lawful_by_fact"
    DOUBTED = "doubted"
    NOT_YET = "not_yet"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Excuse:
    """A reading of the context that speaks for the words, and the words that say so."""

    guard: Guard
    cues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """One match under one rule.

    `answers` are the conditions of rule and detector, by name, with whether they hold; `fact` the
    one that decides, if any; `excuses` the readings that speak for the words, whether or not they
    suffice; `sure_enough` is false where a scorer doubts the whole utterance.
    """

    rule: Rule
    detector: Detector
    standing: Standing
    answers: tuple[tuple[str, bool | None], ...]
    fact: str | None
    excuses: tuple[Excuse, ...]
    sure_enough: bool = True


@dataclass(frozen=True, slots=True)
class HeardHere:
    """One thing that was heard: its words, what matched them, and what that means by rule."""

    sign: Sign
    words: str
    phrase: Phrase | None
    weighed: tuple[Weighed, ...]


@dataclass(frozen=True, slots=True)
class ToAnother:
    """What the same words would be to somebody else: verdicts by rule, where they differ."""

    listener: str
    verdicts: tuple[tuple[str, Verdict], ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """What a scorer thinks the utterance is like, and the known example `nearest` to it."""

    scored: Scored
    nearest: str


@dataclass(frozen=True, slots=True)
class Explained:
    """The whole account of one utterance.

    `findings` are the monitor's; `undecided` the rules that something unknown kept open, with what;
    `alike` what a scorer thinks it is like, `scored` whether there is one.
    """

    utterance: Utterance
    context: CallContext
    folded: Folded
    heard: tuple[HeardHere, ...]
    findings: tuple[Finding, ...]
    undecided: tuple[tuple[str, str], ...]
    nearly: tuple[NearMiss, ...]
    to_others: tuple[ToAnother, ...]
    alike: tuple[Alike, ...]
    scored: bool


LISTENERS: dict[str, tuple[Listener, bool | None]] = {
    "customer": (Listener.CUSTOMER, True),
    "unverified": (Listener.UNKNOWN, False),
    "third_party": (Listener.THIRD_PARTY, False),
    "voicemail": (Listener.VOICEMAIL, False),
    "unknown": (Listener.UNKNOWN, None),
}
"""Whom something is said to, by the name that commands and cases use."""


def explain(
    rules: RuleSet,
    text: str,
    header: CallHeader,
    *,
    speaker: Speaker = Speaker.AGENT,
    today: date | None = None,
    near: NearMisses | None = None,
) -> Explained:
    """Why `text`, said at the start of a call, is or is not flagged.

    Args:
        rules: of the call's jurisdiction and language.
        text: one utterance.
        header: what is known of the call; listener and verification are those of the moment.
        speaker: who says it.
        today: the day of the call where the header does not say.
        near: looks for what almost matched; without it nothing is looked for.
    """
    context = CallContext(header, header.verified, header.listener)
    utterance = Utterance("said", 0, speaker, text)
    monitor = Monitor(rules, header, today)
    rules = monitor.rules
    findings = (*monitor.opened(context).findings, *monitor.hear(utterance, context).findings)
    closing = monitor.close(context)
    folded = fold_in(rules.language, text)
    ear = rules.ear if speaker is Speaker.AGENT else rules.others_ear
    weighing = _Weighing(rules, ear, folded, context, routes=speaker is not Speaker.AGENT)
    heard = tuple(weighing.of(sign) for sign in _signs(rules, folded, ear))
    known = {here.sign.match.label for here in heard}
    concerned = {weighed.rule.id for here in heard for weighed in here.weighed}
    nearly = near.search(ear.phrases.phrases, folded) if near is not None else ()
    return Explained(
        utterance=utterance,
        context=context,
        folded=folded,
        heard=heard,
        findings=findings,
        undecided=tuple(
            (rule, because)
            for rule, because in closing.because
            if rule in concerned or rules.rule(rule).spec is not None
        ),
        nearly=tuple(
            miss
            for miss in nearly
            if miss.phrase.label not in known and miss.phrase.label in rules.detectors
        )[:MOST_NEAR],
        to_others=tuple(_to_others(rules, utterance, context, findings)),
        alike=_alike(rules, folded, context, speaker),
        scored=rules.scorer is not None and speaker is Speaker.AGENT,
    )


def _signs(rules: RuleSet, folded: Folded, ear: Ear) -> Iterator[Sign]:
    """Everything heard that a detector listens for; likenesses are not heard, see `alike`."""
    for sign in ear.signs(folded):
        if sign.detects and sign.match.label in rules.detectors:
            yield sign


def _alike(
    rules: RuleSet, folded: Folded, context: CallContext, speaker: Speaker
) -> tuple[Alike, ...]:
    scorer = rules.scorer
    if scorer is None or speaker is not Speaker.AGENT or not folded.tokens:
        return ()
    return tuple(
        Alike(scored, scorer.nearest(folded.original, scored.family))
        for scored in scorer.score(folded, context.listener)
    )


class _Weighing:
    """Says of each match what it means under each rule, and why."""

    def __init__(
        self,
        rules: RuleSet,
        ear: Ear,
        folded: Folded,
        context: CallContext,
        *,
        routes: bool,
    ) -> None:
        self._rules = rules
        self._ear = ear
        self._folded = folded
        self._context = context
        self._routes = routes
        self._reading = Reading.of(folded, rules.language, rules.cues.search(folded))

    def of(self, sign: Sign) -> HeardHere:
        match = sign.match
        phrase = self._phrase(sign)
        detector = self._rules.detectors[match.label]
        rules = [
            rule
            for rule in self._rules.listening_to(detector.id)
            if (rule.kind is Kind.ROUTE) is self._routes
        ]
        return HeardHere(
            sign,
            self._folded.quote(match.first, match.last),
            phrase,
            tuple(self._weighed(sign, detector, rule) for rule in rules),
        )

    def _phrase(self, sign: Sign) -> Phrase | None:
        if sign.how is not How.PHRASE:
            return None
        return self._ear.phrases.phrases[sign.match.phrase]

    def _weighed(self, sign: Sign, detector: Detector, rule: Rule) -> Weighed:
        answers = (*rule.when.answers(self._context), *detector.when.answers(self._context))
        reading = replace(self._reading, denying=self._rules.denies(sign.what))
        excuses = tuple(_excuses(reading, sign, detector.guards))
        doubted = (
            self._rules.scorer is not None
            and not detector.sure
            and self._rules.scorer.doubts(self._folded, self._context.listener, detector.family)
        )
        return Weighed(
            rule,
            detector,
            self._standing(rule, detector, reading, sign, excuses, doubted=doubted),
            answers,
            detector.true_if or detector.wrong_if,
            excuses,
            not doubted,
        )

    def _standing(
        self,
        rule: Rule,
        detector: Detector,
        reading: Reading,
        sign: Sign,
        excuses: tuple[Excuse, ...],
        *,
        doubted: bool,
    ) -> Standing:
        holds = (rule.when.holds(self._context), detector.when.holds(self._context))
        if False in holds:
            return Standing.ELSEWHERE
        standing = Standing.NOT_ASSESSABLE if None in holds else self._by_facts(detector)
        if standing is Standing.LAWFUL_BY_FACT:
            return standing
        critical = rule.severity is Severity.CRITICAL
        if excuses:
            doubtful = excuses[0].guard in _DOUBTFUL and critical
            if not doubtful or quoted(reading, sign.match):
                return Standing.EXCUSED
            if standing is not Standing.NOT_ASSESSABLE:
                standing = Standing.CHECK_FACTS
        if doubted and standing is not Standing.NOT_ASSESSABLE:
            return Standing.CHECK_FACTS if critical else Standing.DOUBTED
        if standing is Standing.NOT_ASSESSABLE:
            return standing
        if rule.counts is not None:
            return Standing.NOT_YET
        return Standing.CHECK_FACTS if rule.kind is Kind.ROUTE else standing

    def _by_facts(self, detector: Detector) -> Standing:
        fact = detector.true_if or detector.wrong_if
        if fact is None:
            return Standing.CHECK_FACTS if detector.check else Standing.BREACH
        known = self._context.fact(fact)
        if known is None:
            return Standing.CHECK_FACTS
        broken = known is (detector.true_if is None)
        return Standing.BREACH if broken else Standing.LAWFUL_BY_FACT


def _excuses(reading: Reading, sign: Sign, guards: Iterable[Guard]) -> Iterator[Excuse]:
    """The guards that speak for a match, each with the words of those cues that alone suffice."""
    match = sign.match
    for guard in guards:
        if not READERS[guard](reading, match):
            continue
        labels = _CUES[guard]
        without: dict[str, tuple[Match, ...]] = dict.fromkeys(labels, ())
        said: dict[str, None] = {}
        for label in labels:
            for cue in reading.heard(label):
                alone = replace(reading, cues={**reading.cues, **without, label: (cue,)})
                if READERS[guard](alone, match):
                    said[reading.folded.quote(cue.first, cue.last)] = None
        yield Excuse(guard, tuple(said))


def _to_others(
    rules: RuleSet, utterance: Utterance, context: CallContext, findings: tuple[Finding, ...]
) -> Iterator[ToAnother]:
    """The verdicts for every other listener, where they differ from those found."""
    if utterance.speaker is not Speaker.AGENT:
        return
    found = {finding.rule: finding.verdict for finding in findings if finding.utterance_id}
    for name, (listener, verified) in LISTENERS.items():
        if (listener, verified) == (context.listener, context.verified):
            continue
        header = replace(context.header, listener=listener, verified=verified)
        heard = Monitor(rules, header).hear(utterance, CallContext(header, verified, listener))
        verdicts = {finding.rule: finding.verdict for finding in heard.findings}
        if verdicts != found:
            yield ToAnother(name, tuple(sorted(verdicts.items())))
