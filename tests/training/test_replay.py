"""Playing a kept call again: what is seen is exactly what was seen then."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.events import (
    SCHEMA,
    Envelope,
    FindingChanged,
    Input,
    Output,
    UtteranceFinal,
)
from assistant.guidance import Guidance
from assistant.speech.playback import Player
from assistant.training.plan import plan_replay
from assistant.training.replay import SPEEDS, Replay, Shown, Voice, outputs_of
from compliance.findings import Status
from tests.training.calls import RATE_HZ, HandClock, Hush, Stream, inputs, listen


def _replay(guidance: Guidance, clock: HandClock, voice: Voice | None = None) -> Replay:
    stored = inputs()
    outputs = outputs_of(stored, guidance.session())
    found = {o.finding.id: o for o in outputs if isinstance(o, FindingChanged)}
    plan = plan_replay(
        [Envelope(SCHEMA, "c1", seq, event) for seq, event in enumerate(stored)],
        [output for output in outputs if isinstance(output, UtteranceFinal)],
        list(found.values()),
    )
    return Replay(
        plan,
        call="c1",
        session=guidance.session(),
        now=clock,
        voice=voice,
        rate_hz=RATE_HZ,
    )


class Screen:
    """Remembers what it was told to show, as a screen does."""

    def __init__(self) -> None:
        self.seen: list[object] = []

    def take(self, shown: Shown | None) -> None:
        if shown is None:
            return
        if shown.afresh:
            self.seen.clear()
        self.seen += [envelope.event for envelope in shown.envelopes]


def _then(guidance: Guidance, some: Sequence[Input]) -> list[Output]:
    """What a new session answers to these inputs."""
    return list(outputs_of(some, guidance.session()))


@pytest.mark.parametrize("speed", SPEEDS)
def test_playing_through_shows_the_call(guidance: Guidance, speed: float) -> None:
    clock, screen = HandClock(), Screen()
    replay = _replay(guidance, clock)
    replay.set_speed(speed)
    replay.play()
    ticks = 0
    while not replay.over:
        clock.now_s += 0.05
        screen.take(replay.tick())
        ticks += 1
    assert screen.seen == _then(guidance, inputs())
    assert ticks * 0.05 * speed == pytest.approx(30.0, abs=0.25)
    assert not replay.playing


def test_it_begins_with_what_was_there_before_the_sound(guidance: Guidance) -> None:
    screen = Screen()
    replay = _replay(guidance, HandClock())
    replay.play()
    screen.take(replay.tick())
    assert screen.seen == _then(guidance, inputs()[:3])


def test_a_pause_stands_still(guidance: Guidance) -> None:
    clock = HandClock()
    replay = _replay(guidance, clock)
    replay.play()
    clock.now_s += 5.0
    replay.tick()
    replay.pause()
    clock.now_s += 60.0
    assert replay.position_s == pytest.approx(5.0)
    assert replay.tick().envelopes == ()
    replay.play()
    clock.now_s += 1.0
    assert replay.position_s == pytest.approx(6.0)


def test_the_pace_changes_without_a_jump(guidance: Guidance) -> None:
    clock = HandClock()
    replay = _replay(guidance, clock)
    replay.play()
    clock.now_s += 4.0
    replay.set_speed(2.0)
    assert replay.position_s == pytest.approx(4.0)
    clock.now_s += 1.0
    assert replay.position_s == pytest.approx(6.0)
    replay.change_speed(1)
    assert replay.speed == 3.0
    for _ in range(20):
        replay.change_speed(-1)
    assert replay.speed == 0.5
    replay.set_speed(99.0)
    assert replay.speed == 4.0


def test_a_jump_to_the_flag_shows_the_moment_before_it(guidance: Guidance) -> None:
    screen = Screen()
    replay = _replay(guidance, HandClock())
    screen.take(replay.jump_to_flag(1))
    here_s = replay.position_s
    assert here_s in replay.plan.flags_s
    assert not any(
        isinstance(event, FindingChanged) and event.call_s > here_s for event in screen.seen
    )
    while (shown := replay.jump_to_flag(1)) is not None:
        screen.take(shown)
    assert replay.position_s == replay.plan.flags_s[-1]
    while (shown := replay.jump_to_flag(-1)) is not None:
        screen.take(shown)
    assert replay.position_s == replay.plan.flags_s[0]


_MOVES = st.one_of(
    st.tuples(st.just("seek"), st.floats(-5, 40)),
    st.tuples(st.just("step"), st.sampled_from([-1, 1])),
    st.tuples(st.just("flag"), st.sampled_from([-1, 1])),
    st.tuples(st.just("tick"), st.floats(0, 6)),
    st.tuples(st.just("speed"), st.sampled_from([-1, 1])),
    st.tuples(st.just("pause"), st.just(0)),
    st.tuples(st.just("play"), st.just(0)),
)


@settings(max_examples=120, deadline=None)
@given(moves=st.lists(_MOVES, max_size=12))
def test_after_any_moves_the_screen_shows_that_moment(
    guidance: Guidance, moves: list[tuple[str, float]]
) -> None:
    clock, screen = HandClock(), Screen()
    replay = _replay(guidance, clock)
    for name, amount in moves:
        match name:
            case "seek":
                screen.take(replay.seek(amount))
            case "step":
                screen.take(replay.step(int(amount)))
            case "flag":
                screen.take(replay.jump_to_flag(int(amount)))
            case "speed":
                replay.change_speed(int(amount))
            case "pause":
                replay.pause()
            case "play":
                replay.play()
            case _:
                clock.now_s += amount
                screen.take(replay.tick())
        assert 0.0 <= replay.position_s <= replay.plan.duration_s
    screen.take(replay.tick())
    replay.pause()
    due = replay.plan.due(0, replay.position_s) if screen.seen else 0
    assert screen.seen == _then(guidance, inputs()[:due])


# ---- with sound --------------------------------------------------------------------------------


def _player(seconds: float) -> tuple[Player, Stream]:
    player = Player(Hush(seconds), device_rate_hz=RATE_HZ)
    stream = Stream()
    player.join(stream)
    return player, stream


def test_the_sound_leads(guidance: Guidance) -> None:
    player, stream = _player(30.0)
    clock = HandClock()
    replay = _replay(guidance, clock, player)
    replay.play()
    clock.now_s += 60.0
    assert replay.position_s == 0.0
    listen(player, 2.0)
    replay.tick()
    assert replay.position_s == pytest.approx(2.0, abs=0.06)
    replay.seek(10.0)
    assert replay.playing
    listen(player, 1.0)
    assert replay.position_s == pytest.approx(11.0, abs=0.06)
    replay.pause()
    listen(player, 1.0)
    assert replay.position_s == pytest.approx(11.0, abs=0.06)
    replay.close()
    assert stream.closed


def test_double_pace_is_twice_the_sound(guidance: Guidance) -> None:
    player, _stream = _player(30.0)
    replay = _replay(guidance, HandClock(), player)
    replay.set_speed(2.0)
    replay.play()
    listen(player, 3.0)
    assert replay.position_s == pytest.approx(6.0, abs=0.2)


def test_sound_that_ends_early_leaves_the_call_to_the_clock(guidance: Guidance) -> None:
    """A call that was cut off has more events than sound, or the other way round."""
    player, _stream = _player(4.0)
    clock = HandClock()
    replay = _replay(guidance, clock, player)
    replay.play()
    for _ in range(100):
        listen(player, 0.05)
        replay.tick()
    assert replay.position_s == pytest.approx(4.0, abs=0.1)
    clock.now_s += 30.0
    replay.tick()
    assert replay.over


def test_a_device_that_goes_away_leaves_the_call_to_the_clock(guidance: Guidance) -> None:
    player, stream = _player(30.0)
    clock = HandClock()
    replay = _replay(guidance, clock, player)
    replay.play()
    listen(player, 3.0)
    stream.active = False
    replay.tick()
    assert stream.closed
    clock.now_s += 2.0
    assert replay.position_s == pytest.approx(5.0, abs=0.1)
    replay.seek(1.0)
    clock.now_s += 1.0
    assert replay.position_s == pytest.approx(2.0, abs=0.01)


def test_the_invented_call_has_the_breach_and_not_the_near_miss(guidance: Guidance) -> None:
    outputs = _then(guidance, inputs())
    last = {o.finding.id: o.finding for o in outputs if isinstance(o, FindingChanged)}
    standing = [finding for finding in last.values() if finding.status is Status.CONFIRMED]
    assert any(finding.family == "false_arrest" for finding in standing)
    assert not any(finding.utterance_index == 2 for finding in standing)
