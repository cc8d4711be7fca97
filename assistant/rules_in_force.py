"""Which rules judge on this machine: those that ship, with the bank's own folder laid over them;
which strategies choose the lines, and what becomes a task for whom.

Owns that choice, for every command alike, so that a live call, a replay, a check and the reports on
rules never differ in what they judge by.  It judges nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assistant.record.locations import Locations
from compliance.errors import BadInput, Fault
from compliance.packs import load_rules
from compliance.rules import RuleSet
from scripts.strategy import Strategies
from scripts.strategy_file import read_strategies, shipped_strategies
from scripts.tasks import TaskKinds, load_tasks, shipped_tasks


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """Loads rule sets as they are in force; `bank` is the bank's folder, `None` where it has none.

    A call to it is a loader of rules as `check_transcript` asks for one.  `own_strategies` is where
    the bank's own strategies would be, `own_tasks` where its tasks.
    """

    bank: Path | None = None
    own_strategies: Path | None = None
    own_tasks: Path | None = None

    @staticmethod
    def at(locations: Locations) -> RulesInForce:
        """Those of the given locations.

        Raises:
            BadInput: a folder was named that is not there, so that the bank's rules would be
                missing without anybody knowing.
        """
        folder = locations.rules_dir
        own = (locations.strategies_path, locations.tasks_path)
        if folder.is_dir():
            return RulesInForce(folder, *own)
        if locations.rules is not None:
            fault = Fault(folder, 0, 0, "there is no such folder")
            raise BadInput(
                "the bank's rules cannot be read",
                (fault,),
                "Mend ASSISTANT_RULES, or unset it to judge by the rules that ship.",
            )
        return RulesInForce(None, *own)

    def strategies(self) -> Strategies:
        """What chooses among the lines of the flows: the bank's own file, else the one that ships.

        Raises:
            BadInput: the bank's file has faults.
        """
        own = self.own_strategies
        return read_strategies(own) if own is not None and own.exists() else shipped_strategies()

    def tasks(self) -> TaskKinds:
        """What becomes a task, whose and by when: the bank's own file, else the one that ships.

        Raises:
            BadInput: the bank's file has faults.
        """
        own = self.own_tasks
        return load_tasks(own) if own is not None and own.exists() else shipped_tasks()

    def __call__(self, jurisdiction: str, language: str) -> RuleSet:
        """The rules of a jurisdiction for calls in a language, those in force today chosen.

        Raises:
            MissingPart: there are none.
            BadInput: a pack or the bank's folder has faults.
        """
        today = datetime.now().astimezone().date()
        return load_rules(jurisdiction, language, bank=self.bank).at(today)

    def changes(self, rules: RuleSet) -> str:
        """What the bank's folder changes in a rule set, in one line; empty where nothing."""
        if self.bank is None:
            return ""
        decisions = rules.decisions
        off = sum(decision.off for decision in decisions)
        softened = sum(decision.softened for decision in decisions)
        silenced = sum(bool(decision.phrase) for decision in decisions)
        added = sum(Path(phrase.path).is_relative_to(self.bank) for phrase in rules.phrases.phrases)
        counts = (
            (len(rules.added), "added"),
            (off, "switched off"),
            (softened, "softened"),
            (len(decisions) - off - softened - silenced, "changed otherwise"),
            (added, "phrases added"),
            (silenced, "phrases silenced"),
        )
        told = [f"{count} {what}" for count, what in counts if count]
        return f"this bank's rules: {', '.join(told)}" if told else ""
