"""Example lines of customers and agents, by author, each with what it is about.

Owns which lines each scorer learns from: `examples/<language>/<author>.jsonl`, the whole calls,
`objected/<language>/<author>.jsonl`, which tell what is objected and not where a call goes, and the
other lines of the project that say what they are about, the objections' and the routes' own cases.
Authors wrote without seeing each other's lines, so that what one wrote can measure what was
learned from the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from compliance.cases import CaseEntry
from compliance.documents import Schema, load_document
from compliance.errors import BadInput, Fault, MissingPart
from compliance.learning.example_files import example_lines
from compliance.learning.examples import ORDINARY
from compliance.learning.examples import load_examples as rule_examples
from compliance.phrases import PACKS
from compliance.transcript import Speaker
from scripts.intents.calls import Call, languages_of, load_calls
from scripts.intents.scorer import NONE, Kind
from scripts.objection_ear import FOLDER as OBJECTIONS
from scripts.objection_ear import ObjectionFile
from scripts.prompt import OBJECTIONS as OBJECTION_SLUGS
from scripts.prompt import STAGES

FOLDER = Path(__file__).parent / "examples"
OBJECTED = Path(__file__).parent / "objected"
_OF_A_CALL = 3.0  # for how many lines one of a whole call counts

EXIT_OF_ROUTE = {
    "self_harm": "vulnerable",
    "domestic_abuse": "vulnerable",
    "dispute": "dispute",
    "lawyer": "represented",
    "cease_contact": "cease_contact",
    "insolvency": "insolvency",
    "wrong_person": "wrong_number",
    "third_party": "third_party",
    "minor": "third_party",
    "complaint": "complaint",
    "refuses_recording": "recording_refused",
    "threat_to_agent": "abuse",
    "interpreter": "language_barrier",
    "inconvenient": "callback",
}
"""The exit that a route of the rules calls for; the others call for none."""
EXIT_OF_OBJECTION = {
    "amount_wrong": "dispute",
    "not_mine": "dispute",
    "fraud": "dispute",
    "talk_to_lawyer": "represented",
    "stop_calling": "cease_contact",
    "refuse_recording": "recording_refused",
    "no_time_now": "callback",
    "cannot_pay": "hardship",
    "lost_job": "hardship",
    "illness": "hardship",
}
"""The exit that an objection is near to; what objects to something else calls for none."""
LABELS = {
    "customer": frozenset((*OBJECTION_SLUGS, NONE)),
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
    """One line: who wrote it, what it is about, and for how many lines it counts."""

    author: str
    text: str
    label: str
    weight: float = 1.0


def load_examples(kind: Kind, language: str, folder: Path = FOLDER) -> tuple[Example, ...]:
    """All lines of one kind in a language: `en`, or `zh` with what is written in Cantonese.

    Raises:
        MissingPart: there are none.
        BadInput: lines have faults, all told with their places.
    """
    languages = languages_of(language)
    paths = [path for name in languages for path in sorted((folder / name).glob("*.jsonl"))]
    if not paths:
        raise MissingPart(f"there are no example lines for {language}")
    if kind == "objection" and folder == FOLDER:
        paths += [path for name in languages for path in sorted((OBJECTED / name).glob("*.jsonl"))]
    faults: list[Fault] = []
    who = "agent" if kind == "talk_agent" else "customer"
    found = [line for path in paths for line in _lines(path, who, faults)]
    if faults:
        raise BadInput("the example lines have faults", tuple(faults))
    calls = load_calls(language) if folder == FOLDER else ()
    if kind == "talk_agent":
        return (*_in_a_stage(found), *_talk(calls, "agent"))
    found += [line for name in languages for line in _objection_cases(name)]
    found += [line for name in languages for line in _phrase_lines(name)]
    found += _ordinary(language)
    if kind == "objection":
        return (*found, *_objected(calls))
    found = [replace(line, label=EXIT_OF_OBJECTION.get(line.label, NONE)) for line in found]
    found += [line for name in languages for line in _route_cases(name)]
    if kind == "talk_customer":
        return (*_in_a_stage(found), *_talk(calls, "customer"))
    return (*found, *_led_away(calls))


def _in_a_stage(lines: list[Example]) -> Iterator[Example]:
    """What belongs to a stage or an exit; what belongs to none can be said in any."""
    return (line for line in lines if line.label != NONE)


def _talk(calls: tuple[Call, ...], who: str) -> Iterator[Example]:
    """What was said in whole calls: worth more than a line alone, which is told by its point."""
    for call in calls:
        for turn in call.turns:
            if turn.who == who:
                yield Example(call.author, turn.text, turn.stage, _OF_A_CALL)


def _objected(calls: tuple[Call, ...]) -> Iterator[Example]:
    """What is objected, and what is not; in an exit, what led there may well be an objection."""
    for call in calls:
        for turn in call.turns:
            if turn.who == "customer" and (turn.objection or turn.stage in STAGES):
                yield Example(call.author, turn.text, turn.objection or NONE)


def _led_away(calls: tuple[Call, ...]) -> Iterator[Example]:
    """Customers' words with which a call went into an exit, and those in which it did not."""
    for call in calls:
        before = ""
        for turn in call.turns:
            if turn.who == "customer":
                if turn.stage in STAGES:
                    yield Example(call.author, turn.text, NONE)
                elif turn.stage != before:
                    yield Example(call.author, turn.text, turn.stage)
            before = turn.stage


def _lines(path: Path, who: str, faults: list[Fault]) -> Iterator[Example]:
    for number, line in example_lines(path, _Line, faults):
        if line.label not in LABELS[line.who]:
            there = ", ".join(sorted(LABELS[line.who]))
            faults.append(Fault(path, number, 1, f"label is none of: {there}"))
        elif line.who == who:
            yield Example(_author(path), line.text, line.label)


def _author(path: Path) -> str:
    """`en/a`; in another folder the same letter is somebody else."""
    of = f"{OBJECTED.name}-" if OBJECTED in path.parents else ""
    return f"{path.parent.name}/{of}{path.stem}"


def _objection_cases(language: str) -> Iterator[Example]:
    """The cases beside the objections: one more author."""
    path = OBJECTIONS / f"{language}.cases.yaml"
    if path.exists():
        for slug, said in load_document(path, _Cases).value.cases.items():
            for text in said:
                yield Example("objections", text, slug)


_PIECE = re.compile(r"\(([^()]*)\)|\[[^\]]*\]|\.\.\d+\.\.|!\([^)]*\)")
_OF_ORDINARY = {"en": 400, "zh": 900}  # more of them teach that hardly anything is an objection
_TIMES = 4  # ways in which each phrase is said


def _phrase_lines(language: str) -> Iterator[Example]:
    """What the objections' own phrases say outright, a few ways each: one more author.

    Authors who avoid the plain words teach that `lost my …` means a death.
    """
    path = OBJECTIONS / f"{language}.yaml"
    if not path.exists():
        return
    said: dict[str, str] = {}
    for slug, item in load_document(path, ObjectionFile).value.objections.items():
        for phrase in item.phrases:
            for turn in range(_TIMES):
                text = _said(phrase, turn)
                if language != "en":
                    text = text.replace(" ", "")
                if text and "{" not in text:
                    said.setdefault(text, slug)
    for text, slug in said.items():
        yield Example("phrases", text, slug)


def _ordinary(language: str) -> list[Example]:
    """Service talk of no family: what is said all day, and what most words are about."""
    lines = [line.text for line in rule_examples(language) if line.family == ORDINARY]
    step = max(1, len(lines) // _OF_ORDINARY[language])
    return [Example("ordinary", text, NONE) for text in lines[::step]]


def _said(phrase: str, turn: int) -> str:
    """A phrase as it may be said: one of each choice, without what may be left out."""
    parts = []

    def chosen(match: re.Match[str]) -> str:
        parts.append(match)
        choices = (match[1] or "").split("|")
        return f" {choices[(turn * (len(parts) + 1)) % len(choices)]} "

    text = _PIECE.sub(chosen, phrase).replace("*", "")
    return " ".join(text.split())


def _route_cases(language: str) -> Iterator[Example]:
    """The cases of the routes, with what only sounds like one: one more author."""
    path = PACKS / f"routes.{language}.cases.yaml"
    if not path.exists():
        return
    for case in load_document(path, _RouteCases).value.cases:
        names = [rule.removeprefix("ROUTE-") for rule in case.check]
        if case.speaker is Speaker.CUSTOMER and case.says and len(names) <= 1:
            label = EXIT_OF_ROUTE.get(names[0], NONE) if names else NONE
            yield Example("routes", case.says, label)
