"""A PostgreSQL of the tests' own: made in a temporary folder, reached by a socket in it."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg


def programs() -> Path:
    """The folder of the server's programs."""
    named = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    found = str(named[-1]) if named else shutil.which("postgres")
    assert found, "PostgreSQL is not installed; .ci/run does it from Debian's package"
    return Path(found).resolve().parent


class Server:
    """Started when made; never as the superuser, which PostgreSQL refuses."""

    def __init__(self) -> None:
        self._user = "postgres" if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))
        if self._user is not None:
            entry = pwd.getpwnam(self._user)
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
        subprocess.run(
            [programs() / "initdb", "-D", self.folder / "d", "-U", "tests", "-A", "trust", "-N"],
            check=True,
            stdout=subprocess.DEVNULL,
            user=self._user,
            cwd=self.folder,
            env={"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]},
        )
        self.start()

    def start(self) -> None:
        self._pg_ctl("start", "-w", "-o", f"-k {self.folder} -h '' -c fsync=off", "-l", "log")

    def stop(self) -> None:
        """As a crash would: connections are cut, nothing is tidied."""
        self._pg_ctl("stop", "-m", "immediate")

    def freeze(self, *, frozen: bool) -> None:
        """Hold every process of the server still, or let them go on: it answers nobody."""
        order = signal.SIGSTOP if frozen else signal.SIGCONT
        parent = int((self.folder / "d" / "postmaster.pid").read_text().split()[0])
        # The parent first: held still, it starts nobody that the list below does not name.
        os.kill(parent, order)
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False
        )
        for process in map(int, listed.stdout.split()):
            # Whoever serves a connection may end of itself after the list was made.
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, order)

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"t{secrets.token_hex(6)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload, unused-ignore]
        return self.url(name)

    def url(self, database: str) -> str:
        return f"postgresql://tests@/{database}?host={self.folder}"

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _pg_ctl(self, command: str, *arguments: str) -> None:
        subprocess.run(
            [programs() / "pg_ctl", command, "-D", self.folder / "d", "-s", *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            user=self._user,
            cwd=self.folder,
        )
