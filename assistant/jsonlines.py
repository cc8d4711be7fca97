"""Session outputs as the JSON Lines that other programs read.

Owns the published event format (schema 1): which outputs are told, under which names, in which
units.  Text of findings comes from the one `Wording`; nothing is computed here and nothing of the
internal event schema leaks out.
"""

from __future__ import annotations

import json
from typing import Any

from assistant import events
from assistant.wording import Wording
from compliance.findings import Finding, FoundBy, Statement
from compliance.transcript import Word
from scripts.commitments import Proposal
from scripts.forms import minor_digits
from scripts.tasks import TaskKinds

SCHEMA = 1

Record = dict[str, Any]


def line(record: Record) -> str:
    """One record as one line of JSON, without the line end; non-ASCII text stays as it is."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def output_records(output: events.Output, call: str, wording: Wording) -> list[Record]:
    """The published records of an output; none for what is the screen's alone."""
    if isinstance(output, events.PromiseChanged):
        return promise_records(output, call)
    record = _output_record(output, call, wording)
    return [record] if record is not None else []


def _output_record(output: events.Output, call: str, wording: Wording) -> Record | None:
    """The published record of an output that is told in one, or `None`."""
    match output:
        case events.Started():
            start = output.start
            return {
                "type": "started",
                "schema": SCHEMA,
                "version": start.version,
                "call": call,
                "rules": start.rules_hash,
                "scripts": start.scripts_hash,
                "model": start.model,
                "model_hash": start.model_hash or None,
                "account": start.account_hash or None,
            }
        case events.UtterancePartial():
            return {
                "type": "partial",
                "call": call,
                "id": output.id,
                "speaker": output.speaker.value,
                "text": output.text,
                "start_s": output.start_s,
                "end_s": output.end_s,
            }
        case events.UtteranceDropped():
            return {
                "type": "partial",
                "call": call,
                "id": output.id,
                "speaker": output.speaker.value,
                "text": "",
                "start_s": output.start_s,
                "end_s": output.end_s,
                "dropped": True,
            }
        case events.UtteranceFinal():
            return {
                "type": "utterance",
                "call": call,
                "id": output.id,
                "index": output.index,
                "speaker": output.speaker.value,
                "text": output.text,
                "start_s": output.start_s,
                "end_s": output.end_s,
                "words": [word_record(word) for word in output.words],
                # As recognised, where a correction changed it.
                **({"heard": output.heard} if output.heard else {}),
            }
        case events.FindingChanged():
            return finding_record(output.finding, output.quote, call, wording)
        case events.PromptChanged():
            prompt = output.prompt
            return {
                "type": "stage",
                "call": call,
                "stage": prompt.spoken_of,
                "step": prompt.step,
                "line": prompt.line,
                "strategy": prompt.strategy or None,
            }
        case events.ObjectionHeard():
            return {
                "type": "objection",
                "call": call,
                "objection": output.objection,
                "talk_off": output.talk_off or None,
            }
        case events.StatementChanged():
            return statement_record(output.statement, call)
        case events.LagChanged():
            return {
                "type": "lag",
                "call": call,
                "channel": output.channel,
                "lag_s": output.lag_s,
                "lost_s": output.lost_s,
            }
        case events.VerificationChanged():
            return {
                "type": "verification",
                "call": call,
                "verified": output.verified,
                "proposed": output.proposed,
                "reason": output.reason,
            }
        case events.ListenerChanged():
            return {"type": "listener", "call": call, "listener": output.listener.value}
        case events.GapHeard():
            return {
                "type": "gap",
                "call": call,
                "channel": output.channel,
                "start_s": output.start_s,
                "duration_s": output.duration_s,
                "reason": output.reason,
            }
        case events.RecordingChanged():
            return {
                "type": "recording",
                "call": call,
                "state": output.state.value,
                "keep": output.keep.value,
                "call_s": output.call_s,
            }
        case events.ClockChanged():
            return {
                "type": "clock",
                "call": call,
                "set_s": output.seconds,
                "call_s": output.call_s,
            }
        case events.Transferred():
            return {
                "type": "transfer",
                "call": call,
                "to": output.to or None,
                "call_s": output.call_s,
            }
        case events.HoldChanged():
            return {"type": "hold", "call": call, "held": output.held, "call_s": output.call_s}
        case events.CustomerDid():
            return {
                "type": "customer",
                "call": call,
                "doing": output.doing,
                "call_s": output.call_s,
            }
        case events.TaskRaised() | events.TaskWithdrawn():
            return task_record(output, call, wording.tasks)
        case events.AccountChanged():
            return {
                "type": "account",
                "call": call,
                "account": output.account_hash,
                "call_s": output.call_s,
            }
        case events.Ended():
            return {
                "type": "ended",
                "call": call,
                "duration_s": output.duration_s,
                "reason": output.reason,
                "not_assessable": list(output.not_assessable),
            }
        case _:
            return None


def finding_record(finding: Finding, quote: str, call: str, wording: Wording) -> Record:
    """A finding as published; `quote` is the text it points at, as given."""
    text = wording.finding(finding)
    return {
        "type": "finding",
        "call": call,
        "id": finding.id,
        "utterance": finding.utterance_index,
        "utterance_id": finding.utterance_id,
        "rule": finding.rule,
        "family": finding.family,
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "verdict": finding.verdict.value,
        "status": finding.status.value,
        "quote": quote,
        "start": finding.start,
        "end": finding.end,
        "start_s": finding.start_s,
        "end_s": finding.end_s,
        "citation": text.law,
        "verified_law": wording.verified_law(finding).value,
        "explanation": text.explanation,
        "do_now": text.do_now or None,
        "say_now": text.say_now or None,
        # For reviewers only; whoever shows findings to agents passes these over.
        **({"trial": True} if finding.trial else {}),
        "found_by": None if finding.found_by is None else _found_by_record(finding.found_by),
    }


def _found_by_record(found_by: FoundBy) -> Record:
    return {
        "how": found_by.how,
        "what": found_by.what,
        "detector": found_by.detector or None,
        "closeness": found_by.closeness,
        "guards": dict(found_by.guards),
        "context": dict(found_by.context),
        "unknown": list(found_by.unknown),
    }


def promise_records(changed: events.PromiseChanged, call: str) -> list[Record]:
    """A promise as published, a record for each of its parts; what was not said is null."""
    promised = changed.promised
    return [
        {
            "type": "promise",
            "call": call,
            "id": f"p{promised.number}.{number}",
            "amount": _amount(part),
            "currency": part.currency,
            "date": part.day.isoformat() if part.day is not None else None,
            "method": part.method or None,
            "status": changed.status.value,
            "certain": part.certain,
            "doubts": [doubt.value for doubt in part.doubts],
            "call_s": changed.call_s,
        }
        for number, part in enumerate(promised.parts, 1)
    ]


def _amount(part: Proposal) -> str | None:
    if part.amount is None:
        return None
    return f"{part.amount:.{minor_digits(part.currency)}f}"


def task_record(
    told: events.TaskRaised | events.TaskWithdrawn, call: str, kinds: TaskKinds
) -> Record:
    """A task as published, an extension of the events that other programs read.

    `due` is the moment, `null` where nobody knows when the call was: then `within` says how long
    from the moment it was raised.
    """
    task = told.task
    kind = kinds.kind(task.kind)
    within = kind.within if kind is not None else None
    raised = isinstance(told, events.TaskRaised)
    record: Record = {
        "type": "task",
        "call": call,
        "id": task.id,
        "kind": task.kind,
        "owner": task.owner,
        "reason": task.reason,
        "utterances": list(task.utterances),
        "keys_s": [sign.at_s for sign in task.evidence if sign.by_key],
        "due": None,
        "within": None,
        "status": "raised" if raised else "withdrawn",
        "call_s": told.call_s,
    }
    if isinstance(told, events.TaskRaised):
        record["due"] = told.due_at_utc or None
        record["by"] = "law" if told.by_law else "policy"
        if within is not None:
            record["within"] = {"hours": within.hours} if within.hours else {"days": within.days}
    return record


def statement_record(statement: Statement, call: str) -> Record:
    """A required statement's state as published."""
    return {
        "type": "statement",
        "call": call,
        "id": statement.id,
        "state": statement.state.value,
        "missing": list(statement.missing),
        **({"interrupted": True} if statement.interrupted else {}),
    }


def word_record(word: Word) -> Record:
    """A word as published; times in seconds of call time."""
    return {
        "text": word.text,
        "start_s": word.start_s,
        "end_s": word.end_s,
        "confidence": word.confidence,
    }
