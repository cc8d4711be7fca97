"""A stored call replays into the same findings."""

from __future__ import annotations

from pathlib import Path

from assistant.events import SCHEMA, Envelope, FindingChanged, Output, UtteranceFinal
from assistant.guidance import Guidance
from assistant.record.locations import Locations
from assistant.record.store import CallStore
from assistant.training.replay import outputs_of
from tests.training.calls import inputs


def test_a_stored_call_replays_to_the_same_outputs(guidance: Guidance, tmp_path: Path) -> None:
    session = guidance.session()
    outputs: list[Output] = []
    seq = 0
    with CallStore(Locations(tmp_path)) as store:
        writer = store.record("c1", with_sound=False)
        for event in inputs():
            batch = [event, *session.receive(event)]
            writer.append(
                [Envelope(SCHEMA, "c1", seq + n, happened) for n, happened in enumerate(batch)]
            )
            outputs += batch[1:]  # type: ignore[arg-type]  # the first is the input
            seq += len(batch)
        writer.close()
    with CallStore(Locations(tmp_path)) as store:
        stored = [envelope.event for envelope in store.events("c1")]
        assert stored == inputs()
        again = outputs_of(stored, guidance.session())  # type: ignore[arg-type]  # inputs only
        assert list(again) == outputs
        last = {o.finding.id: o for o in again if isinstance(o, FindingChanged)}
        assert {changed.finding.id: changed for changed in store.findings("c1")} == last
        assert store.utterances("c1") == tuple(o for o in again if isinstance(o, UtteranceFinal))
