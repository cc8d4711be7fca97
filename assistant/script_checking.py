"""What `assistant scripts test` and `lint` do.

Owns which flows they look at and how faults are written.  The cases are walked by `scripts.cases`,
the lines judged by `scripts.line_check`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from compliance.context import Collector
from compliance.packs import load_rules
from compliance.rules import RuleSet
from scripts.account import Account
from scripts.cases import history_of, specimen_account, walk_cases
from scripts.flow import Flow
from scripts.flow_file import FLOWS, flow_languages, load_flow
from scripts.line_check import every_line, judged, with_facts
from scripts.prompt import EXITS, OBJECTIONS

# Facts that a file may hold; the rules differ with them, and lines with these and with others.
_FACTS = ("judgment", "suit_filed", "represented", "time_barred", "disputed", "cease_contact")


def _chosen(language: str | None, folder: Path | None) -> tuple[str, ...]:
    return flow_languages(folder or FLOWS) if language is None else (language,)


def scripts_test(*, language: str | None, folder: Path | None) -> bool:
    """Walk the cases and write what failed; returns whether all went well.

    Raises:
        AssistantError: there is no flow, or a file has faults.
    """
    well = True
    for name in _chosen(language, folder):
        report = walk_cases(name, folder or FLOWS)
        for fault in report.faults:
            sys.stdout.write(f"{fault}\n")
        well = well and not report.faults
        sys.stdout.write(
            f"{name}: {report.cases} cases, {report.expectations} places,"
            f" {len(report.faults)} faults\n"
        )
    return well


def scripts_lint(*, language: str | None, folder: Path | None) -> bool:
    """Judge every line, and tell what a flow lacks; returns whether no line breaks a rule.

    Raises:
        AssistantError: there is no flow, or a file has faults.
    """
    well = True
    for name in _chosen(language, folder):
        faults: dict[str, None] = {}
        lines = 0
        rules: RuleSet | None = None
        for collector in Collector:
            flow = load_flow(name, collector, folder or FLOWS)
            rules = rules or load_rules(flow.jurisdiction, name)
            seen, broken = _broken(flow, rules)
            lines += seen
            faults.update(dict.fromkeys(broken))
        for fault in (*faults, *_lacking(load_flow(name, folder=folder or FLOWS))):
            sys.stdout.write(f"{fault}\n")
        well = well and not faults
        sys.stdout.write(f"{name}: {lines} lines judged in their states, {len(faults)} faults\n")
    return well


def _broken(flow: Flow, rules: RuleSet) -> tuple[int, list[str]]:
    """How many lines there are, and each finding in one of them."""
    seen: set[tuple[str, str, bool, str, bool]] = set()
    faults: list[str] = []
    for spoken in every_line(flow, _accounts(flow)):
        situation = spoken.situation
        facts = repr(situation.facts)
        key = (spoken.step.id, spoken.text, situation.open, facts, situation.inbound)
        if key in seen:
            continue
        seen.add(key)
        faults.extend(
            f"{flow.language} {flow.collector.value}, {spoken.step.id}, said to"
            f" {situation.listener.value}: “{spoken.text}” – {found.rule} {found.verdict.value}"
            for found in judged(spoken, flow, rules)
        )
    return len(seen), faults


def _accounts(flow: Flow) -> Iterator[Account | None]:
    plain = specimen_account(flow)
    yield None
    yield plain
    told = history_of(plain)
    yield told
    yield from with_facts(flow, told)
    facts = (*_FACTS, *flow.facts)
    for value in (False, True):
        yield replace(plain, facts=dict.fromkeys(facts, value))


def _lacking(flow: Flow) -> Iterator[str]:
    """What the trade knows and this flow does not."""
    for kind, wanted, there in (
        ("exits", EXITS, flow.exits),
        ("replies to objections", OBJECTIONS, flow.talk_offs),
    ):
        missing = [slug for slug in wanted if slug not in there]
        if missing:
            yield f"{flow.language}: note: no {kind} for {', '.join(missing)}"
