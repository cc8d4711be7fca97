"""The single lines of the call screen: the top line, the flag, the status and the keys.

Owns how these lines are laid out at each width: what gives way first, and in which column a thing
stands all day.  Pure: a view and a wording in, lines out.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from assistant import terms
from assistant.call_time import clock
from assistant.call_view import CallView
from assistant.events import IdentifierState, RecordingState
from assistant.interface_text import N_
from assistant.screens.desk import Hearing
from assistant.screens.keys import Command, entry_of
from assistant.screens.runs import Line, Run, cells, fit, pad, spread
from assistant.screens.setup import CallSetup, Mode
from assistant.screens.tones import Tone
from assistant.task_lines import PassedOn, passed_on, task_note
from assistant.wording import Wording
from compliance.context import Listener
from compliance.findings import Kind, Severity, Status
from compliance.transcript import Speaker

IDENTIFIERS_NEEDED = 2
"""Identifiers that must match before the right party is taken as confirmed (the trade's custom)."""

_STEPS_DB = (-50.0, -38.0, -28.0, -18.0)

HEARING = {
    Hearing.LOADING: N_("loading the speech model…"),
    Hearing.LISTENING: N_("listening"),
    Hearing.NO_SOUND: N_("no sound: the keys lead"),
}

MODES = {
    Mode.DEMO: N_("demonstration"),
    Mode.REPLAY: N_("replay"),
    Mode.LIVE: "",
    Mode.TRAIN: N_("training"),
}

BAR_KEYS = (
    Command.STEP_DONE,
    Command.STEP_BACK,
    Command.VERIFIED,
    Command.THIRD_PARTY,
    Command.DISPUTE,
    Command.HARDSHIP,
    Command.PROMISE,
    Command.DISTRESS,
    Command.ASK_HELP,
    Command.MARK,
    Command.ACCOUNT,
    Command.ACTIONS,
    Command.PAUSE,
    Command.HELP,
    Command.END,
)
OVER_KEYS = (
    ("F8", N_("law")),
    ("F4", N_("account")),
    ("F1", N_("help")),
    ("F10", N_("leave")),
)
_AWAY_KEYS = (
    ("g 1", N_("it is back")),
    ("F10", N_("wrap up")),
    ("F1", N_("help")),
)
"""While the call is somebody else's."""
_FIRST_TO_GO = (
    Command.ACCOUNT,
    Command.MARK,
    Command.STEP_BACK,
    Command.ASK_HELP,
    Command.REFUSES,
    Command.PROMISE,
    Command.HARDSHIP,
    Command.PAUSE,
    Command.DISPUTE,
    Command.THIRD_PARTY,
    Command.DISTRESS,
)
_CUSTOMER = frozenset(
    {
        Command.VERIFIED,
        Command.THIRD_PARTY,
        Command.DISPUTE,
        Command.HARDSHIP,
        Command.PROMISE,
        Command.REFUSES,
        Command.DISTRESS,
    }
)
"""Keys that say what the customer does."""

_PALETTE = ("Ctrl+P", N_("all commands"))
_LAGGING_S = 1.0
"""From here on lag is worth more room than the levels are."""


def meter(level_db: float) -> str:
    """A channel's level as four blocks."""
    lit = sum(level_db >= step for step in _STEPS_DB)
    return "▮" * lit + "▯" * (len(_STEPS_DB) - lit)


def verification(view: CallView, wording: Wording) -> Run:
    """Whether the debt may be spoken of: a sign and a word, then the count of identifiers."""
    count = ""
    if view.identifiers:
        needed = min(IDENTIFIERS_NEEDED, len(view.identifiers))
        count = f" {min(view.matched, needed)}/{needed}"
    if view.passed_to:
        return Run("⇄ " + wording.text("passed on"), Tone.CAUTION)
    if view.listener is Listener.THIRD_PARTY:
        return Run("✘ " + wording.text("third party"), Tone.ALARM)
    if view.listener is Listener.VOICEMAIL:
        return Run("✘ " + wording.text("voicemail"), Tone.ALARM)
    if view.verified and view.matched < min(IDENTIFIERS_NEEDED, len(view.identifiers)):
        by_key = view.verification_reason == "agent"
        word = wording.text("verified by agent") if by_key else wording.text("verified")
        return Run("✔ " + word, Tone.GOOD)
    if view.verified:
        return Run("✔ " + wording.text("verified") + count, Tone.GOOD)
    if view.proposed:
        return Run("? " + wording.text("seems right: v"), Tone.CAUTION)
    return Run("□ " + wording.text("not verified") + count, Tone.CAUTION)


def draw_top(view: CallView, wording: Wording, setup: CallSetup, width: int) -> list[Line]:
    """Clock, who is on the line, whether verified; then place, levels, lag, help."""
    name = wording.customer(setup.account) if setup.account else wording.text("unknown customer")
    sign = "■" if view.ended else "‖" if view.held_since_s is not None else "●"
    left: Line = (
        Run(" ", Tone.BAR),
        Run(sign, Tone.MUTED if view.ended else Tone.CAUTION if sign == "‖" else Tone.GOOD),
        Run(" " + pad(clock(view.call_s), 8), Tone.STRONG),
        Run(pad(name, 18 if width >= 100 else 12) + " ", Tone.STRONG),
        verification(view, wording),
    )
    levels = [
        Run(
            wording.term(terms.SPEAKERS, speaker) + " " + meter(level_db) + "  ",
            Tone.MUTED,
        )
        for speaker, level_db in view.levels
    ]
    lag = Run(
        wording.text("lag {seconds} s", seconds=f"{view.worst_lag_s:.1f}") + "  ",
        Tone.CAUTION if view.worst_lag_s >= _LAGGING_S else Tone.MUTED,
    )
    place = Run(_place(wording, setup) + "  ", Tone.MUTED)
    help_key = Run("F1 " + wording.text("help") + " ", Tone.MUTED)
    behind = view.worst_lag_s >= _LAGGING_S
    if view.live and not view.listens:
        lag = Run("")
    for right in (
        (place, *levels, lag, help_key),
        (*levels, lag, help_key),
        (lag, help_key) if behind else (*levels, help_key),
        (help_key,),
    ):
        if cells(left) + 2 + cells(right) <= width:
            return [spread(left, right, width)]
    return [fit(left, width)]


def _place(wording: Wording, setup: CallSetup) -> str:
    parts = [wording.term(terms.JURISDICTIONS, setup.jurisdiction)]
    if setup.account is not None:
        parts.append(wording.term(terms.COLLECTORS, setup.account.collector))
    return " · ".join(parts)


def draw_flag(view: CallView, wording: Wording, width: int) -> list[Line]:
    """What to do about what was just said: one line, or an empty one in its place."""
    on_line = view.flag
    if on_line is None:
        return [fit((), width)]
    finding = on_line.flag.finding
    route = finding.kind is Kind.ROUTE
    if on_line.fading:
        tone = Tone.FADING_BAND
    elif route:
        tone = Tone.HELP_BAND
    elif on_line.flag.standing and finding.severity is Severity.CRITICAL:
        tone = Tone.ALARM_BAND
    else:
        tone = Tone.CAUTION_BAND
    unsure = finding.status is Status.PROVISIONAL and not on_line.flag.standing
    sign = " » " if route else " ? " if unsure else " ⚠ "
    left: Line = (Run(sign, tone), Run(wording.do_now(finding), tone))
    law = "F8 " + wording.text("law")
    put_away = "Esc " + wording.text("got it") + " "
    for right in (f"{law} · {put_away}", f"{law} · Esc ", f"{law} ", ""):
        if cells(left) + 2 + cell_len(right) <= width:
            return [spread(left, (Run(right, tone),) if right else (), width, tone)]
    return [fit(left, width, tone)]


def draw_status(
    view: CallView,
    wording: Wording,
    setup: CallSetup,
    width: int,
    *,
    told: Run | None,
    hearing: Hearing,
) -> list[Line]:
    """What the machine has to say (left), silence and shares of the talk (right)."""
    left: list[Run] = [Run(" ", Tone.MUTED)]
    mode = MODES[setup.mode]
    passed = passed_on(view, kept=setup.kept)
    note = task_note(view, wording, passed) if told is None and view.ended is None else ""
    if note:
        # It takes the whole line: for its few seconds nothing here is of more use.
        tone = Tone.ACCENT if passed is PassedOn.YES else Tone.CAUTION
        return [fit((Run(" "), Run(note, tone)), width)]
    if mode:
        left.append(Run(wording.text(mode) + "  ", Tone.MUTED))
    if told is not None:
        left.append(told)
    elif view.ended is not None:
        reason = wording.term(terms.END_REASONS, view.ended.reason)
        left.append(Run(wording.text("call over: {reason}", reason=reason), Tone.MUTED))
    elif view.passed_to and view.held_since_s is None:
        told_ = wording.transferred(view.passed_to)
        back = wording.text("g: it is back · F10: end")
        left.append(Run(f"⇄ {told_} · {back}", Tone.CAUTION))
    elif view.held_since_s is not None:
        since = clock(view.call_s - view.held_since_s)
        held = wording.text("‖ the microphone is closed: F9 opens it")
        left.append(Run(f"{held}  {since}", Tone.ALARM))
    else:
        left += live_words(view, wording)
        refused = view.recording is not None and view.recording.state is RecordingState.REFUSED
        if not refused:
            left.append(Run(wording.text(HEARING[hearing]), Tone.MUTED))
        if not refused and view.started is not None and hearing is Hearing.LISTENING:
            left.append(Run("  " + wording.model(view.started.start.model), Tone.MUTED))
    right: list[Run] = []
    if view.tasks and width >= 100:
        count = len(view.tasks)
        one = count == 1
        tasks = wording.text("→ 1 task") if one else wording.text("→ {count} tasks", count=count)
        right.append(Run(tasks + "  ", Tone.MUTED))
    if view.total_lost_s >= 0.1:
        lost = wording.text("{seconds} s not heard", seconds=f"{view.total_lost_s:.1f}")
        right.append(Run(f"⚠ {lost}  ", Tone.CAUTION))
    if view.silence_s >= 1:
        silence = wording.text("silence {seconds} s", seconds=int(view.silence_s))
        right.append(Run(silence + "  ", Tone.MUTED))
    ratio = view.talk_ratio
    if ratio is not None:
        share = wording.text("agent talks {percent} %", percent=round(ratio * 100))
        right.append(Run(share + " ", Tone.MUTED))
    return [spread(tuple(left), tuple(right), width)]


def live_words(view: CallView, wording: Wording) -> list[Run]:
    """What a live call keeps, and what of it is not heard; nothing for any other."""
    if view.recording is None:
        return []
    state = view.recording.state
    if state is RecordingState.ON:
        kept = Run("◉ " + wording.term(terms.KEPT, view.recording.keep), Tone.ACCENT)
    else:
        tone = Tone.MUTED if state is RecordingState.OFF else Tone.CAUTION
        kept = Run("○ " + wording.term(terms.RECORDING, state), tone)
    words = [kept]
    if view.channels and not view.customer_heard:
        words.append(Run("  " + wording.text("the customer by keys"), Tone.MUTED))
    if not view.speakers_known:
        told = wording.text("mixed line: who speaks is unknown")
        words.append(Run("  " + told, Tone.CAUTION))
    return [*words, Run("  ", Tone.MUTED)]


def draw_keys(
    wording: Wording,
    width: int,
    *,
    may_pause: bool,
    over: bool = False,
    live: bool = False,
    away: bool = False,
) -> list[Line]:
    """The keys that can be pressed now; the less needed ones give way on a narrow screen.

    Help, the numbered actions and the way out never do.
    """
    shown = [c for c in BAR_KEYS if may_pause or c is not Command.PAUSE]
    if live:
        shown.insert(shown.index(Command.DISTRESS), Command.REFUSES)
    if over:
        return [fit(key_line(OVER_KEYS, wording), width, Tone.BAR)]
    if away:
        keys = (*_AWAY_KEYS, *(_caps([Command.PAUSE]) if may_pause else ()))
        return [fit(key_line(keys, wording), width, Tone.BAR)]
    line = key_line([*_caps(shown), _PALETTE], wording)
    for leaving in ("", *_FIRST_TO_GO):
        if cells(line) <= width:
            break
        if live and leaving in _CUSTOMER:
            line = _compact(shown, wording, width)
            break
        if leaving in shown:
            shown.remove(Command(leaving))
        line = key_line(_caps(shown), wording)
    return [fit(line, width, Tone.BAR)]


def _compact(shown: Sequence[Command], wording: Wording, width: int) -> Line:
    """The keys of a live call on a narrow screen: those about the customer as letters alone."""
    letters = " ".join(entry_of(command).cap for command in shown if command in _CUSTOMER)
    kept = [Command.PAUSE, Command.ACTIONS, Command.HELP, Command.END]
    rest = _caps([command for command in shown if command in kept])
    said = _caps([Command.STEP_DONE])
    without = [pair for pair in rest if pair[0] != entry_of(Command.PAUSE).cap]
    helped = [*_caps([Command.ASK_HELP]), *rest]
    forms = ((N_("customer"), helped), (N_("customer"), rest), ("", rest), ("", without))
    lines = [key_line([*said, (letters, label), *keys], wording) for label, keys in forms]
    return next((line for line in lines if cells(line) <= width), lines[-1])


def _caps(shown: Sequence[Command]) -> list[tuple[str, str]]:
    return [(entry.cap, entry.label) for entry in map(entry_of, shown)]


def key_line(keys: Sequence[tuple[str, str]], wording: Wording) -> Line:
    """Keys with what they do: pairs of a cap and a label, both message ids."""
    line: list[Run] = [Run(" ", Tone.BAR)]
    for cap, label in keys:
        line.append(Run(" " + wording.text(cap) + " ", Tone.KEY))
        line.append(Run(" " + wording.text(label) + " ", Tone.BAR))
    return tuple(line)


def fitting_bar(
    keys: Sequence[tuple[str, str, bool]], wording: Wording, width: int, *, palette: bool = True
) -> Line:
    """As many keys as there is room for: cap, label, and whether the key must not give way.

    Those at the end give way first.  `palette` is whether every command can be found by its name.
    """
    shown = list(keys)
    if palette and cells(key_line([key[:2] for key in shown], wording)) <= width:
        shown.append(("Ctrl+P", N_("all commands"), False))
    while True:
        line = key_line([key[:2] for key in shown], wording)
        optional = [place for place, key in enumerate(shown) if not key[2]]
        if cells(line) <= width or not optional:
            return fit(line, width, Tone.BAR)
        del shown[optional[-1]]


def identifier_run(number: int, kind: str, state: IdentifierState, wording: Wording) -> Line:
    """A match box: its number, a sign, what is asked for, and the state in a word."""
    sign, word, tone = {
        IdentifierState.OPEN: ("□", "", Tone.TEXT),
        IdentifierState.PROPOSED: ("?", N_("heard: press {number}"), Tone.CAUTION),
        IdentifierState.MATCHED: ("✔", N_("matches"), Tone.GOOD),
        IdentifierState.MISMATCHED: ("✘", N_("does not match"), Tone.ALARM),
    }[state]
    said = wording.text(word, number=number) if word else ""
    return (
        Run(f"{number} ", Tone.ACCENT),
        Run(f"{sign} ", tone),
        Run(wording.term(terms.IDENTIFIERS, kind) + "  ", Tone.TEXT),
        Run(said, tone),
    )


def label_width(wording: Wording) -> int:
    """Cells for speaker labels: the same in every language, so that words keep their column."""
    widest = max(cell_len(wording.term(terms.SPEAKERS, speaker)) for speaker in Speaker)
    return max(10, widest + 2)
