"""What a terminal shows that is too small for a screen.

Owns the least size and the few lines that stand there instead: a call goes on behind them, so its
flag, its verification and its script line come first, the request for room last.  Pure: a view and
a wording in, lines out.
"""

from __future__ import annotations

from assistant.call_time import clock
from assistant.call_view import CallView
from assistant.screens.bars import draw_flag, verification
from assistant.screens.pane import Draw
from assistant.screens.runs import Line, Run, cut, fit, wrap
from assistant.screens.script import away_lines
from assistant.screens.tones import Tone
from assistant.wording import Wording

SMALLEST = (60, 16)
"""Columns and rows below which the screens cannot be read."""


def is_too_small(width: int, height: int) -> bool:
    """Whether the few lines stand in place of the screen."""
    return width < SMALLEST[0] or height < SMALLEST[1]


def draw_small(wording: Wording) -> Draw:
    """The request for room, where nothing goes on meanwhile."""
    return lambda width, height: [fit(line, width) for line in _room(wording, width, height)]


def draw_small_call(view: CallView, wording: Wording, width: int, height: int) -> list[Line]:
    """The call as far as it fits: verification, the flag, what to say; then the request for room.

    What to say gives way last but one, the request first; a flag is never left off.
    """
    lines: list[Line] = [
        fit((Run(f" {clock(view.call_s)} ", Tone.STRONG), verification(view, wording)), width)
    ]
    if view.flag is not None:
        (band,) = draw_flag(view, wording, width)
        tone = band[0].tone
        told = wording.do_now(view.flag.flag.finding)
        lines += [
            fit((Run(("⚠ " if not start else "  ") + told[start:end], tone),), width, tone)
            for start, end in wrap(told, width - 3)
        ]
    if view.passed_to and view.ended is None:
        lines += away_lines(view, wording, width)[: max(0, height - len(lines))]
    elif view.ended is None and view.prompt is not None:
        shown = wording.line(view.prompt.line)
        room = height - len(lines)
        breaks = wrap(shown, width - 3)
        parts = [shown[start:end] for start, end in breaks[: max(0, room)]]
        if parts and len(breaks) > room:
            parts[-1] = cut(shown[breaks[room - 1][0] :], width - 3)
        lines += [
            fit((Run("▌ ", Tone.SAY_BAR), Run(part, Tone.SAY)), width, Tone.SAY) for part in parts
        ]
    asked = _room(wording, width, height)
    if view.started is not None and view.ended is None:
        going_on = wording.text("The call goes on.")
        asked += [(Run(" " + going_on[a:b], Tone.MUTED),) for a, b in wrap(going_on, width - 2)]
    lines += [fit(line, width) for line in asked]
    return lines[:height]


def _room(wording: Wording, width: int, height: int) -> list[Line]:
    told = wording.text(
        "Make the terminal larger (now {columns}×{rows}, needs {least_columns}×{least_rows}).",
        columns=width,
        rows=height,
        least_columns=SMALLEST[0],
        least_rows=SMALLEST[1],
    )
    return [(), *((Run(" " + told[a:b], Tone.STRONG),) for a, b in wrap(told, width - 2))]
