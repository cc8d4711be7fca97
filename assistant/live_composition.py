"""Puts a live call together: devices, models, names to listen for, pace and keeping become one run.

Owns what a live call has beside what every run has (`composition`).  It starts no thread and shows
nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from assistant.call_writing import CallKeeper
from assistant.clock_watch import clock_set_here
from assistant.composition import (
    as_heard,
    call_started,
    header_of,
    restart_line,
)
from assistant.events import CallStarted, RecordingTerms, VerificationPolicy
from assistant.guidance import Guidance
from assistant.pacing import LivePacer, Pacer
from assistant.pipeline import CallRun, Delivery
from assistant.speech.capture import LiveSource
from assistant.speech.corrections import Corrector
from assistant.speech.desk import Wanted
from assistant.speech.models import ModelFolder, open_model
from compliance.context import TRANSFERRED, CallHeader, Collector
from compliance.errors import MissingPart
from scripts.account import Account
from scripts.strategy import Chosen


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
    corrector_for: Callable[[Account | None], Corrector] = as_heard
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
    started = call_started(call, header, VerificationPolicy.AGENT, guidance, zone, now)
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
