"""A kept call as who is signed in may see it: as it is, or the redacted copy of a released one.

Owns that decision for every reader of calls, and the copies of words, sound and screen that go with
it.  A copy is made each time it is asked for and kept nowhere.  Whoever may open the call may ask
for the copy too, to see what trainers see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from assistant.archive.covering import (
    Cover,
    cover_for_training,
    for_training,
    trained,
    unnamed,
)
from assistant.archive.silencing import Audible, SilencedSound
from assistant.archive.told import ToldCall, tell
from assistant.events import Input, Output, UtteranceFinal
from assistant.record.kept import KeptCall
from assistant.record.kept_sound import Sound
from assistant.record.store import CallStore


class Session(Protocol):
    """What answers inputs with outputs."""

    def receive(self, event: Input) -> list[Output]: ...


class CoveredSession:
    """A session whose answers are those of a copy.

    Args:
        session: fed with the call's own inputs.
        cover: the call's.
    """

    def __init__(self, session: Session, cover: Cover) -> None:
        self._session = session
        self._cover = cover

    def receive(self, event: Input) -> list[Output]:
        """What may be seen of what follows from an input."""
        answers = (trained(output, self._cover) for output in self._session.receive(event))
        return [output for output in answers if output is not None]


@dataclass(frozen=True, slots=True)
class Studied:
    """A released call for whoever learns from it: `original` opens that one call, for the copy.

    `cover` is what everything that is shown of it is covered with.
    """

    call: KeptCall
    original: CallStore
    cover: Cover
    _told: ToldCall

    def sound(self) -> Sound | None:
        """Its sound, silenced, to be closed by the caller; `None` where none was kept."""
        sound = self.original.sound(self.call.id)
        if sound is None:
            return None
        return SilencedSound(sound, Audible.of_call(self._told, self.cover.copies.values()))

    def session(self, session: Session) -> Session:
        """A session for the call's own inputs, which answers as the copy does."""
        return CoveredSession(session, self.cover)


def study(store: CallStore, call: str) -> Studied:
    """Open the copy of a call.

    Raises:
        NotPermitted: who is signed in may not, or it was not released.
        UnknownCall: there is no such call.
    """
    original = store.for_covering(call)
    told = tell(original, call)
    return Studied(unnamed(told.call), original, cover_for_training(told), told)


def as_permitted(store: CallStore, call: str, *, copy: bool = False) -> ToldCall:
    """A call put in order: as it is, or the copy, which is all that some may see.

    Args:
        store: the open store.
        call: the call's id.
        copy: whether the copy is wanted by whoever might see the call itself.

    Raises:
        NotPermitted, UnknownCall: as for `study`.
    """
    if not copy and not store.studies_only:
        return tell(store, call)
    return for_training(tell(store.for_covering(call), call))


def copies_of(store: CallStore, call: str) -> Mapping[str, UtteranceFinal]:
    """The utterances of a call's copy by their ids: where words are looked for.

    Raises:
        NotPermitted, UnknownCall: as for `study`.
    """
    told = tell(store.for_covering(call), call)
    cover = cover_for_training(told)
    return {final.id: cover.utterance(final) for final in told.utterances}
