"""Listens to a call and says what it found, as it happens.

Owns the life of findings (provisional, confirmed, withdrawn) and who is asked: one judge for each
way in which a rule can be broken (`judges`).  It is pure: what it is told, in order, decides what
it says; the context of each utterance is handed in.  It reads no file, clock or key, and no words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from compliance.context import CallContext, CallHeader
from compliance.findings import Finding, Kind, Message, Severity, Statement, Status, Verdict
from compliance.judges.hits import Hit, spoken_times
from compliance.judges.statements import StatementsJudge
from compliance.judges.words import WordsJudge
from compliance.rules import RequiredStatement, RuleSet
from compliance.transcript import Speaker, Utterance

# What is told before its utterance has ended.  A screen may be stricter; other programs decide.
_EARLY = frozenset((Severity.CRITICAL, Severity.MAJOR))


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


class Monitor:
    """Judges one call: feed it every utterance, partial and final, with its context."""

    def __init__(self, rules: RuleSet, header: CallHeader) -> None:
        self._rules = rules
        self._header = header
        self._texts: dict[str, str] = {}  # the last text of each open utterance
        self._open: dict[str, dict[str, Finding]] = {}  # provisional findings by utterance and rule
        self._undecided: dict[str, None] = {}
        self._breached: set[str] = set()
        self._unknown_speaker = False
        self._agent_utterances = 0
        self._words = WordsJudge(rules)
        self._statements = StatementsJudge(rules.statements)

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
                self._words.interrupted()
            return Heard()
        said = self._words.judge(utterance, context, held_at)
        self._undecided.update(dict.fromkeys(said.undecided))
        if utterance.speaker is Speaker.UNKNOWN:
            if utterance.final:
                self._forget(utterance)
                self._words.interrupted()
                self._unknown_speaker = True
            self._undecided.update(dict.fromkeys(hit.rule.id for hit in said.hits))
            return Heard()
        if not utterance.final:
            return Heard(tuple(self._provisional(utterance, said.hits, context)))
        self._agent_utterances += 1
        findings = tuple(self._confirmed(utterance, said.hits, context))
        statements = self._statements.hear(said.labels, context)
        self._forget(utterance)
        self._words.settled(utterance, said)
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
        unsaid = self._statements.close(self._agent_utterances, context, cannot_tell=cannot_tell)
        self._undecided.update(dict.fromkeys(unsaid.undecided))
        missed = [self._missed(required) for required in unsaid.missed]
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
        return Closing((*withdrawn, *missed), unsaid.statements, tuple(sorted(self._undecided)))

    # ---- the life of findings ------------------------------------------------------------------

    def _provisional(
        self, utterance: Utterance, hits: Iterable[Hit], context: CallContext
    ) -> Iterable[Finding]:
        known = self._open.setdefault(utterance.id, {})
        for hit in hits:
            early = hit.rule.severity in _EARLY
            if early and hit.rule.id not in known:
                finding = self._finding(utterance, hit, Status.PROVISIONAL, context)
                known[hit.rule.id] = finding
                yield finding

    def _confirmed(
        self, utterance: Utterance, hits: Iterable[Hit], context: CallContext
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
        self, utterance: Utterance, hit: Hit, status: Status, context: CallContext
    ) -> Finding:
        rule, start, end = hit.rule, hit.match.start, hit.match.end
        start_s, end_s = spoken_times(utterance, start, end)
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

    def _missed(self, required: RequiredStatement) -> Finding:
        rule = self._rules.rule(required.rule)
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
