"""A backup's own form: its folder, its manifest, and copying with a hash.

Owns names and the manifest, which lists every file with size and hash and carries a keyed code, so
that only who has the key can make one.  The master key is never in it.  It opens no database.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from assistant.record.faults import StoreFault, store_faults
from assistant.record.vault import Vault

MANIFEST = "manifest.json"
DATABASE = "calls.db"
DUMP = "calls.dump"
KEYS = "store.keys"
_VERSION = 1
_BLOCK = 1 << 20


class BackupDamaged(StoreFault):
    """A backup is not whole, or is none; nothing was touched."""


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """One file of a backup: `path` below its folder, with `/`; `size` in bytes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: `entries` of the chain, `calls`; `server`: it is a server's dump."""

    store: str
    server: bool
    layout: int
    made_at_utc: str
    entries: int
    calls: int
    files: tuple[CopiedFile, ...] = field(repr=False)

    def dump(self, vault: Vault) -> bytes:
        """As it is written, with the code."""
        stated = {"version": _VERSION, **asdict(self)}
        return json.dumps({**stated, "code": _code(stated, vault)}, indent=1).encode() + b"\n"


def load_manifest(folder: Path) -> tuple[Manifest, dict[str, Any]]:
    """The manifest of a backup, and what was written, whose code is not checked yet.

    Raises:
        BackupDamaged: there is none, or it is something else.
    """
    path = folder / MANIFEST
    try:
        stated = json.loads(path.read_bytes())
        if stated["version"] != _VERSION:
            raise BackupDamaged(
                f"{folder} is a backup of another version of this program", "Update this program."
            )
        files = tuple(CopiedFile(**entry) for entry in stated["files"])
        names = ("store", "server", "layout", "made_at_utc", "entries", "calls")
        manifest = Manifest(**{name: stated[name] for name in names}, files=files)
    except FileNotFoundError:
        raise BackupDamaged(
            f"{folder} is no backup, or one that was never finished: it has no {MANIFEST}",
            "Name another one.",
        ) from None
    except (ValueError, TypeError, KeyError, OSError):
        raise BackupDamaged(f"{path} cannot be read", "Name another backup.") from None
    for file in files:
        parts = PurePosixPath(file.path).parts
        if not parts or PurePosixPath(file.path).is_absolute() or ".." in parts:
            raise BackupDamaged(f"{path} names files that are not its own", "Name another backup.")
    return manifest, stated


def check_code(folder: Path, stated: dict[str, Any], vault: Vault) -> None:
    """Whether whoever wrote the manifest had the store's key.

    Raises:
        BackupDamaged: they had not, or it was changed.
    """
    plain = {name: value for name, value in stated.items() if name != "code"}
    if stated.get("code") != _code(plain, vault):
        raise BackupDamaged(f"the manifest of {folder} was changed", "Name another backup.")


def _code(stated: dict[str, Any], vault: Vault) -> str:
    return vault.mac(b"backup\0", json.dumps(stated, sort_keys=True).encode()).hex()


def copy_file(source: Path, target: Path, name: str) -> CopiedFile:
    """Copy a file, readable by its owner alone, to the disk; a crash leaves no whole copy unseen.

    Raises:
        FileNotFoundError: the source is gone.
        StoreFault: the target cannot be written.
    """
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as read, store_faults(target):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as write:
            while block := read.read(_BLOCK):
                digest.update(block)
                size += len(block)
                write.write(block)
            write.flush()
            os.fsync(write.fileno())
    return CopiedFile(name, size, digest.hexdigest())


def described(path: Path, name: str) -> CopiedFile:
    """A file that is there already."""
    # Open for writing as well, because some systems sync nothing else.
    with store_faults(path), path.open("r+b") as read:
        digest = hashlib.file_digest(read, "sha256")
        os.fsync(read.fileno())
        return CopiedFile(name, path.stat().st_size, digest.hexdigest())


def copy_checked(
    folder: Path,
    manifest: Manifest,
    target_of: Callable[[str], Path],
    progress: Callable[[str], None],
) -> None:
    """Copy every file of a backup, comparing each with the manifest.

    Raises:
        BackupDamaged: one is missing or another.
        StoreFault: one cannot be written.
    """
    wrong = _sizes_that_differ(folder, manifest.files)
    for number, file in enumerate(manifest.files, 1):
        if wrong:
            break
        try:
            copied = copy_file(folder / file.path, target_of(file.path), file.path)
        except FileNotFoundError:
            copied = None
        if copied != file:
            wrong = [file.path]
        if number % 500 == 0:
            progress(f"{number} of {len(manifest.files)} files")
    if wrong:
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise BackupDamaged(
            f"the backup {folder} is damaged: {wrong[0]}{more} is missing or was changed;"
            " nothing was restored",
            "Name another backup.",
        )


def _sizes_that_differ(folder: Path, files: Sequence[CopiedFile]) -> list[str]:
    """Seen at once, before anything is copied."""
    wrong = []
    for file in files:
        try:
            if (folder / file.path).stat().st_size != file.size:
                wrong.append(file.path)
        except OSError:
            wrong.append(file.path)
    return wrong
