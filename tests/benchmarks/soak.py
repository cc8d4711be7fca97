"""Endurance: a long call, and many calls, without growth, drift or crash.

Owns both runs and their bars.  They go through the whole pipeline without a screen, with
recognition here or isolated.  A run fails if memory, threads or open files grow, if recognition
falls behind, or if the same call is heard differently.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from assistant.composition import RecordedCall, prepare
from assistant.demo.calls import demonstration_call
from assistant.events import Ended, LagChanged, Progress, UtteranceFinal, VerificationPolicy
from assistant.guidance import load_guidance
from assistant.pipeline import Delivery
from assistant.speech.models import demonstration_model
from tests.benchmarks.material import long_call

GROWTH_BAR_MB = 24.0  # a transcript of two hours in memory, and what the allocator keeps
LAG_BAR_S = 1.0
WARM_SHARE = 0.15  # of the run, after which nothing should grow any more
LEAST_MARKS = 20  # fewer minutes, or calls, say nothing about growth
SHIFT_BAR_S = 0.5


@dataclass(slots=True)
class _Watch:
    """What a run showed: `held_mb` by call time, the greatest lag, how it ended."""

    process: psutil.Process
    every_s: float
    held_mb: list[tuple[float, float]] = field(default_factory=list)
    worst_lag_s: float = 0.0
    worst_shift_s: float = 0.0
    speed: float | None = None
    words: list[tuple[str, str]] = field(default_factory=list)
    reason: str = ""

    def __call__(self, delivery: Delivery) -> None:
        for envelope in delivery.envelopes:
            event = envelope.event
            if isinstance(event, LagChanged):
                self.worst_lag_s = max(self.worst_lag_s, event.lag_s)
            elif isinstance(event, UtteranceFinal):
                self.words.append((event.speaker.value, event.text))
            elif isinstance(event, Ended):
                self.reason = event.reason
            elif isinstance(event, Progress):
                if self.speed is not None:
                    shift_s = delivery.at_s - event.call_s / self.speed
                    self.worst_shift_s = max(self.worst_shift_s, shift_s)
                if not self.held_mb or event.call_s >= self.held_mb[-1][0] + self.every_s:
                    self.held_mb.append((event.call_s, self.held()))

    def held(self) -> float:
        """Resident megabytes of this process and of those that recognise for it."""
        family = (self.process, *self.process.children(recursive=True))
        return sum(each.memory_info().rss for each in family) / 2**20


def long_run(language: str, minutes: float, speed: float | None, *, isolated: bool) -> bool:
    """One long call on two channels; returns whether it held."""
    sound = long_call(language, minutes, seed=4)
    watch = _Watch(psutil.Process(), every_s=60.0, speed=speed)
    notices: list[str] = []
    begun_s = time.monotonic()
    _run(sound, language, speed, isolated, watch, notices)
    took_s = time.monotonic() - begun_s
    growth_mb = _growth_mb([mb for _, mb in watch.held_mb])
    # Faster than live, lag tells how busy the machine is; live it must keep up.
    kept_up = (
        watch.worst_lag_s <= LAG_BAR_S and watch.worst_shift_s <= LAG_BAR_S + SHIFT_BAR_S
    ) or speed != 1.0
    held = (
        watch.reason == "end_of_recording"
        and not notices
        and growth_mb <= GROWTH_BAR_MB
        and kept_up
    )
    print(f"long call, {language}, {minutes:.0f} min, {_how(speed, isolated)}: {took_s:.0f} s")
    print(f"  utterances {len(watch.words)}, ended by {watch.reason}, notices {len(notices)}")
    print(f"  memory {watch.held_mb[0][1]:.0f} MB at first, {watch.held_mb[-1][1]:.0f} MB at last")
    print(f"  growth {growth_mb:.1f} MB after warming up (bar {GROWTH_BAR_MB:.0f} MB)")
    print(f"  greatest lag {watch.worst_lag_s:.2f} s (bar at live pace {LAG_BAR_S:.0f} s)")
    if speed is not None:
        print(f"  call clock behind the wall clock by at most {watch.worst_shift_s:.2f} s")
    print(f"  {'held' if held else 'DID NOT HOLD'}")
    return held


def many_calls(language: str, calls: int, *, isolated: bool) -> bool:
    """The demonstration call again and again at full speed; returns whether all went the same."""
    sound = demonstration_call(language).audio
    process = psutil.Process()
    first: list[tuple[str, str]] | None = None
    different = 0
    notices: list[str] = []
    held_mb, files, threads = [], [], []
    begun_s = time.monotonic()
    for _ in range(calls):
        watch = _Watch(process, every_s=1e9)
        _run(sound, language, None, isolated, watch, notices)
        first = first or watch.words
        different += watch.words != first or watch.reason != "end_of_recording"
        held_mb.append(watch.held())
        files.append(process.num_fds())
        threads.append(process.num_threads())
    took_s = time.monotonic() - begun_s
    growth_mb = _growth_mb(held_mb)
    held = (
        not different
        and not notices
        and growth_mb <= GROWTH_BAR_MB
        and files[-1] <= files[0] + 2
        and threads[-1] <= threads[0] + 2
    )
    print(f"{calls} calls, {language}, {_how(None, isolated)}: {took_s:.0f} s")
    print(f"  heard differently {different}, notices {len(notices)}")
    print(f"  memory {held_mb[0]:.0f} MB after the first, {held_mb[-1]:.0f} MB after the last")
    print(f"  growth {growth_mb:.1f} MB after warming up (bar {GROWTH_BAR_MB:.0f} MB)")
    print(f"  open files {files[0]} → {files[-1]}, threads {threads[0]} → {threads[-1]}")
    print(f"  {'held' if held else 'DID NOT HOLD'}")
    return held


def _run(
    sound: Path,
    language: str,
    speed: float | None,
    isolated: bool,
    watch: _Watch,
    notices: list[str],
) -> None:
    shown = demonstration_call(language)
    call = RecordedCall(
        audio=sound,
        language=language,
        jurisdiction=shown.jurisdiction,
        model=demonstration_model(language[:2]),
        policy=VerificationPolicy.HEARD,
        speed=speed,
        isolated=isolated,
    )
    guidance = load_guidance(shown.jurisdiction, language, None)
    prepared = prepare(
        call, zone="UTC", call_id="soak", guidance=guidance, deliver=watch, notice=notices.append
    )
    try:
        prepared.run.run()
    finally:
        prepared.source.close()


def _growth_mb(held_mb: list[float]) -> float:
    """The greatest growth after warming up; 0 for a run that is too short to tell."""
    if len(held_mb) < LEAST_MARKS:
        return 0.0
    warm = held_mb[int(WARM_SHARE * len(held_mb)) :]
    return max(warm) - warm[0]


def _how(speed: float | None, isolated: bool) -> str:
    pace = "full speed" if speed is None else f"{speed:g} × live pace"
    return f"{pace}, recognition {'isolated' if isolated else 'here'}"
