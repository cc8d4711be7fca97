"""The redacted copy of a told call: for whoever may learn from a call and not whom it was about.

Owns what is covered beyond the utterances (`assistant.redaction`): the quotes and parameters of
findings, notes, the account.  Until the right party is confirmed every run of figures goes.  The
original is not changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from assistant.archive.ending import covered_ending
from assistant.archive.outcome_names import OutcomeNames
from assistant.archive.shown import Shown
from assistant.archive.told import ToldCall
from assistant.events import (
    FindingChanged,
    ObjectionHeard,
    Output,
    PromiseChanged,
    PromptChanged,
    Started,
    UtteranceFinal,
    VerificationChanged,
)
from assistant.redaction.call import Redacted, Said, redacted
from assistant.session import day_of
from compliance.findings import Finding, FoundBy, Message
from compliance.transcript import Speaker, Utterance
from scripts.account import Account
from scripts.outcomes import load_outcomes


def covered(told: ToldCall) -> ToldCall:
    """The call without what must not be passed on."""
    today, account = day_of(told.start), told.start.account
    copies = dict(redactions(told))

    def note(text: str) -> str:
        return _covered_text(text, today, account)

    outputs: list[Output] = []
    for output in told.outputs:
        match output:
            case Started():
                outputs.append(Started(replace(output.start, account=None, account_hash="")))
            case UtteranceFinal():
                copy = copies[output.id]
                outputs.append(replace(output, text=copy.text, words=copy.words, heard=""))
            case FindingChanged(finding=finding):
                where = copies.get(finding.utterance_id or "")
                outputs.append(_covered_finding(output, where, today, account))
            case PromiseChanged():
                outputs.append(_covered_promise(output))
            case _:
                outputs.append(output)
    end = told.wrap_up
    # Fields are known by their kinds; where none is filled none need be.
    names = OutcomeNames(load_outcomes() if end is not None and end.values else ())
    return replace(
        told,
        start=replace(told.start, account=None, account_hash=""),
        outputs=tuple(outputs),
        reviews=tuple(replace(review, note=note(review.note)) for review in told.reviews),
        wrap_up=covered_ending(end, names, note) if end is not None else None,
        redacted=True,
        tasks=tuple(
            replace(task, deeds=tuple(replace(deed, note=note(deed.note)) for deed in task.deeds))
            for task in told.tasks
        ),
    )


def covered_shown(shown: Shown, told: ToldCall) -> Shown:
    """What the agent was shown, covered likewise; `told` is the call as it was kept."""
    today, account = day_of(told.start), told.start.account
    copies = dict(redactions(told))
    outputs: list[Output] = []
    for output in shown.outputs:
        match output:
            case PromptChanged(prompt=prompt):
                line = _covered_text(prompt.line, today, account)
                outputs.append(replace(output, prompt=replace(prompt, line=line, next_line="")))
            case ObjectionHeard(talk_off=talk_off):
                outputs.append(replace(output, talk_off=_covered_text(talk_off, today, account)))
            case FindingChanged(finding=finding):
                where = copies.get(finding.utterance_id or "")
                outputs.append(_covered_finding(output, where, today, account))
            case PromiseChanged():
                outputs.append(_covered_promise(output))
            case _:
                outputs.append(output)
    return replace(shown, outputs=tuple(outputs))


def redactions(told: ToldCall) -> Iterator[tuple[str, Redacted]]:
    """Each utterance's id and its covered copy, with the sound that must be silenced."""
    said: list[Said] = []
    ids: list[str] = []
    verified = False
    for output in told.outputs:
        if isinstance(output, VerificationChanged):
            verified = output.verified
        elif isinstance(output, UtteranceFinal):
            utterance = Utterance(
                id=output.id,
                index=output.index,
                speaker=output.speaker,
                text=output.text,
                start_s=output.start_s,
                end_s=output.end_s,
                words=output.words,
            )
            said.append(Said(utterance, verifying=not verified))
            ids.append(output.id)
    copies = redacted(said, today=day_of(told.start), account=told.start.account)
    yield from zip(ids, copies, strict=True)


def _covered_text(text: str, today: date, account: Account | None) -> str:
    note = Utterance(id="", index=0, speaker=Speaker.UNKNOWN, text=text)
    (copy,) = redacted([Said(note)], today=today, account=account)
    return copy.text


def _covered_promise(changed: PromiseChanged) -> PromiseChanged:
    """That something was promised, and in how many parts; amounts and days go."""
    bare = tuple(replace(part, amount=None, day=None) for part in changed.promised.parts)
    return replace(changed, promised=replace(changed.promised, parts=bare, line=""))


def _covered_finding(
    changed: FindingChanged, where: Redacted | None, today: date, account: Account | None
) -> FindingChanged:
    finding = changed.finding

    def message(given: Message | None) -> Message | None:
        if given is None:
            return None
        params = tuple((name, _covered_text(value, today, account)) for name, value in given.params)
        return Message(given.id, params)

    start, end, quote = finding.start, finding.end, ""
    if where is not None:
        start, end = _moved(where, finding.start, leading=True), _moved(where, finding.end)
        quote = where.text[start:end]
    explanation = message(finding.explanation)
    assert explanation is not None
    covered_finding: Finding = replace(
        finding,
        start=start,
        end=end,
        explanation=explanation,
        do_now=message(finding.do_now),
        say_now=message(finding.say_now),
        found_by=_bare(finding.found_by),
    )
    return replace(changed, finding=covered_finding, quote=quote)


def _bare(found_by: FoundBy | None) -> FoundBy | None:
    """How a finding came about, without what the call held: the context may name amounts."""
    return replace(found_by, context=()) if found_by is not None else None


def _moved(where: Redacted, place: int, *, leading: bool = False) -> int:
    """Where a code point of the text as given stands in the covered text.

    Within a mask it is the mask's beginning for the first of a span (`leading`), else its end.
    """
    shift = 0
    for mask in where.masks:
        label = len(f"[{mask.sort.value}]")
        if place <= mask.start:
            break
        if place < mask.end:
            return mask.start + shift + (0 if leading else label)
        shift += label - (mask.end - mask.start)
    return place + shift
