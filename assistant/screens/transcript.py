"""The live transcript, drawn by the line so that two thousand utterances cost what ten do.

Owns the scrolling list of rows: speaker, words, flagged stretches in place.  It lays a row out once
for a width and draws only the lines that are seen.  It follows the end of the call unless scrolled
up.  Reusable: whoever has rows of a `CallView` and a `Wording` can show them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from assistant import terms
from assistant.call_time import clock
from assistant.display_text import DisplayText
from assistant.interface_text import N_
from assistant.screens.bars import label_width
from assistant.screens.pane import to_strip
from assistant.screens.runs import Line, Run, cut, spread, wrap
from assistant.screens.tones import DARK, PALETTES, Palette, Tone
from assistant.transcript_rows import (
    DoingRow,
    GapRow,
    Mark,
    MomentRow,
    Row,
    TransferRow,
    UtteranceRow,
)
from assistant.wording import Wording
from compliance.findings import Kind, Verdict
from compliance.transcript import Speaker

OPEN, CLOSE = "⟦", "⟧"
_SUBJECT_WIDTH = 22
"""Cells at the right for what a flag is about; words never run into them."""

_LOST = N_("{seconds} s not heard")
_LOST_WHY = N_("{seconds} s not heard: {why}")

LEAST_COLUMNS = 20
"""Narrower than this nothing is laid out."""

_SPEAKER_TONE = {Speaker.AGENT: Tone.AGENT}


def marked(shown: DisplayText, marks: Sequence[Mark], tone: Tone) -> Line:
    """An utterance's words as runs, flagged stretches bracketed in place.

    Stretches that overlap are told together, as one.
    """
    spans: list[tuple[int, int, Tone]] = []
    for mark in marks:
        start, end = shown.span(mark.start, mark.end)
        look = Tone.MARK if is_certain(mark) else Tone.MARK_SOFT
        if end <= start:
            continue
        if spans and start < spans[-1][1]:
            first, last, before = spans[-1]
            spans[-1] = (first, max(last, end), Tone.MARK if Tone.MARK in (look, before) else look)
        else:
            spans.append((start, end, look))
    runs: list[Run] = []
    place = 0
    for start, end, look in spans:
        runs += [
            Run(shown.text[place:start], tone),
            Run(OPEN + shown.text[start:end] + CLOSE, look),
        ]
        place = end
    runs.append(Run(shown.text[place:], tone))
    return tuple(run for run in runs if run.text)


def is_certain(mark: Mark) -> bool:
    """Whether a mark stands for a breach, and not for a doubt or a flag not settled yet."""
    return mark.standing and mark.finding.verdict is Verdict.BREACH


def sliced(line: Line, start: int, end: int) -> Line:
    """The code points `start` to `end` of a line, tones kept."""
    kept: list[Run] = []
    place = 0
    for run in line:
        first, last = max(start - place, 0), min(end - place, len(run.text))
        if first < last:
            kept.append(Run(run.text[first:last], run.tone))
        place += len(run.text)
    return tuple(kept)


class Transcript(ScrollView, can_focus=False):
    """Rows of a call, the newest at the end."""

    def __init__(self, wording: Wording, *, id: str = "transcript") -> None:  # noqa: A002 - Textual's own argument name
        super().__init__(id=id)
        self._wording = wording
        self._rows: list[Row] = []
        self._breaks: list[tuple[tuple[int, int], ...]] = []
        self._starts: list[int] = []
        self._height = 0
        self._laid_out_for = 0
        self._chosen: str | None = None
        self._following = True

    # ---- what is asked of it -----------------------------------------------------------------

    @property
    def following(self) -> bool:
        """Whether the end of the call is kept in sight."""
        return self._following

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows; only those that changed since the last time are laid out anew."""
        same = 0
        for before, after in zip(self._rows, rows, strict=False):
            if before is not after:
                break
            same += 1
        # Changes nearly always are at the end; rows in the middle change when a flag does.
        self._rows = list(rows)
        self._lay_out(same)

    def choose(self, row_id: str | None) -> None:
        """Point at one row and bring it into sight."""
        self._chosen = row_id
        for place, row in enumerate(self._rows):
            if row.id == row_id and place < len(self._starts):
                self._following = False
                self.scroll_to_region(
                    Region(0, self._starts[place], self.size.width, len(self._breaks[place])),
                    animate=False,
                )
                break
        self.refresh()

    def reword(self) -> None:
        """The language or the theme changed: draw again what is seen."""
        self.refresh()

    def follow(self) -> None:
        """Keep the end in sight from now on."""
        self._following = True
        self._to_end()

    def _to_end(self) -> None:
        # Forced, since Textual learns only with the next layout that there is something to scroll.
        self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True, force=True)

    def scroll_by(self, lines: int) -> None:
        """Scroll by so many lines (up: negative); reaching the end follows it again."""
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, immediate=True, force=True)
        self._following = self.scroll_offset.y >= self.max_scroll_y

    def to_top(self) -> None:
        """Go to the first words."""
        self._following = self.max_scroll_y <= 0
        self.scroll_home(animate=False, immediate=True, x_axis=False)

    # ---- laying out --------------------------------------------------------------------------

    @property
    def _palette(self) -> Palette:
        return PALETTES.get(self.app.theme, DARK)

    @property
    def _text_width(self) -> int:
        width = self.scrollable_content_region.width
        side = _SUBJECT_WIDTH if width >= 100 else 2
        return max(2, width - label_width(self._wording) - side)

    def on_resize(self) -> None:
        """Another width: every row is laid out again; another height: the end stays in sight."""
        if self._laid_out_for != self._text_width:
            self._lay_out(0)
        elif self._following:
            self._to_end()

    def _lay_out(self, first: int) -> None:
        width = self._text_width
        if self.scrollable_content_region.width < LEAST_COLUMNS:
            self._laid_out_for = 0
            return  # not on the screen yet: all rows are laid out at once when it is
        if width != self._laid_out_for:
            first = 0
            self._laid_out_for = width
        del self._breaks[first:]
        del self._starts[first:]
        height = self._starts[-1] + len(self._breaks[-1]) if self._starts else 0
        for row in self._rows[first:]:
            breaks = self._break(row, width)
            self._starts.append(height)
            self._breaks.append(breaks)
            height += len(breaks)
        self._height = height
        self.virtual_size = Size(self.scrollable_content_region.width, height)
        if self._following:
            self._to_end()
        self.refresh()

    def _break(self, row: Row, width: int) -> tuple[tuple[int, int], ...]:
        if not isinstance(row, UtteranceRow):
            return ((0, 0),)
        plain = "".join(run.text for run in self._words(row))
        return wrap(plain, width)

    def _words(self, row: UtteranceRow) -> Line:
        tone = Tone.SPOKEN if row.final else Tone.PARTIAL
        return marked(self._wording.said(row.text), row.marks, tone)

    # ---- drawing -----------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One line of what is in sight."""
        width = self.scrollable_content_region.width
        place = bisect_right(self._starts, y + self.scroll_offset.y) - 1
        line_of_call = y + self.scroll_offset.y
        if place < 0 or line_of_call >= self._height:
            return Strip([Segment(" " * width, self._palette.style(Tone.TEXT))], width)
        row = self._rows[place]
        line = self._line(row, line_of_call - self._starts[place], self._breaks[place], width)
        return to_strip(line, width, self._palette)

    def _line(self, row: Row, number: int, breaks: tuple[tuple[int, int], ...], width: int) -> Line:
        label = label_width(self._wording)
        pointer = "▸" if row.id == self._chosen and number == 0 else " "
        if isinstance(row, MomentRow):
            told = self._wording.text("marked at {time}", time=clock(row.start_s))
            return (Run(pointer + " " * (label - 1)), Run(f"⚑ {told}", Tone.ACCENT))
        if isinstance(row, TransferRow):
            told = f"⇄ {self._wording.transferred(row.to)}  {clock(row.start_s)}"
            return (Run(pointer + " " * (label - 1)), Run(told, Tone.ACCENT))
        if isinstance(row, GapRow):
            return (Run(pointer + " " * (label - 1)), self._gap(row))
        if isinstance(row, DoingRow):
            name = self._wording.term(terms.SPEAKERS, Speaker.CUSTOMER)
            return (
                Run(pointer, Tone.ACCENT),
                Run(name + " " * max(1, label - 1 - cell_len(name)), Tone.CUSTOMER),
                Run("● " + self._wording.doing(row.doing), Tone.SPOKEN),
                Run("  " + clock(row.start_s), Tone.MUTED),
            )
        words = sliced(self._words(row), *breaks[number]) if number < len(breaks) else ()
        head = Run(pointer + " " * (label - 1), Tone.ACCENT)
        if number > 0:
            return (head, *words)
        name = self._wording.term(terms.SPEAKERS, row.speaker)
        tone = _SPEAKER_TONE.get(row.speaker, Tone.CUSTOMER)
        left: Line = (
            Run(pointer, Tone.ACCENT),
            Run(name + " " * max(1, label - 1 - cell_len(name)), tone),
            *words,
        )
        subject = self._subject(row)
        return spread(left, subject, width) if subject and width >= 100 else left

    def _gap(self, row: GapRow) -> Run:
        """Sound that was not heard: lost, or not listened to on purpose."""
        seconds = f"{row.duration_s:.1f}"
        if row.reason in terms.GAPS:
            told = self._wording.text(terms.GAPS[row.reason], seconds=seconds)
            return Run(f"‖ {told}", Tone.ACCENT)
        told = self._wording.text(
            _LOST_WHY if row.reason in terms.LOST else _LOST,
            seconds=seconds,
            why=self._wording.term(terms.LOST, row.reason),
        )
        speaker = terms.SPEAKERS.get(row.channel)
        side = f"{self._wording.text(speaker)} · " if speaker and row.reason != "suspended" else ""
        return Run(f"⚠ {side}{told}", Tone.CAUTION)

    def _subject(self, row: UtteranceRow) -> Line:
        if not row.marks:
            return ()
        heaviest = min(row.marks, key=lambda mark: (not is_certain(mark), mark.start))
        told = cut(self._wording.subject(heaviest.finding), _SUBJECT_WIDTH - 4)
        if heaviest.finding.kind is Kind.ROUTE:
            return (Run(f"» {told} ", Tone.ACCENT),)
        certain = is_certain(heaviest)
        return (
            Run(("⚠ " if certain else "? ") + told + " ", Tone.ALARM if certain else Tone.CAUTION),
        )
