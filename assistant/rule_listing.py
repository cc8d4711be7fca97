"""What the commands `rules list | show | law` do.

Owns what they print about rules as they stand; nothing is judged or measured.
"""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from assistant.rule_desk import COUNTRIES, REVIEWED, RuleDesk, now, table
from compliance.cases import Case, RuleEvidence, evidence, evidence_by_rule
from compliance.decisions import Decision
from compliance.findings import VerifiedLaw
from compliance.hearing import ELEMENT
from compliance.phrases import Phrase
from compliance.rule_words import condition_words, words_of
from compliance.rules import Detector, Rule, RuleSet

WIDTH = 96
_UNKNOWN = "where that is not known, the facts are to be checked"

_LAW = {
    VerifiedLaw.VERIFIED: "checked against the text of the law",
    VerifiedLaw.SECONDARY: "from a secondary source; not checked against the text of the law",
    VerifiedLaw.MEMORY: "from memory; not checked at all",
    VerifiedLaw.POLICY: "a bank's or trade's policy, not law",
}


# ---- list --------------------------------------------------------------------------------------


def rules_list(
    *,
    jurisdiction: str | None,
    family: str | None,
    status: str | None,
    as_json: bool,
    data_dir: Path | None,
) -> None:
    """Write one line for each rule.

    Raises:
        AssistantError: there are no such rules, or files have faults.
    """
    desk = RuleDesk.at(data_dir)
    rows: list[dict[str, Any]] = []
    for name in desk.jurisdictions(jurisdiction):
        rules = desk.rules(name)
        shown = evidence_by_rule(desk.cases(name))
        for rule in (*rules.rules, *rules.drafts):
            if family not in (None, rule.family):
                continue
            row = _row(rule, rules, shown.get(rule.id, RuleEvidence(0, 0, 0)))
            if status in (None, row["status"]):
                rows.append(row)
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        return
    sys.stdout.write(f"{REVIEWED}\n\n")
    head = ("rule", "family", "kind", "severity", "law", "status", "review by", "cases", "")
    sys.stdout.write(table([head, *map(_cells, rows)]))
    if not rows:
        sys.stdout.write("No rule is like that.\n")


def _row(rule: Rule, rules: RuleSet, shown: RuleEvidence) -> dict[str, Any]:
    decisions = [decision for decision in rules.decisions if decision.rule == rule.id]
    off = any(decision.off for decision in decisions)
    return {
        "rule": rule.id,
        "jurisdiction": rules.jurisdiction,
        "family": rule.family,
        "kind": rule.kind.value,
        "severity": rule.severity.value,
        "verified_law": rule.verified_law.value,
        "status": "off" if off else rule.status.value,
        "review_by": None if rule.review_by is None else rule.review_by.isoformat(),
        "cases": {"breaks": shown.breaks, "clean": shown.clean, "todo": shown.todo},
        "bank": _changes(rule, rules, decisions),
    }


def _changes(rule: Rule, rules: RuleSet, decisions: Iterable[Decision]) -> list[str]:
    added = ["this bank's own rule"] if rule.id in rules.added else []
    return [*added, *map(str, decisions)]


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    cases = row["cases"]
    counted = f"{cases['breaks']} break, {cases['clean']} near"
    if cases["todo"]:
        counted += f", {cases['todo']} todo"
    return (
        row["rule"],
        row["family"],
        row["kind"],
        row["severity"],
        row["verified_law"],
        row["status"],
        row["review_by"] or "—",
        counted,
        "; ".join(row["bank"]),
    )


# ---- show --------------------------------------------------------------------------------------


def rules_show(rule_id: str, *, language: str | None, as_json: bool, data_dir: Path | None) -> None:
    """Write everything that is known of a rule.

    Raises:
        AssistantError: there is no such rule, or files have faults.
    """
    desk = RuleDesk.at(data_dir)
    rule, rules = desk.rule(rule_id)
    if language is not None:
        rules = desk.rules(rules.jurisdiction, language)
        rule = rules.rule(rule.id)
    cases = desk.cases(rules.jurisdiction, language)
    page = dict(_page(rule, rules, cases))
    if as_json:
        sys.stdout.write(json.dumps(page, ensure_ascii=False, indent=2) + "\n")
        return
    sys.stdout.write(f"{REVIEWED}\n\n{rule.id}  {rule.titles['en']}\n")
    for heading, value in page.items():
        if value:
            sys.stdout.write(f"\n{heading}\n{_indented(value)}")


def _page(rule: Rule, rules: RuleSet, cases: tuple[Case, ...]) -> Iterator[tuple[str, Any]]:
    """The parts of a rule's page, by heading; lists of lines, or mappings to lines."""
    shown = evidence(rule, cases)
    versions = [version for version in rules.versions if version.id == rule.id]
    yield "what it is", _what(rule, rules)
    yield "this bank", _changes(rule, rules, [d for d in rules.decisions if d.rule == rule.id])
    yield "law", {who or "in general": text for who, text in rule.citations.items()}
    yield "status of the law", [_LAW[rule.verified_law]]
    yield "dates", _dates(versions or [rule])
    yield "titles", dict(rule.titles)
    yield "what the agent is told", dict(rule.do_now)
    yield "why", dict(rule.explanations)
    yield (
        "what the agent may say",
        [
            f"{repair.text}  ({'; '.join(condition_words(repair.when)) or 'always'})"
            for repair in rule.repairs
        ],
    )
    yield "when it applies", list(condition_words(rule.when)) or ["always"]
    yield "what it measures", [words_of(rule.spec)] if rule.spec is not None else []
    yield "what words alone cannot decide", list(_beyond_words(rule, rules))
    yield "listens to", {name: _detector(rules.detectors[name], rules) for name in rule.detectors}
    yield (
        "required statements",
        {
            statement.id: [
                f"due: {'; '.join(condition_words(statement.when)) or 'always'}",
                *_elements(statement.id, statement.elements, rules),
            ]
            for statement in rules.statements
            if statement.rule == rule.id
        },
    )
    enough = "enough for a stable rule" if shown.enough else "not enough for a stable rule"
    yield (
        "evidence",
        [
            f"{shown.breaks} cases break it, {shown.clean} near it stay clean: {enough}",
            f"{shown.todo} of its cases are known gaps",
        ],
    )
    yield "cases", list(_cases(rule, cases))


def _what(rule: Rule, rules: RuleSet) -> list[str]:
    off = any(d.off for d in rules.decisions if d.rule == rule.id)
    status = "switched off" if off else rule.status.value
    of = f"{COUNTRIES[rules.jurisdiction]}, family {rule.family}, kind {rule.kind.value}"
    lines = [f"{of}, {rule.severity.value}, {status}"]
    if rule.trial:
        lines.append("It is on trial: judged for reviewers, shown to nobody during a call.")
    if rule.counts is not None:
        lines.append(f"Only repetition breaks it: {words_of(rule.counts)}")
    if rule.max_per_call is not None:
        lines.append(f"Told {rule.max_per_call} times a call at most")
    if rule.cooldown_s is not None:
        lines.append(f"Silent for {rule.cooldown_s:g} seconds after it spoke")
    if rule.needs:
        lines.append(f"Speaks only after: {words_of(rule.needs)}")
    if rule.sets:
        lines.append(f"Once broken it sets: {words_of(rule.sets)}")
    return lines


def _dates(versions: Iterable[Rule]) -> list[str]:
    lines = []
    for version in versions:
        begins, ends = version.effective_from, version.effective_to
        lines.append(f"in force from {begins or 'always'} to {ends or 'further notice'}")
        lines.append(f"to be looked at again by {version.review_by or '—: nobody has said when'}")
        lines.append(f"answered for by {version.approved_by or '—: nobody yet'}")
    return lines


def _beyond_words(rule: Rule, rules: RuleSet) -> Iterator[str]:
    for name in rule.beyond_words:
        yield f"part of it hangs on {name.replace('_', ' ')}, which no words show"
    for name in rule.detectors:
        detector = rules.detectors[name]
        if detector.true_if is not None:
            fact = detector.true_if.replace("_", " ")
            yield f"{name}: lawful if {fact} is true of the file; {_UNKNOWN}"
        if detector.wrong_if is not None:
            fact = detector.wrong_if.replace("_", " ")
            yield f"{name}: wrong if {fact} is true of the file; {_UNKNOWN}"
        if detector.check:
            yield f"{name}: never more than a question to check the facts"
    if rule.id in rules.unheard:
        yield "in this language there are no words for it: it is told as not assessable"


def _detector(detector: Detector, rules: RuleSet) -> list[str]:
    lines = [f"when {part}" for part in condition_words(detector.when)]
    lines.append(f"excused when {words_of(detector.guards)}")
    if detector.sure:
        lines.append("stands whatever the scorer thinks of the sentence")
    ears = (rules.ear, rules.others_ear)
    phrases = {
        phrase.text: phrase
        for ear in ears
        for phrase in ear.phrases.phrases
        if phrase.label == detector.id
    }
    lines += [f"{_where(phrase)}  {phrase.text}" for phrase in phrases.values()]
    if not phrases and detector.id in {like.id for like in rules.alike(detector.family)}:
        lines.append("what is like the examples of this family")
    return lines


def _where(phrase: Phrase) -> str:
    return f"{Path(phrase.path).name}:{phrase.line}"


def _elements(name: str, elements: Iterable[str], rules: RuleSet) -> Iterator[str]:
    for element in elements:
        label = f"{ELEMENT}{name}/{element}"
        texts = [phrase.text for phrase in rules.phrases.phrases if phrase.label == label]
        yield f"{element.replace('_', ' ')}: {' · '.join(texts)}"


def _cases(rule: Rule, cases: Iterable[Case]) -> Iterator[str]:
    for case in cases:
        verdict = next(
            (
                name
                for name, rules in (
                    ("breaks it", case.breaks),
                    ("check the facts", case.check),
                    ("near it, lawful", case.near),
                )
                if rule.id in rules
            ),
            None,
        )
        if verdict is not None:
            todo = ", known gap" if case.todo else ""
            place = f"{Path(case.place.path).name}:{case.place.line}"
            yield f"{place}  {case.says}  ({verdict}{todo})"


def _indented(value: Any, depth: int = 1) -> str:
    indent = "  " * depth
    if isinstance(value, dict):
        parts = []
        for key, inner in value.items():
            if isinstance(inner, str):
                parts.append(_wrapped(f"{key}: {inner}", indent))
            else:
                parts.append(f"{indent}{key}\n{_indented(inner, depth + 1)}")
        return "".join(parts)
    return "".join(_wrapped(line, indent) for line in value)


def _wrapped(text: str, indent: str) -> str:
    return (
        textwrap.fill(
            text,
            WIDTH,
            initial_indent=indent,
            subsequent_indent=f"{indent}    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        + "\n"
    )


# ---- law ---------------------------------------------------------------------------------------


def rules_law(
    *, due: date | None, jurisdiction: str | None, as_json: bool, data_dir: Path | None
) -> None:
    """Write which law is to be looked at again, and when.

    Args:
        due: what falls due by this day alone; without it, everything, in the order of its days.
        jurisdiction: of one only.
        as_json: JSON instead of lines.
        data_dir: as `--data-dir`.
    """
    desk = RuleDesk.at(data_dir)
    today = now().date()
    rows = []
    for name in desk.jurisdictions(jurisdiction):
        for rule in desk.rules(name).rules:
            why = _why_again(rule, due or today)
            if due is None or why:
                rows.append((rule, why))
    rows.sort(key=lambda row: (row[0].review_by or date.min, row[0].id))
    if as_json:
        records = [
            {
                "rule": rule.id,
                "verified_law": rule.verified_law.value,
                "status": rule.status.value,
                "verified_law_by_collector": {who: law.value for who, law in rule.laws.items()},
                "review_by": None if rule.review_by is None else rule.review_by.isoformat(),
                "citations": dict(rule.citations),
                "due": why,
            }
            for rule, why in rows
        ]
        sys.stdout.write(json.dumps(records, ensure_ascii=False, indent=2) + "\n")
        return
    sys.stdout.write(f"{REVIEWED}\n\n")
    lines = [
        (
            rule.id,
            rule.verified_law.value,
            rule.status.value,
            "—" if rule.review_by is None else rule.review_by.isoformat(),
            "; ".join(why) or "not due",
            rule.citations[""],
        )
        for rule, why in rows
    ]
    if lines:
        head = ("rule", "law", "status", "review by", "why", "citation")
        sys.stdout.write(table([head, *lines]))
    else:
        sys.stdout.write(f"Nothing is due by {(due or today).isoformat()}.\n")


def _why_again(rule: Rule, day: date) -> list[str]:
    """Why a rule's law is due by a day; nothing where it is not."""
    why = []
    if rule.verified_law is VerifiedLaw.MEMORY:
        why.append("known from memory: check it against the text")
    if rule.verified_law is VerifiedLaw.SECONDARY:
        why.append("from a secondary source: check it against the text")
    if rule.review_by is None:
        why.append("no day was set")
    elif rule.review_by <= day:
        why.append("its day has come")
    return why
