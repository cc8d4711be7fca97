"""The stores of the record's tests."""

from __future__ import annotations

from tests.record.conftest import embedded

__all__ = ["embedded"]
