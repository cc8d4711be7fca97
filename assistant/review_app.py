"""The reviewer's application: the list of kept calls, and one of them open.

Owns how the two screens follow each other and what `assistant review` does, with and without a
terminal.  It judges nothing and draws nothing itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TextIO

from textual.app import SystemCommand
from textual.command import CommandPalette
from textual.screen import Screen

from assistant.interface_text import N_, Interface
from assistant.kept_guidance import KeptGuidance
from assistant.record.kept import KeptCall
from assistant.record.locations import Locations
from assistant.record.opening import system_doors
from assistant.record.store import CallStore
from assistant.review.desk import ReviewDesk
from assistant.review.risk import by_risk
from assistant.review.texts import KeptTexts
from assistant.rules_in_force import RulesInForce
from assistant.screens.frame import FramedApp
from assistant.screens.review import CallReviewScreen
from assistant.screens.review_list import CallListScreen
from assistant.screens.review_list_lines import plain_listing
from assistant.screens.runs import Run
from assistant.screens.sheets import Palette
from assistant.screens.tones import Tone
from assistant.signing_in import guarded
from assistant.telling import tell, tell_in_passing
from assistant.wording import Reader, RuleTexts, Wording
from compliance.errors import AssistantError

TextsFor = Callable[[KeptCall], tuple[RuleTexts | None, str]]
"""The rule texts in force for a call's jurisdiction and collector (`None`: there are none), and the
content hash of their rules (empty: unknown)."""

RULES_CHANGED = N_("The rules have changed since this call: the flags are those of then.")


class ReviewApp(FramedApp):
    """Kept calls, listed and judged.

    Args:
        desk: lists, opens and judges.
        texts_for: where a call's rule texts come from.
        interface: language tag of the interface.
        theme: `dark` or `light`.
    """

    CSS_PATH = ["screens/call.tcss", "screens/review.tcss"]  # noqa: RUF012 - Textual declares it so

    def __init__(
        self, desk: ReviewDesk, texts_for: TextsFor, *, interface: str, theme: str = "dark"
    ) -> None:
        super().__init__(Interface(interface), theme)
        self._desk = desk
        self._texts_for = texts_for
        self._list = CallListScreen(
            desk, Wording(KeptTexts(None), self.interface, "en-US", Reader.REVIEWER)
        )
        self.title = "assistant review"

    def get_default_screen(self) -> Screen[None]:
        """The list comes first."""
        return self._list

    def on_call_list_screen_opened(self, message: CallListScreen.Opened) -> None:
        """Open a call; what stands in the way is said in the list's status line."""
        call = message.call
        try:
            texts, rules_hash = self._texts_for(call)
            opened = self._desk.open(call.id)
        except AssistantError as error:
            self._list.tell(Run(f"✘ {' '.join(str(error).split())}", Tone.ALARM))
            return
        wording = Wording(KeptTexts(texts), self.interface, call.language, Reader.REVIEWER)
        changed = rules_hash and rules_hash != call.rules_hash
        notice = wording.text(RULES_CHANGED) if changed else ""
        self.push_screen(CallReviewScreen(self._desk, opened, wording, notice))

    def action_command_palette(self) -> None:
        """Every command by its name, asked for in the interface's language."""
        if not isinstance(self.screen, CommandPalette):
            placeholder = self.interface.text("find a command by its name")
            self.push_screen(Palette(placeholder=placeholder, id="--command-palette"))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Languages, themes, leaving."""
        del screen
        yield from self.frame_commands()


def run_review(
    locations: Locations,
    *,
    texts_for: TextsFor | None = None,
    interface: str,
    theme: str = "dark",
    reviewer: str | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> int:
    """Show the kept calls until the reviewer leaves; the exit status.

    Args:
        locations: where the calls are kept.
        texts_for: where a call's rule texts come from; by default the rules in force now.
        interface: language tag of the interface.
        theme: `dark` or `light`.
        reviewer: the name judgements carry; by default whoever signed in.
        now: the wall clock.

    Raises:
        StoreFault: the store cannot be opened.
    """
    with CallStore(locations, doors=system_doors(tell, tell_in_passing)) as store:
        store.recover()
        who = guarded(store, os.environ).who
        find = texts_for or KeptGuidance(RulesInForce.at(locations)).texts_for
        desk = ReviewDesk(store, reviewer or who.name, now)
        return ReviewApp(desk, find, interface=interface, theme=theme).run_to_end()


def list_calls_plain(locations: Locations, out: TextIO, *, interface: str) -> None:
    """The kept calls by risk, one line each, columns parted by tabs.

    Raises:
        StoreFault: the store cannot be read.
    """
    wording = Wording(KeptTexts(None), Interface(interface), "en-US", Reader.REVIEWER)
    with CallStore(locations, doors=system_doors(tell, tell_in_passing)) as store:
        store.recover()
        guarded(store, os.environ)
        out.writelines(line + "\n" for line in plain_listing(by_risk(store.calls()), wording))
    out.flush()
