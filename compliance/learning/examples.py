"""Example utterances: breaches and lawful lines that look alike, by author.

Owns reading `compliance/examples/<language>/<author>.jsonl`.  Authors wrote without seeing each
other's lines, so that what one wrote can measure what was learned from the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from compliance.cases import load_cases
from compliance.context import CallContext, CallHeader, Collector, Listener
from compliance.documents import Schema
from compliance.errors import BadInput, Fault, MissingPart
from compliance.learning.example_files import example_lines
from compliance.likeness import EXAMPLES
from compliance.packs import available, load_rules
from compliance.phrases import base_language
from compliance.places import LANGUAGE_OF
from compliance.rules import RuleSet
from compliance.transcript import Speaker

ORDINARY = "ordinary"  # lawful talk of no family
CUSTOMER = "customer"  # the other side's words


class _Line(Schema):
    family: str
    label: Literal["breach", "ok"]
    style: Literal["direct", "veiled", "near", "plain", ""] = ""
    listener: Literal["customer", "unverified", "third_party", "voicemail"]
    speaker: Literal["agent", "customer"] = "agent"
    fact: bool = False
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """One line.

    `breach` is whether the agent must not say it to this `listener`; `fact`: only what the file
    says decides.  `style` is `direct` or `veiled` for breaches, `near` for lawful look-alikes.
    """

    author: str
    family: str
    breach: bool
    style: str
    listener: Listener
    verified: bool
    fact: bool
    text: str

    def context(self, jurisdiction: str, language: str) -> CallContext:
        """A call in which it is said, by an agency."""
        header = CallHeader(
            jurisdiction=jurisdiction,
            language=language,
            collector=Collector.AGENCY,
            verified=self.verified,
            listener=self.listener,
        )
        return CallContext(header, self.verified, self.listener)


_LISTENERS = {
    "customer": (Listener.CUSTOMER, True),
    "unverified": (Listener.UNKNOWN, False),
    "third_party": (Listener.THIRD_PARTY, False),
    "voicemail": (Listener.VOICEMAIL, False),
}


def load_examples(language: str, folder: Path = EXAMPLES) -> tuple[Example, ...]:
    """The agent's lines of a language (`en`, `zh`), all authors.

    Raises:
        MissingPart: there are none.
        BadInput: lines have faults, all told with their places.
    """
    paths = sorted((folder / language).glob("*.jsonl"))
    if not paths:
        raise MissingPart(f"there are no example utterances for {language}")
    found: list[Example] = []
    faults: list[Fault] = []
    for path in paths:
        for _number, line in example_lines(path, _Line, faults):
            if line.speaker == "agent":
                listener, verified = _LISTENERS[line.listener]
                found.append(
                    Example(
                        path.stem, line.family, line.label == "breach", line.style,
                        listener, verified, line.fact, line.text,
                    )
                )  # fmt: skip
    if faults:
        raise BadInput("the example utterances have faults", tuple(faults))
    return tuple(found)


def case_examples(language: str) -> tuple[Example, ...]:
    """The agent's lines of the packs' own cases, and what the packs advise: one more author."""
    found: dict[str, Example] = {}
    for jurisdiction in available():
        if base_language(LANGUAGE_OF[jurisdiction]) != language:
            continue
        rules = load_rules(jurisdiction, LANGUAGE_OF[jurisdiction], likeness=False)
        for text, family in _advice(rules):
            found[text] = _case(text, family, breach=False)
        for case in load_cases(jurisdiction):
            told = sorted(case.breaks | case.check)
            if case.speaker is not Speaker.AGENT or case.context.header.facts:
                continue
            family = rules.rule(told[0]).family if told else ORDINARY
            example = _case(case.says, family, breach=bool(told))
            found.setdefault(
                case.says,
                replace(
                    example,
                    listener=case.context.listener,
                    verified=bool(case.context.verified),
                    fact=not case.breaks,
                ),
            )
    return tuple(found.values())


def _advice(rules: RuleSet) -> Iterator[tuple[str, str]]:
    """What an agent may read aloud, with its family: all of it is lawful."""
    for rule in rules.rules:
        for text in (*rule.do_now.values(), *(repair.text for repair in rule.repairs)):
            yield text, rule.family


def _case(text: str, family: str, *, breach: bool) -> Example:
    return Example(
        "cases", family, breach, "", Listener.CUSTOMER, verified=True, fact=False, text=text
    )
