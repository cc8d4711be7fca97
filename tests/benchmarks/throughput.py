"""(a) Processor time of `replay --speed max` on two channels against a bare recognition loop.

Start-up is excluded on both sides by taking off the same run on one second of sound.  The bar: at
most 1.25 times the loop.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import soundfile

from assistant.speech.models import demonstration_model
from tests.benchmarks import measuring
from tests.benchmarks.material import long_call

BAR = 1.25


def run(language: str, minutes: float, runs: int) -> float:
    """Measure and tell; returns the ratio of the medians."""
    sound = long_call(language, minutes, seed=1)
    model = str(demonstration_model("zh" if language.startswith("zh") else "en").path)
    with tempfile.TemporaryDirectory() as folder:
        short = Path(folder) / "second.flac"
        samples, rate_hz = soundfile.read(sound, frames=soundfile.info(sound).samplerate)
        soundfile.write(short, samples, rate_hz)
        ours: list[float] = []
        loops: list[float] = []
        for _ in range(runs):
            ours.append(_replay(sound, language) - _replay(short, language))
            loops.append(_loop(model, sound) - _loop(model, short))
    ratios = [mine / loop for mine, loop in zip(ours, loops, strict=True)]
    print(f"throughput, {language}, {minutes:.0f} min, two channels, {runs} runs")
    print(f"  replay     {measuring.spread(ours)} s of processor")
    print(f"  bare loop  {measuring.spread(loops)} s of processor")
    print(f"  ratio      {measuring.spread(ratios)}  (bar {BAR})")
    return measuring.median(ratios)


def _replay(sound: Path, language: str) -> float:
    arguments = ("replay", str(sound), "--language", language, "--speed", "max", "--jsonl")
    command = measuring.assistant(*arguments, "--model", "demonstration")
    return measuring.use(command).cpu_s


def _loop(model: str, sound: Path) -> float:
    command = [sys.executable, "-m", "tests.benchmarks.yardstick_loop", model, str(sound)]
    return measuring.use(command).cpu_s
