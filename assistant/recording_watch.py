"""Whether a live call is kept at each moment, by the terms it is made on.

Owns the state of recording and of the microphone: it waits for the notice where that must come
first, ends where the customer refuses and the terms say so, and remembers when the microphone was
closed.  Pure: what was heard and pressed comes in, changes come out.  It keeps nothing, mutes
nothing and knows no law; the terms carry what the site decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assistant.events import (
    Act,
    HoldChanged,
    Keep,
    RecordingChanged,
    RecordingState,
    RecordingTerms,
)

NOTICE = "recording_notice"
"""The statement that tells of the recording, in every rule pack, whether required or not."""

REFUSALS = frozenset({"recording_refused", "refuse_recording"})
"""Keys, and exits of the script, that say that the customer refuses to be recorded."""

_REFUSES = "refuses_recording"  # the route that the customer's words take
_BY_KEY = {Act.EXIT: REFUSALS, Act.OBJECTION: REFUSALS}


class RecordingWatch:
    """The recording of one call.

    Args:
        terms: of a live call; without any nothing is ever told.
    """

    def __init__(self, terms: RecordingTerms | None) -> None:
        self._terms = terms
        self._state = RecordingState.OFF
        self.held = False

    @property
    def refused(self) -> bool:
        """Whether the call is listened to no more."""
        return self._state is RecordingState.REFUSED

    def started(self) -> Iterator[RecordingChanged]:
        """How it stands when the call begins."""
        terms = self._terms
        if terms is None:
            return
        if terms.keep is not Keep.NOTHING:
            self._state = RecordingState.WAITING if terms.notice_first else RecordingState.ON
        yield RecordingChanged(self._state, terms.keep, 0.0)

    def noticed(self, call_s: float, *, given: bool) -> Iterator[RecordingChanged]:
        """The agent has spoken; `given` is whether the notice has been heard in full by now."""
        if given and self._state is RecordingState.WAITING:
            yield from self._turn(RecordingState.ON, call_s)

    def routed(self, routes: Iterable[str], call_s: float) -> Iterator[RecordingChanged]:
        """The customer's words take these routes."""
        if _REFUSES in routes:
            yield from self._refuse(call_s)

    def acted(
        self, act: Act, argument: str, call_s: float
    ) -> Iterator[RecordingChanged | HoldChanged]:
        """A key was pressed.  After a refusal the notice marked again means consent given."""
        if self._terms is None:
            return
        if argument in _BY_KEY.get(act, ()):
            yield from self._refuse(call_s)
        elif act is Act.NOTICE_GIVEN and self._state in (
            RecordingState.WAITING,
            RecordingState.REFUSED,
        ):
            nothing = self._terms.keep is Keep.NOTHING
            yield from self._turn(RecordingState.OFF if nothing else RecordingState.ON, call_s)
        elif act is Act.HELD and self._terms.may_pause and not self.held:
            self.held = True
            yield HoldChanged(held=True, call_s=call_s)
        elif act is Act.RESUMED and self.held:
            self.held = False
            yield HoldChanged(held=False, call_s=call_s)

    def _refuse(self, call_s: float) -> Iterator[RecordingChanged]:
        if self._terms is not None and self._terms.stops_when_refused and not self.refused:
            yield from self._turn(RecordingState.REFUSED, call_s)

    def _turn(self, state: RecordingState, call_s: float) -> Iterator[RecordingChanged]:
        assert self._terms is not None  # without terms there is no state to turn to
        self._state = state
        yield RecordingChanged(state, self._terms.keep, call_s)
