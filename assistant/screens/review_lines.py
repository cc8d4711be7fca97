"""How kept calls and their judgements are laid out as lines.

Owns the head of a call, its list of flags, what was judged, and the cells that the list of calls
shares.  Pure: values and a wording in, lines out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rich.cells import cell_len

from assistant import terms
from assistant.call_time import clock
from assistant.display_text import display_text
from assistant.events import FindingChanged
from assistant.interface_text import N_
from assistant.plain import MISSED, NOT_ASSESSABLE
from assistant.record.kept import CallState, KeptCall
from assistant.record.reviews import Review, ReviewAct
from assistant.review.desk import OpenedCall
from assistant.screens.bars import fitting_bar
from assistant.screens.pages import BLANK, law_page, paragraph
from assistant.screens.review_keys import (
    ALWAYS_SHOWN,
    REVIEW_KEYS,
    ReviewCommand,
    review_entry,
)
from assistant.screens.runs import Line, Run, cut, pad, spread, wrap
from assistant.screens.tones import Tone
from assistant.wording import Wording
from compliance.findings import Severity, StatementState

JUDGED = {
    ReviewAct.CONFIRM: ("✔", N_("confirmed"), Tone.GOOD),
    ReviewAct.DISMISS: ("✘", N_("dismissed"), Tone.MUTED),
    ReviewAct.UNCERTAIN: ("?", N_("uncertain"), Tone.CAUTION),
    ReviewAct.UNDO: ("↶", N_("taken back"), Tone.MUTED),
}

_SEVERITY_TONE = {
    Severity.CRITICAL: Tone.ALARM,
    Severity.MAJOR: Tone.CAUTION,
    Severity.MINOR: Tone.TEXT,
    Severity.HINT: Tone.MUTED,
}

STATES = {
    CallState.WHOLE: "",
    CallState.OPEN: N_("on the line now"),
    CallState.INTERRUPTED: N_("interrupted"),
}


def plain_text(text: str) -> str:
    """Text from outside as it may stand on a terminal: nothing that moves the cursor."""
    return display_text(text, "en-US").text


def local_time(at_utc: str, zone: str) -> str:
    """A kept moment at the desk's clock, `2026-03-04 09:02`; as kept where it cannot be read."""
    try:
        at = datetime.fromisoformat(at_utc)
    except ValueError:
        return plain_text(at_utc)
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    try:
        return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
    except (ZoneInfoNotFoundError, ValueError):
        return f"{at:%Y-%m-%d %H:%M}"


def place_of(call: KeptCall, wording: Wording) -> str:
    """Whose law holds and for whom money is asked."""
    parts = [wording.term(terms.JURISDICTIONS, call.jurisdiction)]
    if call.collector:
        parts.append(wording.term(terms.COLLECTORS, call.collector))
    return " · ".join(parts)


def agent_of(call: KeptCall) -> str:
    """The agent's name, else their number, else a dash."""
    return plain_text(call.agent_name or call.agent_id) or "—"


def flags_of(call: KeptCall, wording: Wording) -> Line:
    """How many flags of each severity, the gravest first; what is there gives the colour."""
    runs: list[Run] = []
    for severity in Severity:
        count = sum(mark.severity is severity for mark in call.marks)
        if not count:
            continue
        if runs:
            runs.append(Run(" · ", Tone.MUTED))
        sign = "⚠ " if severity in (Severity.CRITICAL, Severity.MAJOR) and not runs else ""
        word = wording.term(terms.SEVERITIES, severity)
        runs.append(Run(f"{sign}{count} {word}", _SEVERITY_TONE[severity]))
    return tuple(runs) or (Run(wording.text("none"), Tone.MUTED),)


def reviewed_of(call: KeptCall) -> Run:
    """How many flags are settled; one of which somebody is uncertain is not."""
    if not call.marks:
        return Run("—", Tone.MUTED)
    doubted = sum(mark.review is ReviewAct.UNCERTAIN for mark in call.marks)
    settled = call.reviewed - doubted
    done = settled == len(call.marks)
    sign = "✔" if done else "?" if doubted else "□"
    return Run(f"{sign} {settled}/{len(call.marks)}", Tone.GOOD if done else Tone.STRONG)


# ---- one call ----------------------------------------------------------------------------------


def call_top(opened: OpenedCall, wording: Wording, width: int) -> Line:
    """Which call this is."""
    call = opened.call
    left: list[Run] = [
        Run(" " + local_time(call.started_at_utc, call.zone), Tone.STRONG),
        Run(f"   {clock(call.duration_s)}   {agent_of(call)}", Tone.BAR),
        Run(f"   {place_of(call, wording)} · {call.language}", Tone.BAR),
    ]
    state = STATES[call.state]
    if state:
        left.append(Run(f"   ◌ {wording.text(state)}", Tone.CAUTION))
    doubted = sum(review.act is ReviewAct.UNCERTAIN for review in opened.judged.values())
    done, count = len(opened.judged) - doubted, len(opened.findings)
    told = (
        wording.text(
            "{done} of {count} reviewed · {uncertain} uncertain",
            done=done,
            count=count,
            uncertain=doubted,
        )
        if doubted
        else wording.text("{done} of {count} reviewed", done=done, count=count)
    )
    return spread(tuple(left), (Run(told + " ", Tone.BAR),), width, Tone.BAR)


def flag_list(opened: OpenedCall, chosen: int, wording: Wording, width: int) -> list[Line]:
    """The call's flags, one line each: sign, what about, when, and what was judged."""
    lines: list[Line] = []
    for place, changed in enumerate(opened.findings):
        finding = changed.finding
        review = opened.judged.get(finding.id)
        sign, word, tone = JUDGED[review.act] if review else ("□", "", Tone.MUTED)
        told = f"{sign} {wording.text(word)}" if word else sign
        at = clock(finding.start_s if finding.start_s is not None else changed.call_s)
        severity = wording.term(terms.SEVERITIES, finding.severity)
        left: Line = (
            Run(" ▸ " if place == chosen else "   ", Tone.ACCENT),
            Run(at + "  ", Tone.MUTED),
            Run(
                wording.subject(finding),
                Tone.STRONG if place == chosen else Tone.TEXT,
            ),
            Run("  " + severity, _SEVERITY_TONE[finding.severity]),
        )
        lines.append(spread(left, (Run(told + " ", tone),), width))
    return lines or [
        (Run("   " + wording.text("Nothing is flagged."), Tone.MUTED),),
    ]


def flag_panel(
    opened: OpenedCall, changed: FindingChanged | None, wording: Wording, width: int
) -> list[Line]:
    """The chosen flag: its words, law and reason, and every judgement made on it."""
    if changed is None:
        lines = [BLANK, *paragraph(wording.text("Nothing is flagged."), width, Tone.MUTED)]
    else:
        lines = law_page(changed.finding, changed.quote, wording, width)
        lines += _history(opened, changed.finding.id, wording, width)
    lines += _of_the_call(opened, wording, width)
    if opened.call.state is CallState.INTERRUPTED:
        told = wording.text("The recording was cut off here; what came before is whole.")
        lines += [BLANK, *paragraph(told, width, Tone.CAUTION)]
    return lines


def _of_the_call(opened: OpenedCall, wording: Wording, width: int) -> Iterator[Line]:
    """What was required and not said, and what could not be judged."""
    missed = [
        statement.id
        for statement in opened.view.statements.values()
        if statement.state is StatementState.MISSED
    ]
    for statement in missed:
        yield from paragraph("! " + wording.text(MISSED, statement=statement), width, Tone.CAUTION)
    ended = opened.view.ended
    if ended is not None and ended.not_assessable:
        told = wording.text(NOT_ASSESSABLE, rules=", ".join(ended.not_assessable))
        yield from paragraph("? " + told, width, Tone.MUTED)


def _history(opened: OpenedCall, finding: str, wording: Wording, width: int) -> Iterator[Line]:
    history = [review for review in opened.history if review.finding == finding]
    if not history:
        return
    yield (Run("  " + wording.text("Judged"), Tone.MUTED),)
    for review in history:
        yield from _judgement(review, opened.call.zone, wording, width)
    yield BLANK


def _judgement(review: Review, zone: str, wording: Wording, width: int) -> Iterator[Line]:
    sign, word, tone = JUDGED[review.act]
    told = f"{sign} {wording.text(word)}"
    who = f"  {plain_text(review.reviewer)}  {local_time(review.at_utc, zone)}"
    yield (Run("    " + told, tone), Run(cut(who, max(0, width - 5 - cell_len(told))), Tone.MUTED))
    yield from paragraph(plain_text(review.note), width, Tone.TEXT, 6) if review.note else ()


def key_bar(commands: Sequence[ReviewCommand], wording: Wording, width: int) -> Line:
    """The keys that can be pressed now; the way to help and the way back never give way."""
    entries = [review_entry(command) for command in commands]
    keys = [(e.cap, e.label, e.command in ALWAYS_SHOWN) for e in entries]
    return fitting_bar(keys, wording, width)


def review_help(wording: Wording, width: int) -> list[Line]:
    """Every key of the reviewer's screens."""
    lines: list[Line] = [BLANK]
    for entry in REVIEW_KEYS:
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
    lines += [
        BLANK,
        *paragraph(
            wording.text(
                "Calls with the gravest unreviewed flag come first. A judgement carries your name"
                " and the time; a new one replaces the old one, and the history keeps both."
            ),
            width,
            Tone.MUTED,
        ),
        BLANK,
        *paragraph(
            wording.text(
                "The transcript was made by a machine and may be wrong; the sound is the evidence."
            ),
            width,
            Tone.MUTED,
        ),
    ]
    return lines
