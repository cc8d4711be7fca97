"""Where a live call is kept, on its terms.

Owns the keeping of one live call as far as its terms allow, and of how it ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from assistant.events import Keep, RecordingTerms
from assistant.record.kept import KeptItem, KeptWrapUp
from assistant.record.locations import Locations
from assistant.wrap_up import WrapUp
from compliance.errors import AssistantError
from scripts.account import Account
from scripts.forms import minor_digits
from scripts.outcome_values import all_written
from scripts.outcomes import Value

if TYPE_CHECKING:
    from assistant.record.consent import ConsentingWriter


@contextmanager
def keeping_on_terms(
    terms: RecordingTerms | None,
    locations: Locations,
    call_id: str,
    notice: Callable[[str], None],
) -> Iterator[ConsentingWriter | None]:
    """What writes the call as far as its terms allow; `None` where they keep nothing.

    Args:
        terms: how much is kept, and from when.
        locations: where.
        call_id: the call's id.
        notice: told what the agent should read.

    Raises:
        StoreFault: the store cannot be reached and this machine was never there before.
        MissingPart: its key is missing.
    """
    if terms is None or terms.keep is Keep.NOTHING:
        yield None
        return
    from assistant.record.consent import ConsentingWriter  # noqa: PLC0415 - only where one is kept
    from assistant.record.keeping import keep_call  # noqa: PLC0415 - as above
    from assistant.record.opening import system_doors  # noqa: PLC0415 - as above

    with_sound = terms.keep is Keep.AUDIO
    with keep_call(locations, call_id, system_doors(notice), with_sound=with_sound) as writer:
        yield ConsentingWriter(writer, terms.keep)


def kept_form(
    call: str, wrap_up: WrapUp, account: Account | None, currency: str, at: datetime
) -> KeptWrapUp:
    """A wrap-up as it is kept.

    Args:
        call: the call's id.
        wrap_up: what the agent confirmed.
        account: the one that the call had in the end, if any.
        currency: of its amounts.
        at: when, with an offset.
    """
    day = wrap_up.next_contact
    return KeptWrapUp(
        call=call,
        outcome=wrap_up.outcome,
        next_contact=day.isoformat() if day is not None else None,
        note=wrap_up.note,
        at_utc=at.astimezone(UTC).isoformat(timespec="seconds"),
        values=all_written(
            {name: _in_minor_units(value, currency) for name, value in wrap_up.values.items()}
        ),
        currency=currency if wrap_up.values else "",
        account=account.id if account is not None else "",
        missing=wrap_up.missing,
        happened=tuple(
            KeptItem(about.value, item.slug, round(item.first_s, 3), item.times)
            for about, items in wrap_up.happened.items()
            for item in items
        ),
    )


def _in_minor_units(value: Value, currency: str) -> Value:
    """An amount with the digits that its currency has; what has more of them stays as it is."""
    if not isinstance(value, Decimal):
        return value
    whole = value.quantize(Decimal(1).scaleb(-minor_digits(currency)))
    return whole if whole == value else value


def keep_confirmed(wrap_up: KeptWrapUp, locations: Locations, tell: Callable[[str], None]) -> None:
    """Keep how a kept call ended; what stands in the way is told."""
    try:
        keep_ending(wrap_up, locations, tell)
    except AssistantError as error:
        tell(f"{error} How the call ended is not kept.")


def keep_ending(wrap_up: KeptWrapUp, locations: Locations, notice: Callable[[str], None]) -> None:
    """Keep how a kept call ended.

    Raises:
        StoreFault: nothing takes it.
    """
    from assistant.record.opening import system_doors  # noqa: PLC0415 - only where a call is kept
    from assistant.record.wrap_ups import keep_wrap_up  # noqa: PLC0415 - as above

    keep_wrap_up(locations, system_doors(notice), wrap_up)
