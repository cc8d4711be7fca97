"""What makes a call hard on the agent: hostile words, distress, a threat, its length.

Owns the reading of `hard_calls.yaml` and the counting of one call.  It is for the agent alone: what
it counts is no finding, makes no event, is kept nowhere and forgotten with the call.  Pure but for
the reading of the file: events in, a yes or no out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

from pydantic import Field

from assistant.events import (
    CustomerDid,
    Ended,
    FindingChanged,
    Input,
    Output,
    PromptChanged,
    UtteranceFinal,
)
from compliance.documents import Schema, load_document
from compliance.errors import BadInput
from compliance.findings import Status
from compliance.phrases import Concepts, Phrase, PhraseSet
from compliance.tongues import base_language, layers
from compliance.transcript import Speaker


class _File(Schema):
    """The file; `words` by base language."""

    hostile_utterances: Annotated[int, Field(ge=1, le=20)]
    long_minutes: Annotated[int, Field(ge=5, le=240)]
    routes: tuple[str, ...]
    stages: tuple[str, ...]
    words: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]]


@dataclass(frozen=True, slots=True)
class HardCalls:
    """When a call is hard: the words of one language, and the limits; see the file."""

    hostile: PhraseSet
    hostile_utterances: int
    long_s: float
    routes: frozenset[str]
    stages: frozenset[str]

    def is_hostile(self, text: str) -> bool:
        """Whether something that was said is hostile."""
        return bool(self.hostile.search(self.hostile.fold(text)))


@lru_cache(maxsize=2)
def load_hard_calls(language: str) -> HardCalls:
    """What ships, for the language that is spoken (`en-US`, `zh-HK`, …).

    Raises:
        BadInput: as `read_hard_calls`.
    """
    with as_file(files("assistant.rest") / "hard_calls.yaml") as path:
        return read_hard_calls(path, language)


def read_hard_calls(path: Path, language: str) -> HardCalls:
    """Read a file of this form.

    Raises:
        BadInput: it has faults, or no words of this language; all are told with line and column.
    """
    document = load_document(path, _File)
    read, base = document.value, base_language(language)
    phrases = [
        Phrase(text, "hostile", path, *document.place("words", layer, number))
        for layer in layers(base)
        for number, text in enumerate(read.words.get(layer, ()))
    ]
    if not phrases:
        raise BadInput(f"{path} has faults", (document.fault(f"no words of {base}", "words"),))
    return HardCalls(
        PhraseSet.compile(phrases, Concepts.none(base)),
        read.hostile_utterances,
        read.long_minutes * 60.0,
        frozenset(read.routes),
        frozenset(read.stages),
    )


class CallStrain:
    """One call as it goes; `hard` once it has been hard on whoever takes it."""

    def __init__(self, hard_calls: HardCalls) -> None:
        self._known = hard_calls
        self._hostile = 0
        self.hard = False

    def take(self, events: Iterable[Input | Output]) -> None:
        """Take what happened in."""
        for event in events:
            self.hard = self.hard or self._is_hard(event)

    def _is_hard(self, event: Input | Output) -> bool:
        known = self._known
        match event:
            case UtteranceFinal(speaker=speaker, text=text) if speaker is not Speaker.AGENT:
                self._hostile += known.is_hostile(text)
                return self._hostile >= known.hostile_utterances
            case FindingChanged(finding=finding):
                return finding.status is Status.CONFIRMED and finding.rule in known.routes
            case CustomerDid(doing=stage):
                return stage in known.stages
            case PromptChanged(prompt=prompt):
                return prompt.stage in known.stages
            case Ended(duration_s=duration_s):
                return duration_s >= known.long_s
            case _:
                return False
