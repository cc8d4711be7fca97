"""How this program asks other machines over HTTP: whom, with what secret, how often.

Owns what every request of ours shares: which addresses may be asked at all, the token and where it
comes from, the session with its retries.  What is asked, and what an answer means, is the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.util import Retry

from compliance.errors import MissingPart

AGAIN = (429, 500, 502, 503, 504)
"""Answers after which the same may be asked once more."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def on_this_machine(url: str) -> bool:
    """Whether an address is this machine's own, so that plain HTTP shows nobody anything."""
    return urlsplit(url).hostname in _LOOPBACK


def address_fault(url: str, example: str, crossing: str) -> str:
    """What is wrong with an address to ask at; empty where nothing is.

    Args:
        url: the address.
        example: one that would do.
        crossing: what would cross the network for all to read.
    """
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return f"is no address ({example})"
    if parts.scheme.lower() not in ("http", "https"):
        return f"is no address ({example})"
    if not named or not url.isascii() or any(sign.isspace() for sign in url):
        return f"is no address ({example})"
    if parts.username or parts.password:
        return "holds a name or password; a token comes from the environment"
    if parts.query or parts.fragment:
        return "ends before ? and #: what is asked for is added"
    if parts.scheme.lower() == "http" and not on_this_machine(url):
        return f"must be https: {crossing} would cross the network for all to read"
    return ""


def session_to(url: str, *, retries: int, reads: int, backoff_s: float) -> requests.Session:
    """A session for an address, which follows nobody elsewhere.

    Args:
        url: where it goes.
        retries: how often it is asked again at the most.
        reads: how often after no answer came in time.
        backoff_s: the first pause before asking again; each is twice the one before.
    """
    session = requests.Session()
    # A proxy has no business with an address of this machine.
    session.trust_env = not on_this_machine(url)
    again = Retry(
        total=retries,
        connect=retries,
        read=reads,
        status=retries,
        redirect=0,
        status_forcelist=AGAIN,
        allowed_methods=None,
        backoff_factor=backoff_s,
        respect_retry_after_header=False,  # somebody is waiting
        raise_on_status=False,
    )
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=again))
    return session


class Bearer(AuthBase):
    """Sends the token; without one, nothing, whatever a `.netrc` holds."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def token_of(variable: str | None, environ: Mapping[str, str], *, unnamed: str, whose: str) -> str:
    """The token in the environment; empty where none is named nor set.

    Args:
        variable: the one that the settings name, if any.
        environ: where it is looked for.
        unnamed: the variable that is looked at where none is named.
        whose: what the token is of, for the error.

    Raises:
        MissingPart: the settings name a variable that is not set, or that no header can hold.
    """
    token = environ.get(variable or unnamed, "").strip()
    if variable is not None and not token:
        raise MissingPart(
            f"The environment variable {variable} is not set", f"It holds the token of {whose}."
        )
    if not token.isascii() or not token.isprintable():
        raise MissingPart(
            f"The environment variable {variable or unnamed} holds what no token does",
            "A token is of letters, figures and signs.",
        )
    return token
