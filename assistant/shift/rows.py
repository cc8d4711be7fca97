"""One account of a work list, as far as calling it goes.

Owns the values that a list's readers make and the list shows, and what of them the law is asked
about.  It reads no file and no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from assistant.shift.wanted import Barred, Wanted
from compliance.context import CallHeader, Collector, Contact, Listener
from compliance.permission import Dialling
from scripts.account import Account

_BY_NUMBER = frozenset({"workplace_number", "number_elsewhere"})
_ONE_CALL = timedelta(minutes=3)  # two records of one attempt differ by less


class NumberKind(StrEnum):
    """Whose telephone it is."""

    MOBILE = "mobile"
    HOME = "home"
    WORK = "work"
    THIRD_PARTY = "third_party"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number as the list gives it."""

    number: str
    kind: NumberKind = NumberKind.UNKNOWN


@dataclass(frozen=True, slots=True)
class Source:
    """Where something is known from (`list`, `account`, `journal`), and as of when.

    `as_of` has an offset; `None` is unknown, which is as good as old.
    """

    name: str
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One account of the list; what is `None` or absent is unknown.

    `promises_due` are the days of promises not yet kept or broken.  `callback_at` is when the
    customer asked to be called.  With `facts_complete` a fact that `facts` does not name does not
    hold.  `contacts` are all earlier attempts that the source knows.
    `account` is the whole account, where the source gives enough for one; `lacks` are the columns
    that it would need besides.  `line` is where the row begins in its file, from 1.
    `wanted` is why it stands on a list that was formed from calls, `barred` what keeps it off the
    telephone beside the law.
    """

    id: str
    customer_name: str
    jurisdiction: str
    language: str
    collector: Collector | None = None
    days_past_due: int | None = None
    overdue_amount: Decimal | None = None
    currency: str = ""
    numbers: tuple[PhoneNumber, ...] = ()
    customer_timezone: str | None = None
    customer_state: str | None = None
    facts: Mapping[str, bool] = field(default_factory=dict)
    facts_complete: bool = False
    contacts: tuple[Contact, ...] | None = None
    promises_due: tuple[date, ...] | None = None
    callback_at: datetime | None = None
    sources: tuple[Source, ...] = ()
    account: Account | None = None
    line: int = 0
    lacks: tuple[str, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    barred: tuple[Barred, ...] = ()

    def dialling(
        self, number: PhoneNumber | None, asked: Iterable[str] = (), own: Iterable[Contact] = ()
    ) -> Dialling:
        """What the law is asked about before this number is called.

        Args:
            number: one of the row's, or none.
            asked: the facts that the rules of the place ask for.
            own: attempts that this program made, which the source may not know yet.
        """
        header = CallHeader(
            self.jurisdiction,
            self.language,
            collector=self.collector,
            customer_timezone=self.customer_timezone,
            customer_state=self.customer_state,
            verified=False,
            listener=(
                Listener.THIRD_PARTY
                if number is not None and number.kind is NumberKind.THIRD_PARTY
                else Listener.UNKNOWN
            ),
            facts={**self._rest(asked), **self.facts, **_of_number(number)},
            contacts=None if self.contacts is None else together(self.contacts, own),
            account={"id": self.id},
            number=number.number if number is not None else None,
        )
        return Dialling(header, self.promises_due, self.callback_at)

    def _rest(self, asked: Iterable[str]) -> dict[str, bool]:
        """What a complete list leaves out does not hold; whose number it is, it says not."""
        if not self.facts_complete:
            return {}
        return {name: False for name in asked if name not in _BY_NUMBER}


def together(known: Iterable[Contact], own: Iterable[Contact]) -> tuple[Contact, ...]:
    """What a source knows of attempts with this program's own: none twice, and none lost.

    Each of the source's stands for one own attempt at most: who redials within a minute has tried
    twice.
    """
    merged = list(known)
    unpaired = list(merged)
    for contact in own:
        pair = next((other for other in unpaired if _same(contact, other)), None)
        if pair is None:
            merged.append(contact)
        else:
            unpaired.remove(pair)
    return tuple(merged)


def _same(one: Contact, other: Contact) -> bool:
    if one.at.tzinfo is None or other.at.tzinfo is None:
        return False
    numbers = {"".join(filter(str.isdigit, c.number))[-9:] for c in (one, other) if c.number}
    return abs(one.at - other.at) < _ONE_CALL and len(numbers) < 2


def _of_number(number: PhoneNumber | None) -> dict[str, bool]:
    """Facts that follow from whose number it is."""
    if number is None or number.kind is NumberKind.UNKNOWN:
        return {}
    work = number.kind is NumberKind.WORK
    # A mobile telephone goes where the customer lives; so does the home's (940 CMR 7.04(1)(f)).
    elsewhere = number.kind in {NumberKind.WORK, NumberKind.THIRD_PARTY}
    return {"workplace_number": work, "number_elsewhere": elsewhere}
