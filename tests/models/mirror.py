"""A real HTTP server that serves models, and misbehaves as it is told to.

Owns the server and the archives; what each fault means is in the tests.
"""

import hashlib
import json
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from assistant.events import Envelope
from assistant.speech import shipped
from assistant.speech.recording import Chunk

NAME = "vosk-model-small-en-us-0.15"


@dataclass
class Mirror:
    """What is served, what goes wrong, and what was asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    breaks_after: list[int] = field(default_factory=list)
    """For each coming archive request in turn: bytes after which the line goes dead."""
    ignores_range: bool = False
    claims_bytes: int | None = None
    status: int = 200
    troubles: int = 0
    """So many requests are answered with 503 before one is served."""
    moved_to: str = ""
    version: str = '"one"'
    gate: threading.Event | None = None
    """Where set, an archive stops half-way until the event is set."""
    pieces: int = 1
    """An archive is sent in so many pieces, a tenth of a second apart."""
    half_sent: threading.Event = field(default_factory=threading.Event)
    ranges: list[str] = field(default_factory=list)
    """The `Range` of each archive request, empty for none."""
    base: str = ""

    def publish(self, name: str, archive: bytes, **record: object) -> None:
        """Serve `archive` as `name`, listed as the publisher lists it; `record` tells lies."""
        self.files[f"{name}.zip"] = archive
        entry = {
            "name": name,
            "lang": "en-us",
            "md5": hashlib.md5(archive).hexdigest(),
            "size": len(archive),
            "size_text": "some",
            "type": "small",
            "obsolete": "false",
            "url": f"https://elsewhere.invalid/{name}.zip",
            **record,
        }
        self.files["model-list.json"] = json.dumps([entry]).encode()


@contextmanager
def serving() -> Iterator[Mirror]:
    """A mirror that listens on this machine until the end of the block."""
    mirror = Mirror()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing is printed."""

        def do_GET(self) -> None:
            name = self.path.rsplit("/", 1)[-1]
            archive = name.endswith(".zip")
            if archive:
                mirror.ranges.append(self.headers.get("Range", ""))
            if mirror.moved_to and not self.path.startswith("/moved/"):
                self._answer(302, {"Location": f"{mirror.moved_to}moved/{name}"}, b"")
            elif archive and mirror.troubles:
                mirror.troubles -= 1
                self._answer(503, {}, b"later")
            elif archive and mirror.status != 200:
                self._answer(mirror.status, {}, b"no")
            elif name not in mirror.files:
                self._answer(404, {}, b"no")
            else:
                self._serve(mirror.files[name], archive=archive)

        def _serve(self, content: bytes, *, archive: bool) -> None:
            headers = {"ETag": mirror.version}
            asked = self.headers.get("Range", "")
            same = self.headers.get("If-Range", mirror.version) == mirror.version
            status, start = 200, 0
            if asked and same and not mirror.ignores_range:
                status, start = 206, int(asked.removeprefix("bytes=").rstrip("-"))
                headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            if archive and mirror.claims_bytes is not None:
                headers["Content-Length"] = str(mirror.claims_bytes)
            self._answer(status, headers, content[start:], archive=archive)

        def _answer(
            self, status: int, headers: dict[str, str], body: bytes, *, archive: bool = False
        ) -> None:
            self.send_response(status)
            for header, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(header, value)
            self.end_headers()
            if archive and mirror.gate is not None:
                self.wfile.write(body[: len(body) // 2])
                mirror.half_sent.set()
                mirror.gate.wait(30)
                body = body[len(body) // 2 :]
            if archive and mirror.breaks_after:
                body = body[: mirror.breaks_after.pop(0)]
                self.close_connection = True
            size = -(-len(body) // mirror.pieces) or 1
            for start in range(0, len(body), size):
                if start:
                    threading.Event().wait(0.1)
                self.wfile.write(body[start : start + size])

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that hangs up is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    mirror.base = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield mirror
    finally:
        if mirror.gate is not None:
            mirror.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Kept:
    """A keeper of calls that keeps them in memory."""

    envelopes: list[Envelope] = field(default_factory=list)

    def append(self, envelopes: Sequence[Envelope]) -> None:
        self.envelopes += envelopes

    def append_audio(self, chunk: Chunk) -> None:
        """Sound is not what is looked at."""

    def close(self) -> None:
        """Nothing is open."""


def model_archive(path: Path, name: str = NAME, language: str = "en") -> bytes:
    """The archive of a real, small model under the name of an official one."""
    folder = shipped.demonstration_path(language)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}/", "")
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, f"{name}/{file.relative_to(folder).as_posix()}")
    return path.read_bytes()
