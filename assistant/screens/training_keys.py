"""Which key means what while a kept call is played again.

Owns the table of commands and the reading of a key press.  Pure: it presses nothing and knows no
widget.  Every letter has a function key beside it, because an input method may keep letters to
itself; full-width letters and bare Bopomofo are read as the keys that made them.
"""

from __future__ import annotations

from enum import StrEnum

from assistant.interface_text import N_
from assistant.screens.key_rows import KeyRow, KeyTable


class TrainingCommand(StrEnum):
    """What a key asks for."""

    PLAY = "play"
    STEP_BACK = "step_back"
    STEP_ON = "step_on"
    FLAG_BACK = "flag_back"
    FLAG_ON = "flag_on"
    SLOWER = "slower"
    FASTER = "faster"
    START = "start"
    LAW = "law"
    ACCOUNT = "account"
    UP = "up"
    DOWN = "down"
    PAGE_UP = "page_up"
    PAGE_DOWN = "page_down"
    FOLLOW = "follow"
    HELP = "help"
    LANGUAGE = "language"
    THEME = "theme"
    LEAVE = "leave"


TrainingKey = KeyRow[TrainingCommand]

TRAINING_KEYS = (
    TrainingKey(
        TrainingCommand.PLAY,
        ("space", "f9"),
        N_("Space"),
        N_("pause"),
        N_("pause or go on"),
        "F9",
    ),
    TrainingKey(
        TrainingCommand.STEP_BACK,
        ("left",),
        "←",
        N_("again"),
        N_("this utterance again; pressed twice, the one before"),
    ),
    TrainingKey(
        TrainingCommand.STEP_ON,
        ("right",),
        "→",
        N_("next"),
        N_("the next utterance"),
    ),
    TrainingKey(
        TrainingCommand.FLAG_ON,
        ("n", "f6"),
        "n",
        N_("next flag"),
        N_("the words of the next flag"),
        "F6",
    ),
    TrainingKey(
        TrainingCommand.FLAG_BACK,
        ("p", "f5"),
        "p",
        N_("flag back"),
        N_("the words of the flag before"),
        "F5",
    ),
    TrainingKey(
        TrainingCommand.SLOWER,
        ("-", "minus", "f7"),
        "-",
        N_("slower"),
        N_("slower, down to half the pace"),
        "F7",
    ),
    TrainingKey(
        TrainingCommand.FASTER,
        ("+", "plus", "=", "equals_sign", "f12"),
        "+",
        N_("faster"),
        N_("faster, up to four times the pace"),
        "F12",
    ),
    TrainingKey(
        TrainingCommand.LAW,
        ("f8",),
        "F8",
        N_("law"),
        N_("law and reason of the flag; all flags so far"),
    ),
    TrainingKey(TrainingCommand.LEAVE, ("q", "f10"), "q", N_("leave"), N_("leave at once"), "F10"),
    TrainingKey(TrainingCommand.HELP, ("f1",), "F1", N_("help"), N_("this page")),
    TrainingKey(TrainingCommand.ACCOUNT, ("f4",), "F4", N_("account"), N_("the account in full")),
    TrainingKey(
        TrainingCommand.LANGUAGE, ("f2",), "F2", N_("language"), N_("next interface language")
    ),
    TrainingKey(TrainingCommand.THEME, ("f3",), "F3", N_("theme"), N_("dark or light")),
    TrainingKey(TrainingCommand.START, ("home",), "Home", "", N_("the call from its start")),
    TrainingKey(TrainingCommand.UP, ("up",), "↑ ↓", "", N_("scroll the transcript by a line")),
    TrainingKey(TrainingCommand.DOWN, ("down",), "", "", ""),
    TrainingKey(
        TrainingCommand.PAGE_UP,
        ("pageup",),
        "PgUp PgDn",
        "",
        N_("scroll the transcript by a page"),
    ),
    TrainingKey(TrainingCommand.PAGE_DOWN, ("pagedown",), "", "", ""),
    TrainingKey(TrainingCommand.FOLLOW, ("end",), "End", "", N_("follow the conversation again")),
)

_TABLE = KeyTable(TRAINING_KEYS)

read_training_key = _TABLE.read
"""What a key press asks for; `None` for any other key."""
