"""The tasks of a call as its agent sees them: one quiet line when one is raised, all of them after.

Owns what these lines say, above all whether anybody will hear of the task: it goes with the kept
call, and of a call that is not kept nothing is passed on.  Pure: a view and a wording in, text out;
it reads no clock, so that today is the day on which the task was raised.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum

from assistant.call_view import CallView
from assistant.events import RecordingState, TaskRaised, TaskWithdrawn
from assistant.interface_text import N_
from assistant.task_words import TaskWords
from assistant.wording import Wording

NOTED = N_("→ {owner}: task noted, due {due}")
ON_KEEPING = N_("→ {owner}: passed on only once recording is on (n)")
NOT_PASSED_ON = N_("→ {owner}: NOT passed on, nothing is kept: tell them yourself")
TAKEN_BACK = N_("→ {owner}: task taken back")
LISTED = N_("→ {owner} · {kind} · due {due}")
LISTED_UNKEPT = N_("→ {owner} · {kind} · NOT passed on: tell them yourself")


class PassedOn(StrEnum):
    """Whether the owners of a call's tasks hear of them."""

    YES = "yes"
    LATER = "later"
    NO = "no"


def passed_on(view: CallView, *, kept: bool) -> PassedOn:
    """How it stands: a task goes with its call, and only where that is kept.

    Args:
        view: the call.
        kept: of a recording that is played, whether it is kept; a live call says so itself.
    """
    if not view.live:
        return PassedOn.YES if kept else PassedOn.NO
    if view.kept:
        return PassedOn.YES
    waiting = view.recording is not None and view.recording.state is RecordingState.WAITING
    return PassedOn.LATER if waiting and view.ended is None else PassedOn.NO


def task_note(view: CallView, wording: Wording, passed: PassedOn) -> str:
    """The line for the task that was raised or taken back last; empty once it was read."""
    told = view.task_told
    if told is None:
        return ""
    words = TaskWords(wording)
    owner = words.owner(told.task.owner)
    if isinstance(told, TaskWithdrawn):
        return wording.text(TAKEN_BACK, owner=owner)
    line = {PassedOn.YES: NOTED, PassedOn.LATER: ON_KEEPING, PassedOn.NO: NOT_PASSED_ON}[passed]
    return wording.text(line, owner=owner, due=_due(view, told, words))


def task_lines(view: CallView, wording: Wording, passed: PassedOn) -> list[str]:
    """Every task of the call that stands, in the order raised: for when the call is wrapped up."""
    words = TaskWords(wording)
    line = LISTED if passed is PassedOn.YES else LISTED_UNKEPT
    return [
        wording.text(
            line,
            owner=words.owner(told.task.owner),
            kind=words.kind(told.task.kind),
            due=_due(view, told, words),
        )
        for told in view.tasks
    ]


def _due(view: CallView, told: TaskRaised, words: TaskWords) -> str:
    zone = view.started.start.zone if view.started is not None else "UTC"
    try:
        raised_at = datetime.fromisoformat(told.raised_at_utc)
    except ValueError:
        raised_at = datetime.min.replace(tzinfo=UTC)
    return words.due(told.due_at_utc, by_day=told.by_day, zone=zone, now=raised_at)
