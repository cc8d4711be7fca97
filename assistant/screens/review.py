"""The reviewer's screens: the list of kept calls, and one call with its flags.

Owns the arrangement of the panes and the way from a key to the desk.  It computes nothing: the desk
lists, opens and judges, `review_lines` lays out, the transcript is the call screen's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.events import Key, Resize
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.widgets import Input

from assistant.events import FindingChanged
from assistant.interface_text import N_
from assistant.record.kept import KeptCall
from assistant.record.reviews import ReviewAct
from assistant.review.desk import OpenedCall, ReviewDesk
from assistant.screens.brief import draw_small
from assistant.screens.pane import Pane
from assistant.screens.review_keys import CALL_BAR, LIST_BAR, ReviewCommand, read_review_key
from assistant.screens.review_lines import (
    JUDGED,
    call_top,
    empty_list,
    flag_list,
    flag_panel,
    key_bar,
    list_head,
    list_row,
    list_top,
    matching,
    review_help,
)
from assistant.screens.runs import Line, Run, fit
from assistant.screens.sheets import PageView, Sheet
from assistant.screens.tones import Tone
from assistant.screens.transcript import Transcript
from assistant.wording import Wording
from compliance.errors import AssistantError

WordingFor = Callable[[KeptCall], Wording]
"""The reviewer's wording for one call: its language, its jurisdiction's rule texts."""

_ACTS = {
    ReviewCommand.CONFIRM: ReviewAct.CONFIRM,
    ReviewCommand.DISMISS: ReviewAct.DISMISS,
    ReviewCommand.UNCERTAIN: ReviewAct.UNCERTAIN,
}


class LineEntry(ModalScreen[str | None]):
    """One line to type; answers with it, or `None` when it was put away."""

    def __init__(self, wording: Wording, title: str, foot: str, value: str = "") -> None:
        super().__init__()
        self._wording = wording
        self._title = title
        self._foot = foot
        self._value = value

    def compose(self) -> ComposeResult:
        """What is asked, the line, the keys."""
        with Vertical(id="entry"):
            yield Pane(lambda w, _h: [self._line(self._title, Tone.STRONG, w)], id="entry_head")
            yield Input(self._value, id="entry_input")
            yield Pane(lambda w, _h: [self._line(self._foot, Tone.MUTED, w)], id="entry_foot")

    def _line(self, msgid: str, tone: Tone, width: int) -> Line:
        return fit((Run(" " + self._wording.text(msgid), tone),), width)

    def on_mount(self) -> None:
        """Typing begins at once."""
        self.query_one(Input).focus()

    def on_key(self, event: Key) -> None:
        """Esc leaves everything as it was."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        event.stop()
        self.dismiss(event.value.strip())


class CallListScreen(Screen[None]):
    """Kept calls, the one to open first first."""

    class Opened(Message):
        """The reviewer opens a call."""

        def __init__(self, call: KeptCall) -> None:
            super().__init__()
            self.call = call

    def __init__(self, desk: ReviewDesk, wording: Wording) -> None:
        super().__init__(id="call_list_screen")
        self._desk = desk
        self._wording = wording
        self._calls: tuple[KeptCall, ...] = ()
        self._shown: tuple[KeptCall, ...] = ()
        self._words = ""
        self._place = 0
        self._first = 0
        self._told: Run | None = None

    def compose(self) -> ComposeResult:
        """How many, the list, the keys."""
        yield Pane(self._draw_top, id="review_top", fill=Tone.BAR)
        yield Pane(lambda w, _h: [list_head(self._wording, w)], id="list_head")
        yield Pane(self._draw_list, id="call_list")
        yield Pane(lambda w, _h: [fit(self._status(), w)], id="review_status")
        yield Pane(
            lambda w, _h: [key_bar(LIST_BAR, self._wording, w)], id="review_keys", fill=Tone.BAR
        )
        yield Pane(draw_small(self._wording), id="small")

    def on_mount(self) -> None:
        """List what is kept."""
        self.reload()

    def on_screen_resume(self) -> None:
        """A call was judged meanwhile: list anew, stay at the same call."""
        self.reload()

    def reload(self) -> None:
        """Read the list again; the chosen call stays chosen."""
        here = self._shown[self._place].id if self._place < len(self._shown) else None
        try:
            self._calls = self._desk.calls()
        except AssistantError as error:
            self._told = Run(f"✘ {error}", Tone.ALARM)
        self._filter(here)

    def redraw(self) -> None:
        """Something on the screen has changed."""
        for pane in self.query(Pane):
            pane.redraw()

    def _filter(self, here: str | None) -> None:
        self._shown = matching(self._calls, self._words, self._wording)
        places = [place for place, call in enumerate(self._shown) if call.id == here]
        self._choose(places[0] if places else 0)

    def _choose(self, place: int) -> None:
        self._place = min(max(place, 0), max(0, len(self._shown) - 1))
        height = max(1, self._rows)
        if self._place < self._first:
            self._first = self._place
        elif self._place >= self._first + height:
            self._first = self._place - height + 1
        self._first = max(0, min(self._first, len(self._shown) - height))
        self.redraw()

    @property
    def _rows(self) -> int:
        return self.query_one("#call_list", Pane).size.height

    def on_resize(self, _event: Resize) -> None:
        """Keep the chosen call in sight."""
        self.call_after_refresh(lambda: self._choose(self._place))

    def _draw_top(self, width: int, _height: int) -> Sequence[Line]:
        reviewer = self._desk.reviewer
        return [list_top(self._calls, len(self._shown), reviewer, self._wording, width)]

    def _draw_list(self, width: int, height: int) -> Sequence[Line]:
        if not self._shown:
            return empty_list(self._wording, width, filtered=bool(self._calls))
        return [
            list_row(call, self._wording, width, chosen=self._first + row == self._place)
            for row, call in enumerate(self._shown[self._first : self._first + height])
        ]

    def _status(self) -> Line:
        if self._told is not None:
            return (Run(" "), self._told)
        if self._words:
            told = self._wording.text("filter: {words}", words=self._words)
            return (Run(" " + told, Tone.ACCENT),)
        return ()

    def on_key(self, event: Key) -> None:
        """Read the key and do what it asks."""
        command = read_review_key(event.key, event.character)
        if command is None:
            return
        event.stop()
        event.prevent_default()
        self._told = None
        height = max(1, self._rows - 1)
        moves = {
            ReviewCommand.NEXT: self._place + 1,
            ReviewCommand.PREVIOUS: self._place - 1,
            ReviewCommand.PAGE_DOWN: self._place + height,
            ReviewCommand.PAGE_UP: self._place - height,
            ReviewCommand.TOP: 0,
            ReviewCommand.BOTTOM: len(self._shown) - 1,
        }
        match command:
            case ReviewCommand.OPEN if self._shown:
                self.post_message(self.Opened(self._shown[self._place]))
            case ReviewCommand.FILTER:
                foot = N_("Enter filters · empty shows all · Esc back")
                entry = LineEntry(self._wording, N_("Only calls with these words"), foot)
                self.app.push_screen(entry, self._filtered)
            case ReviewCommand.HELP:
                page = Sheet(self._wording, "Keys", lambda w: review_help(self._wording, w))
                self.app.push_screen(page)
            case ReviewCommand.BACK if self._words:
                self._filtered("")
            case ReviewCommand.BACK:
                self.app.exit(0)
            case _ if command in moves:
                self._choose(moves[command])
            case _:
                pass

    def _filtered(self, words: str | None) -> None:
        if words is not None:
            self._words = words
            self._filter(None)

    def tell(self, told: Run) -> None:
        """Say one line in the status line."""
        self._told = told
        self.redraw()


class CallReviewScreen(Screen[None]):
    """One kept call: its words, its flags in place, their law, and what was judged.

    Args:
        desk: keeps the judgements.
        opened: the call.
        wording: the reviewer's, for this call.
        notice: one line to begin with; empty for none.
    """

    def __init__(
        self, desk: ReviewDesk, opened: OpenedCall, wording: Wording, notice: str = ""
    ) -> None:
        super().__init__(id="call_review_screen")
        self._desk = desk
        self._opened = opened
        self._wording = wording
        self._place = 0
        self._told: Run | None = Run(notice, Tone.CAUTION) if notice else None

    def compose(self) -> ComposeResult:
        """The words, the flags and the law beside them, the keys."""
        wording = self._wording
        yield Pane(
            lambda w, _h: [call_top(self._opened, wording, w)], id="review_top", fill=Tone.BAR
        )
        with Container(id="review_body"):
            yield Transcript(wording)
            with Container(id="review_side"):
                yield Pane(self._draw_flags, id="flag_list")
                yield PageView(lambda w: flag_panel(self._opened, self._chosen, self._wording, w))
        yield Pane(lambda w, _h: [fit(self._status(), w)], id="review_status")
        yield Pane(lambda w, _h: [key_bar(CALL_BAR, wording, w)], id="review_keys", fill=Tone.BAR)
        yield Pane(draw_small(wording), id="small")

    def on_mount(self) -> None:
        """Begin at the first flag nobody has judged."""
        judged = self._opened.judged
        places = [
            place
            for place, changed in enumerate(self._opened.findings)
            if changed.finding.id not in judged
        ]
        self._place = places[0] if places else 0
        self.query_one(Transcript).show(self._opened.view.rows)
        # As many lines as there are flags; the style sheet says how many at most.
        self.query_one("#flag_list").styles.height = max(1, len(self._opened.findings))
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.query_one(Transcript).to_top()
        self._choose(self._place)

    @property
    def _chosen(self) -> FindingChanged | None:
        findings = self._opened.findings
        return findings[self._place] if self._place < len(findings) else None

    def _draw_flags(self, width: int, height: int) -> Sequence[Line]:
        lines = flag_list(self._opened, self._place, self._wording, width)
        first = min(max(0, self._place - height + 2), max(0, len(lines) - height))
        return lines[first : first + height]

    def _status(self) -> Line:
        return (Run(" "), self._told) if self._told is not None else ()

    def redraw(self) -> None:
        """Something on the screen has changed."""
        for pane in self.query(Pane):
            pane.redraw()
        self.query_one(PageView).redraw()
        self.query_one(Transcript).reword()

    def _choose(self, place: int) -> None:
        self._place = min(max(place, 0), max(0, len(self._opened.findings) - 1))
        chosen = self._chosen
        if chosen is not None:
            self.query_one(Transcript).choose(chosen.finding.utterance_id)
        self.query_one(PageView).scroll_home(animate=False)
        self.redraw()

    def on_key(self, event: Key) -> None:
        """Read the key and do what it asks."""
        command = read_review_key(event.key, event.character)
        if command is None:
            return
        event.stop()
        event.prevent_default()
        self._told = None
        if command in _ACTS:
            self._judge(_ACTS[command])
            return
        match command:
            case ReviewCommand.UNDO:
                self._undo()
            case ReviewCommand.NOTE:
                self._note()
            case ReviewCommand.NEXT:
                self._choose(self._place + 1)
            case ReviewCommand.PREVIOUS:
                self._choose(self._place - 1)
            case ReviewCommand.HELP:
                page = Sheet(self._wording, "Keys", lambda w: review_help(self._wording, w))
                self.app.push_screen(page)
            case ReviewCommand.BACK:
                self.app.pop_screen()
            case _:
                self._scroll(command)

    def _scroll(self, command: ReviewCommand) -> None:
        transcript = self.query_one(Transcript)
        page = max(1, transcript.size.height - 1)
        match command:
            case ReviewCommand.PAGE_UP:
                transcript.scroll_by(-page)
            case ReviewCommand.PAGE_DOWN:
                transcript.scroll_by(page)
            case ReviewCommand.TOP:
                transcript.to_top()
            case ReviewCommand.BOTTOM:
                transcript.follow()
            case _:
                return

    def _judge(self, act: ReviewAct, note: str = "") -> None:
        chosen = self._chosen
        if chosen is None:
            return
        try:
            self._desk.judge(self._opened.call.id, chosen.finding.id, act, note)
            self._opened = self._desk.refreshed(self._opened)
        except AssistantError as error:
            self._told = Run(f"✘ {error}", Tone.ALARM)
        else:
            sign, word, tone = JUDGED[act]
            self._told = Run(f"{sign} {self._wording.text(word)}", tone)
        self.redraw()

    def _undo(self) -> None:
        chosen = self._chosen
        if chosen is None or chosen.finding.id not in self._opened.judged:
            self._told = Run(self._wording.text("there is no judgement to take back"), Tone.MUTED)
            self.redraw()
            return
        self._judge(ReviewAct.UNDO)

    def _note(self) -> None:
        """A note goes with the judgement that stands; where none stands the flag is uncertain."""
        chosen = self._chosen
        if chosen is None:
            return
        review = self._opened.judged.get(chosen.finding.id)
        act = review.act if review is not None else ReviewAct.UNCERTAIN

        def noted(note: str | None) -> None:
            if note:
                self._judge(act, note)

        foot = N_("Enter keeps the note · Esc back")
        entry = LineEntry(self._wording, N_("Note on this flag"), foot)
        self.app.push_screen(entry, noted)
