"""How the work list is laid out, on a screen and for a pipe.

Owns the columns, the lines of the chosen row's answer, and the words where nothing can be listed.
Pure: standings, a clock and a wording in, lines out.  The answer stands first in each row, as a
sign and a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from assistant.interface_text import N_
from assistant.screens.bars import fitting_bar
from assistant.screens.pages import BLANK, paragraph
from assistant.screens.review_lines import plain_text
from assistant.screens.runs import Line, Run, fit, pad, spread, wrap
from assistant.screens.tones import Tone
from assistant.screens.work_list_keys import ALWAYS_SHOWN, ListCommand, list_keys
from assistant.shift.rows import PhoneNumber
from assistant.shift.rule_change import NOTHING, RuleChange
from assistant.shift.words import (
    ANSWERS,
    OUTCOMES,
    SIGNS,
    SOURCES,
    Told,
    age,
    at_desk,
    named,
    short_reason,
    told,
    wanted_words,
    when,
)
from assistant.shift.work_list import Standing
from assistant.wording import Wording
from compliance.permission import May
from compliance.rules import RuleSet

TONES = {May.YES: Tone.GOOD, May.UNKNOWN: Tone.CAUTION, May.NO: Tone.ALARM}
_KINDS = {
    "mobile": N_("mobile"),
    "home": N_("home"),
    "work": N_("work"),
    "third_party": N_("third party's"),
    "unknown": N_("kind unknown"),
}


def _columns(width: int) -> dict[str, int]:
    """Cells of each column; what is left is for the reason."""
    columns = {"may": 13, "when": 18, "name": 15, "days": 6, "amount": 0}
    if width >= 100:
        columns |= {"name": 22, "amount": 16, "when": 20}
    if width >= 140:
        columns |= {"name": 30, "when": 22}
    return columns


_HEADS = {
    "may": N_("May I call"),
    "when": N_("When"),
    "name": N_("Customer"),
    "days": N_("Days"),
    "amount": N_("Overdue"),
}


def work_list_top(
    standings: Sequence[Standing], shown: int, now: datetime, wording: Wording, width: int
) -> Line:
    """How many rows, how many may be called, and the desk's clock."""
    may = sum(standing.may is May.YES for standing in standings)
    left: Line = (
        Run(" " + wording.text("Work list: {count}", count=len(standings)), Tone.STRONG),
        Run("   " + wording.text("may be called now: {count}", count=may), Tone.BAR),
    )
    if shown != len(standings):
        left += (Run("   " + wording.text("shown: {count}", count=shown), Tone.BAR),)
    microphone = wording.text("microphone closed")
    return spread(left, (Run(f"○ {microphone}   {now:%H:%M} ", Tone.BAR),), width, Tone.BAR)


def work_list_head(wording: Wording, width: int) -> Line:
    """The names of the columns."""
    left = "   " + "".join(
        pad(wording.text(_HEADS[name]), wide - 1) + " "
        for name, wide in _columns(width).items()
        if wide
    )
    return fit((Run(left + wording.text("Why"), Tone.MUTED),), width)


def work_list_row(
    standing: Standing,
    rules: RuleSet | None,
    now: datetime,
    wording: Wording,
    locale: str,
    width: int,
    *,
    chosen: bool,
    marked: bool,
) -> Line:
    """One row of the list."""
    row = standing.row
    amount = ""
    if row.overdue_amount is not None:
        amount = wording.amount(row.overdue_amount, row.currency) if row.currency else ""
    cells_of = {
        "may": f"{SIGNS[standing.may]} {wording.text(ANSWERS[standing.may])}",
        "when": when(standing, now, wording),
        "name": plain_text(row.customer_name),
        "days": "" if row.days_past_due is None else f"{row.days_past_due:>4}",
        "amount": amount,
    }
    quiet = Tone.STRONG if chosen else Tone.TEXT
    left: list[Run] = [Run("▸" if chosen else " ", Tone.ACCENT), Run("◌ " if marked else "  ")]
    for name, wide in _columns(width).items():
        if wide:
            tone = TONES[standing.may] if name == "may" else quiet
            left.append(Run(pad(cells_of[name], wide - 1) + " ", tone))
    reason = short_reason(standing, rules, locale, wording)
    wanted = ""
    if row.wanted and standing.may is not May.YES:
        wanted = " · " + wanted_words(row.wanted[0], wording, locale)
    return fit((*left, Run(plain_text(reason), Tone.SPOKEN), Run(wanted, Tone.MUTED)), width)


def work_list_empty(wording: Wording, width: int, *, filtered: bool) -> list[Line]:
    """What stands where no row can be listed."""
    msgid = N_("No row has these words.") if filtered else N_("The list is empty.")
    return [BLANK, *paragraph(wording.text(msgid), width, Tone.MUTED)]


# ---- the chosen row ------------------------------------------------------------------------------


def answer_lines(
    standing: Standing,
    rules: RuleSet | None,
    now: datetime,
    wording: Wording,
    locale: str,
    width: int,
    height: int,
) -> list[Line]:
    """The answer for one row: number and clocks, the reasons that count most, the sources."""
    lines = [fit(line, width) for line in _head(standing, now, wording)]
    lines += [fit(line, width) for line in _wanted(standing, wording, locale)]
    reasons = [told(reason, rules, locale, wording) for reason in standing.reasons]
    room = max(0, height - len(lines) - 1)
    more = len(reasons) - room
    shown = reasons[: room - 1 if more > 0 else room]
    lines += [fit(_reason_line(reason), width) for reason in shown]
    if more > 0 and room:
        left_out = wording.text("and {count} more: F4", count=more + 1)
        lines.append(fit((Run("   " + left_out, Tone.MUTED),), width))
    lines.append(fit(_sources(standing, now, wording), width))
    return lines


def _head(standing: Standing, now: datetime, wording: Wording) -> Iterator[Line]:
    row = standing.row
    answer = f" {SIGNS[standing.may]} {wording.text(ANSWERS[standing.may])}"
    yield (
        Run(answer, TONES[standing.may]),
        Run("  " + when(standing, now, wording), Tone.STRONG),
        Run("   " + plain_text(row.customer_name), Tone.STRONG),
        Run("   " + plain_text(row.id), Tone.MUTED),
    )
    clocks = " · ".join(f"{zone.rpartition('/')[2].replace('_', ' ')} {clock}"
                        for zone, clock in standing.clocks(now))  # fmt: skip
    callback = ""
    if row.callback_at is not None:
        callback = wording.text("callback {time}", time=at_desk(row.callback_at, now))
    yield (
        Run("   " + number_words(standing.number, wording)),
        Run("   " + wording.text("there {clocks}", clocks=clocks) if clocks else "", Tone.MUTED),
        Run("   " + callback if callback else "", Tone.ACCENT),
    )


def _wanted(standing: Standing, wording: Wording, locale: str) -> Iterator[Line]:
    """Why the row stands on the list, in one line."""
    wanted = standing.row.wanted
    if wanted:
        told_ = " · ".join(wanted_words(one, wording, locale) for one in wanted)
        yield (
            Run("   " + wording.text("to be called for: {reasons}", reasons=told_), Tone.ACCENT),
        )


def number_words(number: PhoneNumber | None, wording: Wording) -> str:
    """A number and whose it is."""
    if number is None:
        return wording.text("no number")
    return f"{number.number} ({wording.text(_KINDS[number.kind.value])})"


def _reason_line(reason: Told) -> Line:
    tone = {"✔": Tone.GOOD, "?": Tone.CAUTION, "✘": Tone.ALARM}[reason.sign]
    counted = f": {reason.counted}" if reason.title and reason.counted else reason.counted
    law = f"  {reason.law} · {reason.status}" if reason.law else ""
    return (
        Run(f" {reason.sign} ", tone),
        Run(f"{reason.title}{counted}"),
        Run(f"  {reason.lifts}" if reason.lifts else "", Tone.SPOKEN),
        Run(law, Tone.MUTED),
    )


def _sources(standing: Standing, now: datetime, wording: Wording) -> Line:
    parts = [
        f"{named(SOURCES, source.name, wording)} {age(source.as_of, now, wording)}"
        for source in standing.sources
    ]
    parts.append(f"{named(SOURCES, 'journal', wording)} {wording.text('now')}")
    return (
        Run("   " + wording.text("known from: {sources}", sources=" · ".join(parts)), Tone.MUTED),
    )


def reasons_page(
    standing: Standing,
    rules: RuleSet | None,
    now: datetime,
    wording: Wording,
    locale: str,
    width: int,
) -> list[Line]:
    """Every reason in full: title, count, law and how far it was checked, what would lift it."""
    lines: list[Line] = [BLANK, *(fit(line, width) for line in _head(standing, now, wording))]
    for one in standing.row.wanted:
        source = wording.text("from call {call}", call=plain_text(one.call)) if one.call else ""
        words_ = "  ".join(part for part in (wanted_words(one, wording, locale), source) if part)
        lines += paragraph(words_, width, Tone.ACCENT)
    lines.append(BLANK)
    for reason in standing.reasons:
        words = told(reason, rules, locale, wording)
        head = f"{words.sign} {words.title or words.counted}"
        body = [words.counted if words.title else "", words.lifts]
        if rules is not None and reason.explanation is not None:
            body.append(rules.message(reason.explanation.id, reason.explanation.params, locale))
        if words.law:
            body.append(f"{words.law} ({words.status})")
        lines += paragraph(head, width, TONES[reason.may])
        for part in body:
            if part:
                lines += paragraph(part, width, Tone.TEXT, 4)
        lines.append(BLANK)
    lines.append(_sources(standing, now, wording))
    lines += paragraph(
        wording.text(
            "No lawyer has reviewed these rules; their status says how far each is checked."
        ),
        width,
        Tone.MUTED,
        3,
    )
    return lines


def change_page(
    changes: Sequence[tuple[RuleSet, RuleChange]], wording: Wording, locale: str, width: int
) -> list[Line]:
    """What changed in the rules since the last shift, three lines a place."""
    lines: list[Line] = [BLANK]
    for rules, change in changes:
        told_lines = "\n".join(
            wording.text(msgid, rules=titles or wording.text(NOTHING))
            for msgid, titles in change.lines(locale)
        )
        lines.append((Run("  " + rules.jurisdiction.upper(), Tone.MUTED),))
        for text in told_lines.split("\n"):
            lines += paragraph(text, width, Tone.TEXT, 4)
        lines.append(BLANK)
    return lines


MARKS = {
    ListCommand.NO_ANSWER: "no_answer",
    ListCommand.BUSY: "busy",
    ListCommand.VOICEMAIL: "voicemail",
}
"""The outcomes that a key marks where nobody was reached."""


def marked_words(outcome: str, at: datetime, now: datetime, wording: Wording) -> str:
    """What was marked, and the keys that settle it; `at` and `now` have offsets."""
    return wording.text(
        "{outcome}, {time}: Space writes it down and goes on · Backspace takes it back",
        outcome=named(OUTCOMES, outcome, wording),
        time=at_desk(at, now),
    )


def list_bar(wording: Wording, width: int, *, breathes: bool = False) -> Line:
    """The keys that can be pressed now; `breathes` is whether a minute to breathe is offered."""
    keys = [
        (e.cap, e.label, e.command in ALWAYS_SHOWN) for e in list_keys(breathes=breathes) if e.label
    ]
    return fitting_bar(keys, wording, width, palette=False)


def list_help(wording: Wording, width: int, *, breathes: bool = False) -> list[Line]:
    """Every key of the work list."""
    lines: list[Line] = [BLANK]
    for entry in list_keys(breathes=breathes):
        if not entry.help:
            continue
        words = wording.text(entry.help)
        for number, (start, end) in enumerate(wrap(words, max(2, width - 24))):
            lines.append(
                (
                    Run("  " + pad("" if number else wording.text(entry.cap), 12), Tone.ACCENT),
                    Run(pad("" if number else entry.function_key, 6), Tone.MUTED),
                    Run(words[start:end]),
                )
            )
    return lines
