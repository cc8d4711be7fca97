"""What stands in a dossier: rows of plain text, ready to be set.

Owns which part of a call becomes which row, in the reader's words; `dossier` sets them in a page.
Everything here is text that was said or written by anybody: whoever sets it must escape it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from assistant import events, terms
from assistant.archive.lines import review_line
from assistant.archive.shown import Shown
from assistant.archive.told import ToldCall
from assistant.call_time import clock
from assistant.gap_joining import joined
from assistant.interface_text import N_
from assistant.plain import PlainCall
from assistant.record.verifying import Proof
from assistant.screens.review_lines import local_time, plain_text
from assistant.wording import Wording
from compliance.findings import Finding, Kind, StatementState, Status, Verdict

NOTHING = N_("none")
_SAY = N_("what to say")
_REPLY = N_("the reply to an objection")
_FLAG = N_("a flag")
_PUT_AWAY = N_("the agent put the flag away")
_WITHDRAWN = N_("the flag was withdrawn")
_NO_TERMS = N_("Recorded by others: on what terms is not known to this program.")
_NOTICE_FIRST = N_("Nothing is kept before the recording notice.")
_STOPS = N_("Who refuses recording is neither recorded nor listened to.")
_WHOLE = N_("Nothing was changed, removed or put in.")
_NOT_WHOLE = N_("This call's record is not whole:")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of an utterance; `flags` are the numbers of the flags that point at it."""

    text: str
    flags: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the transcript; `who` is empty for what was not said."""

    at: str
    who: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class FlagRow:
    """One finding; `grave` is the slug of its severity, for its look."""

    number: int
    at: str
    grave: str
    subject: str
    verdict: str
    severity: str
    quote: str
    rule: str
    law: str
    law_status: str
    explanation: str
    do_now: str
    say_now: str
    judged: str


def transcript(told: ToldCall, wording: Wording) -> Iterator[Row]:
    """What was said when, flagged words marked, with what happened in between."""
    numbers = {changed.finding.id: n for n, changed in enumerate(told.findings, start=1)}
    about: defaultdict[str | None, list[Finding]] = defaultdict(list)
    for changed in told.findings:
        about[changed.finding.utterance_id].append(changed.finding)
    plain = PlainCall(wording)
    for output in joined(told.outputs):
        match output:
            case events.UtteranceFinal():
                who = wording.term(terms.SPEAKERS, output.speaker)
                parts = tuple(_parts(output.text, about[output.id], numbers, wording))
                yield Row(clock(output.start_s), who, parts)
            case events.FindingChanged() | events.Started() | events.StatementChanged():
                continue
            case events.MomentMarked(call_s=call_s):
                yield Row(clock(call_s), "", (Part(wording.text("the agent marked this moment")),))
            case events.Ended(duration_s=duration_s, reason=reason):
                ended = wording.term(terms.END_REASONS, reason)
                yield Row(clock(duration_s), "", (Part(ended),))
            case _:
                for line in plain.lines((output,)):
                    at, _, said = plain_text(line).partition("  ")
                    yield Row(at, "", (Part(said.strip()),))


def _parts(
    text: str, about: list[Finding], numbers: dict[str, int], wording: Wording
) -> Iterator[Part]:
    """The words of an utterance, cut where flags begin and end."""
    shown = wording.said(text)
    spans = [(*shown.span(one.start, one.end), numbers[one.id]) for one in about]
    edges = sorted(
        {0, len(shown.text), *(edge for first, last, _n in spans for edge in (first, last))}
    )
    for first, last in pairwise(edges):
        flags = tuple(n for begin, end, n in spans if begin <= first and last <= end)
        yield Part(shown.text[first:last], flags)


def flags(told: ToldCall, wording: Wording) -> Iterator[FlagRow]:
    """Every finding, numbered as in the transcript."""
    judged = told.judged
    for number, changed in enumerate(told.findings, start=1):
        finding = changed.finding
        text = wording.finding(finding)
        review = judged.get(finding.id)
        at_s = finding.start_s if finding.start_s is not None else changed.call_s
        yield FlagRow(
            number=number,
            at=clock(at_s),
            grave="said" if finding.kind is Kind.ROUTE else finding.severity.value,
            subject=text.subject,
            verdict=text.verdict,
            severity=text.severity,
            quote=wording.said(changed.quote).text,
            rule=plain_text(text.rule),
            law=text.law,
            law_status=text.law_status,
            explanation=text.explanation,
            do_now=text.do_now,
            say_now=text.say_now,
            judged=plain_text(
                review_line(review.act, review.reviewer, review.note, wording) if review else ""
            ),
        )


def statements(told: ToldCall, wording: Wording) -> Iterator[tuple[str, str]]:
    """What had to be said, and whether it was; what nobody could hear is not assessable."""
    for statement in told.statements:
        if statement.state is StatementState.CANNOT_TELL:
            state = wording.term(terms.VERDICTS, Verdict.NOT_ASSESSABLE)
        else:
            state = wording.term(terms.STATEMENT_STATES, statement.state)
        yield plain_text(wording.term(terms.STATEMENTS, statement.id)), state


def shown_rows(shown: Shown, wording: Wording) -> Iterator[tuple[str, str, str]]:
    """What stood on the agent's screen: when, what it was, its words."""
    before = ""
    told: set[str] = set()
    for output in shown.outputs:
        match output:
            case events.PromptChanged(prompt=prompt, call_s=call_s):
                line = wording.line(prompt.line)
                if line and line != before:
                    yield clock(call_s), wording.text(_SAY), line
                before = line
            case events.ObjectionHeard(talk_off=talk_off, call_s=call_s) if talk_off:
                yield clock(call_s), wording.text(_REPLY), wording.line(talk_off)
            case events.FindingChanged(finding=finding, call_s=call_s) if not finding.trial:
                if finding.status is Status.WITHDRAWN:
                    if finding.id in told:
                        subject = wording.subject(finding)
                        yield clock(call_s), wording.text(_WITHDRAWN), subject
                elif finding.id not in told:
                    told.add(finding.id)
                    text = wording.finding(finding)
                    words = " ".join(filter(None, (f"{text.subject}.", text.do_now, text.say_now)))
                    yield clock(call_s), wording.text(_FLAG), words
            case events.FlagAcknowledged(call_s=call_s):
                yield clock(call_s), wording.text(_PUT_AWAY), ""
            case _:
                continue


def recording(told: ToldCall, shown: Shown, wording: Wording) -> Iterator[str]:
    """On what terms the call was recorded, and how that stood during it."""
    agreed = told.start.recording
    if agreed is None:
        yield wording.text(_NO_TERMS)
        return
    yield wording.term(terms.KEPT, agreed.keep)
    if agreed.notice_first:
        yield wording.text(_NOTICE_FIRST)
    if agreed.stops_when_refused:
        yield wording.text(_STOPS)
    plain = PlainCall(wording)
    for output in shown.outputs:
        if isinstance(output, events.RecordingChanged | events.HoldChanged):
            yield from plain.lines((output,))


def reviews(told: ToldCall, wording: Wording) -> Iterator[tuple[str, str, str]]:
    """Every judgement ever made: when, of which flag, what."""
    numbers = {changed.finding.id: str(n) for n, changed in enumerate(told.findings, start=1)}
    for review in told.reviews:
        yield (
            local_time(review.at_utc, told.call.zone),
            numbers.get(review.finding, plain_text(review.finding)),
            plain_text(review_line(review.act, review.reviewer, review.note, wording)),
        )


def proof_lines(proof: Proof, wording: Wording) -> Iterator[str]:
    """What was proven of the call, or what is wrong with it."""
    if proof.faults:
        yield wording.text(_NOT_WHOLE)
        yield from map(plain_text, proof.faults)
        return
    yield wording.text(_WHOLE)
    yield wording.text(
        "Checked: {events} events, {sounds} records of sound, {entries} entries of the chain,"
        " {anchors} anchors.",
        events=proof.events,
        sounds=proof.sounds,
        entries=proof.entries,
        anchors=proof.anchors,
    )
