"""What a judge hands to the monitor: a rule, where it was broken, and how surely.

Owns the value `Hit` and the few questions about it that every judge asks.  It knows no phrase set
and keeps nothing of a call.
"""

from __future__ import annotations

from dataclasses import dataclass

from compliance.findings import Verdict
from compliance.phrases import Match
from compliance.rules import Rule
from compliance.transcript import Utterance

_SURENESS = (Verdict.NOT_ASSESSABLE, Verdict.CHECK_FACTS, Verdict.BREACH)


@dataclass(frozen=True, slots=True)
class Hit:
    """A match that breaches a rule, and how surely."""

    rule: Rule
    match: Match
    verdict: Verdict


def surer(verdict: Verdict, than: Verdict) -> bool:
    """Whether a verdict says more than another; one that cannot be assessed says least."""
    return _SURENESS.index(verdict) > _SURENESS.index(than)


def spoken_times(utterance: Utterance, start: int, end: int) -> tuple[float | None, float | None]:
    """Seconds of the words that cover `start` to `end` of the text, else of the utterance."""
    begin_s, end_s = utterance.start_s, utterance.end_s
    position = 0
    inside = []
    for word in utterance.words:
        found = utterance.text.find(word.text, position)
        if found < 0:
            return begin_s, end_s
        position = found + len(word.text)
        if found < end and position > start:
            inside.append(word)
    if inside:
        begin_s = inside[0].start_s if inside[0].start_s is not None else begin_s
        end_s = inside[-1].end_s if inside[-1].end_s is not None else end_s
    return begin_s, end_s
