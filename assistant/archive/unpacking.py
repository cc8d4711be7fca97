"""Takes the calls of an archive into a store.

Owns the checks of what is in a call's members (`archive_door` has the file's own) and the keeping.
All calls are read and checked before the first one is kept, so that a broken or malicious archive
changes nothing.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import soundfile as sf

from assistant.archive import archive_file as form
from assistant.archive.archive_door import ArchiveDoor
from assistant.event_codec import EventCodec, UnreadableEvent
from assistant.events import CallStarted, ChannelOpened, Envelope
from assistant.record.chain import IMPORTED
from assistant.record.delivery import INPUTS, KEPT
from assistant.record.faults import UnknownCall
from assistant.record.kept import KeptWrapUp
from assistant.record.locations import file_name
from assistant.record.reviews import Review, ReviewAct
from assistant.record.store import CallStore
from assistant.record.tasks import TaskAct, TaskDeed, add_deed
from assistant.record.wrap_up_form import wrap_up_of
from compliance.errors import AssistantError

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class _Chunk:
    channel: int
    start_sample: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class _Words:
    """What one call's members hold, sound apart."""

    inputs: Sequence[Envelope]
    outputs: Sequence[Envelope]
    reviews: Sequence[Review]
    wrap_ups: Sequence[KeptWrapUp]
    deeds: Sequence[TaskDeed]


class CallArchive:
    """An archive for reading; a context manager.

    Raises:
        BadArchive: it is none, or it breaks a bound.
        StoreFault: it cannot be opened.
    """

    def __init__(self, path: Path, codec: EventCodec) -> None:
        self._codec = codec
        self._door = ArchiveDoor(path)
        self.manifest = self._door.manifest
        self.manifest_hash = self._door.manifest_hash

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._door.close()

    def check(self) -> None:
        """Read every member of every call.

        Raises:
            BadArchive: one of them is not what the manifest says, or is no call of this program.
        """
        for call in self.manifest.calls:
            words = self._words(call)
            opened = {
                envelope.event.channel: envelope.event.rate_hz
                for envelope in words.inputs
                if isinstance(envelope.event, ChannelOpened)
            }
            ends: dict[int, int] = {}
            for part in call.sound:
                if opened.get(part.channel) != part.rate_hz:
                    raise self._door.bad(f"{part.name} is of a channel that the call does not have")
                if part.start != ends.get(part.channel, 0):
                    raise self._door.bad(f"{part.name} does not follow on")
                ends[part.channel] = part.start + sum(
                    len(chunk.pcm) // 2 for chunk in self._sound(call, part)
                )
                if ends[part.channel] != part.start + part.samples:
                    raise self._door.bad(f"{part.name} has not as much sound as the manifest says")

    def keep(self, call: form.ArchivedCall, store: CallStore) -> None:
        """Keep a call that was checked.

        Raises:
            StoreFault: the store takes nothing, or holds a call of this id.
        """
        words = self._words(call)
        writer = store.record(call.call, with_sound=bool(call.sound))
        try:
            for first in range(0, len(words.inputs), _BATCH):
                writer.append(words.inputs[first : first + _BATCH])
            for part in call.sound:
                for chunk in self._sound(call, part):
                    writer.append_audio(chunk)
            for first in range(0, len(words.outputs), _BATCH):
                writer.append(words.outputs[first : first + _BATCH])
        finally:
            writer.close()
        for review in words.reviews:
            store.add_review(review)
        for wrap_up in words.wrap_ups:
            store.add_wrap_up(wrap_up)
        for deed in words.deeds:
            add_deed(store, deed)
        stated = {"manifest": self.manifest_hash, "store": self.manifest.store}
        store.note_in_chain(IMPORTED, call.call, stated)

    # ---- a call ------------------------------------------------------------------------------

    def _words(self, call: form.ArchivedCall) -> _Words:
        folder = f"calls/{file_name(call.call)}/"
        inputs = self._envelopes(call, folder + form.EVENTS, INPUTS)
        outputs = self._envelopes(call, folder + form.OUTPUTS, KEPT)
        self._door.file(call, folder + form.TRANSCRIPT)
        first = inputs[0].event if inputs else None
        if not isinstance(first, CallStarted):
            raise self._door.bad(f"the call {call.call!r} has no beginning")
        seqs = [envelope.seq for envelope in inputs]
        if seqs[0] != 0 or any(b <= a for a, b in pairwise(seqs)):
            raise self._door.bad(f"the events of call {call.call!r} are not in order")
        if first.started_at_utc != call.started_at_utc:
            raise self._door.bad(
                f"the call {call.call!r} began at another time than the manifest says"
            )
        if any(isinstance(envelope.event, INPUTS) for envelope in outputs):
            raise self._door.bad(f"what is derived of call {call.call!r} is not")
        try:
            datetime.fromisoformat(first.started_at_utc)
            reviews = [
                Review(**{**record, "act": ReviewAct(record["act"])})
                for record in self._records(call, folder + form.REVIEWS, Review)
            ]
            wrap_ups = [
                _wrap_up(call, written)
                for written in self._door.file(call, folder + form.WRAP_UPS).splitlines()
            ]
            deeds = [
                TaskDeed(**{**record, "act": TaskAct(record["act"])})
                for record in self._optional(call, folder + form.TASK_ACTS, TaskDeed)
            ]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise self._door.bad(f"what was said of call {call.call!r} is not understood") from None
        return _Words(inputs, outputs, reviews, wrap_ups, deeds)

    def _envelopes(
        self, call: form.ArchivedCall, name: str, kinds: tuple[type, ...]
    ) -> list[Envelope]:
        content = self._door.file(call, name)
        try:
            envelopes = list(self._codec.decode_lines(content.splitlines(), name))
        except UnreadableEvent as error:
            raise self._door.bad(error.what) from None
        for envelope in envelopes:
            if envelope.call != call.call or not isinstance(envelope.event, kinds):
                raise self._door.bad(f"{name} holds what is not of this call")
        return envelopes

    def _records(self, call: form.ArchivedCall, name: str, kind: type) -> Iterator[dict[str, Any]]:
        """Rows of text fields, each of this call."""
        for written in self._door.file(call, name).splitlines():
            record = json.loads(written)
            texts = all(isinstance(value, str) or value is None for value in record.values())
            if not texts or record["call"] != call.call:
                raise ValueError(kind.__name__)
            yield record

    def _optional(self, call: form.ArchivedCall, name: str, kind: type) -> Iterator[dict[str, Any]]:
        """The same of a member that need not be there."""
        if any(file.name == name for file in call.files):
            yield from self._records(call, name, kind)

    def _sound(self, call: form.ArchivedCall, part: form.ArchivedSound) -> Iterator[_Chunk]:
        """A second of a part at a time."""
        if part.samples > form.SOUND_PART_S * part.rate_hz:
            raise self._door.bad(f"{part.name} is too long")
        content = self._door.file(call, part.name)
        try:
            with sf.SoundFile(io.BytesIO(content)) as file:
                if (file.format, file.channels, file.samplerate, file.frames) != (
                    "FLAC", 1, part.rate_hz, part.samples,
                ):  # fmt: skip
                    raise self._door.bad(f"{part.name} is not the sound that the manifest says")
                at = part.start
                for block in file.blocks(blocksize=part.rate_hz, dtype="int16"):
                    yield _Chunk(part.channel, at, block.astype("<i2").tobytes())
                    at += len(block)
        except (sf.SoundFileError, RuntimeError):
            raise self._door.bad(f"{part.name} is no sound") from None


def _wrap_up(call: form.ArchivedCall, written: bytes) -> KeptWrapUp:
    wrap_up = wrap_up_of(json.loads(written))
    if wrap_up.call != call.call:
        raise ValueError(call.call)
    return wrap_up


def unpack(archive: CallArchive, store: CallStore) -> Iterator[tuple[str, bool]]:
    """Keep every call of an archive; each call's id, and whether it is new here.

    A call that came from this same archive before is passed over, so that an import that was cut
    off can be gone on with.

    Raises:
        BadArchive: see `CallArchive`; nothing was kept.
        AssistantError: the store holds another call of one of the ids; nothing was kept.
    """
    known = [call.call for call in archive.manifest.calls if _is_kept(store, call.call)]
    before = {call for call in known if _came_from(store, call, archive.manifest_hash)}
    others = [call for call in known if call not in before]
    if others:
        raise AssistantError(
            f"the store holds the call {others[0]!r} already"
            + (f", and {len(others) - 1} more of this archive" if len(others) > 1 else "")
            + "; nothing was kept",
            "`assistant calls show` shows it.",
        )
    archive.check()
    for call in archive.manifest.calls:
        if call.call not in before:
            archive.keep(call, store)
        yield call.call, call.call not in before


def _is_kept(store: CallStore, call: str) -> bool:
    try:
        store.call(call)
    except UnknownCall:
        return False
    return True


def _came_from(store: CallStore, call: str, manifest: str) -> bool:
    return any(
        entry.kind == IMPORTED and json.loads(entry.stated).get("manifest") == manifest
        for entry in store.entries(call)
    )
