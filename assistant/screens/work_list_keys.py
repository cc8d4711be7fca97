"""Which key means what on the work list.

Owns the table and the reading of a key press.  Pure.  An input method that is switched on may turn
a letter into something else: full-width letters and bare Bopomofo are read as the keys that made
them, and every letter but `q` has a key as well that no input method takes.  F10 leaves, as on
every screen, and never filters.
"""

from __future__ import annotations

from enum import StrEnum

from assistant.interface_text import N_
from assistant.screens.key_rows import KeyRow, KeyTable


class ListCommand(StrEnum):
    """What a key asks for."""

    CALL = "call"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    VOICEMAIL = "voicemail"
    NEXT_ROW = "next_row"
    TAKE_BACK = "take_back"
    INBOUND = "inbound"
    FILTER = "filter"
    PERMITTED = "permitted"
    RELOAD = "reload"
    DOWN = "down"
    UP = "up"
    PAGE_DOWN = "page_down"
    PAGE_UP = "page_up"
    TOP = "top"
    BOTTOM = "bottom"
    REASONS = "reasons"
    BREATHE = "breathe"
    COMPLETE = "complete"
    HELP = "help"
    LANGUAGE = "language"
    THEME = "theme"
    BACK = "back"
    LEAVE = "leave"


ListKey = KeyRow[ListCommand]

LIST_KEYS = (
    ListKey(ListCommand.CALL, ("enter",), "Enter", N_("call"), N_("start the call of this row")),
    ListKey(ListCommand.NO_ANSWER, ("n", "f5"), "n", N_("no answer"),
            N_("nobody answered; the next key writes it down"), "F5"),
    ListKey(ListCommand.BUSY, ("b", "f6"), "b", N_("busy"),
            N_("the line was busy; the next key writes it down"), "F6"),
    ListKey(ListCommand.VOICEMAIL, ("m", "f7"), "m", N_("voicemail"),
            N_("a machine answered; the next key writes it down"), "F7"),
    ListKey(ListCommand.NEXT_ROW, ("space",), N_("Space"), N_("next"),
            N_("write down what was marked, and go to the next row that may be called")),
    ListKey(ListCommand.TAKE_BACK, ("backspace",), "⌫", "",
            N_("take back what was marked and is not written down yet")),
    ListKey(ListCommand.INBOUND, ("i", "f9"), "i", N_("calls in"),
            N_("this customer is calling: start an inbound call"), "F9"),
    ListKey(ListCommand.FILTER, ("slash", "/", "f8"), "/", N_("filter"),
            N_("only rows with these words: name, id, number, place, reason"), "F8"),
    ListKey(ListCommand.PERMITTED, ("p", "f11"), "p", N_("permitted"),
            N_("only rows that may be called now; again: all"), "F11"),
    ListKey(ListCommand.BREATHE, ("a", "f12"), "a", N_("a minute"),
            N_("a minute of slow breathing; any key ends it, and it is noted nowhere"), "F12"),
    ListKey(ListCommand.COMPLETE, ("w", "ctrl+w"), "w", N_("wrap-ups"),
            N_("complete the wrap-ups that were left open"), "Ctrl+W"),
    ListKey(ListCommand.HELP, ("f1",), "F1", N_("help"), N_("this page")),
    ListKey(ListCommand.REASONS, ("f4",), "F4", N_("reasons"),
            N_("every reason of this row in full")),
    ListKey(ListCommand.RELOAD, ("r", "ctrl+r"), "r", N_("read anew"),
            N_("read the list again and sort it anew"), "Ctrl+R"),
    ListKey(ListCommand.DOWN, ("down", "j"), "↑ ↓", "", N_("previous and next row")),
    ListKey(ListCommand.UP, ("up", "k"), "", "", ""),
    ListKey(ListCommand.PAGE_DOWN, ("pagedown",), "PgUp PgDn", "", N_("a page of rows")),
    ListKey(ListCommand.PAGE_UP, ("pageup",), "", "", ""),
    ListKey(ListCommand.TOP, ("home",), "Home End", "", N_("to the beginning or the end")),
    ListKey(ListCommand.BOTTOM, ("end",), "", "", ""),
    ListKey(ListCommand.LANGUAGE, ("f2",), "F2", N_("language"), N_("next interface language")),
    ListKey(ListCommand.THEME, ("f3",), "F3", N_("theme"), N_("dark or light")),
    ListKey(ListCommand.LEAVE, ("q",), "q", N_("leave"), N_("end the shift")),
    ListKey(ListCommand.BACK, ("escape", "f10"), "Esc", "",
            N_("take the filter away; without one, a second press ends the shift"), "F10"),
)  # fmt: skip


def list_keys(*, breathes: bool) -> tuple[ListKey, ...]:
    """The keys there are; `breathes` is whether the site offers a minute to breathe."""
    return tuple(row for row in LIST_KEYS if breathes or row.command is not ListCommand.BREATHE)


ALWAYS_SHOWN = frozenset(
    {
        ListCommand.CALL,
        ListCommand.NO_ANSWER,
        ListCommand.BUSY,
        ListCommand.VOICEMAIL,
        ListCommand.HELP,
        ListCommand.LEAVE,
    }
)
"""Keys that are on the bar at every width."""

_TABLE = KeyTable(LIST_KEYS)
list_entry = _TABLE.row
"""The row of the table that a command has."""

read_list_key = _TABLE.read
"""What a key press asks for; `None` for any other key."""
