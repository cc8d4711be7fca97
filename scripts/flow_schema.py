"""The form of `flows/<language>.yaml`, field by field.

Owns the schema only; what the fields mean is told in `flows/en-US.yaml`, and what they must not do
together is checked by `scripts.flow_file`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from compliance.context import Collector, Listener
from compliance.documents import Schema
from scripts.flow import RETURN, FlowStatus
from scripts.strategy import Strategy

_Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Phrases = tuple[str, ...]
_Text = Annotated[str, Field(min_length=1, max_length=400)]


class LineSchema(Schema):
    say: _Text
    collector: tuple[Collector, ...] = ()
    listener: tuple[Listener, ...] = ()
    facts: dict[_Slug, bool] = Field(default_factory=dict)
    verified: bool = False
    strategy: tuple[Strategy, ...] = ()
    inbound: bool | None = None


LineText = _Text | LineSchema  # a line may be given as its text alone
_Lines = Annotated[tuple[LineText, ...], Field(min_length=1)]


class StepSchema(Schema):
    id: _Slug
    lines: _Lines
    otherwise: tuple[LineText, ...] = ()
    collector: tuple[Collector, ...] = ()
    required: bool = False
    strategy: tuple[Strategy, ...] = ()
    left_out: tuple[Strategy, ...] = ()
    inbound: bool | None = None
    heard: Phrases = ()
    near: Phrases = ()


class StageSchema(Schema):
    steps: Annotated[tuple[StepSchema, ...], Field(min_length=1)]
    choices: Annotated[tuple[_Slug, ...], Field(max_length=9)] = ()


class ExitSchema(Schema):
    priority: Annotated[int, Field(ge=0, le=100)]
    then: _Slug
    verified: bool = False
    firm: bool | None = None
    answers: tuple[str, ...] = ()
    cues: Phrases = ()
    unless: Phrases = ()
    routes: tuple[_Slug, ...] = ()
    choices: Annotated[tuple[_Slug, ...], Field(max_length=9)] = ()
    steps: Annotated[tuple[StepSchema, ...], Field(min_length=1)]


class TalkOffSchema(Schema):
    stages: tuple[_Slug, ...]
    then: _Slug = RETURN
    verified: bool = False
    answers: tuple[str, ...] = ()
    cues: Phrases = ()
    routes: tuple[_Slug, ...] = ()
    lines: _Lines
    otherwise: tuple[LineText, ...] = ()


class FlowSchema(Schema):
    language: Literal["en-US", "en-GB", "zh-TW", "zh-CN", "zh-HK", "en-HK"]
    jurisdiction: Literal["tw", "cn", "us", "hk", "uk"]
    version: Annotated[int, Field(ge=1)]
    status: FlowStatus
    concepts: dict[_Slug, tuple[str, ...]] = Field(default_factory=dict)
    withheld: _Lines
    stages: dict[_Slug, StageSchema]
    exits: dict[_Slug, ExitSchema]
    talk_offs: dict[_Slug, TalkOffSchema]
