"""Finds the master key of the record, and makes one where there is none.

Owns the three places where it may be, looked at in this order: the variable `ASSISTANT_KEY`; the
file that `ASSISTANT_KEY_FILE` names, or `master.key` in the data folder; the system's keyring.  A
file must be its owner's alone.  It knows no store, and never shows a key.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from assistant.record.faults import StoreFault, system_fault
from assistant.record.locations import Locations
from assistant.record.system_keyring import SystemKeyring
from assistant.record.vault import KEY_BYTES, Entropy
from compliance.errors import MissingPart


class Place(StrEnum):
    """Where a master key is kept."""

    VARIABLE = "ASSISTANT_KEY"
    FILE = "file"
    KEYRING = "keyring"


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The key and where it came from; `said` is how messages name the place."""

    key: bytes = field(repr=False)
    place: Place
    said: str
    path: Path | None = None


class KeyMissing(MissingPart):
    """There is no master key where one is needed (exit status 3)."""


class KeyUnusable(MissingPart):
    """What should be the master key is none, others may read it, or it is another store's."""


def find_master(
    locations: Locations, environment: Mapping[str, str], keyring: SystemKeyring | None = None
) -> MasterKey | None:
    """The master key, or `None` where there is none in any place.

    Args:
        locations: where the data folder is.
        environment: the variables.
        keyring: the system's, which afterwards knows whether it answered.

    Raises:
        KeyUnusable: a key is there and cannot be used.
    """
    named = environment.get(Place.VARIABLE.value, "")
    if named:
        return MasterKey(_decoded(named, "ASSISTANT_KEY"), Place.VARIABLE, "ASSISTANT_KEY")
    file = environment.get("ASSISTANT_KEY_FILE", "")
    path = Path(file).expanduser() if file else locations.master_key
    if file or path.exists():
        return MasterKey(read_key_file(path), Place.FILE, str(path), path)
    kept = (keyring or SystemKeyring()).get()
    if kept:
        said = "the system's keyring"
        return MasterKey(_decoded(kept, said), Place.KEYRING, said)
    return None


def make_master(
    locations: Locations, entropy: Entropy, keyring: SystemKeyring | None = None
) -> MasterKey:
    """A new master key, in the system's keyring or else in a strict file in the data folder.

    Args:
        locations: where the data folder is.
        entropy: random bytes.
        keyring: the system's, which afterwards knows whether it answered.

    Raises:
        StoreFault: neither can be written.
    """
    key = entropy(KEY_BYTES)
    if (keyring or SystemKeyring()).put(encoded(key)):
        return MasterKey(key, Place.KEYRING, "the system's keyring")
    path = locations.master_key
    if not write_key_file(path, key, replace=False):
        # Another program made one at the same moment: that one it is.
        key = read_key_file(path)
    return MasterKey(key, Place.FILE, str(path), path)


def replace_master(old: MasterKey, key: bytes) -> None:
    """Put `key` where `old` was.

    Raises:
        StoreFault: it cannot be written.
    """
    if old.place is Place.FILE and old.path is not None:
        write_key_file(old.path, key, replace=True)
    elif old.place is Place.KEYRING:
        keyring = SystemKeyring()
        if not keyring.put(encoded(key)):
            why = f" ({keyring.fault})" if keyring.fault else ""
            raise StoreFault(
                f"the system's keyring did not take the new key{why}", "Unlock it and try again."
            )


def read_key_file(path: Path) -> bytes:
    """The key in a file that is its owner's alone.

    Raises:
        KeyUnusable: it is missing, holds no key, or others may read it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        raise KeyMissing(
            f"the key file {path} cannot be opened", "Put it back, or name another one."
        ) from None
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if sys.platform != "win32" and stat.S_IMODE(mode) & 0o077:
            raise KeyUnusable(
                f"the key file {path} may be read by others than its owner",
                f"Run `chmod 600 {path}`, and consider the key known: `assistant record rekey`.",
            )
        try:
            text = file.read(4096).decode("ascii")
        except (OSError, UnicodeDecodeError):
            text = ""
    return _decoded(text, str(path))


def write_key_file(path: Path, key: bytes, *, replace: bool) -> bool:
    """Write a key for its owner alone; `False` where the file is there and may not be replaced.

    Raises:
        StoreFault: it cannot be written.
    """
    return write_private(path, encoded(key).encode() + b"\n", replace=replace)


def write_private(path: Path, content: bytes, *, replace: bool) -> bool:
    """Write a whole small file for its owner alone, or nothing: a crash leaves the old one.

    Raises:
        StoreFault: it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise system_fault(path.parent, error) from None
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
            return True
        os.link(draft, path)
    except FileExistsError:
        return False
    except OSError as error:
        raise system_fault(path, error) from None
    else:
        return True
    finally:
        draft.unlink(missing_ok=True)


def encoded(key: bytes) -> str:
    """A key as text: 64 hexadecimal digits."""
    return key.hex()


def _decoded(text: str, place: str) -> bytes:
    stripped = text.strip()
    try:
        key = bytes.fromhex(stripped) if len(stripped) == 2 * KEY_BYTES else _base64(stripped)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyUnusable(
            f"what {place} holds is no key",
            "A key is 32 random bytes, as 64 hexadecimal digits or in base 64.",
        )
    return key


def _base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
