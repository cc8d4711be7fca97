"""Keeps what was worked out of rule packs, so that a program that starts need not do it again.

Owns the cache in the user's cache folder: entries of plain text under a key that names everything
they were made of (the content, this program's own code, the Python version).  An entry is taken
only if it is whole and nobody but its owner can have written it; otherwise, and where the folder
cannot be used, it is as if there were none.  Nothing in it is ever executed.  It must not know what
entries mean, and nothing about a customer or a call may be put into it.
"""

from __future__ import annotations

import hashlib
import os
import platform
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

import platformdirs

_APPLICATION = "collections-call-assistant"
_FORMAT = "1"
_SUFFIX = ".entry"
MOST_ENTRIES = 600  # of which the least lately used fifth goes when there are more


class PackCache:
    """A folder of entries; `None` for the user's own cache folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @staticmethod
    def key(kind: str, parts: Iterable[bytes]) -> str:
        """The key of an entry: what kind it is, and all that it was made of, in order."""
        digest = hashlib.sha256()
        made_by = (_FORMAT, kind, platform.python_implementation(), platform.python_version())
        for part in (*map(str.encode, made_by), _code(), *parts):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return digest.hexdigest()

    def get(self, key: str) -> str | None:
        """The entry of a key; `None` where there is none that can be trusted."""
        try:
            path = self._path(key)
            if not _is_own(path.parent) or not _is_own(path):
                return None
            content = path.read_bytes()
        except OSError:
            return None
        told, _, body = content.partition(b"\n")
        if told != _checksum(body):
            return None
        with suppress(OSError):
            os.utime(path)
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            return None

    def put(self, key: str, text: str) -> None:
        """Keep an entry; where that cannot be done, it is not kept."""
        body = text.encode("utf-8")
        try:
            path = self._path(key)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=_SUFFIX)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_checksum(body) + b"\n" + body)
                Path(unfinished).replace(path)
            except OSError:
                with suppress(OSError):
                    Path(unfinished).unlink()
                return
            self._make_room(path.parent)
        except OSError:
            return

    def _path(self, key: str) -> Path:
        folder = self._folder
        if folder is None:
            folder = Path(platformdirs.user_cache_dir(_APPLICATION, appauthor=False)) / "packs"
        return folder / f"{key}{_SUFFIX}"

    def _make_room(self, folder: Path) -> None:
        entries = [*folder.glob(f"*{_SUFFIX}")]
        if len(entries) <= MOST_ENTRIES:
            return
        entries.sort(key=lambda path: path.stat().st_mtime)
        for path in entries[: len(entries) - MOST_ENTRIES * 4 // 5]:
            with suppress(OSError):
                path.unlink()


USERS = PackCache()


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()


def _is_own(path: Path) -> bool:
    """Whether this user alone can have written a file or folder."""
    if not hasattr(os, "getuid"):  # Windows: a user's folders are the user's own by their rights
        return path.exists()
    status = path.lstat()
    mine = status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return mine and not stat.S_ISLNK(status.st_mode)


@cache
def _code() -> bytes:
    """A digest of the code that makes entries: a changed program makes its own."""
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for path in sorted((*folder.glob("*.py"), *folder.glob("packs/rates/*"))):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.digest()
