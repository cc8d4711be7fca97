"""The rules' example utterances, as sentences for words, language model and voices."""

from __future__ import annotations

import json
from pathlib import Path


def examples(folder: Path | None) -> list[str]:
    """What collectors and customers say, lawful or not, from the rules' examples."""
    if folder is None:
        return []
    return [
        str(json.loads(line)["text"])
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
