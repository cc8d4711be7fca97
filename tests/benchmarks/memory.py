"""(d) Memory besides the model after a two-hour call on the call screen.

The same recording is run through the call screen on a pseudo-terminal, as fast as it goes; what the
process holds at the end, less what a process that only opened the model and its recognisers gained
by that.  The bar: 200 MB.
"""

from __future__ import annotations

import subprocess
import sys
import time

import pexpect
import psutil

from assistant.speech.models import demonstration_model
from tests.benchmarks.material import long_call

BAR_MB = 200.0
_MODEL_ONLY = """
import sys, psutil, vosk
vosk.SetLogLevel(-1)
before = psutil.Process().memory_info().rss
model = vosk.Model(model_path=sys.argv[1])
recognisers = [vosk.KaldiRecognizer(model, 8000) for _ in range(2)]
for recogniser in recognisers:
    recogniser.AcceptWaveform(bytes(160000))
print(psutil.Process().memory_info().rss - before)
"""


def run(language: str, minutes: float) -> float:
    """Measure and tell; returns megabytes besides the model."""
    sound = long_call(language, minutes, seed=2)
    folder = demonstration_model("zh" if language.startswith("zh") else "en").path
    told = subprocess.run(
        [sys.executable, "-c", _MODEL_ONLY, str(folder)], check=True, capture_output=True
    )
    model_mb = int(told.stdout) / 2**20
    command = ["-m", "assistant.cli", "replay", str(sound), "--language", language]
    command += ["--speed", "max", "--model", "demonstration"]
    screen = pexpect.spawn(sys.executable, command, dimensions=(40, 120), timeout=60)
    process = psutil.Process(screen.pid)
    marks: list[tuple[float, float]] = []
    begun_s = time.monotonic()
    _read(screen, 3.0)
    screen.send("\r")
    idle_s = 0.0
    cpu_s = 0.0
    while idle_s < 6.0:
        _read(screen, 1.0)
        used_s = sum(process.cpu_times()[:2])
        idle_s = idle_s + 1.0 if used_s - cpu_s < 0.1 else 0.0
        cpu_s = used_s
        marks.append((time.monotonic() - begun_s, process.memory_info().rss / 2**20))
    end_mb = process.memory_info().rss / 2**20
    screen.send("\x03")
    screen.close(force=True)
    besides_mb = end_mb - model_mb
    print(f"memory after {minutes:.0f} min of call, {language}, call screen")
    print(f"  whole process {end_mb:.0f} MB, of which the model {model_mb:.0f} MB")
    print(f"  besides the model {besides_mb:.0f} MB  (bar {BAR_MB:.0f} MB)")
    for share in (0.1, 0.5, 1.0):
        at_s, held_mb = marks[min(len(marks) - 1, int(share * len(marks)))]
        print(f"  after {at_s:5.0f} s of running {held_mb:.0f} MB")
    return besides_mb


def _read(screen: pexpect.spawn[str], seconds: float) -> None:
    until_s = time.monotonic() + seconds
    while (left_s := until_s - time.monotonic()) > 0:
        try:
            screen.read_nonblocking(65536, timeout=left_s)
        except pexpect.TIMEOUT:
            return
        except pexpect.EOF:
            raise SystemExit("the screen ended by itself") from None
