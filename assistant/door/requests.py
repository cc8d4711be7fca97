"""What may come in through the door, and what goes out: pure.

Owns the checks of a request before anything of it is believed (who may speak, to whom it is
addressed, how large it is, what sort it is) and its strict reading.  It opens nothing and starts
nothing.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationError

from assistant.events import PASSED_TO
from compliance.documents import Schema

MOST_BYTES = 4_096
HERE = "here"
"""The call is passed to this desk."""
PATH = "/call"
_HOSTS = frozenset({"127.0.0.1", "localhost"})


class Do(StrEnum):
    """What is asked for."""

    START = "start"  # open the call of an account: an own call, or one that comes in
    CONNECT = "connect"  # somebody has taken the call
    HOLD = "hold"
    RESUME = "resume"
    TRANSFER = "transfer"  # given away, to whom; or to this desk
    LINK = "link"  # whose call the running one is
    END = "end"
    STATUS = "status"


class _Body(Schema):
    do: str
    account: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    inbound: bool = False
    transferred: bool = False
    to: Annotated[str, Field(min_length=1, max_length=20)] | None = None


@dataclass(frozen=True, slots=True)
class DoorRequest:
    """One thing that is asked for.

    `account` is for `start` and `link`, `inbound` and `transferred` for `start`; `to` is to whom
    the call is given away, a slug of `PASSED_TO`, `here`: to this desk.
    """

    do: Do
    account: str | None = None
    inbound: bool = False
    transferred: bool = False
    to: str = ""


@dataclass(frozen=True, slots=True)
class DoorAnswer:
    """An HTTP status and what stands in its body as JSON; no name, amount or number."""

    status: int
    told: Mapping[str, str]

    def body(self) -> bytes:
        """The body's bytes."""
        return json.dumps(dict(self.told)).encode()


def refused(status: int, why: str) -> DoorAnswer:
    """A request that is not done, with the reason as a slug."""
    return DoorAnswer(status, {"refused": why})


def done(state: str) -> DoorAnswer:
    """A request that is done, with the state it led to."""
    return DoorAnswer(200, {"state": state})


def turned_away(
    method: str, path: str, headers: Mapping[str, str], token: str
) -> DoorAnswer | None:
    """Why a request is not even read; `None` where it may be.

    Args:
        method: of HTTP.
        path: of the request, with what follows a question mark.
        headers: by lower-case name.
        token: that whoever speaks must have.

    The host is looked at before the token: a page in a browser that had a name of its own resolved
    to this machine (DNS rebinding) sends that name, and learns nothing here.
    """
    if headers.get("host", "").partition(":")[0].lower() not in _HOSTS:
        return refused(421, "host")
    if "origin" in headers:
        return refused(403, "browser")
    scheme, _, given = headers.get("authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode("utf-8", "replace"), token.encode())
    if scheme.lower() != "bearer" or not same:
        return refused(401, "token")
    if path != PATH:
        return refused(404, "path")
    if method != "POST":
        return refused(405, "method")
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return refused(415, "content_type")
    length = headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()) or "transfer-encoding" in headers:
        return refused(411, "length")
    if len(length) > 9 or int(length) > MOST_BYTES:
        return refused(413, "size")
    return None


def read_request(body: bytes) -> DoorRequest | DoorAnswer:
    """The request in a body, or why it is none; an answer tells no value of it."""
    try:
        read = _Body.model_validate_json(body)
        request = DoorRequest(
            Do(read.do), read.account, read.inbound, read.transferred, read.to or ""
        )
    except (ValidationError, ValueError):
        return refused(400, "body")
    if request.do in (Do.START, Do.LINK) and request.account is None:
        return refused(400, "account")
    if request.do is Do.TRANSFER and request.to not in (*PASSED_TO, HERE):
        return refused(400, "to")
    return request
