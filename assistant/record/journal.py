"""The journal of a call: what was kept reaches the disk here first, sealed.

Owns the meaning of its records, its writer and its reader.  Kind `K`, the first, says which call it
is and holds the call's wrapped key; kind `E` holds a batch of events as lines.  The store is fed
from this file alone (`assistant.record.delivery`), while the call runs or after a crash, and the
file goes when the store has everything.  It must not know the database, and starts no thread.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.record.faults import system_fault
from assistant.record.sealed_file import (
    RecordPlace,
    SealedRecords,
    not_ours,
    record_places,
    sealed_for,
)
from assistant.record.vault import Seal, SealBroken, Vault

MAGIC = b"CALLJOURNAL1\n"
# Batches that may wait in memory while the disk takes nothing: hours of a call.
_WAITING = 200_000


@dataclass(frozen=True, slots=True)
class JournalledCall:
    """Which call a journal is of."""

    call: str
    wrapped: bytes
    with_sound: bool


class JournalWriter:
    """Writes a call's journal; what the disk does not take waits in memory, in order.

    Raises:
        StoreReadOnly: there is a journal of this call already.
        StoreFault: the file cannot be made.
    """

    def __init__(self, path: Path, call: JournalledCall, vault: Vault, seal: Seal) -> None:
        self._vault = vault
        self._waiting: deque[tuple[bytes, bytes]] = deque()
        self.lost = 0
        """Batches that were given up because too much was waiting already."""
        self._file = SealedRecords(path, MAGIC, _name(path), vault, seal)
        self._waiting.append((b"K", _written(call)))

    def append(self, lines: Sequence[bytes]) -> None:
        """Take a batch of events, one line each.

        Raises:
            StoreFault: the disk is full or read-only; the batch waits.
        """
        if lines:
            if len(self._waiting) >= _WAITING:
                self.lost += 1
            else:
                self._waiting.append((b"E", b"\n".join(lines)))
        self.flush()

    def flush(self) -> None:
        """Write what waits.

        Raises:
            StoreFault: it cannot be written yet.
        """
        while self._waiting:
            kind, plain = self._waiting[0]
            seal = self._vault.journal if kind == b"K" else None
            self._file.append(kind, b"", plain, seal)
            self._waiting.popleft()

    def left(self) -> list[bytes]:
        """The events that never reached the disk, one line each."""
        return [
            line for kind, batch in self._waiting if kind == b"E" for line in batch.split(b"\n")
        ]

    def close(self) -> None:
        self._file.close()


class JournalReader:
    """Reads a journal from its beginning, or on from where it stopped.

    Raises:
        StoreDamaged: it is no journal, or bytes in it were changed.
        StoreFault: it cannot be opened.
    """

    def __init__(self, path: Path, vault: Vault) -> None:
        self._path = path
        self._vault = vault
        self._last: RecordPlace | None = None
        self._seal: Seal | None = None
        self.call: JournalledCall | None = None
        """Known once the first record was read."""
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise system_fault(path, error) from None

    @property
    def seal(self) -> Seal | None:
        """The call's; known once the first record was read."""
        return self._seal

    def read(self, limit: int) -> list[bytes]:
        """Up to about `limit` lines that were not read before; none where there are no more yet."""
        try:
            places, _torn = record_places(self._file, MAGIC, self._path, self._last)
            lines: list[bytes] = []
            for place in places:
                self._file.seek(place.body_at)
                sealed = self._file.read(place.body_size)
                where = sealed_for(_name(self._path), place.number, place.kind, place.head)
                if place.kind == b"K" and self.call is None:
                    self.call = _read(self._vault.journal.open(sealed, where))
                    self._seal = self._vault.call(self.call.call, self.call.wrapped)
                elif place.kind == b"E" and self._seal is not None:
                    lines.extend(self._seal.open(sealed, where).split(b"\n"))
                else:
                    raise not_ours(self._path)
                self._last = place
                if len(lines) >= limit:
                    break
        except (SealBroken, ValueError, KeyError, TypeError):
            raise not_ours(self._path) from None
        except OSError as error:
            raise system_fault(self._path, error) from None
        return lines

    def close(self) -> None:
        self._file.close()


def _name(path: Path) -> str:
    return f"journal {path.stem}"


def _written(call: JournalledCall) -> bytes:
    record = {"call": call.call, "wrapped": call.wrapped.hex(), "with_sound": call.with_sound}
    return json.dumps(record).encode()


def _read(plain: bytes) -> JournalledCall:
    record = json.loads(plain)
    return JournalledCall(
        str(record["call"]), bytes.fromhex(record["wrapped"]), bool(record["with_sound"])
    )
