"""A minute of paced breathing over whatever is on the screen.

Owns how the breath is drawn and that any key ends it.  A bar widens with the breath in and narrows
with the breath out, beside the words that say so; nothing blinks, nothing sounds, and where there
is no colour nothing is missing.  It keeps nothing, and tells nobody that it was there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.events import Key
from textual.screen import ModalScreen

from assistant.interface_text import N_
from assistant.rest.breath import Breath, breath_at
from assistant.screens.pane import Pane
from assistant.screens.runs import Line, Run, cells, fit
from assistant.screens.tones import Tone
from assistant.wording import Wording

HARD_CALL = N_("That was a hard call.")
MANY_HARD_CALLS = N_("Several hard calls in a short time: a real break would do you good.")

_LOOK_S = 0.25
_WIDEST = 48  # cells of the bar at a full breath, a margin left at 80 columns


def breath_lines(
    breath: Breath | None, wording: Wording, width: int, height: int
) -> Sequence[Line]:
    """The breath in the middle of the screen; `None`: the minute is over."""
    if breath is None:
        said: list[Line] = [(Run(wording.text("That was a minute."), Tone.STRONG),)]
        last = wording.text("Any key goes on.")
    else:
        widest = min(_WIDEST, width - 8) // 2
        half = max(1, round(breath.full * widest))
        word = wording.text("Breathe in") if breath.inwards else wording.text("Breathe out")
        said = [
            (Run(word, Tone.STRONG),),
            (),
            (Run("━" * (2 * half), Tone.ACCENT),),
            (),
            (Run(str(breath.turn_s), Tone.TEXT),),
        ]
        last = wording.text("{seconds} s left · any key ends it", seconds=breath.left_s)
    said += [(), (Run(last, Tone.MUTED),)]
    return _in_the_middle(said, width, height)


def offer_lines(wording: Wording, width: int, height: int) -> Sequence[Line]:
    """The offer where nothing else follows the call."""
    lines: list[Line] = [
        (Run(wording.text(HARD_CALL), Tone.STRONG),),
        (),
        (Run(wording.text("Space: a minute to breathe · any other key: leave"), Tone.TEXT),),
        (),
        (Run(wording.text("Nobody is told, and nothing of it is kept."), Tone.MUTED),),
    ]
    return _in_the_middle(lines, width, height)


def _in_the_middle(lines: Sequence[Line], width: int, height: int) -> Sequence[Line]:
    above: list[Line] = [()] * max(0, (height - len(lines)) // 2)
    middle: list[Line] = []
    for line in lines:
        left = max(0, (width - cells(line)) // 2)
        middle.append(fit((Run(" " * left), *line), width))
    return [*above, *middle]


class BreathingSheet(ModalScreen[None]):
    """The minute; answers once a key was pressed.

    Args:
        wording: text for this reader.
        breaths_a_minute: the pace.
        offered: whether it is only offered first.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        wording: Wording,
        breaths_a_minute: int,
        *,
        offered: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._wording = wording
        self._pace = breaths_a_minute
        self._offered = offered
        self._clock = clock
        self._begun_s = clock()

    def compose(self) -> ComposeResult:
        """The whole screen."""
        yield Pane(self._draw, id="breathing")

    def on_mount(self) -> None:
        """The breath moves on by itself."""
        self.set_interval(_LOOK_S, self.redraw)

    def _draw(self, width: int, height: int) -> Sequence[Line]:
        if self._offered:
            return offer_lines(self._wording, width, height)
        breath = breath_at(self._clock() - self._begun_s, self._pace)
        return breath_lines(breath, self._wording, width, height)

    def redraw(self) -> None:
        """Time, language or theme moved on."""
        self.query_one(Pane).redraw()

    def on_key(self, event: Key) -> None:
        """Begin where it is only offered; any other key ends it."""
        event.stop()
        event.prevent_default()
        if self._offered and event.key == "space":
            self._offered = False
            self._begun_s = self._clock()
            self.redraw()
        else:
            self.dismiss(None)
