"""Which calls were imported from what, so that nothing is taken in twice and nothing half.

Owns the ids of imported calls, which hold the beginning of the digest of what they come from, and
the removal of one whose import was cut off: it is no evidence, its source still is, and it is taken
in anew.  What was purged stays away.  It reads no source itself.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto

from sqlalchemy import select

from assistant.record.chain import BEGUN, PURGED, add_entry, hold_end
from assistant.record.database import writing
from assistant.record.duties import account_code, standing_duties
from assistant.record.faults import store_faults
from assistant.record.locks import is_held
from assistant.record.purging import remove_files, remove_rows
from assistant.record.search_index import forget
from assistant.record.store import CallStore
from assistant.record.tables import CALLS, CHAIN

CUT_OFF = "its import was cut off"
"""Why such a call was removed, as its entry in the chain says."""

# Of the digest: an id is not wider than a list's column, and no two of millions are alike.
_SHOWN = 12
_ID = re.compile(rf"-([0-9a-f]{{{_SHOWN}}})(?:-([0-9]+))?\Z")


class Before(Enum):
    """What became of an earlier import of the same thing."""

    NEVER = auto()
    WHOLE = auto()
    PURGED = auto()
    RUNS = auto()  # another program is at it
    HELD = auto()  # cut off, and somebody holds it


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of a digest: the id to take it in under, and what became of it before."""

    call: str
    before: Before


@dataclass(slots=True)
class Imports:
    """The imports of one store, read once.

    Args:
        store: the open store.
        who: whose doing it is.
    """

    store: CallStore
    who: str
    _last: dict[str, tuple[int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = self.store.rows(select(CHAIN.c.call).where(CHAIN.c.kind == BEGUN))
        for row in rows:
            self._note(row["call"])

    def place(self, digest: str, at: datetime) -> Place:
        """Where a thing is to be taken in; what was cut off before is cleared away.

        Args:
            digest: what it is known by.
            at: when its call took place, with an offset.
        """
        name = f"{at.astimezone(UTC):%Y%m%dt%H%M%S}-{digest[:_SHOWN]}"
        attempt, last = self._last.get(digest[:_SHOWN], (0, ""))
        if not last:
            return Place(name, Before.NEVER)
        before = self._became(last)
        if before is not Before.NEVER:
            return Place(last, before)
        return Place(f"{name}-{attempt + 1}", Before.NEVER)

    def taken_in(self, call: str) -> None:
        """A call of this import is whole."""
        self._note(call)

    def _note(self, call: str) -> None:
        found = _ID.search(call)
        if found is None:
            return
        attempt = int(found[2] or 1)
        if attempt >= self._last.get(found[1], (0, ""))[0]:
            self._last[found[1]] = (attempt, call)

    def _became(self, call: str) -> Before:
        rows = self.store.rows(select(CALLS.c.whole).where(CALLS.c.id == call))
        if not rows:
            said = select(CHAIN.c.stated).where(CHAIN.c.call == call, CHAIN.c.kind == PURGED)
            why = [json.loads(row["stated"]).get("why") for row in self.store.rows(said)]
            return Before.NEVER if why == [CUT_OFF] else Before.PURGED
        if is_held(self.store.locations.lock(call)):
            return Before.RUNS
        if rows[0]["whole"]:
            return Before.WHOLE
        return Before.NEVER if self._cleared(call) else Before.HELD

    def _cleared(self, call: str) -> bool:
        """Remove a call whose import was cut off; whether nobody holds it."""
        opened = self.store.opened
        account = account_code(opened.vault, self.store.start(call).account_id)
        with store_faults(opened.name), writing(opened.engine) as connection:
            hold_end(connection)
            if standing_duties(connection).holds(call, account):
                return False
            remove_rows(connection, call)
            forget(connection, [call])
            stated = {"who": self.who, "why": CUT_OFF, "law": ""}
            entry = add_entry(connection, opened.vault, PURGED, call, opened.at_utc(), stated)
        opened.anchors.write(entry)
        remove_files(self.store.locations, call)
        return True
