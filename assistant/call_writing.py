"""Keeps a running call, whatever the disk does: a queue, and the work that empties it.

Owns the order in which sound and events reach the keeper, and what happens when it fails: it is
told once, and the call goes on.  It starts no thread; the pipeline runs `work` in one.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from assistant.events import Envelope
from assistant.interface_text import N_, Told
from assistant.speech.recording import Chunk
from compliance.errors import AssistantError, place_of

STOOD_STILL = N_(
    "The disk has stood still for minutes. The call goes on and is not kept from here."
)


class CallKeeper(Protocol):
    """What keeps a call on disk; see `assistant.record.writer`."""

    def append(self, envelopes: Sequence[Envelope]) -> None: ...

    def append_audio(self, chunk: Chunk) -> None: ...

    def close(self) -> None: ...


class CallWriting:
    """What is to be kept of one call, and keeping it; a keeper that fails is told once, left alone.

    Args:
        keeper: where the call is kept.
        notice: told one line the user should see.
        may_wait: whether whoever puts may be held up; live sound may not.
    """

    # About a minute of a call; a disk slower than that slows the source, it loses nothing.
    _DEPTH = 2000
    # About twenty minutes, 20 MB an 8 kHz channel: for sound that nobody can slow.
    _LIVE_DEPTH = 40_000

    def __init__(
        self, keeper: CallKeeper, notice: Callable[[str], None], *, may_wait: bool
    ) -> None:
        self._keeper = keeper
        self._notice = notice
        self._may_wait = may_wait
        self._given_up = False
        self._queue: queue.Queue[Envelope | Chunk | None] = queue.Queue(
            self._DEPTH if may_wait else self._LIVE_DEPTH
        )

    def put(self, item: Envelope | Chunk) -> None:
        """Keep this; where it may not wait, a disk that stood still for too long is given up."""
        if self._may_wait:
            self._queue.put(item)
            return
        if self._given_up:
            return
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            self._given_up = True
            self._notice(Told(STOOD_STILL))

    def finish(self) -> bool:
        """Nothing more comes; whether it is worth waiting for the rest, which a disk that was
        given up is not."""
        if self._given_up:
            with suppress(queue.Full):  # should it move again, what it has is finished
                self._queue.put_nowait(None)
            return False
        self._queue.put(None)
        return True

    def work(self) -> None:
        """Keep what comes until `finish`; to be run in a thread of its own."""
        failed = False
        while (item := self._queue.get()) is not None:
            if failed:
                continue
            batch = [item]
            ended = False
            while True:
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    ended = True
                    break
                batch.append(more)
            failed = not self._write(batch)
            if ended:
                break
        if failed:
            with suppress(AssistantError, OSError):
                self._keeper.close()
        else:
            self._attempt(self._keeper.close)

    def _write(self, batch: list[Envelope | Chunk]) -> bool:
        def body() -> None:
            envelopes = [item for item in batch if isinstance(item, Envelope)]
            for item in batch:
                if isinstance(item, Chunk):
                    self._keeper.append_audio(item)
            if envelopes:
                self._keeper.append(envelopes)

        return self._attempt(body)

    def _attempt(self, body: Callable[[], None]) -> bool:
        try:
            body()
        except AssistantError as error:
            self._notice(f"{error} The call goes on and is not kept from here.")
            return False
        except Exception as error:  # noqa: BLE001 - the top of a thread: always reported
            self._notice(
                f"Keeping the call failed ({type(error).__name__} in {place_of(error)})."
                " The call goes on and is not kept from here."
            )
            return False
        return True
