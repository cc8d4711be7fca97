"""Reads how kept calls ended, by their agents' words.

Owns the queries and the opening of what is sealed of a wrap-up; how one comes into the store is
`wrap_ups`'.  It asks nobody's leave: that is the store's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import RowMapping, select

from assistant.record.faults import StoreDamaged, StoreTooNew
from assistant.record.kept import KeptWrapUp
from assistant.record.places import wrap_up_place
from assistant.record.sealed_rows import SealedRows
from assistant.record.tables import WRAP_UPS
from assistant.record.wrap_up_form import NewerForm, opened_part


class KeptWrapUps:
    """The wrap-ups of an open store; every method raises what `SealedRows` does."""

    def __init__(self, rows: SealedRows, name: str) -> None:
        self._rows = rows
        self._name = name

    def last(self, call: str) -> KeptWrapUp | None:
        """How a call ended, by its agent's last word; `None` where nobody said."""
        query = select(WRAP_UPS).where(WRAP_UPS.c.call == call).order_by(WRAP_UPS.c.number.desc())
        rows = self._rows.rows(query.limit(1))
        return self.opened(rows[0]) if rows else None

    def all(self, call: str) -> tuple[KeptWrapUp, ...]:
        """All that was ever said of how a call ended, oldest first."""
        query = select(WRAP_UPS).where(WRAP_UPS.c.call == call).order_by(WRAP_UPS.c.number)
        return tuple(map(self.opened, self._rows.rows(query)))

    def last_rows(self, calls: Sequence[str]) -> Mapping[str, RowMapping]:
        """The row of each call's last word; a call of which nobody said is absent."""
        query = select(WRAP_UPS).where(WRAP_UPS.c.call.in_(calls)).order_by(WRAP_UPS.c.number)
        last = {row["call"]: row for row in self._rows.rows(query)}
        self._rows.remember_keys(list(last))
        return last

    def opened(self, row: RowMapping) -> KeptWrapUp:
        """A row's wrap-up.

        Raises:
            StoreTooNew: a newer version of the program wrote it.
        """
        columns = {name: row[name] for name in ("call", "outcome", "next_contact", "at_utc")}
        place = wrap_up_place(row["call"], row["at_utc"])
        sealed = self._rows.opened(row["call"], row["note"], place)
        try:
            return KeptWrapUp(**columns, **opened_part(sealed))
        except NewerForm:
            raise StoreTooNew(
                f"{self._name}: {place} is of a newer form",
                "Update this program to the version that wrote it.",
            ) from None
        except ValueError:
            raise StoreDamaged(
                f"{self._name}: {place} is not understood", "Restore it from a backup."
            ) from None
