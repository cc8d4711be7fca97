"""The secret that whoever speaks at the door must have.

Owns where it is kept and that nobody else can read it.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from compliance.errors import AssistantError, MissingPart

VARIABLE = "ASSISTANT_DOOR_TOKEN"
FILE = "door-token"
_LEAST = 24  # characters


def find_token(data_dir: Path, environment: Mapping[str, str]) -> str:
    """The secret of the environment, else of the file in the data folder.

    Raises:
        MissingPart: there is none.
        AssistantError: others may read the file, or it holds too little.
    """
    token = environment.get(VARIABLE, "").strip() or _of_file(data_dir / FILE)
    if len(token) < _LEAST or not token.isascii():
        raise AssistantError(
            f"The door's token is shorter than {_LEAST} characters",
            "Make one with `assistant door token`.",
        )
    return token


def _of_file(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        token = path.read_text("ascii").strip()
    except FileNotFoundError:
        raise MissingPart(
            "The door has no token", "Make one with `assistant door token`."
        ) from None
    except (OSError, UnicodeDecodeError):
        raise AssistantError(f"{path} cannot be read", "Make a new one.") from None
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise AssistantError(
            f"Others may read {path}", "Make a new one with `assistant door token`."
        )
    return token


def make_token(data_dir: Path) -> Path:
    """Write a new secret into the data folder, for its owner alone; the file.

    Raises:
        AssistantError: it cannot be written.
    """
    path = data_dir / FILE
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
    except OSError as error:
        raise AssistantError(f"{path} cannot be written ({error.strerror})") from error
    return path
