"""Kept inputs of invented calls for the replay tests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from assistant.events import (
    Act,
    AgentActed,
    AudioAdvanced,
    AudioGap,
    CallEnded,
    CallStarted,
    ChannelOpened,
    FinalRecognised,
    Input,
    PartialRecognised,
    RecognisedWord,
    VerificationPolicy,
)
from assistant.speech.playback import Player
from compliance.context import CallHeader, Collector
from compliance.transcript import Speaker

RATE_HZ = 8000
"""Samples a second of the invented channels."""

SAID = (
    (0, 1.0, "hello this call is recorded am i speaking with jordan lee"),
    (1, 5.0, "yes that's me"),
    (0, 8.0, "we will not contact your family or your employer"),
    (0, 13.0, "pay this week or you will be arrested"),
    (1, 18.0, "please don't do that i lost my job"),
    (0, 22.0, "i am sorry i take that back nobody will be arrested"),
)
"""Channel, begin in seconds, words."""


def start() -> CallStarted:
    """The first input."""
    return CallStarted(
        header=CallHeader(
            jurisdiction="us", language="en-US", collector=Collector.AGENCY, verified=False
        ),
        policy=VerificationPolicy.AGENT,
        version="0.1.0",
        started_at_utc="2026-10-07T02:14:00+00:00",
        zone="America/New_York",
        rules_hash="",
        scripts_hash="",
        model="demonstration model",
        model_hash="",
        account_hash="",
    )


def inputs() -> list[Input]:
    """A call of half a minute: partials word by word, finals, keys, a gap, the end."""
    timed: list[tuple[float, Input]] = []
    for channel, begin_s, text in SAID:
        words = text.split()
        spans = [
            (round((begin_s + 0.3 * n) * RATE_HZ), round((begin_s + 0.3 * n + 0.25) * RATE_HZ))
            for n in range(len(words))
        ]
        for count in range(1, len(words) + 1):
            sample = spans[count - 1][1] + 800
            partial = PartialRecognised(channel, sample, " ".join(words[:count]))
            timed.append((sample / RATE_HZ, partial))
        settled = spans[-1][1] + 4000
        recognised = tuple(
            RecognisedWord(word, *span, 0.9) for word, span in zip(words, spans, strict=True)
        )
        timed.append((settled / RATE_HZ, FinalRecognised(channel, settled, text, recognised)))
    for half_second in range(1, 60):
        for channel in (0, 1):
            sample = half_second * RATE_HZ // 2
            timed.append((half_second / 2, AudioAdvanced(channel, sample, -30.0)))
    timed += [
        (7.0, AgentActed(Act.VERIFIED, 7 * RATE_HZ)),
        (20.0, AgentActed(Act.MOMENT_MARKED, 20 * RATE_HZ)),
        (28.0, AudioGap(1, 28 * RATE_HZ, 4000, "overrun")),
    ]
    timed.sort(key=lambda one: one[0])
    return [
        start(),
        ChannelOpened(0, "agent", Speaker.AGENT, RATE_HZ),
        ChannelOpened(1, "customer", Speaker.CUSTOMER, RATE_HZ),
        *(event for _at_s, event in timed),
        CallEnded(30 * RATE_HZ, "hung_up"),
    ]


class HandClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Hush:
    """Silence to play."""

    rate_hz = RATE_HZ

    def __init__(self, seconds: float) -> None:
        self.samples = round(seconds * RATE_HZ)

    def frames(self, start: int, stop: int) -> npt.NDArray[np.int16]:
        return np.zeros((stop - start, 1), dtype=np.int16)


class Stream:
    """A device stream as far as a player looks at it."""

    def __init__(self) -> None:
        self.active = True
        self.closed = False

    def close(self) -> None:
        self.closed = True


def listen(player: Player, seconds: float) -> None:
    """The device asks for sound, as long as it plays, in blocks of 50 ms."""
    for _block in range(round(seconds * 20)):
        player.feed()
        player.fill(np.zeros((RATE_HZ // 20, 2), dtype=np.float32))
