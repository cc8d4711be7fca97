"""What guides the agent through one call: the script, the replies to objections, the promises.

Owns the order in which they hear an utterance or a key, and what of them is told anew.  Pure: it
judges nothing and reads no clock.  A running call and a transcript that is checked are guided by
the same object.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assistant.events import (
    AgentActed,
    CallStarted,
    ObjectionHeard,
    PromiseChanged,
    PromiseStatus,
    PromptChanged,
    VerificationPolicy,
)
from assistant.promise_watch import PromiseWatch
from compliance.context import CallContext
from compliance.transcript import Speaker, Utterance
from scripts.account import Account
from scripts.engine import ScriptEngine
from scripts.prompt import Prompt

Guided = ObjectionHeard | PromiseChanged | PromptChanged


class Guide:
    """The guidance of one call.

    Args:
        start: the call's first event.
        script: its script; `None` where no flow fits, and then promises alone are followed.
    """

    def __init__(self, start: CallStarted, script: ScriptEngine | None) -> None:
        self._script = script
        self._promises = PromiseWatch(start)
        self._recorded = start.policy is VerificationPolicy.HEARD
        self._told: Prompt | None = None

    def prompt(self, call_s: float) -> Iterator[PromptChanged]:
        """What to say now, where that was not told yet."""
        if self._script is None:
            return
        prompt = self._script.prompt
        if prompt != self._told:
            self._told = prompt
            yield PromptChanged(prompt, call_s)

    @property
    def exits(self) -> frozenset[str]:
        """The exits of the script that are in progress, or called for and waiting."""
        return frozenset(self._script.exits) if self._script is not None else frozenset()

    def heard(
        self,
        utterance: Utterance,
        context: CallContext,
        routes: Iterable[str],
        call_s: float,
        *,
        customer_heard: bool = True,
    ) -> Iterator[Guided]:
        """An utterance has settled.

        Args:
            utterance: what was said, and by whom.
            context: how the call stands after it.
            routes: those that the rules found in it, by name.
            call_s: when.
            customer_heard: whether the customer's words reach the program at all.
        """
        script = self._script
        asked = script is not None and script.asks_for_payment
        if script is not None:
            script.hear(
                utterance,
                verified=bool(context.verified),
                listener=context.listener,
                routes=routes,
                unconfirmed=self._recorded,
            )
        # What the agent reads back may lead on to the next stage: it was asked before, or is now.
        asked = asked or (script is not None and script.asks_for_payment)
        alone = not customer_heard
        promised = tuple(self._promises.heard(utterance, context, call_s, asked=asked, alone=alone))
        # Who says what they will pay objects to nothing, if it only sounded like it.
        if script is not None and script.objection and (script.objection_founded or not promised):
            yield ObjectionHeard(script.objection, script.reply(script.objection), call_s)
        yield from self._promised(promised, read_back=utterance.speaker is Speaker.AGENT)
        yield from self.prompt(call_s)

    def acted(self, event: AgentActed, context: CallContext, call_s: float) -> Iterator[Guided]:
        """A key was pressed; `context` is how the call stands after it."""
        yield from self._promised(self._promises.acted(event, context, call_s))
        if self._script is not None:
            self._script.act(
                event.act.value,
                event.argument,
                verified=bool(context.verified),
                listener=context.listener,
            )
        yield from self.prompt(call_s)

    def linked(self, account: Account, context: CallContext, call_s: float) -> Iterator[Guided]:
        """The call's account became known: lines are filled with it from here on.

        What was proposed before was read against another account, or none, and stands no more.
        """
        yield from self._promised(self._promises.linked(account, call_s))
        if self._script is not None:
            self._script.link(account, context.header)
            self._script.act(
                "account_linked", verified=bool(context.verified), listener=context.listener
            )
        yield from self.prompt(call_s)

    def _promised(
        self, changes: Iterable[PromiseChanged], *, read_back: bool = False
    ) -> Iterator[PromiseChanged]:
        """Tell what is promised; the script has it read back, unless that was just done."""
        for change in changes:
            yield change
            if self._script is None:
                continue
            if change.status is PromiseStatus.PROPOSED and not read_back:
                self._script.promised(change.promised.line, complete=change.promised.complete)
            elif change.status is not PromiseStatus.PROPOSED:
                confirmed = change.status is PromiseStatus.CONFIRMED
                self._script.promise_settled(confirmed=confirmed)
