"""What a judge hands to the monitor: a rule, where it was broken, how surely, and why.

Owns the value `Hit` and the few questions about it that every judge asks.  It keeps nothing of a
call and makes no finding.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from compliance.conditions import Condition
from compliance.context import CallContext
from compliance.findings import FoundBy, Verdict
from compliance.rules import Rule
from compliance.transcript import Utterance, Word

_SURENESS = (Verdict.NOT_ASSESSABLE, Verdict.CHECK_FACTS, Verdict.BREACH)


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that was broken, and how surely.

    `start` and `end` are half-open code points of the utterance's text, both 0 where no words are
    meant.  `part` tells apart what one rule may find in one place; `params` fill its texts.
    """

    rule: Rule
    verdict: Verdict
    found_by: FoundBy
    start: int = 0
    end: int = 0
    start_s: float | None = None
    end_s: float | None = None
    part: str = ""
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What a judge makes of a moment; `undecided` are rules with what kept them from being judged.

    What kept them is a slug, such as `listener`, `fact:judgment`, `contacts` or `times`.
    """

    hits: tuple[Hit, ...] = ()
    undecided: tuple[tuple[str, str], ...] = ()


def placed(hit: Hit, utterance: Utterance) -> Hit:
    """A hit with the times of its words in an utterance."""
    start_s, end_s = spoken_times(utterance, hit.start, hit.end)
    return replace(hit, start_s=start_s, end_s=end_s)


def surer(verdict: Verdict, than: Verdict) -> bool:
    """Whether a verdict says more than another; one that cannot be assessed says least."""
    return _SURENESS.index(verdict) > _SURENESS.index(than)


def considered(
    context: CallContext, conditions: Iterable[Condition], facts: Iterable[str] = ()
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The parts of a context that decide, by name with what they are, and those not known.

    Values are slugs; of the account only whether a comparison holds is told.
    """
    known: dict[str, str] = {"listener": context.listener.value}
    if context.verified is not None:
        known["verified"] = _word(context.verified)
    if context.header.collector is not None:
        known["collector"] = context.header.collector.value
    unknown: dict[str, None] = {}
    for condition in conditions:
        for name, answer in condition.answers(context):
            if answer is None:
                unknown[name] = None
            elif name in {"stage", "customer_state"}:
                value = context.stage if name == "stage" else context.header.customer_state
                known[name] = value or ""
            elif name.startswith("fact:"):
                known[name] = _word(context.fact(name.removeprefix("fact:")) is True)
            elif name not in known and name != "verified":
                known[name] = _word(answer)
    for fact in facts:
        value_known = context.fact(fact)
        if value_known is None:
            unknown[f"fact:{fact}"] = None
        else:
            known[f"fact:{fact}"] = _word(value_known)
    return tuple(known.items()), tuple(unknown)


def why_open(context: CallContext, conditions: Iterable[Condition]) -> str:
    """The first unknown part on which conditions hang; empty where there is none."""
    for condition in conditions:
        for name, answer in condition.answers(context):
            if answer is None:
                return name
    return ""


def _word(value: bool) -> str:
    return "true" if value else "false"


def spoken_words(utterance: Utterance, start: int, end: int) -> tuple[Word, ...] | None:
    """The words that cover `start` to `end` of the text; `None` where they are not its words."""
    position = 0
    inside = []
    for word in utterance.words:
        found = utterance.text.find(word.text, position)
        if found < 0:
            return None
        position = found + len(word.text)
        if found < end and position > start:
            inside.append(word)
    return tuple(inside)


def spoken_times(utterance: Utterance, start: int, end: int) -> tuple[float | None, float | None]:
    """Seconds of the words that cover `start` to `end` of the text, else of the utterance."""
    begin_s, end_s = utterance.start_s, utterance.end_s
    inside = spoken_words(utterance, start, end)
    if inside:
        begin_s = inside[0].start_s if inside[0].start_s is not None else begin_s
        end_s = inside[-1].end_s if inside[-1].end_s is not None else end_s
    return begin_s, end_s


def least_confidence(utterance: Utterance, start: int, end: int) -> float | None:
    """The recogniser's least confidence in the words of a stretch; `None` where it gave none."""
    known = [
        word.confidence
        for word in spoken_words(utterance, start, end) or ()
        if word.confidence is not None
    ]
    return min(known, default=None)
