"""Changes the master key of a store.

Owns the order of the steps: first both keys open the store, then the new one takes the old one's
place, then the old one opens it no more.  A crash between two steps leaves a store that the key in
its place opens.  The keys beneath the master key, and what is sealed with them, stay as they are:
whoever had the old master key and a copy of the store could open that copy anyway.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.record.database import writing
from assistant.record.faults import store_faults
from assistant.record.key_slots import KeySlots
from assistant.record.locations import Locations
from assistant.record.master_key import KeyUnusable, Place, replace_master
from assistant.record.opening import (
    Doors,
    OpenStore,
    keep_slots,
    needed_master,
    open_store,
    write_slots,
)
from assistant.record.vault import KEY_BYTES


def rekey(locations: Locations, doors: Doors, new_key: bytes | None) -> str:
    """Put a new master key in place of the old one; returns where it is.

    Args:
        locations: which store.
        doors: where the old key is looked for, and randomness for the new one.
        new_key: the new key; `None` makes one.

    Raises:
        KeyUnusable: the old key is wrong, or is in a variable, which no program can change.
        StoreFault: the store or the place of the key cannot be written.
    """
    opened = open_store(locations, doors)
    try:
        old = needed_master(locations, doors, opened.name)
        if new_key is None and old.place is Place.VARIABLE:
            raise KeyUnusable(
                "the key comes from ASSISTANT_KEY, which this program cannot change",
                "Name a file with the new key (--new-key FILE), then set ASSISTANT_KEY to it.",
            )
        new = new_key if new_key is not None else doors.entropy(KEY_BYTES)
        slot = opened.vault.wrapped(new, opened.slots.store)
        _save(locations, opened, replace(opened.slots, slots=(*opened.slots.slots, slot)))
        replace_master(old, new)
        _save(locations, opened, replace(opened.slots, slots=(slot,)))
    finally:
        opened.engine.dispose()
    return old.said


def _save(locations: Locations, opened: OpenStore, slots: KeySlots) -> None:
    if locations.store is not None:
        with store_faults(opened.name), writing(opened.engine) as connection:
            write_slots(connection, slots)
    keep_slots(locations, slots)
