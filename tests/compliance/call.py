"""One call fed to one monitor, for tests: whoever speaks, in whatever context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from compliance.context import CallContext, CallHeader, Contact, Listener
from compliance.findings import Finding, Statement
from compliance.monitor import Closing, Monitor
from compliance.rules import RuleSet
from compliance.transcript import Speaker, Utterance, Word


class Talk:
    """A call; `says` is a final of the agent, `hears` one of the customer."""

    def __init__(
        self,
        rules: RuleSet,
        header: CallHeader | None = None,
        *,
        facts: Mapping[str, bool] | None = None,
        today: date | None = None,
    ) -> None:
        self.header = header or CallHeader(
            rules.jurisdiction,
            rules.language,
            verified=True,
            listener=Listener.CUSTOMER,
            facts=facts or {},
        )
        self.context = CallContext(self.header, self.header.verified, self.header.listener)
        self.monitor = Monitor(rules, self.header, today)
        self.opening = self.monitor.opened(self.context).findings
        self.statements: list[Statement] = []
        self._count = 0

    def says(
        self,
        text: str,
        start_s: float | None = None,
        end_s: float | None = None,
        *,
        speaker: Speaker = Speaker.AGENT,
        final: bool = True,
        words: Iterable[Word] = (),
    ) -> tuple[Finding, ...]:
        utterance = Utterance(
            f"u{self._count}", self._count, speaker, text, tuple(words), start_s, end_s, final
        )
        self._count += final
        heard = self.monitor.hear(utterance, self.context)
        self.statements.extend(heard.statements)
        return heard.findings

    def hears(
        self, text: str, start_s: float | None = None, end_s: float | None = None
    ) -> tuple[Finding, ...]:
        return self.says(text, start_s, end_s, speaker=Speaker.CUSTOMER)

    def rules_said(self, text: str, start_s: float | None = None) -> list[str]:
        """The rules that a final of the agent was found to break."""
        return [finding.rule for finding in self.says(text, start_s, start_s)]

    def now(self, **changes: object) -> None:
        """Change the context of what follows."""
        self.context = replace(self.context, **changes)  # type: ignore[arg-type]

    def close(self) -> Closing:
        return self.monitor.close(self.context)

    def open_rules(self) -> dict[str, str]:
        """The rules that could not be judged, and why."""
        return dict(self.close().because)


def contacts(*at: tuple[str, str]) -> tuple[Contact, ...]:
    """Earlier contacts from pairs of an ISO time and an outcome."""
    from datetime import datetime

    return tuple(Contact(datetime.fromisoformat(when), outcome=what) for when, what in at)
