"""Tells how far the upgrade of an older store has come, call by call.

Owns the words.  It changes nothing and knows no call; what is done to each is the steps' own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from assistant.interface_text import N_, Told

UPGRADING = N_("Bringing the record of an older version up to date …")
SEALING = N_("Sealing kept calls of an older version: {done} of {total}")
SEALING_SOUND = N_("Sealing the sound of kept calls of an older version: {done} of {total}")
INDEXING = N_("Indexing what was said in kept calls of an older version: {done} of {total}")

_One = TypeVar("_One")


@dataclass(frozen=True, slots=True)
class Progress:
    """Who hears how far it is.

    `passing` hears of every hundredth part, a line that the next one takes the place of; `tell` of
    the end.
    """

    tell: Callable[[str], None] = lambda _line: None
    passing: Callable[[str], None] = lambda _line: None

    def begun(self) -> None:
        """An older store is being brought up to date."""
        self.passing(Told(UPGRADING))

    def over(self) -> None:
        """It is; nothing is left to be passing."""
        self.passing("")

    def by_call(self, calls: Sequence[_One], doing: str) -> Iterator[_One]:
        """The calls one after the other; `doing` is the message that says what is done to them."""
        total = len(calls)
        every = max(1, total // 100)
        for done, call in enumerate(calls):
            if done % every == 0:
                self.passing(Told(doing, done=str(done), total=str(total)))
            yield call
        if total:
            self.tell(Told(doing, done=str(total), total=str(total)))
