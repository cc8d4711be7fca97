"""A kept call on the call screen, played again.

Owns what differs from a call: the keys, the line with the position and the way to the replay.
Everything of the call itself is drawn by the call screen as it was drawn then; no key reaches the
session, because what the agent pressed is in the record.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.events import Key, Paste
from textual.widget import Widget

from assistant.call_time import clock
from assistant.events import Act
from assistant.screens.bars import fitting_bar
from assistant.screens.call import CallScreen
from assistant.screens.keys import Command
from assistant.screens.pages import BLANK, paragraph
from assistant.screens.pane import Pane
from assistant.screens.runs import Line, Run, cells, fit, pad, wrap
from assistant.screens.setup import CallSetup
from assistant.screens.sheets import Sheet
from assistant.screens.tones import Tone
from assistant.screens.training_keys import TRAINING_KEYS, TrainingCommand, read_training_key
from assistant.training.replay import Replay, Shown
from assistant.wording import Wording

LEAST_TRACK = 10
"""A line of the call shorter than this says nothing."""

_PER_S = 20
"""How often a second the screen asks what is due: finer than the recogniser's own 100 ms."""


class ReplayDesk:
    """A desk at which nobody sits: what the agent pressed is in the record."""

    def ready(self) -> None:
        """Nothing has to be loaded."""

    def connect(self) -> None:
        """The screen begins by itself."""

    def act(self, act: Act, argument: str = "") -> None:
        """No key changes what was."""

    def identifier_said(self, identifier: str, said: str) -> None:
        """Nothing is compared."""

    def end(self) -> None:
        """Nothing is hung up."""


class TrainingScreen(CallScreen):
    """A kept call, played.

    Args:
        setup: as for a call.
        wording: text for the trainer or the trainee.
        replay: the call.
    """

    def __init__(self, setup: CallSetup, wording: Wording, replay: Replay) -> None:
        super().__init__(setup, wording, ReplayDesk())
        self._replay = replay

    def compose(self) -> ComposeResult:
        """The panes of a call; the two lines at the bottom are the replay's own."""
        for widget in super().compose():
            yield self._own(widget)

    def _own(self, widget: Widget) -> Widget:
        if widget.id == "status":
            return Pane(self._draw_status, id="status")
        if widget.id == "keys":
            return Pane(lambda w, _h: [key_line(self.wording, w)], id="keys", fill=Tone.BAR)
        return widget

    def on_mount(self) -> None:
        """Begin to play."""
        self._replay.play()
        self.set_interval(1 / _PER_S, self._tick)

    def on_unmount(self) -> None:
        """Let the sound device go."""
        self._replay.close()

    def _tick(self) -> None:
        self._take(self._replay.tick())

    def _take(self, shown: Shown) -> None:
        if shown.afresh:
            self.rebuild(shown.envelopes)
        elif shown.envelopes:
            self.receive(shown.envelopes)
        self.query_one("#status", Pane).redraw()

    def _draw_status(self, width: int, _height: int) -> Sequence[Line]:
        return position_lines(self._replay, self._told, self.wording, width)

    def tell(self, told: Run | None) -> None:
        """Say something; what does not fit beside the position has lines of its own above it."""
        super().tell(told)
        if self.is_mounted:
            self._make_room()

    def on_resize(self) -> None:
        """Another width: another number of lines."""
        self._make_room()

    def _make_room(self) -> None:
        lines = position_lines(self._replay, self._told, self.wording, self.size.width)
        self.query_one("#status").styles.height = len(lines)

    # ---- keys --------------------------------------------------------------------------------

    def on_key(self, event: Key) -> None:
        """Read the key and do what it asks; no key is left to the call screen."""
        event.stop()
        event.prevent_default()
        command = read_training_key(event.key, event.character)
        if command is not None:
            self.tell(None)
            self.play_again(command)

    def on_paste(self, event: Paste) -> None:
        """There is nothing to type."""
        event.stop()
        event.prevent_default()

    def play_again(self, command: TrainingCommand) -> None:
        """Do what a key or the command palette asks for."""
        replay = self._replay
        match command:
            case TrainingCommand.PLAY if replay.over:
                self._take(replay.seek(0.0))
                replay.play()
            case TrainingCommand.PLAY if replay.playing:
                replay.pause()
            case TrainingCommand.PLAY:
                replay.play()
            case TrainingCommand.STEP_BACK:
                self._take(replay.step(-1))
            case TrainingCommand.STEP_ON:
                self._take(replay.step(1))
            case TrainingCommand.START:
                self._take(replay.seek(0.0))
            case TrainingCommand.FLAG_BACK | TrainingCommand.FLAG_ON:
                shown = replay.jump_to_flag(1 if command is TrainingCommand.FLAG_ON else -1)
                if shown is not None:
                    self._take(shown)
                else:
                    told = self.wording.text("there is no flag that way")
                    self.tell(Run(told, Tone.MUTED))
            case TrainingCommand.SLOWER:
                replay.change_speed(-1)
            case TrainingCommand.FASTER:
                replay.change_speed(1)
            case TrainingCommand.HELP:
                page = Sheet(self.wording, "Keys", lambda w: training_help(self.wording, w))
                self.app.push_screen(page)
            case TrainingCommand.LEAVE:
                self.app.exit(0)
            case _ if command in _OF_THE_CALL:
                self.do(_OF_THE_CALL[command])
            case _:
                pass
        self.query_one("#status", Pane).redraw()


_OF_THE_CALL = {
    TrainingCommand.LAW: Command.LAW,
    TrainingCommand.ACCOUNT: Command.ACCOUNT,
    TrainingCommand.UP: Command.UP,
    TrainingCommand.DOWN: Command.DOWN,
    TrainingCommand.PAGE_UP: Command.PAGE_UP,
    TrainingCommand.PAGE_DOWN: Command.PAGE_DOWN,
    TrainingCommand.FOLLOW: Command.FOLLOW,
}


def position_lines(
    replay: Replay, told: Run | None, wording: Wording, width: int
) -> Sequence[Line]:
    """Where the replay is: pace, times, and a line with the flags on it; above it what is told."""
    if replay.over:
        sign, word = "■", wording.text("at the end")
    elif replay.playing:
        sign, word = "▶", wording.text("playing")
    else:
        sign, word = "‖", wording.text("paused")
    here, whole = clock(replay.position_s), clock(replay.plan.duration_s)
    left: Line = (
        Run(f" {sign} ", Tone.ACCENT),
        Run(pad(word, 10) + " ", Tone.TEXT),
        Run(pad(f"{replay.speed:g}×", 6), Tone.STRONG),
        Run(f"{here} / {whole}  ", Tone.STRONG),
    )
    above: list[Line] = []
    if told is not None and cells((*left, told)) <= width:
        left = (*left, told, Run("  "))
    elif told is not None:
        above = [
            fit((Run(" "), Run(told.text[start:end], told.tone)), width)
            for start, end in wrap(told.text, width - 2)
        ]
    room = width - cells(left) - 1
    track = _track(replay, room) if room >= LEAST_TRACK else ()
    return [*above, fit((*left, *track), width)]


def _track(replay: Replay, width: int) -> Line:
    """The call as a line of `width` cells: what was played, where it is, where the flags are."""
    duration_s = replay.plan.duration_s or 1.0

    def place(at_s: float) -> int:
        return min(width - 1, int(at_s / duration_s * width))

    here = place(replay.position_s)
    flags = {place(at_s) for at_s in replay.plan.flags_s}
    runs: list[Run] = []
    for cell in range(width):
        if cell == here:
            runs.append(Run("●", Tone.ACCENT))
        elif cell in flags:
            runs.append(Run("⚠", Tone.ALARM))
        else:
            runs.append(Run("━" if cell < here else "─", Tone.MUTED if cell < here else Tone.RULE))
    return tuple(runs)


def key_line(wording: Wording, width: int) -> Line:
    """The keys of a replay; the way to help and the way out never give way."""
    kept = (TrainingCommand.HELP, TrainingCommand.LEAVE)
    keys = [(e.cap, e.label, e.command in kept) for e in TRAINING_KEYS if e.label]
    return fitting_bar(keys, wording, width)


def training_help(wording: Wording, width: int) -> list[Line]:
    """Every key of a replay."""
    lines: list[Line] = [BLANK]
    for entry in TRAINING_KEYS:
        if not entry.help:
            continue
        told = wording.text(entry.help)
        for number, (start, end) in enumerate(wrap(told, max(2, width - 24))):
            lines.append(
                (
                    Run("  " + pad("" if number else wording.text(entry.cap), 12), Tone.ACCENT),
                    Run(pad("" if number else entry.function_key, 6), Tone.MUTED),
                    Run(told[start:end]),
                )
            )
    told = wording.text(
        "What you see is what the agent saw at that moment; the keys of then are in the record."
    )
    return [*lines, BLANK, *paragraph(told, width, Tone.MUTED)]
