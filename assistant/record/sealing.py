"""Seals what the first release kept in the clear: its database file and its sound files.

Owns both conversions and nothing else.  Each writes beside the old file and takes its place in one
step, so that a crash leaves either the old one or the new one; what is done already is passed over.
The old file is deleted, not overwritten: on flash storage that could promise nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Engine, select

from assistant.record.chain import SEALED, add_entry
from assistant.record.database import writing
from assistant.record.faults import StoreDamaged, busy, store_faults, system_fault
from assistant.record.locations import Locations
from assistant.record.sealed_file import FileState, SealedRecords, no_file
from assistant.record.sound import FIRST_MAGIC, FIRST_RECORD, MAGIC, SOUND, sound_name
from assistant.record.tables import CALL_KEYS
from assistant.record.upgrading import SEALING_SOUND, Progress
from assistant.record.vault import Seal, Vault

_PLAIN = b"SQLite format 3\0"


def is_plain(path: Path) -> bool:
    """Whether a database in the clear stands there."""
    try:
        with path.open("rb") as file:
            return file.read(len(_PLAIN)) == _PLAIN
    except FileNotFoundError:
        return False


def seal_database(path: Path, vault: Vault) -> None:
    """Turn the plain database at `path` into a sealed one of the same content.

    Raises:
        StoreFault: it is in use, damaged, or the disk is full; it is as it was.
    """
    draft = path.with_name(path.name + ".sealing")
    draft.unlink(missing_ok=True)
    with store_faults(path):
        connection = sqlcipher.connect(path, isolation_level=None, timeout=1.0)
        try:
            connection.execute("PRAGMA cipher_log_level = NONE")
            # Fails where another program has it open: then nothing may be moved.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            if mode != "delete":
                raise busy(path)
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600))
            key = f"x'{vault.database_key.hex()}'"
            connection.execute("ATTACH DATABASE ? AS sealed KEY ?", (str(draft), key))
            connection.execute("SELECT sqlcipher_export('sealed')")
            connection.execute("DETACH DATABASE sealed")
            descriptor = os.open(draft, os.O_RDWR)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            draft.replace(path)
        finally:
            connection.close()
            draft.unlink(missing_ok=True)


def seal_sounds(
    locations: Locations,
    engine: Engine,
    vault: Vault,
    at_utc: str,
    progress: Progress,
) -> None:
    """Seal every sound file of the first release that is still in the clear.

    A note in the folder says that there may be some; without it, nothing is looked at.

    Raises:
        StoreFault: a file is damaged, or the disk is full.
    """
    note = locations.plain_sounds
    if not note.exists():
        return
    with store_faults(locations.database), engine.connect() as connection:
        rows = connection.execute(select(CALL_KEYS.c.call, CALL_KEYS.c.wrapped)).all()
    for call, wrapped in progress.by_call(rows, SEALING_SOUND):
        path = locations.sound(call)
        if path.exists():
            seal = vault.call(call, wrapped)
            _seal_sound(path, call, seal, vault)
            state = sound_state(path, call, vault, seal)
            with store_faults(locations.database), writing(engine) as connection:
                add_entry(connection, vault, SEALED, call, at_utc, state.stated())
    note.unlink(missing_ok=True)


def _seal_sound(path: Path, call: str, seal: Seal, vault: Vault) -> None:
    draft = path.with_name(path.name + ".sealing")
    draft.unlink(missing_ok=True)
    try:
        whole = path.read_bytes()
        if whole.startswith(MAGIC):
            return
        records = SealedRecords(draft, MAGIC, sound_name(call), vault, seal)
        try:
            for kind, body in _first_records(whole, path):
                size = SOUND.size if kind == b"S" else 0
                records.append(kind, body[:size], body[size:])
            records.sync()
        finally:
            records.close()
        draft.replace(path)
    except OSError as error:
        raise system_fault(path, error) from None
    finally:
        draft.unlink(missing_ok=True)


def sound_state(path: Path, call: str, vault: Vault, seal: Seal) -> FileState:
    """How far a finished sound file has come; a torn end is cut off.

    Raises:
        StoreFault: it is damaged, or cannot be written.
    """
    if not path.exists():
        return no_file(vault, sound_name(call))
    records = SealedRecords(path, MAGIC, sound_name(call), vault, seal, resume=True)
    records.close()
    return records.state


def _first_records(whole: bytes, path: Path) -> Iterator[tuple[bytes, bytes]]:
    """The records of a file of the first release; a torn tail is left out."""
    if not whole.startswith(FIRST_MAGIC):
        raise StoreDamaged(f"{path} is not the sound of a kept call", "Restore it from a backup.")
    offset = len(FIRST_MAGIC)
    while offset + FIRST_RECORD.size <= len(whole):
        kind, length, _crc = FIRST_RECORD.unpack_from(whole, offset)
        offset += FIRST_RECORD.size
        if kind == b"\0" or offset + length > len(whole):
            return
        yield kind, whole[offset : offset + length]
        offset += length
