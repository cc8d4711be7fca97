"""Packs kept calls into an archive.

Owns the writing of its members (`archive_file` has the form): hashes as they are written, the
manifest last, the whole file in place only when it is complete.  A redacted archive is built from
the covered copy, and its sound is silent wherever nothing harmless was recognised.  That a copy was
made is stated in the store's chain, with the manifest's hash: whoever has the store can tell its
archives from others.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import soundfile as sf

from assistant.archive import archive_file as form
from assistant.archive.covering import covered, redactions
from assistant.archive.records import call_records
from assistant.archive.silencing import Audible, SilencedSound
from assistant.archive.told import ToldCall, tell
from assistant.event_codec import EventCodec
from assistant.jsonlines import line
from assistant.record.chain import EXPORTED
from assistant.record.faults import system_fault
from assistant.record.kept import CallState, KeptWrapUp
from assistant.record.kept_sound import Sound
from assistant.record.locations import file_name
from assistant.record.store import CallStore
from assistant.record.wrap_up_form import record_of
from assistant.wording import Wording
from compliance.errors import AssistantError

NOTE = (
    "The transcripts were made by a machine, or elsewhere where they say so; the sound, where there"
    " is any, is the evidence."
)
_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack(
    store: CallStore,
    calls: Sequence[str],
    to: Path,
    *,
    codec: EventCodec,
    redacted: bool,
    wording_of: Callable[[ToldCall], Wording],
    program: str,
    at_utc: str,
) -> str:
    """Write an archive; the SHA-256 of its manifest.

    Args:
        store: the open store.
        calls: ids of kept calls.
        to: the file, which must not exist.
        codec: writes events.
        redacted: whether personal data is covered and the sound silenced.
        wording_of: the words of a call's transcript.
        program: this program's version.
        at_utc: now, ISO 8601.

    Raises:
        UnknownCall: one of them is not kept; nothing is written.
        AssistantError: one of them still runs, or the file cannot be written; no file is left.
    """
    told = [tell(store, call) for call in dict.fromkeys(calls)]
    for one in told:
        if one.call.state is CallState.OPEN:
            raise AssistantError(
                f"the call {one.call.id} is still running", "Pack it when it has ended."
            )
    draft = to.with_name(f".{to.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w") as archive:
                packer = _Packer(store, archive, codec, wording_of)
                packed = [packer.call(one, redacted=redacted) for one in told]
                manifest = form.Manifest(
                    program=program,
                    made_at_utc=at_utc,
                    store=store.opened.slots.store,
                    redacted=redacted,
                    note=NOTE,
                    calls=tuple(packed),
                )
                written = manifest.model_dump_json(indent=1).encode()
                archive.writestr(_member(form.MANIFEST), written)
            file.flush()
            os.fsync(file.fileno())
        digest = hashlib.sha256(written).hexdigest()
        for one in told:
            store.note_in_chain(EXPORTED, one.call.id, {"manifest": digest})
        os.link(draft, to)
    except FileExistsError:
        raise AssistantError(f"{to} is there already", "Name another file with --to.") from None
    except OSError as error:
        raise system_fault(to, error) from None
    finally:
        draft.unlink(missing_ok=True)
    return digest


class _Packer:
    """Writes the members of calls and remembers their hashes."""

    def __init__(
        self,
        store: CallStore,
        archive: zipfile.ZipFile,
        codec: EventCodec,
        wording_of: Callable[[ToldCall], Wording],
    ) -> None:
        self._store = store
        self._archive = archive
        self._codec = codec
        self._wording_of = wording_of
        self._files: list[form.ArchivedFile] = []

    def call(self, told: ToldCall, *, redacted: bool) -> form.ArchivedCall:
        """Everything of one call."""
        call = told.call.id
        self._files = []
        folder = f"calls/{file_name(call)}"
        copy = covered(told) if redacted else told
        records = call_records(copy, self._wording_of(told))
        self._lines(f"{folder}/{form.TRANSCRIPT}", (line(record).encode() for record in records))
        if not redacted:
            encode = self._codec.encode
            self._lines(f"{folder}/{form.EVENTS}", map(encode, self._store.events(call)))
            self._lines(f"{folder}/{form.OUTPUTS}", map(encode, self._store.derived(call)))
            self._lines(f"{folder}/{form.REVIEWS}", map(_json, told.reviews))
            self._lines(f"{folder}/{form.WRAP_UPS}", map(_wrap_up, self._store.wrap_ups(call)))
            deeds = [deed for task in told.tasks for deed in task.deeds]
            if deeds:
                self._lines(f"{folder}/{form.TASK_ACTS}", map(_json, deeds))
        sound = self._store.sound(call)
        parts: tuple[form.ArchivedSound, ...] = ()
        if sound is not None:
            with sound:
                heard = sound if not redacted else SilencedSound(sound, _audible(told))
                parts = tuple(self._sound(folder, heard))
        entries = tuple(
            form.ArchivedEntry(
                n=one.n, kind=one.kind, at_utc=one.at_utc, stated=one.stated, code=one.code.hex()
            )
            for one in told.entries
        )
        return form.ArchivedCall(
            call=call,
            started_at_utc=told.call.started_at_utc,
            state=told.call.state.value,
            files=tuple(self._files),
            sound=parts,
            entries=entries,
        )

    def _sound(self, folder: str, sound: Sound) -> Iterator[form.ArchivedSound]:
        """Each channel, an hour in a file."""
        for channel in sound.channels:
            step = form.SOUND_PART_S * channel.rate_hz
            end = sound.end_sample(channel.channel)
            for number, start in enumerate(range(0, end, step), start=1):
                samples = sound.read(channel.channel, start, min(end, start + step))
                body = io.BytesIO()
                sf.write(body, samples, channel.rate_hz, format="FLAC", subtype="PCM_16")
                name = f"{folder}/sound-{channel.channel}-{number}.flac"
                self._add(name, body.getvalue(), zipfile.ZIP_STORED)
                yield form.ArchivedSound(
                    name=name,
                    channel=channel.channel,
                    channel_name=channel.name,
                    rate_hz=channel.rate_hz,
                    start=start,
                    samples=len(samples),
                )

    def _lines(self, name: str, lines: Iterable[bytes]) -> None:
        self._add(name, b"".join(one + b"\n" for one in lines), zipfile.ZIP_DEFLATED)

    def _add(self, name: str, content: bytes, how: int) -> None:
        self._archive.writestr(_member(name), content, compress_type=how)
        digest = hashlib.sha256(content).hexdigest()
        self._files.append(form.ArchivedFile(name=name, size=len(content), sha256=digest))


def _member(name: str) -> zipfile.ZipInfo:
    """A member without a date of its own: the same calls give the same bytes."""
    member = zipfile.ZipInfo(name, _EPOCH)
    member.external_attr = 0o600 << 16
    return member


def _wrap_up(kept: KeptWrapUp) -> bytes:
    return json.dumps(record_of(kept), ensure_ascii=True).encode()


def _audible(told: ToldCall) -> Audible:
    return Audible.of_call(told, (copy for _name, copy in redactions(told)))


def _json(value: object) -> bytes:
    return json.dumps(asdict(value), ensure_ascii=True).encode()  # type: ignore[call-overload]
