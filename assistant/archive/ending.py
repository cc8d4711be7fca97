"""How a kept call ended, as names and values: for plain lines and for the dossier.

Owns which rows there are and in which order, and what of a wrap-up a redacted copy covers.  Values
that this program does not know any more are shown as they are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from assistant import terms
from assistant.archive.outcome_names import OutcomeNames
from assistant.interface_text import N_
from assistant.record.kept import KeptWrapUp
from assistant.screens.review_lines import local_time, plain_text
from assistant.screens.wrap_up_lines import value_text
from assistant.wording import Wording
from scripts.outcome_values import value_of
from scripts.outcomes_file import FieldKind
from scripts.outcomes_summary import About

COVERED = "[covered]"

_ABOUT = {
    About.REASON: N_("Matters"),
    About.OBJECTION: N_("Objections"),
    About.COMPLAINT: N_("For the bank"),
    About.OPTION: N_("Quoted"),
}
_TERMS: Mapping[About, terms.Terms] = {
    About.REASON: terms.STAGES,
    About.OBJECTION: terms.OBJECTIONS,
    About.COMPLAINT: terms.OBJECTIONS,
    About.OPTION: terms.REPAYMENTS,
}
_OPEN = frozenset({FieldKind.CHOICE, FieldKind.YES_NO, FieldKind.COUNT})


def ending_rows(
    end: KeptWrapUp, wording: Wording, names: OutcomeNames, zone: str, *, nothing: str = ""
) -> Iterator[tuple[str, str]]:
    """The outcome, its fields, the next contact, what the call was about, the note.

    Args:
        end: the wrap-up.
        wording: text for this reader.
        names: of outcomes and fields.
        zone: the desk's, an IANA name.
        nothing: what stands where there is no next contact; empty: no row.
    """
    code = wording.interface_code
    outcome = names.name(end.outcome, code)
    if end.missing:
        lacking = ", ".join(names.field_name(name, code) for name in end.missing)
        outcome += " · " + wording.text("incomplete: {fields}", fields=lacking)
    yield wording.text("Outcome"), outcome
    for name, text in end.values.items():
        yield names.field_name(name, code), _value(name, text, end, wording, names)
    if end.next_contact or nothing:
        yield wording.text("Next contact"), end.next_contact or nothing
    for about, label in _ABOUT.items():
        items = [
            wording.term(_TERMS[about], item.slug) + (f" ×{item.times}" if item.times > 1 else "")
            for item in end.happened
            # That somebody complained is the matter; here is what about.
            if item.about == about and (about, item.slug) != (About.COMPLAINT, "complaint")
        ]
        if items:
            yield wording.text(label), " · ".join(items)
    if end.by:
        yield wording.text("Completed"), f"{plain_text(end.by)} · {local_time(end.at_utc, zone)}"
    if end.note:
        yield wording.text("Note"), end.note


def _value(name: str, text: str, end: KeptWrapUp, wording: Wording, names: OutcomeNames) -> str:
    item = names.field(name)
    if item is None:
        return text
    try:
        value = value_of(item, text)
    except ValueError:
        return text
    if isinstance(value, date):
        return wording.day(value)  # with its year: calls are looked at much later
    return value_text(item, value, wording, end.currency)


def covered_ending(end: KeptWrapUp, names: OutcomeNames, note: Callable[[str], str]) -> KeptWrapUp:
    """A wrap-up without what must not be passed on: sums, days, times and words go.

    Args:
        end: the wrap-up.
        names: of its fields; of one that is not known, the value goes.
        note: covers the note.
    """

    def open_to_all(name: str) -> bool:
        item = names.field(name)
        return item is not None and item.kind in _OPEN

    values = {name: text if open_to_all(name) else COVERED for name, text in end.values.items()}
    return replace(end, note=note(end.note), values=values, account="")
