"""The reviewer's view of one call: its words, its flags, their law, and what was judged.

Owns the arrangement of the panes and the way from a key to the desk.  It computes nothing: the desk
lists, opens and judges, `review_lines` lays out, the transcript is the call screen's own.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Container
from textual.events import Key
from textual.screen import Screen

from assistant.events import FindingChanged
from assistant.interface_text import N_
from assistant.record.reviews import ReviewAct
from assistant.review.desk import OpenedCall, ReviewDesk
from assistant.screens.pane import Pane
from assistant.screens.review_keys import CALL_BAR, ReviewCommand, read_review_key
from assistant.screens.review_lines import (
    JUDGED,
    call_top,
    flag_list,
    flag_panel,
    key_bar,
    review_help,
)
from assistant.screens.review_list import LineEntry
from assistant.screens.runs import Line, Run, fit
from assistant.screens.sheets import PageView, Sheet
from assistant.screens.small import draw_small
from assistant.screens.tones import Tone
from assistant.screens.transcript import Transcript
from assistant.wording import Wording
from compliance.errors import AssistantError

_ACTS = {
    ReviewCommand.CONFIRM: ReviewAct.CONFIRM,
    ReviewCommand.DISMISS: ReviewAct.DISMISS,
    ReviewCommand.UNCERTAIN: ReviewAct.UNCERTAIN,
}


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
                self.query_one(PageView).turn_page(-1)
            case ReviewCommand.PAGE_DOWN:
                self.query_one(PageView).turn_page(1)
            case ReviewCommand.WORDS_UP:
                transcript.scroll_by(-page)
            case ReviewCommand.WORDS_DOWN:
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
