"""Nothing personal is left in the clear: a whole run, and then every file and message is searched.

An invented account whose every value is found nowhere else is called, killed in mid-call, listed,
searched, shown, reviewed, proven, and shown by a program that breaks with its values in hand.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.demo.calls import demonstration_call
from assistant.record.kept import KeptWrapUp
from assistant.record.locations import Locations
from assistant.record.opening import Doors
from assistant.record.reviews import Review, ReviewAct
from assistant.record.store import CallStore
from tests.record.conftest import server
from tests.record.postgres import Server

__all__ = ("server",)

ACCOUNT = {
    "id": "QXV-773-40912-ZK",
    "jurisdiction": "us",
    "language": "en-US",
    "customer_name": "Thelonious Vrabcek",
    "family_name": "Vrabcek",
    "bank_name": "Quillfeather Bank",
    "currency": "USD",
    "overdue_amount": "48213.57",
    "days_past_due": 63,
    "minimum_due": "1907.31",
    "balance": "61755.29",
    "agent_name": "Ann Lee",
    "callback_number": "0555 739 1846",
    "identifiers": [{"kind": "ssn_last4", "expected": "pq-8837-wn"}],
    "notes": "lives above the Bramblewick bakery",
}
NOTE = "cousin in Zhuqizhen will lend it"
# Of the account, of people's notes, and of what is said in the recording.
SECRETS = (
    "QXV-773-40912-ZK", "qxv-773-40912-zk", "Vrabcek", "vrabcek", "Thelonious", "Quillfeather",
    "48213.57", "48,213.57", "1907.31", "1,907.31", "61755.29", "61,755.29", "739 1846",
    "pq-8837-wn", "Bramblewick", "Zhuqizhen", "daniel parker", "seven two four one",
    "autumn hill", "you will be arrested",
)  # fmt: skip


@dataclass
class Desk:
    """A desk whose every folder is under one roof."""

    root: Path
    store: str | None
    told: list[str] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.root / "home"

    def environment(self) -> dict[str, str]:
        folders = {
            name: str(self.root / name.lower())
            for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
                         "XDG_STATE_HOME")
        }  # fmt: skip
        for folder in folders.values():
            Path(folder).mkdir(parents=True, exist_ok=True)
        stored = {"ASSISTANT_STORE": self.store} if self.store else {}
        return {**os.environ, **folders, **stored, "ASSISTANT_HOME": str(self.home), "LANG": "C"}

    def start(self, *arguments: str, program: str = "") -> subprocess.Popen[str]:
        run = ["-c", program] if program else ["-m", "assistant.cli"]
        return subprocess.Popen(
            [sys.executable, "-X", "faulthandler", *run, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=self.environment(),
            cwd=self.root,
        )

    def run(self, *arguments: str, program: str = "", status: int = 0) -> str:
        """Standard output of a run, whose messages are remembered."""
        with self.start(*arguments, program=program) as process:
            output, errors = process.communicate(timeout=300)
        self.told.append(errors)
        assert process.returncode == status, errors
        return output

    def leaks(self) -> Iterator[str]:
        """Where a secret stands in the clear."""
        for number, errors in enumerate(self.told):
            for secret in SECRETS:
                if secret in errors:
                    yield f"{secret} in message {number}"
        for path in self.root.rglob("*"):
            if path.is_file():
                yield from in_the_clear(path)


def in_the_clear(path: Path) -> Iterator[str]:
    content = path.read_bytes()
    for secret in SECRETS:
        if secret.encode() in content or secret.encode("utf-16-le") in content:
            yield f"{secret} in {path}"


BREAKS = """
import sys
from assistant.archive import lines
def broken(told, *_):
    raise ValueError(told.start.account.customer_name, told.utterances[0].text)
lines.call_lines = broken
from assistant.cli import main
main()
"""


@pytest.mark.parametrize("kind", ["embedded", "server"])
def test_nothing_personal_is_left_in_the_clear(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    running: Server | None = request.getfixturevalue("server") if kind == "server" else None
    account = tmp_path / "account.json"
    account.write_text(json.dumps(ACCOUNT))
    assert list(in_the_clear(account)), "the search finds what is there"
    root = tmp_path / "desk"
    root.mkdir()
    desk = Desk(root, running.new_database() if running else None)
    audio = str(demonstration_call("en-US").audio)
    keeping = ("replay", audio, "--account", str(account), "--keep")

    shown = desk.run(*keeping, "--speed", "max", "--plain")
    assert "arrested" in shown
    with desk.start(*keeping, "--speed", "1", "--jsonl") as process:
        assert process.stdout is not None
        while "utterance" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGKILL)
        _rest, errors = process.communicate(timeout=60)
        desk.told.append(errors)
    assert process.returncode == -signal.SIGKILL
    assert not list(desk.leaks()), "left behind by a killed call"

    desk.run("record", "recover")
    calls = [json.loads(line)["call"] for line in desk.run("calls", "list", "--jsonl").splitlines()]
    assert len(calls) == 2
    whole = min(calls)
    _judge(desk, whole)
    assert whole in desk.run("calls", "list", "--account", "QXV-773-40912-ZK", "--state", "whole")
    assert "«daniel parker»" in desk.run("calls", "find", "daniel parker")
    assert "Vrabcek" in desk.run("calls", "show", whole)
    assert NOTE in desk.run("calls", "show", whole, "--jsonl")
    covered = desk.run("calls", "show", whole, "--redacted")
    assert not [secret for secret in ("Vrabcek", "QXV-773", "seven two four") if secret in covered]
    desk.run("review", "--plain")
    desk.run("record", "verify", "--audio")
    desk.run("calls", "show", whole, program=BREAKS, status=2)
    assert "fault of the program (ValueError" in desk.told[-1]
    desk.run("calls", "show", "QXV", status=2)
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps({**ACCOUNT, "minimum_due": "Vrabcek"}))
    desk.run("replay", audio, "--account", str(broken), status=2)

    assert list(desk.leaks()) == []
    if running is not None:
        places = Locations(desk.home, store=desk.store)
        with (
            CallStore(places, doors=Doors({})) as store,
            store.opened.engine.connect() as connection,
        ):
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("CHECKPOINT"))
        files = [path for path in running.folder.rglob("*") if path.is_file()]
        assert len(files) > 100
        assert [leak for path in files for leak in in_the_clear(path)] == []


def _judge(desk: Desk, call: str) -> None:
    """As the screens do it: a judgement and a wrap-up, each with a note."""
    places = Locations(desk.home, store=desk.store)
    with CallStore(places, doors=Doors({})) as store:
        mark = store.call(call).marks[0]
        at_utc = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
        store.add_review(Review(call, mark.finding, ReviewAct.CONFIRM, "lin", at_utc, NOTE))
        store.add_wrap_up(KeptWrapUp(call, "promise", "2026-12-05", NOTE, at_utc))
