"""What the commands `tasks …` do.

Owns the table of tasks, in which wide characters take two cells, the lines of one task with the
words that speak for it, and their records for other programs.  What came from outside is shown so
that it cannot move the cursor.  Who may do what is asked in `assistant.record.tasks`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime

from rich.cells import cell_len

from assistant import terms
from assistant.archive.covering import covered
from assistant.archive.desk import plain_wording, tell_user
from assistant.archive.lines import deed_line
from assistant.archive.told import ToldCall, tell
from assistant.call_time import clock
from assistant.display_text import display_text
from assistant.events import TaskRaised, UtteranceFinal
from assistant.interface_text import N_
from assistant.jsonlines import Record, line
from assistant.record.locations import Locations
from assistant.record.opening import system_doors
from assistant.record.store import CallStore
from assistant.record.tasks import KeptTask, TaskAct, TaskDesk, moment
from assistant.rules_in_force import RulesInForce
from assistant.screens.review_lines import local_time, plain_text
from assistant.screens.runs import cut
from assistant.signing_in import guarded
from assistant.task_words import TaskWords
from assistant.telling import tell_in_passing
from assistant.wording import Wording
from compliance.errors import AssistantError
from compliance.local_time import zone_of
from scripts.tasks import Deadline, Sign, TaskKinds, law_day

NONE_FOUND = N_("There is nothing to do.")
RUNNING = N_("on the line now")
BY_LAW = N_("by law: {day} ({law}; {status})")
BY_POLICY = N_("house policy, not law")
NOT_KEPT = N_("(the words are not kept)")
BY_KEY = N_("by key")
_HEADS = (N_("State"), N_("Deadline"), N_("Whose"), N_("About"), N_("Agent"), N_("Task"))
_WIDEST = 24  # cells of a column; the reference is never cut, since it is typed


def list_tasks(
    locations: Locations,
    *,
    owner: str,
    state: str,
    everything: bool,
    jsonl: bool,
    interface: str,
) -> None:
    """Print tasks, overdue ones first.

    Raises:
        AssistantError: there is no such desk, or the store cannot be read.
    """
    kinds = RulesInForce.at(locations).tasks()
    if owner and kinds.owner(owner) is None:
        raise _no_desk(owner, kinds)
    wording = plain_wording(interface)
    with _opened(locations, kinds) as (_store, desk):
        now = _now()
        wanted = [
            task
            for task in desk.tasks()
            if (everything or state or task.open)
            and state in ("", task.state.value)
            and owner in ("", task.owner)
        ]
    wanted.sort(key=lambda task: (not task.overdue(now), not task.open, task.due_at_utc))
    if jsonl:
        _print(line(_record(task, now)) for task in wanted)
    elif wanted:
        _print(table(wanted, wording, now, kinds))
    if not wanted:
        tell_user(wording.text(NONE_FOUND))


def show_task(
    locations: Locations, named: str, *, redacted: bool, jsonl: bool, interface: str
) -> None:
    """Print one task, with what speaks for it.

    Raises:
        UnknownTask: there is none of that name.
        NotPermitted: its call may not be opened by who is signed in.
    """
    kinds = RulesInForce.at(locations).tasks()
    wording = plain_wording(interface)
    with _opened(locations, kinds) as (store, desk):
        task = desk.find(named)
        told = tell(store, task.call)
    if redacted:
        told = covered(told)
    task = next(one for one in told.tasks if one.id == task.id)
    now = _now()
    if jsonl:
        _print(iter([line(_record(task, now) | _details(task, told))]))
    else:
        _print(map(plain_text, task_page(task, told, wording, now, kinds)))


def do(locations: Locations, named: str, act: TaskAct, note: str, to: str) -> str:
    """Add an act to a task; what to tell whoever did it.

    Raises:
        AssistantError: there is no such task or desk, they may not, or it would change nothing.
    """
    kinds = RulesInForce.at(locations).tasks()
    if to and kinds.owner(to) is None:
        raise _no_desk(to, kinds)
    with _opened(locations, kinds) as (_store, desk):
        task = desk.find(named)
        desk.do(task, act, note=note, owner=to)
    return f"{act.value}: {plain_text(task.reference)}"


def table(
    tasks: Sequence[KeptTask], wording: Wording, now: datetime, kinds: TaskKinds | None = None
) -> Iterator[str]:
    """Tasks with heads; columns are as wide as what is in them."""
    words = TaskWords(wording, kinds)
    rows = [tuple(map(wording.text, _HEADS))]
    rows += [_row(task, words, wording, now) for task in tasks]
    rows = [(*(cut(cell, _WIDEST) for cell in row[:-1]), row[-1]) for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        )
        yield "  ".join(cells).rstrip()


def _row(task: KeptTask, words: TaskWords, wording: Wording, now: datetime) -> tuple[str, ...]:
    state = words.state(task.state.value, overdue=task.overdue(now))
    if task.running and task.open:
        state = f"{state} · {wording.text(RUNNING)}"
    return (
        state,
        _due(task),
        words.owner(task.owner),
        words.kind(task.kind),
        plain_text(task.agent_name or task.agent_id) or "–",
        plain_text(task.reference),
    )


def _due(task: KeptTask) -> str:
    """By the clock of the desk that made the call."""
    at = local_time(task.due_at_utc, task.zone)
    return at[:10] if task.by_day else at


def task_page(
    task: KeptTask, told: ToldCall, wording: Wording, now: datetime, kinds: TaskKinds
) -> Iterator[str]:
    """One task: its head, the words that speak for it, what was done with it."""
    heads = [*_head(task, wording, now, kinds)]
    wide = max(cell_len(head) for head, _value in heads)
    for head, value in heads:
        yield f"{head}{' ' * (wide - cell_len(head))}  {value}"
    yield ""
    words = TaskWords(wording, kinds)
    said = {utterance.id: utterance for utterance in told.utterances}
    for sign in evidence_of(task, told):
        yield _evidence_line(sign, said, words, wording, told.call.language)
    if task.deeds:
        yield ""
    for deed in task.deeds:
        yield deed_line(deed, words, wording, task.zone)


def _head(
    task: KeptTask, wording: Wording, now: datetime, kinds: TaskKinds
) -> Iterator[tuple[str, str]]:
    words = TaskWords(wording, kinds)
    yield wording.text("Task"), task.reference
    yield wording.text("About"), words.kind(task.kind)
    yield wording.text("Whose"), words.owner(task.owner)
    yield wording.text("State"), words.state(task.state.value, overdue=task.overdue(now))
    yield wording.text("Raised"), f"{local_time(task.raised_at_utc, task.zone)} ({task.zone})"
    law = _law(task, kinds)
    why = wording.text(BY_POLICY) if not task.by_law else ""
    yield wording.text("Deadline"), f"{_due(task)} ({why})" if why else _due(task)
    if law is not None:
        deadline, day = law
        status = wording.term(terms.LAW_STATUS, deadline.verified_law)
        yield (
            wording.text("Law"),
            wording.text(BY_LAW, day=day, law=deadline.citation, status=status),
        )
    yield wording.text("Agent"), task.agent_name or task.agent_id or "–"


def _law(task: KeptTask, kinds: TaskKinds) -> tuple[Deadline, str] | None:
    """The day that the law of the call's place sets, as this version knows it."""
    kind, raised_at = kinds.kind(task.kind), moment(task.raised_at_utc)
    law = kind.law_in(task.jurisdiction) if kind is not None else None
    if law is None or raised_at is None:
        return None
    return law, law_day(law, raised_at, zone_of(task.zone) or UTC).isoformat()


def evidence_of(task: KeptTask, told: ToldCall) -> tuple[Sign, ...]:
    """What speaks for a task, as the call told it last."""
    signs: tuple[Sign, ...] = ()
    for output in told.outputs:
        if isinstance(output, TaskRaised) and output.task.id == task.id:
            signs = output.task.evidence
    return signs


def _evidence_line(
    sign: Sign,
    said: Mapping[str, UtteranceFinal],
    words: TaskWords,
    wording: Wording,
    language: str,
) -> str:
    what = words.sign(sign)
    if sign.by_key:
        return f"{clock(sign.at_s)}  ● {what} ({wording.text(BY_KEY)})"
    utterance = said.get(sign.utterance)
    if utterance is None:
        return f"{clock(sign.at_s)}  » {what} {wording.text(NOT_KEPT)}"
    speaker = wording.term(terms.SPEAKERS, utterance.speaker)
    text = display_text(utterance.text, language).text
    return f"{clock(utterance.start_s)}  » {what} · {speaker}: {text}"


def _record(task: KeptTask, now: datetime) -> Record:
    return {
        "type": "kept_task",
        "task": task.reference,
        "call": task.call,
        "id": task.id,
        "kind": task.kind,
        "owner": task.owner,
        "reason": task.reason,
        "raised_at": task.raised_at_utc,
        "due": task.due_at_utc or None,
        "by": "law" if task.by_law else "policy",
        "state": task.state.value,
        "overdue": task.overdue(now),
        "agent": {"name": task.agent_name, "id": task.agent_id},
        "acts": [
            {"act": deed.act.value, "owner": deed.owner or None, "who": deed.who, "at": deed.at_utc}
            for deed in task.deeds
        ],
    }


def _details(task: KeptTask, told: ToldCall) -> Record:
    said = {utterance.id: utterance.text for utterance in told.utterances}
    return {
        "evidence": [
            {**asdict(sign), "of": sign.of.value, "text": said.get(sign.utterance)}
            for sign in evidence_of(task, told)
        ],
        "notes": [deed.note for deed in task.deeds],
    }


@contextmanager
def _opened(locations: Locations, kinds: TaskKinds) -> Iterator[tuple[CallStore, TaskDesk]]:
    with CallStore(locations, doors=system_doors(tell_user, tell_in_passing)) as store:
        yield store, TaskDesk(store, guarded(store, os.environ), kinds)


def _no_desk(named: str, kinds: TaskKinds) -> AssistantError:
    there = ", ".join(owner.id for owner in kinds.owners)
    return AssistantError(f"there is no desk {named!r}", f"There are: {there}.")


def _now() -> datetime:
    return datetime.now(UTC)


def _print(written: Iterator[str]) -> None:
    for one in written:
        sys.stdout.write(one + "\n")
        sys.stdout.flush()
