"""Listens at the door, on this machine's own address alone.

Owns the one thread besides the pipeline's: it takes requests one after another and hands each to
whoever answers.  It decides nothing and knows no screen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from assistant.door.requests import DoorAnswer, DoorRequest, read_request, refused, turned_away
from compliance.errors import MissingPart, place_of

LOOPBACK = "127.0.0.1"
_PATIENCE_S = 3.0  # how long a caller may take over its request

Answerer = Callable[[DoorRequest], DoorAnswer]
"""Called on the door's thread."""


class Door:
    """An open door; `port` is where it is (chosen by the system for 0).

    Raises:
        MissingPart: the port is taken or not allowed.
    """

    def __init__(self, port: int, token: str, answer: Answerer) -> None:
        try:
            self._server = _Server((LOOPBACK, port), _handler(token, answer))
        except OSError as error:
            raise MissingPart(
                f"The door cannot be opened at port {port} ({error.strerror})",
                "Choose another with --door PORT, or end the program that has it.",
            ) from error
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="door", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Take no more requests."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_PATIENCE_S)


class _Server(HTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever broke off gets no answer, and the screen no traceback."""


def _handler(token: str, answer: Answerer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _PATIENCE_S
        server_version = "door"
        sys_version = ""

        def _take(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = turned_away(self.command, self.path, headers, token)
            if reply is None:
                request = read_request(self.rfile.read(int(headers["content-length"])))
                reply = request if isinstance(request, DoorAnswer) else self._answered(request)
            self._reply(reply)

        def _answered(self, request: DoorRequest) -> DoorAnswer:
            try:
                return answer(request)
            except Exception as error:  # noqa: BLE001 - the top of the door's thread: always reported
                where = f"{type(error).__name__} in {place_of(error)}"
                return DoorAnswer(503, {**refused(503, "failed").told, "where": where})

        def _reply(self, reply: DoorAnswer) -> None:
            body = reply.body()
            self.close_connection = True
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = _take  # noqa: N815 - http.server's names

        def log_message(self, *_: Any) -> None:
            """Nothing is logged: a path may hold what somebody thought belongs there."""

    return Handler
