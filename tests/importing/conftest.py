"""The stores of `tests.record`."""

from __future__ import annotations

from tests.record.conftest import embedded, places, server

__all__ = ("embedded", "places", "server")
