"""Listens to a call and says what it found, as it happens.

Owns the life of findings (provisional, confirmed, withdrawn) and the state of required statements
over one call.  It is pure: what it is told, in order, decides what it says; the context of each
utterance is handed in.  It reads no file, clock or key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from compliance.context import CallContext, CallHeader
from compliance.findings import (
    Finding,
    Kind,
    Message,
    Severity,
    Statement,
    StatementState,
    Status,
    Verdict,
)
from compliance.guards import Reading, excuse, quoted
from compliance.phrases import Match
from compliance.rules import Detector, Guard, RequiredStatement, Rule, RuleSet
from compliance.statements import Progress
from compliance.text import Folded, fold, joined
from compliance.transcript import Speaker, Utterance

_SPLIT_WITHIN_S = 1.5  # a pause this short may fall in the middle of a sentence
_KEPT = 12  # tokens of the fragment before that an utterance is read with


# What is told before its utterance has ended.  A screen may be stricter; other programs decide.
_EARLY = frozenset((Severity.CRITICAL, Severity.MAJOR))


# These readings alone do not clear the worst: whose words they were is for a person to decide.
_DOUBTFUL = frozenset((Guard.REPORTED, Guard.ADVISED))


@dataclass(frozen=True, slots=True)
class Heard:
    """What one utterance changed."""

    findings: tuple[Finding, ...] = ()
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Closing:
    """What is left to say when the call has ended.

    `findings` concern the whole call; `not_assessable` names rules that something unheard or
    unknown kept from being judged.
    """

    findings: tuple[Finding, ...]
    statements: tuple[Statement, ...]
    not_assessable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Hit:
    """A match that breaches a rule, and how surely."""

    rule: Rule
    match: Match
    verdict: Verdict


class Monitor:
    """Judges one call: feed it every utterance, partial and final, with its context."""

    def __init__(self, rules: RuleSet, header: CallHeader) -> None:
        self._rules = rules
        self._header = header
        self._texts: dict[str, str] = {}  # the last text of each open utterance
        self._open: dict[str, dict[str, Finding]] = {}  # provisional findings by utterance and rule
        self._before: tuple[Utterance, Folded] | None = None  # the last final, to join a split one
        self._undecided: dict[str, None] = {}
        self._breached: set[str] = set()
        self._unknown_speaker = False
        self._agent_utterances = 0
        self._statements = {statement.id: Progress(statement) for statement in rules.statements}

    def hear(
        self,
        utterance: Utterance,
        context: CallContext,
        held_at: Callable[[float], CallContext] | None = None,
    ) -> Heard:
        """What this utterance changes: findings born, confirmed or withdrawn; statements moved.

        Args:
            utterance: partial or final.
            context: what holds now.
            held_at: what held at a moment of the call, in seconds, where that changed while the
                utterance was said: words are judged by who heard them, not by who listens now.

        A partial shows critical and major rules only, as provisional.  A partial with the text it
        had before changes nothing and costs nothing.
        """
        if not utterance.final and self._texts.get(utterance.id) == utterance.text:
            return Heard()
        self._texts[utterance.id] = utterance.text
        if utterance.speaker in {Speaker.CUSTOMER, Speaker.THIRD_PARTY}:
            if utterance.final:
                self._forget(utterance)
                self._before = None
            return Heard()
        folded = fold(utterance.text)
        reading, matches, shift = self._read(utterance, folded)

        def held(match: Match) -> CallContext:
            start_s = _times(utterance, match.start, match.end)[0] if held_at else None
            return context if held_at is None or start_s is None else held_at(start_s)

        hits = self._judged(reading, matches, shift, held)
        if utterance.speaker is Speaker.UNKNOWN:
            if utterance.final:
                self._forget(utterance)
                self._before = None
                self._unknown_speaker = True
            self._undecided.update(dict.fromkeys(hit.rule.id for hit in hits))
            return Heard()
        if not utterance.final:
            return Heard(tuple(self._provisional(utterance, hits, context)))
        self._agent_utterances += 1
        findings = tuple(self._confirmed(utterance, hits, context))
        labels = {match.label for match in matches if match.last >= shift}
        statements = self._advance(labels, context)
        self._forget(utterance)
        self._before = (utterance, folded) if folded.tokens else None
        return Heard(findings, statements)

    def dropped(self, utterance_id: str) -> tuple[Finding, ...]:
        """A partial turned out to be no speech: its provisional findings are withdrawn."""
        self._texts.pop(utterance_id, None)
        found = self._open.pop(utterance_id, {})
        return tuple(replace(finding, status=Status.WITHDRAWN) for finding in found.values())

    def close(
        self, context: CallContext, *, agent_gaps: bool = False, agent_unheard: bool = False
    ) -> Closing:
        """The end of the call.

        Args:
            context: what holds at the end.
            agent_gaps: some of the agent's sound was never heard, so that what seems not to have
                been said may have been.
            agent_unheard: so much was not heard that it may have held any words (more than a
                second in sum, say), so that no rule on the agent's words is kept for certain.
                A call in which nobody but the other side was heard counts as such.
        """
        unheard = agent_unheard or not (self._agent_utterances or self._unknown_speaker)
        cannot_tell = agent_gaps or unheard or self._unknown_speaker
        statements: list[Statement] = []
        findings: list[Finding] = []
        for progress in self._statements.values():
            statement = progress.closed(self._agent_utterances, context, cannot_tell=cannot_tell)
            if statement is None:
                continue
            statements.append(statement)
            rule = self._rules.rule(progress.required.rule)
            if statement.state is StatementState.CANNOT_TELL:
                self._undecided[rule.id] = None
            elif statement.state is StatementState.MISSED:
                findings.append(self._missed(rule, progress.required))
        withdrawn = [
            replace(finding, status=Status.WITHDRAWN)
            for found in self._open.values()
            for finding in found.values()
        ]
        self._open.clear()
        for rule in self._rules.rules:
            open_words = bool(rule.detectors) and unheard and rule.id not in self._breached
            if open_words or rule.unjudged(self._header):
                self._undecided[rule.id] = None
        self._undecided.update(dict.fromkeys(self._rules.unheard))
        return Closing((*withdrawn, *findings), tuple(statements), tuple(sorted(self._undecided)))

    # ---- judging -------------------------------------------------------------------------------

    def _read(
        self, utterance: Utterance, folded: Folded
    ) -> tuple[Reading | None, tuple[Match, ...], int]:
        """The matches in an utterance, read with the fragment before it if speech ran on."""
        shift = 0
        before = self._before
        if before is not None and _runs_on(before[0], utterance):
            shift = min(len(before[1].tokens), _KEPT)
            folded = joined(before[1], folded, _KEPT)
        matches = self._rules.phrases.search(folded)
        if not any(match.label[0] != "=" and match.last >= shift for match in matches):
            return None, matches, shift
        cues = self._rules.cues.search(folded)
        return Reading.of(folded, self._rules.language, cues), matches, shift

    def _judged(
        self,
        reading: Reading | None,
        matches: Iterable[Match],
        shift: int,
        held: Callable[[Match], CallContext],
    ) -> list[_Hit]:
        """One hit per rule, the surest and then the first."""
        if reading is None:
            return []
        best: dict[str, _Hit] = {}
        for match in matches:
            if match.label[0] == "=" or match.last < shift:
                continue
            detector = self._rules.detectors[match.label]
            for rule in self._rules.listening_to(detector.id):
                verdict = self._verdict(rule, detector, held(match))
                if verdict is None:
                    continue
                known = best.get(rule.id)
                if known is not None and not _surer(verdict, known.verdict):
                    continue
                denying = self._rules.denies(match.phrase)
                guard = excuse(reading, match, detector.guards, denying=denying)
                if guard is not None:
                    excused = guard not in _DOUBTFUL or rule.severity is not Severity.CRITICAL
                    if excused or quoted(reading, match):
                        continue
                    verdict = Verdict.CHECK_FACTS
                    if known is not None and not _surer(verdict, known.verdict):
                        continue
                best[rule.id] = _Hit(rule, match, verdict)
        hits = [best[rule_id] for rule_id in sorted(best)]
        for hit in hits:
            if hit.verdict is Verdict.NOT_ASSESSABLE:
                self._undecided[hit.rule.id] = None
        return [hit for hit in hits if hit.verdict is not Verdict.NOT_ASSESSABLE]

    def _verdict(self, rule: Rule, detector: Detector, context: CallContext) -> Verdict | None:
        """What a match of the detector means for the rule here; `None`: nothing."""
        applies = (rule.when.holds(context), detector.when.holds(context))
        if any(answer is False for answer in applies):
            return None
        if any(answer is None for answer in applies):
            return Verdict.NOT_ASSESSABLE
        facts = context.header.facts
        if detector.true_if is not None:
            known = facts.get(detector.true_if)
            if known is not None:
                return None if known else Verdict.BREACH
            return Verdict.CHECK_FACTS
        if detector.wrong_if is not None:
            known = facts.get(detector.wrong_if)
            if known is not None:
                return Verdict.BREACH if known else None
            return Verdict.CHECK_FACTS
        return Verdict.CHECK_FACTS if detector.check else Verdict.BREACH

    # ---- the life of findings ------------------------------------------------------------------

    def _provisional(
        self, utterance: Utterance, hits: Iterable[_Hit], context: CallContext
    ) -> Iterable[Finding]:
        known = self._open.setdefault(utterance.id, {})
        for hit in hits:
            early = hit.rule.severity in _EARLY and hit.verdict is not Verdict.NOT_ASSESSABLE
            if early and hit.rule.id not in known:
                finding = self._finding(utterance, hit, Status.PROVISIONAL, context)
                known[hit.rule.id] = finding
                yield finding

    def _confirmed(
        self, utterance: Utterance, hits: Iterable[_Hit], context: CallContext
    ) -> Iterable[Finding]:
        known = self._open.pop(utterance.id, {})
        for hit in hits:
            known.pop(hit.rule.id, None)
            if hit.verdict is Verdict.BREACH:
                self._breached.add(hit.rule.id)
            yield self._finding(utterance, hit, Status.CONFIRMED, context)
        for finding in known.values():
            yield replace(finding, status=Status.WITHDRAWN, utterance_index=utterance.index)

    def _finding(
        self, utterance: Utterance, hit: _Hit, status: Status, context: CallContext
    ) -> Finding:
        rule, start, end = hit.rule, hit.match.start, hit.match.end
        start_s, end_s = _times(utterance, start, end)
        return Finding(
            id=f"{utterance.id}.{rule.id}",
            rule=rule.id,
            family=rule.family,
            kind=rule.kind,
            severity=rule.severity,
            verdict=hit.verdict,
            status=status,
            utterance_id=utterance.id,
            utterance_index=utterance.index,
            start=start,
            end=end,
            start_s=start_s,
            end_s=end_s,
            explanation=Message(f"{rule.id}.explanation"),
            do_now=Message(f"{rule.id}.do_now"),
            say_now=self._rules.repair(rule, context),
        )

    def _missed(self, rule: Rule, required: RequiredStatement) -> Finding:
        return Finding(
            id=f"call.{rule.id}.{required.id}",
            rule=rule.id,
            family=rule.family,
            kind=Kind.REQUIRED,
            severity=rule.severity,
            verdict=required.missed,
            status=Status.CONFIRMED,
            utterance_id=None,
            utterance_index=None,
            start=0,
            end=0,
            start_s=None,
            end_s=None,
            explanation=Message(f"{rule.id}.explanation", (("missing", required.id),)),
        )

    def _forget(self, utterance: Utterance) -> None:
        self._texts.pop(utterance.id, None)
        self._open.pop(utterance.id, None)

    # ---- required statements -------------------------------------------------------------------

    def _advance(self, labels: set[str], context: CallContext) -> tuple[Statement, ...]:
        elements = {label[1:] for label in labels if label[0] == "="}
        changes = (progress.heard(elements, context) for progress in self._statements.values())
        return tuple(change for change in changes if change is not None)


def _surer(verdict: Verdict, than: Verdict) -> bool:
    order = (Verdict.NOT_ASSESSABLE, Verdict.CHECK_FACTS, Verdict.BREACH)
    return order.index(verdict) > order.index(than)


def _runs_on(before: Utterance, after: Utterance) -> bool:
    """Whether `after` goes on where an endpoint cut `before` off."""
    if before.speaker is not after.speaker or before.end_s is None or after.start_s is None:
        return False
    return 0 <= after.start_s - before.end_s <= _SPLIT_WITHIN_S


def _times(utterance: Utterance, start: int, end: int) -> tuple[float | None, float | None]:
    """Seconds of the words that cover `start` to `end` of the text, else of the utterance."""
    begin_s, end_s = utterance.start_s, utterance.end_s
    position = 0
    inside = []
    for word in utterance.words:
        found = utterance.text.find(word.text, position)
        if found < 0:
            return begin_s, end_s
        position = found + len(word.text)
        if found < end and position > start:
            inside.append(word)
    if inside:
        begin_s = inside[0].start_s if inside[0].start_s is not None else begin_s
        end_s = inside[-1].end_s if inside[-1].end_s is not None else end_s
    return begin_s, end_s
