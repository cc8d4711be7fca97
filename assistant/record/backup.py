"""Makes a backup of the record while calls are being written.

Owns the order of the copies, which is what makes them consistent: anchors and journals first, then
the database as it is at one moment, then the sound, which by then has at least what the database
says of it.  The backup grows in a folder beside its own and takes its name when it is whole; one
that was cut off is cleared away by the next.  Sealed it stays: it holds the wrapped keys and never
the master key.  What is purged later is still in it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import func, select

from assistant.record.backup_files import (
    DATABASE,
    DUMP,
    KEYS,
    MANIFEST,
    CopiedFile,
    Manifest,
    copy_file,
    described,
)
from assistant.record.chain import is_purged
from assistant.record.faults import StoreBusy, StoreFault, StoreGone, store_faults
from assistant.record.locations import file_name
from assistant.record.locks import OpenCallLock
from assistant.record.master_key import write_private
from assistant.record.server import server_url
from assistant.record.store import CallStore
from assistant.record.tables import CALLS, CHAIN, STORE_VERSION
from compliance.errors import MissingPart

Tell = Callable[[str], None]
_LOCK = "being-written.lock"


def make_backup(store: CallStore, to: Path, progress: Tell = lambda _line: None) -> Manifest:
    """Write a backup into the folder `to`, which must not be there yet.

    Raises:
        StoreFault: something is there, the disk is full, or a purge ran meanwhile; what had been
            written is cleared away.
        MissingPart: the store is on a server and `pg_dump` is not installed.
    """
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise StoreFault(f"{to} is there already", "Name a folder that is not there yet.")
    dump = pg_program("pg_dump") if store.locations.store else ""
    with _draft_of(to) as draft:
        files = list(_copies(store, draft, dump, progress))
        calls, entries = _counted(store, draft)
        manifest = Manifest(
            store=store.opened.slots.store,
            server=store.locations.store is not None,
            layout=STORE_VERSION,
            made_at_utc=store.opened.at_utc(),
            entries=entries,
            calls=calls,
            files=tuple(files),
        )
        write_private(draft / MANIFEST, manifest.dump(store.opened.vault), replace=False)
        with store_faults(to):
            if to.exists():
                to.rmdir()
            draft.rename(to)
            (to / _LOCK).unlink(missing_ok=True)
    return manifest


def pg_program(name: str) -> str:
    """Where one of PostgreSQL's own programs is.

    Raises:
        MissingPart: it is not installed.
    """
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = str(beside[-1]) if beside else shutil.which(name)
    if found is None:
        raise MissingPart(
            f"a store on a server is copied with PostgreSQL's own {name}, which is not installed",
            "Install PostgreSQL's client programs, or use the server's own backup; copy the"
            " folder of the sound and team.keys as well.",
        )
    return found


def run_pg(program: str, url: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on a database; no password is in its arguments.

    Raises:
        StoreGone: it failed.
    """
    parsed = server_url(url).set(drivername="postgresql")
    environment = dict(os.environ)
    if parsed.password:
        environment["PGPASSWORD"] = str(parsed.password)
    # `set` would leave a password of none at all as it was.
    address = parsed._replace(password=None).render_as_string(hide_password=False)
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL's, with arguments of ours
        [program, *arguments, f"--dbname={address}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise StoreGone(
            f"{Path(program).name} failed on the server (status {done.returncode})",
            "Its version must be the server's or newer; ask whoever runs the server.",
        )


@contextmanager
def _draft_of(to: Path) -> Iterator[Path]:
    """The folder in which a backup grows; cleared away where it does not become one."""
    draft = to.with_name(f"{to.name}.partial")
    lock = draft / _LOCK
    if draft.exists() and not lock.exists() and any(draft.iterdir()):
        raise StoreFault(
            f"{draft} is there and is no backup that was cut off", "Move it aside, or name another."
        )
    with store_faults(draft):
        draft.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        held = OpenCallLock(lock)
    except StoreBusy:
        raise StoreBusy(
            f"another backup is being written into {to}", "Wait for it, or name another folder."
        ) from None
    try:
        for left in draft.iterdir():
            if left != lock:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        yield draft
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    finally:
        held.release()


def _copies(store: CallStore, draft: Path, dump: str, progress: Tell) -> Iterator[CopiedFile]:
    locations = store.locations
    anchors = store.opened.anchors
    for source in sorted(anchors.folder.glob(f"{store.opened.slots.store}.*.anchors")):
        yield copy_file(source, draft / "anchors" / source.name, f"anchors/{source.name}")
    for source in sorted(locations.journal_dir.glob("*")):
        try:
            yield copy_file(source, draft / "journal" / source.name, f"journal/{source.name}")
        except FileNotFoundError:
            # It arrived in the store meanwhile, whose copy is still to be made.
            (draft / "journal" / source.name).unlink(missing_ok=True)
    write_private(draft / KEYS, store.opened.slots.dump().encode() + b"\n", replace=False)
    yield described(draft / KEYS, KEYS)
    progress("copying the database")
    if dump:
        os.close(os.open(draft / DUMP, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        url = locations.store or ""
        run_pg(dump, url, "--format=custom", "--no-owner", f"--file={draft / DUMP}")
        yield described(draft / DUMP, DUMP)
    else:
        _copy_database(store, draft / DATABASE)
        yield described(draft / DATABASE, DATABASE)
    yield from _copied_sound(store, draft, progress)


def _copy_database(store: CallStore, target: Path) -> None:
    """As it is at one moment; a call that is being written waits for nothing."""
    with store_faults(target):
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        raw = store.opened.engine.raw_connection()
        try:
            raw.cursor().execute("VACUUM INTO ?", (str(target),))
        finally:
            raw.close()


def _copied_sound(store: CallStore, draft: Path, progress: Tell) -> Iterator[CopiedFile]:
    calls = _call_ids(store, draft)
    for number, call in enumerate(calls, 1):
        source = store.locations.sound(call)
        name = f"sound/{file_name(call)}.sound"
        try:
            yield copy_file(source, draft / name, name)
        except FileNotFoundError:
            with store_faults(store.opened.name), store.opened.engine.connect() as connection:
                purged = is_purged(connection, call)
            if purged:
                raise StoreFault(
                    "calls were purged while the backup was made, so it is not one",
                    "Make it again.",
                ) from None
        if number % 500 == 0:
            progress(f"sound of {number} of {len(calls)} calls")


def _call_ids(store: CallStore, draft: Path) -> list[str]:
    query = "SELECT id FROM calls ORDER BY id"
    if store.locations.store is None:
        return [str(row[0]) for row in _asked(store, draft, query)]
    with store_faults(store.opened.name), store.opened.engine.connect() as connection:
        return list(connection.execute(select(CALLS.c.id).order_by(CALLS.c.id)).scalars())


def _counted(store: CallStore, draft: Path) -> tuple[int, int]:
    """Calls and entries; of a server's as they are after the dump."""
    if store.locations.store is None:
        query = "SELECT (SELECT count(*) FROM calls), (SELECT count(*) FROM chain)"
        ((calls, entries),) = _asked(store, draft, query)
        return calls, entries
    with store_faults(store.opened.name), store.opened.engine.connect() as connection:
        count = select(func.count())
        calls = connection.execute(count.select_from(CALLS)).scalar_one()
        return calls, connection.execute(count.select_from(CHAIN)).scalar_one()


def _asked(store: CallStore, draft: Path, query: str) -> list[tuple[int, int]]:
    """Ask the copy itself; it is opened as what it is, sealed."""
    copy = draft / DATABASE
    with store_faults(copy):
        connection = sqlcipher.connect(f"{copy.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            connection.execute("PRAGMA cipher_log_level = NONE")
            connection.execute(f"PRAGMA key = \"x'{store.opened.vault.database_key.hex()}'\"")
            return list(connection.execute(query).fetchall())
        finally:
            connection.close()
