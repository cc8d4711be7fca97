"""Kept demonstration calls replay into the same findings: sound, recogniser, store and all."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from assistant.composition import RecordedCall, prepare
from assistant.demo.calls import demonstration_call
from assistant.events import Envelope, FindingChanged, Input, Output, VerificationPolicy
from assistant.guidance import load_guidance
from assistant.pipeline import Delivery
from assistant.record.kept import CallState
from assistant.record.kept_sound import SideBySide
from assistant.record.locations import Locations
from assistant.record.store import CallStore
from assistant.speech.models import resolve_model
from assistant.speech.recording import Recording
from assistant.training.replay import outputs_of
from compliance.context import Collector
from scripts.account import load_account


@pytest.mark.parametrize("language", ["en-US", "zh-TW", "zh-CN"])
def test_a_kept_demonstration_replays_to_the_same_findings(tmp_path: Path, language: str) -> None:
    shown = demonstration_call(language)
    collector = Collector(shown.collector)
    guidance = load_guidance(shown.jurisdiction, language, collector)
    call = RecordedCall(
        audio=shown.audio,
        language=language,
        jurisdiction=shown.jurisdiction,
        model=resolve_model("demonstration", language).folder,
        policy=VerificationPolicy.AGENT,
        collector=collector,
        account=load_account(shown.account),
        speed=None,
        desk=shown.desk,
    )
    delivered: list[Envelope] = []

    def deliver(delivery: Delivery) -> None:
        delivered.extend(delivery.envelopes)

    notices: list[str] = []
    with CallStore(Locations(tmp_path)) as store:
        prepared = prepare(
            call,
            zone="UTC",
            call_id="demo",
            guidance=guidance,
            deliver=deliver,
            notice=notices.append,
            keeper=store.record("demo"),
        )
        prepared.run.connect()
        prepared.run.run()
        outputs: list[Output] = [envelope.event for envelope in delivered]  # type: ignore[misc]

        kept = store.call("demo")
        assert kept.state is CallState.WHOLE
        stored = [envelope.event for envelope in store.events("demo")]
        assert all(isinstance(event, get_args(Input)) for event in stored)
        again = outputs_of(stored, guidance.session())  # type: ignore[arg-type]  # as asserted
        assert list(again) == outputs

        last = {o.finding.id: o for o in outputs if isinstance(o, FindingChanged)}
        assert {found.finding.id: found for found in store.findings("demo")} == last
        assert kept.marks

        sound = store.sound("demo")
        assert sound is not None
        with sound:
            both = SideBySide(sound)
            assert both.samples == max(
                chunk.start_sample + len(chunk.pcm) // 2
                for chunk in Recording(shown.audio, rate_hz=both.rate_hz, channels=None)
            )
    assert not notices
