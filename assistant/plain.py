"""A call as plain lines of text, for a pipe, a log or a screen reader.

Owns which outputs become lines and how a line looks; all words come from `Wording`.  One line is
one thing that happened, with the call clock in front; signs are always followed by a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assistant import events, terms
from assistant.call_time import clock
from assistant.flag_budget import may_take_the_line
from assistant.interface_text import N_
from assistant.task_words import TaskWords
from assistant.wording import Wording
from compliance.findings import Finding, Kind, StatementState, Status, Verdict
from compliance.transcript import Speaker

VERIFIED = N_("identity confirmed")
COVERED = N_("identity not confirmed: the account is covered")
UNHEARD = N_("{seconds} s of the {channel} channel were not heard")
UNHEARD_WHY = N_("{seconds} s of the {channel} channel were not heard: {why}")
HELD = N_("the microphone is closed")
GOES_ON = N_("the microphone is open again")
WITHDRAWN = N_("withdrawn: {subject}")
MISSED = N_("not said: {statement}")
ENDED = N_("end of the call: {reason}")
TASK = N_("task: {kind}")
NO_TASK = N_("no task after all: {kind}")
NOT_ASSESSABLE = N_("not assessable: {rules}")


class PlainCall:
    """Turns outputs into lines, remembering only what was told already."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._told: set[str] = set()
        self._tasks: set[str] = set()
        self._stage = ""
        self._verified: bool | None = None

    def lines(self, outputs: Iterable[events.Output]) -> Iterator[str]:
        """The lines for some outputs, in order; partial hypotheses are left out."""
        for output in outputs:
            yield from self._line(output)

    def _line(self, output: events.Output) -> Iterator[str]:
        wording = self._wording
        match output:
            case events.UtteranceFinal():
                speaker = wording.term(terms.SPEAKERS, output.speaker)
                yield f"{clock(output.start_s)}  {speaker}: {wording.said(output.text).text}"
            case events.PromptChanged() if output.prompt.line:
                if output.prompt.stage != self._stage:
                    self._stage = output.prompt.stage
                    stage = wording.term(terms.STAGES, output.prompt.stage)
                    yield f"{clock(output.call_s)}  ▶ {stage}"
                yield f"{'':7}→ {wording.line(output.prompt.line)}"
            case events.VerificationChanged() if output.verified != self._verified:
                self._verified = output.verified
                text = wording.text(VERIFIED if output.verified else COVERED)
                yield f"{clock(output.call_s)}  {'✔' if output.verified else '■'} {text}"
            case events.FindingChanged():
                yield from self._finding(output.finding, output.call_s)
            case events.PromiseChanged():
                told = wording.promised(output.promised)
                sign = {"proposed": "◇", "confirmed": "◆", "dismissed": "○"}[output.status]
                status = wording.term(terms.PROMISES, output.status)
                yield f"{clock(output.call_s)}  {sign} {status}: {told}"
            case events.CustomerDid():
                speaker = wording.term(terms.SPEAKERS, Speaker.CUSTOMER)
                yield f"{clock(output.call_s)}  {speaker}: ● {wording.doing(output.doing)}"
            case events.TaskRaised() | events.TaskWithdrawn():
                yield from self._task(output)
            case events.ClockChanged():
                yield f"{clock(output.call_s)}  ! {wording.clock_set(output.seconds)}"
            case events.Transferred():
                yield f"{clock(output.call_s)}  ⇄ {wording.transferred(output.to)}"
            case events.HoldChanged():
                yield f"{clock(output.call_s)}  ‖ {wording.text(HELD if output.held else GOES_ON)}"
            case events.RecordingChanged():
                on = output.state is events.RecordingState.ON
                table, slug = (terms.KEPT, output.keep) if on else (terms.RECORDING, output.state)
                yield f"{clock(output.call_s)}  ○ {wording.term(table, slug)}"
            case events.GapHeard() if output.reason in terms.GAPS:
                told = wording.text(terms.GAPS[output.reason], seconds=f"{output.duration_s:.1f}")
                yield f"{clock(output.start_s)}  ‖ {told}"
            case events.GapHeard():
                text = wording.text(
                    UNHEARD_WHY if output.reason in terms.LOST else UNHEARD,
                    seconds=f"{output.duration_s:.1f}",
                    channel=output.channel,
                    why=wording.term(terms.LOST, output.reason),
                )
                yield f"{clock(output.start_s)}  ! {text}"
            case events.StatementChanged() if output.statement.state is StatementState.MISSED:
                name = wording.term(terms.STATEMENTS, output.statement.id)
                text = wording.text(MISSED, statement=name)
                yield f"{clock(output.call_s)}  ! {text}"
            case events.Ended():
                if output.not_assessable:
                    rules = ", ".join(output.not_assessable)
                    yield f"{'':7}? {wording.text(NOT_ASSESSABLE, rules=rules)}"
                reason = wording.term(terms.END_REASONS, output.reason)
                yield f"{clock(output.duration_s)}  ■ {wording.text(ENDED, reason=reason)}"
            case _:
                return

    def _task(self, output: events.TaskRaised | events.TaskWithdrawn) -> Iterator[str]:
        """A task that is new or taken back; that more speaks for it is no line."""
        task = output.task
        words = TaskWords(self._wording)
        if isinstance(output, events.TaskRaised) and task.id in self._tasks:
            return
        raised = isinstance(output, events.TaskRaised)
        (self._tasks.add if raised else self._tasks.discard)(task.id)
        text = self._wording.text(TASK if raised else NO_TASK, kind=words.kind(task.kind))
        yield f"{clock(output.call_s)}  » {words.owner(task.owner)}: {text}"

    def _finding(self, finding: Finding, call_s: float) -> Iterator[str]:
        text = self._wording.finding(finding)
        if finding.status is Status.WITHDRAWN:
            if finding.id in self._told:
                told = self._wording.text(WITHDRAWN, subject=text.subject)
                yield f"{clock(call_s)}  ○ {told}"
            return
        if finding.status is Status.PROVISIONAL:
            if finding.id not in self._told and may_take_the_line(finding):
                self._told.add(finding.id)
                yield f"{clock(call_s)}  ⚠ … {text.subject}: {text.do_now}"
            return
        yield f"{clock(call_s)}  {sign_of(finding)} {text.verdict}: {text.subject}. {text.do_now}"
        yield f"{'':7}  {text.law} ({text.law_status})"
        if text.say_now:
            yield f"{'':7}→ {text.say_now}"


def sign_of(finding: Finding) -> str:
    """The sign before a settled finding."""
    if finding.kind is Kind.ROUTE:
        return "»"  # the caller's words: nothing to be put right, somebody to be helped
    return "⚠" if finding.verdict is Verdict.BREACH else "?"
