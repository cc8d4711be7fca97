"""A call laid open for a complaint, as one page that needs nothing else.

Owns the page, and what of one call stands in any dossier: it gathers the rows (`dossier_rows`,
`case_rows`), the account as it was shown, the other calls of the account, the proof, versions and
hashes, and sets them in the templates, which escape every one of them.  The page loads nothing and
runs nothing, which it also tells the browser.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jinja2

from assistant.archive import case_rows
from assistant.archive import dossier_rows as rows
from assistant.archive.case import CaseCall
from assistant.archive.ending import ending_rows
from assistant.archive.lines import REDACTED, header, made_by, task_lines
from assistant.archive.outcome_names import OutcomeNames
from assistant.archive.told import ToldCall
from assistant.call_time import clock
from assistant.follow_up.standings import standing_words
from assistant.interface_text import N_
from assistant.record.search import ListedCall
from assistant.record.verifying import Proof
from assistant.screens.account import figures
from assistant.screens.review_lines import agent_of, flags_of, local_time, plain_text
from assistant.wording import Wording

_TITLES = {
    "redacted": REDACTED,
    "the_call": N_("The call"),
    "account": N_("The account as it was shown"),
    "recording": N_("Recording"),
    "flags": N_("Flags"),
    "flag": N_("Flag"),
    "words": N_("Words"),
    "law": N_("Law"),
    "unknown_law": N_("not known any more"),
    "rule": N_("Rule"),
    "reason": N_("Reason"),
    "now": N_("Now"),
    "say": N_("Say"),
    "reviewed": N_("Reviewed"),
    "unreviewed": N_("not reviewed"),
    "none": rows.NOTHING,
    "statements": N_("What had to be said"),
    "not_assessable": N_("Rules that are not assessable"),
    "said": N_("What was said"),
    "shown": N_("What the agent was shown"),
    "other_rules": N_(
        "The rules or scripts have changed since this call, so that what stood on the screen cannot"
        " be shown again. The flags above are those of then."
    ),
    "reviews": N_("Judgements since"),
    "tasks": N_("What others were given to do"),
    "wrap_up": N_("Wrap-up"),
    "unknown": N_("What is not known of this call"),
    "no_gap": N_("no gap is known"),
    "handed": N_("Releases and exports"),
    "others": N_("Other calls of this account"),
    "only_kept": N_(
        "Only calls that this store keeps: what was said while nothing was kept is not known."
    ),
    "proof": N_("Proof, versions and hashes"),
    "entry": N_("Entry"),
    "date": N_("Date"),
    "code": N_("Code"),
}


_TITLE = N_("Dossier of a call")
MADE_ON = N_("made on {day}")


@dataclass(frozen=True, slots=True)
class DossierParts:
    """What a dossier of a call is made of; `others` is `None` where the call has no account."""

    call: CaseCall
    proof: Proof
    others: Sequence[ListedCall] | None
    made_at: datetime


def dossier_page(parts: DossierParts, wording: Wording, names: OutcomeNames) -> str:
    """The page, HTML."""
    values = {
        "t": titles(wording)
        | {"title": wording.text(_TITLE), "made": made_on(parts.made_at, wording)},
        "named": plain_text(parts.call.told.call.id),
        "c": call_values(parts.call, wording, names),
        "others": _others(parts, wording, names),
        "proof": [*rows.proof_lines(parts.proof, wording)],
    }
    return rendered("dossier.html.j2", values, wording)


def titles(wording: Wording) -> dict[str, str]:
    """The titles of what of a call stands in a dossier."""
    return {name: wording.text(msgid) for name, msgid in _TITLES.items()}


def made_on(at: datetime, wording: Wording) -> str:
    """When a dossier was made."""
    return wording.text(MADE_ON, day=f"{at:%Y-%m-%d %H:%M %Z}")


def rendered(template: str, values: Mapping[str, Any], wording: Wording) -> str:
    """A page of the templates here; every value is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("assistant", "archive"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(values, lang=wording.interface_code)


def call_values(call: CaseCall, wording: Wording, names: OutcomeNames) -> dict[str, Any]:
    """Everything that a dossier holds of one call, as the template's macro takes it."""
    told = call.told
    return {
        "id": plain_text(told.call.id),
        "machine": made_by(told, wording),
        "redacted": told.redacted,
        "header": [(name, plain_text(value)) for name, value in header(told, wording)],
        "account": _account(told, wording),
        "recording": [*rows.recording(told, call.shown, wording)],
        "flags": [*rows.flags(told, wording)],
        "statements": [*rows.statements(told, wording)],
        "not_assessable": plain_text(", ".join(told.not_assessable)),
        "transcript": [*rows.transcript(told, wording)],
        "same_rules": call.shown.same_rules,
        "shown": [*rows.shown_rows(call.shown, wording)],
        "reviews": [*rows.reviews(told, wording)],
        "tasks": [plain_text(line) for task in told.tasks for line in task_lines(task, wording)],
        "wrap_up": [*_wrap_up(call, wording, names)],
        "unknown": [*case_rows.unknown_rows(call, wording)],
        "handed": [*case_rows.handed_rows(call, wording)],
        "versions": [*_versions(told, wording)],
        "entries": [
            {"n": one.n, "kind": one.kind, "at": one.at_utc, "code": one.code.hex()}
            for one in told.entries
        ],
    }


def _account(told: ToldCall, wording: Wording) -> list[tuple[str, str]]:
    account = told.account
    if account is None:
        return []
    return [(name, plain_text(value)) for name, value, _tone in figures(account, wording)]


def _wrap_up(call: CaseCall, wording: Wording, names: OutcomeNames) -> Iterator[tuple[str, str]]:
    told, end = call.told, call.told.wrap_up
    if end is not None:
        nothing = wording.text(rows.NOTHING)
        for name, value in ending_rows(end, wording, names, told.call.zone, nothing=nothing):
            yield name, plain_text(value)
        yield wording.text("Date"), local_time(end.at_utc, told.call.zone)
    if call.promise is not None:
        stands = standing_words(call.promise, wording, bare=told.redacted)
        yield wording.text("Promise"), plain_text(stands)


def _others(
    parts: DossierParts, wording: Wording, names: OutcomeNames
) -> list[tuple[str, ...]] | None:
    if parts.others is None:
        return None
    return [
        (
            local_time(one.call.started_at_utc, one.call.zone),
            plain_text(one.call.id),
            agent_of(one.call),
            clock(one.call.duration_s),
            "".join(run.text for run in flags_of(one.call, wording)),
            names.name(one.outcome, wording.interface_code) if one.outcome else "",
        )
        for one in parts.others
        if one.call.id != parts.call.told.call.id
    ]


def _versions(told: ToldCall, wording: Wording) -> Iterator[tuple[str, str]]:
    start = told.start
    yield wording.text("Program"), start.version
    yield wording.text("Rules"), start.rules_hash
    yield wording.text("Script"), start.scripts_hash
    yield wording.text("Model"), f"{wording.model(start.model)} {start.model_hash}"
    if start.account_hash:
        yield wording.text("Account"), start.account_hash
