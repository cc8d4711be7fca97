"""Calls of other years, accounts and laws, kept and judged as the program does it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from assistant.event_codec import EventCodec
from assistant.events import AccountChanged, AccountLinked, Origin, Output
from assistant.record.kept import KeptWrapUp
from assistant.record.locations import Locations
from assistant.record.opening import Doors
from assistant.record.reviews import Review, ReviewAct
from assistant.record.store import CallStore
from compliance.context import CallHeader, Collector
from scripts.account import Account
from tests.record.invented import chunks, envelopes, inputs, outputs, started

CODEC = EventCodec()


def ago(days: int) -> str:
    """A day in the past; a server's clock cannot be set, so days are counted from the real one."""
    return (datetime.now(UTC).date() - timedelta(days=days)).isoformat()


LONG_AGO, LATELY = ago(2000), ago(300)


@dataclass(slots=True)
class Clock:
    """The clock, set ahead or back by hand."""

    ahead: timedelta = timedelta()
    said: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def doors(self) -> Doors:
        return Doors({}, self.said.append, busy_timeout_s=60.0, now=self.now)


def account(identity: str, agent_id: str = "A7") -> Account:
    return Account(
        id=identity,
        jurisdiction="us",
        language="en-US",
        customer_name="Pat Example",
        bank_name="Example Bank",
        currency="USD",
        overdue_amount=Decimal(120),
        days_past_due=40,
        minimum_due=Decimal(30),
        agent_id=agent_id,
    )


def keep(
    places: Locations,
    call: str,
    began: str,
    *,
    clock: Clock,
    jurisdiction: str = "us",
    collector: Collector | None = Collector.AGENCY,
    owner: str = "",
    linked: tuple[Account, ...] = (),
    outcome: str | None = None,
    reviewed: bool = True,
    agent_id: str = "A7",
    end: bool = True,
    told: tuple[Output, ...] = (),
    codec: EventCodec = CODEC,
) -> None:
    """Keep one whole call with a finding, reviewed where asked for.

    `linked` are accounts that were linked to it in its middle.
    """
    origin = Origin("core")
    links = [AccountLinked(one, "h" * 64, origin, 20_500) for one in linked]
    changes = [AccountChanged(one, "h" * 64, origin, 2.5) for one in linked]
    first = replace(
        started(f"{began}T01:02:03+00:00"),
        header=CallHeader(jurisdiction=jurisdiction, language="en-US", collector=collector),
        account=account(owner, agent_id) if owner else None,
    )
    with CallStore(places, codec, doors=clock.doors()) as store:
        writer = store.record(call)
        writer.append(envelopes((first, *inputs()[1:3]), call))
        for chunk in chunks(1.0):
            writer.append_audio(chunk)
        rest = (*inputs()[3:-1], *links, *(inputs()[-1:] if end else ()))
        said = (*outputs(), *changes, *told)
        writer.append([*envelopes(rest, call, 3), *envelopes(said, call, 20)])
        writer.close()
        if reviewed:
            store.add_review(Review(call, "u1.US-03", ReviewAct.CONFIRM, "lin", f"{began}", "seen"))
        if outcome is not None:
            store.add_wrap_up(KeptWrapUp(call, outcome, None, "the agent's note", f"{began}"))
