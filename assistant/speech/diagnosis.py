"""What `assistant doctor` looks at.

Owns the checks of the machine and of what the program came with: libraries, sound, models, the data
folder, the terminal.  Each answers with a plain value: a state, what was found, what to do.  It
must not print, change or create anything, and a check that fails never keeps the next from running.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any

from assistant.speech import shipped
from assistant.speech.models import (
    INSTALLED,
    demonstration_model,
    folder_at,
    installed_folders,
    open_model,
)
from assistant.speech.native_output import native_output_kept_off_screen
from assistant.speech.playback import import_sounddevice
from assistant.speech.recogniser import BYTES_PER_SAMPLE
from compliance.errors import AssistantError

DISTRIBUTION = "collections-call-assistant"
OLDEST_PYTHON = (3, 11)
DECODED_S = 0.5
SLOW_OPENING_S = 1.0  # the demonstration models open and decode half a second in a tenth of this
# An hour of two channels at telephone quality takes about 70 MB.
LITTLE_DISK_BYTES = 1_000_000_000
SMALLEST_COLUMNS, SMALLEST_LINES = 80, 24
DEVICE_KINDS = (("input_devices", "max_input_channels"), ("output_devices", "max_output_channels"))


class State(StrEnum):
    """How a check went; `WARN`: something is missing that not everybody needs."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report.  `name` is a stable slug; `remedy` is empty where all is well."""

    name: str
    state: State
    detail: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Terminal:
    """The terminal the program was started in.

    `encoding` is that of standard output; `variables` are the process's environment.
    """

    interactive: bool
    columns: int
    lines: int
    encoding: str
    variables: Mapping[str, str]


def diagnose(
    *,
    data_dir: Path,
    terminal: Terminal,
    clock: Callable[[], float],
    contents: Mapping[str, Callable[[], str]],
) -> tuple[Check, ...]:
    """Run every check.

    Args:
        data_dir: where the program keeps what it keeps; it need not exist.
        terminal: see `terminal_here`.
        clock: monotonic seconds.
        contents: what else must load (rules, scripts), by slug; each returns what was found and
            raises AssistantError.
    """
    checks = [_python(), *_packages(), *_sound()]
    checks += [_demonstration(language, clock) for language in shipped.LANGUAGES]
    checks += _installed(data_dir)
    checks += [_content(name, load) for name, load in contents.items()]
    checks += [_data_dir(data_dir), *_terminal(terminal)]
    return tuple(checks)


def terminal_here() -> Terminal:
    """The terminal of this process."""
    size = shutil.get_terminal_size()
    interactive = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    return Terminal(interactive, size.columns, size.lines, sys.stdout.encoding, dict(os.environ))


def _python() -> Check:
    detail = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Check("python", State.FAIL, detail, "Install Python 3.11 or later")
    return Check("python", State.OK, detail)


def _packages() -> Iterator[Check]:
    """The packages this program says it needs, with their versions."""
    try:
        told = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        yield Check(
            "packages", State.WARN, "the program is not installed", "Install it with: pip install ."
        )
        return
    found, missing = [], []
    for requirement in told:
        name = re.match(r"[A-Za-z0-9._-]+", requirement)
        if name is None or "extra ==" in requirement:
            continue
        try:
            found.append(f"{name[0]} {importlib.metadata.version(name[0])}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name[0])
    if missing:
        yield Check(
            "packages",
            State.FAIL,
            f"missing: {', '.join(missing)}",
            f"Install with: pip install {' '.join(missing)}",
        )
    else:
        yield Check("packages", State.OK, ", ".join(found))


def _sound() -> Iterator[Check]:
    with native_output_kept_off_screen():  # ALSA tells of every device that it does not have
        sounddevice = import_sounddevice()
        devices = () if sounddevice is None else _devices(sounddevice)
    if sounddevice is None:
        yield Check(
            "portaudio",
            State.WARN,
            "the PortAudio library does not load: no live sound, no sound in replays",
            "Install it with the system's packages, on Debian: apt install libportaudio2",
        )
        return
    yield Check("portaudio", State.OK, str(sounddevice.get_portaudio_version()[1]))
    for slug, key in DEVICE_KINDS:
        names = [str(device["name"]) for device in devices if device[key] > 0]
        if names:
            yield Check(slug, State.OK, f"{len(names)}: {', '.join(names)}")
        else:
            yield Check(
                slug, State.WARN, "none", "Connect a headset and start the system's sound service"
            )


def _devices(sounddevice: ModuleType) -> tuple[Mapping[str, Any], ...]:
    try:
        return tuple(sounddevice.query_devices())
    except sounddevice.PortAudioError:
        return ()


def _demonstration(language: str, clock: Callable[[], float]) -> Check:
    name = f"model_{shipped.demonstration_name(language)}"
    try:
        begun_s = clock()
        folder = demonstration_model(language)
        model = open_model(folder)
        recogniser = model.recogniser(model.rate_hz)
        recogniser.accept(bytes(round(DECODED_S * model.rate_hz) * BYTES_PER_SAMPLE))
        recogniser.finish()
        took_s = clock() - begun_s
    except AssistantError as fault:
        return Check(name, State.FAIL, fault.what, fault.remedy)
    detail = f"intact; opens and decodes in {took_s:.2f} s"
    if took_s > SLOW_OPENING_S:
        return Check(name, State.WARN, detail, "Close other programs: this machine is busy or slow")
    return Check(name, State.OK, detail)


def _installed(data_dir: Path) -> Iterator[Check]:
    folders = installed_folders(data_dir)
    if not folders:
        yield Check(
            "models",
            State.WARN,
            "none installed: only the demonstration models, which know synthetic voices only",
            "For real calls install one: `assistant models list` names them, "
            f"or put a Vosk model into {data_dir / INSTALLED}",
        )
    for path in folders:
        try:
            model = folder_at(path)
            open_model(model)
        except AssistantError as fault:
            faults = getattr(fault, "faults", ())
            detail = "; ".join(str(each) for each in faults) or fault.what
            yield Check(f"model_{path.name}", State.FAIL, detail, fault.remedy)
        else:
            language = model.language or "language unknown, use it by name"
            detail = f"opens and decodes; {language}, {model.rate_hz} samples a second"
            yield Check(f"model_{path.name}", State.OK, detail)


def _content(name: str, load: Callable[[], str]) -> Check:
    try:
        return Check(name, State.OK, load())
    except AssistantError as fault:
        return Check(name, State.FAIL, str(fault), fault.remedy or "Reinstall the program")


def _data_dir(data_dir: Path) -> Check:
    there = data_dir
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return Check(
            "data_folder",
            State.FAIL,
            f"{data_dir} cannot be written to",
            "Change its permissions, or name another folder with --data-dir",
        )
    free_bytes = shutil.disk_usage(there).free
    detail = f"{data_dir}, {free_bytes / 1e9:.1f} GB free"
    if free_bytes < LITTLE_DISK_BYTES:
        return Check("data_folder", State.WARN, detail, "Make room: kept calls need about 70 MB/h")
    return Check("data_folder", State.OK, detail)


def _terminal(terminal: Terminal) -> Iterator[Check]:
    if not terminal.interactive:
        yield Check("terminal", State.OK, "none: plain lines are written instead of screens")
    elif terminal.columns < SMALLEST_COLUMNS or terminal.lines < SMALLEST_LINES:
        yield Check(
            "terminal",
            State.WARN,
            f"{terminal.columns}×{terminal.lines}",
            "Enlarge the window to 80×24 or more",
        )
    else:
        yield Check("terminal", State.OK, f"{terminal.columns}×{terminal.lines}")
    if terminal.encoding.lower().replace("-", "") == "utf8":
        yield Check("encoding", State.OK, "UTF-8")
    else:
        yield Check(
            "encoding",
            State.WARN,
            terminal.encoding,
            "Set a UTF-8 locale, or PYTHONUTF8=1: other encodings cannot show Chinese",
        )
    colours = _colours(terminal.variables)
    if terminal.interactive and colours == "none":
        remedy = "Nothing depends on colour; for colours set TERM to what the terminal is"
        yield Check("colours", State.WARN, colours, remedy)
    else:
        yield Check("colours", State.OK, colours)


def _colours(variables: Mapping[str, str]) -> str:
    if variables.get("NO_COLOR") or variables.get("TERM", "") in ("", "dumb"):
        return "none"
    if variables.get("COLORTERM", "") in ("truecolor", "24bit"):
        return "16 million"
    return "256" if "256color" in variables.get("TERM", "") else "16"
