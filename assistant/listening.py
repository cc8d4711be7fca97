"""The work of a recogniser's thread: one channel's chunks in, what was heard in them out.

Owns what is passed on of a recogniser's hypotheses: no word that is a tone or music on the line,
and finals alone while those sound or live sound has fallen behind.  What goes wrong is told of the
channel.  It starts no thread and judges nothing.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.merging import ChannelFailed, Heard
from assistant.speech.line_tones import LineTones
from assistant.speech.recogniser import (
    FinalHypothesis,
    Hypothesis,
    PartialHypothesis,
    Recogniser,
    UnheardStretch,
)
from assistant.speech.recording import SILENCE_DB, Chunk, SourceChannel
from compliance.errors import AssistantError, place_of
from compliance.transcript import Speaker

# Recognition of live sound this far behind gives finals only until it has caught up.
_THIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Released:
    """A chunk on its way to its recogniser; `due_s` is the wall time at which it was due."""

    chunk: Chunk
    due_s: float


def listen(
    number: int,
    channel: SourceChannel,
    recogniser: Recogniser,
    sounds: queue.SimpleQueue[Released | None],
    *,
    live: bool,
    clock: Callable[[], float],
    put: Callable[[Heard | ChannelFailed], None],
) -> None:
    """Recognise a channel until its sound ends.

    Args:
        number: of the channel.
        channel: what it is.
        recogniser: used here alone.
        sounds: its chunks in order, `None` after the last.
        live: whether its sound cannot be slowed.
        clock: monotonic seconds.
        put: takes results; the last one is the flush, or the failure.
    """
    try:
        end_sample = 0
        tones = LineTones(channel.rate_hz, music=channel.speaker is not Speaker.AGENT)
        while (released := sounds.get()) is not None:
            chunk = released.chunk
            # What falls behind saves itself the partials first; no sound is ever left out.
            behind = live and clock() - released.due_s > _THIN_S
            tones.take(chunk)
            end_sample = chunk.start_sample + chunk.samples
            heard = recogniser.accept(chunk.pcm, partials=not behind)
            hypotheses = _without(tones, heard, end_sample)
            lag_s = max(0.0, clock() - released.due_s)
            put(Heard(number, end_sample, chunk.level_db, hypotheses, lag_s))
        flushed = _without(tones, recogniser.finish(), end_sample, last=True)
        put(Heard(number, end_sample, SILENCE_DB, flushed, 0.0, last=True))
    except AssistantError as error:
        put(ChannelFailed(number, error))
    except Exception as error:  # noqa: BLE001 - the top of a thread: always reported
        put(
            ChannelFailed(
                number,
                AssistantError(
                    f"Recognition of the {channel.name} channel failed"
                    f" ({type(error).__name__} in {place_of(error)})",
                    "The call goes on; this channel is not assessable from here.",
                ),
            )
        )


def _without(
    tones: LineTones, heard: Sequence[Hypothesis], end_sample: int, *, last: bool = False
) -> tuple[Hypothesis, ...]:
    """What was heard without words that are tones or music on the line; music is told instead."""
    told: list[Hypothesis] = []
    for start, end in tones.music.stretches(last=last) if tones.music is not None else ():
        told.append(UnheardStretch(end_sample, start, end - start, "music"))
    for said in heard:
        if isinstance(said, FinalHypothesis):
            told.append(tones.without(said))
        elif not (isinstance(said, PartialHypothesis) and said.text and tones.sounding):
            told.append(said)
    return tuple(told)
