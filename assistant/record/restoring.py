"""Brings a backup back, into an empty data folder alone.

Owns the checks before anything is in place: every file against the manifest, the manifest against
the key, then the whole record's proof, all in a folder of its own inside the data folder.  Only
then do the files take their places, the keys last.  The next restore begins one anew that was cut
off before that, and finishes one that was cut off while the files took their places.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import inspect, text

from assistant.record.backup import pg_program, run_pg
from assistant.record.backup_files import (
    DATABASE,
    DUMP,
    KEYS,
    BackupDamaged,
    check_code,
    copy_checked,
    load_manifest,
)
from assistant.record.database import writing
from assistant.record.faults import StoreFault, StoreTooNew, store_faults
from assistant.record.key_slots import load_slots
from assistant.record.locations import Locations
from assistant.record.master_key import MasterKey, encoded
from assistant.record.opening import Doors, needed_master
from assistant.record.server import open_server, server_name
from assistant.record.store import CallStore
from assistant.record.tables import METADATA, STORE_VERSION
from assistant.record.verifying import Proof

Tell = Callable[[str], None]

_STAGE = ".restoring"
_PROVEN = "proven"
# What the database's copy may have beside it when it was opened for the proof.
_LEFT_OVERS = (f"{DATABASE}-wal", f"{DATABASE}-shm")


def restore(
    folder: Path,
    locations: Locations,
    doors: Doors,
    *,
    unproven: bool = False,
    progress: Tell = lambda _line: None,
) -> Proof | None:
    """Bring the backup in `folder` back; returns its proof, or nothing where one is finished.

    Args:
        folder: the backup.
        locations: where to; nothing of a record may be there.
        doors: where the master key is looked for.
        unproven: bring it back although the record in it does not verify.
        progress: told a line now and then.

    Raises:
        StoreFault: something is in the way, the backup is damaged (`BackupDamaged`), or the disk is
            full; the data folder is as it was.
        KeyMissing, KeyUnusable: there is no key for it, or another one.
    """
    stage = locations.data_dir / _STAGE
    if (stage / _PROVEN).exists():
        _into_place(stage, locations)
        return None
    if locations.store_keys.exists() and stage.exists() and not any(stage.iterdir()):
        stage.rmdir()
        return None
    _must_be_empty(locations)
    manifest, stated = load_manifest(folder)
    if manifest.server != (locations.store is not None):
        here, there = "this data folder's own store", "a server's store"
        if manifest.server:
            here, there = there, here
        raise StoreFault(
            f"the backup is of {here}, and is to go into {there}",
            "Name a server with --store for a server's, none for the other.",
        )
    if manifest.layout > STORE_VERSION:
        raise StoreTooNew(
            f"{folder} was written by a newer version of this program", "Update this program."
        )
    made = not locations.data_dir.exists()
    try:
        with store_faults(stage):
            shutil.rmtree(stage, ignore_errors=True)
            stage.mkdir(mode=0o700, parents=True)
        copy_checked(folder, manifest, lambda name: stage / name, progress)
        master = _right_key(stage, stated, locations, doors)
        proof = _proven(stage, locations, doors, master, unproven, progress)
        with store_faults(stage):
            (stage / _PROVEN).touch(mode=0o600)
    except BaseException:
        shutil.rmtree(locations.data_dir if made else stage, ignore_errors=True)
        raise
    _into_place(stage, locations)
    return proof


def _must_be_empty(locations: Locations) -> None:
    for path in (locations.database, locations.store_keys):
        if path.exists():
            raise _in_the_way(path)
    own = Locations(locations.data_dir)
    for path in (locations.sound_dir, locations.journal_dir, own.anchors_dir):
        if path.exists() and any(path.iterdir()):
            raise _in_the_way(path)
    if locations.store is not None:
        engine = open_server(locations.store)
        with store_faults(server_name(locations.store)):
            tables = inspect(engine).get_table_names()
        engine.dispose()
        if tables:
            raise _in_the_way(server_name(locations.store))


def _in_the_way(what: Path | str) -> StoreFault:
    return StoreFault(
        f"{what} is there already; a backup is brought back into an empty place alone",
        "Name an empty folder with --data-dir, and for a server's an empty database.",
    )


def _right_key(
    stage: Path, stated: dict[str, object], locations: Locations, doors: Doors
) -> MasterKey:
    """The master key, after it was seen that it opens the backup and that its manifest is true."""
    path = stage / KEYS
    if not path.exists():
        raise BackupDamaged("the backup has no keys", "Name another backup.")
    master = needed_master(locations, doors, "the backup")
    slots = load_slots(path.read_text("utf-8", "replace"), "the backup's key file")
    check_code(stage.parent, stated, slots.unlock(master, doors.entropy, "the backup"))
    return master


def _proven(
    stage: Path,
    locations: Locations,
    doors: Doors,
    master: MasterKey,
    unproven: bool,
    progress: Tell,
) -> Proof:
    """Prove the record where it lies; a server's, once it is there again."""
    there = Locations(stage, store=locations.store)
    if locations.store is not None:
        (stage / KEYS).rename(there.store_keys)
        run_pg(
            pg_program("pg_restore"),
            locations.store,
            "--no-owner",
            "--exit-on-error",
            "--single-transaction",
            str(stage / DUMP),
        )
    try:
        environment = {"ASSISTANT_KEY": encoded(master.key)}
        with CallStore(there, doors=replace(doors, environment=environment)) as store:
            proof = store.verify(audio=False, progress=progress)
        if not unproven:
            _must_be_whole(proof)
    except BaseException:
        if locations.store is not None:
            _clear_server(locations.store)
        raise
    (stage / DUMP).unlink(missing_ok=True)
    return proof


def _must_be_whole(proof: Proof) -> None:
    if proof.faults:
        raise BackupDamaged(
            "the record in the backup is not whole; nothing was restored:\n"
            + "\n".join(f"  {fault}" for fault in proof.faults),
            "Name another backup, or bring this one back as it is with --unproven.",
        )


def _clear_server(url: str) -> None:
    """Take away what was put into the empty database."""
    engine = open_server(url)
    try:
        with writing(engine) as connection:
            for table in (*reversed(METADATA.sorted_tables), "alembic_version"):
                connection.execute(text(f"DROP TABLE IF EXISTS {table} CASCADE"))
            for name in METADATA.tables:
                function = f"{name}_are_never_changed"
                connection.execute(text(f"DROP FUNCTION IF EXISTS {function}() CASCADE"))
    finally:
        engine.dispose()


def _into_place(stage: Path, locations: Locations) -> None:
    """Every file to where it belongs, the keys last; begun again, it goes on."""
    with store_faults(locations.data_dir):
        for name in _LEFT_OVERS:
            (stage / name).unlink(missing_ok=True)
        for name in ("sound", "journal", "anchors"):
            _merge(stage / name, locations.data_dir / name)
        for path in (locations.database, locations.store_keys):
            source = stage / path.name
            if source.exists():
                source.replace(path)
        for left in stage.iterdir():
            if left.is_dir():
                shutil.rmtree(left)
            elif left.name != _PROVEN:
                left.unlink()
        # The last two steps: an empty folder says that all is in place.
        (stage / _PROVEN).unlink()
        stage.rmdir()
        if hasattr(os, "O_DIRECTORY"):
            descriptor = os.open(locations.data_dir, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _merge(source: Path, target: Path) -> None:
    if not source.exists():
        return
    target.mkdir(mode=0o700, exist_ok=True)
    for path in source.iterdir():
        path.replace(target / path.name)
    source.rmdir()
