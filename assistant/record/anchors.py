"""Writes the end of the chain down outside the store, where its editor may not reach.

Owns the files: one for each store and machine in the anchors' folder, one line of JSON for each
anchor, only ever added to.  A chain whose end was cut off agrees with itself; it does not agree
with an anchor.  That is worth as much as the folder's distance from the store: a share that desks
may add to and not change is a good place.
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from assistant.record.chain import Entry


class Anchors:
    """The anchors of one store.

    Args:
        folder: where they are.
        store: the store's id.
        tell: told once if they cannot be written.
    """

    def __init__(self, folder: Path, store: str, tell: Callable[[str], None]) -> None:
        self.folder = folder
        self._store = store
        self._tell = tell
        self._told = False

    def write(self, entry: Entry) -> None:
        """Anchor an entry that is in the store; a folder that is gone stops nothing."""
        machine = re.sub(r"[^A-Za-z0-9-]", "_", platform.node())[:60]
        path = self.folder / f"{self._store}.{machine}.anchors"
        line = json.dumps({"n": entry.n, "code": entry.code.hex(), "at_utc": entry.at_utc})
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                # In one piece, so that two programs' lines do not mix.
                os.write(descriptor, line.encode() + b"\n")
            finally:
                os.close(descriptor)
        except OSError:
            if not self._told:
                self._told = True
                self._tell(
                    f"The record's anchors cannot be written in {self.folder};"
                    " without them nobody can prove that nothing was cut off."
                )

    def read(self) -> Iterator[tuple[int, bytes]]:
        """Every anchor: the number of an entry and its code; lines that are torn are left out."""
        for path in sorted(self.folder.glob(f"{self._store}.*.anchors")):
            for line in path.read_bytes().split(b"\n"):
                try:
                    anchor = json.loads(line)
                    yield int(anchor["n"]), bytes.fromhex(anchor["code"])
                except (ValueError, TypeError, KeyError):
                    continue
