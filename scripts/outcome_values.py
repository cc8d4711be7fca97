"""The values of an outcome's fields as plain text, for whatever keeps or carries them, and back.

Owns one canonical form for each kind: amounts as figures with a point (`80.00`), days as
`2026-12-05`, times as `15:30`, counts as figures, yes and no as words, choices by slug.  What an
agent types is another matter (`assistant.typed_values`).  Whether a value can be is `outcomes`'s.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal

from scripts.outcomes import OutcomeField, Value
from scripts.outcomes_file import FieldKind

_AMOUNT = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,9})?\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}\Z")
_COUNT = re.compile(r"[0-9]{1,9}\Z")
_WORDS = {True: "yes", False: "no"}


def written(value: Value) -> str:
    """A value in its canonical form."""
    match value:
        case bool():
            return _WORDS[value]
        case Decimal():
            return format(value, "f")
        case time():
            return value.isoformat(timespec="minutes")
        case datetime():
            raise TypeError("a field holds a day or a time")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def value_of(item: OutcomeField, text: str) -> Value:
    """A value by its canonical form.

    Raises:
        ValueError: the text is none of this field's kind.
    """
    match item.kind:
        case FieldKind.AMOUNT if _AMOUNT.match(text):
            return Decimal(text)
        case FieldKind.PAST_DATE | FieldKind.FUTURE_DATE if _DAY.match(text):
            return date.fromisoformat(text)
        case FieldKind.TIME if _TIME.match(text):
            return time.fromisoformat(text)
        case FieldKind.COUNT if _COUNT.match(text):
            return int(text)
        case FieldKind.YES_NO if text in _WORDS.values():
            return text == _WORDS[True]
        case FieldKind.CHOICE | FieldKind.TEXT:
            return text
        case _:
            raise ValueError(item.kind)


def all_written(values: Mapping[str, Value]) -> dict[str, str]:
    """Values by field id, each in its canonical form."""
    return {name: written(value) for name, value in values.items()}
