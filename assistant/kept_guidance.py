"""The rules and scripts in force now, for calls that were kept then.

Owns the way from a kept call to rule texts for its reader and to a fresh session for its inputs.
It loads each jurisdiction once and judges nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.events import CallStarted
from assistant.guidance import Guidance, load_guidance
from assistant.record.kept import KeptCall
from assistant.rule_texts import CollectorTexts
from assistant.rules_in_force import RulesInForce
from assistant.session import CallSession, day_of
from assistant.wording import RuleTexts
from compliance.context import Collector
from compliance.errors import MissingPart
from scripts.tasks import TaskKinds

_Key = tuple[str, str, Collector | None]


@dataclass(frozen=True, slots=True)
class Guided:
    """What a kept call is played again with.

    `rules_hash` and `scripts_hash` are the content hashes of what is in force now; `talk_offs` are
    the replies as a screen shows them, by objection; `tasks` what it may give others to do.
    """

    session: CallSession
    texts: RuleTexts
    rules_hash: str
    talk_offs: Mapping[str, str] = field(default_factory=dict)
    scripts_hash: str = ""
    tasks: TaskKinds | None = None


class KeptGuidance:
    """Finds what guides kept calls; remembers what it has loaded."""

    def __init__(self, rules: RulesInForce | None = None) -> None:
        """`rules` are those in force; without them, those that ship."""
        self._rules = rules or RulesInForce()
        self._loaded: dict[_Key, Guidance] = {}

    def texts_for(self, call: KeptCall) -> tuple[RuleTexts | None, str]:
        """The rule texts of the call's jurisdiction and the content hash of its rules.

        `None` and an empty hash where there are no rules for it (any more).

        Raises:
            BadInput: a pack is broken.
        """
        collector = Collector(call.collector) if call.collector else None
        try:
            guidance = self._load((call.jurisdiction, call.language, collector))
        except MissingPart:
            return None, ""
        return CollectorTexts(guidance.rules, collector), guidance.rules.content_hash

    def guide(self, started: CallStarted) -> Guided:
        """A fresh session for a kept call's inputs, and the texts that go with it.

        Raises:
            MissingPart: there are no rules for the call's jurisdiction.
            BadInput: a pack or a flow is broken.
        """
        header = started.header
        guidance = self._load((header.jurisdiction, header.language, header.collector))
        return Guided(
            session=guidance.session(),
            texts=CollectorTexts(guidance.rules.at(day_of(started)), header.collector),
            rules_hash=guidance.rules.content_hash,
            talk_offs=guidance.replies(started.account),
            scripts_hash=guidance.scripts_hash,
            tasks=guidance.tasks,
        )

    def _load(self, key: _Key) -> Guidance:
        if key not in self._loaded:
            self._loaded[key] = load_guidance(*key, self._rules)
        return self._loaded[key]
