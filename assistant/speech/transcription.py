"""Recordings to transcripts, offline.

Owns one plain loop: chunks of a recording through a recogniser for each channel, in chunk order,
finals out as utterances.  One thread, no pace, no session: whoever wants rules, stages or partials
runs the recording as a call.  The same file and model always give the same utterances.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from assistant.speech.corrections import Corrector
from assistant.speech.recogniser import FinalHypothesis, Hypothesis, SpeechModel
from assistant.speech.recording import Recording, SourceChannel
from compliance.transcript import Utterance, Word

_NEVER = 2**62  # after this sample: no utterance of a finished channel can begin any more


def transcribe(
    recording: Recording, model: SpeechModel, corrector: Corrector | None = None
) -> Iterator[Utterance]:
    """The utterances of a recording in the order in which they began, then by channel.

    Args:
        recording: open, at the model's rate, not yet iterated over.
        model: open.
        corrector: mends what is known to be misheard; without one, all stays as it was heard.

    Yields:
        Finals; `index` counts from 0, `id` is `u` and the index, times are seconds from the first
        sample.  An utterance comes out when no earlier one can follow any more.

    Raises:
        AssistantError: the recogniser failed.
    """
    recognisers = [model.recogniser(channel.rate_hz) for channel in recording.channels]
    merge = _Merge(recording.channels, corrector or Corrector())
    for chunk in recording:
        merge.take(chunk.channel, recognisers[chunk.channel].accept(chunk.pcm))
        yield from merge.ready()
    for channel, recogniser in enumerate(recognisers):
        merge.take(channel, recogniser.finish())
        merge.close(channel)
    yield from merge.ready()


class _Merge:
    """Finals of several channels, each in order by itself, put in order of their beginnings."""

    def __init__(self, channels: tuple[SourceChannel, ...], corrector: Corrector) -> None:
        self._channels = channels
        self._corrector = corrector
        # A coming utterance of the channel begins at this sample or later.
        self._next_start = [0] * len(channels)
        self._waiting: list[tuple[int, int, FinalHypothesis]] = []  # a heap by (start, channel)
        self._count = 0

    def take(self, channel: int, hypotheses: Iterable[Hypothesis]) -> None:
        for final in hypotheses:
            if isinstance(final, FinalHypothesis) and final.words:
                heapq.heappush(self._waiting, (final.words[0].start, channel, final))
                self._next_start[channel] = final.words[-1].end

    def close(self, channel: int) -> None:
        self._next_start[channel] = _NEVER

    def ready(self) -> Iterator[Utterance]:
        earliest = min((start, channel) for channel, start in enumerate(self._next_start))
        while self._waiting and self._waiting[0][:2] < earliest:
            _, channel, final = heapq.heappop(self._waiting)
            yield self._utterance(self._channels[channel], final)
            self._count += 1

    def _utterance(self, channel: SourceChannel, heard: FinalHypothesis) -> Utterance:
        final = self._corrector.correct(channel.speaker, heard)
        assert isinstance(final, FinalHypothesis)
        words = tuple(
            Word(
                word.text, word.start / channel.rate_hz, word.end / channel.rate_hz, word.confidence
            )
            for word in final.words
        )
        return Utterance(
            id=f"u{self._count}",
            index=self._count,
            speaker=channel.speaker,
            text=final.text,
            words=words,
            start_s=words[0].start_s,
            end_s=words[-1].end_s,
        )
