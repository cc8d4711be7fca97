"""The demonstration calls that come with the program.

Owns where their files lie and their strict loader: what leaves here is complete and agrees with
itself.  The calls are invented from end to end and spoken by a synthesiser; `assistant.demo.make`
makes them anew.  Nothing here needs the synthesiser.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from assistant.events import Act
from compliance.documents import Schema, validate_mapping
from compliance.errors import AssistantError, BadInput, Fault, MissingPart

FOLDER = Path(__file__).parent / "calls"


@dataclass(frozen=True, slots=True)
class DeskAct:
    """A key of the agent; `at_s` is seconds of call time."""

    at_s: float
    act: Act
    argument: str = ""


@dataclass(frozen=True, slots=True)
class DemonstrationCall:
    """One call: two channels of sound (agent, then customer) and what belongs to it.

    `audio` is FLAC at 8 kHz; `transcript` is what was really said, in the form that `assistant
    check` reads; `account` is the file of the customer; `desk` is what the agent's keys do.
    """

    language: str
    jurisdiction: str
    collector: str
    started_at: str
    audio: Path
    transcript: Path
    account: Path
    desk: tuple[DeskAct, ...]


class _DeskLine(Schema):
    at_s: Annotated[float, Field(ge=0.0)]
    act: str
    argument: str = ""


def demonstration_languages(folder: Path = FOLDER) -> tuple[str, ...]:
    """The languages that there is a call for."""
    return tuple(sorted(path.stem for path in folder.glob("*.flac")))


def demonstration_call(language: str, folder: Path = FOLDER) -> DemonstrationCall:
    """The call in `language`.

    Raises:
        AssistantError: there is none in this language; names those there are.
        MissingPart: one of its files is missing.
        BadInput: one of its files is malformed.
    """
    languages = demonstration_languages(folder)
    if language not in languages:
        raise AssistantError(
            f"there is no demonstration call for {language}",
            f"There are calls for {', '.join(languages)}" if languages else "Install anew",
        )
    audio = folder / f"{language}.flac"
    transcript = folder / f"{language}.transcript.jsonl"
    account = folder / f"{language}.account.json"
    keys = folder / f"{language}.desk.jsonl"
    for path in (transcript, account, keys):
        if not path.is_file():
            raise MissingPart(
                f"{path.name} of the demonstration call is missing", "Install the program anew"
            )
    header = _header(transcript)
    return DemonstrationCall(
        language=language,
        jurisdiction=header["jurisdiction"],
        collector=header["collector"],
        started_at=header["started_at"],
        audio=audio,
        transcript=transcript,
        account=account,
        desk=_desk(keys),
    )


def _header(path: Path) -> dict[str, str]:
    """The texts of the transcript's first line that a call starts with."""
    with path.open(encoding="utf-8") as lines:
        record = _record(path, 1, lines.readline())
    texts = {name: record.get(name) for name in ("jurisdiction", "collector", "started_at")}
    faults = [
        Fault(path, 1, 1, f"the call line has no {name}")
        for name, value in texts.items()
        if not isinstance(value, str)
    ]
    if faults:
        raise BadInput("the demonstration call cannot be used", tuple(faults))
    return {name: str(value) for name, value in texts.items()}


def _desk(path: Path) -> tuple[DeskAct, ...]:
    acts: list[DeskAct] = []
    known = {act.value for act in Act}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        entry = validate_mapping(_record(path, number, line), _DeskLine, path=f"{path}:{number}")
        if entry.act not in known:
            raise BadInput(
                "the demonstration call cannot be used",
                (Fault(path, number, 1, f"there is no act {entry.act!r}"),),
            )
        acts.append(DeskAct(entry.at_s, Act(entry.act), entry.argument))
    return tuple(sorted(acts, key=lambda act: act.at_s))


def _record(path: Path, number: int, line: str) -> dict[str, object]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        fault = Fault(path, number, error.colno, "this line is not JSON")
        raise BadInput("the demonstration call cannot be used", (fault,)) from None
    if not isinstance(record, dict):
        fault = Fault(path, number, 1, "this line is not an object")
        raise BadInput("the demonstration call cannot be used", (fault,))
    return record
