"""The plain call context that rules are judged in.

Owns `CallHeader` (what is known when the call starts) and `CallContext` (what holds at one moment).
It computes nothing: the tracker changes the context by what is said, a session by the agent's keys.
A value of `None`, or a fact that is absent, is unknown, and what depends on it is not assessable.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

INBOUND = "inbound"
"""The fact that the customer called, so that nobody here dialled."""
TRANSFERRED = "transferred"
"""The fact that another desk had the call first: it was dialled or answered there, and earlier."""

Plain = str | int | float | bool | None
"""A value of an account; amounts may be text (`"3000.00"`), days are ISO 8601."""


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
    """One earlier attempt to reach the customer.

    `debt` names the account it was about, where it was about another than this call.
    """

    at: datetime
    number: str | None = None
    outcome: str | None = None
    debt: str | None = None


@dataclass(frozen=True, slots=True)
class CallHeader:
    """What is known when a call starts; all but jurisdiction and language may be unknown.

    `started_at` without an offset is the customer's local time.  `facts` are the file's facts by
    slug (`judgment`, `suit_filed`, `represented`, `time_barred`, `disputed`, `cease_contact`, …).
    `account` are the ledger's plain values by field; `number` is the number that was called.
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
    account: Mapping[str, Plain] | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class CallContext:
    """What holds while one utterance is judged.

    `verified` is whether the right party has been confirmed on this line with this listener;
    `stage` is the script's stage slug, `None` where no script runs.  `time_s` is the time in the
    call.  `past` are the marks that the call has made so far: rules that spoke by id,
    `statement:…` that were said, `stage:…` that were reached, `event:…` that happened, `state:…`
    that were set.  `unsure` is whether something was not heard that may have made others.
    """

    header: CallHeader
    verified: bool | None
    listener: Listener
    stage: str | None = None
    time_s: float | None = None
    past: frozenset[str] = frozenset()
    unsure: bool = False

    def fact(self, name: str) -> bool | None:
        """A fact as it stands now: what was said may have made it true since the call started."""
        return True if f"state:{name}" in self.past else self.header.facts.get(name)

    def made(self, mark: str) -> bool | None:
        """Whether a mark was made; `None` where it may have been, unheard."""
        if mark == "event:verified":
            return self.verified  # it can be taken back
        if mark in self.past:
            return True
        if mark.startswith("stage:") and self.stage is None:
            return None  # no script runs, so that nobody knows
        return None if self.unsure and not mark.startswith("state:") else False


def is_passed_on(context: CallContext, unless: Collection[str]) -> bool:
    """Whether a rule on calls that we place meets one that another desk passed to this one.

    Args:
        context: what holds.
        unless: the facts that lift the rule; one on calls that we place is lifted by `inbound`.
    """
    return INBOUND in unless and context.fact(TRANSFERRED) is True
