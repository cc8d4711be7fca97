"""Fetching one large file over HTTP so that an interruption costs nothing.

Owns the transfer: ranges, what a server may do wrong, tries, and the check of size and checksum.
What has arrived lies in a partial file beside the target and is gone on from, by this process or a
later one.  It must not know what is in the file.

`requests` does the talking (redirects, proxies, certificates of a company's own by
`REQUESTS_CA_BUNDLE`, which 300 desks behind one proxy need).  Of the download libraries, pooch
checks sums but begins anew after every break, and pypdl brings an event loop of its own; going on
is the part that matters for 1.8 GB, and it is the small loop below.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests

from compliance.errors import AssistantError, MissingPart

# What a break can cost: a piece is handed on only when it is complete.
CHUNK_BYTES = 16 * 1024
OK, PARTIAL, RANGE_NOT_SATISFIABLE = 200, 206, 416
# What may get better by itself: too many requests, and the server's own troubles.
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})

Progress = Callable[[int], None]
"""Told how many bytes have arrived in all; goes back where a server begins anew."""


class Unreachable(MissingPart):
    """There is no network, or nothing answers at the address."""


class NotAsPromised(AssistantError):
    """What arrived is not what the list promised."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a server, in seconds, and how often to try.

    `tries` counts attempts in a row that brought nothing new; one that brought something starts
    the count again.
    """

    connect_s: float = 10.0
    silent_s: float = 30.0
    tries: int = 5
    pause_s: float = 2.0


def fetch_small(url: str, most_bytes: int, patience: Patience) -> bytes:
    """Fetch a small document whole.

    Raises:
        Unreachable: nothing answers.
        MissingPart: the server does not have it.
        NotAsPromised: it is larger than `most_bytes`.
    """
    content = bytearray()
    with _get(requests.Session(), url, {}, patience) as response:
        _refuse(response, url)
        try:
            for piece in response.iter_content(CHUNK_BYTES):
                content += piece
                if len(content) > most_bytes:
                    raise NotAsPromised(f"{url} is larger than it can be", "Check the address")
        except requests.RequestException as fault:
            raise _broken_off(url, fault) from fault
    return bytes(content)


def fetch(
    url: str,
    target: Path,
    *,
    size_bytes: int,
    md5: str,
    progress: Progress,
    patience: Patience,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Fetch `url` into `target`, going on from what an earlier run left.

    Args:
        target: where the whole, checked file will lie; the partial file is `target` with `.part`.
        size_bytes: what the list promises.
        md5: hex; what the list promises.  Against accidents and careless mirrors; against forgery
            only as good as the connection that the list came by.
        pause: waits between tries.

    Raises:
        Unreachable: nothing answers, or it kept breaking off; what arrived is kept.
        MissingPart: the server does not have it.
        NotAsPromised: size or checksum are wrong; nothing is kept.
    """
    part = target.with_name(f"{target.name}.part")
    if _arrived(part) > size_bytes:  # left by an interrupted run for another version
        _forget(part)
    session = requests.Session()
    idle = 0
    while (before := _arrived(part)) < size_bytes:
        fault: Exception | None = None
        try:
            _go_on(session, url, part, size_bytes, progress=progress, patience=patience)
        except (requests.RequestException, Unreachable, _Passing) as caught:
            fault = caught
        if _arrived(part) > before:
            idle = 0
            continue
        idle += 1
        if idle >= patience.tries:
            raise _broken_off(url, fault) from fault
        pause(patience.pause_s * idle)
    _check(part, size_bytes, md5, url)
    part.replace(target)
    _validator(part).unlink(missing_ok=True)


class _Passing(Exception):
    """The server has a trouble that may pass."""


def _go_on(
    session: requests.Session,
    url: str,
    part: Path,
    size_bytes: int,
    *,
    progress: Progress,
    patience: Patience,
) -> None:
    """One request for what is missing; returns when the answer ended."""
    have = _arrived(part)
    headers = {"Range": f"bytes={have}-"} if have else {}
    validator = _validator(part)
    if have and validator.exists():
        # If the file changed since, the server sends the new one whole instead of its end.
        headers["If-Range"] = validator.read_text("utf-8")
    with _get(session, url, headers, patience) as response:
        if response.status_code in PASSING:
            raise _Passing(f"status {response.status_code}")
        if response.status_code == RANGE_NOT_SATISFIABLE:
            _forget(part)
            raise _Passing("the server has less than was there before")
        _refuse(response, url)
        goes_on = response.status_code == PARTIAL and have > 0
        if goes_on and not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            _forget(part)
            raise _Passing("the server sent another range than was asked for")
        start = have if goes_on else 0
        told = response.headers.get("Content-Length", "")
        if told.isascii() and told.isdecimal() and start + int(told) != size_bytes:
            _forget(part)
            raise _not_promised(url, f"has {start + int(told)} bytes, not {size_bytes}")
        _remember(validator, response)
        with part.open("ab" if goes_on else "wb", buffering=0) as file:
            arrived = start
            progress(arrived)
            for piece in response.iter_content(CHUNK_BYTES):
                arrived += len(piece)
                if arrived > size_bytes:
                    file.close()
                    _forget(part)
                    raise _not_promised(url, f"sends more than {size_bytes} bytes")
                file.write(piece)
                progress(arrived)


def _get(
    session: requests.Session, url: str, headers: dict[str, str], patience: Patience
) -> requests.Response:
    try:
        response = session.get(
            url,
            # A packed transfer would make sizes and ranges those of the packed bytes.
            headers={"Accept-Encoding": "identity", **headers},
            stream=True,
            timeout=(patience.connect_s, patience.silent_s),
        )
    except (
        requests.exceptions.InvalidURL,
        requests.exceptions.MissingSchema,
        requests.exceptions.InvalidSchema,
    ) as fault:
        raise AssistantError(f"{url} is not an address", "Write it as https://host/") from fault
    except (requests.ConnectionError, requests.Timeout) as fault:
        raise _unreachable(url, fault) from fault
    except requests.RequestException as fault:
        raise _broken_off(url, fault) from fault
    if url.startswith("https:") and not response.url.startswith("https:"):
        response.close()
        raise AssistantError(
            f"{url} leads to an address without encryption",
            "Name another place with --from",
        )
    return response


def _refuse(response: requests.Response, url: str) -> None:
    if response.status_code not in (OK, PARTIAL):
        raise MissingPart(
            f"The server has nothing at {url} (status {response.status_code})",
            "Check the name with `assistant models list`, or name another place with --from",
        )


def _remember(validator: Path, response: requests.Response) -> None:
    """Keep what tells this version of the file from another one; weak tags do not."""
    tag = response.headers.get("ETag", "")
    value = tag if tag.startswith('"') else response.headers.get("Last-Modified", "")
    if value:
        validator.write_text(value, "utf-8")
    else:
        validator.unlink(missing_ok=True)


def _check(part: Path, size_bytes: int, md5: str, url: str) -> None:
    if _arrived(part) != size_bytes:
        _forget(part)
        raise _not_promised(url, f"has not the {size_bytes} bytes it should have")
    with part.open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if found != md5:
        _forget(part)
        raise _not_promised(url, "has another checksum than the list gives")


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _validator(part).unlink(missing_ok=True)


def _arrived(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _validator(part: Path) -> Path:
    return part.with_name(f"{part.name}.version")


def _not_promised(url: str, message: str) -> NotAsPromised:
    return NotAsPromised(
        f"{url} {message}",
        "Nothing was installed.  Try again; if it stays so, name another place with --from",
    )


def _unreachable(url: str, fault: Exception) -> Unreachable:
    return Unreachable(f"Nothing answers at {url} ({type(fault).__name__})")


def _broken_off(url: str, fault: Exception | None) -> Unreachable:
    why = f" ({type(fault).__name__})" if isinstance(fault, requests.RequestException) else ""
    return Unreachable(
        f"The transfer from {url} keeps breaking off{why}",
        "What has arrived is kept: the same command goes on from there",
    )
