"""A kept call as lists show it.

Owns the values only; the store makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from assistant.record.reviews import ReviewAct
from compliance.findings import Severity, Status, Verdict


class CallState(StrEnum):
    """How a kept call ended: whole to its last event, still being recorded, or cut off."""

    WHOLE = "whole"
    OPEN = "open"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class FindingMark:
    """A finding as a list needs it: how bad, how sure, and what a reviewer made of it.

    `call_s` is when it was found, in seconds of call time.
    """

    finding: str
    rule: str
    severity: Severity
    verdict: Verdict
    status: Status
    call_s: float
    review: ReviewAct | None = None


@dataclass(frozen=True, slots=True)
class KeptCall:
    """One kept call; `started_at_utc` is ISO 8601, `zone` the desk's IANA name.

    `marks` are the findings that were not withdrawn, in the order of the call.  `imported` is what
    it was imported from, empty where it ran here; `released` whether trainers may see its copy.
    """

    id: str
    started_at_utc: str
    zone: str
    language: str
    jurisdiction: str
    collector: str | None
    agent_name: str
    agent_id: str
    model: str
    rules_hash: str
    scripts_hash: str
    state: CallState
    reason: str | None
    duration_s: float
    has_sound: bool
    imported: str = ""
    released: bool = False
    marks: tuple[FindingMark, ...] = ()

    @property
    def reviewed(self) -> int:
        """How many of the marks a reviewer has judged."""
        return sum(mark.review is not None for mark in self.marks)


@dataclass(frozen=True, slots=True)
class KeptItem:
    """Something that a call was about: of what sort, its slug, when it came first, how often."""

    about: str
    slug: str
    first_s: float
    times: int


@dataclass(frozen=True, slots=True)
class KeptWrapUp:
    """How a call ended: `outcome` is a disposition's id, days and times are ISO 8601 text.

    `values` are what the outcome's fields were filled with, by field id, in the canonical text of
    `scripts.outcome_values`; amounts are in `currency`.  `account` is the id of the account that
    the call had in the end, empty where it had none.  `missing` are mandatory fields that the agent
    left empty: a wrap-up that has any is not complete.  `happened` is what the call was about.
    `by` is who completed it later; empty where the agent said it at the end of the call.
    """

    call: str
    outcome: str
    next_contact: str | None
    note: str
    at_utc: str
    values: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    account: str = ""
    missing: tuple[str, ...] = ()
    happened: tuple[KeptItem, ...] = ()
    by: str = ""


@dataclass(frozen=True, slots=True)
class NumberedWrapUp:
    """A wrap-up with its number in the store, by which it is told from any other."""

    number: int
    wrap_up: KeptWrapUp
