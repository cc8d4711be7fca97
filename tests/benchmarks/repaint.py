"""(c) Key press to repaint with 2,000 utterances on a real pseudo-terminal, 120 by 40.

Measured from the byte written to the terminal to the last byte of the repaint that it caused.  The
bar: 95 of 100 within 50 ms.
"""

from __future__ import annotations

import sys
import time

import pexpect

from tests.benchmarks import measuring

BAR_MS = 50.0
KEYS = {
    "up": "\x1b[A",
    "down": "\x1b[B",
    "page up": "\x1b[5~",
    "page down": "\x1b[6~",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "account": "\x1bOS",
    "account again": "\x1bOS",
}
# A repaint is over when nothing more came for this long.
_QUIET_S = 0.04


def run(utterances: int, rounds: int) -> float:
    """Measure and tell; returns the 95th percentile in milliseconds."""
    command = ["-m", "tests.benchmarks.full_screen", str(utterances)]
    screen = pexpect.spawn(sys.executable, command, dimensions=(40, 120), timeout=60)
    _drain(screen, 3.0)
    delays_ms: dict[str, list[float]] = {name: [] for name in KEYS}
    for _ in range(rounds):
        for name, key in KEYS.items():
            begun_s = time.perf_counter()
            screen.send(key)
            last_s = _drain(screen, _QUIET_S, at_least_s=0.3)
            if last_s is not None:
                delays_ms[name].append((last_s - begun_s) * 1000)
    screen.send("\x03")
    screen.close(force=True)
    every = [delay for delays in delays_ms.values() for delay in delays]
    p95_ms = measuring.percentile(every, 0.95)
    print(f"key press to repaint, {utterances} utterances, 120 x 40, {len(every)} presses")
    p50_ms = measuring.percentile(every, 0.5)
    print(f"  p50 {p50_ms:.1f} ms, p95 {p95_ms:.1f} ms  (bar {BAR_MS} ms)")
    for name, delays in delays_ms.items():
        if delays:
            print(f"  {name:14} p95 {measuring.percentile(delays, 0.95):.1f} ms")
    return p95_ms


def _drain(screen: pexpect.spawn[str], quiet_s: float, at_least_s: float = 0.0) -> float | None:
    """Read until nothing comes for `quiet_s`; the time of the last byte, or `None` for none."""
    last_s: float | None = None
    begun_s = time.perf_counter()
    while True:
        wait_s = quiet_s if last_s is not None else max(quiet_s, at_least_s)
        try:
            screen.read_nonblocking(65536, timeout=wait_s)
            last_s = time.perf_counter()
        except pexpect.TIMEOUT:
            return last_s
        except pexpect.EOF:
            raise SystemExit("the screen ended by itself") from None
        if time.perf_counter() - begun_s > 10:
            raise SystemExit("the screen never comes to rest")
