"""Walks a call flow: what to say now, moved on by what is heard and by the agent's keys.

Owns the place of one call in its script.  It is pure: words, keys, verification and listener come
in, a prompt comes out, and the same inputs give the same prompts; the wording of a step is fixed
for a call.  It refuses to fill a line of the debt unless the right party is confirmed, whatever the
flow's author wrote.  It judges nothing that was said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from compliance.context import Listener
from compliance.transcript import Speaker, Utterance
from scripts.account import Account
from scripts.fields import debt_fields, open_fields
from scripts.flow import BEFORE_VERIFICATION, END, RETURN, Exit, Flow, Situation, Step, TalkOff
from scripts.hearing import StepEar
from scripts.prompt import Prompt

_HISTORY = 200  # steps that an agent can go back
# Exits for somebody who is not the customer: they end when the customer is confirmed.
_NOT_THE_CUSTOMER = frozenset(("third_party", "wrong_number", "screener", "voicemail"))
# Later stages; a matter raised before the purpose is told waits until here.
_UNTOLD = (*BEFORE_VERIFICATION, "purpose")


@dataclass(frozen=True, slots=True)
class _Frame:
    """An exit or talk-off in progress; `index` counts its steps, `since` finals."""

    slug: str
    index: int = 0
    talk_off: bool = False
    since: int = 0


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the call stands; one value, so that going back is taking up an earlier one.

    `main` indexes the main line.  `resume` is where it goes on once the customer is confirmed
    again.  `waiting` are exits called for that cannot be entered yet, `visited` those that were.
    """

    main: int = 0
    done: frozenset[str] = frozenset()
    frames: tuple[_Frame, ...] = ()
    resume: int = 0
    waiting: tuple[str, ...] = ()
    visited: frozenset[str] = frozenset()


class ScriptEngine:
    """The script of one call.

    Args:
        flow: the flow for the call's language and collector.
        account: fills the lines; without one, neutral lines stand in where names are needed.
        call: any text that is the call's own; it settles which of several wordings is used.
    """

    def __init__(self, flow: Flow, account: Account | None, call: str = "") -> None:
        self._flow = flow
        self._call = call or (account.id if account else "")
        self._open_fields = open_fields(account, flow.language)
        self._all_fields = self._open_fields | debt_fields(account, flow.language)
        self._facts = dict(account.facts) if account else {}
        self._main = flow.main_line
        self._index = {step.id: index for index, step in enumerate(self._main)}
        self._purpose = next(
            index for index, step in enumerate(self._main) if step.stage not in BEFORE_VERIFICATION
        )
        self._verification = next(
            index for index, step in enumerate(self._main) if step.stage == "verification"
        )
        self._ear = StepEar(flow)
        self._verified = False
        self._listener = Listener.UNKNOWN
        self._spoken = False
        self._place = _Place()
        self._history: list[_Place] = []
        self._prompt = self._make_prompt()

    # ---- what is asked -------------------------------------------------------------------------

    @property
    def prompt(self) -> Prompt:
        """What to say now."""
        return self._prompt

    @property
    def skipped(self) -> tuple[str, ...]:
        """Required steps that the call has gone past without their being heard."""
        return tuple(
            step.id
            for step in self._main[: self._place.main]
            if step.required and step.id not in self._place.done
        )

    @property
    def fields(self) -> frozenset[str]:
        """The slots that may be filled as things stand."""
        return frozenset(self._situation().fields)

    def replies(self) -> dict[str, str]:
        """The approved reply to each objection, as it would be said to the confirmed customer."""
        situation = Situation(
            open=True,
            listener=Listener.CUSTOMER,
            collector=self._flow.collector,
            facts=self._facts,
            fields=self._all_fields,
        )
        said = {
            slug: reply.step.say(situation, self._call).line
            for slug, reply in self._flow.talk_offs.items()
        }
        return {slug: line for slug, line in said.items() if line}

    # ---- what happens --------------------------------------------------------------------------

    def hear(self, utterance: Utterance, *, verified: bool, listener: Listener) -> bool:
        """Take in one utterance and how the call stands after it; tell whether the prompt changed.

        Partials move nothing.  Words of an unknown speaker can tick off steps, never open an exit.
        """
        place = self._stand(self._place, verified=verified, listener=listener)
        if utterance.final and utterance.text:
            if utterance.speaker in (Speaker.AGENT, Speaker.UNKNOWN):
                place = self._agent_said(place, utterance.text)
                self._spoken = True
            else:
                place = self._customer_said(place, utterance.text)
        return self._settle(place)

    def act(
        self,
        name: str,
        argument: str = "",
        *,
        verified: bool | None = None,
        listener: Listener | None = None,
    ) -> bool:
        """Take in a key; tell whether the prompt changed.

        Args:
            name: `step_done`, `step_back`, `exit` and `objection` (with a slug), `verified`,
                `verification_withdrawn`, `third_party`, `customer_back`; others change nothing.
            argument: the slug of an exit or objection; an unknown one changes nothing.
            verified: how the call stands after the key; left out, it follows from the key.
            listener: likewise.
        """
        verified, listener = self._after_key(name, verified, listener)
        place = self._stand(self._place, verified=verified, listener=listener)
        if name == "step_back":
            self._place = place
            return self._back()
        if name == "step_done":
            place = self._advance(place)
        elif name in ("exit", "objection"):
            place = self._choose(place, argument)
        elif name == "customer_back":
            place = self._customer_back(place)
        return self._settle(place)

    # ---- verification and listener -------------------------------------------------------------

    @property
    def _open(self) -> bool:
        return self._verified and self._listener not in (Listener.THIRD_PARTY, Listener.VOICEMAIL)

    def _after_key(
        self, name: str, verified: bool | None, listener: Listener | None
    ) -> tuple[bool, Listener]:
        own_verified = {"verified": True, "verification_withdrawn": False, "third_party": False}
        own_listener = {
            "verified": Listener.CUSTOMER,
            "third_party": Listener.THIRD_PARTY,
            "customer_back": Listener.UNKNOWN,
        }
        if verified is None:
            verified = own_verified.get(name, self._verified)
        if listener is None:
            listener = own_listener.get(name, self._listener)
        return verified, listener

    def _stand(self, place: _Place, *, verified: bool, listener: Listener) -> _Place:
        """How the call stands now; who listens decides before what they hear."""
        was_open, was_listener = self._open, self._listener
        self._verified, self._listener = verified, listener
        if was_open and not self._open:
            place = self._close(place)
        if listener is not was_listener:
            if listener is Listener.THIRD_PARTY:
                place = self._enter(place, "third_party")
            elif listener is Listener.VOICEMAIL:
                place = self._enter(place, "voicemail")
            elif was_listener in (Listener.THIRD_PARTY, Listener.VOICEMAIL):
                place = self._customer_back(place)
        if self._open and not was_open:
            place = self._confirmed(place)
        return place

    def _close(self, place: _Place) -> _Place:
        """The confirmation is gone: identify again, and remember where the call was."""
        waiting = tuple(
            frame.slug
            for frame in place.frames
            if not frame.talk_off and self._flow.exits[frame.slug].verified
        )
        frames = tuple(
            frame
            for frame in place.frames
            if not frame.talk_off and not self._flow.exits[frame.slug].verified
        )
        asked = {step.id for step in self._main if step.stage == "verification"}
        return replace(
            place,
            main=min(place.main, self._verification),
            done=place.done - asked,
            frames=frames,
            resume=max(place.resume, place.main),
            waiting=(*waiting, *place.waiting),
        )

    def _confirmed(self, place: _Place) -> _Place:
        """The right party is confirmed: go on with the purpose, or where the call was."""
        frames = tuple(frame for frame in place.frames if frame.slug not in _NOT_THE_CUSTOMER)
        asked = {step.id for step in self._main if step.stage == "verification"}
        place = replace(place, frames=frames, done=place.done | asked)
        if place.main == 0 and not self._spoken and place.main < self._verification:
            return place  # nobody has said hello yet
        return self._at(replace(place, resume=0), max(place.main, place.resume, self._purpose))

    def _customer_back(self, place: _Place) -> _Place:
        frames = tuple(frame for frame in place.frames if frame.slug not in _NOT_THE_CUSTOMER)
        if frames == place.frames:
            return place
        place = replace(place, frames=frames)
        if self._open:
            return place
        return replace(
            place,
            main=self._verification,
            resume=max(place.resume, place.main),
            done=place.done - {step.id for step in self._main if step.stage == "verification"},
        )

    # ---- what the agent says -------------------------------------------------------------------

    def _agent_said(self, place: _Place, text: str) -> _Place:
        heard, near = self._ear.agent_said(text)
        frame = place.frames[-1] if place.frames else None
        if frame is not None:
            steps = self._steps_of(frame)
            due = {step.id for step in steps[frame.index : frame.index + 2]}
            said = heard | (near & due)
            further = [
                index
                for index, step in enumerate(steps)
                if index >= frame.index and step.id in said
            ]
            place = replace(place, done=place.done | {steps[index].id for index in further})
            if self._may_leave(frame):
                # What was due here has been heard: only sure phrases lead away from it.
                moved = self._main_said(
                    replace(place, frames=()), heard, frozenset() if further else near
                )
                if moved.main != place.main:
                    return moved
            if further:
                return self._advance_frame(place, further[-1] + 1)
            if not self._may_leave(frame):
                return place
            if frame.talk_off and frame.since:
                # The reply was given in the agent's own words.
                return self._advance_frame(place, 1)
            frames = (*place.frames[:-1], replace(frame, since=frame.since + 1))
            return replace(place, frames=frames)
        return self._main_said(place, heard, near)

    def _main_said(self, place: _Place, heard: frozenset[str], near: frozenset[str]) -> _Place:
        limit = len(self._main) if self._open else self._purpose
        due = {step.id for step in self._main[place.main : place.main + 2]}
        said = {
            step.id
            for step in self._main[:limit]
            if step.id in heard or (step.id in near and step.id in due)
        }
        ahead = [self._index[name] for name in said if self._index[name] >= place.main]
        place = replace(place, done=place.done | said)
        return self._past(place, max(ahead)) if ahead else place

    def _past(self, place: _Place, index: int) -> _Place:
        """Go on after a step that was said; a required one left out in its stage is due first."""
        stage = self._main[index].stage
        following = index + 1
        if following >= len(self._main) or self._main[following].stage != stage:
            for earlier, step in enumerate(self._main[:index]):
                if step.stage == stage and step.required and step.id not in place.done:
                    return replace(place, main=earlier)
        return self._at(place, following)

    def _at(self, place: _Place, index: int) -> _Place:
        """The first step from `index` on that is still to be said; the last one at the end."""
        while index < len(self._main) and self._main[index].id in place.done:
            index += 1
        return self._take_waiting(replace(place, main=min(index, len(self._main) - 1)))

    # ---- what the customer says ----------------------------------------------------------------

    def _customer_said(self, place: _Place, text: str) -> _Place:
        called = self._ear.customer_said(text)
        exits = sorted(
            (slug for slug in called if slug in self._flow.exits and slug not in place.visited),
            key=lambda slug: -self._flow.exits[slug].priority,
        )
        for slug in exits:
            place = self._call_for(place, self._flow.exits[slug])
        if exits or place.frames:
            return place
        stage = "verification" if self._withheld(place) else self._main[place.main].stage
        for slug in called:
            reply = self._flow.talk_offs.get(slug)
            if reply is not None and stage in reply.stages and (self._open or not reply.verified):
                return self._reply(place, reply)
        return place

    def _call_for(self, place: _Place, leave: Exit) -> _Place:
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
            other = self._flow.exits[current.slug]
            if other.priority >= leave.priority:
                if other.then == END:
                    return place
                return replace(place, waiting=(*place.waiting, leave.slug))
        return self._enter(place, leave.slug)

    def _told(self, place: _Place) -> bool:
        return self._open and self._main[place.main].stage not in BEFORE_VERIFICATION

    # ---- exits and talk-offs -------------------------------------------------------------------

    def _choose(self, place: _Place, slug: str) -> _Place:
        """The agent's key decides, but for the debt, which waits for verification."""
        reply = self._flow.talk_offs.get(slug)
        if reply is not None:
            return self._reply(place, reply) if self._open or not reply.verified else place
        leave = self._flow.exits.get(slug)
        if leave is None:
            return place
        if leave.verified and not self._open:
            return self._call_for(place, leave)
        if place.frames and place.frames[-1].slug == slug:
            return place
        return self._enter(place, slug)

    def _reply(self, place: _Place, reply: TalkOff) -> _Place:
        if place.frames and place.frames[-1].slug == reply.slug:
            return place
        return replace(
            place,
            frames=(*place.frames, _Frame(reply.slug, talk_off=True)),
            done=place.done | reply.answers,
        )

    def _enter(self, place: _Place, slug: str) -> _Place:
        leave = self._flow.exits.get(slug)
        if leave is None or any(frame.slug == slug for frame in place.frames):
            return place
        frames = tuple(frame for frame in place.frames if not frame.talk_off)
        return replace(
            place,
            frames=(*frames, _Frame(slug)),
            done=place.done | leave.answers,
            visited=place.visited | {slug},
            waiting=tuple(item for item in place.waiting if item != slug),
        )

    def _take_waiting(self, place: _Place) -> _Place:
        """Enter what was called for earlier, once it can be."""
        if place.frames or not place.waiting or not self._open:
            return place
        if self._main[place.main].stage in _UNTOLD:
            return place
        first = max(place.waiting, key=lambda slug: self._flow.exits[slug].priority)
        return self._enter(place, first)

    def _steps_of(self, frame: _Frame) -> tuple[Step, ...]:
        if frame.talk_off:
            return (self._flow.talk_offs[frame.slug].step,)
        return self._flow.exits[frame.slug].steps

    def _then(self, frame: _Frame) -> str:
        if frame.talk_off:
            return self._flow.talk_offs[frame.slug].then
        return self._flow.exits[frame.slug].then

    def _may_leave(self, frame: _Frame) -> bool:
        """Whether the agent's going on with the main line ends this frame; a stop is a stop."""
        return self._then(frame) != END

    def _advance(self, place: _Place) -> _Place:
        if place.frames:
            frame = place.frames[-1]
            said = self._steps_of(frame)[frame.index].id
            return self._advance_frame(replace(place, done=place.done | {said}), frame.index + 1)
        if self._withheld(place):
            return place
        step = self._main[place.main]
        return self._past(replace(place, done=place.done | {step.id}), place.main)

    def _advance_frame(self, place: _Place, index: int) -> _Place:
        frame = place.frames[-1]
        if index < len(self._steps_of(frame)):
            moved = replace(frame, index=index, since=0)
            return replace(place, frames=(*place.frames[:-1], moved))
        then = self._then(frame)
        if then == END:
            return place
        place = replace(place, frames=place.frames[:-1])
        if then in self._flow.exits:
            return self._enter(place, then)
        if then != RETURN:
            start = next(i for i, step in enumerate(self._main) if step.stage == then)
            return self._at(place, max(place.main, start))
        # What the customer's words have answered meanwhile need not be asked any more.
        return self._at(place, place.main) if not place.frames else place

    # ---- place and prompt ----------------------------------------------------------------------

    def _settle(self, place: _Place) -> bool:
        if place != self._place:
            self._history.append(self._place)
            del self._history[:-_HISTORY]
            self._place = place
        return self._told_anew()

    def _back(self) -> bool:
        shown = self._prompt.step
        while self._history:
            self._place = self._fitting(self._history.pop())
            if self._make_prompt().step != shown:
                break
        return self._told_anew()

    def _fitting(self, place: _Place) -> _Place:
        """An earlier place, fitted to who listens now: going back never uncovers the debt."""
        if not self._open and (place.main >= self._purpose or place.frames):
            place = self._close(place)
        if self._listener is Listener.THIRD_PARTY:
            place = self._enter(place, "third_party")
        elif self._listener is Listener.VOICEMAIL:
            place = self._enter(place, "voicemail")
        return place

    def _told_anew(self) -> bool:
        prompt = self._make_prompt()
        changed = prompt != self._prompt
        self._prompt = prompt
        return changed

    def _withheld(self, place: _Place) -> bool:
        return not self._open and place.main >= self._purpose

    def _situation(self) -> Situation:
        return Situation(
            open=self._open,
            listener=self._listener,
            collector=self._flow.collector,
            facts=self._facts,
            fields=self._all_fields if self._open else self._open_fields,
        )

    def _make_prompt(self) -> Prompt:
        place, situation = self._place, self._situation()
        frame = place.frames[-1] if place.frames else None
        main = self._flow.withheld if self._withheld(place) else self._main[place.main]
        following: Iterable[Step] = self._main[place.main + 1 : place.main + 2]
        step = main
        if frame is not None:
            steps = self._steps_of(frame)
            step = steps[frame.index]
            following = steps[frame.index + 1 : frame.index + 2]
            if not following and self._then(frame) == RETURN:
                following = (main,)
        elif main is self._flow.withheld:
            following = ()
        following = tuple(item for item in following if self._may_show(item))
        now = step.say(situation, self._call)
        return Prompt(
            stage=self._stage(place, main),
            step=step.id,
            line=now.line,
            next_line=following[0].say(situation, self._call).line if following else "",
            done=self._done(place),
            choices=self._choices(place, main),
            withheld=now.withheld or step is self._flow.withheld,
        )

    def _may_show(self, step: Step) -> bool:
        index = self._index.get(step.id)
        return self._open or index is None or index < self._purpose

    def _stage(self, place: _Place, main: Step) -> str:
        exits = [frame.slug for frame in place.frames if not frame.talk_off]
        return exits[-1] if exits else main.stage

    def _done(self, place: _Place) -> tuple[str, ...]:
        stages = [stage.slug for stage in self._flow.stages]
        reached = self._verification if self._withheld(place) else place.main
        here = stages.index(self._main[reached].stage)
        last = self._main[-1]
        if place.main == len(self._main) - 1 and last.id in place.done:
            here += 1
        return tuple(stages[:here])

    def _choices(self, place: _Place, main: Step) -> tuple[str, ...]:
        for frame in reversed(place.frames):
            if not frame.talk_off:
                return self._flow.exits[frame.slug].choices
        return next(stage.choices for stage in self._flow.stages if stage.slug == main.stage)
