"""The account on the call screen, and the match boxes that stand in its place until verified.

Owns which figures are shown, in which order and column, and the cover over them: while the view is
covered no figure, date or word of the debt leaves this module.  Pure: a view and a wording in,
lines out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from assistant import terms
from assistant.call_view import CallView
from assistant.events import Origin
from assistant.other_accounts import others_line
from assistant.screens.bars import identifier_run
from assistant.screens.runs import Line, Run, cells, fit, spread, wrap
from assistant.screens.tones import Tone
from assistant.shift.words import SOURCES, age
from assistant.wording import Wording
from compliance.context import Listener
from scripts.account import Account, AccountBrief, brief

BLANK: Line = ()
Figure = tuple[str, str, Tone]
"""Label, value, and how the value looks."""


def figures(account: Account, wording: Wording) -> list[Figure]:
    """The figures an agent looks for, the most wanted first."""
    text = wording.text
    rows: list[Figure] = [
        (
            text("Overdue"),
            wording.amount(account.overdue_amount, account.currency),
            Tone.BRIGHT,
        ),
        (text("Days past due"), str(account.days_past_due), Tone.STRONG),
        (text("Minimum due"), wording.amount(account.minimum_due, account.currency), Tone.STRONG),
    ]
    if account.last_payment_amount is not None:
        paid = wording.amount(account.last_payment_amount, account.currency)
        if account.last_payment_on is not None:
            paid = wording.day(account.last_payment_on) + "  " + paid
        rows.append((text("Last payment"), paid, Tone.TEXT))
    elif account.last_payment_on is not None:
        rows.append((text("Last payment"), wording.day(account.last_payment_on), Tone.TEXT))
    rows.append((text("Promises"), promises(brief(account), wording), Tone.TEXT))
    if account.contacts_this_week is not None:
        rows.append((text("Contacts this week"), str(account.contacts_this_week), Tone.TEXT))
    return rows


def more_figures(account: Account, wording: Wording) -> list[Figure]:
    """The figures for whoever has room, or asks for the account in full."""
    text = wording.text
    rows: list[Figure] = []
    if account.balance is not None:
        rows.append((text("Balance"), wording.amount(account.balance, account.currency), Tone.TEXT))
    if account.due_date is not None:
        rows.append((text("Due date"), wording.day(account.due_date), Tone.TEXT))
    if account.annual_rate_percent is not None:
        rows.append((text("Annual rate"), wording.rate(account.annual_rate_percent), Tone.TEXT))
    if account.late_fee is not None:
        rows.append(
            (text("Late fee"), wording.amount(account.late_fee, account.currency), Tone.TEXT)
        )
    return rows


def promises(told: AccountBrief, wording: Wording) -> str:
    """Promises to pay so far: how many were kept, broken, or are still to fall due."""
    line = wording.text(
        "kept {kept} · broken {broken}", kept=told.promises_kept, broken=told.promises_broken
    )
    if told.promises_open:
        line += " · " + wording.text("open {count}", count=told.promises_open)
    return line


def last_promise_words(account: Account) -> str:
    """The last promise as the customer put it; empty where it was not written down."""
    last = brief(account).last_promise
    return last.words if last is not None else ""


def traps(account: Account, wording: Wording) -> list[str]:
    """What to beware of on this account, in words."""
    return [wording.term(terms.TRAPS, slug) for slug in brief(account).traps]


def origin_words(origin: Origin | None, now: datetime | None, wording: Wording) -> str:
    """Where an account is known from and how fresh: `from core.example, 3 h ago`; maybe nothing."""
    if origin is None:
        return ""
    try:
        as_of = datetime.fromisoformat(origin.as_of) if origin.as_of else None
    except ValueError:
        as_of = None
    fresh = age(as_of, now, wording) if now is not None else ""
    name = wording.text(SOURCES[origin.source]) if origin.source in SOURCES else origin.source
    told = wording.text("from {source}", source=name)
    return f"{told}, {fresh}" if fresh else told


def figure_line(figure: Figure, width: int) -> Line:
    """A figure: label at the left, value at the right edge, the same column all day."""
    label, value, tone = figure
    return spread((Run(" " + label, Tone.MUTED),), (Run(value, tone), Run(" ")), width)


def draw_account(
    view: CallView,
    account: Account | None,
    wording: Wording,
    width: int,
    height: int,
    *,
    finds: bool = False,
    others: Sequence[Account] = (),
) -> list[Line]:
    """The account, or the match boxes in its place.

    `finds`: one may be looked for; `others` are the customer's other accounts.
    """
    if account is None:
        return [fit(_nobody(wording, finds=finds), width)]
    if view.covered:
        return cover(view, wording, width)[:height]
    lines = [figure_line(figure, width) for figure in figures(account, wording)]
    lines += [*others_lines(others, wording, width)][: max(0, height - len(lines))]
    further = [figure_line(figure, width) for figure in more_figures(account, wording)]
    if len(lines) + 1 + len(further) <= height:
        lines += [BLANK, *further] if further else []
    warned: list[Line] = [BLANK]
    for trap in traps(account, wording):
        warned += [
            (Run(" ⚠ " if not number else "   ", Tone.CAUTION), Run(trap[a:b]))
            for number, (a, b) in enumerate(wrap(trap, width - 4))
        ]
    if len(warned) > 1 and len(lines) + len(warned) <= height:
        lines += warned
    return [fit(line, width) for line in lines[:height]]


def others_lines(others: Sequence[Account], wording: Wording, width: int) -> list[Line]:
    """That the customer has other accounts, and the key that shows them."""
    told = others_line(others, wording)
    if not told:
        return []
    rows = [told[a:b] for a, b in wrap(told, max(2, width - 6))]
    lines: list[Line] = [(Run(" + " if not n else "   ", Tone.ACCENT), Run(row, Tone.STRONG))
                         for n, row in enumerate(rows)]  # fmt: skip
    lines[-1] = (*lines[-1], Run("  F4", Tone.ACCENT))
    return lines


def cover(view: CallView, wording: Wording, width: int) -> list[Line]:
    """What stands where the figures will be: who may hear them is not settled."""
    if view.listener is Listener.THIRD_PARTY:
        why, tone = wording.text("Third party: nothing of the debt"), Tone.ALARM
    elif view.listener is Listener.VOICEMAIL:
        why, tone = wording.text("Voicemail: nothing of the debt"), Tone.ALARM
    elif view.proposed:
        why, tone = wording.text("Seems to be the right person: v"), Tone.CAUTION
    else:
        why, tone = wording.text("Covered until verified"), Tone.CAUTION
    lines: list[Line] = [(Run(" ■ " + why, tone),), BLANK]
    if view.passed_to:  # whoever has the call asks; no box would answer here
        return [fit(line, width) for line in lines]
    for number, (kind, state) in enumerate(view.identifiers.items(), 1):
        lines.append((Run(" "), *identifier_run(number, kind, state, wording)))
    if view.identifiers:
        lines.append(BLANK)
        hint = wording.text("The customer says them first. Press the number, type what was said.")
    else:
        hint = wording.text("No identifiers on file: verify by other means, then v.")
    lines += [(Run(" " + hint[a:b], Tone.MUTED),) for a, b in wrap(hint, width - 2)]
    return [fit(line, width) for line in lines]


def _nobody(wording: Wording, *, finds: bool) -> Line:
    """That there is no account, and how to find one."""
    nobody = Run(" " + wording.text("no account") + "  ", Tone.MUTED)
    if not finds:
        return (nobody,)
    return (nobody, Run("f ", Tone.ACCENT), Run(wording.text("whose call"), Tone.MUTED))


def draw_account_line(
    view: CallView,
    account: Account | None,
    wording: Wording,
    width: int,
    *,
    finds: bool = False,
    others: Sequence[Account] = (),
) -> list[Line]:
    """The account folded to one line; `finds` and `others` are as above."""
    key = (Run("F4 ", Tone.ACCENT), Run(wording.text("account") + " ", Tone.MUTED))
    if account is None:
        return [fit(_nobody(wording, finds=finds), width)]
    left: list[Run] = [Run(" ")]
    if view.covered:
        left.append(Run("■ " + wording.text("covered") + "  ", Tone.CAUTION))
        boxes = [
            identifier_run(number, kind, state, wording)
            for number, (kind, state) in enumerate(view.identifiers.items(), 1)
            if not view.passed_to
        ]
        if cells([*left, *(run for box in boxes for run in box), *key]) > width:
            boxes = [box[:-1] for box in boxes]  # the sign says as much as the word
        left += [run for box in boxes for run in (*box, Run("  "))]
    else:
        if others:
            left.append(Run(wording.text("+{count} more", count=len(others)) + "   ", Tone.STRONG))
        for label, value, tone in figures(account, wording)[:3]:
            figure = [Run(label + " ", Tone.MUTED), Run(value + "   ", tone)]
            if cells([*left, *figure, *key]) > width:
                break
            left += figure
    return [spread(tuple(left), key, width)]
