"""The moves of a call through its flow: from place to place, by rule.

Owns `Place`, where a call stands in its script as one value, and `Route`, the moves between places:
on to the next step, into an exit and back, back to identification, on again once the customer is
confirmed.  It hears nothing and fills no line; every move takes a place and returns one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice

from scripts.flow import BEFORE_VERIFICATION, END, RETURN, Exit, Flow, Step, TalkOff
from scripts.strategy import Strategy

# Exits for somebody who is not the customer: they end when the customer is confirmed.
_NOT_THE_CUSTOMER = frozenset(("third_party", "wrong_number", "screener", "voicemail"))
# Entered by the agent's words too, where their first step was heard for certain.
_ENTERED_BY_ASKING = ("vulnerable",)
# Until the purpose is told, a matter that needs verification waits.
_UNTOLD = (*BEFORE_VERIFICATION, "purpose")


@dataclass(frozen=True, slots=True)
class Frame:
    """An exit or talk-off in progress; `index` counts its steps, `since` finals."""

    slug: str
    index: int = 0
    talk_off: bool = False
    since: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where the call stands; one value, so that going back is taking up an earlier one.

    `open` is whether the debt may be spoken of.  `main` indexes the main line, and `resume` is
    where that goes on once the customer is confirmed again.  `waiting` are exits called for that
    cannot be entered yet, `visited` those that were, and the objections that were replied to.
    `ahead` is the stage that the agent speaks of although no confirmation was heard.
    """

    open: bool = False
    main: int = 0
    done: frozenset[str] = frozenset()
    frames: tuple[Frame, ...] = ()
    resume: int = 0
    waiting: tuple[str, ...] = ()
    visited: frozenset[str] = frozenset()
    ahead: str = ""


class Route:
    """The moves through one flow, for one strategy."""

    def __init__(
        self, flow: Flow, strategy: Strategy | None = None, *, inbound: bool = False
    ) -> None:
        self.flow = flow
        self._strategy = strategy
        self._inbound = inbound
        self.main = flow.main_line
        self.purpose = self._first(lambda stage: stage not in BEFORE_VERIFICATION)
        self.verification = self._first(lambda stage: stage == "verification")
        self._index = {step.id: index for index, step in enumerate(self.main)}
        self._asked = frozenset(step.id for step in self.main if step.stage == "verification")

    def _first(self, wanted: Callable[[str], bool]) -> int:
        return next(index for index, step in enumerate(self.main) if wanted(step.stage))

    # ---- what is where -------------------------------------------------------------------------

    def withheld(self, place: Place) -> bool:
        """Whether what is due there waits for verification."""
        return not place.open and place.main >= self.purpose

    def gone_past(self, place: Place, step: Step) -> bool:
        """Whether a step of the main line is not due in a call of this kind.

        A short call gets longer once the customer's words have called for something: who cannot pay
        is asked what they can.
        """
        if not step.belongs(self._strategy, inbound=self._inbound):
            return True
        return self._strategy in step.left_out and not self._longer(place)

    def _longer(self, place: Place) -> bool:
        ways: dict[str, Exit | TalkOff] = {**self.flow.talk_offs, **self.flow.exits}
        return any(ways[slug].verified for slug in place.visited)

    def ahead(self, place: Place, count: int) -> tuple[Step, ...]:
        """The next steps of the main line from here on, with the one that is due."""
        following = (step for step in self.main[place.main :] if not self.gone_past(place, step))
        return tuple(islice(following, count))

    def refit(self, place: Place) -> Place:
        """The same place where the strategy became another: on to a step of such a call."""
        if not self.gone_past(place, self.main[place.main]):
            return place
        return replace(place, main=self._at(place, place.main).main)

    def may_show(self, place: Place, step: Step) -> bool:
        """Whether a step may be shown as what comes next."""
        return place.open or self._index.get(step.id, 0) < self.purpose

    def stage(self, place: Place) -> str:
        """The main-line stage that the call is in."""
        return "verification" if self.withheld(place) else self.main[place.main].stage

    def steps_of(self, frame: Frame) -> tuple[Step, ...]:
        """The steps of an exit or talk-off in progress."""
        if frame.talk_off:
            return (self.flow.talk_offs[frame.slug].step,)
        return self.flow.exits[frame.slug].steps

    def then(self, frame: Frame) -> str:
        """What follows after an exit or talk-off."""
        if frame.talk_off:
            return self.flow.talk_offs[frame.slug].then
        return self.flow.exits[frame.slug].then

    def may_leave(self, frame: Frame) -> bool:
        """Whether the agent's going on with the main line ends this frame; a stop is a stop."""
        return frame.talk_off or not self.flow.exits[frame.slug].firm

    # ---- verification --------------------------------------------------------------------------

    def withdrawn(self, place: Place) -> Place:
        """The confirmation is gone: identify again, and remember where the call was."""
        waiting = tuple(
            frame.slug
            for frame in place.frames
            if not frame.talk_off and self.flow.exits[frame.slug].verified
        )
        frames = tuple(
            frame
            for frame in place.frames
            if not frame.talk_off and not self.flow.exits[frame.slug].verified
        )
        return replace(
            place,
            main=min(place.main, self.verification),
            done=place.done - self._asked,
            frames=frames,
            resume=max(place.resume, place.main),
            waiting=(*waiting, *place.waiting),
        )

    def anew(self, place: Place) -> Place:
        """A new voice after the call changed hands: greet and identify again, then go on."""
        again = frozenset(step.id for step in self.main if step.stage in BEFORE_VERIFICATION)
        place = self.withdrawn(place)
        return replace(place, main=0, done=place.done - again, frames=())

    def confirmed(self, place: Place, *, spoken: bool) -> Place:
        """The right party is confirmed: go on with the purpose, or where the call was.

        `spoken` is whether the agent has said anything yet: a call begins with hello all the same.
        """
        # A refusal or a doubt about the caller is over as well: its reply would ask to ring off.
        frames = tuple(
            frame
            for frame in place.frames
            if not frame.talk_off and frame.slug not in _NOT_THE_CUSTOMER
        )
        place = replace(place, frames=frames, done=place.done | self._asked, ahead="")
        if place.main == 0 and not spoken:
            return place
        return self._at(replace(place, resume=0), max(place.main, place.resume, self.purpose))

    def customer_back(self, place: Place) -> Place:
        """Somebody else has handed over: identify, if that is still to be done."""
        frames = tuple(frame for frame in place.frames if frame.slug not in _NOT_THE_CUSTOMER)
        if frames == place.frames:
            return place
        place = replace(place, frames=frames)
        if place.open:
            return place
        return replace(
            place,
            main=self.verification,
            resume=max(place.resume, place.main),
            done=place.done - self._asked,
        )

    # ---- the main line -------------------------------------------------------------------------

    def asked(self, place: Place, heard: frozenset[str]) -> Place:
        """The agent asks of their own accord what an exit begins with: they heard what it is for.

        Who asks whether somebody is safe has a reason, whatever was recognised of it.
        """
        for slug in _ENTERED_BY_ASKING:
            leave = self.flow.exits.get(slug)
            if leave is not None and leave.steps[0].id in heard:
                place = self.enter(place, slug)
        return place

    def agent_said(self, place: Place, heard: frozenset[str], near: frozenset[str]) -> Place:
        """The agent said these steps, for certain (`heard`) or only where they are due (`near`)."""
        frame = place.frames[-1] if place.frames else None
        if frame is None:
            return self._main_said(place, heard, near)
        steps = self.steps_of(frame)
        due = {step.id for step in steps[frame.index : frame.index + 2]}
        said = heard | (near & due)
        further = [
            index for index, step in enumerate(steps) if index >= frame.index and step.id in said
        ]
        place = replace(place, done=place.done | {steps[index].id for index in further})
        if self.may_leave(frame):
            # What was due here has been heard: only sure phrases lead away from it.
            moved = self._main_said(
                replace(place, frames=()), heard, frozenset() if further else near
            )
            if moved.main != place.main:
                return moved
        if further:
            return self._advance_frame(place, further[-1] + 1)
        if not frame.talk_off:
            return place
        if frame.since:  # the reply was given in the agent's own words
            return self._advance_frame(place, 1)
        return replace(place, frames=(*place.frames[:-1], replace(frame, since=1)))

    def _main_said(self, place: Place, heard: frozenset[str], near: frozenset[str]) -> Place:
        """The agent said steps of the main line; `near` count for the next two steps only."""
        limit = len(self.main) if place.open else self.purpose
        due = {step.id for step in self.ahead(place, 2)}
        said = {
            step.id
            for step in self.main[:limit]
            if step.id in heard or (step.id in near and step.id in due)
        }
        ahead = [self._index[name] for name in said if self._index[name] >= place.main]
        place = replace(place, done=place.done | said)
        return self._past(place, max(ahead)) if ahead else place

    def _past(self, place: Place, index: int) -> Place:
        """Go on after a step that was said; a required one left out in its stage is due first."""
        stage = self.main[index].stage
        following = index + 1
        while following < len(self.main) and self.gone_past(place, self.main[following]):
            following += 1
        if following >= len(self.main) or self.main[following].stage != stage:
            for earlier, step in enumerate(self.main[:index]):
                due = step.required and not self.gone_past(place, step)
                if step.stage == stage and due and step.id not in place.done:
                    return replace(place, main=earlier)
        return self._at(place, following)

    def _at(self, place: Place, index: int) -> Place:
        """The first step from `index` on that is still to be said; the last one at the end."""
        while index < len(self.main) and (
            self.main[index].id in place.done or self.gone_past(place, self.main[index])
        ):
            index += 1
        return self._take_waiting(replace(place, main=min(index, len(self.main) - 1)))

    # ---- exits and talk-offs -------------------------------------------------------------------

    def left(self, place: Place) -> Place:
        """Out of every exit and reply; what called for them may do so again, from their start."""
        slugs = {frame.slug for frame in place.frames}
        said = {step.id for frame in place.frames for step in self.steps_of(frame)}
        return replace(place, frames=(), visited=place.visited - slugs, done=place.done - said)

    def choose(self, place: Place, slug: str) -> Place:
        """The agent's key decides, but for the debt, which waits for verification and danger."""
        reply = self.flow.talk_offs.get(slug)
        if reply is not None:
            danger = any(frame.slug in _ENTERED_BY_ASKING for frame in place.frames)
            may = not reply.verified or (place.open and not danger)
            return self._reply(place, reply) if may else place
        leave = self.flow.exits.get(slug)
        if leave is None:
            return self._go_to(place, slug)
        if leave.verified and not place.open:
            return self._call_for(place, leave)
        if place.frames and place.frames[-1].slug == slug:
            return place
        return self.enter(place, slug)

    def _go_to(self, place: Place, stage: str) -> Place:
        """A stage of the main line, by key: what is open in between is left, not forgotten."""
        if not place.open:
            return place
        for index, step in enumerate(self.main):
            belongs = step.belongs(self._strategy, inbound=self._inbound)
            if step.stage == stage and belongs and step.id not in place.done:
                return replace(place, main=index, frames=())
        return place

    def at_stage(self, place: Place, stage: str) -> Place:
        """At the first step of a stage that was not said yet; where it was, if all of them were."""
        for index, step in enumerate(self.main):
            due = step.id not in place.done and not self.gone_past(place, step)
            if step.stage == stage and due:
                return replace(place, main=index)
        return place

    def stand_at(self, place: Place, step: str) -> Place:
        """At a step of the main line by its id, once the purpose is told; else where it was."""
        told = place.open and self.main[place.main].stage not in _UNTOLD
        if step not in self._index or not told:
            return place
        return replace(place, main=self._index[step])

    def _reply(self, place: Place, reply: TalkOff) -> Place:
        """Bring up the reply to an objection."""
        if place.frames and place.frames[-1].slug == reply.slug:
            return place
        return replace(
            place,
            frames=(*place.frames, Frame(reply.slug, talk_off=True)),
            done=place.done | reply.answers,
            visited=place.visited | {reply.slug},
        )

    def enter(self, place: Place, slug: str) -> Place:
        """Go into an exit; a reply in progress ends, the exit below it waits."""
        leave = self.flow.exits.get(slug)
        if leave is None or any(frame.slug == slug for frame in place.frames):
            return place
        frames = tuple(frame for frame in place.frames if not frame.talk_off)
        return replace(
            place,
            frames=(*frames, Frame(slug)),
            done=place.done | leave.answers,
            visited=place.visited | {slug},
            waiting=tuple(item for item in place.waiting if item != slug),
        )

    def _take_waiting(self, place: Place) -> Place:
        """Enter what was called for earlier, once it can be."""
        if place.frames or not place.waiting or not place.open:
            return place
        if self.main[place.main].stage in _UNTOLD:
            return place
        first = max(place.waiting, key=lambda slug: self.flow.exits[slug].priority)
        return self.enter(place, first)

    def advance(self, place: Place) -> Place:
        """What is shown was said; what is withheld cannot be."""
        if place.frames:
            frame = place.frames[-1]
            said = self.steps_of(frame)[frame.index].id
            return self._advance_frame(replace(place, done=place.done | {said}), frame.index + 1)
        if self.withheld(place):
            return place
        step = self.main[place.main]
        return self._past(replace(place, done=place.done | {step.id}), place.main)

    def _advance_frame(self, place: Place, index: int) -> Place:
        """Go on to a step of the exit or reply in progress, or to what follows it."""
        frame = place.frames[-1]
        if index < len(self.steps_of(frame)):
            moved = replace(frame, index=index, since=0)
            return replace(place, frames=(*place.frames[:-1], moved))
        then = self.then(frame)
        if then == END:
            return place
        place = replace(place, frames=place.frames[:-1])
        if then in self.flow.exits:
            return self.enter(place, then)
        if then != RETURN:
            start = next(i for i, step in enumerate(self.main) if step.stage == then)
            return self._at(place, max(place.main, start))
        # What the customer's words have answered meanwhile need not be asked any more.
        return self._at(place, place.main) if not place.frames else place

    def customer_said(self, place: Place, called: tuple[str, ...]) -> Place:
        """The customer's words call for exits or replies, told in the order of the words."""
        exits = sorted(
            (slug for slug in called if slug in self.flow.exits and slug not in place.visited),
            key=lambda slug: -self.flow.exits[slug].priority,
        )
        for slug in exits:
            place = self._call_for(place, self.flow.exits[slug])
        open_frame = place.frames[-1] if place.frames else None
        # A reply that the agent has begun gives way to the reply to what is objected after it.
        answered = open_frame is not None and open_frame.talk_off and open_frame.since > 0
        if exits or (open_frame is not None and not answered):
            return place
        stage = self.stage(place)
        for slug in called:
            reply = self.flow.talk_offs.get(slug)
            if reply is not None and stage in reply.stages and (place.open or not reply.verified):
                if open_frame is not None and open_frame.slug != slug:
                    place = replace(place, frames=place.frames[:-1])
                return self._reply(place, reply)
        return place

    def somebody_else(self, place: Place) -> Place:
        """Somebody else listens: a matter that is more urgent, as a death, goes on with them."""
        frame = place.frames[-1] if place.frames else None
        exits = self.flow.exits
        urgent = exits[frame.slug].priority if frame is not None and not frame.talk_off else 0
        if urgent > exits["third_party"].priority:
            return place
        return self.enter(place, "third_party")

    def _call_for(self, place: Place, leave: Exit) -> Place:
        """An exit that the customer's words call for: now, later, or after a more urgent one."""
        if any(frame.slug == leave.slug for frame in place.frames) or leave.slug in place.waiting:
            return place
        if leave.verified and not self._told(place):
            return replace(
                place,
                waiting=(*place.waiting, leave.slug),
                done=place.done | leave.answers,
            )
        current = place.frames[-1] if place.frames else None
        if current is not None and not current.talk_off:
            other = self.flow.exits[current.slug]
            later = other.priority == leave.priority and current.index > 0
            if other.priority >= leave.priority and not later:
                if other.firm:
                    return place
                return replace(place, waiting=(*place.waiting, leave.slug))
        return self.enter(place, leave.slug)

    def _told(self, place: Place) -> bool:
        """Whether a matter of the account may be dealt with."""
        return place.open and self.main[place.main].stage not in BEFORE_VERIFICATION
