"""Checks written transcripts: lines of calls and utterances in, what was found out.

Owns the input format of transcripts (JSON Lines; a call's header before its utterances; calls may
interleave) and the walk over it.  A bad line is told with its number and the rest is still checked.
It prints nothing and chooses no language: whoever asks renders the findings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, FiniteFloat

from compliance.context import CallContext, CallHeader, Collector, Contact, Listener
from compliance.documents import Schema, validate_mapping
from compliance.errors import AssistantError, BadInput, Fault, shown
from compliance.monitor import Closing, Heard, Monitor
from compliance.packs import load_rules
from compliance.places import JURISDICTION_OF, LANGUAGE_OF
from compliance.rules import RuleSet
from compliance.tracker import Policy, Tracked, Tracker
from compliance.transcript import Speaker, Utterance, Word

MAX_LINE = 4_000_000  # bytes; an utterance is a few hundred
MAX_TOLD = 20  # faults; a file that has more is of another kind, and its first lines show which

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UNPRINTED = frozenset((*range(9), *range(14, 27), *range(28, 32)))  # bytes that no text has

# What other commands write beside calls and utterances; their output can be checked as it is.
_PASSED_OVER = frozenset(
    (
        "started", "partial", "finding", "stage", "statement", "objection", "promise", "lag",
        "verification", "listener", "gap", "ended",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Started:
    """A call's header was read; `rules` are what it will be judged by."""

    call: str
    header: CallHeader
    rules: RuleSet


@dataclass(frozen=True, slots=True)
class Judged:
    """One utterance was judged; `context` is what held while it was said."""

    call: str
    utterance: Utterance
    heard: Heard
    changes: tuple[Tracked, ...]
    context: CallContext


@dataclass(frozen=True, slots=True)
class Closed:
    """A call has ended, with the input; `duration_s` is 0 where the transcript has no times."""

    call: str
    closing: Closing
    duration_s: float


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be read; the rest goes on."""

    fault: Fault


@dataclass(frozen=True, slots=True)
class Refused:
    """A call that cannot be judged (no rules for its jurisdiction); its utterances are skipped."""

    call: str
    fault: Fault
    error: AssistantError


Result = Started | Judged | Closed | BadLine | Refused


class _WordRecord(Schema):
    text: str
    start_s: FiniteFloat | None = None
    end_s: FiniteFloat | None = None
    confidence: FiniteFloat | None = None


class _UtteranceRecord(Schema):
    type: Literal["utterance"]
    call: str = Field(min_length=1)
    speaker: Speaker
    text: str
    start_s: FiniteFloat | None = None
    end_s: FiniteFloat | None = None
    words: tuple[_WordRecord, ...] | None = None
    id: str | None = None
    index: int | None = None
    at_s: FiniteFloat | None = None
    heard: str | None = None  # as recognised, where a correction changed it


class _ContactRecord(Schema):
    at: datetime
    number: str | None = None
    outcome: str | None = None


class _CallRecord(Schema):
    type: Literal["call"]
    call: str = Field(min_length=1)
    jurisdiction: str | None = None
    language: str | None = None
    collector: Collector | None = None
    started_at: datetime | None = None
    customer_timezone: str | None = None
    customer_state: str | None = None
    verified: bool | None = None
    counterparty: Listener | None = None
    facts: dict[str, bool | None] | None = None
    account: dict[str, object] | None = None
    contacts: tuple[_ContactRecord, ...] | None = None


_R = TypeVar("_R", bound=Schema)


@dataclass(slots=True)
class _Call:
    """One call being checked."""

    monitor: Monitor
    tracker: Tracker
    heard: int = 0
    duration_s: float = 0.0


def check_transcript(
    lines: Iterable[bytes],
    *,
    path: Path | str,
    jurisdiction: str | None = None,
    rules_for: Callable[[str, str], RuleSet] = load_rules,
) -> Iterator[Result]:
    """Check the lines of one file, in order, yielding each result as soon as it is known.

    At most `MAX_TOLD` faults are told one by one, then how many lines more had some.  A file that
    is no UTF-8 text at all is one fault, and reading it stops there.

    Args:
        lines: raw lines, UTF-8.
        path: names the file in faults.
        jurisdiction: for calls that name none; also lets utterances come without any header.
        rules_for: gives the rules for a jurisdiction and a language; asked once for each pair.
    """
    check = _Check(path, jurisdiction, rules_for)
    for number, line in enumerate(lines, start=1):
        other = check.other_kind(line)
        if other:
            yield BadLine(Fault(path, number, 1, other))
            break
        yield from check.line(number, line)
    yield from check.end()


class _Check:
    def __init__(
        self,
        path: Path | str,
        jurisdiction: str | None,
        rules_for: Callable[[str, str], RuleSet],
    ) -> None:
        self._path = path
        self._jurisdiction = jurisdiction
        self._rules_for = rules_for
        self._rules: dict[tuple[str, str], RuleSet] = {}
        self._calls: dict[str, _Call] = {}
        self._refused: set[str] = set()
        self._read = False  # whether any line could be read
        self._told_faults = 0
        self._untold_lines = 0

    def other_kind(self, line: bytes) -> str:
        """What a file is whose lines are no text, told before the first of them is read."""
        if self._read:
            return ""
        if line.startswith(_UTF16):
            return "the file is UTF-16; save it as UTF-8"
        if not _UNPRINTED.isdisjoint(line[:4096]):
            return "this is no text in UTF-8: the file is binary, compressed or UTF-16"
        return ""

    def line(self, number: int, line: bytes) -> Iterator[Result]:
        """What comes of one line, with no more faults than are worth telling."""
        untold = False
        for result in self._line(number, line):
            if isinstance(result, BadLine):
                if self._told_faults >= MAX_TOLD:
                    untold = True
                    continue
                self._told_faults += 1
            yield result
        self._untold_lines += untold

    def _line(self, number: int, line: bytes) -> Iterator[Result]:
        try:
            record = self._parsed(number, line)
            if record is None:
                return
            kind = record.get("type")
            if kind == "call":
                header, faults = self._header(record)
                yield from self._told(number, line, faults)
                yield self._start(number, header)
            elif kind == "utterance":
                utterance, faults = self._readable(record, _UtteranceRecord, "speaker", "text")
                yield from self._told(number, line, faults)
                yield from self._judge(number, utterance)
            elif not (isinstance(kind, str) and kind in _PASSED_OVER):
                names = "'call' or 'utterance'"
                yield self._bad(number, 1, f"type is {shown(kind)} where {names} is expected")
        except BadInput as error:
            yield from self._told(number, line, error.faults)

    def _told(self, number: int, line: bytes, faults: Iterable[Fault]) -> Iterator[BadLine]:
        text = line.decode("utf-8", errors="replace")
        for fault in faults:
            column = fault.column or _column_of(text, fault.message)
            yield self._bad(number, column, fault.message)

    def _readable(
        self, record: dict[str, object], schema: type[_R], *needed: str
    ) -> tuple[_R, tuple[Fault, ...]]:
        """A record without those of its fields that are wrong, and what is wrong with them.

        A wrong field counts as absent, that is as unknown: what depends on it is not assessable,
        and everything else on the line is still judged.

        Raises:
            BadInput: a field that is needed is wrong or missing.
        """
        try:
            return validate_mapping(record, schema, path=self._path), ()
        except BadInput as error:
            whole = {name: record[name] for name in ("type", "call", *needed) if name in record}
            kept = validate_mapping(whole, schema, path=self._path)  # what is needed must hold
            faults = error.faults
        for name, value in record.items():
            if name in whole:
                continue
            try:
                kept = validate_mapping({**whole, name: value}, schema, path=self._path)
            except BadInput:
                continue
            whole[name] = value
        return kept, faults

    def _header(self, record: dict[str, object]) -> tuple[_CallRecord, tuple[Fault, ...]]:
        try:
            return self._readable(record, _CallRecord)
        except BadInput:
            # One fault for the header, not one more for each utterance of the call.
            self._refused.add(str(record.get("call")))
            raise

    def end(self) -> Iterator[Result]:
        if self._untold_lines:
            lines = "1 more line" if self._untold_lines == 1 else f"{self._untold_lines} more lines"
            yield BadLine(Fault(self._path, 0, 0, f"… and {lines} with faults"))
        for name, call in self._calls.items():
            closing = call.monitor.close(call.tracker.context)
            yield Closed(name, closing, call.duration_s)

    def _bad(self, number: int, column: int, message: str) -> BadLine:
        return BadLine(Fault(self._path, number, column, message))

    def _parsed(self, number: int, line: bytes) -> dict[str, object] | None:
        if len(line) > MAX_LINE:
            raise self._fault(number, 1, f"the line is longer than {MAX_LINE} bytes")
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
        except UnicodeDecodeError as error:
            column = len(line[: error.start].decode("utf-8")) + 1
            raise self._fault(number, column, "this is not UTF-8") from None
        if not text:
            return None
        try:
            record = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_object)
        except _KeyTwiceError as error:
            message = f"the key {shown(error.key)} is given twice"
            raise self._fault(number, _column_of(text, f"{error.key}:"), message) from None
        except json.JSONDecodeError as error:
            raise self._fault(number, error.colno, f"this is not JSON: {error.msg}") from None
        except (ValueError, RecursionError):
            message = "this is not JSON: a number or nesting is out of bounds"
            raise self._fault(number, 1, message) from None
        if not isinstance(record, dict):
            raise self._fault(number, 1, "a line must be an object: {…}")
        self._read = True
        return record

    def _fault(self, number: int, column: int, message: str) -> BadInput:
        fault = Fault(self._path, number, column, message)
        return BadInput("a line was not read", (fault,))

    def _start(self, number: int, record: _CallRecord) -> Result:
        if record.call in self._calls or record.call in self._refused:
            return self._bad(number, 1, "a second header for the same call")
        jurisdiction = (
            record.jurisdiction
            or self._jurisdiction
            or JURISDICTION_OF.get(record.language or "", "")
        )
        if not jurisdiction:
            self._refused.add(record.call)
            message = "the call names neither a jurisdiction nor a language that implies one"
            return self._bad(number, 1, message)
        return self._open(number, record, jurisdiction)

    def _open(self, number: int, record: _CallRecord, jurisdiction: str) -> Result:
        language = record.language or LANGUAGE_OF.get(jurisdiction, "en-US")
        header = CallHeader(
            jurisdiction=jurisdiction,
            language=language,
            collector=record.collector,
            started_at=record.started_at,
            customer_timezone=record.customer_timezone,
            customer_state=record.customer_state,
            verified=record.verified,
            listener=record.counterparty or Listener.UNKNOWN,
            facts={n: known for n, known in (record.facts or {}).items() if known is not None},
            contacts=None
            if record.contacts is None
            else tuple(Contact(c.at, c.number, c.outcome) for c in record.contacts),
        )
        pair = (jurisdiction, language)
        try:
            rules = self._rules.get(pair) or self._rules_for(*pair)
        except AssistantError as error:
            self._refused.add(record.call)
            return Refused(record.call, Fault(self._path, number, 1, error.what), error)
        self._rules[pair] = rules
        tracker = Tracker(header, rules.cues, Policy.HEARD)
        self._calls[record.call] = _Call(Monitor(rules, header), tracker)
        return Started(record.call, header, rules)

    def _judge(self, number: int, record: _UtteranceRecord) -> Iterator[Result]:
        if record.call in self._refused:
            return
        call = self._calls.get(record.call)
        if call is None:
            if self._jurisdiction is None:
                message = "an utterance of a call that has had no header"
                yield self._bad(number, 1, message)
                return
            yield self._start(number, _CallRecord(type="call", call=record.call))
            call = self._calls.get(record.call)
            if call is None:
                return
        utterance = Utterance(
            id=record.id or f"u{call.heard}",
            index=call.heard,
            speaker=record.speaker,
            text=record.text,
            words=tuple(Word(w.text, w.start_s, w.end_s, w.confidence) for w in record.words or ()),
            start_s=record.start_s,
            end_s=record.end_s,
        )
        call.heard += 1
        call.duration_s = max(call.duration_s, record.end_s or record.start_s or 0.0)
        changes = call.tracker.hear(utterance)
        context = call.tracker.context
        heard = call.monitor.hear(utterance, context)
        yield Judged(record.call, utterance, heard, changes, context)


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


def _column_of(line: str, message: str) -> int:
    """Where the field that a fault names stands in its line; 1 where it is not there."""
    name = message.removeprefix("unknown key '").partition(":")[0].partition("'")[0]
    found = line.find(f'"{name.rpartition(".")[2]}"')
    return found + 1 if found >= 0 else 1
