"""The redacted copy of a told call: for whoever may learn from a call and not whom it was about.

Owns what is covered beyond the utterances (`assistant.redaction`): the quotes and parameters of
findings, notes, the account.  Until the right party is confirmed every run of figures goes.  The
copy for training is stricter: no figures at all, no names but those nobody announced, no notes,
nobody's colleagues; what it does not know, it leaves out.  The original is not changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

from assistant import events
from assistant.archive.ending import covered_ending
from assistant.archive.outcome_names import OutcomeNames
from assistant.archive.shown import Shown
from assistant.archive.told import ToldCall
from assistant.events import (
    CallStarted,
    FindingChanged,
    ObjectionHeard,
    Output,
    PromiseChanged,
    PromptChanged,
    Started,
    UtteranceFinal,
    VerificationChanged,
)
from assistant.record.kept import KeptCall, KeptWrapUp
from assistant.redaction.call import AS_USUAL, Redacted, Said, Strictness, redacted
from assistant.session import day_of
from compliance.findings import Finding, FoundBy, Message
from compliance.transcript import Speaker, Utterance
from scripts.account import Account
from scripts.outcomes import load_outcomes

UNKNOWN_WORDS = "[…]"
"""What stands for words of which no copy was made."""

# Outputs that name things of this program alone: slugs, times, levels, rule ids.
_HARMLESS = (
    events.CustomerDid,
    events.Ended,
    events.FindingStanding,
    events.FlagAcknowledged,
    events.GapHeard,
    events.HoldChanged,
    events.IdentifierChanged,
    events.LagChanged,
    events.ListenerChanged,
    events.MomentMarked,
    events.Progress,
    events.RecordingChanged,
    events.StatementChanged,
    events.VerificationChanged,
)


@dataclass(frozen=True, slots=True)
class Cover:
    """What one call is covered with: `copies` are its utterances' by id."""

    today: date
    accounts: tuple[Account, ...]
    strict: Strictness
    copies: Mapping[str, Redacted] = field(default_factory=dict)

    @classmethod
    def of(cls, told: ToldCall, strict: Strictness = AS_USUAL) -> Self:
        """For a call as it was kept."""
        copies = dict(redactions(told, strict))
        return cls(day_of(told.start), told.accounts, strict, copies)

    def text(self, text: str) -> str:
        """A text about the call: a note, a line of the script."""
        said = Said(Utterance(id="", index=0, speaker=Speaker.UNKNOWN, text=text))
        (copy,) = redacted([said], today=self.today, accounts=self.accounts, strict=self.strict)
        return copy.text

    def utterance(self, final: UtteranceFinal) -> UtteranceFinal:
        """An utterance's copy; without its words where they are not those that were covered."""
        copy = self.copies.get(final.id)
        if copy is None or copy.utterance.text != final.text:
            return replace(final, text=UNKNOWN_WORDS, words=(), heard="")
        return replace(final, text=copy.text, words=copy.words, heard="")

    def finding(self, changed: FindingChanged) -> FindingChanged:
        """What was found, its quote cut from the covered words."""
        finding, where = changed.finding, self.copies.get(changed.finding.utterance_id or "")
        start, end, quote = 0, 0, ""
        if where is not None:
            start, end = _moved(where, finding.start, leading=True), _moved(where, finding.end)
            quote = where.text[start:end]
        elif finding.utterance_id is None:
            start, end = finding.start, finding.end
        explanation = self._message(finding.explanation)
        assert explanation is not None
        covered_finding: Finding = replace(
            finding,
            start=start,
            end=end,
            explanation=explanation,
            do_now=self._message(finding.do_now),
            say_now=self._message(finding.say_now),
            found_by=_bare(finding.found_by),
        )
        return replace(changed, finding=covered_finding, quote=quote)

    def _message(self, given: Message | None) -> Message | None:
        if given is None:
            return None
        return Message(given.id, tuple((name, self.text(value)) for name, value in given.params))


def covered(told: ToldCall) -> ToldCall:
    """The call without what must not be passed on."""
    cover = Cover.of(told)
    outputs: list[Output] = []
    for output in told.outputs:
        match output:
            case Started():
                outputs.append(Started(bare_start(output.start)))
            case UtteranceFinal():
                outputs.append(cover.utterance(output))
            case FindingChanged():
                outputs.append(cover.finding(output))
            case PromiseChanged():
                outputs.append(_covered_promise(output))
            case _:
                outputs.append(output)
    end = told.wrap_up
    # Fields are known by their kinds; where none is filled none need be.
    names = OutcomeNames(load_outcomes() if end is not None and end.values else ())
    reviews = tuple(replace(one, note=cover.text(one.note)) for one in told.reviews)
    return replace(
        told,
        start=bare_start(told.start),
        outputs=tuple(outputs),
        reviews=reviews,
        wrap_up=covered_ending(end, names, cover.text) if end is not None else None,
        redacted=True,
        accounts=(),
        tasks=tuple(
            replace(
                task, deeds=tuple(replace(deed, note=cover.text(deed.note)) for deed in task.deeds)
            )
            for task in told.tasks
        ),
    )


def covered_shown(shown: Shown, told: ToldCall) -> Shown:
    """What the agent was shown, covered likewise; `told` is the call as it was kept."""
    cover = Cover.of(told)
    outputs: list[Output] = []
    for output in shown.outputs:
        match output:
            case PromptChanged(prompt=prompt):
                line = cover.text(prompt.line)
                outputs.append(replace(output, prompt=replace(prompt, line=line, next_line="")))
            case ObjectionHeard(talk_off=talk_off):
                outputs.append(replace(output, talk_off=cover.text(talk_off)))
            case FindingChanged():
                outputs.append(cover.finding(output))
            case PromiseChanged():
                outputs.append(_covered_promise(output))
            case _:
                outputs.append(output)
    return replace(shown, outputs=tuple(outputs))


# ---- for training ------------------------------------------------------------------------------


def cover_for_training(told: ToldCall) -> Cover:
    """What a call is covered with before anybody learns from it; `told` is as it was kept."""
    agents = (told.call.agent_name, *(account.agent_name for account in told.accounts))
    strict = Strictness(figures=True, announced=True, closed=True, names=agents)
    return Cover.of(told, strict)


def for_training(told: ToldCall) -> ToldCall:
    """The copy of a call that others learn from."""
    cover = cover_for_training(told)
    outputs = (trained(output, cover) for output in told.outputs)
    end = told.wrap_up
    return replace(
        told,
        call=unnamed(told.call),
        start=bare_start(told.start),
        outputs=tuple(output for output in outputs if output is not None),
        reviews=tuple(replace(review, note="", reviewer="") for review in told.reviews),
        wrap_up=_trained_ending(end) if end is not None else None,
        entries=(),
        tasks=(),
        accounts=(),
        redacted=True,
    )


def trained(output: Output, cover: Cover) -> Output | None:
    """An output as others may learn from it; `None` where it is nothing for them."""
    match output:
        case Started():
            return Started(bare_start(output.start))
        case UtteranceFinal():
            return cover.utterance(output)
        case FindingChanged():
            return cover.finding(output)
        case PromiseChanged():
            return _covered_promise(output)
        case PromptChanged(prompt=prompt):
            line, next_line = cover.text(prompt.line), cover.text(prompt.next_line)
            return replace(output, prompt=replace(prompt, line=line, next_line=next_line))
        case ObjectionHeard(talk_off=talk_off):
            return replace(output, talk_off=cover.text(talk_off))
        case _:
            return output if isinstance(output, _HARMLESS) else None


def _trained_ending(end: KeptWrapUp) -> KeptWrapUp:
    """How it ended, without days, sums, the account and what anybody wrote."""
    names = OutcomeNames(load_outcomes() if end.values else ())
    bare = covered_ending(end, names, lambda _note: "")
    return replace(bare, next_contact=None, currency="", by="")


def unnamed(call: KeptCall) -> KeptCall:
    """A call as lists show it to whoever may not know whose it was."""
    return replace(call, agent_name="", agent_id="")


def bare_start(start: CallStarted) -> CallStarted:
    """How a call began, without the account and without whom and where it was about."""
    header = replace(
        start.header,
        account=None,
        number=None,
        contacts=None,
        customer_state=None,
        customer_timezone=None,
        facts={},
    )
    imported = start.imported
    if imported is not None:
        imported = replace(imported, account="", agent_id="", agent_name="", digest="")
    return replace(start, header=header, account=None, account_hash="", imported=imported)


# ---- the words ---------------------------------------------------------------------------------


def redactions(told: ToldCall, strict: Strictness = AS_USUAL) -> Iterator[tuple[str, Redacted]]:
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
    copies = redacted(said, today=day_of(told.start), accounts=told.accounts, strict=strict)
    yield from zip(ids, copies, strict=True)


def _covered_promise(changed: PromiseChanged) -> PromiseChanged:
    """That something was promised, and in how many parts; amounts and days go."""
    bare = tuple(replace(part, amount=None, day=None) for part in changed.promised.parts)
    return replace(changed, promised=replace(changed.promised, parts=bare, line=""))


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
