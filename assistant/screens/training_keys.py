"""Which key means what while a kept call is played again.

Owns the table of commands and the reading of a key press.  Pure: it presses nothing and knows no
widget.  Every letter has a function key beside it, because an input method may keep letters to
itself; full-width letters and bare Bopomofo are read as the keys that made them.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from assistant.interface_text import N_


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


@dataclass(frozen=True, slots=True)
class TrainingKey:
    """One row of the key table: `cap` as on the bar, `label` and `help` message ids."""

    command: TrainingCommand
    keys: tuple[str, ...]
    cap: str
    label: str
    help: str
    function_key: str = ""


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

_BY_KEY = {key: entry.command for entry in TRAINING_KEYS for key in entry.keys}

# The keys of the standard Bopomofo keyboard (大千) that carry our letters and signs.
_BOPOMOFO = {"ㄣ": "p", "ㄙ": "n", "ㄆ": "q", "ㄦ": "-"}


def read_training_key(key: str, character: str | None) -> TrainingCommand | None:
    """What a key press asks for; `None` for any other key.

    Args:
        key: Textual's name for the key.
        character: the text that the key made, `None` where it made none.
    """
    command = _BY_KEY.get(key)
    if command is not None or not character:
        return command
    plain = unicodedata.normalize("NFKC", character).lower()
    plain = _BOPOMOFO.get(plain, plain)
    return _BY_KEY.get("space" if plain == " " else plain)
