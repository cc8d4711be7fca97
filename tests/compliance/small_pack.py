"""A pack of a few lines on disk, for tests of what the rule language can say."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

from compliance.packs import load_rules
from compliance.phrases import PACKS
from compliance.rules import RuleSet

PLAIN_RULE = """
- id: US-01
  family: threat
  severity: critical
  verified_law: verified
  citation: Somewhere 1
"""
PLAIN_DETECTORS = """
plain:
  phrases: [green umbrella]
"""


def write_pack(
    folder: Path,
    *,
    rules: str = PLAIN_RULE,
    detectors: str = PLAIN_DETECTORS,
    statements: str = "",
    parts: str = "",
    events: str = "",
    files: Mapping[str, str] | None = None,
) -> Path:
    """Write a pack for `us` in English with one detector file, `threat`; returns its folder.

    Concepts, cues and what an agent is told are those that ship.
    """
    packs = folder / "packs"
    for part in ("concepts", "cues", "rates", "zones", "outcomes"):
        if (PACKS / part).is_dir():
            shutil.copytree(PACKS / part, packs / part, dirs_exist_ok=True)
    (packs / "detectors").mkdir(parents=True, exist_ok=True)
    shutil.copy(PACKS / "families.yaml", packs)
    head = "family: threat\nlanguage: en\n"
    if parts:
        head += f"parts:\n{indent(dedent(parts).strip(), '  ')}\n"
    body = indent(dedent(detectors).strip(), "  ")
    (packs / "detectors" / "threat.en.yaml").write_text(f"{head}detectors:\n{body}\n", "utf-8")
    text = "jurisdiction: us\nlanguage: en-US\nneutral:\n  - text: Let me start again.\n"
    text += f"rules:\n{indent(dedent(rules).strip(), '  ')}\n"
    if statements:
        text += f"statements:\n{indent(dedent(statements).strip(), '  ')}\n"
    (packs / "us.yaml").write_text(text, "utf-8")
    if events:
        (packs / "events").mkdir()
        written = f"language: en\nevents:\n{indent(dedent(events).strip(), '  ')}\n"
        (packs / "events" / "en.yaml").write_text(written, "utf-8")
    for name, content in (files or {}).items():
        (packs / name).parent.mkdir(parents=True, exist_ok=True)
        (packs / name).write_text(content, "utf-8")
    return packs


def small_rules(
    folder: Path,
    language: str = "en-US",
    **parts: Any,
) -> RuleSet:
    """The rules of such a pack."""
    return load_rules("us", language, write_pack(folder, **parts))
