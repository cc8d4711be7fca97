"""What a command means in the state the call is in.

Owns the step from a key's command to what the desk is asked for.  Pure: a view in, an intent out.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.call_view import CallView
from assistant.events import Act, IdentifierState
from assistant.interface_text import N_
from assistant.screens.keys import Command
from assistant.screens.script import offered
from compliance.context import Listener
from scripts.prompt import EXITS
from scripts.tasks import HELP


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
    Command.ASK_HELP: Tell(Act.HELP_ASKED, HELP),
}

_OF_WHO_LISTENS = frozenset({Command.VERIFIED, Command.THIRD_PARTY, Command.CHOICE})
_WHILE_AWAY = frozenset({Command.MARK, Command.ACKNOWLEDGE, Command.PAUSE})
"""What keys still tell of a call that was given away."""

_IN_LIVE_CALLS = {
    Command.REFUSES: Tell(Act.OBJECTION, "will_not_pay"),
    Command.NOTICE: Tell(Act.NOTICE_GIVEN),
    Command.REFUSES_RECORDING: Tell(Act.EXIT, "recording_refused"),
}


def intent_of(view: CallView, command: Command, digit: int = 0) -> Intent | None:
    """What the agent means by a command now; `None` where it means nothing to the call.

    `v` and `t` take back what they said before.  A low digit is a match box, the others are choices
    of the script; a box that recognition has proposed is confirmed by its digit alone.  After the
    end of the call nothing changes it.
    """
    if view.ended is not None:
        return None
    if command is Command.STEP_BACK and in_distress(view):
        return None
    if view.passed_to and command not in _WHILE_AWAY:
        return None
    if command in _ALWAYS:
        return _ALWAYS[command]
    if view.live and command in _IN_LIVE_CALLS:
        return _IN_LIVE_CALLS[command]
    match command:
        case Command.PAUSE if view.may_pause:
            return Tell(Act.HELD if view.held_since_s is None else Act.RESUMED)
        case Command.CONFIRM if view.to_confirm:
            return Tell(Act.PROMISE_CONFIRMED, _number(view))
        case Command.DISMISS if view.promise is not None:
            return Tell(Act.PROMISE_DISMISSED, _number(view))
        case Command.VERIFIED:
            return Tell(Act.VERIFICATION_WITHDRAWN if view.verified else Act.VERIFIED)
        case Command.THIRD_PARTY:
            third = view.listener is Listener.THIRD_PARTY
            return Tell(Act.CUSTOMER_BACK if third else Act.THIRD_PARTY)
        case Command.ACKNOWLEDGE if view.flag is not None:
            return Tell(Act.FLAG_ACKNOWLEDGED, view.flag.flag.finding.id)
        case Command.CHOICE if not view.verified and digit <= len(view.identifiers):
            kind = list(view.identifiers)[digit - 1]
            if view.identifiers[kind] is IdentifierState.PROPOSED:
                return Tell(Act.IDENTIFIER_MATCHED, kind)
            return AskIdentifier(kind)
        case Command.CHOICE:
            for slug in offered(view):
                if view.choice_digits.get(slug) == digit:
                    return chosen(slug)
    return None


def chosen(slug: str) -> Tell:
    """What choosing an objection or exit tells the session."""
    return Tell(Act.EXIT if slug in EXITS else Act.OBJECTION, slug)


def hint_of(view: CallView, command: Command) -> str:
    """What to tell an agent whose key changes nothing that can be seen, a message id; else empty.

    Hardship is noted before the identity is known, but nothing of it can be said yet; a promise
    cannot be.  From distress no slip of the hand leads back to collecting.
    """
    if view.ended is not None:
        return ""
    if view.passed_to and (command in _ALWAYS or command in _OF_WHO_LISTENS):
        return N_("the call is passed on: g takes it back")
    if command is Command.STEP_BACK and in_distress(view):
        return N_("distress stays until Space")
    if command is Command.HARDSHIP and view.covered:
        return N_("noted: hardship; identity first")
    if command in (Command.PROMISE, Command.QUOTE) and view.covered:
        return N_("not before identity is confirmed")
    if command is Command.CONFIRM and view.promise is not None and not view.to_confirm:
        return N_("amount or day is still missing")
    if command is Command.PAUSE and view.live and not view.may_pause:
        if not view.listens:
            return N_("no microphone is open in this call")
        return N_("the whole call must be recorded here: no pause")
    return ""


def _number(view: CallView) -> str:
    """Which proposal is on the screen: the key is for that one, whatever has been said since."""
    return str(view.promise.promised.number) if view.promise is not None else ""


def in_distress(view: CallView) -> bool:
    """Whether the script is at the care of a customer in distress."""
    return view.prompt is not None and view.prompt.stage == "vulnerable"
