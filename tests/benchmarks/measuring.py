"""Whole processes measured from outside: processor time, wall time, memory.

Owns how a figure is taken: runs interleaved with their yardstick, medians told, and the machine
named, since it is shared and noisy; a ratio of the same run decides, an absolute figure informs.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Usage:
    """What one finished process used: seconds, seconds, and peak resident bytes."""

    cpu_s: float
    wall_s: float
    peak_rss_bytes: int


def use(command: Sequence[str]) -> Usage:
    """Run a command to its end, its output thrown away; it must succeed."""
    begun_s = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    complaint = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - begun_s
    if status != 0:
        sys.stderr.write(complaint.decode("utf-8", "replace"))
        raise SystemExit(f"{command[0]} ended with status {status}")
    return Usage(usage.ru_utime + usage.ru_stime, wall_s, usage.ru_maxrss * 1024)


def machine() -> str:
    """One line about where a figure was taken."""
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()},"
        f" {psutil.virtual_memory().total / 2**30:.0f} GiB"
    )


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def spread(values: Sequence[float]) -> str:
    """Median, with the smallest and largest behind it."""
    return f"{median(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000 * len(ordered)) // 1000) - 1))]


def assistant(*arguments: str) -> list[str]:
    """The command line that runs the program in this environment."""
    return [sys.executable, "-m", "assistant.cli", *arguments]
