"""A dossier for other programs: one JSON document, of one call or of one customer.

Owns the document's form (schema 1).  What happened in a call is told as `calls show --jsonl` tells
it; beside it stand what the agent was shown, what is not known, releases and exports, the chain's
entries, and for a customer the timeline and the reply clocks.  What nobody knows is null.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.archive.case import CaseCall, Gone, Tried
from assistant.archive.case_clocks import Came
from assistant.archive.case_rows import zone_day
from assistant.archive.case_timeline import Entry, Stretch, timeline, unknown_in
from assistant.archive.customer_dossier import CustomerParts, WordingFor
from assistant.archive.dossier import DossierParts
from assistant.archive.records import call_records
from assistant.events import FindingChanged, FlagAcknowledged
from assistant.jsonlines import Record, output_records
from assistant.record.kept import KeptCall
from assistant.record.verifying import Proof
from assistant.wording import Wording
from scripts.reply_clocks import Running

SCHEMA = 1


def call_document(parts: DossierParts, wording: Wording, version: str) -> Record:
    """The dossier of one call."""
    told = parts.call.told
    others = None
    if parts.others is not None:
        others = [one.call.id for one in parts.others if one.call.id != told.call.id]
    return {
        "type": "dossier",
        "schema": SCHEMA,
        "version": version,
        "of": "call",
        "made_at": parts.made_at.isoformat(timespec="seconds"),
        "redacted": told.redacted,
        "seal": _seal(parts.proof),
        "calls": [_call(parts.call, wording)],
        "other_calls": others,
    }


def customer_document(parts: CustomerParts, wording_for: WordingFor, version: str) -> Record:
    """The dossier of one customer."""
    case = parts.case
    numbers = {one.told.call.id: n for n, one in enumerate(case.calls, start=1)}
    return {
        "type": "dossier",
        "schema": SCHEMA,
        "version": version,
        "of": "customer",
        "made_at": parts.made_at.isoformat(timespec="seconds"),
        "redacted": parts.redacted,
        "accounts": None if parts.redacted else list(case.accounts),
        "seal": _seal(case.proof),
        "not_known": {
            "purged_calls_of_unknown_accounts": case.purged_unknown,
            "unreadable_attempts": case.unread,
            "messages": "not kept",
            "contacts_without_the_program": "not known",
        },
        "matters": [_matter(came, numbers, parts) for came in parts.matters],
        "timeline": [_entry(entry) for entry in timeline(case, zone_day(parts.made_at))],
        "calls": [_call(one, wording_for(one.told.call)) for one in case.calls],
    }


def _seal(proof: Proof) -> Record:
    return {
        "whole": not proof.faults,
        "faults": list(proof.faults),
        "calls": proof.calls,
        "events": proof.events,
        "sounds": proof.sounds,
        "entries": proof.entries,
        "anchors": proof.anchors,
    }


def _call(one: CaseCall, wording: Wording) -> Record:
    told, call = one.told, one.told.call.id
    shown = one.shown
    return {
        "call": call,
        "agent": {"name": told.call.agent_name, "id": told.call.agent_id},
        "jurisdiction": told.call.jurisdiction,
        "collector": told.call.collector,
        "language": told.call.language,
        "zone": told.call.zone,
        "duration_s": told.call.duration_s,
        "account": told.account_id or None,
        "records": list(call_records(told, wording, one.promise)),
        "shown": list(_shown(one, wording)) if shown.same_rules else None,
        "unknown": [
            {
                "why": unknown.gap.reason if unknown.gap is not None else unknown.why.value,
                "channel": unknown.gap.channel if unknown.gap is not None else None,
                "start_s": unknown.at_s,
                "duration_s": unknown.duration_s,
            }
            for unknown in unknown_in(one)
        ],
        "handed": [
            {
                "at": handed.at_utc,
                "how": handed.how.value,
                "who": handed.who or None,
                "reason": handed.reason,
            }
            for handed in one.handed
        ],
        "entries": [
            {"n": entry.n, "kind": entry.kind, "at": entry.at_utc, "code": entry.code.hex()}
            for entry in told.entries
        ],
    }


def _shown(one: CaseCall, wording: Wording) -> Iterator[Record]:
    """What stood on the screen; of a flag its words are with the finding of that id."""
    call = one.told.call.id
    for output in one.shown.outputs:
        if isinstance(output, FindingChanged):
            finding = output.finding
            if not finding.trial:
                yield {
                    "type": "flag",
                    "call": call,
                    "finding": finding.id,
                    "rule": finding.rule,
                    "status": finding.status.value,
                    "call_s": output.call_s,
                }
        elif isinstance(output, FlagAcknowledged):
            yield {
                "type": "flag_put_away",
                "call": call,
                "finding": output.finding_id,
                "call_s": output.call_s,
            }
        else:
            at_s: Any = getattr(output, "call_s", None)
            for record in output_records(output, call, wording):
                yield {**record, "call_s": at_s}


def _entry(entry: Entry) -> Record:
    at = entry.at.isoformat(timespec="seconds") if entry.at is not None else None
    match entry.about:
        case CaseCall() as one:
            return {"type": "call", "at": at, "call": one.told.call.id, "number": entry.number}
        case KeptCall(id=call):
            return {"type": "left_closed", "at": at, "call": call, "why": "another customer"}
        case Tried() as tried:
            return {
                "type": "attempt",
                "at": at,
                "outcome": tried.outcome or None,
                "known_from": tried.known_from.value,
                "number": tried.number or None,
                "permitted": tried.permitted or None,
                "next_contact": tried.next_contact.isoformat() if tried.next_contact else None,
            }
        case Gone() as gone:
            return {
                "type": "purged" if gone.purged_utc else "not_here",
                "at": at,
                "call": gone.call,
                "outcome": gone.outcome or None,
                "purged_at": gone.purged_utc or None,
                "who": gone.who or None,
                "why": gone.why or None,
                "law": gone.law or None,
            }
        case Stretch() as stretch:
            return {
                "type": "nothing_known",
                "at": at,
                "first": stretch.first.isoformat(),
                "last": stretch.last.isoformat(),
                "days": stretch.days,
                "program_ran_on": stretch.worked,
                "call_made": None,
            }


def _matter(came: Came, numbers: dict[str, int], parts: CustomerParts) -> Record:
    return {
        "type": came.matter.value,
        "received": came.on.isoformat() if came.on is not None else None,
        "call": came.call or None,
        "number": numbers.get(came.call),
        "jurisdiction": came.jurisdiction or None,
        "deadline_known": came.deadline_known,
        "task": came.task.reference if came.task is not None else None,
        "state": came.task.state.value if came.task is not None else None,
        "closed_on": came.done_on.isoformat() if came.done_on is not None else None,
        "clocks": [_clock(running, parts) for running in came.runs],
    }


def _clock(running: Running, parts: CustomerParts) -> Record:
    rule = running.clock
    return {
        "id": rule.id,
        "owed": rule.label.name("en"),
        "whose": rule.whose.value,
        "begins": rule.begins.value,
        "begun": running.begun.isoformat() if running.begun is not None else None,
        "days": rule.days,
        "months": rule.months,
        "due": running.due.isoformat() if running.due is not None else None,
        "days_left": running.days_left(parts.today),
        "citation": rule.citation,
        "verified_law": rule.verified_law.value,
    }
