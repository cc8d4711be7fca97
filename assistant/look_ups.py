"""Asks the source of accounts on threads of its own, so that no screen ever waits for it.

Owns those threads, beside the pipeline's and the door's the only ones: they ask and tell, and touch
nothing of a call.  One that never comes back is left behind and ends with the program.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from assistant.accounts.source import AccountSource, Found, SourceFailed, look_up
from compliance.errors import AssistantError, place_of

_MOST = 4
"""Questions that may be under way at once: a source that hangs is asked no more than this."""

Answered = Callable[[Found | AssistantError], None]
"""Told what came of a question, on the thread that asked."""


class LookUps:
    """Questions to one source.

    Args:
        source: what is asked.
    """

    def __init__(self, source: AccountSource) -> None:
        self._source = source
        self._free = threading.Semaphore(_MOST)

    def ask(self, typed: str, answered: Answered, *, by_id: bool = False) -> None:
        """Ask; returns at once.

        Args:
            typed: an id, a telephone number or a name.
            answered: told the answer, or why there is none; maybe late, maybe never.
            by_id: it is an id and nothing else.
        """
        if not self._free.acquire(blocking=False):
            answered(
                SourceFailed(
                    f"{self._source.name} still owes earlier answers", "Go on without an account."
                )
            )
            return

        def body() -> None:
            try:
                way = self._source.by_id if by_id else (lambda text: look_up(self._source, text))
                found: Found | AssistantError = way(typed)
            except AssistantError as error:
                found = error
            except Exception as error:  # noqa: BLE001 - the top of a thread: always reported
                found = AssistantError(
                    f"The look-up failed ({type(error).__name__} in {place_of(error)})",
                    "The call goes on without; please report this place.",
                )
            finally:
                self._free.release()
            answered(found)

        threading.Thread(target=body, name="look-up", daemon=True).start()
