"""Where a live call is kept, on its terms.

Owns the keeping of one live call as far as its terms allow, and of how it ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistant.events import Keep, RecordingTerms
from assistant.record.locations import Locations

if TYPE_CHECKING:
    from assistant.record.consent import ConsentingWriter
    from assistant.record.kept import KeptWrapUp


@contextmanager
def keeping_on_terms(
    terms: RecordingTerms | None,
    locations: Locations,
    call_id: str,
    notice: Callable[[str], None],
) -> Iterator[ConsentingWriter | None]:
    """What writes the call as far as its terms allow; `None` where they keep nothing.

    Args:
        terms: how much is kept, and from when.
        locations: where.
        call_id: the call's id.
        notice: told what the agent should read.

    Raises:
        StoreFault: the store cannot be reached and this machine was never there before.
        MissingPart: its key is missing.
    """
    if terms is None or terms.keep is Keep.NOTHING:
        yield None
        return
    from assistant.record.consent import ConsentingWriter  # noqa: PLC0415 - only where one is kept
    from assistant.record.keeping import keep_call  # noqa: PLC0415 - as above
    from assistant.record.opening import system_doors  # noqa: PLC0415 - as above

    with_sound = terms.keep is Keep.AUDIO
    with keep_call(locations, call_id, system_doors(notice), with_sound=with_sound) as writer:
        yield ConsentingWriter(writer, terms.keep)


def keep_ending(wrap_up: KeptWrapUp, locations: Locations, notice: Callable[[str], None]) -> None:
    """Keep how a kept call ended.

    Raises:
        StoreFault: nothing takes it.
    """
    from assistant.record.opening import system_doors  # noqa: PLC0415 - only where a call is kept
    from assistant.record.wrap_ups import keep_wrap_up  # noqa: PLC0415 - as above

    keep_wrap_up(locations, system_doors(notice), wrap_up)
