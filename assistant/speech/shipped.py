"""The models that come with the product: the demonstration models.

Owns where they lie, the manifest of their checksums, and whether they are as they were shipped.
They know synthetic voices only, so they are called demonstration models everywhere and are never
for a customer.  It must not open a model.

Run as a program (`python -m assistant.speech.shipped`) it writes the manifest anew; do so after
replacing a demonstration model.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).with_name("demonstration")
MANIFEST = FOLDER / "manifest.json"
LANGUAGES = ("en", "zh")
NAME = "demonstration"

Checksums = Mapping[str, str]


def demonstration_name(language: str) -> str:
    """The name of the demonstration model of `en` or `zh`, as users see and give it."""
    return f"{NAME}-{language}"


def demonstration_path(language: str) -> Path:
    """The folder of the demonstration model of `en` or `zh`."""
    return FOLDER / language


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 (hex) of each file below `folder`, by its path from there with `/`, sorted."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file_sum(file) for file in files}


def content_hash(sums: Checksums) -> str:
    """One SHA-256 (hex) that names a folder's content."""
    lines = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
    return hashlib.sha256(lines.encode("utf-8")).hexdigest()


def read_manifest() -> dict[str, Checksums]:
    """The shipped checksums by language; empty where the manifest is missing or unreadable."""
    try:
        told = json.loads(MANIFEST.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(language): dict(sums) for language, sums in told.items()}


def altered_files(language: str) -> tuple[str, ...]:
    """Files of a demonstration model that are missing or not as shipped; none is as it should be.

    Takes some milliseconds: the models are small.
    """
    shipped = read_manifest().get(language)
    if shipped is None:
        return (MANIFEST.name,)
    present = checksums(demonstration_path(language))
    return tuple(name for name in shipped if present.get(name) != shipped[name])


def features_of_network(acoustic_sum: str) -> str | None:
    """The checksum `conf/mfcc.conf` must have beside the shipped network with this checksum.

    A network hears only with the features it was trained on; with others it opens and answers
    nonsense.  `None` for a network that is not ours.
    """
    for sums in read_manifest().values():
        if sums.get("am/final.mdl") == acoustic_sum:
            return sums.get("conf/mfcc.conf")
    return None


def write_manifest() -> None:
    """Write the checksums of the models that lie in the folder now."""
    told = {language: checksums(demonstration_path(language)) for language in LANGUAGES}
    MANIFEST.write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", "utf-8")


def file_sum(file: Path) -> str:
    """SHA-256 (hex) of one file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


if __name__ == "__main__":
    write_manifest()
