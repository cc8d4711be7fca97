"""Keeps of a live call what its terms allow, from when they allow it.

Owns the filter between a running call and its writer: how much is kept (sound, words, findings),
and that nothing reaches the disk before the recording notice where that must come first.  What was
said before is not kept afterwards either: the record begins with the call's head, tells a gap, and
goes on with the notice.  It decides nothing: the session says by `RecordingChanged` how it stands.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from typing import get_args

from assistant.events import (
    SCHEMA,
    AccountLinked,
    AgentActed,
    AudioGap,
    CallStarted,
    ChannelOpened,
    Envelope,
    FinalRecognised,
    FindingChanged,
    Input,
    Keep,
    PartialRecognised,
    RecordingChanged,
    RecordingState,
    TaskRaised,
    TaskWithdrawn,
    UtteranceDropped,
    UtteranceFinal,
    UtterancePartial,
)
from assistant.record.sound import SoundChunk
from assistant.record.writer import CallWriter

_INPUTS = get_args(Input)
# What may be told of a call before its notice: that it was, whose, which keys were pressed, and
# what it gave others to do, which names words and holds none.
_HEAD = (
    CallStarted,
    ChannelOpened,
    AgentActed,
    AccountLinked,
    RecordingChanged,
    TaskRaised,
    TaskWithdrawn,
)
_WORDS = (
    PartialRecognised,
    FinalRecognised,
    UtterancePartial,
    UtteranceFinal,
    UtteranceDropped,
)


class ConsentingWriter:
    """A `CallWriter` in front of another; used by one thread, as that is.

    Args:
        writer: what keeps on disk; it is given nothing before it may.
        keep: how much of the call is kept; `NOTHING` keeps nothing.

    `began` is whether anything of the call is on disk.
    """

    def __init__(self, writer: CallWriter, keep: Keep) -> None:
        self._writer = writer
        self._keep = keep
        self._open = False
        self._decided = False  # whether it was said how the recording stands
        self._early: list[SoundChunk] = []  # sound that came before that was said
        self._head: list[Envelope] = []
        self._channels: list[int] = []
        self._moment: list[Envelope] = []  # the last input and what followed from it
        self._dropped: deque[int] = deque(maxlen=16)  # numbers of events that are not kept
        self._reached: dict[int, int] = {}
        self.began = False

    def append(self, envelopes: Sequence[Envelope]) -> None:
        """See `CallWriter`; what may not be kept is left out."""
        if self._keep is Keep.NOTHING:
            return
        passing: list[Envelope] = []
        for envelope in envelopes:
            if self._open:
                passing.append(envelope)
                continue
            passing += self._before(envelope)
        kept = [fit for fit in map(self._fitting, passing) if fit is not None]
        if kept:
            self._writer.append(kept)
            self.began = True
        if self._decided:
            early, self._early = self._early, []
            for chunk in early:
                self.append_audio(chunk)

    def append_audio(self, chunk: SoundChunk) -> None:
        """See `CallWriter`; sound that may not be kept is left out, and its place stays silent."""
        if self._keep is not Keep.AUDIO:
            return
        if not self._decided:
            self._early.append(chunk)
        elif self._open:
            self._writer.append_audio(chunk)

    def close(self) -> None:
        """See `CallWriter`."""
        if self.began:
            self._writer.close()

    def _before(self, envelope: Envelope) -> list[Envelope]:
        """Hold what is the call's head; once recording is on, give it with what came with it."""
        event = envelope.event
        if isinstance(event, _INPUTS):
            self._forget()
            self._moment = []
        self._moment.append(envelope)
        self._decided |= isinstance(event, RecordingChanged)
        if isinstance(event, RecordingChanged) and event.state is RecordingState.ON:
            self._open = True
            given, self._moment = self._moment, []
            head = sorted([*self._head, *self._gaps(given)], key=attrgetter("seq"))
            return [*head, *given]
        return []

    def _forget(self) -> None:
        """What the last input was may be dropped now, unless it belongs to the head."""
        for envelope in self._moment:
            event = envelope.event
            if isinstance(event, _HEAD):
                self._head.append(envelope)
                if isinstance(event, ChannelOpened):
                    self._channels.append(event.channel)
                continue
            self._dropped.append(envelope.seq)
            channel, sample = getattr(event, "channel", None), getattr(event, "sample", None)
            if isinstance(event, _INPUTS) and isinstance(channel, int) and sample is not None:
                self._reached[channel] = max(self._reached.get(channel, 0), sample)

    def _gaps(self, given: Sequence[Envelope]) -> list[Envelope]:
        """For each channel, what of it is not kept; up to the words of the notice."""
        notice = given[0].event
        reached = dict(self._reached)
        if isinstance(notice, FinalRecognised) and notice.words:
            reached[notice.channel] = min(
                reached.get(notice.channel, notice.words[0].start), notice.words[0].start
            )
        call = given[0].call
        channels = [channel for channel in self._channels if reached.get(channel)]
        numbers = sorted(self._dropped)[-len(channels) :] if channels else []
        return [
            Envelope(SCHEMA, call, seq, AudioGap(channel, 0, reached[channel], "before_notice"))
            for channel, seq in zip(channels, numbers, strict=False)
        ]

    def _fitting(self, envelope: Envelope) -> Envelope | None:
        """The event as it may be kept; `None` where it may not."""
        event = envelope.event
        if self._keep is not Keep.FINDINGS:
            return envelope
        if isinstance(event, _WORDS):
            return None
        if isinstance(event, FindingChanged):
            bare = replace(event.finding, found_by=None, start=0, end=0)
            return replace(envelope, event=replace(event, finding=bare, quote=""))
        return envelope
