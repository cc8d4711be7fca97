"""Recognition in a child process, and going on when it dies.

Owns a `SpeechModel` whose recognisers live in processes of their own (`recognition_lines`).  A
native abort there takes no call with it: the recogniser is started again and hears once more what
it had since its last final, so that no word is lost and every time stays right.  Sound that keeps
killing it is left out and told as unheard, never passed over in silence.

On Linux one process opens the model and forks a recogniser for each channel: memory is shared, one
channel's abort does not touch the other, and a new recogniser is ready in milliseconds even where
the model takes twenty seconds to open.  Elsewhere each recogniser's process opens the model itself:
twice the memory, and a restart takes as long as opening.  It starts no thread: every exchange is a
write and a read with a time limit.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.speech.recogniser import (
    BYTES_PER_SAMPLE,
    FinalHypothesis,
    Hypothesis,
    PartialHypothesis,
    UnheardStretch,
)
from assistant.speech.recognition_lines import Died, Line, Mother, Starter
from assistant.speech.vosk_adapter import AnswerReader, check_rate
from compliance.errors import AssistantError

# Kept beyond a final: Vosk may not have decoded the last frames when it saw the endpoint.
OVERLAP_S = 1.0
FRAME_S = 0.03  # a frame of the network; Vosk counts so whatever the model says
# The same stretch of sound is tried so often; what still kills the recogniser is left out.
TRIES = 3
# More restarts than this within a minute of sound: the model or the machine is broken.
MOST_RESTARTS = 30
RESTARTS_WITHIN_S = 60.0

FORKS = sys.platform == "linux"  # macOS forbids forking a process that has used its frameworks


@dataclass(frozen=True, slots=True)
class Restart:
    """A recogniser died and another took over.

    `sample` is the position in the stream; `heard_again` samples were recognised once more and
    `unheard` left out; `took_s` is wall clock from noticing the death to having caught up.
    """

    sample: int
    heard_again: int
    unheard: int
    took_s: float


class ChildModel:
    """A `SpeechModel` in a process of its own.

    Args:
        path: a folder that `models` has checked.
        name: what users call it.
        rate_hz: the rate it was made for.
        forks: whether one process opens the model for all recognisers; see above.
        restarted: told of every restart, in the thread that was recognising.
        clock: monotonic seconds.

    Raises:
        AssistantError: no process can be started, or the model does not open or decode in it.
    """

    def __init__(
        self,
        path: Path,
        *,
        name: str,
        rate_hz: int,
        forks: bool = FORKS,
        restarted: Callable[[Restart], None] = lambda _restart: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._rate_hz = rate_hz
        self._starter = Starter(path, name, rate_hz)
        self._restarted = restarted
        self._clock = clock
        self._lock = threading.Lock()  # two channels may find their recognisers dead at once
        self._mother: Mother | None = None
        self._spare: Line | None = None
        if forks:
            self._mother = self._starter.mother()
        else:
            self._spare = self._starter.line()

    @property
    def name(self) -> str:
        return self._name

    @property
    def rate_hz(self) -> int:
        return self._rate_hz

    def recogniser(self, rate_hz: int) -> ChildRecogniser:
        check_rate(rate_hz, self._rate_hz, self._name)
        return ChildRecogniser(lambda: self._line(rate_hz), rate_hz, self._restarted, self._clock)

    def _line(self, rate_hz: int) -> Line:
        """A line to a fresh recogniser."""
        for attempt in range(2):
            try:
                line = self._fresh()
                line.begin(rate_hz)
            except (Died, OSError):
                if attempt:
                    break
            else:
                return line
        raise AssistantError(
            f"The recogniser of the speech model {self._name} cannot be started again",
            "Run `assistant models verify` on the model; restart this computer",
        )

    def _fresh(self) -> Line:
        with self._lock:
            if self._mother is None:
                line, self._spare = self._spare, None
                return line or self._starter.line()
            try:
                return self._mother.line()
            except OSError:  # it died as well: open the model anew
                self._mother.close()
                self._mother = self._starter.mother()
                return self._mother.line()


class ChildRecogniser:
    """A `Recogniser` in a process of its own."""

    def __init__(
        self,
        connect: Callable[[], Line],
        rate_hz: int,
        restarted: Callable[[Restart], None],
        clock: Callable[[], float],
    ) -> None:
        self._connect = connect
        self._rate_hz = rate_hz
        self._restarted = restarted
        self._clock = clock
        self._line = connect()
        self._reader = AnswerReader(rate_hz)
        # Sound since the last final, and where it begins: what a new recogniser must hear.
        self._kept: deque[bytes] = deque()
        self._kept_from = 0
        self._tries = 0
        self._restarts: deque[int] = deque()

    @property
    def rate_hz(self) -> int:
        return self._rate_hz

    @property
    def process_id(self) -> int:
        """The process that recognises now."""
        return self._line.process_id

    def accept(self, pcm: bytes, *, partials: bool = True) -> list[Hypothesis]:
        if len(pcm) % BYTES_PER_SAMPLE:
            raise ValueError("16-bit sound has an even number of bytes")
        if not pcm:
            return []
        try:
            heard = self._hear(pcm, partials=partials)
        except Died:
            return self._recover()
        self._tries = 0
        return heard

    def finish(self) -> list[Hypothesis]:
        heard: list[Hypothesis] = []
        while True:
            try:
                heard += self._reader.settle(self._line.finish())
            except Died:
                heard += self._recover()
            else:
                self._line.close()
                return heard

    def _hear(self, pcm: bytes, *, partials: bool = True) -> list[Hypothesis]:
        """One stretch of sound through the process; kept before it is sent."""
        self._kept.append(pcm)
        self._reader.sample += len(pcm) // BYTES_PER_SAMPLE
        ended, answer = self._line.accept(pcm, partials=partials)
        if not ended:
            return self._reader.grow(answer) if partials else []
        finals = self._reader.settle(answer)
        spoken_until = max((word.end for final in finals for word in final.words), default=0)
        # Words of this final must not be heard twice, nor the beginning of the next one never.
        overlap_from = self._reader.sample - round(OVERLAP_S * self._rate_hz)
        # On the grid of frames of this stream: shifted frames can turn a doubtful word over.
        frame = round(FRAME_S * self._rate_hz)
        self._forget_until(-(-max(spoken_until, overlap_from) // frame) * frame)
        return [*finals]

    def _forget_until(self, sample: int) -> None:
        while self._kept and self._kept_from < sample:
            first = self._kept[0]
            surplus = min(sample - self._kept_from, len(first) // BYTES_PER_SAMPLE)
            self._kept_from += surplus
            if surplus * BYTES_PER_SAMPLE == len(first):
                self._kept.popleft()
            else:
                self._kept[0] = first[surplus * BYTES_PER_SAMPLE :]

    def _recover(self) -> list[Hypothesis]:
        """Let a fresh process hear what the dead one had; returns what that changed."""
        begun_s = self._clock()
        told = self._reader.text
        begin = self._kept_from
        end = begin + sum(map(len, self._kept)) // BYTES_PER_SAMPLE
        heard: list[Hypothesis] = []
        unheard = 0
        while True:
            self._count_restart(end)
            self._tries += 1
            if self._tries > TRIES:
                unheard = end - self._kept_from
                heard += self._leave_out(end, told)
                told = ""
            waiting = deque(self._kept)
            self._kept.clear()
            self._line.close()
            self._line = self._connect()
            self._reader = AnswerReader(self._rate_hz, first_sample=self._kept_from, text=told)
            try:
                while waiting:
                    heard += self._hear(waiting.popleft())
                break
            except Died:
                # Finals from before it died again are settled: they are not heard once more.
                self._kept.extend(waiting)
                heard = [each for each in heard if not isinstance(each, PartialHypothesis)]
                told = "" if any(isinstance(each, FinalHypothesis) for each in heard) else told
        took_s = self._clock() - begun_s
        self._restarted(Restart(end, end - begin - unheard, unheard, took_s))
        return _without_growth(heard, told)

    def _leave_out(self, end: int, told: str) -> list[Hypothesis]:
        """Give up the sound that no recogniser survives."""
        lost = UnheardStretch(sample=end, start=self._kept_from, samples=end - self._kept_from)
        self._kept.clear()
        self._kept_from = end
        self._tries = 0
        return [*([FinalHypothesis(end, "")] if told else []), lost]

    def _count_restart(self, sample: int) -> None:
        self._restarts.append(sample)
        while self._restarts[0] < sample - round(RESTARTS_WITHIN_S * self._rate_hz):
            self._restarts.popleft()
        if len(self._restarts) > MOST_RESTARTS:
            raise AssistantError(
                f"The speech recogniser died {MOST_RESTARTS} times within a minute of sound",
                "Run `assistant models verify` on the model, or use another one",
            )


def _without_growth(heard: list[Hypothesis], told: str) -> list[Hypothesis]:
    """What was heard again, without the partials on the way to what had been told already."""
    settled: list[Hypothesis] = []
    last: PartialHypothesis | None = None
    for each in heard:
        if isinstance(each, PartialHypothesis):
            last = each
        else:
            settled.append(each)
            last = None
            told = "" if isinstance(each, FinalHypothesis) else told
    return [*settled, last] if last is not None and last.text != told else settled
