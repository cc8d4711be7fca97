"""Sound that must not be heard: it is silenced on its way, and what was silenced is known.

Owns the step between a source and whoever keeps or recognises its sound.  While the microphone is
closed, whatever a source still gives becomes silence of the same length, so that the call clock
goes on; when it opens again, each channel's silenced stretch is told as a gap.  A source that was
told to close its devices tells the same stretch in its own measure: both are told as one.  One
thread takes what the source gives; the two switches may be thrown from another.
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
    """The switches: `held` by the agent's key, `refused` by the customer.

    `device` is whether the source closes its devices meanwhile, and tells that too.
    """

    device: bool = False
    held: bool = False
    refused: bool = False
    _silenced: dict[int, _Silenced] = field(default_factory=dict)
    _over: dict[int, _Silenced] = field(default_factory=dict)  # and not told by the source yet

    @property
    def reason(self) -> str:
        """Why sound is silenced now: `refused`, `paused`, or empty where it is not."""
        if self.refused:
            return REFUSED
        return PAUSED if self.held else ""

    def take(self, chunk: Chunk) -> tuple[Chunk, tuple[AudioGap, ...]]:
        """The chunk to pass on, and the gaps of its channel that ended before it."""
        reason, channel = self.reason, chunk.channel
        gaps: list[AudioGap] = []
        before = self._silenced.get(channel)
        if before is not None and before.reason != reason:
            del self._silenced[channel]
            if self.device and not reason:
                self._over[channel] = before
            else:
                gaps.append(_gap(channel, before))
            before = None
        if not reason:
            if chunk.level_db > SILENCE_DB and channel in self._over:
                gaps.append(_gap(channel, self._over.pop(channel)))
            return chunk, tuple(gaps)
        end = chunk.start_sample + chunk.samples
        if before is None:
            if channel in self._over:
                gaps.append(_gap(channel, self._over.pop(channel)))
            self._silenced[channel] = _Silenced(chunk.start_sample, end, reason)
        else:
            before.end = end
        return Chunk(channel, chunk.start_sample, bytes(len(chunk.pcm)), SILENCE_DB), tuple(gaps)

    def lacking(self, gap: AudioGap) -> AudioGap | None:
        """A gap that the source tells, as it is to be passed on; `None` where it is told later."""
        if gap.reason != PAUSED:
            return gap
        end = gap.sample + gap.samples
        now = self._silenced.get(gap.channel)
        if now is not None:
            now.start, now.end = min(now.start, gap.sample), max(now.end, end)
            return None
        over = self._over.pop(gap.channel, None)
        if over is None:
            return gap
        over.start, over.end = min(over.start, gap.sample), max(over.end, end)
        return _gap(gap.channel, over)

    def finish(self) -> Iterator[AudioGap]:
        """The gaps that are not told yet at the end of the sound, by channel."""
        for stretches in (self._over, self._silenced):
            for channel in sorted(stretches):
                yield _gap(channel, stretches[channel])
            stretches.clear()


def _gap(channel: int, silenced: _Silenced) -> AudioGap:
    return AudioGap(channel, silenced.start, silenced.end - silenced.start, silenced.reason)
