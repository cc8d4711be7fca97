"""Long gaps are told in pieces; a reader of lines wants one.

Owns how the pieces of a gap become one gap again, in a kept call and while a call runs.  While it
runs, only music waits for its end: that a device is gone must be read at once.  It words nothing.
Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from assistant.events import Ended, GapHeard, Output

NEXT_S = 0.02  # a gap told in pieces goes on where its last piece ended
_MUSIC = "music"
_OVER_S = 4.0  # music that goes on is told again within this time


def joined(outputs: Iterable[Output]) -> Iterator[Output]:
    """The outputs of a whole call, every gap in one at the place of its first piece."""
    told: list[Output] = []
    latest: dict[tuple[str, str], int] = {}
    for output in outputs:
        if isinstance(output, GapHeard):
            key = output.channel, output.reason
            place = latest.get(key)
            longer = _longer(told[place], output) if place is not None else None
            if place is not None and longer is not None:
                told[place] = longer
                continue
            latest[key] = len(told)
        told.append(output)
    yield from told


class MusicJoiner:
    """Joins the music of a running call: its pieces are held until it is over."""

    def __init__(self) -> None:
        self._held: dict[str, GapHeard] = {}

    def take(self, output: Output) -> Iterator[Output]:
        """What may be told now that this output has come."""
        if isinstance(output, GapHeard) and output.reason == _MUSIC:
            held = self._held.pop(output.channel, None)
            longer = _longer(held, output) if held is not None else None
            if held is not None and longer is None:
                yield held
            self._held[output.channel] = longer or output
            return
        at_s = getattr(output, "call_s", None)
        for channel, held in list(self._held.items()):
            over = at_s is not None and at_s > held.start_s + held.duration_s + _OVER_S
            if over or isinstance(output, Ended):
                yield self._held.pop(channel)
        yield output


def _longer(gap: Output, piece: GapHeard) -> GapHeard | None:
    """The gap with a piece that begins where it ends; `None` where it does not."""
    if not isinstance(gap, GapHeard) or gap.reason != piece.reason:
        return None
    end_s = gap.start_s + gap.duration_s
    if abs(end_s - piece.start_s) >= NEXT_S:
        return None
    return replace(gap, duration_s=end_s - gap.start_s + piece.duration_s)
