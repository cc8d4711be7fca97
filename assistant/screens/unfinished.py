"""Wrap-ups that were left open, and one of them taken up again.

Owns the list, the sheet that lies over it, and the way from a key to the desk.  It computes
nothing: the desk finds, takes up and keeps.
"""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence

from textual.app import ComposeResult
from textual.events import Key, Resize
from textual.screen import Screen

from assistant.archive.outcome_names import OutcomeNames
from assistant.interface_text import N_
from assistant.review.texts import KeptTexts
from assistant.screens.bars import fitting_bar
from assistant.screens.list_window import window
from assistant.screens.pages import BLANK, paragraph
from assistant.screens.pane import Pane
from assistant.screens.review_lines import local_time, plain_text
from assistant.screens.runs import Line, Run, fit, pad
from assistant.screens.small import draw_small
from assistant.screens.tones import Tone
from assistant.screens.wrap_up import WrapUpSheet
from assistant.unfinished import TakenUp, Unfinished, UnfinishedDesk
from assistant.wording import Wording
from assistant.wrap_up import WrapUp
from compliance.errors import AssistantError

NOTHING_LEFT = N_("No wrap-up is left open.")
_KEYS = (
    ("Enter", N_("complete it"), True),
    ("↑ ↓", N_("previous and next row"), False),
    ("F2", N_("language"), False),
    ("F3", N_("theme"), False),
    ("Esc", N_("leave"), True),
)
_DATE, _NAME = 18, 22


def unfinished_row(
    one: Unfinished, names: OutcomeNames, wording: Wording, width: int, *, chosen: bool
) -> Line:
    """One call: when, whom, and what is still to be said of its end."""
    code = wording.interface_code
    if one.ending is None:
        outcome, lacks = "—", wording.text("nobody said how it ended")
    else:
        end = one.ending.wrap_up
        outcome = names.name(end.outcome, code)
        lacking = ", ".join(names.field_name(name, code) for name in end.missing)
        lacks = wording.text("incomplete: {fields}", fields=lacking)
    tone = Tone.STRONG if chosen else Tone.TEXT
    return fit(
        (
            Run(" ▸ " if chosen else "   ", Tone.ACCENT),
            Run(pad(local_time(one.call.started_at_utc, one.call.zone), _DATE), tone),
            Run(pad(plain_text(one.customer) or "—", _NAME) + " ", tone),
            Run(plain_text(outcome), tone),
            Run("  " + plain_text(lacks), Tone.CAUTION),
        ),
        width,
    )


class UnfinishedScreen(Screen[None]):
    """The open wrap-ups, the newest first.

    Args:
        desk: finds, takes up and keeps.
        wording: text for this reader.
        only: the id of the one call that is asked for; empty: all.
        put_away: what was typed into sheets that were left, by call; changed here.
    """

    def __init__(
        self,
        desk: UnfinishedDesk,
        wording: Wording,
        only: str = "",
        put_away: MutableMapping[str, TakenUp] | None = None,
    ) -> None:
        super().__init__(id="unfinished_screen")
        self._desk = desk
        self._wording = wording
        self._only = only
        self._names = OutcomeNames(desk.outcomes)
        self._calls: tuple[Unfinished, ...] = ()
        self._place = 0
        self._first = 0
        self._told: Run | None = None
        self._put_away = put_away if put_away is not None else {}

    def compose(self) -> ComposeResult:
        """How many, the list, the keys."""
        yield Pane(lambda w, _h: [fit(self._top(), w, Tone.BAR)], id="review_top", fill=Tone.BAR)
        yield Pane(self._draw_list, id="call_list")
        yield Pane(lambda w, _h: [fit(self._status(), w)], id="review_status")
        yield Pane(
            lambda w, _h: [fitting_bar(_KEYS, self._wording, w, palette=False)],
            id="review_keys",
            fill=Tone.BAR,
        )
        yield Pane(draw_small(self._wording), id="small")

    def on_mount(self) -> None:
        """List them; the one that was asked for is taken up at once."""
        self.reload()
        if self._only and self._calls:
            self.call_after_refresh(self._take_up)

    def reload(self) -> None:
        """Read the list again."""
        try:
            found = self._desk.calls()
        except AssistantError as error:
            self._fault(error)
            return
        self._calls = tuple(one for one in found if self._only in ("", one.call.id))
        self._choose(min(self._place, max(0, len(self._calls) - 1)))

    def redraw(self) -> None:
        """Something on the screen has changed."""
        for pane in self.query(Pane):
            pane.redraw()

    def _top(self) -> Line:
        told = self._wording.text("Wrap-ups to complete: {count}", count=len(self._calls))
        return (Run(" " + told, Tone.STRONG),)

    def _draw_list(self, width: int, height: int) -> Sequence[Line]:
        if not self._calls:
            return [BLANK, *paragraph(self._wording.text(NOTHING_LEFT), width, Tone.MUTED)]
        return [
            unfinished_row(
                one, self._names, self._wording, width, chosen=self._first + row == self._place
            )
            for row, one in enumerate(self._calls[self._first : self._first + height])
        ]

    def _status(self) -> Line:
        return (Run(" "), self._told) if self._told is not None else ()

    def _choose(self, place: int) -> None:
        rows = self.query_one("#call_list", Pane).size.height
        self._place, self._first = window(place, self._first, len(self._calls), rows)
        self.redraw()

    def on_resize(self, _event: Resize) -> None:
        """Keep the chosen row in sight."""
        self.call_after_refresh(lambda: self._choose(self._place))

    def on_key(self, event: Key) -> None:
        """Read the key and do what it asks."""
        match event.key:
            case "enter" if self._calls:
                self._told = None
                self._take_up()
            case "down" | "j":
                self._choose(self._place + 1)
            case "up" | "k":
                self._choose(self._place - 1)
            case "escape" | "f10" | "q":
                self.app.exit(0)
            case _:
                return
        event.stop()
        event.prevent_default()

    def _take_up(self) -> None:
        chosen = self._calls[self._place]
        # What was typed before Esc is there again, unless somebody has said more meanwhile.
        put_away = self._put_away.get(chosen.call.id)
        if put_away is not None and put_away.unfinished.ending == chosen.ending:
            taken = put_away
        else:
            try:
                taken = self._desk.take_up(chosen)
            except AssistantError as error:
                self._fault(error)
                return
        # From the first key on: a call that the telephone starts leaves the sheet as it stands.
        self._put_away[chosen.call.id] = taken
        wording = Wording(KeptTexts(None), self._wording.interface, taken.unfinished.call.language)
        sheet = WrapUpSheet(
            wording,
            self._desk.outcomes,
            taken.draft,
            taken.view,
            currency=taken.currency,
            kept=True,
            away=N_("back to the list"),
        )
        self.app.push_screen(sheet, lambda answer: self._answered(taken, answer))

    def _answered(self, taken: TakenUp, answer: WrapUp | None) -> None:
        call = taken.unfinished.call.id
        if answer is None:
            self._tell(Run(self._wording.text("nothing was added"), Tone.MUTED))
            return
        try:
            added = self._desk.keep(taken, answer)
        except AssistantError as error:
            self._fault(error)
            return
        self._put_away.pop(call, None)
        if not added:
            told = N_("nothing was added")
        else:
            told = N_("added, and still incomplete") if answer.missing else N_("✔ complete")
        self._told = Run(self._wording.text(told), Tone.CAUTION if answer.missing else Tone.GOOD)
        self.reload()

    def _tell(self, told: Run) -> None:
        self._told = told
        self.redraw()

    def _fault(self, error: AssistantError) -> None:
        self._tell(Run(f"✘ {' '.join(str(error).split())}", Tone.ALARM))
