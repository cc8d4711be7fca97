"""Walks a call flow: what to say now, moved on by what is heard and by the agent's keys.

Owns the place of one call in its script.  It is pure: words, keys, verification and listener come
in, a prompt comes out, and the same inputs give the same prompts; the wording of a step is fixed
for a call.  It refuses to fill a line of the debt unless the right party is confirmed, whatever the
flow's author wrote.  It judges nothing that was said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from compliance.context import CallHeader, Listener
from compliance.transcript import Speaker, Utterance
from scripts.account import Account
from scripts.exit_ear import ExitEar
from scripts.fields import debt_fields, open_fields
from scripts.flow import RETURN, Flow, Situation, Step
from scripts.following import followed
from scripts.hearing import StepEar
from scripts.intents.talk import Belief, load_talk
from scripts.objection_ear import load_objections
from scripts.prompt import DANGER, DISTRESS, Prompt
from scripts.route import Place, Route
from scripts.strategy import Chooser, Chosen

_HISTORY = 200  # steps that an agent can go back
READ_BACK, ASK = "commitment.read_back", "commitment.ask"
"""The steps of a flow at which a promise is read back, and asked for."""
# These replies press nobody either, and are nearer to what was said.
_BEFORE_DISTRESS = frozenset({"bereavement", "already_paid"})
_CHANGED_HANDS = frozenset({"taken_over", "passed_on"})
_OF_PAYMENT = frozenset({"options", "commitment"})
# Who listens there is not the customer: the script goes where that is dealt with.
_EXIT_OF = {Listener.THIRD_PARTY: "third_party", Listener.VOICEMAIL: "voicemail"}


class ScriptEngine:
    """The script of one call.

    Args:
        flow: the flow for the call's language and collector.
        account: fills the lines; without one, neutral lines stand in where names are needed.
        call: any text that is the call's own; it settles which of several wordings is used.
        chosen: the strategy of the case; without one, neutral lines are said.
        inbound: whether the customer called.
        chooser: chooses the strategy anew when another account is linked.
    """

    def __init__(
        self,
        flow: Flow,
        account: Account | None,
        call: str = "",
        *,
        chosen: Chosen | None = None,
        inbound: bool = False,
        chooser: Chooser | None = None,
    ) -> None:
        self._flow = flow
        self._chooser = chooser
        self._strategy = chosen.strategy if chosen else None
        self._inbound = inbound
        self._call = call or (account.id if account else "")
        self._open_fields = open_fields(account, flow.language)
        self._all_fields = self._open_fields | debt_fields(account, flow.language)
        self._facts = dict(account.facts) if account else {}
        self._route = Route(flow, self._strategy, inbound=inbound)
        self._ear = StepEar(flow)
        self._talk = load_talk(flow.language)
        self._belief: Belief | None = None
        self._believed: Belief | None = None  # before what was said last
        self._agents: Belief | None = None  # after the agent's words before them
        self._exit_ear = ExitEar(flow.language)
        self._objections = load_objections(flow.language)
        self._objection = ""
        self.objection_founded = True
        """Whether the objection was heard for more than likeness alone."""
        self._own_lines: dict[str, str] = {}
        self._verified = False
        self._listener = Listener.UNKNOWN
        self._spoken = False
        self._place = Place()
        self._history: list[Place] = []
        self._made_for: tuple[object, ...] = ()
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
            for step in self._route.main[: self._place.main]
            if step.required
            and step.id not in self._place.done
            and not self._route.gone_past(self._place, step)
        )

    @property
    def fields(self) -> frozenset[str]:
        """The slots that may be filled as things stand."""
        return frozenset(self._situation().fields)

    @property
    def exits(self) -> tuple[str, ...]:
        """The exits in progress, the innermost last, and those called for that wait."""
        taken = tuple(frame.slug for frame in self._place.frames if not frame.talk_off)
        return (*taken, *self._place.waiting)

    @property
    def objection(self) -> str:
        """The objection in what was heard last, by slug; empty where there is none."""
        return self._objection

    def reply(self, objection: str) -> str:
        """The approved reply to an objection as things stand; empty where it may not be given."""
        reply = self._flow.talk_offs.get(objection)
        if reply is None or (reply.verified and not self._place.open):
            return ""
        return reply.step.say(self._situation(), self._call).line

    def replies(self) -> dict[str, str]:
        """The approved reply to each objection, as it would be said to the confirmed customer."""
        situation = Situation(
            open=True,
            listener=Listener.CUSTOMER,
            collector=self._flow.collector,
            facts=self._facts,
            fields=self._all_fields,
            strategy=self._strategy,
            inbound=self._inbound,
        )
        said = {
            slug: reply.step.say(situation, self._call).line
            for slug, reply in self._flow.talk_offs.items()
        }
        return {slug: line for slug, line in said.items() if line}

    # ---- what happens --------------------------------------------------------------------------

    def hear(
        self,
        utterance: Utterance,
        *,
        verified: bool,
        listener: Listener,
        routes: Iterable[str] = (),
        unconfirmed: bool = False,
    ) -> bool:
        """Take in one utterance and how the call stands after it; tell whether the prompt changed.

        `routes` are those that the rules found in the customer's words, by name (`self_harm`): they
        know more wordings than any flow, and a flow's own phrases are nearer to its replies.

        `unconfirmed`: the agent is followed past a confirmation that nobody heard, as in a
        recording; the lines stay withheld.

        Partials move nothing.  Words of an unknown speaker can tick off steps, never open an exit.
        """
        place = self._stand(self._place, verified=verified, listener=listener)
        self._objection = ""
        if utterance.final and utterance.text:
            if self._talk is not None:
                self._believed = self._belief
                self._belief = self._talk.heard(self._belief, utterance.speaker, utterance.text)
            if utterance.speaker in (Speaker.AGENT, Speaker.UNKNOWN):
                place = self._agent_said(place, utterance, unconfirmed=unconfirmed)
                self._spoken = True
            else:
                place = self._customer_said(place, utterance, tuple(routes))
            if self._talk is not None:
                self._entered(place.visited - self._place.visited)
        return self._settle(place)

    def _entered(self, entered: frozenset[str]) -> None:
        """What the script goes into is evidence of what is spoken of; danger is no guess."""
        assert self._talk is not None
        for slug in sorted(entered.intersection(self._flow.exits)):
            if slug == DANGER:
                self._belief = self._talk.chosen(DANGER)
                return
            if self._belief is not None:
                self._belief = self._talk.led(self._belief, slug)

    def _agent_said(self, place: Place, utterance: Utterance, *, unconfirmed: bool) -> Place:
        """Steps that were heard move the call; where none was, the agent's own words may."""
        agents = self._agents
        if utterance.speaker is Speaker.AGENT:
            self._agents = self._belief
        heard, near = self._ear.agent_said(utterance.text)
        if utterance.speaker is Speaker.AGENT:
            place = self._route.asked(place, heard)
        moved = self._route.agent_said(place, heard, near)
        if (moved.main, moved.frames) != (place.main, place.frames):
            return replace(moved, ahead="") if moved.ahead else moved
        if utterance.speaker is not Speaker.AGENT or self._belief is None:
            return moved
        return followed(
            self._route, moved, self._belief, self._believed, agents, unconfirmed=unconfirmed
        )

    def _customer_said(self, place: Place, utterance: Utterance, routes: tuple[str, ...]) -> Place:
        founded = self.objection_founded = True
        if utterance.speaker is Speaker.CUSTOMER:
            self._objection, founded = self._objections.founded(utterance.text, routes)
            self.objection_founded = founded
        # Who finds the fees unfair disputes them in a way, but is answered.
        vague = self._objections.otherwise
        led = [
            slug
            for name in routes
            if name not in vague or self._objection in ("", vague[name])
            for slug in self._flow.routes.get(name, ())
        ]
        heard = self._ear.customer_said(utterance.text)
        # A likeness alone is named, and leads nowhere: the line to say is not taken away for it.
        found = (*led, *(self._leads_to(self._objection) if founded else ()))
        if any(slug in self._flow.exits for slug in (*heard, *led)):
            found = (*led, *(slug for slug in found if slug not in self._flow.exits))
        text = utterance.text if utterance.speaker is Speaker.CUSTOMER else ""
        weighed = self._exit_ear.weighed(heard, found, self._flow.exits, text, confirmed=place.open)
        against = self._ear.speaks_against(text).difference(heard)
        weighed = tuple(slug for slug in weighed if slug not in against)
        if place.open and text:
            # Who is confirmed and speaks is not the one who died: it is their loss.
            weighed = tuple("bereavement" if slug == "deceased" else slug for slug in weighed)
        if DISTRESS in weighed and _BEFORE_DISTRESS.isdisjoint(weighed):
            # Whom it is too much for is not asked what they could pay, whatever else they said.
            weighed = (DISTRESS, *weighed)
        return self._route.customer_said(place, weighed)

    def _leads_to(self, objection: str) -> tuple[str, ...]:
        """What an objection that was heard calls for: its reply, or the exit that deals with it."""
        reply = self._flow.talk_offs.get(objection)
        if reply is None:
            return ()
        to_exit = not reply.stages and reply.then in self._flow.exits
        return (reply.then,) if to_exit else (objection,)

    def link(self, account: Account, header: CallHeader | None = None) -> bool:
        """The account became known: fill the lines with it; tell whether the prompt changed.

        The place in the script stays, and so does the wording of its steps, but for what the
        strategy of the account's case changes.  `header` is the call's with that account.
        """
        chosen = self._chooser(account, header) if self._chooser and header else None
        self._strategy = chosen.strategy if chosen else None
        self._route = Route(self._flow, self._strategy, inbound=self._inbound)
        self._place = self._route.refit(self._place)
        self._made_for = ()
        self._open_fields = open_fields(account, self._flow.language)
        self._all_fields = self._open_fields | debt_fields(account, self._flow.language)
        self._facts = dict(account.facts)
        self._own_lines = {}  # what was counted for another account
        return self._told_anew()

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
            name: `step_done`, `step_back`, `exit` and `objection` (with a slug), `option_quoted`
                (with its sentence), `verified`, `verification_withdrawn`, `third_party`,
                `customer_back`, `taken_over`, `passed_on`; others change nothing.
            argument: the slug of an exit or objection, an unknown one changes nothing; or what is
                said instead of the flow's line at the options.
            verified: how the call stands after the key; left out, it follows from the key.
            listener: likewise.
        """
        verified, listener = self._after_key(name, verified, listener)
        place = self._stand(self._place, verified=verified, listener=listener)
        was = self._prompt.stage
        if name == "step_back":
            self._place = place
            return self._told_where(was, changed=self._back())
        if name == "step_done":
            place = self._route.advance(place)
        elif name == "option_quoted":
            place = self._quoted(place, argument)
        elif name in ("exit", "objection"):
            place = self._route.choose(place, argument)
        elif name == "customer_back":
            place = self._route.customer_back(place)
        elif name in _CHANGED_HANDS:
            place = self._route.anew(place)
        return self._told_where(was, changed=self._settle(place))

    def _told_where(self, was: str, *, changed: bool) -> bool:
        """A key that led to another stage says where the talk is."""
        if self._talk is not None and self._prompt.stage != was:
            self._belief = self._talk.chosen(self._prompt.stage)
            self._told_anew()
        return changed

    @property
    def asks_for_payment(self) -> bool:
        """Whether the call is about how and when to pay: then an amount alone means something."""
        return self._place.open and self._stage(self._route.main[self._place.main]) in _OF_PAYMENT

    def promised(self, line: str, *, complete: bool) -> bool:
        """The customer has proposed a payment; tell whether the prompt changed.

        Args:
            line: the sentence that reads it back, or asks for what is missing or in doubt.
            complete: whether it has amount and day: then reading it back is what comes now, unless
                an exit or a reply is in progress, which comes first.
        """
        step = READ_BACK if complete else ASK
        self._own_lines = {step: line} if line else {}
        place = self._place
        main = self._route.main[place.main]
        if not place.frames and (complete or main.stage in _OF_PAYMENT):
            place = self._route.stand_at(place, step)
        return self._settle(place)

    def _quoted(self, place: Place, line: str) -> Place:
        """What a way to repay comes to is said at the options, in the place of the flow's line."""
        main = self._route.main
        step = main[place.main]
        if step.stage != "options" or place.frames:
            step = next(each for each in main if each.stage == "options")
        moved = self._route.stand_at(place, step.id)
        if moved is not place and line:
            self._own_lines = {step.id: line}
            moved = replace(moved, frames=())
        return moved

    def promise_settled(self, *, confirmed: bool) -> bool:
        """The agent confirmed the proposed payment, or dismissed it; tell whether that shows."""
        self._own_lines = {}
        place = self._place
        if confirmed and not place.frames and self._route.main[place.main].id == READ_BACK:
            place = self._route.advance(place)
        return self._settle(place)

    # ---- verification and listener -------------------------------------------------------------

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

    def _stand(self, place: Place, *, verified: bool, listener: Listener) -> Place:
        """How the call stands now; who listens decides before what they hear."""
        was_open, was_listener = place.open, self._listener
        self._verified, self._listener = verified, listener
        if place.open is not self._may_speak():
            place = replace(place, open=not place.open)
        if was_open and not place.open:
            place = self._route.withdrawn(place)
        if listener is not was_listener:
            if listener is Listener.THIRD_PARTY:
                place = self._route.somebody_else(place)
            elif listener in _EXIT_OF:
                place = self._route.enter(place, _EXIT_OF[listener])
            elif was_listener in _EXIT_OF:
                place = self._route.customer_back(place)
        if place.open and not was_open:
            place = self._route.confirmed(place, spoken=self._spoken)
        return place

    def _may_speak(self) -> bool:
        return self._verified and self._listener not in _EXIT_OF

    # ---- place and prompt ----------------------------------------------------------------------

    def _settle(self, place: Place) -> bool:
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

    def _fitting(self, place: Place) -> Place:
        """An earlier place, fitted to who listens now: going back never uncovers the debt."""
        place = replace(place, open=self._may_speak())
        if self._route.withheld(place) or (place.frames and not place.open):
            place = self._route.withdrawn(place)
        if self._listener in _EXIT_OF:
            place = self._route.enter(place, _EXIT_OF[self._listener])
        return self._route.refit(place)

    def _told_anew(self) -> bool:
        talk = self._belief.label if self._belief is not None else ""
        made_for = (self._place, self._listener, tuple(self._own_lines.items()), talk)
        if made_for == self._made_for:
            return False
        self._made_for = made_for
        prompt = self._make_prompt()
        changed = prompt != self._prompt
        self._prompt = prompt
        return changed

    def _situation(self) -> Situation:
        return Situation(
            open=self._place.open,
            listener=self._listener,
            collector=self._flow.collector,
            facts=self._facts,
            fields=self._all_fields if self._place.open else self._open_fields,
            strategy=self._strategy,
            inbound=self._inbound,
        )

    def _make_prompt(self) -> Prompt:
        place, route, situation = self._place, self._route, self._situation()
        withheld = route.withheld(place)
        main = self._flow.withheld if withheld else route.main[place.main]
        step = main
        following: tuple[Step, ...] = () if withheld else route.ahead(place, 2)[1:]
        if place.frames:
            frame = place.frames[-1]
            steps = route.steps_of(frame)
            step = steps[frame.index]
            following = steps[frame.index + 1 :][:1]
            if not following and route.then(frame) == RETURN:
                following = (main,)
        now = step.say(situation, self._call)
        if step.id in self._own_lines and place.open:
            now = replace(now, line=self._own_lines[step.id])
        shown = [item for item in following if route.may_show(place, item)]
        return Prompt(
            stage=self._stage(main),
            step=step.id,
            line=now.line,
            next_line=shown[0].say(situation, self._call).line if shown else "",
            done=self._done(),
            choices=self._choices(main),
            withheld=now.withheld or step is self._flow.withheld,
            strategy=self._strategy or "",
            talk=self._belief.label if self._belief is not None else "",
        )

    def _stage(self, main: Step) -> str:
        exits = [frame.slug for frame in self._place.frames if not frame.talk_off]
        if exits:
            return exits[-1]
        return self._place.ahead if self._place.ahead and not self._place.open else main.stage

    def _done(self) -> tuple[str, ...]:
        place, route = self._place, self._route
        stages = [stage.slug for stage in self._flow.stages]
        here = stages.index(route.stage(place))
        last = len(route.main) - 1
        if place.main == last and route.main[last].id in place.done:
            here += 1
        return tuple(stages[:here])

    def _choices(self, main: Step) -> tuple[str, ...]:
        for frame in reversed(self._place.frames):
            if not frame.talk_off:
                return self._flow.exits[frame.slug].choices
        return next(stage.choices for stage in self._flow.stages if stage.slug == main.stage)
