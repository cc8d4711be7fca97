"""What guides a call: rules in force, flow, strategies and tasks, under one language and collector.

Owns finding what belongs together, and the session and the script made of it.  It starts no call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.rules_in_force import RulesInForce
from assistant.session import CallSession
from compliance.context import INBOUND, CallHeader, Collector
from compliance.rules import RuleSet
from scripts.account import Account, content_hash
from scripts.engine import ScriptEngine
from scripts.flow import Flow
from scripts.flow_choice import flow_for
from scripts.strategy import Chooser, Chosen, Strategies
from scripts.strategy_file import shipped_strategies
from scripts.tasks import TaskKinds, shipped_tasks


@dataclass(frozen=True, slots=True)
class Guidance:
    """What judges and guides a call: rules and, where its law has one in its language, a flow.

    `strategies` choose which of the flow's lines fit the case; `tasks` are what it may give others
    to do.
    """

    rules: RuleSet
    flow: Flow | None
    strategies: Strategies = field(default_factory=shipped_strategies)
    tasks: TaskKinds = field(default_factory=shipped_tasks)

    @property
    def scripts_hash(self) -> str:
        """A hash of the flow and of what chooses among its lines; empty where no flow guides."""
        if self.flow is None:
            return ""
        both = f"{self.flow.content_hash} {self.strategies.content_hash}"
        return hashlib.sha256(both.encode()).hexdigest()

    @property
    def chooser(self) -> Chooser:
        """Chooses the strategy of a call."""
        return Chooser(self.strategies, self.rules.around.outcomes)

    def session(self) -> CallSession:
        """A fresh session."""
        return CallSession(
            self.rules,
            lambda start: self.script(start.account, start.header),
            tasks=self.tasks,
        )

    def script(
        self, account: Account | None, header: CallHeader | None = None
    ) -> ScriptEngine | None:
        """A fresh script for an account and a call; `None` where the language has no flow.

        Which of several wordings a line takes follows from the account, not from the call's id, so
        that the same call replayed says the same.
        """
        if self.flow is None:
            return None
        header = header or self._no_header()
        return ScriptEngine(
            self.flow,
            account,
            content_hash(account),
            chosen=self.chooser(account, header),
            inbound=header.facts.get(INBOUND) is True,
            chooser=self.chooser,
        )

    def replies(self, account: Account | None) -> Mapping[str, str]:
        """The approved replies by objection, finished and filled; none without an account."""
        script = self.script(account)
        return script.replies() if script is not None and account is not None else {}

    def strategy(self, account: Account, header: CallHeader | None = None) -> Chosen | None:
        """What the case of an account asks for, and why; `None` where no flow guides."""
        return self.chooser(account, header or self._no_header()) if self.flow else None

    def _no_header(self) -> CallHeader:
        return CallHeader(self.rules.jurisdiction, self.rules.language)


def load_guidance(
    jurisdiction: str,
    language: str,
    collector: Collector | None,
    rules: RulesInForce | None = None,
) -> Guidance:
    """The rules of a jurisdiction, its flow for a language, the strategies and tasks in force.

    Args:
        jurisdiction: whose law.
        language: of the call.
        collector: who collects; scripts differ.
        rules: those in force; without them, those that ship.

    Raises:
        MissingPart: there is no rule pack for the jurisdiction.
        BadInput: a pack, the flow, the bank's strategies or tasks are broken; all are told.
    """
    in_force = rules or RulesInForce()
    judging = in_force(jurisdiction, language)
    strategies, tasks = in_force.strategies(), in_force.tasks()
    return guidance_under(judging, language, collector, strategies, tasks)


def guidance_under(
    rules: RuleSet,
    language: str,
    collector: Collector | None,
    strategies: Strategies | None = None,
    tasks: TaskKinds | None = None,
) -> Guidance:
    """These rules and the flow of a language, where there is one.

    Args:
        rules: what judges.
        language: of the call.
        collector: who collects.
        strategies: choose among the flow's lines; without them, those that ship.
        tasks: what it may give others to do; likewise.

    Raises:
        BadInput: the flow is broken; all faults are told.
    """
    flow = flow_for(rules.jurisdiction, language, collector)
    return Guidance(rules, flow, strategies or shipped_strategies(), tasks or shipped_tasks())
