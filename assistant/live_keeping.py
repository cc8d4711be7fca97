"""Where a live call is kept, on its terms.

Owns the opening of the store for one live call and the writer in front of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.events import Keep, RecordingTerms
from assistant.record.locations import Locations

if TYPE_CHECKING:
    from assistant.record.consent import ConsentingWriter
    from assistant.record.store import CallStore


@dataclass(frozen=True, slots=True)
class LiveKeeping:
    """An open store, and what writes the call to it as far as its terms allow."""

    store: CallStore
    writer: ConsentingWriter


@contextmanager
def keeping_on_terms(
    terms: RecordingTerms | None, locations: Locations, call_id: str
) -> Iterator[LiveKeeping | None]:
    """What keeps the call; `None` where its terms keep nothing.

    Raises:
        StoreFault: the store cannot be opened.
    """
    if terms is None or terms.keep is Keep.NOTHING:
        yield None
        return
    from assistant.record.consent import ConsentingWriter  # noqa: PLC0415 - only where one is kept
    from assistant.record.store import CallStore  # noqa: PLC0415 - as above

    with CallStore(locations) as store:
        writer = store.record(call_id, with_sound=terms.keep is Keep.AUDIO)
        yield LiveKeeping(store, ConsentingWriter(writer, terms.keep))
