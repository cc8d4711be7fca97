"""How the reviewer's screens look; few, at fixed sizes, with fixed times and zones."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest
from textual.app import App

from assistant.record.locations import Locations
from assistant.record.store import CallStore
from assistant.review.desk import ReviewDesk
from assistant.review_app import ReviewApp
from tests.review.kept import NOW, keep_some, texts_for


class Compare(Protocol):
    """What the snapshot plugin gives."""

    def __call__(
        self, app: App[int], *, press: tuple[str, ...], terminal_size: tuple[int, int]
    ) -> bool: ...


@pytest.mark.parametrize(
    ("interface", "theme", "size", "press"),
    [
        ("zh-TW", "dark", (120, 40), ()),
        ("en", "light", (120, 40), ("enter", "j", "c")),
        ("zh-CN", "dark", (80, 24), ("enter", "j")),
        ("en", "dark", (200, 60), ("enter",)),
    ],
)
def test_looks(
    *,
    tmp_path: Path,
    snap_compare: Compare,
    interface: str,
    theme: str,
    size: tuple[int, int],
    press: tuple[str, ...],
) -> None:
    with CallStore(Locations(tmp_path)) as store:
        keep_some(store)
        desk = ReviewDesk(store, "mei.chen", lambda: NOW)
        app = ReviewApp(desk, texts_for, interface=interface, theme=theme)
        assert snap_compare(app, press=press, terminal_size=size)
