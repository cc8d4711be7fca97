"""Kept calls as JSON Lines for other programs.

Owns the records of `calls list` and `find`, and the events of one call: those that `demo` and
`replay` publish (`assistant.jsonlines`), then `review`, `task_act`, `wrap_up` and
`promise_standing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.archive.told import ToldCall
from assistant.events import CallStarted
from assistant.follow_up import standings
from assistant.jsonlines import Record, output_records, word_record
from assistant.record.kept import KeptWrapUp
from assistant.record.search import Hit, ListedCall
from assistant.wording import Wording
from scripts.promise_keeping import PromiseStanding


def listed_record(listed: ListedCall, promise: PromiseStanding | None = None) -> Record:
    """A call of a list, with the state of what was promised in it."""
    call = listed.call
    return {
        "type": "kept_call",
        "call": call.id,
        "started_at": call.started_at_utc,
        "zone": call.zone,
        "language": call.language,
        "jurisdiction": call.jurisdiction,
        "collector": call.collector,
        "agent": {"name": call.agent_name, "id": call.agent_id},
        "state": call.state.value,
        "reason": call.reason,
        "duration_s": call.duration_s,
        "sound": call.has_sound,
        "imported": call.imported or None,
        "released": call.released,
        "model": call.model,
        "rules": call.rules_hash,
        "findings": [
            {
                "id": mark.finding,
                "rule": mark.rule,
                "severity": mark.severity.value,
                "verdict": mark.verdict.value,
                "status": mark.status.value,
                "call_s": mark.call_s,
                "review": mark.review.value if mark.review is not None else None,
            }
            for mark in call.marks
        ],
        "reviewed": call.reviewed,
        "outcome": listed.outcome,
        "next_contact": listed.next_contact,
        "promise": promise.state.value if promise is not None else None,
    }


def hit_records(listed: ListedCall, found: Sequence[Hit]) -> Iterator[Record]:
    """Each place at which words were found; `start` and `end` are code points of its text."""
    for hit in found:
        utterance = hit.utterance
        yield {
            "type": "found",
            "call": listed.call.id,
            "started_at": listed.call.started_at_utc,
            "agent": {"name": listed.call.agent_name, "id": listed.call.agent_id},
            "utterance": utterance.index,
            "id": utterance.id,
            "speaker": utterance.speaker.value,
            "text": utterance.text,
            "start": hit.start,
            "end": hit.end,
            "start_s": utterance.start_s,
            "end_s": utterance.end_s,
            "words": [word_record(word) for word in utterance.words],
        }


def about_records(end: KeptWrapUp) -> list[Record]:
    """What a call was about, by its wrap-up."""
    return [{"about": item.about, "slug": item.slug, "times": item.times} for item in end.happened]


def made(start: CallStarted, *, sound: bool) -> Record:
    """What a transcript is: made by a machine here, or elsewhere; with sound, that is evidence."""
    imported = start.imported
    elsewhere = imported is not None and imported.elsewhere
    return {
        "made": "elsewhere" if elsewhere else "by a machine",
        "by": imported.source.value if imported is not None and elsewhere else start.model or None,
        "evidence": "sound" if sound else None,
        "imported_from": imported.source.value if imported is not None else None,
        "digest": imported.digest or None if imported is not None else None,
        "direction": imported.direction or None if imported is not None else None,
        "time_known": imported.time_known if imported is not None else True,
    }


def call_records(
    told: ToldCall, wording: Wording, promise: PromiseStanding | None = None
) -> Iterator[Record]:
    """The events of a call, its reviews, what was done with its tasks, its wrap-up, and
    what became of its promise.

    A call without an end ends without `ended`: it is still running, or was interrupted.
    """
    call = told.call.id
    ended: Record | None = None
    records = (r for output in told.outputs for r in output_records(output, call, wording))
    for record in records:
        if record["type"] == "ended":
            ended = record
            continue
        if record["type"] == "started":
            record["started_at"] = told.call.started_at_utc
            record["state"] = told.call.state.value
            record["redacted"] = told.redacted
            record["transcript"] = made(told.start, sound=told.call.has_sound)
        yield record
    for review in told.reviews:
        yield {
            "type": "review",
            "call": call,
            "finding": review.finding,
            "act": review.act.value,
            "reviewer": review.reviewer,
            "at": review.at_utc,
            "note": review.note,
        }
    for task in told.tasks:
        for deed in task.deeds:
            yield {
                "type": "task_act",
                "call": call,
                "task": task.id,
                "act": deed.act.value,
                "owner": deed.owner or None,
                "who": deed.who,
                "at": deed.at_utc,
                "note": deed.note,
            }
    end = told.wrap_up
    if end is not None:
        yield {
            "type": "wrap_up",
            "call": call,
            "outcome": end.outcome,
            "next_contact": end.next_contact,
            "note": end.note,
            "at": end.at_utc,
            "values": dict(end.values),
            "currency": end.currency,
            "missing": list(end.missing),
            "about": about_records(end),
        }
    if promise is not None:
        whole = standings.record(promise)
        bare = {name: whole[name] for name in ("type", "call", "state")}
        yield bare if told.redacted else whole
    if ended is not None:
        yield ended
