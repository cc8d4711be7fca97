"""When a call takes place, where the customer is.

Owns the customer's day and hour of a call from what its header knows.  It reads no clock.
"""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from compliance.context import CallHeader


def zone_of(name: str | None) -> ZoneInfo | None:
    """A time zone by its IANA name; `None` where there is none of that name."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def day_of_call(header: CallHeader) -> date | None:
    """The customer's day on which the call started; `None` where that is unknown.

    A time without an offset is the customer's own; one with an offset is read in the customer's
    zone, or as it stands where that is not known.
    """
    started = header.started_at
    if started is None:
        return None
    zone = zone_of(header.customer_timezone)
    if started.tzinfo is not None and zone is not None:
        started = started.astimezone(zone)
    return started.date()
