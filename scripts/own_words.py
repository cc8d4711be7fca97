"""Where a call goes when the agent speaks of a stage in words of their own.

Owns the moves that likeness calls for, where no phrase of the flow was heard: to the stage that is
spoken of, out of an exit that the agent has left behind, and, in a recording, past a confirmation
that nobody heard.  No step counts as said by likeness: what must be said stays due.  Pure; it fills
no line.
"""

from __future__ import annotations

from dataclasses import replace

from scripts.flow import BEFORE_VERIFICATION
from scripts.intents.scorer import NONE, Scorer, load_scorer
from scripts.route import Place, Route

# Shares of likeness, chosen on lines whose author the scorer had not learned from (right, wrong):
# 0.64 and 0.04 of all agents' lines in a stage.
_SURE = 0.5
_SURER = 0.65  # where the call would go back, or past a stage
# A firm exit is left behind when the agent has spoken of the account this often in a row.
_STRAYED = 2
# Of these an agent speaks only with a customer whose matter is the account.
_OF_THE_ACCOUNT = frozenset(("purpose", "situation", "impact", "options", "commitment"))
# Whoever talks of dying is not left for money, whatever the words are like.
_NEVER_LEFT = frozenset(("vulnerable",))
_SOMEBODY_ELSE = frozenset(("third_party", "wrong_number", "screener", "voicemail"))

# Who asks for an identifier has heard that the call may be recorded after all.
_TAKEN_BACK = frozenset(("recording_refused",))


class OwnWords:
    """Hears one call's agent; `None` of a scorer hears nothing."""

    def __init__(self, language: str) -> None:
        self._scorer: Scorer | None = load_scorer("stage", language)

    def followed(self, route: Route, place: Place, text: str, *, unconfirmed: bool) -> Place:
        """The place after words in which no step was heard.

        Args:
            route: the moves of the flow.
            place: where the call stands.
            text: what the agent said.
            unconfirmed: whether the agent may be followed past a confirmation that was not heard,
                as in a recording; the lines stay withheld.
        """
        if self._scorer is None:
            return place
        likely = self._scorer.likely(text)
        if likely.label == NONE or likely.share < _SURE:
            return place
        if place.frames and not place.frames[-1].talk_off:
            return _out(route, place, likely.label, likely.share, unconfirmed=unconfirmed)
        if not place.open:
            return _unconfirmed(route, place, likely.label) if unconfirmed else place
        return _on(route, place, likely.label, likely.share)


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
        return replace(place, frames=(), strayed=0)
    if stage not in _OF_THE_ACCOUNT:
        return replace(place, strayed=0)
    if place.strayed + 1 < _STRAYED and route.flow.exits[slug].firm:
        return replace(place, strayed=place.strayed + 1)
    left = replace(place, frames=(), strayed=0)
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
