"""The wrap-up: how the call ended, the next contact, a note.

Owns the sheet that lies over the call screen once the call is over.  The outcome is typed by its
number and is proposed where the call suggests one; Enter confirms everything at once, Esc puts the
sheet away to look at the flags.  It keeps nothing: it answers with a `WrapUp`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input

from assistant.interface_text import N_
from assistant.screens.pane import Draw, Pane
from assistant.screens.runs import Line, Run, cells, fit, pad, spread
from assistant.screens.tones import Tone
from assistant.wording import Wording
from assistant.wrap_up import (
    LONGEST_NOTE,
    NotUnderstood,
    WrapUp,
    next_contact_of,
    outcome_numbered,
)
from scripts.outcomes import Outcome

ROWS_ABOVE = 2
"""The top line and the flag stay in sight."""

_LABEL = 15
_FIELDS = {
    "outcome": N_("Outcome"),
    "next_contact": N_("Next contact"),
    "note": N_("Note"),
}


def outcome_lines(outcomes: Sequence[Outcome], wording: Wording, width: int) -> list[Line]:
    """Every outcome with its number, a group to a line or as many as it needs."""
    code = wording.interface_code
    lines: list[Line] = []
    group = ""
    line: Line = ()
    for outcome in outcomes:
        item = (
            Run(f"{outcome.number} ", Tone.ACCENT),
            Run(outcome.label.name(code) + "  "),
        )
        name = outcome.group.name(code)
        if name != group or cells(line) + cells(item) - 2 > width:
            if line:
                lines.append(line)
            line = (Run(" " + pad(name if name != group else "", _LABEL), Tone.MUTED),)
            group = name
        line = (*line, *item)
    return [*lines, line] if line else lines


class WrapUpSheet(ModalScreen[WrapUp | None]):
    """The sheet; answers with what was confirmed, or `None`.

    Args:
        wording: text for this reader.
        outcomes: those there are.
        proposed: the outcome that stands in the field from the start.
        today: the desk's day.
        contact: the next contact that stands in the field from the start.
        kept: whether what is confirmed is kept with the call.
    """

    def __init__(
        self,
        wording: Wording,
        outcomes: Sequence[Outcome],
        proposed: Outcome | None,
        today: date,
        *,
        contact: date | None = None,
        kept: bool,
    ) -> None:
        super().__init__(classes="-below")
        self._wording = wording
        self._outcomes = outcomes
        self._proposed = proposed
        self._today = today
        self._contact = contact
        self._kept = kept
        self._fault = ""

    def compose(self) -> ComposeResult:
        """The outcomes, then the fields."""
        with Vertical(id="wrap_up") as sheet:
            sheet.styles.height = self.app.size.height - ROWS_ABOVE
            yield Pane(self._head, id="wrap_up_head", fill=Tone.BAR)
            yield Pane(self._outcome_lines, id="wrap_up_outcomes")
            for name, label in _FIELDS.items():
                with Horizontal(classes="wrap_up_row"):
                    yield Pane(self._labelled(label), id=f"{name}_label")
                    yield Input(
                        self._given.get(name, ""),
                        id=name,
                        max_length=LONGEST_NOTE if name == "note" else 10,
                        select_on_focus=name == "outcome",
                    )
                    yield Pane(self._beside(name), id=f"{name}_beside")
            yield Pane(self._told, id="wrap_up_told")

    @property
    def _given(self) -> dict[str, str]:
        """What the call fills in by itself, as it would be typed."""
        given: dict[str, str] = {}
        if self._proposed is not None:
            given["outcome"] = str(self._proposed.number)
            if self._contact is not None and self._proposed.next_contact:
                given["next_contact"] = self._contact.isoformat()
        return given

    @property
    def _outcome(self) -> Outcome | None:
        return outcome_numbered(self._outcomes, self.query_one("#outcome", Input).value)

    # ---- drawing -------------------------------------------------------------------------------

    def _head(self, width: int, _height: int) -> Sequence[Line]:
        kept = N_("kept with the call") if self._kept else N_("not kept")
        left = (
            Run(" " + self._wording.text("Wrap-up"), Tone.STRONG),
            Run("  " + self._wording.text(kept), Tone.MUTED),
        )
        keys = [("Enter", N_("confirm")), ("Tab", N_("next field")), ("Esc", N_("see the call"))]
        right = "  ".join(f"{cap} {self._wording.text(label)}" for cap, label in keys) + " "
        return [spread(left, (Run(right, Tone.MUTED),), width, Tone.BAR)]

    def _outcome_lines(self, width: int, _height: int) -> Sequence[Line]:
        return [(), *outcome_lines(self._outcomes, self._wording, width)]

    def _labelled(self, label: str) -> Draw:
        def draw(width: int, _height: int) -> Sequence[Line]:
            return [fit((Run(" " + self._wording.text(label), Tone.STRONG),), width)]

        return draw

    def _beside(self, name: str) -> Draw:
        told = {"outcome": self._chosen, "next_contact": self._day}.get(name, lambda: Run(""))

        def draw(width: int, _height: int) -> Sequence[Line]:
            return [fit((Run(" "), told()), width)]

        return draw

    def _chosen(self) -> Run:
        chosen = self._outcome
        if chosen is None:
            return Run(self._wording.text("the number of the outcome"), Tone.MUTED)
        return Run(chosen.label.name(self._wording.interface_code), Tone.BRIGHT)

    def _day(self) -> Run:
        chosen = self._outcome
        if chosen is not None and not chosen.next_contact:
            return Run(self._wording.text("none: this stops or passes on the call"), Tone.MUTED)
        try:
            day = next_contact_of(self.query_one("#next_contact", Input).value, self._today)
        except NotUnderstood:
            day = None
        if day is not None:
            return Run(self._wording.day(day), Tone.BRIGHT)
        return Run(self._wording.text("12-05, or +3 for three days from now"), Tone.MUTED)

    def _told(self, width: int, _height: int) -> Sequence[Line]:
        return [fit((Run(" " + self._fault, Tone.CAUTION),), width)]

    def redraw(self) -> None:
        """Language, theme or a field changed."""
        for pane in self.query(Pane):
            pane.redraw()

    # ---- keys ----------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Typing begins at once; nothing blinks."""
        for entry in self.query(Input):
            entry.cursor_blink = False
        self._fit_outcomes()
        self.query_one("#outcome", Input).focus()

    def on_resize(self) -> None:
        """Another size: the outcomes take the rows that they need."""
        self.query_one("#wrap_up").styles.height = self.app.size.height - ROWS_ABOVE
        self._fit_outcomes()

    def _fit_outcomes(self) -> None:
        rows = len(outcome_lines(self._outcomes, self._wording, self.app.size.width)) + 2
        self.query_one("#wrap_up_outcomes").styles.height = rows

    def on_key(self, event: Key) -> None:
        """Esc puts the sheet away; ↑ and ↓ go between the fields."""
        if event.key in ("escape", "f10"):
            event.stop()
            self.dismiss(None)
        elif event.key in ("up", "down"):
            event.stop()
            (self.focus_next if event.key == "down" else self.focus_previous)()

    def on_input_changed(self, _event: Input.Changed) -> None:
        """Say beside the fields what they mean."""
        self._fault = ""
        self.redraw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter confirms everything, or says what is not understood."""
        event.stop()
        outcome = self._outcome
        if outcome is None:
            self._refuse("outcome", N_("type one of the numbers above"))
            return
        try:
            typed = self.query_one("#next_contact", Input).value
            day = next_contact_of(typed, self._today)
        except NotUnderstood:
            self._refuse("next_contact", N_("a day from today on, within a year: 12-05 or +3"))
            return
        if day is not None and not outcome.next_contact:
            self._refuse("next_contact", N_("after this outcome there is no next contact"))
            return
        self.dismiss(WrapUp(outcome.id, day, self.query_one("#note", Input).value.strip()))

    def _refuse(self, name: str, why: str) -> None:
        self._fault = self._wording.text(why)
        self.redraw()
        self.query_one(f"#{name}", Input).focus()
