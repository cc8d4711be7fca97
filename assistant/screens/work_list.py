"""The work list on the screen, between calls: whom to call next, and whether one may.

Owns the arrangement of the panes, the chosen row, and the way from a key to the desk.  It computes
nothing: the desk lists and keeps, `work_list_lines` lays out.  Rows keep their places until the
agent asks for another order or goes on to the next row: what is being read never jumps.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.events import Key, Resize
from textual.message import Message
from textual.screen import Screen

from assistant.interface_text import N_, Interface
from assistant.rest.shift_rest import Offer
from assistant.review.texts import KeptTexts
from assistant.screens.breathing import HARD_CALL, MANY_HARD_CALLS, BreathingSheet
from assistant.screens.list_window import window
from assistant.screens.pane import Pane
from assistant.screens.runs import Line, Run, fit
from assistant.screens.sheets import Sheet
from assistant.screens.small import draw_small
from assistant.screens.tones import Tone
from assistant.screens.work_list_keys import ListCommand, read_list_key
from assistant.screens.work_list_lines import (
    MARKS,
    answer_lines,
    change_page,
    list_bar,
    list_help,
    marked_words,
    reasons_page,
    work_list_empty,
    work_list_head,
    work_list_row,
    work_list_top,
)
from assistant.shift.desk import ShiftDesk
from assistant.shift.rows import PhoneNumber, WorkRow
from assistant.shift.words import (
    AHEAD_OF_NOW,
    ANSWERS,
    SIGNS,
    short_reason,
    unfinished,
)
from assistant.shift.work_list import Standing, matching
from assistant.wording import Wording
from compliance.errors import AssistantError
from compliance.permission import May
from compliance.rules import RuleSet

_REFRESH_S = 5.0  # a window that closes is seen by then
_LEAVES = "\0leave"  # no row's id
_AT_ONCE = 20  # rows whose windows close together, about 80 ms


class CallChosen(Message):
    """The agent starts a call, or takes one that comes in.

    `row.account` is the whole account, where the list gives one; `number` is the number to dial.
    `permitted` is what the list answered before, `transferred` whether another agent passes it on.
    """

    def __init__(
        self,
        row: WorkRow,
        number: PhoneNumber | None,
        permitted: May,
        *,
        inbound: bool,
        transferred: bool = False,
    ) -> None:
        super().__init__()
        self.row = row
        self.number = number
        self.permitted = permitted
        self.inbound = inbound
        self.transferred = transferred


class CompletingAsked(Message):
    """The agent goes to the wrap-ups that were left open; what was marked is written down."""


class ShiftEnded(Message):
    """The agent leaves the list; what was marked is written down."""


class WorkListScreen(Screen[None]):
    """Rows, those that may be called first; below them the answer for the chosen one.

    Args:
        desk: of this shift.
        interface: the interface's words.
        here: the id of the row to begin at; empty: the first.
        past: whether it is done with, and the list begins at the next that may be called.
        news: one line to begin with; empty: none.
        breaths_a_minute: the pace of a minute to breathe; `None`: there is none.
        offer: what is offered after the call before.
        unfinished: how many wrap-ups were left open.
    """

    def __init__(
        self,
        desk: ShiftDesk,
        interface: Interface,
        here: str = "",
        news: str = "",
        *,
        past: bool = False,
        breaths_a_minute: int | None = None,
        offer: Offer | None = None,
        unfinished: int = 0,
    ) -> None:
        super().__init__(id="work_list_screen")
        self._unfinished = unfinished
        self._past = past
        self._breaths = breaths_a_minute
        self._offer = offer
        self._desk = desk
        self._here = here
        self._news = news
        self._interface = interface
        self._wording = Wording(KeptTexts(None), interface, "en-US")
        self._order: tuple[str, ...] = ()
        self._all: dict[str, Standing] = {}
        self._shown: tuple[Standing, ...] = ()
        self._words = ""
        self._typing = False
        self._permitted_only = False
        self._place = 0
        self._first = 0
        self._told: Run | None = None
        self._asked_again: str | None = None
        self._waiting: list[str] = []
        self._ahead_told = False

    def compose(self) -> ComposeResult:
        """How many, the list, the answer for the chosen row, the keys."""
        yield Pane(self._draw_top, id="work_top", fill=Tone.BAR)
        yield Pane(lambda w, _h: [work_list_head(self._wording, w)], id="work_head")
        yield Pane(self._draw_list, id="work_rows")
        yield Pane(self._draw_answer, id="work_answer")
        yield Pane(lambda w, _h: [fit(self._status(), w)], id="work_status")
        yield Pane(lambda w, _h: [self._bar(w)], id="work_keys", fill=Tone.BAR)
        yield Pane(draw_small(self._wording), id="small")

    def on_mount(self) -> None:
        """Sort, tell of changed rules, and look at the clock from then on."""
        self._sort(self._here)
        if self._past:
            self._next()
        if self._news:
            self.tell(Run(self._news, Tone.ACCENT))
        self._tell_report()
        self._tell_of_clock()
        self.set_interval(_REFRESH_S, self.refresh_answers)
        changes = self._desk.changes()
        if changes:
            title = N_("Rules changed since the last shift")
            page = Sheet(
                self._wording, title, lambda w: change_page(changes, self._wording, self._locale, w)
            )
            self.call_after_refresh(self.app.push_screen, page)

    def on_screen_resume(self) -> None:
        """A call was made meanwhile: what is known has changed, the place has not."""
        self.refresh_answers()

    def redraw(self) -> None:
        """Something on the screen has changed."""
        for pane in self.query(Pane):
            pane.redraw()

    def tell(self, told: Run) -> None:
        """Say one line in the status line."""
        self._told = told
        self.redraw()

    def refresh_answers(self) -> None:
        """Ask for every row's answer as it is by now, those in sight first; the order stays."""
        self._tell_of_clock()
        in_sight = [s.row.id for s in self._shown[self._first : self._first + self._rows]]
        rest = [row_id for row_id in self._order if row_id not in set(in_sight)]
        self._waiting = [*reversed(rest)]
        for row_id in in_sight:
            self._ask(row_id)
        self._choose_shown()
        self._ask_some()

    def _ask_some(self) -> None:
        """A few more rows, and the others once the keys have had their turn."""
        if not self._waiting:
            self._choose_shown()
            return
        for row_id in self._waiting[: -_AT_ONCE - 1 : -1]:
            self._ask(row_id)
        del self._waiting[-_AT_ONCE:]
        self.call_later(self._ask_some)

    def _ask(self, row_id: str) -> None:
        self._all[row_id] = self._desk.standing(self._all[row_id].row)

    def start(self, account: str, *, inbound: bool, transferred: bool = False) -> May | None:
        """Start the call of an account, as its telephone asks; the answer, `None`: no such row."""
        known = self._all.get(account)
        if known is None:
            return None
        self._desk.confirm()
        standing = self._desk.standing(known.row)
        self.post_message(
            CallChosen(
                standing.row,
                standing.number,
                standing.may,
                inbound=inbound,
                transferred=transferred,
            )
        )
        return standing.may

    # ---- what is shown -----------------------------------------------------------------------

    @property
    def _locale(self) -> str:
        return self._interface.catalogue.language.code

    @property
    def here(self) -> str:
        """The id of the chosen row; empty where there is none."""
        return self._chosen.row.id if self._chosen is not None else ""

    @property
    def _chosen(self) -> Standing | None:
        return self._shown[self._place] if self._place < len(self._shown) else None

    def _rules(self, standing: Standing) -> RuleSet | None:
        return self._desk.rules_for(standing.row.jurisdiction, standing.row.language)

    def _said(self, standing: Standing) -> str:
        answer = self._wording.text(ANSWERS[standing.may])
        reason = short_reason(standing, self._rules(standing), self._locale, self._wording)
        return f"{answer} {reason}"

    def _sort(self, here: str | None = None) -> None:
        """The order anew; the row `here` is chosen, the first without one."""
        standings = self._desk.standings()
        self._order = tuple(standing.row.id for standing in standings)
        self._waiting.clear()
        self._all = {standing.row.id: standing for standing in standings}
        self._choose_shown(here if here is not None else "")

    def _choose_shown(self, here: str | None = None) -> None:
        chosen = self._chosen
        if here is None and chosen is not None:
            here = chosen.row.id
        ordered = [self._all[row_id] for row_id in self._order if row_id in self._all]
        self._shown = matching(
            ordered, self._words, permitted_only=self._permitted_only, said=self._said
        )
        ids = [standing.row.id for standing in self._shown]
        self._choose(ids.index(here) if here in ids else 0 if here == "" else self._place)

    def _choose(self, place: int) -> None:
        self._place, self._first = window(place, self._first, len(self._shown), self._rows)
        self.redraw()

    @property
    def _rows(self) -> int:
        return self.query_one("#work_rows", Pane).size.height

    def on_resize(self, _event: Resize) -> None:
        """Keep the chosen row in sight."""
        self.call_after_refresh(lambda: self._choose(self._place))

    def _draw_top(self, width: int, _height: int) -> Sequence[Line]:
        everyone = list(self._all.values())
        return [work_list_top(everyone, len(self._shown), self._desk.now(), self._wording, width)]

    def _draw_list(self, width: int, height: int) -> Sequence[Line]:
        if not self._shown:
            return work_list_empty(self._wording, width, filtered=bool(self._all))
        pending, now = self._desk.pending, self._desk.now()
        return [
            work_list_row(
                standing,
                self._rules(standing),
                now,
                self._wording,
                self._locale,
                width,
                chosen=self._first + row == self._place,
                marked=pending is not None and pending.row.id == standing.row.id,
            )
            for row, standing in enumerate(self._shown[self._first : self._first + height])
        ]

    def _draw_answer(self, width: int, height: int) -> Sequence[Line]:
        chosen = self._chosen
        if chosen is None:
            return []
        return answer_lines(
            chosen,
            self._rules(chosen),
            self._desk.now(),
            self._wording,
            self._locale,
            width,
            height,
        )

    def _bar(self, width: int) -> Line:
        return list_bar(self._wording, width, breathes=self._breaths is not None)

    def _status(self) -> Line:
        pending = self._desk.pending
        if self._typing:
            told = self._wording.text("filter: {words}", words=self._words)
            keys = self._wording.text("Enter keeps it · Esc takes it away")
            return (Run(f" {told}▏ ", Tone.ACCENT), Run(keys, Tone.MUTED))
        if pending is not None:
            told = marked_words(pending.outcome, pending.at, self._desk.now(), self._wording)
            return (Run(f" ◌ {told}", Tone.STRONG),)
        if self._offer is not None:
            said = MANY_HARD_CALLS if self._offer is Offer.BREAK else HARD_CALL
            minute = self._wording.text("a: a minute to breathe")
            return (Run(f" {self._wording.text(said)} ", Tone.STRONG), Run(minute, Tone.ACCENT))
        if self._told is not None:
            return (Run(" "), self._told)
        if self._words:
            told = self._wording.text("filter: {words}", words=self._words)
            return (Run(" " + told, Tone.ACCENT),)
        if self._unfinished:
            told = unfinished(self._unfinished, self._wording)
            return (Run(f" {told} · ", Tone.CAUTION), Run("w", Tone.ACCENT))
        return ()

    def _tell_of_clock(self) -> None:
        """Whether this computer's clock was set, or an attempt seems to lie ahead of it."""
        set_s = self._desk.clock_set()
        if set_s:
            self.tell(Run(f"⚠ {self._wording.clock_set(set_s)}", Tone.CAUTION))
        elif self._desk.ahead and not self._ahead_told:
            self._ahead_told = True
            self.tell(Run(f"⚠ {self._wording.text(AHEAD_OF_NOW)}", Tone.CAUTION))

    def _tell_report(self) -> None:
        """What of the list and the journal could not be read."""
        listed = self._desk.listed
        rejected = len(listed.rejected) + len(listed.faults)
        if rejected:
            words = self._wording.text(
                "{count} rows were not read: assistant worklist FILE says which", count=rejected
            )
            self.tell(Run(f"⚠ {words}", Tone.CAUTION))
        elif self._desk.unread:
            words = self._wording.text(
                "{count} lines of the contact journal were not read: counts may be too low",
                count=self._desk.unread,
            )
            self.tell(Run(f"⚠ {words}", Tone.CAUTION))

    # ---- keys --------------------------------------------------------------------------------

    def on_key(self, event: Key) -> None:
        """Read the key and do what it asks."""
        if self._typing:
            event.stop()
            event.prevent_default()
            self._type(event.key, event.character)
            return
        command = read_list_key(event.key, event.character)
        if command is None:
            return
        event.stop()
        event.prevent_default()
        self._told = self._offer = None
        again, self._asked_again = self._asked_again, None
        try:
            self._do(command, again)
        except AssistantError as error:
            self.tell(Run(f"✘ {' '.join(str(error).split())}", Tone.ALARM))

    def _do(self, command: ListCommand, again: str | None) -> None:
        height = max(1, self._rows - 1)
        moves = {
            ListCommand.DOWN: self._place + 1,
            ListCommand.UP: self._place - 1,
            ListCommand.PAGE_DOWN: self._place + height,
            ListCommand.PAGE_UP: self._place - height,
            ListCommand.TOP: 0,
            ListCommand.BOTTOM: len(self._shown) - 1,
        }
        chosen = self._chosen
        match command:
            case ListCommand.CALL if chosen is not None:
                self._call(chosen, again)
            case ListCommand.INBOUND if chosen is not None:
                self._desk.confirm()
                self.post_message(CallChosen(chosen.row, chosen.number, chosen.may, inbound=True))
            case _ if command in MARKS and chosen is not None:
                self._desk.mark(chosen, MARKS[command])
                self.redraw()
            case ListCommand.TAKE_BACK:
                self._desk.take_back()
                self.redraw()
            case ListCommand.NEXT_ROW:
                self._next()
            case ListCommand.FILTER:
                self._typing = True
                self.redraw()
            case ListCommand.PERMITTED:
                self._permitted_only = not self._permitted_only
                self._choose_shown("")
            case ListCommand.RELOAD:
                self._desk.reload()
                self._sort(chosen.row.id if chosen is not None else None)
                self._tell_report()
            case ListCommand.REASONS if chosen is not None:
                self._show_reasons(chosen)
            case ListCommand.HELP:
                breathes = self._breaths is not None
                page = Sheet(
                    self._wording, "Keys", lambda w: list_help(self._wording, w, breathes=breathes)
                )
                self.app.push_screen(page)
            case ListCommand.BREATHE if self._breaths is not None:
                self.app.push_screen(BreathingSheet(self._wording, self._breaths))
                self.redraw()
            case ListCommand.COMPLETE:
                self._desk.confirm()
                self.post_message(CompletingAsked())
            case ListCommand.BACK if self._words or self._permitted_only:
                self._words, self._permitted_only = "", False
                self._choose_shown()
            case ListCommand.BACK if again != _LEAVES:
                # Who puts one sheet too many away, or leaves a call twice, is still at work.
                self._desk.confirm()
                self._asked_again = _LEAVES
                self.tell(Run(self._wording.text("Esc or F10 again ends the shift"), Tone.ACCENT))
            case ListCommand.BACK | ListCommand.LEAVE:
                self._desk.confirm()
                self.post_message(ShiftEnded())
            case _ if command in moves:
                self._choose(moves[command])
            case _:
                pass

    def _call(self, chosen: Standing, again: str | None) -> None:
        """Start the call; one that may not be made asks once more, and is noted as such."""
        self._desk.learn()  # another program may have taken down a stop
        chosen = self._desk.standing(chosen.row)  # the window may have closed this second
        self._all[chosen.row.id] = chosen
        if chosen.barred:
            self._choose_shown()
            reason = short_reason(chosen, self._rules(chosen), self._locale, self._wording)
            words = self._wording.text("{reason} · this row is not called", reason=reason)
            self.tell(Run(f"{SIGNS[chosen.may]} {words}", Tone.ALARM))
            return
        if chosen.may is not May.YES and again != chosen.row.id:
            self._asked_again = chosen.row.id
            self._choose_shown()
            words = self._wording.text(
                "{reason} · Enter again calls all the same, and that is noted",
                reason=short_reason(chosen, self._rules(chosen), self._locale, self._wording),
            )
            tone = Tone.ALARM if chosen.may is May.NO else Tone.CAUTION
            self.tell(Run(f"{SIGNS[chosen.may]} {words}", tone))
            return
        self._desk.confirm()
        self.post_message(CallChosen(chosen.row, chosen.number, chosen.may, inbound=False))

    def _next(self) -> None:
        """Write down what was marked; then the next row that may be called, else the next one."""
        self._desk.confirm()
        here = self._chosen
        following = [s.row.id for s in self._shown[self._place + 1 :]]
        before = [s.row.id for s in self._shown[: self._place]]
        self._sort(here.row.id if here is not None else None)
        ids = {s.row.id: place for place, s in enumerate(self._shown)}
        for row_id in (*following, *before):
            place = ids.get(row_id)
            if place is not None and self._shown[place].may is May.YES:
                self._choose(place)
                return
        if following and following[0] in ids:
            self._choose(ids[following[0]])

    def _show_reasons(self, chosen: Standing) -> None:
        rules, now = self._rules(chosen), self._desk.now()
        page = Sheet(
            self._wording,
            N_("May I call?"),
            lambda w: reasons_page(chosen, rules, now, self._wording, self._locale, w),
        )
        self.app.push_screen(page)

    def _type(self, key: str, character: str | None) -> None:
        """One key while the filter is being typed: the list follows at once."""
        if key == "enter":
            self._typing = False
        elif key == "escape":
            self._typing, self._words = False, ""
        elif key == "backspace":
            self._words = self._words[:-1]
        elif character and character.isprintable():
            self._words += character
        self._choose_shown("")
