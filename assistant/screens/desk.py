"""The line between a screen and whatever drives it.

Owns the `Desk` protocol (what a screen asks for), the messages a driver sends back, and nothing
else.  Every call on a desk comes from the screen's thread and must return at once; every message
may be posted from any thread.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol, runtime_checkable

from textual.message import Message

from assistant.accounts.source import Found, Sourced
from assistant.events import Act, Envelope
from assistant.wrap_up import WrapUp
from compliance.errors import AssistantError
from scripts.account import Account


class Desk(Protocol):
    """What the agent's keys ask for."""

    def ready(self) -> None:
        """The screen is up: load the model, open the devices.  Called once."""

    def connect(self) -> None:
        """The agent has connected: let the sound begin.  Called once, maybe before loading ends."""

    def act(self, act: Act, argument: str = "") -> None:
        """Tell the session what the agent did; answers come back as events."""

    def identifier_said(self, identifier: str, said: str) -> None:
        """Compare what the agent typed with the file; the match box answers as an event.

        `said` is personal: it is compared and forgotten, never stored or logged.
        """

    def end(self) -> None:
        """Hang up.  `Ended` follows; asking twice is harmless."""


@runtime_checkable
class Playback(Protocol):
    """What a desk offers besides when it plays a recording."""

    def pause(self) -> None:
        """Stop the sound and the clock."""

    def resume(self) -> None:
        """Go on from where it stopped."""

    def set_speed(self, speed: float) -> None:
        """Play at `speed` times the pace of the recording."""


@runtime_checkable
class WrappingUp(Protocol):
    """What a desk offers besides when a call is wrapped up on the screen."""

    def wrap_up(self, wrap_up: WrapUp) -> None:
        """How the call ended, as the agent confirmed it.  The screen leaves afterwards."""


@runtime_checkable
class Linking(Protocol):
    """What a desk offers besides when the account of a call may become known later."""

    @property
    def looks_up(self) -> bool:
        """Whether there is a source of accounts."""

    def look_up(self, number: int, typed: str, *, by_id: bool = False) -> None:
        """Ask for accounts; a `LookedUp` of this number follows, maybe late, maybe never."""

    def refuses(self, account: Account) -> str:
        """Why an account cannot be linked to this call, as a slug; empty where it can."""

    def link(self, found: Sourced) -> None:
        """Link an account to the call; `AccountChanged` follows once the call has begun."""


@runtime_checkable
class Resting(Protocol):
    """What a desk offers besides when nothing follows the call: a minute to breathe."""

    @property
    def minute_offered(self) -> int | None:
        """Breaths a minute, where the call was hard on the agent; else `None`."""


class Hearing(StrEnum):
    """What the recogniser is doing, as far as an agent needs to know."""

    LOADING = "loading"
    LISTENING = "listening"
    NO_SOUND = "no_sound"


class CallEvents(Message):
    """Outputs of the session, in order."""

    def __init__(self, envelopes: tuple[Envelope, ...]) -> None:
        super().__init__()
        self.envelopes = envelopes


class ViewRebuilt(Message):
    """Forget the call so far and fold these instead: a replay has jumped."""

    def __init__(self, envelopes: tuple[Envelope, ...]) -> None:
        super().__init__()
        self.envelopes = envelopes


class SearchAsked(Message):
    """The agent looks for the account of who is on the line."""


class AccountKnown(Message):
    """Whose call it is became known: the customer may have other accounts."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self.account = account


class LookedUp(Message):
    """What came of the look-up of this number."""

    def __init__(self, number: int, answer: Found | AssistantError) -> None:
        super().__init__()
        self.number = number
        self.answer = answer


class HearingChanged(Message):
    """The recogniser is loading, listening, or there is no sound."""

    def __init__(self, hearing: Hearing) -> None:
        super().__init__()
        self.hearing = hearing


class Notice(Message):
    """One line for the status line; `text` is an interface message id or finished text."""

    def __init__(self, text: str, **params: str) -> None:
        super().__init__()
        self.text = text
        self.params = params


class Hinted(Message):
    """A quiet hint on the way of talking, a message id; shown only where the eye is free."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class CallFailed(Message):
    """The call cannot go on; `message` is one line, what happened and what to do about it."""

    def __init__(self, message: str) -> None:
        super().__init__()
        self.message = message
