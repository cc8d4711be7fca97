"""Listens to a call and says what it found, as it happens.

Owns the life of findings (provisional, confirmed, withdrawn), the marks that a call has made, and
who is asked: one judge for each way in which a rule can be broken (`judges`).  It is pure: what it
is told, in order, decides what it says; the context of each utterance is handed in.  It reads no
file, clock or key, and no words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from compliance.context import CallContext, CallHeader
from compliance.findings import Finding, Kind, Severity, Statement, Status, Verdict
from compliance.judges.conduct import ConductJudge, Noticed
from compliance.judges.hits import Hit, placed
from compliance.judges.ledger import LedgerJudge
from compliance.judges.limits import LimitsJudge
from compliance.judges.order import OrderJudge
from compliance.judges.statements import StatementsJudge
from compliance.judges.windows import WindowsJudge
from compliance.judges.words import Said, WordsJudge
from compliance.local_time import day_of_call
from compliance.past import Past, events_in
from compliance.rules import RuleSet
from compliance.telling import Restraint, finding_in, finding_of_call
from compliance.told import MARKS
from compliance.transcript import Speaker, Utterance

# What is told before its utterance has ended.  A screen may be stricter; other programs decide.
_EARLY = frozenset((Severity.CRITICAL, Severity.MAJOR))

_Held = Callable[[float], CallContext]


@dataclass(frozen=True, slots=True)
class Heard:
    """What one utterance, or the beginning of the call, changed."""

    findings: tuple[Finding, ...] = ()
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Closing:
    """What is left to say when the call has ended.

    `findings` concern the whole call; `not_assessable` names rules that something unheard or
    unknown kept from being judged, `because` what that was, by rule.
    """

    findings: tuple[Finding, ...]
    statements: tuple[Statement, ...]
    not_assessable: tuple[str, ...]
    because: tuple[tuple[str, str], ...] = ()


class Monitor:
    """Judges one call: `opened` first, then every utterance, partial and final, with its context.

    Args:
        rules: of the call's jurisdiction and language; those in force on its day are chosen.
        header: what is known when the call starts.
        today: the day of the call where the header does not say when it started.

    `rules` are those that the call is judged by.
    """

    def __init__(self, rules: RuleSet, header: CallHeader, today: date | None = None) -> None:
        rules = rules.at(day_of_call(header) or today, header.collector)
        self.rules = rules
        self._header = header
        self._texts: dict[str, str] = {}  # the last text of each open utterance
        self._open: dict[str, dict[str, Finding]] = {}  # provisional findings by utterance, by id
        self._undecided: dict[str, str] = {}
        self._breached: set[str] = set()
        self._unknown_speaker = False
        self._agent_utterances = 0
        self._others_heard = False
        self._other_utterances = 0
        self._past = Past()
        self._events: frozenset[str] = frozenset()  # those in the agent's last words
        self._restraint = Restraint()
        self._words = WordsJudge(rules, rules.ear)
        self._others = WordsJudge(rules, rules.others_ear, routes=True)
        self._statements = StatementsJudge(rules)
        self._order = OrderJudge(rules)
        self._conduct = ConductJudge(rules)
        self._ledger = LedgerJudge(rules)
        self._windows = WindowsJudge(rules, header)
        self._limits = LimitsJudge(rules, header)
        self._of_opening: dict[str, str] = {}  # what the beginning left undecided
        self._at_opening: dict[str, Finding] = {}  # what it showed, by id

    def opened(self, context: CallContext) -> Heard:
        """What is found before a word is said; ask once, when the call starts."""
        self._past.meets(context)
        now = self._past.within(context, 0.0)
        findings: list[Finding] = []
        before, self._of_opening = self._of_opening, {}
        for rule_id, reason in before.items():
            if self._undecided.get(rule_id) == reason:
                del self._undecided[rule_id]
        for judged in (self._windows.opened(now), self._limits.opened(now)):
            self._of_opening.update(judged.undecided)
            self._open_because(judged.undecided)
            findings.extend(self._of_call(hit, now) for hit in judged.hits)
        self._at_opening.update((finding.id, finding) for finding in findings)
        return Heard(tuple(findings))

    def links(self, header: CallHeader, context: CallContext) -> Heard:
        """More is known of whom the call is with: what that changes about its beginning.

        Args:
            header: what is known now; jurisdiction, language and start are as before.
            context: what holds now, of this header.

        What was found stays found; what could not be judged for want of the account is judged now.
        """
        self._header = header
        self._windows.learns(header)
        self._limits.learns(header)
        return self.opened(context)

    def passed_on(self, header: CallHeader, context: CallContext) -> Heard:
        """Another desk turns out to have had the call first: its beginning is judged anew.

        Args:
            header: what is known now, with that fact.
            context: what holds now, of this header.

        What was found for a call that this desk had placed is withdrawn where it does not stand.
        """
        self._header = header
        self._windows = WindowsJudge(self.rules, header)
        self._limits = LimitsJudge(self.rules, header)
        before, self._at_opening = self._at_opening, {}
        anew = self.opened(context).findings
        stands = {finding.id for finding in anew}
        gone = [finding for finding in before.values() if finding.id not in stands]
        self._breached -= {finding.rule for finding in gone}
        withdrawn = [replace(finding, status=Status.WITHDRAWN) for finding in gone]
        changed = [finding for finding in anew if before.get(finding.id) != finding]
        return Heard((*withdrawn, *changed))

    def hear(
        self,
        utterance: Utterance,
        context: CallContext,
        held_at: _Held | None = None,
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
        self._past.meets(context)
        now = self._past.within(context, utterance.start_s)
        held = None
        if held_at is not None:
            earlier = held_at

            def held(time_s: float) -> CallContext:
                return self._past.within(earlier(time_s), time_s)

        heard = self._somebody_speaks(utterance, now, held)
        if not utterance.final:
            return heard
        more = [self._of_call(hit, now) for hit in self._windows.goes_on(now)]
        for noticed in self._conduct.hear(utterance, self._events, now):
            more.extend(self._noticed(noticed, now))
        return replace(heard, findings=(*heard.findings, *more)) if more else heard

    def _somebody_speaks(self, utterance: Utterance, now: CallContext, held: _Held | None) -> Heard:
        if utterance.speaker is Speaker.AGENT:
            return self._agent_says(utterance, now, self._words.judge(utterance, now, held))
        if utterance.speaker is Speaker.UNKNOWN:
            said = self._words.judge(utterance, now, held)
            return self._nobody_says(utterance, (said, self._others.judge(utterance, now, held)))
        return self._other_says(utterance, now, held)

    def _agent_says(self, utterance: Utterance, context: CallContext, said: Said) -> Heard:
        self._open_because(said.undecided)
        number = self._agent_utterances
        if not utterance.final:
            return Heard(tuple(self._provisional(utterance, said.hits, context, number)))
        self._agent_utterances += 1
        moved = self._statements.hear(utterance, said.signs, context, self._past.since())
        order = self._order.hear(said.signs, moved.statements, context)
        ledger = self._ledger.hear(utterance, said.read, said.signs, context)
        self._open_because((*order.undecided, *ledger.undecided))
        hits = (*said.hits, *(placed(hit, utterance) for hit in (*order.hits, *ledger.hits)))
        findings = tuple(self._confirmed(utterance, hits, context, number))
        missed = tuple(self._of_call(hit, context) for hit in moved.hits)
        self._forget(utterance)
        self._words.settled(utterance, said)
        self._others.interrupted()
        self._events = events_in(said.signs)
        self._past.happened(said.signs)
        self._past.since()
        self._past.make("event:first_utterance")
        self._past.said(moved.statements)
        return Heard((*findings, *missed), moved.statements)

    def _other_says(
        self,
        utterance: Utterance,
        context: CallContext,
        held: _Held | None,
    ) -> Heard:
        self._others_heard = self._others_heard or utterance.final
        statements = self._statements.cut_in(utterance).statements if utterance.final else ()
        if self.rules.others_ear.deaf:
            if utterance.final:
                self._forget(utterance)
                self._words.interrupted()
            return Heard((), statements)
        said = self._others.judge(utterance, context, held)
        self._open_because(said.undecided)
        number = self._other_utterances
        if not utterance.final:
            return Heard(tuple(self._provisional(utterance, said.hits, context, number)))
        self._other_utterances += 1
        findings = tuple(self._confirmed(utterance, said.hits, context, number))
        self._forget(utterance)
        self._words.interrupted()
        self._others.settled(utterance, said)
        self._past.happened(said.signs)
        return Heard(findings, statements)

    def _nobody_says(self, utterance: Utterance, sides: Iterable[Said]) -> Heard:
        """Words of nobody knows whom break nothing, and keep their rules from being judged."""
        for said in sides:
            self._open_because(said.undecided)
            self._open_because((hit.rule.id, "speaker") for hit in said.hits)
        if utterance.final:
            self._forget(utterance)
            self._words.interrupted()
            self._others.interrupted()
            self._unknown_speaker = True
            self._past.unsure = True
        return Heard()

    def told(self, doing: str) -> None:
        """A key says what the customer did; see `compliance.told`."""
        for mark in MARKS.get(doing, ()):
            self._past.make(mark)

    def stated(self, statement: str) -> tuple[Statement, ...]:
        """A key says that a required statement was made, unheard; tells what changed by it."""
        moved = self._statements.stated(statement).statements
        self._past.said(moved)
        return moved

    def past_within(self, context: CallContext) -> CallContext:
        """A context with the marks that the call has made so far."""
        return self._past.within(context, context.time_s)

    def said(self, statement: str) -> bool:
        """Whether a statement was said in full, due or not: others than judges may go by it."""
        return self._statements.said(statement)

    def lost(self) -> None:
        """Some of the agent's sound was not heard: what seems unsaid may have been said."""
        self._past.unsure = True

    def unheard(self, until_s: float) -> None:
        """A side was not heard until this second of the call, for long enough to have spoken."""
        self._conduct.unheard(until_s)

    def dropped(self, utterance_id: str) -> tuple[Finding, ...]:
        """A partial turned out to be no speech: its provisional findings are withdrawn."""
        self._texts.pop(utterance_id, None)
        found = self._open.pop(utterance_id, {})
        return tuple(replace(finding, status=Status.WITHDRAWN) for finding in found.values())

    def close(
        self,
        context: CallContext,
        *,
        agent_gaps: bool = False,
        agent_unheard: bool = False,
        others_unheard: bool = False,
    ) -> Closing:
        """The end of the call.

        Args:
            context: what holds at the end.
            agent_gaps: some of the agent's sound was never heard, so that what seems not to have
                been said may have been.
            agent_unheard: so much was not heard that it may have held any words (more than a
                second in sum, say), so that no rule on the agent's words is kept for certain.
                A call in which nobody but the other side was heard counts as such.
            others_unheard: nobody but the agent was listened to, or not for so long that the
                customer may have said any words: what they said took no route.
        """
        unheard = agent_unheard or not (self._agent_utterances or self._unknown_speaker)
        cannot_tell = agent_gaps or unheard or self._unknown_speaker
        context = self._past.within(context, None)
        unsaid = self._statements.close(context, cannot_tell=cannot_tell)
        self._open_because(unsaid.undecided)
        missed = [finding_of_call(hit, None, self.rules) for hit in unsaid.hits]
        withdrawn = [
            replace(finding, status=Status.WITHDRAWN)
            for found in self._open.values()
            for finding in found.values()
        ]
        self._open.clear()
        if self._conduct.untimed:
            self._open_because((rule_id, "times") for rule_id in self._conduct.rules)
        for rule in self.rules.rules:
            deaf = unheard
            if rule.kind is Kind.ROUTE:
                # The customer's words count, whoever else was not heard.
                deaf = others_unheard or (unheard and not self._others_heard)
            if rule.detectors and deaf and rule.id not in self._breached:
                self._open_because(((rule.id, "unheard"),))
            if rule.unjudged(self._header):
                self._open_because(((rule.id, "beyond_words"),))
        self._open_because((rule_id, "language") for rule_id in self.rules.unheard)
        names = sorted(self._undecided)
        because = tuple((name, self._undecided[name]) for name in names)
        return Closing((*withdrawn, *missed), unsaid.statements, tuple(names), because)

    # ---- the life of findings ------------------------------------------------------------------

    def _provisional(
        self, utterance: Utterance, hits: Iterable[Hit], context: CallContext, number: int
    ) -> Iterable[Finding]:
        known = self._open.setdefault(utterance.id, {})
        for hit in hits:
            if hit.rule.severity not in _EARLY or not self._restraint.tells(hit, number):
                continue
            finding = finding_in(utterance, hit, Status.PROVISIONAL, context, self.rules)
            if finding.id not in known:
                known[finding.id] = finding
                yield finding

    def _confirmed(
        self, utterance: Utterance, hits: Iterable[Hit], context: CallContext, number: int
    ) -> Iterable[Finding]:
        known = self._open.pop(utterance.id, {})
        for hit in hits:
            tells = self._restraint.tells(hit, number)
            self._restraint.heard(hit, number, told=tells is True)
            if tells is None:
                self._open_because(((hit.rule.id, "times"),))
            if not tells:
                continue
            self._marks(hit)
            finding = finding_in(utterance, hit, Status.CONFIRMED, context, self.rules)
            known.pop(finding.id, None)
            yield finding
        for finding in known.values():
            yield replace(finding, status=Status.WITHDRAWN, utterance_index=utterance.index)

    def _of_call(self, hit: Hit, context: CallContext) -> Finding:
        """A hit that concerns the whole call, while something can still be done about it."""
        self._marks(hit)
        return finding_of_call(hit, context, self.rules)

    def _noticed(self, noticed: Noticed, context: CallContext) -> Iterable[Finding]:
        """What the agent's conduct shows, where the rule tells it now."""
        hit, number = noticed.hit, self._agent_utterances
        tells = self._restraint.tells(hit, number) is True
        self._restraint.heard(hit, number, told=tells)
        if not tells:
            return
        if noticed.utterance is None:
            yield self._of_call(hit, context)
            return
        self._marks(hit)
        yield finding_in(noticed.utterance, hit, Status.CONFIRMED, context, self.rules)

    def _marks(self, hit: Hit) -> None:
        """What a finding means for what comes after it in the call."""
        if hit.verdict is Verdict.BREACH:
            self._breached.add(hit.rule.id)
        if hit.rule.trial:
            return  # what nobody is shown changes nothing else
        self._past.make(hit.rule.id)
        for state in hit.rule.sets:
            self._past.make(f"state:{state}")

    def _open_because(self, undecided: Iterable[tuple[str, str]]) -> None:
        for rule_id, reason in undecided:
            self._undecided.setdefault(rule_id, reason)

    def _forget(self, utterance: Utterance) -> None:
        self._texts.pop(utterance.id, None)
        self._open.pop(utterance.id, None)
