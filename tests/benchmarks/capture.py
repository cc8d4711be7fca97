"""(h) Through real capture: flag latency, samples lost, and whose processor time it is.

A recording with breaches is played into two sinks that go nowhere and heard through their monitors,
and kept with its sound as a live call is.  Delays count from when a word would have sounded had the
players begun the moment they were started, so a player's own start is in them.  Recognition runs in
processes of its own, as in a live call: what this process uses is ours.

The bars: 95 of 100 within 1.2 s, no sample lost, 15 % of a core for what is ours; over hours also:
what is late at the end is what was late at the start, and memory does not grow.
"""

from __future__ import annotations

import multiprocessing
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import soundfile

from assistant.events import FindingChanged, LagChanged, Progress, UtteranceFinal
from assistant.guidance import load_guidance
from assistant.live_composition import LiveCall, prepare_live
from assistant.pipeline import Delivery
from assistant.record.locations import locate
from assistant.record.store import CallStore
from assistant.speech.desk import desk_channels
from assistant.speech.devices import input_devices
from assistant.speech.models import resolve_model
from compliance.context import Collector
from compliance.findings import Kind, Status
from compliance.places import JURISDICTION_OF
from tests.benchmarks import measuring
from tests.benchmarks.latency import _BELONGS_WITHIN_S
from tests.benchmarks.material import BreachRecording, SpokenBreach, breach_recording

BAR_S = 1.2
BAR_OURS = 0.15
GROWTH_BAR_MB = 24.0
LATER_BAR_S = 0.3  # that the last tenth may be later than the first
_SINKS = ("bench-mic", "bench-headset")
_BREACH_S = 11.5  # of a recording for each breach in it, about
_MARK_S = 10.0  # between two looks at memory and processor time
_TENTHS = 10
_LONG_S = 600.0  # a shorter run says nothing about growth


@dataclass(frozen=True, slots=True)
class _Mark:
    """How things stood: seconds of wall time and of the call, memory, processor seconds."""

    at_s: float
    call_s: float
    ours_mb: float
    theirs_mb: float
    ours_s: float
    theirs_s: float


@dataclass(slots=True)
class _Watch:
    """What a run told while it went; called in the pipeline's thread."""

    flags: list[tuple[float, float, str, Status]] = field(default_factory=list)  # wall, call
    lags: list[tuple[float, float]] = field(default_factory=list)  # wall s, lag s
    marks: list[_Mark] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    listening: threading.Event = field(default_factory=threading.Event)
    call_s: float = 0.0
    utterances: int = 0
    _marked_s: float = float("-inf")

    def __call__(self, delivery: Delivery) -> None:
        at_s = time.monotonic()
        for envelope in delivery.envelopes:
            match envelope.event:
                case Progress(call_s=reached):
                    self.call_s = reached
                    self.listening.set()
                case LagChanged(lag_s=lag_s):
                    self.lags.append((at_s, lag_s))
                case UtteranceFinal():
                    self.utterances += 1
                case FindingChanged(finding=finding) if finding.kind is not Kind.REQUIRED:
                    if finding.start_s is not None:
                        self.flags.append((at_s, finding.start_s, finding.id, finding.status))
        if at_s - self._marked_s >= _MARK_S:
            self._marked_s = at_s
            self.mark()

    def mark(self) -> _Mark:
        """How things stand now."""
        made = _Mark(time.monotonic(), self.call_s, *_used())
        self.marks.append(made)
        return made


def run(language: str, breaches: int, seed: int, minutes: float | None = None) -> bool:
    """Measure and tell; returns whether the bars held.  Needs a PulseAudio server.

    Args:
        language: of the recording.
        breaches: how many are in it; about eleven seconds each.
        seed: chooses sentences and voices.
        minutes: how long the recording is instead, about.
    """
    if minutes is not None:
        breaches = max(1, round(minutes * 60 / _BREACH_S))
    # Made in a process of its own: hours of samples would leave their heap in what is measured.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as maker:
        material = maker.submit(breach_recording, language, breaches, seed).result()
    with tempfile.TemporaryDirectory() as folder:
        files = _sides(material.audio, Path(folder))
        modules = [_pactl("load-module", "module-null-sink", f"sink_name={s}") for s in _SINKS]
        try:
            return _measure(language, files, material, Path(folder))
        finally:
            for module in modules:
                _pactl("unload-module", module)


def _measure(
    language: str, files: tuple[Path, Path], material: BreachRecording, folder: Path
) -> bool:
    watch = _Watch()
    jurisdiction = JURISDICTION_OF[language]
    with CallStore(locate(folder / "home", {})) as store:
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
            deliver=watch,
            notice=watch.notices.append,
            keeper=store.record("bench", with_sound=True),
            zone="UTC",
        )
        prepared.run.connect()
        prepared.run.start(lambda _error: None)
        if not watch.listening.wait(60):
            raise SystemExit("nothing was captured within a minute")
        begun = watch.mark()
        players = [
            subprocess.Popen(["paplay", "-d", sink, str(file)])
            for sink, file in zip(_SINKS, files, strict=True)
        ]
        for player in players:
            player.wait()
        over = watch.mark()
        prepared.run.stop("hung_up")
        prepared.run.join(30)
    delays = _delays(material, watch, begun)
    print(f"real capture, {language}, kept with its sound, {over.at_s - begun.at_s:.0f} s")
    held = _told(watch, delays, begun, over, prepared.source.lost_by_reason)
    if over.at_s - begun.at_s >= _LONG_S:
        held = _told_over_hours(watch, delays, begun, over) and held
    print(f"  {'held' if held else 'DID NOT HOLD'}")
    return held


def _delays(
    material: BreachRecording, watch: _Watch, begun: _Mark
) -> list[tuple[SpokenBreach, float | None]]:
    """Every breach, and how many seconds after its words the flag came; `None` for never."""
    found: list[tuple[SpokenBreach, float | None]] = []
    for breach in material.breaches:
        mine = [
            at_s - begun.at_s - breach.end_s
            for at_s, start_s, _, status in watch.flags
            if status is not Status.WITHDRAWN
            and abs(start_s - begun.call_s - breach.start_s) <= 2 + breach.end_s - breach.start_s
            and at_s - begun.at_s <= breach.end_s + _BELONGS_WITHIN_S
        ]
        found.append((breach, min(mine) if mine else None))
    return found


def _told(
    watch: _Watch,
    delays: list[tuple[SpokenBreach, float | None]],
    begun: _Mark,
    over: _Mark,
    lost_by_reason: dict[str, int],
) -> bool:
    lasted_s = over.at_s - begun.at_s
    came_s = [delay_s for _, delay_s in delays if delay_s is not None]
    p50_s, p95_s = (measuring.percentile(came_s, part) for part in (0.5, 0.95))
    ours = (over.ours_s - begun.ours_s) / lasted_s
    theirs = (over.theirs_s - begun.theirs_s) / lasted_s
    lost = sum(lost_by_reason.values())
    most_lag_s = max((lag_s for _, lag_s in watch.lags), default=0.0)
    print(f"  flagged                {len(came_s)} of {len(delays)} breaches")
    print(f"  from last word's end   p50 {p50_s:.2f} s, p95 {p95_s:.2f} s  (bar p95 {BAR_S} s)")
    print(f"  samples lost           {lost} {lost_by_reason or ''}  (bar 0)")
    print(f"  call against wall      {over.call_s - begun.call_s - lasted_s:+.2f} s")
    print(f"  processor, ours        {ours:.1%} of a core  (bar {BAR_OURS:.0%})")
    print(f"  processor, Vosk's      {theirs:.1%} of a core")
    print(f"  lag told, most         {most_lag_s:.2f} s; notices: {len(watch.notices)}")
    for line in watch.notices:
        print(f"    {line}")
    for breach, delay_s in delays:
        if delay_s is None:
            print(f"  not flagged at {breach.end_s:7.2f} s: {breach.text}")
    return p95_s <= BAR_S and lost == 0 and ours <= BAR_OURS


def _told_over_hours(
    watch: _Watch, delays: list[tuple[SpokenBreach, float | None]], begun: _Mark, over: _Mark
) -> bool:
    """The run in tenths: what is late, what memory is held, what processor time is used."""
    print("  tenth  delay p50   p95  call-wall  lag told  ours MB  Vosk's MB   ours  Vosk's")
    tenth_s = (over.at_s - begun.at_s) / _TENTHS
    before = begun
    rows: list[tuple[float, float]] = []  # p50 s, MB of all
    for number in range(_TENTHS):
        from_s = number * tenth_s
        until_s = from_s + tenth_s
        mine = [d for b, d in delays if d is not None and from_s <= b.end_s < until_s] or [0.0]
        marks = [m for m in watch.marks if m.at_s - begun.at_s <= until_s] or [begun]
        last = marks[-1]
        lag_s = max(
            (lag for at_s, lag in watch.lags if from_s <= at_s - begun.at_s < until_s), default=0.0
        )
        wall_s = max(last.at_s - before.at_s, 1e-9)
        print(
            f"  {number + 1:5}  {measuring.percentile(mine, 0.5):9.2f}"
            f" {measuring.percentile(mine, 0.95):5.2f}"
            f"  {last.call_s - begun.call_s - (last.at_s - begun.at_s):+8.2f}  {lag_s:8.2f}"
            f"  {last.ours_mb:7.1f}  {last.theirs_mb:9.1f}"
            f"  {(last.ours_s - before.ours_s) / wall_s:5.1%}"
            f"  {(last.theirs_s - before.theirs_s) / wall_s:6.1%}",
        )
        rows.append((measuring.percentile(mine, 0.5), last.ours_mb + last.theirs_mb))
        before = last
    # The first tenth warms up: models read in, buffers filled.
    growth_mb = rows[-1][1] - rows[0][1]
    later_s = rows[-1][0] - rows[0][0]
    print(f"  memory at the start    {begun.ours_mb:.1f} MB ours, {begun.theirs_mb:.1f} MB Vosk's")
    print(f"  growth, tenth 1 to 10  {growth_mb:+.1f} MB  (bar {GROWTH_BAR_MB:.0f} MB)")
    print(f"  later, tenth 1 to 10   {later_s:+.2f} s  (bar {LATER_BAR_S} s)")
    print(f"  utterances             {watch.utterances}")
    return growth_mb <= GROWTH_BAR_MB and later_s <= LATER_BAR_S


def _sides(audio: Path, folder: Path) -> tuple[Path, Path]:
    """The two channels as files; in pieces, so that hours of sound are never in memory here."""
    files = folder / "agent.wav", folder / "customer.wav"
    with soundfile.SoundFile(audio) as both:
        sides = [
            soundfile.SoundFile(file, "w", both.samplerate, 1, subtype="PCM_16") for file in files
        ]
        for piece in both.blocks(both.samplerate * 10, dtype="int16"):
            for number, side in enumerate(sides):
                side.write(piece[:, number])
        for side in sides:
            side.close()
    return files


def _used() -> tuple[float, float, float, float]:
    """Resident MB here and of the recognisers that this process started; processor seconds too."""
    own = psutil.Process()
    mine = own.cpu_times()
    theirs_mb = theirs_s = 0.0
    for child in own.children(recursive=True):
        if "recognition_process" in " ".join(child.cmdline()):
            times = child.cpu_times()
            theirs_s += times.user + times.system
            theirs_mb += child.memory_info().rss / 2**20
    return own.memory_info().rss / 2**20, theirs_mb, mine.user + mine.system, theirs_s


def _pactl(*arguments: str) -> str:
    command = ("pactl", *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
