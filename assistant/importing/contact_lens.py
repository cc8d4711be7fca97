"""Reads what Amazon Connect Contact Lens writes of a call once it is over (JSON, version 1.x).

Owns the schema of the parts that are read: participants, turns with offsets in milliseconds, the
call's length, its language and the recording's name, which tells when it began.  AWS adds keys as
it likes, so others are passed over; those that are read are strict.
https://docs.aws.amazon.com/connect/latest/adminguide/contact-lens-example-output-files.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.events import Source
from assistant.importing import written
from assistant.importing.written import Turn, Written, refused
from compliance.errors import BadInput, Fault
from compliance.transcript import Speaker

_EXPORT = "Give the file as Contact Lens wrote it (…/Analysis/Voice/…json)."
_ROLES = {
    "AGENT": Speaker.AGENT,
    "CUSTOMER": Speaker.CUSTOMER,
}
# …/CONTACT-ID_20260512T10:15_UTC.wav
_BEGAN = re.compile(r"_(\d{8}T\d{2}[:_]\d{2})_UTC\.wav$")
_MOST_FAULTS = 20
_Millis = Annotated[int, Field(ge=-(2**53), le=2**53)]


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class _Participant(_Read):
    ParticipantId: str
    ParticipantRole: str | None = None


class _Turn(_Read):
    Id: str | None = None
    ParticipantId: str
    Content: str
    BeginOffsetMillis: _Millis
    EndOffsetMillis: _Millis


class _Characteristics(_Read):
    TotalConversationDurationMillis: _Millis | None = None


class _Metadata(_Read):
    InputS3Uri: str | None = None


class _Analysis(_Read):
    Version: str
    Channel: str = "VOICE"
    JobStatus: str = "COMPLETED"
    LanguageCode: str | None = None
    Participants: tuple[_Participant, ...] = ()
    CustomerMetadata: _Metadata | None = None
    ConversationCharacteristics: _Characteristics | None = None
    Transcript: tuple[_Turn, ...]


def read_contact_lens(content: bytes, path: Path | str) -> Written:
    """The transcript in an analysis file.

    Args:
        content: the file.
        path: names it in faults.

    Raises:
        BadInput: it is none, or breaks a bound; faults name the place within and never the words.
    """
    analysis = _analysis(_object(content, path), path)
    if not analysis.Version.startswith("1."):
        raise refused(path, "is of a version that this program does not know", _EXPORT)
    if analysis.Channel != "VOICE":
        raise refused(path, "is of a chat, not of a call", "Leave it out.")
    if analysis.JobStatus != "COMPLETED":
        raise refused(path, "is of an analysis that was not completed", "Leave it out.")
    roles = _roles(analysis.Participants)
    total = analysis.ConversationCharacteristics
    millis = total.TotalConversationDurationMillis if total is not None else None
    if millis is not None and not 0 <= millis <= written.LONGEST_S * 1000:
        raise refused(path, "ConversationCharacteristics: its length is none of a call", _EXPORT)
    duration_s = millis / 1000 if millis is not None else None
    turns = _turns(analysis.Transcript, roles, duration_s, path)
    metadata = analysis.CustomerMetadata
    return Written(
        source=Source.CONTACT_LENS,
        digest=written.digest_of(content),
        turns=turns,
        speakers=tuple(dict.fromkeys(roles.values())),
        duration_s=duration_s,
        language=analysis.LanguageCode,
        started_at=_began(metadata.InputS3Uri if metadata is not None else None),
    )


def _object(content: bytes, path: Path | str) -> object:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise refused(path, "this is not UTF-8", _EXPORT, line=line) from None
    try:
        return json.loads(text, object_pairs_hook=_pairs, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        fault = Fault(path, error.lineno, error.colno, f"this is not JSON: {error.msg}")
        raise BadInput(f"{path} was not read", (fault,), _EXPORT) from None
    except (ValueError, RecursionError):
        message = "this is no analysis: a number, a key or the nesting is out of bounds"
        raise refused(path, message, _EXPORT) from None


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _analysis(value: object, path: Path | str) -> _Analysis:
    try:
        # Through JSON text, as every schema of this house: arrays become tuples.
        return _Analysis.model_validate_json(json.dumps(value))
    except ValidationError as error:
        if error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid":
            # What was parsed once and cannot be again.
            raise refused(path, "a text holds half a character", _EXPORT) from None
        faults = tuple(
            Fault(path, 0, 0, f"{_place(one['loc'])}: {_words(one['msg'])}")
            for one in error.errors(include_url=False, include_input=False)[:_MOST_FAULTS]
        )
        raise BadInput(f"{path} has faults", faults, _EXPORT) from None
    except RecursionError:
        raise refused(path, "this is no analysis: it is nested too deep", _EXPORT) from None


def _place(location: Iterable[str | int]) -> str:
    """Where a value stands: names of the schema and numbers of turns, never a key of the file."""
    return ".".join(map(str, location)) or "the file"


def _words(message: str) -> str:
    return message[0].lower() + message[1:]


def _roles(participants: tuple[_Participant, ...]) -> Mapping[str, Speaker]:
    """Who each participant is; older files name the role in the id."""
    return {
        one.ParticipantId: _ROLES.get(one.ParticipantRole or one.ParticipantId, Speaker.UNKNOWN)
        for one in participants
    }


def _turns(
    given: tuple[_Turn, ...],
    roles: Mapping[str, Speaker],
    duration_s: float | None,
    path: Path | str,
) -> tuple[Turn, ...]:
    if len(given) > written.MOST_TURNS:
        raise refused(path, f"Transcript: has more than {written.MOST_TURNS} turns")
    faults: list[Fault] = []
    seen: set[str] = set()
    turns: list[Turn] = []
    for number, one in enumerate(given):

        def bad(what: str, number: int = number) -> None:
            faults.append(Fault(path, 0, 0, f"Transcript.{number}: {what}"))

        start_s, end_s = one.BeginOffsetMillis / 1000, one.EndOffsetMillis / 1000
        wrong = written.wrong_times(start_s, end_s, duration_s)
        if wrong:
            bad(wrong)
        if one.Id is not None and one.Id in seen:
            bad("has the Id of an earlier turn")
        seen.add(one.Id or "")
        speaker = roles.get(one.ParticipantId) or _ROLES.get(one.ParticipantId)
        if speaker is None:
            bad("is of nobody among the Participants")
        try:
            text = written.said(one.Content)
        except ValueError as error:
            bad(f"Content {error}")
            continue
        if text:
            turns.append(Turn(speaker or Speaker.UNKNOWN, text, start_s, end_s))
    if faults:
        raise BadInput(f"{path} has faults", tuple(faults[:_MOST_FAULTS]), _EXPORT)
    if not turns:
        raise refused(path, "Transcript: nothing was said", "Leave it out.")
    return tuple(sorted(turns, key=lambda turn: turn.start_s or 0.0))


def _began(uri: str | None) -> datetime | None:
    """When the call began, by the name that Connect gives its recording."""
    match = _BEGAN.search(uri or "")
    if match is None:
        return None
    try:
        began = datetime.strptime(match[1].replace("_", ":"), "%Y%m%dT%H:%M").replace(tzinfo=UTC)
    except ValueError:
        return None
    return began if 2000 <= began.year <= 2199 else None
