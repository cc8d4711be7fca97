"""Reads strategies from YAML and refuses what could choose a wrong one.

Owns the form of `strategies.yaml` and its checks, all told at once with line and column.  What the
fields mean is told in the file that ships; which strategy a case gets is `scripts.strategy`'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from compliance.context import Collector
from compliance.documents import Document, Location, Schema, load_document
from compliance.errors import BadInput, Fault
from scripts.strategy import (
    Bands,
    FactRule,
    PromiseRule,
    Rule,
    Strategies,
    Strategy,
    UnansweredRule,
)

SHIPPED = Path(__file__).parent / "strategies.yaml"
BY_DAYS = (
    Strategy.REMINDER,
    Strategy.EARLY,
    Strategy.MIDDLE,
    Strategy.LATE,
    Strategy.PRE_LEGAL,
)
"""The strategies that days past due may choose, in their order."""

_Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
_Slugs = tuple[_Slug, ...]
_Days = Annotated[int, Field(ge=1, le=36_525)]


class _RuleSchema(Schema):
    facts: _Slugs = ()
    broken: bool = False
    unanswered: Annotated[int, Field(ge=1, le=1000)] | None = None
    past_due: _Days | None = None
    strategy: Strategy | None = None
    unless: _Slugs = ()


class _BandsSchema(Schema):
    jurisdiction: Literal["tw", "cn", "us", "hk", "uk"]
    collector: tuple[Collector, ...] = ()
    from_day: Annotated[dict[Strategy, _Days], Field(min_length=1)]
    verified_law: Literal["verified", "secondary", "memory", "policy"]
    why: Annotated[str, Field(min_length=1, max_length=300)]


class _StrategiesSchema(Schema):
    version: Literal[1]
    believable: _Days
    barred: _Slugs
    order: tuple[_RuleSchema, ...]
    bands: Annotated[tuple[_BandsSchema, ...], Field(min_length=1)]


def read_strategies(path: Path) -> Strategies:
    """The strategies of one file.

    Raises:
        BadInput: the file is missing or has faults; carries all of them with line and column.
    """
    document = load_document(path, _StrategiesSchema)
    faults = (*_rule_faults(document), *_band_faults(document))
    if faults:
        ordered = sorted(faults, key=lambda item: (item.line, item.column))
        raise BadInput(f"{path} has faults", tuple(ordered))
    read = document.value
    return Strategies(
        rules=tuple(_rule(item) for item in read.order),
        bands=tuple(
            Bands(
                item.jurisdiction,
                frozenset(item.collector),
                tuple((day, strategy) for strategy, day in item.from_day.items()),
                item.verified_law,
                item.why,
            )
            for item in read.bands
        ),
        believable=read.believable,
        barred=read.barred,
        content_hash=hashlib.sha256(read.model_dump_json().encode()).hexdigest(),
    )


@lru_cache(maxsize=1)
def shipped_strategies() -> Strategies:
    """The strategies that ship."""
    return read_strategies(SHIPPED)


def _rule(item: _RuleSchema) -> Rule:
    if item.facts:
        return FactRule(item.facts, item.strategy, item.unless)
    assert item.strategy is not None
    if item.broken:
        return PromiseRule(item.strategy, item.unless)
    assert item.unanswered is not None
    assert item.past_due is not None
    return UnansweredRule(item.unanswered, item.past_due, item.strategy, item.unless)


def _rule_faults(document: Document[_StrategiesSchema]) -> Iterator[Fault]:
    for index, item in enumerate(document.value.order):
        where: Location = ("order", index)
        kinds = [bool(item.facts), item.broken, item.unanswered is not None]
        if kinds.count(True) != 1:
            yield document.fault("give one of 'facts', 'broken: true' and 'unanswered'", *where)
        elif (item.unanswered is None) is not (item.past_due is None):
            yield document.fault("'unanswered' and 'past_due' come together", *where)
        elif item.strategy is None and not item.facts:
            yield document.fault("give the 'strategy' that it chooses", *where)


def _band_faults(document: Document[_StrategiesSchema]) -> Iterator[Fault]:
    met: set[tuple[str, Collector]] = set()
    for index, item in enumerate(document.value.bands):
        where: Location = ("bands", index)
        for strategy in item.from_day:
            if strategy not in BY_DAYS:
                known = ", ".join(BY_DAYS)
                yield document.fault(
                    f"'{strategy}' is not chosen by days; there are: {known}", *where, "from_day"
                )
        ordered = sorted(item.from_day.items(), key=lambda band: band[1])
        by_order = [strategy for strategy in BY_DAYS if strategy in item.from_day]
        days = [day for _, day in ordered]
        if [*item.from_day] != by_order or [*item.from_day.values()] != days:
            yield document.fault(
                f"put the bands in their order, {', '.join(BY_DAYS)}, each from a later day",
                *where,
                "from_day",
            )
        if len({*days}) < len(days):
            yield document.fault("two bands begin on one day", *where, "from_day")
        fits = {(item.jurisdiction, collector) for collector in item.collector or Collector}
        if fits <= met:
            yield document.fault("an entry above takes all of these cases", *where)
        met |= fits
