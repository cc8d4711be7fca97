"""Asks who sits here, where a store has users.

Owns the variable `ASSISTANT_USER`, the prompt for a password and the operating system's word for
who runs this program.  A password is typed, or comes as the first line of a standard input that is
no terminal; it is never an argument or a variable, which other programs could read.
"""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from assistant.record.guard import Guard, sign_in
from assistant.record.locations import locate
from assistant.record.opening import system_doors
from assistant.record.permissions import Act
from assistant.record.store import CallStore
from assistant.telling import tell_in_passing

VARIABLE = "ASSISTANT_USER"


def guarded(store: CallStore, environment: Mapping[str, str]) -> Guard:
    """Sign in and put the guard at the store's doors.

    Raises:
        NotSignedIn: whoever sits here could not prove who they are.
    """
    guard = sign_in(
        store.opened, environment.get(VARIABLE, ""), proven_user(), lambda: ask("Password: ")
    )
    store.guard_with(guard)
    return guard


def ask(prompt: str) -> str:
    """A password, typed unseen, or the next line of standard input."""
    if sys.stdin.isatty():
        return getpass.getpass(prompt, sys.stderr)
    return sys.stdin.readline().rstrip("\r\n")


def proven_user() -> str:
    """The operating system's user: of the process, and not what a variable claims."""
    if sys.platform == "win32":
        return getpass.getuser()
    import pwd  # noqa: PLC0415 - not there on Windows

    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


@contextmanager
def open_guarded(
    data_dir: Path | None,
    tell: Callable[[str], None],
    act: Act,
    *,
    about: str = "",
    written: bool = True,
    anchors: Path | None = None,
) -> Iterator[tuple[CallStore, Guard]]:
    """The store, open for somebody who may do `act`.

    Args:
        data_dir: what `--data-dir` said.
        tell: told a line that the user should read.
        act: what is to be done; written down, with `about`.
        about: what it is done to.
        written: whether to write it down; what writes its own entry is not written twice.
        anchors: the folder of the anchors, where one was named.

    Raises:
        NotSignedIn, NotPermitted: they may not.
        StoreFault: it cannot be opened.
    """
    locations = locate(data_dir, os.environ)
    if anchors is not None:
        locations = replace(locations, anchors=anchors)
    with CallStore(locations, doors=system_doors(tell, tell_in_passing)) as store:
        guard = guarded(store, os.environ)
        guard.need(act, about=about, written=written)
        yield store, guard
