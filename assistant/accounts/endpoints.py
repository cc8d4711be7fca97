"""Accounts of an HTTP endpoint.

Owns the request (what is asked, the token, the waiting, the retries), the limits to the answer, and
what is told when it fails.  It goes to no other host than the one that the site named, and passes
on nothing of an answer but accounts.

An answer is a JSON list of records, `{"accounts": [...], "as_of": TIME}`, or one record; status 404
is none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from assistant import web_requests
from assistant.accounts.asked import AskedSource
from assistant.accounts.files import listed
from assistant.accounts.records import RecordReader
from assistant.accounts.source import (
    Checked,
    Sourced,
    SourceFailed,
    Unread,
)
from assistant.shift.mapping import ListMapping
from assistant.web_requests import Bearer, session_to

TOKEN = "ASSISTANT_ACCOUNTS_TOKEN"  # noqa: S105 - the variable's name
"""The environment variable that holds the token, unless the settings name another."""

_MOST_BYTES = 4_000_000
_MOST_REDIRECTS = 3


class EndpointSource(AskedSource):
    """The accounts that an endpoint knows.

    Args:
        url: of the endpoint.
        mapping: which of its columns are which.
        timeout_s: for connecting, and for each wait for the answer.
        now: the wall clock, with an offset.
        clock: monotonic seconds, by which an answer that comes in drops is given up.
        token: sent as a bearer token; empty: none.
        post: ask in a body (`POST`), so that no number or name stands in anybody's log of
            addresses; else in the address (`GET`).
        backoff_s: the first pause before asking again; each is twice the one before.
    """

    def __init__(
        self,
        url: str,
        mapping: ListMapping,
        timeout_s: float,
        *,
        now: Callable[[], datetime],
        clock: Callable[[], float],
        token: str = "",
        post: bool = False,
        backoff_s: float = 0.2,
    ) -> None:
        self._url = url
        self.name = urlsplit(url).hostname or "endpoint"
        self._reader = RecordReader(self.name, mapping)
        self._timeout_s = timeout_s
        self._now = now
        self._clock = clock
        self._token = token
        self._post = post
        self._backoff_s = backoff_s

    def check(self, account: str = "") -> Checked:
        """Whether it answers; with an id, whether that can be read.

        Raises:
            SourceFailed: the endpoint does not answer.
        """
        if account:
            return self._checked(account)
        self._ask("id", "check")
        return Checked(None, (), self._now())

    # ---- asking --------------------------------------------------------------------------------

    def _ask(self, key: str, value: str) -> tuple[list[Sourced], list[Unread]]:
        """What the endpoint gives for a key; the records are as of now where nobody says."""
        asked_at = self._now()
        with self._session() as session:
            try:
                body = self._answer(session, {key: value})
            except requests.exceptions.ConnectTimeout:
                raise self._failed("cannot be reached in time") from None
            except requests.exceptions.ReadTimeout:
                raise self._failed("does not answer in time") from None
            except requests.exceptions.SSLError:
                raise self._failed("has no certificate that this machine trusts") from None
            except requests.exceptions.ConnectionError as error:
                late = "timed out" in str(error)  # a wait that was retried is told as this
                raise self._failed(
                    "does not answer in time" if late else "cannot be reached"
                ) from None
            except (requests.exceptions.RequestException, ValueError, OSError):
                raise self._failed("breaks its answer off") from None
        return ([], []) if body is None else self._read(body, asked_at)

    def _session(self) -> requests.Session:
        # A question may be asked twice: nothing is changed by it.
        return session_to(self._url, retries=2, reads=1, backoff_s=self._backoff_s)

    def _answer(self, session: requests.Session, asked: Mapping[str, str]) -> bytes | None:
        """The body of the answer; `None` where there is no such account."""
        url = self._url
        for _ in range(_MOST_REDIRECTS + 1):
            with session.request(
                "POST" if self._post else "GET",
                url,
                params=None if self._post else dict(asked),
                json=dict(asked) if self._post else None,
                headers={"Accept": "application/json"},
                auth=Bearer(self._token),
                timeout=(self._timeout_s, self._timeout_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                status = response.status_code
                if response.is_redirect:
                    url = self._redirected(url, response.headers.get("location", ""))
                    continue
                if status == requests.codes.not_found:
                    return None
                if status in (requests.codes.unauthorized, requests.codes.forbidden):
                    raise self._failed(
                        f"refuses the token (status {status})",
                        f"Set {TOKEN}, or the variable that settings.toml names.",
                    )
                if status != requests.codes.ok:
                    raise self._failed(f"answers with status {status}")
                return self._body(response)
        raise self._failed("sends from one address to the next without an end")

    def _redirected(self, url: str, location: str) -> str:
        """The address that is pointed to, of the same host; the token goes nowhere else."""
        target = urljoin(url, location)
        if urlsplit(target)[:2] != urlsplit(url)[:2]:
            raise self._failed(
                "sends to another host", "Write the address that holds into settings.toml."
            )
        return target.partition("?")[0]

    def _body(self, response: requests.Response) -> bytes:
        until = self._clock() + 2 * self._timeout_s
        body = bytearray()
        for piece in response.iter_content(65_536):
            body += piece
            if len(body) > _MOST_BYTES:
                raise self._failed(f"answers with more than {_MOST_BYTES} bytes")
            if self._clock() > until:
                raise self._failed("does not answer in time")
        return bytes(body)

    def _read(self, body: bytes, asked_at: datetime) -> tuple[list[Sourced], list[Unread]]:
        try:
            value: Any = json.loads(body, parse_float=str, parse_constant=str)
        except (ValueError, RecursionError):
            raise self._failed("answers with what is not JSON") from None
        as_of = self._as_of(value) or asked_at
        found: list[Sourced] = []
        unread: list[Unread] = []
        for number, record in enumerate(listed(value), 1):
            if not isinstance(record, dict):
                unread.append(Unread(self.name, number, (("", "is no object"),)))
                continue
            one = self._reader.read(record, number, as_of)
            if isinstance(one, Sourced):
                found.append(one)
            else:
                unread.append(one)
        return found, unread

    def _as_of(self, value: Any) -> datetime | None:
        told = value.get("as_of") if isinstance(value, dict) and "accounts" in value else None
        if told is None:
            return None
        try:
            moment = datetime.fromisoformat(told)
        except (TypeError, ValueError):
            moment = None
        if moment is None or moment.tzinfo is None:
            raise self._failed("tells a freshness (as_of) that is no time with an offset")
        return moment

    def _failed(self, what: str, remedy: str = "") -> SourceFailed:
        return SourceFailed(
            f"The accounts endpoint {self.name} {what}",
            remedy or "The call goes on without an account; `assistant accounts check` tries it.",
        )


def token_of(variable: str | None, environ: Mapping[str, str]) -> str:
    """The token in the environment.

    Raises:
        MissingPart: the settings name a variable that is not set, or that no header can hold.
    """
    return web_requests.token_of(variable, environ, unnamed=TOKEN, whose="the accounts endpoint")
