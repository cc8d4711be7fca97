"""The cases beside tasks.yaml, each run through a whole session."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from assistant.composition import checked_start
from assistant.events import Act, AgentActed, Input, TaskRaised, TaskWithdrawn
from assistant.guidance import Guidance, load_guidance
from compliance.context import CallHeader, Collector
from compliance.documents import Schema, load_document
from compliance.places import jurisdiction_of
from scripts.tasks import shipped_tasks
from tests.session.conftest import RATE_HZ, final, opened
from tests.session.test_tasks import NOW

CASES = Path(str(files("scripts") / "tasks.cases.yaml"))


class Turn(Schema):
    customer: str = ""
    agent: str = ""
    key: Annotated[Act, Field(strict=False)] | None = None
    slug: str = ""


class Case(Schema):
    name: str
    language: Literal["en-US", "en-GB", "en-HK", "zh-TW", "zh-CN", "zh-HK"]
    turns: tuple[Turn, ...] = Field(min_length=1)
    tasks: dict[str, str]


class File(Schema):
    cases: tuple[Case, ...]


@cache
def guidance_for(language: str) -> Guidance:
    return load_guidance(jurisdiction_of(language), language, Collector.IN_HOUSE)


def events(case: Case) -> list[Input]:
    guidance = guidance_for(case.language)
    place = jurisdiction_of(case.language)
    header = CallHeader(place, case.language, Collector.IN_HOUSE, verified=True)
    made: list[Input] = [checked_start(header, guidance, "UTC", NOW), *opened()]
    for number, turn in enumerate(case.turns, start=1):
        at = number * 4 * RATE_HZ
        if turn.key is not None:
            made.append(AgentActed(turn.key, at, turn.slug))
        else:
            made.append(final(int(bool(turn.customer)), at, turn.customer or turn.agent))
    return made


@pytest.mark.parametrize("case", load_document(CASES, File).value.cases, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    session = guidance_for(case.language).session()
    stands: dict[str, str] = {}
    for event in events(case):
        for told in session.receive(event):
            if isinstance(told, TaskRaised):
                stands[told.task.kind] = told.task.owner
            elif isinstance(told, TaskWithdrawn):
                del stands[told.task.kind]
    assert stands == case.tasks


def test_every_desk_that_words_can_reach_has_a_case() -> None:
    reached = {
        owner for case in load_document(CASES, File).value.cases for owner in case.tasks.values()
    }
    assert reached >= {owner.id for owner in shipped_tasks().owners}
