"""Which key means what on the reviewer's screens.

Owns the table of commands and the reading of a key press.  Pure: it presses nothing and knows no
widget.  Every letter has a function key or a named key beside it, because an input method may keep
letters to itself; full-width letters and bare Bopomofo are read as the keys that made them.
"""

from __future__ import annotations

from enum import StrEnum

from assistant.interface_text import N_
from assistant.screens.key_rows import KeyRow, KeyTable


class ReviewCommand(StrEnum):
    """What a key asks for."""

    NEXT = "next"
    PREVIOUS = "previous"
    OPEN = "open"
    CONFIRM = "confirm"
    DISMISS = "dismiss"
    UNCERTAIN = "uncertain"
    UNDO = "undo"
    NOTE = "note"
    FILTER = "filter"
    HELP = "help"
    LANGUAGE = "language"
    THEME = "theme"
    PAGE_UP = "page_up"
    PAGE_DOWN = "page_down"
    WORDS_UP = "words_up"
    WORDS_DOWN = "words_down"
    TOP = "top"
    BOTTOM = "bottom"
    BACK = "back"
    QUIT = "quit"


ReviewKey = KeyRow[ReviewCommand]

REVIEW_KEYS = (
    ReviewKey(
        ReviewCommand.CONFIRM,
        ("c", "f5"),
        "c",
        N_("confirm"),
        N_("the flag is right"),
        "F5",
    ),
    ReviewKey(
        ReviewCommand.DISMISS,
        ("x", "f6"),
        "x",
        N_("dismiss"),
        N_("the flag is wrong"),
        "F6",
    ),
    ReviewKey(
        ReviewCommand.UNCERTAIN,
        ("u", "f7"),
        "u",
        N_("uncertain"),
        N_("somebody else should look, too"),
        "F7",
    ),
    ReviewKey(
        ReviewCommand.UNDO,
        ("z", "backspace", "f9"),
        "z",
        N_("take back"),
        N_("take the newest judgement back; the history keeps it"),
        "F9",
    ),
    ReviewKey(
        ReviewCommand.NOTE,
        ("n", "f4"),
        "n",
        N_("note"),
        N_("judge as before, with a note"),
        "F4",
    ),
    ReviewKey(
        ReviewCommand.NEXT,
        ("j", "down"),
        "j ↓",
        N_("next"),
        N_("next call or flag"),
        "↓",
    ),
    ReviewKey(
        ReviewCommand.PREVIOUS,
        ("k", "up"),
        "k ↑",
        N_("previous"),
        N_("previous call or flag"),
        "↑",
    ),
    ReviewKey(ReviewCommand.OPEN, ("enter",), "Enter", N_("open"), N_("open the call")),
    ReviewKey(
        ReviewCommand.FILTER,
        ("slash", "/", "f8"),
        "/",
        N_("filter"),
        N_("only calls with these words: agent, language, place, date, rule"),
        "F8",
    ),
    ReviewKey(ReviewCommand.HELP, ("f1",), "F1", N_("help"), N_("this page")),
    ReviewKey(ReviewCommand.LANGUAGE, ("f2",), "F2", N_("language"), N_("next interface language")),
    ReviewKey(ReviewCommand.THEME, ("f3",), "F3", N_("theme"), N_("dark or light")),
    ReviewKey(
        ReviewCommand.PAGE_UP,
        ("pageup",),
        "PgUp PgDn",
        "",
        N_("law and reason, a page up or down; in the list a page of calls"),
    ),
    ReviewKey(ReviewCommand.PAGE_DOWN, ("pagedown",), "", "", ""),
    ReviewKey(
        ReviewCommand.WORDS_UP,
        ("left",),
        "← →",
        "",
        N_("the transcript, a page up or down"),
    ),
    ReviewKey(ReviewCommand.WORDS_DOWN, ("right",), "", "", ""),
    ReviewKey(ReviewCommand.TOP, ("home",), "Home End", "", N_("to the beginning or the end")),
    ReviewKey(ReviewCommand.BOTTOM, ("end",), "", "", ""),
    ReviewKey(ReviewCommand.BACK, ("q", "escape"), "q Esc", N_("back"), N_("back to the list")),
    ReviewKey(ReviewCommand.QUIT, ("ctrl+c", "ctrl+q"), "Ctrl+C", "", N_("leave at once")),
)

LIST_BAR = (
    ReviewCommand.OPEN,
    ReviewCommand.NEXT,
    ReviewCommand.PREVIOUS,
    ReviewCommand.FILTER,
    ReviewCommand.LANGUAGE,
    ReviewCommand.THEME,
    ReviewCommand.HELP,
    ReviewCommand.BACK,
)
CALL_BAR = (
    ReviewCommand.CONFIRM,
    ReviewCommand.DISMISS,
    ReviewCommand.UNCERTAIN,
    ReviewCommand.NEXT,
    ReviewCommand.BACK,
    ReviewCommand.HELP,
    ReviewCommand.UNDO,
    ReviewCommand.NOTE,
    ReviewCommand.PREVIOUS,
)

ALWAYS_SHOWN = frozenset({ReviewCommand.HELP, ReviewCommand.BACK})
"""Keys that are on the bar at every width."""

_TABLE = KeyTable(REVIEW_KEYS)

review_entry = _TABLE.row
"""The row of the key table for a command."""

read_review_key = _TABLE.read
"""What a key press asks for; `None` for any other key."""
