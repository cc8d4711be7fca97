"""Whole calls by several authors, each utterance with the stage or exit that the talk is in.

Owns reading `calls/<language>/<author>.jsonl`, one utterance a line in the order of the call:
`{"call": …, "who": "agent"|"customer", "text": …, "stage": SLUG, "objection": SLUG}`, the last only
where one is raised.  All of them are invented.  Whoever is not the agent counts as the customer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

from compliance.documents import Schema
from compliance.errors import BadInput, Fault, MissingPart
from compliance.learning.example_files import example_lines
from scripts.prompt import EXITS, OBJECTIONS, STAGES

FOLDER = Path(__file__).parent / "calls"
TALK = (*STAGES, *EXITS)
"""What the talk can be in, in the order of the scorers' shares."""


class _Turn(Schema):
    call: str
    who: Literal["agent", "customer"]
    text: str
    stage: str
    objection: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance; `objection` is empty where none was raised."""

    who: str
    text: str
    stage: str
    objection: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call, by its author (`en/a`)."""

    author: str
    turns: tuple[Turn, ...]


def languages_of(language: str) -> tuple[str, ...]:
    """The folders whose lines a scorer's language (`en`, `zh`) learns from."""
    return ("zh", "yue") if language == "zh" else (language,)


def load_calls(language: str, folder: Path = FOLDER) -> tuple[Call, ...]:
    """All calls in a language: `en`, or `zh` with those in Cantonese.

    Raises:
        MissingPart: there are none.
        BadInput: lines have faults, all told with their places.
    """
    paths = [
        path for name in languages_of(language) for path in sorted((folder / name).glob("*.jsonl"))
    ]
    if not paths:
        raise MissingPart(f"there are no whole calls for {language}")
    faults: list[Fault] = []
    calls = [
        Call(
            f"{path.parent.name}/call-{path.stem}",
            tuple(Turn(turn.who, turn.text, turn.stage, turn.objection or "") for turn in turns),
        )
        for path in paths
        for _, turns in groupby(_turns(path, faults), key=lambda turn: turn.call)
    ]
    if faults:
        raise BadInput("the calls have faults", tuple(faults))
    return tuple(calls)


def _turns(path: Path, faults: list[Fault]) -> Iterator[_Turn]:
    for number, turn in example_lines(path, _Turn, faults):
        if turn.stage not in TALK:
            faults.append(Fault(path, number, 1, f"stage is none of: {', '.join(TALK)}"))
        elif turn.objection not in (None, *OBJECTIONS):
            faults.append(Fault(path, number, 1, f"objection is none of: {', '.join(OBJECTIONS)}"))
        else:
            yield turn
