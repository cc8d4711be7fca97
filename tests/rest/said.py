"""Invented outputs of a call, as short as a test of one thing needs them."""

from __future__ import annotations

from assistant.events import UtteranceFinal
from compliance.findings import Finding, Kind, Message, Severity, Status, Verdict
from compliance.transcript import Speaker
from scripts.prompt import Prompt


def final(text: str, speaker: Speaker, start_s: float, lasted_s: float = 3.0) -> UtteranceFinal:
    """An utterance, settled."""
    return UtteranceFinal(f"{speaker}{start_s}", 0, speaker, text, (), start_s, start_s + lasted_s)


def finding(rule: str, status: Status = Status.CONFIRMED) -> Finding:
    """A finding of a rule, about nothing in particular."""
    return Finding(
        id=rule,
        rule=rule,
        family="vulnerable",
        kind=Kind.ROUTE,
        severity=Severity.CRITICAL,
        verdict=Verdict.BREACH,
        status=status,
        utterance_id="u1",
        utterance_index=0,
        start=0,
        end=0,
        start_s=None,
        end_s=None,
        explanation=Message("why"),
    )


def prompt(stage: str) -> Prompt:
    """The script at a stage."""
    return Prompt(stage, "s1", "")
