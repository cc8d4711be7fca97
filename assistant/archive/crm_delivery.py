"""Hands wrap-ups to a CRM, one request each, and remembers which were taken.

Owns the request, what each answer means, and the file of what was delivered, which holds ids alone.
What was not taken is sent again by the next run, under the same key, by which the CRM knows it.  It
follows no redirection, so that token and customer's data go nowhere but where the site said.  It
opens no store and asks nobody's leave.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from assistant.record.faults import StoreBusy, system_fault
from assistant.record.locks import OpenCallLock
from assistant.web_requests import Bearer, session_to
from compliance.errors import AssistantError, MissingPart

KEY_HEADER = "Idempotency-Key"
"""draft-ietf-httpapi-idempotency-key-header: the same key is the same wrap-up, however often."""

_TAKEN = frozenset({200, 201, 202, 204})
_NOBODY = frozenset({401, 403})
_MOVED = range(300, 400)
_LATER = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Crm:
    """Where wrap-ups go, and with what patience; `token` is empty where there is none."""

    url: str
    token: str = field(repr=False)
    timeout_s: float
    retries: int
    backoff_s: float

    @property
    def name(self) -> str:
        """The host, for messages."""
        return urlsplit(self.url).hostname or "the CRM"


@dataclass(slots=True)
class Delivery:
    """What came of a run: keys that were taken, those refused with their status, and why the rest
    was not sent, if it was not."""

    sent: list[str] = field(default_factory=list)
    refused: list[tuple[str, int]] = field(default_factory=list)
    stopped: AssistantError | None = None


class Delivered:
    """Which wrap-ups a CRM has taken.

    Args:
        path: the file; made with the first of them.
        url: of the CRM: what one has, another has not.
    """

    def __init__(self, path: Path, url: str) -> None:
        self._path = path
        self._to = hashlib.sha256(url.encode()).hexdigest()[:16]

    @contextmanager
    def held(self) -> Iterator[None]:
        """While this lasts nobody else sends.

        Raises:
            StoreBusy: another program does.
        """
        try:
            lock = OpenCallLock(self._path.with_suffix(".lock"))
        except StoreBusy:
            raise StoreBusy("Another program hands wrap-ups to the CRM", "Wait for it.") from None
        try:
            yield
        finally:
            lock.release()

    def keys(self) -> frozenset[str]:
        """Of those that this CRM has.

        A line that a crash cut short counts as not delivered: the CRM knows its key.

        Raises:
            StoreFault: the file cannot be read.
        """
        try:
            lines = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return frozenset()
        except OSError as error:
            raise system_fault(self._path, error) from None
        return frozenset(key for line in lines if (key := self._key(line)))

    def _key(self, line: bytes) -> str:
        try:
            record = json.loads(line)
        except ValueError:
            return ""
        if not isinstance(record, dict) or record.get("to") != self._to:
            return ""
        key = record.get("key")
        return key if isinstance(key, str) else ""

    def add(self, key: str) -> None:
        """This one was taken; on disk before the next is sent.

        Raises:
            StoreFault: it cannot be written.
        """
        line = json.dumps({"to": self._to, "key": key}) + "\n"
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "r+b") as file:
                # What a crash cut short must not swallow this one.
                torn = _is_torn(file.fileno())
                os.write(file.fileno(), (b"\n" if torn else b"") + line.encode())
                os.fsync(file.fileno())
        except OSError as error:
            raise system_fault(self._path, error) from None


def _is_torn(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    if not size:
        return False
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1) != b"\n"


def deliver(
    records: Iterator[Mapping[str, Any]],
    crm: Crm,
    delivered: Delivered,
    leave: Callable[[Mapping[str, Any]], None],
) -> Delivery:
    """Send what was not taken yet, in the order given.

    A record that the CRM refuses stays behind and the next is sent; where the CRM is away, or wants
    nothing of us, the run ends.

    Args:
        records: each with its `key`.
        crm: where to.
        delivered: what it has.
        leave: asked before each is sent; raises where it must not be.

    Raises:
        AssistantError: of `leave`; what was sent until then is remembered.
        StoreFault: that something was taken cannot be written down.
    """
    made = Delivery()
    had = delivered.keys()
    with session_to(
        crm.url, retries=crm.retries, reads=crm.retries, backoff_s=crm.backoff_s
    ) as session:
        for record in records:
            key = str(record["key"])
            if key in had:
                continue
            leave(record)
            try:
                status = _send(session, crm, record, key)
            except AssistantError as error:
                made.stopped = error
                break
            if status in _TAKEN:
                delivered.add(key)
                made.sent.append(key)
            else:
                made.refused.append((key, status))
    return made


def _send(session: requests.Session, crm: Crm, record: Mapping[str, Any], key: str) -> int:
    """The status with which a record was taken or refused.

    Raises:
        MissingPart: the CRM is away, or takes nothing from us.
    """
    body = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace")
    try:
        with session.post(
            crm.url,
            data=body,
            headers={"Content-Type": "application/json; charset=utf-8", KEY_HEADER: key},
            auth=Bearer(crm.token),
            timeout=(crm.timeout_s, crm.timeout_s),
            allow_redirects=False,
            stream=True,  # what it says beside its status is not read
        ) as response:
            status = response.status_code
    except requests.exceptions.SSLError:
        raise _away(crm, "has no certificate that this machine trusts") from None
    except requests.exceptions.Timeout:
        raise _away(crm, "does not answer in time") from None
    except requests.exceptions.ConnectionError as error:
        late = "timed out" in str(error)  # a wait that was retried is told as this
        raise _away(crm, "does not answer in time" if late else "cannot be reached") from None
    except (requests.exceptions.RequestException, ValueError, OSError):
        raise _away(crm, "breaks its answer off") from None
    if status in _NOBODY:
        raise _away(
            crm,
            f"refuses the token (status {status})",
            "Set the variable that [crm] in settings.toml names.",
        )
    if status in _MOVED:
        raise _away(
            crm,
            f"sends to another address (status {status})",
            "It is not followed; write the address that holds into settings.toml.",
        )
    if status in _LATER or status >= 500:
        raise _away(crm, f"answers with status {status}")
    return status


def _away(crm: Crm, what: str, remedy: str = "") -> MissingPart:
    return MissingPart(
        f"The CRM {crm.name} {what}",
        remedy or "What it does not have waits; the same command sends it again.",
    )
