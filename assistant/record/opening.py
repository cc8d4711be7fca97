"""Opens a store: its keys first, then its database, then its tables.

Owns the order of the checks at the door, so that whatever is refused was not touched: a wrong or
missing key, a newer layout, a file that is something else.  The first release's store, which was
not sealed, is sealed here on the way in.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, inspect, text

from assistant.interface_text import N_, Told
from assistant.record.anchors import Anchors
from assistant.record.chain import last_entry
from assistant.record.database import BUSY_TIMEOUT_S, open_database, store_name, writing
from assistant.record.faults import StoreDamaged, store_faults, system_fault
from assistant.record.key_slots import KeySlots, load_slots, new_slots
from assistant.record.layout import bring_up_to_date, known_version
from assistant.record.locations import Locations
from assistant.record.master_key import (
    KeyMissing,
    MasterKey,
    find_master,
    make_master,
    write_private,
)
from assistant.record.sealing import is_plain, seal_database, seal_sounds
from assistant.record.server import one_upgrade_at_a_time, open_server
from assistant.record.system_keyring import SystemKeyring
from assistant.record.upgrading import Progress
from assistant.record.vault import Entropy, Vault

Tell = Callable[[str], None]

NEW_KEY = N_(
    "Kept calls are sealed with a new key, which is in {place}; keep a copy of it elsewhere:"
    " without it they cannot be read."
)
NEW_KEY_SHORT = N_("new key: {name} · copy it elsewhere")
IN_KEYRING = N_(
    "Kept calls are sealed with a new key, which is in the system's keyring; keep a copy of it"
    " elsewhere: without it they cannot be read."
)
NO_ANSWER = N_(
    "The system's keyring does not answer ({fault}): the key of kept calls is not looked for there."
)
NO_ANSWER_SHORT = N_("the system's keyring does not answer ({fault})")
IN_KEYRING_SHORT = N_("new key in the system's keyring · copy it elsewhere")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Doors:
    """What opening a store needs from outside: variables, a voice, randomness, patience, a clock.

    `tell` is told lines the user should read: that a key was made, and where it is; that an older
    store was brought up to date.  `passing` hears how far that has come.
    """

    environment: Mapping[str, str]
    tell: Tell = lambda _line: None
    entropy: Entropy = secrets.token_bytes
    busy_timeout_s: float = BUSY_TIMEOUT_S
    now: Callable[[], datetime] = _now
    passing: Tell = lambda _line: None

    @property
    def progress(self) -> Progress:
        """Who hears of an upgrade."""
        return Progress(self.tell, self.passing)


def system_doors(tell: Tell = lambda _line: None, passing: Tell = lambda _line: None) -> Doors:
    """The process's own variables and randomness."""
    return Doors(os.environ, tell, passing=passing)


@dataclass(frozen=True, slots=True)
class OpenStore:
    """An open store: `name` is how messages call it."""

    engine: Engine
    vault: Vault
    slots: KeySlots
    name: str
    anchors: Anchors
    now: Callable[[], datetime]

    def at_utc(self) -> str:
        """Now, as it is stored."""
        return self.now().astimezone(UTC).isoformat(timespec="milliseconds")


def open_store(locations: Locations, doors: Doors) -> OpenStore:
    """The store that `locations` names, made if it is not there.

    Raises:
        StoreFault: it is damaged, newer than this program, in use, read-only, or out of reach.
        KeyMissing: it is sealed and there is no key (exit status 3).
        KeyUnusable: the key is another store's, or may be read by others.
        MissingPart: the server's driver is not installed.
    """
    return _open_server(locations, doors) if locations.store else _open_embedded(locations, doors)


def vault_alone(locations: Locations, doors: Doors) -> Vault | None:
    """The vault of a store that cannot be reached, if this desk has been there before.

    Raises:
        KeyMissing, KeyUnusable: as for `open_store`.
    """
    slots = kept_slots(locations)
    if slots is None:
        return None
    name = store_name(locations)
    return slots.unlock(needed_master(locations, doors, name), doors.entropy, name)


def needed_master(locations: Locations, doors: Doors, name: str) -> MasterKey:
    """The master key of a store that is there.

    Raises:
        KeyMissing: there is none; one made now would not open it.
    """
    keyring = SystemKeyring()
    master = find_master(locations, doors.environment, keyring)
    if master is None:
        silent = f", which did not answer ({keyring.fault})" if keyring.fault else ""
        raise KeyMissing(
            f"{name} is sealed and its key is neither in ASSISTANT_KEY, nor in "
            f"{locations.master_key}, nor in the system's keyring{silent}; nothing was touched",
            "Unlock the keyring, or put the key in one of the other places."
            if silent
            else "Put the key back in one of these places.",
        )
    return master


def kept_slots(locations: Locations) -> KeySlots | None:
    """The key slots as this desk has them."""
    path = locations.store_keys
    try:
        written = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        written = ""
    except OSError as error:
        raise system_fault(path, error) from None
    return load_slots(written, str(path))


def keep_slots(locations: Locations, slots: KeySlots) -> None:
    """Write the key slots on this desk, whole or not at all."""
    write_private(locations.store_keys, slots.dump().encode() + b"\n", replace=True)


def _open_embedded(locations: Locations, doors: Doors) -> OpenStore:
    path, name = locations.database, store_name(locations)
    with store_faults(path):
        plain = is_plain(path)
        there = path.exists() and path.stat().st_size > 0
    slots = kept_slots(locations)
    if slots is not None:
        vault = slots.unlock(needed_master(locations, doors, name), doors.entropy, name)
    elif there and not plain:
        raise StoreDamaged(
            f"{path} is not a database of kept calls, or {locations.store_keys} is gone",
            "Restore both from a backup, or name another folder with --data-dir.",
        )
    else:
        if plain:
            known_version(path)
        slots, vault = _made(locations, doors)
        if not write_private(locations.store_keys, slots.dump().encode() + b"\n", replace=False):
            # Another program was first: its store it is.
            return _open_embedded(locations, doors)
    if plain:
        with store_faults(path):
            locations.plain_sounds.touch(mode=0o600)
        seal_database(path, vault)
    engine = open_database(
        path, vault, busy_timeout_s=doors.busy_timeout_s, progress=doors.progress
    )
    opened = _opened(locations, doors, engine, vault, slots)
    try:
        seal_sounds(locations, engine, vault, opened.at_utc(), doors.progress)
        if plain:
            # What was taken over is provable from here on.
            with store_faults(path), engine.connect() as connection:
                entry = last_entry(connection)
            if entry is not None:
                opened.anchors.write(entry)
    except BaseException:
        engine.dispose()
        raise
    return opened


def _opened(
    locations: Locations, doors: Doors, engine: Engine, vault: Vault, slots: KeySlots
) -> OpenStore:
    anchors = Anchors(locations.anchors_dir, slots.store, doors.tell)
    return OpenStore(engine, vault, slots, store_name(locations), anchors, doors.now)


def _open_server(locations: Locations, doors: Doors) -> OpenStore:
    name = store_name(locations)
    engine = open_server(locations.store or "")
    try:
        with store_faults(name), writing(engine) as connection:
            one_upgrade_at_a_time(connection)
            slots = _slots_in(connection, name)
            if slots is not None:
                vault = slots.unlock(needed_master(locations, doors, name), doors.entropy, name)
                bring_up_to_date(connection, name, vault, doors.progress)
            else:
                slots, vault = _made(locations, doors)
                bring_up_to_date(connection, name, vault, doors.progress)
                write_slots(connection, slots)
        if kept_slots(locations) != slots:
            keep_slots(locations, slots)
    except BaseException:
        engine.dispose()
        raise
    return _opened(locations, doors, engine, vault, slots)


def write_slots(connection: Connection, slots: KeySlots) -> None:
    """Write the key slots into a team's store."""
    connection.execute(text("UPDATE store SET keys = :keys"), {"keys": slots.dump()})


def _slots_in(connection: Connection, name: str) -> KeySlots | None:
    tables = inspect(connection)
    if not tables.has_table("store"):
        return None
    if "keys" not in {column["name"] for column in tables.get_columns("store")}:
        return None
    written = connection.execute(text("SELECT keys FROM store")).scalars().first()
    return load_slots(written, name) if written else None


def _made(locations: Locations, doors: Doors) -> tuple[KeySlots, Vault]:
    """Keys for a new store, under the master key that is there or one made now."""
    keyring = SystemKeyring()
    master = find_master(locations, doors.environment, keyring)
    if keyring.fault:
        doors.tell(Told(NO_ANSWER, short=NO_ANSWER_SHORT, fault=keyring.fault))
    if master is None:
        master = make_master(locations, doors.entropy, keyring)
        if master.path is None:
            doors.tell(Told(IN_KEYRING, short=IN_KEYRING_SHORT))
        else:
            place, name = str(master.path), master.path.name
            doors.tell(Told(NEW_KEY, short=NEW_KEY_SHORT, place=place, name=name))
    return new_slots(master, doors.entropy)
