"""Walks a call flow by typed words: `assistant scripts walk`.

Owns the reading of typed turns and what is written after each.  It drives the session that every
call drives, so rules, verification and script do here what they do on the phone; only the times
are made up: words last what they last when they are spoken calmly.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TextIO

from assistant import __version__
from assistant.events import (
    Act,
    AgentActed,
    CallStarted,
    ChannelOpened,
    FinalRecognised,
    FindingChanged,
    Input,
    ListenerChanged,
    ObjectionHeard,
    Output,
    PromiseChanged,
    PromiseStatus,
    PromptChanged,
    RecognisedWord,
    VerificationChanged,
    VerificationPolicy,
)
from assistant.guidance import Guidance
from assistant.interface_text import Interface
from assistant.rule_texts import CollectorTexts
from assistant.rules_in_force import RulesInForce
from assistant.strategy_words import strategy_words
from assistant.wording import Wording
from compliance.context import INBOUND, CallHeader, Collector, Contact
from compliance.errors import AssistantError
from compliance.findings import Kind, Status
from compliance.transcript import Speaker
from scripts.account import Account, Promise, load_account
from scripts.cases import specimen_account
from scripts.flow_file import FLOWS, load_flow
from scripts.prompt import Prompt

_CHANNELS = {"a": Speaker.AGENT, "c": Speaker.CUSTOMER, "t": Speaker.THIRD_PARTY}
_FORM = "Begin with a: (agent), c: (customer), t: (third party) or k: (a key)."
_RATE_HZ = 1000
_WORD = 350  # samples that an English word lasts; a Han character lasts somewhat less
_CHARACTER = 220
_PAUSE = 800
_BEGUN = datetime(2026, 1, 1, 12, tzinfo=UTC)


def scripts_walk(
    *,
    language: str,
    collector: str | None,
    folder: Path | None,
    account: Path | None,
    strategies: Path | None = None,
    told: ToldCase | None = None,
    source: TextIO | None = None,
) -> None:
    """Read turns up to an empty line or the end of input, and write the place after each.

    Who collects is the account's business unless `collector` says otherwise, and so are the days
    past due and what is on file unless the case is `told`.

    Raises:
        AssistantError: there is no flow or no pack, the account cannot be read, or it is one of
            another jurisdiction, whose lines would not be true for it.
    """
    loaded = load_account(account) if account is not None else None
    collects = Collector(collector or (loaded.collector if loaded else Collector.IN_HOUSE))
    flow = load_flow(language, collects, folder or FLOWS)
    if loaded is not None and loaded.jurisdiction != flow.jurisdiction:
        raise AssistantError(
            f"the account is of '{loaded.jurisdiction}', the script of '{flow.jurisdiction}'",
            "Walk the script of the account's own jurisdiction.",
        )
    in_force = RulesInForce(own_strategies=strategies)
    guidance = Guidance(in_force(flow.jurisdiction, language), flow, in_force.strategies())
    told = told or ToldCase()
    walk = Walk(guidance, language, collects, told.account(loaded or specimen_account(flow)), told)
    typed = source if source is not None else sys.stdin
    asking = typed.isatty()
    _write(walk.begun())
    while True:
        if asking:
            sys.stdout.write("> ")
            sys.stdout.flush()
        line = typed.readline().strip()
        if not line:
            return
        try:
            _write(walk.turn(line))
        except AssistantError as error:
            _write((str(error),))


def _write(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class ToldCase:
    """What the options of a walk say of the case; `None` and nothing leave it to the account.

    `broken` is the day of a promise that was not kept, `unanswered` counts contacts.
    """

    days: int | None = None
    broken: date | None = None
    unanswered: int = 0
    facts: tuple[tuple[str, bool], ...] = ()
    inbound: bool = False

    def account(self, account: Account) -> Account:
        """The account with what is told of it."""
        promises, broken = account.promises, self.broken
        if broken is not None:
            made_on = max((promise.made_on for promise in promises), default=broken)
            amount = account.minimum_due or account.overdue_amount
            promises = (*promises, Promise(max(made_on, broken), broken, amount, kept=False))
        days = account.days_past_due if self.days is None else self.days
        facts = {**account.facts, **dict(self.facts)}
        return replace(account, days_past_due=days, promises=promises, facts=facts)

    def contacts(self) -> tuple[Contact, ...] | None:
        """The contacts of the days before, each without an answer."""
        if not self.unanswered:
            return None
        return tuple(
            Contact(_BEGUN - timedelta(days=days), outcome="no_answer")
            for days in range(1, self.unanswered + 1)
        )


class Walk:
    """One call that is typed, turn by turn."""

    def __init__(
        self,
        guidance: Guidance,
        language: str,
        collector: Collector,
        account: Account,
        told: ToldCase,
    ) -> None:
        self._guidance = guidance
        self._header = CallHeader(
            guidance.rules.jurisdiction,
            language,
            collector,
            facts={**account.facts, INBOUND: told.inbound},
            contacts=told.contacts(),
        )
        self._account = account
        texts = CollectorTexts(guidance.rules, collector)
        self._wording = Wording(texts, Interface("en"), language)
        self._session = guidance.session()
        self._now = 0
        self._han = language.startswith("zh")
        self._prompt: Prompt | None = None

    def begun(self) -> list[str]:
        """The place before a word is said."""
        start = CallStarted(
            header=self._header,
            policy=VerificationPolicy.AGENT,
            version=__version__,
            started_at_utc=_BEGUN.isoformat(timespec="milliseconds"),
            zone="UTC",
            rules_hash=self._guidance.rules.content_hash,
            scripts_hash=self._guidance.scripts_hash,
            model="typed",
            model_hash="",
            account_hash="",
            account=self._account,
        )
        lines = [*self._received(start)]
        chosen = self._guidance.strategy(self._account, self._header)
        if chosen is not None:
            lines.append(f"  strategy: {strategy_words(chosen, self._wording)}")
        for number, (name, speaker) in enumerate(_CHANNELS.items()):
            lines += self._received(ChannelOpened(number, name, speaker, _RATE_HZ))
        return [*lines, *self._place()]

    def turn(self, line: str) -> list[str]:
        """What one typed line changes, and the place after it.

        Raises:
            AssistantError: it is no turn, or there is no such key.
        """
        who, colon, text = line.partition(":")
        who, text = who.strip().lower(), text.strip()
        if not colon or not text or who not in (*_CHANNELS, "k"):
            raise AssistantError(f"'{line[:20]}' is no turn", _FORM)
        made = self._key(text) if who == "k" else self._said([*_CHANNELS].index(who), text)
        return [*self._received(made), *self._place()]

    def _key(self, text: str) -> AgentActed:
        name, _, argument = text.partition(" ")
        known = [act.value for act in Act]
        if name not in known:
            raise AssistantError(f"there is no key '{name[:30]}'", f"There are {', '.join(known)}.")
        return AgentActed(Act(name), self._now, argument.strip())

    def _said(self, channel: int, text: str) -> FinalRecognised:
        pieces = [*text.replace(" ", "")] if self._han else text.split()
        lasts = _CHARACTER if self._han else _WORD
        begin = self._now + _PAUSE
        words = tuple(
            RecognisedWord(piece, begin + place * lasts, begin + (place + 1) * lasts, 1.0)
            for place, piece in enumerate(pieces)
        )
        self._now = begin + len(words) * lasts
        return FinalRecognised(channel, self._now, text, words)

    def _received(self, event: Input) -> Iterator[str]:
        for output in self._session.receive(event):
            yield from self._told(output)

    def _told(self, output: Output) -> Iterator[str]:
        if isinstance(output, PromptChanged):
            self._prompt = output.prompt
        elif isinstance(output, FindingChanged):
            finding = output.finding
            sign = "»" if finding.kind is Kind.ROUTE else "⚠"
            if finding.status is Status.CONFIRMED:
                yield f"  {sign} {finding.rule}: {finding.verdict.value.replace('_', ' ')}"
        elif isinstance(output, ObjectionHeard):
            yield f"  ● objection: {output.objection.replace('_', ' ')}"
        elif isinstance(output, PromiseChanged):
            sign = "◆" if output.status is PromiseStatus.CONFIRMED else "◇"
            for part in output.promised.parts:
                doubts = ", ".join(doubt.value.replace("_", " ") for doubt in part.doubts)
                when = part.day.isoformat() if part.day is not None else "?"
                told = f"{part.amount or '?'} {part.currency} on {when}"
                yield f"  {sign} {output.status.value}: {told}{f' ({doubts}?)' if doubts else ''}"
        elif isinstance(output, VerificationChanged):
            if output.verified:
                yield "  ✔ the right party is confirmed"
            else:
                proposed = "two identifiers match: k: verified confirms"
                yield f"  □ {proposed if output.proposed else 'not confirmed'}"
        elif isinstance(output, ListenerChanged):
            yield f"  the listener is now: {output.listener.value.replace('_', ' ')}"

    def _place(self) -> Iterator[str]:
        prompt = self._prompt
        if prompt is not None:
            waits = "  (the fuller line waits for the right party)" if prompt.withheld else ""
            yield f"  ▶ {prompt.step}{waits}"
            yield f"    {prompt.line}"
