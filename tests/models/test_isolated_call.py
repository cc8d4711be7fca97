"""A whole call whose recognisers are killed: nothing that was said is lost, nothing is late."""

import signal
from collections.abc import Callable
from functools import cache

import psutil
import pytest

from assistant.composition import RecordedCall, prepare, restart_line
from assistant.demo.calls import demonstration_call
from assistant.events import Ended, GapHeard, UtteranceFinal, VerificationPolicy
from assistant.guidance import load_guidance
from assistant.pipeline import Delivery
from assistant.speech.child import FORKS, Restart
from assistant.speech.models import demonstration_model
from compliance.context import Collector
from scripts.account import load_account


def run(
    language: str, *, isolated: bool, during: Callable[[float], None] = lambda _call_s: None
) -> tuple[list[UtteranceFinal], list[str], list[object]]:
    """Utterances, notices and all other outputs of the demonstration call, as fast as it goes."""
    shown = demonstration_call(language)
    call = RecordedCall(
        audio=shown.audio,
        language=language,
        jurisdiction=shown.jurisdiction,
        model=demonstration_model(language[:2]),
        policy=VerificationPolicy.HEARD,
        collector=Collector(shown.collector),
        account=load_account(shown.account),
        speed=None,
        isolated=isolated,
    )
    outputs: list[object] = []
    notices: list[str] = []

    def deliver(delivery: Delivery) -> None:
        for envelope in delivery.envelopes:
            outputs.append(envelope.event)
            call_s = getattr(envelope.event, "call_s", None)
            if call_s is not None:
                during(call_s)

    guidance = load_guidance(shown.jurisdiction, language, Collector(shown.collector))
    prepared = prepare(
        call,
        zone="UTC",
        call_id="isolated",
        guidance=guidance,
        deliver=deliver,
        notice=notices.append,
    )
    prepared.run.run()
    return [each for each in outputs if isinstance(each, UtteranceFinal)], notices, outputs


@cache
def undisturbed(language: str) -> list[UtteranceFinal]:
    return run(language, isolated=False)[0]


def said(utterances: list[UtteranceFinal]) -> list[tuple[str, str]]:
    return sorted((each.speaker, word.text) for each in utterances for word in each.words)


def test_an_isolated_call_is_the_same_call() -> None:
    utterances, notices, _ = run("en-US", isolated=True)
    assert utterances == undisturbed("en-US")
    assert notices == []


@pytest.mark.parametrize("language", ["en-US", "zh-TW"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGABRT])
def test_killing_every_recogniser_in_mid_call_loses_no_word(
    language: str, how: signal.Signals
) -> None:
    moments = [12.0, 31.0, 50.0]
    killed = 0

    def during(call_s: float) -> None:
        nonlocal killed
        if moments and call_s >= moments[0]:
            moments.pop(0)
            for process in psutil.Process().children(recursive=True):
                # With forks the recognisers are the children of the process that has the model.
                if not FORKS or process.parent() != psutil.Process():
                    process.send_signal(how)
                    killed += 1

    utterances, notices, outputs = run(language, isolated=True, during=during)
    assert killed >= 6
    assert len(notices) == killed
    assert said(utterances) == said(undisturbed(language))
    for mine, theirs in zip(
        sorted(utterances, key=lambda each: each.start_s),
        sorted(undisturbed(language), key=lambda each: each.start_s),
        strict=True,
    ):
        assert mine.text == theirs.text
        assert mine.start_s == pytest.approx(theirs.start_s, abs=0.1)
        assert mine.end_s == pytest.approx(theirs.end_s, abs=0.1)
    assert not any(isinstance(each, GapHeard) for each in outputs)
    assert isinstance(outputs[-1], Ended)
    assert outputs[-1].reason == "end_of_recording"
    for notice in notices:
        assert float(notice.split(" within ")[1].split(" s")[0]) < 1.0


def test_the_user_is_told_whether_anything_was_lost() -> None:
    assert "has been recognised" in restart_line(Restart(8_000, 4_000, 0, 0.2))
    assert "could not be recognised" in restart_line(Restart(8_000, 0, 4_000, 0.2))
