"""Live sound from devices, as a source that the pipeline takes like a recording.

Owns the streams and the one timeline that they share: channel 0's clock, in blocks of 100 ms.  A
callback copies and counts, nothing else.  What did not come is silence in the timeline and a gap
that says why: `overrun` (lost on the way), `stalled` (the device runs and gives nothing),
`device_lost`, `paused`, `suspended`.  A device that is gone is looked for while the call goes on.
A second device's clock is measured against the first and kept in step sample by sample.  It starts
no thread but those of the sound library, recognises nothing and keeps nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from assistant.clock_watch import LONGEST_ASLEEP_S, StandStill, boottime
from assistant.events import AudioGap, DriftMeasured
from assistant.interface_text import N_, Told
from assistant.speech.desk import Wanted
from assistant.speech.devices import InputDevice
from assistant.speech.line import BLOCK_S, Feed, Line
from assistant.speech.recording import Chunk, SourceChannel
from assistant.speech.tap import Tap
from compliance.errors import AssistantError
from compliance.transcript import Speaker

_GRACE_S = 1.5  # how late sound may come before silence takes its place
_FIRST_S = 3.0  # how long a device may take for its first sound
_LOOK_S = 0.01  # how often the streams are looked at
_AGAIN_S = 2.0  # between two attempts to open a device that is gone
_ALIVE_S = 1.0  # between two looks whether a device is still itself
_DRIFT_S = 30.0  # between two tellings of a clock against the other
_STEER_S = 0.0001  # that the call's clock follows channel 0's by, a block at most: 1,000 ppm
_STALLED_S = 5.0  # after which a device that gives nothing is opened anew
_STOOD_S = 10.0  # for so long after the program stood still, what is missing is laid to that
_SILENT_S = 20.0  # a customer's channel without any sound for so long is told once

GONE = N_("{device} is gone: the call goes on, that side is not heard.")
NO_SOUND = N_("{device} gives no sound: the call goes on, that side is not heard.")
BACK = N_("{device} is back.")
MOVED = N_("{was} was exchanged in a mixer: from here on {device} is heard.")
SILENT = N_(
    "Nothing has been heard from the customer's channel for {seconds} s: check that the headset's"
    " sound is played on {device}."
)

Item = Chunk | AudioGap | DriftMeasured


class Device(Feed, Protocol):
    """What a source needs of a device beside its sound; `Tap` is the real one."""

    device: InputDevice
    tried_s: float
    gone: bool

    @property
    def opened(self) -> bool: ...

    def open(self) -> None: ...

    def close(self) -> None: ...

    def is_itself(self) -> bool: ...

    def moved(self) -> bool: ...


class LiveSource:
    """Devices as a source of sound; iterate once, in one thread, until `stop`.

    The devices are open from here on, so that a call's first word is not lost to their opening;
    what comes before the iteration is dropped.  `close` one that is never iterated.

    Args:
        wanted: the channels, channel 0 first: its clock is the call's.
        rate_hz: samples a second of the chunks; the recogniser's rate.
        clock: monotonic seconds.
        notice: told one line when a device goes or comes back, or nothing is heard from one.
        block_frames: frames a callback is given, 0 for what the device likes.
        boottime: seconds that go on while the machine is suspended.
        sleep: waits for so many seconds.
        tap: makes what captures from a device.

    Raises:
        MissingPart: a device cannot be opened.
    """

    live = True

    def __init__(
        self,
        wanted: Sequence[Wanted],
        *,
        rate_hz: int,
        clock: Callable[[], float] = time.monotonic,
        notice: Callable[[str], None] = lambda _line: None,
        block_frames: int = 0,
        boottime: Callable[[], float] = boottime,
        sleep: Callable[[float], None] = time.sleep,
        tap: Callable[[InputDevice, int], Device] = Tap,
    ) -> None:
        self._wanted = tuple(wanted)
        self.rate_hz = rate_hz
        self._clock = clock
        self._notice = notice
        self._boottime = boottime
        self._sleep = sleep
        devices = list(dict.fromkeys(one.device for one in wanted))
        self._taps = {device.name: tap(device, block_frames) for device in devices}
        self._lines = [
            Line(number, one.speaker, self._taps[one.device.name], one.side, rate_hz)
            for number, one in enumerate(self._wanted)
        ]
        self._muted = False
        self._stopped = False
        self._told_silent = False
        try:
            for each in self._taps.values():
                each.open()  # what is wrong is told before the call begins
        except AssistantError:
            self.close()
            raise

    @property
    def channels(self) -> tuple[SourceChannel, ...]:
        """The channels; a chunk's `channel` counts them from 0."""
        return tuple(SourceChannel(one.name, one.speaker, self.rate_hz) for one in self._wanted)

    @property
    def lost_samples(self) -> int:
        """None: what a device did not give is told as gaps while the call runs."""
        return 0

    @property
    def lost_by_reason(self) -> dict[str, int]:
        """Samples that were not captured, all channels together, by why."""
        lost: dict[str, int] = {}
        for line in self._lines:
            for reason, samples in line.lost.items():
                lost[reason] = lost.get(reason, 0) + samples
        return lost

    @property
    def muted(self) -> bool:
        """Whether nothing is captured now."""
        return self._muted

    def mute(self) -> None:
        """Close the devices; what is said is not captured, and marked as a pause."""
        self._muted = True

    def unmute(self) -> None:
        """Listen again."""
        self._muted = False

    def stop(self) -> None:
        """End the iteration after the block under way."""
        self._stopped = True

    def close(self) -> None:
        """Close the devices; an iteration does so at its end."""
        for tap in self._taps.values():
            tap.close()

    def __iter__(self) -> Iterator[Item]:
        try:
            yield from self._captured()
        finally:
            self.close()

    def _captured(self) -> Iterator[Item]:
        begun_s = self._settled()
        stands = StandStill(self._clock(), self._boottime())
        looked_s = told_s = begun_s
        stood_s = float("-inf")
        block = 0
        muted = False
        while not self._stopped:
            now_s = self._clock()
            if self._muted is not muted:
                muted = self._muted
                self._turned(muted=muted)
            still = stands.look(now_s, self._boottime())
            if still.asleep_s > LONGEST_ASLEEP_S:
                for line in self._lines:
                    yield from line.over()
                    yield line.gap(still.asleep_s, "suspended")
                return
            if still.asleep_s:
                blocks = round(still.asleep_s / BLOCK_S)
                yield from self._slept(blocks)
                block += blocks
                begun_s -= blocks * BLOCK_S
            stood_s = now_s if still.stood_s else stood_s
            if now_s - looked_s >= _ALIVE_S and not muted:
                looked_s = now_s
                self._look_after(now_s)
            for line in self._lines:
                line.stood_still = now_s - stood_s < _STOOD_S
                line.look(self._clock() - begun_s)
            if not self._ready(self._clock() - begun_s - (block + 1) * BLOCK_S):
                self._sleep(_LOOK_S)
                continue
            for line in self._lines:
                yield from line.block()
            block += 1
            late = [line.mend() for line in self._lines]
            if late[0] is not None:  # channel 0's clock is the call's
                begun_s += max(-_STEER_S, min(_STEER_S, late[0]))
            tell = now_s - told_s >= _DRIFT_S
            told_s = now_s if tell else told_s
            for line, late_s in zip(self._lines[1:], late[1:], strict=True):
                if late_s is None or line.tap is self._lines[0].tap:
                    continue
                line.keep_step(late_s)
                drift = line.drift(late_s) if tell else None
                if drift is not None:
                    yield drift
            self._tell_silence()
        for line in self._lines:
            yield from line.over()

    def _ready(self, over_s: float) -> bool:
        """Whether a block is given that was due `over_s` seconds ago: all have it, or never will.

        Where no device runs the clock alone leads.
        """
        awaited = [line for line in self._lines if line.awaited]
        if over_s >= _GRACE_S or not awaited:
            return over_s >= 0
        return all(line.has_block for line in awaited)

    def _settled(self) -> float:
        """When the call begins: when every device gives sound, which takes some a moment."""
        for line in self._lines:
            line.forget()
        until_s = self._clock() + _FIRST_S
        while not self._stopped:
            for line in self._lines:
                line.gather()
            if self._clock() >= until_s or all(line.has_block for line in self._lines):
                break
            self._sleep(_LOOK_S)
        came = [line.waiting for line in self._lines if line.waiting]
        silent = len(came) < len(self._lines)  # then nothing of the others is left out
        samples = (max(came) if silent else min(came)) if came else 0
        for line in self._lines:
            line.begin(samples)
        return self._clock() - samples / self.rate_hz

    def _turned(self, *, muted: bool) -> None:
        """The devices are closed for a pause, or opened after it."""
        for tap in self._taps.values():
            if muted:
                tap.close()
                self._because(tap, "paused")
            elif not self._opened_again(tap):
                self._lose(tap, "cannot be opened again")
        for line in self._lines:
            line.forget()

    def _slept(self, blocks: int) -> Iterator[Item]:
        for line in self._lines:
            line.forget()
        for _ in range(blocks):
            if self._stopped:
                break
            for line in self._lines:
                yield from line.block("suspended")

    def _look_after(self, now_s: float) -> None:
        """See whether every device is still there and itself; look for those that are gone."""
        for tap in self._taps.values():
            lines = [line for line in self._lines if line.tap is tap]
            if tap.gone and tap.running and tap.is_itself():
                tap.gone = False
                self._notice(Told(BACK, device=str(tap.device)))
            elif tap.opened and not tap.is_itself():
                tap.tried_s = now_s
                self._lose(tap, GONE)
            elif tap.opened and self._moved(tap):
                continue
            elif tap.opened and not lines[0].stood_still and lines[0].stalled_s >= _STALLED_S:
                tap.tried_s = now_s
                self._lose(tap, NO_SOUND)
            elif not tap.opened and now_s - tap.tried_s >= _AGAIN_S:
                tap.tried_s = now_s
                self._opened_again(tap)

    def _moved(self, tap: Device) -> bool:
        was = str(tap.device)
        if not tap.moved():
            return False
        self._notice(Told(MOVED, was=was, device=str(tap.device)))
        return True

    def _lose(self, tap: Device, what: str) -> None:
        tap.close()
        self._because(tap, "device_lost")
        if not tap.gone:
            tap.gone = True
            self._notice(Told(what, device=str(tap.device)))

    def _because(self, tap: Device, reason: str) -> None:
        for line in self._lines:
            if line.tap is tap:
                line.why = reason

    def _opened_again(self, tap: Device) -> bool:
        for line in self._lines:
            if line.tap is tap:
                line.stalled_s = 0.0
        try:
            tap.open()
        except AssistantError:
            return False
        return True

    def _tell_silence(self) -> None:
        for line in self._lines:
            customer = line.speaker is Speaker.CUSTOMER
            if customer and line.silent_s >= _SILENT_S and not self._told_silent:
                self._told_silent = True
                device = str(self._wanted[line.number].device)
                self._notice(Told(SILENT, seconds=f"{_SILENT_S:.0f}", device=device))
