"""Carries a call's events from its journal into the store.

Owns the one thread that the record starts, and nothing but its life: a server that hangs, or a
database that another program holds, keeps this thread waiting and nobody else.  It is here and not
in `assistant.pipeline` because whoever runs a call must not know that the store is fed this way.
What goes wrong is told once, and so is that it is over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from assistant.event_codec import EventCodec
from assistant.record.delivery import Delivery
from assistant.record.faults import AnotherCall, StoreFault, StoreGone
from assistant.record.journal import JournalReader
from assistant.record.trouble import Trouble
from compliance.errors import AssistantError, place_of

# Events in one transaction, at most.
_BATCH = 2000
# How long after a failure the store is tried again: at first, and at most.
_AGAIN_S, _AGAIN_AT_MOST_S = 0.25, 5.0


class Courier:
    """Empties one journal into the store.

    Args:
        reader: the journal, read by the courier alone.
        delivery: puts events into the store.
        codec: reads the lines.
        trouble: told what the user should see.
    """

    def __init__(
        self,
        reader: JournalReader,
        delivery: Delivery,
        codec: EventCodec,
        trouble: Trouble,
    ) -> None:
        self._reader = reader
        self._delivery = delivery
        self._codec = codec
        self._trouble = trouble
        self._lines: list[bytes] = []
        self._refused = False
        self.left = False
        """Set from another thread: the call is over and nothing more may be begun."""

    def carry(self) -> None:
        """Hand over everything that the journal has by now.

        Raises:
            StoreFault: the store takes nothing now; what was read is handed over the next time.
        """
        while True:
            if not self._lines:
                self._lines = self._reader.read(_BATCH)
            if self.left:
                raise StoreGone("the call is over; its journal has the rest")
            if not self._lines:
                return
            self._delivery.deliver([self._codec.decode(line) for line in self._lines])
            self._lines = []

    def finish(self) -> None:
        """Hand over the rest and say how the call ended.

        Raises:
            StoreFault: as for `carry`.
        """
        self.carry()
        self._delivery.finish()

    def tried(self, work: Callable[[], None]) -> bool:
        """Whether `work` went through; a failure is told the first time."""
        try:
            work()
        except AnotherCall as error:
            self._refused = True
            self._trouble.failed("refused", str(error))
            return False
        except StoreFault as error:
            self._trouble.failed(
                "store",
                f"{error} The call goes on; what is kept waits in a sealed journal on this"
                " machine and arrives later.",
            )
            return False
        self._trouble.over("store", "The store is back; what waited in the journal has arrived.")
        return True

    @property
    def refused(self) -> bool:
        """The store will never take this call: trying again is of no use."""
        return self._refused


class CourierThread:
    """A courier at work beside the call; `wake` and `finish` never wait for the store.

    Args:
        courier: is used by this thread alone from here on.
        notice: told if the thread itself fails.
    """

    def __init__(self, courier: Courier, notice: Callable[[str], None]) -> None:
        self._courier = courier
        self._notice = notice
        self._changed = threading.Condition()
        self._news = False
        self._ending = False
        self._done = False
        self._thread = threading.Thread(target=self._body, name="record-courier", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is something new in the journal."""
        with self._changed:
            self._news = True
            self._changed.notify()

    def finish(self, within_s: float) -> bool:
        """Hand over the rest; whether the store had everything within `within_s` seconds.

        After that nothing more is begun.
        """
        with self._changed:
            self._ending = True
            self._changed.notify()
        self._thread.join(within_s)
        with self._changed:
            self._courier.left = True
            self._changed.notify()
        return self._done

    def _body(self) -> None:
        pause_s = _AGAIN_S
        try:
            while not self._courier.left and not self._courier.refused:
                with self._changed:
                    if not self._news and not self._ending:
                        self._changed.wait()
                    ending = self._ending
                    self._news = False
                if self._courier.tried(self._courier.finish if ending else self._courier.carry):
                    pause_s = _AGAIN_S
                    if ending:
                        self._done = True
                        return
                    continue
                with self._changed:
                    self._news = True
                    self._changed.wait(pause_s if not self._ending else _AGAIN_S)
                pause_s = min(2 * pause_s, _AGAIN_AT_MOST_S)
        except AssistantError as error:
            self._notice(f"{error} The call waits in its journal.")
        except Exception as error:  # noqa: BLE001 - the top of a thread: always reported
            self._notice(
                f"Keeping the call failed ({type(error).__name__} in {place_of(error)})."
                " The call goes on and waits in its journal."
            )


class CourierAtOnce:
    """A courier without a thread: each `wake` waits for the store.  For imports and tests."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier

    def wake(self) -> None:
        """Hand over what is new.

        Raises:
            StoreFault: the store takes nothing now; the journal has it.
        """
        self._courier.carry()

    def finish(self, within_s: float) -> bool:  # noqa: ARG002 - there is nothing to wait for
        """Hand over the rest; always true, because a failure raises.

        Raises:
            StoreFault: as for `wake`.
        """
        self._courier.finish()
        return True
