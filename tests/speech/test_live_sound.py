"""Live capture from a real sound server: calls played into sinks that go nowhere, and heard."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from assistant.composition import RecordedCall, prepare
from assistant.demo.calls import demonstration_call
from assistant.events import (
    AudioGap,
    FindingChanged,
    GapHeard,
    Output,
    Progress,
    UtteranceFinal,
    VerificationPolicy,
)
from assistant.guidance import load_guidance
from assistant.live_composition import LiveCall, prepare_live
from assistant.pipeline import Delivery
from assistant.speech.capture import LiveSource
from assistant.speech.desk import wanted_channels
from assistant.speech.devices import chosen, input_devices
from assistant.speech.models import demonstration_model
from assistant.speech.recording import Chunk
from compliance.context import Collector
from compliance.errors import MissingPart
from scripts.account import load_account
from tests.speech.sinks import Desk, needs_sound, pactl

pytestmark = needs_sound

RATE_HZ = 8_000
CALL_S = 71.0  # of the demonstration call: up to what must not be said


@dataclass(slots=True)
class Outcome:
    """What a run told."""

    outputs: list[Output] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    listening: threading.Event = field(default_factory=threading.Event)

    def deliver(self, delivery: Delivery) -> None:
        for envelope in delivery.envelopes:
            self.outputs.append(envelope.event)  # type: ignore[arg-type]
            if isinstance(envelope.event, Progress):
                self.listening.set()

    @property
    def words(self) -> list[str]:
        """What was said, speaker by speaker: two people's order may differ by a breath."""
        said = [each for each in self.outputs if isinstance(each, UtteranceFinal)]
        said.sort(key=lambda each: each.speaker)
        return [word for each in said for word in (each.speaker.value, *each.text.split())]

    @property
    def findings(self) -> set[tuple[str, str, str]]:
        found = [each for each in self.outputs if isinstance(each, FindingChanged)]
        return {(each.finding.rule, each.finding.verdict.value, each.quote) for each in found}


def test_a_call_that_is_captured_is_heard_as_its_recording_is(desk: Desk, tmp_path: Path) -> None:
    shown = demonstration_call("en-US")
    sound, rate_hz = soundfile.read(shown.audio, dtype="int16", stop=round(CALL_S * RATE_HZ))
    both = tmp_path / "both.wav"
    soundfile.write(both, sound, rate_hz)
    for side, sink in enumerate((desk.mic, desk.headset)):
        soundfile.write(tmp_path / f"{sink}.wav", sound[:, side], rate_hz)
    guidance = load_guidance("us", "en-US", Collector.AGENCY)
    account = load_account(shown.account)
    model = demonstration_model("en")

    replayed = Outcome()
    prepare(
        RecordedCall(
            audio=both,
            language="en-US",
            jurisdiction="us",
            model=model,
            policy=VerificationPolicy.AGENT,
            collector=Collector.AGENCY,
            account=account,
            speed=None,
        ),
        call_id="replayed",
        guidance=guidance,
        deliver=replayed.deliver,
        notice=replayed.notices.append,
        zone="UTC",
    ).run.run()

    live = Outcome()
    prepared = prepare_live(
        LiveCall(
            language="en-US",
            jurisdiction="us",
            model=model,
            channels=desk.wanted(),
            collector=Collector.AGENCY,
            account=account,
        ),
        call_id="live",
        guidance=guidance,
        deliver=live.deliver,
        notice=live.notices.append,
        zone="UTC",
    )
    prepared.run.connect()
    prepared.run.start(lambda _error: None)
    assert live.listening.wait(20)
    for sink in (desk.mic, desk.headset):
        desk.play(sink, tmp_path / f"{sink}.wav")
    for player in desk.playing:
        assert player.wait(CALL_S + 30) == 0
    prepared.run.stop("hung_up")
    assert prepared.run.join(20)

    assert prepared.source.lost_by_reason == {}
    assert not [output for output in live.outputs if isinstance(output, GapHeard)]
    assert live.notices == []
    assert len(replayed.words) > 80
    assert SequenceMatcher(None, replayed.words, live.words, autojunk=False).ratio() > 0.9
    rules = {rule for rule, _, _ in replayed.findings}
    assert {"US-03", "ROUTE-illness"} <= rules
    assert {rule for rule, _, quote in live.findings if quote} == {
        rule for rule, _, quote in replayed.findings if quote
    }


@dataclass(slots=True)
class Heard:
    """What a source gave, and what was done meanwhile; `on_block` is called at each block."""

    sound: dict[int, list[npt.NDArray[np.int16]]] = field(default_factory=dict)
    gaps: list[AudioGap] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def take(self, source: LiveSource, on_block: Callable[[int], None]) -> None:
        for item in source:
            if isinstance(item, Chunk):
                taken = self.sound.setdefault(item.channel, [])
                taken.append(np.frombuffer(item.pcm, "<i2"))
                if item.channel == 0:
                    on_block(len(taken))
            elif isinstance(item, AudioGap):
                self.gaps.append(item)

    def clicks(self, channel: int) -> npt.NDArray[np.float64]:
        """When the clicks were heard, seconds."""
        loud = np.flatnonzero(np.abs(np.concatenate(self.sound[channel]).astype(int)) > 3_000)
        first = np.r_[True, np.diff(loud) > RATE_HZ // 4] if len(loud) else loud
        times: npt.NDArray[np.float64] = loud[first.astype(bool)] / RATE_HZ
        return times[1:]  # a player's first milliseconds are not always all played


@pytest.fixture
def clicks(tmp_path: Path) -> Path:
    """Twelve seconds with a click at every half one."""
    sound = np.zeros(12 * 44_100, np.float32)
    for start in range(0, len(sound), 22_050):
        sound[start : start + 400] = 0.5
    file = tmp_path / "clicks.wav"
    soundfile.write(file, sound, 44_100)
    return file


@pytest.mark.parametrize("block_frames", [0, 882, 8820], ids=["device's own", "20 ms", "200 ms"])
def test_buffers_of_every_size(desk: Desk, clicks: Path, block_frames: int) -> None:
    heard = Heard()
    source = LiveSource(
        desk.wanted(), rate_hz=RATE_HZ, notice=heard.notices.append, block_frames=block_frames
    )

    def on_block(number: int) -> None:
        if number == 1:
            desk.play(desk.mic, clicks)
            desk.play(desk.headset, clicks)
        if number == 80:
            source.stop()

    heard.take(source, on_block)
    for channel in (0, 1):
        times = heard.clicks(channel)
        assert len(times) >= 10
        assert np.abs(np.diff(times) - 0.5).max() < 0.002
    # Both were played at once, but for the time that a player takes to start.
    apart = (heard.clicks(0)[:10] - heard.clicks(1)[:10] + 0.25) % 0.5 - 0.25
    assert np.abs(apart).max() < 0.15
    assert heard.gaps == []
    assert heard.notices == []


def test_a_sink_that_goes_and_comes_again(desk: Desk, clicks: Path) -> None:
    heard = Heard()
    source = LiveSource(desk.wanted(), rate_hz=RATE_HZ, notice=heard.notices.append)
    back: list[int] = []

    def on_block(number: int) -> None:
        if number == 1:
            desk.play(desk.mic, clicks)
            desk.play(desk.headset, clicks)
        if number == 30:
            desk.unload(desk.headset)
        if number == 60:
            desk.load(desk.headset)
            desk.play(desk.headset, clicks)
        if len(heard.notices) > 1 and not back:
            back.append(number)
        if number == 110 or (back and number == back[0] + 15):
            source.stop()

    heard.take(source, on_block)
    label = f"Monitor of {desk.headset} ({desk.headset}.monitor)"
    assert heard.notices == [
        f"{label} is gone: the call goes on, that side is not heard.",
        f"{label} is back.",
    ]
    assert {gap.channel for gap in heard.gaps} == {1}
    assert {gap.reason for gap in heard.gaps} == {"device_lost"}
    assert sum(gap.samples for gap in heard.gaps) == source.lost_by_reason["device_lost"]
    away_s = source.lost_by_reason["device_lost"] / RATE_HZ
    assert 2.5 <= away_s < 7.5
    assert np.abs(np.diff(heard.clicks(0)) - 0.5).max() < 0.002
    assert heard.clicks(1)[-1] > 3 + away_s


def test_the_microphone_is_closed_while_muted(desk: Desk, clicks: Path) -> None:
    heard = Heard()
    source = LiveSource(desk.wanted(), rate_hz=RATE_HZ, notice=heard.notices.append)
    listeners: list[int] = []

    def count() -> None:
        listed = pactl("list", "short", "source-outputs")
        mine = [line for line in listed.splitlines() if line]
        listeners.append(len(mine))

    def on_block(number: int) -> None:
        if number == 1:
            desk.play(desk.mic, clicks)
        steps = {20: count, 21: source.mute, 40: count, 41: source.unmute, 80: count}
        steps.get(number, lambda: None)()
        if number == 81:
            source.stop()

    heard.take(source, on_block)
    assert listeners[1] <= listeners[0] - 2
    assert listeners[2] == listeners[0]
    assert {gap.reason for gap in heard.gaps} == {"paused"}
    muted = [t for t in heard.clicks(0) if 2.3 < t < 4.0]
    assert muted == []
    assert heard.clicks(0)[-1] > 6


def test_one_device_for_both_sides_and_the_names_of_devices(desk: Desk) -> None:
    devices = input_devices()
    mic = chosen(devices, f"{desk.mic}.monitor")
    assert mic.monitor
    assert chosen(devices, f"Monitor of {desk.mic}") == mic
    assert chosen(devices, desk.mic.upper()) == mic
    source = LiveSource(wanted_channels(mic, mic), rate_hz=RATE_HZ)
    assert [channel.name for channel in source.channels] == ["agent", "customer"]
    heard = Heard()
    heard.take(source, lambda number: source.stop() if number == 10 else None)
    assert len(heard.sound[0]) == len(heard.sound[1]) == 10


def test_a_device_that_is_gone_is_told_before_the_call(desk: Desk) -> None:
    wanted = desk.wanted()
    desk.unload(desk.headset)
    with pytest.raises(MissingPart, match=f"Monitor of {desk.headset} cannot be opened"):
        LiveSource(wanted, rate_hz=RATE_HZ)
