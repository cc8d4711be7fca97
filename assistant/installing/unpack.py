"""Unpacking an archive of a model without trusting it.

Owns the check of every name, kind and size in a ZIP archive before a byte is written, and the
writing itself, bounded by what was checked.  An archive comes from a mirror or a stick: it may hold
paths that climb out, links, or zeros that unpack to more than the disk holds.  It must not know
what a speech model is.
"""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from compliance.errors import AssistantError, BadInput, Fault

MOST_FILES = 5_000  # official models have some twenty
MOST_BYTES = 20_000_000_000  # the largest official model unpacks to under 5 GB
# Graphs pack to a half or a third; a thousandfold is a trick.
MOST_RATIO = 100
SPARE_BYTES = 200_000_000  # a full disk hurts more than this program
PIECE_BYTES = 1024 * 1024
ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Contents:
    """What a checked archive holds: its one top `folder`, the `files` below it, and their bytes.

    `beside` are files at the top, outside the folder.
    """

    folder: str
    files: tuple[zipfile.ZipInfo, ...]
    beside: tuple[str, ...]
    total_bytes: int


def read_contents(archive: Path) -> Contents:
    """Check every entry of `archive`.

    Raises:
        BadInput: it is no ZIP archive, or something in it is not as in the archive of a model; all
            faults are told.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
    except (OSError, zipfile.BadZipFile, NotImplementedError) as fault:
        what = fault.strerror if isinstance(fault, OSError) else None
        raise _bad(archive, f"is not a whole ZIP archive{f' ({what})' if what else ''}") from None
    faults = tuple(
        Fault(archive, 0, 0, f"{entry.filename[:200]!r} {message}")
        for entry in entries
        if (message := _objection(entry))
    )
    if faults:
        raise BadInput("The archive is not that of a speech model", faults, "Do not use it")
    files = [entry for entry in entries if not entry.is_dir()]
    total = sum(entry.file_size for entry in files)
    _check_whole(archive, files, total)
    folders = {PurePosixPath(entry.filename).parts[0] for entry in files if "/" in entry.filename}
    if len(folders) != 1:
        raise _bad(archive, f"holds {len(folders)} folders, not one: it is no speech model's")
    (folder,) = folders
    inside = tuple(entry for entry in files if "/" in entry.filename)
    beside = tuple(entry.filename for entry in files if "/" not in entry.filename)
    return Contents(folder, inside, beside, total)


def unpack(
    archive: Path,
    contents: Contents,
    into: Path,
    *,
    progress: Callable[[int], None],
    free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
) -> Path:
    """Unpack the folder of a checked archive; returns where it lies: `into` and its name.

    Args:
        contents: what `read_contents` said of this archive.
        into: an existing folder that is empty.
        progress: told how many bytes have been written in all.
        free_bytes: room on the disk that holds a path.

    Raises:
        AssistantError: there is not enough room.
        BadInput: the archive is damaged.
    """
    needed = contents.total_bytes + SPARE_BYTES
    room = free_bytes(into)
    if room < needed:
        raise AssistantError(
            f"There is not enough room in {into.parent}: {needed / 1e9:.1f} GB are needed and "
            f"{room / 1e9:.1f} GB are free",
            "Make room, or name another folder with --data-dir",
        )
    written = 0
    try:
        with zipfile.ZipFile(archive) as opened:
            for entry in contents.files:
                target = into.joinpath(*PurePosixPath(entry.filename).parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(entry) as packed, target.open("xb") as file:
                    while piece := packed.read(PIECE_BYTES):
                        written += len(piece)
                        if written > contents.total_bytes:
                            raise _bad(archive, "holds more than it says")
                        file.write(piece)
                        progress(written)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as fault:
        raise _bad(archive, "is damaged") from fault
    return into / contents.folder


def _objection(entry: zipfile.ZipInfo) -> str:
    """Why this entry cannot be in the archive of a model; empty if it can."""
    name = entry.filename
    parts = name.removesuffix("/").split("/")
    if name.startswith("/") or ".." in parts or "" in parts or "." in parts:
        return "leads out of its folder"
    if "\\" in entry.orig_filename or ":" in name or "\0" in entry.orig_filename:
        return "is not a path on every system"
    if any(not character.isprintable() for character in name):
        return "is not a path on every system"
    if entry.flag_bits & ENCRYPTED:
        return "is encrypted"
    mode = entry.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    return ""


def _check_whole(archive: Path, files: list[zipfile.ZipInfo], total: int) -> None:
    if not files:
        raise _bad(archive, "is empty")
    names = [entry.filename.casefold() for entry in files]
    if len(set(names)) != len(names):
        raise _bad(archive, "holds two files of one name")
    if len(files) > MOST_FILES:
        raise _bad(archive, f"holds {len(files)} files; a speech model has under {MOST_FILES}")
    if total > MOST_BYTES or total > MOST_RATIO * archive.stat().st_size:
        raise _bad(archive, f"would unpack to {total / 1e9:.1f} GB, which no speech model does")


def _bad(archive: Path, message: str) -> BadInput:
    return BadInput(
        "The archive of a speech model cannot be used",
        (Fault(archive, 0, 0, message),),
        "Fetch it again",
    )
