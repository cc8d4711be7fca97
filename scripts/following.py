"""Where a call goes when the talk goes elsewhere than the script.

Owns the moves that the belief about the talk calls for, where no phrase of the flow was heard: to
the stage that is spoken of, into an exit that both are in already and out of one that they have
left behind, and, in a recording, past a confirmation that nobody heard.  No step counts as said by
likeness: what must be said stays due.  Pure; it fills no line.
"""

from __future__ import annotations

from dataclasses import replace

from scripts.flow import BEFORE_VERIFICATION
from scripts.intents.talk import Belief
from scripts.prompt import STAGES
from scripts.route import Place, Route

# Shares of the belief, chosen on calls whose author the scorers had not learned from.
_SURE = 0.5
_SURER = 0.65  # where the call would go back, or past a stage
_SUREST = 0.85  # where it would leave a firm exit, or go into one
# Of these an agent speaks only with a customer whose matter is the account.
_OF_THE_ACCOUNT = frozenset(("purpose", "situation", "impact", "options", "commitment"))
# Whoever talks of dying is not left for money, whatever the words are like.
_NEVER_LEFT = frozenset(("vulnerable",))
# What is dealt with only where it was said outright: danger, swearing, and that there is no money,
# which has its reply first.
_SAID_OUTRIGHT = frozenset(("vulnerable", "abuse", "hardship"))
# Who is confirmed and speaks is none of these, whatever the words are like.
_NOT_THE_CUSTOMER = frozenset(("deceased", "voicemail", "screener", "wrong_number"))
# Who is there is told by their words, not by the agent's hello.
_TOLD_BY_OTHERS = _NOT_THE_CUSTOMER | {"third_party", "language_barrier"}
_SOMEBODY_ELSE = frozenset(("third_party", "wrong_number", "screener", "voicemail"))
# Who asks for an identifier has heard that the call may be recorded after all.
_TAKEN_BACK = frozenset(("recording_refused",))


def followed(
    route: Route, place: Place, belief: Belief, before: Belief | None, *, unconfirmed: bool
) -> Place:
    """The place after an agent's words in which no step was heard.

    Args:
        route: the moves of the flow.
        place: where the call stands.
        belief: where the talk is after the words.
        before: where it was before them.
        unconfirmed: whether the agent may be followed past a confirmation that was not heard, as in
            a recording; the lines stay withheld.
    """
    if belief.share < _SURE:
        return place
    if belief.label not in STAGES:
        there = before is not None and before.label == belief.label
        if belief.label in _TOLD_BY_OTHERS and not there:
            return place
        return entered(route, place, belief)
    if place.frames and not place.frames[-1].talk_off:
        stayed = before is not None and before.label in _OF_THE_ACCOUNT
        if route.flow.exits[place.frames[-1].slug].firm and not stayed:
            return place  # a stop is a stop: one sentence about the account takes nothing back
        return _out(route, place, belief.label, belief.share, unconfirmed=unconfirmed)
    if not place.open:
        return _unconfirmed(route, place, belief.label) if unconfirmed else place
    return _on(route, place, belief.label, belief.share)


def entered(route: Route, place: Place, belief: Belief) -> Place:
    """The place after words of either side, where the talk is in an exit for all but certain."""
    slug = belief.label
    leave = route.flow.exits.get(slug)
    if leave is None or slug in _SAID_OUTRIGHT or (place.open and slug in _NOT_THE_CUSTOMER):
        return place
    if belief.share < (_SUREST if leave.firm else _SURER):
        return place
    return route.customer_said(place, (slug,))


def _on(route: Route, place: Place, stage: str, share: float) -> Place:
    """To the first step of the stage that was not said; one stage on, or further when surer."""
    stages = [item.slug for item in route.flow.stages]
    here, there = stages.index(route.stage(place)), stages.index(stage)
    if stage in BEFORE_VERIFICATION or there == here:
        return place
    if there != here + 1 and share < _SURER:
        return place
    return route.at_stage(place, stage)


def _out(route: Route, place: Place, stage: str, share: float, *, unconfirmed: bool) -> Place:
    """Out of an exit, when the agent goes on about the account or asks who is speaking."""
    slug = place.frames[-1].slug
    if slug in _NEVER_LEFT:
        return place
    if slug in _SOMEBODY_ELSE and stage == "verification":
        return route.customer_back(place) if share >= _SURER else place
    if not place.open and not unconfirmed and stage in _OF_THE_ACCOUNT:
        return place  # nobody is confirmed: the exit stands, whatever is said
    if slug in _TAKEN_BACK and stage in (*_OF_THE_ACCOUNT, "verification"):
        return replace(place, frames=())
    if stage not in _OF_THE_ACCOUNT:
        return place
    if share < (_SUREST if route.flow.exits[slug].firm else _SURER):
        return place
    left = replace(place, frames=())
    if not left.open:
        return replace(left, ahead=stage)
    return route.at_stage(left, stage)


def _unconfirmed(route: Route, place: Place, stage: str) -> Place:
    """The agent speaks of the account though no confirmation was heard: that is where the call is.

    Who still asks who is speaking has not gone on.
    """
    if stage in BEFORE_VERIFICATION:
        return replace(place, ahead="") if stage == "verification" else place
    told = route.main[place.main].stage
    if told == "opening" and not place.ahead:
        return place
    return replace(place, ahead=stage)
