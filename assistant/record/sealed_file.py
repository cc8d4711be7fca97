"""A file of sealed records, written one after the other, readable whatever end it met.

Owns the format that a call's sound and its journal share.  A file is a magic line and then records,
each complete in itself: kind (1 byte), length of the head (1), length of the body (4, little
endian), head (in the clear, authenticated), body (sealed), chain code (16 bytes).  The chain code
is keyed and covers the record and the code before it, so that a record changed, exchanged, removed
or put in shows, and the last code stands for the whole file.  It starts no thread.
"""

from __future__ import annotations

import hashlib
import io
import mmap
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from assistant.record.faults import StoreDamaged, StoreReadOnly, system_fault
from assistant.record.vault import MAC_BYTES, Seal, Vault

RECORD = struct.Struct("<cBI")
"""Kind, length of the head, length of the sealed body."""

# Channel, sound; key, events.
_KINDS = (b"C", b"S", b"K", b"E")


@dataclass(frozen=True, slots=True)
class RecordPlace:
    """Where a record lies: `offset` is of its first byte; `number` counts from 0."""

    number: int
    kind: bytes
    head: bytes
    offset: int
    body_at: int
    body_size: int

    @property
    def end(self) -> int:
        """The byte after the record's last one."""
        return self.body_at + self.body_size + MAC_BYTES


@dataclass(frozen=True, slots=True)
class FileState:
    """How far a file has come: its records, the last one's chain code, its bytes and their hash."""

    count: int
    code: bytes
    size: int
    sha256: str

    def stated(self) -> dict[str, int | str]:
        """As an entry of the chain states it."""
        return {
            "sounds": self.count,
            "sound_code": self.code.hex(),
            "sound_size": self.size,
            "sound_sha256": self.sha256,
        }


def no_file(vault: Vault, name: str) -> FileState:
    """The state of a file that has nothing in it."""
    return FileState(0, first_code(vault, name), 0, hashlib.sha256().hexdigest())


def first_code(vault: Vault, name: str) -> bytes:
    """The chain code before the first record of the file of that name."""
    return vault.mac(b"file\0", name.encode("utf-8", "surrogatepass"))


def sealed_for(name: str, number: int, kind: bytes, head: bytes) -> str:
    """The place that a record is sealed for."""
    return f"{name} {number} {kind.hex()} {head.hex()}"


class SealedRecords:
    """Appends records to a file that is this process's own.

    Args:
        path: the file; it must not exist, unless `resume` is set.
        magic: its first line.
        name: what the file is, and of which call: part of every seal.
        vault: has the key of the chain codes.
        seal: the call's.
        resume: go on after the last whole record; a torn one is cut off.

    Raises:
        StoreReadOnly: the file is there already.
        StoreFault: it cannot be written.
    """

    def __init__(
        self, path: Path, magic: bytes, name: str, vault: Vault, seal: Seal, *, resume: bool = False
    ) -> None:
        self._path = path
        self._magic = magic
        self._name = name
        self._vault = vault
        self._seal = seal
        self.state = no_file(vault, name)
        """How far it has come; another thread may read it."""
        self._hash = hashlib.sha256()
        self._end = 0
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Unbuffered: when a write returns, the record is the system's and survives a kill.
            flags = os.O_RDWR if resume else os.O_RDWR | os.O_CREAT | os.O_EXCL
            descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600)
            self._file = os.fdopen(descriptor, "r+b", buffering=0)
        except FileExistsError:
            raise StoreReadOnly(
                f"{path} exists already and is never overwritten",
                "Two calls have one id; start the call again.",
            ) from None
        except OSError as error:
            raise system_fault(path, error) from None
        if resume:
            self._resume()

    def append(self, kind: bytes, head: bytes, plain: bytes, seal: Seal | None = None) -> None:
        """Seal and write one record, with another seal than the file's if one is given.

        `head` stays readable.

        Raises:
            StoreFault: the disk is full or read-only; what was written before stays whole, and the
                same record may be tried again.
        """
        count, before = self.state.count, self.state.code
        body = (seal or self._seal).seal(plain, sealed_for(self._name, count, kind, head))
        record = RECORD.pack(kind, len(head), len(body)) + head + body
        code = self._vault.mac(before, record)
        whole = (self._magic if not self._end else b"") + record + code
        self._write(whole)
        self._hash.update(whole)
        self.state = FileState(count + 1, code, self._end, self._hash.hexdigest())

    def sync(self) -> None:
        """Wait until the disk has it."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()

    def _write(self, whole: bytes) -> None:
        left = memoryview(whole)
        try:
            while left:
                # A nearly full disk takes a part; the next attempt gives the reason.
                left = left[self._file.write(left) :]
        except OSError as error:
            # Take back the torn record, so that later ones would still be found.
            try:
                self._file.truncate(self._end)
                self._file.seek(self._end)
            except OSError:
                self._file.close()
            raise system_fault(self._path, error) from None
        except ValueError:
            raise StoreDamaged(
                f"{self._path} could not be mended after a fault of the disk", "Check the disk."
            ) from None
        self._end += len(whole)

    def _resume(self) -> None:
        places, _torn = record_places(self._file, self._magic, self._path)
        if places:
            last = places[-1]
            self._file.seek(last.end - MAC_BYTES)
            code = self._file.read(MAC_BYTES)
            self._end = last.end
            self._file.seek(0)
            left = self._end
            while left and (piece := self._file.read(min(left, 2**20))):
                self._hash.update(piece)
                left -= len(piece)
            self.state = FileState(last.number + 1, code, self._end, self._hash.hexdigest())
        self._file.truncate(self._end)
        self._file.seek(self._end)


def record_places(
    file: BinaryIO, magic: bytes, path: Path, after: RecordPlace | None = None
) -> tuple[list[RecordPlace], bool]:
    """Every whole record, and whether a torn one follows them (its writer was killed).

    With `after`, those that follow that one.

    Raises:
        StoreDamaged: it is another kind of file.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    begins = file.read(len(magic))
    if begins != magic:
        if magic.startswith(begins):
            return [], bool(begins)
        raise not_ours(path)
    places: list[RecordPlace] = []
    offset, number = (after.end, after.number + 1) if after is not None else (len(magic), 0)
    while offset < size:
        file.seek(offset)
        start = file.read(RECORD.size)
        if len(start) < RECORD.size:
            return places, True
        kind, head_size, body_size = RECORD.unpack(start)
        if kind == b"\0":
            return places, True  # a power cut can leave room that was never filled
        if kind not in _KINDS:
            raise not_ours(path)
        head = file.read(head_size)
        body_at = offset + RECORD.size + head_size
        place = RecordPlace(number + len(places), kind, head, offset, body_at, body_size)
        if place.end > size:
            return places, True
        places.append(place)
        offset = place.end
    return places, False


def checked_records(
    path: Path, magic: bytes, vault: Vault, name: str
) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    """Each record's kind, head, chain code as it should be, and the code in the file.

    A torn end is a last record without a code.

    Raises:
        StoreDamaged: it is another kind of file.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return
        # Mapped and not read: the bytes go from the disk into the hash and nowhere else.
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
            if whole[: len(magic)] != magic:
                raise not_ours(path)
            offset, size, code = len(magic), len(whole), first_code(vault, name)
            while offset < size:
                if offset + RECORD.size > size:
                    yield b"", b"", code, b""
                    return
                kind, head_size, body_size = RECORD.unpack_from(whole, offset)
                body_at = offset + RECORD.size + head_size
                end = body_at + body_size
                if end + MAC_BYTES > size:
                    yield kind, b"", code, b""
                    return
                code = vault.mac(code, whole[offset:end])
                yield (
                    kind,
                    whole[offset + RECORD.size : body_at],
                    code,
                    whole[end : end + MAC_BYTES],
                )
                offset = end + MAC_BYTES


def not_ours(path: Path) -> StoreDamaged:
    return StoreDamaged(
        f"{path} is no file of a kept call, or it is damaged",
        "Restore it from a backup; the transcript can be read without it.",
    )
