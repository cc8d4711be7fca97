"""Whether the lines of a flow may be said: each is judged by the rules in the state it is said in.

Owns the states in which a step can come up and the walk over all that can be said in them.  An
author's line that breaks a rule is found here, before an agent says it.  It changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from compliance.context import INBOUND, CallContext, CallHeader, Listener
from compliance.findings import Finding
from compliance.monitor import Monitor
from compliance.rules import RuleSet
from compliance.transcript import Speaker, Utterance
from scripts.account import Account
from scripts.fields import debt_fields, open_fields
from scripts.flow import BEFORE_VERIFICATION, Flow, Line, Situation, Step
from scripts.strategy import Strategy

# Exits in which somebody else than the customer listens, or nobody knows who.
LISTENERS = {
    "third_party": Listener.THIRD_PARTY,
    "wrong_number": Listener.THIRD_PARTY,
    "deceased": Listener.THIRD_PARTY,
    "screener": Listener.UNKNOWN,
    "voicemail": Listener.VOICEMAIL,
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line as it would be said: of which step, to whom, and filled from which account."""

    step: Step
    line: Line
    account: Account | None
    situation: Situation

    @property
    def text(self) -> str:
        """The sentence, filled."""
        return self.line.fill(self.situation)


def situation_of(
    flow: Flow,
    account: Account | None,
    *,
    is_open: bool,
    listener: Listener,
    strategy: Strategy | None = None,
    inbound: bool = False,
) -> Situation:
    """What decides which lines may be said; `is_open`: the right party is confirmed."""
    fields = open_fields(account, flow.language)
    if is_open:
        fields |= debt_fields(account, flow.language)
    return Situation(
        open=is_open,
        listener=listener,
        collector=flow.collector,
        facts=account.facts if account else {},
        fields=fields,
        strategy=strategy,
        inbound=inbound,
    )


# Whatever a case asks for, and whoever called.
CASES: tuple[tuple[Strategy | None, bool], ...] = tuple(product((None, *Strategy), (False, True)))


def states(flow: Flow, step: Step) -> Iterator[tuple[bool, Listener]]:
    """The states in which a step can be said: verified or not, and who listens."""
    if step.stage in flow.exits or step.id.startswith("talk_off."):
        leave = flow.exits.get(step.stage) or flow.talk_offs[step.stage]
        listener = LISTENERS.get(step.stage)
        if listener is not None:
            yield False, listener
            return
        yield True, Listener.CUSTOMER
        if not leave.verified:
            yield False, Listener.UNKNOWN
    elif step.stage in BEFORE_VERIFICATION:
        yield False, Listener.UNKNOWN
    else:
        yield True, Listener.CUSTOMER


def every_line(flow: Flow, accounts: Iterable[Account | None]) -> Iterator[Spoken]:
    """Every line that can be said with one of the accounts, in every state that it is said in.

    One that is said whatever the strategy and whoever called comes once.
    """
    for account in accounts:
        for step in flow.every_step():
            for is_open, listener in states(flow, step):
                plain = situation_of(flow, account, is_open=is_open, listener=listener)
                for line in (*step.lines, *step.otherwise):
                    situation = next(
                        (one for one in _cases(plain, line) if line.sayable(one)), None
                    )
                    if situation is not None:
                        yield Spoken(step, line, account, situation)


def _cases(plain: Situation, line: Line) -> Iterator[Situation]:
    """The cases in which a line may come up, as far as it asks who called and what strategy."""
    for strategy, inbound in CASES if line.strategies or line.inbound is not None else CASES[:1]:
        yield replace(plain, strategy=strategy, inbound=inbound)


def with_facts(flow: Flow, account: Account) -> Iterator[Account]:
    """The account with just the facts that some line of the flow needs, each once."""
    needed = dict.fromkeys(
        line.facts
        for step in flow.every_step()
        for line in (*step.lines, *step.otherwise)
        if line.facts
    )
    for facts in needed:
        yield replace(account, facts=dict(facts))


def judged(spoken: Spoken, flow: Flow, rules: RuleSet) -> tuple[Finding, ...]:
    """What the rules find in a line where it is said; nothing is what a shipped line gives."""
    situation, account = spoken.situation, spoken.account
    header = CallHeader(
        jurisdiction=rules.jurisdiction,
        language=flow.language,
        collector=flow.collector,
        verified=situation.open,
        listener=situation.listener,
        facts={**(account.facts if account else {}), INBOUND: situation.inbound},
    )
    context = CallContext(header, situation.open, situation.listener, spoken.step.stage)
    utterance = Utterance("u", 0, Speaker.AGENT, spoken.text)
    return Monitor(rules, header).hear(utterance, context).findings
