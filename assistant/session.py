"""The heart: one call as a pure machine, events in, events out.

`CallSession.receive` reads no clock, file, thread, device or random number; time arrives inside the
event.  A live call, a replay, a check of a kept call, a drill and a batch all drive this object, so
the same inputs give the same outputs everywhere.  It joins hypotheses into utterances, keeps who
listens and whether the right party is confirmed, and lets the compliance monitor and the script
engine hear.  It formats nothing and stores nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from assistant.events import (
    CLOCK,
    PASSED_TO,
    AccountChanged,
    AccountLinked,
    Act,
    AgentActed,
    AudioAdvanced,
    AudioGap,
    CallEnded,
    CallStarted,
    ChannelOpened,
    ChannelProgress,
    ClockChanged,
    ClockSet,
    CustomerDid,
    DriftMeasured,
    Ended,
    FinalRecognised,
    FindingChanged,
    FindingStanding,
    FlagAcknowledged,
    GapHeard,
    IdentifierChanged,
    IdentifierState,
    Input,
    LagChanged,
    LagMeasured,
    LinkRefused,
    ListenerChanged,
    MomentMarked,
    ObjectionHeard,
    Output,
    PartialRecognised,
    Progress,
    PromptChanged,
    Started,
    StatementChanged,
    Transferred,
    UtteranceDropped,
    UtteranceFinal,
    UtterancePartial,
    VerificationChanged,
    VerificationPolicy,
)
from assistant.guiding import Guide
from assistant.joining import ChannelJoiner
from assistant.linking import linked, same_customer, why_not
from assistant.recording_watch import NOTICE, RecordingWatch
from assistant.task_watch import TaskWatch
from compliance.context import INBOUND, TRANSFERRED, CallContext, Listener
from compliance.errors import AssistantError
from compliance.findings import Finding, Statement, Status, Verdict
from compliance.local_time import day_of_call, zone_of
from compliance.monitor import Monitor
from compliance.rules import RuleSet
from compliance.told import STANDS_FOR_WORDS
from compliance.tracker import Change, Policy, Tracked, Tracker
from compliance.transcript import Speaker, Utterance
from scripts.account import Identifier, matches
from scripts.called import routes_of
from scripts.engine import ScriptEngine
from scripts.tasks import TaskKinds

# A provisional flag that has stood this long is shown as standing.
STANDING_S = 2.0
# A word this close to where the sound broke off may be half a word.
CUT_S = 0.5
# Unheard sound of a side that may have held any words.
UNHEARD_S = 1.0
# No sound at all, but for what rounding leaves: any line that somebody is on is louder.
NOTHING_DB = -84.0
# What these keys say, the customer did.
_OF_THE_CUSTOMER = frozenset(
    (
        Act.VERIFIED,
        Act.VERIFICATION_WITHDRAWN,
        Act.THIRD_PARTY,
        Act.CUSTOMER_BACK,
        Act.EXIT,
        Act.OBJECTION,
    )
)
# What a key still means while the call is somebody else's.
_WHILE_AWAY = frozenset(
    (Act.TAKEN_OVER, Act.MOMENT_MARKED, Act.FLAG_ACKNOWLEDGED, Act.HELD, Act.RESUMED)
)
# Two identifiers make the right party: the trade's rule (and the regulators' notes).
IDENTIFIERS_NEEDED = 2


@dataclass(slots=True)
class _Flag:
    """A finding as last told, and when its provisional life began."""

    finding: Finding
    quote: str
    born_s: float
    standing: bool = False


@dataclass(slots=True)
class _Channel:
    joiner: ChannelJoiner
    level_db: float = -96.0
    heard_s: float = 0.0
    dead: bool = False  # its level was measured, and there never was any


@dataclass(slots=True)
class _Call:
    """What a running call knows; exists from `CallStarted` on."""

    start: CallStarted
    monitor: Monitor
    tracker: Tracker
    guide: Guide
    tasks: TaskWatch
    recording: RecordingWatch
    channels: dict[int, _Channel] = field(default_factory=dict)
    finals: int = 0
    now_s: float = 0.0
    spoken_until_s: float = 0.0
    flags: dict[str, _Flag] = field(default_factory=dict)
    identifiers: dict[str, IdentifierState] = field(default_factory=dict)
    proposed: bool = False
    agent_unheard_s: float = 0.0
    others_unheard_s: float = 0.0
    switches: list[tuple[float, CallContext]] = field(default_factory=list)
    ended: bool = False
    given_away: list[tuple[float, float]] = field(default_factory=list)  # from when until when

    @property
    def is_away(self) -> bool:
        """Whether the call is somebody else's now."""
        return bool(self.given_away) and self.given_away[-1][1] == math.inf

    def is_ours(self, start_s: float) -> bool:
        """Whether what was begun to be said then is this desk's to judge."""
        return not any(from_s <= start_s < to_s for from_s, to_s in self.given_away)

    @property
    def customer_heard(self) -> bool:
        """Whether anything that the customer says can reach us but by the agent's keys."""
        others = (Speaker.CUSTOMER, Speaker.THIRD_PARTY, Speaker.UNKNOWN)
        return any(
            channel.joiner.speaker in others and channel.joiner.name != CLOCK
            for channel in self.channels.values()
        )

    @property
    def others_unheard(self) -> bool:
        """Whether what the customer said may have reached nobody: not listened to, or lost."""
        if self.others_unheard_s > UNHEARD_S:
            return True
        sides = [
            each for each in self.channels.values() if each.joiner.speaker is not Speaker.AGENT
        ]
        dead = bool(sides) and all(each.dead for each in sides)
        return bool(self.channels) and (dead or not self.customer_heard)


class CallSession:
    """One call.

    Args:
        rules: the rule set in force; judges what is said.
        script: makes the script engine once the call's header and account are known; returns `None`
            where no script fits.
        trials: whether what rules on trial find is told as well; during a call it is not.

    A session is used for one call: `CallStarted` first, `CallEnded` last.
    """

    def __init__(
        self,
        rules: RuleSet,
        script: Callable[[CallStarted], ScriptEngine | None],
        *,
        trials: bool = False,
        tasks: TaskKinds | None = None,
    ) -> None:
        self._tasks = tasks
        self._rules = rules
        self._trials = trials
        self._make_script = script
        self._call: _Call | None = None

    def receive(self, event: Input) -> list[Output]:
        """Take one event; return what follows from it, in order.

        Raises:
            AssistantError: an event before the first or after the last one.
        """
        if isinstance(event, CallStarted):
            return list(self._begin(event))
        call = self._call
        if call is None or call.ended:
            raise AssistantError(
                "An event arrived outside its call",
                "A call begins with call_started and ends with call_ended.",
            )
        match event:
            case PartialRecognised():
                return list(self._partial(call, event))
            case FinalRecognised():
                return list(self._final(call, event))
            case AudioAdvanced():
                return list(self._advanced(call, event))
            case AgentActed():
                return list(self._acted(call, event))
            case AccountLinked():
                return list(self._linked(call, event))
            case ChannelOpened():
                joiner = ChannelJoiner(event.channel, event.name, event.speaker, event.rate_hz)
                call.channels[event.channel] = _Channel(joiner)
                return []
            case AudioGap():
                return list(self._gap(call, event))
            case LagMeasured():
                joiner = call.channels[event.channel].joiner
                return [LagChanged(joiner.name, event.lag_s, event.lost_s, call.now_s)]
            case ClockSet(seconds=seconds):
                return [ClockChanged(seconds, call.now_s)]
            case DriftMeasured():
                return []
            case CallEnded():
                return list(self._end(call, event))

    # ---- life ------------------------------------------------------------------------------

    def _begin(self, event: CallStarted) -> Iterable[Output]:
        if self._call is not None:
            raise AssistantError("A call was started twice in one session", "Use a new session.")
        monitor = Monitor(self._rules, event.header, day_of(event))
        known = event.account is not None and bool(event.account.identifiers)
        tracker = Tracker(
            event.header, self._rules.cues, Policy(event.policy.value), identifiers_known=known
        )
        recording = RecordingWatch(event.recording)
        guide = Guide(event, self._make_script(event))
        call = _Call(event, monitor, tracker, guide, TaskWatch(event, kinds=self._tasks), recording)
        self._call = call
        context = tracker.context
        yield Started(event)
        yield from recording.started()
        yield ListenerChanged(context.listener, 0.0)
        yield VerificationChanged(
            bool(context.verified), proposed=False, reason="start", call_s=0.0
        )
        for identifier in self._identifiers(call):
            call.identifiers[identifier.kind] = IdentifierState.OPEN
            yield IdentifierChanged(identifier.kind, IdentifierState.OPEN, 0.0)
        yield from self._guided(call, call.guide.prompt(0.0))
        for finding in monitor.opened(tracker.context).findings:
            yield from self._found(call, finding, "")

    def _linked(self, call: _Call, event: AccountLinked) -> Iterable[Output]:
        """Whose call it is became known; nobody is confirmed for an account by another's answers.

        An account under another law, or of another collector, is refused: the rules and the script
        of the call are not its own.
        """
        reference = call.channels.get(0)
        if reference is not None:
            call.now_s = max(call.now_s, reference.joiner.seconds(event.sample))
        account, before = event.account, call.start.account
        reason = why_not(call.start.header.jurisdiction, call.start.header.collector, account)
        if reason:
            yield LinkRefused(reason, call.now_s)
            return
        call.start = linked(call.start, event)
        call.tracker.links(call.start.header, identifiers_known=bool(account.identifiers))
        yield AccountChanged(account, event.account_hash, event.origin, call.now_s)
        if not same_customer(before, account):
            call.identifiers = {}
            for identifier in account.identifiers:
                yield self._identifier(call, identifier.kind, IdentifierState.OPEN)
            unsure = call.tracker.context
            if call.proposed or unsure.verified:
                call.proposed = False
                call.tracker.set_verified(verified=False)
                yield VerificationChanged(
                    verified=False, proposed=False, reason="account_linked", call_s=call.now_s
                )
            _switch(call, unsure, call.now_s)
        context = call.tracker.context
        yield from self._guided(call, call.guide.linked(account, context, call.now_s))
        for finding in call.monitor.links(call.start.header, context).findings:
            yield from self._found(call, finding, "")

    def _end(self, call: _Call, event: CallEnded) -> Iterable[Output]:
        reference = call.channels.get(0)
        if reference is not None:
            call.now_s = max(call.now_s, reference.joiner.seconds(event.sample))
        call.ended = True
        closing = call.monitor.close(
            call.tracker.context,
            agent_gaps=call.agent_unheard_s > 0 or bool(call.given_away),
            agent_unheard=call.agent_unheard_s > UNHEARD_S,
            others_unheard=call.others_unheard or bool(call.given_away),
        )
        for finding in closing.findings:
            yield from self._found(call, finding, "")
        yield from self._statements(call, closing.statements)
        told = tuple(name for name in closing.not_assessable if self._is_told(call, name))
        yield Ended(call.now_s, event.reason, told)

    # ---- what is said ------------------------------------------------------------------------

    def _partial(self, call: _Call, event: PartialRecognised) -> Iterable[Output]:
        joiner = call.channels[event.channel].joiner
        utterance = joiner.partial(event, call.finals)
        if utterance is None:
            return
        start_s, end_s = _span(utterance, joiner.seconds(event.sample))
        call.now_s = max(call.now_s, joiner.seconds(event.sample))
        call.spoken_until_s = max(call.spoken_until_s, end_s)
        yield UtterancePartial(
            utterance.id, utterance.speaker, utterance.text, utterance.words, start_s, end_s
        )
        if not call.is_ours(start_s):
            return
        heard = call.monitor.hear(utterance, call.tracker.context, _held_at(call, start_s))
        for finding in heard.findings:
            yield from self._found(call, finding, utterance.text)

    def _final(self, call: _Call, event: FinalRecognised) -> Iterable[Output]:
        joiner = call.channels[event.channel].joiner
        settled = joiner.final(event, call.finals)
        call.now_s = max(call.now_s, joiner.seconds(event.sample))
        if settled is None:
            return
        start_s, end_s = _span(settled, joiner.seconds(event.sample))
        if not settled.text:
            yield UtteranceDropped(settled.id, settled.speaker, start_s, end_s)
            for finding in call.monitor.dropped(settled.id):
                yield from self._found(call, finding, "")
            return
        call.finals += 1
        call.spoken_until_s = max(call.spoken_until_s, end_s)
        yield UtteranceFinal(
            settled.id,
            settled.index,
            settled.speaker,
            settled.text,
            settled.words,
            start_s,
            end_s,
            " ".join(word.text for word in event.heard),
        )
        if not call.is_ours(start_s):
            for finding in call.monitor.dropped(settled.id):
                yield from self._found(call, finding, "")
            return
        # Who listens is settled first: "thank you, that matches; your account …" may be one breath.
        before = call.tracker.context
        yield from self._tracked(call, call.tracker.hear(settled))
        yield from self._identifiers_said(call, settled)
        if settled.speaker is not Speaker.AGENT:
            _switch(call, before, end_s)
        heard = call.monitor.hear(settled, call.tracker.context, _held_at(call, start_s))
        for finding in heard.findings:
            yield from self._found(call, _doubted(finding, end_s, cut=event.cut), settled.text)
        yield from self._statements(call, heard.statements)
        if settled.speaker is Speaker.AGENT:
            given = call.monitor.said(NOTICE)
            yield from call.recording.noticed(call.now_s, given=given)
        routes = routes_of(heard.findings)
        yield from self._refused(call, call.recording.routed(routes, call.now_s))
        exits = call.guide.exits
        objections: list[str] = []
        guided = call.guide.heard(
            settled,
            call.tracker.context,
            routes,
            call.now_s,
            customer_heard=call.customer_heard,
        )
        for output in self._guided(call, guided):
            if isinstance(output, ObjectionHeard):
                objections.append(output.objection)
            yield output
        entered = sorted(call.guide.exits - exits) if settled.speaker is not Speaker.AGENT else ()
        yield from call.tasks.heard(settled, heard.findings, entered, objections, call.now_s)

    def _identifiers_said(self, call: _Call, utterance: Utterance) -> Iterable[Output]:
        """What the customer said first is compared; a match is proposed, the agent decides."""
        if call.tracker.context.verified or utterance.speaker is Speaker.AGENT:
            return
        for identifier in self._identifiers(call):
            if call.identifiers[identifier.kind] is IdentifierState.OPEN and matches(
                identifier, utterance.text, call.start.header.language
            ):
                yield self._identifier(call, identifier.kind, IdentifierState.PROPOSED)
        yield from self._enough(call)

    def _enough(self, call: _Call) -> Iterable[Output]:
        """Two identifiers that match propose the right party; where nobody decides, they do."""
        states = list(call.identifiers.values())
        matching = states.count(IdentifierState.PROPOSED) + states.count(IdentifierState.MATCHED)
        context = call.tracker.context
        if matching < IDENTIFIERS_NEEDED or context.verified or call.proposed:
            return
        if context.listener in (Listener.THIRD_PARTY, Listener.VOICEMAIL):
            return
        if call.start.policy is VerificationPolicy.HEARD:
            yield from self._tracked(call, call.tracker.set_verified(verified=True), "heard")
        else:
            call.proposed = True
            yield VerificationChanged(
                verified=False, proposed=True, reason="heard", call_s=call.now_s
            )

    def _is_told(self, call: _Call, rule_id: str) -> bool:
        """Whether anybody hears of a rule now: one on trial is for those who judge it later."""
        return self._trials or not call.monitor.rules.rule(rule_id).trial

    def _statements(self, call: _Call, changed: Iterable[Statement]) -> Iterable[Output]:
        rule_of = {required.id: required.rule for required in call.monitor.rules.statements}
        for statement in changed:
            if self._is_told(call, rule_of[statement.id]):
                yield StatementChanged(statement, call.now_s)

    @staticmethod
    def _refused(call: _Call, changes: Iterable[Output]) -> Iterable[Output]:
        """Pass changes of the recording on; what is heard no more, nobody may count as unsaid."""
        for change in changes:
            if call.recording.held or call.recording.refused:
                call.monitor.lost()
            yield change

    def _found(self, call: _Call, finding: Finding, text: str) -> Iterable[Output]:
        if finding.trial and not self._trials:
            return
        known = call.flags.get(finding.id)
        quote = text[finding.start : finding.end]
        if finding.status is Status.WITHDRAWN:
            if known is None:
                return
            # Its offsets belong to the text that showed it, which is no longer there.
            quote = known.quote
            del call.flags[finding.id]
        elif known is None:
            call.flags[finding.id] = _Flag(finding, quote, call.now_s)
        else:
            known.finding, known.quote = finding, quote
        yield FindingChanged(finding, quote, call.now_s)
        if finding.status is Status.WITHDRAWN:
            yield from call.tasks.withdrawn(finding, call.now_s)

    # ---- time --------------------------------------------------------------------------------

    def _advanced(self, call: _Call, event: AudioAdvanced) -> Iterable[Output]:
        channel = call.channels[event.channel]
        channel.dead = event.level_db <= NOTHING_DB and (channel.dead or not channel.heard_s)
        channel.level_db = event.level_db
        channel.heard_s = channel.joiner.seconds(event.sample)
        call.now_s = max(call.now_s, channel.heard_s)
        for flag in call.flags.values():
            if (
                flag.finding.status is Status.PROVISIONAL
                and not flag.standing
                and call.now_s - flag.born_s >= STANDING_S
            ):
                flag.standing = True
                yield FindingStanding(flag.finding.id, call.now_s)
        if event.channel == max(call.channels):
            heard = [each for each in call.channels.values() if each.joiner.name != CLOCK]
            yield Progress(
                call.now_s,
                tuple(
                    ChannelProgress(
                        channel.joiner.speaker, channel.level_db, round(channel.joiner.talk_s, 3)
                    )
                    for channel in heard
                ),
                round(max(0.0, call.now_s - call.spoken_until_s), 3) if heard else 0.0,
            )

    def _gap(self, call: _Call, event: AudioGap) -> Iterable[Output]:
        joiner = call.channels[event.channel].joiner
        start_s = joiner.seconds(event.sample)
        duration_s = joiner.seconds(event.samples)
        if joiner.speaker in (Speaker.AGENT, Speaker.UNKNOWN):
            call.agent_unheard_s += duration_s
            call.monitor.lost()
        if joiner.speaker is not Speaker.AGENT:
            call.others_unheard_s += duration_s
        if duration_s > UNHEARD_S:
            call.monitor.unheard(start_s + duration_s)
        yield GapHeard(joiner.name, start_s, duration_s, event.reason)

    # ---- what the agent does -------------------------------------------------------------------

    def _acted(self, call: _Call, event: AgentActed) -> Iterable[Output]:
        reference = call.channels.get(0)
        if reference is not None:
            call.now_s = max(call.now_s, reference.joiner.seconds(event.sample))
        before = call.tracker.context
        if call.is_away and event.act not in _WHILE_AWAY:
            return
        match event.act:
            case Act.FLAG_ACKNOWLEDGED:
                yield FlagAcknowledged(event.argument, call.now_s)
                return
            case Act.MOMENT_MARKED:
                yield MomentMarked(call.now_s)
                return
            case Act.HELD | Act.RESUMED:
                changes = call.recording.acted(event.act, "", call.now_s)
                yield from self._refused(call, changes)
                return
            case Act.NOTICE_GIVEN:
                yield from self._statements(call, call.monitor.stated(NOTICE))
                yield from call.recording.acted(event.act, "", call.now_s)
                return
            case Act.TAKEN_OVER | Act.PASSED_ON:
                yield from self._transferred(call, event)
            case Act.IDENTIFIER_MATCHED:
                if event.argument in call.identifiers:
                    yield self._identifier(call, event.argument, IdentifierState.MATCHED)
                    yield from self._enough(call)
            case Act.IDENTIFIER_MISMATCHED:
                if event.argument in call.identifiers:
                    yield self._identifier(call, event.argument, IdentifierState.MISMATCHED)
            case Act.VERIFIED:
                yield from self._tracked(call, call.tracker.set_verified(verified=True))
            case Act.VERIFICATION_WITHDRAWN:
                yield from self._tracked(call, call.tracker.set_verified(verified=False))
            case Act.THIRD_PARTY:
                yield from self._tracked(call, call.tracker.set_listener(Listener.THIRD_PARTY))
            case Act.CUSTOMER_BACK:
                yield from self._tracked(call, call.tracker.set_listener(Listener.UNKNOWN))
            case Act.STEP_DONE | Act.STEP_BACK | Act.EXIT | Act.OBJECTION:
                pass
            case Act.PROMISE_CONFIRMED | Act.PROMISE_DISMISSED | Act.OPTION_QUOTED:
                pass
            case Act.HELP_ASKED:
                yield from call.tasks.acted(event, (), call.now_s)
                return
        _switch(call, before, call.now_s)
        yield from self._of_the_customer(call, event)
        exits = call.guide.exits
        guided = call.guide.acted(event, call.tracker.context, call.now_s)
        yield from self._guided(call, guided)
        left = sorted(exits - call.guide.exits)
        yield from call.tasks.acted(event, left, call.now_s)

    def _transferred(self, call: _Call, event: AgentActed) -> Iterable[Output]:
        """The call changes hands: a new voice, and nobody is confirmed by what another was told."""
        if call.is_away:
            call.given_away[-1] = (call.given_away[-1][0], call.now_s)
        elif event.act is Act.TAKEN_OVER:
            yield from self._came_from_elsewhere(call)
        to = ""
        if event.act is Act.PASSED_ON:
            to = event.argument if event.argument in PASSED_TO else PASSED_TO[-1]
            call.given_away.append((call.now_s, math.inf))
            call.monitor.lost()  # what is said from here on, nobody may count as unsaid
        yield Transferred(to, call.now_s)
        yield from self._tracked(call, call.tracker.set_listener(Listener.UNKNOWN), "new_voice")
        call.proposed = False
        for kind, box in call.identifiers.items():
            if box is not IdentifierState.OPEN:
                yield self._identifier(call, kind, IdentifierState.OPEN)

    def _came_from_elsewhere(self, call: _Call) -> Iterable[Output]:
        """Another desk had the call first: it was not placed here, unless it is known that it was.

        Hours and counts ask for that (see `compliance.context.TRANSFERRED`).
        """
        header = call.start.header
        if INBOUND in header.facts or header.facts.get(TRANSFERRED):
            return
        header = replace(header, facts={**header.facts, TRANSFERRED: True})
        call.start = replace(call.start, header=header)
        known = call.start.account is not None and bool(call.start.account.identifiers)
        call.tracker.links(header, identifiers_known=known)
        for finding in call.monitor.passed_on(header, call.tracker.context).findings:
            yield from self._found(call, finding, "")

    def _of_the_customer(self, call: _Call, event: AgentActed) -> Iterable[Output]:
        """What a key says of the customer, for the rules and, where they are not heard, the eye."""
        doing = event.argument if event.act in (Act.EXIT, Act.OBJECTION) else event.act.value
        if event.act not in _OF_THE_CUSTOMER:
            return
        if not call.customer_heard:
            yield CustomerDid(doing, call.now_s)
        if doing not in STANDS_FOR_WORDS or not call.customer_heard:
            call.monitor.told(doing)
        changes = call.recording.acted(event.act, event.argument, call.now_s)
        yield from self._refused(call, changes)

    # ---- what is told --------------------------------------------------------------------------

    def _tracked(
        self, call: _Call, changes: Iterable[Tracked], reason: str = ""
    ) -> Iterable[Output]:
        """Tell who listens and whether the debt may be spoken of, where that changed."""
        for change in changes:
            why = reason or change.reason
            match change.change:
                case Change.LISTENER_CHANGED:
                    yield ListenerChanged(change.listener, call.now_s)
                case Change.VERIFICATION_PROPOSED:
                    call.proposed = True
                    yield VerificationChanged(
                        verified=False, proposed=True, reason=why, call_s=call.now_s
                    )
                case Change.VERIFIED:
                    call.proposed = False
                    yield VerificationChanged(
                        verified=True, proposed=False, reason=why, call_s=call.now_s
                    )
                case Change.VERIFICATION_WITHDRAWN:
                    call.proposed = False
                    for kind, box in call.identifiers.items():
                        if box is not IdentifierState.OPEN:
                            yield self._identifier(call, kind, IdentifierState.OPEN)
                    yield VerificationChanged(
                        verified=False, proposed=False, reason=why, call_s=call.now_s
                    )

    def _identifier(self, call: _Call, kind: str, state: IdentifierState) -> IdentifierChanged:
        call.identifiers[kind] = state
        return IdentifierChanged(kind, state, call.now_s)

    @staticmethod
    def _guided(call: _Call, told: Iterable[Output]) -> Iterable[Output]:
        """Pass on what guides the agent; rules may ask at which stage something was said."""
        for output in told:
            if isinstance(output, PromptChanged):
                call.tracker.set_stage(output.prompt.stage)
            yield output

    @staticmethod
    def _identifiers(call: _Call) -> tuple[Identifier, ...]:
        return call.start.account.identifiers if call.start.account is not None else ()


def day_of(start: CallStarted) -> date:
    """The day by whose rules a call is judged: the customer's where known, else the desk's."""
    started = datetime.fromisoformat(start.started_at_utc)
    return day_of_call(start.header) or started.astimezone(zone_of(start.zone) or UTC).date()


def _span(utterance: Utterance, heard_s: float) -> tuple[float, float]:
    start_s = utterance.start_s if utterance.start_s is not None else heard_s
    return start_s, utterance.end_s if utterance.end_s is not None else heard_s


def _doubted(finding: Finding, end_s: float, *, cut: bool) -> Finding:
    """A breach whose last words were cut off is a doubt: "dan…" was taken for "debt" once."""
    if not cut or finding.verdict is not Verdict.BREACH or finding.status is Status.WITHDRAWN:
        return finding
    if finding.end_s is not None and finding.end_s < end_s - CUT_S:
        return finding
    return replace(finding, verdict=Verdict.CHECK_FACTS)


def _switch(call: _Call, before: CallContext, at_s: float) -> None:
    """Remember when who listens, or whether they are confirmed, changed."""
    now = call.tracker.context
    if (now.verified, now.listener) != (before.verified, before.listener):
        call.switches.append((at_s, before))


def _held_at(call: _Call, start_s: float) -> Callable[[float], CallContext] | None:
    """What held at moments of the call; `None` where nothing changed since `start_s`.

    A key that says who listens must not turn what was said before it into a breach, nor excuse it.
    """
    if not any(at_s > start_s for at_s, _before in call.switches):
        return None

    def held(time_s: float) -> CallContext:
        earlier = (before for at_s, before in call.switches if at_s > time_s)
        return next(earlier, call.tracker.context)

    return held
