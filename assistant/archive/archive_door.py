"""The door for archives from anywhere.

Owns the file itself: no member is ever written to disk under its own name, or at all; every one
must be named in the manifest, be as long and have the hash that it says; bounds hold before
anything is unpacked.  What is in the members is for others to judge.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from pathlib import Path

from pydantic import ValidationError

from assistant.archive import archive_file as form
from assistant.record.faults import system_fault
from assistant.record.locations import file_name
from compliance.errors import AssistantError

# JSON Lines pack to a twentieth; what packs to less than this is no call.
_MOST_RATIO = 250
_MOST_MANIFEST_BYTES = 64 * 2**20


class BadArchive(AssistantError):
    """The file is no archive of calls, or it is broken, or somebody changed it."""


class ArchiveDoor:
    """An archive whose manifest and names were checked; to be closed by whoever opened it.

    Raises:
        BadArchive: it is none, or it breaks a bound.
        StoreFault: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise self.bad("it is no ZIP file, or a broken one") from None
        except OSError as error:
            raise system_fault(path, error) from None
        try:
            self._members = self._listed()
            self.manifest, self.manifest_hash = self._manifest()
            self._check_names()
        except BaseException:
            self._zip.close()
            raise

    def close(self) -> None:
        self._zip.close()

    def file(self, call: form.ArchivedCall, name: str) -> bytes:
        """A member of a call, as the manifest says that it is.

        Raises:
            BadArchive: it is not.
        """
        (stated,) = (file for file in call.files if file.name == name)
        content = self._read(self._members[name])
        if len(content) != stated.size or hashlib.sha256(content).hexdigest() != stated.sha256:
            raise self.bad(f"{name} is not what the manifest says: it was changed, or is broken")
        return content

    def bad(self, what: str) -> BadArchive:
        """The error for what is wrong with it."""
        return BadArchive(
            f"{self._path} cannot be taken in: {what}; nothing was kept",
            "Have it packed again where it came from.",
        )

    def _listed(self) -> dict[str, zipfile.ZipInfo]:
        members: dict[str, zipfile.ZipInfo] = {}
        total = 0
        for member in self._zip.infolist():
            if member.filename in members:
                raise self.bad("two of its members have one name")
            if member.flag_bits & 0x1:
                raise self.bad("it is encrypted")
            most = form.MOST_TEXT_BYTES
            if member.filename.endswith(".flac"):
                most = form.MOST_SOUND_BYTES
            if member.file_size > most or member.file_size > _MOST_RATIO * (
                member.compress_size + 1024
            ):
                raise self.bad("one of its members would unpack to too much")
            total += member.file_size
            members[member.filename] = member
        if total > form.MOST_BYTES:
            raise self.bad("it would unpack to too much")
        return members

    def _manifest(self) -> tuple[form.Manifest, str]:
        member = self._members.get(form.MANIFEST)
        if member is None or member.file_size > _MOST_MANIFEST_BYTES:
            raise self.bad("it has no manifest")
        written = self._read(member)
        try:
            manifest = form.Manifest.model_validate_json(written)
        except ValidationError as error:
            where = ".".join(map(str, error.errors(include_input=False)[0]["loc"]))
            raise self.bad(f"its manifest is not understood ({where})") from None
        return manifest, hashlib.sha256(written).hexdigest()

    def _check_names(self) -> None:
        """Nothing but what the manifest names, each call in its own folder."""
        if self.manifest.redacted:
            raise self.bad("it is a redacted copy, which is for reading and not for keeping")
        named = {form.MANIFEST}
        for call in self.manifest.calls:
            folder = f"calls/{file_name(call.call)}/"
            files = {file.name for file in call.files}
            wanted = {
                folder + name
                for name in (
                    form.EVENTS, form.OUTPUTS, form.TRANSCRIPT, form.REVIEWS, form.WRAP_UPS,
                )
            }  # fmt: skip
            sounds = {part.name for part in call.sound}
            if len(sounds) != len(call.sound) or not all(
                name.startswith(folder) and name.endswith(".flac") for name in sounds
            ):
                raise self.bad(f"the sound of call {call.call!r} is not in its folder")
            optional = {folder + form.TASK_ACTS} & files
            if (
                len(files) != len(call.files)
                or files != wanted | optional | sounds
                or files & named
            ):
                raise self.bad(f"the files of call {call.call!r} are not those of a call")
            named |= files
        if named != set(self._members):
            raise self.bad("it holds files that its manifest does not name, or lacks some")
        if not self.manifest.calls:
            raise self.bad("it holds no call")

    def _read(self, member: zipfile.ZipInfo) -> bytes:
        try:
            with self._zip.open(member) as file:
                content = file.read(member.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError):
            raise self.bad("one of its members does not unpack") from None
        except OSError as error:
            raise system_fault(self._path, error) from None
        if len(content) > member.file_size:
            raise self.bad("one of its members is longer than it says")
        return content
