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
# These take a stop back; what it means for interest and credit may be asked during one.
_GOES_ON = _OF_THE_ACCOUNT - {"impact"}
# Whoever talks of dying is not left for money, whatever the words are like.
_NEVER_LEFT = frozenset(("vulnerable",))
# What is dealt with only where it was said outright: danger, swearing, and that there is no money,
# which has its reply first.
_SAID_OUTRIGHT = frozenset(("vulnerable", "abuse", "hardship"))
# Who is confirmed and speaks is none of these, whatever the words are like.
_NOT_THE_CUSTOMER = frozenset(("deceased", "voicemail", "screener", "wrong_number", "third_party"))
_SOMEBODY_ELSE = frozenset(("third_party", "wrong_number", "screener", "voicemail"))
# Who asks for an identifier has heard that the call may be recorded after all.
_TAKEN_BACK = frozenset(("recording_refused",))


def followed(
    route: Route,
    place: Place,
    belief: Belief,
    before: Belief | None,
    agents: Belief | None,
    *,
    unconfirmed: bool,
) -> Place:
    """The place after an agent's words in which no step was heard.

    Args:
        route: the moves of the flow.
        place: where the call stands.
        belief: where the talk is after the words.
        before: where it was before them.
        agents: where it was after the agent's last words before these.
        unconfirmed: whether the agent may be followed past a confirmation that was not heard, as in
            a recording; the lines stay withheld.
    """
    if belief.share < _SURE:
        return place
    if belief.label not in STAGES:
        return _entered(route, place, belief, before)
    if place.frames and not place.frames[-1].talk_off:
        return _out(route, place, belief, agents, unconfirmed=unconfirmed)
    if not place.open:
        return _unconfirmed(route, place, belief.label) if unconfirmed else place
    return _on(route, place, belief.label, belief.share)


def _entered(route: Route, place: Place, belief: Belief, before: Belief | None) -> Place:
    """Into an exit in which both sides talk: by one side's words alone it is only likely."""
    slug = belief.label
    leave = route.flow.exits.get(slug)
    if leave is None or slug in _SAID_OUTRIGHT or (place.open and slug in _NOT_THE_CUSTOMER):
        return place
    enough = _SUREST if leave.firm else _SURER
    if before is None or before.label != slug or min(before.share, belief.share) < enough:
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


def _out(
    route: Route, place: Place, belief: Belief, agents: Belief | None, *, unconfirmed: bool
) -> Place:
    """Out of an exit, when the agent goes on about the account or asks who is speaking.

    A stop is a stop: one sentence takes nothing back, nor does an answer to a question.
    """
    slug, stage, share = place.frames[-1].slug, belief.label, belief.share
    if slug in _NEVER_LEFT:
        return place
    firm = route.flow.exits[slug].firm
    if stage == "verification" and share >= _SURER:
        if slug in _SOMEBODY_ELSE:
            return route.customer_back(place)
        if slug in _TAKEN_BACK or not (firm or place.open):
            return route.left(place)
    if not place.open and not unconfirmed:
        return place  # nobody is confirmed: the exit stands, whatever is said of the account
    if slug in _TAKEN_BACK and stage in _OF_THE_ACCOUNT:
        return route.left(place)
    if firm:
        went_on = agents is not None and agents.label in _GOES_ON and agents.share >= _SURE
        if stage not in _GOES_ON or share < _SUREST or not went_on:
            return place
    elif stage not in _OF_THE_ACCOUNT or share < _SURER:
        return place
    left = route.left(place)
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
