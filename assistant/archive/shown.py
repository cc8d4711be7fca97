"""What the agent was shown while a kept call ran, seen again by running its inputs once more.

Owns the comparison that allows it: only where the rules and scripts in force now are those of then
does the same session say the same.  Otherwise nothing is claimed, and only what was kept is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.events import (
    Envelope,
    FindingChanged,
    FlagAcknowledged,
    HoldChanged,
    ObjectionHeard,
    Output,
    PromptChanged,
    RecordingChanged,
)
from assistant.kept_guidance import KeptGuidance
from assistant.record.kept import KeptCall
from compliance.errors import AssistantError

_SHOWN = (
    PromptChanged,
    ObjectionHeard,
    FindingChanged,
    FlagAcknowledged,
    RecordingChanged,
    HoldChanged,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What was on the screen, in order; `same_rules` is whether that can be said at all."""

    outputs: tuple[Output, ...]
    same_rules: bool


def what_was_shown(call: KeptCall, inputs: Iterable[Envelope], guidance: KeptGuidance) -> Shown:
    """Run a call's inputs once more.

    Args:
        call: the kept call.
        inputs: its stored inputs, in order.
        guidance: the rules and scripts in force now.
    """
    stored = iter(inputs)
    first = next(stored, None)
    if first is None:
        return Shown((), same_rules=False)
    try:
        guided = guidance.guide(first.event)  # type: ignore[arg-type]  # the store checked it
    except AssistantError:
        return Shown((), same_rules=False)
    if guided.rules_hash != call.rules_hash or guided.scripts_hash != call.scripts_hash:
        return Shown((), same_rules=False)
    session = guided.session
    outputs: list[Output] = []
    for envelope in (first, *stored):
        told = session.receive(envelope.event)  # type: ignore[arg-type]  # inputs are kept apart
        outputs.extend(output for output in told if isinstance(output, _SHOWN))
    return Shown(tuple(outputs), same_rules=True)
