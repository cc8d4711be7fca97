"""What the command `doctor` does.

Owns what is examined besides speech and sound (rule packs, flows) and how the report is written.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from assistant import __version__
from assistant.record.locations import Locations, locate
from assistant.rules_in_force import RulesInForce
from assistant.speech.diagnosis import Check, State, diagnose, terminal_here
from compliance.packs import available
from scripts.flow_file import flow_languages, load_flow

# Which rule pack goes with which language of call.
_PACK_LANGUAGES = {
    "us": ("en-US",),
    "tw": ("zh-TW",),
    "cn": ("zh-CN",),
    "hk": ("zh-HK", "en-HK"),
    "uk": ("en-GB",),
}
_SIGNS = {State.OK: "✔", State.WARN: "!", State.FAIL: "✘"}


def doctor(data_dir: Path | None, *, as_json: bool) -> int:
    """Write the report to standard output; returns 3 where something needed is missing."""
    contents: dict[str, Callable[[], str]] = {}
    locations = locate(data_dir, os.environ)
    for jurisdiction in available():
        for language in _PACK_LANGUAGES[jurisdiction]:
            name = f"rules_{jurisdiction}_{language}"
            contents[name] = partial(_rules, locations, jurisdiction, language)
    for language in flow_languages():
        contents[f"script_{language}"] = partial(_flow, language)
    checks = diagnose(
        data_dir=locations.data_dir,
        terminal=terminal_here(),
        clock=time.monotonic,
        contents=contents,
    )
    sys.stdout.write(_as_json(checks) if as_json else _as_lines(checks))
    return 3 if any(check.state is State.FAIL for check in checks) else 0


def _rules(locations: Locations, jurisdiction: str, language: str) -> str:
    in_force = RulesInForce.at(locations)
    rules = in_force(jurisdiction, language)
    own = in_force.changes(rules)
    return f"{len(rules.rules)} rules; no lawyer has reviewed them{own and f'; {own}'}"


def _flow(language: str) -> str:
    return f"{len(load_flow(language).main_line)} steps"


def _as_json(checks: tuple[Check, ...]) -> str:
    report = {
        "version": __version__,
        "ok": not any(check.state is State.FAIL for check in checks),
        "checks": [
            {
                "name": check.name,
                "state": check.state.value,
                "detail": check.detail,
                "remedy": check.remedy,
            }
            for check in checks
        ],
    }
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def _as_lines(checks: tuple[Check, ...]) -> str:
    lines = []
    for check in checks:
        lines.append(f"{_SIGNS[check.state]} {check.state.value:<5} {check.name}: {check.detail}")
        if check.remedy:
            lines.append(f"{'':8}→ {check.remedy}")
    return "\n".join(lines) + "\n"
