"""Putting a call screen up in a test, and reading what stands on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from textual.app import App
from textual.pilot import Pilot

from assistant.app import CallApp
from assistant.events import Output
from assistant.screens.desk import Desk
from assistant.screens.setup import CallSetup
from tests.screens import calls


def setup_of(language: str, **changes: object) -> CallSetup:
    """The setup of an invented call, without the brief unless asked for."""
    scene = calls.SCENES[language]
    plain = CallSetup(
        rules=calls.Texts(),
        call_language=language,
        jurisdiction=scene.jurisdiction,
        account=scene.account,
        brief=False,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@asynccontextmanager
async def call_up(
    setup: CallSetup,
    events: Sequence[Output] = (),
    *,
    size: tuple[int, int] = (120, 40),
    desk: Desk | None = None,
) -> AsyncIterator[tuple[CallApp, Pilot[int]]]:
    """The app with these events shown."""
    app = CallApp(setup, desk if desk is not None else calls.RecordingDesk())
    async with app.run_test(size=size) as pilot:
        app.deliver(calls.envelopes(events))
        await pilot.pause()
        yield app, pilot


def on_screen(app: App[int]) -> str:
    """Everything that can be read on the screen now, line by line."""
    # Textual has no public way to the painted lines but a picture.
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)
