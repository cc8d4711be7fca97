"""Which rows of a long list are in sight.

Owns the arithmetic of a chosen row in a window that moves as little as it must.  Pure.
"""

from __future__ import annotations


def window(place: int, first: int, count: int, height: int) -> tuple[int, int]:
    """The chosen row and the first one in sight.

    Args:
        place: the row that is asked for; the nearest there is stands in for one that is not.
        first: the first row in sight before.
        count: how many rows there are.
        height: how many rows are in sight.
    """
    height = max(1, height)
    place = min(max(place, 0), max(0, count - 1))
    first = max(place - height + 1, min(first, place))
    return place, max(0, min(first, count - height))
