"""Lines of text laid out in terminal cells.

Owns the values `Run` and `Line` and the arithmetic of cells: measuring, cutting, padding,
wrapping.  A wide character takes two cells and is never cut in half; Chinese punctuation does not
begin a line.  Pure: colours are tones, not styles, and nothing here knows a widget.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len, get_character_cell_size

from assistant.screens.tones import Tone

NO_LINE_START = frozenset("、。，．：；！？）」』】〉》”’…％‧・,.:;!?)]}%⟧")
NO_LINE_END = frozenset("（「『【〈《“‘([{⟦")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one tone."""

    text: str
    tone: Tone = Tone.TEXT


Line = tuple[Run, ...]
"""One line of the screen, left to right."""


def cells(line: Iterable[Run]) -> int:
    """How many terminal cells a line takes."""
    return sum(cell_len(run.text) for run in line)


def cut(text: str, most: int) -> str:
    """`text` in at most `most` cells, ending in `…` where something was left off."""
    if cell_len(text) <= most:
        return text
    if most <= 0:
        return ""
    bare = text.rstrip()
    if cell_len(bare) <= most:
        return bare
    room = most - 1
    kept = 0
    for char in text:
        size = get_character_cell_size(char)
        if size > room:
            break
        room -= size
        kept += 1
    return text[:kept].rstrip() + "…"


def pad(text: str, width: int) -> str:
    """`text` cut or filled with blanks to exactly `width` cells."""
    shown = cut(text, width)
    return shown + " " * (width - cell_len(shown))


def fit(line: Line, width: int, fill: Tone = Tone.TEXT) -> Line:
    """The line in exactly `width` cells, blanks at the end in the tone `fill`."""
    room = width
    kept: list[Run] = []
    for run in line:
        size = cell_len(run.text)
        if size > room:
            shown = cut(run.text, room)
            kept.append(Run(shown, run.tone))
            room -= cell_len(shown)
            break
        kept.append(run)
        room -= size
    if room > 0:
        kept.append(Run(" " * room, fill))
    return tuple(kept)


def spread(left: Line, right: Line, width: int, fill: Tone = Tone.TEXT) -> Line:
    """`left` at the left edge, `right` at the right one; the left gives way."""
    room = width - cells(right)
    if room < 0:
        return fit(right, width, fill)
    return (*fit(left, room, fill), *right)


def may_break(before: str, after: str) -> bool:
    """Whether a line may end between these two neighbouring characters."""
    if after in NO_LINE_START or before in NO_LINE_END:
        return False
    if after.isspace():
        return False
    if before.isspace():
        return True
    return get_character_cell_size(before) == 2 or get_character_cell_size(after) == 2


def wrap(text: str, width: int) -> tuple[tuple[int, int], ...]:
    """Where to break `text` into lines of at most `width` cells: half-open code point ranges.

    Blanks at a break belong to no line.  A word longer than a line is broken where it must be.
    A width below 2 is taken as 2.
    """
    width = max(width, 2)
    if cell_len(text) <= width:
        return ((0, len(text)),)
    lines: list[tuple[int, int]] = []
    start = 0
    used = 0
    opening = -1  # the last place at which this line may end
    place = 0
    while place < len(text):
        char = text[place]
        size = get_character_cell_size(char)
        if place > start and may_break(text[place - 1], char):
            opening = place
        if used + size > width and not char.isspace():
            end = opening if opening > start else place
            lines.append((start, start + len(text[start:end].rstrip())))
            start = place = end
            used, opening = 0, -1
            continue
        if lines and place == start and char.isspace():
            start = place = place + 1  # no blank begins a line
            continue
        used += size
        place += 1
    if start < len(text) or not lines:
        lines.append((start, start + len(text[start:].rstrip())))
    return tuple(lines)
