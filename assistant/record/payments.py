"""Payments of customers, by which promises are judged; they belong to an account and to no call.

Owns their rows, which are added once and never changed, each import with an entry in the chain, and
their going, which states what is left.  An account stands there as a keyed hash, the rest is sealed
with a key of the store's.  It reads no file and judges no promise.

What counts once: a payment with a reference, by account, reference and kind (payment or reversal);
one without, by account, amount, day and kind, and which of its file's alike rows it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import TypedDict, TypeVar

from sqlalchemy import Connection, delete, func, insert, select

from assistant.record.chain import PAYMENTS as ENTRY
from assistant.record.chain import Entry, add_entry, hold_end, payments_hash
from assistant.record.database import writing
from assistant.record.faults import StoreDamaged, store_faults
from assistant.record.opening import OpenStore
from assistant.record.search_index import account_hash
from assistant.record.tables import CALL_INDEX, CHAIN, PAYMENTS
from assistant.record.vault import SealBroken, Vault
from scripts.promise_keeping import Payment

# How many rows one statement names.
_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class KeptPayment:
    """A payment of an account; `again` is which of its file's alike rows without a reference."""

    account: str
    payment: Payment
    again: int = 1


@dataclass(frozen=True, slots=True)
class Added:
    """What an import came to.

    `new` and `known` count payments.  `others` are the places, in what was given, of payments whose
    reference is kept with another amount, currency or day.  `without_call` counts new ones of
    accounts of which no call is kept.  `through` is the day to which payments are known from now
    on, by this and every import before.
    """

    new: int
    known: int
    others: tuple[int, ...]
    without_call: int
    through: date | None = None


class _Row(TypedDict):
    mark: bytes
    batch: int
    account: bytes
    told: bytes


def add_payments(
    store: OpenStore,
    payments: Sequence[KeptPayment],
    who: str,
    through: date | None,
    *,
    vouched: bool = True,
    keep: bool = True,
) -> Added:
    """Add those that are not known yet, in one transaction.

    Args:
        store: the open store.
        payments: of one file; none is in it twice.
        who: whose name the entry carries.
        through: the day to which the payments reach; `None`: nobody says.
        vouched: whether that holds though some are not taken in, because a person said so.
        keep: whether to; otherwise only what would be done is told.

    Raises:
        StoreFault: the store cannot be read or written.
    """
    vault, entry = store.vault, None
    marks = [_mark(vault, one) for one in payments]
    with store_faults(store.name), writing(store.engine) as connection:
        hold_end(connection)
        there = _told(connection, marks)
        batch = max(stated_batches_of(connection), default=0) + 1
        rows: list[_Row] = []
        others: list[int] = []
        for at, (mark, one) in enumerate(zip(marks, payments, strict=True)):
            if mark not in there:
                told = vault.payments.seal(_written(one), _place(mark))
                account = account_hash(vault, one.account)
                rows.append(_Row(mark=mark, batch=batch, account=account, told=told))
            elif _opened(store, mark, there[mark]) != one.payment:
                others.append(at)
        called = _called(connection, {row["account"] for row in rows})
        if others and not vouched:
            through = None
        before = _through(connection)
        if keep and (rows or through is not None):
            entry = _add(connection, store, rows, batch, who, through)
    if entry is not None:
        store.anchors.write(entry)
    return Added(
        len(rows),
        len(payments) - len(rows) - len(others),
        tuple(others),
        sum(row["account"] not in called for row in rows),
        max((day for day in (before, through) if day is not None), default=None),
    )


def payments_of(store: OpenStore, accounts: Collection[bytes]) -> Mapping[bytes, list[Payment]]:
    """What is known of some accounts, by their keyed hashes (`search_index.account_hash`).

    Raises:
        StoreFault: the store cannot be read, or a row was changed.
    """
    found: dict[bytes, list[Payment]] = {}
    with store_faults(store.name), store.engine.connect() as connection:
        for some in _some(sorted(accounts)):
            query = select(PAYMENTS.c.account, PAYMENTS.c.mark, PAYMENTS.c.told)
            for row in connection.execute(query.where(PAYMENTS.c.account.in_(some))):
                payment = _opened(store, bytes(row.mark), bytes(row.told))
                found.setdefault(bytes(row.account), []).append(payment)
    return found


def known_through(store: OpenStore) -> date | None:
    """The latest day to which any import said that it reached; `None`: there is none.

    Raises:
        StoreFault: the store cannot be read.
    """
    with store_faults(store.name), store.engine.connect() as connection:
        return _through(connection)


def erase_payments(store: OpenStore, account: str, who: str) -> int:
    """Take away all of an account; returns how many.

    Raises:
        StoreFault: the store cannot be written, or rows were changed: then nothing is erased.
    """
    hashed = account_hash(store.vault, account)

    def of_account(connection: Connection) -> Iterable[bytes]:
        own = select(PAYMENTS.c.mark).where(PAYMENTS.c.account == hashed)
        return connection.execute(own).scalars()

    return _drop(store, of_account, "erase", who)


def purge_payments(
    store: OpenStore, before_utc: str, holds: Callable[[str], bool], who: str
) -> int:
    """Take away what came in before a moment and is of accounts without a kept call.

    Args:
        store: the open store.
        before_utc: ISO 8601 in UTC.
        holds: whether an account's data must stay.
        who: whose name the entry carries.

    Raises:
        StoreFault: as for `erase_payments`.
    """

    def of_nobody(connection: Connection) -> Iterable[bytes]:
        entries = select(CHAIN.c.stated).where(CHAIN.c.kind == ENTRY, CHAIN.c.at_utc < before_utc)
        batches = {
            batch
            for stated in map(json.loads, connection.execute(entries).scalars())
            if stated["act"] == "import"
            for batch in stated_batches(stated["rows"])
        }
        called = select(CALL_INDEX.c.account).where(CALL_INDEX.c.account.is_not(None))
        for some in _some(sorted(batches)):
            query = select(PAYMENTS.c.mark, PAYMENTS.c.told).where(
                PAYMENTS.c.batch.in_(some), PAYMENTS.c.account.not_in(called)
            )
            for row in connection.execute(query):
                told = json.loads(_unsealed(store, bytes(row.mark), bytes(row.told)))
                if not holds(str(told["account"])):
                    yield bytes(row.mark)

    return _drop(store, of_nobody, "purge", who)


def stated_batches(rows: str) -> dict[int, str]:
    """What an entry on payments states: each batch's hash; empty where nothing is left of it."""
    parts = (part.partition(":") for part in rows.split())
    return {int(batch): code for batch, _, code in parts}


def stated_batches_of(connection: Connection) -> dict[int, str]:
    """The last word of the chain on every batch."""
    found: dict[int, str] = {}
    for stated in _stated(connection):
        found.update(stated_batches(str(stated["rows"])))
    return found


# ---- rows ----------------------------------------------------------------------------------------


def _add(
    connection: Connection,
    store: OpenStore,
    rows: Sequence[_Row],
    batch: int,
    who: str,
    through: date | None,
) -> Entry:
    if rows:
        connection.execute(insert(PAYMENTS), [dict(row) for row in rows])
    code = payments_hash(sorted(rows, key=lambda row: row["mark"])) if rows else ""
    stated: dict[str, int | str] = {"act": "import", "who": who, "count": len(rows)}
    stated["rows"] = f"{batch}:{code}"
    if through is not None:
        stated["through"] = through.isoformat()
    return add_entry(connection, store.vault, ENTRY, "", store.at_utc(), stated)


def _drop(
    store: OpenStore, chosen: Callable[[Connection], Iterable[bytes]], act: str, who: str
) -> int:
    """Take rows away and state what is left; what was changed before is not covered up by it."""
    with store_faults(store.name), writing(store.engine) as connection:
        hold_end(connection)
        marks = list(chosen(connection))
        if not marks:
            return 0
        touched: set[int] = set()
        for some in _some(marks):
            query = select(PAYMENTS.c.batch).where(PAYMENTS.c.mark.in_(some)).distinct()
            touched.update(connection.execute(query).scalars())
        stated = stated_batches_of(connection)
        for batch in touched:
            if _batch_hash(connection, batch) != stated.get(batch):
                raise StoreDamaged(
                    f"{store.name}: payments of import {batch} were changed",
                    "`assistant record verify` says more; nothing was erased.",
                )
        for some in _some(marks):
            connection.execute(delete(PAYMENTS).where(PAYMENTS.c.mark.in_(some)))
        left = " ".join(f"{batch}:{_batch_hash(connection, batch)}" for batch in sorted(touched))
        told: dict[str, int | str] = {"act": act, "who": who, "count": len(marks), "rows": left}
        entry = add_entry(connection, store.vault, ENTRY, "", store.at_utc(), told)
    store.anchors.write(entry)
    return len(marks)


def _batch_hash(connection: Connection, batch: int) -> str:
    query = select(PAYMENTS).where(PAYMENTS.c.batch == batch).order_by(PAYMENTS.c.mark)
    rows = connection.execute(query).mappings().all()
    return payments_hash(rows) if rows else ""


def _stated(connection: Connection) -> Iterator[Mapping[str, int | str]]:
    query = select(CHAIN.c.stated).where(CHAIN.c.kind == ENTRY).order_by(CHAIN.c.n)
    for stated in connection.execute(query).scalars():
        yield json.loads(stated)


def _through(connection: Connection) -> date | None:
    told = [str(stated["through"]) for stated in _stated(connection) if "through" in stated]
    return date.fromisoformat(max(told)) if told else None


def _told(connection: Connection, marks: Iterable[bytes]) -> dict[bytes, bytes]:
    """The sealed rows of those marks that are kept."""
    found: dict[bytes, bytes] = {}
    empty = connection.execute(select(func.count()).select_from(PAYMENTS)).scalar_one() == 0
    for some in _some([] if empty else marks):
        query = select(PAYMENTS.c.mark, PAYMENTS.c.told).where(PAYMENTS.c.mark.in_(some))
        found.update((bytes(row.mark), bytes(row.told)) for row in connection.execute(query))
    return found


def _called(connection: Connection, accounts: Iterable[bytes]) -> set[bytes]:
    """Those of which a call is kept."""
    found: set[bytes] = set()
    for some in _some(accounts):
        query = select(CALL_INDEX.c.account).where(CALL_INDEX.c.account.in_(some))
        found.update(bytes(one) for one in connection.execute(query).scalars() if one is not None)
    return found


_T = TypeVar("_T")


def _some(all_of_them: Iterable[_T]) -> Iterator[list[_T]]:
    every = iter(all_of_them)
    while some := list(islice(every, _TOGETHER)):
        yield some


# ---- what is sealed ------------------------------------------------------------------------------


def _mark(vault: Vault, one: KeptPayment) -> bytes:
    payment = one.payment
    identity: list[str | int]
    if payment.reference:
        identity = ["reference", payment.reference]
    else:
        amount = f"{payment.amount.normalize():f}"
        identity = [amount, payment.currency, payment.paid_on.isoformat(), one.again]
    account = account_hash(vault, one.account).hex()
    written = json.dumps([account, payment.reversal, *identity])
    return vault.mac(b"payment\0", written.encode("utf-8", "surrogatepass"))


def _written(one: KeptPayment) -> bytes:
    payment = one.payment
    told = {
        "account": one.account,
        "amount": f"{payment.amount:f}",
        "currency": payment.currency,
        "paid_on": payment.paid_on.isoformat(),
        "reference": payment.reference,
        "reversal": payment.reversal,
        "reverses": payment.reverses,
        "method": payment.method,
    }
    return json.dumps(told).encode()


def _opened(store: OpenStore, mark: bytes, told: bytes) -> Payment:
    read = json.loads(_unsealed(store, mark, told))
    return Payment(
        Decimal(read["amount"]),
        read["currency"],
        date.fromisoformat(read["paid_on"]),
        read["reference"],
        read["reversal"],
        read["reverses"],
        read["method"],
    )


def _unsealed(store: OpenStore, mark: bytes, told: bytes) -> bytes:
    try:
        return store.vault.payments.open(told, _place(mark))
    except SealBroken as error:
        raise StoreDamaged(f"{store.name}: a payment does not open", error.remedy) from None


def _place(mark: bytes) -> str:
    return f"payment {mark.hex()}"
