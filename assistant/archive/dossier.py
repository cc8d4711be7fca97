"""A call laid open for a complaint, as one page that needs nothing else.

Owns the page: it gathers the rows (`dossier_rows`), the account as it was shown, the other calls of
the account, the proof, versions and hashes, and sets them in `dossier.html.j2`, which escapes every
one of them.  The page loads nothing and runs nothing, which it also tells the browser.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

import jinja2

from assistant.archive import dossier_rows as rows
from assistant.archive.ending import ending_rows
from assistant.archive.lines import REDACTED, header, made_by, task_lines
from assistant.archive.outcome_names import OutcomeNames
from assistant.archive.shown import Shown
from assistant.archive.told import ToldCall
from assistant.interface_text import N_
from assistant.plain import clock
from assistant.record.search import ListedCall
from assistant.record.verifying import Proof
from assistant.screens.account import figures
from assistant.screens.review_lines import agent_of, flags_of, local_time, plain_text
from assistant.wording import Wording

_TITLES = {
    "title": N_("Dossier of a call"),
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
    "others": N_("Other calls of this account"),
    "only_kept": N_(
        "Only calls that this store keeps: what was said while nothing was kept is not known."
    ),
    "proof": N_("Proof, versions and hashes"),
    "entry": N_("Entry"),
    "date": N_("Date"),
    "code": N_("Code"),
}


@dataclass(frozen=True, slots=True)
class DossierParts:
    """What a dossier is made of; `others` is `None` where the call has no account."""

    told: ToldCall
    shown: Shown
    proof: Proof
    others: Sequence[ListedCall] | None
    made_at: datetime


def dossier_page(parts: DossierParts, wording: Wording, names: OutcomeNames) -> str:
    """The page, HTML."""
    told, text = parts.told, wording.text
    template = _templates().from_string(
        (files("assistant.archive") / "dossier.html.j2").read_text("utf-8")
    )
    values: dict[str, Any] = {
        "lang": wording.interface_code,
        "t": {name: text(msgid) for name, msgid in _TITLES.items()}
        | {"machine": made_by(told, wording)}
        | {"made": text("made on {day}", day=f"{parts.made_at:%Y-%m-%d %H:%M %Z}")},
        "call": plain_text(told.call.id),
        "redacted": told.redacted,
        "header": [(name, plain_text(value)) for name, value in header(told, wording)],
        "account": _account(told, wording),
        "recording": [*rows.recording(told, parts.shown, wording)],
        "flags": [*rows.flags(told, wording)],
        "statements": [*rows.statements(told, wording)],
        "not_assessable": plain_text(", ".join(told.not_assessable)),
        "transcript": [*rows.transcript(told, wording)],
        "same_rules": parts.shown.same_rules,
        "shown": [*rows.shown_rows(parts.shown, wording)],
        "reviews": [*rows.reviews(told, wording)],
        "tasks": [plain_text(line) for task in told.tasks for line in task_lines(task, wording)],
        "wrap_up": [*_wrap_up(told, wording, names)],
        "others": _others(parts, wording, names),
        "proof": [*rows.proof_lines(parts.proof, wording)],
        "versions": [*_versions(told, wording)],
        "entries": [
            {"n": one.n, "kind": one.kind, "at": one.at_utc, "code": one.code.hex()}
            for one in told.entries
        ],
    }
    return template.render(values)


def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=False,
        keep_trailing_newline=True,
    )


def _account(told: ToldCall, wording: Wording) -> list[tuple[str, str]]:
    account = told.account
    if account is None:
        return []
    return [(name, plain_text(value)) for name, value, _tone in figures(account, wording)]


def _wrap_up(told: ToldCall, wording: Wording, names: OutcomeNames) -> Iterator[tuple[str, str]]:
    end = told.wrap_up
    if end is None:
        return
    nothing = wording.text(rows.NOTHING)
    for name, value in ending_rows(end, wording, names, told.call.zone, nothing=nothing):
        yield name, plain_text(value)
    yield wording.text("Date"), local_time(end.at_utc, told.call.zone)


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
        if one.call.id != parts.told.call.id
    ]


def _versions(told: ToldCall, wording: Wording) -> Iterator[tuple[str, str]]:
    start = told.start
    yield wording.text("Program"), start.version
    yield wording.text("Rules"), start.rules_hash
    yield wording.text("Script"), start.scripts_hash
    yield wording.text("Model"), f"{wording.model(start.model)} {start.model_hash}"
    if start.account_hash:
        yield wording.text("Account"), start.account_hash
