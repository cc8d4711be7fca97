"""(b) At live pace: seconds from the true end of the last prohibited word to its flag.

The bar: 95 of 100 within 1.0 s, and at most 10 % of the provisional flags withdrawn.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.benchmarks import measuring
from tests.benchmarks.material import breach_recording

BAR_S = 1.0
BAR_WITHDRAWN = 0.10
# A flag belongs to a breach when it comes between the first prohibited word and this long after
# the last one, or before the next breach begins.
_BELONGS_WITHIN_S = 6.0


def run(language: str, breaches: int, seed: int) -> float:
    """Measure and tell; returns the 95th percentile, seconds."""
    material = breach_recording(language, breaches, seed)
    records = _replay(material.audio, language)
    findings = [record for record in records if record["type"] == "finding"]
    flagged = [
        record
        for record in findings
        if record["status"] != "withdrawn" and record["kind"] != "required"
    ]
    delays_s: list[float] = []
    missed = []
    for breach in material.breaches:
        mine = [
            record["at_s"]
            for record in flagged
            if record["start_s"] is not None
            and breach.start_s - 1.0 <= record["start_s"] <= breach.end_s + 1.0
            and record["at_s"] <= breach.end_s + _BELONGS_WITHIN_S
        ]
        if mine:
            delays_s.append(min(mine) - breach.end_s)
        else:
            missed.append(breach)
    provisional = {record["id"] for record in findings if record["status"] == "provisional"}
    withdrawn = {record["id"] for record in findings if record["status"] == "withdrawn"}
    share = len(provisional & withdrawn) / len(provisional) if provisional else 0.0
    p50_s, p95_s = (measuring.percentile(delays_s, part) for part in (0.5, 0.95))
    print(f"flag latency at live pace, {language}, {len(material.breaches)} breaches")
    print(f"  flagged                {len(delays_s)} of {len(material.breaches)}")
    print(f"  from last word's end   p50 {p50_s:.2f} s, p95 {p95_s:.2f} s  (bar p95 {BAR_S} s)")
    print(f"  provisional withdrawn  {share:.1%} of {len(provisional)}  (bar {BAR_WITHDRAWN:.0%})")
    for breach in missed:
        print(f"  not flagged at {breach.end_s:7.2f} s: {breach.text}")
    return p95_s


def _replay(audio: Path, language: str) -> list[dict[str, Any]]:
    arguments = ("replay", str(audio), "--language", language, "--speed", "1", "--jsonl")
    command = measuring.assistant(*arguments, "--model", "demonstration")
    finished = subprocess.run(command, check=True, capture_output=True)
    return [json.loads(line) for line in finished.stdout.splitlines()]
