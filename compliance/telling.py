"""From what judges hit to what is told: repetition, restraint, and the finding itself.

Owns what a rule demands before it speaks (`counts`) and how often it may (`cooldown_s`,
`max_per_call`), over one call, and the making of findings.  It judges no words.
"""

from __future__ import annotations

from dataclasses import dataclass

from compliance.context import CallContext
from compliance.findings import Finding, Message, Status
from compliance.judges.hits import Hit
from compliance.rules import Counts, RuleSet
from compliance.transcript import Utterance


@dataclass(frozen=True, slots=True)
class _Heard:
    """One utterance that a rule was hit in; `number` counts the utterances of its side."""

    number: int
    time_s: float | None
    detector: str


class Restraint:
    """Which hits of one call are told."""

    def __init__(self) -> None:
        self._heard: dict[str, list[_Heard]] = {}
        self._told: dict[str, int] = {}
        self._last_s: dict[str, float] = {}

    def tells(self, hit: Hit, number: int) -> bool | None:
        """Whether a hit is told; `None` where unknown times keep its repetition from being told.

        Args:
            hit: what a judge found.
            number: the utterance's, among those of its side.
        """
        rule = hit.rule
        if rule.max_per_call is not None and self._told.get(rule.id, 0) >= rule.max_per_call:
            return False
        if rule.cooldown_s is not None and hit.start_s is not None:
            last_s = self._last_s.get(rule.id)
            if last_s is not None and 0 <= hit.start_s - last_s < rule.cooldown_s:
                return False
        return True if rule.counts is None else self._repeated(rule.counts, hit, number)

    def heard(self, hit: Hit, number: int, *, told: bool) -> None:
        """A final held this hit; `told` is whether it became a finding."""
        rule = hit.rule
        if rule.counts is not None:
            seen = _Heard(number, hit.start_s, hit.found_by.detector)
            self._heard.setdefault(rule.id, []).append(seen)
        if told:
            self._told[rule.id] = self._told.get(rule.id, 0) + 1
            if hit.start_s is not None:
                self._last_s[rule.id] = hit.start_s

    def _repeated(self, counts: Counts, hit: Hit, number: int) -> bool | None:
        certain = possible = 1  # this one
        for earlier in self._heard.get(hit.rule.id, ()):
            if counts.same and earlier.detector != hit.found_by.detector:
                continue
            within = counts.within_utterances
            if within is not None and number - earlier.number >= within:
                continue
            if counts.within_s is not None:
                if hit.start_s is None or earlier.time_s is None:
                    possible += 1
                    continue
                if not 0 <= hit.start_s - earlier.time_s <= counts.within_s:
                    continue
            certain += 1
            possible += 1
        if certain >= counts.hits:
            return True
        return None if possible >= counts.hits else False


def finding_in(
    utterance: Utterance, hit: Hit, status: Status, context: CallContext, rules: RuleSet
) -> Finding:
    """A hit in an utterance as a finding."""
    rule = hit.rule
    part = f".{hit.part}" if hit.part else ""
    return Finding(
        id=f"{utterance.id}.{rule.id}{part}",
        rule=rule.id,
        family=rule.family,
        kind=rule.kind,
        severity=rule.severity,
        verdict=hit.verdict,
        status=status,
        utterance_id=utterance.id,
        utterance_index=utterance.index,
        start=hit.start,
        end=hit.end,
        start_s=hit.start_s,
        end_s=hit.end_s,
        explanation=Message(f"{rule.id}.explanation", hit.params),
        do_now=Message(f"{rule.id}.do_now", hit.params),
        say_now=rules.repair(rule, context),
        trial=rule.trial,
        found_by=hit.found_by,
    )


def finding_of_call(hit: Hit, context: CallContext | None, rules: RuleSet) -> Finding:
    """A hit that concerns the whole call; with a context something can still be done about it."""
    rule = hit.rule
    part = f".{hit.part}" if hit.part else ""
    return Finding(
        id=f"call.{rule.id}{part}",
        rule=rule.id,
        family=rule.family,
        kind=rule.kind,
        severity=rule.severity,
        verdict=hit.verdict,
        status=Status.CONFIRMED,
        utterance_id=None,
        utterance_index=None,
        start=0,
        end=0,
        start_s=hit.start_s,
        end_s=hit.end_s,
        explanation=Message(f"{rule.id}.explanation", hit.params),
        do_now=None if context is None else Message(f"{rule.id}.do_now", hit.params),
        say_now=None if context is None else rules.repair(rule, context),
        trial=rule.trial,
        found_by=hit.found_by,
    )
