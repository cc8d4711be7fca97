"""What is known of one customer, as values: calls, attempts, what is gone.

Owns these values and nothing else; `customer_case` gathers them from the record, `case_timeline`
puts them in order, `case_clocks` counts the days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from assistant.archive.shown import Shown
from assistant.archive.told import ToldCall
from assistant.events import ChannelOpened
from assistant.record.kept import KeptCall
from assistant.record.verifying import Proof
from assistant.shift.journal import Attempt
from scripts.promise_keeping import PromiseStanding


class HandedAs(StrEnum):
    """How a call, or a copy of it, came into other hands."""

    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    EXPORT = "export"
    CARRIED = "exported"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Handed:
    """One such act; `who` is empty where the chain does not say."""

    at_utc: str
    how: HandedAs
    who: str = ""
    reason: str = ""


class KnownFrom(StrEnum):
    """Where an attempt is known from."""

    OWN = "own"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt, or a contact, that is no kept call; `outcome` is empty where nobody said."""

    at: datetime
    outcome: str
    known_from: KnownFrom
    number: str = ""
    permitted: str = ""
    next_contact: date | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """A call that was kept and is not here: `purged_utc` is empty where the chain knows no purge.

    `why` is `retention` or `erasure`, `law` the rule that it went by.
    """

    at: datetime
    call: str
    outcome: str
    purged_utc: str = ""
    who: str = ""
    why: str = ""
    law: str = ""


@dataclass(frozen=True, slots=True)
class CaseCall:
    """A kept call of the customer; `attempt` is what the shift wrote down of it."""

    told: ToldCall
    shown: Shown
    channels: tuple[ChannelOpened, ...]
    promise: PromiseStanding | None
    handed: tuple[Handed, ...]
    attempt: Attempt | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One customer, everything the earliest first.

    `accounts` begins with the one asked for.  `closed` are calls in which another customer was
    shown.  `purged_unknown` counts purged calls of the store of which nobody can say any more
    whose they were; `worked` are the days (UTC) on which the program is known to have run, and
    `unread` lines of the contact journal that could not be read.
    """

    accounts: tuple[str, ...]
    calls: tuple[CaseCall, ...]
    closed: tuple[KeptCall, ...]
    tried: tuple[Tried, ...]
    gone: tuple[Gone, ...]
    purged_unknown: int
    worked: frozenset[date]
    unread: int
    proof: Proof
