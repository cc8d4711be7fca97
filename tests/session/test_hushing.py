"""Silenced sound: nothing of it passes, all of it is accounted for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from assistant.events import (
    Act,
    AudioGap,
    GapHeard,
    HoldChanged,
    Keep,
    RecordingTerms,
    UtteranceFinal,
)
from assistant.hushing import Hush
from assistant.pacing import Pacer
from assistant.pipeline import CallRun
from assistant.speech.recording import SILENCE_DB, Chunk, SourceChannel
from compliance.transcript import Speaker
from tests.session.conftest import RATE_HZ, guidance, started
from tests.session.test_pipeline import CHUNK, Keeper, Outcome, Script, ScriptedModel, of_type

LOUD = b"\x00\x40" * CHUNK


@given(
    switches=st.lists(st.sampled_from(("", "held", "refused", "both")), max_size=30),
    device=st.booleans(),
)
def test_every_sample_is_passed_on_or_in_a_gap(switches: list[str], *, device: bool) -> None:
    hush = Hush(device=device)
    gaps: list[AudioGap] = []
    silenced: set[int] = set()
    for number, switch in enumerate(switches):
        hush.held, hush.refused = switch in ("held", "both"), switch in ("refused", "both")
        chunk, told = hush.take(Chunk(0, number * CHUNK, LOUD, -6.0))
        gaps += told
        assert chunk.samples == CHUNK
        if switch:
            silenced.add(number)
            assert not any(chunk.pcm)
        else:
            assert chunk.pcm == LOUD
    gaps += hush.finish()
    lacking = [
        n for gap in gaps for n in range(gap.sample // CHUNK, (gap.sample + gap.samples) // CHUNK)
    ]
    assert sorted(lacking) == sorted(silenced)


def test_a_device_that_tells_its_own_pause_is_told_once() -> None:
    hush = Hush(device=True, held=True)
    hush.take(Chunk(0, 800, LOUD, -6.0))
    hush.held = False
    _, none = hush.take(Chunk(0, 1600, bytes(1600), SILENCE_DB))
    assert none == ()
    assert hush.lacking(AudioGap(0, 900, 1500, "paused")) == AudioGap(0, 800, 1600, "paused")
    assert hush.take(Chunk(0, 2400, LOUD, -6.0))[1] == ()
    lost = AudioGap(0, 3000, 10, "device_lost")
    assert hush.lacking(lost) is lost


@dataclass(slots=True)
class Desk:
    """A live source whose agent presses keys at certain chunks."""

    keys: dict[int, Act]
    run: CallRun | None = None
    outcome: Outcome = field(default_factory=Outcome)
    microphone: list[bool] = field(default_factory=list)
    live: bool = True
    lost_samples: int = 0
    channels: tuple[SourceChannel, ...] = (SourceChannel("agent", Speaker.AGENT, RATE_HZ),)

    def stop(self) -> None:
        pass

    def __iter__(self) -> Iterator[Chunk]:
        for number in range(40):
            act = self.keys.get(number)
            if act is not None and self.run is not None:
                before = len(self.outcome.outputs)
                self.run.act(act)
                while not of_type(self.outcome.outputs[before:], HoldChanged):
                    time.sleep(0.001)
            yield Chunk(0, number * CHUNK, LOUD, -6.0)


class Listening(Script):
    """Says at the end how many chunks held any sound."""

    heard = 0

    def accept(self, pcm: bytes, *, partials: bool = True) -> list:  # type: ignore[type-arg]
        self.heard += any(pcm)
        return Script.accept(self, pcm, partials=partials)


def test_a_closed_microphone_is_neither_recognised_nor_kept() -> None:
    terms = RecordingTerms(Keep.AUDIO, notice_first=False, stops_when_refused=True, may_pause=True)
    desk = Desk({10: Act.HELD, 30: Act.RESUMED})
    ear = Listening({-1: ("goodbye", True)})
    keeper = Keeper()
    desk.run = CallRun(
        session=guidance().session(),
        call="held",
        begin=lambda: replace(started(), recording=terms),
        source=desk,
        load=lambda: ScriptedModel([ear]),
        pacer=Pacer(None, time.monotonic),
        deliver=desk.outcome.deliver,
        clock=time.monotonic,
        keeper=keeper,
        microphone=None,
    )
    desk.run.run()
    gaps = of_type(desk.outcome.outputs, GapHeard)
    assert [(gap.start_s, gap.duration_s, gap.reason) for gap in gaps] == [(1.0, 2.0, "paused")]
    assert ear.heard == 20
    assert keeper.chunks == 40, "the sound keeps its length"
    assert [said.text for said in of_type(desk.outcome.outputs, UtteranceFinal)] == ["goodbye"]
