"""The training screen: keys, places, and the call as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from assistant.events import SCHEMA, Envelope, FindingChanged, UtteranceFinal
from assistant.guidance import Guidance
from assistant.interface_text import Interface
from assistant.rule_texts import CollectorTexts
from assistant.screens.runs import Run
from assistant.screens.setup import CallSetup, Mode
from assistant.screens.tones import Tone
from assistant.screens.training_keys import TrainingCommand, read_training_key
from assistant.training.plan import plan_replay
from assistant.training.replay import Replay, outputs_of
from assistant.training_app import CUT_OFF, NOW_RULES, TrainingApp
from assistant.wording import Reader
from compliance.context import Collector
from tests.training.calls import HandClock, inputs


def _app(guidance: Guidance, clock: HandClock, interface: str = "en") -> TrainingApp:
    stored = inputs()
    outputs = outputs_of(stored, guidance.session())
    found = {o.finding.id: o for o in outputs if isinstance(o, FindingChanged)}
    plan = plan_replay(
        [Envelope(SCHEMA, "c1", seq, event) for seq, event in enumerate(stored)],
        [output for output in outputs if isinstance(output, UtteranceFinal)],
        list(found.values()),
    )
    replay = Replay(plan, call="c1", session=guidance.session(), now=clock)
    setup = CallSetup(
        rules=CollectorTexts(guidance.rules, Collector.AGENCY),
        call_language="en-US",
        jurisdiction="us",
        mode=Mode.TRAIN,
        interface=interface,
        brief=False,
        reader=Reader.TRAINER,
    )
    return TrainingApp(setup, replay)


def _seen(pilot: Pilot[int]) -> str:
    """Everything on the screen, line by line."""
    screen = pilot.app.screen
    return "\n".join(strip.text for strip in screen._compositor.render_strips())


async def _press(pilot: Pilot[int], *keys: str) -> str:
    await pilot.press(*keys)
    app = pilot.app
    assert isinstance(app, TrainingApp)
    app.training._tick()
    await pilot.pause()
    return _seen(pilot)


async def test_it_plays_pauses_and_goes_on(guidance: Guidance) -> None:
    clock = HandClock()
    async with _app(guidance, clock).run_test(size=(120, 40)) as pilot:
        assert "▶ playing" in await _press(pilot)
        clock.now_s += 5.5
        seen = await _press(pilot)
        assert "00:05 / 00:30" in seen
        assert "am i speaking with jordan lee" in seen
        assert "nobody will be arrested" not in seen
        assert "‖ paused" in await _press(pilot, "space")
        clock.now_s += 10.0
        assert "00:05 / 00:30" in await _press(pilot)
        assert "▶ playing" in await _press(pilot, "f9")


async def test_it_steps_by_utterance_and_jumps_to_flags(guidance: Guidance) -> None:
    async with _app(guidance, HandClock()).run_test(size=(120, 40)) as pilot:
        await _press(pilot, "space")
        assert "00:00 /" in await _press(pilot, "right")
        assert "00:04 /" in await _press(pilot, "right")
        assert "00:07 /" in await _press(pilot, "right")
        assert "00:04 /" in await _press(pilot, "left")
        seen = await _press(pilot, "n")
        assert "00:13 /" in seen
        assert "⟦" not in seen
        assert "there is no flag that way" in await _press(pilot, "f6")
        seen = await _press(pilot, "right", "right")
        assert "⟦" in seen  # past the words, their flag stands in the transcript
        assert "00:13 /" in await _press(pilot, "p")
        assert "00:00 /" in await _press(pilot, "home")


async def test_the_pace_is_shown_and_changed(guidance: Guidance) -> None:
    async with _app(guidance, HandClock()).run_test(size=(120, 40)) as pilot:
        assert "1×" in await _press(pilot)
        assert "1.25×" in await _press(pilot, "plus")
        assert "0.75×" in await _press(pilot, "minus", "f7")
        assert "4×" in await _press(pilot, *["f12"] * 9)


async def test_no_key_changes_what_was(guidance: Guidance) -> None:
    clock = HandClock()
    async with _app(guidance, clock).run_test(size=(120, 40)) as pilot:
        clock.now_s += 10.0
        await _press(pilot, "space")
        app = pilot.app
        assert isinstance(app, TrainingApp)
        rows, verified = list(app.call_screen.view.rows), app.call_screen.view.verified
        await _press(pilot, "v", "t", "d", "h", "m", "1", "!")
        assert list(app.call_screen.view.rows) == rows
        assert app.call_screen.view.verified is verified


async def test_the_end_is_said_and_space_begins_again(guidance: Guidance) -> None:
    clock = HandClock()
    async with _app(guidance, clock).run_test(size=(120, 40)) as pilot:
        clock.now_s += 99.0
        seen = await _press(pilot)
        assert "■ at the end" in seen
        assert "00:30 / 00:30" in seen
        assert "00:00 / 00:30" in await _press(pilot, "space")


async def test_help_law_and_leaving(guidance: Guidance) -> None:
    clock = HandClock()
    app = _app(guidance, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        assert "what the agent saw at that moment" in (await _press(pilot, "f1")).replace("\n", "")
        await _press(pilot, "escape")
        clock.now_s += 20.0
        await _press(pilot)
        assert "15 USC 1692e" in await _press(pilot, "f8")
        await _press(pilot, "escape")
        await pilot.press("q")
    assert app.return_value == 0


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("interface", ["en", "zh-TW", "zh-CN"])
async def test_every_size_and_language(
    guidance: Guidance, size: tuple[int, int], interface: str
) -> None:
    clock = HandClock()
    async with _app(guidance, clock, interface).run_test(size=size) as pilot:
        clock.now_s += 20.0
        seen = await _press(pilot)
        text = Interface(interface).text
        assert text("playing") in seen.splitlines()[-2]
        assert "⚠" in seen.splitlines()[-2]
        assert text("next flag") in seen.splitlines()[-1]


@pytest.mark.parametrize(
    ("key", "character", "command"),
    [
        ("n", "n", TrainingCommand.FLAG_ON),
        ("fullwidth", "ｎ", TrainingCommand.FLAG_ON),
        ("bopomofo", "ㄣ", TrainingCommand.FLAG_BACK),
        ("ideographic_space", "\u3000", TrainingCommand.PLAY),
        ("fullwidth_plus", "＋", TrainingCommand.FASTER),
        ("f7", None, TrainingCommand.SLOWER),
        ("g", "g", None),
        ("f11", None, None),
    ],
)
def test_keys_are_read_through_input_methods(
    key: str, character: str | None, command: TrainingCommand | None
) -> None:
    assert read_training_key(key, character) is command


def test_notices_are_in_the_catalogues() -> None:
    for tag in ("zh-TW", "zh-CN"):
        assert Interface(tag).text(NOW_RULES) != NOW_RULES


def test_a_missing_call_is_named(tmp_path: Path) -> None:
    from assistant.record.faults import UnknownCall
    from assistant.record.locations import Locations
    from assistant.training_app import run_train_replay

    with pytest.raises(UnknownCall, match="'none'"):
        run_train_replay(Locations(tmp_path), "none", interface="en")


@pytest.mark.parametrize("interface", ["en", "zh-TW", "zh-CN"])
async def test_a_small_screen_shows_notices_whole_and_the_way_out(
    guidance: Guidance, interface: str
) -> None:
    clock = HandClock()
    app = _app(guidance, clock, interface)
    text = Interface(interface).text
    notice = " · ".join((text(CUT_OFF), text(NOW_RULES)))
    async with app.run_test(size=(80, 24)) as pilot:
        app.training.tell(Run(notice, Tone.MUTED))
        await pilot.pause()
        seen = await _press(pilot)
        assert "".join(notice.split()) in "".join(seen.split())
        clock.now_s += 99.0
        seen = await _press(pilot, "end")
        assert f"{text('at the end')} " in seen
        assert "end3" not in seen
        assert text("The call goes on.") not in seen
        for key in (" F1 ", " q "):
            assert key in seen.splitlines()[-1]
