"""A live call whose devices go, come again and are closed; devices as commands show them."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.composition import LiveCall, PreparedLive, load_guidance, prepare_live
from assistant.demo.calls import demonstration_call
from assistant.events import AudioGap, GapHeard
from assistant.pipeline import Delivery
from assistant.speech.capture import Item, LiveSource
from assistant.speech.correction_files import corrector_for, load_files
from assistant.speech.desk import Wanted, wanted_channels
from assistant.speech.devices import chosen, input_devices, proposed
from assistant.speech.models import resolve_model
from assistant.speech.recording import SILENCE_DB, Chunk
from compliance.context import Collector
from compliance.errors import MissingPart
from scripts.account import load_account
from tests.capture.conftest import SoundServer

RATE_HZ = 16_000
LANGUAGE = "en-US"


def sides(folder: Path, seconds: float) -> tuple[Path, Path]:
    """The demonstration call's two channels as files."""
    sound, rate_hz = soundfile.read(demonstration_call(LANGUAGE).audio, dtype="int16")
    paths = folder / "agent.wav", folder / "customer.wav"
    for number, path in enumerate(paths):
        soundfile.write(path, sound[: int(seconds * rate_hz), number], rate_hz)
    return paths


def desk() -> tuple[Wanted, ...]:
    found = input_devices()
    return wanted_channels(chosen(found, "mic.monitor"), chosen(found, "headset.monitor"))


def call_up(
    server: SoundServer, files: tuple[Path, Path], meanwhile: Callable[[PreparedLive], None]
) -> tuple[list[Delivery], PreparedLive, list[str]]:
    """Run a live call while the files are played into its devices."""
    shown = demonstration_call(LANGUAGE)
    account = load_account(shown.account)
    delivered: list[Delivery] = []
    notices: list[str] = []
    live = prepare_live(
        LiveCall(
            LANGUAGE,
            shown.jurisdiction,
            resolve_model("demonstration", LANGUAGE).folder,
            desk(),
            Collector(shown.collector),
            account,
            corrector=corrector_for(load_files(None), LANGUAGE, account),
        ),
        call_id="live",
        guidance=load_guidance(shown.jurisdiction, LANGUAGE, Collector(shown.collector)),
        deliver=delivered.append,
        notice=notices.append,
        zone="UTC",
    )
    live.run.connect()
    live.run.start(lambda _error: None)
    for _ in range(200):
        if delivered:
            break
        time.sleep(0.05)
    time.sleep(1.0)
    playing = [
        server.play(sink, file) for sink, file in zip(("mic", "headset"), files, strict=True)
    ]
    meanwhile(live)
    for player in playing:
        player.wait()
    time.sleep(1.5)
    live.run.stop("hung_up")
    assert live.run.join(30)
    assert live.run.failure is None
    return delivered, live, notices


def test_a_sink_that_goes_in_mid_call_is_a_gap_and_the_call_goes_on(
    server: SoundServer, tmp_path: Path
) -> None:
    def unplug(live: PreparedLive) -> None:
        time.sleep(4)
        server.remove_sink("headset")
        time.sleep(4)
        server.add_sink("headset")
        time.sleep(6)
        live.source.mute()
        time.sleep(1)
        live.source.unmute()
        time.sleep(3)

    delivered, live, notices = call_up(server, sides(tmp_path, 12.0), unplug)
    gaps = [
        envelope.event
        for step in delivered
        for envelope in step.envelopes
        if isinstance(envelope.event, GapHeard)
    ]
    lost = [gap for gap in gaps if gap.reason == "device_lost"]
    assert {gap.channel for gap in lost} == {"customer"}
    assert 3.0 <= sum(gap.duration_s for gap in lost) <= 12.0
    assert {gap.channel for gap in gaps if gap.reason == "paused"} == {"agent", "customer"}
    assert any("is gone: the call goes on" in notice for notice in notices)
    assert any("is back" in notice for notice in notices)
    assert "overrun" not in live.source.lost_by_reason


def heard(source: LiveSource, seconds: float) -> Iterator[Item]:
    stopping = threading.Timer(seconds, source.stop)
    stopping.start()
    yield from source
    stopping.join()


def test_a_paused_source_captures_nothing(server: SoundServer, tmp_path: Path) -> None:
    loud = tmp_path / "loud.wav"
    soundfile.write(loud, np.full(48_000 * 4, 9000, np.int16), 48_000)
    source = LiveSource(desk()[:1], rate_hz=RATE_HZ)
    source.mute()
    playing = server.play("mic", loud)
    items = list(heard(source, 2.0))
    playing.kill()
    playing.wait()
    assert max(item.level_db for item in items if isinstance(item, Chunk)) == SILENCE_DB
    assert [item.reason for item in items if isinstance(item, AudioGap)] == ["paused"]


def test_devices_are_listed_with_the_pair_and_a_wrong_name_names_them(server: SoundServer) -> None:
    found = input_devices()
    assert {device.name for device in found} == {"mic.monitor", "headset.monitor"}
    pair = proposed(found)
    assert pair is not None
    assert pair.customer is not None
    assert {pair.agent.name, pair.customer.name} == {"mic.monitor", "headset.monitor"}
    for wanted in ("speaker", "monitor"):
        with pytest.raises(MissingPart) as told:
            chosen(found, wanted)
        assert "mic.monitor" in str(told.value)


def test_the_commands_on_devices(server: SoundServer, tmp_path: Path) -> None:
    def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "assistant.cli", "devices", *arguments],
            env={**server.env, "ASSISTANT_HOME": str(tmp_path), **env},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    listed = run()
    assert listed.returncode == 0, listed.stderr
    assert "headset.monitor" in listed.stdout
    tried = run("test", "--seconds", "1", "--silent")
    assert tried.returncode == 0, tried.stderr
    assert "NOT HEARD" in tried.stdout
    nothing = run(PULSE_SERVER=f"unix:{tmp_path}/none")
    assert nothing.returncode == 3
    assert len(nothing.stderr.strip().splitlines()) == 1
    assert "--no-audio" in nothing.stderr
