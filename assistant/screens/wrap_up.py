"""The wrap-up: how the call ended, what its outcome asks for, the next contact, a note.

Owns the sheet that lies over the call screen once the call is over: its fields, and the way from a
key to the draft (`assistant.wrap_up_draft`), which decides everything.  Enter confirms, or goes to
what is wanting; F5 keeps the wrap-up without it; Esc puts the sheet away to look at the call.  It
keeps nothing: it answers with a `WrapUp`.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.events import DescendantFocus, Key
from textual.screen import ModalScreen
from textual.widgets import Input

from assistant.call_view import CallView
from assistant.interface_text import N_
from assistant.screens.pane import Draw, Pane
from assistant.screens.runs import Line, Run, fit, spread
from assistant.screens.tones import Tone
from assistant.screens.wrap_up_lines import (
    choice_lines,
    field_label,
    field_meaning,
    hint,
    outcome_lines,
    summary_lines,
)
from assistant.typed_values import NotUnderstood, day_typed
from assistant.wording import Wording
from assistant.wrap_up import LONGEST_NOTE, NEXT_CONTACT, Wanting, WrapUp
from assistant.wrap_up_draft import NOTE, OUTCOME, WrapUpDraft
from scripts.outcomes import LONGEST_TEXT, Outcome, OutcomeField
from scripts.outcomes_file import FieldKind

__all__ = ["WrapUpSheet", "outcome_lines"]

ROWS_ABOVE = 2
"""The top line and the flag stay in sight."""

_ALL_KEYS = 100
"""Cells from which the head has room for every key."""

_FIXED = {
    OUTCOME: N_("Outcome"),
    NEXT_CONTACT: N_("Next contact"),
    NOTE: N_("Note"),
}
_LONGEST = {
    FieldKind.AMOUNT: 30,
    FieldKind.PAST_DATE: 24,
    FieldKind.FUTURE_DATE: 24,
    FieldKind.TIME: 12,
    FieldKind.COUNT: 4,
    FieldKind.CHOICE: 30,
    FieldKind.YES_NO: 3,
    FieldKind.TEXT: LONGEST_TEXT,
}


class WrapUpSheet(ModalScreen[WrapUp | None]):
    """The sheet; answers with what was confirmed, or `None`.

    Args:
        wording: text for this reader.
        outcomes: those there are.
        draft: what stands in the fields.
        view: the call.
        currency: of its sums.
        kept: whether what is confirmed is kept with the call.
        tasks: what the call has set others to do, in words.
        away: where Esc leads.
        of_account: which account it is, where the customer has several.
    """

    def __init__(
        self,
        wording: Wording,
        outcomes: Sequence[Outcome],
        draft: WrapUpDraft,
        view: CallView,
        *,
        currency: str,
        kept: bool,
        tasks: Sequence[str] = (),
        away: str = N_("see the call"),
        of_account: str = "",
    ) -> None:
        super().__init__(classes="-below")
        self._away = away
        self._of_account = of_account
        self._wording = wording
        self._outcomes = outcomes
        self._draft = draft
        self._view = view
        self._currency = currency
        self._kept = kept
        self._tasks = tasks
        self._fault = ""
        self._items = {
            item.id: item
            for outcome in outcomes
            for item in (*outcome.mandatory, *outcome.optional)
        }
        self._asked: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """The fields, what the call came to and the outcomes below them, the line that answers."""
        with Vertical(id="wrap_up") as sheet:
            sheet.styles.height = self.app.size.height - ROWS_ABOVE
            yield Pane(self._head, id="wrap_up_head", fill=Tone.BAR)
            with VerticalScroll(id="wrap_up_body", can_focus=False):
                yield self._row(OUTCOME, 10, "")
                with Vertical(id="wrap_up_fields"):
                    for item in self._items.values():
                        words = "-words" if item.kind is FieldKind.TEXT else ""
                        yield self._row(item.id, _LONGEST[item.kind], words)
                yield self._row(NEXT_CONTACT, 24, "")
                yield self._row(NOTE, LONGEST_NOTE, "-words")
                yield Pane(self._rest, id="wrap_up_rest")
            yield Pane(self._told, id="wrap_up_told")

    def _row(self, name: str, longest: int, words: str) -> Horizontal:
        return Horizontal(
            Pane(self._label(name), id=f"{name}_label"),
            Input(
                self._draft.text(name),
                id=name,
                max_length=longest,
                select_on_focus=name not in (NOTE, NEXT_CONTACT),
                classes=words,
            ),
            Pane(self._beside(name), id=f"{name}_beside"),
            id=f"{name}_row",
            classes=f"wrap_up_row {words}",
        )

    # ---- drawing -------------------------------------------------------------------------------

    def _head(self, width: int, _height: int) -> Sequence[Line]:
        kept = N_("kept with the call") if self._kept else N_("not kept")
        left = (
            Run(" " + self._wording.text("Wrap-up"), Tone.STRONG),
            Run("  " + self._wording.text(kept), Tone.MUTED),
        )
        keys = [
            ("Enter", N_("confirm")),
            ("Tab", N_("next field")),
            ("F5", N_("incomplete")),
            ("Esc", self._away),
        ]
        if width < _ALL_KEYS:
            del keys[1]  # whoever types knows it
        right = "  ".join(f"{cap} {self._wording.text(label)}" for cap, label in keys) + " "
        return [spread(left, (Run(right, Tone.MUTED),), width, Tone.BAR)]

    def _rest_lines(self, width: int) -> list[Line]:
        """The outcomes come first as long as none stands in its field."""
        outcome = self._draft.outcome
        outcomes = [(), *outcome_lines(self._outcomes, self._wording, width)]
        summary = summary_lines(
            self._view, self._draft.digest, outcome, self._wording, self._currency, width,
            self._tasks, self._of_account,
        )  # fmt: skip
        return [*outcomes, (), *summary] if outcome is None else [(), *summary, *outcomes]

    def _rest(self, width: int, _height: int) -> Sequence[Line]:
        return self._rest_lines(width)

    def _label(self, name: str) -> Draw:
        def draw(width: int, _height: int) -> Sequence[Line]:
            item = self._items.get(name)
            if item is None:
                line: Line = (Run("  " + self._wording.text(_FIXED[name]), Tone.STRONG),)
            else:
                outcome = self._draft.outcome
                mandatory = outcome is not None and item in outcome.mandatory
                filled = name in self._draft.values
                line = field_label(item, self._wording, mandatory=mandatory, filled=filled)
            return [fit((Run(" "), *line), width)]

        return draw

    def _beside(self, name: str) -> Draw:
        def draw(width: int, _height: int) -> Sequence[Line]:
            return [fit((Run(" "), self._told_of(name)), width)]

        return draw

    def _told_of(self, name: str) -> Run:
        match name:
            case "outcome":
                return self._chosen()
            case "next_contact":
                return self._day()
            case "note":
                return Run("")
            case _:
                return self._meaning(self._items[name])

    def _meaning(self, item: OutcomeField) -> Run:
        typed, reading = self._draft.text(item.id), self._draft.reading
        return field_meaning(item, typed, self._wording, reading, self._currency)

    def _chosen(self) -> Run:
        chosen = self._draft.outcome
        if chosen is None:
            return Run(self._wording.text("the number of the outcome"), Tone.MUTED)
        return Run(chosen.label.name(self._wording.interface_code), Tone.BRIGHT)

    def _day(self) -> Run:
        chosen = self._draft.outcome
        if chosen is not None and not chosen.next_contact:
            return Run(self._wording.text("none: this stops or passes on the call"), Tone.MUTED)
        try:
            day = day_typed(self._draft.text(NEXT_CONTACT), self._draft.reading)
        except NotUnderstood as why:
            if why.doubt is not None:
                return Run(f"? {self._wording.doubt(why.doubt)}", Tone.CAUTION)
            day = None
        if day is None:
            return Run(self._wording.text("12-05, or +3 for three days from now"), Tone.MUTED)
        told = self._wording.weekday(day)
        summary = self._draft.digest.summary
        if summary is not None and summary.next_contact and day < summary.next_contact:
            return Run(f"{told} · {self._wording.text('sooner than is due')}", Tone.CAUTION)
        return Run(told, Tone.BRIGHT)

    def _told(self, width: int, _height: int) -> Sequence[Line]:
        """What is wanting, or the choices of the field in which the cursor stands."""
        item = self._items.get(self.focused.id or "") if self.focused is not None else None
        lines = choice_lines(item, self._wording, width) if item is not None else []
        if self._fault:
            lines.insert(0, (Run(" " + self._fault, Tone.CAUTION),))
        return [fit(line, width) for line in lines]

    def redraw(self) -> None:
        """Language, theme or a field changed."""
        self._fit_rest()
        for pane in self.query(Pane):
            pane.redraw()

    # ---- keys ----------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Typing begins at once; nothing blinks."""
        for entry in self.query(Input):
            entry.cursor_blink = False
        self._show_asked()
        self._fit_rest()
        self.query_one(f"#{OUTCOME}", Input).focus()

    def on_resize(self) -> None:
        """Another size: what stands below the fields takes the rows that it needs."""
        self.query_one("#wrap_up").styles.height = self.app.size.height - ROWS_ABOVE
        self._fit_rest()

    def _fit_rest(self) -> None:
        rest = self.query_one("#wrap_up_rest", Pane)
        rest.styles.height = len(self._rest_lines(rest.size.width or self.app.size.width - 1))

    def _show_asked(self) -> None:
        """The fields of the outcome, in its order, and no others."""
        asked = tuple(item.id for item in self._draft.fields)
        if asked == self._asked and self.is_mounted:
            return
        self._asked = asked
        rows = {f"{name}_row": place for place, name in enumerate(asked)}
        box = self.query_one("#wrap_up_fields", Vertical)
        for row in box.children:
            row.display = row.id in rows
        box.sort_children(key=lambda row: rows.get(row.id or "", len(rows)))

    def on_key(self, event: Key) -> None:
        """Esc puts the sheet away, F5 keeps it as it is; ↑ and ↓ go between the fields."""
        match event.key:
            case "escape" | "f10":
                self.dismiss(None)
            case "f5":
                self._answer(self._draft.left())
            case "up":
                self.focus_previous()
            case "down":
                self.focus_next()
            case "pageup":
                self.query_one("#wrap_up_body").scroll_page_up(animate=False)
            case "pagedown":
                self.query_one("#wrap_up_body").scroll_page_down(animate=False)
            case _:
                return
        event.stop()

    def on_descendant_focus(self, _event: DescendantFocus) -> None:
        """Another field: its choices are told."""
        self.query_one("#wrap_up_told", Pane).redraw()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take in what was typed, and say what it means and what follows."""
        event.stop()
        self._take(event.input)

    def _take(self, entry: Input) -> None:
        name = entry.id or ""
        if self._draft.text(name) == entry.value:
            return
        self._fault = ""
        self._draft.type(name, entry.value)
        self._show_asked()
        for other in self.query(Input):
            filled = self._draft.text(other.id or "")
            if other is not entry and other.value != filled:
                other.value = filled
        self.redraw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter confirms everything, or goes to what is wanting."""
        event.stop()
        self._take(event.input)
        self._answer(self._draft.confirmed())

    def _answer(self, answer: WrapUp | Wanting) -> None:
        if isinstance(answer, WrapUp):
            self.dismiss(answer)
            return
        self._fault = self._why(answer)
        self.redraw()
        self.query_one(f"#{answer.field}", Input).focus()

    def _why(self, answer: Wanting) -> str:
        text = self._wording.text
        if answer.field == OUTCOME:
            return text("type one of the numbers below")
        if answer.field == NEXT_CONTACT:
            if answer.not_understood:
                return text("a day from today on, within a year: 12-05 or +3")
            return text("after this outcome there is no next contact")
        item = self._items[answer.field]
        name = item.label.name(self._wording.interface_code)
        if answer.not_understood:
            told = hint(item, self._wording, self._draft.reading)
            return text("{field} is not understood: {hint}", field=name, hint=told)
        return text("{field} is needed · F5 keeps the wrap-up without it", field=name)
