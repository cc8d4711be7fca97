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
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from textual.app import SystemCommand
from textual.command import CommandPalette
from textual.events import Key
from textual.message import Message
from textual.screen import ModalScreen, Screen

from assistant import terms
from assistant.accounts.source import Found, Sourced
from assistant.events import Envelope
from assistant.interface_text import N_, Interface, Told
from assistant.other_accounts import others_of
from assistant.screens.brief import BriefScreen
from assistant.screens.call import CallScreen
from assistant.screens.desk import (
    AccountKnown,
    CallEvents,
    CallFailed,
    Desk,
    HearingChanged,
    Hinted,
    Linking,
    LookedUp,
    Notice,
    Playback,
    ViewRebuilt,
)
from assistant.screens.frame import INTERRUPTED, FramedApp
from assistant.screens.inbox import Inbox
from assistant.screens.keys import KEY_TABLE, Command
from assistant.screens.linking import PATIENCE_S, SearchSheet
from assistant.screens.pages import help_page
from assistant.screens.runs import Run
from assistant.screens.script import choice_word, offered
from assistant.screens.setup import CallSetup
from assistant.screens.sheets import Palette, Sheet
from assistant.screens.tones import Tone
from assistant.wording import Wording
from compliance.errors import AssistantError
from scripts.account import Account


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
        self.wording = Wording(
            setup.rules, self.interface, setup.call_language, setup.reader, tasks=setup.tasks
        )
        self.call_screen = CallScreen(setup, self.wording, desk)
        self._brief: BriefScreen | None = None
        if setup.brief:
            finds = isinstance(desk, Linking) and desk.looks_up
            self._brief = BriefScreen(setup, self.wording, finds=finds)
        self._inbox = Inbox(wake=lambda: self.post_message(_EventsWait()))
        self._connected = False
        self._asked = count()
        self._waiting: dict[int, Callable[[str], None]] = {}  # look-ups by id, by their number
        self._others: dict[int, Account] = {}  # whose other accounts are looked for, likewise
        self.animation_level = "none"  # nothing moves but what changed

    # ---- coming up and going down ------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        """The call; the brief, where there is one, lies over it until the agent connects."""
        return self.call_screen

    def on_mount(self) -> None:
        """The screen is up: what takes time may begin."""
        if self.setup.notices:
            self._tell_notices(self.setup.notices)
        if self._brief is not None:
            self.push_screen(self._brief)
        self.desk.ready()
        if self.setup.sought:
            self._tell(Run(self.wording.text("looking the account up…"), Tone.MUTED))
            number = self.link_by_id(self.setup.sought, self._sought)
            self.set_timer(PATIENCE_S, lambda: self._hangs(number))
        if self.setup.account is not None:
            self._ask_others(self.setup.account)
        if self._brief is None:
            self.on_connect()

    def _tell_notices(self, notices: Sequence[str]) -> None:
        """The lines of the start; a short form of a longer one does not come back in the call."""
        lasting = [self.interface.line(each) for each in notices if not _is_short(each)]
        short = [
            self.wording.text(each.short, **each.params)
            for each in notices
            if isinstance(each, Told) and each.short
        ]
        if lasting:
            self._tell(Run(" · ".join(lasting), Tone.MUTED))
        if short and self._brief is not None:
            self._brief.tell(Run(" · ".join([*short, *lasting]), Tone.CAUTION))

    @property
    def connected(self) -> bool:
        """Whether the call has begun: the brief is gone."""
        return self._connected

    @property
    def marked(self) -> str:
        """What was marked on the brief of a call that reached nobody; empty: nothing."""
        return self._brief.marked if self._brief is not None and not self._connected else ""

    def on_unreached(self) -> None:
        """Nobody was reached: the call is over before it began."""
        self.desk.end()
        self.exit(0)

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

    def on_hinted(self, message: Hinted) -> None:
        """A quiet hint, where nothing else wants to be read."""
        self.call_screen.hint(self.wording.text(message.text))

    def on_call_failed(self, message: CallFailed) -> None:
        """The call cannot go on: say so in one line, and why."""
        self._tell(Run("✘ " + " ".join(message.message.split()), Tone.ALARM))

    def _tell(self, told: Run) -> None:
        if self._brief is not None and not self._connected:
            self._brief.tell(told)
        self.call_screen.tell(told)

    # ---- whose call it is --------------------------------------------------------------------

    def on_search_asked(self) -> None:
        """Find the account of who is on the line."""
        desk = self.desk
        if (
            not isinstance(desk, Linking)
            or not desk.looks_up
            or isinstance(self.screen, ModalScreen)
        ):
            return

        def ask(typed: str) -> int:
            number = next(self._asked)
            desk.look_up(number, typed)
            return number

        def confirmed(found: Sourced | None) -> None:
            if found is not None:
                self._link(found)

        self.push_screen(SearchSheet(self.wording, ask, desk.refuses, self.setup.now), confirmed)

    def link_by_id(self, account: str, told: Callable[[str], None]) -> int:
        """Look an account up by its id and link it; the number of the look-up.

        Args:
            account: the id.
            told: told once what came of it, as a slug: empty (it is linked), why the account cannot
                be, or `account` (there is none), `record` (it cannot be read), `source` (it does
                not answer).
        """
        desk = self.desk
        if not isinstance(desk, Linking) or not desk.looks_up:
            told("source")
            return -1
        number = next(self._asked)
        self._waiting[number] = told
        desk.look_up(number, account, by_id=True)
        return number

    def on_looked_up(self, message: LookedUp) -> None:
        """An answer of the account source, maybe to a question that nobody waits for any more."""
        told = self._waiting.pop(message.number, None)
        account = self._others.pop(message.number, None)
        if account is not None:
            self._others_found(account, message.answer)
        elif told is None:
            if isinstance(self.screen, SearchSheet):
                self.screen.answered(message.number, message.answer)
        elif not isinstance(message.answer, AssistantError) and message.answer.accounts:
            told(self._link(message.answer.accounts[0]))
        else:
            failed = "source"
            if not isinstance(message.answer, AssistantError):
                failed = "record" if message.answer.unread else "account"
            self._say(self.wording.term(terms.NOT_FOUND, failed))
            told(failed)

    def on_account_known(self, message: AccountKnown) -> None:
        """Whose call it is became known."""
        self._ask_others(message.account)

    def _ask_others(self, account: Account) -> None:
        """Look for other accounts of the customer; without a source, nobody knows of any."""
        desk = self.desk
        if isinstance(desk, Linking) and desk.looks_up and account.identifiers:
            number = next(self._asked)
            self._others[number] = account
            desk.look_up(number, account.customer_name)

    def _others_found(self, account: Account, answer: Found | AssistantError) -> None:
        """What is not known is not told: a source that cannot say has no line of its own."""
        now = self.call_screen.setup.account
        if isinstance(answer, AssistantError) or now is None or now.id != account.id:
            return
        assert isinstance(self.desk, Linking)
        found = [one.account for one in answer.accounts]
        others = others_of(account, found, self.desk.refuses)
        if others:
            self.call_screen.know_others(others)

    def _link(self, found: Sourced) -> str:
        """Link an account; why it cannot be, as a slug."""
        desk = self.desk
        assert isinstance(desk, Linking)
        ended = self.call_screen.view.ended is not None
        reason = "ended" if ended else desk.refuses(found.account)
        if reason:
            self._say(self.wording.term(terms.LINK_REFUSALS, reason))
            return reason
        desk.link(found)
        if not self._connected:  # the session tells once it has begun
            self.call_screen.know(found.account, found.origin)
            if self._brief is not None:
                self._brief.know(self.call_screen.setup)
        return ""

    def _hangs(self, number: int) -> None:
        """A look-up has taken long; should its answer come, it is linked all the same."""
        if number in self._waiting:
            self._say(self.wording.term(terms.NOT_FOUND, "source"))

    def _sought(self, failed: str) -> None:
        """What came of the look-up with which the call was opened."""
        if not failed and not self._connected:
            self._tell(Run(self.wording.text("account found"), Tone.MUTED))

    def _say(self, told: str) -> None:
        """Say something of the account, on whichever screen is up; on the call's until a key."""
        if self._connected:
            self.call_screen.say(told)
        else:
            self._tell(Run(told, Tone.CAUTION))

    # ---- keys and commands -------------------------------------------------------------------

    def on_key(self, event: Key) -> None:
        """Keys that mean the same before the call: help, leave."""
        if self._connected:
            return
        if event.key == "f1":
            self.push_screen(Sheet(self.wording, N_("Keys"), lambda w: help_page(self.wording, w)))
        elif event.key == "f4" or event.character in ("f", "F"):
            self.on_search_asked()
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
                if entry.command is Command.FIND and not screen.finds:
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


def _is_short(line: str) -> bool:
    return isinstance(line, Told) and bool(line.short)


def stylesheet() -> Path:
    """The style sheet that other apps of ours share."""
    return Path(__file__).parent / "screens" / "call.tcss"
