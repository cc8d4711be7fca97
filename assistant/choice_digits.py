"""Which digit picks which choice of the script.

Owns the allotment of digits.  A hand that is on its way to a key must find there what it meant, so
a choice keeps its digit although the script moves and match boxes come and go: the boxes always
have the digits below `FIRST`, the choices those from there on, first come.  Until the customer is
verified other choices are offered than afterwards; each of the two times has its own allotment, and
what is offered in both keeps its digit.  It knows no screen and no wording.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

FIRST = 3
"""The first digit for choices; two identifiers are asked for, and they have 1 and 2."""

TEN = 10
"""What the key `0` counts as."""

OWN_KEYS: Mapping[str, str] = {
    "third_party": "t",
    "dispute": "d",
    "hardship": "h",
    "vulnerable": "!",
}
"""Choices that have a key of their own and need no digit."""


class ChoiceDigits:
    """The digits of one call's choices."""

    def __init__(self) -> None:
        self._by_time: dict[bool, dict[str, int]] = {False: {}, True: {}}

    def offer(self, slugs: Sequence[str], *, verified: bool, boxes: int = 2) -> Mapping[str, int]:
        """The digits, 3 to 10, of the choices offered now; one that got none is absent.

        Args:
            slugs: objections and exits in the order of the script.
            verified: which of the two times it is.
            boxes: how many match boxes the account has.
        """
        mine, others = self._by_time[verified], self._by_time[not verified]
        wanting = [slug for slug in slugs if slug not in OWN_KEYS and slug not in mine]
        for slug in wanting:
            if slug in others and others[slug] not in mine.values():
                mine[slug] = others[slug]
        for slug in wanting:
            free = set(range(max(FIRST, boxes + 1), TEN + 1)) - set(mine.values())
            if slug not in mine and free:
                mine[slug] = min(free)
        return {slug: mine[slug] for slug in slugs if slug in mine}
