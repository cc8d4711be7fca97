"""The file in which calls are carried: what is in it, and how much may be.

Owns the names of its members, the manifest's form and the bounds that a file from elsewhere must
keep.  An archive is a ZIP file; beside `manifest.json` every call has a folder with its inputs
(`events.jsonl`), what was derived from them (`outputs.jsonl`), the same as other programs read it
(`transcript.jsonl`), what people said of it, and its sound as FLAC, an hour in each file.  A
redacted archive has the transcript and the silenced sound alone.  It reads and writes no file.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MANIFEST = "manifest.json"
EVENTS = "events.jsonl"
OUTPUTS = "outputs.jsonl"
TRANSCRIPT = "transcript.jsonl"
REVIEWS = "reviews.jsonl"
WRAP_UPS = "wrap-ups.jsonl"
TASK_ACTS = "task-acts.jsonl"
"""What was done with the call's tasks; not there where nothing was, nor in older archives."""

SOUND_PART_S = 3600
"""Seconds of sound in one FLAC file, so that a long call needs no more memory than a short one."""

MOST_CALLS = 10_000
MOST_TEXT_BYTES = 256 * 2**20
"""Of one file of JSON Lines, unpacked: a twelve-hour call has some tens of MiB."""
MOST_SOUND_BYTES = 512 * 2**20
"""Of one file of sound: an hour of eight channels at 48 kHz."""
MOST_BYTES = 64 * 2**30
"""Of a whole archive, unpacked."""

_Text = Annotated[str, Field(max_length=200)]
_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ArchivedFile(_Strict):
    """A member: its name within the archive, its bytes and their SHA-256."""

    name: Annotated[str, Field(pattern=r"^calls/[a-z0-9_-]{1,90}/[a-z0-9-]{1,40}\.(jsonl|flac)$")]
    size: Annotated[int, Field(ge=0, le=MOST_SOUND_BYTES)]
    sha256: _Hash


class ArchivedSound(_Strict):
    """A part of a channel's sound: it begins at sample `start` of the call."""

    name: _Text
    channel: Annotated[int, Field(ge=0, le=255)]
    channel_name: _Text
    rate_hz: Annotated[int, Field(ge=1000, le=384_000)]
    start: Annotated[int, Field(ge=0)]
    samples: Annotated[int, Field(ge=0)]


class ArchivedEntry(_Strict):
    """An entry of the chain about the call: proof for whoever has the store it came from."""

    n: int
    kind: str
    at_utc: str
    stated: str
    code: str


class ArchivedCall(_Strict):
    """One call and its members."""

    call: Annotated[str, Field(min_length=1, max_length=200)]
    started_at_utc: _Text
    state: Literal["whole", "open", "interrupted"]
    files: tuple[ArchivedFile, ...]
    sound: tuple[ArchivedSound, ...]
    entries: tuple[ArchivedEntry, ...]


class Manifest(_Strict):
    """What an archive holds; `store` is the id of the store it came from."""

    format: Literal["call-archive"] = "call-archive"
    version: Literal[1] = 1
    program: _Text
    made_at_utc: _Text
    store: _Text
    redacted: bool
    note: str
    calls: Annotated[tuple[ArchivedCall, ...], Field(max_length=MOST_CALLS)]
