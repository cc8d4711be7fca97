"""What the commands `models list | install | verify | use | where | remove | bundle` do.

Owns what they print: results on standard output, progress and notices on standard error.  The work
is done in `assistant.installing` and `assistant.speech`.
"""

from __future__ import annotations

import json
import os
import sys
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click

from assistant.installing.bundle import make_bundle, verify
from assistant.installing.catalogue import (
    base_address,
    official_models,
)
from assistant.installing.download import Unreachable
from assistant.installing.install import Store
from assistant.record.locations import locate
from assistant.speech import shipped
from assistant.speech.defaults import write_default
from assistant.speech.models import (
    MODEL_LANGUAGES,
    ModelFolder,
    chosen_model,
    demonstration_model,
    folder_at,
    installed_folders,
    resolve_model,
)
from compliance.errors import AssistantError, BadInput, MissingPart

WIDTH = 96
LANGUAGE_NAMES = {"en": "English", "zh": "Mandarin"}
STAGES = {"download": "Fetching", "unpack": "Unpacking", "open": "Opening once, to be sure"}


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list.

    `state` is `available`, `installed`, `damaged` or `part of the program`; what only the catalogue
    knows is `None` for other models.
    """

    name: str
    language: str | None
    state: str
    chosen: bool
    download_mb: int | None = None
    memory_mb: int | None = None
    licence: str | None = None
    telephone: str | None = None
    error_rates: str | None = None
    good_for: str | None = None


def models_list(*, as_json: bool, data_dir: Path | None) -> None:
    """Write the models there are: to install, installed, and those of the program."""
    listed = _listed(locate(data_dir, os.environ).data_dir)
    if as_json:
        records = [asdict(model) for model in listed]
        sys.stdout.write(json.dumps(records, ensure_ascii=False, indent=2) + "\n")
        return
    for model in listed:
        mark = "*" if model.chosen else " "
        language = LANGUAGE_NAMES.get(model.language or "", "language unknown")
        sys.stdout.write(f"{mark} {model.name}  ({language}, {model.state})\n")
        if model.download_mb is not None:
            sys.stdout.write(
                f"    {_size(model.download_mb)} to fetch, about {_size(model.memory_mb or 0)} of "
                f"memory, {model.licence}; telephone sound: {model.telephone}\n"
            )
            for text in (f"{model.good_for}", f"Errors: {model.error_rates}."):
                sys.stdout.write(textwrap.indent(textwrap.fill(text, WIDTH), "    ") + "\n")
        elif model.good_for:
            sys.stdout.write(textwrap.indent(textwrap.fill(model.good_for, WIDTH), "    ") + "\n")
    sys.stdout.write("* hears calls of its language when no model is named\n")


def models_install(
    name: str | None, *, source: str | None, again: bool, data_dir: Path | None
) -> None:
    """Install a model by name from a server, or from a bundle or archive.

    Args:
        source: an address with a list and archives, or the path of a bundle or archive.
        again: replace the model if it is there.

    Raises:
        AssistantError: as `Store.install`.
    """
    with _bars() as bars:
        store = Store(locate(data_dir, os.environ).data_dir, reporter=bars)
        if source is not None and "://" not in source:
            folder = store.install_file(Path(source).expanduser(), name, again=again)
        elif name is None:
            raise AssistantError(
                "Which speech model?", "Give its name; `assistant models list` has them"
            )
        else:
            folder = _fetched(store, name, base_address(source, os.environ), again=again)
    sys.stdout.write(f"{folder.name} is installed in {folder.path}\n")
    if folder.language is None:
        sys.stdout.write(f"Its language is unknown: use it with --model {folder.name}\n")


def _fetched(store: Store, name: str, base: str, *, again: bool) -> ModelFolder:
    try:
        return store.install(name, base, again=again)
    except Unreachable as fault:
        target = store.models_dir / name
        raise Unreachable(
            fault.what,
            f"{fault.remedy + chr(10) if fault.remedy else ''}"
            f"Without a network, by hand: fetch {base}{name}.zip elsewhere and unpack it, so that "
            f"{target / 'am'} is there.\n"
            f"Or on a machine that has it: assistant models bundle {name} FILE.zip; then here: "
            "assistant models install --from FILE.zip",
        ) from fault
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted: what has arrived is kept; the same command goes on.\n")
        raise


def models_verify(name_or_path: str, *, data_dir: Path | None) -> None:
    """Check a model's structure, its checksums where they are listed, and that it opens.

    Raises:
        BadInput: it is damaged.
        MissingPart: there is no such model.
    """
    for language in shipped.LANGUAGES:
        if name_or_path == shipped.demonstration_name(language):
            demonstration_model(language)  # against the manifest that came with the program
    folder = _folder(name_or_path, locate(data_dir, os.environ).data_dir)
    verified = verify(folder.path)
    sums = (
        f"{verified.files} files are as installed"
        if verified.checksums
        else "no list of checksums lies beside it"
    )
    sys.stdout.write(
        f"{folder.path}: whole, opens and decodes at {folder.rate_hz} samples a second; {sums}\n"
    )


def models_use(name: str, *, language: str | None, data_dir: Path | None) -> None:
    """Choose the model that hears calls of its language when none is named.

    Args:
        name: an installed model; `best` takes the choice back: the largest installed one listens.
        language: `en` or `zh`, where the model's name does not tell.

    Raises:
        AssistantError: the model is not installed or its language is unknown.
    """
    root = locate(data_dir, os.environ).data_dir
    models_dir = locate(data_dir, os.environ).models_dir
    if name == "best":
        for each in (language,) if language else tuple(LANGUAGE_NAMES):
            write_default(models_dir, each, None)
        sys.stdout.write("The largest installed model of a language listens\n")
        return
    if name not in [path.name for path in installed_folders(root)]:
        raise MissingPart(
            f"No speech model {name} is installed",
            "Install it first: `assistant models install`; `assistant models list` has the names",
        )
    folder = folder_at(models_dir / name)
    language = language or folder.language
    if language is None:
        raise AssistantError(
            f"The name of the model {name} does not tell its language",
            "Say it with --language en or --language zh",
        )
    write_default(models_dir, language, name)
    sys.stdout.write(f"{name} hears calls in {LANGUAGE_NAMES[language]}\n")


def models_where(*, data_dir: Path | None) -> None:
    """Write the folder of installed models."""
    sys.stdout.write(f"{locate(data_dir, os.environ).models_dir}\n")


def models_remove(name: str, *, data_dir: Path | None) -> None:
    """Take an installed model away; and the choice of it, if it was chosen.

    Raises:
        AssistantError: there is no such model, or it is part of the program.
    """
    store = Store(locate(data_dir, os.environ).data_dir)
    path = store.remove(name)
    for language in LANGUAGE_NAMES:
        if chosen_model(store.data_dir, language) == name:
            write_default(store.models_dir, language, None)
    sys.stdout.write(f"{path} is removed\n")


def models_bundle(name_or_path: str, target: Path, *, data_dir: Path | None) -> None:
    """Write a bundle of a model for machines without a network.

    Raises:
        AssistantError: there is no such model, it is damaged, or the file cannot be written.
    """
    folder = _folder(name_or_path, locate(data_dir, os.environ).data_dir)
    total = sum(file.stat().st_size for file in folder.path.rglob("*") if file.is_file())
    with _bars() as bars:
        bars.stage("pack", total)
        size = make_bundle(folder, target, bars.progress)
    sys.stdout.write(
        f"{target} ({_size(max(1, size // 1_000_000))}) holds {folder.name}; on each machine: "
        f"assistant models install --from {target.name}\n"
    )


def _listed(data_dir: Path) -> list[Listed]:
    installed = {path.name: path for path in installed_folders(data_dir)}
    chosen = {_default(language, data_dir) for language in ("en-US", "zh-CN")}
    listed = []
    for official in official_models():
        state = "available"
        if official.name in installed:
            state = _state(installed.pop(official.name))
        known = asdict(official)
        del known["unpacked_mb"]
        listed.append(Listed(state=state, chosen=official.name in chosen, **known))
    for name, path in installed.items():
        state = _state(path)
        language = folder_at(path).language if state == "installed" else None
        listed.append(Listed(name, language, state, name in chosen))
    for language in shipped.LANGUAGES:
        name = shipped.demonstration_name(language)
        listed.append(
            Listed(
                name,
                language,
                "part of the program",
                name in chosen,
                good_for="Knows synthetic voices only: for the demonstration, never a customer.",
            )
        )
    return listed


def _default(language: str, data_dir: Path) -> str:
    return resolve_model(None, language, data_dir=data_dir).folder.name


def _state(path: Path) -> str:
    try:
        folder_at(path)
    except BadInput:
        return "damaged"
    return "installed"


def _folder(name_or_path: str, data_dir: Path) -> ModelFolder:
    """An installed model, one of the program's, or a folder by its path."""
    return resolve_model(name_or_path, next(iter(MODEL_LANGUAGES)), data_dir=data_dir).folder


def _size(megabytes: int) -> str:
    return f"{megabytes / 1000:.1f} GB" if megabytes >= 1000 else f"{megabytes} MB"


@dataclass(slots=True)
class _Bars:
    """A progress bar for each stage, on standard error; without a terminal only its name."""

    _stack: ExitStack = field(default_factory=ExitStack)
    _bar: Any = None
    _done: int = 0

    def stage(self, slug: str, total_bytes: int) -> None:
        self.close()
        label = STAGES.get(slug, "Packing")
        if not total_bytes:
            sys.stderr.write(f"{label} …\n")
            return
        bar = click.progressbar(
            length=total_bytes,
            label=f"{label} {_size(max(1, total_bytes // 1_000_000))}",
            file=sys.stderr,
            update_min_steps=max(1, total_bytes // 1000),
        )
        self._bar = self._stack.enter_context(bar)
        self._done = 0

    def progress(self, done_bytes: int) -> None:
        if self._bar is None:
            return
        if done_bytes < self._done:  # a server began anew
            self._bar.pos = 0
            self._done = 0
        self._bar.update(done_bytes - self._done)
        self._done = done_bytes

    def close(self) -> None:
        self._stack.close()
        self._bar = None


@contextmanager
def _bars() -> Iterator[_Bars]:
    bars = _Bars()
    try:
        yield bars
    finally:
        bars.close()
