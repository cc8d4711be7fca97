"""A call that runs, as a process of its own, to be killed or starved."""

from __future__ import annotations

import os
from collections.abc import Callable

from assistant.event_codec import EventCodec
from assistant.events import AudioAdvanced, CallEnded, Input, PartialRecognised
from assistant.record.keeping import keep_call
from assistant.record.locations import Locations
from assistant.record.opening import Doors
from tests.record.invented import RATE_HZ, Chunk, envelopes, inputs, tone

# Two channels, a tenth of a second at a time.
STEP = RATE_HZ // 10
TONES = [
    [tone(channel, start, STEP) for start in range(0, 60 * RATE_HZ, STEP)] for channel in (0, 1)
]


def event(step: int) -> Input:
    """The event of a step; event 0 to 2 are the start and the channels."""
    if step % 2:
        return AudioAdvanced(0, step * STEP, -30.0)
    return PartialRecognised(1, step * STEP, f"word {step}")


def run(
    places: Locations,
    call: str,
    doors: Doors,
    *,
    steps: int,
    pause: Callable[[int], None],
    codec: EventCodec | None = None,
    end: bool = True,
) -> None:
    """Keep a call of `steps` tenths of a second; `pause` is called when a step was handed over."""
    with keep_call(places, call, doors, codec=codec) as writer:
        writer.append(envelopes(inputs()[:3], call))
        for step in range(steps):
            for channel in (0, 1):
                writer.append_audio(Chunk(channel, step * STEP, TONES[channel][step]))
            writer.append(envelopes((event(step),), call, 3 + step))
            pause(step)
        if end:
            ended = CallEnded(steps * STEP, "end_of_recording")
            writer.append(envelopes((ended,), call, 3 + steps))


def in_a_child(body: Callable[[], None]) -> int:
    """Run `body` in a process of its own; its id."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        body()
        status = 0
    finally:
        os._exit(status)
