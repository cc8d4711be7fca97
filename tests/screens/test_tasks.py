"""What the agent sees of tasks: one quiet line, whether anybody hears of it, all of them after."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from assistant.call_view import TASK_TOLD_S, CallView
from assistant.events import (
    Ended,
    Keep,
    Output,
    Progress,
    RecordingChanged,
    RecordingState,
    RecordingTerms,
    Started,
    TaskRaised,
    TaskWithdrawn,
)
from assistant.interface_text import Interface
from assistant.plain import PlainCall
from assistant.screens.bars import draw_status
from assistant.screens.desk import Hearing
from assistant.screens.runs import Run, cells
from assistant.task_lines import PassedOn, passed_on, task_lines, task_note
from assistant.task_words import TaskWords
from assistant.wording import Wording
from scripts.tasks import Sign, SignOf, Task
from tests.screens import calls
from tests.screens.driving import call_up, on_screen, setup_of

EN = calls.SCENES["en-US"]
TERMS = RecordingTerms(Keep.AUDIO, notice_first=True, stops_when_refused=True, may_pause=True)
HELP = Task("t1", "help", "supervisor", "help", 20.0, (Sign(SignOf.ASKED, "help", 20.0),))
HEARD = Sign(SignOf.ROUTE, "complaint", 30.0, "u4", "u4.ROUTE-complaint")
COMPLAINT = Task("t2", "complaint", "complaints", "complaint", 30.0, (HEARD,))


def raised(
    task: Task, due_at: str = "2026-12-02T23:59+00:00", *, by_day: bool = True
) -> TaskRaised:
    return TaskRaised(task, "2026-12-01T10:00:00+00:00", due_at, by_day, by_law=False,
                      call_s=task.raised_s)  # fmt: skip


def wording(code: str = "en") -> Wording:
    return Wording(calls.Texts(), Interface(code), "en-US")


def folded(*events: Output, live: bool = False) -> CallView:
    view = CallView()
    start = replace(calls.started(EN).start, zone="UTC", recording=TERMS if live else None)
    for event in (Started(start), *events):
        view.apply(event)
    return view


def recording(state: RecordingState) -> RecordingChanged:
    return RecordingChanged(state, Keep.AUDIO, 1.0)


ON, WAITING, OFF = RecordingState.ON, RecordingState.WAITING, RecordingState.OFF
REFUSED = RecordingState.REFUSED


@pytest.mark.parametrize(
    ("states", "live", "kept", "wanted"),
    [
        ([], False, True, PassedOn.YES),
        ([], False, False, PassedOn.NO),
        ([OFF], True, False, PassedOn.NO),
        ([WAITING], True, False, PassedOn.LATER),
        ([WAITING, ON], True, False, PassedOn.YES),
        ([ON, REFUSED], True, False, PassedOn.YES),
        ([WAITING, REFUSED], True, False, PassedOn.NO),
    ],
)
def test_a_task_goes_with_its_call_and_only_where_that_is_kept(
    states: list[RecordingState], live: bool, kept: bool, wanted: PassedOn
) -> None:
    view = folded(*map(recording, states), live=live)
    assert passed_on(view, kept=kept) is wanted
    if wanted is PassedOn.LATER:  # it never came
        view.apply(Ended(60.0, "hung_up", ()))
        assert passed_on(view, kept=kept) is PassedOn.NO


@pytest.mark.parametrize(
    ("code", "passed", "line"),
    [
        ("en", PassedOn.YES, "→ Complaints desk: task noted, due Wed, Dec 2"),
        ("en", PassedOn.LATER, "→ Complaints desk: passed on only once recording is on (n)"),
        (
            "en",
            PassedOn.NO,
            "→ Complaints desk: NOT passed on, nothing is kept: tell them yourself",
        ),
        ("zh-Hant", PassedOn.YES, "→ 已轉申訴窗口，期限：12月2日週三"),
        ("zh-Hans", PassedOn.NO, "→ 投诉受理岗：未转交，本通不保存，请自行通知"),
    ],
)
def test_the_line_says_whose_it_is_and_by_when(code: str, passed: PassedOn, line: str) -> None:
    assert task_note(folded(raised(COMPLAINT)), wording(code), passed) == line


@pytest.mark.parametrize("code", ["en", "zh-Hant", "zh-Hans"])
@pytest.mark.parametrize("passed", PassedOn)
def test_every_line_fits_the_narrow_screen(code: str, passed: PassedOn) -> None:
    words = TaskWords(wording(code))
    for owner in ("supervisor", "specialist", "hardship", "complaints", "disputes", "estates"):
        view = folded(raised(replace(COMPLAINT, owner=owner), by_day=False))
        assert words.owner(owner) in task_note(view, wording(code), passed)
        assert cell_len(task_note(view, wording(code), passed)) < 80
        (line,) = task_lines(view, wording(code), passed)
        assert cell_len(line) < 80


def test_today_is_called_so_and_an_hour_is_told() -> None:
    view = folded(raised(HELP, "2026-12-01T11:00+00:00", by_day=False))
    assert task_note(view, wording(), PassedOn.YES).endswith("due today 11:00")


def test_the_line_leaves_by_itself_and_comes_again_when_help_is_asked_again() -> None:
    view = folded(raised(HELP))
    view.apply(Progress(20.0 + TASK_TOLD_S, (), 0.0))
    assert view.task_told is None
    grown = replace(COMPLAINT, evidence=(HEARD, replace(HEARD, utterance="u9")))
    view.apply(raised(COMPLAINT))
    view.apply(Progress(60.0, (), 0.0))
    view.apply(replace(raised(grown), call_s=61.0))
    assert view.task_told is None, "that more was heard of it is nothing to read"
    again = replace(HELP, evidence=(*HELP.evidence, Sign(SignOf.ASKED, "help", 62.0)))
    view.apply(replace(raised(again), call_s=62.0))
    assert view.task_told is not None
    assert [told.task.id for told in view.tasks] == ["t1", "t2"]


def test_what_was_taken_back_is_said_and_gone() -> None:
    view = folded(raised(COMPLAINT), TaskWithdrawn(COMPLAINT, 31.0))
    assert task_note(view, wording(), PassedOn.YES) == "→ Complaints desk: task taken back"
    assert view.tasks == ()
    assert task_lines(view, wording(), PassedOn.YES) == []


@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_status_line_takes_it_and_keeps_its_width(width: int) -> None:
    setup = setup_of("en-US")
    view = folded(raised(COMPLAINT))
    (line,) = draw_status(view, wording(), setup, width, told=None, hearing=Hearing.LISTENING)
    assert cells(line) == width
    assert "NOT passed on" in "".join(run.text for run in line)
    told = Run("another line")
    (line,) = draw_status(view, wording(), setup, width, told=told, hearing=Hearing.LISTENING)
    assert "another line" in "".join(run.text for run in line), "an answer to a key goes before it"


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_s_asks_for_help_at_any_moment_of_a_call(size: tuple[int, int]) -> None:
    desk = calls.RecordingDesk()
    async with call_up(setup_of("en-US"), calls.before_verification(EN), size=size, desk=desk) as (
        app,
        pilot,
    ):
        await pilot.press("s")
        assert desk.acts == [("help_asked", "help")]
        app.deliver(calls.envelopes([raised(HELP)]))
        await pilot.pause()
        assert "→ Supervisor: NOT passed on" in on_screen(app)
        await pilot.press("ctrl+s")
        assert desk.acts == 2 * [("help_asked", "help")]
        app.deliver(calls.envelopes([Ended(60.0, "hung_up", ())]))
        await pilot.pause()
        assert "→ Supervisor · Agent asks for help · NOT passed on" in on_screen(app)


def test_plain_lines_tell_a_task_once() -> None:
    plain = PlainCall(wording())
    lines = [*plain.lines([raised(COMPLAINT), raised(COMPLAINT), TaskWithdrawn(COMPLAINT, 40.0)])]
    assert lines == [
        "00:30  » Complaints desk: task: Complaint",
        "00:40  » Complaints desk: no task after all: Complaint",
    ]
