"""Before the call: the account open for fifteen seconds of reading.

Owns the brief screen: what is owed and since when, what was promised, what to beware of, the first
question.  Enter connects; everything of the debt is covered from then until the customer is
verified.  Where the agent dials, the keys of the work list say that nobody was reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.events import Key
from textual.message import Message
from textual.screen import Screen

from assistant import terms
from assistant.interface_text import N_
from assistant.screens.account import (
    Figure,
    figures,
    last_promise_words,
    more_figures,
    origin_words,
    traps,
)
from assistant.screens.bars import HEARING, MODES, fitting_bar, key_line
from assistant.screens.desk import Hearing
from assistant.screens.pages import quoted
from assistant.screens.pane import Pane
from assistant.screens.runs import Line, Run, fit, pad, spread, wrap
from assistant.screens.setup import CallSetup
from assistant.screens.small import draw_small
from assistant.screens.tones import Tone
from assistant.screens.work_list_keys import ListCommand, list_entry, read_list_key
from assistant.screens.work_list_lines import MARKS, marked_words
from assistant.shift.words import wanted_words
from assistant.strategy_words import strategy_words
from assistant.wording import Wording

BLANK: Line = ()
_LABEL = 20
_MEASURE = 74


_KEYS = (
    (N_("Enter"), N_("connect")),
    ("F2", N_("language")),
    ("F3", N_("theme")),
    ("F1", N_("help")),
    ("F10", N_("leave")),
)
_HEARING = {**HEARING, Hearing.LISTENING: N_("ready")}


class Connect(Message):
    """The agent connects."""


class Unreached(Message):
    """Nobody was reached, and what came of it is to be written down."""


def draw_brief(setup: CallSetup, wording: Wording, width: int) -> list[Line]:
    """The brief, in reading order: who, how much, what was promised, what to beware of, ask."""
    account = setup.account
    width = min(width, _MEASURE)
    if account is None:
        return [
            BLANK,
            (
                Run(
                    wording.text("No account: the call starts with what is said."),
                ),
            ),
        ]
    place = wording.term(terms.JURISDICTIONS, setup.jurisdiction)
    collector = wording.term(terms.COLLECTORS, account.collector)
    lines: list[Line] = [
        (Run(wording.customer(account), Tone.BRIGHT),),
        (Run(" · ".join(p for p in (account.product_name, place, collector) if p), Tone.MUTED),),
    ]
    known = origin_words(setup.origin, setup.now() if setup.now else None, wording)
    lines += [fit((Run(known, Tone.MUTED),), width), BLANK] if known else [BLANK]
    lines += [_figure(figure) for figure in figures(account, wording)]
    lines += [_figure(figure) for figure in more_figures(account, wording)[:1]]
    chosen = setup.strategy(account)
    if chosen is not None:
        told = strategy_words(chosen, wording)
        lines += _labelled(wording.text("Strategy"), told, width, Tone.TEXT)
    if setup.wanted:
        lines.append(BLANK)
        for number, one in enumerate(setup.wanted):
            label = wording.text("Called for") if not number else ""
            told = wanted_words(one, wording, wording.interface_code)
            lines += _labelled(label, told, width, Tone.STRONG)
    words = last_promise_words(account)
    if words:
        lines.append(BLANK)
        lines += _labelled(wording.text("Last promise"), quoted(words), width, Tone.TEXT)
    beware = traps(account, wording)
    if beware:
        lines.append(BLANK)
        for number, trap in enumerate(beware):
            label = wording.text("Beware") if not number else ""
            lines += _labelled(label, "⚠ " + trap, width, Tone.CAUTION)
    if account.first_question:
        lines.append(BLANK)
        question = wording.line(account.first_question)
        lines += _labelled(wording.text("First question"), question, width, Tone.STRONG)
    return lines


def _figure(figure: Figure) -> Line:
    label, value, tone = figure
    return (Run(pad(label, _LABEL), Tone.MUTED), Run(value, tone))


def _labelled(label: str, text: str, width: int, tone: Tone) -> list[Line]:
    return [
        (Run(pad(label if not number else "", _LABEL), Tone.MUTED), Run(text[a:b], tone))
        for number, (a, b) in enumerate(wrap(text, max(2, width - _LABEL)))
    ]


class BriefScreen(Screen[None]):
    """The account before the call; `finds`: another may be looked for.

    `marked` is the outcome that was marked where nobody was reached; empty: none.
    """

    def __init__(self, setup: CallSetup, wording: Wording, *, finds: bool = False) -> None:
        super().__init__(id="brief_screen")
        self._finds = finds
        self._setup = setup
        self._wording = wording
        self._hearing = Hearing.LOADING
        self._told: Run | None = None
        self.marked = ""
        self._marked_at: datetime | None = None

    def compose(self) -> ComposeResult:
        """A head line, the brief, what the machine is doing, the keys."""
        yield Pane(self._head, id="brief_head", fill=Tone.BAR)
        with VerticalScroll(id="brief_scroll", can_focus=False):
            yield Pane(self._brief, id="brief")
        yield Pane(self._status, id="status")
        yield Pane(self._keys, id="keys", fill=Tone.BAR)
        yield Pane(draw_small(self._wording), id="small")

    def on_resize(self) -> None:
        """Give the brief the height that its lines need at this width."""
        brief = self.query_one("#brief", Pane)
        width = min(self.size.width - 4, _MEASURE)
        brief.styles.height = len(draw_brief(self._setup, self._wording, width)) + 1

    def know(self, setup: CallSetup) -> None:
        """Whose call it is became known."""
        self._setup = setup
        self.redraw()

    def redraw(self) -> None:
        """Language, theme or state changed."""
        self.on_resize()
        for pane in self.query(Pane):
            pane.redraw()

    def tell(self, told: Run | None) -> None:
        """Say one line at the bottom."""
        self._told = told
        self._redraw_status()

    def hear(self, hearing: Hearing) -> None:
        """The recogniser's state changed."""
        self._hearing = hearing
        self._redraw_status()

    def _redraw_status(self) -> None:
        if self.is_mounted:
            self.query_one("#status", Pane).redraw()

    def _head(self, width: int, _height: int) -> Sequence[Line]:
        mode = MODES[self._setup.mode]
        left = (Run(" " + self._wording.text("Before the call"), Tone.STRONG),)
        right = Run((self._wording.text(mode) if mode else "") + "  F1 ", Tone.MUTED)
        return [
            spread(
                left,
                (right, Run(self._wording.text("help") + " ", Tone.MUTED)),
                width,
                Tone.BAR,
            )
        ]

    def _brief(self, width: int, _height: int) -> Sequence[Line]:
        return draw_brief(self._setup, self._wording, width)

    def _status(self, width: int, _height: int) -> Sequence[Line]:
        if self.marked and self._marked_at is not None:
            marked = marked_words(self.marked, self._marked_at, self._marked_at, self._wording)
            return [fit((Run(f" ◌ {marked}", Tone.STRONG),), width)]
        told = self._told or Run(self._wording.text(_HEARING[self._hearing]), Tone.MUTED)
        return [fit((Run(" "), told), width)]

    def _keys(self, width: int, _height: int) -> Sequence[Line]:
        keys = [(*_KEYS[0], True)]
        if self._setup.dialled:
            keys += [(e.cap, e.label, True) for e in map(list_entry, MARKS)]
        if self._finds:
            keys.append(("f", N_("whose call"), False))
        # Help is told of in the head line as well.
        keys += [(cap, label, cap == "F10") for cap, label in _KEYS[1:]]
        if not self._setup.dialled:
            return [fit(key_line([key[:2] for key in keys], self._wording), width, Tone.BAR)]
        return [fitting_bar(keys, self._wording, width)]

    def on_key(self, event: Key) -> None:
        """Enter connects, Space as well or writes down what was marked; n, b, m mark."""
        command = read_list_key(event.key, event.character)
        now = self._setup.now
        if event.key == "enter":
            self.post_message(Connect())
        elif command is ListCommand.NEXT_ROW:
            self.post_message(Unreached() if self.marked else Connect())
        elif self._setup.dialled and now is not None and command in MARKS:
            self.marked, self._marked_at = MARKS[command], now().astimezone()
            self._redraw_status()
        elif self.marked and command is ListCommand.TAKE_BACK:
            self.marked = ""
            self._redraw_status()
        else:
            return
        event.stop()
