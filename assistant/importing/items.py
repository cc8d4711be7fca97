"""What is to be imported, one by one: a file, what is known of its call, where it was named.

Owns the way from what the user named (a list, files) to items, and from an item of words to the
transcripts in it.  What is wrong with one is told in its place, and the others go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.events import Source
from assistant.importing.contact_lens import read_contact_lens
from assistant.importing.json_lines import read_json_lines
from assistant.importing.recording_list import About, RecordingList
from assistant.importing.webvtt import read_webvtt
from assistant.importing.written import Written, read_bounded, refused
from compliance.errors import AssistantError, BadInput

_TRANSCRIPTS = {".json": Source.CONTACT_LENS, ".vtt": Source.WEBVTT}


@dataclass(frozen=True, slots=True)
class Item:
    """A file to import; `place` is where it was named, `order` the how manyth it is."""

    place: str
    file: str
    path: Path
    source: Source
    about: About
    order: int = 0

    def broken(self, wrong: str, place: str = "") -> Broken:
        """What is told where it, or a call in it, is not taken in."""
        where = ", ".join(filter(None, (self.place, place)))
        return Broken(where, self.file, wrong, self.order)

    @property
    def size(self) -> int:
        """Bytes; 0 where it is not there."""
        try:
            return self.path.stat().st_size
        except (OSError, ValueError):
            return 0


@dataclass(frozen=True, slots=True)
class Broken:
    """What was not taken in: where it was named, which file, and why, with what to do."""

    place: str
    file: str
    wrong: str
    order: int = 0


def listed(found: RecordingList) -> Iterator[Item | Broken]:
    """The rows of a list, in their order; transcripts are known by their suffix."""
    rows: list[tuple[int, Item | Broken]] = []
    for row in found.rows:
        source = _TRANSCRIPTS.get(row.path.suffix.lower(), Source.RECORDING)
        item = Item(f"line {row.line}", row.file, row.path, source, row.about, row.line)
        rows.append((row.line, item))
    for bad in found.rejected:
        why = "; ".join(f"{column}: {what}" if column else what for column, what in bad.why)
        rows.append((bad.line, Broken(f"line {bad.line}", "", why, bad.line)))
    yield from (one for _line, one in sorted(rows, key=lambda row: row[0]))


def named(files: Sequence[Path], source: Source, about: About) -> Iterator[Item]:
    """Files that were named on the command line."""
    for order, file in enumerate(dict.fromkeys(files)):
        yield Item("", str(file), file, source, about, order)


def transcripts(item: Item) -> Iterator[tuple[str, Written | BadInput]]:
    """The transcripts in an item, each with its place in the file; or what is wrong with it."""
    if item.source is Source.JSONL:
        yield from _json_lines(item)
        return
    try:
        content = read_bounded(item.path)
        if item.source is Source.CONTACT_LENS:
            yield "", read_contact_lens(content, item.path)
        else:
            yield "", read_webvtt(content, item.path, agent_voice=item.about.agent_voice)
    except BadInput as error:
        yield "", error


def _json_lines(item: Item) -> Iterator[tuple[str, Written | BadInput]]:
    about = item.about
    try:
        if not item.path.is_file():
            raise refused(item.path, "is not there, or no ordinary file")
        with item.path.open("rb") as lines:
            calls = read_json_lines(
                lines, item.path, jurisdiction=about.jurisdiction, language=about.language
            )
            for found in calls:
                yield found.place, found.what
    except BadInput as error:
        yield "", error
    except (OSError, ValueError) as error:
        yield "", refused(item.path, getattr(error, "strerror", None) or "cannot be read")


def wrong_with(error: AssistantError) -> str:
    """What is wrong, in one line, without the name of the file."""
    if not isinstance(error, BadInput):
        return str(error)
    places = (
        f"{fault.line}:{fault.column}: {fault.message}" if fault.line else fault.message
        for fault in error.faults
    )
    told = "; ".join(places) or error.what
    return f"{told}. {error.remedy}" if error.remedy else told
