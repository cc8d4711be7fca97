"""The screens as pictures: sizes, themes and languages, each at a telling moment.

After a change that is meant to be seen, look at the report and take the new pictures:
`pytest tests/screens/test_snapshots.py --snapshot-update`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from textual.pilot import Pilot

from assistant.app import CallApp
from assistant.events import Output
from assistant.screens.desk import Hearing, HearingChanged
from tests.screens import calls
from tests.screens.driving import on_screen, setup_of

SMALL, MIDDLE, LARGE = (80, 24), (120, 40), (200, 60)


@dataclass(frozen=True, slots=True)
class Picture:
    """One moment: which call, what has happened, how it is looked at."""

    name: str
    language: str
    events: Callable[[calls.Scene], list[Output]] | None
    size: tuple[int, int]
    theme: str = "dark"
    keys: tuple[str, ...] = ()


PICTURES = (
    Picture("brief", "zh-TW", None, MIDDLE),
    Picture("brief-small", "en-US", None, SMALL, "light"),
    Picture("covered", "en-US", calls.while_verifying, MIDDLE),
    Picture("covered-small", "zh-TW", calls.before_verification, SMALL, "light"),
    Picture("entry", "zh-CN", calls.before_verification, MIDDLE, "dark", ("1", "5")),
    Picture("verified-small", "zh-CN", calls.verified, SMALL),
    Picture("provisional", "en-US", lambda s: calls.flagged(s, standing=False), MIDDLE, "light"),
    Picture("flag", "zh-TW", calls.flagged, MIDDLE),
    Picture("flag-light", "zh-CN", calls.flagged, MIDDLE, "light"),
    Picture("flag-small", "en-US", calls.flagged, SMALL),
    Picture("flag-large", "zh-TW", calls.flagged, LARGE),
    Picture("third-party-large", "en-US", calls.third_party, LARGE, "light"),
    Picture("law", "zh-TW", calls.flagged, MIDDLE, "dark", ("f8",)),
    Picture("help-small", "zh-CN", calls.verified, SMALL, "light", ("f1",)),
    Picture("over", "en-US", calls.over, MIDDLE),
    Picture("too-small", "zh-TW", calls.flagged, (40, 10)),
)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_picture(picture: Picture, snap_compare: Callable[..., bool]) -> None:
    scene = calls.SCENES[picture.language]
    setup = setup_of(
        picture.language,
        theme=picture.theme,
        brief=picture.events is None,
        talk_offs={"lost_job": scene.situation, "illness": scene.next_line},
    )
    app = CallApp(setup, calls.RecordingDesk())

    async def bring_up(pilot: Pilot[int]) -> None:
        await pilot.pause()
        app.post_message(HearingChanged(Hearing.LISTENING))
        if picture.events is not None:
            app.deliver(calls.envelopes(picture.events(scene)))
        await pilot.pause()
        await pilot.press(*picture.keys)
        await pilot.pause()
        if picture.name.startswith("flag"):
            assert "⟦" in on_screen(app), "the flagged words are in the picture"

    assert snap_compare(app, terminal_size=picture.size, run_before=bring_up)
