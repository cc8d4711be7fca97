"""What the command `rules explain` does.

Owns how the account of one sentence (`compliance.explaining`) is written: step by step, for a
reader who knows the law and no program, or as JSON.  It decides nothing.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.rule_desk import COUNTRIES, REVIEWED, RuleDesk, now
from compliance.context import CallHeader, Collector
from compliance.explaining import (
    LISTENERS,
    Excuse,
    Explained,
    HeardHere,
    Standing,
    Weighed,
    explain,
)
from compliance.findings import Finding, Verdict
from compliance.near_misses import NearMisses
from compliance.places import LANGUAGE_OF, jurisdiction_of
from compliance.rules import Guard, RuleSet
from compliance.transcript import Speaker

WIDTH = 96
LISTENING = {
    "customer": "the customer, whose identity is confirmed",
    "unverified": "somebody whose identity is not confirmed",
    "third_party": "a third party",
    "voicemail": "a voicemail",
    "unknown": "nobody knows whom",
}
_ALTERNATIVES = re.compile(r"([(\[])([^()\[\]]*)([)\]])")
_MOST_ALTERNATIVES = 5
_VERDICTS = {
    Verdict.BREACH: "BREACH",
    Verdict.CHECK_FACTS: "CHECK THE FACTS",
    Verdict.NOT_ASSESSABLE: "NOT ASSESSABLE",
}
_GUARDS = {
    Guard.NEGATED: "it is denied",
    Guard.REPORTED: "it tells or asks about others' words",
    Guard.ADVISED: "it warns, advises against fraud, corrects or apologises",
    Guard.CONDITIONAL: "it stands under a lawful condition",
    Guard.ASKED: "it is an open question",
}
_PARTS = {"listener": "who listens", "verified": "whether the identity is confirmed"}


def rules_explain(
    text: str,
    *,
    listener: str,
    speaker: str,
    language: str | None,
    jurisdiction: str | None,
    collector: str | None,
    facts: dict[str, bool],
    at: datetime | None,
    as_json: bool,
    data_dir: Path | None,
) -> None:
    """Write why a sentence is or is not flagged.

    Raises:
        AssistantError: there are no such rules, or files have faults.
    """
    if jurisdiction is None:
        jurisdiction = jurisdiction_of(language or "en-US")
    desk = RuleDesk.at(data_dir)
    desk.jurisdictions(jurisdiction)
    rules = desk.rules(jurisdiction, language)
    who, verified = LISTENERS[listener]
    header = CallHeader(
        jurisdiction=jurisdiction,
        language=language or LANGUAGE_OF[jurisdiction],
        collector=Collector(collector) if collector else None,
        started_at=at,
        verified=verified,
        listener=who,
        facts=facts,
    )
    explained = explain(
        rules,
        text,
        header,
        speaker=Speaker(speaker),
        today=now().date(),
        near=NearMisses(rules.language, desk.packs),
    )
    account = _Account(rules, explained, listener)
    if as_json:
        sys.stdout.write(json.dumps(account.record(), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(account.page())


class _Account:
    """One account, as text or as a record."""

    def __init__(self, rules: RuleSet, explained: Explained, listener: str) -> None:
        self._rules = rules
        self._explained = explained
        self._listener = listener

    # ---- as text -------------------------------------------------------------------------------

    def page(self) -> str:
        """The steps, each under its heading."""
        steps = (
            ("What was said", self._said()),
            ("In which call", self._call()),
            ("What was heard in it", self._heard()),
            ("What almost matched", self._nearly()),
            ("What it is like", self._alike()),
            ("Said to somebody else", self._to_others()),
            ("What could not be judged", self._undecided()),
            ("What comes of it", self._verdicts()),
        )
        pages = []
        for number, (heading, lines) in enumerate(steps, start=1):
            body = "".join(_wrapped(line) for line in lines)
            pages.append(f"{number}. {heading}\n{body or '   Nothing.' + chr(10)}")
        return "\n".join(pages) + f"\n{REVIEWED}\n"

    def _said(self) -> Iterator[str]:
        yield f"“{self._explained.utterance.text}”"
        yield f"read as: {' '.join(self._explained.folded.tokens) or '(no words)'}"

    def _call(self) -> Iterator[str]:
        header = self._explained.context.header
        country = COUNTRIES[header.jurisdiction]
        speaker = self._explained.utterance.speaker.value.replace("_", " ")
        yield f"{country}, {header.language}; the {speaker} speaks."
        yield f"It is heard by {LISTENING[self._listener]}."
        yield f"Collector: {header.collector or 'not known'}."
        facts = ", ".join(f"{name} is {str(known).lower()}" for name, known in header.facts.items())
        yield f"Facts of the file: {facts or 'none known'}."
        at = header.started_at
        yield f"The call began: {at.isoformat(sep=' ', timespec='minutes') if at else 'not known'}."

    def _heard(self) -> Iterator[str]:
        for here in self._explained.heard:
            yield f"• “{here.words}” – {here.sign.match.label}, by the {here.sign.how.value}"
            place = _place(here)
            yield f"    {_short(here.sign.what)}{f'  ({place})' if place else ''}"
            for weighed in here.weighed:
                yield f"    {weighed.rule.id}: {_why(weighed)}"
            if not here.weighed:
                yield "    no rule here listens to it"

    def _nearly(self) -> Iterator[str]:
        for miss in self._explained.nearly:
            quote = self._explained.folded.quote(miss.first, miss.last)
            yield f"• “{quote}” – {miss.phrase.label}, {miss.closeness:.0%} of the phrase"
            yield f"    {_short(miss.phrase.text)}"
            yield f"    not said: {_short(miss.missing)}"

    def _alike(self) -> Iterator[str]:
        explained = self._explained
        if not explained.scored:
            yield "No scorer weighs these words."
            return
        for alike in explained.alike:
            scored = alike.scored
            sure = "sure" if scored.sure else "not sure enough to flag by itself"
            yield f"• {scored.family}: {scored.probability:.0%} like a breach, {sure}"
            quote = explained.folded.quote(scored.first, scored.last)
            yield f"    it leans most on “{quote}”"
            if alike.nearest:
                yield f"    the nearest example: “{alike.nearest}”"
        if not explained.alike:
            yield "No breach that the scorer knows of a topic spoken of here."

    def _to_others(self) -> Iterator[str]:
        for other in self._explained.to_others:
            parts = [
                f"{_VERDICTS[verdict].lower()}: {', '.join(rules)}"
                for verdict in (Verdict.BREACH, Verdict.CHECK_FACTS)
                if (rules := [rule for rule, found in other.verdicts if found is verdict])
            ]
            told = "; ".join(parts) or "nothing would be flagged"
            yield f"• to {LISTENING[other.listener]}: {told}"

    def _undecided(self) -> Iterator[str]:
        for rule_id, because in self._explained.undecided:
            title = self._text(f"{rule_id}.title")
            yield f"• {rule_id} {title}: {_part(because)} is not known"

    def _verdicts(self) -> Iterator[str]:
        for finding in self._explained.findings:
            yield from self._verdict(finding)
        if not self._explained.findings:
            yield "Nothing is flagged."

    def _verdict(self, finding: Finding) -> Iterator[str]:
        rule = self._rules.rule(finding.rule)
        header = self._explained.context.header
        trial = ", on trial: for reviewers only" if finding.trial else ""
        title = self._text(f"{rule.id}.title")
        yield f"✘ {_VERDICTS[finding.verdict]}: {finding.rule} {title}, {finding.severity}{trial}"
        yield f"    law: {rule.citation(header.collector)} ({rule.law(header.collector)})"
        yield f"    {self._text(finding.explanation.id, finding.explanation.params)}"
        found_by = finding.found_by
        if found_by is not None:
            yield f"    found by {found_by.how.replace('_', ' ')}: {_short(found_by.what)}"
        if finding.do_now is not None:
            told = self._text(finding.do_now.id, finding.do_now.params)
            yield f"    the agent is told: {told}"
        if finding.say_now is not None:
            offered = self._text(finding.say_now.id, finding.say_now.params)
            yield f"    and offered to say: {offered}"

    def _text(self, message_id: str, params: tuple[tuple[str, str], ...] = ()) -> str:
        """A text of the rules, in the writing of the call."""
        locale = self._explained.context.header.language
        return self._rules.message(message_id, params, locale)

    # ---- as JSON -------------------------------------------------------------------------------

    def record(self) -> dict[str, Any]:
        """The same, for programs."""
        explained = self._explained
        header = explained.context.header
        return {
            "text": explained.utterance.text,
            "tokens": list(explained.folded.tokens),
            "jurisdiction": header.jurisdiction,
            "language": header.language,
            "speaker": explained.utterance.speaker.value,
            "listener": self._listener,
            "collector": header.collector,
            "facts": dict(header.facts),
            "started_at": header.started_at.isoformat() if header.started_at else None,
            "rules": self._rules.content_hash,
            "heard": [_heard_record(here) for here in explained.heard],
            "nearly": [
                {
                    "detector": miss.phrase.label,
                    "phrase": miss.phrase.text,
                    "missing": miss.missing,
                    "quote": explained.folded.quote(miss.first, miss.last),
                    "closeness": miss.closeness,
                }
                for miss in explained.nearly
            ],
            "like": [
                {
                    "family": alike.scored.family,
                    "probability": round(alike.scored.probability, 3),
                    "sure": alike.scored.sure,
                    "quote": explained.folded.quote(alike.scored.first, alike.scored.last),
                    "nearest": alike.nearest,
                }
                for alike in explained.alike
            ]
            if explained.scored
            else None,
            "to_others": {
                other.listener: {rule: verdict.value for rule, verdict in other.verdicts}
                for other in explained.to_others
            },
            "not_assessable": dict(explained.undecided),
            "findings": [self._finding_record(finding) for finding in explained.findings],
        }

    def _finding_record(self, finding: Finding) -> dict[str, Any]:
        rule = self._rules.rule(finding.rule)
        return {
            "rule": finding.rule,
            "family": finding.family,
            "kind": finding.kind.value,
            "severity": finding.severity.value,
            "verdict": finding.verdict.value,
            "trial": finding.trial,
            "quote": self._explained.utterance.text[finding.start : finding.end],
            "start": finding.start,
            "end": finding.end,
            "found_by": finding.found_by.how if finding.found_by else None,
            "citation": rule.citation(self._explained.context.header.collector),
            "verified_law": rule.law(self._explained.context.header.collector).value,
            "explanation": self._text(finding.explanation.id, finding.explanation.params),
        }


def _why(weighed: Weighed) -> str:
    """What becomes of one match under one rule, and why."""
    match weighed.standing:
        case Standing.BREACH:
            told = "a breach"
        case Standing.CHECK_FACTS:
            told = _facts(weighed)
        case Standing.NOT_ASSESSABLE:
            parts = [_part(name) for name, answer in weighed.answers if answer is None]
            told = f"not assessable: {', '.join(parts)} is not known"
        case Standing.EXCUSED:
            told = "excused"
        case Standing.LAWFUL_BY_FACT:
            told = f"no breach: {_part(f'fact:{weighed.fact}')} decides, and is known"
        case Standing.DOUBTED:
            told = "not flagged: the sentence as a whole is unlike any breach that is known"
        case Standing.NOT_YET:
            told = "not yet: only repetition breaks the rule"
        case Standing.ELSEWHERE:
            parts = [_part(name) for name, answer in weighed.answers if answer is False]
            told = f"does not apply here, because of {', '.join(parts)}"
    excuses = "; ".join(map(_excuse, weighed.excuses))
    if not excuses:
        return told
    sufficient = weighed.standing is Standing.EXCUSED
    return f"{told}: {excuses}" if sufficient else f"{told} (although {excuses})"


def _facts(weighed: Weighed) -> str:
    if weighed.fact is not None and weighed.detector.true_if is not None:
        return f"check the facts: lawful only if {_part(f'fact:{weighed.fact}')} is true"
    if weighed.fact is not None:
        return f"check the facts: wrong if {_part(f'fact:{weighed.fact}')} is true"
    if weighed.excuses:
        return "check the facts: whose words these are is for a person to decide"
    if not weighed.sure_enough:
        return "check the facts: the sentence as a whole is unlike any breach that is known"
    return "check the facts: words alone cannot decide"


def _excuse(excuse: Excuse) -> str:
    cues = ", ".join(f"“{cue}”" for cue in excuse.cues)
    return f"{_GUARDS[excuse.guard]}{f' ({cues})' if cues else ''}"


def _part(name: str) -> str:
    """A part of the context as a reader calls it (`fact:suit_filed`, `statement:…`)."""
    kind, _, rest = name.partition(":")
    plain = rest.replace("_", " ")
    if rest:
        return f"the fact ‘{plain}’" if kind == "fact" else f"the {kind} ‘{plain}’"
    return _PARTS.get(name, f"the {name.replace('_', ' ')}")


def _place(here: HeardHere) -> str:
    phrase = here.phrase
    return "" if phrase is None else f"{Path(phrase.path).name}:{phrase.line}"


def _heard_record(here: HeardHere) -> dict[str, Any]:
    return {
        "detector": here.sign.match.label,
        "how": here.sign.how.value,
        "what": here.sign.what,
        "place": _place(here) or None,
        "quote": here.words,
        "start": here.sign.match.start,
        "end": here.sign.match.end,
        "rules": [
            {
                "rule": weighed.rule.id,
                "standing": weighed.standing.value,
                "conditions": dict(weighed.answers),
                "fact": weighed.fact,
                "excuses": {excuse.guard.value: list(excuse.cues) for excuse in weighed.excuses},
                "doubted": not weighed.sure_enough,
            }
            for weighed in here.weighed
        ],
    }


def _short(phrase: str) -> str:
    """A phrase with its longest lists of alternatives cut: the first of them tell enough."""
    return _ALTERNATIVES.sub(_cut, phrase)


def _cut(found: re.Match[str]) -> str:
    options = found[2].split("|")
    if len(options) <= _MOST_ALTERNATIVES:
        return found[0]
    shown = "|".join(options[:_MOST_ALTERNATIVES])
    return f"{found[1]}{shown}|… {len(options) - _MOST_ALTERNATIVES} more{found[3]}"


def _wrapped(line: str) -> str:
    inner = len(line) - len(line.lstrip())
    return (
        textwrap.fill(
            line.strip(),
            WIDTH,
            initial_indent=" " * (3 + inner),
            subsequent_indent=" " * (5 + inner),
            break_long_words=False,
            break_on_hyphens=False,
        )
        + "\n"
    )


def facts_of(given: Iterable[str]) -> dict[str, bool]:
    """`NAME=true` and `NAME=false` as facts.

    Raises:
        ValueError: one is neither.
    """
    facts: dict[str, bool] = {}
    for each in given:
        name, _, value = each.partition("=")
        name, value = name.strip(), value.strip().lower()
        if not name or value not in {"true", "false"}:
            raise ValueError(each)
        facts[name] = value == "true"
    return facts
