"""A person's judgement of a finding, and how a history of judgements is read.

Owns the values and the one fold that says which judgement stands.  Judgements are only ever added:
a new one replaces the one before, and an undo takes the newest back, so that the history stays
whole.  It stores nothing and reads no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class ReviewAct(StrEnum):
    """What a reviewer did; the value is what is stored."""

    CONFIRM = "confirm"
    DISMISS = "dismiss"
    UNCERTAIN = "uncertain"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Review:
    """One act of one reviewer on one finding.

    `at_utc` is ISO 8601 with offset +00:00; `reviewer` is the name the system knows the user by.
    """

    call: str
    finding: str
    act: ReviewAct
    reviewer: str
    at_utc: str
    note: str = ""


def standing(history: Iterable[Review]) -> Mapping[str, Review]:
    """The judgement that stands for each finding, from a call's history, oldest first.

    A finding without a standing judgement is absent: it is unreviewed.
    """
    stacks: dict[str, list[Review]] = {}
    for review in history:
        stack = stacks.setdefault(review.finding, [])
        if review.act is not ReviewAct.UNDO:
            stack.append(review)
        elif stack:
            stack.pop()
    return {finding: stack[-1] for finding, stack in stacks.items() if stack}
