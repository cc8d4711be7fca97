"""How the wrap-up is laid out as lines: the outcomes, what the call came to, what a field means.

Owns these lines alone.  Pure: values and a wording in, lines out; what stands in the fields is
`assistant.wrap_up_draft`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, time
from decimal import Decimal

from assistant import terms
from assistant.call_time import clock
from assistant.call_view import CallView
from assistant.interface_text import N_
from assistant.next_contact import ContactTime
from assistant.screens.runs import Line, Run, cells, pad, wrap
from assistant.screens.tones import Tone
from assistant.typed_values import NotUnderstood, Reading, value_typed
from assistant.wording import Wording
from assistant.wrap_up_draft import Digest
from compliance.findings import Kind, Verdict
from scripts.outcomes import Outcome, OutcomeField, Value
from scripts.outcomes_file import FieldKind
from scripts.outcomes_summary import About, Item

LABEL = 15
"""Cells in which a line of the summary says what it is about."""

FIELD_LABEL = 27
"""Cells of a field's name: the longest in English with its mark."""

HINTS = {
    FieldKind.AMOUNT: N_("an amount of money: 80 or 1,234.50"),
    FieldKind.PAST_DATE: N_("11-20, or -3 for three days ago"),
    FieldKind.FUTURE_DATE: N_("12-05, or +3 for three days from now"),
    FieldKind.TIME: N_("15:30 or 3:30 pm"),
    FieldKind.COUNT: N_("a number from 1"),
    FieldKind.CHOICE: N_("one of the numbers below"),
    FieldKind.YES_NO: N_("1 yes, 2 no"),
    FieldKind.TEXT: N_("a few words"),
}
REPUBLIC_HINTS = {
    FieldKind.PAST_DATE: N_("11-20, 115-11-20, or -3 for three days ago"),
    FieldKind.FUTURE_DATE: N_("12-05, 115-12-05, or +3 for three days from now"),
}
YES_NO = {True: N_("yes"), False: N_("no")}


def hint(item: OutcomeField, wording: Wording, reading: Reading) -> str:
    """What may be typed into a field."""
    hints = {**HINTS, **REPUBLIC_HINTS} if reading.republic else HINTS
    return wording.text(hints[item.kind])


def asked_again(why: NotUnderstood, item: OutcomeField, wording: Wording, reading: Reading) -> str:
    """What may be typed, after why what was typed is not taken, where it may mean much."""
    doubt = f"{wording.doubt(why.doubt)} · " if why.doubt is not None else ""
    return doubt + hint(item, wording, reading)


def outcome_lines(outcomes: Sequence[Outcome], wording: Wording, width: int) -> list[Line]:
    """Every outcome with its number, a group to a line or as many as it needs."""
    code = wording.interface_code
    lines: list[Line] = []
    group = ""
    line: Line = ()
    for outcome in outcomes:
        item = (
            Run(f"{outcome.number} ", Tone.ACCENT),
            Run(outcome.label.name(code) + "  "),
        )
        name = outcome.group.name(code)
        if name != group or cells(line) + cells(item) - 2 > width:
            if line:
                lines.append(line)
            line = (Run(" " + pad(name if name != group else "", LABEL), Tone.MUTED),)
            group = name
        line = (*line, *item)
    return [*lines, line] if line else lines


def choice_lines(item: OutcomeField, wording: Wording, width: int) -> list[Line]:
    """The choices of a field by number; nothing for a field of another kind."""
    code = wording.interface_code
    lines: list[Line] = []
    line: Line = (Run(" "),)
    for number, (_slug, named) in enumerate(item.choices, 1):
        choice = (Run(f"{number} ", Tone.ACCENT), Run(named.name(code) + "  "))
        if cells(line) + cells(choice) - 2 > width and len(line) > 1:
            lines.append(line)
            line = (Run(" "),)
        line = (*line, *choice)
    return [*lines, line] if len(line) > 1 else lines


# ---- a field ----------------------------------------------------------------------------------


def field_label(item: OutcomeField, wording: Wording, *, mandatory: bool, filled: bool) -> Line:
    """A field's name, with a mark where it is still needed or is filled."""
    mark = "✔" if filled else "□" if mandatory else " "
    tone = Tone.GOOD if filled else Tone.CAUTION
    name = item.label.name(wording.interface_code)
    return (Run(f"{mark} ", tone), Run(name, Tone.STRONG if mandatory else Tone.TEXT))


def field_meaning(
    item: OutcomeField, typed: str, wording: Wording, reading: Reading, currency: str
) -> Run:
    """What is understood of what was typed, or what may be typed."""
    try:
        value = value_typed(item, typed, reading)
    except NotUnderstood as why:
        return Run("? " + asked_again(why, item, wording, reading), Tone.CAUTION)
    if value is None:
        return Run(hint(item, wording, reading), Tone.MUTED)
    if item.kind is FieldKind.TEXT:
        return Run("")
    return Run(value_text(item, value, wording, currency), Tone.BRIGHT)


def value_text(item: OutcomeField | None, value: Value, wording: Wording, currency: str) -> str:
    """A field's value as the reader's region writes it."""
    match value:
        case bool():
            return wording.text(YES_NO[value])
        case Decimal() if currency:
            return wording.amount(value, currency)
        case time():
            return f"{value:%H:%M}"
        case date():
            return wording.weekday(value)
        case str() if item is not None and item.kind is FieldKind.CHOICE:
            named = dict(item.choices).get(value)
            return named.name(wording.interface_code) if named is not None else value
        case _:
            return str(value)


# ---- the summary -------------------------------------------------------------------------------


def summary_lines(
    view: CallView,
    digest: Digest,
    outcome: Outcome | None,
    wording: Wording,
    currency: str,
    width: int,
    tasks: Sequence[str] = (),
    of_account: str = "",
) -> list[Line]:
    """What the call came to; what there was nothing of has no line.

    Args:
        view: the call, which is over.
        digest: what follows from it and the fields.
        outcome: the one in its field.
        wording: text for this reader.
        currency: of the call's sums.
        width: cells.
        tasks: what the call has set others to do, in words, one line each.
        of_account: which account it is, where the customer has several.
    """
    lines: list[Line] = []
    if view.ended is not None:
        reason = wording.term(terms.END_REASONS, view.ended.reason)
        head = (wording.text("Call over"), clock(view.ended.duration_s), reason)
        lines.append((Run(" " + " · ".join(head), Tone.BRIGHT),))
    own = ((N_("Account"), of_account, Tone.STRONG),) if of_account else ()
    rows = (
        *own,
        *_about_the_call(view, digest, wording, currency),
        *((N_("Task"), task, Tone.TEXT) for task in tasks),
        *_what_follows(digest, outcome, wording),
    )
    before = ""
    for label, text, tone in rows:
        shown = wording.text(label)
        lines += _labelled("" if label == before else shown, text, tone, width)
        before = label
    return lines


def _labelled(label: str, text: str, tone: Tone, width: int) -> Iterator[Line]:
    room = max(10, width - LABEL - 2)
    for number, (start, end) in enumerate(wrap(text, room)):
        yield (
            Run(" " + pad(label if number == 0 else "", LABEL), Tone.MUTED),
            Run(text[start:end], tone),
        )


_Row = tuple[str, str, Tone]


def _about_the_call(
    view: CallView, digest: Digest, wording: Wording, currency: str
) -> Iterator[_Row]:
    items = digest.items
    if items[About.REASON]:
        yield N_("Matters"), _counted(items[About.REASON], _stage(wording)), Tone.TEXT
    if items[About.OBJECTION]:
        yield N_("Objections"), _counted(items[About.OBJECTION], _objection(wording)), Tone.TEXT
    feedback = [item for item in items[About.COMPLAINT] if item.slug != "complaint"]
    if feedback:
        yield N_("For the bank"), _counted(feedback, _objection(wording)), Tone.TEXT
    if items[About.OPTION]:
        named = _counted(items[About.OPTION], lambda s: wording.term(terms.REPAYMENTS, s))
        yield N_("Quoted"), named, Tone.TEXT
    if view.agreed is not None:
        yield N_("Promise"), "◆ " + wording.promised(view.agreed.promised), Tone.GOOD
    if view.promise is not None:
        doubted = wording.promised(view.promise.promised)
        yield N_("Promise"), f"◇ {doubted} · {wording.text('not confirmed')}", Tone.CAUTION
    if digest.before is not None:
        told = wording.text(
            "{amount} on {day} was promised before: this takes its place",
            amount=wording.amount(digest.before.amount, currency),
            day=wording.weekday(digest.before.due_on),
        )
        yield N_("Promise"), told, Tone.CAUTION
    owed = digest.values.get("documents")
    if owed:
        yield N_("Documents"), str(owed), Tone.TEXT
    yield from _statements(digest, wording)
    flags = [flag for flag in view.for_wrap_up if flag.finding.kind is not Kind.ROUTE]
    if flags:
        told_of = [
            wording.text(
                "{subject} ({verdict})",
                subject=wording.subject(flag.finding),
                verdict=wording.finding(flag.finding).verdict,
            )
            for flag in flags
        ]
        doubtful = all(flag.finding.verdict is Verdict.CHECK_FACTS for flag in flags)
        yield N_("Flags"), "⚠ " + _joined(_times(told_of)), Tone.CAUTION if doubtful else Tone.ALARM
    else:
        yield N_("Flags"), "✔ " + wording.text("nothing was flagged"), Tone.GOOD


def _statements(digest: Digest, wording: Wording) -> Iterator[_Row]:
    def names(about: About) -> str:
        return _joined(
            dict.fromkeys(wording.term(terms.STATEMENTS, item.slug) for item in digest.items[about])
        )

    if digest.items[About.STATEMENT]:
        yield N_("Told"), "✔ " + names(About.STATEMENT), Tone.MUTED
    if digest.items[About.MISSED]:
        yield N_("Not told"), "□ " + names(About.MISSED), Tone.CAUTION
    if digest.items[About.CANNOT_TELL]:
        yield N_("Cannot tell"), "? " + names(About.CANNOT_TELL), Tone.MUTED


def _what_follows(digest: Digest, outcome: Outcome | None, wording: Wording) -> Iterator[_Row]:
    summary = digest.summary
    if summary is None or outcome is None:
        return
    yield N_("Next step"), outcome.follow_up.label.name(wording.interface_code), Tone.BRIGHT
    waits_for_day = outcome.suppress is not None and bool(outcome.suppress.until_field)
    if summary.quiet_until == date.max and waits_for_day:
        pass  # the day is yet to be typed; nobody has forbidden anything
    elif summary.quiet_until == date.max:
        yield N_("Quiet until"), wording.text("somebody lifts it"), Tone.TEXT
    elif summary.quiet_until is not None:
        yield N_("Quiet until"), wording.weekday(summary.quiet_until), Tone.TEXT
    if digest.contact is not None:
        yield N_("Contact"), contact_text(digest.contact, wording), Tone.TEXT
    elif summary.next_contact is not None:
        told = wording.text("no permitted time is known: see the work list")
        yield N_("Contact"), told, Tone.CAUTION


def contact_text(contact: ContactTime, wording: Wording) -> str:
    """The day and the customer's hours, and whether everything that decides them is known."""
    told = wording.weekday(contact.day)
    if contact.opens is not None:
        closes = f"{contact.closes:%H:%M}" if contact.closes is not None else "24:00"
        told += " " + wording.text(
            "{opens}–{closes}, the customer's time",
            opens=f"{contact.opens:%H:%M}",
            closes=closes,
        )
    if not contact.certain:
        told += " · " + wording.text("as far as is known")
    return told


def _stage(wording: Wording) -> Callable[[str], str]:
    return lambda slug: wording.term(terms.STAGES, slug)


def _objection(wording: Wording) -> Callable[[str], str]:
    return lambda slug: wording.term(terms.OBJECTIONS, slug)


def _counted(items: Iterable[Item], name: Callable[[str], str]) -> str:
    return _joined(
        name(item.slug) + (f" ×{item.times}" if item.times > 1 else "") for item in items
    )


def _times(told: Sequence[str]) -> Iterator[str]:
    for one in dict.fromkeys(told):
        count = told.count(one)
        yield f"{one} ×{count}" if count > 1 else one


def _joined(parts: Iterable[str]) -> str:
    return " · ".join(parts)
