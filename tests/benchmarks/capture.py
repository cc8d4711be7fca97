"""(h) Through real capture: flag latency, samples lost, and whose processor time it is.

A recording with breaches is played into two sinks that go nowhere and heard through their monitors.
Delays count from when a word would have sounded had the players begun the moment they were started,
so a player's own start is in them.  Recognition runs in processes of its own, as in a live call:
what this process uses is ours.

The bars: 95 of 100 within 1.2 s, no sample lost, 15 % of a core for what is ours.
"""

from __future__ import annotations

import subprocess
import tempfile
import threading
import time
from pathlib import Path

import psutil
import soundfile

from assistant.composition import LiveCall, load_guidance, prepare_live
from assistant.events import FindingChanged, LagChanged, Progress
from assistant.pipeline import Delivery
from assistant.speech.desk import desk_channels
from assistant.speech.devices import input_devices
from assistant.speech.models import resolve_model
from compliance.context import Collector
from compliance.findings import Kind, Status
from compliance.places import JURISDICTION_OF
from tests.benchmarks import measuring
from tests.benchmarks.latency import _BELONGS_WITHIN_S
from tests.benchmarks.material import BreachRecording, breach_recording

BAR_S = 1.2
BAR_OURS = 0.15
_SINKS = ("bench-mic", "bench-headset")


def run(language: str, breaches: int, seed: int) -> float:
    """Measure and tell; returns the 95th percentile, seconds.  Needs a PulseAudio server."""
    material = breach_recording(language, breaches, seed)
    with tempfile.TemporaryDirectory() as folder:
        files = _sides(material.audio, Path(folder))
        modules = [_pactl("load-module", "module-null-sink", f"sink_name={s}") for s in _SINKS]
        try:
            return _measure(language, files, material)
        finally:
            for module in modules:
                _pactl("unload-module", module)


def _measure(language: str, files: tuple[Path, Path], material: BreachRecording) -> float:
    flags: list[tuple[float, float, str, Status]] = []  # wall s, call s, id, status
    listening = threading.Event()
    call_s = 0.0
    lags: list[float] = []

    def deliver(delivery: Delivery) -> None:
        nonlocal call_s
        for envelope in delivery.envelopes:
            match envelope.event:
                case Progress(call_s=reached):
                    call_s = reached
                    listening.set()
                case LagChanged(lag_s=lag_s):
                    lags.append(lag_s)
                case FindingChanged(finding=finding) if finding.kind is not Kind.REQUIRED:
                    at_s, status = time.monotonic(), finding.status
                    if finding.start_s is not None:
                        flags.append((at_s, finding.start_s, finding.id, status))

    notices: list[str] = []
    jurisdiction = JURISDICTION_OF[language]
    prepared = prepare_live(
        LiveCall(
            language=language,
            jurisdiction=jurisdiction,
            model=resolve_model("demonstration", language).folder,
            channels=desk_channels(input_devices(), *(f"{sink}.monitor" for sink in _SINKS)),
            collector=Collector.AGENCY,
            isolated=True,
        ),
        call_id="bench",
        guidance=load_guidance(jurisdiction, language, Collector.AGENCY),
        deliver=deliver,
        notice=notices.append,
        zone="UTC",
    )
    prepared.run.connect()
    prepared.run.start(lambda _error: None)
    if not listening.wait(60):
        raise SystemExit("nothing was captured within a minute")
    begun_s, begun_call_s = time.monotonic(), call_s
    ours_s, theirs_s = _used()
    players = [
        subprocess.Popen(["paplay", "-d", sink, str(file)])
        for sink, file in zip(_SINKS, files, strict=True)
    ]
    for player in players:
        player.wait()
    lasted_s = time.monotonic() - begun_s
    call_lasted_s = call_s - begun_call_s
    ours_after_s, theirs_after_s = _used()
    prepared.run.stop("hung_up")
    prepared.run.join(30)

    delays_s, missed = [], []
    for breach in material.breaches:
        mine = [
            at_s - begun_s - breach.end_s
            for at_s, start_s, _, status in flags
            if status is not Status.WITHDRAWN
            and abs(start_s - begun_call_s - breach.start_s) <= 2 + breach.end_s - breach.start_s
            and at_s - begun_s <= breach.end_s + _BELONGS_WITHIN_S
        ]
        if mine:
            delays_s.append(min(mine))
        else:
            missed.append(breach)
    lost = sum(prepared.source.lost_by_reason.values())
    p50_s, p95_s = (measuring.percentile(delays_s, part) for part in (0.5, 0.95))
    ours, theirs = ((ours_after_s - ours_s) / lasted_s, (theirs_after_s - theirs_s) / lasted_s)
    print(f"real capture, {language}, {lasted_s:.0f} s, {len(material.breaches)} breaches")
    print(f"  flagged                {len(delays_s)} of {len(material.breaches)}")
    print(f"  from last word's end   p50 {p50_s:.2f} s, p95 {p95_s:.2f} s  (bar p95 {BAR_S} s)")
    print(f"  samples lost           {lost} {prepared.source.lost_by_reason or ''}  (bar 0)")
    print(f"  call against wall      {call_lasted_s - lasted_s:+.2f} s")
    print(f"  processor, ours        {ours:.1%} of a core  (bar {BAR_OURS:.0%})")
    print(f"  processor, Vosk's      {theirs:.1%} of a core")
    print(f"  lag told, most         {max(lags, default=0.0):.2f} s; notices: {len(notices)}")
    for breach in missed:
        print(f"  not flagged at {breach.end_s:7.2f} s: {breach.text}")
    return p95_s


def _sides(audio: Path, folder: Path) -> tuple[Path, Path]:
    sound, rate_hz = soundfile.read(audio, dtype="int16")
    files = folder / "agent.wav", folder / "customer.wav"
    for side, file in enumerate(files):
        soundfile.write(file, sound[:, side], rate_hz)
    return files


def _used() -> tuple[float, float]:
    """Processor seconds of this process, and of the recognisers that it started."""
    own = psutil.Process()
    mine = own.cpu_times()
    theirs = 0.0
    for child in own.children(recursive=True):
        if "recognition_process" in " ".join(child.cmdline()):
            times = child.cpu_times()
            theirs += times.user + times.system
    return mine.user + mine.system, theirs


def _pactl(*arguments: str) -> str:
    command = ("pactl", *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
