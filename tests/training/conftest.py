"""The real rules and script for the replay tests, loaded once."""

from __future__ import annotations

import pytest

from assistant.guidance import Guidance, load_guidance
from compliance.context import Collector


@pytest.fixture(scope="session")
def guidance() -> Guidance:
    return load_guidance("us", "en-US", Collector.AGENCY)
