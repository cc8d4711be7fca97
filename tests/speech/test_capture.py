"""Live capture with simulated devices on a virtual clock: where sound lands, and what is a gap."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pytest

from assistant.events import AudioGap, DriftMeasured
from assistant.speech.capture import Item, LiveSource
from assistant.speech.desk import Wanted, wanted_channels
from assistant.speech.devices import InputDevice
from assistant.speech.recording import Chunk
from assistant.speech.tap import Reader
from compliance.errors import MissingPart
from compliance.transcript import Speaker

RATE_HZ = 8_000
MIC = InputDevice("mic", "Microphone", "simulated", 1, RATE_HZ)
HEADSET = InputDevice("headset", "Headset monitor", "simulated", 1, RATE_HZ, monitor=True)
STEREO = InputDevice("line", "Line", "simulated", 2, RATE_HZ)


@dataclass(slots=True)
class World:
    """A clock that moves when somebody sleeps, and what happens meanwhile."""

    now_s: float = 1000.0
    asleep_s: float = 0.0
    _due: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _count: Iterator[int] = field(default_factory=itertools.count)

    def at(self, at_s: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._due, (at_s, next(self._count), what))

    def sleep(self, seconds: float) -> None:
        until_s = self.now_s + seconds
        while self._due and self._due[0][0] <= until_s:
            self.now_s, _, what = heapq.heappop(self._due)
            what()
        self.now_s = until_s

    def clock(self) -> float:
        return self.now_s

    def boottime(self) -> float:
        return self.now_s + self.asleep_s


class Device:
    """A device whose sample n is n // 8, modulo 10,000, plus 1: the place tells the time.

    `ppm` is how fast its clock is; `buffer_s` what it gives at once; `frozen` gives nothing and
    loses it, `held` gives nothing and everything afterwards; `there` is whether it can be opened.
    """

    def __init__(self, world: World, device: InputDevice, *, buffer_s: float = 0.02) -> None:
        self.device = device
        self.rate_hz = device.rate_hz
        self.channels = device.channels
        self.ppm = 0.0
        self.frozen = self.held = self.silent = False
        self.there = True
        self.moved_to: InputDevice | None = None
        self.tried_s = 0.0
        self.gone = False
        self.opened = False
        self._given = False
        self._buffer_s = buffer_s
        self._world = world
        self._readers: list[Reader] = []
        self._born_s = self._since_s = world.now_s
        self._round()

    @property
    def running(self) -> bool:
        return self.opened and self._given

    def reader(self) -> Reader:
        made = Reader()
        self._readers.append(made)
        return made

    def open(self) -> None:
        self.close()
        if not self.there:
            raise MissingPart("it cannot be opened", "Plug it in.")
        self.opened = True
        self._since_s = self._world.now_s

    def close(self) -> None:
        self.opened = self._given = False

    def is_itself(self) -> bool:
        return self.opened and self.there

    def moved(self) -> bool:
        if self.moved_to is None:
            return False
        self.device, self.moved_to = self.moved_to, None
        return True

    def _round(self) -> None:
        self._world.at(self._world.now_s + self._buffer_s, self._round)
        if not self.opened or self.held or not self.there:
            return
        rate_hz = self.rate_hz * (1 + self.ppm / 1e6)
        now_s = self._world.now_s
        first, last = (round((at_s - self._born_s) * rate_hz) for at_s in (self._since_s, now_s))
        self._since_s = now_s
        if self.frozen or last <= first:
            return
        places = np.arange(first, last)
        column = np.zeros_like(places) if self.silent else places // 8 % 10_000 + 1
        frames = np.stack([column + 10_000 * side for side in range(self.channels)], axis=1)
        self._given = True
        for reader in self._readers:
            reader.put(frames.astype("<i2").tobytes(), 60 * 2 * self.rate_hz, lost=False)


@dataclass(slots=True)
class Desk:
    """A source over simulated devices, and what it gave."""

    world: World
    source: LiveSource
    devices: dict[str, Device]
    notices: list[str]
    items: list[Item] = field(default_factory=list)

    def run(self, seconds: float) -> None:
        ends_s = self.world.now_s + seconds
        self.world.at(ends_s, self.source.stop)
        self.items = list(self.source)

    def sound(self, channel: int) -> npt.NDArray[np.int16]:
        chunks = [x for x in self.items if isinstance(x, Chunk) and x.channel == channel]
        starts = [chunk.start_sample for chunk in chunks]
        assert starts == list(range(0, len(chunks) * RATE_HZ // 10, RATE_HZ // 10))
        return np.concatenate([np.frombuffer(chunk.pcm, "<i2") for chunk in chunks])

    def gaps(self, channel: int) -> list[tuple[float, float, str]]:
        """Start and length in seconds, and why; a gap told in pieces is one."""
        found: list[tuple[float, float, str]] = []
        for gap in self.items:
            if not isinstance(gap, AudioGap) or gap.channel != channel:
                continue
            start_s, long_s = gap.sample / RATE_HZ, gap.samples / RATE_HZ
            if found and found[-1][2] == gap.reason and sum(found[-1][:2]) == start_s:
                found[-1] = (found[-1][0], found[-1][1] + long_s, gap.reason)
            else:
                found.append((start_s, long_s, gap.reason))
        return found

    def begun(self) -> float:
        """The device's second at the call's beginning, from the first sample of channel 0."""
        return (int(self.sound(0)[0]) - 1) / 1000

    def offsets(self, channel: int) -> npt.NDArray[np.float64]:
        """By how many seconds each sample is later in the device's time than in the call's."""
        sound = self.sound(channel)
        place = np.arange(len(sound)) / RATE_HZ
        said = (sound.astype(np.float64) - 1) / 1000 - self.begun()
        heard: npt.NDArray[np.float64] = (said - place)[sound > 0]
        return (heard + 5) % 10 - 5


def desk(
    wanted: Sequence[Wanted] = wanted_channels(MIC, HEADSET), *, buffer_s: float = 0.02
) -> Desk:
    world = World()
    devices: dict[str, Device] = {}
    notices: list[str] = []

    def tap(device: InputDevice, _frames: int) -> Device:
        devices[device.name] = Device(world, device, buffer_s=buffer_s)
        return devices[device.name]

    source = LiveSource(
        wanted,
        rate_hz=RATE_HZ,
        clock=world.clock,
        boottime=world.boottime,
        sleep=world.sleep,
        notice=notices.append,
        tap=tap,
    )
    return Desk(world, source, devices, notices)


@pytest.mark.parametrize("buffer_s", [0.02, 0.2, 0.435])
def test_everything_is_captured_whatever_the_buffers(buffer_s: float) -> None:
    live = desk(buffer_s=buffer_s)
    live.run(60)
    for channel in (0, 1):
        assert live.gaps(channel) == []
        assert len(live.sound(channel)) >= (60 - 3 * buffer_s - 0.2) * RATE_HZ
        assert np.abs(live.offsets(channel)).max() < 0.003
    assert live.source.lost_by_reason == {}
    assert live.notices == []


def test_a_source_that_was_not_looked_at_loses_nothing() -> None:
    live = desk()
    taken = iter(live.source)
    live.items += itertools.islice(taken, 40)
    live.world.sleep(20)  # whoever takes the chunks was busy
    live.world.at(live.world.now_s + 10, live.source.stop)
    live.items += taken
    assert live.gaps(0) == live.gaps(1) == []
    assert len(live.sound(0)) >= 31.5 * RATE_HZ
    assert np.abs(live.offsets(1)).max() < 0.003


def test_what_is_lost_while_the_program_stood_still_is_laid_to_no_device() -> None:
    live = desk()
    taken = iter(live.source)
    live.items += itertools.islice(taken, 40)
    for device in live.devices.values():
        device.frozen = True  # a sound server that keeps nothing for a program that is stopped
    live.world.sleep(20)
    for device in live.devices.values():
        live.world.at(live.world.now_s + 2, lambda one=device: setattr(one, "frozen", False))  # type: ignore[misc]
    live.world.at(live.world.now_s + 30, live.source.stop)
    live.items += taken
    assert live.notices == []
    for channel in (0, 1):
        ((_, long_s, reason),) = live.gaps(channel)
        assert reason == "suspended"
        assert long_s == pytest.approx(22, abs=0.4)
        assert np.abs(live.offsets(channel)[-10 * RATE_HZ :]).max() < 0.06


@pytest.mark.parametrize("channel", [0, 1])
@pytest.mark.parametrize("lost_s", [0.3, 1.0, 4.0])
def test_what_a_device_lost_is_a_gap_and_the_rest_stays_in_its_place(
    channel: int, lost_s: float
) -> None:
    live = desk()
    device = live.devices[("mic", "headset")[channel]]
    live.world.at(1010, lambda: setattr(device, "frozen", True))
    live.world.at(1010 + lost_s, lambda: setattr(device, "frozen", False))
    live.run(40)
    ((start_s, long_s, reason),) = live.gaps(channel)
    assert long_s == pytest.approx(lost_s, abs=0.06)
    assert reason == ("stalled" if lost_s > 2 else reason)
    assert 9 < start_s < 15
    assert live.gaps(1 - channel) == []
    assert np.abs(live.offsets(channel)[-10 * RATE_HZ :]).max() < 0.06
    assert np.abs(live.offsets(1 - channel)).max() < 0.06


@pytest.mark.parametrize("late_s", [0.3, 1.0, 1.4])
def test_what_comes_late_is_no_loss(late_s: float) -> None:
    live = desk()
    device = live.devices["headset"]
    live.world.at(1010, lambda: setattr(device, "held", True))
    live.world.at(1010 + late_s, lambda: setattr(device, "held", False))
    live.run(30)
    assert live.gaps(0) == live.gaps(1) == []
    assert np.abs(live.offsets(1)).max() < 0.003


def test_what_comes_much_too_late_is_told_once_and_the_rest_is_in_its_place() -> None:
    live = desk()
    device = live.devices["headset"]
    live.world.at(1010, lambda: setattr(device, "held", True))
    live.world.at(1014, lambda: setattr(device, "held", False))
    live.run(30)
    ((_, long_s, reason),) = live.gaps(1)
    assert reason == "stalled"
    assert 2 < long_s < 4.1
    assert np.abs(live.offsets(1)).max() < 0.06
    assert live.gaps(0) == []


@pytest.mark.parametrize("ppm", [-300.0, -60.0, 80.0, 300.0])
def test_two_clocks_are_kept_in_step_and_their_drift_is_told(ppm: float) -> None:
    live = desk()
    live.devices["mic"].ppm = 50.0  # the call's clock is the microphone's
    live.devices["headset"].ppm = 50.0 + ppm
    live.run(600)
    assert live.gaps(0) == live.gaps(1) == []
    told = [item for item in live.items if isinstance(item, DriftMeasured)]
    assert len(told) > 10
    assert {item.channel for item in told} == {1}
    assert told[-1].ppm == pytest.approx(ppm, abs=15)
    # Where they are apart: the two devices' samples that are given for the same moment.
    apart = live.offsets(1)[-RATE_HZ:] - live.offsets(0)[-RATE_HZ:]
    elapsed = 600 * ppm / 1e6  # the headset's own count has run away by so much
    assert np.abs(apart - elapsed).max() < 0.05


def test_a_device_that_is_pulled_out_comes_back_into_its_place() -> None:
    live = desk()
    device = live.devices["headset"]
    live.world.at(1010, lambda: setattr(device, "there", False))
    live.world.at(1030, lambda: setattr(device, "there", True))
    live.run(60)
    ((start_s, long_s, reason),) = live.gaps(1)
    assert reason == "device_lost"
    assert start_s == pytest.approx(10, abs=0.2)
    assert 20 <= long_s < 23.5
    assert live.gaps(0) == []
    assert np.abs(live.offsets(1)).max() < 0.06
    assert live.notices == [
        "Headset monitor (headset) is gone: the call goes on, that side is not heard.",
        "Headset monitor (headset) is back.",
    ]
    assert live.source.lost_by_reason == {"device_lost": round(long_s * RATE_HZ)}


def test_a_stream_that_was_moved_is_followed_and_told_once() -> None:
    live = desk()
    device = live.devices["mic"]
    live.world.at(1010, lambda: setattr(device, "moved_to", STEREO))
    live.run(30)
    assert live.notices == [
        "Microphone (mic) was exchanged in a mixer: from here on Line (line) is heard."
    ]
    assert live.gaps(0) == live.gaps(1) == []


def test_a_long_gap_is_told_while_it_lasts() -> None:
    live = desk()
    live.world.at(1010, lambda: setattr(live.devices["mic"], "there", False))
    live.run(40)
    assert live.items.index(next(x for x in live.items if isinstance(x, AudioGap))) < 2 * 140
    ((start_s, long_s, _),) = live.gaps(0)
    assert start_s + long_s == pytest.approx(len(live.sound(0)) / RATE_HZ)


def test_both_devices_may_go_and_the_clock_leads() -> None:
    live = desk()
    for device in live.devices.values():
        live.world.at(1010, lambda gone=device: setattr(gone, "there", False))  # type: ignore[misc]
    live.run(40)
    assert len(live.sound(0)) == pytest.approx(40 * RATE_HZ, abs=2 * RATE_HZ)
    assert [gap[2] for gap in live.gaps(0) + live.gaps(1)] == ["device_lost"] * 2


def test_a_pause_is_a_gap_and_nothing_of_it_is_captured() -> None:
    live = desk()
    opened: list[bool] = []
    live.world.at(1010, live.source.mute)
    live.world.at(1015, lambda: opened.extend(tap.opened for tap in live.devices.values()))
    live.world.at(1020, live.source.unmute)
    live.run(40)
    assert opened == [False, False]
    for channel in (0, 1):
        ((start_s, long_s, reason),) = live.gaps(channel)
        assert reason == "paused"
        assert start_s == pytest.approx(10, abs=0.25)
        assert long_s == pytest.approx(10, abs=0.3)
        paused = live.sound(channel)[round((start_s + 0.01) * RATE_HZ) :][: 9 * RATE_HZ]
        assert not paused.any()
        assert np.abs(live.offsets(channel)).max() < 0.06
    assert live.notices == []


@pytest.mark.parametrize("asleep_s", [5.0, 600.0])
def test_a_suspended_machine_leaves_a_gap_of_its_length(asleep_s: float) -> None:
    live = desk()
    live.world.at(1010, lambda: setattr(live.world, "asleep_s", asleep_s))
    live.run(30)
    assert live.notices == []
    for channel in (0, 1):
        ((_, long_s, reason),) = live.gaps(channel)
        assert reason == "suspended"
        assert long_s == pytest.approx(asleep_s, abs=0.4)
    assert len(live.sound(0)) == pytest.approx((30 + asleep_s) * RATE_HZ, rel=0.03)


def test_a_call_that_the_machine_slept_over_ends_with_a_gap_of_the_real_length() -> None:
    live = desk()
    live.world.at(1010, lambda: setattr(live.world, "asleep_s", 7_200.0))
    live.run(30)
    for channel in (0, 1):
        ((start_s, long_s, reason),) = live.gaps(channel)
        assert reason == "suspended"
        assert start_s == pytest.approx(10, abs=0.3)
        assert long_s == pytest.approx(7_200, abs=0.4)
        assert len(live.sound(channel)) == pytest.approx(10 * RATE_HZ, abs=0.4 * RATE_HZ)


def test_a_device_that_gives_nothing_from_the_start_takes_nothing_from_the_others() -> None:
    live = desk()
    live.devices["headset"].frozen = True
    live.run(30)
    assert len(live.sound(0)) >= 29.8 * RATE_HZ
    assert live.gaps(0) == []
    assert sum(gap[1] for gap in live.gaps(1)) == pytest.approx(len(live.sound(1)) / RATE_HZ)
    assert live.notices == [
        "Headset monitor (headset) gives no sound: the call goes on, that side is not heard."
    ]


@pytest.mark.parametrize(("silent", "told"), [("headset", True), ("mic", False)])
def test_a_customers_channel_without_any_sound_is_told_once(silent: str, *, told: bool) -> None:
    live = desk()
    live.devices[silent].silent = True
    live.run(90)
    line = (
        "Nothing has been heard from the customer's channel for 20 s: check that the headset's"
        " sound is played on Headset monitor (headset)."
    )
    assert live.notices == ([line] if told else [])
    assert live.gaps(0) == live.gaps(1) == []


@pytest.mark.parametrize(
    ("agent", "customer", "mixed", "expected"),
    [
        (MIC, HEADSET, False, [(Speaker.AGENT, None), (Speaker.CUSTOMER, None)]),
        (STEREO, STEREO, False, [(Speaker.AGENT, 0), (Speaker.CUSTOMER, 1)]),
        (MIC, None, False, [(Speaker.AGENT, None)]),
        (STEREO, None, True, [(Speaker.UNKNOWN, None)]),
    ],
)
def test_every_kind_of_desk(
    agent: InputDevice,
    customer: InputDevice | None,
    *,
    mixed: bool,
    expected: list[tuple[Speaker, int | None]],
) -> None:
    wanted = wanted_channels(agent, customer, mixed=mixed)
    assert [(one.speaker, one.side) for one in wanted] == expected
    live = desk(wanted)
    live.run(5)
    assert [channel.speaker for channel in live.source.channels] == [row[0] for row in expected]
    for number, (_, side) in enumerate(expected):
        heard = live.sound(number).astype(int)
        assert live.gaps(number) == []
        # The device's channels lie 10,000 apart; a mixed line is halfway between them.
        shift = {None: 5_000 if agent is STEREO else 0, 0: 0, 1: 10_000}[side]
        assert np.all((heard >= shift - 1) & (heard <= shift + 10_001))


@pytest.mark.parametrize(
    ("agent", "customer", "says"),
    [
        (MIC, MIC, "Microphone has one channel"),
        (None, None, "no sound device was chosen"),
    ],
)
def test_desks_that_cannot_be(
    agent: InputDevice | None, customer: InputDevice | None, says: str
) -> None:
    with pytest.raises(MissingPart, match=says):
        wanted_channels(agent, customer)


def test_what_nobody_takes_is_bounded_and_counted() -> None:
    reader = Reader()
    for _ in range(10):
        reader.put(b"12345678", 40, lost=False)
    assert (len(reader.take()), reader.overflows) == (40, 5)
    reader.put(b"12345678", 40, lost=True)
    assert (reader.take(), reader.overflows) == (b"12345678", 6)
