"""What the command `calls import` does with recordings and transcripts.

Owns the opening of the store, what the user is told while it runs (how far, how long still) and at
the end, and the report of what was not taken in.
"""

from __future__ import annotations

import csv
import io
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import click

from assistant.archive.desk import opened, plain_wording, tell_user
from assistant.display_text import display_text
from assistant.importing.bulk import BulkImport, Tally
from assistant.importing.crew import Crew
from assistant.importing.items import Broken, Item, listed
from assistant.importing.recording_list import COLUMNS, About, read_recordings
from assistant.interface_text import N_
from assistant.record.locations import Locations
from assistant.record.master_key import write_private
from assistant.record.permissions import Act
from assistant.rules_in_force import RulesInForce
from assistant.running import zone_here
from assistant.sheet_cells import guarded
from assistant.shift.mapping import ListMapping, load_mapping
from assistant.wording import Wording
from compliance.errors import AssistantError

SO_FAR = N_("{done} of {items}, {broken} broken")
LEFT = N_("about {time} left")
DONE = N_("Imported: {new}. Here before: {before}.")
SEE = N_("{broken} could not be imported: {report} says which, and why.")
_EVERY_S = 10.0
_EVERY_ON_TERMINAL_S = 0.5
_HEADS = ("place", "file", "what is wrong")
_FIRST_LINE = (",".join(_HEADS) + "\n").encode()


@dataclass(slots=True)
class Progress:
    """Tells how far an import has come, now and then.

    Args:
        wording: the user's.
        terminal: whether one line may be written over and over.
        begun_s: the clock's when it began, monotonic seconds.
    """

    wording: Wording
    terminal: bool
    begun_s: float
    _told_s: float = field(default=0.0)

    def line(self, tally: Tally, now_s: float) -> str:
        """How far it is, and how long it will still take as far as that can be said."""
        text = self.wording.text
        told = text(SO_FAR, done=tally.done, items=tally.items, broken=len(tally.broken))
        left = tally.work - tally.work_new - tally.work_before
        if not tally.work_new or left <= 0:
            return told
        left_s = (now_s - self.begun_s) * left / tally.work_new
        minutes, seconds = divmod(round(left_s), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{told} · {text(LEFT, time=f'{hours}:{minutes:02}:{seconds:02}')}"

    def step(self, tally: Tally, now_s: float) -> str:
        """What to write after a step; empty where it is too early for another line."""
        every_s = _EVERY_ON_TERMINAL_S if self.terminal else _EVERY_S
        over = tally.done == tally.items
        if not over and now_s - max(self._told_s, self.begun_s) < every_s:
            return ""
        self._told_s = now_s
        line = self.line(tally, now_s)
        return f"\r\x1b[K{line}{chr(10) if over else ''}" if self.terminal else f"{line}\n"


def report(broken: Sequence[Broken]) -> bytes:
    """What was not taken in, as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEADS)
    for one in broken:
        cells = (one.place, one.file, one.wrong)
        writer.writerow([guarded(display_text(cell, "en-US").text) for cell in cells])
    return out.getvalue().encode("utf-8", "replace")


def refuse_unless_report(path: Path) -> None:
    """Say so where a file stands that no import wrote: only an earlier report is written over.

    Raises:
        AssistantError: it does, or nobody can tell.
    """
    if not path.exists() and not path.is_symlink():
        return
    try:
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(len(_FIRST_LINE)) == _FIRST_LINE:
                    return
    except OSError:
        pass  # what cannot be read is no report of ours
    raise AssistantError(
        f"{path} is there already, and is no report of an import",
        "Name another file with --report.",
    )


def listed_items(
    path: Path, mapping: Path | None, folder: Path | None, about: About
) -> tuple[Item | Broken, ...]:
    """The items of a list of recordings; columns that mean nothing are told.

    Raises:
        BadInput: the list or the mapping cannot be read.
    """
    rules = load_mapping(mapping, COLUMNS) if mapping is not None else ListMapping()
    found = read_recordings(path, rules, folder or path.parent, about)
    if found.unknown_columns:
        names = ", ".join(found.unknown_columns)
        tell_user(f"{path}: these columns mean nothing here: {names}")
    return tuple(listed(found))


def import_bulk(
    locations: Locations,
    given: Sequence[Item | Broken],
    *,
    model: str | None,
    workers: int,
    report_to: Path,
    interface: str,
) -> None:
    """Take in what is new of recordings and transcripts; prints the id of each new call.

    Raises:
        AssistantError: some could not be taken in; the report says which.  Or no report can be
            written where it should be, and then nothing was begun.
        NotPermitted: who is signed in may not.
        StoreFault: the store takes no more; what was taken in is there.
    """
    refuse_unless_report(report_to)
    wording = plain_wording(interface)
    rules = RulesInForce.at(locations)
    progress = Progress(wording, sys.stderr.isatty(), time.monotonic())

    def step(tally: Tally) -> None:
        sys.stderr.write(progress.step(tally, time.monotonic()))
        sys.stderr.flush()

    with opened(locations) as store:
        store.need(Act.IMPORT)
        store.recover()
        bulk = BulkImport(
            store,
            rules,
            clock=lambda: datetime.now(UTC),
            zone_here=zone_here(),
            kept=click.echo,
            step=step,
            notice=tell_user,
        )
        tally = bulk.run(given, lambda: Crew(workers, model, locations.data_dir, rules))
    tell_user(wording.text(DONE, new=tally.new, before=tally.before))
    if tally.broken:
        refuse_unless_report(report_to)  # hours may have passed
        write_private(report_to, report(tally.broken), replace=True)
        raise AssistantError(wording.text(SEE, broken=len(tally.broken), report=str(report_to)))
