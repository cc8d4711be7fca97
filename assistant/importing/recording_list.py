"""Reads the list of a site's recordings: a CSV file, a row for each call that others recorded.

Owns the columns such a list may have and what a row must say.  A bad row is told with its line and
its columns, and never spoils the others.  It opens no recording.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assistant.shift.cells import Cells
from assistant.shift.csv_list import Form, Rejected, table_of
from assistant.shift.mapping import ListMapping
from compliance.context import Collector
from compliance.local_time import zone_of
from compliance.places import JURISDICTIONS, LANGUAGES, jurisdiction_of, language_of

COLUMNS: Mapping[str, str] = {
    "file": "the recording (WAV, FLAC, MP3, …) or transcript (.json of Contact Lens, .vtt)",
    "started_at": "when the call began, with an offset: 2026-11-20T14:00+08:00; empty is unknown",
    "zone": "IANA name: where that clock was, if the time has no offset",
    "agent": "the agent's id",
    "agent_name": "the agent's name",
    "account": "the account's id",
    "jurisdiction": "tw, cn, us, hk or uk",
    "language": "en-US, en-GB, zh-TW, zh-CN, zh-HK, en-HK",
    "collector": "in-house, agency or debt_buyer",
    "direction": "inbound or outbound",
    "channels": "whose the channels are: agent,customer; of one channel: agent or customer",
    "customer_timezone": "IANA name: America/New_York",
    "customer_state": "US: two letters",
    "agent_voice": "of a .vtt: the agent's name in its voice tags",
}
"""The columns by name."""

RECORDINGS = Form(
    unread="the list of recordings cannot be read",
    columns=tuple(COLUMNS),
    required=("file",),
    listed_by="assistant calls import --columns",
)
_DIRECTIONS = ("inbound", "outbound")


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a call beside its sound or words; what is empty or `None` is unknown.

    `started_at` has an offset; `zone` is the IANA name of the clock that it was read from.
    """

    jurisdiction: str | None = None
    language: str | None = None
    collector: Collector | None = None
    started_at: datetime | None = None
    zone: str = ""
    agent_id: str = ""
    agent_name: str = ""
    account: str = ""
    direction: str = ""
    channels: str | None = None
    customer_timezone: str | None = None
    customer_state: str | None = None
    agent_voice: str = ""


@dataclass(frozen=True, slots=True)
class ListedRecording:
    """A row: `line` is where it begins, `file` as the list names it, found from its folder."""

    line: int
    file: str
    path: Path
    about: About


@dataclass(frozen=True, slots=True)
class RecordingList:
    """What a list gave; `unknown_columns` mean nothing here."""

    rows: tuple[ListedRecording, ...]
    rejected: tuple[Rejected, ...]
    unknown_columns: tuple[str, ...]


def read_recordings(
    path: Path, mapping: ListMapping, folder: Path, defaults: About
) -> RecordingList:
    """The rows of a list.

    Args:
        path: the CSV file.
        mapping: which of its columns are which.
        folder: where the files lie that the list names; one that lies elsewhere is refused.
        defaults: what holds of every row that says nothing else.

    Raises:
        BadInput: it is no CSV, or lacks the column of the files.
    """
    table = table_of(path, mapping, RECORDINGS)
    rows: list[ListedRecording] = []
    rejected: list[Rejected] = []
    for read in table.lines:
        if isinstance(read, Rejected):
            rejected.append(read)
            continue
        line, values = read
        cells = Cells(values, mapping.dates)
        about = _about(cells, defaults)
        file = cells.plain("file")
        if not file and not cells.faults:
            cells.faults.append(("file", "is empty"))
        elif not _lies_in(folder, file):
            cells.faults.append(("file", "lies outside the list's folder (--folder names another)"))
        if cells.faults:
            rejected.append(Rejected(line, tuple(cells.faults)))
            continue
        rows.append(ListedRecording(line, file, folder / file, about))
    return RecordingList(tuple(rows), tuple(rejected), table.unknown_columns)


def _lies_in(folder: Path, file: str) -> bool:
    """Whether a list, which others may have written, may name this file: no way leads out."""
    try:
        return (folder / file).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        return False  # links in a circle, a name that no file can have


def _about(cells: Cells, defaults: About) -> About:
    collector = cells.one_of("collector", tuple(Collector))
    zone_name = cells.plain("zone") or defaults.zone
    zone = zone_of(zone_name)
    if zone_name and zone is None:
        cells.faults.append(("zone", "is no IANA time zone (Asia/Taipei)"))
    customers = cells.plain("customer_timezone") or defaults.customer_timezone
    if customers and zone_of(customers) is None:
        cells.faults.append(("customer_timezone", "is no IANA time zone (America/New_York)"))
    language = cells.one_of("language", LANGUAGES)
    jurisdiction = cells.one_of("jurisdiction", JURISDICTIONS)
    language = language or defaults.language
    jurisdiction = jurisdiction or defaults.jurisdiction
    if language is None and jurisdiction is None:
        cells.faults.append(("jurisdiction", "is empty, and so is the language"))
    return About(
        jurisdiction=jurisdiction or (jurisdiction_of(language) if language else None),
        language=language or (language_of(jurisdiction) if jurisdiction else None),
        collector=Collector(collector) if collector else defaults.collector,
        started_at=cells.moment("started_at", zone),
        zone=zone_name,
        agent_id=cells.plain("agent") or defaults.agent_id,
        agent_name=cells.plain("agent_name") or defaults.agent_name,
        account=cells.plain("account"),
        direction=cells.one_of("direction", _DIRECTIONS) or defaults.direction,
        channels=cells.plain("channels") or defaults.channels,
        customer_timezone=customers,
        customer_state=cells.plain("customer_state") or defaults.customer_state,
        agent_voice=cells.plain("agent_voice") or defaults.agent_voice,
    )
