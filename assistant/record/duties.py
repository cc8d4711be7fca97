"""Holds, and debts that were cleared: what people said that bears on how long calls are kept.

Owns their rows, which are only ever added, each with an entry in the chain.  A hold is on a call,
or on an account with all its calls, later ones too; whoever releases it adds a row as well.  An
account stands there as a keyed hash, so that its calls can be found; its id and the reason are
sealed.  It decides nothing about keeping.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, insert, select

from assistant.record.chain import DUTY, add_entry, duty_hash
from assistant.record.database import writing
from assistant.record.faults import StoreDamaged, store_faults
from assistant.record.opening import OpenStore
from assistant.record.tables import DUTIES
from assistant.record.vault import SealBroken, Vault
from compliance.errors import AssistantError


class DutyAct(StrEnum):
    """What was said; the value is what is stored."""

    HOLD = "hold"
    RELEASE = "release"
    CLEARED = "cleared"
    UNCLEARED = "uncleared"


@dataclass(frozen=True, slots=True)
class Duty:
    """One row: about a call or an account, the other one is empty.  `at_utc` is ISO 8601."""

    act: DutyAct
    call: str
    account: str
    who: str
    at_utc: str
    reason: str


class NothingHeld(AssistantError):
    """There is no such hold to release, or it is there already."""


@dataclass(frozen=True, slots=True)
class Duties:
    """What stands: held and cleared calls by id, accounts by code."""

    held: frozenset[str | bytes] = frozenset()
    cleared: frozenset[str | bytes] = frozenset()

    def holds(self, call: str, account: bytes) -> bool:
        """Whether a call of that account is held."""
        return call in self.held or (account != b"" and account in self.held)

    def is_cleared(self, call: str, account: bytes) -> bool:
        """Whether somebody said that its debt was cleared."""
        return call in self.cleared or (account != b"" and account in self.cleared)


def account_code(vault: Vault, account: str) -> bytes:
    """An account's keyed hash; of no account, nothing."""
    if not account:
        return b""
    return vault.mac(b"account\0", account.encode("utf-8", "surrogatepass"))


def add_duty(store: OpenStore, duty: Duty) -> None:
    """Add one; whether the call or the account is known is the caller's to check.

    Raises:
        NothingHeld: it would change nothing.
        StoreFault: the store cannot be written.
    """
    code = account_code(store.vault, duty.account)
    told = json.dumps({"account": duty.account, "reason": duty.reason})
    with store_faults(store.name), writing(store.engine) as connection:
        standing = standing_duties(connection)
        subject: str | bytes = duty.call or code
        _check(duty.act, subject in standing.held, subject in standing.cleared)
        added = connection.execute(
            insert(DUTIES).values(
                act=duty.act.value,
                call=duty.call,
                account=code,
                who=duty.who,
                at_utc=duty.at_utc,
                told=store.vault.duties.seal(told.encode(), _place(duty.act, duty.at_utc)),
            )
        )
        (number,) = added.inserted_primary_key or (0,)
        row = connection.execute(select(DUTIES).where(DUTIES.c.number == number)).mappings().one()
        stated = {"number": number, "row": duty_hash(row), "who": duty.who, "act": duty.act.value}
        entry = add_entry(connection, store.vault, DUTY, duty.call, store.at_utc(), stated)
    store.anchors.write(entry)


def standing_duties(connection: Connection) -> Duties:
    """What stands now, by the last word on each call and account."""
    rows = connection.execute(
        select(DUTIES.c.act, DUTIES.c.call, DUTIES.c.account).order_by(DUTIES.c.number)
    )
    return _standing((DutyAct(row.act), row.call or bytes(row.account)) for row in rows)


def every_duty(store: OpenStore) -> tuple[Duty, ...]:
    """All that was ever said, oldest first.

    Raises:
        StoreFault: the store cannot be read, or a row was changed.
    """
    duties = []
    with store_faults(store.name), store.engine.connect() as connection:
        rows = connection.execute(select(DUTIES).order_by(DUTIES.c.number)).all()
    for row in rows:
        act = DutyAct(row.act)
        try:
            told = json.loads(store.vault.duties.open(bytes(row.told), _place(act, row.at_utc)))
        except SealBroken as error:
            raise StoreDamaged(f"{store.name}: a duty does not open", error.remedy) from None
        account, reason = str(told["account"]), str(told["reason"])
        duties.append(Duty(act, row.call, account, row.who, row.at_utc, reason))
    return tuple(duties)


def _standing(said: Iterable[tuple[DutyAct, str | bytes]]) -> Duties:
    held: set[str | bytes] = set()
    cleared: set[str | bytes] = set()
    for act, subject in said:
        match act:
            case DutyAct.HOLD:
                held.add(subject)
            case DutyAct.RELEASE:
                held.discard(subject)
            case DutyAct.CLEARED:
                cleared.add(subject)
            case DutyAct.UNCLEARED:
                cleared.discard(subject)
    return Duties(frozenset(held), frozenset(cleared))


_WRONG = {
    (DutyAct.HOLD, True): "it is held already",
    (DutyAct.RELEASE, False): "nothing holds it",
    (DutyAct.CLEARED, True): "it is marked as cleared already",
    (DutyAct.UNCLEARED, False): "nobody said that it was cleared",
}


def _check(act: DutyAct, held: bool, cleared: bool) -> None:
    stands = held if act in (DutyAct.HOLD, DutyAct.RELEASE) else cleared
    wrong = _WRONG.get((act, stands))
    if wrong:
        raise NothingHeld(wrong, "`assistant record holds` lists what stands.")


def _place(act: DutyAct, at_utc: str) -> str:
    return f"duty {act.value} {at_utc}"
