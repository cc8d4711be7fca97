"""Reads the lines of a written transcript: bytes in, one JSON object or its fault out.

Owns the input format (JSON Lines; a call's header, its utterances) as schemas, and what a line that
breaks it is told as.  It knows no rule and follows no call.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, FiniteFloat
from pydantic_core import PydanticCustomError

from compliance.context import Collector, Listener
from compliance.documents import Schema
from compliance.errors import BadInput, Fault, shown
from compliance.local_time import zone_of
from compliance.transcript import Speaker

_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_LONGEST_S = 1e7  # seconds of a call; nobody has telephoned for four months

MAX_LINE = 4_000_000  # bytes; an utterance is a few hundred

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UNPRINTED = frozenset((*range(9), *range(14, 27), *range(28, 32)))  # bytes that no text has


def _known_zone(name: str) -> str:
    if zone_of(name) is None:
        raise PydanticCustomError("zone", "is no IANA time zone (Asia/Taipei)")
    return name


def _of_our_time(moment: datetime) -> datetime:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise PydanticCustomError("moment", "is no time at which anybody telephoned")
    return moment


TimeZone = Annotated[str, AfterValidator(_known_zone)]
Moment = Annotated[datetime, AfterValidator(_of_our_time)]
Seconds = Annotated[FiniteFloat, Field(ge=-_LONGEST_S, le=_LONGEST_S)]


class WordRecord(Schema):
    text: str
    start_s: Seconds | None = None
    end_s: Seconds | None = None
    confidence: FiniteFloat | None = None


class UtteranceRecord(Schema):
    type: Literal["utterance"]
    call: str = Field(min_length=1)
    speaker: Speaker
    text: str
    start_s: Seconds | None = None
    end_s: Seconds | None = None
    words: tuple[WordRecord, ...] | None = None
    id: str | None = None
    index: int | None = None
    at_s: FiniteFloat | None = None
    heard: str | None = None  # as recognised, where a correction changed it


class ContactRecord(Schema):
    at: Moment
    number: str | None = None
    outcome: str | None = None
    debt: str | None = None


class CallRecord(Schema):
    type: Literal["call"]
    call: str = Field(min_length=1)
    jurisdiction: str | None = None
    language: str | None = None
    collector: Collector | None = None
    started_at: Moment | None = None
    customer_timezone: TimeZone | None = None
    customer_state: str | None = None
    verified: bool | None = None
    counterparty: Listener | None = None
    facts: dict[str, bool | None] | None = None
    account: dict[str, object] | None = None
    contacts: tuple[ContactRecord, ...] | None = None
    number: str | None = None


def other_kind(line: bytes) -> str:
    """What a file is whose first lines are no text; empty where they may be."""
    if line.startswith(_UTF16):
        return "the file is UTF-16; save it as UTF-8"
    if not _UNPRINTED.isdisjoint(line[:4096]):
        return "this is no text in UTF-8: the file is binary, compressed or UTF-16"
    return ""


def parsed(line: bytes, path: Path | str, number: int) -> dict[str, object] | None:
    """The object of line `number` of a file, `None` for an empty line.

    Raises:
        BadInput: the line is no UTF-8, no JSON, no object, too long, or gives a key twice.
    """
    if len(line) > MAX_LINE:
        raise _fault(path, number, 1, f"the line is longer than {MAX_LINE} bytes")
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
    except UnicodeDecodeError as error:
        column = len(line[: error.start].decode("utf-8")) + 1
        raise _fault(path, number, column, "this is not UTF-8") from None
    if not text:
        return None
    try:
        record = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_object)
    except _KeyTwiceError as error:
        message = f"the key {shown(error.key)} is given twice"
        raise _fault(path, number, column_of(text, f"{error.key}:"), message) from None
    except json.JSONDecodeError as error:
        raise _fault(path, number, error.colno, f"this is not JSON: {error.msg}") from None
    except (ValueError, RecursionError):
        message = "this is not JSON: a number or nesting is out of bounds"
        raise _fault(path, number, 1, message) from None
    if not isinstance(record, dict):
        raise _fault(path, number, 1, "a line must be an object: {…}")
    return record


def column_of(line: str, message: str) -> int:
    """Where the field that a fault names stands in its line; 1 where it is not there."""
    name = message.removeprefix("unknown key '").partition(":")[0].partition("'")[0]
    found = line.find(f'"{name.rpartition(".")[2]}"')
    return found + 1 if found >= 0 else 1


def _fault(path: Path | str, number: int, column: int, message: str) -> BadInput:
    return BadInput("a line was not read", (Fault(path, number, column, message),))


class _KeyTwiceError(ValueError):
    """An object has one key twice, so that which value is meant is unknown."""

    def __init__(self, key: str) -> None:
        super().__init__("a key is given twice")
        self.key = key


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _KeyTwiceError(key)
            seen.add(key)
    return found


def _no_constant(name: str) -> object:
    raise ValueError(name)
