"""Reads transcripts in the form that `check` reads: a call's header, then its utterances.

Owns which lines are one call's, and what makes a call unfit to be kept.  `check` judges what it can
of a broken file; what is kept as evidence is whole or not there, so that a bad line here refuses
its call, and a line of no call is told by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from assistant.events import Source
from assistant.importing import written
from assistant.importing.written import Turn, Written
from compliance.checking import header_of
from compliance.documents import validate_mapping
from compliance.errors import BadInput, Fault
from compliance.places import JURISDICTION_OF, LANGUAGE_OF
from compliance.transcript import Word
from compliance.transcript_lines import (
    CallRecord,
    UtteranceRecord,
    column_of,
    other_kind,
    parsed,
)

MOST_FILE_BYTES = 512_000_000
"""Calls may take turns in a file, so that all of it is held until its end."""
_MOST_TOLD = 20
# What `replay --jsonl` writes beside utterances, and what `transcribe` does not.
_KINDS = ("call", "utterance")


@dataclass(frozen=True, slots=True)
class FoundCall:
    """One call of a file: `place` is where it begins; `what` it holds, or why it is not read."""

    place: str
    what: Written | BadInput


@dataclass(slots=True)
class _Call:
    line: int
    header: CallRecord | None = None
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    turns: list[Turn] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_json_lines(
    lines: Iterable[bytes],
    path: Path | str,
    *,
    jurisdiction: str | None = None,
    language: str | None = None,
) -> Iterator[FoundCall]:
    """Every call of a file, in the order of their beginnings.

    Args:
        lines: of the file, UTF-8.
        path: names it in faults.
        jurisdiction: for calls that name none.
        language: likewise.

    Yields:
        Good and bad calls; lines that belong to none come last, as one.
    """
    calls: dict[str, _Call] = {}
    stray: list[Fault] = []
    size = 0
    for number, line in enumerate(lines, start=1):
        size += len(line)
        other = other_kind(line) if number == 1 else ""
        if not other and size > MOST_FILE_BYTES:
            other = f"the file is larger than {MOST_FILE_BYTES // 1_000_000} MB; split it"
        if other:
            stray.append(Fault(path, number, 1, other))
            break
        try:
            record = parsed(line, path, number)
        except BadInput as error:
            stray.extend(error.faults)
            continue
        if record is not None:
            _take(record, line, number, path, calls, stray)
    for call in calls.values():
        yield FoundCall(f"line {call.line}", _whole(call, path, jurisdiction, language))
    if stray:
        yield FoundCall("", BadInput(f"{path} has faults", tuple(stray[:_MOST_TOLD])))


def _take(
    record: dict[str, object],
    line: bytes,
    number: int,
    path: Path | str,
    calls: dict[str, _Call],
    stray: list[Fault],
) -> None:
    name, kind = record.get("call"), record.get("type")
    if not isinstance(name, str) or not name or kind not in _KINDS:
        stray.append(Fault(path, number, 1, "this is neither a call nor an utterance of one"))
        return
    call = calls.setdefault(name, _Call(number))
    call.digest.update(line.strip() + b"\n")
    try:
        if kind == "call":
            if call.header is not None or call.turns:
                call.faults.append(Fault(path, number, 1, "a header after the call has begun"))
                return
            call.header = validate_mapping(record, CallRecord, path=path)
            return
        said = validate_mapping(record, UtteranceRecord, path=path)
        if len(call.turns) < written.MOST_TURNS:
            call.turns.extend(_turn(said))
        else:
            call.faults.append(Fault(path, number, 1, "the call has too many utterances"))
    except BadInput as error:
        text = line.decode("utf-8", errors="replace")
        call.faults.extend(
            Fault(path, number, column_of(text, fault.message), fault.message)
            for fault in error.faults
        )
    except ValueError as error:
        call.faults.append(Fault(path, number, 1, f"text: {error}"))


def _turn(record: UtteranceRecord) -> Iterator[Turn]:
    """An utterance; none where nothing was said.

    Raises:
        ValueError: its text or its times cannot be.
    """
    text = written.said(record.text)
    start_s, end_s = record.start_s, record.end_s
    if (start_s is None) is not (end_s is None):
        start_s = end_s = start_s if start_s is not None else end_s
    if start_s is not None and end_s is not None:
        wrong = written.wrong_times(start_s, end_s, None)
        if wrong:
            raise ValueError(f"it {wrong}")
    if text:
        yield Turn(record.speaker, text, start_s, end_s, tuple(_words(record, text)))


def _words(record: UtteranceRecord, text: str) -> Iterator[Word]:
    """Its words, where each has times and they are those of the text; else none."""
    words = record.words or ()
    if not all(word.start_s is not None and word.end_s is not None for word in words):
        return
    if "".join(text.split()) != "".join("".join(word.text for word in words).split()):
        return
    for word in words:
        assert word.start_s is not None
        assert word.end_s is not None
        wrong = written.wrong_times(word.start_s, word.end_s, None)
        if wrong:
            raise ValueError(f"a word {wrong}")
        yield Word(word.text, word.start_s, word.end_s, word.confidence)


def _whole(
    call: _Call, path: Path | str, jurisdiction: str | None, language: str | None
) -> Written | BadInput:
    record = call.header or CallRecord(type="call", call="x")
    jurisdiction = (
        record.jurisdiction
        or jurisdiction
        or JURISDICTION_OF.get(record.language or language or "", "")
    )
    faults = call.faults
    if not jurisdiction:
        message = "the call names neither a jurisdiction nor a language that implies one"
        faults.append(Fault(path, call.line, 1, message))
    if not call.turns and not faults:
        faults.append(Fault(path, call.line, 1, "nothing is said in the call"))
    if faults:
        return BadInput(f"{path} has faults", tuple(faults[:_MOST_TOLD]))
    spoken = record.language or language or LANGUAGE_OF.get(jurisdiction, "en-US")
    started = record.started_at
    timed = all(turn.start_s is not None for turn in call.turns)
    turns = sorted(call.turns, key=lambda turn: turn.start_s or 0.0) if timed else call.turns
    return Written(
        source=Source.JSONL,
        digest=call.digest.hexdigest(),
        turns=tuple(turns),
        language=spoken,
        started_at=started if started is not None and started.tzinfo is not None else None,
        header=header_of(record, jurisdiction, spoken),
    )
