"""A table of keys: what each asks for, how it is shown, and how a press is read.

Owns the row that every screen's table is made of and the reading of a key when an input method is
switched on: full-width letters and bare Bopomofo are read as the keys that made them.  Which keys a
screen has is its own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

C = TypeVar("C", bound=StrEnum)

# The standard Bopomofo keyboard (大千): what is printed beside each sign.
BOPOMOFO: Mapping[str, str] = dict(
    zip(
        "ㄅㄆㄇㄈㄉㄊㄋㄌㄍㄎㄏㄐㄑㄒㄓㄔㄕㄖㄗㄘㄙㄚㄛㄜㄝㄞㄟㄠㄡㄢㄣㄤㄥㄦㄧㄨㄩ",
        "1qaz2wsxedcrfv5tgbyhn8ik,9ol.0p;/-ujm",
        strict=True,
    )
)


# Without slots: a generic one with them cannot be made by its alias.
@dataclass(frozen=True)
class KeyRow(Generic[C]):
    """One row of a key table: `cap` as printed on the bar, `label` and `help` as message ids."""

    command: C
    keys: tuple[str, ...]
    cap: str
    label: str
    help: str
    function_key: str = ""


class KeyTable(Generic[C]):
    """The rows of one screen."""

    def __init__(self, rows: Iterable[KeyRow[C]]) -> None:
        self.rows = tuple(rows)
        self._by_key = {key: row.command for row in self.rows for key in row.keys}

    def row(self, command: C) -> KeyRow[C]:
        """The row of a command."""
        return next(row for row in self.rows if row.command is command)

    def read(self, key: str, character: str | None) -> C | None:
        """What a key press asks for; `None` for any other key.

        Args:
            key: Textual's name for the key.
            character: the text that the key made, `None` where it made none.
        """
        command = self._by_key.get(key)
        if command is not None or not character:
            return command
        plain = unicodedata.normalize("NFKC", character).lower()
        plain = BOPOMOFO.get(plain, plain)
        return self._by_key.get("space" if plain == " " else plain)
