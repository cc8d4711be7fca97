"""Says in plain words what a rule's values are, for whoever shows or compares rules.

Owns that rendering alone; it knows the values' shapes and nothing of what they mean to a judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, time
from enum import StrEnum
from typing import Any

from compliance.conditions import Comparison, Condition, Sense

_SENSES = {
    Sense.EQ: "is",
    Sense.LT: "is less than",
    Sense.LE: "is at most",
    Sense.GT: "is more than",
    Sense.GE: "is at least",
}


def words_of(value: object) -> str:
    """Any value of a rule: `none`, a word, or its parts; empty parts are left out."""
    match value:
        case None | "" | ():
            return "none"
        case bool():
            return "yes" if value else "no"
        case StrEnum():
            return value.value.replace("_", " ")
        case date() | time():
            return value.isoformat()
        case int() | float():
            return f"{value:g}"
        case Condition():
            return "; ".join(condition_words(value)) or "always"
        case Comparison():
            return _comparison(value)
        case Mapping():
            return "; ".join(f"{key or 'in general'}: {words_of(v)}" for key, v in value.items())
        case tuple():
            return ", ".join(map(words_of, value))
        case _ if is_dataclass(value) and not isinstance(value, type):
            parts = [
                f"{each.name.replace('_', ' ')}: {words_of(getattr(value, each.name))}"
                for each in fields(value)
                if getattr(value, each.name) != _default(each)
            ]
            return "; ".join(parts) or "as usual"
        case _:
            return str(value)


def condition_words(condition: Condition) -> tuple[str, ...]:
    """Each part of a condition that matters; none where it always holds."""
    parts: list[str] = []
    if condition.listener:
        parts.append(f"said to: {_or(condition.listener)}")
    if condition.verified is not None:
        parts.append("identity confirmed" if condition.verified else "identity not confirmed")
    if condition.collector:
        parts.append(f"collector: {_or(condition.collector)}")
    if condition.stage:
        parts.append(f"stage of the call: {_or(condition.stage)}")
    if condition.states:
        parts.append(f"customer's state: {_or(condition.states)}")
    parts += [
        f"{name.replace('_', ' ')} is {str(wanted).lower()}" for name, wanted in condition.facts
    ]
    if condition.minutes is not None:
        first, last = condition.minutes
        parts.append(f"from minute {words_of(first or 0)} of the call")
        if last is not None:
            parts[-1] = f"{parts[-1]} to minute {words_of(last)}"
    parts += [f"after {mark}" for mark in condition.after]
    parts += [f"before {mark}" for mark in condition.before]
    parts += map(_comparison, condition.account)
    if condition.confidence is not None:
        parts.append(f"every word recognised with confidence {condition.confidence:g} at least")
    return tuple(parts)


def _comparison(comparison: Comparison) -> str:
    name = f"account: {comparison.field}"
    if comparison.sense is Sense.EXISTS:
        return f"{name} is {'unknown' if comparison.value is False else 'known'}"
    return f"{name} {_SENSES[comparison.sense]} {comparison.value}"


def _or(values: tuple[StrEnum | str, ...]) -> str:
    return " or ".join(str(value).replace("_", " ") for value in values)


def _default(each: Field[Any]) -> object:
    if each.default is not MISSING:
        return each.default
    return each.default_factory() if each.default_factory is not MISSING else MISSING
