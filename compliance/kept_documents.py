"""How a document that was read before is kept in the cache: its values, and where each stood.

Owns that form: values as JSON on the first line, places on the second, read only when asked for.
It must not know what a document means.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

_Place = tuple[int, int]
_Location = tuple[str | int, ...]


_BETWEEN = "\x1f"  # parts of a location; no text of a document can hold it
_WIDEST = 1 << 24  # columns; a document is shorter


class KeptPlaces(Mapping[_Location, _Place]):
    """The places of a kept document, which not every reader of it asks for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[str, int] | None = None

    def _places(self) -> dict[str, int]:
        if self._known is None:
            self._known = json.loads(self._text)
        return self._known

    def __getitem__(self, location: _Location) -> _Place:
        return divmod(self._places()[_BETWEEN.join(map(str, location))], _WIDEST)

    def __contains__(self, location: object) -> bool:
        known = self._places()
        return isinstance(location, tuple) and _BETWEEN.join(map(str, location)) in known

    def __iter__(self) -> Iterator[_Location]:
        for location in self._places():
            parts = location.split(_BETWEEN) if location else []
            yield tuple(int(part) if part.isdecimal() else part for part in parts)

    def __len__(self) -> int:
        return len(self._places())


def kept(values: str, places: Mapping[_Location, _Place]) -> str:
    """The text to keep of a document whose values are `values` as JSON."""
    flat = {
        _BETWEEN.join(map(str, location)): line * _WIDEST + column
        for location, (line, column) in places.items()
    }
    return f"{values}\n{json.dumps(flat, separators=(',', ':'))}"


def unkept(text: str) -> tuple[str, KeptPlaces]:
    """The values as JSON, and the places, of a kept document."""
    values, _, places = text.partition("\n")
    return values, KeptPlaces(places)
