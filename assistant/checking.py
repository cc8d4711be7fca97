"""What the command `check` does.

Owns reading transcripts from files or standard input, and how results are written.  A bad line is
told on standard error with its place and the rest is still checked.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TextIO

from assistant import __version__, jsonlines, terms
from assistant.call_time import clock
from assistant.composition import checked_start
from assistant.events import CallStarted, ObjectionHeard, Output
from assistant.guidance import Guidance, guidance_under
from assistant.guiding import Guide
from assistant.interface_text import N_, Interface
from assistant.plain import NOT_ASSESSABLE, sign_of
from assistant.record.locations import locate
from assistant.rule_texts import CollectorTexts
from assistant.rules_in_force import RulesInForce
from assistant.running import zone_here
from assistant.task_watch import TaskWatch
from assistant.wording import Wording
from compliance.checking import (
    BadLine,
    Closed,
    Judged,
    Opened,
    Refused,
    Started,
    check_transcript,
)
from compliance.context import Collector
from compliance.errors import BadInput, Fault
from compliance.findings import Finding, Kind, StatementState, Verdict
from compliance.local_time import zone_of
from compliance.places import jurisdiction_of
from compliance.transcript import Speaker
from scripts.called import routes_of

FOUND = 1
TRIAL = N_("rule on trial, not shown to agents")
BAD_INPUT = 2


def check(
    files: Iterable[str],
    *,
    jurisdiction: str | None,
    language: str | None,
    jsonl: bool,
    data_dir: Path | None,
) -> int:
    """Judge every transcript; returns the exit status.

    Args:
        files: paths; `-` is standard input.
        jurisdiction: for calls that name none.
        language: likewise; implies a jurisdiction.
        jsonl: JSON Lines instead of plain lines.
        data_dir: as `--data-dir`; the bank's own rules stand there.
    """
    if jurisdiction is None and language is not None:
        jurisdiction = jurisdiction_of(language)
    rules = RulesInForce.at(locate(data_dir, os.environ))
    checker = _Checker((_JsonReport if jsonl else _PlainReport)(sys.stdout), rules)
    for name in files:
        try:
            with _opened(name) as lines:
                checker.check(lines, name, jurisdiction)
        except BadInput as error:
            checker.refuse(str(error), error.exit_status)
    return checker.status


class _Checker:
    """Walks results and remembers the worst that happened."""

    def __init__(self, report: _Report, rules: RulesInForce) -> None:
        self._report = report
        self._rules = rules
        self._kinds = rules.tasks()
        self._wordings: dict[str, Wording] = {}
        self._guides: dict[str, Guide] = {}
        self._tasks: dict[str, TaskWatch] = {}
        self._guidances: dict[tuple[str, str, Collector | None], Guidance] = {}
        self._trouble = 0
        self._found = False

    @property
    def status(self) -> int:
        return self._trouble or (FOUND if self._found else 0)

    def refuse(self, line: str, status: int) -> None:
        sys.stderr.write(f"assistant: {line}\n")
        self._trouble = max(self._trouble, status)

    def check(self, lines: BinaryIO, name: str, jurisdiction: str | None) -> None:
        place = "standard input" if name == "-" else Path(name)
        for result in check_transcript(
            lines,
            path=place,
            jurisdiction=jurisdiction,
            rules_for=self._rules,
            today=datetime.now().astimezone().date(),
        ):
            match result:
                case Started():
                    texts = CollectorTexts(result.rules, result.header.collector)
                    language = result.header.language
                    wording = Wording(texts, Interface(language), language, tasks=self._kinds)
                    self._wordings[result.call] = wording
                    self._begin(result)
                case Opened():
                    self._found = True
                    self._report.opened(result, self._wordings[result.call])
                case Judged():
                    self._judged(result)
                case Closed():
                    self._found = self._found or bool(result.closing.findings)
                    self._report.closed(result, self._wordings.pop(result.call))
                    self._guides.pop(result.call, None)
                    self._tasks.pop(result.call, None)
                case BadLine():
                    self.refuse(str(result.fault), BAD_INPUT)
                case Refused():
                    error = result.error
                    more = f". {error.remedy}" if error.remedy else ""
                    if isinstance(error, BadInput):
                        more = "".join(f"\n  {fault}" for fault in error.faults)
                    self.refuse(f"{result.fault}{more}", error.exit_status)

    def _begin(self, result: Started) -> None:
        """The call's header is known: its script begins, where there is one for it."""
        header = result.header
        if not self._report.guides:
            self._report.started(result, None)
            return
        case = (result.rules.content_hash, header.language, header.collector)
        if case not in self._guidances:
            self._guidances[case] = guidance_under(
                result.rules,
                header.language,
                header.collector,
                self._rules.strategies(),
                self._kinds,
            )
        guidance = self._guidances[case]
        start = checked_start(header, guidance, zone_here(), datetime.now(UTC))
        guide = self._guides[result.call] = Guide(start, guidance.script(None, header))
        self._tasks[result.call] = TaskWatch(
            _at_its_own_time(start), dated=header.started_at is not None, kinds=guidance.tasks
        )
        self._report.started(result, guidance.scripts_hash or None)
        self._report.guided(result.call, guide.prompt(0.0), self._wordings[result.call])

    def _judged(self, result: Judged) -> None:
        found = any(
            finding.verdict is not Verdict.NOT_ASSESSABLE for finding in result.heard.findings
        )
        self._found = self._found or found
        wording = self._wordings[result.call]
        self._report.judged(result, wording)
        guide = self._guides.get(result.call)
        if guide is not None:
            at_s = result.utterance.end_s or result.utterance.start_s or 0.0
            routes = routes_of(result.heard.findings)
            exits = guide.exits
            guided = list(guide.heard(result.utterance, result.context, routes, at_s))
            self._report.guided(result.call, guided, wording)
            by_agent = result.utterance.speaker is Speaker.AGENT
            entered = () if by_agent else sorted(guide.exits - exits)
            objections = [told.objection for told in guided if isinstance(told, ObjectionHeard)]
            tasks = self._tasks[result.call].heard(
                result.utterance, result.heard.findings, entered, objections, at_s
            )
            self._report.guided(result.call, tasks, wording)


def _at_its_own_time(start: CallStarted) -> CallStarted:
    """The start of a written call, at the time that its header gives, as far as it gives one."""
    began = start.header.started_at
    if began is None:
        return start
    if began.tzinfo is None:
        # The customer's local time; where their zone is unknown, the desk's.
        zone = zone_of(start.header.customer_timezone) or zone_of(start.zone) or UTC
        began = began.replace(tzinfo=zone)
    return replace(start, started_at_utc=began.astimezone(UTC).isoformat(timespec="milliseconds"))


class _Report:
    """Writes results on a stream; `guides` is whether the script and its replies are told."""

    guides = False

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def started(self, result: Started, scripts: str | None) -> None: ...

    def guided(self, call: str, told: Iterable[Output], wording: Wording) -> None: ...

    def opened(self, result: Opened, wording: Wording) -> None: ...

    def judged(self, result: Judged, wording: Wording) -> None: ...

    def closed(self, result: Closed, wording: Wording) -> None: ...


class _JsonReport(_Report):
    guides = True

    def started(self, result: Started, scripts: str | None) -> None:
        self._put(
            {
                "type": "started",
                "schema": jsonlines.SCHEMA,
                "version": __version__,
                "call": result.call,
                "rules": result.rules.content_hash,
                "scripts": scripts,
                "model": None,
            }
        )

    def guided(self, call: str, told: Iterable[Output], wording: Wording) -> None:
        for output in told:
            for record in jsonlines.output_records(output, call, wording):
                self._put(record)

    def opened(self, result: Opened, wording: Wording) -> None:
        for finding in result.findings:
            self._put(jsonlines.finding_record(finding, "", result.call, wording))

    def judged(self, result: Judged, wording: Wording) -> None:
        for finding in result.heard.findings:
            quote = result.utterance.text[finding.start : finding.end]
            self._put(jsonlines.finding_record(finding, quote, result.call, wording))
        for statement in result.heard.statements:
            self._put(jsonlines.statement_record(statement, result.call))

    def closed(self, result: Closed, wording: Wording) -> None:
        for finding in result.closing.findings:
            self._put(jsonlines.finding_record(finding, "", result.call, wording))
        for statement in result.closing.statements:
            self._put(jsonlines.statement_record(statement, result.call))
        self._put(
            {
                "type": "ended",
                "call": result.call,
                "duration_s": result.duration_s,
                "not_assessable": list(result.closing.not_assessable),
                "because": dict(result.closing.because),
            }
        )

    def _put(self, record: jsonlines.Record) -> None:
        self._stream.write(jsonlines.line(record) + "\n")
        self._stream.flush()


class _PlainReport(_Report):
    def opened(self, result: Opened, wording: Wording) -> None:
        for finding in result.findings:
            self._put(f"{result.call}")
            self._finding(finding, wording)

    def judged(self, result: Judged, wording: Wording) -> None:
        utterance = result.utterance
        for finding in result.heard.findings:
            if finding.utterance_id is None:
                self._put(f"{result.call}")
                self._finding(finding, wording)
                continue
            at = f" {clock(finding.start_s)}" if finding.start_s is not None else ""
            text = utterance.text
            before, quote, after = (
                text[: finding.start],
                text[finding.start : finding.end],
                text[finding.end :],
            )
            self._put(f"{result.call} #{utterance.index}{at}  {before}⟦{quote}⟧{after}")
            self._finding(finding, wording)

    def closed(self, result: Closed, wording: Wording) -> None:
        for finding in result.closing.findings:
            self._put(f"{result.call}")
            self._finding(finding, wording)
        for statement in result.closing.statements:
            if statement.state is StatementState.CANNOT_TELL:
                name = wording.term(terms.STATEMENTS, statement.id)
                state = wording.term(terms.STATEMENT_STATES, statement.state)
                self._put(f"{result.call}  ? {name}: {state}")
        if result.closing.not_assessable:
            rules = ", ".join(result.closing.not_assessable)
            self._put(f"{result.call}  ? {wording.text(NOT_ASSESSABLE, rules=rules)}")

    def _finding(self, finding: Finding, wording: Wording) -> None:
        text = wording.finding(finding)
        trial = f", {wording.text(TRIAL)}" if finding.trial else ""
        weight = "" if finding.kind is Kind.ROUTE else f", {text.severity}"
        about = f"{finding.rule}{weight}{trial}"
        self._put(f"    {sign_of(finding)} {text.verdict}: {text.subject} ({about})")
        self._put(f"      {text.law} ({text.law_status})")
        self._put(f"      {text.explanation}")
        if text.say_now:
            self._put(f"    → {text.say_now}")

    def _put(self, line: str) -> None:
        self._stream.write(line + "\n")


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
        return
    path = Path(name)
    try:
        with path.open("rb") as lines:
            yield lines
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise BadInput("The transcript cannot be used", (Fault(path, 0, 0, reason),)) from error
