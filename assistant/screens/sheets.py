"""Sheets that lie over a screen for a moment: a page of lines, a numbered menu, one line of entry.

Owns how a sheet is opened, scrolled and put away (Esc, or the key that opened it).  What stands on
it comes from the caller as lines; the screen below goes on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.command import CommandPalette
from textual.containers import Vertical
from textual.events import Key
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input

from assistant.screens.keys import Press, read_key
from assistant.screens.pane import Pane, to_strip
from assistant.screens.runs import Line, Run, fit, pad, spread
from assistant.screens.tones import DARK, PALETTES, Tone
from assistant.wording import Wording

Page = Callable[[int], Sequence[Line]]
"""Given a width in cells, the lines of a page."""

LEAST_ROWS = 9
"""A sheet lower than this cannot be read."""

LEAST_COLUMNS = 20
"""A page narrower than this is not laid out."""

_CLOSING_KEYS = frozenset({"f1", "f4", "f8", "q", "enter"})


class PageView(ScrollView, can_focus=False):
    """A page of lines, scrolled where it is longer than the sheet."""

    def __init__(self, page: Page) -> None:
        super().__init__(id="page")
        self._page = page
        self._lines: Sequence[Line] = ()

    def on_resize(self) -> None:
        """Lay the page out for the new width."""
        self.redraw()

    def redraw(self) -> None:
        """What stands on the page has changed."""
        width = self.scrollable_content_region.width
        self._lines = self._page(width) if width >= LEAST_COLUMNS else ()
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def turn_page(self, step: int) -> None:
        """Scroll by what is in sight but one line, up (-1) or down (1)."""
        lines = max(1, self.size.height - 1)
        self.scroll_to(y=self.scroll_offset.y + step * lines, animate=False, immediate=True)

    def render_line(self, y: int) -> Strip:
        """One line of what is in sight."""
        place = y + self.scroll_offset.y
        palette = PALETTES.get(self.app.theme, DARK)
        line = self._lines[place] if place < len(self._lines) else ()
        return to_strip(line, self.size.width, palette)


class Sheet(ModalScreen[None]):
    """A page over the screen; Esc or the key that opened it puts it away.

    Args:
        wording: for the sheet's own words.
        title: message id of the title.
        page: draws the page.
        turn: called with -1 or 1 when ← or → is pressed; `None` where there is nothing to turn.
        below: rows at the top that stay in sight, since somebody is talking; 0: a sheet in the
            middle, the rest dimmed.
    """

    def __init__(
        self,
        wording: Wording,
        title: str,
        page: Page,
        turn: Callable[[int], None] | None = None,
        *,
        below: int = 0,
    ) -> None:
        super().__init__(classes="-below" if below else "")
        self._below = below
        self._wording = wording
        self._title = title
        self._page = PageView(page)
        self._turn = turn

    def compose(self) -> ComposeResult:
        """A head line, the page."""
        with Vertical(id="sheet") as sheet:
            if self._below:
                sheet.styles.height = self._rows
            yield Pane(self._head, id="sheet_head", fill=Tone.BAR)
            yield self._page

    def on_resize(self) -> None:
        """Leave the rows above alone."""
        if self._below:
            self.query_one("#sheet").styles.height = self._rows

    @property
    def _rows(self) -> int:
        # Of the whole terminal: known before the sheet itself is laid out, which spares a layout.
        return max(LEAST_ROWS, self.app.size.height - self._below)

    def _head(self, width: int, _height: int) -> Sequence[Line]:
        turn = "← →  " if self._turn is not None else ""
        close = turn + "Esc " + self._wording.text("close") + " "
        left = (Run(" " + self._wording.text(self._title), Tone.STRONG),)
        return [spread(left, (Run(close, Tone.MUTED),), width, Tone.BAR)]

    def redraw(self) -> None:
        """What stands on the sheet has changed, or its language."""
        self.query_one(Pane).redraw()
        self._page.redraw()

    def on_key(self, event: Key) -> None:
        """Scroll, turn or put away."""
        event.stop()
        if event.key == "escape" or event.key in _CLOSING_KEYS:
            self.dismiss(None)
        elif event.key in ("left", "right") and self._turn is not None:
            self._turn(1 if event.key == "right" else -1)
            self._page.redraw()
        elif event.key in ("up", "down"):
            self._page.scroll_relative(y=1 if event.key == "down" else -1, animate=False)
        elif event.key in ("pageup", "pagedown"):
            move = self._page.scroll_page_down
            (move if event.key == "pagedown" else self._page.scroll_page_up)(animate=False)


class Menu(ModalScreen[int]):
    """A numbered menu; answers with the place chosen, from 0, or -1.

    Digits reach the program whatever the input method does with letters.
    """

    def __init__(self, wording: Wording, title: str, labels: Sequence[str]) -> None:
        super().__init__(classes="-below")
        self._wording = wording
        self._title = title
        self._labels = labels

    def compose(self) -> ComposeResult:
        """The title and one numbered line for each label."""
        pane = Pane(self._draw, id="menu")
        pane.styles.height = len(self._labels) + 4  # the title, a blank, the border
        yield pane

    def _draw(self, width: int, _height: int) -> Sequence[Line]:
        lines: list[Line] = [(Run("  " + self._wording.text(self._title), Tone.STRONG),), ()]
        lines += [
            (Run(f"  {number % 10}  ", Tone.ACCENT), Run(label))
            for number, label in enumerate(self._labels, 1)
        ]
        return [fit(line, width, Tone.TEXT) for line in lines]

    def on_key(self, event: Key) -> None:
        """A digit chooses; anything else puts the menu away."""
        event.stop()
        press = read_key(event.key, event.character)
        digit = press.digit if isinstance(press, Press) else 0
        self.dismiss(digit - 1 if 1 <= digit <= len(self._labels) else -1)


class Palette(CommandPalette):
    """Textual's command palette, its cursor at rest."""

    def on_mount(self) -> None:
        """Nothing blinks."""
        self.query_one(Input).cursor_blink = False


class IdentifierEntry(ModalScreen[str]):
    """One line to type what the customer said; answers with it, `+`, `-`, or nothing.

    What the file says is not shown: it is compared elsewhere and never read out.
    """

    def __init__(self, wording: Wording, asked: str) -> None:
        super().__init__()
        self._wording = wording
        self._asked = asked

    def compose(self) -> ComposeResult:
        """What is asked for, the entry, the keys."""
        with Vertical(id="entry"):
            yield Pane(self._head, id="entry_head")
            yield Input(id="entry_input", select_on_focus=False)
            yield Pane(self._foot, id="entry_foot")

    def _head(self, width: int, _height: int) -> Sequence[Line]:
        return [fit((Run(" " + self._asked, Tone.STRONG),), width)]

    def _foot(self, width: int, _height: int) -> Sequence[Line]:
        keys = (
            ("Enter", self._wording.text("compare")),
            ("+", self._wording.text("matches, by ear")),
            ("-", self._wording.text("does not match")),
            ("Esc", self._wording.text("back")),
        )
        return [
            fit((Run(f" {pad(cap, 6)}", Tone.ACCENT), Run(told, Tone.MUTED)), width)
            for cap, told in keys
        ]

    def on_mount(self) -> None:
        """Typing begins at once; nothing blinks."""
        entry = self.query_one(Input)
        entry.cursor_blink = False
        entry.focus()

    def on_key(self, event: Key) -> None:
        """Esc leaves; a sign alone decides by ear."""
        if event.key == "escape":
            event.stop()
            self.dismiss("")
        elif event.character in ("+", "-") and not self.query_one(Input).value:
            event.stop()
            event.prevent_default()
            self.dismiss(event.character)

    def on_input_changed(self, event: Input.Changed) -> None:
        """A sign alone decides by ear, however it was typed."""
        if event.value in ("+", "-", "＋", "－"):
            self.dismiss("+" if event.value in ("+", "＋") else "-")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Compare what was typed."""
        event.stop()
        self.dismiss(event.value.strip())
