"""Which key means what on the call screen.

Owns the table of commands and the reading of a key press.  Pure: it presses nothing and knows no
widget.  An input method that is switched on may turn a letter into something else on its way here:
full-width letters and bare Bopomofo are read as the keys that made them, every letter has a
function key as well, and anything else is known as an input method's text, so that the screen can
say so.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from assistant.choice_digits import TEN
from assistant.interface_text import N_
from assistant.screens.key_rows import BOPOMOFO


class Command(StrEnum):
    """What a key asks for."""

    STEP_DONE = "step_done"
    STEP_BACK = "step_back"
    VERIFIED = "verified"
    THIRD_PARTY = "third_party"
    DISPUTE = "dispute"
    HARDSHIP = "hardship"
    PROMISE = "promise"
    QUOTE = "quote"
    CONFIRM = "confirm"
    DISMISS = "dismiss"
    DISTRESS = "distress"
    ASK_HELP = "ask_help"
    REFUSES = "refuses"
    NOTICE = "notice"
    REFUSES_RECORDING = "refuses_recording"
    HAND_OVER = "hand_over"
    MARK = "mark"
    ACKNOWLEDGE = "acknowledge"
    LAW = "law"
    ACTIONS = "actions"
    ACCOUNT = "account"
    FIND = "find"
    HELP = "help"
    LANGUAGE = "language"
    THEME = "theme"
    PAUSE = "pause"
    END = "end"
    CHOICE = "choice"  # with a digit
    UP = "up"
    DOWN = "down"
    PAGE_UP = "page_up"
    PAGE_DOWN = "page_down"
    TOP = "top"
    FOLLOW = "follow"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One row of the key table: `cap` as printed on the bar, `label` and `help` as message ids.

    `live` marks keys that mean something in live calls only; `live_help` is what a key does there
    where that differs.
    """

    command: Command
    keys: tuple[str, ...]
    cap: str
    label: str
    help: str
    function_key: str = ""
    live: bool = False
    live_help: str = ""


KEY_TABLE = (
    KeyEntry(
        Command.STEP_DONE,
        ("space",),
        N_("Space"),
        N_("said"),
        N_("this line is said: go to the next one"),
    ),
    KeyEntry(Command.STEP_BACK, ("left",), "←", N_("back"), N_("one step back in the script")),
    KeyEntry(
        Command.VERIFIED,
        ("v", "f5"),
        "v",
        N_("verified"),
        N_("the right person is on the line; again: withdraw that"),
        "F5",
    ),
    KeyEntry(
        Command.THIRD_PARTY,
        ("t", "f6"),
        "t",
        N_("third party"),
        N_("somebody else is on the line; again: the customer is back"),
        "F6",
    ),
    KeyEntry(Command.DISPUTE, ("d",), "d", N_("dispute"), N_("the debt is disputed"), "F7 1"),
    KeyEntry(
        Command.HARDSHIP, ("h",), "h", N_("hardship"), N_("the customer is in hardship"), "F7 2"
    ),
    KeyEntry(Command.PROMISE, ("p",), "p", N_("promise"), N_("go to the promise to pay"), "F7 3"),
    KeyEntry(
        Command.QUOTE,
        ("o", "ctrl+o"),
        "o",
        "",
        N_("ways to repay: type what can be paid, choose what to say"),
        "Ctrl+O",
    ),
    KeyEntry(
        Command.CONFIRM, ("enter",), "Enter", "", N_("confirm the promise that was read back")
    ),
    KeyEntry(
        Command.DISMISS,
        ("delete", "backspace"),
        "Del",
        "",
        N_("that was no promise: take it off the screen"),
    ),
    KeyEntry(
        Command.DISTRESS,
        ("!",),
        "!",
        N_("distress"),
        N_("stop collecting: the customer needs care first"),
        "F7 4",
    ),
    KeyEntry(
        Command.ASK_HELP,
        ("s", "ctrl+s"),
        "s",
        N_("get help"),
        N_("ask a supervisor for help: a task for them, within the hour"),
        "Ctrl+S",
    ),
    KeyEntry(
        Command.REFUSES,
        ("r",),
        "r",
        N_("refuses"),
        N_("the customer refuses to pay"),
        "F7 8",
        live=True,
    ),
    KeyEntry(
        Command.NOTICE,
        ("n",),
        "n",
        N_("notice"),
        N_("the recording notice was given, or consent to recording"),
        "F7 9",
        live=True,
    ),
    KeyEntry(
        Command.REFUSES_RECORDING,
        ("x",),
        "x",
        N_("no recording"),
        N_("the customer refuses recording"),
        "F7 0",
        live=True,
    ),
    KeyEntry(
        Command.HAND_OVER,
        ("g", "ctrl+g"),
        "g",
        N_("pass on"),
        N_("the call is passed on, or was passed to you: a new voice, identify again"),
        "Ctrl+G",
        live=True,
    ),
    KeyEntry(Command.MARK, ("m", "f12"), "m", N_("mark"), N_("mark this moment for later"), "F12"),
    KeyEntry(
        Command.ACKNOWLEDGE,
        ("escape",),
        "Esc",
        N_("got it"),
        N_("put the flag away (not recorded)"),
    ),
    KeyEntry(
        Command.LAW, ("f8",), "F8", N_("law"), N_("law and reason of the flag; all flags so far")
    ),
    KeyEntry(
        Command.ACTIONS,
        ("f7",),
        "F7",
        N_("actions"),
        N_("every action by number, for use with an input method"),
    ),
    KeyEntry(Command.ACCOUNT, ("f4",), "F4", N_("account"), N_("the account in full")),
    KeyEntry(
        Command.FIND,
        ("f", "ctrl+f"),
        "f",
        N_("whose call"),
        N_("find the account of who is on the line; F4 does so too while there is none"),
        "Ctrl+F",
        live=True,
    ),
    KeyEntry(Command.HELP, ("f1",), "F1", N_("help"), N_("this page")),
    KeyEntry(Command.LANGUAGE, ("f2",), "F2", N_("language"), N_("next interface language")),
    KeyEntry(Command.THEME, ("f3",), "F3", N_("theme"), N_("dark or light")),
    KeyEntry(
        Command.PAUSE,
        ("f9",),
        "F9",
        N_("pause"),
        N_("pause or go on (replays only)"),
        live_help=N_("close the microphone, or open it again"),
    ),
    KeyEntry(Command.END, ("f10",), "F10", N_("end"), N_("end the call; again: leave")),
    KeyEntry(Command.UP, ("up",), "↑ ↓", "", N_("scroll the transcript by a line")),
    KeyEntry(Command.DOWN, ("down",), "", "", ""),
    KeyEntry(Command.PAGE_UP, ("pageup",), "PgUp PgDn", "", N_("scroll the transcript by a page")),
    KeyEntry(Command.PAGE_DOWN, ("pagedown",), "", "", ""),
    KeyEntry(Command.TOP, ("home",), "Home", "", N_("go to the first words")),
    KeyEntry(Command.FOLLOW, ("end",), "End", "", N_("follow the conversation again")),
    KeyEntry(Command.QUIT, ("ctrl+c", "ctrl+q"), "Ctrl+C", "", N_("leave at once")),
)

ACTIONS = (
    Command.DISPUTE,
    Command.HARDSHIP,
    Command.PROMISE,
    Command.DISTRESS,
    Command.VERIFIED,
    Command.THIRD_PARTY,
    Command.MARK,
)
"""The actions of the numbered menu, in the order of their numbers; none is out of reach."""

LIVE_ACTIONS = (*ACTIONS, Command.REFUSES, Command.NOTICE, Command.REFUSES_RECORDING)
"""Those of a live call."""

_BY_KEY = {key: entry.command for entry in KEY_TABLE for key in entry.keys}

# An input method's signs on the keys that are ours; all others are its own text.
_BOPOMOFO = {sign: key for sign, key in BOPOMOFO.items() if key in _BY_KEY}


@dataclass(frozen=True, slots=True)
class Press:
    """A key press understood: a command, the digit that goes with `CHOICE` (the key 0 is ten)."""

    command: Command
    digit: int = 0


class NotOurs(StrEnum):
    """A key press that is no command: an input method's text, or simply another key."""

    INPUT_METHOD = "input_method"
    OTHER = "other"


def entry_of(command: Command) -> KeyEntry:
    """The row of the key table for a command."""
    return next(entry for entry in KEY_TABLE if entry.command is command)


def read_key(key: str, character: str | None) -> Press | NotOurs:
    """What a key press asks for.

    Args:
        key: Textual's name for the key (`space`, `f5`, `v`, …).
        character: the text that the key made, `None` where it made none.
    """
    command = _BY_KEY.get(key)
    if command is not None:
        return Press(command)
    if not character:
        return NotOurs.OTHER
    plain = unicodedata.normalize("NFKC", character).lower()
    plain = _BOPOMOFO.get(plain, plain)
    if plain == " ":
        return Press(Command.STEP_DONE)
    if len(plain) == 1 and plain in "1234567890":
        return Press(Command.CHOICE, int(plain) or TEN)
    command = _BY_KEY.get(plain)
    if command is not None:
        return Press(command)
    if any(ord(char) > 0x2E7F for char in character):
        return NotOurs.INPUT_METHOD
    return NotOurs.OTHER
