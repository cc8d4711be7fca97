"""The plain call context that rules are judged in.

Owns `CallHeader` (what is known when the call starts) and `CallContext` (what holds at one moment).
It computes nothing: the tracker changes the context by what is said, a session by the agent's keys.
A value of `None`, or a fact that is absent, is unknown, and what depends on it is not assessable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Listener(StrEnum):
    """Who hears the agent."""

    CUSTOMER = "customer"
    THIRD_PARTY = "third_party"
    VOICEMAIL = "voicemail"
    UNKNOWN = "unknown"


class Collector(StrEnum):
    """Whose money is asked for, and by whom: the law differs."""

    IN_HOUSE = "in-house"
    AGENCY = "agency"
    DEBT_BUYER = "debt_buyer"


@dataclass(frozen=True, slots=True)
class Contact:
    """One earlier attempt to reach the customer."""

    at: datetime
    number: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class CallHeader:
    """What is known when a call starts; all but jurisdiction and language may be unknown.

    `started_at` without an offset is the customer's local time.  `facts` are the file's facts by
    slug (`judgment`, `suit_filed`, `represented`, `time_barred`, `disputed`, `cease_contact`, …).
    """

    jurisdiction: str
    language: str
    collector: Collector | None = None
    started_at: datetime | None = None
    customer_timezone: str | None = None
    customer_state: str | None = None
    verified: bool | None = None
    listener: Listener = Listener.UNKNOWN
    facts: Mapping[str, bool] = field(default_factory=dict)
    contacts: tuple[Contact, ...] | None = None


@dataclass(frozen=True, slots=True)
class CallContext:
    """What holds while one utterance is judged.

    `verified` is whether the right party has been confirmed on this line with this listener;
    `stage` is the script's stage slug, `None` where no script runs.
    """

    header: CallHeader
    verified: bool | None
    listener: Listener
    stage: str | None = None
