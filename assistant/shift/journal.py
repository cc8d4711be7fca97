"""The contact journal: what came of every attempt of this program, kept in the data folder.

Owns the file `contacts.jsonl`, one attempt a line, and that a line is whole or not there: it is
written at once, read with patience, and never rewritten.  Others may append at the same time.  What
was said later of how a call ended is a line, too, and never an attempt more: whoever reads finds
one attempt, with the last word.  It judges nothing.  The file holds telephone numbers: only its
owner may read it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, ValidationError

from compliance.context import Contact
from compliance.documents import Schema
from compliance.errors import AssistantError
from compliance.transcript_lines import Moment

_MOST_BYTES = 200_000_000
_LONGEST_LINE = 4_000


class _Entry(Schema):
    """One line; what later versions add is not ours to refuse: a line left out is a call more."""

    model_config = ConfigDict(extra="ignore")

    type: Literal["attempt", "wrap_up"]
    at: Moment
    account: str
    number: str | None = None
    outcome: str
    call: str | None = None
    permitted: str | None = None
    next_contact: date | None = None
    list_as_of: Moment | None = None
    stops: tuple[str, ...] = ()
    told_at: Moment | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to reach a customer, or a call from one.

    `at` has an offset.  `outcome` is a word of `outcomes.yaml` (`no_answer`, `busy`, `voicemail`,
    `conversation`, `inbound`, …).  `call` is the id of the kept call, if one is kept.  `permitted`
    is what the program answered before: `yes`, `no`, `unknown`.  `next_contact` is the day that was
    agreed for the next contact, of a promise the day on which it is due.  `list_as_of`, with an
    offset, is when the newest source of the row was true that the attempt was made from: whatever
    the clock said, the attempt came after it.  `stops` are the exits that stood in the call and
    stop or bar the next one, whatever its outcome is; lines of earlier versions have none.
    `told_at`, with an offset, is when its wrap-up was completed; `None`: nothing was said later.
    """

    at: datetime
    account: str
    outcome: str
    number: str | None = None
    call: str | None = None
    permitted: str | None = None
    next_contact: date | None = None
    list_as_of: datetime | None = None
    stops: tuple[str, ...] = ()
    told_at: datetime | None = None

    @property
    def said_at(self) -> datetime:
        """When it was said what came of it: a source of before cannot know."""
        return self.told_at if self.told_at is not None else self.at

    def completed(self, later: Attempt) -> Attempt:
        """This attempt with what was said of it later; what stood in the call stays."""
        return replace(
            self,
            outcome=later.outcome,
            next_contact=later.next_contact,
            stops=tuple(dict.fromkeys((*self.stops, *later.stops))),
            told_at=later.told_at,
        )

    def contact(self) -> Contact:
        """The attempt as the law counts it."""
        return Contact(self.at, self.number, self.outcome)


class ContactJournal:
    """The journal in one file.

    `unread` counts lines that could not be read; `latest` is the time of the last attempt by the
    clock, which lies ahead of now where a clock was set back since.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self._attempts: dict[str, list[Attempt]] = {}
        self._of_call: dict[str, Attempt] = {}
        self.unread = 0
        self.latest: datetime | None = None

    def of(self, account: str) -> tuple[Attempt, ...]:
        """The attempts at an account, as of the last `refresh`."""
        return tuple(self._attempts.get(account, ()))

    @property
    def calls(self) -> frozenset[str]:
        """The ids of the kept calls that it names, as of the last `refresh`."""
        return frozenset(
            attempt.call
            for attempts in self._attempts.values()
            for attempt in attempts
            if attempt.call is not None
        )

    def every(self) -> Mapping[str, tuple[Attempt, ...]]:
        """All attempts by account, as of the last `refresh`."""
        return {account: tuple(attempts) for account, attempts in self._attempts.items()}

    def refresh(self) -> bool:
        """Read what was added since, by anybody; whether there was anything.

        Raises:
            AssistantError: the file is there and cannot be read.
        """
        try:
            with self._path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                if size > _MOST_BYTES:
                    raise AssistantError(
                        f"{self._path} is too large",
                        "Move it away; older contacts then count no more.",
                    )
                if size < self._read:  # somebody put another file in its place
                    self._read, self.unread, self.latest = 0, 0, None
                    self._attempts.clear()
                    self._of_call.clear()
                file.seek(self._read)
                added = file.read()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise AssistantError(
                f"{self._path} cannot be read ({error.strerror})",
                "Without it no count of contacts is complete.",
            ) from error
        whole, newline, _unfinished = added.rpartition(b"\n")
        self._read += len(whole) + len(newline)
        lines = [line for line in whole.split(b"\n") if line.strip()]
        for line in lines:
            self._take(line)
        return bool(lines)

    def add(self, attempt: Attempt) -> None:
        """Write an attempt down; when this returns it is on disk.

        One with `told_at` is what was said later of its call: it completes the attempt that names
        the call, and is that attempt only where none does, because the program ended first.

        Raises:
            ValueError: its time has no offset, or it was told later of no call.
            AssistantError: it cannot be written.
        """
        if attempt.at.tzinfo is None:
            raise ValueError("an attempt needs a time with an offset")
        told_at = attempt.told_at
        if told_at is not None and (told_at.tzinfo is None or not attempt.call):
            raise ValueError("what is told later needs a call and a time with an offset")
        record = {
            # Versions that know no such line leave it out, and count no attempt more.
            "type": "attempt" if told_at is None else "wrap_up",
            "at": attempt.at.astimezone(UTC).isoformat(timespec="seconds"),
            "account": attempt.account,
            "number": attempt.number,
            "outcome": attempt.outcome,
            "call": attempt.call,
            "permitted": attempt.permitted,
            "next_contact": attempt.next_contact and attempt.next_contact.isoformat(),
            "list_as_of": attempt.list_as_of and attempt.list_as_of.astimezone(UTC).isoformat(),
            "stops": attempt.stops or None,
            "told_at": told_at and told_at.astimezone(UTC).isoformat(),
        }
        line = json.dumps(
            {key: value for key, value in record.items() if value is not None}, ensure_ascii=False
        )
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                # A last line that broke off stays alone on its line.
                start = "" if _ends_whole(descriptor) else "\n"
                os.write(descriptor, f"{start}{line}\n".encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise AssistantError(
                f"{self._path} cannot be written ({error.strerror})",
                "Note the attempt by hand: the counts of contacts lack it.",
            ) from error
        self.refresh()

    def _take(self, line: bytes) -> None:
        try:
            entry = _Entry.model_validate_json(line[:_LONGEST_LINE])  # a longer one is none of ours
        except ValidationError:
            self.unread += 1
            return
        later = entry.type == "wrap_up"
        told_at = entry.told_at if later else None
        if entry.at.tzinfo is None or (
            later and (told_at is None or told_at.tzinfo is None or not entry.call)
        ):
            self.unread += 1
            return
        attempt = Attempt(
            entry.at,
            entry.account,
            entry.outcome,
            entry.number,
            entry.call,
            entry.permitted,
            entry.next_contact,
            entry.list_as_of if entry.list_as_of and entry.list_as_of.tzinfo else None,
            entry.stops,
            told_at,
        )
        if self.latest is None or attempt.said_at > self.latest:
            self.latest = attempt.said_at
        self._stand(attempt)

    def _stand(self, attempt: Attempt) -> None:
        """Take an attempt in; what was said later of one is put to it, whichever was read first."""
        before = self._of_call.get(attempt.call) if attempt.call else None
        if before is not None and attempt.told_at is not None:
            whole = before.completed(attempt)
            attempts = self._attempts[before.account]
            attempts[attempts.index(before)] = whole
        else:
            whole = attempt
            if before is not None and before.told_at is not None:
                whole = attempt.completed(before)
                self._attempts[before.account].remove(before)
            self._attempts.setdefault(whole.account, []).append(whole)
        if whole.call:
            self._of_call[whole.call] = whole


def _ends_whole(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    if not size:
        return True
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1) == b"\n"
