"""`assistant live --jsonl` as a process, beside whatever happens to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Record = dict[str, Any]


@dataclass(slots=True)
class LiveProgram:
    """What a run has told so far: `records` as JSON Lines, `notices` on standard error."""

    process: subprocess.Popen[str]
    records: list[Record] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    _told: threading.Condition = field(default_factory=threading.Condition)
    _readers: list[threading.Thread] = field(default_factory=list)

    def read(self) -> None:
        """Take what is told from here on."""

        def records(line: str) -> None:
            self.records.append(json.loads(line))

        assert self.process.stdout is not None
        assert self.process.stderr is not None
        for stream, take in (
            (self.process.stdout, records),
            (self.process.stderr, lambda line: self.notices.append(line.rstrip())),
        ):
            reader = threading.Thread(target=self._read, args=(stream, take), daemon=True)
            reader.start()
            self._readers.append(reader)

    def _read(self, stream: Any, take: Callable[[str], None]) -> None:
        for line in stream:
            with self._told:
                take(line)
                self._told.notify_all()

    def until(self, come: Callable[[LiveProgram], bool], within_s: float, what: str) -> None:
        """Wait until this has come to pass; fails with what was told when it does not."""
        ends_s = time.monotonic() + within_s
        with self._told:
            while not come(self):
                left_s = ends_s - time.monotonic()
                if left_s <= 0 or self.process.poll() is not None:
                    told = "\n".join([*self.notices, *(str(each) for each in self.records[-20:])])
                    raise AssertionError(f"{what} did not come within {within_s} s:\n{told}")
                self._told.wait(min(left_s, 0.5))

    def of(self, kind: str, **fields: object) -> list[Record]:
        """The records of a type, with these fields."""
        return [
            each
            for each in self.records
            if each["type"] == kind and all(each.get(key) == fields[key] for key in fields)
        ]

    def told(self, words: str) -> bool:
        """Whether a notice holds these words."""
        return any(words in line for line in self.notices)

    def end(self) -> Record:
        """Hang up as a user does; the last record."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(30) == 130
        for reader in self._readers:
            reader.join(10)
        assert self.records[-1]["type"] == "ended"
        return self.records[-1]

    @property
    def words(self) -> list[tuple[str, str]]:
        """Speaker and word of all that was said, a speaker's words together."""
        said = sorted(self.of("utterance"), key=lambda each: str(each["speaker"]))
        return [(each["speaker"], word) for each in said for word in each["text"].split()]


def flagged(records: list[Record]) -> set[tuple[str, str, str]]:
    """Rule, kind and verdict of all that was flagged for words that were said, and stands."""
    last = {each["id"]: each for each in records if each["type"] == "finding"}
    return {
        (each["rule"], each["kind"], each["verdict"])
        for each in last.values()
        if each["status"] != "withdrawn" and each["quote"]
    }


@contextmanager
def live_program(home: Path, *options: str) -> Iterator[LiveProgram]:
    """Start `assistant live --jsonl` with a data folder; it listens when this returns."""
    command = [sys.executable, "-m", "assistant.cli", "live", "--jsonl", *options]
    environment = {**os.environ, "ASSISTANT_HOME": str(home), "LANG": "C.UTF-8"}
    home.mkdir(exist_ok=True)
    key = home / "master.key"  # that one was made would be a notice
    if not key.exists():
        key.touch(mode=0o600)
        key.write_text("5a" * 32 + "\n")
    with subprocess.Popen(
        command,
        env=environment,
        cwd=home.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        program = LiveProgram(process)
        program.read()
        try:
            program.until(lambda told: bool(told.of("started")), 60, "the call's start")
            yield program
        finally:
            process.kill()
