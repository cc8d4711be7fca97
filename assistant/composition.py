"""Puts a call together: rules, script, account, sound, model and pace become one run.

Owns the wiring that every command shares, so that a demonstration, a replay and a live call differ
in what they pass here and in nothing else.  It starts no thread and shows nothing.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from assistant import __version__
from assistant.call_writing import CallKeeper
from assistant.demo.calls import DeskAct
from assistant.events import AgentActed, CallStarted, VerificationPolicy
from assistant.guidance import Guidance
from assistant.interface_text import N_, Told
from assistant.pacing import Pacer
from assistant.pipeline import CallRun, Delivery
from assistant.speech.child import Restart
from assistant.speech.corrections import Corrector
from assistant.speech.models import ModelFolder, open_model
from assistant.speech.recording import Recording
from compliance.context import CallHeader, Collector
from scripts.account import Account, content_hash, ledger


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


def call_started(
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
        begin=lambda: call_started(
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


def as_heard(_account: Account | None) -> Corrector:
    """Leaves everything as it was heard."""
    return Corrector()


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
