"""Keeps one call while it runs: `with keep_call(…) as writer`.

Owns the start: what a crash left is brought in first, and a store that cannot be reached does not
stand in the way of a call.  Then everything waits in the journal, and the courier goes on trying.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from assistant.event_codec import EventCodec
from assistant.record.faults import StoreFault
from assistant.record.locations import Locations
from assistant.record.opening import Doors, OpenStore, open_store, vault_alone
from assistant.record.recovery import recover
from assistant.record.writer import KeptCallWriter

# A call does not wait longer than this for a database that somebody else holds.
_START_WITHIN_S = 1.0


@contextmanager
def keep_call(
    locations: Locations,
    call: str,
    doors: Doors,
    *,
    with_sound: bool = True,
    codec: EventCodec | None = None,
) -> Iterator[KeptCallWriter]:
    """The writer of a new call, for as long as it runs.

    Args:
        locations: where it is kept.
        call: its id.
        doors: where the key is looked for; its `tell` is told what the user should see.
        with_sound: whether sound is kept too.
        codec: writes events; built where none is passed.

    Raises:
        StoreFault: the store cannot be reached and this machine was never there before.
        MissingPart: the key is missing or wrong.
    """
    codec = codec if codec is not None else EventCodec()
    opened: list[OpenStore] = []

    def store() -> OpenStore:
        if not opened:
            opened.append(open_store(locations, doors))
        return opened[0]

    patient = doors
    doors = replace(doors, busy_timeout_s=min(_START_WITHIN_S, patient.busy_timeout_s))
    try:
        vault = store().vault
        bring_in(locations, opened[0], codec, doors.tell)
    except StoreFault as fault:
        alone = vault_alone(locations, doors)
        if alone is None:
            raise
        vault = alone
        doors.tell(f"{fault} The call is kept in a sealed journal until then.")
    writer = KeptCallWriter(
        store,
        vault,
        locations,
        codec,
        call,
        with_sound=with_sound,
        threaded=True,
        notice=doors.tell,
    )
    try:
        yield writer
    finally:
        writer.close()
        for each in opened:
            each.engine.dispose()


def bring_in(
    locations: Locations, store: OpenStore, codec: EventCodec, tell: Callable[[str], None]
) -> None:
    """Recover, and say what was found.

    Raises:
        StoreFault: the store takes nothing.
    """
    recovered = recover(locations, store, codec)
    if recovered.calls:
        tell(f"{len(recovered.calls)} interrupted call(s) were brought into the store.")
    for problem in recovered.problems:
        tell(problem)
