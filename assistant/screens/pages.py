"""What stands on the sheets: help, law and reason of a flag, the account in full, the brief.

Owns the wording and layout of these pages.  Pure: values and a wording in, lines out.  The law page
serves the call screen, the reviewer and the trainer alike.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from assistant.call_view import CallView
from assistant.flag_budget import Flag
from assistant.other_accounts import is_silent, name_of
from assistant.screens.account import (
    cover,
    figure_line,
    figures,
    last_promise_words,
    more_figures,
    origin_words,
    traps,
)
from assistant.screens.keys import KEY_TABLE
from assistant.screens.runs import Line, Run, cells, pad, wrap
from assistant.screens.setup import CallSetup
from assistant.screens.tones import Tone
from assistant.wording import Wording
from compliance.findings import Finding, Kind, Status
from scripts.account import Account

BLANK: Line = ()


def paragraph(text: str, width: int, tone: Tone = Tone.TEXT, indent: int = 2) -> list[Line]:
    """A text wrapped to the page."""
    room = max(2, width - indent - 1)
    return [(Run(" " * indent + text[a:b], tone),) for a, b in wrap(text, room)]


def headed(label: str, text: str, width: int, tone: Tone = Tone.TEXT) -> list[Line]:
    """A label with its text below; nothing where the text is empty."""
    if not text:
        return []
    return [(Run("  " + label, Tone.MUTED),), *paragraph(text, width, tone, 4), BLANK]


def help_page(wording: Wording, width: int, *, live: bool = False) -> list[Line]:
    """Every key, then what to know about input methods; `live`: those of a live call as well."""
    entries = [entry for entry in KEY_TABLE if live or not entry.live]
    caps = [wording.text(entry.cap) for entry in entries]
    cap_width = max(cell_len(cap) for cap in caps) + 2
    aside = max(6, *(len(entry.function_key) + 1 for entry in entries))
    lines: list[Line] = [BLANK]
    for entry, cap in zip(entries, caps, strict=True):
        if not entry.help:
            continue
        told = wording.text((entry.live_help if live else "") or entry.help)
        room = max(2, width - cap_width - aside - 4)
        for number, (start, end) in enumerate(wrap(told, room)):
            lines.append(
                (
                    Run("  " + pad(cap if not number else "", cap_width), Tone.ACCENT),
                    Run(pad(entry.function_key if not number else "", aside), Tone.MUTED),
                    Run(told[start:end]),
                )
            )
    digits = wording.text("match boxes and choices, by the number in front of them")
    lines.append((Run("  " + pad("0 – 9", cap_width), Tone.ACCENT), Run(" " * aside), Run(digits)))
    lines.append(
        (
            Run("  " + pad("Ctrl+P", cap_width), Tone.ACCENT),
            Run(" " * aside),
            Run(wording.text("find a command by its name")),
        )
    )
    lines.append(BLANK)
    lines += paragraph(
        wording.text(
            "With an input method on, letters may not arrive as letters: use the function key"
            " beside each, or F7 and a number. Full-width letters, digits and blanks are"
            " understood."
        ),
        width,
        Tone.MUTED,
    )
    return lines


def law_page(finding: Finding, quote: str, wording: Wording, width: int) -> list[Line]:
    """One finding: what it is about, its law and reason, the words, what to do, what to say."""
    told = wording.finding(finding)
    kind = [told.verdict] if finding.kind is Kind.ROUTE else [told.severity, told.verdict]
    if finding.status is Status.PROVISIONAL:
        kind.append(wording.text("not settled yet"))
    if told.rule:
        kind.insert(0, told.rule)
    head = Run("  " + told.subject, Tone.STRONG)
    law = Run("   " + told.law, Tone.TEXT)
    beside = cells((head, law)) < width
    lines: list[Line] = [(head, law) if beside else (head,)]
    if not beside:
        lines += paragraph(told.law, width)
    about = " · ".join(kind)
    status = told.law_status if told.law else ""
    if status and cell_len(about) + cell_len(status) + 6 <= width:
        about, status = f"{about} · {status}", ""
    lines += paragraph(about, width, Tone.MUTED)
    lines += [*(paragraph(status, width, Tone.MUTED) if status else ()), BLANK]
    lines += headed(wording.text("Reason"), told.explanation, width)
    quoted = wording.said(quote).text
    lines += headed(wording.text("Words"), f"⟦{quoted}⟧" if quoted else "", width, Tone.CAUTION)
    lines += headed(wording.text("Now"), told.do_now, width, Tone.STRONG)
    lines += headed(wording.text("Say"), told.say_now, width, Tone.BRIGHT)
    return lines


def flags_page(flags: Sequence[Flag], place: int, wording: Wording, width: int) -> list[Line]:
    """The law page of one flag among several."""
    if not flags:
        return [BLANK, *paragraph(wording.text("Nothing is flagged."), width, Tone.MUTED)]
    flag = flags[place]
    lines = law_page(flag.finding, flag.quote, wording, width)
    if len(flags) > 1:
        count = wording.text("flag {number} of {count}", number=place + 1, count=len(flags))
        lines.append((Run("  " + count, Tone.MUTED),))
    return lines


def account_page(
    view: CallView, setup: CallSetup, wording: Wording, width: int, place: int = 0
) -> list[Line]:
    """The account in full, or the match boxes while it is covered.

    `place` is which of the customer's accounts: 0 is the call's, then the others.
    """
    account = setup.account
    if account is None:
        return [BLANK, *paragraph(wording.text("no account"), width, Tone.MUTED)]
    if view.covered:
        return [BLANK, *cover(view, wording, width)]
    if place:
        other = setup.others[place - 1]
        silent: list[Line] = []
        if is_silent(other):
            silent = paragraph(wording.text("not to be asked for"), width, Tone.CAUTION, 1)
        told = paragraph(wording.text("another account of this customer"), width, Tone.ACCENT, 1)
        lines = account_lines(other, wording, width)
        return [BLANK, *told, *_which(other, setup, wording, width, place), *silent, *lines]
    known = origin_words(setup.origin, setup.now() if setup.now else None, wording)
    told = paragraph(known, width, Tone.MUTED, 1) if known else []
    which = _which(account, setup, wording, width, place) if setup.others else []
    return [BLANK, *told, *which, *account_lines(account, wording, width)]


def _which(
    account: Account, setup: CallSetup, wording: Wording, width: int, place: int
) -> list[Line]:
    """Which of the customer's accounts it is."""
    count = wording.text("{number} of {count}", number=place + 1, count=1 + len(setup.others))
    return paragraph(f"{name_of(account)}  ·  {count}", width, Tone.STRONG, 1)


def account_lines(account: Account, wording: Wording, width: int) -> list[Line]:
    """Figures, promises, traps, notes: everything an agent may know of the account."""
    narrow = min(width, 64)
    lines: list[Line] = [
        figure_line(figure, narrow)
        for figure in (*figures(account, wording), *more_figures(account, wording))
    ]
    lines.append(BLANK)
    words = last_promise_words(account)
    lines += headed(wording.text("Last promise, in the customer's words"), quoted(words), width)
    beware = traps(account, wording)
    if beware:
        lines.append((Run("  " + wording.text("Beware"), Tone.MUTED),))
        for trap in beware:
            lines += [
                (Run("  ⚠ " if not number else "    ", Tone.CAUTION), Run(trap[a:b]))
                for number, (a, b) in enumerate(wrap(trap, max(2, width - 6)))
            ]
        lines.append(BLANK)
    lines += headed(wording.text("Notes"), account.notes, width)
    lines += headed(
        wording.text("First question"), wording.line(account.first_question), width, Tone.BRIGHT
    )
    return lines


def quoted(words: str) -> str:
    """Words in the quotation marks of their script; empty stays empty."""
    if not words:
        return ""
    wide = any(ord(char) > 0x2E7F for char in words)
    return f"「{words}」" if wide else f"“{words}”"
