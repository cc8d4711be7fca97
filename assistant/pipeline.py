"""The one place where threads start: sound in, session events out.

A run has a source thread that releases chunks at a pace, a recogniser thread per channel, a session
thread that merges what they heard by audio position and then channel, and, where something is kept,
a writer thread.  The session itself is pure and lives in the session thread alone.  What the source
thread does is `releasing`, what a recogniser's does `listening`; both are bounded, so that a slow
part slows the source and never loses sound.  Live sound cannot be slowed: what recognition has not
taken yet waits in memory, and partials are left out until it has caught up.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.call_writing import CallKeeper, CallWriting
from assistant.events import (
    SCHEMA,
    AccountChanged,
    AccountLinked,
    Act,
    AgentActed,
    AudioAdvanced,
    AudioGap,
    CallEnded,
    CallStarted,
    ChannelOpened,
    ClockSet,
    DriftMeasured,
    Envelope,
    FinalRecognised,
    HoldChanged,
    Input,
    LagMeasured,
    Origin,
    Output,
    PartialRecognised,
    RecordingChanged,
    RecordingState,
)
from assistant.hushing import Hush
from assistant.listening import Released, listen
from assistant.merging import ChannelFailed, ChannelMerge, Heard
from assistant.pacing import Pacer
from assistant.releasing import AudioSource, SoundRelease
from assistant.session import CallSession
from assistant.speech.recogniser import (
    FinalHypothesis,
    Hypothesis,
    SpeechModel,
    UnheardStretch,
)
from assistant.speech.recording import SourceChannel
from compliance.errors import AssistantError, place_of
from compliance.transcript import Speaker
from scripts.account import Account, content_hash

_DECIDES_WHO_LISTENS = frozenset(
    (Act.VERIFIED, Act.VERIFICATION_WITHDRAWN, Act.THIRD_PARTY, Act.CUSTOMER_BACK)
)
# The call clock moves twice a second: calm to look at, exact enough for "stood for two seconds".
_CHUNKS_PER_TICK = 5
# Lag is told when it moved by this much, at most once a second of call time.
_LAG_STEP_S = 0.2
_CHUNKS_PER_LAG = 10


@dataclass(frozen=True, slots=True)
class Delivery:
    """Outputs of one step; `at_s` is wall clock seconds since the first sample was released."""

    at_s: float
    envelopes: tuple[Envelope, ...]


@dataclass(frozen=True, slots=True)
class _Acted:
    act: Act
    argument: str


@dataclass(frozen=True, slots=True)
class _Linked:
    account: Account
    origin: Origin


Correct = Callable[[Speaker, Hypothesis], Hypothesis]
"""Mends what is known to be misheard."""


class CallRun:
    """One call from its first sample to its last event.

    Args:
        session: a fresh session; it is used by the session thread alone.
        call: the call's id.
        begin: makes the first event when the first sample is about to be released.
        source: the sound; iterated once, in the source thread.
        load: opens the speech model; called in the session thread, so a screen can be up already.
        pacer: when sound is released.
        deliver: takes outputs, in the session thread; may block to slow the run.
        clock: monotonic seconds.
        desk: keys known beforehand (a demonstration), merged by audio position on channel 0.
        keeper: where the call is kept; `None` keeps nothing.
        notice: told one line the user should see (recording stopped being kept, a channel failed).
        loaded: told when the model is open.
        correct: mends what is known to be misheard; pure, called in the session thread.
        correct_for: what mends it once an account is linked, whose names are listened for from
            then on; without it nothing changes.
        microphone: told to close (`False`) and to open again, in the session thread; what still
            comes from the source meanwhile is neither kept nor recognised.
        clock_set: by how many seconds the wall clock was set since it was asked last.
    """

    def __init__(
        self,
        *,
        session: CallSession,
        call: str,
        begin: Callable[[], CallStarted],
        source: AudioSource,
        load: Callable[[], SpeechModel],
        pacer: Pacer,
        deliver: Callable[[Delivery], None],
        clock: Callable[[], float],
        desk: Sequence[AgentActed] = (),
        keeper: CallKeeper | None = None,
        notice: Callable[[str], None] = lambda _line: None,
        loaded: Callable[[], None] = lambda: None,
        correct: Correct = lambda _speaker, heard: heard,
        correct_for: Callable[[Account], Correct] | None = None,
        microphone: Callable[[bool], None] | None = None,
        clock_set: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._session = session
        self._call = call
        self._begin = begin
        self._source = source
        self._load = load
        self._pacer = pacer
        self._deliver = deliver
        self._clock = clock
        self._desk = deque(sorted(desk, key=lambda acted: acted.sample))
        self._notice = notice
        self._loaded = loaded
        self._correct = correct
        self._correct_for = correct_for
        self._microphone = microphone or (lambda _open: None)
        self._clock_set = clock_set
        self._hush = Hush(device=microphone is not None)
        self._connected = threading.Event()
        self._inbox: queue.SimpleQueue[
            Heard | ChannelFailed | _Acted | _Linked | AudioGap | DriftMeasured
        ] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._writing = (
            CallWriting(keeper, notice, may_wait=not source.live) if keeper is not None else None
        )
        self._writer: threading.Thread | None = None
        self._dead: dict[int, int] = {}  # deaf channels, and the position since when
        self._position = 0
        self._stop_reason = "cancelled"
        self._seq = 0
        self._zero_s = 0.0
        self._thread: threading.Thread | None = None
        self._failure: AssistantError | None = None

    def start(self, done: Callable[[AssistantError | None], None]) -> None:
        """Load in threads of its own; the sound begins with `connect`.

        `done` is told, in the session thread, how it ended: `None`, or what went wrong.
        """

        def body() -> None:
            try:
                self._run()
            except AssistantError as error:
                self._failure = error
            except Exception as error:  # noqa: BLE001 - the top of a thread: always reported
                self._failure = AssistantError(
                    f"The call could not go on ({type(error).__name__} in {place_of(error)})",
                    "What was kept so far is safe; please report this place.",
                )
            finally:
                self._stopping.set()
                self._pacer.stop()
                self._finish_writing()
            done(self._failure)

        self._thread = threading.Thread(target=body, name="session", daemon=True)
        self._thread.start()

    def run(self) -> None:
        """Run to the end; raises what went wrong."""
        self.connect()
        self.start(lambda _error: None)
        self.join()
        if self._failure is not None:
            raise self._failure

    def connect(self) -> None:
        """Let the sound begin, now or as soon as the model is open; safe from any thread."""
        self._connected.set()

    @property
    def failure(self) -> AssistantError | None:
        """What went wrong, once the run has ended."""
        return self._failure

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait for the end; returns whether it came."""
        if self._thread is None:
            return True
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def act(self, act: Act, argument: str = "") -> None:
        """A key of the agent; safe from any thread, never blocks."""
        self._inbox.put(_Acted(act, argument))

    def link(self, account: Account, origin: Origin) -> None:
        """Whose call it is; safe from any thread, never blocks.  Before the call it begins so."""
        self._inbox.put(_Linked(account, origin))

    def stop(self, reason: str = "cancelled") -> None:
        """End the call at the sound released so far; what was heard is still recognised.

        `reason` is told in the last event: `cancelled`, `hung_up` where the agent ended it, or
        `suspended` where the machine slept over it.
        """
        self._stop_reason = reason
        self._stopping.set()
        self._connected.set()
        self._pacer.stop()
        self._source.stop()

    # ---- the session thread ----------------------------------------------------------------

    def _run(self) -> None:
        channels = self._source.channels
        model = self._load()
        self._loaded()
        self._connected.wait()
        if self._stopping.is_set():
            return
        sounds: list[queue.SimpleQueue[Released | None]] = [queue.SimpleQueue() for _ in channels]
        release = SoundRelease(
            self._source,
            sounds,
            pacer=self._pacer,
            hush=self._hush,
            put=self._inbox.put,
            writing=self._writing,
            stopping=self._stopping,
            stop=self.stop,
        )
        # Made here, in the order of the channels; each is then used by its own thread alone.
        recognisers = [model.recogniser(channel.rate_hz) for channel in channels]
        for number, channel in enumerate(channels):
            threading.Thread(
                target=listen,
                args=(number, channel, recognisers[number], sounds[number]),
                kwargs={
                    "live": self._source.live,
                    "clock": self._clock,
                    "put": self._inbox.put,
                },
                name=f"recogniser-{channel.name}",
                daemon=True,
            ).start()
        if self._writing is not None:
            self._writer = threading.Thread(target=self._writing.work, name="writer", daemon=True)
            self._writer.start()
        started = self._begin()
        self._zero_s = self._pacer.start()
        self._receive(started)
        for number, channel in enumerate(channels):
            self._receive(
                ChannelOpened(number, channel.name, channel.speaker, channel.rate_hz),
            )
        threading.Thread(target=release.work, name="source", daemon=True).start()
        self._merge(channels, release)

    def _merge(self, channels: tuple[SourceChannel, ...], release: SoundRelease) -> None:
        """Take results as they come; hand them on by audio position, then channel."""
        merge = ChannelMerge(len(channels))
        told_lag_s = [0.0] * len(channels)
        block = 0
        while not merge.over:
            item = self._inbox.get()
            if isinstance(item, _Acted):
                if item.act in _DECIDES_WHO_LISTENS:
                    # Somebody is at the keys: those known beforehand decide no more.
                    self._desk = deque(
                        key for key in self._desk if key.act not in _DECIDES_WHO_LISTENS
                    )
                self._receive(AgentActed(item.act, self._position, item.argument))
                continue
            if isinstance(item, _Linked):
                digest = content_hash(item.account)
                self._receive(AccountLinked(item.account, digest, item.origin, self._position))
                continue
            if isinstance(item, AudioGap | DriftMeasured):
                self._receive(item)
                continue
            merge.put(item)
            for results in merge.rounds():
                block += 1
                self._move_to(results)
                if block % _CHUNKS_PER_TICK == 0 and (set_s := self._clock_set()):
                    self._receive(ClockSet(self._position, round(set_s, 1)))
                for heard in results:
                    if isinstance(heard, ChannelFailed):
                        self._fail(heard, release)
                        continue
                    self._take(heard, release)
                    if block % _CHUNKS_PER_TICK == 0 or heard.last:
                        self._receive(
                            AudioAdvanced(heard.channel, heard.end_sample, heard.level_db)
                        )
                    if (
                        self._pacer.paced
                        and block % _CHUNKS_PER_LAG == 0
                        and abs(heard.lag_s - told_lag_s[heard.channel]) >= _LAG_STEP_S
                    ):
                        told_lag_s[heard.channel] = heard.lag_s
                        self._receive(
                            LagMeasured(heard.channel, heard.end_sample, round(heard.lag_s, 3), 0.0)
                        )
                    release.taken(heard.channel)
        self._finish(channels, release)

    def _move_to(self, results: tuple[Heard | ChannelFailed, ...]) -> None:
        """The call's position moves on, and with it the keys known beforehand."""
        reached = [heard.end_sample for heard in results if isinstance(heard, Heard)]
        if reached:
            while self._desk and self._desk[0].sample < reached[0]:
                self._receive(self._desk.popleft())
            self._position = max(self._position, reached[0])

    def _finish(self, channels: tuple[SourceChannel, ...], release: SoundRelease) -> None:
        """What was lost, and the end."""
        lost = self._source.lost_samples
        if lost:
            for number, channel in enumerate(channels):
                self._receive(AudioGap(number, self._position, lost, "truncated"))
                self._receive(
                    LagMeasured(number, self._position, 0.0, round(lost / channel.rate_hz, 3))
                )
        for number, since in sorted(self._dead.items()):
            # Deaf to the end, told once its length is known.
            self._receive(AudioGap(number, since, self._position - since, "recogniser_failed"))
        if release.failure is not None:
            self._receive(CallEnded(self._position, "failed"))
            raise release.failure
        reason = self._stop_reason if self._stopping.is_set() else "end_of_recording"
        self._receive(CallEnded(self._position, reason))

    def _fail(self, failed: ChannelFailed, release: SoundRelease) -> None:
        """A channel is deaf from here on; without any channel left the call ends."""
        self._dead[failed.channel] = self._position
        release.deafen(failed.channel)
        self._notice(str(failed.error))
        if len(self._dead) == len(self._source.channels):
            self._receive(CallEnded(self._position, "failed"))
            raise failed.error

    def _take(self, heard: Heard, release: SoundRelease) -> None:
        speaker = self._source.channels[heard.channel].speaker
        for said in heard.hypotheses:
            hypothesis = self._correct(speaker, said)
            if isinstance(hypothesis, FinalHypothesis):
                self._receive(
                    FinalRecognised(
                        heard.channel,
                        heard.end_sample,
                        hypothesis.text,
                        hypothesis.words,
                        hypothesis.heard,
                        cut=heard.last and self._broke_off(release),
                    )
                )
            elif isinstance(hypothesis, UnheardStretch):
                self._receive(
                    AudioGap(heard.channel, hypothesis.start, hypothesis.samples, hypothesis.reason)
                )
            else:
                self._receive(PartialRecognised(heard.channel, heard.end_sample, hypothesis.text))

    def _broke_off(self, release: SoundRelease) -> bool:
        """Whether the sound stopped short of its end, so that the last word may be half a word."""
        return (
            self._stopping.is_set()
            or release.failure is not None
            or bool(self._source.lost_samples)
        )

    def _receive(self, event: Input) -> None:
        taken = self._envelope(event)
        envelopes = tuple(self._envelope(output) for output in self._session.receive(event))
        for envelope in envelopes:
            self._listen(envelope.event)
        if self._writing is not None:
            for envelope in (taken, *envelopes):
                self._writing.put(envelope)
        if envelopes:
            self._deliver(Delivery(self._clock() - self._zero_s, envelopes))

    def _listen(self, output: Input | Output) -> None:
        """Close the microphone where the session says so, or open it; listen for other names."""
        before = self._hush.reason
        match output:
            case AccountChanged(account=account) if self._correct_for is not None:
                self._correct = self._correct_for(account)
                return
            case HoldChanged(held=held):
                self._hush.held = held
            case RecordingChanged(state=state):
                self._hush.refused = state is RecordingState.REFUSED
            case _:
                return
        if bool(before) is not bool(self._hush.reason):
            self._microphone(not self._hush.reason)

    def _finish_writing(self) -> None:
        """Wait until all is kept."""
        if self._writing is None or self._writer is None or not self._writer.is_alive():
            return
        if self._writing.finish():
            self._writer.join()

    def _envelope(self, event: Input | Output) -> Envelope:
        """Inputs and outputs share one sequence: the order in which things happened."""
        envelope = Envelope(SCHEMA, self._call, self._seq, event)
        self._seq += 1
        return envelope
