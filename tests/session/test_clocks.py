"""A machine that sleeps, a program that stands still, a clock that is set, in mid-call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.clock_watch import StandStill, StoodStill, WallWatch
from assistant.events import (
    AudioGap,
    ClockChanged,
    ClockSet,
    Ended,
    FindingChanged,
    GapHeard,
    Input,
    Output,
    Started,
    UtteranceFinal,
)
from assistant.pacing import Pacer
from assistant.pipeline import CallRun, Delivery
from assistant.speech.no_sound import CLOCK_HZ, ClockSource, DeafModel
from assistant.speech.recording import Chunk
from tests.session.conftest import RATE_HZ, final, guidance, opened, started


@pytest.mark.parametrize(
    ("readings", "seen"),
    [
        ([(0.1, 0.1), (0.2, 0.2)], [StoodStill(), StoodStill()]),
        ([(0.1, 20.1), (0.2, 20.2)], [StoodStill(20.0, 0.0), StoodStill()]),
        ([(20.1, 20.1), (20.2, 20.2)], [StoodStill(0.0, 20.1), StoodStill()]),
        ([(3.1, 33.1), (3.2, 33.2)], [StoodStill(30.0, 3.1), StoodStill()]),
        ([(1.9, 3.8)], [StoodStill()]),  # a busy machine
        ([(0.1, 1.1), (0.2, 2.2), (0.3, 3.3)], [StoodStill(), StoodStill(), StoodStill(3.0, 0.0)]),
    ],
)
def test_sleep_and_standing_still_are_told_apart(
    readings: list[tuple[float, float]], seen: list[StoodStill]
) -> None:
    watch = StandStill(0.0, 0.0)
    found = [watch.look(*reading) for reading in readings]
    assert [(round(f.asleep_s, 6), round(f.stood_s, 6)) for f in found] == [
        (s.asleep_s, s.stood_s) for s in seen
    ]


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5_000)), max_size=20))
def test_no_sleep_is_lost_or_told_twice(steps: list[tuple[float, float]]) -> None:
    watch = StandStill(0.0, 0.0)
    monotonic_s = slept_s = told_s = 0.0
    for runs_s, sleeps_s in steps:
        monotonic_s, slept_s = monotonic_s + runs_s, slept_s + sleeps_s
        told_s += watch.look(monotonic_s, monotonic_s + slept_s).asleep_s
    assert 0 <= slept_s - told_s + 1e-6 <= 2.0 + 1e-5


@pytest.mark.parametrize(
    ("set_by", "told"), [(3600, 3600), (-3600, -3600), (59, 0), (-1, 0), (86_400 * 30, 86_400 * 30)]
)
def test_a_wall_clock_that_was_set_is_told_once(set_by: float, told: float) -> None:
    watch = WallWatch(1_800_000_000.0, 50.0)
    assert watch.look(1_800_000_010.0, 60.0) == 0
    assert watch.look(1_800_000_020.0 + set_by, 70.0) == told
    assert watch.look(1_800_000_030.0 + set_by, 80.0) == 0
    assert watch.look(1_800_007_230.0 + set_by, 7_280.0) == 0, "two hours of sleep set no clock"


class Clocks:
    """Two clocks that a test moves."""

    def __init__(self) -> None:
        self.monotonic_s = 100.0
        self.asleep_s = 0.0

    def boottime(self) -> float:
        return self.monotonic_s + self.asleep_s


@pytest.mark.parametrize(("asleep_s", "stood_s"), [(30.0, 0.0), (0.0, 20.0), (600.0, 5.0)])
def test_without_sound_sleep_is_a_gap_of_its_length(asleep_s: float, stood_s: float) -> None:
    clocks = Clocks()
    given = iter(ClockSource(clock=lambda: clocks.monotonic_s, boottime=clocks.boottime))
    assert all(isinstance(item, Chunk) for item in islice(given, 5))
    clocks.asleep_s += asleep_s
    clocks.monotonic_s += stood_s
    lasted = round((asleep_s + stood_s) * CLOCK_HZ)
    assert next(given) == AudioGap(0, 5 * CLOCK_HZ // 10, lasted, "suspended")
    assert isinstance(next(given), Chunk)


class Sleepy(ClockSource):
    """A clock whose machine sleeps for an hour in the midst of the first second."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Chunk | AudioGap]:
        ticks = ClockSource.__iter__(self)
        yield from islice(ticks, 5)
        yield AudioGap(0, 500, 3_600_000, "suspended")
        yield from ticks


def run_of(
    source: ClockSource, clock_set: Callable[[], float], until: Callable[[Output], bool]
) -> list[Output]:
    told: list[Output] = []

    def deliver(delivery: Delivery) -> None:
        told.extend(envelope.event for envelope in delivery.envelopes)  # type: ignore[misc]
        if any(until(output) for output in told):
            run.stop("hung_up")

    run = CallRun(
        session=guidance().session(),
        call="c",
        begin=started,
        source=source,
        load=DeafModel,
        pacer=Pacer(None, lambda: 0.0),
        deliver=deliver,
        clock=lambda: 0.0,
        clock_set=clock_set,
    )
    run.run()
    return told


def test_a_call_that_the_machine_slept_over_ends_where_it_fell_asleep() -> None:
    told = run_of(Sleepy(), lambda: 0.0, lambda _output: False)
    (gap,) = [each for each in told if isinstance(each, GapHeard)]
    assert (gap.start_s, gap.duration_s, gap.reason) == (0.5, 3600.0, "suspended")
    ended = told[-1]
    assert isinstance(ended, Ended)
    assert ended.reason == "suspended"
    assert ended.duration_s < 60


def test_a_clock_that_is_set_in_mid_call_moves_no_time_of_it() -> None:
    steps = iter([0.0, -3600.04])
    told = run_of(
        ClockSource(), lambda: next(steps, 0.0), lambda output: isinstance(output, ClockChanged)
    )
    (changed,) = [each for each in told if isinstance(each, ClockChanged)]
    assert changed.seconds == -3600.0
    begun, ended = told[0], told[-1]
    assert isinstance(begun, Started)
    assert begun.start == started()
    assert isinstance(ended, Ended)
    assert 0 < changed.call_s <= ended.duration_s < 60


def test_the_same_is_found_whatever_the_clock_does() -> None:
    before: list[Input] = [started(), *opened()]
    said = final(0, 3 * RATE_HZ, "you will be arrested for this")
    found = []
    for events in ([*before, said], [*before, ClockSet(RATE_HZ, 3600.0), said]):
        machine = guidance().session()
        outputs = [output for event in events for output in machine.receive(event)]
        found.append([o for o in outputs if isinstance(o, UtteranceFinal | FindingChanged)])
    assert found[0] == found[1] != []
