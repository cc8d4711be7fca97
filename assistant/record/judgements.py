"""Keeps reviewers' judgements of calls' findings, and reads them again.

Owns a review's row: the sealed note in it, and the entry of the chain that states it.  What a
judgement is, and which stands, is `reviews`'.  It asks nobody's leave: that is the store's.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, insert, select

from assistant.record.chain import REVIEW, add_entry, review_hash
from assistant.record.database import writing
from assistant.record.faults import store_faults
from assistant.record.opening import OpenStore
from assistant.record.places import note_place
from assistant.record.reviews import Review, ReviewAct
from assistant.record.sealed_rows import SealedRows
from assistant.record.tables import REVIEWS


class Judgements:
    """The reviews of an open store; every method raises what `SealedRows` does."""

    def __init__(self, opened: OpenStore, rows: SealedRows) -> None:
        self._store = opened
        self._rows = rows

    def add(self, review: Review) -> None:
        """Add a judgement; nothing is ever replaced."""
        store = self._store
        place = note_place(review.call, review.finding, review.at_utc)
        with store_faults(store.name), writing(store.engine) as connection:
            added = connection.execute(
                insert(REVIEWS).values(
                    call=review.call,
                    finding=review.finding,
                    act=review.act.value,
                    reviewer=review.reviewer,
                    at_utc=review.at_utc,
                    note=self._rows.seal(review.call).seal(encoded(review.note), place),
                )
            )
            (number,) = added.inserted_primary_key or (0,)
            row = connection.execute(select(REVIEWS).where(REVIEWS.c.number == number)).mappings()
            stated = {"number": number, "row": review_hash(row.one())}
            entry = add_entry(connection, store.vault, REVIEW, review.call, store.at_utc(), stated)
        store.anchors.write(entry)

    def rows_of(self, call: str) -> Sequence[RowMapping]:
        """A call's reviews, oldest first, as lists need them: sealed."""
        query = select(REVIEWS).where(REVIEWS.c.call == call)
        return self._rows.rows(query.order_by(REVIEWS.c.number))

    def of(self, call: str) -> tuple[Review, ...]:
        """Every judgement ever made on the call, oldest first."""
        return tuple(self._opened(row) for row in self.rows_of(call))

    def _opened(self, row: RowMapping) -> Review:
        place = note_place(row["call"], row["finding"], row["at_utc"])
        return Review(
            call=row["call"],
            finding=row["finding"],
            act=ReviewAct(row["act"]),
            reviewer=row["reviewer"],
            at_utc=row["at_utc"],
            note=decoded(self._rows.opened(row["call"], row["note"], place)),
        )


def encoded(note: str) -> bytes:
    """A note as it is sealed: whatever was typed, lone surrogates too."""
    return note.encode("utf-8", "surrogatepass")


def decoded(note: bytes) -> str:
    """A note as it was typed."""
    return note.decode("utf-8", "surrogatepass")
