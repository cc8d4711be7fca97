"""A call screen with a long call on it, for the repaint benchmark; run on a pseudo-terminal.

python -m tests.benchmarks.full_screen UTTERANCES
"""

from __future__ import annotations

import sys
import threading

from assistant.app import CallApp
from assistant.demo.calls import demonstration_call
from assistant.events import (
    SCHEMA,
    Act,
    CallStarted,
    ChannelOpened,
    Envelope,
    FinalRecognised,
    Input,
    Output,
    RecognisedWord,
    VerificationPolicy,
)
from assistant.guidance import load_guidance
from assistant.rule_texts import CollectorTexts
from assistant.screens.setup import CallSetup
from compliance.context import CallHeader, Collector
from compliance.transcript import Speaker
from scripts.account import load_account

BEGAN = "2026-11-24T15:30:00.000+00:00"
LINES = (
    "thank you for holding i have your account here in front of me now",
    "i lost my job in march and i have been looking for work ever since",
    "we can look at smaller payments that fit what you have each month",
    "that would help me a lot thank you i was worried about this call",
    "if you do not pay you will be arrested on monday morning",
)


class _StillDesk:
    """A desk that only fills the screen."""

    def __init__(self, outputs: list[Envelope]) -> None:
        self.outputs = outputs
        self.app: CallApp | None = None

    def ready(self) -> None:
        assert self.app is not None
        # As a run does it: from another thread, when the screen is up.
        threading.Timer(1.0, self.app.deliver, (self.outputs,)).start()

    def connect(self) -> None: ...

    def act(self, act: Act, argument: str = "") -> None: ...

    def identifier_said(self, identifier: str, said: str) -> None: ...

    def end(self) -> None: ...


def outputs(utterances: int) -> list[Envelope]:
    """What a session made of a call of so many utterances, two seconds each."""
    guidance = load_guidance("us", "en-US", Collector.AGENCY)
    session = guidance.session()
    header = CallHeader("us", "en-US", Collector.AGENCY, verified=False)
    account = load_account(demonstration_call("en-US").account)
    inputs: list[Input] = [
        CallStarted(
            header, VerificationPolicy.AGENT, "0", BEGAN, "UTC", "", "", "none", "", "", account
        ),
        ChannelOpened(0, "agent", Speaker.AGENT, 8000),
        ChannelOpened(1, "customer", Speaker.CUSTOMER, 8000),
    ]
    for number in range(utterances):
        text = LINES[number % len(LINES)]
        start = number * 16000
        words = text.split()
        step = 14000 // len(words)
        inputs.append(
            FinalRecognised(
                number % 2,
                start + 15000,
                text,
                tuple(
                    RecognisedWord(word, start + place * step, start + (place + 1) * step, 1.0)
                    for place, word in enumerate(words)
                ),
            )
        )
    made: list[Output] = [output for event in inputs for output in session.receive(event)]
    return [Envelope(SCHEMA, "benchmark", seq, output) for seq, output in enumerate(made)]


def main(utterances: int) -> None:
    account = load_account(demonstration_call("en-US").account)
    guidance = load_guidance("us", "en-US", Collector.AGENCY)
    setup = CallSetup(
        CollectorTexts(guidance.rules, Collector.AGENCY),
        "en-US",
        "us",
        account=account,
        brief=False,
    )
    desk = _StillDesk(outputs(utterances))
    desk.app = CallApp(setup, desk)
    desk.app.run_to_end()


if __name__ == "__main__":
    main(int(sys.argv[1]))
