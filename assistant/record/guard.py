"""Stands at the doors of an open store: asks whether this user may, and writes down that they did.

Owns who is signed in, how they proved it, and how often somebody may try.  While no user was ever
added there is a single desk: the operating system's user may do everything, under that name.  It
prompts for nothing; what was typed is passed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from assistant.record.access import log, newest
from assistant.record.kept import KeptCall
from assistant.record.opening import OpenStore
from assistant.record.permissions import Act, CallFacts, Role, permitted, who_may
from assistant.record.users import Users
from compliance.errors import AssistantError

FAILED = "failed sign-in"
SIGNED_IN = "sign-in"
_UNKNOWN = "unknown user"

# After so many failures within the window each further try waits, twice as long every time.
_FREE_TRIES = 5
_FREE_TRIES_OF_ALL = 50
_WINDOW = timedelta(minutes=15)
_FIRST_WAIT = timedelta(seconds=30)
# How many lines of the log are looked through for failures.
_LOOKED_AT = 500


class NotPermitted(AssistantError):
    """This user may not do that."""


class NotSignedIn(AssistantError):
    """Nobody is signed in, or the proof was wrong."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who is signed in; without a role, the one desk of a store that has no users."""

    name: str
    role: Role | None = None
    agent_id: str = ""

    def facts(self, call: KeptCall) -> CallFacts:
        """What bears on permissions of a call."""
        own = bool(self.agent_id) and call.agent_id == self.agent_id
        return CallFacts(own=own, released=call.released)

    def may(self, act: Act, call: KeptCall | None = None) -> bool:
        if self.role is None:
            return True
        return permitted(self.role, act, self.facts(call) if call is not None else None)


class Guard:
    """What stands between a signed-in user and a store.

    Args:
        store: the open store, whose log is written.
        who: the user.
    """

    def __init__(self, store: OpenStore, who: Who) -> None:
        self._store = store
        self.who = who
        self._written: set[tuple[str, str]] = set()

    def may(self, act: Act, call: KeptCall | None = None) -> bool:
        """Whether they may; nothing is written."""
        return self.who.may(act, call)

    def for_covering(self, call: KeptCall) -> Guard:
        """What lets the redacted copy of a call be made.

        Raises:
            NotPermitted: they may not study it.
        """
        self.need(Act.STUDY, call)
        return CoveringGuard(self._store, self.who, call.id)

    @property
    def studies_only(self) -> bool:
        """Whether they may see redacted copies and no call as it is."""
        role = self.who.role
        return role is not None and not permitted(role, Act.OPEN, CallFacts(own=True))

    def need(
        self, act: Act, call: KeptCall | None = None, *, about: str = "", written: bool = True
    ) -> None:
        """Let them, and write it down the first time (unless it writes itself down); or not.

        Raises:
            NotPermitted: they may not; that is written down as well.
            StoreFault: it cannot be written down, so they may not.
        """
        subject = call.id if call is not None else ""
        if not self.may(act, call):
            self.write_refusal(act, subject)
            names = ", ".join(role.value for role in who_may(act))
            raise NotPermitted(
                f"{self.who.name} ({self.who.role}) may not do that", f"Ask: {names}."
            )
        if written:
            self.write(act.value, subject, about)

    def write_refusal(self, act: Act, call: str = "", about: str = "") -> None:
        """Write down that somebody asked for what they may not."""
        self.write(f"refused: {act.value}", call, about)

    def write(self, act: str, call: str = "", about: str = "") -> None:
        """Write a line of the log, once for each act and call of a run."""
        if (act, call) not in self._written:
            log(self._store, self.who.name, act, call, about)
            self._written.add((act, call))


class CoveringGuard(Guard):
    """Opens one call, for the room that makes its redacted copy and shows nothing else.

    Args:
        store: the open store.
        who: the user, who may study the call; that was written down.
        call: its id.
    """

    def __init__(self, store: OpenStore, who: Who, call: str) -> None:
        super().__init__(store, who)
        self._call = call

    def may(self, act: Act, call: KeptCall | None = None) -> bool:
        return act is Act.OPEN and call is not None and call.id == self._call

    def write(self, act: str, call: str = "", about: str = "") -> None:
        """What was opened for the copy was written down as studied."""
        if act.startswith("refused"):
            super().write(act, call, about)


def sign_in(
    store: OpenStore,
    named: str,
    system_user: str,
    ask: Callable[[], str],
    users: Users | None = None,
) -> Guard:
    """Find out who is there.

    Args:
        store: the open store.
        named: the user's name as they gave it; empty: the operating system's.
        system_user: the operating system's name for who runs this program.
        ask: asks for the password; called where one is needed.
        users: the store's, with a hasher of the caller's.

    Raises:
        NotSignedIn: there is no such user, the password is wrong, or too many tries were made.
        StoreFault: the store cannot be read or written.
    """
    users = users or Users(store)
    if not users.ever():
        return Guard(store, Who(system_user))
    name = named or system_user
    user = users.find(name)
    if user is not None and user.system:
        if name == system_user:
            return _let_in(store, Who(user.name, user.role, user.agent_id))
        raise NotSignedIn(
            "that user signs in by being the operating system's user",
            "Log in to the system under that name, or name another user.",
        )
    if user is None and not named:
        raise NotSignedIn(
            "this store has users, and the operating system's user is none of them",
            "Set ASSISTANT_USER to your name; an administrator adds users.",
        )
    # A name that is no user's may be a password typed in the wrong place.
    logged = name if user is not None else _UNKNOWN
    _throttle(store, logged)
    if not users.proves(name, ask()):
        log(store, logged, FAILED)
        raise NotSignedIn("the name or the password is wrong", "Try again.")
    assert user is not None
    return _let_in(store, Who(user.name, user.role, user.agent_id))


def _let_in(store: OpenStore, who: Who) -> Guard:
    guard = Guard(store, who)
    guard.write(SIGNED_IN)
    return guard


def _throttle(store: OpenStore, name: str) -> None:
    now = store.now().astimezone(UTC)
    own: list[datetime] = []
    everyones = 0
    counted = True
    for line in newest(store, _LOOKED_AT):
        at = datetime.fromisoformat(line.at_utc)
        if now - at > _WINDOW:
            break
        if line.who == name and line.act == SIGNED_IN:
            counted = False  # failures before a success are forgiven
        if line.act == FAILED:
            everyones += 1
            if line.who == name and counted:
                own.append(at)
    if everyones >= _FREE_TRIES_OF_ALL:
        raise NotSignedIn("too many sign-ins have failed", "Wait a quarter of an hour.")
    if len(own) < _FREE_TRIES:
        return
    wait = min(_WINDOW, _FIRST_WAIT * 2 ** (len(own) - _FREE_TRIES))
    left = own[0] + wait - now
    if left > timedelta(0):
        raise NotSignedIn(
            "too many sign-ins under that name have failed",
            f"Wait {int(left.total_seconds()) + 1} seconds.",
        )
