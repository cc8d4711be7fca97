"""Models for machines without a network: made once, carried, installed many times; and verified.

Owns the bundle, a ZIP archive of one model's folder with a manifest of checksums in front, and the
check of a model's folder against such a list.  A bundle is what `install_file` takes; an archive as
the publisher gives it differs only in that it has no manifest.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.installing.catalogue import checked_name, official_model
from assistant.installing.install import BUNDLE_MANIFEST, FILES_SUFFIX, read_sums
from assistant.speech import shipped
from assistant.speech.models import ModelFolder, folder_at, probe
from compliance.errors import AssistantError, BadInput, Fault

BUNDLE_VERSION = 1
PIECE_BYTES = 1024 * 1024
# A ZIP archive cannot tell times before this one; a fixed time gives equal bundles of equal models.
FIXED_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Verified:
    """A model that passed every check; `checksums` is whether there was a list to check against."""

    folder: ModelFolder
    checksums: bool
    files: int


def verify(path: Path) -> Verified:
    """Check a model's folder: structure, checksums where a list lies beside it, and opening.

    It is opened in a process of its own, which decodes half a second with it.

    Raises:
        BadInput: something is missing, altered or damaged; all such files are told.
    """
    folder = folder_at(path)
    listing = path.resolve().with_name(f"{path.resolve().name}{FILES_SUFFIX}")
    present = shipped.checksums(path)
    listed = listing.is_file()
    if listed:
        try:
            sums = read_sums(listing.read_text("utf-8"))
        except (OSError, ValueError):
            fault = Fault(listing, 0, 0, "is damaged")
            raise BadInput(
                "The speech model cannot be verified", (fault,), "Install the model again"
            ) from None
        names = sorted(name for name in {*present, *sums} if present.get(name) != sums.get(name))
        if names:
            raise BadInput(
                "The speech model is not as it was installed",
                tuple(Fault(path / name, 0, 0, _difference(name, present, sums)) for name in names),
                "Install the model again",
            )
    probe(folder)
    return Verified(folder, listed, len(present))


def make_bundle(folder: ModelFolder, target: Path, progress: Callable[[int], None]) -> int:
    """Write a bundle of `folder` to `target`; returns its size in bytes.

    The file appears under its name only when it is whole.

    Raises:
        BadInput: the model is damaged.
        AssistantError: the model is part of the program, its folder has no name that can be
            installed, or `target` cannot be written.
    """
    if folder.demonstration:
        raise AssistantError(
            f"The model {folder.name} is part of the program on every machine",
            "Bundle an installed model; `assistant models list` shows them",
        )
    name = checked_name(folder.name)
    verified = verify(folder.path)
    sums = shipped.checksums(verified.folder.path)
    official = official_model(name)
    manifest = {
        "bundle": BUNDLE_VERSION,
        "name": name,
        "licence": official.licence if official else None,
        "files": sums,
    }
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as bundle:
            # In front, so that it can be looked at without unpacking gigabytes.
            bundle.writestr(_entry(BUNDLE_MANIFEST), json.dumps(manifest, indent=1) + "\n")
            done = 0
            for relative in sums:
                source = folder.path / relative
                with (
                    source.open("rb") as file,
                    bundle.open(_entry(f"{name}/{relative}"), "w", force_zip64=True) as packed,
                ):
                    while piece := file.read(PIECE_BYTES):
                        packed.write(piece)
                        done += len(piece)
                        progress(done)
        os.replace(unfinished, target)  # noqa: PTH105 - `replace` of two paths reads better
    except OSError as fault:
        raise AssistantError(
            f"The bundle {target} cannot be written ({fault.strerror})",
            "Make room, or name another place",
        ) from fault
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, FIXED_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _difference(name: str, present: shipped.Checksums, sums: shipped.Checksums) -> str:
    if name not in present:
        return "is missing"
    return "is not as it was installed" if name in sums else "was not installed with it"
