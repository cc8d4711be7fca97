"""The work of the source's thread: sound is taken from its source and released at its pace.

Owns how much sound is under way: of a recording at most `_IN_FLIGHT` chunks a channel, so that a
slow part slows the source and never loses sound; live sound goes on at once.  What is held or
refused is silenced here, before anything keeps or recognises it.  It starts no thread.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from assistant.call_writing import CallWriting
from assistant.clock_watch import LONGEST_ASLEEP_S
from assistant.events import AudioGap, DriftMeasured
from assistant.hushing import Hush
from assistant.listening import Released
from assistant.pacing import Pacer
from assistant.speech.recording import Chunk, SourceChannel
from compliance.errors import AssistantError, place_of

# Ten seconds of sound per channel between source and session.
_IN_FLIGHT = 100


class AudioSource(Protocol):
    """Where sound comes from: a recording or devices.

    Beside chunks it may give what it knows of them: stretches that are missing, a clock that runs
    apart.  A `live` source cannot be slowed: what is not recognised yet waits in memory.
    """

    @property
    def live(self) -> bool: ...

    @property
    def channels(self) -> tuple[SourceChannel, ...]: ...

    def stop(self) -> None:
        """Give no more; safe from any thread."""

    @property
    def lost_samples(self) -> int:
        """Samples per channel that were promised and never came; known after iteration."""

    def __iter__(self) -> Iterator[Chunk | AudioGap | DriftMeasured]: ...


class SoundRelease:
    """The way of the sound from its source to the recognisers.

    Args:
        source: iterated once, by `work`.
        sounds: a queue for each channel; `None` is put after its last chunk.
        pacer: when sound is released.
        hush: silences what is not to be heard.
        put: takes what the source tells beside sound.
        writing: where sound is kept; `None`: nowhere.
        stopping: set when the call is to end.
        stop: ends the call for a reason.

    `failure` is what went wrong with the source, once its work is over.
    """

    def __init__(
        self,
        source: AudioSource,
        sounds: Sequence[queue.SimpleQueue[Released | None]],
        *,
        pacer: Pacer,
        hush: Hush,
        put: Callable[[AudioGap | DriftMeasured], None],
        writing: CallWriting | None,
        stopping: threading.Event,
        stop: Callable[[str], None],
    ) -> None:
        self.failure: AssistantError | None = None
        self._source = source
        self._channels = source.channels
        self._sounds = sounds
        self._pacer = pacer
        self._hush = hush
        self._put = put
        self._writing = writing
        self._stopping = stopping
        self._stop = stop
        self._credits = [threading.Semaphore(_IN_FLIGHT) for _ in sounds]
        self._deaf: set[int] = set()

    def taken(self, channel: int) -> None:
        """One of the channel's chunks is through; safe from another thread."""
        self._credits[channel].release()

    def deafen(self, channel: int) -> None:
        """Nobody listens to the channel any more; safe from another thread."""
        self._deaf.add(channel)

    def work(self) -> None:
        """Release the sound to its end; the body of the source's thread."""
        try:
            for given in self._source:
                if not isinstance(given, Chunk):
                    told = self._hush.lacking(given) if isinstance(given, AudioGap) else given
                    if told is not None:
                        self._put(told)
                        self._asleep(told)
                    continue
                chunk, gaps = self._hush.take(given)
                for gap in gaps:
                    self._put(gap)
                end_sample = chunk.start_sample + chunk.samples
                due_s = self._pacer.wait(end_sample / self._channels[chunk.channel].rate_hz)
                if due_s is None or self._stopping.is_set():
                    break
                if self._writing is not None:
                    self._writing.put(chunk)
                if self._take_credit(chunk.channel):
                    self._sounds[chunk.channel].put(Released(chunk, due_s))
        except AssistantError as error:
            self.failure = error
        except Exception as error:  # noqa: BLE001 - the top of a thread: always reported
            self.failure = AssistantError(
                f"The sound could not be read on ({type(error).__name__} in {place_of(error)})",
                "What was heard until then is there.",
            )
        finally:
            for gap in self._hush.finish():
                self._put(gap)
            for sound in self._sounds:
                sound.put(None)

    def _asleep(self, told: AudioGap | DriftMeasured) -> None:
        """End a call over which the machine slept for longer than anybody waits."""
        if (
            isinstance(told, AudioGap)
            and told.reason == "suspended"
            and not self._stopping.is_set()
        ):
            asleep_s = told.samples / self._channels[told.channel].rate_hz
            if asleep_s > LONGEST_ASLEEP_S:
                self._stop("suspended")

    def _take_credit(self, channel: int) -> bool:
        """Whether the chunk may go on; not where its recogniser is dead or the call is stopping.

        Live sound goes on at once, since there is nobody to slow.
        """
        if self._source.live:
            return channel not in self._deaf
        while channel not in self._deaf and not self._stopping.is_set():
            if self._credits[channel].acquire(timeout=0.2):
                return True
        return False
