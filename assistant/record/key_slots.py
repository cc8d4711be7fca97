"""The store's key, wrapped: what stands beside the database and is useless without a master key.

Owns its written form: the store's id and one slot for each master key that opens it (two only
while keys are being changed, so that a crash in between leaves one that works).
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from assistant.record.faults import StoreDamaged
from assistant.record.master_key import KeyUnusable, MasterKey
from assistant.record.vault import KEY_BYTES, Entropy, SealBroken, Vault, unwrapped


@dataclass(frozen=True, slots=True)
class KeySlots:
    """`store` is the store's id; each slot is its key wrapped by one master key."""

    store: str
    slots: tuple[bytes, ...]

    def dump(self) -> str:
        return json.dumps(
            {"version": 1, "store": self.store, "slots": [slot.hex() for slot in self.slots]}
        )

    def unlock(self, master: MasterKey, entropy: Entropy, where: str) -> Vault:
        """The vault, opened by a master key.

        Raises:
            KeyUnusable: the master key opens none of the slots.
        """
        for slot in self.slots:
            try:
                return unwrapped(master.key, self.store, slot, entropy)
            except SealBroken:
                continue
        raise KeyUnusable(
            f"the key from {master.said} does not open {where}; nothing was touched",
            "Put the right key there, or name another folder with --data-dir.",
        )


def new_slots(master: MasterKey, entropy: Entropy) -> tuple[KeySlots, Vault]:
    """The slots and the vault of a new store."""
    store = entropy(8).hex()
    vault = Vault(entropy(KEY_BYTES), entropy)
    return KeySlots(store, (vault.wrapped(master.key, store),)), vault


def load_slots(text: str, where: str) -> KeySlots:
    """Read what `dump` wrote.

    Raises:
        StoreDamaged: it is something else.
    """
    try:
        read = json.loads(text)
        return KeySlots(str(read["store"]), tuple(bytes.fromhex(slot) for slot in read["slots"]))
    except (ValueError, TypeError, KeyError):
        raise StoreDamaged(
            f"{where} is no key file of a store, or it is damaged", "Restore it from a backup."
        ) from None
