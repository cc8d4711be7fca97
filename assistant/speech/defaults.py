"""Which installed model hears calls of a language when none is named.

Owns the small file in the folder of models that records what `assistant models use` chose.  It must
not check that the model is there: whoever resolves a model does.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from compliance.errors import AssistantError

FILE = "defaults.json"


def read_defaults(models_dir: Path) -> dict[str, str]:
    """The chosen model's name by model language (`en`, `zh`); empty where nothing was chosen.

    A damaged file counts as nothing chosen: the next choice writes it anew.
    """
    try:
        told = json.loads((models_dir / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(told, dict):
        return {}
    return {str(language): name for language, name in told.items() if isinstance(name, str)}


def write_default(models_dir: Path, language: str, name: str | None) -> None:
    """Choose `name` for the model language, or nothing any more.

    Raises:
        AssistantError: the folder cannot be written to.
    """
    chosen = read_defaults(models_dir)
    if name is None:
        chosen.pop(language, None)
    else:
        chosen[language] = name
    target = models_dir / FILE
    fresh = models_dir / f"{FILE}.{os.getpid()}"
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(chosen, indent=1, sort_keys=True) + "\n", "utf-8")
        fresh.replace(target)
    except OSError as fault:
        raise AssistantError(
            f"{target} cannot be written ({fault.strerror})",
            "Change its permissions, or name another folder with --data-dir",
        ) from fault
    finally:
        fresh.unlink(missing_ok=True)
