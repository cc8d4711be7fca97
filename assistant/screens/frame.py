"""What every application of the house has: its sizes, its two themes, its languages, its way out.

Owns the keys that mean the same everywhere (F2 language, F3 theme, Ctrl-C) and the redrawing that
follows.  What an application shows is its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Protocol, runtime_checkable

from textual.app import SystemCommand
from textual.binding import Binding, BindingType

from assistant.interface_text import LANGUAGES, Interface
from assistant.screens.quiet import QuietApp
from assistant.screens.small import SMALLEST
from assistant.screens.tones import DARK, LIGHT, PALETTES

INTERRUPTED = 130
"""The exit status of whoever leaves with Ctrl-C."""


@runtime_checkable
class Redrawn(Protocol):
    """A screen that draws itself from what it knows."""

    def redraw(self) -> None: ...


class FramedApp(QuietApp):
    """An application in the house's frame.

    Args:
        interface: the languages of the interface, shared with what the screens say.
        theme: `dark` or `light`.
    """

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it so
        (0, "-tiny"),
        (SMALLEST[0], "-narrow"),
        (100, "-medium"),
        (160, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it so
        (0, "-flat"),
        (SMALLEST[1], "-low"),
        (30, "-tall"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,ctrl+q", "leave", priority=True, show=False),
        Binding("f2", "next_language", priority=True, show=False),
        Binding("f3", "next_theme", priority=True, show=False),
    ]

    def __init__(self, interface: Interface, theme: str) -> None:
        super().__init__()
        self.interface = interface
        for palette in (DARK, LIGHT):
            self.register_theme(palette.theme())
        self.theme = LIGHT.name if theme == "light" else DARK.name
        self.title = "assistant"

    @property
    def is_up(self) -> bool:
        """Whether its first screen has been made; any thread may ask."""
        return self.is_running and any(screen.is_mounted for screen in self.screen_stack)

    def action_next_language(self) -> None:
        """The next interface language, at once and everywhere."""
        self.interface.switch_to_next()
        self.redraw_screens()

    def action_next_theme(self) -> None:
        """Dark or light."""
        self.use_theme(LIGHT.name if self.theme == DARK.name else DARK.name)

    def use_theme(self, name: str) -> None:
        """A theme by its name."""
        self.theme = name
        self.redraw_screens()

    def use_language(self, code: str) -> None:
        """An interface language by its code."""
        self.interface.switch(code)
        self.redraw_screens()

    def frame_commands(self) -> Iterable[SystemCommand]:
        """What the command palette offers in every application: languages, themes, leaving."""
        text = self.interface.text
        for language in LANGUAGES:
            yield SystemCommand(
                f"{text('language')}: {language.name}",
                text("the interface in this language"),
                lambda code=language.code: self.use_language(code),
            )
        for name in PALETTES:
            shown = text("dark") if name == DARK.name else text("light")
            yield SystemCommand(
                f"{text('theme')}: {shown}",
                text("dark or light"),
                lambda name=name: self.use_theme(name),
            )
        yield SystemCommand(text("leave"), text("leave at once"), self.action_leave)

    def action_leave(self) -> None:
        """Ctrl-C: leave at once."""
        self.exit(INTERRUPTED)

    def redraw_screens(self) -> None:
        """Every screen that is up, those underneath as well."""
        for screen in self.screen_stack:
            if isinstance(screen, Redrawn):
                screen.redraw()
            screen.refresh()
