"""Puts a live call together: account, rules, script, terms of recording, and sound or none.

Owns the wiring of a call that happens now.  It opens no device and starts no thread; whoever runs
the call does.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from assistant import __version__
from assistant.composition import Guidance, restart_line
from assistant.events import CallStarted, RecordingTerms, VerificationPolicy
from assistant.live_sound import DeskKind, LiveSound
from assistant.pacing import Pacer
from assistant.pipeline import CallKeeper, CallRun, Delivery
from assistant.speech.corrections import Corrector
from assistant.speech.models import ModelFolder, open_model
from assistant.speech.no_sound import ClockSource, DeafModel
from assistant.speech.recogniser import SpeechModel
from compliance.context import CallHeader, Collector
from scripts.account import Account, content_hash, ledger


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that is about to happen.

    `model` and `sound` are absent where `kind` is `NO_AUDIO`.  `number` is the number called, where
    it is known.
    """

    kind: DeskKind
    language: str
    jurisdiction: str
    terms: RecordingTerms
    collector: Collector | None = None
    account: Account | None = None
    model: ModelFolder | None = None
    sound: LiveSound | None = None
    number: str | None = None
    corrector: Corrector = field(default_factory=Corrector)


@dataclass(frozen=True, slots=True)
class LiveRun:
    """A live call that is ready to start."""

    run: CallRun
    call: str


def live_header(call: LiveCall, now: datetime) -> CallHeader:
    """What is known as the call begins; `now` carries an offset."""
    account = call.account
    return CallHeader(
        jurisdiction=call.jurisdiction,
        language=call.language,
        collector=call.collector,
        started_at=now,
        customer_timezone=(account.customer_timezone or None) if account else None,
        customer_state=(account.customer_state or None) if account else None,
        verified=False,
        facts=dict(account.facts) if account else {},
        account=ledger(account) if account else None,
        number=call.number,
    )


def prepare_live_call(
    call: LiveCall,
    *,
    call_id: str,
    guidance: Guidance,
    deliver: Callable[[Delivery], None],
    notice: Callable[[str], None],
    zone: str,
    keeper: CallKeeper | None = None,
    loaded: Callable[[], None] = lambda: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> LiveRun:
    """Wire everything; nothing runs before `LiveRun.run.start`, nothing is heard before `connect`.

    Args:
        call: what call it is.
        call_id: its id.
        guidance: rules and script.
        deliver: takes outputs.
        notice: told one line the user should see.
        zone: of this desk, an IANA name.
        keeper: where the call is kept; `None` keeps nothing.
        loaded: told when the model is open.
        now: the wall clock, with an offset.
    """
    account = call.account

    def begin() -> CallStarted:
        at = now()
        return CallStarted(
            header=live_header(call, at),
            policy=VerificationPolicy.AGENT,
            version=__version__,
            started_at_utc=at.astimezone(UTC).isoformat(timespec="milliseconds"),
            zone=zone,
            rules_hash=guidance.rules.content_hash,
            scripts_hash=guidance.scripts_hash,
            model=call.model.name if call.model is not None else "",
            model_hash=call.model.content_hash() if call.model is not None else "",
            account_hash=content_hash(account) if account is not None else "",
            account=account,
            recording=call.terms,
        )

    # A device gives sound when it has some; without one the wall clock leads.
    pacer = Pacer(None if call.sound is not None else 1.0, time.monotonic)
    run = CallRun(
        session=guidance.session(),
        call=call_id,
        begin=begin,
        source=call.sound.source if call.sound is not None else ClockSource(),
        load=lambda: _opened(call, notice),
        pacer=pacer,
        deliver=deliver,
        clock=time.monotonic,
        keeper=keeper,
        notice=notice,
        loaded=loaded,
        correct=call.corrector.correct,
        microphone=call.sound.microphone if call.sound is not None else lambda _open: None,
    )
    return LiveRun(run, call_id)


def _opened(call: LiveCall, notice: Callable[[str], None]) -> SpeechModel:
    if call.model is None or call.sound is None:
        return DeafModel()
    # In a process of its own: should the recogniser die, the call goes on.
    return open_model(
        call.model,
        isolated=True,
        restarted=lambda restart: notice(restart_line(restart)),
    )
