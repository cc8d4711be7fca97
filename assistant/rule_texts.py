"""Rule texts for one kind of collector.

Owns the choice of citation: the same rule rests on another law for a bank's own desk than for an
agency.  Everything else passes through.
"""

from __future__ import annotations

from dataclasses import dataclass

from compliance.context import Collector
from compliance.findings import VerifiedLaw
from compliance.rules import RuleSet


@dataclass(frozen=True, slots=True)
class _Law:
    citation: str
    verified_law: VerifiedLaw


@dataclass(frozen=True, slots=True)
class CollectorTexts:
    """The texts of `rules` as they apply to `collector` (`None`: not known)."""

    rules: RuleSet
    collector: Collector | None

    def rule(self, rule_id: str, /) -> _Law:
        rule = self.rules.rule(rule_id)
        return _Law(rule.citation(self.collector), rule.law(self.collector))

    def message(self, message_id: str, params: tuple[tuple[str, str], ...], locale: str, /) -> str:
        return self.rules.message(message_id, params, locale)
