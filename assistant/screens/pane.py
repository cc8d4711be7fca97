"""The widget that shows lines.

Owns the step from `Line` to what Textual paints.  A pane draws when it is told that something
changed, never moves anything, and never asks for a new layout: its place and size are the style
sheet's business, so an event repaints only the lines of its own pane.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from assistant.screens.runs import Line, fit
from assistant.screens.tones import DARK, PALETTES, Palette, Tone

Draw = Callable[[int, int], Sequence[Line]]
"""Given width and height in cells, the lines to show; what does not fit is not shown."""


def to_strip(line: Line, width: int, palette: Palette, fill: Tone = Tone.TEXT) -> Strip:
    """A line as Textual paints it, exactly `width` cells."""
    segments = [Segment(run.text, palette.style(run.tone, fill)) for run in fit(line, width, fill)]
    return Strip(segments, width)


class Pane(Widget, can_focus=False):
    """Shows the lines that `draw` returns.

    Args:
        draw: called with the pane's width and height whenever it must be painted anew.
        fill: the tone of the ground where no text stands.
    """

    def __init__(self, draw: Draw, *, id: str, fill: Tone = Tone.TEXT) -> None:  # noqa: A002 - Textual's own argument name
        super().__init__(id=id)
        self._draw = draw
        self._fill = fill
        self._drawn: tuple[Size, str, list[Strip]] | None = None

    @property
    def palette(self) -> Palette:
        """The palette of the theme the app is in."""
        return PALETTES.get(self.app.theme, DARK)

    def redraw(self) -> None:
        """Something this pane shows has changed."""
        fresh = self._strips()
        old = self._drawn
        self._drawn = (self.size, self.app.theme, fresh)
        if old is None or old[0] != self.size or old[1] != self.app.theme or old[2] != fresh:
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the pane, as Textual asks for it."""
        if self._drawn is None or self._drawn[:2] != (self.size, self.app.theme):
            self._drawn = (self.size, self.app.theme, self._strips())
        strips = self._drawn[2]
        if y < len(strips):
            return strips[y]
        blank: Style = self.palette.style(self._fill)
        return Strip.blank(self.size.width, blank)

    def _strips(self) -> list[Strip]:
        width, height = self.size
        if not width or not height:
            return []
        lines = self._draw(width, height)[:height]
        return [to_strip(line, width, self.palette, self._fill) for line in lines]
