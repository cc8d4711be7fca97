"""The next list joined with the source of accounts: numbers, language, flags, promises.

Owns the step from a `NextRow` to a row of a work list, and what becomes of one whose account is not
to be found: it is shown, and not callable.  It asks through a look-up that is handed in, stops
asking once the source does not answer, and reads no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from assistant.accounts.source import AccountSource, SourceFailed, bare
from assistant.follow_up.gathering import NextRow
from assistant.follow_up.ledger import Followed
from assistant.shift.csv_list import ListRead
from assistant.shift.folder import read_work_list, row_of_account
from assistant.shift.learnt import FACTS
from assistant.shift.row_reading import ONE_ZONE
from assistant.shift.rows import PhoneNumber, WorkRow
from assistant.shift.wanted import Barred, WantedFor
from compliance.context import Collector
from compliance.local_time import zone_of
from scripts.account import Account, Promise
from scripts.promise_keeping import Keeping, PromiseStanding

NOT_FOUND = "account_not_found"
NOT_ASKED = "accounts_not_asked"

LookUp = Callable[[str], WorkRow | None]
"""The row of an account by its id; `None` where nobody knows it.

Raises:
    SourceFailed: the source does not answer.
"""

# What a promise's state says of it in an account; what was kept in part is neither.
_KEPT = {Keeping.KEPT: True, Keeping.LATE: True, Keeping.BROKEN: False, Keeping.OPEN: None}


@dataclass(frozen=True, slots=True)
class Formed:
    """The next list; `not_found` counts rows without an account, `failed` is why none was found."""

    listed: ListRead
    not_found: int = 0
    failed: str = ""


def look_up_in_list(path: Path, mapping: Path | None) -> LookUp:
    """Looks accounts up in a work list or folder of accounts, read once.

    Raises:
        BadInput: nothing of it can be read.
    """
    rows = {row.id: row for row in read_work_list(path, mapping).rows}
    return rows.get


def look_up_in(source: AccountSource | None) -> LookUp:
    """Looks accounts up in a site's source; without one, nobody knows any."""

    def look_up(account: str) -> WorkRow | None:
        found = source.by_id(account).accounts if source is not None else ()
        if not found:
            return None
        sourced = found[0]
        if sourced.row is not None:
            return sourced.row
        numbers = tuple(PhoneNumber(number) for number in sourced.numbers)
        return replace(row_of_account(sourced.account, sourced.as_of), numbers=numbers)

    return look_up


def joined(rows: Sequence[NextRow], look_up: LookUp, on: date) -> Formed:
    """The next list as rows of a work list, in its order.

    Args:
        rows: of the next list.
        look_up: where accounts are known.
        on: the day of the list.
    """
    found: list[WorkRow] = []
    failed, missing = "", 0
    for row in rows:
        known: WorkRow | None = None
        if not failed:
            try:
                known = look_up(row.followed.account)
            except SourceFailed as error:
                failed = str(error)
        if known is not None:
            found.append(_with_history(known, row, on))
        else:
            missing += 1
            found.append(_unknown(row, NOT_ASKED if failed else NOT_FOUND))
    return Formed(ListRead(tuple(found)), missing, failed)


def with_promises(account: Account, standings: Iterable[PromiseStanding]) -> Account:
    """An account with what is known of promises made in calls.

    Of one that was kept in part neither "kept" nor "broken" is true: it is left out, and told by
    the reasons for the call.  One that a later one replaced is no promise any more.
    """
    promises = list(account.promises)
    for standing in standings:
        for part in standing.parts:
            day, amount = part.part.day, part.part.amount
            if day is None or amount is None or part.part.currency != account.currency:
                continue
            own = [one for one in promises if one.due_on == day and one.amount == amount]
            if part.state is Keeping.NOT_ASSESSABLE or any(one.kept is not None for one in own):
                continue  # the bank's own word on it stands
            promises = [one for one in promises if one not in own]
            if part.state in _KEPT:
                made_on = standing.promise.made_on
                promises.append(Promise(made_on, day, amount, _KEPT[part.state]))
    ordered = sorted(promises, key=lambda one: (one.made_on, one.due_on))
    return replace(account, promises=tuple(ordered))


def _with_history(row: WorkRow, following: NextRow, on: date) -> WorkRow:
    standings = following.followed.standings
    parts = [part for standing in standings for part in standing.parts]
    told = {part.part.day for part in parts}
    waiting = {
        part.part.day
        for part in parts
        if part.state is Keeping.OPEN and part.part.day is not None and part.part.day >= on
    }
    due = row.promises_due
    if due is not None or waiting:
        due = tuple(sorted({day for day in due or () if day not in told} | waiting))
    barred_numbers = {bare(number) for number in following.numbers_barred}
    account = row.account
    return replace(
        row,
        account=with_promises(account, standings) if account is not None else None,
        numbers=tuple(one for one in row.numbers if bare(one.number) not in barred_numbers),
        promises_due=due,
        callback_at=_callback(row, following) or row.callback_at,
        wanted=following.wanted,
        barred=tuple(bar for bar in following.barred if not _is_lifted(bar, row, following)),
    )


def _callback(row: WorkRow, following: NextRow) -> datetime | None:
    """When the customer is to be called back first, by their own clock."""
    name = row.customer_timezone or ONE_ZONE.get(row.jurisdiction)
    zone = zone_of(name) or _desk_zone(following.followed)
    moments = [
        datetime.combine(one.due_on, one.at or time(), zone)
        for one in following.wanted
        if one.why is WantedFor.CALLBACK
    ]
    return min(moments, default=None)


def _desk_zone(followed: Followed) -> ZoneInfo:
    last = followed.last
    return (zone_of(last.zone) if last is not None else None) or ZoneInfo("UTC")


def _is_lifted(bar: Barred, row: WorkRow, following: NextRow) -> bool:
    """Whether the account's own record, made since, says that it is no longer so."""
    facts = FACTS.get(bar.why, ())
    if not facts or bar.until is not None:
        return False
    said = [
        ending.at
        for ending in following.followed.endings
        if ending.outcome.id == bar.why and ending.call == bar.call
    ]
    as_of = [source.as_of for source in row.sources if source.as_of is not None]
    if not said or not as_of or min(as_of) <= max(said):
        return False
    return all(
        row.facts.get(fact) is False or (row.facts_complete and fact not in row.facts)
        for fact in facts
    )


def _unknown(following: NextRow, why: str) -> WorkRow:
    """A row without its account; what the last call showed of it is all there is."""
    last = following.followed.last
    bars = (Barred(why), *following.barred)
    if last is None:
        return WorkRow(following.followed.account, "", "", "", wanted=following.wanted, barred=bars)
    return WorkRow(
        id=following.followed.account,
        customer_name=last.account.customer_name,
        jurisdiction=last.jurisdiction,
        language=last.language,
        collector=Collector(last.collector) if last.collector else None,
        customer_timezone=last.account.customer_timezone or None,
        customer_state=last.account.customer_state or None,
        wanted=following.wanted,
        barred=bars,
    )
