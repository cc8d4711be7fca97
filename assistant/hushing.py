"""Sound that must not be heard: it is silenced on its way, and what was silenced is known.

Owns the step between a source and whoever keeps or recognises its sound.  While the microphone is
closed, whatever a source still gives becomes silence of the same length, so that the call clock
goes on; when it opens again, each channel's silenced stretch is told as a gap.  One thread takes
chunks; the two switches may be thrown from another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.events import AudioGap
from assistant.speech.recording import SILENCE_DB, Chunk

PAUSED = "paused"
REFUSED = "refused"


@dataclass(slots=True)
class _Silenced:
    start: int
    end: int
    reason: str


@dataclass(slots=True)
class Hush:
    """The switches: `held` by the agent's key, `refused` by the customer."""

    held: bool = False
    refused: bool = False
    _silenced: dict[int, _Silenced] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """Why sound is silenced now: `refused`, `paused`, or empty where it is not."""
        if self.refused:
            return REFUSED
        return PAUSED if self.held else ""

    def take(self, chunk: Chunk) -> tuple[Chunk, AudioGap | None]:
        """The chunk to pass on, and the gap of its channel that ended before it."""
        reason = self.reason
        before = self._silenced.get(chunk.channel)
        gap = None
        if before is not None and before.reason != reason:
            gap = self._end(chunk.channel)
            before = None
        if not reason:
            return chunk, gap
        end = chunk.start_sample + chunk.samples
        if before is None:
            self._silenced[chunk.channel] = _Silenced(chunk.start_sample, end, reason)
        else:
            before.end = end
        return Chunk(chunk.channel, chunk.start_sample, bytes(len(chunk.pcm)), SILENCE_DB), gap

    def finish(self) -> Iterator[AudioGap]:
        """The gaps that last to the end of the sound, by channel."""
        for channel in sorted(self._silenced):
            yield self._end(channel)

    def _end(self, channel: int) -> AudioGap:
        silenced = self._silenced.pop(channel)
        return AudioGap(channel, silenced.start, silenced.end - silenced.start, silenced.reason)
