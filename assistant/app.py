"""The call application: composes the brief and the call screen and carries events to them.

    app = CallApp(CallSetup(rules, "zh-TW", "tw", account=account), desk)
    code = app.run_to_end()

The desk is told `ready()` once the screen is up (load models then), `connect()` when the agent
connects, `act()` and `identifier_said()` by keys, `end()` by F10.  From any thread the driver calls
`app.deliver(envelopes)` (bounded: it blocks while the screen is behind), or posts `CallEvents`,
`ViewRebuilt`, `HearingChanged`, `Notice` or `CallFailed`.  `run_to_end()` returns 0, or 130 after
Ctrl-C.  It must not compute anything about a call.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from textual.app import SystemCommand
from textual.command import CommandPalette
from textual.events import Key
from textual.message import Message
from textual.screen import Screen

from assistant.events import Envelope
from assistant.interface_text import N_, Interface
from assistant.screens.brief import BriefScreen
from assistant.screens.call import CallScreen
from assistant.screens.desk import (
    CallEvents,
    CallFailed,
    Desk,
    HearingChanged,
    Notice,
    Playback,
    ViewRebuilt,
)
from assistant.screens.frame import INTERRUPTED, FramedApp
from assistant.screens.inbox import Inbox
from assistant.screens.keys import KEY_TABLE, Command
from assistant.screens.pages import help_page
from assistant.screens.runs import Run
from assistant.screens.script import choice_word, offered
from assistant.screens.setup import CallSetup
from assistant.screens.sheets import Palette, Sheet
from assistant.screens.tones import Tone
from assistant.wording import Wording


class _EventsWait(Message):
    """The inbox has something."""


class CallApp(FramedApp):
    """One call on the screen.

    Args:
        setup: account, languages, rule texts, mode.
        desk: what the keys ask; see `assistant.screens.desk`.
    """

    CSS_PATH = "screens/call.tcss"
    ENABLE_COMMAND_PALETTE = True

    def __init__(self, setup: CallSetup, desk: Desk) -> None:
        super().__init__(Interface(setup.interface or setup.call_language), setup.theme)
        self.setup = setup
        self.desk = desk
        self.wording = Wording(setup.rules, self.interface, setup.call_language, setup.reader)
        self.call_screen = CallScreen(setup, self.wording, desk)
        self._brief = BriefScreen(setup, self.wording) if setup.brief else None
        self._inbox = Inbox(wake=lambda: self.post_message(_EventsWait()))
        self._connected = False
        self.animation_level = "none"  # nothing moves but what changed

    # ---- coming up and going down ------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        """The call; the brief, where there is one, lies over it until the agent connects."""
        return self.call_screen

    def on_mount(self) -> None:
        """The screen is up: what takes time may begin."""
        if self.setup.notices:
            notices = " · ".join(self.wording.text(notice) for notice in self.setup.notices)
            self._tell(Run(notices, Tone.MUTED))
        if self._brief is not None:
            self.push_screen(self._brief)
        self.desk.ready()
        if self._brief is None:
            self.on_connect()

    @property
    def connected(self) -> bool:
        """Whether the call has begun: the brief is gone."""
        return self._connected

    def on_connect(self) -> None:
        """The agent connects: the debt is covered from here on."""
        if self._connected:
            return
        self._connected = True
        if self._brief is not None:
            self.pop_screen()
        self.desk.connect()

    def on_unmount(self) -> None:
        """Nobody reads any more: a waiting sender is let go."""
        self._inbox.close()

    # ---- events in ---------------------------------------------------------------------------

    def deliver(self, envelopes: Sequence[Envelope]) -> None:
        """Hand events to the screen, from any thread but best not from the screen's own.

        Blocks while the screen is more than a few thousand events behind; returns at once when the
        screen is gone.
        """
        if self._thread_id == threading.get_ident():
            self.call_screen.receive(envelopes)
        else:
            self._inbox.put(envelopes)

    def on__events_wait(self) -> None:
        """Show everything that waits."""
        self.call_screen.receive(self._inbox.take())

    def on_call_events(self, message: CallEvents) -> None:
        """Show these."""
        self.call_screen.receive(message.envelopes)

    def on_view_rebuilt(self, message: ViewRebuilt) -> None:
        """Start over with these."""
        self.call_screen.rebuild(message.envelopes)

    def on_hearing_changed(self, message: HearingChanged) -> None:
        """The recogniser is loading or listening."""
        if self._brief is not None and not self._connected:
            self._brief.hear(message.hearing)
        self.call_screen.hear(message.hearing)

    def on_notice(self, message: Notice) -> None:
        """One line for the status line."""
        self._tell(Run(self.wording.text(message.text, **message.params), Tone.MUTED))

    def on_call_failed(self, message: CallFailed) -> None:
        """The call cannot go on: say so in one line, and why."""
        self._tell(Run("✘ " + " ".join(message.message.split()), Tone.ALARM))

    def _tell(self, told: Run) -> None:
        if self._brief is not None and not self._connected:
            self._brief.tell(told)
        self.call_screen.tell(told)

    # ---- keys and commands -------------------------------------------------------------------

    def on_key(self, event: Key) -> None:
        """Keys that mean the same before the call: help, leave."""
        if self._connected:
            return
        if event.key == "f1":
            self.push_screen(Sheet(self.wording, N_("Keys"), lambda w: help_page(self.wording, w)))
        elif event.key == "f10":
            self.desk.end()
            self.exit(0)

    def action_leave(self) -> None:
        """Ctrl-C: hang up and leave at once."""
        self.desk.end()
        self.exit(INTERRUPTED)

    def action_command_palette(self) -> None:
        """Every command by its name."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(
                Palette(
                    placeholder=self.wording.text("find a command by its name"),
                    id="--command-palette",
                )
            )

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the command palette offers: every key's command, languages, themes."""
        text = self.wording.text
        if self._connected and isinstance(screen, CallScreen):
            for entry in KEY_TABLE:
                if not entry.label or entry.command in (Command.LANGUAGE, Command.THEME):
                    continue
                may_pause = isinstance(self.desk, Playback) or screen.view.may_pause
                if entry.command is Command.PAUSE and not may_pause:
                    continue
                if entry.live and not screen.view.live:
                    continue
                yield SystemCommand(
                    text(entry.label),
                    text(entry.help),
                    lambda command=entry.command: screen.do(command),
                )
            for slug in offered(screen.view):
                yield SystemCommand(
                    choice_word(slug, self.wording),
                    text("choose this in the script"),
                    lambda slug=slug: screen.choose(slug),
                )
        yield from self.frame_commands()


def stylesheet() -> Path:
    """The style sheet that other apps of ours share."""
    return Path(__file__).parent / "screens" / "call.tcss"
