"""What tests of live sound share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.speech.sinks import Desk, desk_of_sinks


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk of two sinks."""
    with desk_of_sinks() as made:
        yield made
