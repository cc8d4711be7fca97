"""A kept call laid out along its sound: what happened when, and where one may want to go.

Owns the positions of a call's inputs and of its places worth a jump.  Pure: stored values in,
positions out; it feeds no session, reads no clock and plays nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.events import (
    AgentActed,
    AudioAdvanced,
    AudioGap,
    CallEnded,
    ChannelOpened,
    DriftMeasured,
    Envelope,
    FinalRecognised,
    FindingChanged,
    Input,
    LagMeasured,
    PartialRecognised,
    UtteranceFinal,
)
from compliance.findings import Status

LEAD_S = 0.3
"""A jump lands this much before the words, so that the first one is heard whole."""

_SAME_PLACE_S = 0.05


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """Where everything of a kept call is.

    `inputs` are the stored inputs in the order in which the session took them; `at_s[i]` is the
    call time, in seconds, at which input `i` was taken: never less than that of the one before.
    `utterances_s` and `flags_s` are the places to step and jump to, ascending; what was found of
    the whole call (something never said) has no place.
    """

    inputs: tuple[Input, ...]
    at_s: tuple[float, ...]
    utterances_s: tuple[float, ...]
    flags_s: tuple[float, ...]
    duration_s: float

    def due(self, taken: int, position_s: float) -> int:
        """How many inputs, counted from the first, are due once `position_s` has been heard.

        Never fewer than `taken`; at the very end all of them are.
        """
        if position_s >= self.duration_s:
            return len(self.inputs)
        return max(taken, bisect_right(self.at_s, position_s))

    def step(self, position_s: float, by: int) -> float:
        """The beginning of the next utterance (`by` > 0) or of the one before (`by` < 0).

        The one before is where the present utterance began, unless that was a moment ago.
        """
        return _neighbour(self.utterances_s, position_s, by, self.duration_s)

    def flag(self, position_s: float, by: int) -> float:
        """The words of the next flag, or of the one before; where there is none, stay."""
        if not self.flags_s:
            return position_s
        there = _neighbour(self.flags_s, position_s, by, position_s)
        return there if there in self.flags_s else position_s


def plan_replay(
    stored: Iterable[Envelope],
    utterances: Sequence[UtteranceFinal],
    findings: Sequence[FindingChanged],
) -> ReplayPlan:
    """Lay out a kept call.

    Args:
        stored: the call's inputs in order.
        utterances: its settled utterances.
        findings: its findings, each in its last state.
    """
    inputs: list[Input] = []
    at_s: list[float] = []
    rates_hz: dict[int, int] = {}
    now_s = 0.0
    for envelope in stored:
        event: Input = envelope.event  # type: ignore[assignment]  # the store keeps inputs apart
        if isinstance(event, ChannelOpened):
            rates_hz[event.channel] = event.rate_hz
        now_s = max(now_s, _position_s(event, rates_hz))
        inputs.append(event)
        at_s.append(now_s)
    begins_s = {utterance.id: utterance.start_s for utterance in utterances}
    flags_s = {
        max(0.0, _words_s(changed, begins_s) - LEAD_S)
        for changed in findings
        if changed.finding.status is not Status.WITHDRAWN
        and changed.finding.utterance_id is not None
    }
    return ReplayPlan(
        inputs=tuple(inputs),
        at_s=tuple(at_s),
        utterances_s=tuple(sorted({max(0.0, s - LEAD_S) for s in begins_s.values()})),
        flags_s=tuple(sorted(flags_s)),
        duration_s=now_s,
    )


def _position_s(event: Input, rates_hz: dict[int, int]) -> float:
    """When an input was taken, in seconds of call time; 0 for what comes before the sound."""
    match event:
        case (
            AudioAdvanced(channel=channel, sample=sample)
            | AudioGap(channel=channel, sample=sample)
            | DriftMeasured(channel=channel, sample=sample)
            | PartialRecognised(channel=channel, sample=sample)
            | FinalRecognised(channel=channel, sample=sample)
            | LagMeasured(channel=channel, sample=sample)
        ):
            rate_hz = rates_hz.get(channel)
        case AgentActed(sample=sample) | CallEnded(sample=sample):
            rate_hz = rates_hz.get(0)
        case _:
            return 0.0
    return sample / rate_hz if rate_hz else 0.0


def _words_s(changed: FindingChanged, begins_s: dict[str, float]) -> float:
    """Where the flagged words are; where that is unknown, their utterance, then the finding."""
    finding = changed.finding
    if finding.start_s is not None:
        return finding.start_s
    return begins_s.get(finding.utterance_id or "", changed.call_s)


def _neighbour(places_s: Sequence[float], position_s: float, by: int, beyond_s: float) -> float:
    if by > 0:
        place = bisect_right(places_s, position_s + _SAME_PLACE_S)
        return places_s[place] if place < len(places_s) else beyond_s
    # A second's grace: pressed again at once, the key goes on to the one before.
    place = bisect_left(places_s, position_s - 1.0)
    return places_s[place - 1] if place > 0 else (places_s[0] if places_s else 0.0)
