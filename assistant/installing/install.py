"""Bringing a speech model onto this machine, and taking it away again.

Owns the folder of installed models: what lies in it is whole, because a model is fetched, checked,
unpacked and opened beside it and only then renamed into it.  Whatever stops an installation, a
partial download may stay for the next run to go on from, and never half a model.  It must not
print, and it decides nothing about which model hears a call.

Below the folder of models, `.installing` holds partial downloads, locks and what is being unpacked;
`NAME.files.json` beside a model lists the SHA-256 of its files.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from assistant.installing.catalogue import (
    LARGEST_LIST_BYTES,
    LIST_NAME,
    Published,
    checked_name,
    find_published,
    official_model,
)
from assistant.installing.download import Patience, fetch, fetch_small
from assistant.installing.lock import held
from assistant.installing.unpack import Contents, read_contents, unpack
from assistant.speech import shipped
from assistant.speech.models import INSTALLED, ModelFolder, folder_at, probe
from compliance.errors import AssistantError, BadInput, Fault, MissingPart

WORKING = ".installing"
FILES_SUFFIX = ".files.json"
BUNDLE_MANIFEST = "manifest.json"
LARGEST_MANIFEST_BYTES = 5_000_000


class Reporter(Protocol):
    """Told how an installation goes on."""

    def stage(self, slug: str, total_bytes: int) -> None:
        """A stage begins: `download`, `unpack` or `open`; 0 bytes where nothing is counted."""

    def progress(self, done_bytes: int) -> None:
        """How far the stage is, in all."""


@dataclass(frozen=True, slots=True)
class Silent:
    """A reporter that tells nobody."""

    def stage(self, slug: str, total_bytes: int) -> None:
        """Nobody is told."""

    def progress(self, done_bytes: int) -> None:
        """Nobody is told."""


@dataclass(frozen=True, slots=True)
class Store:
    """The folder of installed models below a data folder."""

    data_dir: Path
    patience: Patience = field(default_factory=Patience)
    reporter: Reporter = field(default_factory=Silent)
    free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free

    @property
    def models_dir(self) -> Path:
        return self.data_dir / INSTALLED

    def install(self, name: str, base: str, *, again: bool = False) -> ModelFolder:
        """Install the model `name` from the address `base`.

        Args:
            base: where list and archives lie, with a slash at its end.
            again: replace the model if it is there already.

        Raises:
            MissingPart: nothing answers there, or it does not have the model.
            BadInput: what arrived is not a whole speech model.
            AssistantError: the model is there already and whole, or is being installed by another
                program, or there is no room.
        """
        checked_name(name)
        with self._at_work(name) as working:
            self._refuse_present(name, again=again)
            published = self._published(name, base)
            archive = working / f"{name}.zip"
            self._check_room(name, published)
            self.reporter.stage("download", published.size_bytes)
            fetch(
                published.url,
                archive,
                size_bytes=published.size_bytes,
                md5=published.md5,
                progress=self.reporter.progress,
                patience=self.patience,
            )
            try:
                installed = self._unpacked(archive, read_contents(archive), name)
            finally:
                archive.unlink(missing_ok=True)
        return installed

    def install_file(
        self, archive: Path, name: str | None = None, *, again: bool = False
    ) -> ModelFolder:
        """Install a bundle, or an archive as the publisher gives it; uses no network.

        Args:
            name: the model that is expected in it, `None` for whichever is.

        Raises:
            BadInput: it is no whole model, not the named one, or not as its manifest says.
            AssistantError: as `install`.
        """
        contents = read_contents(archive)
        found = checked_name(contents.folder)
        if name is not None and name != found:
            raise BadInput(
                "The archive holds another speech model",
                (Fault(archive, 0, 0, f"holds {found}, not {name}"),),
                f"Install it as {found}, or fetch the archive of {name}",
            )
        if _of_the_program(found):
            # Installed it would hear real calls, and it knows synthetic voices only.
            raise AssistantError(
                f"The model {found} is part of the program and is not installed",
                "Name it with --model where it is wanted",
            )
        sums = _bundle_sums(archive, contents)
        with self._at_work(found):
            self._refuse_present(found, again=again)
            return self._unpacked(archive, contents, found, sums)

    def remove(self, name: str) -> Path:
        """Take an installed model away; returns where it was.

        Raises:
            MissingPart: there is no such model.
            AssistantError: it came with the program, or is being installed.
        """
        if _of_the_program(name):
            raise AssistantError(
                f"The model {name} is part of the program and stays",
                "`assistant models list` shows which can be removed",
            )
        path = self.models_dir / checked_name(name)
        if not path.is_dir() and not path.is_symlink():
            raise MissingPart(
                f"No speech model {name} is installed in {self.models_dir}",
                "`assistant models list` shows which are",
            )
        with self._at_work(name) as working:
            if path.is_symlink():  # placed by hand: the model it leads to is not ours
                path.unlink()
            else:
                # Out of sight at once; a kill in the middle leaves no half model behind.
                _discard(_renamed(path, working / f"{name}.removed"))
            self.files_list(name).unlink(missing_ok=True)
        return path

    def files_list(self, name: str) -> Path:
        """Where the checksums of an installed model's files are listed."""
        return self.models_dir / f"{name}{FILES_SUFFIX}"

    # ---- the steps --------------------------------------------------------------------------

    @contextmanager
    def _at_work(self, name: str) -> Iterator[Path]:
        """Hold the model's lock; gives the working folder, made if it is missing."""
        working = self.models_dir / WORKING
        try:
            working.mkdir(mode=0o700, parents=True, exist_ok=True)
            with held(working / f"{name}.lock", name):
                yield working
        except OSError as fault:
            raise AssistantError(
                f"{self.models_dir} cannot be written to ({fault.strerror})",
                "Make room or change its permissions, or name another folder with --data-dir",
            ) from fault

    def _refuse_present(self, name: str, *, again: bool) -> None:
        path = self.models_dir / name
        if again or not path.exists():
            return
        try:
            folder_at(path)
        except BadInput:
            return  # damaged: that is why it is installed again
        raise AssistantError(
            f"The speech model {name} is installed already in {path}",
            "To replace it add --again",
        )

    def _published(self, name: str, base: str) -> Published:
        listing = fetch_small(f"{base}{LIST_NAME}", LARGEST_LIST_BYTES, self.patience)
        return find_published(listing, name, base)

    def _check_room(self, name: str, published: Published) -> None:
        """Before the download, because half an hour of it should not end in a full disk."""
        official = official_model(name)
        # Twice the archive where nothing is known: graphs pack to about a half.
        unpacked = official.unpacked_mb * 1_000_000 if official else 2 * published.size_bytes
        needed, room = published.size_bytes + unpacked, self.free_bytes(self.models_dir)
        if room < needed:
            raise AssistantError(
                f"There is not enough room in {self.models_dir}: about {needed / 1e9:.1f} GB are "
                f"needed and {room / 1e9:.1f} GB are free",
                "Make room, or name another folder with --data-dir",
            )

    def _unpacked(
        self, archive: Path, contents: Contents, name: str, sums: shipped.Checksums | None = None
    ) -> ModelFolder:
        if contents.folder != name:
            raise BadInput(
                "The archive holds another speech model",
                (Fault(archive, 0, 0, f"holds {contents.folder}, not {name}"),),
                "Name another place with --from",
            )
        staging = self.models_dir / WORKING / f"{name}.unpacking"
        _discard(staging)
        staging.mkdir()
        try:
            self.reporter.stage("unpack", contents.total_bytes)
            fresh = unpack(
                archive,
                contents,
                staging,
                progress=self.reporter.progress,
                free_bytes=self.free_bytes,
            )
            found = shipped.checksums(fresh)
            if sums is not None and found != sums:
                raise _not_the_manifest(archive, found, sums)
            self.reporter.stage("open", 0)
            probe(folder_at(fresh))
            self._place(fresh, name, found)
        finally:
            _discard(staging)
        return folder_at(self.models_dir / name)

    def _place(self, fresh: Path, name: str, sums: shipped.Checksums) -> None:
        """Rename into place: from one moment to the next the model is there, whole."""
        target = self.models_dir / name
        _flush_to_disk(fresh)
        if target.exists():
            _renamed(target, self.models_dir / WORKING / f"{name}.removed")
        fresh.replace(target)
        listing = json.dumps({"files": sums}, indent=1, sort_keys=True) + "\n"
        self.files_list(name).write_text(listing, "utf-8")
        _discard(self.models_dir / WORKING / f"{name}.removed")


def _bundle_sums(archive: Path, contents: Contents) -> shipped.Checksums | None:
    """The checksums that a bundle's manifest lists; `None` for an archive without one."""
    if BUNDLE_MANIFEST not in contents.beside:
        return None
    try:
        with zipfile.ZipFile(archive) as opened, opened.open(BUNDLE_MANIFEST) as file:
            return read_sums(file.read(LARGEST_MANIFEST_BYTES))
    except (ValueError, zipfile.BadZipFile):
        fault = Fault(archive, 0, 0, f"has a damaged {BUNDLE_MANIFEST}")
        raise BadInput("The bundle cannot be used", (fault,), "Make it again") from None


def read_sums(text: str | bytes) -> dict[str, str]:
    """Checksums by path, as a bundle's manifest and the list beside a model hold them.

    Raises:
        ValueError: they are not there.
    """
    told = json.loads(text)
    files = told.get("files") if isinstance(told, dict) else None
    if not isinstance(files, dict):
        raise ValueError("no files")  # noqa: TRY004 - the document is wrong, not the call
    return {str(path): str(found) for path, found in files.items()}


def _not_the_manifest(archive: Path, found: shipped.Checksums, sums: shipped.Checksums) -> BadInput:
    names = sorted(name for name in {*found, *sums} if found.get(name) != sums.get(name))
    faults = tuple(Fault(archive, 0, 0, f"{name} is not as its manifest says") for name in names)
    return BadInput("The bundle cannot be used", faults, "Copy it again, or make it again")


def _of_the_program(name: str) -> bool:
    return name == shipped.NAME or name in map(shipped.demonstration_name, shipped.LANGUAGES)


def _renamed(path: Path, target: Path) -> Path:
    _discard(target)
    return path.rename(target)


def _discard(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _flush_to_disk(folder: Path) -> None:
    """A rename outlives a power cut only if what it names has reached the disk."""
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb+") as stream:
                os.fsync(stream.fileno())
