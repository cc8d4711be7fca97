"""The one writer through which whatever keeps a call's events or sound goes.

Owns the order in which things reach the disk: events into the call's journal at once, sound into
its file about a second at a time; the courier carries the journal into the store.  A disk that is
full, or a store that is gone, is told once and stops nothing: what could not be written waits.  It
starts no thread itself (whoever runs the call calls it from one) and computes no finding.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from assistant.event_codec import EventCodec
from assistant.events import CallStarted, ChannelOpened, Envelope
from assistant.record.courier import Courier, CourierAtOnce, CourierThread
from assistant.record.delivery import INPUTS, KEPT, Delivery
from assistant.record.faults import AlreadyKept, AnotherCall, StoreFault
from assistant.record.journal import JournalledCall, JournalReader, JournalWriter
from assistant.record.locations import Locations
from assistant.record.locks import OpenCallLock
from assistant.record.opening import OpenStore
from assistant.record.sealed_file import FileState
from assistant.record.sound import SoundChannel, SoundChunk, SoundWriter
from assistant.record.trouble import Trouble
from assistant.record.vault import Vault

# How long the end of a call waits for the store; after that the journal keeps the rest.
_END_WITHIN_S = 3.0


class CallWriter(Protocol):
    """What a running call hands its events and sound to, from one thread."""

    def append(self, envelopes: Sequence[Envelope]) -> None:
        """Keep events, in order, all or none.

        Raises:
            StoreFault: they cannot be kept at all; what was kept before stays kept.
        """

    def append_audio(self, chunk: SoundChunk) -> None:
        """Keep a stretch of sound."""

    def close(self) -> None:
        """Finish; the call is whole if its last event was appended, else interrupted."""


class KeptCallWriter:
    """Writes one call; made by `CallStore.record` and `assistant.record.keeping`.

    The first event must be `CallStarted`, with sequence number 0.  Inputs and outputs may come in
    one sequence; outputs that are not listed are left out, because they follow from the inputs.

    Args:
        store: opens the store, or gives the one that is open; called by the courier.
        vault: the store's.
        locations: where journal, sound and lock are.
        codec: writes events.
        call: the call's id.
        with_sound: whether sound is kept.
        threaded: whether the courier has a thread of its own.
        notice: told one line the user should see.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        store: Callable[[], OpenStore],
        vault: Vault,
        locations: Locations,
        codec: EventCodec,
        call: str,
        *,
        with_sound: bool,
        threaded: bool = False,
        notice: Callable[[str], None] = lambda _line: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._vault = vault
        self._locations = locations
        self._codec = codec
        self._call = call
        self._with_sound = with_sound
        self._threaded = threaded
        self._notice = notice
        self._clock = clock
        self._lock: OpenCallLock | None = None
        self._journal: JournalWriter | None = None
        self._reader: JournalReader | None = None
        self._delivery: Delivery | None = None
        self._courier: CourierThread | CourierAtOnce | None = None
        self._sound: SoundWriter | None = None
        self._early: list[SoundChunk] = []
        self._made: list[Path] = []
        self._last = -1
        self._trouble = Trouble(notice, clock)

    def append(self, envelopes: Sequence[Envelope]) -> None:
        """See `CallWriter`."""
        if not envelopes:
            return
        last = self._last
        lines = []
        for envelope in envelopes:
            if isinstance(envelope.event, INPUTS):
                if envelope.seq <= last:
                    raise AlreadyKept(
                        f"event {envelope.seq} of the call {self._call} is kept already", ""
                    )
                last = envelope.seq
            if isinstance(envelope.event, KEPT):
                lines.append(self._codec.encode(envelope))
        begins = self._journal is None
        if begins:
            self._begin(envelopes[0])
        assert self._journal is not None
        assert self._courier is not None
        journal = self._journal
        self._tried("journal", lambda: journal.append(lines))
        self._last = last
        try:
            self._courier.wake()
        except AnotherCall:
            if begins:
                self._abandon()
            raise
        for envelope in envelopes:
            if isinstance(envelope.event, ChannelOpened):
                self._open_channel(envelope.event)

    def append_audio(self, chunk: SoundChunk) -> None:
        """See `CallWriter`.  Sound may come before the call's first event, and waits for it."""
        if not self._with_sound:
            return
        sound = self._sound
        if sound is None:
            self._early.append(chunk)
            return
        self._tried("sound", lambda: sound.append(chunk))

    def close(self) -> None:
        """See `CallWriter`."""
        if self._lock is None:
            return
        try:
            self._end()
        finally:
            self._lock.release()
            self._lock = None

    def _begin(self, first: Envelope) -> None:
        if not isinstance(first.event, CallStarted):
            raise StoreFault(
                "a call cannot be kept from the middle: its first event is missing",
                "Keep it from its start.",
            )
        self._lock = OpenCallLock(self._locations.lock(self._call))
        try:
            self._make()
        except BaseException:
            self._abandon()
            raise

    def _abandon(self) -> None:
        """The call could not be begun: leave nothing of it behind."""
        for path in self._made:
            path.unlink(missing_ok=True)
        for part in (self._reader, self._journal, self._sound):
            if part is not None:
                part.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _make(self) -> None:
        """The files and the courier."""
        seal, wrapped = self._vault.new_call(self._call)
        call = JournalledCall(self._call, wrapped, self._with_sound)
        path, sound_path = self._locations.journal(self._call), self._locations.sound(self._call)
        if self._with_sound:
            self._sound = SoundWriter(sound_path, self._call, self._vault, seal)
            self._made.append(sound_path)
        self._journal = JournalWriter(path, call, self._vault, seal)
        self._made.append(path)
        self._reader = JournalReader(path, self._vault)
        self._delivery = Delivery(
            self._store, self._codec, call, seal, self._sound_state, self._clock
        )
        courier = Courier(
            self._reader, self._delivery, self._codec, Trouble(self._notice, self._clock)
        )
        self._courier = (
            CourierThread(courier, self._notice) if self._threaded else CourierAtOnce(courier)
        )

    def _sound_state(self) -> FileState | None:
        return self._sound.state if self._sound is not None else None

    def _open_channel(self, opened: ChannelOpened) -> None:
        sound = self._sound
        if sound is None:
            return
        channel = SoundChannel(opened.channel, opened.name, opened.rate_hz)
        self._tried("sound", lambda: sound.open_channel(channel))
        waiting, self._early = self._early, []
        for chunk in waiting:
            self.append_audio(chunk)

    def _end(self) -> None:
        sound, journal = self._sound, self._journal
        assert journal is not None
        assert self._courier is not None
        if sound is not None and not self._tried("sound", sound.close):
            self._notice("The last of the sound could not be kept: the disk took it no more.")
        self._tried("journal", journal.flush)
        left = journal.left()
        journal.close()
        arrived = self._courier.finish(_END_WITHIN_S)
        if left and (not arrived or not self._last_resort(left)):
            self._notice(f"The last {len(left)} events could not be kept: nothing took them.")
        if arrived:
            self._locations.journal(self._call).unlink(missing_ok=True)
        if arrived and self._reader is not None:
            self._reader.close()

    def _last_resort(self, lines: Sequence[bytes]) -> bool:
        """Into the store past the journal: the disk is still full, a server may not be."""
        delivery = self._delivery
        assert delivery is not None

        def work() -> None:
            delivery.deliver([self._codec.decode(line) for line in lines])
            delivery.finish()

        return self._tried("store", work)

    def _tried(self, what: str, work: Callable[[], None]) -> bool:
        """Whether `work` went through; a failure is told the first time, and when it is over."""
        try:
            work()
        except StoreFault as error:
            self._trouble.failed(
                what, f"{error} The call goes on; what could not be written waits in memory."
            )
            return False
        self._trouble.over(what, "The disk is back; what waited has been written.")
        return True
