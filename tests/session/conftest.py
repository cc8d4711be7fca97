"""What the session's tests share: the American rules and script, and inputs made from text."""

from __future__ import annotations

import functools

from assistant.demo.calls import demonstration_call
from assistant.events import (
    CallStarted,
    ChannelOpened,
    FinalRecognised,
    Input,
    PartialRecognised,
    RecognisedWord,
    VerificationPolicy,
)
from assistant.guidance import Guidance, load_guidance
from compliance.context import CallHeader, Collector
from compliance.transcript import Speaker
from scripts.account import Account, load_account

RATE_HZ = 8000


@functools.cache
def guidance() -> Guidance:
    return load_guidance("us", "en-US", Collector.AGENCY)


@functools.cache
def account() -> Account:
    return load_account(demonstration_call("en-US").account)


def started(
    policy: VerificationPolicy = VerificationPolicy.AGENT, *, with_account: bool = True
) -> CallStarted:
    return CallStarted(
        header=CallHeader("us", "en-US", Collector.AGENCY, verified=False),
        policy=policy,
        version="0",
        started_at_utc="2026-11-24T15:30:00.000+00:00",
        zone="UTC",
        rules_hash="r",
        scripts_hash="s",
        model="scripted",
        model_hash="m",
        account_hash="a",
        account=account() if with_account else None,
    )


def opened() -> list[Input]:
    return [
        ChannelOpened(0, "agent", Speaker.AGENT, RATE_HZ),
        ChannelOpened(1, "customer", Speaker.CUSTOMER, RATE_HZ),
    ]


def final(channel: int, sample: int, text: str) -> FinalRecognised:
    words = text.split()
    begin = max(0, sample - RATE_HZ * 2)
    step = (sample - begin) // max(1, len(words))
    return FinalRecognised(
        channel,
        sample,
        text,
        tuple(
            RecognisedWord(word, begin + place * step, begin + (place + 1) * step, 0.9)
            for place, word in enumerate(words)
        ),
    )


def partial(channel: int, sample: int, text: str) -> PartialRecognised:
    return PartialRecognised(channel, sample, text)
