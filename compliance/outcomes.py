"""What the outcome of an earlier contact counts as.

Owns the format of `outcomes.yaml`, which sorts the words of dialers and desks into classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import RootModel

from compliance.documents import load_document
from compliance.errors import BadInput
from compliance.pack_cache import PackCache


class _OutcomeFile(RootModel[dict[str, tuple[str, ...]]]):
    pass


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Classes of outcomes (`conversation`, `unanswered`, …) and the class of each word."""

    classes: frozenset[str] = frozenset()
    words: Mapping[str, str] = field(default_factory=dict)

    def class_of(self, outcome: str | None) -> str | None:
        """The class of an outcome as recorded; `None` where that is unknown."""
        if outcome is None:
            return None
        return self.words.get(outcome.strip().casefold().replace(" ", "_").replace("-", "_"))


def load_outcomes(path: Path, cache: PackCache | None = None) -> Outcomes:
    """The outcomes of a file.

    Raises:
        BadInput: it has faults, or a word stands in two classes.
    """
    document = load_document(path, _OutcomeFile, cache)
    words: dict[str, str] = {}
    faults = []
    for name, found in document.value.root.items():
        for index, word in enumerate(found):
            if words.setdefault(word, name) != name:
                faults.append(document.fault(f"{word!r} is in two classes", name, index))
    if faults:
        raise BadInput(f"{path} has faults", tuple(faults))
    return Outcomes(frozenset(document.value.root), words)
