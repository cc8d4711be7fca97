"""The reviewer's list of kept calls, and the one line that a reviewer types into.

Owns the arrangement of the panes and the way from a key to the desk.  It computes nothing: the desk
lists, opens and judges, `review_lines` lays out, the transcript is the call screen's own.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key, Resize
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.widgets import Input

from assistant.interface_text import N_
from assistant.record.kept import KeptCall
from assistant.review.desk import ReviewDesk
from assistant.screens.list_window import window
from assistant.screens.pane import Pane
from assistant.screens.review_keys import LIST_BAR, ReviewCommand, read_review_key
from assistant.screens.review_lines import (
    key_bar,
    review_help,
)
from assistant.screens.review_list_lines import empty_list, list_head, list_row, list_top, matching
from assistant.screens.runs import Line, Run, fit
from assistant.screens.sheets import Sheet
from assistant.screens.small import draw_small
from assistant.screens.tones import Tone
from assistant.wording import Wording
from compliance.errors import AssistantError


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
        self._place, self._first = window(place, self._first, len(self._shown), self._rows)
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
