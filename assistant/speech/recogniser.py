"""What a speech recogniser is to the rest of the house.

Owns the two protocols `Recogniser` (one channel's stream) and `SpeechModel` (opened once, shared by
all channels) and the hypotheses they answer with.  Only bytes go in and only frozen values come
out, so that an adapter can live in this process or in a child of it.  Nothing here knows Vosk, a
file, a device, a thread or the call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from assistant.events import RecognisedWord

BYTES_PER_SAMPLE = 2


@dataclass(frozen=True, slots=True)
class PartialHypothesis:
    """What the current utterance sounds like so far.

    `sample` is how much sound of the stream the recogniser had, in samples at its rate.  Sent only
    when the text differs from the one before; the text is never empty.
    """

    sample: int
    text: str


@dataclass(frozen=True, slots=True)
class FinalHypothesis:
    """An endpoint: the hypothesis is settled and the next utterance begins.

    `sample` is how much sound the recogniser had.  `words` carry their times in samples of the
    stream from its first sample on.  Empty text follows partials that turned out to be no speech;
    silence without partials gives no hypothesis at all.  Where a correction changed it, `heard` is
    what it was before.
    """

    sample: int
    text: str
    words: tuple[RecognisedWord, ...] = ()
    heard: tuple[RecognisedWord, ...] = ()


@dataclass(frozen=True, slots=True)
class UnheardStretch:
    """Sound that was not recognised: `samples` from `start` on were left out.

    `sample` is how much sound the recogniser had been given, `reason` as in `AudioGap`.  What was
    said there is not assessable.
    """

    sample: int
    start: int
    samples: int
    reason: str = "recogniser_failed"


Hypothesis = PartialHypothesis | FinalHypothesis | UnheardStretch


class Recogniser(Protocol):
    """One channel's stream.  Used by one thread; not shared."""

    @property
    def rate_hz(self) -> int:
        """Samples a second that `accept` expects; also the unit of all times it gives."""

    def accept(self, pcm: bytes, *, partials: bool = True) -> list[Hypothesis]:
        """Take the next stretch of sound: signed 16-bit little-endian mono samples, any length.

        Returns what changed by it, oldest first; often nothing.  Without `partials` only what is
        settled is told, which is less work.  Sound must follow on without
        holes, because word times count samples from the first one: whoever lost some sound feeds
        silence of the same length.

        Raises:
            AssistantError: the recogniser failed and cannot go on.
        """

    def finish(self) -> list[Hypothesis]:
        """End the stream and settle what is open.  Nothing may be accepted afterwards.

        Raises:
            AssistantError: the recogniser failed.
        """


class SpeechModel(Protocol):
    """An open model.  Shared by threads; gives each channel its own recogniser."""

    @property
    def name(self) -> str:
        """The model's name as users see it."""

    @property
    def rate_hz(self) -> int:
        """The sample rate the model was made for; feed recognisers at this rate."""

    def recogniser(self, rate_hz: int) -> Recogniser:
        """A new recogniser for sound of `rate_hz` samples a second.

        Raises:
            AssistantError: the rate is below the model's, or the recogniser cannot be made.
        """
