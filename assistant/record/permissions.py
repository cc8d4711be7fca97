"""Who may do what with the record: one table, and the one function that reads it.

Owns roles, acts and the table.  It knows no users, opens nothing and keeps no log.  An
administrator runs the record and reads no call; a trainer opens no call at all, and
studies the redacted copies of those that were released.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto


class Role(StrEnum):
    """What somebody is to the record; the value is what is stored."""

    AGENT = "agent"
    REVIEWER = "reviewer"
    TRAINER = "trainer"
    SUPERVISOR = "supervisor"
    COMPLIANCE = "compliance"
    ADMINISTRATOR = "administrator"


class Act(StrEnum):
    """What can be done; the value stands in the log."""

    OPEN = "open"
    """A call is read, heard or listed as it is."""
    STUDY = "study"
    """The redacted copy of a released call is read, heard or listed."""
    JUDGE = "judge"
    EXPORT = "export"
    IMPORT = "import"
    RELEASE = "release"
    """A call is released for training, redacted, or that is taken back."""
    TASKS = "tasks"
    """Tasks of a call are listed."""
    HANDLE = "handle task"
    """One is received, handed on or done; whose it is counts besides."""
    WRAP_UP = "complete wrap-up"
    """How a call ended is said later, where it was left open at its end."""
    HOLD = "hold"
    """Held, released from a hold, marked as cleared."""
    PURGE = "purge"
    CUSTOMER = "customer"
    """One customer's data are exported or erased."""
    PAYMENTS = "payments"
    """Payments come in."""
    FOLLOW_UP = "follow-up"
    """The list of whom to call next is made: accounts and days of all calls, and no word said."""
    STATS = "stats"
    VERIFY = "verify"
    BACKUP = "backup"
    REKEY = "rekey"
    USERS = "users"
    AUDIT = "audit"


class Scope(Enum):
    """Which calls a permission is for; an act that is about no call needs `ALL`."""

    NONE = auto()
    OWN = auto()
    RELEASED = auto()
    ALL = auto()


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What bears on a permission: whether it is the user's own call, and was released redacted."""

    own: bool = False
    released: bool = False


_NONE, _OWN, _RELEASED, _ALL = Scope.NONE, Scope.OWN, Scope.RELEASED, Scope.ALL
_ROLES = (
    Role.AGENT, Role.REVIEWER, Role.TRAINER, Role.SUPERVISOR, Role.COMPLIANCE, Role.ADMINISTRATOR,
)  # fmt: skip

# Columns in the order of the roles above.
_TABLE: Mapping[Act, tuple[Scope, ...]] = {
    #              agent  reviewer trainer    supervisor compliance administrator
    Act.OPEN:     (_OWN,  _ALL,    _NONE,     _ALL,      _ALL,      _NONE),
    Act.STUDY:    (_NONE, _ALL,    _RELEASED, _ALL,      _ALL,      _NONE),
    Act.JUDGE:    (_NONE, _ALL,    _NONE,     _ALL,      _ALL,      _NONE),
    Act.EXPORT:   (_NONE, _NONE,   _NONE,     _ALL,      _ALL,      _NONE),
    Act.IMPORT:   (_NONE, _NONE,   _NONE,     _ALL,      _ALL,      _NONE),
    Act.RELEASE:  (_NONE, _NONE,   _NONE,     _ALL,      _ALL,      _NONE),
    Act.TASKS:    (_OWN,  _ALL,    _NONE,     _ALL,      _ALL,      _NONE),
    Act.HANDLE:   (_NONE, _ALL,    _NONE,     _ALL,      _ALL,      _NONE),
    Act.WRAP_UP:  (_OWN,  _NONE,   _NONE,     _ALL,      _NONE,     _NONE),
    Act.HOLD:     (_NONE, _NONE,   _NONE,     _NONE,     _ALL,      _ALL),
    Act.PURGE:    (_NONE, _NONE,   _NONE,     _NONE,     _ALL,      _ALL),
    Act.CUSTOMER: (_NONE, _NONE,   _NONE,     _NONE,     _ALL,      _NONE),
    Act.PAYMENTS: (_NONE, _NONE,   _NONE,     _ALL,      _ALL,      _ALL),
    Act.FOLLOW_UP: (_ALL, _NONE,   _NONE,     _ALL,      _ALL,      _NONE),
    Act.STATS:    (_NONE, _NONE,   _NONE,     _ALL,      _ALL,      _ALL),
    Act.VERIFY:   (_NONE, _ALL,    _NONE,     _ALL,      _ALL,      _ALL),
    Act.BACKUP:   (_NONE, _NONE,   _NONE,     _NONE,     _ALL,      _ALL),
    Act.REKEY:    (_NONE, _NONE,   _NONE,     _NONE,     _ALL,      _ALL),
    Act.USERS:    (_NONE, _NONE,   _NONE,     _NONE,     _ALL,      _ALL),
    Act.AUDIT:    (_NONE, _NONE,   _NONE,     _NONE,     _ALL,      _ALL),
}  # fmt: skip


def permitted(role: Role, act: Act, call: CallFacts | None) -> bool:
    """Whether somebody of that role may do that: to that call, or, with `None`, at large."""
    match _TABLE[act][_ROLES.index(role)]:
        case Scope.ALL:
            return True
        case Scope.OWN:
            return call is not None and call.own
        case Scope.RELEASED:
            return call is not None and call.released
        case Scope.NONE:
            return False


def who_may(act: Act) -> tuple[Role, ...]:
    """The roles that may do that with every call."""
    return tuple(role for role in _ROLES if permitted(role, act, None))
