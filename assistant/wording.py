"""The one view through which findings, events and account values become text for a reader.

Owns `Wording`: it knows the reader's language and role, the call's language and where rule texts
come from.  Screens, prints and exports obtain text here and nowhere else, so that what a role may
not read is withheld in one place.  It decides nothing about a call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from rich.cells import cell_len

from assistant import terms
from assistant.display_text import DisplayText, display_text
from assistant.interface_text import N_, Interface
from compliance.findings import Finding, Kind, Message, VerifiedLaw
from scripts.account import Account
from scripts.commitments import Proposal
from scripts.commitments_parts import Doubt
from scripts.commitments_wording import shipped_promise_wording
from scripts.forms import money, person, rate, weekday_date, written_date
from scripts.promising import Promised
from scripts.tasks import TaskKinds, shipped_tasks

MOST_WORDS = 12
"""A line for somebody who is talking: at most this many English words …"""

MOST_CHARACTERS = 20
"""… or this many Chinese characters."""


class Reader(StrEnum):
    """Who reads.  An agent in a call, or somebody who looks at it afterwards."""

    AGENT = "agent"
    TRAINER = "trainer"
    REVIEWER = "reviewer"


class RuleLaw(Protocol):
    """What a rule says of its source."""

    @property
    def citation(self) -> str: ...

    @property
    def verified_law(self) -> VerifiedLaw: ...


class RuleTexts(Protocol):
    """Where rule texts come from: a set of rule packs, or a stored call's own."""

    def rule(self, rule_id: str, /) -> RuleLaw:
        """The rule named in a finding."""

    def message(self, message_id: str, params: tuple[tuple[str, str], ...], locale: str, /) -> str:
        """A text of the packs, its blanks filled, in an interface or call language."""


@dataclass(frozen=True, slots=True)
class FindingText:
    """A finding in the reader's language.

    `do_now` is one short line (empty where there is nothing to do), `say_now` a sentence offered
    for saying in the call's language (empty where none is true here), `law` the citation and
    `law_status` in words how far it was checked, `rule` the rule's id (empty for an agent, to whom
    it says nothing), `subject` what sort of breach it is, or what the caller spoke of.
    """

    do_now: str
    say_now: str
    subject: str
    severity: str
    verdict: str
    law: str
    law_status: str
    explanation: str
    rule: str


class Wording:
    """Text for one reader of one call."""

    def __init__(
        self,
        rules: RuleTexts,
        interface: Interface,
        call_language: str,
        reader: Reader = Reader.AGENT,
        *,
        tasks: TaskKinds | None = None,
    ) -> None:
        self._tasks = tasks
        self._rules = rules
        self._interface = interface
        self.call_language = call_language
        self.reader = reader

    # ---- the interface's words ---------------------------------------------------------------

    def text(self, msgid: str, **params: str | int) -> str:
        """The interface's words for an English message id."""
        return self._interface.text(msgid, **params)

    @property
    def tasks(self) -> TaskKinds:
        """The kinds and owners of tasks that there are."""
        return self._tasks if self._tasks is not None else shipped_tasks()

    @property
    def interface(self) -> Interface:
        """The interface's words, shared by all that is on the screen."""
        return self._interface

    @property
    def interface_code(self) -> str:
        """The interface's language, as texts in data name it: `en`, `zh-Hant`, `zh-Hans`."""
        return self._interface.catalogue.language.code

    def term(self, table: terms.Terms, slug: str) -> str:
        """The word for a slug of the field; an unknown slug is shown as it is."""
        msgid = table.get(slug)
        return self.text(msgid) if msgid is not None else slug.replace("_", " ")

    def doing(self, slug: str) -> str:
        """What a key says that the customer did."""
        for table in (terms.DOINGS, terms.OBJECTIONS):
            if slug in table:
                return self.term(table, slug)
        return self.term(terms.STAGES, slug).lower()

    def model(self, name: str) -> str:
        """The speech model's name; the demonstration model is called that in every language."""
        return self.text("demonstration model") if name.startswith("demonstration") else name

    # ---- findings ----------------------------------------------------------------------------

    def finding(self, finding: Finding) -> FindingText:
        """Everything a reader may see of a finding, in words."""
        code = self._interface.catalogue.language.code
        law = self._rules.rule(finding.rule)
        return FindingText(
            do_now=self._message(finding.do_now, code),
            say_now=self._message(finding.say_now, self.call_language),
            subject=self.subject(finding),
            severity=self.term(terms.SEVERITIES, finding.severity),
            verdict=self._verdict(finding),
            law=law.citation,
            law_status=self.term(terms.LAW_STATUS, law.verified_law),
            explanation=self._message(finding.explanation, code),
            rule="" if self.reader is Reader.AGENT else finding.rule,
        )

    def verified_law(self, finding: Finding) -> VerifiedLaw:
        """How far the law behind a finding was checked, as a slug for other programs."""
        return self._rules.rule(finding.rule).verified_law

    def do_now(self, finding: Finding) -> str:
        """The one line for an agent who is talking; empty where there is nothing to do."""
        return self._message(finding.do_now, self._interface.catalogue.language.code)

    def subject(self, finding: Finding) -> str:
        """What the finding is about, two or three words."""
        if finding.kind is Kind.ROUTE:
            code = self._interface.catalogue.language.code
            return self._rules.message(f"{finding.rule}.title", (), code)
        return self.term(terms.FAMILIES, finding.family)

    def _verdict(self, finding: Finding) -> str:
        if finding.kind is Kind.ROUTE:
            return self.text(terms.ROUTED)
        return self.term(terms.VERDICTS, finding.verdict)

    def _message(self, message: Message | None, locale: str) -> str:
        if message is None:
            return ""
        return self._rules.message(message.id, message.params, locale)

    # ---- what was said, and what to say ------------------------------------------------------

    def said(self, text: str) -> DisplayText:
        """Recognised text as shown, with its way back to the text as given."""
        return display_text(text, self.call_language)

    def line(self, text: str) -> str:
        """A script line as shown; it comes finished and filled, in the call's own writing."""
        return " ".join(text.split())

    # ---- the account -------------------------------------------------------------------------

    def transferred(self, to: str) -> str:
        """That the call changed hands: to whom, or to this desk."""
        if not to:
            return self.text("passed to this desk: a new voice, identify again")
        return self.text(
            "passed on to {whom}: from here on nothing is judged", whom=self.term(terms.PASSED, to)
        )

    def clock_set(self, seconds: float) -> str:
        """That the computer's clock was set, and by how much."""
        minutes = max(1, round(abs(seconds) / 60))
        msgid = (
            N_("this computer's clock was set forward by {minutes} min: check the hours")
            if seconds > 0
            else N_("this computer's clock was set back by {minutes} min: check the hours")
        )
        return self.text(msgid, minutes=minutes)

    def amount(self, amount: Decimal, currency: str) -> str:
        """Money as the reader's region writes it."""
        return money(amount, currency, self._interface.catalogue.language.region)

    def day(self, day: date) -> str:
        """A date as the reader's region writes it."""
        return written_date(day, self._interface.catalogue.language.region)

    def weekday(self, day: date) -> str:
        """A date near by, with its weekday and without its year: `Fri, Dec 4`, `12月4日週五`."""
        return weekday_date(day, self._interface.catalogue.language.region)

    def promised(self, promised: Promised) -> str:
        """Amounts, days and methods of what is promised, with what is in doubt behind it."""
        parts = [self._promised_part(part) for part in promised.parts]
        doubts = dict.fromkeys(doubt for part in promised.parts for doubt in part.doubts)
        told = [self.doubt(doubt) for doubt in doubts]
        comma = ", " if self.interface_code == "en" else "、"
        return " + ".join(parts) + (f" ({comma.join(told)}?)" if told else "")

    def doubt(self, doubt: Doubt) -> str:
        """Why what was said or typed is not certain."""
        return shipped_promise_wording().doubt(doubt, self.interface_code)

    def _promised_part(self, part: Proposal) -> str:
        amount = "?" if part.amount is None else self.amount(part.amount, part.currency)
        region = self._interface.catalogue.language.region
        day = "?" if part.day is None else weekday_date(part.day, region)
        method = shipped_promise_wording().method(part.method, region) if part.method else ""
        return " · ".join(filter(None, (amount, day, method)))

    def rate(self, percent: Decimal) -> str:
        """An annual rate as the reader's region writes it."""
        return rate(percent, self._interface.catalogue.language.region)

    def customer(self, account: Account) -> str:
        """The customer's name with the title, as asked for on the telephone."""
        return person(
            account.customer_name, account.family_name, account.honorific, self.call_language
        ).full


def is_short_enough(line: str) -> bool:
    """Whether a line can be read while talking: 12 words, or 20 Chinese characters.

    A line with wide characters counts characters (a Latin word inside it counts as one).
    """
    if cell_len(line) == len(line):
        return len(line.split()) <= MOST_WORDS
    count = 0
    in_word = False
    for char in line:
        latin = char.isascii() and char.isalnum()
        if not (latin and in_word) and not char.isspace():
            count += 1
        in_word = latin
    return count <= MOST_CHARACTERS
