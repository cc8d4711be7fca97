"""Puts a call together: rules, script, account, sound, model and pace become one run.

Owns the wiring that every command shares, so that a demonstration, a replay and a live call differ
in what they pass here and in nothing else.  It starts no thread and shows nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from assistant import __version__
from assistant.call_writing import CallKeeper
from assistant.clock_watch import clock_set_here
from assistant.demo.calls import DeskAct
from assistant.events import AgentActed, CallStarted, RecordingTerms, VerificationPolicy
from assistant.interface_text import N_, Told
from assistant.pacing import LivePacer, Pacer
from assistant.pipeline import CallRun, Delivery
from assistant.rules_in_force import RulesInForce
from assistant.session import CallSession
from assistant.speech.capture import LiveSource
from assistant.speech.child import Restart
from assistant.speech.corrections import Corrector
from assistant.speech.desk import Wanted
from assistant.speech.models import ModelFolder, open_model
from assistant.speech.recording import Recording
from compliance.context import INBOUND, TRANSFERRED, CallHeader, Collector
from compliance.errors import MissingPart
from compliance.rules import RuleSet
from scripts.account import Account, content_hash, ledger
from scripts.engine import ScriptEngine
from scripts.flow import Flow
from scripts.flow_choice import flow_for
from scripts.strategy import Chooser, Chosen, Strategies
from scripts.strategy_file import shipped_strategies
from scripts.tasks import TaskKinds, shipped_tasks


@dataclass(frozen=True, slots=True)
class Guidance:
    """What judges and guides a call: rules and, where its law has one in its language, a flow.

    `strategies` choose which of the flow's lines fit the case; `tasks` are what it may give others
    to do.
    """

    rules: RuleSet
    flow: Flow | None
    strategies: Strategies = field(default_factory=shipped_strategies)
    tasks: TaskKinds = field(default_factory=shipped_tasks)

    @property
    def scripts_hash(self) -> str:
        """A hash of the flow and of what chooses among its lines; empty where no flow guides."""
        if self.flow is None:
            return ""
        both = f"{self.flow.content_hash} {self.strategies.content_hash}"
        return hashlib.sha256(both.encode()).hexdigest()

    @property
    def chooser(self) -> Chooser:
        """Chooses the strategy of a call."""
        return Chooser(self.strategies, self.rules.around.outcomes)

    def session(self) -> CallSession:
        """A fresh session."""
        return CallSession(
            self.rules,
            lambda start: self.script(start.account, start.header),
            tasks=self.tasks,
        )

    def script(
        self, account: Account | None, header: CallHeader | None = None
    ) -> ScriptEngine | None:
        """A fresh script for an account and a call; `None` where the language has no flow.

        Which of several wordings a line takes follows from the account, not from the call's id, so
        that the same call replayed says the same.
        """
        if self.flow is None:
            return None
        header = header or self._no_header()
        return ScriptEngine(
            self.flow,
            account,
            content_hash(account),
            chosen=self.chooser(account, header),
            inbound=header.facts.get(INBOUND) is True,
            chooser=self.chooser,
        )

    def replies(self, account: Account | None) -> Mapping[str, str]:
        """The approved replies by objection, finished and filled; none without an account."""
        script = self.script(account)
        return script.replies() if script is not None and account is not None else {}

    def strategy(self, account: Account, header: CallHeader | None = None) -> Chosen | None:
        """What the case of an account asks for, and why; `None` where no flow guides."""
        return self.chooser(account, header or self._no_header()) if self.flow else None

    def _no_header(self) -> CallHeader:
        return CallHeader(self.rules.jurisdiction, self.rules.language)


def load_guidance(
    jurisdiction: str,
    language: str,
    collector: Collector | None,
    rules: RulesInForce | None = None,
) -> Guidance:
    """The rules of a jurisdiction, its flow for a language, the strategies and tasks in force.

    Args:
        jurisdiction: whose law.
        language: of the call.
        collector: who collects; scripts differ.
        rules: those in force; without them, those that ship.

    Raises:
        MissingPart: there is no rule pack for the jurisdiction.
        BadInput: a pack, the flow, the bank's strategies or tasks are broken; all are told.
    """
    in_force = rules or RulesInForce()
    judging = in_force(jurisdiction, language)
    strategies, tasks = in_force.strategies(), in_force.tasks()
    return guidance_under(judging, language, collector, strategies, tasks)


def guidance_under(
    rules: RuleSet,
    language: str,
    collector: Collector | None,
    strategies: Strategies | None = None,
    tasks: TaskKinds | None = None,
) -> Guidance:
    """These rules and the flow of a language, where there is one.

    Args:
        rules: what judges.
        language: of the call.
        collector: who collects.
        strategies: choose among the flow's lines; without them, those that ship.
        tasks: what it may give others to do; likewise.

    Raises:
        BadInput: the flow is broken; all faults are told.
    """
    flow = flow_for(rules.jurisdiction, language, collector)
    return Guidance(rules, flow, strategies or shipped_strategies(), tasks or shipped_tasks())


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A recording to run as a call.

    `channels` maps the file's channels (see `assistant.speech.channel_map`); `speed` is call
    seconds per second, `None` as fast as possible; `desk` are keys known beforehand; `isolated` is
    whether recognition runs in a process of its own; `corrector` mends what is known to be
    misheard.
    """

    audio: Path
    language: str
    jurisdiction: str
    model: ModelFolder
    policy: VerificationPolicy
    collector: Collector | None = None
    account: Account | None = None
    channels: str | None = None
    speed: float | None = 1.0
    desk: tuple[DeskAct, ...] = ()
    isolated: bool = False
    corrector: Corrector = field(default_factory=Corrector)


class _Call(Protocol):
    """What is known of any call before its first word."""

    @property
    def language(self) -> str: ...

    @property
    def jurisdiction(self) -> str: ...

    @property
    def collector(self) -> Collector | None: ...

    @property
    def account(self) -> Account | None: ...

    @property
    def model(self) -> ModelFolder | None: ...


def header_of(
    call: _Call, started_at: datetime | None = None, number: str | None = None
) -> CallHeader:
    """What is known when a call begins; nobody has been verified before the first word.

    Without `started_at` hours and counts stay unknown: when a recording was made is not in the
    file.  `number` is the one that was called.
    """
    account = call.account
    return CallHeader(
        jurisdiction=call.jurisdiction,
        language=call.language,
        collector=call.collector,
        started_at=started_at,
        customer_timezone=(account.customer_timezone or None) if account else None,
        customer_state=(account.customer_state or None) if account else None,
        verified=False,
        facts=dict(account.facts) if account else {},
        account=ledger(account) if account else None,
        number=number,
    )


def _started(
    call: _Call,
    header: CallHeader,
    policy: VerificationPolicy,
    guidance: Guidance,
    zone: str,
    now: datetime,
) -> CallStarted:
    """The first event: what is known, and the versions that the call is judged and guided by."""
    account, model = call.account, call.model
    return CallStarted(
        header=header,
        policy=policy,
        version=__version__,
        started_at_utc=now.astimezone(UTC).isoformat(timespec="milliseconds"),
        zone=zone,
        rules_hash=guidance.rules.content_hash,
        scripts_hash=guidance.scripts_hash,
        model=model.name if model is not None else "",
        model_hash=model.content_hash() if model is not None else "",
        account_hash=content_hash(account) if account is not None else "",
        account=account,
    )


def checked_start(header: CallHeader, guidance: Guidance, zone: str, now: datetime) -> CallStarted:
    """The first event of a call of which there is a written transcript; nobody heard it here."""
    return CallStarted(
        header=header,
        policy=VerificationPolicy.HEARD,
        version=__version__,
        started_at_utc=now.astimezone(UTC).isoformat(timespec="milliseconds"),
        zone=zone,
        rules_hash=guidance.rules.content_hash,
        scripts_hash=guidance.scripts_hash,
        model="",
        model_hash="",
        account_hash="",
    )


@dataclass(slots=True)
class PreparedRun:
    """A run that is ready to start, with what its screen needs."""

    run: CallRun
    pacer: Pacer
    source: Recording
    call: str
    duration_s: float | None
    notices: list[str] = field(default_factory=list)


def prepare(
    call: RecordedCall,
    *,
    call_id: str,
    guidance: Guidance,
    deliver: Callable[[Delivery], None],
    notice: Callable[[str], None],
    keeper: CallKeeper | None = None,
    loaded: Callable[[], None] = lambda: None,
    zone: str,
) -> PreparedRun:
    """Open the recording and wire everything; nothing runs before `PreparedRun.run.start`.

    Raises:
        BadInput: the recording cannot be used.
    """
    source = Recording(call.audio, rate_hz=call.model.rate_hz, channels=call.channels)
    pacer = Pacer(call.speed, time.monotonic)

    run = CallRun(
        session=guidance.session(),
        call=call_id,
        begin=lambda: _started(
            call, header_of(call), call.policy, guidance, zone, datetime.now(UTC)
        ),
        source=source,
        load=lambda: open_model(
            call.model,
            isolated=call.isolated,
            restarted=lambda restart: notice(restart_line(restart)),
        ),
        pacer=pacer,
        deliver=deliver,
        clock=time.monotonic,
        desk=[
            AgentActed(key.act, round(key.at_s * source.rate_hz), key.argument) for key in call.desk
        ],
        keeper=keeper,
        notice=notice,
        loaded=loaded,
        correct=call.corrector.correct,
    )
    return PreparedRun(run, pacer, source, call_id, source.duration_s)


def _as_heard(_account: Account | None) -> Corrector:
    """Leaves everything as it was heard."""
    return Corrector()


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that takes place now; `account` may be unknown and linked later.

    `collector` is who collects, `number` the number that was called, where known; `terms` are those
    on which the call is listened to and kept; `corrector_for` mends what is known to be misheard,
    by the names of whose call it is; `known` is what a work list knew of the customer when
    the call was allowed.  `transferred` is whether another agent had it before and passed it to
    this desk: whoever they confirmed is confirmed anew.  A call that is led by keys alone has
    neither model nor channels.
    """

    language: str
    jurisdiction: str
    model: ModelFolder | None
    channels: tuple[Wanted, ...]
    collector: Collector | None = None
    account: Account | None = None
    number: str | None = None
    isolated: bool = False
    corrector_for: Callable[[Account | None], Corrector] = _as_heard
    terms: RecordingTerms | None = None
    known: CallHeader | None = None
    transferred: bool = False


@dataclass(slots=True)
class PreparedLive:
    """A live run that is ready to start; its source is muted, unmuted and stopped through it."""

    run: CallRun
    pacer: Pacer
    source: LiveSource
    call: str


def prepare_live(
    call: LiveCall,
    *,
    call_id: str,
    guidance: Guidance,
    deliver: Callable[[Delivery], None],
    notice: Callable[[str], None],
    keeper: CallKeeper | None = None,
    loaded: Callable[[], None] = lambda: None,
    zone: str,
) -> PreparedLive:
    """Open the devices and wire everything; nothing is captured before `PreparedLive.run.start`.

    Raises:
        MissingPart: there is no PortAudio, or a device cannot be opened.
    """
    model = call.model
    if model is None:
        raise MissingPart("no speech model was chosen", "Name one, or lead the call by keys.")
    source = LiveSource(call.channels, rate_hz=model.rate_hz, clock=time.monotonic, notice=notice)
    pacer = LivePacer(time.monotonic)

    run = CallRun(
        session=guidance.session(),
        call=call_id,
        begin=lambda: live_start(call, guidance, zone, datetime.now(UTC)),
        source=source,
        load=lambda: open_model(
            model,
            isolated=call.isolated,
            restarted=lambda restart: notice(restart_line(restart)),
        ),
        pacer=pacer,
        deliver=deliver,
        clock=time.monotonic,
        keeper=keeper,
        notice=notice,
        loaded=loaded,
        correct=call.corrector_for(call.account).correct,
        correct_for=lambda account: call.corrector_for(account).correct,
        clock_set=clock_set_here(),
        microphone=lambda opened: source.unmute() if opened else source.mute(),
    )
    return PreparedLive(run, pacer, source, call_id)


def live_start(call: LiveCall, guidance: Guidance, zone: str, now: datetime) -> CallStarted:
    """The first event of a call that begins `now`, a time with an offset."""
    header = live_header(call, now)
    started = _started(call, header, VerificationPolicy.AGENT, guidance, zone, now)
    return replace(started, recording=call.terms)


def live_header(call: LiveCall, now: datetime) -> CallHeader:
    """What is known when a call begins `now`, with what a work list knew of it."""
    header = header_of(call, now, call.number)
    if call.transferred:
        header = replace(header, facts={**header.facts, TRANSFERRED: True})
    known = call.known
    if known is None:
        return header
    return replace(
        header,
        customer_timezone=header.customer_timezone or known.customer_timezone,
        customer_state=header.customer_state or known.customer_state,
        facts={**header.facts, **known.facts},
        contacts=known.contacts,
        account=header.account or known.account,
    )


def live_strategy(
    call: LiveCall, guidance: Guidance, account: Account, now: datetime
) -> Chosen | None:
    """What an account's case asks for in a call that begins `now`; `None` where no flow guides.

    What a list knew of the customer whom it was about is not true of another one's account.
    """
    own = call.account is None or call.account.id == account.id
    theirs = replace(call, account=account, known=call.known if own else None)
    return guidance.strategy(account, live_header(theirs, now))


RESTARTED_WHOLE = N_(
    "The speech recogniser stopped and was started again within {seconds} s; what was said"
    " meanwhile has been recognised."
)
RESTARTED_LATE = N_(
    "The speech recogniser stopped and was started again within {seconds} s; some seconds before"
    " could not be recognised."
)


def restart_line(restart: Restart) -> Told:
    """What the user is told when a recogniser died and another took over."""
    told = RESTARTED_LATE if restart.unheard else RESTARTED_WHOLE
    return Told(told, seconds=f"{restart.took_s:.1f}")


def new_call_id(now: datetime, entropy: bytes) -> str:
    """An id that sorts by time and is a file name everywhere: `20261123t101500-3fa94c`."""
    return f"{now.astimezone(UTC):%Y%m%dt%H%M%S}-{hashlib.sha256(entropy).hexdigest()[:6]}"
