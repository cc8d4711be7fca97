"""What is installed: every package, and every file of data that a package reads."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
_NOT_DATA = {".py", ".pyc", ".typed"}


def settings() -> dict[str, Any]:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    found: dict[str, Any] = tomllib.loads(text)["tool"]["setuptools"]
    return found


def test_every_package_is_installed() -> None:
    there = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for name in ("assistant", "scripts", "compliance")
        for path in (ROOT / name).rglob("__init__.py")
    }
    assert set(settings()["packages"]) == there


def test_every_file_of_data_is_installed() -> None:
    left = []
    for name, patterns in settings()["package-data"].items():
        folder = ROOT / name
        taken = {path for pattern in patterns for path in folder.glob(pattern)}
        left += [
            str(path.relative_to(ROOT))
            for path in folder.rglob("*")
            if path.is_file()
            and path.suffix not in _NOT_DATA
            and "__pycache__" not in path.parts
            and path not in taken
        ]
    assert left == []
