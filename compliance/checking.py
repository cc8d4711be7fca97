"""Checks written transcripts: lines of calls and utterances in, what was found out.

Owns the walk over a transcript (a call's header comes before its utterances; calls may
interleave).  A bad line is told with its number and the rest is still checked; `transcript_lines`
owns what a line holds.
It prints nothing and chooses no language: whoever asks renders the findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from compliance.context import CallContext, CallHeader, Contact, Listener
from compliance.documents import Schema, validate_mapping
from compliance.errors import AssistantError, BadInput, Fault, shown
from compliance.findings import Finding
from compliance.monitor import Closing, Heard, Monitor
from compliance.packs import load_rules
from compliance.places import JURISDICTION_OF, LANGUAGE_OF
from compliance.rules import RuleSet
from compliance.tracker import Policy, Tracked, Tracker
from compliance.transcript import Utterance, Word
from compliance.transcript_lines import (
    CallRecord,
    UtteranceRecord,
    column_of,
    other_kind,
    parsed,
)

MAX_TOLD = 20  # faults; a file that has more is of another kind, and its first lines show which

# What other commands write beside calls and utterances; their output can be checked as it is.
_PASSED_OVER = frozenset(
    (
        "started", "partial", "finding", "stage", "statement", "objection", "promise", "lag",
        "verification", "listener", "gap", "recording", "hold", "customer", "account",
        "ended",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Started:
    """A call's header was read; `rules` are what it will be judged by."""

    call: str
    header: CallHeader
    rules: RuleSet


@dataclass(frozen=True, slots=True)
class Opened:
    """What was found before a word was said; comes only where there is something."""

    call: str
    findings: tuple[Finding, ...]


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


Result = Started | Opened | Judged | Closed | BadLine | Refused


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
    today: date | None = None,
) -> Iterator[Result]:
    """Check the lines of one file, in order, yielding each result as soon as it is known.

    At most `MAX_TOLD` faults are told one by one, then how many lines more had some.  A file that
    is no UTF-8 text at all is one fault, and reading it stops there.

    Args:
        lines: raw lines, UTF-8.
        path: names the file in faults.
        jurisdiction: for calls that name none; also lets utterances come without any header.
        rules_for: gives the rules for a jurisdiction and a language; asked once for each pair.
        today: the day of calls that do not say when they started; rules are those in force on it.
    """
    check = _Check(path, jurisdiction, rules_for, today)
    for number, line in enumerate(lines, start=1):
        other = check.unlike(line)
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
        today: date | None,
    ) -> None:
        self._path = path
        self._jurisdiction = jurisdiction
        self._rules_for = rules_for
        self._today = today
        self._rules: dict[tuple[str, str], RuleSet] = {}
        self._calls: dict[str, _Call] = {}
        self._refused: set[str] = set()
        self._read = False  # whether any line could be read
        self._told_faults = 0
        self._untold_lines = 0

    def unlike(self, line: bytes) -> str:
        """What the file is if it is no transcript, told before any of its lines could be read."""
        return "" if self._read else other_kind(line)

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
            record = parsed(line, self._path, number)
            if record is None:
                return
            self._read = True
            kind = record.get("type")
            if kind == "call":
                header, faults = self._header(record)
                yield from self._told(number, line, faults)
                yield from self._start(number, header)
            elif kind == "utterance":
                utterance, faults = self._readable(record, UtteranceRecord, "speaker", "text")
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
            column = fault.column or column_of(text, fault.message)
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

    def _header(self, record: dict[str, object]) -> tuple[CallRecord, tuple[Fault, ...]]:
        try:
            return self._readable(record, CallRecord)
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

    def _start(self, number: int, record: CallRecord) -> Iterator[Result]:
        if record.call in self._calls or record.call in self._refused:
            yield self._bad(number, 1, "a second header for the same call")
            return
        jurisdiction = (
            record.jurisdiction
            or self._jurisdiction
            or JURISDICTION_OF.get(record.language or "", "")
        )
        if not jurisdiction:
            self._refused.add(record.call)
            message = "the call names neither a jurisdiction nor a language that implies one"
            yield self._bad(number, 1, message)
            return
        yield from self._open(number, record, jurisdiction)

    def _open(self, number: int, record: CallRecord, jurisdiction: str) -> Iterator[Result]:
        language = record.language or LANGUAGE_OF.get(jurisdiction, "en-US")
        header = header_of(record, jurisdiction, language)
        pair = (jurisdiction, language)
        try:
            rules = self._rules.get(pair) or self._rules_for(*pair)
        except AssistantError as error:
            self._refused.add(record.call)
            yield Refused(record.call, Fault(self._path, number, 1, error.what), error)
            return
        self._rules[pair] = rules
        tracker = Tracker(header, rules.cues, Policy.HEARD)
        monitor = Monitor(rules, header, self._today)
        self._calls[record.call] = _Call(monitor, tracker)
        yield Started(record.call, header, monitor.rules)
        opened = monitor.opened(tracker.context)
        if opened.findings:
            yield Opened(record.call, opened.findings)

    def _judge(self, number: int, record: UtteranceRecord) -> Iterator[Result]:
        if record.call in self._refused:
            return
        call = self._calls.get(record.call)
        if call is None:
            if self._jurisdiction is None:
                message = "an utterance of a call that has had no header"
                yield self._bad(number, 1, message)
                return
            yield from self._start(number, CallRecord(type="call", call=record.call))
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


def header_of(record: CallRecord, jurisdiction: str, language: str) -> CallHeader:
    """What a transcript's header says is known when its call begins."""
    account = record.account
    return CallHeader(
        jurisdiction=jurisdiction,
        language=language,
        collector=record.collector,
        started_at=record.started_at,
        customer_timezone=record.customer_timezone,
        customer_state=record.customer_state,
        verified=record.verified,
        listener=record.counterparty or Listener.UNKNOWN,
        facts={name: known for name, known in (record.facts or {}).items() if known is not None},
        contacts=None
        if record.contacts is None
        else tuple(Contact(c.at, c.number, c.outcome, c.debt) for c in record.contacts),
        account=None
        if account is None
        else {n: v for n, v in account.items() if isinstance(v, str | int | float | bool)},
        number=record.number,
    )
