"""Reads TOML, and knows where every value stood.

Python's own reader keeps no places, so the lines are gone through a second time for keys and table
heads.  Owns that; what the values mean is for whoever asked.  Text over several lines is not looked
into, so a line in it that looks like a key may get a place that nobody asks for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, time

Location = tuple[str | int, ...]

KEY = "\0key"
"""The last part of the place of a key itself; without it, the place of its value."""

_NAME = r'(?:[A-Za-z0-9_-]+|"[^"\n]*"|\'[^\'\n]*\')'
_NAMES = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_HEAD = re.compile(rf"\s*\[\[?\s*({_NAMES})\s*\]")
_PAIR = re.compile(rf"\s*({_NAMES})\s*=\s*")
_AT = re.compile(r" ?\(at (?:line (\d+), column (\d+)|end of document)\)$")


class NotToml(ValueError):
    """The text is no TOML; `line` and `column` count from 1, 0 is unknown."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def read_toml(text: str) -> tuple[Mapping[str, object], dict[Location, tuple[int, int]]]:
    """The values of a document, days and times as ISO 8601 text, and the places of its keys.

    Raises:
        NotToml: it is malformed.
    """
    try:
        values = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = _AT.search(message)
        line, column = (int(at[1]), int(at[2])) if at and at[1] else (text.count("\n") + 1, 1)
        raise NotToml(_AT.sub("", message), line, column) from None
    return {key: _plain(value) for key, value in values.items()}, _places(text)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date | time) else value


def _places(text: str) -> dict[Location, tuple[int, int]]:
    places: dict[Location, tuple[int, int]] = {(): (1, 1)}
    table: Location = ()
    for number, line in enumerate(text.splitlines(), 1):
        head = _HEAD.match(line)
        if head is not None:
            table = _split(head[1])
            _note(places, table, (number, head.start(1) + 1), (number, head.start(1) + 1))
            continue
        pair = _PAIR.match(line)
        if pair is not None:
            key = (*table, *_split(pair[1]))
            _note(places, key, (number, pair.start(1) + 1), (number, pair.end() + 1))
    return places


def _note(
    places: dict[Location, tuple[int, int]],
    location: Location,
    key: tuple[int, int],
    value: tuple[int, int],
) -> None:
    for length in range(1, len(location)):
        places.setdefault(location[:length], key)
        places.setdefault((*location[:length], KEY), key)
    places[location] = value
    places[(*location, KEY)] = key


def _split(names: str) -> Location:
    return tuple(name.strip("\"'") for name in re.findall(_NAME, names))
