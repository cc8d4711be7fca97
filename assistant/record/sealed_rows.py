"""Rows of the store and what is sealed in them.

Owns the queries' way to the database, the keys of the calls that were opened last, and the opening
of lines and notes.  It knows no call's meaning and asks nobody's leave: that is the store's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, Select, Table, select

from assistant.event_codec import EventCodec
from assistant.events import Envelope
from assistant.record.faults import StoreDamaged, store_faults
from assistant.record.opening import OpenStore
from assistant.record.packed_lines import unpacked
from assistant.record.places import row_place
from assistant.record.tables import CALL_KEYS
from assistant.record.vault import Seal, SealBroken

# How many calls' keys are remembered.
_SEALS = 64


class SealedRows:
    """The rows of an open store.

    Raises, from every method:
        StoreFault: the store cannot be read; `StoreDamaged` where what is sealed does not open.
        UnreadableEvent: an opened line is no event.
    """

    def __init__(self, opened: OpenStore, codec: EventCodec) -> None:
        self._name = opened.name
        self._engine = opened.engine
        if self._engine.dialect.name != "sqlite":
            # One statement sees one moment by itself; asking for a transaction around it and ending
            # that takes a server longer than most answers.
            self._engine = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._vault = opened.vault
        self._codec = codec
        self._seals: dict[str, Seal] = {}

    def rows(self, statement: Select[*tuple[Any, ...]]) -> Sequence[RowMapping]:
        """What a query of this room finds."""
        with store_faults(self._name), self._engine.connect() as connection:
            return connection.execute(statement).mappings().all()

    def read(self, line: bytes, call: str, table: Table, key: int | str) -> Envelope:
        """The event of a sealed line, by its table and the rest of its primary key."""
        opened = self.line(line, call, table, key)
        return self._codec.decode(opened, f"{self._name}: {row_place(call, table.name, key)}")

    def line(
        self, line: bytes, call: str, table: Table, key: int | str, seal: Seal | None = None
    ) -> bytes:
        """A sealed line as the codec wrote it; `seal` is the call's, where it is at hand."""
        place = row_place(call, table.name, key)
        opened = self._unsealed(seal if seal is not None else self.seal(call), line, place)
        try:
            return unpacked(opened, call)
        except ValueError:
            raise StoreDamaged(
                f"{self._name}: {place} is not understood", "Restore it from a backup."
            ) from None

    def opened(self, call: str, sealed: bytes, place: str) -> bytes:
        """What was sealed for a place of a call."""
        return self._unsealed(self.seal(call), sealed, place)

    def _unsealed(self, seal: Seal, sealed: bytes, place: str) -> bytes:
        """What was sealed for a place with this seal."""
        try:
            return seal.open(sealed, place)
        except SealBroken as error:
            raise StoreDamaged(f"{self._name}: {place} does not open", error.remedy) from None

    def seal(self, call: str) -> Seal:
        """The seal of a kept call; the last few are remembered."""
        seal = self._seals.get(call)
        if seal is None:
            rows = self.rows(select(CALL_KEYS.c.wrapped).where(CALL_KEYS.c.call == call))
            if not rows:
                raise StoreDamaged(
                    f"{self._name}: the key of call {call} is gone", "Restore it from a backup."
                )
            seal = self._vault.call(call, rows[0]["wrapped"])
            if len(self._seals) >= _SEALS:
                self._seals.clear()
            self._seals[call] = seal
        return seal

    def remember_keys(self, calls: Sequence[str]) -> None:
        """Look up the keys of some calls at once, where each of them is about to be opened."""
        unknown = [call for call in calls if call not in self._seals]
        if len(self._seals) + len(unknown) > _SEALS:
            self._seals.clear()
            unknown = list(calls)
        for row in self.rows(select(CALL_KEYS).where(CALL_KEYS.c.call.in_(unknown))):
            self._seals[row["call"]] = self._vault.call(row["call"], row["wrapped"])
