"""The schedule on a clock of our own; nothing here waits for real time."""

from __future__ import annotations

import threading

import pytest

from assistant.pacing import Pacer


class Clock:
    """A clock that the test moves; every look at it moves it on by `step_s`."""

    def __init__(self, step_s: float = 0.0) -> None:
        self.now_s = 100.0
        self.step_s = step_s

    def __call__(self) -> float:
        self.now_s += self.step_s
        return self.now_s


def test_sound_is_due_at_its_own_pace() -> None:
    clock = Clock(step_s=0.05)
    pacer = Pacer(1.0, clock)
    start_s = pacer.start()
    due = [pacer.wait(call_s) for call_s in (0.0, 0.1, 0.2)]
    assert due == [pytest.approx(start_s + call_s) for call_s in (0.0, 0.1, 0.2)]
    assert clock.now_s >= start_s + 0.2


@pytest.mark.parametrize(("speed", "due_s"), [(0.5, 4.0), (1.0, 2.0), (4.0, 0.5)])
def test_speed_divides_time(speed: float, due_s: float) -> None:
    clock = Clock()
    pacer = Pacer(speed, clock)
    start_s = pacer.start()
    clock.now_s += 10
    assert pacer.wait(2.0) == pytest.approx(start_s + due_s)


def test_max_never_waits() -> None:
    clock = Clock()
    pacer = Pacer(None, clock)
    pacer.start()
    assert not pacer.paced
    assert pacer.wait(7200.0) == clock.now_s


def test_a_new_speed_counts_from_now_on() -> None:
    clock = Clock()
    pacer = Pacer(1.0, clock)
    start_s = pacer.start()
    clock.now_s += 2
    pacer.change_speed(4.0)
    clock.now_s += 10
    assert pacer.wait(6.0) == pytest.approx(start_s + 3.0)


def test_a_pause_moves_everything_after_it() -> None:
    clock = Clock()
    pacer = Pacer(1.0, clock)
    start_s = pacer.start()
    clock.now_s += 2
    pacer.pause()
    clock.now_s += 60
    pacer.resume()
    clock.now_s += 10
    assert pacer.wait(5.0) == pytest.approx(start_s + 65.0)


def test_stopping_releases_whoever_waits() -> None:
    clock = Clock()
    pacer = Pacer(1.0, clock)
    pacer.start()
    pacer.pause()
    answers: list[float | None] = []
    waiting = threading.Thread(target=lambda: answers.append(pacer.wait(1.0)))
    waiting.start()
    pacer.stop()
    waiting.join(10)
    assert answers == [None]


def test_a_speed_must_be_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        Pacer(0.0, Clock())
