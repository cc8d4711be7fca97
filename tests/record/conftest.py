"""A store to test with: the embedded one, and the same on a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.record.locations import Locations
from tests.record.postgres import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.remove()


@pytest.fixture
def embedded(tmp_path: Path) -> Locations:
    """Where the embedded store stands."""
    return Locations(tmp_path / "home")


@pytest.fixture(params=["embedded", "server"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Locations:
    """A store of each kind in turn."""
    if request.param == "embedded":
        return Locations(tmp_path / "home")
    running: Server = request.getfixturevalue("server")
    return Locations(tmp_path / "home", store=running.new_database())
