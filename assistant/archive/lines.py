"""Kept calls as plain lines for a terminal or a pipe.

Owns the table of a list, in which wide characters take two cells, and the lines of one call.  All
words come from `Wording`; what came from outside is shown so that it cannot move the cursor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len

from assistant import terms
from assistant.archive.ending import ending_rows
from assistant.archive.outcome_names import OutcomeNames
from assistant.archive.told import ToldCall
from assistant.call_time import clock
from assistant.display_text import display_text
from assistant.events import Source, Started
from assistant.follow_up.standings import standing_words, state_words
from assistant.gap_joining import joined
from assistant.interface_text import N_
from assistant.plain import PlainCall
from assistant.record.kept import CallState
from assistant.record.reviews import ReviewAct
from assistant.record.search import Hit, ListedCall
from assistant.record.tasks import KeptTask, TaskAct, TaskDeed
from assistant.screens.review_lines import (
    STATES,
    agent_of,
    flags_of,
    local_time,
    place_of,
    plain_text,
)
from assistant.screens.runs import cut
from assistant.task_words import TaskWords
from assistant.wording import Wording
from scripts.promise_keeping import PromiseStanding

NONE_FOUND = N_("No kept call is like that.")
MACHINE_MADE = N_("The transcript was made by a machine ({model}); the sound is the evidence.")
MACHINE_ALONE = N_("The transcript was made by a machine ({model}); no sound was kept.")
ELSEWHERE = N_("The transcript was made elsewhere ({source}); no sound stands behind it.")
IMPORTED_AT = N_("not known; imported {day}")
IMPORTED = N_("imported")
SOURCES = {
    Source.RECORDING: N_("a recording that others made"),
    Source.CONTACT_LENS: "Amazon Connect Contact Lens",
    Source.WEBVTT: "WebVTT",
    Source.JSONL: "JSON Lines",
}
DIRECTIONS = {
    "inbound": N_("the customer called"),
    "outbound": N_("the agent called"),
}
REDACTED = N_("A copy: personal data is covered.")
ACTS = {
    ReviewAct.CONFIRM: N_("confirmed"),
    ReviewAct.DISMISS: N_("dismissed"),
    ReviewAct.UNCERTAIN: N_("uncertain"),
    ReviewAct.UNDO: N_("taken back"),
}
_HEADS = (
    N_("Call"),
    N_("Date"),
    N_("Agent"),
    N_("Where"),
    N_("Length"),
    N_("Flags"),
    N_("Reviewed"),
    N_("Outcome"),
    N_("State"),
)
DEEDS = {
    TaskAct.RECEIVE: N_("received"),
    TaskAct.DONE: N_("done"),
    TaskAct.HAND: N_("handed to {owner}"),
}
_SOUND = {True: N_("kept with the call"), False: N_("none is kept")}
_WIDEST = 28  # cells of a column


def table(
    listed: Sequence[ListedCall],
    wording: Wording,
    names: OutcomeNames,
    promises: Mapping[str, PromiseStanding] | None = None,
    width: int | None = None,
) -> Iterator[str]:
    """A list of calls as a table with heads; columns are as wide as what is in them.

    What became of promises is the last column, where there are any and it fits.

    Args:
        listed: the calls.
        wording: the reader's words.
        names: of outcomes.
        promises: how the promises of these calls stand, by call.
        width: cells of a line; `None`: any.
    """
    rows = [tuple(wording.text(head) for head in _HEADS)]
    rows += [_row(one, wording, names) for one in listed]
    plain = list(_aligned(rows))
    if promises:
        head = wording.text("Promise")
        states = [promises.get(one.call.id) for one in listed]
        told = [state_words(state, wording) if state is not None else "" for state in states]
        added = [(*row, cell) for row, cell in zip(rows, (head, *told), strict=True)]
        wider = list(_aligned(added))
        if width is None or max(map(cell_len, wider)) <= width:
            plain = wider
    yield from plain


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    rows = [tuple(cut(cell, _WIDEST) for cell in row) for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        )
        yield "  ".join(cells).rstrip()


def _row(listed: ListedCall, wording: Wording, names: OutcomeNames) -> tuple[str, ...]:
    call = listed.call
    state = STATES[call.state]
    return (
        plain_text(call.id),
        local_time(call.started_at_utc, call.zone),
        agent_of(call),
        place_of(call, wording),
        clock(call.duration_s),
        "".join(run.text for run in flags_of(call, wording)),
        f"{call.reviewed}/{len(call.marks)}",
        names.name(listed.outcome, wording.interface_code) if listed.outcome else "",
        wording.text(state or IMPORTED) if state or call.imported else "",
    )


def hits(listed: ListedCall, found: Sequence[Hit], wording: Wording) -> Iterator[str]:
    """A call in which words were found, and each place, the words between guillemets."""
    call = listed.call
    yield "  ".join(
        (plain_text(call.id), local_time(call.started_at_utc, call.zone), agent_of(call))
    )
    for hit in found:
        utterance = hit.utterance
        shown = display_text(utterance.text, call.language)
        first, last = shown.span(hit.start, hit.end)
        text = shown.text
        speaker = wording.term(terms.SPEAKERS, utterance.speaker)
        marked = f"{text[:first]}«{text[first:last]}»{text[last:]}"
        yield f"  {clock(utterance.start_s)}  {speaker}: {marked}"


def call_lines(
    told: ToldCall,
    wording: Wording,
    names: OutcomeNames,
    promise: PromiseStanding | None = None,
) -> Iterator[str]:
    """One call: its header, what happened when, flags, reviews, tasks, and how it ended.

    `promise` is how what was promised in it stands.
    """
    for line in _all_lines(told, wording, names, promise):
        yield plain_text(line)


def _all_lines(
    told: ToldCall, wording: Wording, names: OutcomeNames, promise: PromiseStanding | None
) -> Iterator[str]:
    heads = [*header(told, wording)]
    wide = max(cell_len(head) for head, _value in heads)
    for head, value in heads:
        yield f"{head}{' ' * (wide - cell_len(head))}  {value}"
    yield made_by(told, wording)
    if told.redacted:
        yield wording.text(REDACTED)
    yield ""
    plain = PlainCall(wording)
    judged = told.judged
    for output in joined(told.outputs):
        if isinstance(output, Started):
            continue
        yield from plain.lines((output,))
        review = judged.get(output.finding.id) if hasattr(output, "finding") else None
        if review is not None:
            yield f"{'':7}  {review_line(review.act, review.reviewer, review.note, wording)}"
    if told.tasks:
        yield ""
    for task in told.tasks:
        yield from task_lines(task, wording)
    end = told.wrap_up
    if end is not None:
        yield ""
        rows = [*ending_rows(end, wording, names, told.call.zone)]
        wide = max(cell_len(name) for name, _value in rows)
        for name, value in rows:
            yield f"{name}{' ' * (wide - cell_len(name))}  {value}"
    if promise is not None:
        if end is None:
            yield ""
        stands = standing_words(promise, wording, bare=told.redacted)
        yield f"{wording.text('Promise')}  {stands}"


def task_lines(task: KeptTask, wording: Wording) -> Iterator[str]:
    """What a call gave somebody to do, and what they did, one line each."""
    words = TaskWords(wording)
    state = words.state(task.state.value, overdue=False)
    due = local_time(task.due_at_utc, task.zone)
    about = (words.owner(task.owner), words.kind(task.kind), state, due)
    yield f"» {' · '.join(part for part in about if part)}"
    for deed in task.deeds:
        yield f"{'':7}  {deed_line(deed, words, wording, task.zone)}"


def deed_line(deed: TaskDeed, words: TaskWords, wording: Wording, zone: str) -> str:
    """What somebody did with a task, and when."""
    what = wording.text(DEEDS[deed.act], owner=words.owner(deed.owner))
    parts = (local_time(deed.at_utc, zone), what, deed.who, deed.note)
    return " · ".join(part for part in parts if part)


def review_line(act: ReviewAct, reviewer: str, note: str, wording: Wording) -> str:
    """A judgement in one line."""
    line = f"{wording.text(ACTS[act])} · {reviewer}"
    return f"{line} · {note}" if note else line


def made_by(told: ToldCall, wording: Wording) -> str:
    """What the transcript is: made by which machine or elsewhere, and whether sound proves it."""
    imported = told.start.imported
    if imported is not None and imported.elsewhere:
        return wording.text(ELSEWHERE, source=SOURCES[imported.source])
    model = wording.model(told.call.model) or "—"
    return wording.text(MACHINE_MADE if told.call.has_sound else MACHINE_ALONE, model=model)


def header(told: ToldCall, wording: Wording) -> Iterator[tuple[str, str]]:
    """What a call was, as names and values."""
    call, start = told.call, told.start
    yield wording.text("Call"), call.id
    day, imported = f"{local_time(call.started_at_utc, call.zone)} ({call.zone})", start.imported
    if imported is not None and not imported.time_known:
        day = wording.text(IMPORTED_AT, day=day)
    yield wording.text("Date"), day
    yield wording.text("Agent"), agent_of(call)
    if told.account_id:
        yield wording.text("Account"), told.account_id
    if told.account is not None:
        yield wording.text("Customer"), wording.customer(told.account)
    yield wording.text("Where"), place_of(call, wording)
    yield wording.text("Language"), call.language
    yield wording.text("Length"), clock(call.duration_s)
    if call.state is not CallState.WHOLE:
        yield wording.text("State"), wording.text(STATES[call.state])
    if imported is not None:
        yield wording.text("Imported from"), wording.text(SOURCES[imported.source])
        if imported.direction in DIRECTIONS:
            yield wording.text("Direction"), wording.text(DIRECTIONS[imported.direction])
    yield wording.text("Sound"), wording.text(_SOUND[call.has_sound])
    if call.model:
        yield wording.text("Model"), wording.model(call.model)
    yield wording.text("Rules"), call.rules_hash[:12]
    yield wording.text("Program"), start.version
