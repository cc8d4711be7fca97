"""What the commands `door …` do: one request to the door, and its answer in a word.

Owns the client's side.  It speaks to this machine alone.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
from pathlib import Path

from assistant.door.requests import PATH
from assistant.door.server import LOOPBACK
from assistant.door.token import find_token, make_token
from assistant.record.locations import locate
from compliance.errors import AssistantError, MissingPart

_PATIENCE_S = 10.0


def token(data_dir: Path | None) -> None:
    """Make a new token and tell where it is.

    Raises:
        AssistantError: it cannot be written.
    """
    sys.stdout.write(f"{make_token(locate(data_dir, os.environ).data_dir)}\n")


def send(
    do: str,
    *,
    port: int,
    data_dir: Path | None,
    account: str | None = None,
    inbound: bool = False,
    transferred: bool = False,
    to: str | None = None,
) -> int:
    """Ask for one thing; the exit status.

    Raises:
        MissingPart: there is no token, or nobody listens.
        AssistantError: the door refuses.
    """
    secret = find_token(locate(data_dir, os.environ).data_dir, os.environ)
    body: dict[str, object] = {"do": do}
    if account is not None:
        body |= {"account": account, "inbound": inbound, "transferred": transferred}
    if to is not None:
        body |= {"to": to}
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_PATIENCE_S)
    try:
        connection.request(
            "POST",
            PATH,
            json.dumps(body),
            {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"},
        )
        response = connection.getresponse()
        told = json.loads(response.read(65_536))
    except (OSError, http.client.HTTPException, ValueError):
        raise MissingPart(
            f"Nobody listens at port {port}", "Start `assistant live --work-list FILE --door`."
        ) from None
    finally:
        connection.close()
    if response.status not in (http.client.OK, http.client.ACCEPTED):
        where = f": {told['where']}" if "where" in told else ""
        raise AssistantError(f"The door refused ({told.get('refused', response.status)}{where})")
    sys.stdout.write(f"{told.get('state', 'done')}\n")
    return 0
