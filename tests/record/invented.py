"""An invented call as stored events: two channels of a tone, a breach, keys, an end."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.events import (
    SCHEMA,
    Act,
    AgentActed,
    AudioAdvanced,
    CallEnded,
    CallStarted,
    ChannelOpened,
    Ended,
    Envelope,
    FinalRecognised,
    FindingChanged,
    Input,
    MomentMarked,
    Output,
    PartialRecognised,
    RecognisedWord,
    UtteranceFinal,
    VerificationPolicy,
)
from compliance.context import CallHeader, Collector
from compliance.findings import (
    Finding,
    Kind,
    Message,
    Severity,
    Status,
    Verdict,
)
from compliance.transcript import Speaker

RATE_HZ = 8000


@dataclass(frozen=True, slots=True)
class Chunk:
    """What the source releases, as far as the record looks at it."""

    channel: int
    start_sample: int
    pcm: bytes


def started(started_at_utc: str = "2026-03-04T01:02:03+00:00") -> CallStarted:
    return CallStarted(
        header=CallHeader(jurisdiction="us", language="en-US", collector=Collector.AGENCY),
        policy=VerificationPolicy.AGENT,
        version="0.1.0",
        started_at_utc=started_at_utc,
        zone="America/New_York",
        rules_hash="r" * 64,
        scripts_hash="s" * 64,
        model="demonstration model",
        model_hash="m" * 64,
        account_hash="",
    )


def inputs() -> tuple[Input, ...]:
    return (
        started(),
        ChannelOpened(0, "agent", Speaker.AGENT, RATE_HZ),
        ChannelOpened(1, "customer", Speaker.CUSTOMER, RATE_HZ),
        PartialRecognised(0, 8000, "we will"),
        FinalRecognised(
            0,
            16000,
            "we will have you arrested",
            (RecognisedWord("we", 4000, 6000, 0.9), RecognisedWord("will", 6000, 9000, 1.0)),
        ),
        AudioAdvanced(0, 20000, -30.0),
        AudioAdvanced(1, 20000, float("-inf")),
        AgentActed(Act.MOMENT_MARKED, 21000),
        CallEnded(24000, "end_of_recording"),
    )


def finding(identity: str = "u1.US-03", status: Status = Status.CONFIRMED) -> Finding:
    return Finding(
        id=identity,
        rule="US-03",
        family="false_arrest",
        kind=Kind.FORBIDDEN,
        severity=Severity.CRITICAL,
        verdict=Verdict.BREACH,
        status=status,
        utterance_id="u1",
        utterance_index=0,
        start=8,
        end=25,
        start_s=1.2,
        end_s=2.0,
        explanation=Message("US-03.explanation"),
    )


def outputs(status: Status = Status.CONFIRMED) -> tuple[Output, ...]:
    return (
        UtteranceFinal("u1", 0, Speaker.AGENT, "we will have you arrested", (), 0.5, 2.0),
        FindingChanged(finding(status=status), "have you arrested", 2.0),
        MomentMarked(2.6),
        Ended(3.0, "end_of_recording", ("US-20",)),
    )


def envelopes(
    events: tuple[Input | Output, ...], call: str = "c1", first: int = 0
) -> list[Envelope]:
    return [Envelope(SCHEMA, call, first + n, event) for n, event in enumerate(events)]


def tone(channel: int, start: int, samples: int) -> bytes:
    """A tone whose every sample depends on its place, so that a shift would show."""
    step = 2 * math.pi * (300 + 200 * channel) / RATE_HZ
    return array(
        "h", (round(9000 * math.sin(step * n) + n % 7) for n in range(start, start + samples))
    ).tobytes()


def chunks(seconds: float, channels: int = 2, first: int = 0) -> Iterator[Chunk]:
    """100 ms chunks of each channel in turn."""
    for start in range(first, first + int(seconds * RATE_HZ), 800):
        for channel in range(channels):
            yield Chunk(channel, start, tone(channel, start, 800))
