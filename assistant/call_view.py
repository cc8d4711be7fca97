"""What a call screen shows, folded from the session's outputs.

Owns `CallView`: one value per thing on the screen, changed only by `apply`.  It knows no widget,
no wording and no clock, so a live call, a replay and a reviewer's page fold the same events to the
same view.  `apply` tells which parts changed, so that only those are drawn again; every event costs
the same however long the call has been.  Events in any order are taken without complaint.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from enum import Flag as Bits
from enum import auto

from assistant.call_happenings import CallHappenings
from assistant.choice_digits import ChoiceDigits
from assistant.events import (
    AccountChanged,
    ChannelProgress,
    ClockChanged,
    CustomerDid,
    Ended,
    Envelope,
    FindingChanged,
    FindingStanding,
    FlagAcknowledged,
    GapHeard,
    HoldChanged,
    IdentifierChanged,
    IdentifierState,
    Input,
    LagChanged,
    LinkRefused,
    ListenerChanged,
    MomentMarked,
    ObjectionHeard,
    Origin,
    Output,
    Progress,
    PromiseChanged,
    PromiseStatus,
    PromptChanged,
    RecordingChanged,
    RecordingState,
    Started,
    StatementChanged,
    TaskRaised,
    TaskWithdrawn,
    Transferred,
    UtteranceDropped,
    UtteranceFinal,
    UtterancePartial,
    VerificationChanged,
)
from assistant.flag_budget import Flag, FlagBudget, FlagOnLine
from assistant.transcript_rows import Row, TranscriptRows
from compliance.context import Listener
from compliance.findings import Severity, Statement, StatementState, Status
from compliance.transcript import Speaker
from scripts.account import Account
from scripts.prompt import Prompt

TASK_TOLD_S = 10.0
"""Seconds of call time for which the line of a task stays."""


class Part(Bits):
    """The parts of the screen that an event may change."""

    NOTHING = 0
    CLOCK = auto()
    VERIFICATION = auto()
    PROMPT = auto()
    FLAG = auto()
    TRANSCRIPT = auto()
    STATEMENTS = auto()
    CONDITION = auto()  # lag, losses, recording, hold, end of the call
    EVERYTHING = CLOCK | VERIFICATION | PROMPT | FLAG | TRANSCRIPT | STATEMENTS | CONDITION


class CallView:
    """The state of one call as shown."""

    def __init__(self) -> None:
        self.started: Started | None = None
        self.ended: Ended | None = None
        self.call_s = 0.0
        self.silence_s = 0.0
        self.channels: tuple[ChannelProgress, ...] = ()
        self._recent: deque[tuple[ChannelProgress, ...]] = deque(maxlen=3)
        self.lag_s: dict[str, float] = {}
        self.lost_s: dict[str, float] = {}
        self.verified = False
        self.proposed = False
        self.verification_reason = ""
        self.listener = Listener.UNKNOWN
        self.identifiers: dict[str, IdentifierState] = {}
        self.prompt: Prompt | None = None
        self.objection: ObjectionHeard | None = None
        self.promise: PromiseChanged | None = None  # what stands proposed
        self.agreed: PromiseChanged | None = None  # what was confirmed last
        self.hardship = False  # whether the call has come to it
        self.choice_digits: Mapping[str, int] = {}
        self._digits = ChoiceDigits()
        self.statements: dict[str, Statement] = {}
        self.recording: RecordingChanged | None = None
        self.kept = False  # whether any of it is, as far as the terms tell
        self.held_since_s: float | None = None
        self.account: Account | None = None  # the one linked during the call
        self.origin: Origin | None = None
        self.passed_to = ""  # to whom the call was given away
        self.link_refused = ""  # why the last one was not
        self.task_told: TaskRaised | TaskWithdrawn | None = None  # while its line is up
        self._tasks: dict[str, TaskRaised] = {}
        self.happened = CallHappenings()
        self._transcript = TranscriptRows()
        self._budget = FlagBudget()
        self._fold: Mapping[type, Callable[..., Part]] = {
            Started: self._started,
            UtterancePartial: self._partial,
            UtteranceFinal: self._final,
            UtteranceDropped: self._dropped,
            FindingChanged: self._finding,
            FindingStanding: self._standing,
            FlagAcknowledged: self._acknowledged,
            PromptChanged: self._prompt,
            StatementChanged: self._statement,
            IdentifierChanged: self._identifier,
            VerificationChanged: self._verification,
            ListenerChanged: self._listener,
            Progress: self._progress,
            GapHeard: self._gap,
            LagChanged: self._lag,
            ClockChanged: self._clock,
            Transferred: self._transferred,
            MomentMarked: self._moment,
            RecordingChanged: self._recording,
            HoldChanged: self._hold,
            CustomerDid: self._customer,
            ObjectionHeard: self._objected,
            PromiseChanged: self._promised,
            TaskRaised: self._task_raised,
            TaskWithdrawn: self._task_withdrawn,
            AccountChanged: self._linked,
            LinkRefused: self._not_linked,
            Ended: self._ended,
        }

    # ---- what is shown -----------------------------------------------------------------------

    @property
    def rows(self) -> Sequence[Row]:
        """The transcript, in the order first heard."""
        return self._transcript.rows

    @property
    def covered(self) -> bool:
        """Whether everything of the debt must stay covered.

        True until the right party is verified, and again as soon as somebody else listens.
        """
        return not self.verified or self.listener in (Listener.THIRD_PARTY, Listener.VOICEMAIL)

    @property
    def flag(self) -> FlagOnLine | None:
        """The one flag that has the line."""
        return self._budget.on_line

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Every flag that was not withdrawn, in the order found."""
        return self._budget.flags

    def flag_of(self, finding_id: str) -> Flag | None:
        """The flag of one finding, `None` when it was withdrawn or never was."""
        return self._budget.flag(finding_id)

    @property
    def to_confirm(self) -> bool:
        """Whether a promise with amount and day waits for the agent's key."""
        promise = self.promise
        return promise is not None and promise.promised.complete and not self.covered

    @property
    def live(self) -> bool:
        """Whether the call happens now, and is listened to and kept on terms."""
        return self.started is not None and self.started.start.recording is not None

    @property
    def may_pause(self) -> bool:
        """Whether the microphone may be closed by a key."""
        terms = self.started.start.recording if self.started is not None else None
        return terms is not None and terms.may_pause

    @property
    def listens(self) -> bool:
        """Whether any model hears the call; without one the keys lead."""
        return self.started is not None and bool(self.started.start.model)

    @property
    def customer_heard(self) -> bool:
        """Whether a channel carries the customer's voice, maybe among others."""
        return any(channel.speaker is not Speaker.AGENT for channel in self.channels)

    @property
    def speakers_known(self) -> bool:
        """Whether each channel is somebody's own."""
        return all(channel.speaker is not Speaker.UNKNOWN for channel in self.channels)

    @property
    def for_wrap_up(self) -> tuple[Flag, ...]:
        """What to look at once the call is over, the heaviest first."""
        order = list(Severity)
        confirmed = [f for f in self._budget.flags if f.finding.status is Status.CONFIRMED]
        return tuple(
            sorted(confirmed, key=lambda f: (order.index(f.finding.severity), f.born_s)),
        )

    @property
    def tasks(self) -> tuple[TaskRaised, ...]:
        """What the call gives others to do, in the order raised; what was taken back is not."""
        return tuple(self._tasks.values())

    @property
    def matched(self) -> int:
        """How many identifiers match."""
        return sum(state is IdentifierState.MATCHED for state in self.identifiers.values())

    @property
    def talk_ratio(self) -> float | None:
        """The agent's share of all speech, 0 to 1; `None` where the sides are not heard apart."""
        if not (self.customer_heard and self.speakers_known):
            return None
        agent = sum(c.talk_s for c in self.channels if c.speaker is Speaker.AGENT)
        everybody = sum(c.talk_s for c in self.channels)
        return agent / everybody if everybody > 0 else None

    @property
    def levels(self) -> tuple[tuple[Speaker, float], ...]:
        """Each channel's speaker and loudest level of the last second and a half, dB full scale.

        Levels come twice a second; between two words each one alone would fall to nothing.
        """
        return tuple(
            (channel.speaker, max(each[place].level_db for each in self._recent))
            for place, channel in enumerate(self.channels)
        )

    @property
    def worst_lag_s(self) -> float:
        """The lag of the channel that is furthest behind, seconds."""
        return max(self.lag_s.values(), default=0.0)

    @property
    def total_lost_s(self) -> float:
        """Seconds of sound that were never recognised, all channels."""
        return sum(self.lost_s.values())

    @property
    def open_statements(self) -> tuple[Statement, ...]:
        """Required statements that are due, half said or missed."""
        wanting = (StatementState.DUE, StatementState.PARTIAL, StatementState.MISSED)
        return tuple(s for s in self.statements.values() if s.state in wanting)

    # ---- the fold ----------------------------------------------------------------------------

    def apply(self, event: Output | Input | Envelope) -> Part:
        """Take one event in; return the parts of the screen that it changed.

        What is not meant for a screen (an input in a stored envelope) changes nothing.
        """
        if isinstance(event, Envelope):
            event = event.event
        fold = self._fold.get(type(event))
        if fold is None:
            return Part.NOTHING
        self.happened.take(event)
        before = self._budget.on_line
        changed = fold(event)
        return changed if self._budget.on_line == before else changed | Part.FLAG

    def _started(self, event: Started) -> Part:
        self.started = event
        start = event.start
        self.verified = bool(start.header.verified)
        self.listener = start.header.listener
        if start.account is not None:
            for identifier in start.account.identifiers:
                self.identifiers.setdefault(identifier.kind, IdentifierState.OPEN)
        return Part.EVERYTHING

    def _partial(self, event: UtterancePartial) -> Part:
        return Part.TRANSCRIPT if self._transcript.hear(event) else Part.NOTHING

    def _final(self, event: UtteranceFinal) -> Part:
        return Part.TRANSCRIPT if self._transcript.hear(event) else Part.NOTHING

    def _dropped(self, event: UtteranceDropped) -> Part:
        return Part.TRANSCRIPT if self._transcript.drop(event.id) else Part.NOTHING

    def _finding(self, event: FindingChanged) -> Part:
        changed = self._tick(event.call_s)
        self._budget.found(event.finding, event.quote, event.call_s)
        return changed | (Part.TRANSCRIPT if self._transcript.find(event) else Part.NOTHING)

    def _standing(self, event: FindingStanding) -> Part:
        changed = self._tick(event.call_s)
        self._budget.stands(event.finding_id, event.call_s)
        flag = self._budget.flag(event.finding_id)
        if flag is None or not self._transcript.stand(flag.finding):
            return changed
        return changed | Part.TRANSCRIPT

    def _acknowledged(self, event: FlagAcknowledged) -> Part:
        changed = self._tick(event.call_s)
        self._budget.put_away(event.finding_id, event.call_s)
        return changed

    def _prompt(self, event: PromptChanged) -> Part:
        self.hardship = self.hardship or event.prompt.stage == "hardship"
        self.prompt = event.prompt
        self.choice_digits = self._digits.offer(
            event.prompt.choices, verified=self.verified, boxes=len(self.identifiers)
        )
        return Part.PROMPT | self._tick(event.call_s)

    def _statement(self, event: StatementChanged) -> Part:
        self.statements[event.statement.id] = event.statement
        return Part.STATEMENTS | self._tick(event.call_s)

    def _identifier(self, event: IdentifierChanged) -> Part:
        self.identifiers[event.identifier] = event.state
        return Part.VERIFICATION | self._tick(event.call_s)

    def _verification(self, event: VerificationChanged) -> Part:
        self.verified = event.verified
        self.proposed = event.proposed
        self.verification_reason = event.reason
        return Part.VERIFICATION | Part.PROMPT | self._tick(event.call_s)

    def _listener(self, event: ListenerChanged) -> Part:
        self.listener = event.listener
        return Part.VERIFICATION | Part.PROMPT | self._tick(event.call_s)

    def _progress(self, event: Progress) -> Part:
        if len(event.channels) != len(self.channels):
            self._recent.clear()
        self.channels = event.channels
        self._recent.append(event.channels)
        self.silence_s = event.silence_s
        return Part.CLOCK | self._tick(event.call_s)

    def _gap(self, event: GapHeard) -> Part:
        self._transcript.lose(event)
        return Part.TRANSCRIPT | Part.CONDITION

    def _lag(self, event: LagChanged) -> Part:
        self.lag_s[event.channel] = event.lag_s
        self.lost_s[event.channel] = event.lost_s
        return Part.CONDITION | self._tick(event.call_s)

    def _clock(self, event: ClockChanged) -> Part:
        return self._tick(event.call_s)  # said once, by whoever shows the call

    def _transferred(self, event: Transferred) -> Part:
        self.passed_to = event.to
        self.promise = None  # whoever goes on proposes anew
        self._transcript.pass_on(event)
        return Part.TRANSCRIPT | Part.VERIFICATION | Part.CONDITION | self._tick(event.call_s)

    def _objected(self, event: ObjectionHeard) -> Part:
        self.objection = event
        return Part.NOTHING  # the reply, where one may be given, is in the prompt

    def _promised(self, event: PromiseChanged) -> Part:
        if event.status is PromiseStatus.PROPOSED:
            self.promise = event
        else:
            self.promise = None
        if event.status is PromiseStatus.CONFIRMED:
            self.agreed = event
        return Part.PROMPT | self._tick(event.call_s)

    def _moment(self, event: MomentMarked) -> Part:
        self._transcript.remember(event.call_s)
        return Part.TRANSCRIPT | self._tick(event.call_s)

    def _recording(self, event: RecordingChanged) -> Part:
        self.recording = event
        self.kept = self.kept or event.state is RecordingState.ON
        return Part.CONDITION | self._tick(event.call_s)

    def _hold(self, event: HoldChanged) -> Part:
        self.held_since_s = event.call_s if event.held else None
        return Part.CONDITION | self._tick(event.call_s)

    def _customer(self, event: CustomerDid) -> Part:
        self._transcript.do(event)
        return Part.TRANSCRIPT | self._tick(event.call_s)

    def _task_raised(self, event: TaskRaised) -> Part:
        task = event.task
        known = self._tasks.get(task.id)
        self._tasks[task.id] = event
        asked_again = task.evidence[-1].by_key if task.evidence else False
        if known is None or asked_again:  # that more was heard of it is nothing to read
            self.task_told = event
        return Part.CONDITION | self._tick(event.call_s)

    def _task_withdrawn(self, event: TaskWithdrawn) -> Part:
        self._tasks.pop(event.task.id, None)
        self.task_told = event
        return Part.CONDITION | self._tick(event.call_s)

    def _linked(self, event: AccountChanged) -> Part:
        self.account, self.origin, self.link_refused = event.account, event.origin, ""
        kinds = [identifier.kind for identifier in event.account.identifiers]
        self.identifiers = {
            kind: self.identifiers.get(kind, IdentifierState.OPEN) for kind in kinds
        }
        self.promise = self.agreed = None  # they were understood by another account, or none
        self._tick(event.call_s)
        return Part.EVERYTHING

    def _not_linked(self, event: LinkRefused) -> Part:
        self.link_refused = event.reason
        return Part.CONDITION | self._tick(event.call_s)

    def _ended(self, event: Ended) -> Part:
        self.ended = event
        self.held_since_s = None
        self._tick(event.duration_s)
        self._budget.close()
        return Part.EVERYTHING

    def _tick(self, call_s: float) -> Part:
        if call_s <= self.call_s:
            return Part.NOTHING
        self.call_s = call_s
        self._budget.advance(call_s)
        if self.task_told is not None and call_s - self.task_told.call_s >= TASK_TOLD_S:
            self.task_told = None
        return Part.CLOCK
