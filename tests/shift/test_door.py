"""The screen-pop door: who is let in, and what a softphone can do."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.door.requests import (
    Do,
    DoorAnswer,
    DoorRequest,
    done,
    read_request,
    turned_away,
)
from assistant.door.server import Door
from assistant.door.token import FILE, VARIABLE, find_token, make_token
from assistant.door_screens import Switchboard
from assistant.interface_text import Interface
from assistant.shift_app import WorkListApp
from compliance.errors import AssistantError, MissingPart
from compliance.permission import May
from tests.shift.lists import row
from tests.shift.test_screen import Clock, desk

TOKEN = "a" * 32
GOOD = {
    "host": "127.0.0.1:8737",
    "authorization": f"Bearer {TOKEN}",
    "content-type": "application/json",
    "content-length": "15",
}


@pytest.mark.parametrize(
    ("change", "status", "why"),
    [
        ({}, None, None),
        ({"host": "localhost:8737"}, None, None),
        ({"host": "LOCALHOST"}, None, None),
        ({"content-type": "Application/JSON; charset=utf-8"}, None, None),
        ({"host": "evil.example"}, 421, "host"),
        ({"host": "evil.example:8737"}, 421, "host"),
        ({"host": "127.0.0.1.evil.example:8737"}, 421, "host"),
        ({"host": "192.168.0.4:8737"}, 421, "host"),
        ({"host": ""}, 421, "host"),
        ({"origin": "http://127.0.0.1:8737"}, 403, "browser"),
        ({"authorization": ""}, 401, "token"),
        ({"authorization": f"Basic {TOKEN}"}, 401, "token"),
        ({"authorization": "Bearer "}, 401, "token"),
        ({"authorization": f"Bearer {TOKEN}x"}, 401, "token"),
        ({"authorization": "Bearer \udcff"}, 401, "token"),
        ({"content-type": "text/plain"}, 415, "content_type"),
        ({"content-type": "application/x-www-form-urlencoded"}, 415, "content_type"),
        ({"content-length": ""}, 411, "length"),
        ({"content-length": "-1"}, 411, "length"),
        ({"content-length": "١"}, 411, "length"),
        ({"transfer-encoding": "chunked"}, 411, "length"),
        ({"content-length": "4097"}, 413, "size"),
        ({"content-length": "9" * 5000}, 413, "size"),
    ],
)
def test_who_is_turned_away(change: dict[str, str], status: int | None, why: str | None) -> None:
    answer = turned_away("POST", "/call", {**GOOD, **change}, TOKEN)
    assert (answer and answer.status) == status
    assert (answer and answer.told["refused"]) == why


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/call", 405), ("POST", "/", 404)])
def test_other_ways_and_methods(method: str, path: str, status: int) -> None:
    answer = turned_away(method, path, GOOD, TOKEN)
    assert answer is not None
    assert answer.status == status


@pytest.mark.parametrize(
    ("body", "request_"),
    [
        ('{"do":"status"}', DoorRequest(Do.STATUS)),
        ('{"do":"start","account":"A1","inbound":true}', DoorRequest(Do.START, "A1", inbound=True)),
        ('{"do":"link","account":"A1"}', DoorRequest(Do.LINK, "A1")),
        (
            '{"do":"start","account":"A1","transferred":true}',
            DoorRequest(Do.START, "A1", transferred=True),
        ),
        ('{"do":"transfer","to":"specialist"}', DoorRequest(Do.TRANSFER, to="specialist")),
        ('{"do":"transfer","to":"here"}', DoorRequest(Do.TRANSFER, to="here")),
        ('{"do":"transfer","to":"my cousin"}', None),
        ('{"do":"transfer"}', None),
        ('{"do":"link"}', None),
        ('{"do":"start"}', None),
        ('{"do":"start","account":""}', None),
        ('{"do":"start","account":"' + "x" * 201 + '"}', None),
        ('{"do":"dance"}', None),
        ('{"do":"status","more":1}', None),
        ('{"do":"start","account":7}', None),
        ("", None),
        ("[]", None),
        ("{", None),
    ],
)
def test_bodies(body: str, request_: DoorRequest | None) -> None:
    read = read_request(body.encode())
    if request_ is None:
        assert isinstance(read, DoorAnswer)
        assert read.status == 400
    else:
        assert read == request_


@given(st.binary(max_size=300))
def test_no_body_is_so_odd_that_reading_it_fails(body: bytes) -> None:
    assert isinstance(read_request(body), DoorRequest | DoorAnswer)


# ---- a door with sockets -------------------------------------------------------------------------


@pytest.fixture
def door() -> Iterator[tuple[Door, list[DoorRequest]]]:
    asked: list[DoorRequest] = []

    def answer(request: DoorRequest) -> DoorAnswer:
        asked.append(request)
        if request.account == "fault":
            raise RuntimeError("a name")
        return done("call")

    opened = Door(0, TOKEN, answer)
    yield opened, asked
    opened.close()


def ask(door: Door, body: str, **headers: str) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=10)
    sent = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json", **headers}
    connection.request("POST", "/call", body, sent)
    response = connection.getresponse()
    told = json.loads(response.read())
    connection.close()
    return response.status, told


def test_a_request_over_the_wire(door: tuple[Door, list[DoorRequest]]) -> None:
    opened, asked = door
    assert ask(opened, '{"do":"hold"}') == (200, {"state": "call"})
    assert ask(opened, '{"do":"hold"}', Host="evil.example")[0] == 421
    assert ask(opened, '{"do":"hold"}', Authorization="Bearer no")[0] == 401
    status, told = ask(opened, '{"do":"start","account":"fault"}')
    assert (status, told["refused"]) == (503, "failed")
    assert told["where"].startswith("RuntimeError in ")  # its kind and place, and not what it says
    assert "a name" not in told["where"]
    assert [request.do for request in asked] == [Do.HOLD, Do.START]


def test_a_caller_that_breaks_off_holds_nobody_up(
    door: tuple[Door, list[DoorRequest]], capfd: pytest.CaptureFixture[str]
) -> None:
    opened, asked = door
    for sent in (b"", b"POST /call HTTP/1.1\r\nHost: 127.0", b"\x16\x03\x01 nonsense\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", opened.port)) as line:
            line.sendall(sent)
    assert ask(opened, '{"do":"end"}')[0] == 200
    assert [request.do for request in asked] == [Do.END]
    assert capfd.readouterr() == ("", "")


def test_it_listens_to_this_machine_alone_and_a_taken_port_is_told(
    door: tuple[Door, list[DoorRequest]],
) -> None:
    opened, _ = door
    assert opened._server.server_address[0] == "127.0.0.1"
    with pytest.raises(MissingPart, match="--door PORT"):
        Door(opened.port, TOKEN, lambda _request: done("call"))


# ---- the token -----------------------------------------------------------------------------------


def test_the_token_is_for_its_owner_alone(tmp_path: Path) -> None:
    with pytest.raises(MissingPart, match="assistant door token"):
        find_token(tmp_path, {})
    path = make_token(tmp_path / "home")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    token = find_token(tmp_path / "home", {})
    assert len(token) >= 40
    make_token(tmp_path / "home")
    assert find_token(tmp_path / "home", {}) != token
    assert find_token(tmp_path, {VARIABLE: TOKEN}) == TOKEN
    path.chmod(0o640)
    with pytest.raises(AssistantError, match="Others may read"):
        find_token(tmp_path / "home", {})
    path.chmod(0o600)
    path.write_text("short", "utf-8")
    with pytest.raises(AssistantError, match="shorter"):
        find_token(tmp_path / "home", {})
    assert path.name == FILE


# ---- the screen behind it ------------------------------------------------------------------------


async def test_the_list_starts_the_call_that_the_telephone_makes(tmp_path: Path) -> None:
    shift = desk(tmp_path, Clock(), row("A1"), row("C3", flags="represented"))
    program = WorkListApp(shift, Interface("en"))
    board = Switchboard()
    assert board.answer(DoorRequest(Do.STATUS)).status == 503  # nothing is up yet
    board.shows(program)
    async with program.run_test(size=(80, 24)) as pilot:

        async def ask(request: DoorRequest) -> DoorAnswer:
            return await asyncio.to_thread(board.answer, request)

        assert await ask(DoorRequest(Do.STATUS)) == done("list")
        assert (await ask(DoorRequest(Do.END))).status == 409
        assert (await ask(DoorRequest(Do.LINK, "A1"))).told == {"refused": "no_call"}
        assert (await ask(DoorRequest(Do.START, "nobody"))).status == 404
        await pilot.press("n")  # an attempt that waits to be written down
        told = await ask(DoorRequest(Do.START, "C3", inbound=True))
        assert told.told == {"state": "brief", "permitted": "no"}
    chosen = program.chosen
    assert chosen is not None
    assert (chosen.row.id, chosen.inbound, chosen.permitted) == ("C3", True, May.NO)
    assert "no_answer" in (tmp_path / "contacts.jsonl").read_text("utf-8")
    assert board.answer(DoorRequest(Do.STATUS)).status == 503  # the screen is gone
