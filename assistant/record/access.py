"""The log of who did what with the record: entries of the chain, and how they are read.

Owns what an entry of access states: who, what and of which call or user, and never what was in it.
Being entries of the chain they cannot be taken out or changed without `verify` saying so.  Holds,
releases, purges, payments, acts on tasks and changes of users state who did it themselves and are
read here too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from assistant.record.chain import (
    ACCESS,
    DUTY,
    PAYMENTS,
    PURGED,
    RELEASED,
    TASK_ACT,
    USER,
    add_entry,
)
from assistant.record.database import writing
from assistant.record.faults import store_faults
from assistant.record.opening import OpenStore
from assistant.record.tables import CHAIN

_KINDS = (ACCESS, DUTY, PAYMENTS, PURGED, RELEASED, TASK_ACT, USER)
_SLICE = 1000


@dataclass(frozen=True, slots=True)
class Access:
    """One line of the log: `n` is the entry of the chain, `call` or `about` what it was done to."""

    n: int
    at_utc: str
    who: str
    act: str
    call: str = ""
    about: str = ""


def log(store: OpenStore, who: str, act: str, call: str = "", about: str = "") -> None:
    """Add a line.

    Args:
        store: the open store.
        who: the user's name.
        act: what was done.
        call: to which call, if to one.
        about: what else it was done to: a user's name, a count; never anything that was said.

    Raises:
        StoreFault: it cannot be written; what was to be done must not be done then.
    """
    stated: dict[str, int | str] = {"who": who, "act": act}
    if about:
        stated["about"] = about
    with store_faults(store.name), writing(store.engine) as connection:
        entry = add_entry(connection, store.vault, ACCESS, call, store.at_utc(), stated)
    store.anchors.write(entry)


def read_log(
    store: OpenStore, *, since: str = "", who: str = "", call: str = ""
) -> Iterator[Access]:
    """The log, oldest first.

    Args:
        store: the open store.
        since: an ISO 8601 time in UTC, or its beginning; what is earlier is left out.
        who: only this user's.
        call: only about this call.

    Raises:
        StoreFault: it cannot be read.
    """
    query = select(CHAIN).where(CHAIN.c.kind.in_(_KINDS), CHAIN.c.at_utc >= since)
    if call:
        query = query.where(CHAIN.c.call == call)
    after = -1
    while True:
        with store_faults(store.name), store.engine.connect() as connection:
            slice_ = query.where(CHAIN.c.n > after).order_by(CHAIN.c.n).limit(_SLICE)
            rows = connection.execute(slice_).mappings().all()
        if not rows:
            return
        for row in rows:
            line = _line(row)
            if not who or line.who == who:
                yield line
        after = rows[-1]["n"]


def newest(store: OpenStore, count: int) -> tuple[Access, ...]:
    """The last lines of access alone, the newest first."""
    query = select(CHAIN).where(CHAIN.c.kind == ACCESS).order_by(CHAIN.c.n.desc()).limit(count)
    with store_faults(store.name), store.engine.connect() as connection:
        return tuple(_line(row) for row in connection.execute(query).mappings())


def _line(row: RowMapping) -> Access:
    stated = json.loads(row["stated"])
    kind, act = row["kind"], str(stated.get("act", ""))
    about = str(stated.get("about", ""))
    if kind == PURGED:
        act, about = "purge", str(stated.get("why", ""))
    elif kind == USER:
        about = str(stated.get("user", ""))
    elif kind == PAYMENTS:
        act, about = f"payments: {act}", str(stated.get("count", ""))
    elif kind == DUTY and not row["call"]:
        about = "an account"
    elif kind == TASK_ACT:
        act = f"task {act}"
    return Access(row["n"], row["at_utc"], str(stated.get("who", "")), act, row["call"], about)
