"""The file format of rules that measure: windows, limits, order, conduct and spoken facts.

Owns these schemas and the names that rules are called by in a pack.  What they mean is in `kinds`.
"""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from compliance.documents import Schema
from compliance.findings import Verdict
from compliance.kinds import (
    Conduct,
    DeadAir,
    Interruption,
    Limit,
    Order,
    SpeechRate,
    Spoken,
    Window,
)

_ROUTE_ID = r"ROUTE-[a-z_]+"
_RULE_ID = rf"([A-Z]{{2}}-[0-9]{{2}}(-[a-z_]+)?|{_ROUTE_ID})"
_SLUG = r"[a-z][a-z0-9_]{0,59}"

RuleId = Annotated[str, Field(pattern=rf"^{_RULE_ID}$")]
RouteId = Annotated[str, Field(pattern=rf"^{_ROUTE_ID}$")]
Slug = Annotated[str, Field(pattern=rf"^{_SLUG}$")]
Mark = Annotated[str, Field(pattern=rf"^({_RULE_ID}|(statement|stage|event|state):{_SLUG})$")]
Moment = Annotated[str, Field(pattern=rf"^(statement|stage|event):{_SLUG}$")]


class WindowEntry(Schema):
    opens: time = Field(alias="from")
    closes: time = Field(alias="to")
    closed: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"], ...] = ()
    unless: tuple[Slug, ...] = ()
    verdict: Verdict = Verdict.BREACH
    doubtful: Verdict = Verdict.CHECK_FACTS
    lasting: Verdict | None = Verdict.CHECK_FACTS

    def spec(self) -> Window:
        return Window(
            self.opens,
            self.closes,
            self.closed,
            self.unless,
            self.verdict,
            self.doubtful,
            self.lasting,
        )


class LimitEntry(Schema):
    most: int | None = Field(default=None, ge=0)
    least: int | None = Field(default=None, ge=1)
    days: int | None = Field(default=None, ge=1, le=3660)
    hours: float | None = Field(default=None, gt=0)
    outcomes: tuple[Slug, ...] = ()
    besides: tuple[Slug, ...] = ()
    per: tuple[Literal["number", "debt"], ...] = ()
    this_call: bool = True
    unless: tuple[Slug, ...] = ()
    verdict: Verdict = Verdict.BREACH

    @model_validator(mode="after")
    def _one_period(self) -> LimitEntry:
        if (self.days is None) is (self.hours is None):
            raise PydanticCustomError("period", "a limit has either days or hours")
        if (self.most is None) is (self.least is None):
            raise PydanticCustomError("limit", "a limit has either most or least")
        return self

    def spec(self) -> Limit:
        return Limit(
            self.most or 0,
            self.days,
            self.hours,
            self.outcomes,
            self.besides,
            self.per,
            self.this_call,
            self.unless,
            self.verdict,
            self.least,
        )


class OrderEntry(Schema):
    first: tuple[Mark, ...] = Field(min_length=1)
    then: tuple[Moment, ...] = Field(min_length=1)

    def spec(self) -> Order:
        return Order(self.first, self.then)


class InterruptionEntry(Schema):
    overlap_s: float = Field(gt=0)
    least_words: int = Field(default=3, ge=1)


class SpeechRateEntry(Schema):
    most_per_minute: float = Field(gt=0)
    over_s: float = Field(default=30.0, ge=5)


class DeadAirEntry(Schema):
    longest_s: float = Field(gt=0)
    unless_said: tuple[Slug, ...] = ()


class ConductEntry(Schema):
    interruption: InterruptionEntry | None = None
    speech_rate: SpeechRateEntry | None = None
    dead_air: DeadAirEntry | None = None
    verdict: Verdict = Verdict.BREACH

    @model_validator(mode="after")
    def _one_measure(self) -> ConductEntry:
        measures = (self.interruption, self.speech_rate, self.dead_air)
        if sum(measure is not None for measure in measures) != 1:
            raise PydanticCustomError(
                "measure", "it measures one of interruption, speech_rate and dead_air"
            )
        return self

    def spec(self) -> Conduct:
        if self.interruption is not None:
            one = self.interruption
            return Interruption(one.overlap_s, one.least_words, self.verdict)
        if self.speech_rate is not None:
            rate = self.speech_rate
            return SpeechRate(rate.most_per_minute, rate.over_s, self.verdict)
        assert self.dead_air is not None
        return DeadAir(self.dead_air.longest_s, self.dead_air.unless_said, self.verdict)


class FactEntry(Schema):
    says: Literal["amount", "rate", "date"]
    fields_: tuple[Slug, ...] = Field(default=(), alias="fields")
    most: Decimal | None = Field(default=None, gt=0)
    about: tuple[str, ...] = Field(min_length=1)
    tolerance: Decimal = Field(default=Decimal(0), ge=0)
    within: int = Field(default=8, ge=1, le=40)
    verdict: Verdict = Verdict.BREACH

    @model_validator(mode="after")
    def _one_measure(self) -> FactEntry:
        if bool(self.fields_) is (self.most is not None):
            raise PydanticCustomError("fact", "a spoken fact has either fields or most")
        if self.most is not None and self.says == "date":
            raise PydanticCustomError("fact", "only an amount or a rate has a ceiling")
        return self

    def spec(self) -> Spoken:
        return Spoken(self.says, self.fields_, self.tolerance, self.within, self.verdict, self.most)


Measure = WindowEntry | LimitEntry | OrderEntry | ConductEntry | FactEntry
