"""What a command means in the state the call is in.

Owns the step from a key's command to what the desk is asked for.  Pure: a view in, an intent out.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.call_view import CallView
from assistant.events import Act, IdentifierState
from assistant.screens.keys import Command
from assistant.screens.script import choice_offset, numbered_choices
from compliance.context import Listener
from scripts.prompt import EXITS


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell the session what the agent did."""

    act: Act
    argument: str = ""


@dataclass(frozen=True, slots=True)
class AskIdentifier:
    """Let the agent type what the customer said for this identifier."""

    kind: str


Intent = Tell | AskIdentifier

_ALWAYS = {
    Command.STEP_DONE: Tell(Act.STEP_DONE),
    Command.STEP_BACK: Tell(Act.STEP_BACK),
    Command.DISPUTE: Tell(Act.EXIT, "dispute"),
    Command.HARDSHIP: Tell(Act.EXIT, "hardship"),
    Command.PROMISE: Tell(Act.EXIT, "commitment"),
    Command.DISTRESS: Tell(Act.EXIT, "vulnerable"),
    Command.MARK: Tell(Act.MOMENT_MARKED),
}


def intent_of(view: CallView, command: Command, digit: int = 0) -> Intent | None:
    """What the agent means by a command now; `None` where it means nothing to the call.

    `v` and `t` take back what they said before.  A digit is a match box first, then a choice of the
    script; a box that recognition has proposed is confirmed by its digit alone.  After the end of
    the call nothing changes it.
    """
    if view.ended is not None:
        return None
    if command in _ALWAYS:
        return _ALWAYS[command]
    match command:
        case Command.VERIFIED:
            return Tell(Act.VERIFICATION_WITHDRAWN if view.verified else Act.VERIFIED)
        case Command.THIRD_PARTY:
            third = view.listener is Listener.THIRD_PARTY
            return Tell(Act.CUSTOMER_BACK if third else Act.THIRD_PARTY)
        case Command.ACKNOWLEDGE if view.flag is not None:
            return Tell(Act.FLAG_ACKNOWLEDGED, view.flag.flag.finding.id)
        case Command.CHOICE if digit <= choice_offset(view):
            kind = list(view.identifiers)[digit - 1]
            if view.identifiers[kind] is IdentifierState.PROPOSED:
                return Tell(Act.IDENTIFIER_MATCHED, kind)
            return AskIdentifier(kind)
        case Command.CHOICE:
            slug = dict(numbered_choices(view)).get(digit)
            if slug is not None:
                return Tell(Act.EXIT if slug in EXITS else Act.OBJECTION, slug)
    return None
