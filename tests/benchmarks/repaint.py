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
    "page up": "\x1b[5~",
    "page down": "\x1b[6~",
    "home": "\x1b[H",
    "down": "\x1b[B",
    "end": "\x1b[F",
    "language": "\x1bOQ",
    "account": "\x1bOS",
}
# A repaint is over when nothing more came for this long.
_QUIET_S = 0.04


def run(utterances: int, rounds: int) -> float:
    """Measure and tell; returns the 95th percentile in milliseconds."""
    print(f"key press to repaint, 120 x 40, {rounds} rounds of {len(KEYS)} keys")
    empty = _measure(5, rounds)
    long = _measure(utterances, rounds)
    ratio = measuring.percentile(long, 0.95) / measuring.percentile(empty, 0.95)
    print(f"  p95 with {utterances} utterances against a call just begun: {ratio:.2f} times")
    return measuring.percentile(long, 0.95)


def _measure(utterances: int, rounds: int) -> list[float]:
    command = ["-m", "tests.benchmarks.full_screen", str(utterances)]
    screen = pexpect.spawn(
        sys.executable, command, dimensions=(40, 120), timeout=60, encoding="utf-8"
    )
    screen.delaybeforesend = None  # by default it waits 50 ms before it writes a key
    _drain(screen, 4.0, at_least_s=60.0)  # a long call takes a while to be made
    delays_ms: dict[str, list[float]] = {name: [] for name in KEYS}
    for _ in range(rounds):
        for name, key in KEYS.items():
            begun_s = time.perf_counter()
            screen.send(key)
            last_s = _drain(screen, _QUIET_S, at_least_s=0.3)
            if last_s is not None:
                delays_ms[name].append((last_s - begun_s) * 1000)
            if name == "account":  # shut the sheet again; a lone Escape is read after a delay
                screen.send("\x1b")
                _drain(screen, 0.4)
    screen.send("\x03")
    screen.close(force=True)
    every = [delay for delays in delays_ms.values() for delay in delays]
    p50_ms, p95_ms = (measuring.percentile(every, share) for share in (0.5, 0.95))
    print(f"  {utterances} utterances: p50 {p50_ms:.1f} ms, p95 {p95_ms:.1f} ms  (bar {BAR_MS} ms)")
    for name, delays in delays_ms.items():
        if delays:
            p95_of_key_ms = measuring.percentile(delays, 0.95)
            print(f"    {name:14} p95 {p95_of_key_ms:6.1f} ms of {len(delays)}")
    return every


def _drain(screen: pexpect.spawn[str], quiet_s: float, at_least_s: float = 0.0) -> float | None:
    """Read until nothing comes for `quiet_s`; the time of the last byte, or `None` for none."""
    last_s: float | None = None
    first_s = 0.0
    while True:
        wait_s = quiet_s if last_s is not None else max(quiet_s, at_least_s)
        try:
            screen.read_nonblocking(65536, timeout=wait_s)
            last_s = time.perf_counter()
            first_s = first_s or last_s
        except pexpect.TIMEOUT:
            return last_s
        except pexpect.EOF:
            raise SystemExit("the screen ended by itself") from None
        if last_s - first_s > 10:
            raise SystemExit("the screen never comes to rest")
