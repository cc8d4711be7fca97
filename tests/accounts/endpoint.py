"""A real HTTP server on this machine that answers as it is told, or does not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    asked: dict[str, str]
    token: str | None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Endpoint:
    """What is running; `answer` gives status, body and headers of each request."""

    url: str
    asked: list[Asked] = field(default_factory=list)
    hangs: threading.Event = field(default_factory=threading.Event)


Answer = Callable[[Asked, int], tuple[int, bytes, dict[str, str]] | None]
"""Given a request and its number from 0; `None` hangs until the test is over."""


@contextmanager
def endpoint(answer: Answer) -> Iterator[Endpoint]:
    """A server until the end of the block."""
    running = Endpoint("")

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            parts = urlsplit(self.path)
            asked = dict(parse_qsl(parts.query))
            if self.command == "POST":
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            token = self.headers.get("Authorization")
            one = Asked(self.command, parts.path, asked, token, dict(self.headers))
            number = len(running.asked)
            running.asked.append(one)
            told = answer(one, number)
            if told is None:
                running.hangs.wait()
                return
            status, body, headers = told
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _take  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: object) -> None:
            """Whoever gave up waiting has broken the line; that is what is tested."""

    server = Server(("127.0.0.1", 0), Handler)
    running.url = f"http://127.0.0.1:{server.server_address[1]}/accounts"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.hangs.set()
        server.shutdown()
        server.server_close()
        thread.join()
