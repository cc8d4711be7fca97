"""Example lines of customers and agents, by author, each with what it is about.

Owns reading `examples/<language>/<author>.jsonl` and the other lines of the project that say what
they are about: the objections' and the routes' own cases.  Authors wrote without seeing each
other's lines, so that what one wrote can measure what was learned from the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from compliance.cases import CaseEntry
from compliance.documents import Schema, load_document, validate_mapping
from compliance.errors import BadInput, Fault, MissingPart
from compliance.phrases import PACKS
from compliance.transcript import Speaker
from scripts.intents.scorer import NONE, Who
from scripts.objection_ear import FOLDER as OBJECTIONS
from scripts.prompt import OBJECTIONS as OBJECTION_SLUGS
from scripts.prompt import STAGES

FOLDER = Path(__file__).parent / "examples"

ROUTES = {
    "illness": "illness",
    "bereavement": "bereavement",
    "paid": "already_paid",
    "lawyer": "talk_to_lawyer",
    "cease_contact": "stop_calling",
    "inconvenient": "no_time_now",
    "refuses_recording": "refuse_recording",
    "scam_question": "is_this_a_scam",
    "self_harm": "vulnerable",
    "distress": "vulnerable",
    "domestic_abuse": "vulnerable",
    "insolvency": "insolvency",
    "wrong_person": "wrong_number",
    "third_party": "third_party",
    "minor": "third_party",
    "complaint": "complaint",
    "threat_to_agent": "abuse",
    "interpreter": "language_barrier",
}
"""What a route of the rules is about: an objection's slug, or an exit's.  A dispute may be about
the amount, about whose debt it is, or fraud: its lines would teach none of them well."""
EXITS = (
    "vulnerable", "insolvency", "wrong_number", "third_party", "complaint", "abuse",
    "language_barrier",
)  # fmt: skip
LABELS: dict[Who, frozenset[str]] = {
    "customer": frozenset((*OBJECTION_SLUGS, *EXITS, NONE)),
    "agent": frozenset((*STAGES, NONE)),
}


class _Line(Schema):
    who: Literal["customer", "agent"]
    text: str
    label: str


class _Cases(Schema):
    cases: dict[str, tuple[str, ...]]


class _RouteCases(Schema):
    cases: tuple[CaseEntry, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One line: who wrote it, who says it, and what it is about."""

    author: str
    who: Who
    text: str
    label: str


def load_examples(who: Who, language: str, folder: Path = FOLDER) -> tuple[Example, ...]:
    """All lines of one side in a language: `en`, or `zh` with what is written Cantonese.

    Raises:
        MissingPart: there are none.
        BadInput: lines have faults, all told with their places.
    """
    languages = ("zh", "yue") if language == "zh" else (language,)
    paths = [path for name in languages for path in sorted((folder / name).glob("*.jsonl"))]
    if not paths:
        raise MissingPart(f"there are no example lines for {language}")
    faults: list[Fault] = []
    found = [line for path in paths for line in _lines(path, faults)]
    if faults:
        raise BadInput("the example lines have faults", tuple(faults))
    if who == "customer":
        found += [line for name in languages for line in _cases(name)]
    return tuple(line for line in found if line.who == who)


def _lines(path: Path, faults: list[Fault]) -> Iterator[Example]:
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            line = validate_mapping(json.loads(text), _Line, path=path)
        except json.JSONDecodeError as fault:
            faults.append(Fault(path, number, fault.colno, "this is no JSON"))
            continue
        except BadInput as error:
            faults.extend(replace(fault, line=number) for fault in error.faults)
            continue
        if line.label not in LABELS[line.who]:
            there = ", ".join(sorted(LABELS[line.who]))
            faults.append(Fault(path, number, 1, f"label is none of: {there}"))
            continue
        yield Example(f"{path.parent.name}/{path.stem}", line.who, line.text, line.label)


def _cases(language: str) -> Iterator[Example]:
    """The cases beside the objections and the routes: one more author each."""
    path = OBJECTIONS / f"{language}.cases.yaml"
    if path.exists():
        for slug, said in load_document(path, _Cases).value.cases.items():
            for text in said:
                yield Example("objections", "customer", text, slug)
    path = PACKS / f"routes.{language}.cases.yaml"
    if path.exists():
        yield from _route_cases(path)


def _route_cases(path: Path) -> Iterator[Example]:
    for case in load_document(path, _RouteCases).value.cases:
        if case.speaker is not Speaker.CUSTOMER:
            continue
        names = [rule.removeprefix("ROUTE-") for rule in case.check]
        labels = {ROUTES[name] for name in names if name in ROUTES}
        if len(labels) == 1:
            yield Example("routes", "customer", case.says, labels.pop())
