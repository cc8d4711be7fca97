"""A kept call played again: position, pace, jumps, and what was on the screen at each moment.

Owns `Replay`.  The stored inputs, fed to a fresh session, give what was seen then; whatever the
session has answered once is remembered, so that a jump back shows the answers up to there and a
jump forward feeds the inputs up to there, and neither can differ from playing straight through.
It starts no thread and draws nothing: whoever shows the call asks it for what is due, several times
a second, and its clock is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.events import SCHEMA, Envelope, Input, Output
from assistant.training.plan import ReplayPlan

SPEEDS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0)
"""Paces offered; 1 is the pace of the call."""

_AHEAD = 20


class Session(Protocol):
    """What answers inputs with outputs; `assistant.session.CallSession` is one."""

    def receive(self, event: Input) -> list[Output]: ...


class Voice(Protocol):
    """What plays the sound; `assistant.speech.playback.Player` is one.  Samples of `rate_hz`."""

    @property
    def position(self) -> int: ...

    @property
    def playing(self) -> bool: ...

    @property
    def lost(self) -> bool: ...

    def play_from(self, sample: int, speed: float = 1.0) -> None: ...

    def pause(self) -> None: ...

    def feed(self) -> None: ...

    def close(self) -> None: ...


class ReplayClock:
    """Where a replay is without sound: it moves by the wall clock, times the speed.

    Args:
        now: monotonic seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._from_s = 0.0
        self._since = now()
        self._speed = 1.0

    @property
    def position_s(self) -> float:
        """Seconds of call time."""
        return self._from_s + (self._now() - self._since) * self._speed

    def play_from(self, position_s: float, speed: float) -> None:
        """Run from here on."""
        self._from_s, self._speed, self._since = position_s, speed, self._now()


@dataclass(frozen=True, slots=True)
class Shown:
    """What a screen has to do: fold `envelopes`, after forgetting everything if `afresh`."""

    envelopes: tuple[Envelope, ...]
    afresh: bool = False


class Replay:
    """One kept call, played.

    Args:
        plan: the call, laid out.
        call: its id, for the envelopes.
        session: a fresh session with the rules and the script of the call.
        now: monotonic seconds.
        voice: what plays the sound; `None` is silent.
        rate_hz: samples a second of the voice's positions.
    """

    def __init__(
        self,
        plan: ReplayPlan,
        *,
        call: str,
        session: Session,
        now: Callable[[], float],
        voice: Voice | None = None,
        rate_hz: int = 8000,
    ) -> None:
        self._plan = plan
        self._call = call
        self._session = session
        self._clock = ReplayClock(now)
        self._voice = voice
        self._rate_hz = rate_hz
        self._answers: list[Envelope] = []
        # After how many answers each input had been taken; the first stands for none.
        self._answered = [0]
        self._taken = 0
        self._from_s = 0.0
        # Without sound, and where the sound ends before the call does, the wall clock leads.
        self._by_clock = voice is None
        self.speed = 1.0
        self.playing = False

    # ---- where it is -------------------------------------------------------------------------

    @property
    def plan(self) -> ReplayPlan:
        """The call, laid out."""
        return self._plan

    @property
    def position_s(self) -> float:
        """The call time that is being heard, seconds, at most the call's end."""
        if not self.playing:
            here_s = self._from_s
        elif self._voice is None or self._by_clock:
            here_s = self._clock.position_s
        else:
            here_s = self._voice.position / self._rate_hz
        return min(max(0.0, here_s), self._plan.duration_s)

    @property
    def over(self) -> bool:
        """Whether the last input has been shown."""
        return self._taken == len(self._plan.inputs)

    # ---- what the keys ask -------------------------------------------------------------------

    def play(self) -> None:
        """Go on from where it stands; at the end there is nothing to go on with."""
        if not self.playing and not self.over:
            self._play_from(self.position_s)

    def pause(self) -> None:
        """Stand still and be silent."""
        if not self.playing:
            return
        self._from_s = self.position_s
        self.playing = False
        if self._voice is not None:
            self._voice.pause()

    def set_speed(self, speed: float) -> None:
        """Play at `speed` times the pace of the call; the nearest that is offered."""
        here_s = self.position_s
        self.speed = min(SPEEDS, key=lambda offered: abs(offered - speed))
        if self.playing:
            self._play_from(here_s)

    def change_speed(self, by: int) -> None:
        """The next faster (1) or slower (-1) pace that is offered."""
        place = SPEEDS.index(self.speed) + by
        self.set_speed(SPEEDS[min(max(place, 0), len(SPEEDS) - 1)])

    def seek(self, position_s: float) -> Shown:
        """Go to a moment; what is to be shown is what was seen at that moment."""
        was_playing = self.playing
        self.pause()
        here_s = min(max(0.0, position_s), self._plan.duration_s)
        self._from_s = here_s
        self._taken = self._plan.due(0, here_s)
        self._feed_until(self._taken)
        if was_playing and not self.over:
            self._play_from(here_s)
        return Shown(self._between(0, self._taken), afresh=True)

    def step(self, by: int) -> Shown:
        """The next utterance (1), or the beginning of this one, then the one before (-1)."""
        return self.seek(self._plan.step(self.position_s, by))

    def jump_to_flag(self, by: int) -> Shown | None:
        """The next flag (1) or the one before (-1); `None` where there is none that way."""
        here_s = self.position_s
        there_s = self._plan.flag(here_s, by)
        return self.seek(there_s) if there_s != here_s else None

    # ---- what is due -------------------------------------------------------------------------

    def tick(self) -> Shown:
        """What has become due since the last time; keeps the sound going.

        Call it several times a second.  Beyond what is due a few inputs are fed beforehand, so that
        a jump forward later has less to do.
        """
        if self._voice is not None and self.playing:
            self._keep_sounding(self._voice)
        taken = self._taken
        if self.playing:
            self._taken = self._plan.due(taken, self.position_s)
        self._feed_until(self._taken)
        if self.over:
            self.pause()
        self._feed_until(min(len(self._answered) - 1 + _AHEAD, len(self._plan.inputs)))
        return Shown(self._between(taken, self._taken))

    def close(self) -> None:
        """Let the sound device go."""
        self.playing = False
        if self._voice is not None:
            self._voice.close()

    def _play_from(self, position_s: float) -> None:
        self.playing = True
        self._by_clock = self._voice is None
        self._clock.play_from(position_s, self.speed)
        if self._voice is not None:
            self._voice.play_from(round(position_s * self._rate_hz), self.speed)

    def _keep_sounding(self, voice: Voice) -> None:
        """Feed the device; where it has gone or has no more to play, the wall clock goes on."""
        voice.feed()
        if self._by_clock or (voice.playing and not voice.lost):
            return
        self._clock.play_from(self.position_s, self.speed)
        self._by_clock = True
        if voice.lost:
            voice.close()
            self._voice = None

    def _feed_until(self, count: int) -> None:
        while (fed := len(self._answered) - 1) < count:
            for output in self._session.receive(self._plan.inputs[fed]):
                self._answers.append(Envelope(SCHEMA, self._call, len(self._answers), output))
            self._answered.append(len(self._answers))

    def _between(self, first: int, last: int) -> tuple[Envelope, ...]:
        """The answers to the inputs from `first` up to `last`."""
        return tuple(self._answers[self._answered[first] : self._answered[last]])


def outputs_of(inputs: Sequence[Input], session: Session) -> tuple[Output, ...]:
    """Everything a fresh session answers to a kept call's inputs."""
    return tuple(output for event in inputs for output in session.receive(event))
