"""The application in which open wrap-ups are completed, alone or between the calls of a shift.

Owns who signs in for it and how it is run.  Which calls there are and what is kept is
`assistant.unfinished`'s.
"""

from __future__ import annotations

import os
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime

from textual.screen import Screen

from assistant.interface_text import Interface
from assistant.record.locations import Locations
from assistant.record.store import CallStore
from assistant.review.texts import KeptTexts
from assistant.running import desk_zone
from assistant.screens.frame import FramedApp
from assistant.screens.unfinished import NOTHING_LEFT, UnfinishedScreen
from assistant.shift.journal import ContactJournal
from assistant.signing_in import guarded
from assistant.telling import tell
from assistant.unfinished import TakenUp, UnfinishedDesk
from assistant.wording import Wording
from assistant.working import JOURNAL
from compliance.errors import AssistantError
from scripts.outcomes import load_outcomes


class UnfinishedApp(FramedApp):
    """Open wrap-ups, until the agent leaves.

    Args:
        desk: finds, takes up and keeps.
        interface: language of the screens.
        theme: `dark` or `light`.
        only: the id of the one call that is asked for; empty: all.
        put_away: what was typed into sheets that were left, by call; changed by the list.
    """

    CSS_PATH = ["screens/call.tcss", "screens/review.tcss"]  # noqa: RUF012 - Textual's way
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        desk: UnfinishedDesk,
        interface: Interface,
        *,
        theme: str = "dark",
        only: str = "",
        put_away: MutableMapping[str, TakenUp] | None = None,
    ) -> None:
        super().__init__(interface, theme)
        wording = Wording(KeptTexts(None), interface, "en-US")
        self._list = UnfinishedScreen(desk, wording, only, put_away)

    def get_default_screen(self) -> Screen[None]:
        """The list."""
        return self._list

    def leave(self) -> None:
        """A call begins: what was typed stands there when it is taken up again."""
        self.exit(0)


def complete_wrap_ups(
    locations: Locations,
    interface: Interface,
    *,
    theme: str = "dark",
    only: str = "",
    put_away: MutableMapping[str, TakenUp] | None = None,
    shows: Callable[[UnfinishedApp], None] = lambda _app: None,
) -> int:
    """Sign in, and complete what was left open; the exit status.

    Args:
        locations: where the store is.
        interface: language of the screens.
        theme: `dark` or `light`.
        only: the id of the one call that is asked for; empty: all.
        put_away: what was typed into sheets that were left, by call; changed.
        shows: told of the application before it is on the screen.

    Raises:
        NotSignedIn: whoever sits here could not prove who they are.
        AssistantError: the store cannot be opened, or the call that is asked for has nothing open.
    """
    with CallStore(locations) as store:
        store.recover()
        who = guarded(store, os.environ).who
        desk = UnfinishedDesk(
            store,
            who.name,
            locations,
            load_outcomes(),
            lambda: datetime.now(UTC),
            desk_zone,
            ContactJournal(locations.data_dir / JOURNAL),
        )
        found = desk.calls()
        if only and not any(one.call.id == only for one in found):
            store.call(only)  # who may not open it is told so
            raise AssistantError(
                "No wrap-up of that call is open to you",
                "`assistant calls outcomes --incomplete` lists those there are.",
            )
        if not found:
            tell(interface.text(NOTHING_LEFT))
            return 0
        app = UnfinishedApp(desk, interface, theme=theme, only=only, put_away=put_away)
        shows(app)
        return app.run_to_end()
