"""What the commands `calls export` and `import` do.

Owns the opening of the store and what the user is told; `packing` and `unpacking` do the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from assistant import __version__
from assistant.archive.complaint import refuse_existing
from assistant.archive.desk import call_wording, opened, plain_wording, tell_user
from assistant.archive.packing import pack
from assistant.archive.unpacking import CallArchive, unpack
from assistant.event_codec import EventCodec
from assistant.interface_text import N_
from assistant.record.locations import Locations
from assistant.record.permissions import Act

PACKED = N_("{count} calls packed into {path} (manifest SHA-256 {hash})")
SEALED_NO_MORE = N_("What is in this file is not sealed: keep it as safe as the calls themselves.")
HERE_ALREADY = N_("{call} came from this archive before.")


def export_calls(
    locations: Locations,
    calls: Sequence[str],
    to: Path,
    *,
    redacted: bool,
    interface: str,
    now: datetime,
) -> None:
    """Pack calls into a new file."""
    refuse_existing(to)
    codec = EventCodec()
    with opened(locations) as store:
        for call in dict.fromkeys(calls):
            store.need(Act.EXPORT, call)
        digest = pack(
            store,
            calls,
            to,
            codec=codec,
            redacted=redacted,
            wording_of=lambda told: call_wording(told.call, locations, "en"),
            program=__version__,
            at_utc=now.astimezone(UTC).isoformat(timespec="seconds"),
        )
    wording = plain_wording(interface)
    count = len(dict.fromkeys(calls))
    tell_user(wording.text(PACKED, count=count, path=str(to), hash=digest))
    if not redacted:
        tell_user(wording.text(SEALED_NO_MORE))


def import_calls(locations: Locations, file: Path, *, interface: str) -> None:
    """Take the calls of an archive into the store; prints the id of each that is new."""
    wording = plain_wording(interface)
    codec = EventCodec()
    with CallArchive(file, codec) as archive, opened(locations) as store:
        store.need(Act.IMPORT)
        for call, is_new in unpack(archive, store):
            if is_new:
                click.echo(call)
            else:
                tell_user(wording.text(HERE_ALREADY, call=call))
