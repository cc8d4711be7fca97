"""Rule texts for a call that was judged by rules which may have changed or gone since.

Owns the one answer to "what if this rule is no longer there": its id still stands in the list, its
texts are empty, and nothing fails.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.wording import RuleLaw, RuleTexts
from compliance.errors import AssistantError
from compliance.findings import VerifiedLaw


@dataclass(frozen=True, slots=True)
class _Gone:
    """What is known of the law behind a rule that is no longer there."""

    citation: str = ""
    verified_law: VerifiedLaw = VerifiedLaw.MEMORY


class KeptTexts:
    """The texts of the rules in force now, where they still have what a kept finding names.

    Args:
        rules: the jurisdiction's rule texts; `None` where there are none.
    """

    def __init__(self, rules: RuleTexts | None) -> None:
        self._rules = rules

    def rule(self, rule_id: str, /) -> RuleLaw:
        """The rule named in a finding; without citation where it has gone."""
        if self._rules is None:
            return _Gone()
        try:
            return self._rules.rule(rule_id)
        except AssistantError:
            return _Gone()

    def message(self, message_id: str, params: tuple[tuple[str, str], ...], locale: str, /) -> str:
        """A text of the packs; empty where it has gone."""
        if self._rules is None:
            return ""
        try:
            return self._rules.message(message_id, params, locale)
        except AssistantError:
            return ""
