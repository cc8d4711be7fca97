"""Keeps how a call ended, whatever the store does meanwhile.

Owns a wrap-up's row (what is sealed in it is `wrap_up_form`'s), and the sealed files beside the
journals in which one waits for a store that is away.  Recovery brings a call's journal in first, so
that its wrap-up finds it there.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from sqlalchemy import func, insert, select

from assistant.record.chain import WRAP_UP, add_entry, is_purged, wrap_up_hash
from assistant.record.database import writing
from assistant.record.faults import StoreDamaged, StoreFault, UnknownCall, store_faults
from assistant.record.kept import KeptWrapUp
from assistant.record.locations import Locations
from assistant.record.master_key import write_private
from assistant.record.opening import Doors, OpenStore, open_store, vault_alone
from assistant.record.places import wrap_up_place
from assistant.record.tables import CALL_KEYS, WRAP_UPS
from assistant.record.vault import SealBroken
from assistant.record.wrap_up_form import SEALED, record_of, sealed_part, wrap_up_of
from compliance.errors import AssistantError

_SUFFIX = ".wrap-up"


def keep_wrap_up(locations: Locations, doors: Doors, wrap_up: KeptWrapUp) -> None:
    """Keep it in the store, or in a sealed file until the store is back.

    Raises:
        StoreFault: neither the store nor this machine takes it.
    """
    try:
        store = open_store(locations, doors)
        try:
            add_wrap_up(store, wrap_up)
        finally:
            store.engine.dispose()
    except (StoreFault, UnknownCall) as fault:
        vault = vault_alone(locations, doors)
        if vault is None:
            raise
        path = _waiting_place(locations, wrap_up)
        sealed = vault.journal.seal(json.dumps(record_of(wrap_up)).encode(), _place(path))
        write_private(path, sealed, replace=True)
        doors.tell(f"{fault} How the call ended is kept in a sealed file until then.")


ANYTHING = -1
"""It does not matter which wrap-up stood before."""


def add_wrap_up(store: OpenStore, wrap_up: KeptWrapUp, after: int | None = ANYTHING) -> None:
    """Add a wrap-up to a kept call; those before it stay.

    Args:
        store: the open store.
        wrap_up: how the call ended.
        after: the number of the last one, `None` where there must be none.

    Raises:
        AssistantError: another one came first.
        UnknownCall: the call is not kept, or not yet.
        StoreFault: the store takes nothing.
    """
    place = wrap_up_place(wrap_up.call, wrap_up.at_utc)
    with store_faults(store.name), writing(store.engine) as connection:
        keys = select(CALL_KEYS.c.wrapped).where(CALL_KEYS.c.call == wrap_up.call)
        wrapped = connection.execute(keys).scalar_one_or_none()
        if wrapped is None:
            raise UnknownCall(
                f"there is no kept call {wrap_up.call!r} in {store.name}",
                "`assistant review --plain` lists those there are.",
            )
        # Asked where nobody else can write: two who complete it at once are told apart.
        last = select(func.max(WRAP_UPS.c.number)).where(WRAP_UPS.c.call == wrap_up.call)
        if after != ANYTHING and connection.execute(last).scalar_one() != after:
            raise AssistantError(
                "Somebody has completed this wrap-up meanwhile", "Look at the list again."
            )
        seal = store.vault.call(wrap_up.call, bytes(wrapped))
        columns = {name: value for name, value in record_of(wrap_up).items() if name not in SEALED}
        note = seal.seal(sealed_part(wrap_up), place)
        added = connection.execute(insert(WRAP_UPS).values({**columns, "note": note}))
        (number,) = added.inserted_primary_key or (0,)
        row = connection.execute(select(WRAP_UPS).where(WRAP_UPS.c.number == number)).mappings()
        stated = {"number": number, "row": wrap_up_hash(row.one())}
        entry = add_entry(connection, store.vault, WRAP_UP, wrap_up.call, store.at_utc(), stated)
    store.anchors.write(entry)


def bring_in_wrap_ups(locations: Locations, store: OpenStore) -> list[str]:
    """Every wrap-up that waits, into the store; returns what stood in the way of others.

    Raises:
        StoreFault: the store takes nothing; they wait where they are.
    """
    problems = []
    for path in sorted(locations.journal_dir.glob(f"*{_SUFFIX}")):
        try:
            sealed = path.read_bytes()
            wrap_up = wrap_up_of(json.loads(store.vault.journal.open(sealed, _place(path))))
            if not _is_there(store, wrap_up):
                add_wrap_up(store, wrap_up)
        except FileNotFoundError:
            continue  # another program was first
        except UnknownCall as unknown:
            if _is_gone(store, wrap_up.call):
                path.unlink(missing_ok=True)  # purged: nothing of it is to stay
            elif not locations.journal(wrap_up.call).exists():
                problems.append(f"{path} waits for a call that is not kept. {unknown}")
            continue  # else its call's journal has still to come in
        except (SealBroken, ValueError, TypeError, OSError):
            damage = StoreDamaged(f"{path} is no wrap-up of this store", "Move it aside.")
            problems.append(str(damage))
            continue
        path.unlink(missing_ok=True)
    return problems


def _is_there(store: OpenStore, wrap_up: KeptWrapUp) -> bool:
    """Whether a program that was killed between adding and deleting had added it."""
    same = select(WRAP_UPS.c.number).where(
        WRAP_UPS.c.call == wrap_up.call, WRAP_UPS.c.at_utc == wrap_up.at_utc
    )
    with store_faults(store.name), store.engine.connect() as connection:
        return connection.execute(same).first() is not None


def _is_gone(store: OpenStore, call: str) -> bool:
    with store_faults(store.name), store.engine.connect() as connection:
        return is_purged(connection, call)


def _waiting_place(locations: Locations, wrap_up: KeptWrapUp) -> Path:
    """A file for each, in the order made: a later one takes nothing from an earlier one."""
    when = re.sub(r"\D", "", wrap_up.at_utc)
    journal = locations.journal(wrap_up.call)
    return journal.with_name(f"{journal.stem}.{when}{_SUFFIX}")


def waiting_wrap_ups(locations: Locations, call: str) -> list[Path]:
    """The files in which wrap-ups of a call wait."""
    return sorted(locations.journal_dir.glob(f"{locations.journal(call).stem}.*{_SUFFIX}"))


def _place(path: Path) -> str:
    return f"wrap-up {path.stem}"
