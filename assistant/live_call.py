"""A live call's run, with sound or without.

Owns the choice between the two, and the wiring of a call that is led by keys: a clock in place of
sound.  It starts no thread and shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from assistant.call_writing import CallKeeper
from assistant.clock_watch import boottime, clock_set_here
from assistant.guidance import Guidance
from assistant.live_composition import LiveCall, live_start, prepare_live
from assistant.pacing import Pacer
from assistant.pipeline import CallRun, Delivery
from assistant.speech.no_sound import ClockSource, DeafModel


def live_run(
    call: LiveCall,
    *,
    call_id: str,
    guidance: Guidance,
    deliver: Callable[[Delivery], None],
    notice: Callable[[str], None],
    zone: str,
    keeper: CallKeeper | None = None,
    loaded: Callable[[], None] = lambda: None,
) -> CallRun:
    """The run of a call; nothing is heard before it is started and connected.

    Args:
        call: what call it is; without channels it is led by keys.
        call_id: its id.
        guidance: rules and script.
        deliver: takes outputs.
        notice: told one line the user should see.
        zone: of this desk, an IANA name.
        keeper: where the call is kept; `None` keeps nothing.
        loaded: told when the call can begin.

    Raises:
        MissingPart: there is no PortAudio, or a device cannot be opened.
    """
    if call.channels:
        return prepare_live(
            call,
            call_id=call_id,
            guidance=guidance,
            deliver=deliver,
            notice=notice,
            keeper=keeper,
            loaded=loaded,
            zone=zone,
        ).run
    return CallRun(
        session=guidance.session(),
        call=call_id,
        begin=lambda: live_start(call, guidance, zone, datetime.now(UTC)),
        source=ClockSource(),
        load=DeafModel,
        pacer=Pacer(1.0, boottime),  # the call goes on while the machine sleeps
        deliver=deliver,
        clock=boottime,
        keeper=keeper,
        notice=notice,
        loaded=loaded,
        clock_set=clock_set_here(),
    )
