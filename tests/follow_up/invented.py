"""Invented calls of invented accounts, kept or in the hand, for what comes after a call."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from assistant.event_codec import EventCodec
from assistant.events import SCHEMA, Envelope, PromiseChanged, PromiseStatus
from assistant.record.followed import FollowedCall
from assistant.record.kept import KeptWrapUp
from assistant.record.store import CallStore
from compliance.context import CallHeader, Collector
from scripts.commitments import Proposal
from scripts.outcomes import load_outcomes
from scripts.promising import Promised
from tests.record.aged import account
from tests.record.invented import envelopes, inputs, started

CODEC = EventCodec()
OUTCOMES = {outcome.id: outcome for outcome in load_outcomes()}
ON = date(2026, 12, 10)

Part = tuple[str | None, int | None]
"""An amount, and a day counted from `ON`."""


def day(days: int) -> date:
    return ON + timedelta(days=days)


def parts_of(parts: tuple[Part, ...], currency: str = "USD") -> tuple[Proposal, ...]:
    return tuple(
        Proposal(
            Decimal(amount) if amount is not None else None,
            currency,
            day(days) if days is not None else None,
            "",
            (),
        )
        for amount, days in parts
    )


def call(
    identity: str,
    days: int,
    *parts: Part,
    outcome: str | None = None,
    next_contact: int | None = None,
    number: str | None = "2125550100",
    owner: str = "A1",
) -> FollowedCall:
    """One call, that many days from `ON`."""
    began = datetime.combine(day(days), time(15), UTC)
    end = None
    if outcome is not None:
        following = day(next_contact).isoformat() if next_contact is not None else None
        end = KeptWrapUp(identity, outcome, following, "", began.isoformat())
    return FollowedCall(
        call=identity,
        code=owner.encode(),
        account=account(owner),
        started_at_utc=began.isoformat(),
        zone="America/New_York",
        jurisdiction="us",
        language="en-US",
        collector="in-house",
        number=number,
        promised=parts_of(parts),
        end=end,
    )


def keep(store: CallStore, followed: FollowedCall, *, agent_id: str = "A7") -> None:
    """Keep such a call as the program does."""
    first = replace(
        started(followed.started_at_utc),
        header=CallHeader("us", "en-US", Collector.IN_HOUSE, number=followed.number),
        account=replace(followed.account, agent_id=agent_id),
    )
    writer = store.record(followed.call, with_sound=False)
    writer.append(envelopes((first, *inputs()[1:]), followed.call))
    if followed.promised:
        promised = PromiseChanged(
            Promised(1, followed.promised, "read back"), PromiseStatus.CONFIRMED, 60.0
        )
        writer.append([Envelope(SCHEMA, followed.call, 90, promised)])
    writer.close()
    if followed.end is not None:
        store.add_wrap_up(followed.end)
