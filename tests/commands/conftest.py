"""Runs the program as its users do: as a process of its own, with a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run of the program ended."""

    status: int
    output: str
    errors: str

    @property
    def records(self) -> list[dict[str, Any]]:
        """Standard output as JSON Lines; fails where a line is anything else."""
        return [json.loads(line) for line in self.output.splitlines()]


Assistant = Callable[..., Finished]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The variables of a user without a terminal, with an empty data folder."""
    return {**os.environ, "ASSISTANT_HOME": str(tmp_path / "home"), "LANG": "C.UTF-8"}


@pytest.fixture
def assistant(environment: Mapping[str, str], tmp_path: Path) -> Assistant:
    """Run `assistant ARGUMENTS`, in an empty folder, with `stdin` as standard input."""

    def run(*arguments: str | Path, stdin: str = "") -> Finished:
        finished = subprocess.run(
            [sys.executable, "-m", "assistant.cli", *map(str, arguments)],
            input=stdin.encode(),
            capture_output=True,
            env=environment,
            cwd=tmp_path,
            timeout=120,
            check=False,
        )
        return Finished(
            finished.returncode,
            finished.stdout.decode("utf-8"),
            finished.stderr.decode("utf-8"),
        )

    return run
