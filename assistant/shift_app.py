"""A shift on the screen: the work list, a call, the work list again.

Owns how list and calls follow each other, and that every call is written down in the contact
journal.  What a call is, whoever starts the shift says.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from textual.screen import Screen

from assistant.interface_text import N_, Interface
from assistant.rest.shift_rest import Offer, ShiftRest
from assistant.screens.frame import INTERRUPTED, FramedApp
from assistant.screens.work_list import CallChosen, CompletingAsked, ShiftEnded, WorkListScreen
from assistant.shift.desk import ShiftDesk
from compliance.permission import May

CALLED = "called"
"""The outcome of a call of which nobody said what came of it."""
NEVER_CONNECTED = N_("never connected: nothing is written down · n, b, m say what came of it")


@dataclass(frozen=True, slots=True)
class CallMade:
    """What came of a call that had a screen of its own.

    `outcome` is a word of `outcomes.yaml` or a disposition code, `call` the id under which it is
    kept, if it is.  `next_contact` is the day agreed for the next contact, `stops` are the exits
    that stood in it and stop or bar the next one.  `leave` is whether the agent wants to leave the
    program altogether, `hard` whether the call was hard on them: that is forgotten with the shift.
    `reached` is whether the call was connected, `written` whether it is an attempt at all: one that
    was left before it began, and of which nothing was marked, is none.
    """

    outcome: str = CALLED
    call: str | None = None
    next_contact: date | None = None
    stops: tuple[str, ...] = ()
    leave: bool = False
    hard: bool = False
    reached: bool = True
    written: bool = True


@dataclass(frozen=True, slots=True)
class Onward:
    """Where the list begins after a call: at a row, or past it, and with what line."""

    here: str = ""
    past: bool = False
    told: str = ""


MakeCall = Callable[[CallChosen], CallMade | None]
"""Runs one call to its end; `None`: it was never begun."""


class WorkListApp(FramedApp):
    """The work list until a call is chosen (`chosen`) or the shift ends."""

    CSS_PATH = ["screens/call.tcss", "screens/work_list.tcss"]  # noqa: RUF012 - Textual's way
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        desk: ShiftDesk,
        interface: Interface,
        *,
        theme: str = "dark",
        here: str = "",
        past: bool = False,
        news: str = "",
        breaths_a_minute: int | None = None,
        offer: Offer | None = None,
        unfinished: int = 0,
    ) -> None:
        super().__init__(interface, theme)
        self._desk = desk
        self.chosen: CallChosen | None = None
        self.completing = False
        self._list = WorkListScreen(
            desk,
            interface,
            here,
            news,
            past=past,
            breaths_a_minute=breaths_a_minute,
            offer=offer,
            unfinished=unfinished,
        )

    def get_default_screen(self) -> Screen[None]:
        """The list."""
        return self._list

    @property
    def here(self) -> str:
        """The id of the chosen row; empty where there is none."""
        return self._list.here

    def start(self, account: str, *, inbound: bool, transferred: bool = False) -> May | None:
        """Start the call of an account at once; what the list answers, `None`: it is not there."""
        return self._list.start(account, inbound=inbound, transferred=transferred)

    def on_call_chosen(self, message: CallChosen) -> None:
        """Whoever runs this makes the call."""
        self.chosen = message
        self.exit(0)

    def on_completing_asked(self, _message: CompletingAsked) -> None:
        """Whoever runs this shows the wrap-ups."""
        self.completing = True
        self.exit(0)

    def on_shift_ended(self, _message: ShiftEnded) -> None:
        """The agent is done."""
        self.exit(0)

    def action_leave(self) -> None:
        """Ctrl-C: leave at once; what was marked is written down first."""
        self._desk.confirm()
        self.exit(INTERRUPTED)


def run_shift(
    desk: ShiftDesk,
    make_call: MakeCall,
    *,
    interface: str,
    theme: str = "dark",
    shows: Callable[[WorkListApp], None] = lambda _app: None,
    news: Callable[[Interface], str] = lambda _words: "",
    rest: ShiftRest | None = None,
    clock: Callable[[], float] = time.monotonic,
    unfinished: Callable[[], int] = lambda: 0,
    complete: Callable[[], str] = lambda: "",
) -> int:
    """Show the list, make the calls that are chosen, until the agent leaves; the exit status.

    Args:
        desk: of this shift.
        make_call: runs a call to its end.
        interface: language of the list.
        theme: `dark` or `light`.
        shows: told of each list before it is on the screen.
        news: a line that a list begins with, or nothing; asked before each.
        rest: what is offered after hard calls; `None`: nothing.
        clock: monotonic seconds.
        unfinished: how many wrap-ups were left open; asked before each list.
        complete: completes them on a screen of their own; what the list is to tell afterwards.

    Raises:
        AssistantError: a screen failed, or an attempt cannot be written down.
    """
    words = Interface(interface)
    onward = Onward()
    offer: Offer | None = None
    breaths = rest.breaths_a_minute if rest is not None else None
    while True:
        app = WorkListApp(
            desk,
            words,
            theme=theme,
            here=onward.here,
            past=onward.past,
            news=words.text(onward.told) if onward.told else news(words),
            breaths_a_minute=breaths,
            offer=offer,
            unfinished=unfinished(),
        )
        shows(app)
        status = app.run_to_end()
        if app.completing and not status:
            onward = Onward(app.here, told=complete())
            desk.learn()  # who was said not to be called any more is not called from here
            continue
        chosen = app.chosen
        if status or chosen is None:
            return status
        made = make_call(chosen)
        onward = note(desk, chosen, made)
        offer = None
        if made is not None and made.reached and rest is not None:
            offer = rest.call_ended(clock(), hard=made.hard)
        if made is not None and made.leave:
            return 0


def note(desk: ShiftDesk, chosen: CallChosen, made: CallMade | None) -> Onward:
    """Write down what came of a call, and say where the list goes on.

    Raises:
        AssistantError: it cannot be written.
    """
    if made is None or not made.written:
        # The cursor stays: whoever now marks it as no answer means this customer.
        return Onward(chosen.row.id, told=NEVER_CONNECTED if made is not None else "")
    outcome = made.outcome
    if chosen.inbound and outcome == CALLED:
        outcome = "inbound"
    number = chosen.number.number if chosen.number is not None else None
    desk.called(
        chosen.row.id,
        outcome,
        number,
        made.call,
        chosen.permitted.value,
        made.next_contact,
        made.stops,
    )
    return Onward() if made.reached else Onward(chosen.row.id, past=True)
